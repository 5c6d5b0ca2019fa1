//! Instructions of one call, counted by callgrind. Unlike times they repeat exactly.
//!
//! A loop over one request is counted twice, with different lengths; the difference is the loop's own. So starting up and
//! opening the manifest do not count, while parsing the request does.

use std::path::Path;
use std::process::{Command, Stdio};

use anyhow::{Context, Result, ensure};
use rayon::prelude::*;
use trailmark::{Manifest, RequestPath, Scratch};

use super::lookup::{ensure_manifest, map};
use super::{Plan, itself};
use crate::progress::say;
use crate::requests::{Mix, Source};
use crate::results::Instructions;

/// What is called in the loop.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Call {
    /// `RequestPath::parse` alone.
    Parse,
    /// Parse and `Manifest::lookup`.
    Lookup,
    /// Parse and `Manifest::answer`.
    Answer,
}

impl Call {
    const ALL: [(Call, &'static str, &'static str); 3] = [
        (Call::Parse, "parse", "`RequestPath::parse` alone"),
        (Call::Lookup, "lookup", "parse, `Manifest::lookup`"),
        (Call::Answer, "answer", "parse, `Manifest::answer`"),
    ];
}

const SHORT: u64 = 500;
const LONG: u64 = 2_500;

/// Counts; `None` where there is no valgrind.
///
/// # Errors
/// Valgrind is there and fails.
pub fn measure(plan: &Plan) -> Result<Option<Vec<Instructions>>> {
    let valgrind =
        Command::new("valgrind").arg("--version").stdout(Stdio::null()).stderr(Stdio::null()).status();
    if !valgrind.is_ok_and(|status| status.success()) {
        say("no valgrind: instruction counts are left out");
        return Ok(None);
    }
    say("counting instructions");
    let path = ensure_manifest(&plan.scratch, 10_000)?;
    let targets = targets(map(&path)?.manifest())?;
    let calls = targets.iter().flat_map(|target| Call::ALL.into_iter().map(move |call| (target, call)));
    // Counts do not depend on what else the machine does.
    let results: Result<Vec<Instructions>> = calls
        .par_bridge()
        .map(|((kind, target), (_, argument, call))| {
            let count = |loops| counted(&path, argument, target, loops);
            let count = (count(LONG)? - count(SHORT)?) as f64 / (LONG - SHORT) as f64;
            Ok(Instructions { call: call.to_owned(), kind: kind.clone(), target: target.clone(), count })
        })
        .collect();
    let mut results = results?;
    let place = |kind: &str| targets.iter().position(|target| target.0 == kind);
    results
        .sort_by_key(|result| (place(&result.kind), Call::ALL.iter().position(|call| call.2 == result.call)));
    Ok(Some(results))
}

/// A request of each kind, as near to 44 bytes as there is one.
fn targets(manifest: &Manifest<'_>) -> Result<Vec<(String, String)>> {
    let mut source = Source::new(manifest, 5);
    let kinds = [
        ("hit", Mix::Hit),
        ("redirect", Mix::Redirect),
        ("miss", Mix::Miss),
        ("miss, 20 folders deep", Mix::Walk20),
    ];
    let mut targets = Vec::new();
    for (kind, mix) in kinds {
        let requests = source.requests(mix, 256);
        let nearest = requests.targets(0..requests.len()).min_by_key(|target| target.len().abs_diff(44));
        let nearest = nearest.with_context(|| format!("the site has no {kind}"))?;
        targets.push((kind.to_owned(), String::from_utf8_lossy(nearest).into_owned()));
    }
    let encoded = source.requests(Mix::Encoded, 256);
    for (kind, status) in [("encoded, has to be", 200), ("encoded without need", 307)] {
        let fits = |target: &&[u8]| {
            let mut scratch = Scratch::new();
            RequestPath::parse(*target, &mut scratch)
                .is_ok_and(|request| manifest.lookup(&request).status() == status)
        };
        let nearest =
            encoded.targets(0..encoded.len()).filter(fits).min_by_key(|target| target.len().abs_diff(44));
        if let Some(nearest) = nearest {
            targets.push((kind.to_owned(), String::from_utf8_lossy(nearest).into_owned()));
        }
    }
    Ok(targets)
}

/// Instructions of a whole process that loops so often.
fn counted(manifest: &Path, call: &str, target: &str, loops: u64) -> Result<u64> {
    let itself = itself()?;
    let mut command = Command::new("valgrind");
    command.args(["--tool=callgrind", "--callgrind-out-file=/dev/null"]).arg(itself.get_program());
    command
        .args(["loop", "--call", call, "--loops", &loops.to_string(), "--manifest"])
        .arg(manifest)
        .arg(target);
    let output = command.stdin(Stdio::null()).output().context("can't start valgrind")?;
    let text = String::from_utf8_lossy(&output.stderr).into_owned();
    ensure!(output.status.success(), "valgrind failed: {text}");
    let count = text.lines().find_map(|line| line.split_once("Collected :")?.1.trim().parse().ok());
    count.with_context(|| format!("valgrind counted nothing: {text}"))
}

/// The hidden half: the loop.
///
/// # Errors
/// The manifest can't be opened, or the target parsed.
pub fn run(call: Call, manifest: &Path, target: &str, loops: u64) -> Result<u64> {
    let file = map(manifest)?;
    let manifest = file.manifest();
    let mut scratch = Scratch::new();
    let mut sum = 0;
    for _ in 0..loops {
        let target = std::hint::black_box(target);
        let request = RequestPath::parse(target, &mut scratch)?;
        sum += match call {
            Call::Parse => {
                std::hint::black_box(&request);
                1
            }
            Call::Lookup => u64::from(std::hint::black_box(&manifest.lookup(&request)).status()),
            Call::Answer => {
                u64::from(std::hint::black_box(&manifest.answer(&trailmark::Request::get(request))).status)
            }
        };
    }
    Ok(sum)
}
