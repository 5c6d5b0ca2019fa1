//! Requests put together by what they ask for, in bounded memory. A path is answered once, when it is first seen, and then only
//! counted.

use std::collections::HashMap;

use crate::side::State;

use super::verdict::Group;

/// How many different statuses of one path are told apart; further ones count in the totals alone.
const MOST_STATUSES: usize = 4;

/// What is known of the requests for one path.
#[derive(Debug, Clone)]
pub(super) struct Entry {
    pub(super) state: State,
    is_probe: bool,
    /// Status in the log (0: none) and requests.
    statuses: [(u16, u32); MOST_STATUSES],
    /// Where the first request that says it came from, and on which line it stands.
    pub(super) referer: Option<(u64, Box<str>)>,
}

impl Entry {
    pub(super) fn new(state: State, is_probe: bool) -> Entry {
        Entry { state, is_probe, statuses: [(0, 0); MOST_STATUSES], referer: None }
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

    /// The statuses with their groups and numbers.
    pub(super) fn groups(&self) -> impl Iterator<Item = (u16, Group, u32)> {
        let used = self.statuses.into_iter().filter(|(_, count)| *count > 0);
        used.map(|(status, count)| (status, Group::of(status, self.state, self.is_probe), count))
    }
}

/// Everything that was asked for, with what only totals know of.
#[derive(Debug, Default)]
pub(super) struct Aggregate {
    /// By `/path`, or `POST /path` for methods other than GET and HEAD.
    pub(super) entries: HashMap<Box<[u8]>, Entry>,
    /// Requests that no entry holds, by group.
    pub(super) folded: [u64; Group::ALL.len()],
    /// Entries that were given up, at least.
    pub(super) folded_paths: u64,
}

impl Aggregate {
    /// Counts a request. `answer` is asked for a path that is not known yet. Keeps no more than `most` paths: when there are more,
    /// those with the fewest requests go to the totals.
    pub(super) fn count(
        &mut self,
        key: &[u8],
        status: u16,
        most: usize,
        answer: impl FnOnce() -> Entry,
    ) -> Option<&mut Entry> {
        if !self.entries.contains_key(key) {
            if self.entries.len() >= most {
                self.fold(most / 2);
            }
            self.entries.insert(key.into(), answer());
        }
        let entry = self.entries.get_mut(key)?;
        if !entry.add(status, 1) {
            self.folded[Group::of(status, entry.state, entry.is_probe) as usize] += 1;
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
                entry.groups().for_each(|(_, group, count)| folded[group as usize] += u64::from(count));
                *folded_paths += 1;
            }
            keeps
        });
    }

    /// Adds what another thread has counted.
    pub(super) fn join(&mut self, other: Aggregate) {
        self.folded_paths += other.folded_paths;
        for (sum, more) in self.folded.iter_mut().zip(other.folded) {
            *sum += more;
        }
        for (key, entry) in other.entries {
            let Some(known) = self.entries.get_mut(&key) else {
                self.entries.insert(key, entry);
                continue;
            };
            for (status, group, count) in entry.groups() {
                if !known.add(status, count) {
                    self.folded[group as usize] += u64::from(count);
                }
            }
            known.referer = match (known.referer.take(), entry.referer) {
                (Some(one), Some(other)) => Some(one.min(other)),
                (one, other) => one.or(other),
            };
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn memory_is_bounded_and_every_request_is_counted() {
        let mut aggregate = Aggregate::default();
        for round in 0..10u32 {
            for path in 0..1000u32 {
                let key = if path < 10 { format!("/often/{path}") } else { format!("/rare/{round}/{path}") };
                let times = if path < 10 { 3 } else { 1 };
                for _ in 0..times {
                    aggregate.count(key.as_bytes(), 200, 200, || Entry::new(State::Missing, false));
                }
            }
        }
        assert!(aggregate.entries.len() <= 200);
        let often = aggregate.entries.iter().filter(|(key, _)| key.starts_with(b"/often"));
        assert_eq!(often.count(), 10);
        let kept: u64 = aggregate.entries.values().map(Entry::requests).sum();
        assert_eq!(kept + aggregate.folded.iter().sum::<u64>(), 10_200);
        assert_eq!(aggregate.folded.iter().sum::<u64>(), aggregate.folded[Group::Breaks as usize]);
    }

    #[test]
    fn statuses_beyond_the_room_are_in_the_totals() {
        let mut aggregate = Aggregate::default();
        for status in [200, 301, 404, 500, 206, 200] {
            aggregate.count(b"/a", status, 10, || Entry::new(State::Served, false));
        }
        assert_eq!(aggregate.entries[&b"/a"[..]].requests(), 5);
        assert_eq!(aggregate.folded[Group::Same as usize], 1);
    }
}
