//! Taking the time of look-ups: alone, in a row, and by several threads.

use std::hint::black_box;
use std::sync::Barrier;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use hdrhistogram::Histogram;
use trailmark::{Manifest, Request, RequestPath, Scratch};

use super::requests::Requests;

/// What is measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Call {
    /// `Manifest::lookup`.
    Lookup,
    /// `Manifest::decide`: router, rules, look-up, headers.
    Answer,
}

/// What reading the clock costs.
#[derive(Debug, Clone, Copy)]
pub(super) struct Clock {
    /// Between two readings with nothing in between, nanoseconds: the median.
    pub(super) overhead: u64,
}

impl Clock {
    /// Reads the clock often.
    pub(super) fn new() -> Clock {
        let mut gaps: Vec<u64> = (0..10_001)
            .map(|_| {
                let started = Instant::now();
                nanoseconds(started.elapsed())
            })
            .collect();
        gaps.sort_unstable();
        Clock { overhead: gaps.get(gaps.len() / 2).copied().unwrap_or(0) }
    }
}

/// Look-ups that are timed together where they may overlap.
pub(super) const BATCH: usize = 64;
/// Look-ups before anything is timed.
const WARM_UP: usize = 20_000;

/// Latencies in nanoseconds.
#[derive(Debug)]
pub(super) struct Latencies {
    /// Each look-up, or the mean of each batch.
    pub(super) histogram: Histogram<u64>,
    /// How many look-ups were timed.
    pub(super) lookups: u64,
}

/// Asks for requests in their order, round and round.
struct Asker<'a> {
    manifest: &'a Manifest<'a>,
    requests: &'a Requests,
    call: Call,
    scratch: Scratch,
    next: usize,
}

impl<'a> Asker<'a> {
    fn new(manifest: &'a Manifest<'a>, requests: &'a Requests, call: Call, first: usize) -> Asker<'a> {
        let mut asker = Asker { manifest, requests, call, scratch: Scratch::new(), next: first };
        for _ in 0..WARM_UP.min(requests.len()) {
            asker.ask();
        }
        asker.next = first;
        asker
    }

    #[inline]
    fn ask(&mut self) {
        if self.next >= self.requests.len() {
            self.next = 0;
        }
        let target = self.requests.target(self.next);
        self.next += 1;
        let Ok(path) = RequestPath::parse(target, &mut self.scratch) else { return };
        match self.call {
            Call::Lookup => {
                black_box(&self.manifest.lookup(&path));
            }
            Call::Answer => {
                black_box(&self.manifest.decide(&Request::get(path)));
            }
        }
    }
}

/// Times every look-up alone. The clock is read before and after; a processor reads it only when what came before is done.
pub(super) fn start_to_end(
    manifest: &Manifest<'_>,
    requests: &Requests,
    call: Call,
    clock: Clock,
    time: Duration,
) -> anyhow::Result<Latencies> {
    let mut asker = Asker::new(manifest, requests, call, 0);
    let mut histogram = histogram()?;
    let begun = Instant::now();
    while begun.elapsed() < time {
        for _ in 0..1024 {
            let started = Instant::now();
            asker.ask();
            let took = nanoseconds(started.elapsed());
            histogram.saturating_record(took.saturating_sub(clock.overhead).max(1));
        }
    }
    let lookups = histogram.len();
    Ok(Latencies { histogram, lookups })
}

/// Times look-ups in batches; what is recorded is the mean of each.
pub(super) fn independent(
    manifest: &Manifest<'_>,
    requests: &Requests,
    call: Call,
    time: Duration,
) -> anyhow::Result<Latencies> {
    let mut asker = Asker::new(manifest, requests, call, 0);
    let mut histogram = histogram()?;
    let begun = Instant::now();
    while begun.elapsed() < time {
        for _ in 0..16 {
            let started = Instant::now();
            (0..BATCH).for_each(|_| asker.ask());
            histogram.saturating_record((nanoseconds(started.elapsed()) / BATCH as u64).max(1));
        }
    }
    let lookups = histogram.len() * BATCH as u64;
    Ok(Latencies { histogram, lookups })
}

/// What so many threads do together.
#[derive(Debug, Clone, Copy, serde::Serialize)]
pub(super) struct Throughput {
    pub(super) threads: usize,
    pub(super) lookups_per_second: f64,
}

/// Look-ups in a second by 1, 2, 4, ... threads, up to `most`.
pub(super) fn by_threads(
    manifest: &Manifest<'_>,
    requests: &Requests,
    call: Call,
    most: usize,
    time: Duration,
) -> Vec<Throughput> {
    let doubling =
        std::iter::successors(Some(1), |&threads| Some(threads * 2)).take_while(|&threads| threads < most);
    let counts: Vec<usize> = doubling.chain([most]).collect();
    counts.into_iter().map(|threads| together(manifest, requests, call, threads, time)).collect()
}

fn together(
    manifest: &Manifest<'_>,
    requests: &Requests,
    call: Call,
    threads: usize,
    time: Duration,
) -> Throughput {
    let stop = AtomicBool::new(false);
    let ready = Barrier::new(threads + 1);
    let ask = &|first: usize| {
        let mut asker = Asker::new(manifest, requests, call, first);
        ready.wait();
        let (mut count, begun) = (0u64, Instant::now());
        loop {
            (0..BATCH).for_each(|_| asker.ask());
            count += BATCH as u64;
            if stop.load(Ordering::Relaxed) {
                return count as f64 / begun.elapsed().as_secs_f64();
            }
        }
    };
    let lookups_per_second = std::thread::scope(|scope| {
        let running: Vec<_> =
            (0..threads).map(|thread| scope.spawn(move || ask(requests.len() / threads * thread))).collect();
        ready.wait();
        std::thread::sleep(time);
        stop.store(true, Ordering::Relaxed);
        // A thread that panicked has asked for nothing.
        running.into_iter().map(|thread| thread.join().unwrap_or(0.0)).sum()
    });
    Throughput { threads, lookups_per_second }
}

/// Up to ten seconds, in three digits.
fn histogram() -> anyhow::Result<Histogram<u64>> {
    Ok(Histogram::new_with_bounds(1, 10_000_000_000, 3)?)
}

fn nanoseconds(time: Duration) -> u64 {
    u64::try_from(time.as_nanos()).unwrap_or(u64::MAX)
}
