//! Every recorded request through the WebAssembly, in Node and in workerd; the judge is the one of `cargo xtask conformance`.

use std::io::{BufRead, BufReader, Write};
use std::process::{Child, Command, Stdio};
use std::time::Instant;

use anyhow::{Context, Result, bail, ensure};
use rayon::prelude::*;

use super::cases::{Case, cases, suites};
use super::judge::{Verdict, judge};
use super::package;
use crate::npm::ORACLE;
use crate::repo;

/// Where JavaScript runs.
const PLACES: [&str; 2] = ["node", "workerd"];

/// Asks all of them in both places; says how many.
///
/// # Errors
/// Some answer differs, or JavaScript fails.
pub(super) fn all() -> Result<String> {
    ORACLE.install()?;
    let suites = suites()?;
    let cases = cases(&suites)?;
    let mut notes = Vec::new();
    for place in PLACES {
        let started = Instant::now();
        let replies = ask(place, &cases)?;
        let verdicts: Result<Vec<Verdict>> =
            cases.par_iter().zip(&replies).map(|(case, line)| judge(&suites, case, line)).collect();
        let verdict = verdicts?.into_iter().fold(Verdict::default(), Verdict::add);
        ensure!(verdict.total > 0, "nothing was compared");
        if verdict.different > 0 {
            bail!(
                "{} of {} answers through the WebAssembly in {place} differ from the recorded ones; the first:\n{}",
                verdict.different,
                verdict.total,
                verdict.first.join("\n")
            );
        }
        notes.push(format!(
            "{} recorded answers in {place}, {}",
            verdict.total,
            repo::seconds(started.elapsed())
        ));
    }
    Ok(notes.join("; "))
}

/// A line for each case, from a script of the package.
fn ask(place: &str, cases: &[Case]) -> Result<Vec<String>> {
    let mut node = Command::new("node");
    node.arg(format!("test/conformance/{place}.mjs")).current_dir(package());
    node.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::inherit());
    let mut child = node.spawn().context("can't start node")?;
    let replies = exchange(&mut child, cases);
    let status = child.wait()?;
    let replies = replies?;
    ensure!(
        status.success() && replies.len() == cases.len(),
        "{place}.mjs answered {} of {} sites, and ended with {status}",
        replies.len(),
        cases.len()
    );
    Ok(replies)
}

fn exchange(child: &mut Child, cases: &[Case]) -> Result<Vec<String>> {
    let mut input = child.stdin.take().context("no input")?;
    let output = child.stdout.take().context("no output")?;
    std::thread::scope(|scope| {
        // If the script ends early, writing fails; what it said about that is on stderr.
        scope.spawn(move || {
            for case in cases {
                if writeln!(input, "{}", case.line).is_err() {
                    return;
                }
            }
        });
        BufReader::new(output).lines().map(|line| line.context("can't read what node writes")).collect()
    })
}
