//! The connections of a thread, and the sweep over them that keeps the limits of time: a few times a second, a glance at each.

use std::sync::Arc;
use std::time::Duration;

use super::connection::{Conn, Order, Phase};
use super::limits::ServerLimits;
use super::stats::ThreadStats;

/// Between two sweeps.
pub(crate) const TICK: Duration = Duration::from_millis(250);

/// How long a client may go on sending after its last answer.
const LINGER_TIME: Duration = Duration::from_secs(2);
/// How long a connection on which nothing was said is kept while the server ends: its request may be on its way.
const NEW_TIME_AT_END: Duration = Duration::from_millis(500);

/// The limits in sweeps.
#[derive(Debug)]
struct Ticks {
    head: u32,
    idle: u32,
    stall: u32,
    linger: u32,
    new_at_end: u32,
}

/// The connections of a thread.
pub(crate) struct Registry {
    conns: Vec<Arc<Conn>>,
    ticks: Ticks,
    now: u32,
    is_ending: bool,
}

fn ticks(time: Duration) -> u32 {
    u32::try_from(time.as_millis().div_ceil(TICK.as_millis())).unwrap_or(u32::MAX)
}

impl Registry {
    pub(crate) fn new(limits: &ServerLimits) -> Self {
        let ticks = Ticks {
            head: ticks(limits.head_time),
            idle: ticks(limits.idle_time),
            stall: ticks(limits.stall_time),
            linger: ticks(LINGER_TIME),
            new_at_end: ticks(NEW_TIME_AT_END),
        };
        // Below that are the marks for moments without a stamp.
        Registry { conns: Vec::new(), ticks, now: 2, is_ending: false }
    }

    pub(crate) fn add(&mut self, conn: Arc<Conn>) {
        if self.is_ending {
            conn.tell(Order::End);
        }
        self.conns.push(conn);
    }

    pub(crate) fn len(&self) -> usize {
        self.conns.len()
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.conns.is_empty()
    }

    /// Lets idle connections end, and the others after their answer.
    pub(crate) fn end(&mut self) {
        self.is_ending = true;
        self.conns.iter().for_each(|conn| conn.tell(Order::End));
    }

    /// Forgets connections that have ended.
    pub(crate) fn forget_ended(&mut self) {
        self.conns.retain(|conn| conn.phase() != Phase::Ended);
    }

    /// Looks at every connection: forgets those that have ended, ends those that are beyond a limit.
    pub(crate) fn sweep(&mut self, stats: &ThreadStats) {
        self.now = self.now.wrapping_add(1).max(2);
        let (now, ticks, is_ending) = (self.now, &self.ticks, self.is_ending);
        self.conns.retain(|conn| {
            let phase = conn.phase();
            if phase == Phase::Ended {
                return false;
            }
            let is_over = |since: u32, most: u32| now.wrapping_sub(since) > most;
            let since = conn.since(now);
            let beyond = match phase {
                Phase::New if is_ending && is_over(since, ticks.new_at_end) => Some(&stats.idle_closed),
                Phase::New | Phase::Head if is_over(since, ticks.head) => Some(&stats.slow_heads),
                Phase::Idle if is_over(since, ticks.idle) => Some(&stats.idle_closed),
                Phase::Lingering if is_over(since, ticks.linger) => {
                    conn.tell(Order::Drop);
                    return false;
                }
                _ => None,
            };
            let is_stalled = conn.blocked_since(now).is_some_and(|since| is_over(since, ticks.stall));
            if let Some(count) = if is_stalled { Some(&stats.stalled) } else { beyond } {
                count.add(1);
                conn.tell(Order::Drop);
                // It ends when its turn comes; so it is counted once.
                return false;
            }
            true
        });
    }

    /// Ends some of the connections that have been idle for longest.
    pub(crate) fn make_room(&mut self, stats: &ThreadStats) {
        let now = self.now;
        let mut idle: Vec<_> = self.conns.iter().filter(|conn| conn.phase() == Phase::Idle).collect();
        // Those that became idle just now are likely to be used again, and there is another sweep soon.
        idle.retain(|conn| conn.since(now) != now);
        idle.sort_by_key(|conn| std::cmp::Reverse(now.wrapping_sub(conn.since(now))));
        let some = (idle.len() / 16).max(4);
        for conn in idle.into_iter().take(some) {
            stats.closed_for_room.add(1);
            conn.tell(Order::End);
        }
    }
}
