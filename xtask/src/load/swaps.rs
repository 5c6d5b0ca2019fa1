//! A thousand swaps in a minute under load. Every page of every version says in its body and in a header which version it is; clients
//! of ours hold each answer against what that version's page should be, byte for byte.

use std::collections::HashMap;
use std::ffi::OsStr;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use serde::{Deserialize, Serialize};

use super::memory::Memory;
use super::server::{Controlled, Counted};
use super::versus::{request, scratch};
use super::wrk::{Run, Wrk, finish};
use super::{Programs, machine, on_client_cores, peers, site};
use crate::raw_http::{Client, RawReply};

/// Versions, in turns.
pub(super) const VERSIONS: usize = 4;
/// Clients that check, and connections of `wrk` beside them.
pub(super) const CHECKERS: usize = 4;
pub(super) const CONNECTIONS: usize = 64;

/// What a run gave.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(super) struct Swaps {
    /// What it was measured on.
    pub(super) machine: machine::Machine,
    /// Swaps that were made, and in how many seconds.
    pub(super) swaps: usize,
    /// How long that took.
    pub(super) seconds: f64,
    /// The longest time that a swap took, seconds: manifest read and verified, folder opened.
    pub(super) slowest: f64,
    /// Swaps after which the next request got another version.
    pub(super) late: usize,
    /// Answers of each version that were checked.
    pub(super) checked: Vec<u64>,
    /// Requests without a whole answer of status 200.
    pub(super) failed: u64,
    /// Answers of more than one version.
    pub(super) mixed: u64,
    /// The first few of what went wrong.
    pub(super) problems: Vec<String>,
    /// What `wrk` said meanwhile.
    pub(super) load: Run,
    /// The server's memory: at the start, a quarter of the way, and so on to the end.
    pub(super) memory: Vec<Memory>,
    /// What the server counted.
    pub(super) counted: Counted,
}

impl Swaps {
    /// Whether anything went wrong.
    pub(super) fn is_finding(&self) -> bool {
        let server =
            self.counted.failed_swaps + self.counted.files_that_do_not_fit + self.counted.files_unreadable;
        self.failed + self.mixed + server + self.load.errors > 0 || self.late > 0
    }
}

/// What a client that checks has found.
#[derive(Debug, Default)]
struct Found {
    checked: [u64; VERSIONS],
    failed: u64,
    mixed: u64,
    problems: Vec<String>,
    tags: HashMap<(usize, usize), Vec<u8>>,
}

/// Pages as they should be, version by version.
type Pages = Vec<Vec<String>>;

/// Measures.
///
/// # Errors
/// The server does not start or ends, or there is no `wrk`.
pub(super) fn measure(programs: &Programs, quick: bool) -> Result<Swaps> {
    let wrk = Wrk::of(&peers::fetch(false))?;
    let (swaps, seconds) = if quick { (100, 6) } else { (1000, 60) };
    let folder = tempfile::tempdir_in(scratch()?)?;
    let sites: Result<Vec<_>> =
        (0..VERSIONS).map(|version| site::write(folder.path(), version, true)).collect();
    let sites = sites?;
    let pages: Pages = (0..VERSIONS)
        .map(|version| (0..site::PAGES).map(|page| site::text(version, page)).collect())
        .collect();
    let args =
        ["--manifest".as_ref(), sites[0].manifest.as_os_str(), "--dist".as_ref(), sites[0].dist.as_os_str()];
    let mut server = Controlled::start(programs, &args.map(|arg: &OsStr| arg))?;
    on_client_cores()?;
    let address = server.server.address();
    // All bodies are in memory before anything is measured.
    for site in &sites {
        server.swap(site)?;
        let mut client = Client::to(address);
        for page in 0..site::PAGES {
            client.ask(&request(&site::path(page), "localhost"), false)?;
        }
    }
    let load = wrk.start(address, &site::path(7), CONNECTIONS, seconds + 4)?;
    std::thread::sleep(Duration::from_secs(2));
    let stop = AtomicBool::new(false);
    let (mut result, found) = std::thread::scope(|scope| -> Result<(Swaps, Vec<Found>)> {
        let checkers: Vec<_> = (0..CHECKERS)
            .map(|number| {
                let (pages, stop) = (&pages, &stop);
                scope.spawn(move || check(address, number, pages, stop))
            })
            .collect();
        let result = swap_all(&mut server, &sites, swaps, seconds);
        stop.store(true, Ordering::Relaxed);
        let found = checkers.into_iter().map(|checker| checker.join().unwrap_or_default());
        Ok((result?, found.collect()))
    })?;
    result.load = finish(load)?;
    result.counted = server.counters()?;
    result.machine = machine::here();
    result.checked = vec![0; VERSIONS];
    let mut tags: HashMap<(usize, usize), Vec<u8>> = HashMap::new();
    for found in found {
        for (sum, count) in result.checked.iter_mut().zip(found.checked) {
            *sum += count;
        }
        result.failed += found.failed;
        result.mixed += found.mixed;
        result.problems.extend(found.problems);
        // A page of a version has one tag, whoever asked.
        for (key, tag) in found.tags {
            result.mixed += u64::from(*tags.entry(key).or_insert_with(|| tag.clone()) != tag);
        }
    }
    // And no two have the same.
    let all: std::collections::HashSet<&Vec<u8>> = tags.values().collect();
    result.mixed += (tags.len() - all.len()) as u64;
    result.problems.truncate(10);
    Ok(result)
}

