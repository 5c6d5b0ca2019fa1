//! Logs read: one thread reads, the others take lines apart, judge what is asked for, and count.

use std::io::{self, Read};
use std::sync::mpsc::{Receiver, sync_channel};
use std::sync::{Mutex, PoisonError};

use crate::side::Desk;

use super::aggregate::{Aggregate, Verdict, write_key};
use super::blocks::{Block, Blocks};
use super::counts::LogCounts;
use super::record::{KNOWN_FORMATS, Read as Line, Record, read_line};

/// A referer is shown so far, bytes.
const LONGEST_REFERER: usize = 300;

/// A log and its name.
pub struct LogSource<'r> {
    /// For messages.
    pub name: String,
    /// Where it is read from.
    pub input: Box<dyn Read + Send + 'r>,
}

/// How logs are read.
#[derive(Debug, Clone)]
pub struct LogOptions {
    /// Only requests for this host.
    pub host: Option<String>,
    /// How many different paths are told apart in memory, about.
    pub most_paths: usize,
    /// Threads that take lines apart.
    pub threads: usize,
}

impl Default for LogOptions {
    fn default() -> Self {
        let threads = std::thread::available_parallelism().map_or(1, usize::from);
        LogOptions { host: None, most_paths: 1_000_000, threads }
    }
}

/// Why a log could not be read.
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

/// What was read.
#[derive(Debug)]
pub(super) struct Reading<V> {
    pub(super) counts: LogCounts,
    pub(super) aggregate: Aggregate<V>,
}

impl<V: Verdict> Default for Reading<V> {
    fn default() -> Self {
        Reading { counts: LogCounts::default(), aggregate: Aggregate::default() }
    }
}

/// Reads logs. `judge` is given method and path, without query, of each request whose path is new. Streams; memory is bounded by
/// [`LogOptions::most_paths`].
///
/// # Errors
/// [`LogError`] if a log can't be opened, or nothing in it could be understood. A log that breaks off is no error: what was read of
/// it counts, and [`LogCounts::incomplete`] says so.
pub(super) fn read<V: Verdict>(
    sources: Vec<LogSource<'_>>,
    options: &LogOptions,
    judge: impl Fn(&str, &[u8], &mut Desk) -> V + Sync,
) -> Result<Reading<V>, LogError> {
    let mut all = Reading::default();
    for source in sources {
        let name = source.name.clone();
        let Reading { counts, aggregate } = read_one(source, options, &judge)?;
        let is_nothing = counts.requests + counts.not_requests + counts.other_hosts == 0;
        if let Some(first) = counts.damaged.first().filter(|_| is_nothing) {
            return Err(LogError::UnknownFormat { name, line: first.text.clone() });
        }
        all.counts.append(counts);
        all.aggregate.join(aggregate);
        all.aggregate.limit(options.most_paths);
    }
    Ok(all)
}

fn read_one<V: Verdict>(
    source: LogSource<'_>,
    options: &LogOptions,
    judge: &(impl Fn(&str, &[u8], &mut Desk) -> V + Sync),
) -> Result<Reading<V>, LogError> {
    let LogSource { name, input } = source;
    let failed = |source| LogError::Read { name: name.clone(), source };
    let mut blocks = Blocks::open(input).map_err(failed)?;
    let threads = options.threads.clamp(1, 64);
    let (sender, receiver) = sync_channel::<Block>(threads * 2);
    let receiver = Mutex::new(receiver);
    let mut problem = None;
    let mut reading = std::thread::scope(|scope| {
        let workers: Vec<_> = (0..threads)
            .map(|_| scope.spawn(|| Worker::new(options, threads).work(&receiver, judge)))
            .collect();
        while let Some(block) = blocks.next(&mut problem) {
            if sender.send(block).is_err() {
                break;
            }
        }
        drop(sender);
        let mut reading = Reading::default();
        for worker in workers {
            match worker.join() {
                Ok(Reading { counts, aggregate }) => {
                    reading.counts.join(counts);
                    reading.aggregate.join(aggregate);
                }
                Err(panic) => std::panic::resume_unwind(panic),
            }
        }
        reading
    });
    for damaged in &mut reading.counts.damaged {
        damaged.log.clone_from(&name);
    }
    reading.counts.incomplete = problem.map(|problem| match problem.kind() {
        io::ErrorKind::UnexpectedEof => format!("{name} ends in the middle: a gzip file that was cut off"),
        _ => format!("{name} could not be read to its end: {problem}"),
    });
    Ok(reading)
}

/// What one thread needs.
struct Worker<'w, V> {
    host: Option<&'w str>,
    most_paths: usize,
    desk: Desk,
    key: Vec<u8>,
    reading: Reading<V>,
}

impl<'w, V: Verdict> Worker<'w, V> {
    fn new(options: &'w LogOptions, threads: usize) -> Self {
        Worker {
            host: options.host.as_deref(),
            most_paths: (options.most_paths / threads).max(2),
            desk: Desk::default(),
            key: Vec::new(),
            reading: Reading::default(),
        }
    }

    fn work(
        mut self,
        receiver: &Mutex<Receiver<Block>>,
        judge: &impl Fn(&str, &[u8], &mut Desk) -> V,
    ) -> Reading<V> {
        loop {
            let block = receiver.lock().unwrap_or_else(PoisonError::into_inner).recv();
            let Ok(block) = block else { return self.reading };
            if block.is_too_long {
                self.reading.counts.lines += 1;
                self.damaged(block.first_line, &block.bytes, "longer than a line may be (1 MiB)");
                continue;
            }
            let lines = block.bytes.split_inclusive(|&b| b == b'\n');
            for (number, line) in (block.first_line..).zip(lines) {
                self.line(number, line, judge);
            }
        }
    }

    fn line(&mut self, number: u64, line: &[u8], judge: &impl Fn(&str, &[u8], &mut Desk) -> V) {
        let counts = &mut self.reading.counts;
        counts.lines += 1;
        // An editor's byte order mark is no part of the first line.
        let line = if number == 1 { line.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(line) } else { line };
        match read_line(line) {
            Line::Request(_, record) => self.request(number, &record, judge),
            Line::NotARequest => counts.not_requests += 1,
            Line::Blank => counts.blank += 1,
            Line::Damaged(why) => self.damaged(number, line, why),
        }
    }

    fn request(&mut self, number: u64, record: &Record<'_>, judge: &impl Fn(&str, &[u8], &mut Desk) -> V) {
        let Reading { counts, aggregate } = &mut self.reading;
        if let Some(host) = &record.host {
            counts.count_host(host);
            if self.host.is_some_and(|wanted| !wanted.eq_ignore_ascii_case(host)) {
                counts.other_hosts += 1;
                return;
            }
        }
        counts.requests += 1;
        let end = record.target.iter().position(|b| matches!(b, b'?' | b'#')).unwrap_or(record.target.len());
        let path = record.target.get(..end).unwrap_or_default();
        write_key(&mut self.key, &record.method, path);
        let desk = &mut self.desk;
        let status = record.status.unwrap_or_default();
        let entry = aggregate.count(&self.key, status, self.most_paths, || judge(&record.method, path, desk));
        if let (Some(entry), Some(referer)) = (entry, &record.referer)
            && entry.referer.as_ref().is_none_or(|(line, _)| *line > number)
            && entry.verdict.wants_referer()
        {
            let cut: String = referer.chars().take(LONGEST_REFERER).collect();
            entry.referer = Some((number, cut.into()));
        }
    }

    fn damaged(&mut self, number: u64, line: &[u8], why: &'static str) {
        self.reading.counts.count_damaged(number, || beginning(line), why);
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
