//! Ten thousand sites of a thousand pages on one node: each with a manifest of its own; the files of ten sites stand for those of
//! all, through links, since what is on disk matters little beside what is kept of a site.

use std::ffi::OsStr;
use std::fs;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use hdrhistogram::Histogram;
use serde::{Deserialize, Serialize};

use super::memory::Memory;
use super::server::{Controlled, Counted};
use super::versus::{request, scratch};
use super::{Programs, machine, on_client_cores, site};
use crate::raw_http::Client;

/// Sites whose files are there.
const TEMPLATES: usize = 10;
/// Clients of the load.
pub(super) const CLIENTS: usize = 16;
/// The page that is asked for first.
const PAGE: usize = 123;

/// What a run gave.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(super) struct ManySites {
    /// What it was measured on.
    pub(super) machine: machine::Machine,
    /// How many sites.
    pub(super) sites: usize,
    /// Bytes of a manifest.
    pub(super) manifest_len: u64,
    /// Seconds until each had answered its first request, one after the other.
    pub(super) open_all: f64,
    /// The first request to each.
    pub(super) cold: Latency,
    /// The second.
    pub(super) warm: Latency,
    /// The server before the first request, and with all sites open and a page of each in memory.
    pub(super) memory: [Memory; 2],
    /// The load.
    pub(super) zipf: Zipf,
}

/// A load over all sites with room for a part of them.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(super) struct Zipf {
    /// Sites that may be open at once.
    pub(super) max_open: u64,
    /// Bytes that bodies may take.
    pub(super) body_budget: u64,
    /// Seconds.
    pub(super) seconds: f64,
    /// Of all requests.
    pub(super) latency: Latency,
    /// What the server counted.
    pub(super) counted: Counted,
    /// At the end.
    pub(super) memory: Memory,
}

/// Latencies, seconds.
#[derive(Debug, Clone, Copy, Default, Serialize, Deserialize)]
pub(super) struct Latency {
    /// How many requests.
    pub(super) requests: u64,
    /// Half were quicker.
    pub(super) p50: f64,
    /// One of a hundred was slower.
    pub(super) p99: f64,
    /// The slowest.
    pub(super) max: f64,
}

impl Latency {
    fn of(histogram: &Histogram<u64>) -> Latency {
        let seconds = |nanos: u64| nanos as f64 / 1e9;
        Latency {
            requests: histogram.len(),
            p50: seconds(histogram.value_at_quantile(0.5)),
            p99: seconds(histogram.value_at_quantile(0.99)),
            max: seconds(histogram.max()),
        }
    }
}

/// Measures.
///
/// # Errors
/// The disk is full, the server does not start, or answers something else than it should.
pub(super) fn measure(programs: &Programs, quick: bool) -> Result<ManySites> {
    let (count, seconds) = if quick { (500, 3) } else { (10_000, 30) };
    let folder = tempfile::tempdir_in(scratch()?)?;
    let sites = folder.path().join("sites");
    eprintln!("writing {count} manifests");
    let manifest_len = write(folder.path(), &sites, count)?;
    let mut result =
        ManySites { machine: machine::here(), sites: count, manifest_len, ..ManySites::default() };
    eprintln!("opening all");
    let room = 2 * count as u64;
    let server = start(programs, &sites, room, 128 << 20)?;
    on_client_cores()?;
    let address = server.server.address();
    let mut client = Client::to(address);
    // A host without a site: the first connection, and code that is used for the first time.
    client.ask(&request("/", "nobody.example"), false)?;
    result.memory[0] = server.server.memory();
    let started = Instant::now();
    result.cold = ask_each(&mut client, count)?;
    result.open_all = started.elapsed().as_secs_f64();
    result.memory[1] = server.server.memory();
    result.warm = ask_each(&mut client, count)?;
    drop((client, server));
    eprintln!("Zipf load");
    result.zipf = zipf(programs, &sites, count, seconds)?;
    Ok(result)
}

fn start(programs: &Programs, sites: &Path, max_open: u64, body_budget: u64) -> Result<Controlled> {
    let (max_open, body_budget) = (max_open.to_string(), body_budget.to_string());
    let manifests = (8_u64 << 30).to_string();
    let args: [&OsStr; 8] = [
        "--sites".as_ref(),
        sites.as_os_str(),
        "--max-open".as_ref(),
        max_open.as_ref(),
        "--body-budget".as_ref(),
        body_budget.as_ref(),
        "--manifest-budget".as_ref(),
        manifests.as_ref(),
    ];
    Controlled::start(programs, &args)
}

/// Writes all sites; gives the size of a manifest.
fn write(folder: &Path, sites: &Path, count: usize) -> Result<u64> {
    fs::create_dir(sites)?;
    let templates: Result<Vec<_>> = (0..TEMPLATES).map(|number| site::write(folder, number, false)).collect();
    let templates = templates?;
    for number in 0..count {
        let template = &templates[number % TEMPLATES];
        let own = |ending: &str| -> PathBuf { sites.join(format!("{}{ending}", host(number))) };
        fs::copy(&template.manifest, own(".trailmark")).context("can't write a manifest")?;
        #[cfg(unix)]
        std::os::unix::fs::symlink(&template.dist, own(""))?;
    }
    Ok(fs::metadata(&templates[0].manifest)?.len())
}

