//! Changes put together as a person would: by kind, and within a kind by cause, since one change of a build or a rule makes a thousand
//! findings.

use std::collections::BTreeMap;

use rayon::prelude::*;
use trailmark::{Form, split_stem};
use trailmark_compare::{Change, Comparison, Detail, Diff, FormDetail, Kind, Reply, State, in_words};

/// The changes of a kind that have the same cause.
#[derive(Debug)]
pub(super) struct Cause {
    /// What they have in common; empty where there is nothing.
    pub(super) text: String,
    /// How many pages.
    pub(super) pages: usize,
    /// The first of them, as indices of the kind's changes.
    first: Vec<usize>,
}

impl Cause {
    /// The first pages, spelled out.
    pub(super) fn examples<'d>(&self, diff: &Diff<'d>, kind: Kind) -> Vec<Detail<'d>> {
        let changes = diff.of_kind(kind);
        self.first.iter().filter_map(|&index| diff.detail(changes.get(index)?)).collect()
    }
}

/// The causes of a kind, the most frequent first, each with so many first pages.
pub(super) fn causes(found: &Comparison<'_>, kind: Kind, limit: usize) -> Vec<Cause> {
    let changes = found.diff.of_kind(kind);
    let has_causes = matches!(
        kind,
        Kind::RedirectStarts
            | Kind::RedirectStops
            | Kind::RedirectTarget
            | Kind::Headers
            | Kind::Worker
            | Kind::Failing
    );
    if !has_causes {
        let first = (0..changes.len().min(limit)).collect();
        return vec![Cause { text: String::new(), pages: changes.len(), first }];
    }
    let by_cause = changes
        .par_iter()
        .enumerate()
        .fold(BTreeMap::<String, (usize, Vec<usize>)>::new, |mut map, (index, change)| {
            let cause = cause(&found.diff, change).unwrap_or_default();
            let (pages, first) = map.entry(cause).or_default();
            *pages += 1;
            if first.len() < limit {
                first.push(index);
            }
            map
        })
        .reduce(BTreeMap::new, |mut one, other| {
            for (cause, (more, indices)) in other {
                let (pages, first) = one.entry(cause).or_default();
                *pages += more;
                first.extend(indices);
                first.sort_unstable();
                first.truncate(limit);
            }
            one
        });
    let mut causes: Vec<Cause> = Vec::new();
    let mut others = Cause { text: String::new(), pages: 0, first: Vec::new() };
    for (text, (pages, first)) in by_cause {
        // What has one page only is told by that page.
        if text.is_empty() || (pages == 1 && kind != Kind::Headers) {
            others.pages += pages;
            others.first.extend(first);
        } else {
            causes.push(Cause { text, pages, first });
        }
    }
    causes.sort_by(|a, b| b.pages.cmp(&a.pages).then_with(|| a.text.cmp(&b.text)));
    if others.pages > 0 {
        others.first.sort_unstable();
        others.first.truncate(limit);
        causes.push(others);
    }
    causes
}

fn cause(diff: &Diff<'_>, change: &Change) -> Option<String> {
    let Detail { kind, main, .. } = diff.detail(change)?;
    match kind {
        Kind::Headers => Some(header_difference(diff, &main)),
        Kind::Worker | Kind::Failing => Some(format!("{} -> {}", state(&main.before), state(&main.after))),
        Kind::RedirectStarts => leads(diff, &main.path, &main.after, false),
        Kind::RedirectStops => leads(diff, &main.path, &main.before, true),
        _ => {
            let before = leads(diff, &main.path, &main.before, true)?;
            let after = leads(diff, &main.path, &main.after, false)?;
            Some(format!("{before}, now {after}"))
        }
    }
}

fn state(reply: &Reply<'_>) -> String {
    match reply.state {
        State::Served => "served".to_owned(),
        State::Redirect => "redirect".to_owned(),
        _ => in_words(reply),
    }
}

/// What a redirect does to the shape of a path, or which rule it is.
fn leads(diff: &Diff<'_>, path: &str, reply: &Reply<'_>, is_old: bool) -> Option<String> {
    let location = reply.location.as_deref()?;
    let side = if is_old { diff.old() } else { diff.new_side() };
    if let Some(rule) = reply.redirect_rule.and_then(|index| side.manifest().redirect_rule(index)) {
        return Some(format!("{} by rule `{} {}`", reply.status, rule.from, rule.target()));
    }
    let (stem, form) = split_stem(path.as_bytes());
    let (target_stem, target_form) = split_stem(location.as_bytes());
    let shape = |form: Form| format!("/page{}", form.suffix());
    (stem == target_stem).then(|| format!("{} {} to {}", reply.status, shape(form), shape(target_form)))
}

/// The headers that differ, as text.
pub(super) fn header_difference(diff: &Diff<'_>, form: &FormDetail<'_>) -> String {
    let says_more = |(name, _): &(String, String)| !matches!(name.as_str(), "etag" | "location");
    let before: Vec<_> = diff.old().headers(&form.path).into_iter().filter(says_more).collect();
    let after: Vec<_> = diff.new_side().headers(&form.path).into_iter().filter(says_more).collect();
    let mut parts = Vec::new();
    let mut names: Vec<&str> = Vec::new();
    for (name, _) in before.iter().chain(&after) {
        if !names.contains(&name.as_str()) {
            names.push(name);
        }
    }
    let of = |headers: &[(String, String)], name: &str| -> Vec<String> {
        headers.iter().filter(|(known, _)| known == name).map(|(_, value)| value.clone()).collect()
    };
    for name in names {
        let (was, is) = (of(&before, name), of(&after, name));
        match (was.is_empty(), is.is_empty()) {
            _ if was == is => {}
            (true, _) => parts.push(format!("+ {name}: {}", is.join(", "))),
            (_, true) => parts.push(format!("- {name}: {}", was.join(", "))),
            _ => parts.push(format!("{name}: {} -> {}", was.join(", "), is.join(", "))),
        }
    }
    if parts.is_empty() { "the order of headers".to_owned() } else { parts.join("; ") }
}

/// The folders in which most changes of a kind are, with their numbers; nothing where that says little.
pub(super) fn folders(diff: &Diff<'_>, kind: Kind) -> Vec<(String, usize)> {
    const FEW: usize = 12;
    const MOST: usize = 6;
    let changes = diff.of_kind(kind);
    if changes.len() < FEW {
        return Vec::new();
    }
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for change in changes {
        let stem = diff.stem_of(change);
        let end = stem.get(1..).and_then(|rest| rest.find('/')).map_or(0, |at| at + 1);
        *counts.entry(stem.get(..end).unwrap_or_default()).or_default() += 1;
    }
    if counts.len() < 2 {
        return Vec::new();
    }
    let mut folders: Vec<_> =
        counts.into_iter().map(|(folder, count)| (format!("{folder}/"), count)).collect();
    folders.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
    folders.truncate(MOST);
    folders
}

/// What a page was and is, in the words that suit the kind.
pub(super) fn before_and_after(detail: &Detail<'_>) -> (String, String) {
    use crate::output::bytes;
    let main = &detail.main;
    let size = |reply: &Reply<'_>| reply.asset.map_or(0, |asset| asset.size());
    match detail.kind {
        Kind::Content if main.before.redirect_rule.is_none() && main.after.redirect_rule.is_none() => {
            let (was, is) = (size(&main.before), size(&main.after));
            let was = if was == is { "the same size".to_owned() } else { format!("was {}", bytes(was)) };
            (was, bytes(is))
        }
        _ => (in_words(&main.before), in_words(&main.after)),
    }
}
