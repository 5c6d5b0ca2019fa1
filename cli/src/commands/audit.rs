//! `trailmark audit`: what is wrong with a site's links, from the answers that the platform will give.

mod github;
mod html;
mod message;
mod place;
mod sarif;
mod text;
mod verdict;

use std::fs::OpenOptions;
use std::io::Write;
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use clap::builder::PossibleValuesParser;
use trailmark::Manifest;
use trailmark_audit::{AuditOptions, Ignored, Level, RULES, Report, Rule, RuleSet, audit, parse_ignore};

pub(super) use self::text::path_of;
use self::verdict::FailOn;
use crate::exit::Exit;
use crate::output::{self, Cell, DIM, Table};
use crate::progress::Progress;
use crate::site::SiteArgs;
use crate::source::Source;

/// The ignore file that is looked for.
const IGNORE_FILE: &str = ".trailmark-audit";

/// Find the links of a site that redirect, lead nowhere, or mean something else than they seem to
///
/// Reads every page, style sheet, sitemap, feed and web manifest of the site, resolves each link as a browser does from the URL at which
/// its page is served, and asks the manifest what the platform will answer. Findings are grouped by cause and target, with the first
/// places: what one template gets wrong on a thousand pages is one finding.
#[derive(Debug, clap::Args)]
#[command(after_long_help = AFTER_HELP)]
pub(crate) struct Args {
    /// The site's folder, which is compiled in memory; or its manifest, then with --dist
    #[arg(value_name = "DIST|MANIFEST", required_unless_present = "rules")]
    site_or_manifest: Option<PathBuf>,
    /// The folder whose files the manifest describes
    #[arg(long, value_name = "DIST")]
    dist: Option<PathBuf>,
    /// A URL at which the site is deployed, so that absolute links to it count as its own; may be repeated [default: found in
    /// canonical URLs, CNAME or the sitemap]
    #[arg(long = "site", value_name = "URL", value_parser = host_of)]
    sites: Vec<String>,
    /// End with status 1 if there is a finding of this level or worse: note, warning, error; or of this rule; or never. May be
    /// repeated [default: error]
    #[arg(long, value_name = "LEVEL|RULE")]
    fail_on: Vec<FailOn>,
    /// Do not look for this rule's findings; may be repeated
    #[arg(long, value_name = "RULE", value_parser = rule_names())]
    allow: Vec<String>,
    /// Look for this rule's findings only; may be repeated
    #[arg(long, value_name = "RULE", value_parser = rule_names(), conflicts_with = "allow")]
    only: Vec<String>,
    /// What is passed over, and why: a rule, a pattern and a reason a line [default: .trailmark-audit here or beside DIST]
    #[arg(long, value_name = "FILE")]
    ignore_file: Option<PathBuf>,
    /// Findings of each rule that are shown in full; 0 for all [default: 10, in HTML 200, in JSON and SARIF 1000]
    #[arg(long, value_name = "N")]
    limit: Option<usize>,
    #[command(flatten)]
    site: SiteArgs,
    /// How findings are printed
    #[arg(long, value_enum, default_value_t = AuditFormat::Text, value_name = "FORMAT")]
    format: AuditFormat,
    /// List the rules, with their levels
    #[arg(long, exclusive = true)]
    rules: bool,
    /// Print neither progress nor notes
    #[arg(short, long)]
    quiet: bool,
}

/// How findings are printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum AuditFormat {
    /// For people
    Text,
    /// For programs
    Json,
    /// For code scanning: SARIF 2.1.0
    Sarif,
    /// For GitHub Actions: annotations of the files
    Github,
    /// For people who would rather look: one page that loads nothing, with a filter
    Html,
}

const AFTER_HELP: &str = "\
Examples:
  trailmark audit dist
          before deploying; the options are found as `trailmark compile` finds them
  trailmark audit dist --site https://example.com --fail-on warning
          absolute links to the site count, and redirects fail the build
  trailmark audit dist --only not-found --only missing-fragment --limit 0
          the dead links, all of them
  trailmark audit dist.trailmark --dist dist --format sarif > audit.sarif
  trailmark audit dist --format html > audit.html

