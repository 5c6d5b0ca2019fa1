//! The fuzz targets of `fuzz/`, built by a nightly compiler. Without one, the tests still run every target over its seeds and
//! former failures.
//!
//! Built without a sanitizer: outside `mmap.rs`, which no target reaches, the code has no `unsafe`, so what counts is panics,
//! overflows, time and memory, and twice as many inputs are tried. Debug assertions and overflow checks are on.

use std::process::Command;

use anyhow::{Context, Result, bail};

use crate::tools::CARGO_FUZZ;
use crate::{Exit, repo, tools};

/// Run every fuzz target for a while, and print what it reached as a table
///
/// Needs a nightly compiler (`rustup toolchain install nightly`). Inputs that reach something new are kept below the target
/// folder, and the next run begins with them.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Seconds for each target; eleven times 330 are an hour
    #[arg(long, value_name = "N", default_value_t = 400)]
    seconds: u32,
    /// Only the targets whose name contains this text
    #[arg(long, value_name = "TEXT")]
    only: Option<String>,
}

/// Seconds for each target in `cargo xtask test`.
const SMOKE_SECONDS: u32 = 6;

/// Whether a nightly compiler is there.
pub(crate) fn has_nightly() -> bool {
    repo::capture(nightly().arg("--version")).is_ok_and(|finished| finished.success)
}

/// Runs the task.
///
/// # Errors
/// No nightly compiler, or the targets do not build.
pub(crate) fn run(args: &Args) -> Result<Exit> {
    if !has_nightly() {
        bail!("there is no nightly compiler; `rustup toolchain install nightly` installs one");
    }
    println!("{}", CARGO_FUZZ.install()?);
    let wanted = |name: &String| args.only.as_ref().is_none_or(|text| name.contains(text.as_str()));
    let targets: Vec<String> = build()?.into_iter().filter(wanted).collect();
    println!(
        "| target | inputs tried | edges | features | inputs kept | slowest | memory |\n|---|--:|--:|--:|--:|--:|--:|"
    );
    let mut failed = Vec::new();
    for target in &targets {
        let finished = run_target(target, args.seconds)?;
        match Figures::read(&finished.output).filter(|_| finished.success) {
            Some(figures) => println!("{}", figures.row(target)),
            None => failed.push(format!("{target} failed:\n{}", finished.output)),
        }
    }
    failed.iter().for_each(|failure| println!("{failure}"));
    Ok(Exit::finding_if(!failed.is_empty()))
}

/// Builds all targets and runs each for a few seconds; says how often. `None` if the tools are not there.
///
/// # Errors
/// A target that fails, with what the fuzzer said.
pub(crate) fn smoke() -> Result<Option<String>> {
    if CARGO_FUZZ.folder().is_none() || !has_nightly() {
        return Ok(None);
    }
    let mut notes = Vec::new();
    for target in build()? {
        let finished = run_target(&target, SMOKE_SECONDS)?;
        if !finished.success {
            bail!("{target} failed; its input belongs into fuzz/regressions/{target}:\n{}", finished.output);
        }
        let figures = Figures::read(&finished.output).context("the fuzzer gives no figures")?;
        notes.push(format!("{target} {}", figures.inputs));
    }
    Ok(Some(format!("inputs tried: {}", notes.join(", "))))
}

/// Builds all targets; their names.
fn build() -> Result<Vec<String>> {
    let built = repo::capture(&mut fuzz("build", &["-s", "none"]))?;
    if !built.success {
        bail!("the fuzz targets do not build:\n{}", built.output);
    }
    let listed = repo::capture(&mut fuzz("list", &[]))?;
    Ok(listed.output.lines().map(str::to_owned).collect())
}

fn run_target(target: &str, seconds: u32) -> Result<repo::Finished> {
    let corpus = repo::scratch("fuzz").join(target);
    std::fs::create_dir_all(&corpus)?;
    let mut command = fuzz("run", &["-s", "none", target]);
    command.arg(corpus).arg(format!("seeds/{target}"));
    command.args(["--", &format!("-max_total_time={seconds}"), "-print_final_stats=1"]);
    command.args(["-timeout=20", "-rss_limit_mb=2048", "-max_len=16384"]);
    repo::capture(&mut command)
}

fn nightly() -> Command {
    let mut command = Command::new("cargo");
    // Tasks are run by a cargo that tells its children which compiler to take; here it is another.
    command.env_remove("RUSTUP_TOOLCHAIN").env_remove("RUSTC").env_remove("CARGO").arg("+nightly");
    command
}

fn fuzz(what: &str, arguments: &[&str]) -> Command {
    let mut command = nightly();
    command.env("PATH", tools::path_with(CARGO_FUZZ));
    command.args(["fuzz", what]).args(arguments).current_dir(repo::root().join("fuzz"));
    command
}

/// What the fuzzer says at its end.
#[derive(Debug, PartialEq, Eq)]
struct Figures {
    inputs: u64,
    edges: u64,
    features: u64,
    kept: u64,
    slowest_seconds: u64,
    peak_mebibytes: u64,
}

impl Figures {
    /// Reads the lines `stat::name: number` and the last `#4 DONE cov: 12 ft: 34 corp: 5/678Kb ...`.
    fn read(output: &str) -> Option<Figures> {
        let stat = |name: &str| {
            let mut values =
                output.lines().filter_map(|line| line.strip_prefix("stat::")?.strip_prefix(name));
            values.next_back()?.trim_start_matches(':').trim().parse().ok()
        };
        let done = output.lines().rfind(|line| line.contains("\tDONE"))?;
        let word = |name: &str| {
            let number = done.split(name).nth(1)?.trim_start().split([' ', '/']).next()?;
            number.parse().ok()
        };
        Some(Figures {
            inputs: stat("number_of_executed_units")?,
            edges: word("cov:")?,
            features: word("ft:")?,
            kept: word("corp:")?,
            slowest_seconds: stat("slowest_unit_time_sec")?,
            peak_mebibytes: stat("peak_rss_mb")?,
        })
    }

    fn row(&self, target: &str) -> String {
        let Figures { inputs, edges, features, kept, slowest_seconds, peak_mebibytes } = self;
        let slowest =
            if *slowest_seconds == 0 { "under 1 s".to_owned() } else { format!("{slowest_seconds} s") };
        format!(
            "| `{target}` | {inputs} | {edges} | {features} | {kept} | {slowest} | {peak_mebibytes} MiB |"
        )
    }
}

#[cfg(test)]
mod tests {
    use super::Figures;

    #[test]
    fn figures_are_read_from_the_end_of_a_run() {
        let output = "#2\tINITED cov: 1 ft: 1 corp: 1/1b\n\
                      #1234\tDONE   cov: 56 ft: 789 corp: 10/11Kb lim: 4096 exec/s: 205 rss: 40Mb\n\
                      Done 1234 runs in 6 second(s)\n\
                      stat::number_of_executed_units: 1234\nstat::average_exec_per_sec:     205\n\
                      stat::slowest_unit_time_sec:    0\nstat::peak_rss_mb:              40\n";
        let figures = Figures::read(output).unwrap();
        assert_eq!(figures.row("open"), "| `open` | 1234 | 56 | 789 | 10 | under 1 s | 40 MiB |");
        assert_eq!(Figures::read("panicked"), None);
    }
}
