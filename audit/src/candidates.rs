//! What may become findings: all are counted, and of each rule those with most links are kept.

use std::cmp::Reverse;

use trailmark::Manifest;

use crate::ask::Asker;
use crate::files::Files;
use crate::ground::Ground;
use crate::kind::LinkKinds;
use crate::patterns::FilePatterns;
use crate::rules::{RULES, Rule, RuleSet};
use crate::run::served_at;
use crate::tally::{Place, Stats};

/// What may become a finding; small, since there may be very many.
#[derive(Debug)]
pub(crate) struct Candidate {
    pub(crate) rule: Rule,
    /// The path that it is about; for fragments and whole pages that of the page.
    pub(crate) path: Vec<u8>,
    pub(crate) links: u32,
    pub(crate) in_files: Option<u32>,
    pub(crate) kinds: LinkKinds,
    pub(crate) places: Vec<Place>,
    pub(crate) detail: Option<String>,
    pub(crate) fix: Option<String>,
}

impl Candidate {
    pub(crate) fn new(rule: Rule, path: &[u8], stats: &Stats) -> Candidate {
        Candidate {
            rule,
            path: path.to_vec(),
            links: stats.links,
            in_files: Some(stats.files),
            kinds: stats.kinds,
            places: stats.places().collect(),
            detail: None,
            fix: None,
        }
    }

    /// One that is about a single place.
    pub(crate) fn at(rule: Rule, path: impl Into<Vec<u8>>, place: Place) -> Candidate {
        Candidate {
            rule,
            path: path.into(),
            links: 1,
            in_files: Some(1),
            kinds: LinkKinds::default(),
            places: vec![place],
            detail: None,
            fix: None,
        }
    }
}

/// The candidates of a rule: all counted, the first kept.
#[derive(Debug, Default)]
pub(crate) struct List {
    pub(crate) count: u64,
    pub(crate) links: u64,
    pub(crate) first: Vec<Candidate>,
}

impl List {
    /// Leaves those with most links, in an order that does not depend on that in which they came.
    pub(crate) fn cut(mut self, limit: usize) -> List {
        self.first.sort_unstable_by(|a, b| {
            (Reverse(a.links), &a.path, &a.places).cmp(&(Reverse(b.links), &b.path, &b.places))
        });
        self.first.truncate(limit);
        self
    }
}

/// The candidates of all rules.
pub(crate) struct Lists<'p> {
    off: RuleSet,
    limit: usize,
    patterns: &'p FilePatterns,
    pub(crate) lists: Vec<List>,
    /// Rules of which something was passed over.
    pub(crate) was_cut: RuleSet,
}

impl<'p> Lists<'p> {
    pub(crate) fn new(off: RuleSet, limit: usize, patterns: &'p FilePatterns) -> Lists<'p> {
        let lists = (0..RULES.len()).map(|_| List::default()).collect();
        Lists { off, limit, patterns, lists, was_cut: RuleSet::default() }
    }

    /// Counts a candidate, unless nobody wants to hear of it.
    pub(crate) fn add(&mut self, candidate: Candidate) {
        let rule = candidate.rule;
        if self.off.contains(rule) || self.patterns.ignores(rule, &String::from_utf8_lossy(&candidate.path)) {
            self.was_cut.insert(rule);
            return;
        }
        let limit = self.limit;
        let Some(list) = self.lists.get_mut(rule as usize) else { return };
        list.count += 1;
        list.links += u64::from(candidate.links);
        list.first.push(candidate);
        // Now and then, so that a million candidates need no room.
        if list.first.len() >= limit.saturating_mul(2).saturating_add(1000) {
            *list = std::mem::take(list).cut(limit);
        }
    }

    pub(crate) fn add_all(&mut self, others: Lists<'_>) {
        for (list, other) in self.lists.iter_mut().zip(others.lists) {
            list.count += other.count;
            list.links += other.links;
            list.first.extend(other.first);
        }
        self.was_cut = self.was_cut.union(others.was_cut);
    }

    pub(crate) fn has(&self, rule: Rule) -> bool {
        self.lists.get(rule as usize).is_some_and(|list| list.count > 0)
    }
}

/// What findings are made of.
pub(crate) struct Conclusion<'s> {
    pub(crate) manifest: &'s Manifest<'s>,
    pub(crate) files: &'s Files,
    pub(crate) ground: &'s Ground<'s>,
    /// Rules that are not looked for.
    pub(crate) off: RuleSet,
    /// Findings of a rule that are shown.
    pub(crate) limit: usize,
}

impl Conclusion<'_> {
    /// The URL of a file.
    pub(crate) fn url_of(&self, file: u32) -> Option<String> {
        self.manifest.asset(file).map(|asset| served_at(self.manifest, &asset))
    }

    /// Somebody to ask.
    pub(crate) fn asker(&self) -> Asker<'_> {
        Asker::new(self.manifest, self.ground.origins)
    }
}
