//! `cargo xtask oracle`: the live judge. The real code of Cloudflare answers for real folders, and so do we.
//!
//! The Node half is in `tests/oracle`. A case is a site, its options and requests; the seed and the case's number determine all
//! of it, so a difference can be met again with `--seed` and `--case`. The rows of `tests/corpus` are put to the same judge.

mod case;
mod compare;
mod corpus;
mod driver;
mod generate;
mod http;
pub(crate) mod random;
mod reply;
mod report;
mod rules;
mod script;
mod targets;
mod tree;
#[rustfmt::skip]
mod words;

use std::sync::atomic::{AtomicUsize, Ordering};

use anyhow::{Context, Result, bail};
use clap::ValueEnum;
use rayon::prelude::*;
use trailmark_compiler::options::Platform;

use crate::{Exit, npm};
use case::Case;
use compare::{Verdict, compare};
use driver::Driver;
use reply::{Ours, Reply, production_tag, unknown_tag};
use report::Report;

/// Compare our answers with those of Cloudflare's own code, live
///
/// Installs the pinned packages if needed, starts the real router and asset code on 127.0.0.1, and puts the same requests to it
/// and to us, over the example sites and over random sites: every combination of html_handling and not_found_handling, and
/// Pages. Every difference is printed in full; exit status 1 if there is one that is not a documented artefact of the
/// development server.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Determines sites and requests
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// How many random requests to send, for each platform (rounded up to whole cases); the rows of tests/corpus come on top
    #[arg(long, default_value_t = 2000)]
    requests: u32,
    /// Whose code to ask
    #[arg(long, value_enum, default_value_t = Platforms::Both)]
    platform: Platforms,
    /// How many differences to print in full
    #[arg(long, default_value_t = 10)]
    show: usize,
    /// Only the case of this number, with all its answers
    #[arg(long, value_name = "NUMBER")]
    case: Option<u64>,
    /// Have trailmark-edge serve the sites, send both sides the same bytes over HTTP, and compare all that comes back
    #[arg(long)]
    http: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Platforms {
    Workers,
    Pages,
    Both,
}

impl Platforms {
    fn list(self) -> &'static [Platform] {
        match self {
            Platforms::Workers => &[Platform::Workers],
            Platforms::Pages => &[Platform::Pages],
            Platforms::Both => Platform::ALL,
        }
    }
}

/// More than this many servers at once gain nothing.
const MAX_DRIVERS: usize = 4;

/// Runs the task.
pub(crate) fn run(args: &Args) -> Result<Exit> {
    eprintln!("{}", npm::ORACLE.install()?);
    let mut all_fine = true;
    for &platform in args.platform.list() {
        let report = judge(platform, args)?;
        print!("{}", report.text(platform, args.seed, args.show, &artefacts(args.http)));
        all_fine &= report.is_fine();
    }
    Ok(Exit::finding_if(!all_fine))
}

/// One platform for a short while, by the manifest or over HTTP, for `cargo xtask test`: what was compared.
///
/// # Errors
/// If there is a difference without an explanation, or the platform's code can't be asked.
pub(crate) fn short(platform: Platform, seed: u64, requests: u32, http: bool) -> Result<String> {
    let args = Args { seed, requests, platform: Platforms::Both, show: 5, case: None, http };
    let report = judge(platform, &args)?;
    if !report.is_fine() {
        print!("{}", report.text(platform, seed, args.show, &artefacts(http)));
        bail!("{}, see above", report.last_line());
    }
    Ok(report.last_line())
}

/// Names of what is known to be a server's doing.
fn artefacts(over_http: bool) -> Vec<&'static str> {
    if over_http { http::artefacts() } else { compare::artefacts() }
}

/// Puts all cases of one platform to both sides, several at a time.
fn judge(platform: Platform, args: &Args) -> Result<Report> {
    let cases = cases(platform, args)?;
    let servers =
        std::thread::available_parallelism().map_or(1, usize::from).min(MAX_DRIVERS).min(cases.len());
    let pool = rayon::ThreadPoolBuilder::new().num_threads(servers).build()?;
    let done = AtomicUsize::new(0);
    // A share has a server of its own; dealing out in turn gives each the same work.
    let reports: Result<Vec<Report>> = pool.install(|| {
        let shares = (0..servers).into_par_iter();
        shares.map(|first| judge_share(args, cases.iter().skip(first).step_by(servers), &done)).collect()
    });
    let mut report = Report::default();
    reports?.into_iter().for_each(|part| report.add(part));
    Ok(report)
}

/// The rows of the corpus, then random cases.
fn cases(platform: Platform, args: &Args) -> Result<Vec<Case>> {
    if let Some(number) = args.case {
        return Ok(vec![generate::case(platform, args.seed, number)?]);
    }
    let count = u64::from(args.requests).div_ceil(generate::REQUESTS as u64);
    let random = (0..count).map(|number| generate::case(platform, args.seed, number));
    corpus::cases(platform)?.into_iter().map(Ok).chain(random).collect()
}

fn judge_share<'c>(args: &Args, cases: impl Iterator<Item = &'c Case>, done: &AtomicUsize) -> Result<Report> {
    let mut driver = Driver::start()?;
    let mut report = Report::default();
    let tells_all = args.case.is_some();
    let over_http = args.http.then(|| http::Judge::start(args.seed, tells_all)).transpose()?;
    for case in cases {
        let judged = match &over_http {
            Some(judge) => judge.judge(case.clone(), &mut driver, &mut report),
            None => judge_case(case.clone(), &mut driver, tells_all, &mut report),
        };
        judged.with_context(|| format!("{} ({})", case.title, case.again))?;
        let done = done.fetch_add(1, Ordering::Relaxed) + 1;
        if done.is_multiple_of(100) {
            eprintln!("{}: {done} cases", case.platform);
        }
    }
    Ok(report)
}

/// Writes the site, asks both sides, compares.
fn judge_case(mut case: Case, driver: &mut Driver, tell_all: bool, report: &mut Report) -> Result<()> {
    let folder = tempfile::tempdir().context("no temporary folder")?;
    case.write(folder.path())?;
    let tag = |file: &str| production_tag(&case.tree, file).unwrap_or_else(unknown_tag);
    let theirs = driver.ask(&case.to_driver(folder.path(), tag))?;
    let ours = Ours::compile(&case, folder.path());
    let ours = match (theirs.error, ours) {
        (None, ours) => ours.with_context(|| report::describe(&case))?.answer_all(&case)?,
        (Some(_), Err(_)) => {
            report.count_refused();
            return Ok(());
        }
        (Some(error), Ok(_)) => {
            bail!("the platform does not take the case, and we do: {error}\n{}", report::describe(&case))
        }
    };
    for ((ask, theirs), ours) in case.requests.iter().zip(theirs.answers).zip(ours) {
        let theirs = Reply::of_driver(theirs);
        let verdict = compare(&case, ask, &theirs, &ours.reply);
        if tell_all {
            println!("{verdict:?} {ask}\n  theirs {theirs}\n  ours   {} ({})", ours.reply, ours.rule);
        }
        report.count(verdict, &case, &ours.rule, theirs.status());
        if verdict == Verdict::Different {
            let ours = format!("{} ({})", ours.reply, ours.rule);
            report.tell(&case, ask, &theirs, &ours);
        }
    }
    Ok(())
}
