//! `cargo xtask load`: servers under load. Trailmark beside nginx, lighttpd, caddy and static-web-server; a site whose versions take
//! each other's place under load; ten thousand sites at once. Writes the section on serving of `docs/BENCHMARKS.md`.
//!
//! What is measured runs in processes of its own, built for release, on cores of its own.

mod command;
mod figures;
pub(crate) mod machine;
mod memory;
mod page;
pub(crate) mod peers;
pub(crate) mod process;
mod server;
mod servers;
mod site;
mod sites;
mod swaps;
mod versus;
mod wrk;

use std::path::PathBuf;
use std::process::Command;

use anyhow::{Context, Result, bail, ensure};

use crate::{Exit, repo};
use figures::Figures;

pub(crate) use server::{Args as ServerArgs, run as serve};

/// Measure serving: beside other servers, while versions change, with ten thousand sites
///
/// Without options: requests a second, latency and memory beside nginx, lighttpd, caddy and static-web-server, which are fetched
/// from Debian and crates.io into the target folder, as far as they can be had; static-web-server takes some minutes to build, once.
/// Needs Linux and four cores: servers run on the first two, clients on the others. Each of the three parts takes less than ten
/// minutes, and is written to docs/BENCHMARKS.md.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// A thousand swaps in a minute under load, every answer checked
    #[arg(long, conflicts_with = "sites")]
    swaps: bool,
    /// Ten thousand sites of a thousand pages; 2 GB of disk while it runs
    #[arg(long)]
    sites: bool,
    /// Only ours and these; may be given several times
    #[arg(long, value_name = "NAME", conflicts_with_all = ["swaps", "sites"])]
    beside: Vec<String>,
    /// Measure nothing: write the section from the figures that are there
    #[arg(long, conflicts_with_all = ["swaps", "sites", "beside", "quick", "dry"])]
    page: bool,
    /// Shorter, to see that it works; nothing is written to docs/
    #[arg(long)]
    quick: bool,
    /// Write nothing to docs/
    #[arg(long)]
    dry: bool,
}

/// Cores of the servers, and of the clients.
const SERVER_CORES: &str = "0,1";
const CLIENT_CORES: &str = "2,3";

/// Runs the task.
///
/// # Errors
/// The machine does not fit, or a program can't be built or started.
pub(crate) fn run(args: &Args) -> Result<Exit> {
    if args.page {
        page::write(&Figures::load()?)?;
        return Ok(Exit::Fine);
    }
    ensure!(cfg!(target_os = "linux"), "this is measured on Linux only");
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    ensure!(cores >= 4, "{cores} cores; servers and clients need two each");
    let programs = build()?;
    if cfg!(debug_assertions) {
        return as_released(&programs);
    }
    let mut figures = Figures::load()?;
    let (finding, text);
    if args.swaps {
        let measured = swaps::measure(&programs, args.quick)?;
        (finding, text) = (measured.is_finding(), page::swaps(&measured));
        figures.swaps = Some(measured);
    } else if args.sites {
        let measured = sites::measure(&programs, args.quick)?;
        (finding, text) = (false, page::sites(&measured));
        figures.sites = Some(measured);
    } else {
        let measured = versus::measure(&programs, &args.beside, args.quick)?;
        (finding, text) = (false, page::versus(&measured));
        figures.versus = Some(measured);
    }
    println!("{text}");
    if !(args.quick || args.dry || finding) {
        figures.save()?;
        page::write(&figures)?;
        println!("docs/BENCHMARKS.md written");
    }
    Ok(Exit::finding_if(finding))
}

/// Our programs, as they are released.
#[derive(Debug)]
struct Programs {
    /// This one.
    xtask: PathBuf,
    /// `trailmark`.
    trailmark: PathBuf,
}

fn build() -> Result<Programs> {
    let mut build = repo::cargo();
    build.args(["build", "--release", "--package", "xtask", "--package", "trailmark-cli"]);
    if !build.status().context("can't start cargo")?.success() {
        bail!("{} failed", repo::show(&build));
    }
    let scratch = repo::scratch("load");
    // Built beside the folder that tasks keep their things in.
    let target = scratch.ancestors().nth(2).context("no target folder")?;
    Ok(Programs { xtask: target.join("release/xtask"), trailmark: target.join("release/trailmark") })
}

/// The same task once more, without what slows a program down that is being worked on: clients take part in what is measured.
fn as_released(programs: &Programs) -> Result<Exit> {
    let mut command = Command::new(&programs.xtask);
    let status = command.args(std::env::args_os().skip(1)).status();
    let status = status.with_context(|| format!("can't start {}", repo::show(&command)))?;
    match status.code() {
        Some(0) => Ok(Exit::Fine),
        Some(1) => Ok(Exit::Finding),
        _ => bail!("the task ended with {status}"),
    }
}

/// Moves this process and its threads to the cores of the clients.
fn on_client_cores() -> Result<()> {
    let pid = std::process::id().to_string();
    let finished = repo::capture(Command::new("taskset").args(["-a", "-p", "-c", CLIENT_CORES, &pid]))?;
    ensure!(finished.success, "{}", finished.output);
    Ok(())
}
