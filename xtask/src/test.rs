//! `cargo xtask test`: everything that can be checked on this machine, in order, a line a step.
//!
//! The last line is `N passed, M failed`, alone, for programs to read; it counts steps. A step that can't run says why; on a
//! machine that only tests (`CI=true`) that is a failure. Steps whose tools `install` has not put there (it is left out with
//! `--quick`, and there may be no nightly compiler) are left out; they do not count then.

use std::process::Command;
use std::time::{Duration, Instant};

use anyhow::{Result, bail};
use trailmark_compiler::options::Platform;

use crate::tools::CARGO_DENY;
use crate::{
    Exit, chromium, conformance, docs, fuzz, hosts, integrations, no_std, npm, oracle, repo, setup, sites,
    tools, unsafe_code, wasm,
};

/// Run every check and test, after installing what they need
///
/// Needs Rust with rustfmt and clippy, Node 20 or later with npm, and Chromium (on Debian it is installed, as root). A step that can't run says so and why; with CI=true in
/// the environment, that is a failure. cargo-deny and cargo-fuzz are built below the target folder, once; the fuzz targets are
/// left out where there is no nightly compiler. The last line is `N passed, M failed`, counting steps.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Install nothing, and leave out the live oracle and the npm side; needs neither Node nor the network
    #[arg(long)]
    quick: bool,
    /// Only the steps whose name contains this text
    #[arg(long, value_name = "TEXT")]
    only: Option<String>,
}

