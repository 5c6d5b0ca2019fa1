//! What a run of the oracle found, counted and told.

use std::collections::BTreeMap;
use std::fmt::{Display, Write};

use trailmark_compiler::options::Platform;

use super::case::Case;
use super::compare::Verdict;
use super::http::NOT_COMPARED;

/// Differences that a share of the run keeps in full; the rest is counted.
const MAX_KEPT: usize = 1000;

/// What a run of the oracle found.
#[derive(Debug, Default)]
pub(super) struct Report {
    /// Requests and equal answers, by options.
    by_options: Counts<String, 2>,
    /// Requests, by what the case has beside its files.
    by_parts: Counts<String>,
    /// Answers of the platform, by status; 0 for those of a Worker.
    by_status: Counts<u16>,
    /// Our answers, by rule.
    by_rule: Counts<String>,
    /// Requests over HTTP, by header.
    by_header: Counts<String>,
    /// By index.
    artefacts: Counts<usize>,
    different: usize,
    /// Cases that both sides refuse.
    refused: usize,
    /// Case number and text.
    told: Vec<(u64, String)>,
}

/// How often each of several things was met, one count or more for each.
#[derive(Debug)]
struct Counts<K, const N: usize = 1>(BTreeMap<K, [usize; N]>);

impl<K, const N: usize> Default for Counts<K, N> {
    fn default() -> Self {
        Counts(BTreeMap::new())
    }
}

impl<K: Ord, const N: usize> Counts<K, N> {
    fn add(&mut self, key: K, more: [usize; N]) {
        let counts = self.0.entry(key).or_insert([0; N]);
        for (count, more) in counts.iter_mut().zip(more) {
            *count += more;
        }
    }

    fn add_all(&mut self, other: Counts<K, N>) {
        other.0.into_iter().for_each(|(key, more)| self.add(key, more));
    }

    fn total(&self) -> usize {
        self.0.values().map(|counts| counts[0]).sum()
    }

    fn list(&self, name: impl Fn(&K) -> String) -> String {
        let parts: Vec<String> =
            self.0.iter().map(|(key, counts)| format!("{} {}", name(key), counts[0])).collect();
        parts.join(", ")
    }
}

impl Report {
    /// Takes in what another found.
    pub(super) fn add(&mut self, other: Report) {
        self.by_options.add_all(other.by_options);
        self.by_parts.add_all(other.by_parts);
        self.by_status.add_all(other.by_status);
        self.by_rule.add_all(other.by_rule);
        self.by_header.add_all(other.by_header);
        self.artefacts.add_all(other.artefacts);
        self.different += other.different;
        self.refused += other.refused;
        self.told.extend(other.told);
    }

    /// Counts an answer.
    pub(super) fn count(&mut self, verdict: Verdict, case: &Case, rule: &str, status: Option<u16>) {
        self.by_options.add(case.options(), [1, usize::from(verdict == Verdict::Equal)]);
        self.by_parts.add(case.parts(), [1]);
        self.by_status.add(status.unwrap_or(0), [1]);
        self.by_rule.add(rule.to_owned(), [1]);
        match verdict {
            Verdict::Equal => {}
            Verdict::Artefact(index) => self.artefacts.add(index, [1]),
            Verdict::Different => self.different += 1,
        }
    }

    /// Counts a request that has this header.
    pub(super) fn count_header(&mut self, name: &str) {
        self.by_header.add(name.to_owned(), [1]);
    }

    /// Counts a case that both sides refuse.
    pub(super) fn count_refused(&mut self) {
        self.refused += 1;
    }

    /// Keeps a difference in full.
    pub(super) fn tell(&mut self, case: &Case, ask: &dyn Display, theirs: &dyn Display, ours: &dyn Display) {
        if self.told.len() < MAX_KEPT {
            let text = format!(
                "DIFFERENT (again: cargo xtask oracle {})\n{}  request  {ask}\n  theirs   {theirs}\n  ours     {ours}\n",
                case.again,
                describe(case),
            );
            self.told.push((case.number, text));
        }
    }

    /// Whether there is no difference without an explanation, and anything was compared at all.
    pub(super) fn is_fine(&self) -> bool {
        self.different == 0 && self.by_options.total() > 0
    }

    /// The report, with that many differences in full, and with the names of the known artefacts.
    pub(super) fn text(&self, platform: Platform, seed: u64, show: usize, artefacts: &[&str]) -> String {
        let mut text = String::new();
        let mut told: Vec<_> = self.told.iter().collect();
        told.sort();
        for (_, difference) in told.iter().take(show) {
            let _ = writeln!(text, "{difference}");
        }
        for (options, [requests, equal]) in &self.by_options.0 {
            let _ = writeln!(text, "{options}: {equal}/{requests} equal");
        }
        let status = |status: &u16| if *status == 0 { "worker".to_owned() } else { status.to_string() };
        let _ = writeln!(text, "{platform} requests by site: {}", self.by_parts.list(String::clone));
        let _ = writeln!(text, "{platform} answers by status: {}", self.by_status.list(status));
        if self.by_header.total() > 0 {
            let _ = writeln!(text, "{platform} requests by header: {}", self.by_header.list(String::clone));
            let _ = writeln!(text, "headers that are not compared: {}", NOT_COMPARED.join(", "));
        }
        let _ = writeln!(text, "{platform} rules met: {}", self.by_rule.0.len());
        let _ = writeln!(text, "{platform} configurations that both sides refuse: {}", self.refused);
        for (name, index) in artefacts.iter().zip(0..) {
            let count = self.artefacts.0.get(&index).map_or(0, |counts| counts[0]);
            let _ = writeln!(text, "{platform} artefact of a server, {name}: {count}");
        }
        let _ = writeln!(text, "{platform} seed {seed}: {}", self.last_line());
        text
    }

    /// The result in a line.
    pub(super) fn last_line(&self) -> String {
        format!(
            "{} requests, {} artefacts, {} unexplained differences",
            self.by_options.total(),
            self.artefacts.total(),
            self.different
        )
    }
}

/// The site and its options.
pub(super) fn describe(case: &Case) -> String {
    let mut text = format!("  case     {}, {}, {:?}\n", case.title, case.options(), case.wire);
    let files: Vec<String> =
        case.tree.files.iter().map(|(path, content)| describe_file(path, content)).collect();
    let _ = writeln!(text, "  files    {}", files.join(" "));
    let texts =
        [("_redirects", &case.redirects), ("_headers", &case.headers), (".assetsignore", &case.ignore)];
    for (name, file) in texts {
        if let Some(file) = file {
            let _ = writeln!(text, "  {name}\n{}", indented(file));
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

/// Lines of a rule file that are shown; those with far more test how many are taken.
const MAX_LINES: usize = 40;

/// Each line further in, and with what can't be seen made visible.
fn indented(text: &str) -> String {
    let shown = |line: &str| {
        let line: String = line.chars().take(200).collect();
        format!("    | {}", line.escape_debug().to_string().replace("\\\"", "\""))
    };
    let count = text.lines().count();
    let mut lines: Vec<String> = text.lines().skip(count.saturating_sub(MAX_LINES)).map(shown).collect();
    if count > MAX_LINES {
        lines.insert(0, format!("    | ({} lines before)", count - MAX_LINES));
    }
    lines.join("\n")
}