fn swap_all(server: &mut Controlled, sites: &[site::Site], swaps: usize, seconds: u64) -> Result<Swaps> {
    let mut result = Swaps { swaps, memory: vec![server.server.memory()], ..Swaps::default() };
    let mut client = Client::to(server.server.address());
    let pace = Duration::from_secs(seconds) / u32::try_from(swaps)?;
    let started = Instant::now();
    for swap in 0..swaps {
        let version = swap % sites.len();
        let begun = Instant::now();
        server.swap(&sites[version])?;
        result.slowest = result.slowest.max(begun.elapsed().as_secs_f64());
        // The answers from now on are the new version's.
        let reply = client.ask(&request(&site::path(swap % site::PAGES), "localhost"), false)?;
        result.late += usize::from(version_of(&reply) != Some(version));
        if (swap + 1) % (swaps / 4) == 0 {
            result.memory.push(server.server.memory());
        }
        let next = pace * u32::try_from(swap + 1)?;
        std::thread::sleep(next.saturating_sub(started.elapsed()));
    }
    result.seconds = started.elapsed().as_secs_f64();
    Ok(result)
}

fn version_of(reply: &RawReply) -> Option<usize> {
    let text = std::str::from_utf8(reply.header("x-version")?).ok()?;
    text.parse().ok().filter(|version| *version < VERSIONS)
}

/// Asks for page after page until it is told to stop.
fn check(address: SocketAddr, number: usize, pages: &Pages, stop: &AtomicBool) -> Found {
    let mut found = Found::default();
    let mut client = Client::to(address);
    let mut page = number * 17;
    while !stop.load(Ordering::Relaxed) {
        page = (page + 7) % site::PAGES;
        match client.ask(&request(&site::path(page), "localhost"), false).context("no whole answer") {
            Ok(reply) => found.look_at(&reply, page, pages),
            Err(error) => found.fail(format!("{error:#}")),
        }
    }
    found
}

impl Found {
    fn fail(&mut self, what: String) {
        self.failed += 1;
        self.problems.push(what);
        self.problems.truncate(5);
    }

    fn look_at(&mut self, reply: &RawReply, page: usize, pages: &Pages) {
        let (Some(version), 200, Some(tag)) = (version_of(reply), reply.status, reply.header("etag")) else {
            return self.fail(format!("status {}, headers {:?}", reply.status, reply.headers));
        };
        let known = self.tags.entry((version, page)).or_insert_with(|| tag.to_vec());
        if reply.body != pages[version][page].as_bytes() || known != tag {
            self.mixed += 1;
            self.problems.push(format!("page {page}: headers of version {version}, and another body or tag"));
            self.problems.truncate(5);
        }
        self.checked[version] += 1;
    }
}
