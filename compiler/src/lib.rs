//! Compiles the build output of a static site into a Trailmark manifest.
//!
//! ```text
//! dist/ --scan--> files --hash--> assets --resolve--> routes --encode--> bytes --write--> site.trailmark
//! ```
//!
//! One direction, plain data between the stages. Only `scan`, `hash` and `write` touch the disk.
//!
//! ```
//! use trailmark::{Manifest, RequestPath, Scratch};
//! use trailmark_compiler::{CompileOptions, compile};
//!
//! let dist = tempfile::tempdir()?;
//! std::fs::write(dist.path().join("about.html"), "<h1>About</h1>")?;
//! let compiled = compile(dist.path(), &CompileOptions::default(), &())?;
//!
//! let manifest = Manifest::open(&compiled.bytes)?;
//! let mut scratch = Scratch::new();
//! let request = RequestPath::parse("/about.html", &mut scratch)?;
//! let answer = manifest.lookup(&request);
//! assert_eq!(answer.status(), 307);
//! assert_eq!(answer.location().unwrap().to_string(), "/about");
//! assert_eq!(manifest.rule_name(answer.rule()), "auto-trailing-slash/html/to-page");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod base;
mod cache;
pub mod codegen;
mod cold;
pub mod config;
mod encode;
mod encode_assets;
mod encode_host;
mod encode_rules;
mod encode_slots;
mod error;
mod excluded;
mod hash;
pub mod hosts;
mod index;
pub mod media_type;
mod observe;
pub mod options;
mod preflight;
mod provenance;
mod report;
pub mod resolve;
pub mod router;
mod routes;
mod rule_files;
pub mod rules;
mod scan;
mod shown;
mod site;
mod site_rules;
mod source;
mod stamp;
mod told_apart;
mod walk;
mod write;

use std::path::{Path, PathBuf};
use std::time::{Instant, SystemTime};

use cache::HashCache;
use config::redirects::RuleKind;
use encode::{OnHost, Served};
use hosts::{Host, HostRoutes, Policy};
use options::Platform;
use preflight::Checked;
use rayon::prelude::*;
use scan::ScanFor;
use site_rules::RuleFinder;
use trailmark::{DecodeMode, Manifest};
use walk::Visit;

pub use base::{BadBase, Base};
pub use cache::{NewCache, default_cache};
pub use error::CompileError;
pub use excluded::excluded_because;
pub use hash::AssetFile;
pub use observe::{Observer, Stage};
pub use preflight::{Severity, Warning, WarningKind, warning_lines};
pub use provenance::{Provenance, ProvenanceError};
pub use report::{Report, Times};
pub use routes::canonical_path;
pub use rule_files::{RuleFileNote, ScriptOptions};
pub use scan::{Scan, scan};
pub use site::{AssetIndex, RoutingOptions, Site};
pub use site_rules::SiteRules;
pub use source::SourceFile;
pub use stamp::Stamp;
pub use walk::{ScanNote, ScanProblem};
pub use write::{check_output, default_output, write};

/// How a folder is compiled.
#[derive(Debug, Clone, Default)]
pub struct CompileOptions {
    /// How the site is served.
    pub routing: RoutingOptions,
    /// Another host, whose answers are wanted instead of `routing`'s. Files that configure Cloudflare's platforms are left out then and
    /// not read, nor is the host's own configuration: the answers are of the files alone (`docs/HOSTS.md`).
    pub host: Option<Host>,
    /// Where it hangs below its origin.
    pub base: Base,
    /// The user's own code beside the assets.
    pub script: ScriptOptions,
    /// Whether what would only be noted is an error.
    pub strict: bool,
    /// Where fingerprints are kept from one compilation to the next; without it every file is read.
    pub cache: Option<PathBuf>,
}

/// A finished manifest, not yet written anywhere.
#[derive(Debug)]
pub struct Compiled {
    /// The manifest.
    pub bytes: Vec<u8>,
    /// What went into it.
    pub report: Report,
    /// The hash cache for the next time, if one is wanted and it differs from the last one. To be written when the manifest is.
    pub cache: Option<NewCache>,
}

