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

pub mod config;
mod encode;
mod error;
mod excluded;
mod hash;
mod index;
pub mod media_type;
mod observe;
pub mod options;
mod provenance;
mod report;
pub mod resolve;
mod routes;
pub mod rules;
mod scan;
mod site;
mod write;

use std::path::Path;
use std::time::Instant;

pub use error::CompileError;
pub use excluded::excluded_because;
pub use hash::{AssetFile, hash as hash_files};
pub use observe::{Observer, Stage};
pub use provenance::{Provenance, ProvenanceError};
pub use report::{Report, Times};
pub use routes::canonical_path;
pub use scan::{Scan, ScanNote, ScanProblem, SourceFile, scan};
pub use site::{AssetIndex, RoutingOptions, Site};
pub use write::{check_output, default_output, write};

/// How a folder is compiled.
#[derive(Debug, Clone, Copy, Default)]
pub struct CompileOptions {
    /// How the site is served.
    pub routing: RoutingOptions,
    /// Whether what would only be noted is an error.
    pub strict: bool,
}

/// A finished manifest, not yet written anywhere.
#[derive(Debug)]
pub struct Compiled {
    /// The manifest.
    pub bytes: Vec<u8>,
    /// What went into it.
    pub report: Report,
}

/// Compiles a folder. Reads every file once; writes nothing.
///
/// # Errors
/// [`CompileError`], which names the file and what to do.
pub fn compile(
    dist: &Path,
    options: &CompileOptions,
    observer: &dyn Observer,
) -> Result<Compiled, CompileError> {
    let mut times = Times::default();
    let started = Instant::now();
    observer.begins(Stage::Scan, 0, 0);
    let scan = scan(dist, options.routing.platform, observer)?;
    if options.strict && !scan.notes.is_empty() {
        return Err(CompileError::Strict { notes: scan.notes.iter().map(ToString::to_string).collect() });
    }
    times.scan = started.elapsed();

    let started = Instant::now();
    let byte_count = scan.files.iter().map(|file| file.metadata.len()).sum();
    observer.begins(Stage::Hash, scan.files.len(), byte_count);
    let assets = hash::hash(scan.files, observer)?;
    times.hash = started.elapsed();

    let (bytes, mut report) = compile_assets(assets, options.routing, scan.excluded_count, observer, times)?;
    report.notes = scan.notes;
    Ok(Compiled { bytes, report })
}

/// Compiles files that are not on disk: site paths, sizes and fingerprints in any order. What the platform never serves is
/// left out.
///
/// # Errors
/// [`CompileError::Limit`] if the site is too large for the format.
pub fn manifest_of(assets: Vec<AssetFile>, routing: RoutingOptions) -> Result<Vec<u8>, CompileError> {
    compile_assets(assets, routing, 0, &(), Times::default()).map(|(bytes, _)| bytes)
}

/// The pure half: assets to manifest.
fn compile_assets(
    assets: Vec<AssetFile>,
    routing: RoutingOptions,
    excluded_count: usize,
    observer: &dyn Observer,
    mut times: Times,
) -> Result<(Vec<u8>, Report), CompileError> {
    let started = Instant::now();
    observer.begins(Stage::Resolve, assets.len(), 0);
    let site = Site::new(assets, routing);
    let routes = routes::routes(&site);
    times.resolve = started.elapsed();

    let started = Instant::now();
    observer.begins(Stage::Encode, site.assets.len(), 0);
    let asset_bytes = site.assets.iter().map(|asset| asset.size).sum();
    let provenance = Provenance::new(&routing, excluded_count as u64, asset_bytes);
    let bytes = encode::encode(&site, &routes, &provenance)?;
    times.encode = started.elapsed();

    let report = Report::new(&site, &routes, bytes.len(), excluded_count, times);
    Ok((bytes, report))
}
