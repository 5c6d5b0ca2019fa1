//! What a request got and what it would get: the groups of the report.

use crate::side::State;

/// Defines the groups with their names and headings.
macro_rules! groups {
    ($($(#[$meta:meta])* $name:ident = $text:literal, $heading:literal, $meaning:literal;)+) => {
        /// What becomes of requests. Ordered: what matters most first.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[repr(u8)]
        pub enum Group { $($(#[$meta])* $name,)+ }

        impl Group {
            /// Every group, what matters most first.
            pub const ALL: &'static [Group] = &[$(Group::$name,)+];

            /// Its name, as options and JSON have it.
            pub const fn as_str(self) -> &'static str {
                match self { $(Group::$name => $text,)+ }
            }

            /// Its name, for people.
            pub const fn heading(self) -> &'static str {
                match self { $(Group::$name => $heading,)+ }
            }

            /// What it means.
            pub const fn meaning(self) -> &'static str {
                match self { $(Group::$name => $meaning,)+ }
            }
        }
    };
}

groups! {
    /// Answered then, not now.
    Breaks = "breaks", "Would break", "were answered, and would not be found any more, or refused";
    /// Served then, redirected now.
    Redirects = "redirects", "Would cost a redirect", "were served at once, and would be redirected first";
    /// Redirected then and now.
    StillRedirects = "still-redirects", "Redirect as before", "were redirected, and are again";
    /// No status in the log, redirected now.
    Redirected = "redirected", "Redirect", "are redirected; the log does not say what they got";
    /// No status in the log, not found now.
    Missing = "missing", "Not found", "are not found; the log does not say what they got";
    /// Not found or failing then, and now.
    StillMissing = "still-missing", "Not found as before", "were not found, and are not now";
    /// The same, from those who look for holes.
    Probes = "probes", "Probes", "look for holes of other software, such as /wp-login.php, and find nothing, as before";
    /// To the Worker.
    Worker = "worker", "Your own code answers", "are handed over to your Worker or Function: nobody knows their answer beforehand";
    /// To the fallback.
    Fallback = "fallback", "Single-page fallback", "get index.html for want of a file";
    /// Not found or failing then, answered now.
    Fixed = "fixed", "Would be found", "failed, and would be answered";
    /// Redirected then, served now.
    Served = "served", "Would need no redirect", "were redirected, and would be served at once";
    /// As before.
    Same = "same", "Served as before", "are served";
}

impl std::fmt::Display for Group {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(self.as_str())
    }
}

impl serde::Serialize for Group {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

/// What a status in a log says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Then {
    Answered,
    Redirected,
    Missing,
    Failed,
    /// Not in the log, or nothing that says whether there is something: 401, 429, 499.
    Unknown,
}

impl Then {
    fn of(status: u16) -> Then {
        match status {
            200..=299 | 304 => Then::Answered,
            300..=399 => Then::Redirected,
            404 | 410 => Then::Missing,
            400 | 405 | 414 | 500..=598 => Then::Failed,
            _ => Then::Unknown,
        }
    }
}

impl Group {
    /// The group of a request: its status in the log, 0 if there is none, and the answer that it would get.
    pub(super) fn of(then: u16, now: State, is_probe: bool) -> Group {
        use Then::{Answered, Failed, Missing, Redirected, Unknown};
        match (Then::of(then), now) {
            (_, State::Worker) => Group::Worker,
            (Missing | Failed | Unknown, State::Missing | State::Failing | State::Fallback) if is_probe => {
                Group::Probes
            }
            (_, State::Fallback) => Group::Fallback,
            (Answered | Redirected, State::Missing | State::Failing) => Group::Breaks,
            (Missing | Failed, State::Missing | State::Failing) => Group::StillMissing,
            (Unknown, State::Missing | State::Failing) => Group::Missing,
            (Answered, State::Redirect) => Group::Redirects,
            (Redirected, State::Redirect) => Group::StillRedirects,
            (Unknown, State::Redirect) => Group::Redirected,
            (Missing | Failed, State::Served | State::Redirect) => Group::Fixed,
            (Redirected, State::Served) => Group::Served,
            (Answered | Unknown, State::Served) => Group::Same,
        }
    }
}

/// Whether a status in a log is not that of such an answer; `false` where it says nothing of the page.
pub(super) fn is_unlike(then: u16, state: State) -> bool {
    match (Then::of(then), state) {
        (Then::Failed | Then::Unknown, _) | (_, State::Worker) => false,
        (Then::Answered, state) => !matches!(state, State::Served | State::Fallback),
        (Then::Redirected, state) => state != State::Redirect,
        (Then::Missing, state) => state != State::Missing,
    }
}

/// Whether a path is one that scanners ask every site for.
pub(super) fn is_probe(path: &[u8]) -> bool {
    const PARTS: [&[u8]; 22] = [
        b"/wp-",
        b"/.env",
        b"/.git",
        b"/.aws",
        b"/.ssh",
        b"/.vscode",
        b"/.ds_store",
        b"/xmlrpc",
        b"/cgi-bin",
        b"/phpmyadmin",
        b"/phpunit",
        b"/vendor/",
        b"/administrator",
        b"/actuator",
        b"/solr/",
        b"/boaform",
        b"/owa/",
        b"/ecp/",
        b"/hnap1",
        b"/wordpress",
        b"/manager/html",
        b"/autodiscover",
    ];
    const ENDINGS: [&[u8]; 8] = [b".php", b".asp", b".aspx", b".jsp", b".cgi", b".bak", b".sql", b".env"];
    let lower = path.to_ascii_lowercase();
    PARTS.iter().any(|part| lower.windows(part.len()).any(|window| window == *part))
        || ENDINGS.iter().any(|ending| lower.ends_with(ending))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_answered_and_is_not_breaks() {
        assert_eq!(Group::of(200, State::Missing, false), Group::Breaks);
        assert_eq!(Group::of(304, State::Failing, false), Group::Breaks);
        assert_eq!(Group::of(301, State::Missing, true), Group::Breaks);
        assert_eq!(Group::of(404, State::Missing, false), Group::StillMissing);
        assert_eq!(Group::of(404, State::Missing, true), Group::Probes);
        assert_eq!(Group::of(404, State::Served, false), Group::Fixed);
        assert_eq!(Group::of(200, State::Redirect, false), Group::Redirects);
        assert_eq!(Group::of(0, State::Served, false), Group::Same);
        assert_eq!(Group::of(200, State::Worker, false), Group::Worker);
    }

    #[test]
    fn scanners_are_known_by_what_they_look_for() {
        for path in ["/wp-login.php", "/blog/wp-admin/", "/.git/config", "/.ENV", "/index.php", "/shell.aspx"]
        {
            assert!(is_probe(path.as_bytes()), "{path}");
        }
        for path in ["/", "/about", "/docs/php", "/environment", "/blog/git-tips"] {
            assert!(!is_probe(path.as_bytes()), "{path}");
        }
    }
}
