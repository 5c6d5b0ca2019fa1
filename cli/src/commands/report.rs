//! `trailmark report`: the site as one page that can be opened anywhere, and asked.

mod data;
mod packed;
mod page;

use std::io::Write;
use std::path::{Path, PathBuf};

use anyhow::bail;
use trailmark::Manifest;
use trailmark_audit::{AuditOptions, Level, Report, RuleSet, audit};
use trailmark_compiler::{check_output, default_output, write};

use self::data::Data;
use super::audit::{host_of, ignored, readable};
use crate::exit::Exit;
use crate::output::{self, bytes, count};
use crate::progress::Progress;
use crate::site::SiteArgs;
use crate::source::Source;

/// Findings of each rule that a page has, unless told otherwise.
const FINDINGS: usize = 500;

/// Write a page that shows the whole site: files, redirects, misses, findings, sizes
///
/// One HTML file, which loads nothing from elsewhere. It holds the manifest and the runtime, so it tells, offline, what any URL answers and
/// why: each form of each page, where redirects lead, which 404.html answers where. With the folder at hand, its links are audited as by
/// `trailmark audit`.
#[derive(Debug, clap::Args)]
#[command(after_long_help = AFTER_HELP)]
pub(crate) struct Args {
    /// The site's folder, which is compiled in memory; or its manifest, with --dist for an audit of the links
    #[arg(value_name = "DIST|MANIFEST")]
    site_or_manifest: PathBuf,
    /// The folder whose files the manifest describes
    #[arg(long, value_name = "DIST")]
    dist: Option<PathBuf>,
    /// Where the page is written; `-` for standard output [default: DIST.report.html beside DIST]
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
    /// What the page calls the site [default: its host, if that is known, or its folder]
    #[arg(long, value_name = "TEXT")]
    title: Option<String>,
    /// A URL at which the site is deployed, so that absolute links to it count as its own; may be repeated [default: found in
    /// canonical URLs, CNAME or the sitemap]
    #[arg(long = "site", value_name = "URL", value_parser = host_of)]
    sites: Vec<String>,
    /// What the audit passes over, and why: a rule, a pattern and a reason a line [default: .trailmark-audit here or beside DIST]
    #[arg(long, value_name = "FILE")]
    ignore_file: Option<PathBuf>,
    /// Findings of each rule that are in the page; 0 for all
    #[arg(long, value_name = "N", default_value_t = FINDINGS)]
    limit: usize,
    /// Do not audit the links
    #[arg(long)]
    no_audit: bool,
    #[command(flatten)]
    site: SiteArgs,
    /// Print neither progress nor notes nor a summary
    #[arg(short, long)]
    quiet: bool,
}

const AFTER_HELP: &str = "\
Examples:
  trailmark report dist
          writes dist.report.html beside dist/
  trailmark report dist --site https://example.com -o /tmp/report.html
  trailmark report dist.trailmark --dist dist
  trailmark report dist --platform pages --no-audit -o - > report.html

Exit status:
  0  the page is written, whatever was found
  2  it is not";

/// Runs the subcommand.
pub(crate) fn run(args: &Args) -> anyhow::Result<Exit> {
    let given = &args.site_or_manifest;
    let dist = folder(given, args.dist.as_deref())?;
    let output = output_of(args, dist)?;
    let (text, made_of) = make(args, dist)?;
    match &output {
        Some(path) => write(path, &text)?,
        None => {
            let mut out = output::raw_stdout();
            out.write_all(&text)?;
            out.flush()?;
        }
    }
    if !args.quiet {
        output::plain_message(&summary(output.as_deref(), &made_of, text.len()));
    }
    Ok(Exit::Fine)
}

/// The page as it is at this moment, for who shows it in another way; nothing is said.
///
/// # Errors
/// As the command's.
pub(crate) fn page_of(
    site_or_manifest: &Path,
    dist: Option<&Path>,
    site: &SiteArgs,
) -> anyhow::Result<String> {
    let args = Args {
        site_or_manifest: site_or_manifest.to_owned(),
        dist: dist.map(Path::to_owned),
        output: None,
        title: None,
        sites: Vec::new(),
        ignore_file: None,
        limit: FINDINGS,
        no_audit: false,
        site: site.clone(),
        quiet: true,
    };
    let (text, _) = make(&args, folder(site_or_manifest, dist)?)?;
    Ok(String::from_utf8(text)?)
}

