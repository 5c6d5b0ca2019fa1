//! Requests put together by what they ask for, in bounded memory. A path is judged once, when it is first seen, and then only
//! counted.

use std::borrow::Cow;
use std::collections::HashMap;

/// How many different statuses of one path are told apart; further ones count in the totals alone.
const MOST_STATUSES: usize = 4;

/// What is made of the requests for one path.
pub(super) trait Verdict: Send {
    /// How many classes there are.
    const CLASSES: usize;

    /// The class of the requests that have this status in the log; 0 if the log has none.
    fn class(&self, status: u16) -> usize;

    /// Whether it is worth knowing where a request came from.
    fn wants_referer(&self) -> bool;
}

/// How much there is of a class.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, serde::Serialize)]
pub struct Total {
    /// Requests.
    pub requests: u64,
    /// Paths that are told apart.
    pub paths: u64,
}

/// What is known of the requests for one path.
#[derive(Debug, Clone)]
pub(super) struct Entry<V> {
    pub(super) verdict: V,
    /// Status in the log (0: none) and requests.
    statuses: [(u16, u32); MOST_STATUSES],
    /// Where the first request that says it came from, and on which line it stands.
    pub(super) referer: Option<(u64, Box<str>)>,
}

impl<V: Verdict> Entry<V> {
    pub(super) fn new(verdict: V) -> Entry<V> {
        Entry { verdict, statuses: [(0, 0); MOST_STATUSES], referer: None }
    }

    /// Counts requests; whether there was room for the status.
    fn add(&mut self, status: u16, count: u32) -> bool {
        let place = self.statuses.iter_mut().find(|(known, count)| *known == status || *count == 0);
        match place {
            Some(place) => {
                *place = (status, place.1.saturating_add(count));
                true
            }
            None => false,
        }
    }

    pub(super) fn requests(&self) -> u64 {
        self.statuses.iter().map(|(_, count)| u64::from(*count)).sum()
    }

    /// The statuses with their classes and numbers.
    pub(super) fn classes(&self) -> impl Iterator<Item = (u16, usize, u32)> {
        let used = self.statuses.into_iter().filter(|(_, count)| *count > 0);
        used.map(|(status, count)| (status, self.verdict.class(status), count))
    }

    fn requests_of(&self, class: usize) -> u64 {
        self.classes().filter(|(_, of, _)| *of == class).map(|(_, _, count)| u64::from(count)).sum()
    }

    /// The statuses of a class with their numbers.
    pub(super) fn statuses_of(&self, class: usize) -> Vec<(u16, u64)> {
        let of_class = self.classes().filter(|(_, of, _)| *of == class);
        of_class.map(|(status, _, count)| (status, u64::from(count))).collect()
    }
}

/// A path with many requests of a class.
pub(super) struct Top<'a, V> {
    pub(super) requests: u64,
    /// `POST`; of GET and HEAD, which are not told apart, GET.
    pub(super) method: Cow<'a, str>,
    pub(super) path: &'a [u8],
    pub(super) entry: &'a Entry<V>,
}

impl<V> Top<'_, V> {
    /// The path; with the method in front, if it is neither GET nor HEAD.
    pub(super) fn shown(&self) -> String {
        let path = String::from_utf8_lossy(self.path);
        if self.method == "GET" { path.into_owned() } else { format!("{} {path}", self.method) }
    }

    /// Where a request came from.
    pub(super) fn referer(&self) -> Option<String> {
        self.entry.referer.as_ref().map(|(_, referer)| referer.to_string())
    }
}

/// Everything that was asked for, with what only totals know of.
#[derive(Debug)]
pub(super) struct Aggregate<V> {
    /// By `/path`, or `POST /path` for methods other than GET and HEAD.
    entries: HashMap<Box<[u8]>, Entry<V>>,
    /// Requests that no entry holds, by class.
    folded: Vec<u64>,
    /// Entries that were given up, at least.
    folded_paths: u64,
}

