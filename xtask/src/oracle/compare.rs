//! Holds two answers against each other. Equal means: same status, same headers, same body; what is known not to be the
//! platform's doing is on a list here, with its reason.

use super::case::{Ask, Case};
use super::reply::Reply;

/// What comparing gave.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Verdict {
    /// The same.
    Equal,
    /// Different, for a known reason that is no matter of the platform: its place among the known ones.
    Artefact(usize),
    /// Different.
    Different,
}

/// Something that only the development server does.
struct Artefact {
    name: &'static str,
    applies: fn(&Case, &Ask, &Reply, &Reply) -> bool,
}

/// The known ones. Each is met only where the answers differ.
const ARTEFACTS: &[Artefact] = &[];

/// Their names.
pub(super) fn artefacts() -> Vec<&'static str> {
    ARTEFACTS.iter().map(|artefact| artefact.name).collect()
}

/// Compares the platform's answer with ours.
pub(super) fn compare(case: &Case, ask: &Ask, theirs: &Reply, ours: &Reply) -> Verdict {
    if is_equal(theirs, ours) {
        return Verdict::Equal;
    }
    let known = ARTEFACTS.iter().position(|artefact| (artefact.applies)(case, ask, theirs, ours));
    known.map_or(Verdict::Different, Verdict::Artefact)
}

fn is_equal(theirs: &Reply, ours: &Reply) -> bool {
    // An exception is an exception; what the server makes of it is not part of the platform.
    match (theirs.status(), ours.status()) {
        (Some(500), Some(500)) => true,
        _ => theirs == ours && !matches!(ours, Reply::Failed(_)),
    }
}
