//! The whole comparison, part after part. The page, its charts and the figures are written after each, so that what was
//! measured is not lost when a later part fails or is interrupted.

use std::path::{Path, PathBuf};
use std::time::Instant;

use anyhow::{Context, Result, bail};
use clap::ValueEnum;
use trailmark_benches::machine::Machine;
use trailmark_benches::parts::{Plan, compiling, instructions, lookup, opening, redirects};
use trailmark_benches::progress::say;
use trailmark_benches::results::{Part, Results};
use trailmark_benches::sweeper::Sweeper;
use trailmark_benches::{before, page};

/// How the whole run is done.
#[derive(Debug, clap::Args)]
pub(crate) struct RunArgs {
    /// A few minutes instead of half an hour: smaller sites, fewer rounds; the page says so
    #[arg(long)]
    quick: bool,
    /// Only this part, the others as they were; may be given several times
    #[arg(long, value_enum, value_name = "PART")]
    only: Vec<PartName>,
    /// Where the page, its charts and the figures go
    #[arg(long, value_name = "FOLDER", default_value = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs"))]
    docs: PathBuf,
    /// Where sites and manifests are written for the time of the run: up to 10 GB in a folder `run`, removed at the end
    #[arg(long, value_name = "FOLDER")]
    scratch: Option<PathBuf>,
}

/// A part of the run.
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
    /// The cost of rules that do not match
    Redirects,
    /// Instruction counts
    Instructions,
    /// Folder to manifest
    Compiling,
    /// Nothing: the page is written from the figures that are there
    Page,
}

impl PartName {
    fn text(self) -> String {
        self.to_possible_value().map_or_else(String::new, |value| value.get_name().to_owned())
    }
}

/// Runs the parts that are wanted.
///
/// # Errors
/// A part failed, or the page can't be written. The other parts are measured all the same.
pub(crate) fn run(args: &RunArgs) -> Result<()> {
    let own = tempfile::tempdir().context("no temporary folder")?;
    let scratch = args.scratch.as_deref().unwrap_or(own.path());
    let plan = Plan { quick: args.quick, scratch: scratch.join("run"), tools: scratch.join("tools") };
    let _sweeper = Sweeper::over(&plan.scratch)?;
    let folder = args.docs.join("bench");
    std::fs::create_dir_all(&folder).with_context(|| format!("can't make {}", folder.display()))?;
    let file = folder.join("results.json");
    let mut run = Run { plan, docs: &args.docs, results: Results::load(&file), file, failed: Vec::new() };
    let wanted: Vec<PartName> = match args.only.as_slice() {
        [] => PartName::value_variants().to_vec(),
        only => PartName::value_variants().iter().copied().filter(|part| only.contains(part)).collect(),
    };
    run.remember(&wanted);
    for part in wanted {
        run.part(part)?;
    }
    let page = args.docs.join("BENCHMARKS.md");
    if run.failed.is_empty() {
        say("done");
        println!("{}", page.display());
        Ok(())
    } else {
        bail!("{} failed, see above; the others are in {}", run.failed.join(", "), page.display())
    }
}

/// A run that goes on.
struct Run<'a> {
    plan: Plan,
    docs: &'a Path,
    file: PathBuf,
    results: Results,
    failed: Vec<String>,
}

impl Run<'_> {
    /// Puts aside the figures of a full run that will be replaced.
    fn remember(&mut self, wanted: &[PartName]) {
        for part in wanted.iter().map(|part| part.text()) {
            let figures = before::figures(&self.results).into_iter().filter(|figure| figure.part == part);
            let figures: Vec<_> = figures.collect();
            if !figures.is_empty() {
                self.results.before.retain(|figure| figure.part != part);
                self.results.before.extend(figures);
            }
        }
        if wanted.iter().any(|part| *part != PartName::Page) {
            self.results.machine = Machine::here();
        }
    }

    fn part(&mut self, part: PartName) -> Result<()> {
        match part {
            PartName::Lookup => self.measure(part, |results| &mut results.lookup, some(lookup::generated)),
            PartName::Walks => self.measure(part, |results| &mut results.walks, some(lookup::walks)),
            PartName::Sites => self.measure(part, |results| &mut results.sites, some(lookup::real)),
            PartName::Opening => self.measure(part, |results| &mut results.opening, some(opening::measure)),
            PartName::Redirects => {
                self.measure(part, |results| &mut results.redirects, some(redirects::measure))
            }
            PartName::Instructions => {
                self.measure(part, |results| &mut results.instructions, instructions::measure)
            }
            PartName::Compiling => {
                self.measure(part, |results| &mut results.compiling, some(compiling::measure));
                let failures = self.results.compiling.figures.iter().flat_map(|figures| &figures.failures);
                self.failed.extend(failures.map(|what| format!("compiling {what}")));
            }
            PartName::Page => {}
        }
        self.results.save(&self.file)?;
        page::write(&self.results, self.docs)
    }

    /// Runs a part and keeps how long it took; what fails is said, and not on the page.
    fn measure<T>(
        &mut self,
        part: PartName,
        place: impl FnOnce(&mut Results) -> &mut Part<T>,
        measure: impl FnOnce(&Plan) -> Result<Option<T>>,
    ) {
        let (name, quick, started) = (part.text(), self.plan.quick, Instant::now());
        say(format_args!("{name}: begins"));
        let figures = measure(&self.plan).unwrap_or_else(|error| {
            say(format_args!("error: {name}: {error:#}"));
            self.failed.push(name.clone());
            None
        });
        let seconds = started.elapsed().as_secs_f64();
        say(format_args!("{name}: took {seconds:.0} s"));
        *place(&mut self.results) = Part { quick, seconds, figures };
    }
}

/// A part that is always there.
fn some<T>(measure: impl FnOnce(&Plan) -> Result<T>) -> impl FnOnce(&Plan) -> Result<Option<T>> {
    |plan| Ok(Some(measure(plan)?))
}