impl<V: Verdict> Default for Aggregate<V> {
    fn default() -> Self {
        Aggregate { entries: HashMap::new(), folded: vec![0; V::CLASSES], folded_paths: 0 }
    }
}

/// Writes the key of a request.
pub(super) fn write_key(key: &mut Vec<u8>, method: &str, path: &[u8]) {
    key.clear();
    if !matches!(method, "GET" | "HEAD") {
        key.extend_from_slice(method.as_bytes());
        key.push(b' ');
    }
    key.extend_from_slice(path);
}

/// Method and path of a key.
fn parts(key: &[u8]) -> (Cow<'_, str>, &[u8]) {
    match key.iter().position(|&b| b == b' ') {
        Some(space) if key.first() != Some(&b'/') => {
            (String::from_utf8_lossy(&key[..space]), &key[space + 1..])
        }
        _ => (Cow::Borrowed("GET"), key),
    }
}

impl<V: Verdict> Aggregate<V> {
    /// Counts a request. `judge` is asked about a path that is not known yet. Keeps no more than `most` paths: when there are more,
    /// those with the fewest requests go to the totals.
    pub(super) fn count(
        &mut self,
        key: &[u8],
        status: u16,
        most: usize,
        judge: impl FnOnce() -> V,
    ) -> Option<&mut Entry<V>> {
        if !self.entries.contains_key(key) {
            if self.entries.len() >= most {
                self.fold(most / 2);
            }
            self.entries.insert(key.into(), Entry::new(judge()));
        }
        let entry = self.entries.get_mut(key)?;
        if !entry.add(status, 1) {
            self.folded[entry.verdict.class(status)] += 1;
        }
        Some(entry)
    }

    /// Keeps no more than so many paths.
    pub(super) fn limit(&mut self, most: usize) {
        if self.entries.len() > most {
            self.fold(most);
        }
    }

    /// Gives up the paths with the fewest requests until so many are left.
    fn fold(&mut self, left: usize) {
        let mut counts: Vec<u64> = self.entries.values().map(Entry::requests).collect();
        let dropped = counts.len().saturating_sub(left).saturating_sub(1);
        let (_, &mut limit, _) = counts.select_nth_unstable(dropped);
        let (folded, folded_paths) = (&mut self.folded, &mut self.folded_paths);
        let mut room = left;
        self.entries.retain(|_, entry| {
            let keeps = entry.requests() > limit && room > 0;
            if keeps {
                room -= 1;
            } else {
                entry.classes().for_each(|(_, class, count)| folded[class] += u64::from(count));
                *folded_paths += 1;
            }
            keeps
        });
    }

    /// Adds what another thread has counted.
    pub(super) fn join(&mut self, other: Aggregate<V>) {
        self.folded_paths += other.folded_paths;
        for (sum, more) in self.folded.iter_mut().zip(other.folded) {
            *sum += more;
        }
        for (key, entry) in other.entries {
            let Some(known) = self.entries.get_mut(&key) else {
                self.entries.insert(key, entry);
                continue;
            };
            for (status, class, count) in entry.classes() {
                if !known.add(status, count) {
                    self.folded[class] += u64::from(count);
                }
            }
            known.referer = match (known.referer.take(), entry.referer) {
                (Some(one), Some(other)) => Some(one.min(other)),
                (one, other) => one.or(other),
            };
        }
    }

    /// How much there is of each class.
    pub(super) fn totals(&self) -> Vec<Total> {
        let mut totals: Vec<Total> =
            self.folded.iter().map(|&requests| Total { requests, paths: 0 }).collect();
        let mut seen = vec![false; V::CLASSES];
        for entry in self.entries.values() {
            seen.fill(false);
            for (_, class, count) in entry.classes() {
                totals[class].requests += u64::from(count);
                seen[class] = true;
            }
            totals.iter_mut().zip(&seen).for_each(|(total, seen)| total.paths += u64::from(*seen));
        }
        totals
    }

