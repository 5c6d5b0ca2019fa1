//! `trailmark-benches`: runs the whole comparison and writes `docs/BENCHMARKS.md`. `cargo xtask bench` builds and starts it.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Instant;

use anyhow::{Context, Result};
use clap::{Parser, Subcommand, ValueEnum};
use serde::Serialize;
use trailmark_benches::machine::Machine;
use trailmark_benches::memory::Counting;
use trailmark_benches::page;
use trailmark_benches::parts::{Plan, child, compiling, instructions, lookup, opening, redirects};
use trailmark_benches::results::{Part, Results};

#[global_allocator]
static ALLOCATOR: Counting = Counting;

/// Measure Trailmark beside what one would use instead
#[derive(Debug, Parser)]
#[command(name = "trailmark-benches", max_term_width = 100)]
struct Cli {
    #[command(subcommand)]
    hidden: Option<Hidden>,
    #[command(flatten)]
    run: RunArgs,
}

/// How the whole run is done.
#[derive(Debug, clap::Args)]
struct RunArgs {
    /// A few minutes instead of half an hour: smaller sites, fewer rounds; the page says so
    #[arg(long)]
    quick: bool,
    /// Only this part, the others as they were; may be given several times
    #[arg(long, value_enum, value_name = "PART")]
    only: Vec<PartName>,
    /// Open ten million pages from JSON and bincode, too: needs 20 GB of memory and of disk
    #[arg(long)]
    huge: bool,
    /// Where the page, its charts and the figures go
    #[arg(long, value_name = "FOLDER", default_value = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs"))]
    docs: PathBuf,
    /// Where sites and manifests are written for the time of the run; some gigabytes
    #[arg(long, value_name = "FOLDER")]
    scratch: Option<PathBuf>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum PartName {
    /// Lookups on generated sites
    Lookup,
    /// Misses where many folders own a 404.html
    Walks,
    /// Lookups on real sites
    Sites,
    /// The first lookup of a process
    Opening,
    /// Folder to manifest
    Compiling,
    /// The cost of rules that do not match
    Redirects,
    /// Instruction counts
    Instructions,
    /// Nothing: the page is written from the figures that are there
    Page,
}

/// Processes that a run starts.
#[derive(Debug, Subcommand)]
enum Hidden {
    #[command(hide = true)]
    LookupSite {
        #[arg(long)]
        pages: usize,
        #[arg(long)]
        manifest: PathBuf,
        #[arg(long)]
        quick: bool,
        #[arg(long)]
        many: bool,
    },
    #[command(hide = true)]
    FirstLookup {
        #[arg(long, value_enum)]
        from: opening::From,
        #[arg(long)]
        file: PathBuf,
        targets: Vec<String>,
    },
    #[command(hide = true)]
    Loop {
        #[arg(long, value_enum)]
        call: instructions::Call,
        #[arg(long)]
        loops: u64,
        #[arg(long)]
        manifest: PathBuf,
        target: String,
    },
    #[command(hide = true)]
    Child {
        #[arg(last = true)]
        words: Vec<OsString>,
    },
    #[command(hide = true)]
    Floor { list: PathBuf },
    #[command(hide = true)]
    Walk { folder: PathBuf },
}

fn main() -> ExitCode {
    let cli = Cli::parse();
    let done = match cli.hidden {
        Some(hidden) => run_hidden(hidden),
        None => run(&cli.run),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::from(2)
        }
    }
}

fn run_hidden(hidden: Hidden) -> Result<()> {
    match hidden {
        Hidden::LookupSite { pages, manifest, quick, many: false } => {
            print(&lookup::generated_site(pages, &manifest, quick)?)
        }
        Hidden::LookupSite { pages, manifest, quick, many: true } => {
            print(&lookup::site_of_walks(pages, &manifest, quick)?)
        }
        Hidden::FirstLookup { from, file, targets } => print(&opening::first(from, &file, &targets)?),
        Hidden::Loop { call, loops, manifest, target } => {
            print(&instructions::run(call, &manifest, &target, loops)?)
        }
        Hidden::Child { words } => print(&child::run(&words)?),
        Hidden::Floor { list } => print(&compiling::floor(&list)?),
        Hidden::Walk { folder } => print(&compiling::walk(&folder)?),
    }
}

fn print(result: &impl Serialize) -> Result<()> {
    println!("{}", serde_json::to_string(result)?);
    Ok(())
}

fn run(args: &RunArgs) -> Result<()> {
    let own = tempfile::tempdir().context("no temporary folder")?;
    let scratch = args.scratch.clone().unwrap_or_else(|| own.path().to_owned());
    std::fs::create_dir_all(&scratch).with_context(|| format!("can't make {}", scratch.display()))?;
    let plan = Plan { quick: args.quick, scratch, huge: args.huge };
    clean(&plan.scratch);
    let folder = args.docs.join("bench");
    std::fs::create_dir_all(&folder).with_context(|| format!("can't make {}", folder.display()))?;
    let file = folder.join("results.json");
    let mut results = Results::load(&file);
    let wanted = |part| args.only.is_empty() || args.only.contains(&part);
    if args.only.iter().any(|&part| part != PartName::Page) || args.only.is_empty() {
        results.machine = Machine::here();
    }
    if wanted(PartName::Lookup) {
        results.lookup = timed(&plan, || Ok(Some(lookup::generated(&plan)?)))?;
        results.save(&file)?;
    }
    if wanted(PartName::Walks) {
        results.walks = timed(&plan, || Ok(Some(lookup::walks(&plan)?)))?;
        results.save(&file)?;
    }
    if wanted(PartName::Sites) {
        results.sites = timed(&plan, || Ok(Some(lookup::real(&plan)?)))?;
        results.save(&file)?;
    }
    if wanted(PartName::Opening) {
        results.opening = timed(&plan, || Ok(Some(opening::measure(&plan)?)))?;
        results.save(&file)?;
    }
    if wanted(PartName::Redirects) {
        results.redirects = timed(&plan, || Ok(Some(redirects::measure(&plan)?)))?;
        results.save(&file)?;
    }
    if wanted(PartName::Instructions) {
        results.instructions = timed(&plan, || instructions::measure(&plan))?;
        results.save(&file)?;
    }
    if wanted(PartName::Compiling) {
        results.compiling = timed(&plan, || Ok(Some(compiling::measure(&plan)?)))?;
        results.save(&file)?;
    }
    clean(&plan.scratch);
    page::write(&results, &args.docs)?;
    println!("{}", args.docs.join("BENCHMARKS.md").display());
    Ok(())
}

/// Removes sites and manifests of a run. Tools that were installed stay.
fn clean(scratch: &Path) {
    for entry in std::fs::read_dir(scratch).into_iter().flatten().flatten() {
        let path = entry.path();
        if entry.file_name() == "tools" {
            continue;
        }
        // What can't be removed does no harm here.
        let _ = if path.is_dir() { std::fs::remove_dir_all(&path) } else { std::fs::remove_file(&path) };
    }
}

/// Runs a part and says how long it took.
fn timed<T>(plan: &Plan, measure: impl FnOnce() -> Result<Option<T>>) -> Result<Part<T>> {
    let started = Instant::now();
    let figures = measure()?;
    Ok(Part { quick: plan.quick, seconds: started.elapsed().as_secs_f64(), figures })
}
