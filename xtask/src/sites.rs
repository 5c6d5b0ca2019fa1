//! `cargo xtask sites`: the path lists of real sites, written out as files, compiled for both platforms, and asked.
//!
//! A site is compiled in a process of its own, so that its peak memory can be read. `docs/SITES.md` has two tables: the figures
//! that are the same on every machine (`cargo xtask docs` makes them too, without files), and what was measured here.

mod check;
pub(crate) mod figures;
mod list;
mod measure;
mod table;
mod tree;

use std::path::PathBuf;

use anyhow::{Context, Result, bail};
use trailmark_compiler::options::Platform;

use list::SiteList;
use measure::Measured;
pub(crate) use measure::{MeasureArgs, measure};

use crate::{Exit, repo};

/// Rebuild real sites from their path lists, compile them for both platforms and ask for every file
///
/// Each list of tests/sites becomes real files of those sizes in a temporary folder. For both platforms the site is
/// compiled, opened, verified, and every file's canonical URL looked up: it must serve that file. Without --only, the
/// result goes to docs/SITES.md. Needs about 1 GB of disk; the site is removed before the next one.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Only this site, by the name of its list; may be given several times. Writes no file
    #[arg(long, value_name = "NAME")]
    only: Vec<String>,
}

/// Runs the task.
pub(crate) fn run(args: &Args) -> Result<Exit> {
    if cfg!(debug_assertions) {
        return run_optimised(args);
    }
    let names = list::names()?;
    if let Some(unknown) = args.only.iter().find(|name| !names.contains(name)) {
        bail!("no list {unknown:?}; there are: {}", names.join(", "));
    }
    let wanted = |name: &&String| args.only.is_empty() || args.only.contains(name);
    let mut all = Vec::new();
    for name in names.iter().filter(wanted) {
        let site = SiteList::load(name)?;
        let measured = measure_apart(&site)?;
        println!("{}", table::line(&site, &measured));
        all.push((site, measured));
    }
    print!("\n{}", table::times(&all));
    if args.only.is_empty() {
        write_page(&all)?;
    }
    Ok(Exit::finding_if(all.iter().flat_map(|(_, measured)| measured).any(Measured::is_finding)))
}

/// Times of an unoptimised program mean nothing: starts this task again as a release build.
fn run_optimised(args: &Args) -> Result<Exit> {
    let mut cargo = repo::cargo();
    cargo.args(["run", "--quiet", "--release", "--package", "xtask", "--", "sites"]);
    cargo.args(args.only.iter().flat_map(|name| ["--only", name]));
    match cargo.status().context("can't start cargo")?.code() {
        Some(0) => Ok(Exit::Fine),
        Some(1) => Ok(Exit::Finding),
        _ => bail!("{} failed", repo::show(&cargo)),
    }
}

/// Both platforms, each in a process of its own.
fn measure_apart(site: &SiteList) -> Result<Vec<Measured>> {
    let folder = tempfile::tempdir().context("no temporary folder")?;
    tree::write(site, folder.path())?;
    Platform::ALL.iter().map(|&platform| measure::in_own_process(site, folder.path(), platform)).collect()
}

/// Both platforms, in this process; for small sites.
///
/// # Errors
/// Anything that is not as it should be.
pub(crate) fn smoke(name: &str) -> Result<String> {
    let site = SiteList::load(name)?;
    let folder = tempfile::tempdir().context("no temporary folder")?;
    tree::write(&site, folder.path())?;
    for &platform in Platform::ALL {
        let measured = measure::here(&site, folder.path(), platform)?;
        if let Some(problem) = measured.problems.first() {
            bail!("{name} on {platform}: {problem}");
        }
    }
    Ok(format!("{name}: {} files", site.files.len()))
}

/// Where the tables are.
pub(crate) fn page() -> PathBuf {
    repo::root().join("docs/SITES.md")
}

/// The page with fresh figures, its times as they are.
pub(crate) fn page_with_figures(existing: &str, figures: &str) -> String {
    table::page(Some(existing), Some(figures), None)
}

fn write_page(all: &[(SiteList, Vec<Measured>)]) -> Result<()> {
    let existing = std::fs::read_to_string(page()).ok();
    let page_text = table::page(existing.as_deref(), Some(&figures::table()?), Some(&table::times(all)));
    repo::write(&page(), &page_text)
}
