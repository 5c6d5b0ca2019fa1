//! `trailmark diff`: what a deploy changes, for people, programs and pull requests.

mod asked;
mod fail;
mod groups;
mod json;
mod lists;
mod markdown;
mod named;
mod text;

use std::path::{Path, PathBuf};

use anyhow::bail;
use trailmark_compare::{Comparison, Origin, Side};
use trailmark_compiler::hosts::{Host, Move};
use trailmark_compiler::options::Platform;

use self::fail::FailOn;
use self::named::Named;
use crate::access_log::LogArgs;
use crate::commands::hosts::moves;
use crate::exit::Exit;
use crate::hosted;
use crate::output::{self, ReportFormat};
use crate::site::SiteArgs;
use crate::source::Source;

/// Compare two versions of a site: what is gone, what redirects, what changes
///
/// Asks both about every path that either of them knows, and prints what differs, the most severe first: URLs that are found no
/// more, that start or stop to redirect or redirect elsewhere, that are served with other bytes or headers, and new ones. Pages that
/// went elsewhere are guessed by content and name, with the lines of `_redirects` that would keep them, each tried on the new site.
#[derive(Debug, clap::Args)]
#[command(after_long_help = AFTER_HELP)]
pub(crate) struct Args {
    /// The site as it is now: a manifest, or its folder, which is then compiled in memory
    #[arg(value_name = "OLD")]
    old: PathBuf,
    /// The site as it will be; may be left out with --platforms
    #[arg(value_name = "NEW", required_unless_present = "platforms")]
    new: Option<PathBuf>,
    /// Compile OLD for the one and NEW (or OLD again) for the other platform: what a move would change. Of platforms other than
    /// workers and pages (`netlify`, `vercel:clean-urls`; `trailmark hosts --help` lists them), the files of OLD are compared
    #[arg(long, value_name = "A,B", value_delimiter = ',', num_args = 1, conflicts_with = "platform")]
    platforms: Option<Vec<Host>>,
    #[command(flatten)]
    site: SiteArgs,
    /// Exit with 1 if there is something of these kinds; several with commas. With --log, if somebody asks for it
    #[arg(long, value_enum, value_name = "KINDS", value_delimiter = ',')]
    fail_on: Vec<FailOn>,
    /// How it is printed
    #[arg(long, value_enum, default_value_t = ReportFormat::Text, value_name = "FORMAT")]
    format: ReportFormat,
    /// How many pages of each kind are listed; 0 is all [default: 20, in JSON all]
    #[arg(long, value_name = "N")]
    limit: Option<usize>,
    /// Write every URL whose answer changes, one a line, to a file: what a CDN should forget. `-` is standard output, instead of the
    /// report
    #[arg(long, value_name = "FILE")]
    purge_list: Option<PathBuf>,
    /// Write the lines that would keep what is gone to a file. `-` is standard output, instead of the report
    #[arg(long, value_name = "FILE", conflicts_with = "no_renames")]
    redirect_lines: Option<PathBuf>,
    /// Do not look for pages that went elsewhere
    #[arg(long)]
    no_renames: bool,
    /// Count only what visitors ask for, in these access logs: how many requests would get another answer. Formats as for `trailmark
    /// replay`; `-` is standard input; may be given several times
    #[arg(long, value_name = "FILE", help_heading = "The log", conflicts_with = "purge_list")]
    log: Vec<PathBuf>,
    #[command(flatten)]
    reading: LogArgs,
    /// Where the site will be: makes the URLs of the purge list absolute, and decides rules that name a host
    #[arg(long = "site", value_name = "URL", value_parser = origin)]
    site_url: Option<Origin>,
    /// Do not say that folders were compiled
    #[arg(short, long)]
    quiet: bool,
}