/// What a page was made of, for the summary.
struct MadeOf {
    files: usize,
    report: Option<Report>,
}

fn make(args: &Args, dist: Option<&Path>) -> anyhow::Result<(Vec<u8>, MadeOf)> {
    let progress = Progress::new(args.quiet);
    let source = Source::open(&args.site_or_manifest, &args.site, args.quiet)?;
    let manifest = source.manifest()?;
    let report = match dist {
        Some(dist) if !args.no_audit => Some(audited(args, &manifest, dist, &progress)?),
        _ => None,
    };
    let title = title(args, dist, report.as_ref());
    let data = serde_json::to_vec(&Data::new(&title, &manifest, report.as_ref()))?;
    let mut text = Vec::new();
    page::write(&mut text, &title, &data, source.bytes())?;
    Ok((text, MadeOf { files: manifest.asset_count(), report }))
}

/// Where the files are, if that is known.
fn folder<'a>(given: &'a Path, dist: Option<&'a Path>) -> anyhow::Result<Option<&'a Path>> {
    match dist {
        Some(dist) if given.is_dir() => {
            bail!("{} is a folder already; --dist {} goes with a manifest", given.display(), dist.display())
        }
        Some(dist) if !dist.is_dir() => bail!("no such folder: {}", dist.display()),
        Some(dist) => Ok(Some(dist)),
        None => Ok(given.is_dir().then_some(given)),
    }
}

/// Finds out before the long work whether the page can be written; `None` for standard output.
fn output_of(args: &Args, dist: Option<&Path>) -> anyhow::Result<Option<PathBuf>> {
    let given = &args.site_or_manifest;
    let path = match &args.output {
        Some(path) if path.as_os_str() == "-" => return Ok(None),
        Some(path) => path.clone(),
        None if given.is_dir() => default_output(given).with_extension("report.html"),
        None => given.with_extension("report.html"),
    };
    let same = |other: &Path| matches!((path.canonicalize(), other.canonicalize()), (Ok(a), Ok(b)) if a == b);
    if same(given) && !given.is_dir() {
        bail!("{} is the manifest itself; name another file", path.display());
    }
    check_output(&path, dist.unwrap_or(Path::new("")))?;
    Ok(Some(path))
}

fn audited(args: &Args, manifest: &Manifest<'_>, dist: &Path, progress: &Progress) -> anyhow::Result<Report> {
    let options = AuditOptions {
        hosts: (!args.sites.is_empty()).then(|| args.sites.clone()),
        off: RuleSet::default(),
        ignored: ignored(args.ignore_file.as_deref(), dist)?,
        limit: if args.limit == 0 { usize::MAX } else { args.limit },
    };
    progress.counts("auditing", readable(manifest));
    let report = audit(manifest, dist, &options, &|count| progress.counted(count));
    progress.finish();
    Ok(report?)
}

fn title(args: &Args, dist: Option<&Path>, report: Option<&Report>) -> String {
    let host = || report.and_then(|report| report.hosts.first()).cloned();
    let path = dist.unwrap_or(&args.site_or_manifest);
    let path =
        if path.file_name().is_some() { path.to_owned() } else { path.canonicalize().unwrap_or_default() };
    let name = || path.file_name().map(|name| name.to_string_lossy().into_owned());
    args.title.clone().or_else(host).or_else(name).unwrap_or_else(|| "site".to_owned())
}

fn summary(output: Option<&Path>, made_of: &MadeOf, len: usize) -> String {
    let place = output.map_or("standard output".to_owned(), |path| path.display().to_string());
    let found = match &made_of.report {
        None => "links not audited".to_owned(),
        Some(report) => {
            let of_level = |&level: &Level| {
                let groups = report.groups.iter().filter(|group| group.level == level);
                let number: u64 = groups.map(|group| group.count).sum();
                (number > 0).then(|| count(usize::try_from(number).unwrap_or(usize::MAX), level.as_str()))
            };
            let levels: Vec<_> = Level::ALL.iter().rev().filter_map(of_level).collect();
            if levels.is_empty() { "nothing to complain of".to_owned() } else { levels.join(", ") }
        }
    };
    let files = count(made_of.files, "file");
    format!("wrote {place} ({}): {files}; {found}\n", bytes(len as u64))
}
