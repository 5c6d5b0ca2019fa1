//! Timing: two contestants in turns on the same requests, many short rounds, medians.
//!
//! - *Independent*: the next request does not wait for the answer, so a processor overlaps lookups. Throughput.
//! - *Start to end*: a request is begun when the answer to the one before is there, compared key and all; each request's place
//!   depends on the previous answer, and a fence keeps the processor from running ahead. Latency.
//!
//! Both contain the parsing of the request. Speed of a shared machine comes and goes in seconds, a round takes milliseconds:
//! so of two contestants each round gives a ratio, and what is reported is the median of the ratios.

use std::hint::black_box;
use std::ops::Range;
use std::time::{Duration, Instant};

use serde::{Deserialize, Serialize};
use trailmark::Scratch;

use crate::contestants::{Buffer, Contestant};
use crate::fence::finish_everything;
use crate::requests::Requests;

/// How requests follow each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Pace {
    /// The next one does not wait.
    Independent,
    /// The next one waits for the answer.
    StartToEnd,
}

impl Pace {
    /// Both.
    pub const ALL: [Pace; 2] = [Pace::Independent, Pace::StartToEnd];
}

/// A contestant in a loop.
pub trait Runner {
    /// Answers a part of a stream; the sum of the answers.
    fn run(&self, requests: &Requests, range: Range<usize>, pace: Pace, buffer: &mut Buffer) -> u64;

    /// Whether the sum means anything.
    fn answers(&self) -> bool;
}

impl<C: Contestant> Runner for C {
    fn run(&self, requests: &Requests, range: Range<usize>, pace: Pace, buffer: &mut Buffer) -> u64 {
        match pace {
            Pace::Independent => independent(self, requests, range, buffer),
            Pace::StartToEnd => start_to_end(self, requests, range, buffer),
        }
    }

    fn answers(&self) -> bool {
        Contestant::answers(self)
    }
}

#[inline(never)]
fn independent<C: Contestant>(
    contestant: &C,
    requests: &Requests,
    range: Range<usize>,
    buffer: &mut Buffer,
) -> u64 {
    let mut scratch = Scratch::new();
    let mut sum = 0u64;
    for &record in requests.records(range) {
        let ask = requests.ask(record, &mut scratch);
        sum = sum.wrapping_add(contestant.answer(&ask, buffer));
    }
    sum
}

#[inline(never)]
fn start_to_end<C: Contestant>(
    contestant: &C,
    requests: &Requests,
    range: Range<usize>,
    buffer: &mut Buffer,
) -> u64 {
    let mut scratch = Scratch::new();
    let mut sum = 0u64;
    // Zero, but the compiler cannot know: the place of each request depends on the answer before it.
    let nothing = black_box(0u64);
    let records = requests.records(range);
    let mut place = 0;
    while let Some(&record) = records.get(place) {
        finish_everything();
        let ask = requests.ask(record, &mut scratch);
        let answer = contestant.answer(&ask, buffer);
        sum = sum.wrapping_add(answer);
        place += 1 + (answer & nothing) as usize;
    }
    sum
}

/// How much is measured.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub struct Effort {
    /// Rounds of each contestant.
    pub rounds: usize,
    /// A round of the faster of the two takes about this long.
    pub round: Duration,
    /// A round of the slower one takes at most about this long.
    pub longest: Duration,
}

/// Two contestants compared.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Comparison {
    /// Nanoseconds a lookup of the first, median of the rounds.
    pub ours: f64,
    /// Of the second.
    pub theirs: f64,
    /// How many times longer the second takes: median of the rounds' ratios.
    pub ratio: f64,
    /// The quarter of the ratios that are lowest end here.
    pub low: f64,
    /// The quarter of the ratios that are highest begin here.
    pub high: f64,
    /// Number of rounds.
    pub rounds: usize,
}