The ignore file has a rule (or *), a pattern and a reason a line:
  missing-fragment  /src/**#*-*      a script marks the lines
  redirect          /discord         a short link on purpose
  *                 in:/archive/**   frozen

Exit status:
  0  nothing was found at which to fail
  1  something was
  2  the site can't be audited";

/// Runs the subcommand.
pub(crate) fn run(args: Args) -> anyhow::Result<Exit> {
    if args.rules {
        list_rules()?;
        return Ok(Exit::Fine);
    }
    let given = args.site_or_manifest.as_deref().unwrap_or(Path::new(""));
    let dist = folder(given, args.dist.as_deref())?;
    let ignored = ignored(args.ignore_file.as_deref(), &dist)?;
    let progress = Progress::new(args.quiet);
    let source = Source::open_routes(given, &args.site, args.quiet, &progress)?;
    let manifest = source.manifest()?;
    let options = AuditOptions {
        hosts: (!args.sites.is_empty()).then(|| args.sites.clone()),
        off: off(&args),
        ignored,
        limit: limit(&args),
    };
    progress.counts("auditing", readable(&manifest));
    let report = audit(&manifest, &dist, &options, &|count| progress.counted(count));
    progress.finish();
    let report = report?;
    if let (Some(origin), false) = (&report.origin, args.quiet) {
        let (host, because) = (output::shown(&origin.host), &origin.because);
        output::note(&format!(
            "took {host} for the site's own host: so say {because} (--site says otherwise)"
        ));
    }
    print(&report, &args, &dist)?;
    let fail_on: &[FailOn] =
        if args.fail_on.is_empty() { &[FailOn::Level(Level::Error)] } else { &args.fail_on };
    let fails = report.groups.iter().any(|group| fail_on.iter().any(|fail| fail.applies(group)));
    Ok(if fails { Exit::Finding } else { Exit::Fine })
}

fn print(report: &Report, args: &Args, dist: &Path) -> anyhow::Result<()> {
    match args.format {
        AuditFormat::Text => {
            let mut out = output::stdout();
            text::write(&mut out, report, dist, args.site_or_manifest.as_deref().unwrap_or(dist))?;
            out.flush()?;
        }
        AuditFormat::Json => {
            let mut out = output::raw_stdout();
            output::json_pretty(&mut out, report)?;
            out.flush()?;
        }
        AuditFormat::Sarif => {
            let mut out = output::raw_stdout();
            output::json_pretty(&mut out, &sarif::of(report, dist))?;
            out.flush()?;
        }
        AuditFormat::Github => {
            let mut out = output::raw_stdout();
            github::write(&mut out, report, dist)?;
            out.flush()?;
            add_summary(report)?;
        }
        AuditFormat::Html => {
            let mut out = output::raw_stdout();
            html::write(&mut out, report, dist, args.site_or_manifest.as_deref().unwrap_or(dist))?;
            out.flush()?;
        }
    }
    Ok(())
}

/// Adds the table to the summary of the job, if there is one.
fn add_summary(report: &Report) -> anyhow::Result<()> {
    let Some(path) = std::env::var_os(github::SUMMARY_VARIABLE).filter(|path| !path.is_empty()) else {
        return Ok(());
    };
    let shown = Path::new(&path).display();
    let file = OpenOptions::new().append(true).create(true).open(&path);
    let mut file = file.with_context(|| format!("cannot write the summary of the job, {shown}"))?;
    file.write_all(github::summary(report).as_bytes())?;
    Ok(())
}

/// Where the files are.
pub(super) fn folder(given: &Path, dist: Option<&Path>) -> anyhow::Result<PathBuf> {
    match (given.is_dir(), dist) {
        (true, None) => Ok(given.to_owned()),
        (true, Some(dist)) => {
            bail!("{} is a folder already; --dist {} goes with a manifest", given.display(), dist.display())
        }
        (false, Some(dist)) => Ok(dist.to_owned()),
        (false, None) if given.exists() => {
            bail!(
                "{} is no folder; if it is a manifest, name the folder of its files with --dist",
                given.display()
            )
        }
        (false, None) => bail!("no such folder: {}", given.display()),
    }
}

/// What the ignore file says: the one that is given, or one where it is looked for.
pub(super) fn ignored(given: Option<&Path>, dist: &Path) -> anyhow::Result<Vec<Ignored>> {
    let beside = dist.canonicalize().ok().and_then(|dist| Some(dist.parent()?.join(IGNORE_FILE)));
    let path = match given {
        Some(path) => path.to_owned(),
        None => {
            match [Some(PathBuf::from(IGNORE_FILE)), beside].into_iter().flatten().find(|path| path.is_file())
            {
                Some(path) => path,
                None => return Ok(Vec::new()),
            }
        }
    };
    let text = std::fs::read_to_string(&path).with_context(|| format!("cannot read {}", path.display()))?;
    parse_ignore(&text).with_context(|| path.display().to_string())
}

fn off(args: &Args) -> RuleSet {
    let rules = |names: &[String]| names.iter().filter_map(|name| Rule::from_name(name)).collect::<Vec<_>>();
    let mut off = if args.only.is_empty() { RuleSet::default() } else { RuleSet::ALL };
    rules(&args.only).into_iter().for_each(|rule| off.remove(rule));
    rules(&args.allow).into_iter().for_each(|rule| off.insert(rule));
    off
}

fn limit(args: &Args) -> usize {
    match (args.limit, args.format) {
        (Some(0), _) => usize::MAX,
        (Some(limit), _) => limit,
        (None, AuditFormat::Text | AuditFormat::Github) => 10,
        (None, AuditFormat::Html) => 200,
        (None, AuditFormat::Json | AuditFormat::Sarif) => 1000,
    }
}

/// Roughly how many files are read: what the progress line counts up to.
pub(super) fn readable(manifest: &Manifest<'_>) -> usize {
    let is_read =
        |media_type: &str| ["text/html", "text/css"].iter().any(|kind| media_type.starts_with(kind));
    manifest.assets().filter(|asset| asset.media_type().is_some_and(is_read)).count()
}

fn rule_names() -> PossibleValuesParser {
    PossibleValuesParser::new(RULES.iter().map(|row| row.name))
}

/// The host of a URL, or a host as it is.
pub(super) fn host_of(text: &str) -> Result<String, String> {
    let rest = text.split_once("://").map_or(text, |(_, rest)| rest);
    let host = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let is_host = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b':' | b'[' | b']');
    if host.is_empty() || !host.bytes().all(is_host) {
        return Err("write it as https://example.com".to_owned());
    }
    Ok(host.strip_suffix(":443").or(host.strip_suffix(":80")).unwrap_or(host).to_owned())
}

fn list_rules() -> anyhow::Result<()> {
    let mut out = output::stdout();
    let mut table = Table::default();
    for row in RULES {
        table.row([
            Cell::new(row.name),
            Cell::new(row.level.as_str()).styled(text::style(row.level)),
            Cell::new(row.summary).styled(DIM),
        ]);
    }
    table.write(&mut out)?;
    Ok(out.flush()?)
}
