//! What one thread has seen: counts and first places, one entry a target. Nothing is kept for a single link, so a site of a
//! million links costs what its targets cost. Tallies of several threads are added up at the end.

use rustc_hash::FxHashMap;

use crate::ask::{Asker, End, Verdict};
use crate::hash::hash;
use crate::kind::{LinkKind, LinkKinds};
use crate::rules::{RULES, Rule};

/// Where something stands: the number of the asset, and the byte.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Place {
    pub(crate) file: u32,
    pub(crate) offset: u32,
}

impl Place {
    const NONE: Place = Place { file: u32::MAX, offset: u32::MAX };
}

/// Places that are kept of a target: the first, whatever the order in which files are read.
const PLACES: usize = 3;

/// How often something was met.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Stats {
    pub(crate) links: u32,
    /// Files; a thread reads each at once.
    pub(crate) files: u32,
    pub(crate) kinds: LinkKinds,
    last_file: u32,
    places: [Place; PLACES],
}

impl Default for Stats {
    fn default() -> Self {
        Stats {
            links: 0,
            files: 0,
            kinds: LinkKinds::default(),
            last_file: u32::MAX,
            places: [Place::NONE; PLACES],
        }
    }
}

impl Stats {
    pub(crate) fn add(&mut self, kind: LinkKind, place: Place) {
        self.links = self.links.saturating_add(1);
        self.kinds.add(kind);
        if self.last_file != place.file {
            self.last_file = place.file;
            self.files += 1;
            // Another place in the same file tells a reader nothing new.
            self.keep(place);
        }
    }

    fn keep(&mut self, place: Place) {
        let mut place = place;
        for kept in &mut self.places {
            if place < *kept {
                std::mem::swap(kept, &mut place);
            }
        }
    }

    pub(crate) fn add_all(&mut self, other: &Stats) {
        self.links = self.links.saturating_add(other.links);
        self.files += other.files;
        self.kinds.add_all(other.kinds);
        other.places().for_each(|place| self.keep(place));
    }

    pub(crate) fn places(&self) -> impl Iterator<Item = Place> {
        self.places.into_iter().filter(|&place| place != Place::NONE)
    }
}

/// A path that links lead to.
#[derive(Debug, Clone)]
pub(crate) struct Target {
    pub(crate) path: Box<[u8]>,
    pub(crate) verdict: Verdict,
    /// Links of all kinds but those that have findings of their own.
    pub(crate) stats: Stats,
}

/// Links to an element of a page.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Wanted {
    pub(crate) links: u32,
    pub(crate) first: Place,
}

/// An element that links want: the page's asset, and the hash of the fragment as it is written.
pub(crate) type FragmentKey = (u32, u64);

/// What a page says of itself; only of pages that say something.
#[derive(Debug, Clone, Default)]
pub(crate) struct PageFacts {
    /// The file that the canonical URL leads to, if it is another page's, and whether it leads there without redirect.
    pub(crate) canonical_elsewhere: Option<(u32, Place, bool)>,
    /// Each language's file, with the place that says so.
    pub(crate) alternates: Vec<(u32, Place)>,
}

/// Counts of all links.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, serde::Serialize)]
pub struct LinkCounts {
    /// To paths of the site.
    pub internal: u64,
    /// To elements of the same page.
    pub same_page: u64,
    /// To other sites.
    pub external: u64,
    /// `mailto:`, `data:` and the like, and what is no URL.
    pub other: u64,
}

/// What one thread, or in the end all of them, have seen.
#[derive(Debug, Default)]
pub(crate) struct Tally {
    by_path: FxHashMap<PathKey, u32>,
    pub(crate) targets: Vec<Target>,
    /// Findings that are not the target's, but the link's own.
    pub(crate) special: FxHashMap<(Rule, Box<[u8]>), Stats>,
    pub(crate) fragments: FxHashMap<FragmentKey, Wanted>,
    /// From the hash of a fragment with percent signs to that of what it decodes to.
    pub(crate) decoded: FxHashMap<u64, u64>,
    /// The ids of each page, hashed, sorted.
    pub(crate) ids: Vec<(u32, Box<[u64]>)>,
    pub(crate) facts: Vec<(u32, PageFacts)>,
    /// Files that have a finding of each rule.
    pub(crate) files: [u32; RULES.len()],
    pub(crate) counts: LinkCounts,
    pub(crate) pages: u64,
    pub(crate) bytes: u64,
    /// The files that sitemaps name, with the places.
    pub(crate) sitemap: Vec<(u32, Place)>,
    /// Files that could not be looked into, and why.
    pub(crate) unreadable: Vec<(u32, String)>,
}

/// The hash of a path; paths whose hashes agree are taken for one, which 64 bits make as unlikely as a broken memory.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
struct PathKey(u64);

impl Tally {
    /// The number of a path's entry, which is made if need be.
    pub(crate) fn target(&mut self, path: &[u8], asker: &mut Asker<'_>) -> usize {
        let number = self.by_path.entry(PathKey(hash(path))).or_insert_with(|| {
            let verdict = asker.ask(path);
            self.targets.push(Target { path: path.into(), verdict, stats: Stats::default() });
            (self.targets.len() - 1) as u32
        });
        *number as usize
    }

    /// Counts something under a rule of its own.
    pub(crate) fn add_special(&mut self, rule: Rule, path: &[u8], kind: LinkKind, place: Place) {
        self.special.entry((rule, path.into())).or_default().add(kind, place);
    }

    /// Counts a link to an element of another page. `decoded` is the hash of the decoded fragment, if that is another.
    pub(crate) fn add_fragment(&mut self, key: FragmentKey, decoded: Option<u64>, place: Place) {
        let wanted = self.fragments.entry(key).or_insert(Wanted { links: 0, first: place });
        wanted.links = wanted.links.saturating_add(1);
        wanted.first = wanted.first.min(place);
        if let Some(decoded) = decoded {
            self.decoded.insert(key.1, decoded);
        }
    }

    /// Adds what another thread has seen.
    pub(crate) fn add_all(&mut self, other: Tally) {
        for target in other.targets {
            match self
                .by_path
                .get(&PathKey(hash(&target.path)))
                .and_then(|&at| self.targets.get_mut(at as usize))
            {
                Some(known) => known.stats.add_all(&target.stats),
                None => {
                    self.by_path.insert(PathKey(hash(&target.path)), self.targets.len() as u32);
                    self.targets.push(target);
                }
            }
        }
        for (key, stats) in other.special {
            self.special.entry(key).or_default().add_all(&stats);
        }
        for (key, wanted) in other.fragments {
            let known = self.fragments.entry(key).or_insert(Wanted { links: 0, first: wanted.first });
            known.links = known.links.saturating_add(wanted.links);
            known.first = known.first.min(wanted.first);
        }
        self.decoded.extend(other.decoded);
        self.ids.extend(other.ids);
        self.facts.extend(other.facts);
        self.sitemap.extend(other.sitemap);
        self.unreadable.extend(other.unreadable);
        self.files.iter_mut().zip(other.files).for_each(|(sum, count)| *sum += count);
        let LinkCounts { internal, same_page, external, other: rest } = other.counts;
        self.counts.internal += internal;
        self.counts.same_page += same_page;
        self.counts.external += external;
        self.counts.other += rest;
        self.pages += other.pages;
        self.bytes += other.bytes;
    }
}

impl Target {
    /// The file that it leads to, if it is one.
    pub(crate) fn file(&self) -> Option<u32> {
        match self.verdict.end {
            End::File(asset) => Some(asset),
            _ => None,
        }
    }
}
