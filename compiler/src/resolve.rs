//! The rule interpreter: what the rule table says about one path of a site. Pure; no disk, no clock.
//!
//! `routes.rs` runs it over every path that can have an answer of its own, and stores what comes out. It is also the
//! in-memory judge of the encoded manifest, for any path; and run with a trace, it is what `trailmark explain` prints.

use trailmark::{RuleId, split_stem};

use crate::rules::{Effect, Name, PathRule, Place};
use crate::site::{AssetIndex, Site, Vicinity};

/// What the rows of the table give for a path.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Hit {
    /// Serve or redirect.
    pub outcome: Outcome,
    /// The row.
    pub rule: RuleId,
}

/// Serve an asset, or redirect to a path made from the request's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// Serve this asset.
    Serve(AssetIndex),
    /// Redirect to the first `kept_len` bytes of the path, and `suffix` behind them.
    Redirect {
        /// Bytes of the path that stay.
        kept_len: usize,
        /// What follows them.
        suffix: &'static str,
    },
}

impl Outcome {
    /// The destination of a redirect from `path`.
    pub fn target(&self, path: &str) -> Option<String> {
        match self {
            Outcome::Serve(_) => None,
            Outcome::Redirect { kept_len, suffix } => {
                let mut target = String::with_capacity(kept_len + suffix.len());
                join(&mut target, path, *kept_len, suffix);
                Some(target)
            }
        }
    }
}

/// Why a row did or did not apply. Rows of other shapes are not listed at all.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    /// The row.
    pub rule: RuleId,
    /// What was found.
    pub finding: Finding,
}

/// What was found about a row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Finding {
    /// It applies.
    Applies(Outcome),
    /// The file that it wants is not there.
    NoFile(String),
    /// The destination of the redirect is itself a file.
    DestinationIsFile(String),
    /// The destination would show something else: the asset, or nothing.
    OtherContent {
        /// The destination.
        to: String,
        /// What it gives with redirects off.
        gives: Option<AssetIndex>,
    },
}

/// Applies the rows to a decoded path. `None`: no row answers it, so it is a miss. O(path length + log n).
pub fn resolve(site: &Site, path: &str) -> Option<Hit> {
    resolve_near(&Vicinity::of(site, stem_of(path)), path, &mut Scratch::default())
}

/// The same, with what was found about each row on the way.
pub fn resolve_traced(site: &Site, path: &str) -> (Option<Hit>, Vec<Step>) {
    let mut steps = Vec::new();
    let near = Vicinity::of(site, stem_of(path));
    let mut names = Scratch::default();
    let hit = Interpreter { near: &near, trace: Some(&mut steps), names: &mut names }.run(path);
    (hit, steps)
}

/// The same as [`resolve`], for a path of a stem that is already found.
pub(crate) fn resolve_near(near: &Vicinity<'_>, path: &str, names: &mut Scratch) -> Option<Hit> {
    Interpreter { near, trace: None, names }.run(path)
}

/// The stem of a site path.
pub(crate) fn stem_of(path: &str) -> &str {
    path.get(..split_stem(path.as_bytes()).0.len()).unwrap_or_default()
}

/// What the interpreter writes on the way: names, kept so that no path needs memory of its own.
#[derive(Debug, Default)]
pub(crate) struct Scratch {
    file: String,
    destination: String,
    /// Whether an answer depended on the site's not-found pages. The interpreter never clears it.
    pub(crate) asked_not_found: bool,
}

struct Interpreter<'i> {
    near: &'i Vicinity<'i>,
    trace: Option<&'i mut Vec<Step>>,
    names: &'i mut Scratch,
}

