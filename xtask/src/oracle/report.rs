//! What a run of the oracle found, counted and told.

use std::collections::BTreeMap;
use std::fmt::Write;

use trailmark_compiler::options::Platform;

use super::case::{Ask, Case};
use super::compare::{ARTEFACTS, Verdict};
use super::reply::{OurReply, Reply};

/// Differences that are kept in full; the rest is counted.
const MAX_KEPT: usize = 1000;

/// What a run of the oracle found.
#[derive(Debug)]
pub(super) struct Report {
    platform: Platform,
    seed: u64,
    /// Requests and equal answers, by options.
    by_options: BTreeMap<String, (usize, usize)>,
    /// How often each artefact was met.
    artefacts: Vec<usize>,
    different: usize,
    /// Cases that both sides refuse.
    refused: usize,
    /// Requests by what the case has beside its files.
    by_parts: BTreeMap<String, usize>,
    /// Their answers by status; 0 for those of a Worker.
    statuses: BTreeMap<u16, usize>,
    /// Our answers by rule.
    rules: BTreeMap<String, usize>,
    /// Case number and text.
    told: Vec<(u64, String)>,
}

impl Report {
    /// An empty one.
    pub(super) fn new(platform: Platform, seed: u64) -> Report {
        Report {
            platform,
            seed,
            by_options: BTreeMap::new(),
            artefacts: vec![0; ARTEFACTS.len()],
            different: 0,
            refused: 0,
            by_parts: BTreeMap::new(),
            statuses: BTreeMap::new(),
            rules: BTreeMap::new(),
            told: Vec::new(),
        }
    }

    /// Takes in what another found.
    pub(super) fn add(&mut self, other: Report) {
        for (options, (requests, equal)) in other.by_options {
            let sum = self.by_options.entry(options).or_default();
            *sum = (sum.0 + requests, sum.1 + equal);
        }
        for (sum, count) in self.artefacts.iter_mut().zip(other.artefacts) {
            *sum += count;
        }
        for (status, count) in other.statuses {
            *self.statuses.entry(status).or_default() += count;
        }
        for (parts, count) in other.by_parts {
            *self.by_parts.entry(parts).or_default() += count;
        }
        self.refused += other.refused;
        for (rule, count) in other.rules {
            *self.rules.entry(rule).or_default() += count;
        }
        self.different += other.different;
        self.told.extend(other.told);
    }

    /// Counts an answer.
    pub(super) fn count(&mut self, verdict: Verdict, case: &Case, rule: &str, status: Option<u16>) {
        let sum = self.by_options.entry(case.options()).or_default();
        sum.0 += 1;
        match verdict {
            Verdict::Equal => sum.1 += 1,
            Verdict::Artefact(index) => self.artefacts[index] += 1,
            Verdict::Different => self.different += 1,
        }
        *self.by_parts.entry(case.parts()).or_default() += 1;
        *self.statuses.entry(status.unwrap_or(0)).or_default() += 1;
        *self.rules.entry(rule.to_owned()).or_default() += 1;
    }

    /// Counts a case that both sides refuse.
    pub(super) fn count_refused(&mut self) {
        self.refused += 1;
    }

    /// Keeps a difference in full.
    pub(super) fn tell(&mut self, case: &Case, ask: &Ask, theirs: &Reply, ours: &OurReply) {
        if self.told.len() < MAX_KEPT {
            let text = format!(
                "{}  request  {ask}\n  theirs   {theirs}\n  ours     {} ({})\n",
                describe(case),
                ours.reply,
                ours.rule
            );
            self.told.push((case.number, text));
        }
    }

    /// Whether there is no difference without an explanation, and anything was compared at all.
    pub(super) fn is_fine(&self) -> bool {
        self.different == 0 && !self.by_options.is_empty()
    }

    /// The report, with that many differences in full.
    pub(super) fn text(&self, show: usize) -> String {
        let mut text = String::new();
        let mut told: Vec<_> = self.told.iter().collect();
        told.sort();
        for (number, difference) in told.iter().take(show) {
            let again = format!("--platform {} --seed {} --case {number}", self.platform, self.seed);
            let _ = writeln!(text, "DIFFERENT (again: cargo xtask oracle {again})\n{difference}");
        }
        for (options, (requests, equal)) in &self.by_options {
            let _ = writeln!(text, "{options}: {equal}/{requests} equal");
        }
        let _ = writeln!(
            text,
            "{} answers by status: {}",
            self.platform,
            counts(&self.statuses, |status| match status {
                0 => "worker".to_owned(),
                status => status.to_string(),
            })
        );
        let _ = writeln!(text, "{} rules met: {}", self.platform, self.rules.len());
        for (artefact, count) in ARTEFACTS.iter().zip(&self.artefacts) {
            let _ = writeln!(text, "{} artefact \"{}\": {count}", self.platform, artefact.name);
        }
        let requests: usize = self.by_options.values().map(|(requests, _)| requests).sum();
        let _ = writeln!(
            text,
            "{} seed {}: {requests} requests, {} artefacts, {} unexplained differences",
            self.platform,
            self.seed,
            self.artefacts.iter().sum::<usize>(),
            self.different
        );
        text
    }
}

fn counts<K: Copy>(counts: &BTreeMap<K, usize>, name: impl Fn(K) -> String) -> String {
    let parts: Vec<String> = counts.iter().map(|(&key, count)| format!("{} {count}", name(key))).collect();
    parts.join(", ")
}

/// The site and its options.
pub(super) fn describe(case: &Case) -> String {
    let mut text =
        format!("  case     {} ({} site), {}, {:?}\n", case.number, case.site, case.options(), case.wire);
    let files: Vec<String> =
        case.tree.files.iter().map(|(path, content)| describe_file(path, content)).collect();
    let _ = writeln!(text, "  files    {}", files.join(" "));
    for (name, file) in [("_redirects", &case.redirects), ("_headers", &case.headers)] {
        if let Some(file) = file {
            let _ = writeln!(text, "  {name}\n{}", indented(&file.text));
        }
    }
    if let Some(script) = &case.script {
        let _ = writeln!(text, "  script   {script}");
    }
    text
}

/// The name, and the content if it is not the name.
fn describe_file(path: &str, content: &[u8]) -> String {
    match content {
        b"" => format!("{path:?} (empty)"),
        b"twin" => format!("{path:?} (twin)"),
        _ => format!("{path:?}"),
    }
}

/// Each line further in, and with what can't be seen made visible.
fn indented(text: &str) -> String {
    let lines =
        text.lines().map(|line| format!("    | {}", line.escape_debug().to_string().replace("\\\"", "\"")));
    lines.collect::<Vec<_>>().join("\n")
}