/// Compiles a folder: its files, and the platform's own configuration among them (`_redirects`, `_headers`, `_routes.json`,
/// `.assetsignore`). Reads every file once, but for those that the hash cache knows; writes nothing.
///
/// # Errors
/// [`CompileError`], which names the file and what to do.
pub fn compile(
    dist: &Path,
    options: &CompileOptions,
    observer: &dyn Observer,
) -> Result<Compiled, CompileError> {
    compile_folder(dist, options, Contents::Hashed, observer)
}

/// The same for tools that only ask what paths answer: reads the few files whose content an answer depends on. Statuses, locations, rules
/// and the file that is served are those of [`compile`]; fingerprints and entity tags are not, so such a manifest is not to be kept.
///
/// # Errors
/// [`CompileError`], which names the file and what to do.
pub fn compile_routes(
    dist: &Path,
    options: &CompileOptions,
    observer: &dyn Observer,
) -> Result<Compiled, CompileError> {
    compile_folder(dist, options, Contents::ToldApart, observer)
}

/// What a manifest knows of the files' contents.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Contents {
    /// Everything.
    Hashed,
    /// Whether two are the same, where a rule asks.
    ToldApart,
}

fn compile_folder(
    dist: &Path,
    options: &CompileOptions,
    contents: Contents,
    observer: &dyn Observer,
) -> Result<Compiled, CompileError> {
    let mut times = Times::default();
    let OnPlatform { routing, host } = OnPlatform::of(options);
    let scanned_as = if host.is_some() { ScanFor::OtherHost } else { ScanFor::Cloudflare(routing.platform) };
    let began = SystemTime::now();
    let started = Instant::now();
    let cache_path = options.cache.as_deref();
    cache_path.map_or(Ok(()), |path| write::check_cache(path, dist))?;
    let visit = match (cache_path.map(Path::try_exists), contents) {
        (None | Some(Ok(false)), Contents::Hashed) => Visit::Read,
        _ => Visit::Look,
    };
    observer.begins(if visit == Visit::Read { Stage::Read } else { Stage::Scan }, 0, 0);
    let (scan, cache) = rayon::join(
        || scan::scan_with(dist, scanned_as, visit, observer),
        || cache_path.map_or_else(HashCache::default, |path| HashCache::load(path, dist)),
    );
    let mut scan = scan?;
    let (rules, mut rule_notes) = match host {
        Some(_) => (SiteRules::default(), Vec::new()),
        None => rule_files::read(dist, options)?,
    };
    rule_notes.append(&mut scan.rule_notes);
    match visit {
        Visit::Look => times.scan = started.elapsed(),
        Visit::Read => times.hash = started.elapsed(),
    }

    let started = Instant::now();
    let mut files = scan.files;
    let from_cache = cache.recognise(&mut files);
    if contents == Contents::ToldApart {
        told_apart::tell_apart(&mut files);
    }
    let hashed_count = match contents {
        Contents::Hashed => files.len() - from_cache,
        Contents::ToldApart => files.iter().filter(|file| file.fingerprint.is_none()).count(),
    };
    let hashed = files.iter().filter(|file| visit == Visit::Read || file.fingerprint.is_none());
    let hashed_bytes = hashed.map(|file| file.stamp.len).sum();
    hash::hash(dist, &mut files, observer)?;
    let assets = hash::assets(&files);
    times.hash += started.elapsed();

    let site = SiteInput {
        assets,
        routing,
        host,
        base: &options.base,
        rules: &rules,
        excluded_count: scan.excluded_count,
        scanned: Some(Scanned { has_ignore_file: scan.has_ignore_file }),
    };
    let (compiled, new_cache) = rayon::join(
        || compile_site(site, observer, times),
        || {
            let kept = cache_path.filter(|_| contents == Contents::Hashed);
            let new_cache = kept.and_then(|path| cache.renewed(path, dist, &files, hashed_count, began));
            files.into_par_iter().for_each(drop);
            new_cache
        },
    );
    let Compiled { bytes, mut report, .. } = compiled?;
    report.hashed = hashed_count;
    report.hashed_bytes = hashed_bytes;
    report.from_cache = from_cache;
    report.cache_note = cache.note;
    report.notes = scan.notes;
    report.rule_notes = rule_notes;
    if options.strict {
        refuse_notes(&report)?
    }
    Ok(Compiled { bytes, report, cache: new_cache })
}

