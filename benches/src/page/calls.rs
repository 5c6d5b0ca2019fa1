//! The sections about what a single call costs: with rules that do not match, and in instructions.

use super::{NONE, Table, count, nanoseconds, ratio};
use crate::measure::Pace;
use crate::requests::Mix;
use crate::results::Results;

/// Rules that do not match.
pub(super) fn redirects(results: &Results) -> String {
    let Some(costs) = &results.redirects.figures else { return String::new() };
    let mut text = String::from(
        "\n## Rules that do not match\n\nThe same site without and with 2,000 static and 100 dynamic `_redirects` rules, asked for plain \
         pages (`Manifest::answer`, the whole answer): nanoseconds without / with, and the ratio.\n",
    );
    let heads = ["pages", "requests", "start to end", "ratio", "independent", "ratio"];
    let mut table = Table::new(heads);
    for cost in costs {
        for mix in [Mix::Hit, Mix::HitZipf] {
            let of = |pace| cost.cells.iter().find(|cell| (cell.mix, cell.pace) == (mix, pace));
            let (Some(a), Some(b)) = (of(Pace::StartToEnd), of(Pace::Independent)) else { continue };
            let times = |times: &crate::measure::Comparison| {
                format!("{} / {}", nanoseconds(times.ours), nanoseconds(times.theirs))
            };
            table.row([
                count(cost.pages),
                mix.name().to_owned(),
                times(&a.times),
                ratio(a.times.ratio),
                times(&b.times),
                ratio(b.times.ratio),
            ]);
        }
    }
    text.push_str(&table.finish());
    text
}

/// Instruction counts.
pub(super) fn instructions(results: &Results) -> String {
    let Some(counts) = &results.instructions.figures else {
        // It was tried: only valgrind can be missing.
        let is_missing = results.instructions.seconds > 0.0;
        let text = "\n## Instructions\n\nNot counted: valgrind is not installed.\n";
        return if is_missing { text.to_owned() } else { String::new() };
    };
    let mut text = String::from(
        "\n## Instructions\n\nOf one call, counted by callgrind over a site of 10,000 pages; they repeat exactly.\n",
    );
    let mut calls: Vec<&str> = Vec::new();
    let mut kinds: Vec<(&str, &str)> = Vec::new();
    for count in counts {
        if !calls.contains(&count.call.as_str()) {
            calls.push(&count.call);
        }
        if !kinds.iter().any(|kind| kind.0 == count.kind) {
            kinds.push((&count.kind, &count.target));
        }
    }
    let mut table = Table::new(["request", "bytes"].into_iter().chain(calls.iter().copied()));
    for (kind, target) in kinds {
        let cells = calls.iter().map(|&call| {
            let found = counts.iter().find(|count| count.kind == kind && count.call == call);
            found.map_or(NONE.to_owned(), |found| nanoseconds(found.count))
        });
        let shown = if target.len() > 60 { format!("{}…", &target[..60]) } else { target.to_owned() };
        table.row([format!("{kind}: `{shown}`"), target.len().to_string()].into_iter().chain(cells));
    }
    text.push_str(&table.finish());
    text
}
