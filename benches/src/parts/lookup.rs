//! Lookups on generated and real sites, contestant by contestant.
//!
//! One contestant is built at a time, compared with the manifest on every kind of requests, and dropped, so that ten million
//! pages fit into a machine. The manifest is mapped from its file, as it is used.

use std::path::{Path, PathBuf};
use std::time::Instant;

use anyhow::{Context, Result};
use trailmark::{Manifest, ManifestFile};
use trailmark_compiler::{AssetFile, RoutingOptions, manifest_of};

use super::{Plan, effort, itself, json_of};
use crate::contestants::cloudflare::Cloudflare;
use crate::contestants::routes::{self, Common};
use crate::contestants::tables::{Table, Tables, Walk};
use crate::contestants::trailmark::{Batch, EmptyLoop, OneAccess, ParseOnly, Trailmark, WholeAnswer};
use crate::contestants::{self, Contestant, automaton, hash_maps, perfect_hashes};
use crate::corpus::{Corpus, NotFoundPages, RealSite, real_sites};
use crate::measure::{Effort, Pace, Runner, compare};
use crate::memory;
use crate::numbers::count;
use crate::progress::say;
use crate::requests::{Mix, Requests, Source};
use crate::results::{Cell, ContestantResult, Name, SiteResult};

/// Sizes of generated sites, in pages.
pub fn sizes(quick: bool) -> &'static [usize] {
    if quick {
        &[1_000, 10_000, 100_000, 1_000_000]
    } else {
        &[1_000, 10_000, 100_000, 1_000_000, 10_000_000]
    }
}

/// Answers compared in full, of each stream and with each contestant.
const CHECKED: usize = 50_000;

/// Measures all sizes, each in a process of its own.
///
/// # Errors
/// A process fails: a wrong answer, or no memory.
pub fn generated(plan: &Plan) -> Result<Vec<SiteResult>> {
    sizes(plan.quick).iter().map(|&pages| one_size(plan, pages, NotFoundPages::Root)).collect()
}

/// Measures misses where many folders own a `404.html`.
///
/// # Errors
/// As for [`generated`].
pub fn walks(plan: &Plan) -> Result<Vec<SiteResult>> {
    let sizes: &[usize] = if plan.quick { &[10_000] } else { &[10_000, 100_000, 1_000_000] };
    sizes.iter().map(|&pages| one_size(plan, pages, NotFoundPages::Many)).collect()
}

fn one_size(plan: &Plan, pages: usize, not_found: NotFoundPages) -> Result<SiteResult> {
    let mut command = itself()?;
    command
        .args(["lookup-site", "--pages", &pages.to_string(), "--manifest"])
        .arg(manifest_path(&plan.scratch, pages));
    command.args(plan.quick.then_some("--quick"));
    if not_found == NotFoundPages::Many {
        command.arg("--many");
    }
    let mut result: SiteResult = json_of(&mut command).with_context(|| format!("{pages} pages"))?;
    let most = if plan.quick { 100_000 } else { 1_000_000 };
    if not_found == NotFoundPages::Root && (100_000..=most).contains(&pages) {
        command.arg("--huge-pages").env("GLIBC_TUNABLES", "glibc.malloc.hugetlb=1");
        result.contestants.push(json_of(&mut command).context("in huge pages")?);
    }
    Ok(result)
}

/// Measures `hashbrown` in a process whose allocator asks for huge pages, as the runtime does for large manifests. The manifest
/// is there already. Only glibc's allocator can be asked, elsewhere the row shows small pages.
///
/// # Errors
/// A wrong answer.
pub fn in_huge_pages(path: &Path, quick: bool) -> Result<ContestantResult> {
    let file = map(path)?;
    let manifest = file.manifest();
    say(format_args!("lookups, {} files: {}", count(manifest.asset_count()), Name::HashbrownHuge.text()));
    let mut source = Source::new(manifest, 1);
    let len = stream_len(manifest.asset_count(), quick);
    let mixes = [Mix::Hit, Mix::Redirect, Mix::Miss, Mix::Mixed];
    let streams: Vec<(Mix, Requests)> = mixes.map(|mix| (mix, source.requests(mix, len))).into();
    let ring = Ring { manifest, path, streams: &streams, effort: effort(quick) };
    let mut met = ring.meet(Name::HashbrownHuge)?;
    met.pop().context("nobody was measured")
}

