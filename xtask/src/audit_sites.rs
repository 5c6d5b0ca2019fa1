//! `cargo xtask audit-sites`: real sites from the package registries, built, audited, and their findings put to the served site.
//!
//! Run by hand: the sites have gigabytes, and their packages change. A part of its own asks each question: `catalog` says which sites there are,
//! `build` makes them, `judge` audits and checks, `crawl` asks another tool, `fixed` rewrites links, `bench` measures beside others, `table` writes what came out into
//! `docs/AUDIT.md` and `docs/BENCHMARKS.md`. The figures are kept in `docs/bench/`.

mod bench;
mod build;
mod catalog;
mod crawl;
mod fixed;
mod judge;
mod python;
mod served;
mod table;

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};

use crate::{Exit, repo};
use catalog::{SITES, Site};

/// Audit real sites from Debian, npm and PyPI, and check what is found against the served site
///
/// Sites are fetched with the machine's own apt-get, npm and pip, built below --folder, and audited with the release build. Ten findings of each
/// rule are put to `trailmark serve` by a script that shares no code with the audit, as are all links of some pages. The tables in docs/AUDIT.md
/// get what came out. Takes an hour and 6 GB with all sites; those that are there are not built again. Needs Debian, Node and Python.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Only this site; may be given several times
    #[arg(long, value_name = "NAME")]
    site: Vec<String>,
    /// Let linkchecker crawl three sites while they are served, and compare
    #[arg(long)]
    crawl: bool,
    /// Rewrite the links of copies by `trailmark fix`, and look for what is left and what else has changed
    #[arg(long)]
    fix: bool,
    /// Measure beside hyperlink and lychee; for docs/BENCHMARKS.md
    #[arg(long)]
    bench: bool,
    /// Rounds of --bench
    #[arg(long, value_name = "N", default_value_t = 5, requires = "bench")]
    rounds: usize,
    /// Build only
    #[arg(long, conflicts_with_all = ["crawl", "bench"])]
    build: bool,
    /// Findings of each rule that are put to the server
    #[arg(long, value_name = "N", default_value_t = 10)]
    each: usize,
    /// Pages all of whose links are put to the server
    #[arg(long, value_name = "N", default_value_t = 40)]
    pages: usize,
    /// Where the sites are kept [default: below the target folder]
    #[arg(long, value_name = "DIR")]
    folder: Option<PathBuf>,
    /// Write no page
    #[arg(long)]
    dry: bool,
}

/// Runs the task.
pub(crate) fn run(args: &Args) -> Result<Exit> {
    if let Some(unknown) = args.site.iter().find(|name| SITES.iter().all(|site| site.name != **name)) {
        let names: Vec<&str> = SITES.iter().map(|site| site.name).collect();
        bail!("no site {unknown:?}; there are: {}", names.join(", "));
    }
    let root = args.folder.clone().unwrap_or_else(|| repo::scratch("audit-sites"));
    let wanted = |site: &&Site| args.site.is_empty() || args.site.iter().any(|name| name == site.name);
    let program = release()?;
    if args.bench {
        return bench::run(&root, &program, args.rounds, &args.site, args.dry);
    }
    if args.fix {
        return fixed::run(&root, &program, &args.site);
    }
    if args.crawl {
        return crawl::run(&root, &program, &args.site, args.dry);
    }
    let mut figures = table::Figures::load()?;
    let mut found = false;
    for site in SITES.iter().filter(wanted) {
        let dist = build::site(&root, site).with_context(|| format!("{} can't be built", site.name))?;
        if args.build {
            println!("{}: {}", site.name, dist.display());
            continue;
        }
        let row = judge::site(&root, &program, site, &dist, args.each, args.pages)
            .with_context(|| format!("{} can't be audited", site.name))?;
        println!("{}", row.line());
        found |= row.is_finding();
        figures.keep(row);
    }
    if !args.build && !args.dry {
        figures.save()?;
        table::write(&figures)?;
    }
    Ok(Exit::finding_if(found))
}

/// The command line as it is released.
fn release() -> Result<PathBuf> {
    let mut cargo = repo::cargo();
    cargo.args(["build", "--quiet", "--release", "--package", "trailmark-cli"]);
    if !cargo.status().context("can't start cargo")?.success() {
        bail!("{} failed", repo::show(&cargo));
    }
    Ok(repo::target().join("release/trailmark").with_extension(std::env::consts::EXE_EXTENSION))
}

/// Runs a command to its end; what it printed on stdout.
///
/// # Errors
/// It can't be started or fails: then with the end of what it printed.
fn must(command: &mut Command) -> Result<String> {
    let output = command.output().with_context(|| format!("can't start {}", repo::show(command)))?;
    if !output.status.success() {
        let told = [output.stdout.as_slice(), &output.stderr].concat();
        let told = String::from_utf8_lossy(&told).into_owned();
        let end: Vec<&str> = told.lines().rev().take(20).collect();
        let end: Vec<&str> = end.into_iter().rev().collect();
        bail!("{} failed:\n{}", repo::show(command), end.join("\n"));
    }
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}

/// The folder of fixtures and scripts.
fn fixtures() -> PathBuf {
    repo::root().join("tests/audit-sites")
}

/// Where a site is once it is built.
fn place(root: &Path, site: &Site) -> PathBuf {
    root.join(match &site.source {
        catalog::Source::As(other) => other,
        _ => site.name,
    })
}
