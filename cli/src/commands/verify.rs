//! `trailmark verify`: whether a manifest is whole, and whether a site is still the one it was compiled from.

use std::collections::BTreeMap;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use anyhow::Context;
use serde::Serialize;
use sha2::{Digest, Sha256};
use trailmark::Manifest;
use trailmark::format::HEADER_LEN;
use trailmark_compiler::options::Platform;
use trailmark_compiler::{AssetFile, hash_files, scan};

use crate::exit::Exit;
use crate::output::{self, Cell, DIM, Format, GREEN, RED, Table, YELLOW, bytes, count, hex};
use crate::progress::Progress;
use crate::source::{read_file, unusable};

/// Check that a manifest is whole, and that a site still matches it
///
/// Checks every byte of the file against its checksums, and every record in it. With --dist, also reads the site again and
/// names each file that differs, is missing or is new since the manifest was compiled.
#[derive(Debug, clap::Args)]
#[command(after_long_help = AFTER_HELP)]
pub(crate) struct Args {
    /// The manifest
    #[arg(value_name = "MANIFEST")]
    manifest: PathBuf,
    /// The site's folder, to be compared with the manifest
    #[arg(long, value_name = "DIST")]
    dist: Option<PathBuf>,
    /// Print nothing if all is well, and no progress
    #[arg(short, long)]
    quiet: bool,
    /// How the result is printed
    #[arg(long, value_enum, default_value_t = Format::Text, value_name = "FORMAT")]
    format: Format,
}

const AFTER_HELP: &str = "\
Examples:
  trailmark verify dist.trailmark
          after copying it to a server
  trailmark verify dist.trailmark --dist dist
          before deploying the two together
  trailmark verify dist.trailmark --dist dist --format json

Exit status:
  0  the manifest is whole, and the site matches it
  1  the manifest is damaged, or the site differs
  2  there is no manifest to check: no such file, cut off, or of another version";

/// Runs the subcommand.
pub(crate) fn run(args: Args) -> anyhow::Result<Exit> {
    let file = read_file(&args.manifest)?;
    let manifest = Manifest::open(&file).with_context(|| unusable(&args.manifest))?;
    let damage = damage(&file, &manifest);
    let differences = match &args.dist {
        Some(dist) if damage.is_none() => Some(compare(&manifest, dist, args.quiet)?),
        _ => None,
    };
    let verdict = Verdict {
        manifest: args.manifest.display().to_string(),
        whole: damage.is_none(),
        damage,
        sha256: hex(&manifest.sha256()),
        bytes: file.len() as u64,
        assets: manifest.asset_count(),
        dist: args.dist.as_ref().map(|dist| dist.display().to_string()),
        differences,
    };
    verdict.print(&args)?;
    Ok(if verdict.is_good() { Exit::Fine } else { Exit::Finding })
}

/// What is wrong with a file that opens.
fn damage(file: &[u8], manifest: &Manifest<'_>) -> Option<String> {
    if let Err(error) = manifest.verify() {
        return Some(error.to_string());
    }
    let sha256: [u8; 32] = Sha256::digest(file.get(HEADER_LEN..).unwrap_or_default()).into();
    (sha256 != manifest.sha256()).then(|| {
        format!(
            "the manifest is damaged: its SHA-256 is {}, the header says {}; compile again",
            hex(&sha256),
            hex(&manifest.sha256())
        )
    })
}

/// What was found.
#[derive(Debug, Serialize)]
struct Verdict {
    manifest: String,
    whole: bool,
    damage: Option<String>,
    sha256: String,
    bytes: u64,
    assets: usize,
    dist: Option<String>,
    differences: Option<Vec<Difference>>,
}

/// A file that is not what the manifest says.
#[derive(Debug, PartialEq, Eq, Serialize)]
struct Difference {
    path: String,
    kind: Kind,
    /// Size in the manifest, bytes.
    was: Option<u64>,
    /// Size in the folder, bytes.
    is: Option<u64>,
}

/// How it differs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
enum Kind {
    /// Other bytes.
    Changed,
    /// In the manifest only.
    Missing,
    /// In the folder only.
    New,
}

