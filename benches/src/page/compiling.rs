//! The section about compiling.

use std::path::Path;

use anyhow::Result;

use super::{NONE, Table, count, mebibytes, ratio, seconds};
use crate::charts::{Chart, Line, Unit};
use crate::measure::median;
use crate::parts::compiling::name;
use crate::results::{Results, Tree, TreeKind};

const NAMES: [&str; 7] =
    [name::COMPILE, name::FLOOR, name::AGAIN, name::WALK, name::B3SUM, name::SHA256SUM, name::WRANGLER];

fn trees(results: &Results) -> &[Tree] {
    results.compiling.figures.as_ref().map(|figures| figures.trees.as_slice()).unwrap_or_default()
}

/// The chart.
pub(super) fn charts(results: &Results, folder: &Path) -> Result<()> {
    let line = |name: &str| {
        let tiny = trees(results).iter().filter(|tree| tree.kind == TreeKind::Tiny);
        let points = tiny
            .filter_map(|tree| Some((tree.files as f64, median(tree.run(name)?.seconds.iter().copied()))));
        Line { name: name.replace('`', ""), points: points.collect(), is_ours: name == name::COMPILE }
    };
    let shorter = |mut line: Line, name: &str| {
        line.name = name.to_owned();
        line
    };
    let lines = [
        line(name::COMPILE),
        shorter(line(name::AGAIN), "compile again, unchanged"),
        shorter(line(name::FLOOR), "read and hash, nothing else"),
        shorter(line(name::WALK), "bare walk with lstat"),
    ];
    let chart = Chart {
        title: "Compiling files of 600 bytes".to_owned(),
        across: "files".to_owned(),
        up: "time".to_owned(),
        unit: Unit::Seconds,
        lines: lines.into_iter().filter(|line| !line.points.is_empty()).collect(),
    };
    chart.write(&folder.join("compile.svg"))
}

/// Compiling folders.
pub(super) fn section(results: &Results) -> String {
    let Some(figures) = &results.compiling.figures else { return String::new() };
    let mut text = String::from(
        "\n## Compiling\n\nFolder to finished manifest on disk, page cache warm; every run a process of its own, in turns. The floor opens, \
         reads and hashes every file of a list in parallel and does nothing else. A folder costs about as much as a file of a few \
         kilobytes: to find it, open it, and read its names twice (the second time to learn that there are no more).\n",
    );
    for tree in figures.trees.iter().filter(|tree| tree.kind != TreeKind::Tiny) {
        let mut title = format!("{} {}, {}", count(tree.files), tree.kind.text(), mebibytes(tree.bytes));
        if tree.folders > 0 {
            title.push_str(&format!(", {} folders", count(tree.folders)));
        }
        let mut table = Table::new([
            title.as_str(),
            "time",
            "times `trailmark compile`",
            "processor time",
            "peak memory",
            "rounds",
        ]);
        for name in NAMES {
            let Some(run) = tree.run(name) else {
                if tree.kind == TreeKind::Flat {
                    continue;
                }
                table.row(
                    [name.to_owned(), "not installed".to_owned()].into_iter().chain(vec![NONE.to_owned(); 4]),
                );
                continue;
            };
            table.row([
                name.to_owned(),
                seconds(median(run.seconds.iter().copied())),
                tree.ratio(name, name::COMPILE).map_or(NONE.to_owned(), ratio),
                seconds(median(run.cpu_seconds.iter().copied())),
                mebibytes(run.peak),
                run.seconds.len().to_string(),
            ]);
        }
        text.push_str(&table.finish());
    }
    text.push_str("\n![Compile time by files](bench/compile.svg)\n");
    text.push_str(&tiny(figures.trees.iter().filter(|tree| tree.kind == TreeKind::Tiny)));
    text.push_str(&stages(&figures.trees));
    for what in &figures.failures {
        text.push_str(&format!("\n**Not measured, it failed:** {what}.\n"));
    }
    let versions: Vec<String> =
        figures.versions.iter().map(|(name, version)| format!("{name}: {version}")).collect();
    text.push_str(&format!(
        "\nVersions: {}. Debian's `sha256sum` uses no SHA instructions of the processor; Trailmark and the floor do.\n",
        versions.join("; ")
    ));
    text
}

fn tiny<'t>(trees: impl Iterator<Item = &'t Tree>) -> String {
    let heads = [
        "files of 600 bytes",
        "`trailmark compile`",
        "floor",
        "again",
        "bare walk",
        "peak memory",
        "bytes a file",
    ];
    let mut table = Table::new(heads);
    for tree in trees {
        let time = |name: &str| {
            tree.run(name).map_or(NONE.to_owned(), |run| seconds(median(run.seconds.iter().copied())))
        };
        let peak = tree.run(name::COMPILE).map_or(0, |run| run.peak);
        table.row([
            count(tree.files),
            time(name::COMPILE),
            time(name::FLOOR),
            time(name::AGAIN),
            time(name::WALK),
            mebibytes(peak),
            count(peak as usize / tree.files.max(1)),
        ]);
    }
    table.finish()
}

/// Where the time goes, as a compilation itself tells it.
fn stages(trees: &[Tree]) -> String {
    let mut names: Vec<&str> = Vec::new();
    for (name, _) in trees.iter().flat_map(|tree| &tree.stages) {
        if !names.contains(&name.as_str()) {
            names.push(name);
        }
    }
    if names.is_empty() {
        return String::new();
    }
    let mut table = Table::new(std::iter::once("stages of one compilation").chain(names.iter().copied()));
    for tree in trees {
        for (stages, again) in [(&tree.stages, ""), (&tree.stages_again, ", again")] {
            let cells = names.iter().map(|name| {
                let found = stages.iter().find(|stage| stage.0 == *name);
                found.map_or(NONE.to_owned(), |stage| seconds(stage.1))
            });
            let what = format!("{} {}{again}", count(tree.files), tree.kind.text());
            table.row(std::iter::once(what).chain(cells));
        }
    }
    table.finish()
}
