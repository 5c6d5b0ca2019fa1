//! `cargo xtask torture`: the fault tests in their long form, in release, each with a limit of time.
//!
//! The same tests run in a short form with `cargo xtask test`; `TRAILMARK_TORTURE` in the environment makes the difference.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use trailmark_compiler::{AssetFile, RoutingOptions, manifest_of};

use crate::{Exit, repo};

/// Run the fault tests in their long form: kills, full disks, damaged bytes, hostile sites (under ten minutes)
///
/// Builds in release first, which is not counted. Prints what the tests count.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Only the steps whose name contains this text
    #[arg(long, value_name = "TEXT")]
    only: Option<String>,
    /// Pages of the manifest that is opened with little address space
    #[arg(long, value_name = "N", default_value_t = 10_000_000)]
    pages: u32,
}

/// Modules of the tests, with what they do; what takes longest comes last, so that a busy machine cuts nothing else.
const MODULES: [(&str, &str); 8] = [
    ("golden", "manifests of this format version"),
    ("regressions", "seeds and former failures of the fuzz targets"),
    ("reproducible", "same bytes whatever place, time, order, threads"),
    ("faults", "kills, two at once, failing writes, few file handles"),
    ("hostile", "manifests, requests and sites made to hurt"),
    ("exhaustive", "every site of a dozen names"),
    ("properties", "random sites, modes and paths; random damage"),
    ("corruption", "every truncation and all 255 changes of every byte"),
];

/// All steps together.
const LIMIT: Duration = Duration::from_secs(600);

/// Runs the task.
///
/// # Errors
/// The tests can't be built.
pub(crate) fn run(args: &Args) -> Result<Exit> {
    let tests = build("trailmark-tests", &["--test", "all"])?;
    let runtime = build("trailmark", &["--lib"])?;
    // The tests build the command themselves; here it is done before the time is taken.
    let mut command = repo::cargo();
    command.args(["build", "--release", "--package", "trailmark-cli"]).status()?;
    let started = Instant::now();
    let mut failed = Vec::new();
    let wanted = |name: &str| args.only.as_ref().is_none_or(|text| name.contains(text.as_str()));
    if wanted("address space") {
        println!("==> address space: a manifest of {} pages", args.pages);
        if !little_address_space(&runtime, args.pages)? {
            failed.push("address space");
        }
    }
    for (module, what) in MODULES.into_iter().filter(|(module, _)| wanted(module)) {
        println!("==> {module}: {what}");
        let mut command = Command::new(&tests);
        // `::` keeps `hostile` from meaning tests of other modules with the word in their names.
        command
            .args([&format!("{module}::"), "--nocapture", "--test-threads=1"])
            .env("TRAILMARK_TORTURE", "1");
        if !step(command.current_dir(repo::root().join("tests")), LIMIT.saturating_sub(started.elapsed()))? {
            failed.push(module);
        }
    }
    println!("\ntook {}", repo::seconds(started.elapsed()));
    println!(
        "{}",
        if failed.is_empty() { "all passed".to_owned() } else { format!("FAILED: {}", failed.join(", ")) }
    );
    Ok(Exit::finding_if(!failed.is_empty()))
}

/// Builds the tests of a package in release; the path of the executable.
fn build(package: &str, arguments: &[&str]) -> Result<PathBuf> {
    let mut cargo = repo::cargo();
    cargo
        .args(["test", "--release", "--no-run", "--message-format=json", "--package", package])
        .args(arguments);
    let output = cargo
        .stderr(Stdio::inherit())
        .output()
        .with_context(|| format!("can't start {}", repo::show(&cargo)))?;
    if !output.status.success() {
        bail!("{} failed", repo::show(&cargo));
    }
    let lines = output.stdout.split(|&byte| byte == b'\n');
    let messages = lines.filter_map(|line| serde_json::from_slice::<serde_json::Value>(line).ok());
    let built = messages.filter(|message| message["profile"]["test"] == true);
    let mut paths = built.filter_map(|message| message["executable"].as_str().map(PathBuf::from));
    paths.next_back().context("cargo names no test executable")
}

/// Runs a step; false if it fails or takes too long.
fn step(command: &mut Command, limit: Duration) -> Result<bool> {
    let started = Instant::now();
    let mut child = command.spawn().with_context(|| format!("can't start {}", repo::show(command)))?;
    loop {
        if let Some(status) = child.try_wait()? {
            println!("    took {}", repo::seconds(started.elapsed()));
            return Ok(status.success());
        }
        if started.elapsed() > limit {
            child.kill()?;
            child.wait()?;
            println!("    stopped: the ten minutes are over");
            return Ok(false);
        }
        std::thread::sleep(Duration::from_millis(50));
    }
}

/// Maps a manifest with hardly more address space than the file itself takes: nothing can be copied to the heap.
fn little_address_space(runtime: &Path, pages: u32) -> Result<bool> {
    if !cfg!(target_os = "linux") {
        println!("    not run: needs `ulimit -v`");
        return Ok(true);
    }
    let folder = repo::scratch("torture");
    std::fs::create_dir_all(&folder)?;
    let file = folder.join("big.trailmark");
    let manifest = manifest_of((0..pages).map(page).collect(), RoutingOptions::default())?;
    std::fs::write(&file, &manifest)?;
    // 64 MiB for the program, its libraries and the stacks of its threads.
    let kibibytes = manifest.len() / 1024 + 64 * 1024;
    println!("    {} bytes, ulimit -v {kibibytes}", manifest.len());
    drop(manifest);
    let mut command = Command::new("sh");
    command.args(["-c", &format!("ulimit -v {kibibytes}; exec \"$0\" \"$@\"")]).arg(runtime);
    command.args(["manifest_that_the_environment_names", "--nocapture", "--test-threads=1"]);
    // Else each thread would reserve 64 MiB for itself.
    command.env("MALLOC_ARENA_MAX", "1").env("TRAILMARK_BIG_MANIFEST", &file);
    let passed = step(&mut command, LIMIT)?;
    std::fs::remove_file(&file)?;
    Ok(passed)
}

fn page(number: u32) -> AssetFile {
    let mut fingerprint = [0; 32];
    fingerprint[..4].copy_from_slice(&number.to_le_bytes());
    AssetFile { site_path: format!("/posts/{}/page-{number}.html", number % 1000), size: 1, fingerprint }
}
