//! `trailmark-edge`'s server with a control line: lines on stdin, an answer for each on stdout. For what the command line does not do,
//! such as a swap at a given moment. The first line of output is the address. Ends with its input.

use std::io::{BufRead, Write};
use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::{Child, ChildStdin, ChildStdout, Stdio};

use anyhow::{Context, Result, bail, ensure};
use serde::{Deserialize, Serialize};
use trailmark_edge::server::{Listeners, Running, ServerLimits, start};
use trailmark_edge::{Edge, EdgeOptions, LiveSite, Site, SiteService, Sites, SitesOptions, SitesService};

use super::command::pinned;
use super::process::Server;
use super::{Programs, SERVER_CORES};
use crate::Exit;

/// Serve for `cargo xtask load`
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    #[arg(long)]
    manifest: Option<PathBuf>,
    #[arg(long, requires = "manifest")]
    dist: Option<PathBuf>,
    #[arg(long, conflicts_with = "manifest")]
    sites: Option<PathBuf>,
    #[arg(long, default_value_t = 512)]
    max_open: u64,
    #[arg(long, default_value_t = 512 << 20)]
    manifest_budget: u64,
    #[arg(long, default_value_t = 128 << 20)]
    body_budget: u64,
    #[arg(long, default_value_t = 2)]
    threads: usize,
    #[arg(long, default_value_t = 0)]
    port: u16,
    /// Do not end with the input
    #[arg(long)]
    stay: bool,
}

/// What an edge counted.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Counted {
    /// Versions that became live.
    pub(super) swaps: u64,
    /// Versions that did not.
    pub(super) failed_swaps: u64,
    /// Files that were not what the manifest says.
    pub(super) files_that_do_not_fit: u64,
    /// Files that could not be read.
    pub(super) files_unreadable: u64,
    /// Files read into memory.
    pub(super) bodies_loaded: u64,
    /// Memory of bodies, bytes.
    pub(super) body_memory: u64,
    /// Sites opened.
    pub(super) sites_opened: u64,
    /// Sites open now.
    pub(super) open: u64,
}

/// Runs the hidden task.
pub(crate) fn run(args: &Args) -> Result<Exit> {
    let mut options = EdgeOptions::default();
    options.body_budget = args.body_budget;
    let edge = Edge::new(options);
    let listeners = Listeners::bind(SocketAddr::from(([127, 0, 0, 1], args.port)), args.threads)?;
    let limits = ServerLimits::default();
    let (running, live, sites): (Running, Option<LiveSite>, Option<Sites>);
    if let Some(folder) = &args.sites {
        let mut options = SitesOptions::default();
        options.max_open = args.max_open;
        options.manifest_budget = args.manifest_budget;
        let all = Sites::new(&edge, folder, options);
        running = start(listeners, SitesService::new(all.clone()), &limits, None)?;
        (live, sites) = (None, Some(all));
    } else {
        let (manifest, dist) = args.manifest.as_ref().zip(args.dist.as_ref()).context("nothing to serve")?;
        let site = LiveSite::new(&edge, Site::open(manifest, dist)?);
        running = start(listeners, SiteService::new(site.clone()), &limits, None)?;
        (live, sites) = (Some(site), None);
    }
    let mut out = std::io::stdout().lock();
    writeln!(out, "{}", running.address())?;
    out.flush()?;
    for line in std::io::stdin().lock().lines() {
        let line = line?;
        match line.split('\t').collect::<Vec<_>>().as_slice() {
            ["counters"] => writeln!(out, "{}", serde_json::to_string(&counted(&edge, sites.as_ref()))?)?,
            ["swap", manifest, dist] => {
                let live = live.as_ref().context("there is no site to swap")?;
                match live.swap_to(manifest, dist) {
                    Ok(()) => writeln!(out, "swapped")?,
                    Err(error) => writeln!(out, "not swapped: {error}")?,
                }
            }
            _ => bail!("what is {line:?}?"),
        }
        out.flush()?;
    }
    if args.stay {
        loop {
            std::thread::park();
        }
    }
    Ok(Exit::Fine)
}

fn counted(edge: &Edge, sites: Option<&Sites>) -> Counted {
    let counters = edge.counters();
    Counted {
        swaps: counters.swaps.get(),
        failed_swaps: counters.failed_swaps.get(),
        files_that_do_not_fit: counters.files_that_do_not_fit.get(),
        files_unreadable: counters.files_unreadable.get(),
        bodies_loaded: counters.bodies_loaded.get(),
        body_memory: edge.body_memory(),
        sites_opened: counters.sites_opened.get(),
        open: sites.map_or(1, |sites| sites.open_count() as u64),
    }
}

/// A server of that kind, seen from here.
#[derive(Debug)]
pub(super) struct Controlled {
    /// The process.
    pub(super) server: Server,
    input: ChildStdin,
    output: std::io::BufReader<ChildStdout>,
}

impl Controlled {
    /// Starts one with these arguments.
    ///
    /// # Errors
    /// It does not start.
    pub(super) fn start(programs: &Programs, args: &[&std::ffi::OsStr]) -> Result<Controlled> {
        let mut command = pinned(SERVER_CORES, &programs.xtask);
        command.arg("load-server").args(args).stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut child: Child = command.spawn().context("can't start the server")?;
        let input = child.stdin.take().context("no pipe to the server")?;
        let mut output = std::io::BufReader::new(child.stdout.take().context("no pipe from the server")?);
        let mut line = String::new();
        output.read_line(&mut line)?;
        let address = line.trim().parse().with_context(|| format!("the server said {line:?}"))?;
        Ok(Controlled { server: Server::listening(child, address), input, output })
    }

    fn say(&mut self, line: &str) -> Result<String> {
        writeln!(self.input, "{line}").context("the server does not listen")?;
        self.input.flush()?;
        let mut answer = String::new();
        ensure!(self.output.read_line(&mut answer)? > 0, "the server ended");
        Ok(answer.trim().to_owned())
    }

    /// Has another version take the place of the present one.
    ///
    /// # Errors
    /// The server could not, or is gone.
    pub(super) fn swap(&mut self, site: &super::site::Site) -> Result<()> {
        let answer = self.say(&format!("swap\t{}\t{}", site.manifest.display(), site.dist.display()))?;
        ensure!(answer == "swapped", "{answer}");
        Ok(())
    }

    /// What it counted so far.
    ///
    /// # Errors
    /// The server is gone.
    pub(super) fn counters(&mut self) -> Result<Counted> {
        Ok(serde_json::from_str(&self.say("counters")?)?)
    }
}