/// Requests of each kind for a site of so many pages.
fn stream_len(pages: usize, quick: bool) -> usize {
    let most = if quick { 1 << 17 } else { 1 << 20 };
    most.min(pages.max(1 << 14))
}

/// Where the manifest of a generated site is kept for the whole run.
pub fn manifest_path(scratch: &Path, pages: usize) -> PathBuf {
    scratch.join(format!("site-{pages}.trailmark"))
}

/// Makes the manifest of a generated site, unless it is there from another part of this run.
///
/// # Errors
/// It can't be written.
pub fn ensure_manifest(scratch: &Path, pages: usize) -> Result<PathBuf> {
    let path = manifest_path(scratch, pages);
    if !path.exists() {
        write_manifest(&path, &manifest_of(Corpus::of(pages).files(), RoutingOptions::default())?)?;
    }
    Ok(path)
}

/// Removes the manifests that [`ensure_manifest`] has kept.
pub fn remove_manifests(scratch: &Path) {
    for &pages in sizes(false) {
        // Most parts of a run make only some of them.
        let _ = std::fs::remove_file(manifest_path(scratch, pages));
    }
}

fn write_manifest(path: &Path, bytes: &[u8]) -> Result<()> {
    std::fs::write(path, bytes).with_context(|| format!("can't write {}", path.display()))
}

/// Maps a manifest that this program has written itself.
#[allow(unsafe_code, reason = "mapping is what is measured")]
pub(crate) fn map(path: &Path) -> Result<ManifestFile> {
    // SAFETY: the file lies in this program's own scratch folder, and nobody writes to it while a part runs.
    unsafe { ManifestFile::map(path) }.with_context(|| format!("can't open {}", path.display()))
}

/// Measures one generated site, in this process; its manifest goes to `path`.
///
/// # Errors
/// A wrong answer, or a file that can't be written.
pub fn generated_site(pages: usize, path: &Path, quick: bool) -> Result<SiteResult> {
    let files = Corpus::of(pages).files();
    let name = pages.to_string();
    let mixes: &[Mix] =
        if quick { &[Mix::Hit, Mix::Redirect, Mix::Miss, Mix::Encoded, Mix::Mixed] } else { &Mix::ALL };
    let who: Vec<Name> = everybody().filter(|&name| takes_part(name, pages, quick)).collect();
    let job = Job { effort: effort(quick), mixes, who: &who, stream: stream_len(pages, quick) };
    measure_site(name, files, path, &job)
}

/// Measures misses on a generated site with many not-found pages.
///
/// # Errors
/// As for [`generated_site`].
pub fn site_of_walks(pages: usize, path: &Path, quick: bool) -> Result<SiteResult> {
    let files = Corpus { not_found: NotFoundPages::Many, ..Corpus::of(pages) }.files();
    let mixes = [Mix::Miss, Mix::Walk1, Mix::Walk5, Mix::Walk20];
    let who = [Name::Hashbrown, Name::Cloudflare];
    let job = Job { effort: effort(quick), mixes: &mixes, who: &who, stream: 1 << 17 };
    measure_site(pages.to_string(), files, &path.with_extension("walks.trailmark"), &job)
}

fn everybody() -> impl Iterator<Item = Name> {
    use Name::*;
    [
        Hashbrown,
        Std,
        Phf,
        PtrHash,
        Fst,
        Cloudflare,
        InMemory,
        WholeAnswer,
        Batch,
        ParseOnly,
        OneAccess,
        EmptyLoop,
    ]
    .into_iter()
}

/// Who can be built in reasonable time. `phf` takes minutes from a million pages on, the automaton at ten millions; there the
/// standard library's map would take as long as the other one, which is faster at every size.
fn takes_part(name: Name, pages: usize, quick: bool) -> bool {
    match name {
        Name::Phf => pages <= 100_000,
        Name::Fst => pages <= if quick { 100_000 } else { 1_000_000 },
        Name::Std => pages <= if quick { 100_000 } else { 1_000_000 },
        Name::PtrHash => !quick || pages <= 100_000,
        _ => true,
    }
}

