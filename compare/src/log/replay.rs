//! A log replayed: one thread reads, the others take lines apart and ask the site.

use std::io::{self, Read};
use std::sync::mpsc::{Receiver, sync_channel};
use std::sync::{Mutex, PoisonError};

use trailmark::{RequestPath, Scratch};

use crate::side::{Side, State, reply};

use super::aggregate::{Aggregate, Entry};
use super::blocks::{Block, Blocks};
use super::record::{KNOWN_FORMATS, Read as Line, Record, read_line};
use super::report::{Damaged, LogReport};
use super::verdict::is_probe;

/// Damaged lines that are kept to be shown.
const MOST_SHOWN: usize = 5;
/// Hosts that are counted apart.
const MOST_HOSTS: usize = 1000;
/// A referer is shown so far, bytes.
const LONGEST_REFERER: usize = 300;

/// A log and its name.
pub struct LogSource<'r> {
    /// For messages.
    pub name: String,
    /// Where it is read from.
    pub input: Box<dyn Read + Send + 'r>,
}

/// How a log is replayed.
#[derive(Debug, Clone)]
pub struct ReplayOptions {
    /// Only requests for this host.
    pub host: Option<String>,
    /// How many different paths are told apart in memory, about.
    pub most_paths: usize,
    /// Threads that take lines apart.
    pub threads: usize,
}

impl Default for ReplayOptions {
    fn default() -> Self {
        let threads = std::thread::available_parallelism().map_or(1, usize::from);
        ReplayOptions { host: None, most_paths: 1_000_000, threads }
    }
}

/// Why a log could not be replayed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum LogError {
    /// It can't be read.
    #[error("cannot read {name}: {source}")]
    Read {
        /// Its name.
        name: String,
        /// Why.
        source: io::Error,
    },
    /// No line is one of a known format.
    #[error("{name}: no line is of a format that is known; its first is `{line}`. Known are {KNOWN_FORMATS}")]
    UnknownFormat {
        /// Its name.
        name: String,
        /// The first line.
        line: String,
    },
}

/// Asks a site for every request of some logs. Streams; memory is bounded by [`ReplayOptions::most_paths`].
///
/// Each request is asked for without headers, so a Worker that lets navigations prefer assets is taken not to.
///
/// # Errors
/// [`LogError`] if a log can't be opened, or nothing in it could be understood. A log that breaks off is no error: what was read of
/// it counts, and [`LogReport::incomplete`] says so.
pub fn replay(
    side: &Side<'_>,
    sources: Vec<LogSource<'_>>,
    options: &ReplayOptions,
) -> Result<LogReport, LogError> {
    let mut report = LogReport::default();
    for source in sources {
        let name = source.name.clone();
        let of_source = replay_one(side, source, options)?;
        if of_source.requests == 0 && of_source.not_requests == 0 && !of_source.damaged.is_empty() {
            let line = of_source.damaged[0].text.clone();
            return Err(LogError::UnknownFormat { name, line });
        }
        report.join(of_source);
        report.aggregate.limit(options.most_paths);
    }
    Ok(report)
}

fn replay_one(
    side: &Side<'_>,
    source: LogSource<'_>,
    options: &ReplayOptions,
) -> Result<LogReport, LogError> {
    let LogSource { name, input } = source;
    let failed = |source| LogError::Read { name: name.clone(), source };
    let mut blocks = Blocks::open(input).map_err(failed)?;
    let threads = options.threads.clamp(1, 64);
    let (sender, receiver) = sync_channel::<Block>(threads * 2);
    let receiver = Mutex::new(receiver);
    let mut problem = None;
    let mut report = std::thread::scope(|scope| {
        let workers: Vec<_> = (0..threads)
            .map(|_| scope.spawn(|| Worker::new(side, options, threads).work(&receiver)))
            .collect();
        while let Some(block) = blocks.next(&mut problem) {
            if sender.send(block).is_err() {
                break;
            }
        }
        drop(sender);
        let mut report = LogReport::default();
        for worker in workers {
            match worker.join() {
                Ok(of_thread) => report.join(of_thread),
                Err(panic) => std::panic::resume_unwind(panic),
            }
        }
        report
    });
    for damaged in &mut report.damaged {
        damaged.log.clone_from(&name);
    }
    report.incomplete = problem.map(|problem| match problem.kind() {
        io::ErrorKind::UnexpectedEof => format!("{name} ends in the middle: a gzip file that was cut off"),
        _ => format!("{name} could not be read to its end: {problem}"),
    });
    Ok(report)
}

