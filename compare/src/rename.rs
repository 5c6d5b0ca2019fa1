//! Where pages that are gone may have gone to: to the page with the same content, to where their redirect led, or to the new page
//! with the nearest name.

use rayon::prelude::*;
use rustc_hash::FxHashMap;
use trailmark::Asset;

use crate::diff::{Change, Diff};
use crate::kind::Kind;
use crate::near::nearest;
use crate::rules::{follow, local_path};
use crate::side::{Reply, Side, State};

/// Of more pages that are gone no more is guessed.
pub const MOST_GUESSED: usize = 200_000;
/// A content that so many files have says nothing.
const MOST_OF_CONTENT: usize = 16;

/// Why a page is thought to be another's successor.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Reason {
    /// The same bytes.
    SameContent,
    /// It redirected there, by a rule that is gone.
    RuleGone,
    /// A new page with the same name elsewhere.
    SameName,
    /// A new page with nearly the same name.
    NearName,
}

impl Reason {
    /// In a few words.
    pub fn in_words(self) -> &'static str {
        match self {
            Reason::SameContent => "same content",
            Reason::RuleGone => "its redirect is gone",
            Reason::SameName => "same name",
            Reason::NearName => "near name, a guess",
        }
    }
}

/// A guess where a page went.
#[derive(Debug, Clone, PartialEq, serde::Serialize)]
pub struct Rename {
    /// The change in [`Diff::changes`].
    #[serde(skip)]
    pub change: usize,
    /// The request path that was served.
    pub from: String,
    /// The URL at which the successor is served without redirect; the whole `Location` if it is elsewhere.
    pub to: String,
    /// Why.
    pub reason: Reason,
    /// How near the names are, from 0 to 1; 1 where it does not depend on names.
    pub score: f64,
}

/// A page that is gone, as far as guesses need it.
struct Lost<'d> {
    change: usize,
    path: String,
    asset: Option<Asset<'d>>,
    location: Option<String>,
}

/// Guesses where the pages went that are gone, in the order of the changes.
pub(crate) fn renames(diff: &Diff<'_>) -> Vec<Rename> {
    let gone = diff.of_kind(Kind::Gone);
    let first = diff.changes().partition_point(|change| change.kind() < Kind::Gone);
    let gone = gone.get(..MOST_GUESSED).unwrap_or(gone);
    let lost: Vec<Lost<'_>> =
        gone.par_iter().enumerate().filter_map(|(index, change)| lost(diff, first + index, change)).collect();
    let mut found = by_content(diff, &lost);
    by_rule(diff, &lost, &mut found);
    by_name(diff, &lost, &mut found);
    found.sort_by_key(|rename| rename.change);
    found
}

fn lost<'d>(diff: &Diff<'d>, index: usize, change: &Change) -> Option<Lost<'d>> {
    let (path, Reply { asset, location, .. }) = diff.found_at(change)?;
    Some(Lost { change: index, path, asset, location })
}

/// New files with the same bytes; of several, the one with the nearest name.
fn by_content(diff: &Diff<'_>, lost: &[Lost<'_>]) -> Vec<Rename> {
    let wanted = |asset: &Asset<'_>| asset.size() > 0;
    let mut places: FxHashMap<[u8; 32], Vec<String>> = FxHashMap::default();
    for asset in lost.iter().filter_map(|lost| lost.asset).filter(wanted) {
        places.entry(*asset.fingerprint()).or_default();
    }
    let new = diff.new_side();
    let count = u32::try_from(new.manifest().asset_count()).unwrap_or(u32::MAX);
    let same: Vec<([u8; 32], String)> = (0..count)
        .into_par_iter()
        .filter_map(|index| {
            let asset = new.manifest().asset(index)?;
            places.contains_key(asset.fingerprint()).then_some(())?;
            Some((*asset.fingerprint(), asset.canonical_url()?.to_string()))
        })
        .collect();
    for (fingerprint, url) in same {
        places.entry(fingerprint).or_default().push(url);
    }
    let best = |lost: &Lost<'_>| {
        let asset = lost.asset.filter(wanted)?;
        let urls = places.get(asset.fingerprint()).filter(|urls| urls.len() <= MOST_OF_CONTENT)?;
        let shows = |url: &&String| {
            let reply = new.ask(url);
            reply.is_some_and(|reply| {
                reply.state == State::Served
                    && reply.asset.is_some_and(|found| found.fingerprint() == asset.fingerprint())
            })
        };
        let urls: Vec<&String> = urls.iter().filter(shows).collect();
        let was_there = |url: &&&String| diff.old().ask(url).is_some_and(|reply| reply.is_found());
        let fresh: Vec<&String> = urls.iter().filter(|url| !was_there(url)).copied().collect();
        let to = match (fresh.as_slice(), urls.as_slice()) {
            ([only], _) | ([], [only]) => *only,
            ([], several) | (several, _) => {
                let names: Vec<&str> = several.iter().map(|url| url.as_str()).collect();
                let near = nearest(&[lost.path.as_str()], &names).pop().flatten()?;
                several.get(near.index)?
            }
        };
        Some(rename(lost, to.clone(), Reason::SameContent, 1.0))
    };
    lost.par_iter().filter_map(best).collect()
}

