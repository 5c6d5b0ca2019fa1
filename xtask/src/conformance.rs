//! `cargo xtask conformance`: every recorded answer of the real servers, against ours.
//!
//! The judge is `trailmark_tests::conformance`; this prints what it says.

use std::time::Instant;

use anyhow::{Result, anyhow};
use trailmark_tests::conformance::{SUITES, Tally, run as run_suite};

use crate::{Exit, repo};

/// Compare our answers with the recorded ones of the real servers
///
/// Compiles, opens and asks every recorded site in memory, and prints a line a file: outcomes that are equal, and
/// all that were compared. The first differences of each file are printed in full.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Only these files, by name without ending
    #[arg(value_name = "SUITE")]
    suites: Vec<String>,
}

/// Every suite; for `cargo xtask test`.
pub(crate) fn all() -> Result<Exit> {
    run(&Args { suites: Vec::new() })
}

/// Runs the task.
pub(crate) fn run(args: &Args) -> Result<Exit> {
    if let Some(unknown) = args.suites.iter().find(|name| !SUITES.contains(&name.as_str())) {
        return Err(anyhow!("no suite {unknown:?}; there are: {}", SUITES.join(", ")));
    }
    let wanted = |suite: &str| args.suites.is_empty() || args.suites.iter().any(|name| name == suite);
    let started = Instant::now();
    let mut all = Tally::default();
    for suite in SUITES.into_iter().filter(|suite| wanted(suite)) {
        let tally = run_suite(suite).map_err(|error| anyhow!(error))?;
        println!("{}", line(suite, &tally));
        for difference in &tally.differences {
            println!("\n{difference}");
        }
        all.equal += tally.equal;
        all.total += tally.total;
    }
    println!("{}, {}", line("all", &all), repo::seconds(started.elapsed()));
    Ok(Exit::finding_if(all.equal != all.total || all.total == 0))
}

/// `name equal/total`.
fn line(name: &str, tally: &Tally) -> String {
    format!("{name} {}/{}", tally.equal, tally.total)
}