const AFTER_HELP: &str = "\
Examples:
  trailmark diff site.trailmark dist
          what would deploying dist change?
  trailmark diff old-dist new-dist --fail-on gone,dead-ends
          a check that fails if URLs vanish
  trailmark diff main.trailmark dist --format markdown > comment.md
          for a pull request
  trailmark diff site.trailmark dist --purge-list - --site https://example.com
          what a CDN should forget
  trailmark diff site.trailmark dist --log access.log --fail-on gone,redirect-starts
          what would real visitors notice?
  trailmark diff --platforms workers,pages dist
          what moving from Workers to Pages would change
  trailmark diff --platforms netlify,workers dist --fail-on gone
          what moving from Netlify would change, by the files alone

Exit status:
  0  compared
  1  --fail-on names something that was found
  2  one of the two can't be used, or a log can't, or is not whole";

/// `https://example.com`; a path behind it is not wanted.
fn origin(text: &str) -> Result<Origin, String> {
    let (scheme, rest) = match text.split_once("://") {
        Some((scheme, rest)) if scheme.eq_ignore_ascii_case("https") => ("https", rest),
        Some((scheme, rest)) if scheme.eq_ignore_ascii_case("http") => ("http", rest),
        _ => return Err("write it as https://example.com".to_owned()),
    };
    let host = rest.strip_suffix('/').unwrap_or(rest);
    if host.is_empty() || host.contains(['/', '?', '#', '@', '\\']) || host.chars().any(char::is_whitespace) {
        return Err("write it as https://example.com, without a path".to_owned());
    }
    Ok(Origin { scheme, host: host.to_ascii_lowercase() })
}

/// Runs the subcommand.
pub(crate) fn run(args: Args) -> anyhow::Result<Exit> {
    args.check()?;
    let new_path = args.new.as_deref().unwrap_or(&args.old);
    let of_platforms = match args.platforms.as_deref() {
        None => [None, None],
        Some(&[one, other]) => match (compiled_for(one), compiled_for(other)) {
            (Some(one), Some(other)) => [Some(one), Some(other)],
            _ => return args.between_hosts(one, other),
        },
        Some(_) => bail!("--platforms takes two, as in `--platforms workers,pages`"),
    };
    let has_folder = args.old.is_dir() || new_path.is_dir();
    let open = |path: &Path, platform: Option<Platform>| {
        // What is said about folders is not said about a manifest beside one.
        let site = match (platform, path.is_dir() || !has_folder) {
            (Some(platform), _) => args.site.on_platform(platform),
            (None, true) => args.site.clone(),
            (None, false) => SiteArgs::default(),
        };
        Source::open(path, &site, args.quiet)
    };
    let (old, new) = (open(&args.old, of_platforms[0])?, open(new_path, of_platforms[1])?);
    let (old, new) = (old.manifest()?, new.manifest()?);
    let origin = args.site_url.clone().unwrap_or_default();
    let name = |path: &Path, platform: Option<Platform>| match platform {
        Some(platform) => format!("{} on {platform}", path.display()),
        None => path.display().to_string(),
    };
    let old = Named { name: name(&args.old, of_platforms[0]), side: Side::new(&old, &origin) };
    let new = Named { name: name(new_path, of_platforms[1]), side: Side::new(&new, &origin) };
    let found = Comparison::new(old.side, new.side, !args.no_renames);
    args.write_lists(&found)?;
    if !args.log.is_empty() {
        return asked::run(&args, &found, &old, &new);
    }
    if !args.takes_stdout() {
        args.print(&found, &old, &new)?;
    }
    Ok(fail::exit(&found, &args.fail_on))
}

/// The platform that manifests are made for, if a host is one with its own defaults.
fn compiled_for(host: Host) -> Option<Platform> {
    match host {
        Host::Workers => Some(Platform::Workers),
        Host::Pages => Some(Platform::Pages),
        _ => None,
    }
}

fn shown_path(path: Option<&Path>) -> String {
    path.map(|path| path.display().to_string()).unwrap_or_default()
}

