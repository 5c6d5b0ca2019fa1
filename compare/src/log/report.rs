//! What a replay found: totals, and the paths with the most requests.

use std::borrow::Cow;
use std::collections::HashMap;

use trailmark::RequestPath;

use crate::near::nearest;
use crate::rules::follow;
use crate::side::{Reply, Side, State, reply};

use super::aggregate::{Aggregate, Entry};
use super::verdict::Group;

/// What a replay found.
#[derive(Debug, Default)]
pub struct LogReport {
    /// Lines, of any kind.
    pub lines: u64,
    /// Requests that were asked for.
    pub requests: u64,
    /// Lines that tell of something else than a request for a path.
    pub not_requests: u64,
    /// Empty lines and comments.
    pub blank: u64,
    /// Requests for other hosts than the one wanted.
    pub other_hosts: u64,
    /// Lines that could not be understood.
    pub damaged_lines: u64,
    /// The first of them.
    pub damaged: Vec<Damaged>,
    /// Why a log is not read to its end.
    pub incomplete: Option<String>,
    hosts: HashMap<String, u64>,
    pub(super) aggregate: Aggregate,
}

/// A line that could not be understood.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Damaged {
    /// The log.
    pub log: String,
    /// Its number, counted from 1.
    pub line: u64,
    /// Its beginning.
    pub text: String,
    /// What is wrong.
    pub why: &'static str,
}

/// How much there is of a group.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, serde::Serialize)]
pub struct Total {
    /// Requests.
    pub requests: u64,
    /// Paths that are told apart.
    pub paths: u64,
}

/// A path with many requests.
#[derive(Debug, Clone, PartialEq, serde::Serialize)]
pub struct TopPath {
    /// What was asked for; with the method in front, if it is neither GET nor HEAD.
    pub path: String,
    /// Requests of this group.
    pub requests: u64,
    /// Their statuses in the log, with numbers; 0 where the log has none.
    pub then: Vec<(u16, u64)>,
    /// What they would get.
    pub now: State,
    /// Its status; none for a Worker.
    pub status: Option<u16>,
    /// Where it leads.
    pub location: Option<String>,
    /// Whether that place is a page, at once; `None` if there is no redirect.
    pub arrives: Option<bool>,
    /// Where a request came from.
    pub referer: Option<String>,
    /// A page of the site with a near name.
    pub near: Option<String>,
}

impl LogReport {
    /// How much there is of each group that there is something of, in order.
    pub fn totals(&self) -> Vec<(Group, Total)> {
        let mut totals = [Total::default(); Group::ALL.len()];
        for (total, folded) in totals.iter_mut().zip(self.aggregate.folded) {
            total.requests = folded;
        }
        for entry in self.aggregate.entries.values() {
            let mut seen = [false; Group::ALL.len()];
            for (_, group, count) in entry.groups() {
                totals[group as usize].requests += u64::from(count);
                seen[group as usize] = true;
            }
            totals.iter_mut().zip(seen).for_each(|(total, seen)| total.paths += u64::from(seen));
        }
        Group::ALL.iter().copied().zip(totals).filter(|(_, total)| total.requests > 0).collect()
    }

    /// How much there is of a group, of paths with at least so many requests.
    pub fn total_of(&self, wanted: Group, at_least: u64) -> Total {
        let mut total = Total::default();
        for entry in self.aggregate.entries.values() {
            let requests = of_group(entry, wanted);
            if requests >= at_least.max(1) {
                total.requests += requests;
                total.paths += 1;
            }
        }
        total
    }

    /// Requests that are in the totals only, since more paths were asked for than are kept, and how many paths that were, about.
    pub fn folded(&self) -> (u64, u64) {
        (self.aggregate.folded.iter().sum(), self.aggregate.folded_paths)
    }