/// What is only noted or warned of otherwise, as an error.
fn refuse_notes(report: &Report) -> Result<(), CompileError> {
    let passed_over = report.notes.iter().map(ToString::to_string);
    let rule_notes = report.rule_notes.iter().map(ToString::to_string);
    let warnings = report.warnings.iter().filter(|warning| warning.severity == Severity::Warning);
    let notes: Vec<_> = passed_over.chain(rule_notes).chain(warnings.map(ToString::to_string)).collect();
    if notes.is_empty() { Ok(()) } else { Err(CompileError::Strict { notes }) }
}

/// Compiles files that are not on disk: site paths, sizes and fingerprints in any order. What the platform never serves is
/// left out.
///
/// # Errors
/// [`CompileError::Limit`] if the site is too large for the format.
pub fn manifest_of(assets: Vec<AssetFile>, routing: RoutingOptions) -> Result<Vec<u8>, CompileError> {
    manifest_with_rules(assets, routing, &SiteRules::default())
}

/// The same, with rules for requests.
///
/// # Errors
/// [`CompileError::Limit`] if the site is too large for the format.
pub fn manifest_with_rules(
    assets: Vec<AssetFile>,
    routing: RoutingOptions,
    rules: &SiteRules,
) -> Result<Vec<u8>, CompileError> {
    compile_files(assets, routing, rules).map(|compiled| compiled.bytes)
}

/// The same, with a report, of which what concerns the disk is empty.
///
/// # Errors
/// [`CompileError::Limit`] if the site is too large for the format.
pub fn compile_files(
    assets: Vec<AssetFile>,
    routing: RoutingOptions,
    rules: &SiteRules,
) -> Result<Compiled, CompileError> {
    compile_files_at(assets, routing, &Base::default(), rules)
}

/// The same, below a base.
///
/// # Errors
/// [`CompileError::Limit`] if the site is too large for the format.
pub fn compile_files_at(
    assets: Vec<AssetFile>,
    routing: RoutingOptions,
    base: &Base,
    rules: &SiteRules,
) -> Result<Compiled, CompileError> {
    let site = SiteInput { assets, routing, host: None, base, rules, excluded_count: 0, scanned: None };
    compile_site(site, &(), Times::default())
}

/// The same on any host, without rules for requests.
///
/// # Errors
/// [`CompileError::Limit`] if the site is too large for the format.
pub fn compile_files_for(assets: Vec<AssetFile>, host: Host, base: &Base) -> Result<Compiled, CompileError> {
    let OnPlatform { routing, host } =
        OnPlatform::of(&CompileOptions { host: Some(host), ..CompileOptions::default() });
    let rules = SiteRules::default();
    let site = SiteInput { assets, routing, host, base, rules: &rules, excluded_count: 0, scanned: None };
    compile_site(site, &(), Times::default())
}

/// On which platform a site is served.
struct OnPlatform {
    /// Of Cloudflare's; for another host the default, of which only media types are taken.
    routing: RoutingOptions,
    /// Another host.
    host: Option<Host>,
}

impl OnPlatform {
    fn of(options: &CompileOptions) -> Self {
        match options.host.map(|host| (host, host.cloudflare())) {
            None => OnPlatform { routing: options.routing, host: None },
            Some((_, Some(routing))) => OnPlatform { routing, host: None },
            Some((host, None)) => OnPlatform { routing: RoutingOptions::default(), host: Some(host) },
        }
    }
}

