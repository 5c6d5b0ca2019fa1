//! Holds two answers against each other, byte for byte. One thing is not compared: what the platform's development server writes
//! into the answer to an exception, which is the server's and not the platform's.

use http::uri::PathAndQuery;

use super::asks::HttpAsk;
use super::reply::{Reply, Whole};
use crate::oracle::compare::Verdict;

/// What only one server does, and has nothing to do with the platform.
struct Artefact {
    name: &'static str,
    applies: fn(&HttpAsk, &Whole, &Whole) -> bool,
}

/// The known ones. Each is met only where the answers differ.
const ARTEFACTS: [Artefact; 2] = [
    Artefact {
        name: "hyper refuses a target with a character that no URL may have (400)",
        applies: |ask, _, ours| is_bare(ours, 400) && PathAndQuery::try_from(ask.target()).is_err(),
    },
    Artefact {
        name: "a control character in a header's value, which HTTP does not allow and workerd sends",
        applies: |_, theirs, ours| {
            let is_sound = |(_, lines): &(&String, &Vec<Vec<u8>>)| {
                !lines.iter().flatten().any(|&b| b.is_ascii_control() && b != b'\t')
            };
            let sound: Vec<_> = theirs.headers.iter().filter(is_sound).collect();
            let broken = |name: &String| {
                theirs.headers.contains_key(name) && !sound.iter().any(|(known, _)| *known == name)
            };
            (theirs.status, &theirs.body) == (ours.status, &ours.body)
                && sound.len() < theirs.headers.len()
                && ours.headers.iter().filter(|(name, _)| !broken(name)).eq(sound.iter().copied())
        },
    },
];

/// Nothing but a status.
fn is_bare(reply: &Whole, status: u16) -> bool {
    reply.status == status && reply.headers.is_empty() && reply.body.is_empty()
}

/// Their names.
pub(in crate::oracle) fn artefacts() -> Vec<&'static str> {
    ARTEFACTS.iter().map(|artefact| artefact.name).collect()
}

/// Compares the platform's answer with ours.
pub(super) fn compare(ask: &HttpAsk, theirs: &Reply, ours: &Reply) -> Verdict {
    let (Reply::Whole(theirs), Reply::Whole(ours)) = (theirs, ours) else { return Verdict::Different };
    if (theirs.status, ours.status) == (500, 500) || theirs == ours && same_stated(theirs, ours) {
        return Verdict::Equal;
    }
    let known = ARTEFACTS.iter().position(|artefact| (artefact.applies)(ask, theirs, ours));
    known.map_or(Verdict::Different, Verdict::Artefact)
}

/// Lengths may be stated or left to chunks; where both state one, it is the same, for HEAD too.
fn same_stated(theirs: &Whole, ours: &Whole) -> bool {
    match (&theirs.stated, &ours.stated) {
        (Some(theirs), Some(ours)) => theirs == ours,
        _ => true,
    }
}
