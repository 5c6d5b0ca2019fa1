//! What a row of a host's table is made of.

use crate::rules::{Certainty, Name, Place};

use super::host::Host;

pub use trailmark::Ending;

/// A rule of a host: a row of its table.
///
/// It applies to a path if the path has the row's ending and place, and if all that it wants is so.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct HostRule {
    /// The name under which code, docs, tests and command line know it.
    pub name: &'static str,
    /// With which settings it holds.
    pub on: &'static [Host],
    /// The paths that it is about.
    pub ending: Ending,
    /// Where they are.
    pub place: Place,
    /// What must be so.
    pub wants: &'static [Want],
    /// What it does.
    pub does: Does,
    /// The same as a sentence.
    pub summary: &'static str,
    /// Where it comes from.
    pub source: &'static str,
    /// How well it is known.
    pub certainty: Certainty,
}

/// What must be so for a row to apply.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Want {
    /// There is a file of this name; on a host that knows no case, in any.
    File(Name),
    /// There is a file of just this name.
    FileExactly(Name),
    /// There is a folder of this name, that is, a file somewhere below it.
    Folder(Name),
}

/// What a row does when it applies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Does {
    /// Serves this file; the row wants it.
    Serve(Name),
    /// Redirects there.
    Redirect(Name),
    /// Redirects to the path in lower case, or to where that redirects, if it answers at all; else the row does not apply.
    LowerCase,
    /// Answers with this status and no file of the site.
    Refuse(u16),
    /// Asks no further row: a miss.
    Miss,
    /// Answers a miss with the `404.html` of the site's root.
    NotFoundPage,
}

/// The whole path, and something behind it.
pub(super) const fn path(suffix: &'static str) -> Name {
    Name { trimmed: false, suffix }
}

/// The path without its ending, and something behind it.
pub(super) const fn trimmed(suffix: &'static str) -> Name {
    Name { trimmed: true, suffix }
}

/// The whole path.
pub(super) const PATH: Name = path("");
/// The path without its ending.
pub(super) const TRIMMED: Name = trimmed("");

/// The beginning of a row, which the functions below go on with.
pub(super) const fn row(
    name: &'static str,
    on: &'static [Host],
    ending: Ending,
    wants: &'static [Want],
    does: Does,
    summary: &'static str,
) -> HostRule {
    let (source, certainty) = ("", Certainty::Assumed);
    HostRule { name, on, ending, place: Place::Anywhere, wants, does, summary, source, certainty }
}

impl HostRule {
    /// Read in the host's code or documentation, or its code was asked.
    pub(super) const fn certain(self, source: &'static str) -> HostRule {
        HostRule { source, certainty: Certainty::Certain, ..self }
    }

    /// Seen on the running host.
    pub(super) const fn measured(self, source: &'static str) -> HostRule {
        HostRule { source, certainty: Certainty::Measured, ..self }
    }

    /// Taken to be so.
    pub(super) const fn assumed(self, source: &'static str) -> HostRule {
        HostRule { source, ..self }
    }

    /// Of paths that are something but their ending.
    pub(super) const fn below_root(self) -> HostRule {
        HostRule { place: Place::BelowRoot, ..self }
    }

    /// Of paths that are nothing but their ending.
    pub(super) const fn at_root(self) -> HostRule {
        HostRule { place: Place::Root, ..self }
    }
}