impl Interpreter<'_> {
    fn run(&mut self, path: &str) -> Option<Hit> {
        let site = self.near.site;
        for &(rule, row) in &site.rows {
            let Some(trimmed) = applicable(row, path) else { continue };
            let finding = self.try_row(row, path, trimmed.len());
            let outcome = if let Finding::Applies(outcome) = finding { Some(outcome) } else { None };
            if let Some(trace) = &mut self.trace {
                trace.push(Step { rule, finding });
            }
            if let Some(outcome) = outcome {
                return Some(Hit { outcome, rule });
            }
        }
        None
    }

    fn try_row(&mut self, row: &PathRule, path: &str, trimmed_len: usize) -> Finding {
        if row.also.is_some_and(|also| self.find(also, path, trimmed_len).is_none()) {
            return self.no_file();
        }
        let file = match row.effect.file() {
            None => None,
            Some(name) => match self.find(name, path, trimmed_len) {
                None => return self.no_file(),
                found => found,
            },
        };
        match (row.effect, file) {
            (Effect::Serve(_), Some(asset)) => Finding::Applies(Outcome::Serve(asset)),
            (Effect::Serve(_), None) => self.no_file(),
            (Effect::Redirect { to, guarded, .. }, file) => {
                let kept_len = to.kept_len(path.len(), trimmed_len);
                let unsafe_because = match file {
                    Some(file) if guarded => self.guard(file, path, kept_len, to.suffix),
                    _ => None,
                };
                unsafe_because.unwrap_or(Finding::Applies(Outcome::Redirect { kept_len, suffix: to.suffix }))
            }
        }
    }

    /// A missing file.
    fn no_file(&self) -> Finding {
        Finding::NoFile(self.shown(&self.names.file))
    }

    /// A name for the trace; only somebody who reads that wants it.
    fn shown(&self, name: &str) -> String {
        if self.trace.is_some() { name.to_owned() } else { String::new() }
    }

    /// The redirect safety rule: what speaks against redirecting to a place that should show `file`.
    fn guard(&mut self, file: AssetIndex, path: &str, kept_len: usize, suffix: &str) -> Option<Finding> {
        let mut to = std::mem::take(&mut self.names.destination);
        join(&mut to, path, kept_len, suffix);
        let finding = self.objection(file, &to);
        self.names.destination = to;
        finding
    }

    fn objection(&mut self, file: AssetIndex, to: &str) -> Option<Finding> {
        if self.near.asset_at(to).is_some() {
            return Some(Finding::DestinationIsFile(self.shown(to)));
        }
        let gives = self.content_at(to);
        let same = gives.is_some_and(|gives| self.near.site.same_content(gives, file));
        if same { None } else { Some(Finding::OtherContent { to: self.shown(to), gives }) }
    }

    /// What a path gives with redirects switched off, not-found handling included: the question of the safety rule.
    fn content_at(&mut self, path: &str) -> Option<AssetIndex> {
        let site = self.near.site;
        let mut serving = site.rows.iter().filter(|(_, row)| matches!(row.effect, Effect::Serve(_)));
        let served = serving.find_map(|(_, row)| {
            let trimmed_len = applicable(row, path)?.len();
            match self.try_row(row, path, trimmed_len) {
                Finding::Applies(Outcome::Serve(asset)) => Some(asset),
                _ => None,
            }
        });
        served.or_else(|| {
            self.names.asked_not_found = true;
            site.fallback(path)
        })
    }

    /// The asset of a name made from the path. The name is left in the scratch.
    fn find(&mut self, name: Name, path: &str, trimmed_len: usize) -> Option<AssetIndex> {
        let kept_len = name.kept_len(path.len(), trimmed_len);
        join(&mut self.names.file, path, kept_len, name.suffix);
        self.near.asset_at(&self.names.file)
    }
}

/// The trimmed path, if the row is about paths like this one.
fn applicable<'p>(row: &PathRule, path: &'p str) -> Option<&'p str> {
    let trimmed = row.shape.trim(path)?;
    let fits = match row.place {
        Place::Anywhere => true,
        Place::Root => trimmed.is_empty(),
        Place::BelowRoot => !trimmed.is_empty(),
        Place::Nameless => trimmed == "/",
    };
    fits.then_some(trimmed)
}

/// Writes the first bytes of a path, and a suffix behind them.
fn join(out: &mut String, path: &str, kept_len: usize, suffix: &str) {
    out.clear();
    out.push_str(path.get(..kept_len).unwrap_or_default());
    out.push_str(suffix);
}
