//! Targets about compiling.

use super::{Target, Wanted};
use crate::measure::median;
use crate::numbers::{count, ratio, seconds};
use crate::parts::compiling::name;
use crate::results::{Results, Tree, TreeKind};

pub(super) fn targets(results: &Results) -> Vec<Target> {
    let trees = || results.compiling.figures.iter().flat_map(|figures| &figures.trees);
    let small = trees().find(|tree| tree.kind == TreeKind::Small);
    let flat = trees().find(|tree| tree.kind == TreeKind::Flat);
    let large = trees().find(|tree| tree.kind == TreeKind::Large);
    let tiny = trees().filter(|tree| tree.kind == TreeKind::Tiny).max_by_key(|tree| tree.files);
    let files = |tree: Option<&Tree>, wanted: usize, kind: TreeKind| {
        format!("{} {}", count(tree.map_or(wanted, |tree| tree.files)), kind.text())
    };
    let small_files = files(small, 100_000, TreeKind::Small);
    let large_files = files(large, 20, TreeKind::Large);
    let first = |tree: Option<&Tree>| tree.map_or(String::new(), |tree| stages(&tree.stages));
    let mut targets = vec![
        against(
            small,
            format!("compile {small_files}: times the floor"),
            (Wanted::AtMost(1.3), "at most 1.3"),
            [name::COMPILE, name::FLOOR],
            format!(
                "{} The floor is given the list of files and never looks for them{}.{}",
                first(small),
                folders(small),
                walk(small)
            ),
        ),
        against(
            flat,
            format!("compile {}: times the floor", files(flat, 100_000, TreeKind::Flat)),
            (Wanted::AtMost(1.3), "at most 1.3"),
            [name::COMPILE, name::FLOOR],
            format!("{}{}", first(flat), walk(flat)),
        ),
        against(
            small,
            format!("compile {small_files}: times faster than wrangler's hashing"),
            (Wanted::AtLeast(15.0), "at least 15"),
            [name::WRANGLER, name::COMPILE],
            first(small) + &walk(small),
        ),
        against(
            large,
            format!("compile {large_files}: times the floor"),
            (Wanted::AtMost(1.1), "at most 1.1"),
            [name::COMPILE, name::FLOOR],
            first(large),
        ),
        against(
            small,
            format!("compile {small_files} again, nothing changed: times the bare walk"),
            (Wanted::AtMost(1.3), "at most 1.3"),
            [name::AGAIN, name::WALK],
            small.map_or(String::new(), |tree| stages(&tree.stages_again)),
        ),
    ];
    targets.extend(table_and_memory(tiny));
    targets
}

/// How many times longer the first of two programs takes over a folder.
fn against(
    tree: Option<&Tree>,
    what: String,
    (wanted, target): (Wanted, &'static str),
    pair: [&str; 2],
    limit: String,
) -> Target {
    let value = tree.and_then(|tree| tree.ratio(pair[0], pair[1]));
    let shown = value.zip(tree).map_or(String::new(), |(value, tree)| {
        format!("{}: {} against {}", ratio(value), time(tree, pair[0]), time(tree, pair[1]))
    });
    Target { what, target, wanted, value, shown, limit }
}

fn time(tree: &Tree, name: &str) -> String {
    tree.run(name).map_or(String::new(), |run| seconds(median(run.seconds.iter().copied())))
}

fn walk(tree: Option<&Tree>) -> String {
    tree.map_or(String::new(), |tree| format!(" A bare walk over them takes {}.", time(tree, name::WALK)))
}

fn folders(tree: Option<&Tree>) -> String {
    tree.map_or(String::new(), |tree| format!(" in their {} folders", count(tree.folders)))
}

/// Where the time of one compilation went.
fn stages(stages: &[(String, f64)]) -> String {
    // Where the walk reads the files there is no time for it alone.
    let stages = stages.iter().filter(|(_, time)| *time > 0.0);
    let each: Vec<String> = stages.map(|(name, time)| format!("{name} {}", seconds(*time))).collect();
    format!("The stages of one such run: {}.", each.join(", "))
}

/// Building the table, and the peak memory, of the largest site that was compiled.
fn table_and_memory(tiny: Option<&Tree>) -> [Target; 2] {
    let pages = tiny.map(|tree| (tree.files - tree.files / 9) as f64);
    let stage = |name: &str| tiny?.stages.iter().find(|stage| stage.0 == name).map(|stage| stage.1);
    let value = stage("index").zip(pages).map(|(stage, pages)| stage / pages * 1e6);
    let site = tiny.map_or("1,000,000 files".to_owned(), |tree| format!("{} files", count(tree.files)));
    let encode = stage("encode").zip(pages).map_or(String::new(), |(encode, pages)| {
        format!("; writing the slots, all other sections and the checksums {:.2} s", encode / pages * 1e6)
    });
    let peak = tiny.and_then(|tree| tree.run(name::COMPILE)).map(|run| run.peak as f64);
    [
        Target {
            what: "building the table: seconds a million pages".to_owned(),
            target: "at most 0.2 s",
            wanted: Wanted::AtMost(0.2),
            value,
            shown: value
                .map_or(String::new(), |value| format!("{value:.2} s{encode} (a site of {site})")),
            limit: "Each path is hashed, and a pilot is tried for each bucket until its paths find free slots.".to_owned(),
        },
        Target {
            what: format!("compile a site of {site}: peak memory, bytes a page"),
            target: "at most 1,024",
            wanted: Wanted::AtMost(1024.0),
            value: peak.zip(pages).map(|(peak, pages)| peak / pages),
            shown: peak
                .zip(pages)
                .map_or(String::new(), |(peak, pages)| format!("{} bytes", count((peak / pages) as usize))),
            limit: "Paths, metadata and answers of the whole site are in memory together with the finished manifest; a small \
                    site carries the whole of the program itself."
                .to_owned(),
        },
    ]
}
