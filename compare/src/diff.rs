//! Two sites compared: every path that either of them knows is asked of both.
//!
//! No list of paths is made. The slots of the old site's index are gone through on all threads, each stem is looked up in the
//! new site, and both are asked about every form that one of them answers; then the new site's slots, for stems that only it
//! knows. A change is a few bytes; texts are made again when somebody wants to read them.

use rayon::prelude::*;
use trailmark::{Form, StoredStem};

use crate::hashed::is_hashed;
use crate::kind::Kind;
use crate::rules::spelled_paths;
use crate::side::{Desk, Reply, Side, State, compare};

/// Slots that a thread takes at a time.
const BLOCK: u32 = 4096;

/// Where the stem of a change stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    /// In a slot of the old site.
    Old(u32),
    /// In a slot of the new one, where the old does not know the stem.
    New(u32),
    /// In the list of paths that no site path stands for.
    Spelled(u32),
}

/// A page or file for which something changes: all forms of one stem.
#[derive(Debug, Clone, Copy)]
pub struct Change {
    place: Place,
    kinds: [Option<Kind>; Form::ALL.len()],
}

// What docs/DIFF.md says of memory.
const _: () = assert!(size_of::<Change>() == 16);

impl Change {
    /// The most severe kind among its URLs.
    pub fn kind(&self) -> Kind {
        self.kinds.iter().flatten().min().copied().unwrap_or(Kind::NewHashed)
    }

    /// The kinds of its URLs, one each.
    pub fn kinds(&self) -> impl Iterator<Item = Kind> {
        self.kinds.into_iter().flatten()
    }
}

/// A change, spelled out.
#[derive(Debug, Clone)]
pub struct Detail<'d> {
    /// The most severe kind.
    pub kind: Kind,
    /// The URL that stands for the page: of those with that kind, the one that is served.
    pub main: FormDetail<'d>,
    /// The page's other URLs that change.
    pub others: Vec<FormDetail<'d>>,
}

/// What changes at one URL.
#[derive(Debug, Clone)]
pub struct FormDetail<'d> {
    /// The request path.
    pub path: String,
    /// How it changes.
    pub kind: Kind,
    /// What it answered.
    pub before: Reply<'d>,
    /// What it answers.
    pub after: Reply<'d>,
}

/// How many pages and URLs change in a way.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, serde::Serialize)]
pub struct Count {
    /// Pages and files of which this is the most severe change.
    pub pages: usize,
    /// Request paths.
    pub urls: usize,
}

/// What differs between two sites, page by page.
#[derive(Debug)]
pub struct Diff<'d> {
    old: Side<'d>,
    new: Side<'d>,
    spelled: Vec<String>,
    changes: Vec<Change>,
    counts: [Count; Kind::ALL.len()],
    /// How many request paths both sites were asked about.
    pub asked: usize,
    /// How many of them are found in both, and the same.
    pub same: usize,
}

/// What one thread has found.
#[derive(Default)]
struct Found {
    changes: Vec<Change>,
    asked: usize,
    same: usize,
}

impl Found {
    fn joined(mut self, mut other: Found) -> Found {
        self.changes.append(&mut other.changes);
        Found { asked: self.asked + other.asked, same: self.same + other.same, ..self }
    }
}