    /// How much there is of a class, of paths with at least so many requests.
    pub(super) fn total_of(&self, class: usize, at_least: u64) -> Total {
        let mut total = Total::default();
        for entry in self.entries.values() {
            let requests = entry.requests_of(class);
            if requests >= at_least.max(1) {
                total.requests += requests;
                total.paths += 1;
            }
        }
        total
    }

    /// The paths of a class with the most requests, at least so many.
    pub(super) fn top(&self, class: usize, limit: usize, at_least: u64) -> Vec<Top<'_, V>> {
        let of_class = self.entries.iter().map(|(key, entry)| (entry.requests_of(class), &**key, entry));
        let mut found: Vec<(u64, &[u8], &Entry<V>)> =
            of_class.filter(|(requests, ..)| *requests >= at_least.max(1)).collect();
        let order = |a: &(u64, &[u8], &Entry<V>), b: &(u64, &[u8], &Entry<V>)| {
            b.0.cmp(&a.0).then_with(|| a.1.cmp(b.1))
        };
        if limit > 0 && limit < found.len() {
            found.select_nth_unstable_by(limit, order);
            found.truncate(limit);
        }
        found.sort_unstable_by(order);
        found.truncate(limit);
        let told = |(requests, key, entry)| {
            let (method, path) = parts(key);
            Top { requests, method, path, entry }
        };
        found.into_iter().map(told).collect()
    }

    /// The paths that are told apart.
    pub(super) fn entries(&self) -> impl Iterator<Item = &Entry<V>> {
        self.entries.values()
    }

    /// Requests that are in the totals only, and how many paths that were, at least.
    pub(super) fn folded(&self) -> (u64, u64) {
        (self.folded.iter().sum(), self.folded_paths)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Answered or not.
    #[derive(Debug, Clone)]
    struct Plain;

    impl Verdict for Plain {
        const CLASSES: usize = 2;

        fn class(&self, status: u16) -> usize {
            usize::from(status >= 400)
        }

        fn wants_referer(&self) -> bool {
            false
        }
    }

    #[test]
    fn memory_is_bounded_and_every_request_is_counted() {
        let mut aggregate = Aggregate::default();
        for round in 0..10u32 {
            for path in 0..1000u32 {
                let key = if path < 10 { format!("/often/{path}") } else { format!("/rare/{round}/{path}") };
                let times = if path < 10 { 3 } else { 1 };
                for _ in 0..times {
                    aggregate.count(key.as_bytes(), 404, 200, || Plain);
                }
            }
        }
        assert!(aggregate.entries.len() <= 200);
        assert_eq!(aggregate.top(1, 1000, 3).len(), 10);
        assert_eq!(aggregate.totals().iter().map(|total| total.requests).collect::<Vec<_>>(), [0, 10_200]);
        let kept: u64 = aggregate.entries().map(Entry::requests).sum();
        assert_eq!(kept + aggregate.folded().0, 10_200);
    }

    #[test]
    fn statuses_beyond_the_room_are_in_the_totals() {
        let mut aggregate = Aggregate::default();
        for status in [200, 301, 404, 500, 206, 200] {
            aggregate.count(b"/a", status, 10, || Plain);
        }
        assert_eq!(aggregate.entries[&b"/a"[..]].requests(), 5);
        assert_eq!(aggregate.folded(), (1, 0));
        assert_eq!(aggregate.totals(), [Total { requests: 4, paths: 1 }, Total { requests: 2, paths: 1 }]);
    }

    #[test]
    fn methods_are_told_apart_where_they_matter() {
        let mut aggregate = Aggregate::default();
        let mut key = Vec::new();
        for method in ["GET", "HEAD", "POST"] {
            write_key(&mut key, method, b"/a b");
            aggregate.count(&key, 200, 10, || Plain);
        }
        let top: Vec<_> = aggregate
            .top(0, 10, 1)
            .iter()
            .map(|top| (top.requests, top.method.to_string(), top.path.to_vec()))
            .collect();
        assert_eq!(top, [(2, "GET".to_owned(), b"/a b".to_vec()), (1, "POST".to_owned(), b"/a b".to_vec())]);
    }
}
