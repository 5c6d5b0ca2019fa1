//! The first lookup of a fresh process: map the manifest, or read the same routes from JSON or bincode into a `HashMap`.
//!
//! The clock runs from opening the file to the answer; the process is new, so its code and its memory are touched for the
//! first time. All files are in the page cache.

use std::collections::HashMap;
use std::fs::File;
use std::io::{BufReader, BufWriter, Write};
use std::path::{Path, PathBuf};
use std::time::Instant;

use anyhow::{Context, Result, bail, ensure};
use serde::ser::{SerializeMap, Serializer};
use serde::{Deserialize, Serialize};
use trailmark::{Manifest, ManifestFile, RequestPath, Resolution, RouteEffect, Scratch, encode_site_path};

use super::lookup::{ensure_manifest, map};
use super::{Plan, itself, json_of};
use crate::measure::median;
use crate::memory;
use crate::numbers::pages as pages_of;
use crate::progress::say;
use crate::random::Random;
use crate::requests::{Mix, Source};
use crate::results::Opening;

/// How routes come into a process.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum From {
    /// The manifest, mapped.
    Mapped,
    /// The manifest, read into memory.
    Read,
    /// JSON, by `serde_json`.
    Json,
    /// Bincode.
    Bincode,
}

impl From {
    fn name(self) -> &'static str {
        match self {
            From::Mapped => "manifest, mapped",
            From::Read => "manifest, read",
            From::Json => "JSON into a `HashMap`",
            From::Bincode => "bincode into a `HashMap`",
        }
    }

    fn argument(self) -> &'static str {
        match self {
            From::Mapped => "mapped",
            From::Read => "read",
            From::Json => "json",
            From::Bincode => "bincode",
        }
    }
}

/// A route as one would write it down.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Route {
    Serve(u32),
    Redirect(Box<str>),
}

/// What a fresh process tells.
#[derive(Debug, Serialize, Deserialize)]
pub struct First {
    /// Nanoseconds from opening the file to the first answer.
    first_ns: f64,
    /// Nanoseconds of the second lookup.
    second_ns: f64,
    /// What both answered, to compare.
    answers: (String, String),
    peak: Option<u64>,
}

/// Measures opening at several sizes.
///
/// # Errors
/// A process fails, or answers something else than the manifest.
pub fn measure(plan: &Plan) -> Result<Vec<Opening>> {
    let mut results = Vec::new();
    let sizes: &[usize] =
        if plan.quick { &[10_000, 1_000_000] } else { &[10_000, 100_000, 1_000_000, 10_000_000] };
    for &pages in sizes {
        results.extend(one_size(plan, pages)?);
    }
    Ok(results)
}

fn one_size(plan: &Plan, pages: usize) -> Result<Vec<Opening>> {
    let manifest_path = ensure_manifest(&plan.scratch, pages)?;
    let file = map(&manifest_path)?;
    let targets = two_targets(file.manifest())?;
    let mut mapped: Vec<First> = Vec::new();
    let mut results = Vec::new();
    // One kind after the other, since the files of ten million pages do not fit into memory together; each in turns with
    // the manifest.
    for from in [From::Read, From::Json, From::Bincode] {
        let path = write_routes(file.manifest(), from, &manifest_path)?;
        say(format_args!("first lookup, {}: {}", pages_of(pages), from.name()));
        let (mut firsts, mut ratios) = (Vec::new(), Vec::new());
        for _ in 0..rounds(plan, from, pages) {
            let ours = first_lookup(From::Mapped, &manifest_path, &targets)?;
            let theirs = first_lookup(from, &path, &targets)?;
            ensure!(ours.answers == theirs.answers, "{:?} and {:?}", ours.answers, theirs.answers);
            ratios.push(theirs.first_ns / ours.first_ns);
            mapped.push(ours);
            firsts.push(theirs);
        }
        results.push(opening(pages, from, &path, &firsts, Some(median(ratios)))?);
        if path != manifest_path {
            std::fs::remove_file(&path)?;
        }
    }
    results.insert(0, opening(pages, From::Mapped, &manifest_path, &mapped, None)?);
    Ok(results)
}

fn opening(pages: usize, from: From, path: &Path, firsts: &[First], ratio: Option<f64>) -> Result<Opening> {
    Ok(Opening {
        pages,
        from: from.name().to_owned(),
        bytes: std::fs::metadata(path)?.len(),
        seconds: median(firsts.iter().map(|first| first.first_ns)) / 1e9,
        ratio,
        second_ns: median(firsts.iter().map(|first| first.second_ns)),
        peak: firsts.iter().filter_map(|first| first.peak).max(),
        rounds: firsts.len(),
    })
}

/// Reading a million pages takes seconds and varies little; reading ten millions takes minutes.
fn rounds(plan: &Plan, from: From, pages: usize) -> usize {
    let is_slow = matches!(from, From::Json | From::Bincode);
    match (pages, is_slow, plan.quick) {
        (1_000_001.., true, _) => 1,
        (1_000_000.., true, true) => 1,
        (1_000_000.., true, false) => 3,
        (_, _, true) => 7,
        (1_000_001.., false, _) => 7,
        (_, _, false) => 21,
    }
}

