//! What JavaScript was answered, beside what was recorded. The comparison itself is that of `trailmark_tests::conformance`.

use anyhow::{Context, Result, ensure};
use serde::Deserialize;
use serde_json::{Map, Value};
use trailmark_tests::conformance::{Group, Outcome, RecordedRequest, Suite, same_outcome};

use super::cases::Case;

/// What JavaScript wrote for a site: for each manifest, the distinct answers, and for each request the number of its answer.
#[derive(Deserialize)]
struct Reply {
    sets: Vec<Set>,
}

#[derive(Deserialize)]
struct Set {
    answers: Vec<Given>,
    results: Vec<usize>,
}

#[derive(Deserialize)]
struct Given {
    /// `A`, `W` or `W+A`, as in the recordings.
    by: String,
    status: Option<u16>,
    location: Option<String>,
    asset: Option<String>,
    headers: Option<Map<String, Value>>,
}

/// How many answers were compared; the first that differ.
#[derive(Debug, Default)]
pub(super) struct Verdict {
    pub(super) total: usize,
    pub(super) different: usize,
    pub(super) first: Vec<String>,
}

impl Verdict {
    fn note(&mut self, difference: Option<String>) {
        self.total += 1;
        if let Some(text) = difference {
            self.different += 1;
            if self.first.len() < 10 {
                self.first.push(text);
            }
        }
    }

    pub(super) fn add(mut self, other: Verdict) -> Verdict {
        self.total += other.total;
        self.different += other.different;
        self.first.extend(other.first);
        self.first.truncate(10);
        self
    }
}

/// Compares what was answered to a case.
///
/// # Errors
/// The line is no reply, or not to all that was asked.
pub(super) fn judge(suites: &[Suite], case: &Case, line: &str) -> Result<Verdict> {
    let suite = &suites[case.suite];
    let group = &suite.groups[case.group];
    let failed = || format!("{}: {}", group.id, line.chars().take(500).collect::<String>());
    let reply: Reply = serde_json::from_str(line).with_context(failed)?;
    let recorded: Vec<&[Value]> = match group.routes {
        Value::Null => group
            .results
            .as_array()
            .into_iter()
            .flatten()
            .filter_map(|row| row.as_array().map(Vec::as_slice))
            .collect(),
        _ => vec![group.results.as_array().map(Vec::as_slice).unwrap_or_default()],
    };
    ensure!(reply.sets.len() == recorded.len(), "{}: {} sets of answers", group.id, reply.sets.len());
    let mut verdict = Verdict::default();
    for (set, recorded) in reply.sets.iter().zip(recorded) {
        ensure!(set.results.len() == recorded.len(), "{}: {} answers", group.id, set.results.len());
        let outcomes: Vec<Outcome> = set.answers.iter().map(|given| outcome(given, &case.tags)).collect();
        for (index, (number, recorded)) in set.results.iter().zip(recorded).enumerate() {
            let ours = outcomes.get(*number).context("an answer with a wrong number")?;
            verdict.note(match group.routes {
                Value::Null => difference(group, &group.requests[index], recorded, ours),
                _ => routing_difference(group, &suite.paths[index], recorded, ours),
            });
        }
    }
    Ok(verdict)
}

fn difference(group: &Group, request: &RecordedRequest, recorded: &Value, ours: &Outcome) -> Option<String> {
    let recorded =
        recorded.as_u64().and_then(|index| group.outcomes.get(index as usize)).unwrap_or(&Value::Null);
    let same = same_outcome(group, request, recorded, ours);
    (!same)
        .then(|| format!("{}\n  request  {request:?}\n  recorded {recorded}\n  ours     {ours:?}", group.id))
}

fn routing_difference(group: &Group, path: &str, recorded: &Value, ours: &Outcome) -> Option<String> {
    let same = recorded.as_u64() == Some(u64::from(ours.by == "W"));
    (!same).then(|| format!("{} {path}\n  recorded {recorded}\n  ours     {ours:?}", group.id))
}

/// An answer in the terms of the vectors; our own tags are `<etag>` there.
fn outcome(given: &Given, tags: &[(String, String)]) -> Outcome {
    let mut headers: Vec<(String, String)> = Vec::new();
    for (name, value) in given.headers.iter().flatten() {
        let lines = value.as_array().map_or(std::slice::from_ref(value), Vec::as_slice);
        for line in lines.iter().filter_map(Value::as_str) {
            let is_own_tag = name == "etag" && tags.iter().any(|(_, own)| own == line);
            headers.push((name.clone(), if is_own_tag { "<etag>".to_owned() } else { line.to_owned() }));
        }
    }
    headers.sort();
    let header =
        |wanted: &str| headers.iter().find(|(name, _)| name == wanted).map(|(_, value)| value.clone());
    Outcome {
        by: match given.by.as_str() {
            "A" => "A",
            "W+A" => "W+A",
            _ => "W",
        },
        status: given.status.unwrap_or_default(),
        file: given.asset.clone(),
        location: given.location.clone(),
        content_type: header("content-type"),
        cache_control: header("cache-control"),
        has_etag: header("etag").is_some(),
        headers,
    }
}
