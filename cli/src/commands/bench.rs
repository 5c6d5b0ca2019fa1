//! `trailmark bench`: how long look-ups take on the user's own site.

mod chart;
mod report;
mod requests;
mod timing;

use std::io::Write;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use anyhow::{Context, bail};
use trailmark::{Manifest, RequestPath, Scratch};

use self::report::{Opened, Report, Row};
use self::requests::{Kind, Requests};
use self::timing::{Call, Clock};
use crate::exit::Exit;
use crate::output::{self, Format};
use crate::site::SiteArgs;
use crate::source::Source;

/// Measure how long look-ups take on your own site
///
/// Asks for the site's own pages, for other forms of them that are redirected, for paths that do not exist, and for a mix of
/// these, or with --requests for what visitors really asked for. Every figure holds the parsing of the request. *Start to end*
/// times each look-up alone; *independent* times 64 in a row, which the processor may overlap. All of it happens in memory,
/// after a round to warm up.
#[derive(Debug, clap::Args)]
#[command(after_long_help = AFTER_HELP)]
pub(crate) struct Args {
    /// The manifest; or the site's folder, which is then compiled in memory
    #[arg(value_name = "MANIFEST")]
    manifest: PathBuf,
    /// Ask for what a file says, `-` for standard input: URLs, JSON lines as for `resolve`, or an access log (common or
    /// combined), a request a line
    #[arg(long, value_name = "FILE")]
    requests: Option<PathBuf>,
    /// Only these kinds of requests; may be given several times
    #[arg(long, value_enum, value_name = "KIND", conflicts_with = "requests")]
    kind: Vec<Kind>,
    /// Measure whole answers, with rules, headers and router, instead of look-ups
    #[arg(long)]
    answers: bool,
    /// How many different requests of each kind are made
    #[arg(long, value_name = "N", default_value_t = 100_000, value_parser = clap::value_parser!(u32).range(1..=10_000_000))]
    count: u32,
    /// How long each figure is measured
    #[arg(long, value_name = "SECONDS", default_value_t = 0.5, value_parser = seconds)]
    seconds: f64,
    /// The most threads that ask at once, 0 to leave this out [default: one for each processor]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(0..=1024))]
    threads: Option<u16>,
    /// Determines which requests are made
    #[arg(long, value_name = "N", default_value_t = 1)]
    seed: u64,
    /// Also write a chart of the latencies
    #[arg(long, value_name = "FILE")]
    svg: Option<PathBuf>,
    #[command(flatten)]
    site: SiteArgs,
    /// How it is printed
    #[arg(long, value_enum, default_value_t = Format::Text, value_name = "FORMAT")]
    format: Format,
    /// Do not say that a folder was compiled
    #[arg(short, long)]
    quiet: bool,
}

const AFTER_HELP: &str = "\
Examples:
  trailmark bench dist.trailmark
  trailmark bench dist.trailmark --requests /var/log/nginx/access.log --svg latency.svg
  trailmark bench dist.trailmark --kind hits --answers --format json
  trailmark bench dist --platform pages
          a folder instead of a manifest: compiled in memory

Reading the clock takes as long as some look-ups. It is measured first, subtracted from every look-up that is timed alone, and
stated. The largest values are those of the machine: whatever else it did meanwhile.

Exit status:
  0  measured
  2  the manifest or the requests can't be used";

fn seconds(text: &str) -> Result<f64, String> {
    match text.parse::<f64>() {
        Ok(seconds) if (0.001..=3600.0).contains(&seconds) => Ok(seconds),
        _ => Err("between 0.001 and 3600".to_owned()),
    }
}

/// Runs the subcommand.
pub(crate) fn run(args: Args) -> anyhow::Result<Exit> {
    let started = Instant::now();
    let source = Source::open(&args.manifest, &args.site, args.quiet)?;
    let read = started.elapsed();
    let started = Instant::now();
    let manifest = source.manifest()?;
    let open = started.elapsed();
    let first = first_lookup(&manifest)?;
    // A folder that was compiled has not been opened as a server would open it.
    let opened = (!args.manifest.is_dir()).then_some(Opened { read, open, first });
    let streams = streams(&args, &manifest)?;
    let clock = Clock::new();
    let call = if args.answers { Call::Answer } else { Call::Lookup };
    let each = Duration::from_secs_f64(args.seconds);
    let mut rows = Vec::new();
    for (name, requests) in &streams {
        rows.push(Row {
            name: name.clone(),
            requests: requests.len(),
            start_to_end: timing::start_to_end(&manifest, requests, call, clock, each)?,
            independent: timing::independent(&manifest, requests, call, each)?,
        });
    }
    let threads = match (args.threads, streams.last()) {
        (Some(0), _) | (_, None) => Vec::new(),
        (most, Some((_, requests))) => {
            let available = std::thread::available_parallelism().map_or(1, usize::from);
            timing::by_threads(&manifest, requests, call, most.map_or(available, usize::from), each)
        }
    };
    let report = Report { manifest: &manifest, path: &args.manifest, call, clock, opened, rows, threads };
    if let Some(path) = &args.svg {
        chart::write(&report, path)?;
    }
    match args.format {
        Format::Text => {
            let mut out = output::stdout();
            report.write_text(&mut out)?;
            out.flush()?;
        }
        Format::Json => {
            let mut out = output::raw_stdout();
            output::json_pretty(&mut out, &report.figures())?;
            out.flush()?;
        }
    }
    Ok(Exit::Fine)
}

/// The first look-up of this process.
fn first_lookup(manifest: &Manifest<'_>) -> anyhow::Result<Duration> {
    let mut scratch = Scratch::new();
    let started = Instant::now();
    let request = RequestPath::parse("/", &mut scratch)?;
    std::hint::black_box(manifest.lookup(&request).status());
    Ok(started.elapsed())
}

/// The requests to measure, by name.
fn streams(args: &Args, manifest: &Manifest<'_>) -> anyhow::Result<Vec<(String, Requests)>> {
    if let Some(path) = &args.requests {
        let requests = from_file(path)?;
        return Ok(vec![("requests".to_owned(), requests)]);
    }
    let kinds = if args.kind.is_empty() { Kind::ALL.to_vec() } else { args.kind.clone() };
    let mut streams = Vec::new();
    for kind in kinds {
        let requests = Requests::generated(manifest, kind, args.count as usize, args.seed);
        if requests.is_empty() {
            output::note(&format!("the site has no {}", kind.name()));
        } else {
            streams.push((kind.name().to_owned(), requests));
        }
    }
    if streams.is_empty() {
        bail!("there is nothing to ask this site for");
    }
    Ok(streams)
}

fn from_file(path: &Path) -> anyhow::Result<Requests> {
    let at = || format!("cannot read {}", path.display());
    let (requests, refused) = if path.as_os_str() == "-" {
        Requests::read(std::io::stdin().lock()).with_context(at)?
    } else {
        let file = std::fs::File::open(path).with_context(at)?;
        Requests::read(std::io::BufReader::with_capacity(1 << 16, file)).with_context(at)?
    };
    if let Some(first) = &refused.first {
        output::warning(&format!(
            "{} of {} could not be read; the first is {first}",
            output::count(refused.count, "line"),
            output::grouped((refused.count + requests.len()) as u64)
        ));
    }
    if requests.is_empty() {
        bail!("{} holds no request", path.display());
    }
    Ok(requests)
}
