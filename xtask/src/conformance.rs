//! `cargo xtask conformance`: every recorded answer of the real servers, against ours.
//!
//! The judge is `trailmark_tests::conformance`; this prints what it says.

use std::time::Instant;

use anyhow::{Result, anyhow};
use trailmark_tests::conformance::{SUITES, Tally, run as run_suite};
use trailmark_tests::tables::{Recorded, judge_recorded};

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
    /// Ask generated modules instead (`trailmark codegen`): one for every recorded site, compiled in a scratch folder
    #[arg(long, conflicts_with = "suites")]
    codegen: bool,
}

/// Runs the task.
pub(crate) fn run(args: &Args) -> Result<Exit> {
    if args.codegen {
        println!("{}", codegen()?);
        return Ok(Exit::Fine);
    }
    let all = judge(args)?;
    Ok(Exit::finding_if(!is_fine(&all)))
}

/// Every suite, for `cargo xtask test`: what was compared.
///
/// # Errors
/// If anything differs.
pub(crate) fn all() -> Result<String> {
    let all = judge(&Args { suites: Vec::new(), codegen: false })?;
    anyhow::ensure!(is_fine(&all), "answers differ from the recorded ones, see above");
    Ok(format!("{} of {} recorded answers", all.equal, all.total))
}

/// Every suite through generated modules, for `cargo xtask test`: what was compared.
///
/// # Errors
/// If a module does not compile, or anything differs.
pub(crate) fn codegen() -> Result<String> {
    let recorded = judge_recorded(&repo::scratch("codegen"), 1).map_err(|error| anyhow!(error))?;
    let Recorded { tally, asked } = &recorded;
    for difference in tally.differences.iter().chain(&asked.differences) {
        println!("\n{difference}");
    }
    anyhow::ensure!(is_fine(tally), "{} of {} recorded answers", tally.equal, tally.total);
    anyhow::ensure!(asked.differences.is_empty(), "modules say something else than manifests, see above");
    Ok(format!(
        "{} of {} recorded answers by {} modules of {:.1} MB, compiled in {}",
        tally.equal,
        tally.total,
        asked.modules,
        asked.bytes as f64 / 1e6,
        repo::seconds(asked.compile_time)
    ))
}

fn is_fine(tally: &Tally) -> bool {
    tally.total > 0 && tally.equal == tally.total && tally.differences.is_empty()
}

/// Prints a line a suite; gives the sum.
fn judge(args: &Args) -> Result<Tally> {
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
        all.differences.extend(tally.differences);
    }
    println!("{}, {}", line("all", &all), repo::seconds(started.elapsed()));
    Ok(all)
}

/// `name equal/total`.
fn line(name: &str, tally: &Tally) -> String {
    format!("{name} {}/{}", tally.equal, tally.total)
}