impl Args {
    /// Options that do not go together, as far as the parser does not know.
    fn check(&self) -> anyhow::Result<()> {
        if self.log.is_empty() {
            if self.reading.is_said() {
                bail!("--host, --at-least and --most-paths are about a log: name it with --log");
            }
            return Ok(());
        }
        match self.fail_on.iter().find(|kind| !kind.is_of_urls()) {
            Some(kind) => bail!(
                "with --log, --fail-on counts requests, and {} is about the whole site: leave it out, or --log",
                kind.name()
            ),
            None => Ok(()),
        }
    }

    /// Compares what two hosts make of the same files.
    fn between_hosts(&self, from: Host, to: Host) -> anyhow::Result<Exit> {
        let is_unknown =
            |kind: &FailOn| !matches!(kind, FailOn::Gone | FailOn::Redirects | FailOn::New | FailOn::Any);
        if self.new.is_some() {
            bail!(
                "of {from} and {to}, one site's files are compared; leave {} out",
                shown_path(self.new.as_deref())
            );
        }
        if !self.log.is_empty() {
            bail!("between {from} and {to}, only files are compared, and no log is asked for");
        }
        if self.purge_list.is_some() || self.redirect_lines.is_some() || self.fail_on.iter().any(is_unknown) {
            bail!(
                "between {from} and {to}, only files are compared: no lists, and --fail-on gone, redirects, new or any alone"
            );
        }
        let files = hosted::open(&self.old, self.site.base(), self.quiet)?;
        let found = moves::run(&files, from, to, self.format, self.limit)?;
        let count = |kinds: &[Move]| found.moved.iter().filter(|moved| kinds.contains(&moved.kind)).count();
        let mut exit = Exit::Fine;
        for wanted in &self.fail_on {
            let kinds: &[Move] = match wanted {
                FailOn::Gone => &[Move::Gone],
                FailOn::Redirects => &[Move::Redirects, Move::Served, Move::OtherTarget],
                FailOn::New => &[Move::Found],
                _ => &Move::ALL,
            };
            if count(kinds) > 0 {
                output::warning(&format!("--fail-on: {}", output::count(count(kinds), "URL")));
                exit = Exit::Finding;
            }
        }
        Ok(exit)
    }

    fn print(&self, found: &Comparison<'_>, old: &Named<'_>, new: &Named<'_>) -> anyhow::Result<()> {
        let limit = self.most_listed();
        output::print_report(
            self.format,
            |mut out| text::write(&mut out, found, old, new, limit),
            |mut out| json::write(&mut out, found, old, new, limit),
            || markdown::text(found, old, new, limit),
        )
    }

    /// How many of each kind are listed.
    fn most_listed(&self) -> usize {
        match (self.limit, self.format) {
            (Some(0), _) | (None, ReportFormat::Json) => usize::MAX,
            (Some(limit), _) => limit,
            (None, _) => 20,
        }
    }

    fn takes_stdout(&self) -> bool {
        let is_stdout = |path: &Option<PathBuf>| path.as_deref().is_some_and(|path| path.as_os_str() == "-");
        is_stdout(&self.purge_list) || is_stdout(&self.redirect_lines)
    }

    fn write_lists(&self, found: &Comparison<'_>) -> anyhow::Result<()> {
        if let Some(path) = &self.purge_list {
            let site = self.site_url.as_ref().map(|site| format!("{}://{}", site.scheme, site.host));
            lists::to_place(path, |out| lists::purge(out, found, site.as_deref().unwrap_or_default()))?;
            if !found.zones.is_empty() && !self.quiet {
                output::note(&lists::unlisted(found));
            }
        }
        if let Some(path) = &self.redirect_lines {
            lists::to_place(path, |out| lists::redirects(out, found))?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_site_is_an_origin() {
        assert_eq!(
            origin("https://Example.com/"),
            Ok(Origin { scheme: "https", host: "example.com".into() })
        );
        assert_eq!(origin("http://h:8080"), Ok(Origin { scheme: "http", host: "h:8080".into() }));
        for text in ["example.com", "ftp://h", "https://", "https://h/docs", "https://u@h"] {
            assert!(origin(text).is_err(), "{text}");
        }
    }
}