/// Reads the site again, as the manifest's platform sees it.
fn compare(manifest: &Manifest<'_>, dist: &Path, quiet: bool) -> anyhow::Result<Vec<Difference>> {
    let platform = match manifest.platform() {
        trailmark::Platform::Workers => Platform::Workers,
        trailmark::Platform::Pages => Platform::Pages,
        _ => anyhow::bail!("the manifest is for a platform that this version of trailmark does not know"),
    };
    let progress = Progress::new(quiet);
    let found = scan(dist, platform, &progress).and_then(|scan| {
        let bytes = scan.files.iter().map(|file| file.metadata.len()).sum();
        trailmark_compiler::Observer::begins(
            &progress,
            trailmark_compiler::Stage::Hash,
            scan.files.len(),
            bytes,
        );
        Ok((hash_files(scan.files, &progress)?, scan.notes))
    });
    progress.finish();
    let (files, notes) = found?;
    if !quiet {
        notes.iter().for_each(|note| output::note(&note.to_string()));
    }
    Ok(differences(manifest, files))
}

fn differences(manifest: &Manifest<'_>, files: Vec<AssetFile>) -> Vec<Difference> {
    let mut found: BTreeMap<String, (Option<u64>, Option<u64>)> = BTreeMap::new();
    let mut here: BTreeMap<String, AssetFile> =
        files.into_iter().map(|file| (file.site_path.clone(), file)).collect();
    for asset in manifest.assets() {
        let path = asset.site_path().to_string();
        match here.remove(&path) {
            Some(file) if file.fingerprint == *asset.fingerprint() => {}
            file => drop(found.insert(path, (Some(asset.size()), file.map(|file| file.size)))),
        }
    }
    found.extend(here.into_values().map(|file| (file.site_path, (None, Some(file.size)))));
    let difference = |(path, (was, is)): (String, (Option<u64>, Option<u64>))| {
        let kind = match (was, is) {
            (None, _) => Kind::New,
            (_, None) => Kind::Missing,
            _ => Kind::Changed,
        };
        Difference { path, kind, was, is }
    };
    found.into_iter().map(difference).collect()
}

impl Verdict {
    fn is_good(&self) -> bool {
        self.whole && self.differences.as_ref().is_none_or(Vec::is_empty)
    }

    fn print(&self, args: &Args) -> io::Result<()> {
        if args.format == Format::Json {
            let mut out = output::raw_stdout();
            output::json_pretty(&mut out, self)?;
            return out.flush();
        }
        if args.quiet && self.is_good() {
            return Ok(());
        }
        let mut out = output::stdout();
        self.write_text(&mut out)?;
        out.flush()
    }

    fn write_text(&self, out: &mut impl Write) -> io::Result<()> {
        let manifest = output::shown(&self.manifest);
        if let Some(damage) = &self.damage {
            return writeln!(out, "{RED}damaged{RED:#}  {manifest}: {damage}");
        }
        let (assets, size) = (count(self.assets, "file"), bytes(self.bytes));
        writeln!(out, "{GREEN}whole{GREEN:#}    {manifest}: {assets}, {size}, sha256 {}", self.sha256)?;
        let (Some(dist), Some(differences)) = (&self.dist, &self.differences) else { return Ok(()) };
        let dist = output::shown(dist);
        if differences.is_empty() {
            return writeln!(out, "{GREEN}matches{GREEN:#}  {dist}: every file is the one that was compiled");
        }
        let differ = count(differences.len(), "difference");
        writeln!(
            out,
            "{RED}differs{RED:#}  {dist}: {differ}; compile it again, or deploy the folder it was compiled from"
        )?;
        let mut table = Table::indented(2);
        differences.iter().for_each(|difference| table.row(difference.row()));
        table.write(out)
    }
}

impl Difference {
    fn row(&self) -> [Cell; 3] {
        let size = |size: Option<u64>| bytes(size.unwrap_or_default());
        let (kind, detail) = match self.kind {
            Kind::Changed => ("changed", format!("was {}, is {}", size(self.was), size(self.is))),
            Kind::Missing => ("missing", format!("was {}", size(self.was))),
            Kind::New => ("new", format!("is {}", size(self.is))),
        };
        [Cell::new(kind).styled(YELLOW), Cell::new(&self.path), Cell::new(detail).styled(DIM)]
    }
}
