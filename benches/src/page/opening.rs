//! The section about the first lookup of a process.

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::Result;

use super::{NONE, Table, count, mebibytes, nanoseconds, ratio, seconds};
use crate::charts::{Chart, Line, Unit};
use crate::results::{Opening, Results};

/// The chart.
pub(super) fn charts(results: &Results, folder: &Path) -> Result<()> {
    let openings = || results.opening.figures.iter().flatten();
    let mut lines: Vec<Line> = Vec::new();
    for opening in openings() {
        let name = opening.from.replace('`', "");
        let point = (opening.pages as f64, opening.seconds);
        match lines.iter_mut().find(|line| line.name == name) {
            Some(line) => line.points.push(point),
            None => lines.push(Line { is_ours: name.contains("mapped"), name, points: vec![point] }),
        }
    }
    let chart = Chart {
        title: "The first lookup of a process".to_owned(),
        across: "pages".to_owned(),
        up: "time to the first answer".to_owned(),
        unit: Unit::Seconds,
        lines,
    };
    chart.write(&folder.join("first-lookup.svg"))
}

/// The first lookup.
pub(super) fn section(results: &Results) -> String {
    let Some(openings) = &results.opening.figures else { return String::new() };
    let mut text = String::from(
        "\n## The first lookup\n\nIn a fresh process, from opening the file to the first answer; files in the page cache. JSON by \
         `serde_json`, bincode 2, both the same routes into a std `HashMap`. JSON of more than 2 GiB is read piece by piece, which is \
         slower than from one block of memory, but needs less of it. Peak memory of a mapped file is what was touched of it, and \
         what the system mapped around that.\n\n![The first lookup of a process](bench/first-lookup.svg)\n",
    );
    let mut by_size: BTreeMap<usize, Vec<&Opening>> = BTreeMap::new();
    openings.iter().for_each(|opening| by_size.entry(opening.pages).or_default().push(opening));
    let heads =
        ["pages", "from", "file", "first answer", "times longer", "peak memory", "second lookup", "rounds"];
    let mut table = Table::new(heads);
    for openings in by_size.values() {
        for opening in openings {
            table.row([
                count(opening.pages),
                opening.from.clone(),
                mebibytes(opening.bytes),
                seconds(opening.seconds),
                opening.ratio.map_or("1".to_owned(), ratio),
                opening.peak.map_or(NONE.to_owned(), mebibytes),
                format!("{} ns", nanoseconds(opening.second_ns)),
                opening.rounds.to_string(),
            ]);
        }
    }
    text.push_str(&table.finish());
    text
}