/// What one thread needs.
struct Worker<'w> {
    side: &'w Side<'w>,
    options: &'w ReplayOptions,
    most_paths: usize,
    scratch: Box<Scratch>,
    key: Vec<u8>,
    report: LogReport,
}

impl<'w> Worker<'w> {
    fn new(side: &'w Side<'w>, options: &'w ReplayOptions, threads: usize) -> Worker<'w> {
        Worker {
            side,
            options,
            most_paths: (options.most_paths / threads).max(2),
            scratch: Box::default(),
            key: Vec::new(),
            report: LogReport::default(),
        }
    }

    fn work(mut self, receiver: &Mutex<Receiver<Block>>) -> LogReport {
        loop {
            let block = receiver.lock().unwrap_or_else(PoisonError::into_inner).recv();
            let Ok(block) = block else { return self.report };
            if block.is_too_long {
                self.report.lines += 1;
                self.damaged(block.first_line, &block.bytes, "longer than a line may be (1 MiB)");
                continue;
            }
            let lines = block.bytes.split_inclusive(|&b| b == b'\n');
            for (number, line) in (block.first_line..).zip(lines) {
                self.line(number, line);
            }
        }
    }

    fn line(&mut self, number: u64, line: &[u8]) {
        self.report.lines += 1;
        // An editor's byte order mark is no part of the first line.
        let line = if number == 1 { line.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(line) } else { line };
        match read_line(line) {
            Line::Request(_, record) => self.request(number, &record),
            Line::NotARequest => self.report.not_requests += 1,
            Line::Blank => self.report.blank += 1,
            Line::Damaged(why) => self.damaged(number, line, why),
        }
    }

    fn request(&mut self, number: u64, record: &Record<'_>) {
        if let Some(host) = &record.host {
            let is_other =
                self.options.host.as_ref().is_some_and(|wanted| !wanted.eq_ignore_ascii_case(host));
            self.report.count_host(host, MOST_HOSTS);
            if is_other {
                self.report.other_hosts += 1;
                return;
            }
        }
        let end = record.target.iter().position(|b| matches!(b, b'?' | b'#')).unwrap_or(record.target.len());
        let path = record.target.get(..end).unwrap_or_default();
        self.key.clear();
        if !matches!(&*record.method, "GET" | "HEAD") {
            self.key.extend_from_slice(record.method.as_bytes());
            self.key.push(b' ');
        }
        self.key.extend_from_slice(path);
        self.report.requests += 1;
        let (side, scratch) = (self.side, &mut self.scratch);
        let answer = || {
            let state = RequestPath::parse(path, scratch).map_or(State::Failing, |path| {
                reply(&side.manifest().decide(&side.request(&record.method, path))).state
            });
            Entry::new(state, is_probe(path))
        };
        let aggregate: &mut Aggregate = &mut self.report.aggregate;
        let entry = aggregate.count(&self.key, record.status.unwrap_or_default(), self.most_paths, answer);
        if let (Some(entry), Some(referer)) = (entry, &record.referer)
            && entry.referer.as_ref().is_none_or(|(line, _)| *line > number)
            && matches!(entry.state, State::Missing | State::Redirect | State::Failing)
        {
            let cut: String = referer.chars().take(LONGEST_REFERER).collect();
            entry.referer = Some((number, cut.into()));
        }
    }

    fn damaged(&mut self, number: u64, line: &[u8], why: &'static str) {
        self.report.damaged_lines += 1;
        let damaged = Damaged { log: String::new(), line: number, text: beginning(line), why };
        self.report.keep_damaged(damaged, MOST_SHOWN);
    }
}

/// What is shown of a line.
fn beginning(line: &[u8]) -> String {
    const LONGEST: usize = 100;
    let text = String::from_utf8_lossy(line.get(..LONGEST).unwrap_or(line));
    if line.contains(&0) {
        return "(binary data)".to_owned();
    }
    let dots = if line.len() > LONGEST { "…" } else { "" };
    format!("{}{dots}", text.trim_end())
}
