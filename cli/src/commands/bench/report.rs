//! What was measured, for people and for programs.

use std::io::{self, Write};
use std::path::Path;
use std::time::Duration;

use serde::Serialize;
use trailmark::{Manifest, Platform};

use super::timing::{BATCH, Call, Clock, Latencies, Throughput};
use crate::output::{self, BOLD, Cell, DIM, Table, bytes, count, grouped, seconds};

/// Everything that was measured.
pub(super) struct Report<'a> {
    pub(super) manifest: &'a Manifest<'a>,
    pub(super) path: &'a Path,
    pub(super) call: Call,
    pub(super) clock: Clock,
    pub(super) opened: Option<Opened>,
    pub(super) rows: Vec<Row>,
    pub(super) threads: Vec<Throughput>,
}

/// From the file to the first answer.
#[derive(Debug, Clone, Copy)]
pub(super) struct Opened {
    /// Reading the file into memory, and checking it.
    pub(super) read: Duration,
    /// Opening the manifest in memory.
    pub(super) open: Duration,
    /// The first look-up of the process.
    pub(super) first: Duration,
}

/// One kind of requests.
#[derive(Debug)]
pub(super) struct Row {
    pub(super) name: String,
    /// Different requests.
    pub(super) requests: usize,
    pub(super) start_to_end: Latencies,
    pub(super) independent: Latencies,
}

/// The quantiles that are shown, with their names.
const QUANTILES: [(&str, f64); 4] = [("P50", 0.5), ("P90", 0.9), ("P99", 0.99), ("P99.9", 0.999)];

impl Report<'_> {
    /// For people.
    pub(super) fn write_text(&self, out: &mut impl Write) -> io::Result<()> {
        writeln!(out, "{BOLD}{}{BOLD:#}", output::shown(&self.path.display().to_string()))?;
        self.facts().write(out)?;
        let what = match self.call {
            Call::Lookup => "Look-ups",
            Call::Answer => "Whole answers",
        };
        writeln!(out, "\n{BOLD}{what}{BOLD:#}")?;
        self.latencies().write(out)?;
        if let Some(last) = self.rows.last() {
            writeln!(out, "\n{BOLD}{}, start to end{BOLD:#}", output::shown(&last.name))?;
            bars(last).write(out)?;
        }
        if !self.threads.is_empty() {
            writeln!(out, "\n{BOLD}Threads{BOLD:#}")?;
            self.throughput().write(out)?;
        }
        writeln!(
            out,
            "\n{DIM}Parsing of the request included. Reading the clock takes {} ns; that is subtracted from every look-up timed start \
             to end.\nIndependent look-ups are timed {BATCH} in a row, and each value is the mean of a row.{DIM:#}",
            self.clock.overhead
        )
    }

    fn facts(&self) -> Table {
        let mut table = Table::indented(2);
        let mut add = |name, value: String| table.row([Cell::new(name), Cell::new(value)]);
        let size = bytes(self.manifest.len() as u64);
        add(
            "site",
            format!("{}, {size}, {}", count(self.manifest.asset_count(), "file"), platform(self.manifest)),
        );
        if let Some(Opened { read, open, first }) = self.opened {
            let (read, open, first) = (seconds(read), short_time(open), short_time(first));
            add("opening", format!("file read in {read}, manifest opened in {open}, first look-up {first}"));
        }
        table
    }

    fn latencies(&self) -> Table {
        let mut table = Table::indented(2);
        let heads = ["", "", "REQUESTS", "ASKED"].into_iter().chain(QUANTILES.iter().map(|(name, _)| *name));
        table.row(heads.chain(["MAX"]).map(|head| Cell::number(head).styled(BOLD)).collect::<Vec<_>>());
        for row in &self.rows {
            for (pace, latencies) in [("start to end", &row.start_to_end), ("independent", &row.independent)]
            {
                let histogram = &latencies.histogram;
                let mut cells = vec![
                    Cell::new(&row.name),
                    Cell::new(pace),
                    Cell::number(grouped(row.requests as u64)),
                    Cell::number(grouped(latencies.lookups)),
                ];
                let values = QUANTILES.iter().map(|(_, quantile)| histogram.value_at_quantile(*quantile));
                cells.extend(values.chain([histogram.max()]).map(|value| Cell::number(time(value))));
                table.row(cells);
            }
        }
        table
    }

    fn throughput(&self) -> Table {
        let mut table = Table::indented(2);
        table.row(["THREADS", "LOOK-UPS A SECOND", "EACH"].map(|head| Cell::number(head).styled(BOLD)));
        for Throughput { threads, lookups_per_second } in &self.threads {
            let each = *threads as f64 / lookups_per_second.max(1.0) * 1e9;
            table.row([
                Cell::number(grouped(*threads as u64)),
                Cell::number(grouped(*lookups_per_second as u64)),
                Cell::number(time(each as u64)),
            ]);
        }
        table
    }

    /// For programs.
    pub(super) fn figures(&self) -> Figures<'_> {
        Figures {
            manifest: self.path.display().to_string(),
            assets: self.manifest.asset_count(),
            bytes: self.manifest.len(),
            platform: platform(self.manifest),
            call: match self.call {
                Call::Lookup => "lookup",
                Call::Answer => "answer",
            },
            timer_overhead_ns: self.clock.overhead,
            opening: self.opened.map(|opened| OpeningFigures {
                read_seconds: opened.read.as_secs_f64(),
                open_seconds: opened.open.as_secs_f64(),
                first_lookup_seconds: opened.first.as_secs_f64(),
            }),
            requests: self.rows.iter().map(RowFigures::new).collect(),
            batch: BATCH,
            threads: &self.threads,
        }
    }
}

