//! `trailmark fix`: rewrites the links that cost a redirect to the URL that is served.

mod after;
mod diff;
mod ending;
mod observer;
mod text;

use std::io::Write;
use std::path::{Path, PathBuf};

use anyhow::bail;
use clap::builder::PossibleValuesParser;
use trailmark_audit::{FIXABLE, FixOptions, FixReport, LinkKind, LinkKinds, REPAIRABLE, Rule, RuleSet, fix};

use self::observer::{Diffs, Work};
use super::audit::{folder, host_of, ignored, readable};
use crate::exit::Exit;
use crate::output::{self, Format};
use crate::progress::Progress;
use crate::site::SiteArgs;
use crate::source::Source;

/// Rewrite links, canonical URLs and sitemap entries that cost a redirect to the URL that is served
///
/// Finds the links that `trailmark audit` would name for a redirect, and writes the URL where the redirect ends in their place, in the style
/// of the link: a relative one stays relative, query and fragment stay as they are. Nothing else in a file changes, not a byte. Each
/// change is proved: before it is written, the manifest must say that the new link leads at once to the very URL and file at which the old one
/// ended, and the changed file is read again and must have the same links but for those. Files are written in one step each;
/// run it again after it was ended, and it goes on. There is no copy of what was: build again to have it back.
#[derive(Debug, clap::Args)]
#[command(after_long_help = AFTER_HELP)]
pub(crate) struct Args {
    /// The site's folder; or its manifest, then with --dist
    #[arg(value_name = "DIST|MANIFEST")]
    site_or_manifest: PathBuf,
    /// The folder whose files the manifest describes
    #[arg(long, value_name = "DIST")]
    dist: Option<PathBuf>,
    /// Write nothing; say what would be changed, and end with status 1 if anything would
    #[arg(short = 'n', long)]
    dry_run: bool,
    /// The same as a patch on stdout, which `git apply` and `patch -p1` take
    #[arg(long, conflicts_with = "format")]
    diff: bool,
    /// A URL at which the site is deployed, so that absolute links to it count as its own; may be repeated [default: found in
    /// canonical URLs, CNAME or the sitemap]
    #[arg(long = "site", value_name = "URL", value_parser = host_of)]
    sites: Vec<String>,
    /// Leave this rule's findings; may be repeated
    #[arg(long, value_name = "RULE", value_parser = names(FIXABLE))]
    allow: Vec<String>,
    /// Change this rule's findings only; may be repeated
    #[arg(long, value_name = "RULE", value_parser = names(FIXABLE), conflicts_with = "allow")]
    only: Vec<String>,
    /// Change links of this kind only, as `trailmark audit` names kinds: link, canonical, sitemap, ...; may be repeated
    #[arg(long = "kind", value_name = "KIND", value_parser = kinds())]
    kinds: Vec<String>,
    /// Also change links whose redirect a rule of `_redirects` calls temporary (302, its default, 303, 307)
    #[arg(long)]
    temporary: bool,
    /// Also repair what this rule finds: links that lead to nothing now, where it is known what was meant; may be repeated
    #[arg(long, value_name = "RULE", value_parser = names(REPAIRABLE))]
    also: Vec<String>,
    /// What is passed over, and why: a rule, a pattern and a reason a line [default: .trailmark-audit here or beside DIST]
    #[arg(long, value_name = "FILE")]
    ignore_file: Option<PathBuf>,
    /// Targets of each rule that are shown in full; 0 for all [default: 10, in JSON 1000]
    #[arg(long, value_name = "N")]
    limit: Option<usize>,
    #[command(flatten)]
    site: SiteArgs,
    /// How the result is printed
    #[arg(long, value_enum, default_value_t = Format::Text, value_name = "FORMAT")]
    format: Format,
    /// Print neither progress nor notes
    #[arg(short, long)]
    quiet: bool,
}

const AFTER_HELP: &str = "\
Examples:
  trailmark fix dist --dry-run
          what would be changed, and where
  trailmark fix dist --diff | less
          the same, line by line
  trailmark fix dist && trailmark compile dist
          as the last steps of a build: the manifest is made from the files as they are then
  trailmark fix dist --kind canonical --kind sitemap --site https://example.com
          only what search engines read
  trailmark fix dist --temporary --also relative-slash
          short links too, and links that were written for the other form of their page's URL

Rules that are fixed: redirect, redirect-chain, canonical-redirects, sitemap-redirects.
With --also, links get a meaning that they did not have, since they lead to nothing now:
  relative-slash                 as from the page's URL with, or without, a slash at its end
  case-differs                   the only file that is called so but for capitals
  outside-base                   with the site's base in front
  relative-in-not-found-page     from the root, as seen from the place of the file

