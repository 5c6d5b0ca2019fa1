//! `trailmark verify`: whether a manifest is whole, and whether a site is still the one it was compiled from.

use std::collections::BTreeMap;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use anyhow::Context;
use serde::Serialize;
use sha2::{Digest, Sha256};
use trailmark::Manifest;
use trailmark::format::HEADER_LEN;
use trailmark_compiler::{Base, Provenance};

use crate::exit::Exit;
use crate::output::{self, Cell, DIM, Format, GREEN, RED, Table, YELLOW, bytes, count, hex};
use crate::progress::Progress;
use crate::site::{self, ConfigArgs, SiteArgs};
use crate::source::{read_file, unusable};

/// Check that a manifest is whole, and that a site still matches it
///
/// Checks every byte of the file against its checksums, and every record in it. With --dist, also compiles the site again, in
/// memory and with the options that the manifest states, and names each file that differs, is missing or is new, and whether
/// the rules of `_redirects`, `_headers` or for the script are others.
#[derive(Debug, clap::Args)]
#[command(after_long_help = AFTER_HELP)]
pub(crate) struct Args {
    /// The manifest
    #[arg(value_name = "MANIFEST")]
    manifest: PathBuf,
    /// The site's folder, to be compared with the manifest
    #[arg(long, value_name = "DIST")]
    dist: Option<PathBuf>,
    #[command(flatten)]
    config: ConfigArgs,
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
        Some(dist) if damage.is_none() => Some(compare(&manifest, dist, &args)?),
        _ => None,
    };
    let (differences, other) = differences.unzip();
    let verdict = Verdict {
        manifest: args.manifest.display().to_string(),
        whole: damage.is_none(),
        damage,
        sha256: hex(&manifest.sha256()),
        bytes: file.len() as u64,
        assets: manifest.asset_count(),
        dist: args.dist.as_ref().map(|dist| dist.display().to_string()),
        differences,
        other: other.unwrap_or_default(),
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
    /// What differs besides the files.
    other: Vec<String>,
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

/// Compiles the site again, with the options of the manifest, and compares the two: the files, and everything else.
fn compare(
    manifest: &Manifest<'_>,
    dist: &Path,
    args: &Args,
) -> anyhow::Result<(Vec<Difference>, Vec<String>)> {
    let provenance = Provenance::read(manifest).context("can't tell how the manifest was compiled")?;
    let base = Base::from_decoded(manifest.base()).context("can't tell where the manifest's site hangs")?;
    let site = match provenance.host() {
        Some(host) => SiteArgs::of_host(host, base),
        None => {
            let routing = provenance.options().context("can't tell how the manifest was compiled")?;
            SiteArgs::of(args.config.clone(), routing, base)
        }
    };
    let plan = site::plan(Some(dist), &site)?;
    let progress = Progress::new(args.quiet);
    let compiled = trailmark_compiler::compile(dist, &plan.options(false), &progress);
    progress.finish();
    let compiled = compiled?;
    let now = Manifest::open(&compiled.bytes)
        .context("the site compiles to a manifest that can't be opened: a bug")?;
    let files = file_differences(manifest, &now);
    let mut other = rule_differences(manifest, &now);
    // Another version of the compiler may well write other bytes that mean the same.
    let same_compiler = provenance.compiler == env!("CARGO_PKG_VERSION");
    if files.is_empty() && other.is_empty() && same_compiler && manifest.sha256() != now.sha256() {
        other.push(
            "the files are the same, but compile to another manifest: the configuration is another"
                .to_owned(),
        );
    }
    Ok((files, other))
}

fn file_differences(manifest: &Manifest<'_>, now: &Manifest<'_>) -> Vec<Difference> {
    let facts = |asset: trailmark::Asset<'_>| (asset.size(), *asset.fingerprint());
    let files = |manifest: &Manifest<'_>| -> BTreeMap<String, (u64, [u8; 32])> {
        manifest.assets().map(|asset| (asset.site_path().to_string(), facts(asset))).collect()
    };
    let mut here = files(now);
    let mut found: BTreeMap<String, Difference> = BTreeMap::new();
    for (path, (size, fingerprint)) in files(manifest) {
        match here.remove(&path) {
            Some((_, same)) if same == fingerprint => {}
            file => {
                let is = file.map(|(size, _)| size);
                found.insert(path.clone(), Difference::new(path, Some(size), is));
            }
        }
    }
    for (path, (size, _)) in here {
        found.insert(path.clone(), Difference::new(path, None, Some(size)));
    }
    found.into_values().collect()
}

/// The files of rules that say something else now. Comments and the numbers of lines do not count.
fn rule_differences(manifest: &Manifest<'_>, now: &Manifest<'_>) -> Vec<String> {
    let redirects = |manifest: &Manifest<'_>| -> Vec<_> {
        let rule = |rule: trailmark::RedirectRule<'_>| {
            (rule.from.to_owned(), rule.target().to_string(), rule.status)
        };
        manifest.redirect_rules().map(rule).collect()
    };
    let headers = |manifest: &Manifest<'_>| -> Vec<_> {
        let owned = |(name, value): (&str, &str)| (name.to_owned(), value.to_owned());
        let rule = |rule: trailmark::HeaderRule<'_>| {
            let removals: Vec<_> = rule.removals().map(str::to_owned).collect();
            (rule.path.to_owned(), removals, rule.sets().map(owned).collect::<Vec<_>>())
        };
        manifest.header_rules().map(rule).collect()
    };
    let script = |manifest: &Manifest<'_>| -> (bool, Vec<_>) {
        let rules = manifest.router_rules().map(|(excludes, rule)| (excludes, rule.to_owned()));
        (manifest.has_script(), rules.collect())
    };
    [
        (redirects(manifest) != redirects(now), "the rules of `_redirects` are others"),
        (headers(manifest) != headers(now), "the rules of `_headers` are others"),
        (
            script(manifest) != script(now),
            "what the script answers is another (`main`, `run_worker_first`, `_routes.json`)",
        ),
    ]
    .into_iter()
    .filter(|(differs, _)| *differs)
    .map(|(_, what)| what.to_owned())
    .collect()
}

impl Verdict {
    fn is_good(&self) -> bool {
        self.whole && self.other.is_empty() && self.differences.as_ref().is_none_or(Vec::is_empty)
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
        if self.is_good() {
            return writeln!(out, "{GREEN}matches{GREEN:#}  {dist}: every file is the one that was compiled");
        }
        let differ = count(differences.len() + self.other.len(), "difference");
        writeln!(
            out,
            "{RED}differs{RED:#}  {dist}: {differ}; compile it again, or deploy the folder it was compiled from"
        )?;
        let mut table = Table::indented(2);
        differences.iter().for_each(|difference| table.row(difference.row()));
        table.write(out)?;
        self.other.iter().try_for_each(|other| writeln!(out, "  {}", output::Shown(other)))
    }
}

impl Difference {
    fn new(path: String, was: Option<u64>, is: Option<u64>) -> Difference {
        let kind = match (was, is) {
            (None, _) => Kind::New,
            (_, None) => Kind::Missing,
            _ => Kind::Changed,
        };
        Difference { path, kind, was, is }
    }

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
