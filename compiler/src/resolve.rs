//! The rule interpreter: what the rule table says about one path of a site. Pure; no disk, no clock.
//!
//! `routes.rs` runs it over every path that can have an answer of its own, and stores what comes out. It is also the
//! in-memory judge of the encoded manifest, for any path; and run with a trace, it is what `trailmark explain` prints.

use trailmark::RuleId;

use crate::rules::{self, Effect, Name, PathRule, Place};
use crate::site::{AssetIndex, Site};

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
            Outcome::Redirect { kept_len, suffix } => Some(join(path, *kept_len, suffix)),
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

/// Applies the rows to a decoded path. `None`: no row answers it, so it is a miss.
pub fn resolve(site: &Site, path: &str) -> Option<Hit> {
    Interpreter { site, redirects: true, trace: None, buffer: String::new() }.run(path)
}

/// The same, with what was found about each row on the way.
pub fn resolve_traced(site: &Site, path: &str) -> (Option<Hit>, Vec<Step>) {
    let mut steps = Vec::new();
    let hit = Interpreter { site, redirects: true, trace: Some(&mut steps), buffer: String::new() }.run(path);
    (hit, steps)
}

/// What a path gives with redirects switched off, not-found handling included: the question of the safety rule.
fn content_at(site: &Site, path: &str) -> Option<AssetIndex> {
    let hit = Interpreter { site, redirects: false, trace: None, buffer: String::new() }.run(path);
    match hit.map(|hit| hit.outcome) {
        Some(Outcome::Serve(asset)) => Some(asset),
        _ => site.fallback(path),
    }
}

struct Interpreter<'s, 't> {
    site: &'s Site,
    redirects: bool,
    trace: Option<&'t mut Vec<Step>>,
    buffer: String,
}

impl Interpreter<'_, '_> {
    fn run(&mut self, path: &str) -> Option<Hit> {
        for (rule, row) in rules::rows_of(self.site.options.handling()) {
            let Some(trimmed) = applicable(row, path) else { continue };
            if !self.redirects && matches!(row.effect, Effect::Redirect { .. }) {
                continue;
            }
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

    /// A missing file; only somebody who reads the trace wants its name.
    fn no_file(&self) -> Finding {
        Finding::NoFile(if self.trace.is_some() { self.buffer.clone() } else { String::new() })
    }

    /// The redirect safety rule: what speaks against redirecting to a place that should show `file`.
    fn guard(&mut self, file: AssetIndex, path: &str, kept_len: usize, suffix: &str) -> Option<Finding> {
        let to = join(path, kept_len, suffix);
        if self.site.asset_at(&to).is_some() {
            return Some(Finding::DestinationIsFile(to));
        }
        let gives = content_at(self.site, &to);
        let same = gives.is_some_and(|gives| self.site.same_content(gives, file));
        if same { None } else { Some(Finding::OtherContent { to, gives }) }
    }

    /// The asset of a name made from the path. The name is left in `buffer`.
    fn find(&mut self, name: Name, path: &str, trimmed_len: usize) -> Option<AssetIndex> {
        let kept_len = name.kept_len(path.len(), trimmed_len);
        self.buffer.clear();
        self.buffer.push_str(path.get(..kept_len)?);
        self.buffer.push_str(name.suffix);
        self.site.asset_at(&self.buffer)
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

fn join(path: &str, kept_len: usize, suffix: &str) -> String {
    let kept = path.get(..kept_len).unwrap_or_default();
    let mut joined = String::with_capacity(kept.len() + suffix.len());
    joined.push_str(kept);
    joined.push_str(suffix);
    joined
}
