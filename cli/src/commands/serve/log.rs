//! The log: lines are put together on the threads that answer, into a buffer that each has for itself; a thread of its own writes
//! them out. A reader that is slow costs lines, which are counted; one that is gone costs nothing.

use std::io::{self, IsTerminal, Write};
use std::net::SocketAddr;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::Relaxed};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError, mpsc};
use std::thread::Thread;
use std::time::Duration;

use anyhow::Context;
use tracing::Level;
use trailmark_edge::server::{Answered, RequestLog};

use super::clock::Moment;
use super::line::{self, Look};

/// What waits to be written, a thread, bytes.
const MOST_WAITING: usize = 1 << 20;
/// Lines are written together.
const WRITE_EVERY: Duration = Duration::from_millis(10);
/// How long the end waits for a reader.
const END_TIME: Duration = Duration::from_millis(500);

/// What is logged, and how.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Settings {
    pub(crate) threads: usize,
    /// JSON lines on stdout, instead of lines for people on stderr.
    pub(crate) is_json: bool,
    pub(crate) has_requests: bool,
    /// Whether lines name the host.
    pub(crate) has_hosts: bool,
}

/// The log. Clones are the same.
#[derive(Clone)]
pub(crate) struct Log {
    shared: Arc<Shared>,
}

struct Shared {
    settings: Settings,
    look: Look,
    /// One for each thread, and one for events.
    waiting: Vec<Mutex<Waiting>>,
    /// Whether the writer has been told that there is something to write.
    is_told: AtomicBool,
    is_ending: AtomicBool,
    is_closed: AtomicBool,
    dropped: AtomicU64,
    writer: OnceLock<(Thread, Mutex<mpsc::Receiver<()>>)>,
}

#[derive(Default)]
struct Waiting {
    lines: Lines,
    dropped: u64,
}

/// Lines one after the other, with the moment and the end of each.
#[derive(Default)]
struct Lines {
    text: Vec<u8>,
    ends: Vec<(Moment, usize)>,
}

impl Lines {
    fn add(&mut self, now: Moment, line: impl FnOnce(&mut Vec<u8>)) {
        line(&mut self.text);
        self.ends.push((now, self.text.len()));
    }

    fn clear(&mut self) {
        self.text.clear();
        self.ends.clear();
    }

