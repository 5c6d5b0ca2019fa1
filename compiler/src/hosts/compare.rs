//! Two hosts beside each other: what a move of a site from one to the other would change.

use std::collections::BTreeSet;

use rayon::prelude::*;
use trailmark::{RequestPath, Scratch};

use super::hosted::{HostAnswer, HostedSite};
use super::spelling;

/// What a move does to a URL, the most severe first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Move {
    /// A page or file was found, at once or after redirects, and is found no more.
    Gone,
    /// Another file is found.
    OtherFile,
    /// What was served now redirects.
    Redirects,
    /// What redirected is now served.
    Served,
    /// It redirects elsewhere, though to the same file.
    OtherTarget,
    /// Nothing was found, and now something is.
    Found,
    /// The same happens with another status.
    OtherStatus,
}

impl Move {
    /// Every kind, the most severe first.
    pub const ALL: [Move; 7] = [
        Move::Gone,
        Move::OtherFile,
        Move::Redirects,
        Move::Served,
        Move::OtherTarget,
        Move::Found,
        Move::OtherStatus,
    ];

    /// In a word, for programs.
    pub const fn as_str(self) -> &'static str {
        match self {
            Move::Gone => "gone",
            Move::OtherFile => "other-file",
            Move::Redirects => "redirects",
            Move::Served => "served",
            Move::OtherTarget => "other-target",
            Move::Found => "found",
            Move::OtherStatus => "other-status",
        }
    }

    /// In words, for people.
    pub const fn in_words(self) -> &'static str {
        match self {
            Move::Gone => "found before, not found after",
            Move::OtherFile => "another file is found",
            Move::Redirects => "served before, redirected after",
            Move::Served => "redirected before, served after",
            Move::OtherTarget => "redirected elsewhere, to the same file",
            Move::Found => "not found before, found after",
            Move::OtherStatus => "redirected as before, with another status",
        }
    }
}

/// A URL that a move changes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Moved {
    /// The request path.
    pub path: String,
    /// How it changes.
    pub kind: Move,
    /// What the one host answers.
    pub before: HostAnswer,
    /// What the other does.
    pub after: HostAnswer,
}

/// What a move changes, and how much stays.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Comparison {
    /// The URLs that change, in order of their paths.
    pub moved: Vec<Moved>,
    /// How many URLs were asked for.
    pub asked: usize,
}

/// Asks both hosts about every path that either of them has an answer of its own for, spelled as a link would spell it. Paths that no
/// file calls for are not asked. O(paths), on all threads.
pub fn compare(before: &HostedSite<'_>, after: &HostedSite<'_>) -> Comparison {
    let paths: BTreeSet<String> =
        before.paths().into_iter().chain(after.paths()).map(|path| spelling::encode(&path)).collect();
    let paths: Vec<String> = paths.into_iter().collect();
    let moved = paths
        .par_iter()
        .filter_map(|path| {
            let mut scratch = Scratch::new();
            // A name with a dot segment or a control in it is no path that can be asked for.
            let request = RequestPath::parse(path, &mut scratch).ok()?;
            let (one, other) = (before.answer(&request), after.answer(&request));
            let kind = kind(before, &one, after, &other)?;
            Some(Moved { path: path.clone(), kind, before: one, after: other })
        })
        .collect();
    Comparison { moved, asked: paths.len() }
}

/// What changes, if something does.
fn kind(
    before: &HostedSite<'_>,
    one: &HostAnswer,
    after: &HostedSite<'_>,
    other: &HostAnswer,
) -> Option<Move> {
    let (found, found_after) = (found(before, one), found(after, other));
    match (&found, &found_after) {
        (Some(_), None) => Some(Move::Gone),
        (None, Some(_)) => Some(Move::Found),
        // Whether a miss is a redirect to a miss on the one host and a page of the other's own is nobody's loss.
        (None, None) => None,
        (Some(file), Some(file_after)) if file != file_after => Some(Move::OtherFile),
        _ => match (&one.location, &other.location) {
            (None, Some(_)) => Some(Move::Redirects),
            (Some(_), None) => Some(Move::Served),
            (Some(to), Some(to_after)) if to != to_after => Some(Move::OtherTarget),
            _ => (one.status != other.status).then_some(Move::OtherStatus),
        },
    }
}

/// The file that a visitor sees in the end; `None` for a miss.
fn found(site: &HostedSite<'_>, answer: &HostAnswer) -> Option<String> {
    let end = site.end_of(answer);
    let end = end.as_ref().unwrap_or(answer);
    end.file.clone().filter(|_| end.status == 200)
}

#[cfg(test)]
mod tests {
    use super::super::files::Files;
    use super::super::host::Host;
    use super::*;
    use crate::base::Base;

    fn moves(from: Host, to: Host) -> Vec<(String, Move)> {
        let files = Files::of_names(["/a.html", "/b/index.html", "/404.html"], &Base::default());
        let (one, other) = (HostedSite::new(&files, from).unwrap(), HostedSite::new(&files, to).unwrap());
        compare(&one, &other).moved.into_iter().map(|moved| (moved.path, moved.kind)).collect()
    }

    #[test]
    fn a_move_to_the_same_host_changes_nothing() {
        for &host in Host::ALL {
            assert_eq!(moves(host, host), [], "{host}");
        }
    }

    #[test]
    fn what_a_move_changes_is_told_by_kind() {
        let found = moves(Host::GithubPages, Host::Nginx);
        assert!(found.contains(&("/a".to_owned(), Move::Gone)), "{found:?}");
        assert!(!found.iter().any(|(path, _)| path == "/a.html" || path == "/b"), "{found:?}");
        let found = moves(Host::GithubPages, Host::Workers);
        assert!(found.contains(&("/a.html".to_owned(), Move::Redirects)), "{found:?}");
        assert!(found.contains(&("/b".to_owned(), Move::OtherStatus)), "{found:?}");
        assert!(found.contains(&("/a/".to_owned(), Move::Found)), "{found:?}");
        let found = moves(Host::Workers, Host::VercelClean);
        assert!(found.contains(&("/b/index.html".to_owned(), Move::OtherTarget)), "{found:?}");
        assert!(found.contains(&("/b".to_owned(), Move::Served)), "{found:?}");
    }
}
