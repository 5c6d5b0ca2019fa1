//! `trailmark serve`: a site, or a folder of sites, over HTTP.

mod beside;
mod build;
mod clock;
mod events;
mod kind;
mod limits;
mod line;
mod listen;
mod log;
mod metrics;
mod report_page;
pub(super) mod signals;
mod sites;
mod watch;

use std::future::pending;
use std::net::SocketAddr;
use std::num::NonZero;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Context, bail};
use trailmark_edge::server::{Listeners, Running, ServerLimits, raise_file_limit, start};
use trailmark_edge::{Edge, EdgeOptions, LiveSite, Semantics, Site, SiteService, Sites, SitesService};

use self::build::Build;
use self::kind::{As, Kind};
use self::log::Log;
use self::watch::Watched;
use crate::exit::Exit;
use crate::output;
use crate::site::SiteArgs;
use crate::source::unusable;

/// Serve a site over HTTP as the platform would
///
/// Answers every request as Cloudflare Workers static assets or Cloudflare Pages do, headers included. Given a site's build output, compiles it
/// in memory; given a manifest, serves the folder that it was compiled from; given a folder of manifests, serves a site
/// for each host name. Listens on 127.0.0.1 and a free port, and prints the URL as the first line of standard output. Speaks HTTP/1.1 without TLS:
/// for the internet, put a proxy with TLS in front.
#[derive(Debug, clap::Args)]
#[command(after_long_help = AFTER_HELP)]
pub(crate) struct Args {
    /// A site's build output, a manifest, or a folder of manifests [default: the folder that the configuration file names]
    #[arg(value_name = "DIST|MANIFEST|FOLDER")]
    what: Option<PathBuf>,
    /// What it is, where it could be either
    #[arg(long = "as", value_enum, value_name = "KIND")]
    is: Option<As>,
    /// The files of a manifest [default: the folder beside it with its name, less `.trailmark`]
    #[arg(long, value_name = "DIR")]
    dist: Option<PathBuf>,
    /// Where to listen
    #[arg(short, long, value_name = "ADDR:PORT", default_value = "127.0.0.1:0", value_parser = listen::address)]
    listen: SocketAddr,
    /// Listen on 127.0.0.1 and this port
    #[arg(short, long, value_name = "PORT", conflicts_with = "listen")]
    port: Option<u16>,
    /// Compile again when the site changes, or open the manifest again when it does; what can't be used leaves the old version
    #[arg(short, long)]
    watch: bool,
    /// Answer from the files where the site's Worker script would answer [default: 501, and says so]
    #[arg(long)]
    no_worker: bool,
    /// Whose HTTP: `platform` answers exactly as the platform; `standard` adds ranges, compressed siblings, and full conditional requests
    #[arg(long, value_enum, default_value_t = HttpSemantics::Platform, value_name = "WHOSE")]
    semantics: HttpSemantics,
    /// Visitors come by https: what stands in front speaks TLS
    #[arg(long)]
    https: bool,
    /// The site that answers for hosts without one, in a folder of sites [default: 404; a folder's only site]
    #[arg(long, value_name = "NAME")]
    default_site: Option<String>,
    /// Print the requests as JSON lines on standard output, where the first line then holds the URL
    #[arg(long)]
    json_log: bool,
    /// Print no requests and no notes; errors still
    #[arg(short, long)]
    quiet: bool,
    /// Give metrics for Prometheus there, at /metrics
    #[arg(long, value_name = "ADDR:PORT", value_parser = listen::address)]
    metrics: Option<SocketAddr>,
    /// Give the page of `trailmark report` there, of the version that is being served; on 127.0.0.1 and a free port, if no address is given
    #[arg(long, value_name = "ADDR:PORT", num_args = 0..=1, require_equals = true, default_missing_value = "127.0.0.1:0", value_parser = listen::address)]
    report: Option<SocketAddr>,
    /// Threads that answer [default: one for each processor that this process may use]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024))]
    threads: Option<u16>,
    #[command(flatten)]
    site: SiteArgs,
    #[command(flatten)]
    limits: limits::LimitArgs,
}

/// Whose HTTP the answers follow.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum HttpSemantics {
    Platform,
    Standard,
}

const AFTER_HELP: &str = "\
Examples:
  trailmark serve dist
          a preview: prints http://127.0.0.1:PORT/, and on standard error a line for each request, with its rule
  trailmark serve dist --watch --port 8080
          the same, compiled again whenever the build writes to dist/
  trailmark serve site.trailmark --dist /srv/site --listen 0.0.0.0:8080 --metrics 127.0.0.1:9100 --json-log
          behind a proxy, as a service
  trailmark serve /srv/sites --default-site example.com
          /srv/sites/example.com.trailmark answers for example.com, and for hosts without a site
  trailmark serve dist > url & curl -s \"$(head -n1 url)\"
          in a script
  trailmark serve dist --watch --report
          with the report page on an address of its own

Exit status:
  0  ended by SIGINT or SIGTERM; what was being answered had --shutdown-time to end, unless a second signal came
  2  could not run: the message says why";

/// What answers.
enum Content {
    Site(LiveSite),
    Sites(Sites),
}