/// How a step ended.
enum Ended {
    Passed(String),
    Failed(String),
    CouldNotRun(String),
    /// For extra steps only.
    LeftOut(&'static str),
}

struct Step {
    name: &'static str,
    run: fn() -> Ended,
    /// Whether it needs Node or the network.
    live: bool,
}

const fn step(name: &'static str, run: fn() -> Ended) -> Step {
    Step { name, run, live: false }
}

const fn live(name: &'static str, run: fn() -> Ended) -> Step {
    Step { name, run, live: true }
}

const STEPS: [Step; 20] = [
    live("install", install),
    step("format", format),
    step("clippy", clippy),
    step("api docs", api_docs),
    step("tests", tests),
    step("features", features),
    step("no_std", || from(no_std::check())),
    step("unsafe", || from(unsafe_code::check())),
    step("conformance", || from(conformance::all())),
    step("codegen", || from(conformance::codegen())),
    live("oracle, Workers", || live_oracle(Platform::Workers)),
    live("oracle, Pages", || live_oracle(Platform::Pages)),
    live("hosts", other_hosts),
    live("wasm", || from(wasm::check())),
    live("integrations", || npm_step(integrations::packages)),
    live("real builds", real_builds),
    step("docs", || from(docs::check())),
    step("sites", smoke_sites),
    step("licences", licences),
    step("fuzz targets", fuzz_targets),
];

/// Lists that are small and odd: page files beside folders; a folder called `404.html`.
const SMOKE_SITES: [&str; 2] = ["docusaurus-noslash", "gatsby-starter-blog"];
const LIVE_REQUESTS: u32 = 1500;
const LIVE_HTTP_REQUESTS: u32 = 500;
const LIVE_SEED: u64 = 1;

/// Runs the task.
pub(crate) fn run(args: &Args) -> Result<Exit> {
    let wanted = |step: &&Step| {
        !(args.quick && step.live) && args.only.as_ref().is_none_or(|text| step.name.contains(text.as_str()))
    };
    if !STEPS.iter().any(|step| wanted(&step)) {
        bail!("no such step; there are: {}", STEPS.map(|step| step.name).join(", "));
    }
    let mut done = Vec::new();
    let started = Instant::now();
    for step in STEPS.iter().filter(wanted) {
        println!("==> {}", step.name);
        let begun = Instant::now();
        let ended = (step.run)();
        let took = begun.elapsed();
        println!("    {}", line(&ended, took));
        done.push((step.name, ended, took));
    }
    Ok(summary(&done, started.elapsed()))
}

fn line(ended: &Ended, took: Duration) -> String {
    let took = repo::seconds(took);
    match ended {
        Ended::Passed(note) => format!("passed in {took}: {note}"),
        Ended::Failed(why) => format!("FAILED after {took}:\n{why}"),
        Ended::CouldNotRun(why) => format!("COULD NOT RUN: {why}"),
        Ended::LeftOut(why) => format!("left out: {why}"),
    }
}

/// Prints the table and the last line.
fn summary(done: &[(&str, Ended, Duration)], total: Duration) -> Exit {
    println!("\n{:<18} {:<14} {:>9}  note", "step", "result", "time");
    let (mut passed, mut failed) = (0, 0);
    for (name, ended, took) in done {
        let (result, note) = match ended {
            Ended::Passed(note) => ("passed", note.as_str()),
            Ended::Failed(why) => ("FAILED", why.as_str()),
            Ended::CouldNotRun(why) => ("could not run", why.as_str()),
            Ended::LeftOut(why) => ("left out", *why),
        };
        passed += u32::from(matches!(ended, Ended::Passed(_)));
        failed += u32::from(matches!(ended, Ended::Failed(_)));
        failed += u32::from(matches!(ended, Ended::CouldNotRun(_)) && repo::is_ci());
        let note = note.lines().next().unwrap_or_default();
        println!("{name:<18} {result:<14} {:>9}  {note}", repo::seconds(*took));
    }
    println!("{:<18} {:<14} {:>9}\n", "all", "", repo::seconds(total));
    println!("{passed} passed, {failed} failed");
    Exit::finding_if(failed > 0)
}

fn from(result: Result<String>) -> Ended {
    match result {
        Ok(note) => Ended::Passed(note),
        Err(error) => Ended::Failed(format!("{error:#}")),
    }
}

/// Runs a command; what it prints is told only if it fails.
fn command(mut command: Command) -> Ended {
    match repo::capture(&mut command) {
        Ok(finished) if finished.success => Ended::Passed(repo::show(&command)),
        Ok(finished) => Ended::Failed(format!("{}\n{}", repo::show(&command), finished.output)),
        Err(error) => Ended::CouldNotRun(format!("{error:#}")),
    }
}

fn cargo(arguments: &[&str]) -> Command {
    let mut cargo = repo::cargo();
    cargo.args(arguments);
    cargo
}

fn install() -> Ended {
    let installed: Result<Vec<String>> = setup::PARTS.into_iter().map(|(_, install)| install()).collect();
    match installed {
        Ok(notes) => Ended::Passed(notes.join("; ")),
        Err(error) => Ended::CouldNotRun(format!("{error:#}")),
    }
}

fn format() -> Ended {
    component("fmt", "rustfmt").unwrap_or_else(|| command(cargo(&["fmt", "--all", "--check"])))
}

fn clippy() -> Ended {
    let arguments = ["clippy", "--workspace", "--all-targets", "--", "-D", "warnings"];
    component("clippy", "clippy").unwrap_or_else(|| command(cargo(&arguments)))
}

/// `None` if this part of the toolchain is there.
fn component(subcommand: &str, name: &str) -> Option<Ended> {
    let found = repo::capture(&mut cargo(&[subcommand, "--version"])).is_ok_and(|finished| finished.success);
    (!found).then(|| Ended::CouldNotRun(format!("`rustup component add {name}` installs what is missing")))
}

fn api_docs() -> Ended {
    let mut cargo = cargo(&["doc", "--workspace", "--no-deps", "--document-private-items"]);
    cargo.env("RUSTDOCFLAGS", "-D warnings");
    command(cargo)
}

/// The tests of all members, doctests included; the note says how many.
fn tests() -> Ended {
    let mut cargo = cargo(&["test", "--workspace", "--no-fail-fast"]);
    match repo::capture(&mut cargo) {
        Ok(finished) if finished.success => {
            let (passed, ignored) = count_tests(&finished.output);
            Ended::Passed(format!("{passed} tests, {ignored} ignored"))
        }
        Ok(finished) => Ended::Failed(format!("{}\n{}", repo::show(&cargo), finished.output)),
        Err(error) => Ended::CouldNotRun(format!("{error:#}")),
    }
}

/// Adds up the lines `test result: ok. 12 passed; 0 failed; 1 ignored; ...`.
fn count_tests(output: &str) -> (u32, u32) {
    let count = |line: &str, word: &str| {
        let fields = line.split([';', '.']).map(str::trim);
        fields.filter_map(|field| field.strip_suffix(word)?.trim().parse::<u32>().ok()).sum::<u32>()
    };
    let results = output.lines().filter(|line| line.starts_with("test result:"));
    results.fold((0, 0), |(passed, ignored), line| {
        (passed + count(line, "passed"), ignored + count(line, "ignored"))
    })
}

/// The libraries that have features, without them, and with each alone.
fn features() -> Ended {
    let mut tried = Vec::new();
    for package in ["trailmark", "trailmark-edge"] {
        let features = match features_of(package) {
            Ok(features) => features,
            Err(error) => return Ended::Failed(format!("{error:#}")),
        };
        let base = ["clippy", "--quiet", "--package", package, "--all-targets", "--no-default-features"];
        for feature in std::iter::once("").chain(features.iter().map(String::as_str)) {
            let mut cargo = cargo(&base);
            cargo.args(["--features", feature, "--", "-D", "warnings"]);
            let ended = command(cargo);
            if !matches!(ended, Ended::Passed(_)) {
                return ended;
            }
        }
        tried.push(format!("{package} without features, and with each alone: {}", features.join(", ")));
    }
    Ended::Passed(tried.join("; "))
}

/// The features of a member, as its Cargo.toml lists them.
fn features_of(package: &str) -> Result<Vec<String>> {
    let metadata = cargo(&["metadata", "--no-deps", "--format-version", "1"]).output()?;
    let metadata: serde_json::Value = serde_json::from_slice(&metadata.stdout)?;
    let packages = metadata["packages"].as_array().into_iter().flatten();
    let found = packages.filter(|found| found["name"] == package);
    let features = found.filter_map(|found| found["features"].as_object());
    Ok(features.flat_map(|features| features.keys().cloned()).collect())
}

/// What may be depended on (`deny.toml`), and known advisories, where their database can be had.
fn licences() -> Ended {
    if CARGO_DENY.folder().is_none() {
        return Ended::LeftOut("`cargo xtask setup` installs cargo-deny");
    }
    let deny = |arguments: &[&str]| {
        let mut cargo = cargo(&["deny"]);
        cargo.args(arguments).env("PATH", tools::path_with(CARGO_DENY));
        cargo
    };
    let checked = command(deny(&["--offline", "check", "licenses", "bans", "sources"]));
    if !matches!(checked, Ended::Passed(_)) {
        return checked;
    }
    let has_database = repo::capture(&mut deny(&["fetch", "db"])).is_ok_and(|finished| finished.success);
    if !has_database {
        return Ended::Passed("licences, bans, sources; no database of advisories to be had".to_owned());
    }
    match command(deny(&["--offline", "check", "advisories"])) {
        Ended::Passed(_) => Ended::Passed("licences, bans, sources, advisories".to_owned()),
        failed => failed,
    }
}

fn fuzz_targets() -> Ended {
    match fuzz::smoke() {
        Ok(Some(note)) => Ended::Passed(note),
        Ok(None) => Ended::LeftOut("needs `rustup toolchain install nightly`, then `cargo xtask setup`"),
        Err(error) => Ended::Failed(format!("{error:#}")),
    }
}

/// The live oracle for a short while, always the same requests: of the manifest, then over HTTP.
fn live_oracle(platform: Platform) -> Ended {
    if let Err(error) = npm::ORACLE.install() {
        return Ended::CouldNotRun(format!("{error:#}"));
    }
    let asked = oracle::short(platform, LIVE_SEED, LIVE_REQUESTS, false);
    let asked = asked.and_then(|by_manifest| {
        let over_http = oracle::short(platform, LIVE_SEED, LIVE_HTTP_REQUESTS, true)?;
        Ok(format!("{by_manifest}; over HTTP {over_http}"))
    });
    from(asked)
}

/// The npm packages, which need their own packages installed.
fn npm_step(run: fn() -> Result<String>) -> Ended {
    match npm::INTEGRATIONS.install() {
        Ok(_) => from(run()),
        Err(error) => Ended::CouldNotRun(format!("{error:#}")),
    }
}

fn real_builds() -> Ended {
    match chromium::find() {
        Some(_) => npm_step(integrations::real_builds),
        None => Ended::CouldNotRun("there is no Chromium; `cargo xtask setup` says what to do".to_owned()),
    }
}

/// The tables of other hosts beside those hosts' code, as far as it can be had here.
fn other_hosts() -> Ended {
    match hosts::short(LIVE_SEED) {
        Ok(Some(note)) => Ended::Passed(note),
        Ok(None) => Ended::CouldNotRun(
            "neither apt-get nor npm gives any of them; `cargo xtask hosts` says why".to_owned(),
        ),
        Err(error) => Ended::Failed(format!("{error:#}")),
    }
}

fn smoke_sites() -> Ended {
    let notes: Result<Vec<String>> = SMOKE_SITES.into_iter().map(sites::smoke).collect();
    from(notes.map(|notes| notes.join("; ")))
}

#[cfg(test)]
mod tests {
    #[test]
    fn test_results_are_added_up() {
        let output = "test result: ok. 12 passed; 0 failed; 1 ignored; 0 measured; 0 filtered out; finished in 0.00s\n\
                      test result: FAILED. 3 passed; 2 failed; 0 ignored; 0 measured\nother";
        assert_eq!(super::count_tests(output), (15, 1));
    }
}