fn platform<'m>(manifest: &Manifest<'m>) -> &'m str {
    match manifest.platform() {
        Platform::Workers => "workers",
        Platform::Pages => "pages",
        _ => manifest.host().unwrap_or("another platform"),
    }
}

/// How the look-ups of a row are spread, in steps of a half or a third more each.
fn bars(row: &Row) -> Table {
    const WIDTH: f64 = 40.0;
    let histogram = &row.start_to_end.histogram;
    let all = histogram.len().max(1);
    let mut table = Table::indented(2);
    let (low, high) = (histogram.value_at_quantile(0.001), histogram.value_at_quantile(0.999));
    let mut steps: Vec<(u64, u64, u64)> = Vec::new();
    let mut from = step_below(low);
    while from <= high && steps.len() < 24 {
        let to = next_step(from);
        steps.push((from, to, histogram.count_between(from, to - 1)));
        from = to;
    }
    let most = steps.iter().map(|step| step.2).max().unwrap_or(0).max(1);
    for (from, to, in_step) in steps {
        let bar = "█".repeat((in_step as f64 / most as f64 * WIDTH).round() as usize);
        table.row([
            Cell::number(format!("{} to {}", number(from), time(to))),
            Cell::number(format!("{:.1} %", in_step as f64 / all as f64 * 100.0)),
            Cell::new(bar),
        ]);
    }
    table
}

/// The steps are 1, 1.5, 2, 3, 4, 6, 8, 12, ...: powers of two and the middles between them.
fn step_below(value: u64) -> u64 {
    let power = 1u64 << value.max(2).ilog2();
    if value >= power + power / 2 { power + power / 2 } else { power }
}

fn next_step(step: u64) -> u64 {
    if step.is_power_of_two() { step + step / 2 } else { step / 3 * 4 }
}

/// Nanoseconds in the unit that fits.
fn time(nanoseconds: u64) -> String {
    let value = nanoseconds as f64;
    match nanoseconds {
        0..10_000 => format!("{nanoseconds} ns"),
        10_000..10_000_000 => format!("{:.1} µs", value / 1e3),
        _ => format!("{:.1} ms", value / 1e6),
    }
}

/// A number of nanoseconds without its unit, where the unit stands beside it.
fn number(nanoseconds: u64) -> String {
    time(nanoseconds).trim_end_matches(" ns").to_owned()
}

fn short_time(time_taken: Duration) -> String {
    time(u64::try_from(time_taken.as_nanos()).unwrap_or(u64::MAX))
}

/// What is printed as JSON.
#[derive(Debug, Serialize)]
pub(super) struct Figures<'a> {
    manifest: String,
    assets: usize,
    bytes: usize,
    platform: &'a str,
    call: &'static str,
    timer_overhead_ns: u64,
    opening: Option<OpeningFigures>,
    requests: Vec<RowFigures<'a>>,
    /// Look-ups whose mean is one value of `independent`.
    batch: usize,
    threads: &'a [Throughput],
}

#[derive(Debug, Serialize)]
struct OpeningFigures {
    read_seconds: f64,
    open_seconds: f64,
    first_lookup_seconds: f64,
}

#[derive(Debug, Serialize)]
struct RowFigures<'a> {
    name: &'a str,
    requests: usize,
    start_to_end: LatencyFigures,
    independent: LatencyFigures,
}

#[derive(Debug, Serialize)]
struct LatencyFigures {
    lookups: u64,
    mean_ns: f64,
    p50_ns: u64,
    p90_ns: u64,
    p99_ns: u64,
    p99_9_ns: u64,
    max_ns: u64,
}

impl<'a> RowFigures<'a> {
    fn new(row: &'a Row) -> RowFigures<'a> {
        RowFigures {
            name: &row.name,
            requests: row.requests,
            start_to_end: LatencyFigures::new(&row.start_to_end),
            independent: LatencyFigures::new(&row.independent),
        }
    }
}

impl LatencyFigures {
    fn new(latencies: &Latencies) -> LatencyFigures {
        let histogram = &latencies.histogram;
        let [p50_ns, p90_ns, p99_ns, p99_9_ns] =
            QUANTILES.map(|(_, quantile)| histogram.value_at_quantile(quantile));
        LatencyFigures {
            lookups: latencies.lookups,
            mean_ns: (histogram.mean() * 10.0).round() / 10.0,
            p50_ns,
            p90_ns,
            p99_ns,
            p99_9_ns,
            max_ns: histogram.max(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steps_join_without_gaps() {
        let mut step = step_below(5);
        let mut steps = vec![step];
        for _ in 0..6 {
            step = next_step(step);
            steps.push(step);
        }
        assert_eq!(steps, [4, 6, 8, 12, 16, 24, 32]);
        assert_eq!((step_below(7), step_below(0)), (6, 2));
    }

    #[test]
    fn times_read_well() {
        assert_eq!([95, 12_300, 45_000_000].map(time), ["95 ns", "12.3 µs", "45.0 ms"]);
    }
}