/// Measures the real sites, in this process.
///
/// # Errors
/// A wrong answer, or a list that can't be read.
pub fn real(plan: &Plan) -> Result<Vec<SiteResult>> {
    let mixes = [Mix::Hit, Mix::Redirect, Mix::Miss, Mix::Mixed];
    let who = [Name::Hashbrown, Name::PtrHash, Name::Cloudflare];
    let mut results = Vec::new();
    // In a quick run a few of different kinds and sizes.
    let some = ["boost-docs", "docusaurus-slash", "openjdk-docs", "rust-docs", "sphinx-dirhtml", "vite-spa"];
    for name in real_sites()?.into_iter().filter(|name| !plan.quick || some.contains(&name.as_str())) {
        say(format_args!("real site {name}"));
        let site = RealSite::load(&name)?;
        let path = plan.scratch.join(format!("{name}.trailmark"));
        let job = Job { effort: plan.effort(), mixes: &mixes, who: &who, stream: 1 << 15 };
        results.push(measure_site(name, site.files, &path, &job)?);
    }
    Ok(results)
}

/// What is measured of a site.
struct Job<'j> {
    effort: Effort,
    mixes: &'j [Mix],
    who: &'j [Name],
    /// Requests of each kind.
    stream: usize,
}

fn measure_site(site: String, files: Vec<AssetFile>, path: &Path, job: &Job<'_>) -> Result<SiteResult> {
    let assets = files.len();
    let not_found_pages = files.iter().filter(|file| file.site_path.ends_with("/404.html")).count();
    let pages = files.iter().filter(|file| file.site_path.ends_with(".html")).count();
    let path_len = files.iter().map(|file| file.site_path.len()).sum::<usize>() as f64 / assets.max(1) as f64;
    let started = Instant::now();
    let bytes = manifest_of(files, RoutingOptions::default())?;
    let build_seconds = started.elapsed().as_secs_f64();
    write_manifest(path, &bytes)?;
    drop(bytes);
    let file = map(path)?;
    let manifest = file.manifest();
    let mut source = Source::new(manifest, 1);
    let streams = job.mixes.iter().map(|&mix| (mix, source.requests(mix, job.stream)));
    let streams: Vec<(Mix, Requests)> = streams.filter(|(_, requests)| requests.len() >= 256).collect();
    drop(source);
    let ring = Ring { manifest, path, streams: &streams, effort: job.effort };
    let mut contestants = Vec::new();
    for &name in job.who {
        say(format_args!("lookups, {} files: {}", count(assets), name.text()));
        contestants.extend(ring.meet(name)?);
    }
    let sections = manifest.sections().map(|(name, _, len)| (name.to_owned(), len)).collect();
    Ok(SiteResult {
        site,
        pages,
        assets,
        not_found_pages,
        routes: routes::count(manifest),
        path_len,
        build_seconds,
        sections,
        bytes: manifest.len() as u64,
        contestants,
        peak: memory::peak(),
    })
}

/// Where a contestant meets the manifest.
struct Ring<'r> {
    manifest: &'r Manifest<'r>,
    path: &'r Path,
    streams: &'r [(Mix, Requests)],
    effort: Effort,
}

