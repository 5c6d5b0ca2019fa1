//! The changes to real requests, for a comment on a pull request.

use trailmark_compare::log::Fate;

use super::super::markdown::{Page, item};
use super::{Report, ShownFate};
use crate::access_log::percent;
use crate::output::{code, grouped};

/// The whole text.
pub(super) fn text(report: &Report<'_, '_>) -> String {
    let counts = &report.asked.counts;
    let mut page =
        Page::new(&format!("### What this deploy changes for {} real requests\n", grouped(counts.requests)));
    page.line("| | requests | | paths |\n|---|---:|---:|---:|");
    for ShownFate { fate, total, .. } in &report.fates {
        let heading =
            if is_severe(*fate) { format!("**{}**", fate.heading()) } else { fate.heading().to_owned() };
        let share = percent(report.share(total.requests));
        page.line(&format!(
            "| {heading} | {} | {share} | {} |",
            grouped(total.requests),
            grouped(total.paths)
        ));
    }
    for remark in report.remarks() {
        page.line(&format!("\n{remark}."));
    }
    page.settings(report.found);
    report.fates.iter().for_each(|shown| group(&mut page, report, shown));
    if report.has_gone() {
        page.redirect_lines(report.found, report.limit);
    }
    if let Some(in_all) = report.in_all() {
        page.line(&format!("\n{in_all}."));
    }
    page.finish(report.old, report.new)
}

fn is_severe(fate: Fate) -> bool {
    matches!(fate, Fate::Changes(kind) if kind <= trailmark_compare::Kind::Failing)
}

fn group(page: &mut Page, report: &Report<'_, '_>, shown: &ShownFate<'_>) {
    let ShownFate { fate, total, top } = shown;
    if top.is_empty() {
        return;
    }
    let heading = format!("<b>{}</b>: {} requests", fate.heading(), grouped(total.requests));
    page.open(&heading, is_severe(*fate));
    for asked in top {
        let successor = report
            .successor(asked)
            .map(|rename| format!("; now {} ({})", code(&rename.to), rename.reason.in_words()))
            .unwrap_or_default();
        page.line(&format!("- {}: {}{successor}", grouped(asked.requests), item(&asked.detail, false)));
    }
    page.more(usize::try_from(total.paths).unwrap_or(usize::MAX).saturating_sub(top.len()));
    page.close();
}