fn first_lookup(from: From, path: &Path, targets: &[String; 2]) -> Result<First> {
    json_of(itself()?.args(["first-lookup", "--from", from.argument(), "--file"]).arg(path).args(targets))
}

/// Two hits far from each other.
fn two_targets(manifest: &Manifest<'_>) -> Result<[String; 2]> {
    let requests = Source::new(manifest, 7).requests(Mix::Hit, 16);
    let targets: Vec<String> = requests
        .targets(0..requests.len())
        .map(|target| String::from_utf8_lossy(target).into_owned())
        .collect();
    let mut random = Random::new(3);
    let mut pick =
        || targets.get(random.below(targets.len().max(1))).cloned().context("the site has no pages");
    let first = pick()?;
    loop {
        let second = pick()?;
        if second != first {
            return Ok([first, second]);
        }
    }
}

/// Writes the routes as another program would.
fn write_routes(manifest: &Manifest<'_>, from: From, manifest_path: &Path) -> Result<PathBuf> {
    let path = match from {
        From::Mapped | From::Read => return Ok(manifest_path.to_owned()),
        From::Json => manifest_path.with_extension("json"),
        From::Bincode => manifest_path.with_extension("bincode"),
    };
    let mut out = BufWriter::with_capacity(1 << 20, File::create(&path)?);
    let routes = manifest.routes().map(|route| {
        let path = route.path.to_string();
        match route.effect {
            RouteEffect::Serve(asset) => (path, Route::Serve(asset.index())),
            RouteEffect::Redirect(target) => {
                (path, Route::Redirect(encode_site_path(&target.to_string()).into()))
            }
        }
    });
    match from {
        From::Json => {
            let mut serializer = serde_json::Serializer::new(&mut out);
            let mut map = serializer.serialize_map(None)?;
            for (path, route) in routes {
                map.serialize_entry(&path, &route)?;
            }
            map.end()?;
        }
        _ => {
            // A map in bincode is its length and its entries.
            let config = bincode::config::standard();
            let count = manifest.routes().count() as u64;
            bincode::encode_into_std_write(count, &mut out, config)?;
            for (path, route) in routes {
                bincode::encode_into_std_write(path, &mut out, config)?;
                bincode::serde::encode_into_std_write(route, &mut out, config)?;
            }
        }
    }
    out.flush()?;
    Ok(path)
}

/// The hidden half: opens, answers two requests, tells how long it took.
///
/// # Errors
/// The file can't be opened.
pub fn first(from: From, path: &Path, targets: &[String]) -> Result<First> {
    let [first, second] = targets else { bail!("two targets are wanted") };
    let started = Instant::now();
    match from {
        From::Mapped => Ok(told(started, first, second, manifest_answers(&map(path)?))),
        From::Read => Ok(told(started, first, second, manifest_answers(&ManifestFile::read(path)?))),
        From::Json => {
            let routes: HashMap<Box<str>, Route> = if std::fs::metadata(path)?.len() < 2 << 30 {
                serde_json::from_slice(&std::fs::read(path)?)?
            } else {
                serde_json::from_reader(BufReader::with_capacity(1 << 20, File::open(path)?))?
            };
            let told = told(started, first, second, map_answers(&routes));
            // Giving back sixty million allocations takes time, and nobody waits for it.
            std::mem::forget(routes);
            Ok(told)
        }
        From::Bincode => {
            let config = bincode::config::standard();
            let mut input = BufReader::with_capacity(1 << 20, File::open(path)?);
            let routes: HashMap<Box<str>, Route> = bincode::serde::decode_from_std_read(&mut input, config)?;
            let told = told(started, first, second, map_answers(&routes));
            std::mem::forget(routes);
            Ok(told)
        }
    }
}

fn told(started: Instant, first: &str, second: &str, answer: impl Fn(&str) -> String) -> First {
    let first_answer = answer(first);
    let first_ns = started.elapsed().as_nanos() as f64;
    let again = Instant::now();
    let second_answer = answer(second);
    let second_ns = again.elapsed().as_nanos() as f64;
    First { first_ns, second_ns, answers: (first_answer, second_answer), peak: memory::peak() }
}

fn manifest_answers(file: &ManifestFile) -> impl Fn(&str) -> String {
    move |target| {
        let mut scratch = Scratch::new();
        match RequestPath::parse(target, &mut scratch).map(|request| file.manifest().lookup(&request)) {
            Ok(Resolution::Serve { asset, .. }) => asset.index().to_string(),
            other => format!("{other:?}"),
        }
    }
}

fn map_answers(routes: &HashMap<Box<str>, Route>) -> impl Fn(&str) -> String {
    move |target| match routes.get(target) {
        Some(Route::Serve(asset)) => asset.to_string(),
        other => format!("{other:?}"),
    }
}