impl Ring<'_> {
    /// Builds a contestant and measures it; one or two results.
    fn meet(&self, name: Name) -> Result<Vec<ContestantResult>> {
        let manifest = self.manifest;
        let before = memory::allocated();
        let started = Instant::now();
        let built = || (started.elapsed().as_secs_f64(), memory::allocated().saturating_sub(before) as u64);
        let (built, cells) = match name {
            Name::Hashbrown | Name::HashbrownFolders => {
                let (map, common) = hash_maps::brown_map(manifest);
                let built = built();
                let folders = self.table(&map, &common, Walk::Folders)?;
                let one_table = self.table(&map, &common, Walk::OneTable)?;
                return Ok(vec![
                    result(Name::Hashbrown, built, one_table),
                    result(Name::HashbrownFolders, built, folders),
                ]);
            }
            Name::HashbrownHuge => {
                let (map, common) = hash_maps::brown_map(manifest);
                (built(), self.table(&map, &common, Walk::OneTable)?)
            }
            Name::Std => {
                let (map, common) = hash_maps::std_map(manifest);
                (built(), self.table(&map, &common, Walk::OneTable)?)
            }
            Name::Phf => {
                let (map, common) = perfect_hashes::phf_map(manifest);
                (built(), self.table(&map, &common, Walk::OneTable)?)
            }
            Name::PtrHash => {
                let (map, common) = perfect_hashes::PtrMap::new(manifest);
                (built(), self.table(&map, &common, Walk::OneTable)?)
            }
            Name::Fst => {
                let (map, common) = automaton::fst_map(manifest)?;
                (built(), self.table(&map, &common, Walk::OneTable)?)
            }
            Name::Cloudflare => {
                let theirs = Cloudflare::new(manifest);
                (built(), self.cells(&theirs, |_| true)?)
            }
            Name::Batch => (built(), self.batch()),
            Name::OneAccess => (built(), self.beside_hits(&OneAccess(manifest))),
            Name::EmptyLoop => (built(), self.beside_hits(&EmptyLoop)),
            Name::ParseOnly => (built(), self.cells(&ParseOnly, |_| true)?),
            Name::WholeAnswer => (built(), self.cells(&WholeAnswer(manifest), |_| true)?),
            Name::InMemory => {
                let file = ManifestFile::read(self.path)?;
                (built(), self.cells(&Trailmark(file.manifest()), |_| true)?)
            }
        };
        Ok(vec![result(name, built, cells)])
    }

    /// The walk matters for misses only.
    fn table<T: Table>(&self, table: &T, common: &Common, walk: Walk) -> Result<Vec<Cell>> {
        let has_misses =
            |mix: Mix| matches!(mix, Mix::Miss | Mix::Walk1 | Mix::Walk5 | Mix::Walk20 | Mix::Mixed);
        self.cells(&Tables { table, common, walk }, |mix| walk == Walk::OneTable || has_misses(mix))
    }

    /// A part of the work, beside hits.
    fn beside_hits(&self, part: &impl Runner) -> Vec<Cell> {
        let ours = Trailmark(self.manifest);
        let hits = self.streams.iter().filter(|(mix, _)| *mix == Mix::Hit);
        let cell = |(mix, requests): &(Mix, Requests), pace| Cell {
            mix: *mix,
            pace,
            times: compare(&ours, part, requests, pace, self.effort),
        };
        hits.flat_map(|stream| Pace::ALL.map(|pace| cell(stream, pace))).collect()
    }

    /// The batch call; there is no waiting for each answer in it.
    fn batch(&self) -> Vec<Cell> {
        let (ours, theirs, pace) = (Trailmark(self.manifest), Batch(self.manifest), Pace::Independent);
        let cell = |(mix, requests): &(Mix, Requests)| Cell {
            mix: *mix,
            pace,
            times: compare(&ours, &theirs, requests, pace, self.effort),
        };
        self.streams.iter().map(cell).collect()
    }

    fn cells(&self, theirs: &impl Contestant, wanted: impl Fn(Mix) -> bool) -> Result<Vec<Cell>> {
        let ours = Trailmark(self.manifest);
        let mut cells = Vec::new();
        for (mix, requests) in self.streams.iter().filter(|(mix, _)| wanted(*mix)) {
            if theirs.answers() {
                contestants::compare(&ours, theirs, requests, CHECKED)?;
            }
            for pace in Pace::ALL {
                let times = compare(&ours, theirs, requests, pace, self.effort);
                cells.push(Cell { mix: *mix, pace, times });
            }
        }
        Ok(cells)
    }
}

fn result(name: Name, (build_seconds, bytes): (f64, u64), cells: Vec<Cell>) -> ContestantResult {
    ContestantResult { name, build_seconds, bytes, cells }
}