/// Measures two contestants in turns. A round takes the next part of the stream, so a long stream is cold again when its turn
/// comes round. Who goes first changes from round to round.
///
/// # Panics
/// If the two sum up to different answers, or there are no requests.
pub fn compare(
    ours: &impl Runner,
    theirs: &impl Runner,
    requests: &Requests,
    pace: Pace,
    effort: Effort,
) -> Comparison {
    assert!(!requests.is_empty(), "no requests to measure");
    let mut buffer = Buffer::new();
    let mut part = Parts::new([ours, theirs], requests, pace, effort, &mut buffer);
    let mut times: Vec<(f64, f64)> = Vec::with_capacity(effort.rounds);
    // On a machine that does other things too, some rounds are interrupted. They say nothing, and are done again, unless
    // there is no end of it.
    for round in 0..effort.rounds * 4 {
        if times.len() == effort.rounds {
            break;
        }
        let interruptions = interruptions();
        let range = part.next();
        let mut time = |runner: &dyn Runner| {
            let started = Instant::now();
            let sum = runner.run(requests, range.clone(), pace, &mut buffer);
            (started.elapsed().as_secs_f64() * 1e9 / range.len() as f64, black_box(sum))
        };
        let ((a, sum_a), (b, sum_b)) = if round.is_multiple_of(2) {
            let first = time(ours);
            (first, time(theirs))
        } else {
            let first = time(theirs);
            (time(ours), first)
        };
        let both_answer = ours.answers() && theirs.answers();
        assert!(!both_answer || sum_a == sum_b, "two contestants give different answers");
        let left = effort.rounds * 4 - round;
        if interruptions == self::interruptions() || left <= effort.rounds - times.len() {
            times.push((a, b));
        }
    }
    let ratios: Vec<f64> = times.iter().map(|(a, b)| b / a).collect();
    Comparison {
        ours: median(times.iter().map(|times| times.0)),
        theirs: median(times.iter().map(|times| times.1)),
        ratio: median(ratios.iter().copied()),
        low: quantile(ratios.iter().copied(), 0.25),
        high: quantile(ratios.iter().copied(), 0.75),
        rounds: times.len(),
    }
}

/// How often the system has taken the processor away from this thread; always the same where it does not say.
#[cfg(target_os = "linux")]
fn interruptions() -> i64 {
    use nix::sys::resource::{UsageWho, getrusage};
    getrusage(UsageWho::RUSAGE_THREAD).map_or(0, |usage| usage.involuntary_context_switches())
}

#[cfg(not(target_os = "linux"))]
fn interruptions() -> i64 {
    0
}

/// The parts of a stream, one for each round, over and over.
struct Parts {
    len: usize,
    part: usize,
    next: usize,
}

impl Parts {
    /// Finds out how many requests fill a round; the first runs of everything happen here, too.
    fn new(
        runners: [&dyn Runner; 2],
        requests: &Requests,
        pace: Pace,
        effort: Effort,
        buffer: &mut Buffer,
    ) -> Parts {
        let probe = requests.len().min(2048);
        let each = runners.map(|runner| {
            let started = Instant::now();
            black_box(runner.run(requests, 0..probe, pace, buffer));
            (started.elapsed().as_secs_f64() / probe as f64).max(1e-9)
        });
        let [fast, slow] = [each[0].min(each[1]), each[0].max(each[1])];
        let filling = effort.round.as_secs_f64() / fast;
        let bearable = effort.longest.as_secs_f64() / slow;
        let part = (filling.min(bearable) as usize).clamp(probe.min(256), requests.len());
        Parts { len: requests.len(), part, next: 0 }
    }

    fn next(&mut self) -> Range<usize> {
        if self.next + self.part > self.len {
            self.next = 0;
        }
        let start = self.next;
        self.next += self.part;
        start..start + self.part
    }
}

/// The median; NaN of nothing.
pub fn median(values: impl IntoIterator<Item = f64>) -> f64 {
    quantile(values, 0.5)
}

/// The value below which a share of the values lies; NaN of nothing.
pub fn quantile(values: impl IntoIterator<Item = f64>, share: f64) -> f64 {
    let mut sorted: Vec<f64> = values.into_iter().collect();
    sorted.sort_unstable_by(f64::total_cmp);
    let place = share * sorted.len().saturating_sub(1) as f64;
    let (below, above) = (sorted.get(place.floor() as usize), sorted.get(place.ceil() as usize));
    match (below, above) {
        (Some(below), Some(above)) => below + (above - below) * place.fract(),
        _ => f64::NAN,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantiles_lie_between_the_values() {
        assert_eq!(median([3.0, 1.0, 2.0]), 2.0);
        assert_eq!(median([4.0, 1.0, 2.0, 3.0]), 2.5);
        assert_eq!(quantile([0.0, 1.0, 2.0, 3.0, 4.0], 0.25), 1.0);
        assert!(median([]).is_nan());
    }
}
