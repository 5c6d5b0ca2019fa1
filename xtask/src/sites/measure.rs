//! Compiles one rebuilt site for one platform, with times and peak memory, and checks the result.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail};
use serde::{Deserialize, Serialize};
use trailmark::Manifest;
use trailmark_compiler::options::Platform;
use trailmark_compiler::{CompileOptions, compile};

use super::{SiteList, check, figures};
use crate::Exit;

/// Compile a rebuilt site and print what was measured, as JSON
#[derive(Debug, clap::Args)]
pub(crate) struct MeasureArgs {
    /// Name of its list
    name: String,
    /// Where its files are
    folder: PathBuf,
    /// The platform, in its usual spelling
    platform: Platform,
}

/// What one compilation gave.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Measured {
    /// The platform.
    pub(crate) platform: Platform,
    /// Size of the manifest, bytes.
    pub(crate) manifest_bytes: usize,
    /// Seconds for scan, hash, resolve and encode.
    pub(crate) seconds: [f64; 4],
    /// The most memory the process had after compiling, bytes; `None` where the system does not say.
    pub(crate) peak_bytes: Option<u64>,
    /// Files that no request path serves.
    pub(crate) without_url: usize,
    /// What is not as it should be.
    pub(crate) problems: Vec<String>,
}

impl Measured {
    /// Whether anything is not as it should be.
    pub(crate) fn is_finding(&self) -> bool {
        !self.problems.is_empty()
    }
}

/// Runs the hidden task.
pub(crate) fn measure(args: &MeasureArgs) -> Result<Exit> {
    // The list is read behind the compilation, so that it does not count as memory of the compiler.
    let (mut measured, bytes) = compile_here(&args.folder, args.platform)?;
    finish(&mut measured, &bytes, &SiteList::load(&args.name)?)?;
    println!("{}", serde_json::to_string(&measured)?);
    Ok(Exit::Fine)
}

/// Measures in a process of its own.
///
/// # Errors
/// If that process fails.
pub(super) fn in_own_process(site: &SiteList, folder: &Path, platform: Platform) -> Result<Measured> {
    let own = std::env::current_exe().context("can't find this program")?;
    let output = Command::new(own)
        .args(["measure-site", &site.name])
        .arg(folder)
        .arg(platform.as_str())
        .stdin(Stdio::null())
        .stderr(Stdio::inherit())
        .output()
        .context("can't start this program again")?;
    if !output.status.success() {
        bail!("{} could not be compiled for {platform}", site.name);
    }
    serde_json::from_slice(&output.stdout).context("the measuring process printed something else")
}

/// Measures in this process.
///
/// # Errors
/// If the site can't be compiled or the manifest not opened.
pub(super) fn here(site: &SiteList, folder: &Path, platform: Platform) -> Result<Measured> {
    let (mut measured, bytes) = compile_here(folder, platform)?;
    finish(&mut measured, &bytes, site)?;
    Ok(measured)
}

fn compile_here(folder: &Path, platform: Platform) -> Result<(Measured, Vec<u8>)> {
    let options = CompileOptions { routing: figures::routing(platform), ..CompileOptions::default() };
    let compiled = compile(folder, &options, &())?;
    let times = &compiled.report.seconds;
    let seconds = [times.scan, times.hash, times.resolve, times.encode].map(|time| time.as_secs_f64());
    let measured = Measured {
        platform,
        manifest_bytes: compiled.bytes.len(),
        seconds,
        peak_bytes: peak_memory(),
        without_url: 0,
        problems: Vec::new(),
    };
    Ok((measured, compiled.bytes))
}

fn finish(measured: &mut Measured, bytes: &[u8], site: &SiteList) -> Result<()> {
    let manifest = Manifest::open(bytes).context("the manifest does not open")?;
    let findings = check::check(&manifest, site, measured.platform);
    measured.without_url = findings.without_url;
    measured.problems = findings.problems;
    Ok(())
}

/// The most memory this process has had, as Linux counts it.
fn peak_memory() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    let kibibytes: u64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    Some(kibibytes * 1024)
}
