//! Short names for the parts of rows, so that the table can be read a line a row.

use super::advice::{PAGES, WORKERS};
use super::row::{Certainty, Effect, Handling, Kind, Name, PathRule, Place, Rule, Shape};

/// The whole path.
pub(super) const PATH: Name = Name { trimmed: false, suffix: "" };
/// The trimmed path.
pub(super) const TRIMMED: Name = Name { trimmed: true, suffix: "" };

pub(super) const fn path(suffix: &'static str) -> Name {
    Name { trimmed: false, suffix }
}

pub(super) const fn trimmed(suffix: &'static str) -> Name {
    Name { trimmed: true, suffix }
}

pub(super) const fn serve(file: Name) -> Effect {
    Effect::Serve(file)
}

/// A redirect under the safety rule.
pub(super) const fn guarded(file: Name, to: Name) -> Effect {
    Effect::Redirect { file: Some(file), to, guarded: true }
}

/// A redirect as soon as the file exists.
pub(super) const fn unguarded(file: Name, to: Name) -> Effect {
    Effect::Redirect { file: Some(file), to, guarded: false }
}

pub(super) const fn row(
    handling: Handling,
    name: &'static str,
    shape: Shape,
    effect: Effect,
    summary: &'static str,
    advice: &'static str,
) -> Rule {
    let source = match handling {
        Handling::Pages => PAGES,
        _ => WORKERS,
    };
    let rule = PathRule { handling, shape, place: Place::Anywhere, also: None, effect, runtime: None };
    Rule { name, kind: Kind::Path(rule), summary, advice, source, certainty: Certainty::Certain }
}

pub(super) const fn at(place: Place, rule: Rule) -> Rule {
    match rule.kind {
        Kind::Path(path_rule) => Rule { kind: Kind::Path(PathRule { place, ..path_rule }), ..rule },
        Kind::Runtime => rule,
    }
}

pub(super) const fn with(also: Name, rule: Rule) -> Rule {
    match rule.kind {
        Kind::Path(path_rule) => {
            Rule { kind: Kind::Path(PathRule { also: Some(also), ..path_rule }), ..rule }
        }
        Kind::Runtime => rule,
    }
}

pub(super) const fn runtime(
    name: &'static str,
    source: &'static str,
    summary: &'static str,
    advice: &'static str,
) -> Rule {
    Rule { name, kind: Kind::Runtime, summary, advice, source, certainty: Certainty::Certain }
}
