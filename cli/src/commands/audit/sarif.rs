//! Findings as SARIF 2.1.0, which code scanning reads.

use std::path::Path;

use serde_json::{Value, json};
use trailmark_audit::{Finding, Group, Level, LinkPlace, RULES, Report};

use super::{message, place};

/// The log.
pub(super) fn of(report: &Report, dist: &Path) -> Value {
    let rules: Vec<Value> = RULES
        .iter()
        .map(|row| {
            json!({
                "id": row.name,
                "shortDescription": {"text": plain(row.summary)},
                "fullDescription": {"text": plain(row.explanation)},
                "help": {"text": plain(row.fix)},
                "defaultConfiguration": {"level": level(row.level)},
            })
        })
        .collect();
    let results: Vec<Value> = report
        .groups
        .iter()
        .flat_map(|group| group.findings.iter().map(move |finding| result(group, finding, dist)))
        .collect();
    json!({
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [{
            "tool": {"driver": {"name": "trailmark", "version": env!("CARGO_PKG_VERSION"), "semanticVersion": env!("CARGO_PKG_VERSION"), "rules": rules}},
            "columnKind": "unicodeCodePoints",
            "results": results,
        }],
    })
}

fn level(level: Level) -> &'static str {
    level.as_str()
}

fn result(group: &Group, finding: &Finding, dist: &Path) -> Value {
    let places: Vec<Value> = finding.places.iter().map(|place| location(place, dist)).collect();
    let (first, others) =
        places.split_first().map_or((None, &[][..]), |(first, others)| (Some(first), others));
    json!({
        "ruleId": group.rule.name(),
        "ruleIndex": group.rule as usize,
        "level": level(group.level),
        "message": {"text": plain(&message::of(group.rule, finding))},
        "locations": first.into_iter().collect::<Vec<_>>(),
        "relatedLocations": others,
        // The same finding in the next build, though lines have moved.
        "partialFingerprints": {"target/v1": format!("{} {}", group.rule.name(), finding.target)},
        "properties": {"links": finding.links, "inFiles": finding.in_files},
    })
}

fn location(found: &LinkPlace, dist: &Path) -> Value {
    // Code scanning wants a region; a finding about a whole file is shown at its beginning.
    let region = match (found.line, found.column) {
        (Some(line), Some(column)) => json!({"startLine": line, "startColumn": column}),
        _ => json!({"startLine": 1}),
    };
    json!({"physicalLocation": {"artifactLocation": {"uri": place::uri(dist, &found.file)}, "region": region}})
}

/// A message: braces would be places to fill in. Source: SARIF 2.1.0, 3.11.5.
fn plain(text: &str) -> String {
    text.replace('{', "{{").replace('}', "}}")
}
