//! The replay for a comment on a pull request.

use std::fmt::Write;

use trailmark_compare::log::Group;

use super::told::{Report, Shown, now, then};
use crate::access_log::{percent, remarks};
use crate::output::{code, grouped};

/// Longest text, bytes; what would exceed it is counted.
const LONGEST: usize = 58_000;

pub(super) fn text(report: &Report<'_>) -> String {
    let found = report.found;
    let mut text = format!("### What {} real requests would get\n\n", grouped(found.counts.requests));
    text.push_str("| | requests | | paths |\n|---|---:|---:|---:|\n");
    for Shown { group, total, .. } in &report.groups {
        let heading = group.heading();
        let heading = if *group == Group::Breaks { format!("**{heading}**") } else { heading.to_owned() };
        let share = percent(report.share(total.requests));
        let _ = writeln!(
            text,
            "| {heading} | {} | {share} | {} |",
            grouped(total.requests),
            grouped(total.paths)
        );
    }
    for remark in remarks(&found.counts, found.folded()) {
        let _ = writeln!(text, "\n{remark}.");
    }
    report.groups.iter().filter(|shown| !shown.top.is_empty()).for_each(|shown| group(&mut text, shown));
    let _ = writeln!(text, "\n<sub>Trailmark {}</sub>", env!("CARGO_PKG_VERSION"));
    text
}

fn group(text: &mut String, shown: &Shown) {
    let Shown { group, total, top } = shown;
    let open = if *group == Group::Breaks { " open" } else { "" };
    let _ = writeln!(
        text,
        "\n<details{open}><summary><b>{}</b>: {}</summary>\n",
        group.heading(),
        grouped(total.requests)
    );
    let _ = writeln!(text, "| requests | path | then | now | |\n|---:|---|---|---|---|");
    let mut told = 0;
    for path in top {
        let hint = path.near.as_ref().map(|near| format!("perhaps {}?", code(near))).unwrap_or_default();
        let row = format!(
            "| {} | {} | {} | {} | {hint} |\n",
            grouped(path.requests),
            code(&path.path),
            then(path),
            code(&now(path))
        );
        if text.len() + row.len() > LONGEST {
            break;
        }
        text.push_str(&row);
        told += 1;
    }
    let more = total.paths.saturating_sub(told);
    if more > 0 {
        let _ = writeln!(text, "\nand {} more paths", grouped(more));
    }
    text.push_str("\n</details>\n");
}
