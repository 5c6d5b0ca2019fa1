//! The pass over the files: every page, style sheet, sitemap, feed and web manifest is read once, by all threads.

use std::sync::atomic::{AtomicUsize, Ordering};

use trailmark::{Asset, Manifest};

use crate::ask::Asker;
use crate::extract::sheet;
use crate::feeds;
use crate::files::Files;
use crate::ground::{Document, Floats, Ground};
use crate::json;
use crate::marks::{Mark, Marks};
use crate::page::Worker;
use crate::reference::{From, Origins};
use crate::rules::{Rule, RuleSet};
use crate::tally::Tally;

/// Files that a thread takes at once.
pub(crate) const BATCH: usize = 16;

/// What is read out of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Page,
    Sheet,
    Xml,
    Robots,
    AppManifest,
}

impl Kind {
    fn of(asset: &Asset<'_>, path: &str) -> Option<Kind> {
        let media_type = asset.media_type().unwrap_or_default();
        let ends = |ending: &str| path.ends_with(ending);
        if is_html(media_type) {
            Some(Kind::Page)
        } else if media_type.starts_with("text/css") {
            Some(Kind::Sheet)
        } else if ends(".xml") || ends(".xml.gz") || ends(".rss") || ends(".atom") {
            Some(Kind::Xml)
        } else if path == "/robots.txt" {
            Some(Kind::Robots)
        } else if ends(".webmanifest") || ends("/manifest.json") {
            Some(Kind::AppManifest)
        } else {
            None
        }
    }
}

fn is_html(media_type: &str) -> bool {
    media_type.starts_with("text/html") || media_type.starts_with("application/xhtml")
}

/// What is known of the files before any is read.
pub(crate) fn marks(manifest: &Manifest<'_>, origins: &Origins) -> Marks {
    let marks = Marks::new(manifest.asset_count());
    let mut asker = Asker::new(manifest, origins);
    for asset in manifest.assets() {
        if !is_html(asset.media_type().unwrap_or_default()) {
            continue;
        }
        marks.set(asset.index(), Mark::Html);
        let path = asset.site_path().to_string();
        if let Some(folder) = path.strip_suffix("404.html").filter(|folder| folder.ends_with('/')) {
            let stands_in = asker.stand_in(&format!("{}{folder}", manifest.base()));
            if stands_in.is_some_and(|(file, _)| file == asset.index()) {
                marks.set(asset.index(), Mark::Floats);
            }
        }
    }
    if let Some((file, _)) = asker.stand_in(&format!("{}/", manifest.base())) {
        marks.set(file, Mark::Floats);
    }
    marks
}

/// The URL at which a file is served, from which its links are resolved.
pub(crate) fn served_at(manifest: &Manifest<'_>, asset: &Asset<'_>) -> String {
    match asset.canonical_url() {
        Some(url) => url.to_string(),
        None => format!("{}{}", manifest.base(), manifest.encode(&asset.site_path().to_string())),
    }
}

/// The files that links can stand in, by number.
pub(crate) fn jobs(manifest: &Manifest<'_>) -> Vec<(u32, Kind)> {
    let job = |asset: Asset<'_>| Some((asset.index(), Kind::of(&asset, &asset.site_path().to_string())?));
    manifest.assets().filter_map(job).collect()
}

/// What is known of a file before it is read.
pub(crate) fn document(manifest: &Manifest<'_>, marks: &Marks, asset: &Asset<'_>, path: &str) -> Document {
    let floats = match marks.is(asset.index(), Mark::Floats) {
        false => Floats::No,
        true if path.ends_with("/404.html") => Floats::Only,
        true => Floats::Also,
    };
    Document { asset: asset.index(), from: From::at(served_at(manifest, asset)), floats }
}

/// Reads all files. `done` is told the number of files that have just been read.
pub(crate) fn run(
    manifest: &Manifest<'_>,
    files: &Files,
    ground: &Ground<'_>,
    done: &(dyn Fn(usize) + Sync),
) -> Tally {
    let jobs = jobs(manifest);
    let next = AtomicUsize::new(0);
    let tallies = rayon::broadcast(|_| {
        let mut worker = Worker::new(ground, Asker::new(manifest, ground.origins));
        let mut buffer = Vec::new();
        loop {
            let start = next.fetch_add(BATCH, Ordering::Relaxed);
            let Some(rest) = jobs.get(start..).filter(|rest| !rest.is_empty()) else { break };
            let batch = rest.get(..BATCH).unwrap_or(rest);
            for &(file, kind) in batch {
                if let Some(asset) = manifest.asset(file) {
                    read(manifest, files, &asset, kind, &mut worker, &mut buffer);
                }
            }
            done(batch.len());
        }
        worker.tally
    });
    let mut tallies = tallies.into_iter();
    let mut sum = tallies.next().unwrap_or_default();
    tallies.for_each(|tally| sum.add_all(tally));
    sum
}

fn read(
    manifest: &Manifest<'_>,
    files: &Files,
    asset: &Asset<'_>,
    kind: Kind,
    worker: &mut Worker<'_>,
    buffer: &mut Vec<u8>,
) {
    let path = asset.site_path().to_string();
    let off = worker.ground.patterns.off_in(&path).union(worker.ground.off);
    let number = asset.index();
    if let Err(error) = files.read(&path, buffer) {
        unreadable(worker, off, number, error.to_string());
        return;
    }
    worker.tally.bytes += buffer.len() as u64;
    let document = document(manifest, worker.ground.marks, asset, &path);
    match kind {
        Kind::Page if is_binary(buffer) => {
            unreadable(worker, off, number, "it is no HTML: there are NUL bytes in it".to_owned());
        }
        Kind::Page => worker.page(&document, buffer, off),
        Kind::Sheet => worker.links(&document, off, |each| sheet(buffer, 0, each)),
        Kind::AppManifest => worker.links(&document, off, |each| json::app_manifest(buffer, each)),
        Kind::Robots => worker.links(&document, off, |each| feeds::robots(buffer, each)),
        Kind::Xml => {
            let mut problem = None;
            worker.links(&document, off, |each| problem = feeds::xml(buffer, each).err());
            if let Some(problem) = problem {
                unreadable(worker, off, number, problem);
            }
        }
    }
}

fn unreadable(worker: &mut Worker<'_>, off: RuleSet, file: u32, why: String) {
    if !off.contains(Rule::Unreadable) {
        worker.tally.unreadable.push((file, why));
    }
}

/// HTML of a kind that has no NUL bytes; UTF-16 has, and is none that a link can be found in byte by byte.
pub(crate) fn is_binary(bytes: &[u8]) -> bool {
    let beginning = bytes.get(..1024).unwrap_or(bytes);
    memchr::memchr(0, beginning).is_some()
}