/// All that decides what a manifest holds.
struct SiteInput<'r> {
    assets: Vec<AssetFile>,
    routing: RoutingOptions,
    /// Other than Cloudflare's.
    host: Option<Host>,
    base: &'r Base,
    rules: &'r SiteRules,
    excluded_count: usize,
    /// Of a folder that was scanned: what is no asset has been left out already, and the result is looked over.
    scanned: Option<Scanned>,
}

/// What is known of a site only if its folder was scanned.
struct Scanned {
    has_ignore_file: bool,
}

/// The pure half: assets and rules to manifest.
fn compile_site(
    input: SiteInput<'_>,
    observer: &dyn Observer,
    mut times: Times,
) -> Result<Compiled, CompileError> {
    let SiteInput { assets, routing, host, base, rules, excluded_count, scanned } = input;
    let started = Instant::now();
    observer.begins(Stage::Resolve, assets.len(), 0);
    let site = match (&scanned, host) {
        (Some(_), _) | (_, Some(_)) => Site::of_scanned(assets, routing, base),
        (None, None) => Site::mounted(assets, routing, base),
    };
    let finder = RuleFinder::new(rules);
    let (rule_paths, raw) = static_redirect_paths(rules, routing.platform);
    let mut on_host = host.and_then(|host| Some((host, Policy::of(host)?))).map(|(host, policy)| {
        let HostRoutes { routes, elsewhere } = hosts::routes(&site, host, policy);
        (routes, OnHost { host, policy, elsewhere })
    });
    let routes = match &mut on_host {
        Some((routes, _)) => std::mem::take(routes),
        None => routes::routes(&site, (!rules.is_empty()).then_some(&finder), &rule_paths),
    };
    let on_host = on_host.map(|(_, on_host)| on_host);
    times.resolve = started.elapsed();

    let started = Instant::now();
    observer.begins(Stage::Encode, site.assets.len(), 0);
    let stems: Vec<&str> = routes.iter().map(|route| route.stem.as_ref()).collect();
    let index = index::build(&stems)?;
    drop(stems);
    times.index = started.elapsed();

    let started = Instant::now();
    let asset_bytes = site.assets.iter().map(|asset| asset.size).sum();
    let provenance = Provenance::new(&routing, host, excluded_count as u64, asset_bytes);
    let served = Served { provenance: &provenance, on_host: on_host.as_ref() };
    let bytes = encode::encode(&site, &routes, index, rules, &finder, raw, &served)?;
    times.encode = started.elapsed();

    let started = Instant::now();
    let manifest = Manifest::open(&bytes).ok();
    // What is looked over are Cloudflare's rules.
    let warnings = scanned.filter(|_| host.is_none()).zip(manifest.as_ref()).map(
        |(Scanned { has_ignore_file }, manifest)| {
            preflight::preflight(&Checked { site: &site, routes: &routes, rules, manifest, has_ignore_file })
        },
    );
    times.check = started.elapsed();

    let mut report = Report::new(&site, host, &routes, rules, bytes.len(), excluded_count, times);
    report.warnings = warnings.unwrap_or_default();
    // A million names take longer to free than to write.
    routes.into_par_iter().for_each(drop);
    site.assets.into_par_iter().for_each(drop);
    Ok(Compiled { bytes, report, cache: None })
}

/// The paths of static `_redirects` rules: as site paths where they are spelled canonically, so that the rule can be stored with
/// the path; else as spelled, with the index of the rule.
fn static_redirect_paths(rules: &SiteRules, platform: Platform) -> (Vec<String>, Vec<(&str, u16)>) {
    let mode = match platform {
        Platform::Workers => DecodeMode::Segments,
        Platform::Pages => DecodeMode::Whole,
    };
    let (mut site_paths, mut raw) = (Vec::new(), Vec::new());
    for (rule, index) in rules.redirect_rules().iter().zip(0..) {
        if rule.kind == RuleKind::Dynamic {
            continue;
        }
        let site_path = trailmark::decode_path(&rule.from, mode);
        if trailmark::encode_site_path(&site_path) == rule.from {
            site_paths.push(site_path);
        } else {
            raw.push((rule.from.as_str(), index));
        }
    }
    (site_paths, raw)
}