    fn each(&self) -> impl Iterator<Item = (Moment, &[u8])> {
        let starts = std::iter::once(0).chain(self.ends.iter().map(|(_, end)| *end));
        let each = starts.zip(&self.ends);
        each.map(|(start, (now, end))| (*now, self.text.get(start..*end).unwrap_or_default()))
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    // Lines are whole or not there, whoever panicked.
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Log {
    /// A log that keeps its lines until [`Log::start`].
    pub(crate) fn new(settings: Settings) -> Log {
        let choice = anstream::AutoStream::choice(&io::stderr());
        let is_coloured = match choice {
            anstream::ColorChoice::Always | anstream::ColorChoice::AlwaysAnsi => true,
            anstream::ColorChoice::Never => false,
            anstream::ColorChoice::Auto => io::stderr().is_terminal(),
        };
        let look = Look { is_json: settings.is_json, is_coloured, has_hosts: settings.has_hosts };
        Log {
            shared: Arc::new(Shared {
                settings,
                look,
                waiting: (0..=settings.threads).map(|_| Mutex::default()).collect(),
                is_told: AtomicBool::new(false),
                is_ending: AtomicBool::new(false),
                is_closed: AtomicBool::new(false),
                dropped: AtomicU64::new(0),
                writer: OnceLock::new(),
            }),
        }
    }

    /// Starts to write.
    ///
    /// # Errors
    /// The system gives no thread.
    pub(crate) fn start(&self) -> anyhow::Result<()> {
        let (done, ended) = mpsc::channel();
        let shared = Arc::clone(&self.shared);
        let write = move || {
            shared.write_until_end();
            // Nobody waits any more, perhaps.
            let _ = done.send(());
        };
        let writer = std::thread::Builder::new().name("log".to_owned()).spawn(write);
        let writer = writer.context("cannot start the log's thread")?;
        let _ = self.shared.writer.set((writer.thread().clone(), ended.into()));
        Ok(())
    }

    /// The log for requests, if they are wanted.
    pub(crate) fn for_requests(&self) -> Option<Arc<dyn RequestLog>> {
        self.shared.settings.has_requests.then(|| Arc::clone(&self.shared) as Arc<dyn RequestLog>)
    }

    /// Logs that something happened.
    pub(crate) fn event(&self, level: Level, message: &str, fields: &[(&'static str, String)]) {
        let shared = &self.shared;
        let now = Moment::now();
        shared.put(shared.settings.threads, now, |out| {
            line::event(out, shared.look, now, level, message, fields);
        });
    }

    /// Lines that were dropped so far.
    pub(crate) fn dropped(&self) -> u64 {
        self.shared.dropped.load(Relaxed)
    }

    /// Writes what is waiting, and ends; does not wait long for a reader.
    pub(crate) fn end(&self) {
        self.shared.is_ending.store(true, Relaxed);
        if let Some((writer, ended)) = self.shared.writer.get() {
            writer.unpark();
            let _ = lock(ended).recv_timeout(END_TIME);
        }
    }
}

impl Shared {
    /// Adds a line to a buffer, and sees to it that it is written.
    fn put(&self, buffer: usize, now: Moment, line: impl FnOnce(&mut Vec<u8>)) {
        if self.is_closed.load(Relaxed) {
            return;
        }
        let Some(waiting) = self.waiting.get(buffer) else { return };
        {
            let mut waiting = lock(waiting);
            if waiting.lines.text.len() >= MOST_WAITING {
                waiting.dropped += 1;
                return;
            }
            waiting.lines.add(now, line);
        }
        // Read first: writing would take the cache line from the other threads.
        if !self.is_told.load(Relaxed)
            && !self.is_told.swap(true, Relaxed)
            && let Some((writer, _)) = self.writer.get()
        {
            writer.unpark();
        }
    }

    fn write_until_end(&self) {
        let mut taken: Vec<Lines> = self.waiting.iter().map(|_| Lines::default()).collect();
        let mut text = Vec::new();
        loop {
            let is_last = self.is_ending.load(Relaxed);
            self.is_told.store(false, Relaxed);
            let dropped = self.take(&mut taken);
            in_order(&taken, &mut text);
            if dropped > 0 {
                self.dropped.fetch_add(dropped, Relaxed);
                line::dropped(&mut text, self.look, Moment::now(), dropped);
            }
            if !text.is_empty() && self.write(&text).is_err() {
                // Nobody reads any more. Sites are served all the same.
                self.is_closed.store(true, Relaxed);
                return;
            }
            if is_last {
                return;
            }
            // Told already, or told soon, or never: nothing is lost, since a token waits for whoever parks.
            std::thread::park_timeout(Duration::from_secs(1));
            if !self.is_ending.load(Relaxed) {
                std::thread::sleep(WRITE_EVERY);
            }
        }
    }

    /// Takes what is waiting, and says how many lines were dropped.
    fn take(&self, taken: &mut [Lines]) -> u64 {
        let mut dropped = 0;
        for (lines, waiting) in taken.iter_mut().zip(&self.waiting) {
            lines.clear();
            let mut waiting = lock(waiting);
            std::mem::swap(lines, &mut waiting.lines);
            dropped += std::mem::take(&mut waiting.dropped);
        }
        dropped
    }

    fn write(&self, lines: &[u8]) -> io::Result<()> {
        if self.settings.is_json {
            let mut out = io::stdout().lock();
            out.write_all(lines)?;
            out.flush()
        } else {
            io::stderr().lock().write_all(lines)
        }
    }
}

/// Puts the lines of all threads into one text, in order of time. Those of each thread are in order.
fn in_order(taken: &[Lines], text: &mut Vec<u8>) {
    text.clear();
    let mut lines: Vec<_> = taken.iter().flat_map(Lines::each).collect();
    lines.sort_by_key(|(now, _)| *now);
    lines.iter().for_each(|(_, line)| text.extend_from_slice(line));
}

impl RequestLog for Shared {
    fn answered(&self, answered: &Answered<'_>) {
        let now = Moment::now();
        self.put(answered.thread, now, |out| line::answered(out, self.look, now, answered));
    }

    fn malformed(&self, thread: usize, peer: SocketAddr, why: &dyn std::fmt::Display) {
        let now = Moment::now();
        self.put(thread, now, |out| line::malformed(out, self.look, now, peer, &why.to_string()));
    }
}
