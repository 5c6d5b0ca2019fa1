//! `trailmark-benches`: runs the whole comparison and writes `docs/BENCHMARKS.md`. `cargo xtask bench` builds and starts it.

mod run;

use std::ffi::OsString;
use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Result;
use clap::{Parser, Subcommand};
use serde::Serialize;
use trailmark_benches::memory::Counting;
use trailmark_benches::parts::{child, compiling, instructions, lookup, opening};
use trailmark_benches::sweeper;

use run::RunArgs;

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
        #[arg(long)]
        huge_pages: bool,
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
    #[command(hide = true)]
    Sweep { folder: PathBuf },
}

fn main() -> ExitCode {
    let cli = Cli::parse();
    let done = match cli.hidden {
        Some(hidden) => run_hidden(hidden),
        None => run::run(&cli.run),
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
        Hidden::LookupSite { manifest, quick, huge_pages: true, .. } => {
            print(&lookup::in_huge_pages(&manifest, quick)?)
        }
        Hidden::LookupSite { pages, manifest, quick, many: true, .. } => {
            print(&lookup::site_of_walks(pages, &manifest, quick)?)
        }
        Hidden::LookupSite { pages, manifest, quick, .. } => {
            print(&lookup::generated_site(pages, &manifest, quick)?)
        }
        Hidden::FirstLookup { from, file, targets } => print(&opening::first(from, &file, &targets)?),
        Hidden::Loop { call, loops, manifest, target } => {
            print(&instructions::run(call, &manifest, &target, loops)?)
        }
        Hidden::Child { words } => print(&child::run(&words)?),
        Hidden::Floor { list } => print(&compiling::floor(&list)?),
        Hidden::Walk { folder } => print(&compiling::walk(&folder)?),
        Hidden::Sweep { folder } => {
            sweeper::run(&folder);
            Ok(())
        }
    }
}

fn print(result: &impl Serialize) -> Result<()> {
    println!("{}", serde_json::to_string(result)?);
    Ok(())
}