    /// The hosts that were asked, the most asked first.
    pub fn hosts(&self) -> Vec<(&str, u64)> {
        let mut hosts: Vec<_> = self.hosts.iter().map(|(host, count)| (host.as_str(), *count)).collect();
        hosts.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(b.0)));
        hosts
    }

    /// The paths of a group with the most requests, asked again to tell more. `with_near` looks for pages with near names.
    pub fn top(
        &self,
        side: &Side<'_>,
        group: Group,
        limit: usize,
        at_least: u64,
        with_near: bool,
    ) -> Vec<TopPath> {
        let mut found: Vec<(u64, &[u8], &Entry)> = self
            .aggregate
            .entries
            .iter()
            .map(|(key, entry)| (of_group(entry, group), &**key, entry))
            .filter(|(requests, ..)| *requests >= at_least.max(1))
            .collect();
        let order =
            |a: &(u64, &[u8], &Entry), b: &(u64, &[u8], &Entry)| b.0.cmp(&a.0).then_with(|| a.1.cmp(b.1));
        if limit > 0 && limit < found.len() {
            found.select_nth_unstable_by(limit, order);
            found.truncate(limit);
        }
        found.sort_unstable_by(order);
        found.truncate(limit);
        let mut top: Vec<TopPath> =
            found.into_iter().map(|(requests, key, entry)| told(side, group, requests, key, entry)).collect();
        if with_near && !top.is_empty() {
            add_near(side, &mut top);
        }
        top
    }

    pub(super) fn count_host(&mut self, host: &str, most: usize) {
        if let Some(count) = self.hosts.get_mut(host) {
            *count += 1;
        } else if self.hosts.len() < most {
            self.hosts.insert(host.to_ascii_lowercase(), 1);
        }
    }

    pub(super) fn keep_damaged(&mut self, damaged: Damaged, most: usize) {
        self.damaged.push(damaged);
        self.damaged.sort_by_key(|damaged| damaged.line);
        self.damaged.truncate(most);
    }

    /// Adds what another thread, or another log, has given.
    pub(super) fn join(&mut self, other: LogReport) {
        self.lines += other.lines;
        self.requests += other.requests;
        self.not_requests += other.not_requests;
        self.blank += other.blank;
        self.other_hosts += other.other_hosts;
        self.damaged_lines += other.damaged_lines;
        self.damaged.extend(other.damaged);
        self.damaged.sort_by(|a, b| a.log.cmp(&b.log).then(a.line.cmp(&b.line)));
        self.damaged.truncate(5);
        self.incomplete = self.incomplete.take().or(other.incomplete);
        for (host, count) in other.hosts {
            *self.hosts.entry(host).or_default() += count;
        }
        self.aggregate.join(other.aggregate);
    }
}

fn of_group(entry: &Entry, wanted: Group) -> u64 {
    entry.groups().filter(|(_, group, _)| *group == wanted).map(|(_, _, count)| u64::from(count)).sum()
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

fn told(side: &Side<'_>, group: Group, requests: u64, key: &[u8], entry: &Entry) -> TopPath {
    let (method, path) = parts(key);
    let mut scratch = trailmark::Scratch::new();
    let answer: Option<Reply<'_>> = RequestPath::parse(path, &mut scratch)
        .ok()
        .map(|path| reply(&side.manifest().decide(&side.request(&method, path))));
    let location = answer.as_ref().and_then(|answer| answer.location.clone());
    let text = String::from_utf8_lossy(path).into_owned();
    let arrives = location.as_ref().and_then(|_| follow(side, &text)).map(|way| way.is_direct());
    let shown = if method == "GET" { text } else { format!("{method} {text}") };
    let then = entry
        .groups()
        .filter(|(_, of, _)| *of == group)
        .map(|(status, _, count)| (status, u64::from(count)))
        .collect();
    TopPath {
        path: shown,
        requests,
        then,
        now: entry.state,
        status: answer.map(|answer| answer.status).filter(|&status| status > 0),
        location,
        arrives,
        referer: entry.referer.as_ref().map(|(_, referer)| referer.to_string()),
        near: None,
    }
}

/// Looks for pages with near names. O(files of the site).
fn add_near(side: &Side<'_>, top: &mut [TopPath]) {
    let manifest = side.manifest();
    let pages: Vec<String> =
        manifest.assets().filter_map(|asset| asset.canonical_url()).map(|url| url.to_string()).collect();
    let wanted: Vec<String> = top.iter().map(|top| top.path.clone()).collect();
    for (top, near) in top.iter_mut().zip(nearest(&wanted, &pages)) {
        top.near = near.and_then(|near| pages.get(near.index)).cloned();
    }
}