impl<'d> Diff<'d> {
    /// Compares two sites. O(paths), on all threads; memory grows with the number of changes, 16 bytes each.
    pub fn new(old: Side<'d>, new: Side<'d>) -> Diff<'d> {
        let has_same_rules = old.has_same_rules(&new);
        let of_old = blocks(&old).map(|block| {
            scan(block, |desk, place, found| {
                let Some(stored) = old.stem_in(place) else { return };
                let other = new.place_of(stored.stem);
                if has_same_rules && other.is_some_and(|other| old.is_alike(place, &new, other)) {
                    // Redirects of rules are never alike at a glance, so all of these are stored, and found.
                    let forms = stored.forms.count_ones() as usize;
                    found.asked += forms;
                    found.same += forms;
                    return;
                }
                let other = other.and_then(|other| new.stem_in(other));
                look(&old, &new, Place::Old(place), stored, other, desk, found);
            })
        });
        let of_new = blocks(&new).map(|block| {
            scan(block, |desk, place, found| {
                let Some(stored) = new.stem_in(place) else { return };
                if old.place_of(stored.stem).is_none() {
                    look(&old, &new, Place::New(place), stored, None, desk, found);
                }
            })
        });
        let (of_old, of_new) = rayon::join(
            || of_old.reduce(Found::default, Found::joined),
            || of_new.reduce(Found::default, Found::joined),
        );
        let spelled = spelled_paths(&old, &new);
        let mut found = of_old.joined(of_new);
        let mut desk = Desk::default();
        for (index, path) in (0..).zip(&spelled) {
            let kind = kind_of(&old, &new, path, &mut desk, &mut found, |kind| kind);
            if kind.is_some() {
                let mut kinds = [None; 8];
                kinds[0] = kind;
                found.changes.push(Change { place: Place::Spelled(index), kinds });
            }
        }
        let Found { changes, asked, same } = found;
        let mut diff = Diff { old, new, spelled, changes, counts: Default::default(), asked, same };
        diff.sort();
        diff.count();
        diff
    }

    fn sort(&mut self) {
        let mut changes = std::mem::take(&mut self.changes);
        changes.par_sort_unstable_by(|a, b| {
            a.kind().cmp(&b.kind()).then_with(|| self.stem_of(a).cmp(self.stem_of(b)))
        });
        self.changes = changes;
    }

    fn count(&mut self) {
        for change in &self.changes {
            self.counts[change.kind() as usize].pages += 1;
            change.kinds().for_each(|kind| self.counts[kind as usize].urls += 1);
        }
    }

    /// The site as it was.
    pub fn old(&self) -> Side<'d> {
        self.old
    }

    /// The site as it is.
    pub fn new_side(&self) -> Side<'d> {
        self.new
    }

    /// Every change: the most severe kind first, and by path within a kind.
    pub fn changes(&self) -> &[Change] {
        &self.changes
    }

    /// The changes whose most severe kind is this one, by path.
    pub fn of_kind(&self, kind: Kind) -> &[Change] {
        let start = self.changes.partition_point(|change| change.kind() < kind);
        let end = self.changes.partition_point(|change| change.kind() <= kind);
        self.changes.get(start..end).unwrap_or_default()
    }

    /// How many changes there are of a kind.
    pub fn count_of(&self, kind: Kind) -> Count {
        self.counts[kind as usize]
    }

    /// The decoded stem of a change, or the path of one that has none.
    pub fn stem_of(&self, change: &Change) -> &str {
        match change.place {
            Place::Old(place) => self.old.stem_text(place),
            Place::New(place) => self.new.stem_text(place),
            Place::Spelled(index) => self.spelled.get(index as usize).map_or("", String::as_str),
        }
    }

    /// The request paths of a change, with the kind of each.
    pub fn paths_of(&self, change: &Change) -> impl Iterator<Item = (String, Kind)> {
        let stem = self.stem_of(change);
        let side = match change.place {
            Place::Old(_) => Some(self.old),
            Place::New(_) => Some(self.new),
            Place::Spelled(_) => None,
        };
        Form::ALL.into_iter().zip(change.kinds).filter_map(move |(form, kind)| {
            let path = side.map_or_else(|| stem.to_owned(), |side| side.path_of(stem, form));
            Some((path, kind?))
        })
    }

    /// The URL that stands for a page that is gone or new, as [`Diff::detail`] has it, with the answer of the site that has it; at less
    /// cost.
    pub(crate) fn found_at(&self, change: &Change) -> Option<(String, Reply<'d>)> {
        let kind = change.kind();
        let side = if kind == Kind::New { self.new } else { self.old };
        let mut first = None;
        for (path, _) in self.paths_of(change).filter(|(_, of)| *of == kind) {
            let reply = side.ask(&path)?;
            if reply.state == State::Served {
                return Some((path, reply));
            }
            first = first.or(Some((path, reply)));
        }
        first
    }

    /// Asks both sites again about the URLs of a change.
    pub fn detail(&self, change: &Change) -> Option<Detail<'d>> {
        let kind = change.kind();
        let mut forms: Vec<_> = self
            .paths_of(change)
            .filter_map(|(path, kind)| {
                let (before, after) = (self.old.ask(&path)?, self.new.ask(&path)?);
                Some(FormDetail { path, kind, before, after })
            })
            .collect();
        // A page is known by the URL at which it was served, else by that at which it is.
        let rank = |form: &FormDetail<'_>| {
            let served = |reply: &Reply<'_>| reply.state != State::Served;
            (form.kind != kind, served(&form.before), served(&form.after))
        };
        let main = forms.iter().enumerate().min_by_key(|(_, form)| rank(form))?.0;
        let main = forms.remove(main);
        Some(Detail { kind, main, others: forms })
    }
}

fn blocks(side: &Side<'_>) -> impl ParallelIterator<Item = std::ops::Range<u32>> {
    let count = side.place_count();
    (0..count.div_ceil(BLOCK)).into_par_iter().map(move |block| {
        let start = block * BLOCK;
        start..count.min(start.saturating_add(BLOCK))
    })
}

fn scan(places: std::ops::Range<u32>, mut each: impl FnMut(&mut Desk, u32, &mut Found)) -> Found {
    let mut found = Found::default();
    let mut desk = Desk::default();
    places.for_each(|place| each(&mut desk, place, &mut found));
    found
}

/// Asks both sites about every form that one of them answers.
fn look(
    old: &Side<'_>,
    new: &Side<'_>,
    place: Place,
    stored: StoredStem<'_>,
    other: Option<StoredStem<'_>>,
    desk: &mut Desk,
    found: &mut Found,
) {
    let forms = stored.forms | other.map_or(0, |other| other.forms);
    let mut kinds = [None; 8];
    let mut path = new.manifest().encode(stored.stem);
    let stem_len = path.len();
    for (form, kind) in Form::ALL.into_iter().zip(&mut kinds) {
        if forms >> (form as u8) & 1 != 0 {
            let is_file =
                || (old.file_forms(stored.stem) | new.file_forms(stored.stem)) >> (form as u8) & 1 != 0;
            path.truncate(stem_len);
            path.push_str(form.suffix());
            *kind = kind_of(old, new, &path, desk, found, |kind| kind.of_form(form, is_file));
        }
    }
    if kinds.iter().all(Option::is_none) {
        return;
    }
    if kinds.iter().flatten().any(|kind| matches!(kind, Kind::Gone | Kind::New)) && is_hashed(stored.stem) {
        kinds = kinds.map(|kind| kind.map(Kind::of_hashed));
    }
    found.changes.push(Change { place, kinds });
}

fn kind_of(
    old: &Side<'_>,
    new: &Side<'_>,
    path: &str,
    desk: &mut Desk,
    found: &mut Found,
    of_form: impl Fn(Kind) -> Kind,
) -> Option<Kind> {
    let differs = compare(old, new, "GET", path, desk)?;
    let kind = Kind::of(&differs).map(|kind| if Kind::only_leads(&differs) { of_form(kind) } else { kind });
    found.asked += 1;
    found.same += usize::from(kind.is_none() && matches!(differs.old, State::Served | State::Redirect));
    kind
}