/// What redirected to a page that is still there.
fn by_rule(diff: &Diff<'_>, lost: &[Lost<'_>], found: &mut Vec<Rename>) {
    let left = left(lost, found);
    let renamed: FxHashMap<&str, &str> =
        found.iter().map(|rename| (rename.from.as_str(), rename.to.as_str())).collect();
    let more: Vec<Rename> = left
        .into_iter()
        .filter_map(|lost| {
            let location = lost.location.as_ref()?;
            let to = match local_path(location, &diff.new_side()) {
                None => location.clone(),
                Some(path) => match end_of(&diff.new_side(), &path) {
                    Some(end) => end,
                    None => (*renamed.get(path.as_str())?).to_owned(),
                },
            };
            (to != lost.path).then(|| rename(lost, to, Reason::RuleGone, 1.0))
        })
        .collect();
    found.extend(more);
}

/// The page that a path leads to in the end, if it is one of the site's.
fn end_of(side: &Side<'_>, path: &str) -> Option<String> {
    match side.ask(path)?.state {
        State::Served | State::Worker => Some(path.to_owned()),
        State::Redirect => {
            let way = follow(side, path).filter(|way| way.reached)?;
            Some(way.then.last().unwrap_or(&way.first).clone())
        }
        _ => None,
    }
}

/// New pages with a near name. Pages only: a picture of nearly the same name is another picture.
fn by_name(diff: &Diff<'_>, lost: &[Lost<'_>], found: &mut Vec<Rename>) {
    let is_page = |asset: Option<Asset<'_>>| {
        asset.and_then(|asset| asset.media_type()).is_some_and(|media| media.starts_with("text/html"))
    };
    let left: Vec<&Lost<'_>> = left(lost, found).into_iter().filter(|lost| is_page(lost.asset)).collect();
    if left.is_empty() {
        return;
    }
    let candidates: Vec<String> = diff
        .of_kind(Kind::New)
        .par_iter()
        .filter_map(|change| {
            let (path, reply) = diff.found_at(change)?;
            (reply.state == State::Served && is_page(reply.asset)).then_some(path)
        })
        .collect();
    let wanted: Vec<String> = left.iter().map(|lost| lost.path.clone()).collect();
    for (lost, near) in left.into_iter().zip(nearest(&wanted, &candidates)) {
        if let Some((near, to)) = near.and_then(|near| Some((near, candidates.get(near.index)?))) {
            let reason = if near.same_name { Reason::SameName } else { Reason::NearName };
            found.push(rename(lost, to.clone(), reason, near.score));
        }
    }
}

fn left<'l, 'd>(lost: &'l [Lost<'d>], found: &[Rename]) -> Vec<&'l Lost<'d>> {
    let known: rustc_hash::FxHashSet<usize> = found.iter().map(|rename| rename.change).collect();
    lost.iter().filter(|lost| !known.contains(&lost.change)).collect()
}

fn rename(lost: &Lost<'_>, to: String, reason: Reason, score: f64) -> Rename {
    Rename { change: lost.change, from: lost.path.clone(), to, reason, score }
}
