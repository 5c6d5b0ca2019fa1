//! A finding in one sentence, for formats that show it beside a line.

use trailmark_audit::{Finding, Rule};

/// The sentence.
pub(super) fn of(rule: Rule, finding: &Finding) -> String {
    let mut message = format!("{}: {}", finding.target, rule.row().summary);
    if let Some(answer) = &finding.answer {
        message.push_str(&format!("; answers {} by {}", answer.status, answer.rule));
    }
    if let Some(detail) = &finding.detail {
        message.push_str(&format!("; {detail}"));
    }
    if let Some(fix) = &finding.fix {
        message.push_str(&format!("; write {fix}"));
    }
    if let Some(files) = finding.in_files.filter(|&files| files > 1) {
        message.push_str(&format!(" (the same in {files} files)"));
    }
    message
}
