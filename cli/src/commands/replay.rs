//! `trailmark replay`: what the requests of an access log would get from a site before it is deployed.

mod json;
mod markdown;
mod text;
mod told;

use std::path::PathBuf;

use trailmark_compare::log::{Group, LogReport, replay};
use trailmark_compare::{Origin, Side};

use self::told::{Report, Shown};
use crate::access_log::{self, LogArgs};
use crate::exit::Exit;
use crate::output::{self, ReportFormat};
use crate::site::SiteArgs;
use crate::source::Source;

/// Replay an access log against a site: what would break, redirect or miss?
///
/// Asks the site for every request of the log, as it would be answered after a deploy, and compares that with the status that the log
/// has. First comes what was answered then and would not be now. Logs may be in the common or combined format, or JSON objects a
/// line (nginx, Caddy, Cloudflare, Traefik, Google Cloud, `trailmark serve`), or Amazon's (CloudFront, load balancer), plain or gzip.
#[derive(Debug, clap::Args)]
#[command(after_long_help = AFTER_HELP)]
pub(crate) struct Args {
    /// The manifest; or the site's folder, which is then compiled in memory
    #[arg(value_name = "MANIFEST")]
    manifest: PathBuf,
    /// Access logs; `-` is standard input
    #[arg(value_name = "LOG", required_unless_present = "log")]
    logs: Vec<PathBuf>,
    /// The same as LOG
    #[arg(long, value_name = "FILE")]
    log: Vec<PathBuf>,
    #[command(flatten)]
    reading: LogArgs,
    #[command(flatten)]
    site: SiteArgs,
    /// Exit with 1 if there are such requests; several with commas
    #[arg(long, value_enum, value_name = "GROUPS", value_delimiter = ',')]
    fail_on: Vec<FailOn>,
    /// How it is printed
    #[arg(long, value_enum, default_value_t = ReportFormat::Text, value_name = "FORMAT")]
    format: ReportFormat,
    /// How many paths of each group are listed; 0 is all
    #[arg(long, value_name = "N", default_value_t = 20)]
    limit: usize,
    /// Do not say that a folder was compiled
    #[arg(short, long)]
    quiet: bool,
}

const AFTER_HELP: &str = "\
Examples:
  trailmark replay dist access.log
          what would deploying dist mean for yesterday's visitors?
  trailmark replay site.trailmark /var/log/nginx/access.log* --fail-on breaks --at-least 10
          a check before a deploy
  journalctl -u caddy -o cat | trailmark replay site.trailmark - --host example.com
  trailmark replay dist --log access.log.gz --format json | jq '.groups[0].top'

Exit status:
  0  replayed
  1  --fail-on names something that was found
  2  a log could not be understood, or not read to its end; or the manifest can't be used";

/// What can be named after `--fail-on`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum FailOn {
    /// Requests that were answered and would not be
    Breaks,
    /// Requests that were served and would be redirected
    Redirects,
    /// Requests that are not found, whatever they got; not what scanners look for
    Missing,
    /// Lines that could not be understood
    Damaged,
}

impl FailOn {
    fn found(self, report: &LogReport, at_least: u64) -> u64 {
        let groups: &[Group] = match self {
            FailOn::Breaks => &[Group::Breaks],
            FailOn::Redirects => &[Group::Redirects],
            FailOn::Missing => &[Group::Breaks, Group::Missing, Group::StillMissing],
            FailOn::Damaged => return report.counts.damaged_lines,
        };
        groups.iter().map(|&group| report.total_of(group, at_least).requests).sum()
    }
}

/// Runs the subcommand.
pub(crate) fn run(args: Args) -> anyhow::Result<Exit> {
    let source = Source::open(&args.manifest, &args.site, args.quiet)?;
    let manifest = source.manifest()?;
    let mut origin = Origin::default();
    if let Some(host) = &args.reading.host {
        origin.host = host.to_ascii_lowercase();
    }
    let side = Side::new(&manifest, &origin);
    let logs = args.logs.iter().chain(&args.log);
    let found = replay(&side, access_log::sources(logs)?, &args.reading.options())?;
    let limit = if args.limit == 0 { usize::MAX } else { args.limit };
    let groups = found.totals().into_iter().map(|(group, total)| {
        let with_near = matches!(group, Group::Breaks | Group::Missing | Group::StillMissing);
        // What stays as it is nobody needs to read path by path.
        let limit = match group {
            Group::Same => 0,
            Group::Probes | Group::Served | Group::Fixed => limit.min(5),
            _ => limit,
        };
        Shown { group, total, top: found.top(&side, group, limit, args.reading.at_least, with_near) }
    });
    let report = Report { found: &found, groups: groups.collect() };
    report.print(args.format)?;
    Ok(access_log::unless_incomplete(&found.counts, args.exit(&found)))
}

impl Args {
    fn exit(&self, found: &LogReport) -> Exit {
        let mut exit = Exit::Fine;
        for wanted in &self.fail_on {
            let count = wanted.found(found, self.reading.at_least);
            if count > 0 {
                let name = clap::ValueEnum::to_possible_value(wanted);
                let name = name.as_ref().map_or("", |name| name.get_name());
                output::warning(&format!("--fail-on {name}: {}", output::grouped(count)));
                exit = Exit::Finding;
            }
        }
        exit
    }
}

impl Report<'_> {
    fn print(&self, format: ReportFormat) -> anyhow::Result<()> {
        output::print_report(
            format,
            |mut out| text::write(&mut out, self),
            |mut out| json::write(&mut out, self),
            || markdown::text(self),
        )
    }
}
