//! What a deploy does to requests that were really made.

use crate::kind::Kind;
use crate::side::{Differs, State};

/// What a deploy does to a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Fate {
    /// It gets another answer.
    Changes(Kind),
    /// Served as before.
    Served,
    /// Redirected as before.
    Redirected,
    /// For want of a file, the `index.html` of a single-page application.
    Fallback,
    /// Not found as before.
    NotFound,
    /// Not found as before, and asked for by those who look for holes.
    Probe,
    /// To the Worker as before.
    Worker,
    /// Failing or refused as before.
    Refused,
}

/// What stays as it is, with names and meanings.
const UNCHANGED: [(Fate, &str, &str, &str); 7] = [
    (Fate::Served, "served", "Served as before", "are served as before"),
    (Fate::Redirected, "redirected", "Redirect as before", "redirect as before"),
    (Fate::Fallback, "fallback", "Single-page fallback", "get index.html for want of a file"),
    (Fate::NotFound, "not-found", "Not found as before", "are not found, as before"),
    (
        Fate::Probe,
        "probes",
        "Probes",
        "are those of other software's holes, such as /wp-login.php, and not found, as before",
    ),
    (Fate::Worker, "own-code", "Your own code answers", "are handed over to your own code, as before"),
    (Fate::Refused, "refused", "Refused as before", "fail or are refused, as before"),
];

impl Fate {
    /// How many there are.
    pub(super) const COUNT: usize = Kind::ALL.len() + UNCHANGED.len();

    /// Every one: changes first, the most severe at the top.
    pub fn all() -> impl Iterator<Item = Fate> {
        let changes = Kind::ALL.iter().copied().map(Fate::Changes);
        changes.chain(UNCHANGED.iter().map(|(fate, ..)| *fate))
    }

    /// Its place among [`Fate::all`].
    pub(super) fn index(self) -> usize {
        match self {
            Fate::Changes(kind) => kind as usize,
            _ => Kind::ALL.len() + UNCHANGED.iter().position(|(fate, ..)| *fate == self).unwrap_or_default(),
        }
    }

    fn row(self) -> (&'static str, &'static str, &'static str) {
        match self {
            Fate::Changes(kind) => (kind.as_str(), kind.heading(), kind.meaning()),
            _ => UNCHANGED
                .iter()
                .find(|(fate, ..)| *fate == self)
                .map_or(("", "", ""), |(_, name, heading, meaning)| (name, heading, meaning)),
        }
    }

    /// Its name, as JSON has it; of a change, that of its kind.
    pub fn as_str(self) -> &'static str {
        self.row().0
    }

    /// Its name, for people.
    pub fn heading(self) -> &'static str {
        self.row().1
    }

    /// What it means, of paths.
    pub fn meaning(self) -> &'static str {
        self.row().2
    }

    /// What becomes of a path, which a request asks for: so its spelling does not matter, and neither whether a file answers it or a
    /// fallback did.
    pub(super) fn of(differs: &Differs, is_hashed: bool, is_probe: bool) -> Fate {
        let kind = match (differs.old, differs.new) {
            (State::Fallback, State::Missing) => Some(Kind::Gone),
            _ => Kind::of(differs),
        };
        match (kind, differs.new) {
            (Some(kind), _) if is_hashed => Fate::Changes(kind.of_hashed()),
            (Some(kind), _) => Fate::Changes(kind),
            (None, State::Missing | State::Fallback | State::Failing) if is_probe => Fate::Probe,
            (None, State::Served) => Fate::Served,
            (None, State::Redirect) => Fate::Redirected,
            (None, State::Fallback) => Fate::Fallback,
            (None, State::Missing) => Fate::NotFound,
            (None, State::Worker) => Fate::Worker,
            (None, State::Failing) => Fate::Refused,
        }
    }
}

impl serde::Serialize for Fate {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fate(old: State, new: State) -> Fate {
        let differs = Differs { old, new, target: false, body: false, headers: false, by_rule: false };
        Fate::of(&differs, false, false)
    }

    #[test]
    fn every_fate_has_a_place_of_its_own_and_a_name() {
        for (index, fate) in Fate::all().enumerate() {
            assert_eq!(fate.index(), index);
            assert!(!fate.as_str().is_empty() && !fate.heading().is_empty() && !fate.meaning().is_empty());
        }
        assert_eq!(Fate::all().count(), Fate::COUNT);
    }

    #[test]
    fn a_page_of_an_application_that_is_found_no_more_is_gone() {
        assert_eq!(fate(State::Fallback, State::Missing), Fate::Changes(Kind::Gone));
        assert_eq!(fate(State::Fallback, State::Fallback), Fate::Fallback);
        assert_eq!(fate(State::Missing, State::Missing), Fate::NotFound);
        assert_eq!(fate(State::Missing, State::Served), Fate::Changes(Kind::New));
        assert_eq!(fate(State::Served, State::Served), Fate::Served);
    }
}