fn host(number: usize) -> String {
    format!("s{number}.example")
}

/// Asks every site for the same page, one after the other.
fn ask_each(client: &mut Client, count: usize) -> Result<Latency> {
    let mut histogram = Histogram::<u64>::new(3)?;
    let path = site::path(PAGE);
    let texts: Vec<String> = (0..TEMPLATES).map(|number| site::text(number, PAGE)).collect();
    for number in 0..count {
        let request = request(&path, &host(number));
        let started = Instant::now();
        let reply = client.ask(&request, false)?;
        histogram.record(u64::try_from(started.elapsed().as_nanos())?)?;
        ensure!(reply.status == 200, "site {number}: status {}", reply.status);
        ensure!(reply.body == texts[number % TEMPLATES].as_bytes(), "site {number}: another body");
    }
    Ok(Latency::of(&histogram))
}

/// Asks sites and pages by Zipf's law, with room for a tenth of the sites.
fn zipf(programs: &Programs, sites: &Path, count: usize, seconds: u64) -> Result<Zipf> {
    let (max_open, body_budget) = (count as u64 / 10, 64 << 20);
    let mut server = start(programs, sites, max_open, body_budget)?;
    let address = server.server.address();
    let stop = AtomicBool::new(false);
    let by_site = cumulative(count);
    let by_page = cumulative(site::PAGES);
    let texts: Vec<Vec<String>> = (0..TEMPLATES)
        .map(|number| (0..site::PAGES).map(|page| site::text(number, page)).collect())
        .collect();
    let started = Instant::now();
    let histogram = std::thread::scope(|scope| -> Result<Histogram<u64>> {
        let clients: Vec<_> = (0..CLIENTS)
            .map(|seed| {
                let (by_site, by_page, texts, stop) = (&by_site, &by_page, &texts, &stop);
                scope.spawn(move || ask_by_zipf(address, seed, by_site, by_page, texts, stop))
            })
            .collect();
        std::thread::sleep(Duration::from_secs(seconds));
        stop.store(true, Ordering::Relaxed);
        let mut all = Histogram::<u64>::new(3)?;
        for client in clients {
            all.add(client.join().ok().context("a client panicked")??)?;
        }
        Ok(all)
    })?;
    Ok(Zipf {
        max_open,
        body_budget,
        seconds: started.elapsed().as_secs_f64(),
        latency: Latency::of(&histogram),
        counted: server.counters()?,
        memory: server.server.memory(),
    })
}

fn ask_by_zipf(
    address: SocketAddr,
    seed: usize,
    by_site: &[f64],
    by_page: &[f64],
    texts: &[Vec<String>],
    stop: &AtomicBool,
) -> Result<Histogram<u64>> {
    let mut histogram = Histogram::<u64>::new(3)?;
    let mut client = Client::to(address);
    let mut state = 0x9E37_79B9_7F4A_7C15_u64.wrapping_mul(seed as u64 + 1);
    while !stop.load(Ordering::Relaxed) {
        let (number, page) = (choose(by_site, &mut state), choose(by_page, &mut state));
        let request = request(&site::path(page), &host(number));
        let started = Instant::now();
        let reply = client.ask(&request, false)?;
        histogram.record(u64::try_from(started.elapsed().as_nanos())?)?;
        ensure!(reply.status == 200, "site {number}: status {}", reply.status);
        ensure!(reply.body == texts[number % TEMPLATES][page].as_bytes(), "site {number}: another body");
    }
    Ok(histogram)
}

/// How much of all requests goes to the first of so many, the first two, and so on: shares as 1, 1/2, 1/3, ...
fn cumulative(count: usize) -> Vec<f64> {
    let mut sum = 0.0;
    let sums: Vec<f64> = (1..=count)
        .map(|rank| {
            sum += 1.0 / rank as f64;
            sum
        })
        .collect();
    sums.iter().map(|part| part / sum).collect()
}

/// One of them, at random.
fn choose(shares: &[f64], state: &mut u64) -> usize {
    *state ^= *state << 13;
    *state ^= *state >> 7;
    *state ^= *state << 17;
    let point = (*state >> 11) as f64 / (1_u64 << 53) as f64;
    shares.partition_point(|share| *share < point).min(shares.len() - 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_are_chosen_most_often() {
        let (shares, mut state, mut counts) = (cumulative(100), 7, [0; 100]);
        (0..100_000).for_each(|_| counts[choose(&shares, &mut state)] += 1);
        let expected = 100_000.0 / (1..=100).map(|rank| 1.0 / f64::from(rank)).sum::<f64>();
        assert!((f64::from(counts[0]) / expected - 1.0).abs() < 0.05, "{counts:?}");
        assert!((f64::from(counts[9]) * 10.0 / expected - 1.0).abs() < 0.15, "{counts:?}");
    }
}
