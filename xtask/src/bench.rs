//! `cargo xtask bench`: builds the benchmarks and the command line as they are released, and has them write
//! `docs/BENCHMARKS.md`. What is measured, and how, is in `benches/`.

use std::process::Command;

use anyhow::{Context, Result, bail};

use crate::{Exit, npm, repo};

/// Measure Trailmark beside what one would use instead, and write docs/BENCHMARKS.md
///
/// Lookups, opening, compiling, instruction counts, each next to the others on the same inputs. A full run takes about half an
/// hour, 16 GiB of memory and 10 GB of disk; --quick is smaller and takes a few minutes, and the page says so. Node (for wrangler's
/// hashing), valgrind and b3sum are used if they can be had.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Smaller sites and fewer rounds
    #[arg(long)]
    quick: bool,
    /// Only this part, the others on the page as they were; may be given several times
    #[arg(long, value_name = "PART", value_parser = PARTS)]
    only: Vec<String>,
}

const PARTS: [&str; 8] =
    ["lookup", "walks", "sites", "opening", "compiling", "redirects", "instructions", "page"];

/// Runs the task.
pub(crate) fn run(args: &Args) -> Result<Exit> {
    if args.only.is_empty() || args.only.iter().any(|part| part == "compiling") {
        match npm::ORACLE.install() {
            Ok(message) => eprintln!("{message}"),
            Err(error) => eprintln!("wrangler's hashing is left out: {error:#}"),
        }
    }
    let mut build = repo::cargo();
    build.args(["build", "--release", "--package", "trailmark-benches", "--package", "trailmark-cli"]);
    if !build.status().context("can't start cargo")?.success() {
        bail!("{} failed", repo::show(&build));
    }
    let scratch = repo::scratch("bench");
    // Built beside the folder that tasks keep their things in.
    let target = scratch.ancestors().nth(2).context("no target folder")?;
    let program = target.join("release/trailmark-benches").with_extension(std::env::consts::EXE_EXTENSION);
    let mut bench = Command::new(program);
    bench.current_dir(repo::root()).arg("--docs").arg("docs").arg("--scratch").arg(&scratch);
    bench.args(args.quick.then_some("--quick"));
    bench.args(args.only.iter().flat_map(|part| ["--only", part]));
    match bench.status().with_context(|| format!("can't start {}", repo::show(&bench)))?.success() {
        true => Ok(Exit::Fine),
        false => bail!("{} failed", repo::show(&bench)),
    }
}
