//! `--bench`: the audit beside hyperlink and lychee, in turns, each in a process of its own whose time and memory `/usr/bin/time` tells.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, Result};
use serde::{Deserialize, Serialize};

use super::catalog::{MEASURED, SITES};
use super::{build, must, table};
use crate::load::machine::{self, Machine};
use crate::tools::{HYPERLINK, LYCHEE, Tool};
use crate::{Exit, repo};

/// Everything that was measured.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(super) struct Bench {
    pub(super) machine: Machine,
    /// Processes that wanted a core in the minute before the last round ended.
    pub(super) load_at_end: String,
    pub(super) sites: Vec<Measured>,
}

/// A site.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(super) struct Measured {
    pub(super) name: String,
    /// What the audit has read, bytes.
    pub(super) bytes: u64,
    /// Links to what is not there and to ids that are not there: the audit's count, then hyperlink's.
    pub(super) missing: [u64; 2],
    pub(super) anchors: [u64; 2],
    /// Round by round.
    pub(super) ours: Vec<Run>,
    pub(super) hyperlink: Vec<Run>,
    pub(super) lychee: Vec<Run>,
}

/// One process.
#[derive(Debug, Clone, Copy, Default, Serialize, Deserialize)]
pub(super) struct Run {
    pub(super) seconds: f64,
    /// Of all processors.
    pub(super) processor_seconds: f64,
    /// Peak memory, KiB.
    pub(super) kibibytes: u64,
}

/// Measures.
///
/// # Errors
/// A site or one of the others can't be had.
pub(super) fn run(root: &Path, program: &Path, rounds: usize, only: &[String], dry: bool) -> Result<Exit> {
    let hyperlink = installed(HYPERLINK, "hyperlink")?;
    let lychee = installed(LYCHEE, "lychee")?;
    let mut bench = Bench { machine: machine::here(), ..Bench::default() };
    let wanted = |name: &&str| only.is_empty() || only.iter().any(|wanted| wanted == *name);
    for name in MEASURED.into_iter().filter(wanted) {
        let site = SITES.iter().find(|site| site.name == name).context("no such site")?;
        let dist = build::site(root, site)?;
        let measured = measure(program, &hyperlink, &lychee, name, &dist, rounds)?;
        println!("{}", table::measured(&measured));
        bench.sites.push(measured);
    }
    bench.load_at_end = machine::here().load;
    if !dry && only.is_empty() {
        table::write_bench(&bench)?;
    }
    Ok(Exit::Fine)
}

fn installed(tool: Tool, name: &str) -> Result<PathBuf> {
    tool.install()?;
    Ok(tool.folder().with_context(|| format!("no {name}"))?.join(name))
}

fn measure(
    program: &Path,
    hyperlink: &Path,
    lychee: &Path,
    name: &str,
    dist: &Path,
    rounds: usize,
) -> Result<Measured> {
    let ours = || {
        let mut command = timed(program);
        command.arg("audit").arg(dist).args(["--quiet", "--fail-on", "never"]);
        command
    };
    let theirs = || {
        let mut command = timed(hyperlink);
        command.arg(dist).arg("--check-anchors");
        command
    };
    let third = || {
        let mut command = timed(lychee);
        command.args(["--offline", "--include-fragments", "--no-progress", "--quiet", "--root-dir"]);
        command.arg(dist).arg(dist);
        command
    };
    let mut measured = Measured { name: name.to_owned(), ..Measured::default() };
    counts(program, hyperlink, dist, &mut measured)?;
    // Once each before anything counts, so that the files are in the cache.
    time(ours())?;
    time(theirs())?;
    for round in 0..rounds {
        measured.ours.push(time(ours())?);
        measured.hyperlink.push(time(theirs())?);
        // It takes tens of times as long.
        if round == 0 {
            measured.lychee.push(time(third())?);
        }
    }
    Ok(measured)
}

/// What both count.
fn counts(program: &Path, hyperlink: &Path, dist: &Path, measured: &mut Measured) -> Result<()> {
    let mut audit = Command::new(program);
    audit.arg("audit").arg(dist).args(["--format", "json", "--limit", "1", "--quiet", "--fail-on", "never"]);
    let report: serde_json::Value = serde_json::from_str(&must(&mut audit)?)?;
    let links = |wanted: &[&str]| {
        let groups = report["groups"].as_array().into_iter().flatten();
        let of = groups.filter(|group| group["rule"].as_str().is_some_and(|rule| wanted.contains(&rule)));
        of.filter_map(|group| group["links"].as_u64()).sum()
    };
    let output = Command::new(hyperlink).arg(dist).arg("--check-anchors").stderr(Stdio::null()).output()?;
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let told = |what: &str| {
        let line = text.lines().rev().find(|line| line.starts_with("Found") && line.ends_with(what));
        line.and_then(|line| line.split(' ').nth(1)?.parse().ok()).unwrap_or_default()
    };
    measured.bytes = report["bytes"].as_u64().unwrap_or_default();
    measured.missing = [links(&["not-found", "case-differs", "relative-slash"]), told("bad links")];
    measured.anchors = [links(&["missing-fragment"]), told("bad anchors")];
    Ok(())
}

/// A program whose time and memory are told on its stderr's last line.
fn timed(program: &Path) -> Command {
    let mut command = Command::new("/usr/bin/time");
    command.args(["-f", "%e %U %S %M"]).arg(program).current_dir(repo::root());
    command.stdin(Stdio::null()).stdout(Stdio::null());
    command
}

fn time(mut command: Command) -> Result<Run> {
    // Dead links make some of them fail; what they print goes nowhere.
    let output = command.output().context("no /usr/bin/time: Debian's package `time` has it")?;
    let text = String::from_utf8_lossy(&output.stderr).into_owned();
    let line = text.lines().last().unwrap_or_default();
    let numbers: Vec<f64> = line.split(' ').filter_map(|number| number.parse().ok()).collect();
    let &[seconds, user, system, memory] = numbers.as_slice() else {
        anyhow::bail!("{} says {line:?}", repo::show(&command));
    };
    Ok(Run { seconds, processor_seconds: user + system, kibibytes: memory as u64 })
}
