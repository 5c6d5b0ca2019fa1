//! What a server counts: each thread for itself, added up when somebody asks.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use http::StatusCode;
use trailmark::RuleId;

/// Upper bounds of the latency histogram, microseconds; one more bucket holds what is above.
pub const LATENCY_BOUNDS: [u64; 17] = [
    50, 100, 250, 500, 1_000, 2_500, 5_000, 10_000, 25_000, 50_000, 100_000, 250_000, 500_000, 1_000_000,
    2_500_000, 5_000_000, 10_000_000,
];

const STATUSES: usize = 1000;
/// More than there are rules. The last stands for all that have higher numbers.
const RULES: usize = 1024;

/// A number that one thread alone adds to, so that adding needs no locked instruction.
#[derive(Debug, Default)]
pub(crate) struct Own(AtomicU64);

impl Own {
    pub(crate) fn add(&self, number: u64) {
        self.0.store(self.get().wrapping_add(number), Ordering::Relaxed);
    }

    pub(crate) fn subtract(&self, number: u64) {
        self.0.store(self.get().wrapping_sub(number), Ordering::Relaxed);
    }

    fn get(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
}

fn owns(count: usize) -> Box<[Own]> {
    (0..count).map(|_| Own::default()).collect()
}

/// What one thread counted.
#[derive(Debug)]
pub(crate) struct ThreadStats {
    statuses: Box<[Own]>,
    /// By number plus one; the first is for answers without a rule.
    rules: Box<[Own]>,
    latency: [Own; LATENCY_BOUNDS.len() + 1],
    latency_sum: Own,
    sent: Own,
    cut_off: Own,
    pub(crate) open: Own,
    pub(crate) accepted: Own,
    pub(crate) malformed: Own,
    pub(crate) slow_heads: Own,
    pub(crate) idle_closed: Own,
    pub(crate) stalled: Own,
    pub(crate) closed_for_room: Own,
    pub(crate) accept_pauses: Own,
    pub(crate) accept_errors: Own,
}

impl ThreadStats {
    pub(crate) fn new() -> Self {
        ThreadStats {
            statuses: owns(STATUSES),
            rules: owns(RULES),
            latency: Default::default(),
            latency_sum: Own::default(),
            sent: Own::default(),
            cut_off: Own::default(),
            open: Own::default(),
            accepted: Own::default(),
            malformed: Own::default(),
            slow_heads: Own::default(),
            idle_closed: Own::default(),
            stalled: Own::default(),
            closed_for_room: Own::default(),
            accept_pauses: Own::default(),
            accept_errors: Own::default(),
        }
    }

    /// Counts an answer.
    pub(crate) fn answered(
        &self,
        status: StatusCode,
        rule: Option<RuleId>,
        took: Duration,
        sent: u64,
        is_whole: bool,
    ) {
        if let Some(count) = self.statuses.get(usize::from(status.as_u16())) {
            count.add(1);
        }
        let row = rule.map_or(0, |rule| usize::from(rule.0) + 1).min(RULES - 1);
        if let Some(count) = self.rules.get(row) {
            count.add(1);
        }
        let micros = u64::try_from(took.as_micros()).unwrap_or(u64::MAX);
        let bucket = LATENCY_BOUNDS.partition_point(|bound| *bound < micros);
        if let Some(count) = self.latency.get(bucket) {
            count.add(1);
        }
        self.latency_sum.add(micros);
        self.sent.add(sent);
        if !is_whole {
            self.cut_off.add(1);
        }
    }
}

/// What a server counted since it was started, over all threads.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct ServerStats {
    /// Answers by status, where there are any.
    pub by_status: Vec<(u16, u64)>,
    /// Answers by rule, where there are any; `None` where no rule of a manifest answered.
    pub by_rule: Vec<(Option<RuleId>, u64)>,
    /// Answers by the time they took, not added up: up to each of [`LATENCY_BOUNDS`], and above.
    pub latency: Vec<u64>,
    /// The sum of these times, microseconds.
    pub latency_sum: u64,
    /// Bytes of bodies.
    pub sent: u64,
    /// Answers that ended before their time.
    pub cut_off: u64,
    /// Connections that are open now.
    pub open: u64,
    /// Connections accepted.
    pub accepted: u64,
    /// What was no request, and got 400, 414 or 431.
    pub malformed: u64,
    /// Connections closed because the head of a request took too long.
    pub slow_heads: u64,
    /// Connections closed because nothing was asked for a while.
    pub idle_closed: u64,
    /// Connections closed because the client did not take its answer.
    pub stalled: u64,
    /// Idle connections closed to make room for others.
    pub closed_for_room: u64,
    /// How often new connections had to wait, because there were as many as may be.
    pub accept_pauses: u64,
    /// How often the system could not give a connection, for want of file descriptors mostly.
    pub accept_errors: u64,
}

/// Adds up what the threads counted.
pub(crate) fn sum(threads: &[Arc<ThreadStats>]) -> ServerStats {
    let all = |of: &dyn Fn(&ThreadStats) -> Option<&Own>| {
        threads.iter().filter_map(|thread| of(thread)).fold(0, |sum: u64, own| sum.wrapping_add(own.get()))
    };
    let one = |of: fn(&ThreadStats) -> &Own| all(&|thread| Some(of(thread)));
    let statuses = (0..STATUSES).map(|code| (code as u16, all(&|thread| thread.statuses.get(code))));
    let rules = (0..RULES).map(|row| {
        let rule = row.checked_sub(1).map(|number| RuleId(number as u16));
        (rule, all(&|thread| thread.rules.get(row)))
    });
    ServerStats {
        by_status: statuses.filter(|(_, count)| *count > 0).collect(),
        by_rule: rules.filter(|(_, count)| *count > 0).collect(),
        latency: (0..=LATENCY_BOUNDS.len()).map(|bucket| all(&|thread| thread.latency.get(bucket))).collect(),
        latency_sum: one(|thread| &thread.latency_sum),
        sent: one(|thread| &thread.sent),
        cut_off: one(|thread| &thread.cut_off),
        open: one(|thread| &thread.open),
        accepted: one(|thread| &thread.accepted),
        malformed: one(|thread| &thread.malformed),
        slow_heads: one(|thread| &thread.slow_heads),
        idle_closed: one(|thread| &thread.idle_closed),
        stalled: one(|thread| &thread.stalled),
        closed_for_room: one(|thread| &thread.closed_for_room),
        accept_pauses: one(|thread| &thread.accept_pauses),
        accept_errors: one(|thread| &thread.accept_errors),
    }
}