Left as they are, and counted with the reason: temporary redirects of _redirects, links whose redirect changes query or fragment, relative
links in pages that are served under any URL, names of feed entries. docs/FIX.md has all.

Exit status:
  0  done, or nothing to do
  1  with --dry-run or --diff: something would be changed
  2  a file could not be changed, or the site can't be used";

/// Runs the subcommand.
pub(crate) fn run(args: &Args) -> anyhow::Result<Exit> {
    let given = args.site_or_manifest.as_path();
    let dist = folder(given, args.dist.as_deref())?;
    let ignored = ignored(args.ignore_file.as_deref(), &dist)?;
    let progress = Progress::new(args.quiet);
    let source = Source::open_routes(given, &args.site, args.quiet, &progress)?;
    let manifest = source.manifest()?;
    let options = FixOptions {
        hosts: (!args.sites.is_empty()).then(|| args.sites.clone()),
        off: off(args),
        ignored,
        kinds: link_kinds(&args.kinds),
        temporary: args.temporary,
        also: rules(&args.also),
        write: !args.dry_run && !args.diff,
        limit: limit(args),
    };
    let diffs = args.diff.then(|| Diffs::new(&dist));
    let work = Work { progress: &progress, diffs: diffs.as_ref(), ended: ending::watch(options.write) };
    progress.counts("fixing", readable(&manifest));
    let report = fix(&manifest, &dist, &options, &work);
    progress.finish();
    let report = report?;
    if let Some(diffs) = diffs {
        diffs.finish()?;
    }
    if let (Some(origin), false) = (&report.origin, args.quiet) {
        let (host, because) = (output::shown(&origin.host), &origin.because);
        output::note(&format!(
            "took {host} for the site's own host: so say {because} (--site says otherwise)"
        ));
    }
    print(&report, args, &dist)?;
    after::tell(&report, given, &dist, args.quiet);
    let is_sound = after::check(&report, given, &args.site)?;
    exit(&report, is_sound)
}

fn exit(report: &FixReport, is_sound: bool) -> anyhow::Result<Exit> {
    if report.ended_early {
        bail!(
            "ended before all files were looked at; what was changed is whole, and `trailmark fix` again does the rest"
        );
    }
    let failures = report.problems.iter().filter(|problem| problem.is_failure).count();
    if failures > 0 {
        bail!("{} could not be changed", output::count(failures, "file"));
    }
    let would_change = !report.written && report.changed_links > 0;
    Ok(if would_change || !is_sound { Exit::Finding } else { Exit::Fine })
}

fn print(report: &FixReport, args: &Args, dist: &Path) -> anyhow::Result<()> {
    if args.diff {
        return Ok(());
    }
    match args.format {
        Format::Text => {
            let mut out = output::stdout();
            text::write(&mut out, report, dist, &args.site_or_manifest)?;
            out.flush()?;
        }
        Format::Json => {
            let mut out = output::raw_stdout();
            output::json_pretty(&mut out, report)?;
            out.flush()?;
        }
    }
    Ok(())
}

fn rules(names: &[String]) -> RuleSet {
    let mut set = RuleSet::default();
    names.iter().filter_map(|name| Rule::from_name(name)).for_each(|rule| set.insert(rule));
    set
}

fn off(args: &Args) -> RuleSet {
    let mut off = rules(&args.allow);
    let only = rules(&args.only);
    if !args.only.is_empty() {
        FIXABLE.iter().filter(|&&rule| !only.contains(rule)).for_each(|&rule| off.insert(rule));
        off.insert(Rule::RedirectAway);
    }
    off
}

fn link_kinds(names: &[String]) -> Option<LinkKinds> {
    let mut kinds = LinkKinds::default();
    let named = LinkKind::ALL.iter().filter(|kind| names.iter().any(|name| name == kind.as_str()));
    named.for_each(|&kind| kinds.insert(kind));
    (!names.is_empty()).then_some(kinds)
}

fn limit(args: &Args) -> usize {
    match (args.limit, args.format) {
        (Some(0), _) => usize::MAX,
        (Some(limit), _) => limit,
        (None, Format::Text) => 10,
        (None, Format::Json) => 1000,
    }
}

fn names(rules: &[Rule]) -> PossibleValuesParser {
    PossibleValuesParser::new(rules.iter().map(|rule| rule.name()))
}

fn kinds() -> PossibleValuesParser {
    PossibleValuesParser::new(LinkKind::ALL.iter().map(|kind| kind.as_str()))
}