/// Runs the subcommand.
pub(crate) fn run(mut args: Args) -> anyhow::Result<Exit> {
    let kind = Kind::of(args.what.as_deref(), args.is, args.dist.as_deref(), &args.site)?;
    if args.default_site.is_some() && !matches!(kind, Kind::Sites(_)) {
        bail!("--default-site is for a folder of sites, and this is one site");
    }
    let limits = args.limits.server(raise_file_limit());
    let threads = args.threads.map_or_else(processors, usize::from);
    let address = args.port.map_or(args.listen, |port| SocketAddr::from(([127, 0, 0, 1], port)));
    let listeners = listen::bind(address, threads)?;
    let metrics = args.metrics.map(|address| listen::bind(address, 1)).transpose()?;
    let report = args.report.map(|address| listen::bind(address, 1)).transpose()?;
    let of_report = report.is_some().then(|| report_page::wanted(&kind, &args.site)).transpose()?;
    let log = Log::new(log::Settings {
        threads,
        is_json: args.json_log,
        has_requests: !args.quiet,
        has_hosts: matches!(kind, Kind::Sites(_)),
    });
    events::send_to(&log, args.quiet);
    let edge = Edge::new(options(&args));
    // Removed at the end.
    let hashes = tempfile::tempdir().context("cannot make a folder for the hashes of files")?;
    let content = open(kind, &mut args, &edge, hashes.path())?;
    // Whoever has been told the address may end the server.
    let ending = signals::Ending::hear()?;
    listen::announce(&args, listeners.address(), metrics.as_ref(), report.as_ref())?;
    log.start()?;
    let (live, sites) = match &content {
        Content::Site(live) => (Some(live.clone()), None),
        Content::Sites(sites) => (None, Some(sites.clone())),
    };
    let report = report
        .zip(of_report.zip(live))
        .map(|(listeners, (args, live))| (listeners, report_page::ReportPage::new(args, live)));
    let running = Arc::new(serve(content, listeners, &limits, &log, args.no_worker)?);
    let (stats, counting, max_connections) = (Arc::clone(&running), log.clone(), limits.connections);
    let metrics_text = move || {
        metrics::text(&metrics::Sources {
            edge: &edge,
            stats: &stats.stats(),
            sites: sites.as_ref(),
            log_dropped: counting.dropped(),
            max_connections,
        })
    };
    let metrics = async {
        match metrics {
            Some(listeners) => beside::serve_metrics(listeners, metrics_text).await,
            None => pending().await,
        }
    };
    let report = async {
        match report {
            Some((listeners, page)) => page.serve(listeners).await,
            None => pending().await,
        }
    };
    let beside = async {
        tokio::join!(metrics, report);
    };
    ending.wait(&running, beside, args.limits.shutdown_time);
    running.stop();
    log.end();
    Ok(Exit::Fine)
}

/// Opens what is to be served, and watches it if that is wanted.
fn open(kind: Kind, args: &mut Args, edge: &Edge, hashes: &Path) -> anyhow::Result<Content> {
    Ok(match kind {
        Kind::Dist(dist) => {
            let mut build = Build::new(dist, std::mem::take(&mut args.site), args.quiet, hashes)?;
            let live = LiveSite::new(edge, build.first()?);
            if args.watch {
                let (live, watched) = (live.clone(), build.watched());
                watch::watch(watched, move || build.again(&live))?;
            }
            Content::Site(live)
        }
        Kind::Manifest { manifest, dist } => {
            if !args.quiet {
                let (manifest, dist) = (manifest.display(), dist.display());
                output::note(&format!("{manifest} is a manifest: its files are in {dist}"));
            }
            let site = Site::open(&manifest, &dist).with_context(|| unusable(&manifest))?;
            let live = LiveSite::new(edge, site);
            if args.watch {
                let live = live.clone();
                let watched = vec![Watched::File(manifest.clone()), Watched::Place(dist.clone())];
                // What went wrong is logged there.
                watch::watch(watched, move || drop(live.swap_to(&manifest, &dist)))?;
            }
            Content::Site(live)
        }
        Kind::Sites(folder) => {
            if args.watch {
                output::note("a folder of sites is looked at every two seconds anyway, without --watch too");
            }
            let default_site = args.default_site.take();
            Content::Sites(sites::open(edge, &folder, default_site, args.limits.max_open_sites, args.quiet)?)
        }
    })
}

fn serve(
    content: Content,
    listeners: Listeners,
    limits: &ServerLimits,
    log: &Log,
    no_worker: bool,
) -> anyhow::Result<Running> {
    let log = log.for_requests();
    let running = match (content, no_worker) {
        (Content::Site(live), false) => start(listeners, SiteService::new(live), limits, log),
        (Content::Site(live), true) => start(listeners, SiteService::new(live).assets(), limits, log),
        (Content::Sites(sites), false) => start(listeners, SitesService::new(sites), limits, log),
        (Content::Sites(sites), true) => start(listeners, SitesService::new(sites).assets(), limits, log),
    };
    running.context("cannot start the server's threads")
}

fn processors() -> usize {
    std::thread::available_parallelism().map_or(1, NonZero::get)
}

fn options(args: &Args) -> EdgeOptions {
    let mut options = EdgeOptions::default();
    options.semantics = match args.semantics {
        HttpSemantics::Platform => Semantics::Platform,
        HttpSemantics::Standard => Semantics::Standard,
    };
    options.is_https = args.https;
    options.body_budget = args.limits.body_memory;
    options
}
