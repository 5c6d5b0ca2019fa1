//! `trailmark explain`: the whole decision about a URL, told so that somebody who has never seen the rules understands it.

mod chain;
mod each;
mod front;
mod hints;
mod host;
mod path;
mod steps;
mod story;
mod text;

use std::ffi::OsString;
use std::path::PathBuf;

use trailmark_compiler::hosts::{Host, HostedSite};

use self::each::each;
use self::story::Teller;
use crate::exit::Exit;
use crate::hosted;
use crate::output::Format;
use crate::request::RequestArgs;
use crate::site::SiteArgs;
use crate::source::Source;

/// Explain, step by step, why a URL answers what it does
///
/// Prints the path as it came, as it is parsed and decoded, each rule that was tried and why it did or did not apply, the
/// answer with its headers, where redirects end, and what to change to get another answer. The answer is the manifest's own;
/// the steps are worked out anew from the files that it lists, and the two must agree.
#[derive(Debug, clap::Args)]
#[command(after_long_help = AFTER_HELP)]
pub(crate) struct Args {
    /// The manifest; or the site's folder, which is then compiled in memory
    #[arg(value_name = "MANIFEST")]
    manifest: PathBuf,
    /// A path (`/about?x=1`) or an absolute URL
    #[arg(value_name = "URL", required = true)]
    urls: Vec<OsString>,
    #[command(flatten)]
    request: RequestArgs,
    #[command(flatten)]
    site: SiteArgs,
    /// How it is printed; in JSON, an object a line
    #[arg(long, value_enum, default_value_t = Format::Text, value_name = "FORMAT")]
    format: Format,
    /// Do not say that a folder was compiled
    #[arg(short, long)]
    quiet: bool,
}

const AFTER_HELP: &str = "\
Examples:
  trailmark explain dist.trailmark /about.html
  trailmark explain dist.trailmark /blog/ '/caf%C3%A9' '//about' /nowhere
  trailmark explain dist.trailmark / --header 'If-None-Match: \"0123456789abcdef0123456789abcdef\"'
  trailmark explain dist --platform pages /about/index
          a folder instead of a manifest: compiled in memory
  trailmark explain dist --platform netlify /About
          another host: its rules, and how well each is known

Exit status:
  0  explained (a 404 is an answer, too)
  2  a URL could not be read, or the manifest can't be used";

/// Runs the subcommand.
pub(crate) fn run(args: Args) -> anyhow::Result<Exit> {
    if let Some((host, base)) = args.site.host().filter(|_| !args.manifest.is_dir()) {
        let files = hosted::open(&args.manifest, base, args.quiet)?;
        return host::run(&args, &HostedSite::new(&files, host)?, None);
    }
    let source = Source::open(&args.manifest, &args.site, args.quiet)?;
    let manifest = source.manifest()?;
    if let Some(host) = manifest.host() {
        let files = hosted::files_in(&manifest)?;
        return host::run(&args, &HostedSite::new(&files, host.parse::<Host>()?)?, Some(&manifest));
    }
    let teller = Teller::new(&manifest)?;
    let mut has_bug = false;
    let tell = |url: &OsString| {
        let story = teller.tell(&args.request.wanted(url))?;
        has_bug |= story.bug.is_some();
        Ok(story)
    };
    let exit = each(&args.urls, args.format, tell, |mut out, story| text::write(&mut out, story))?;
    Ok(if has_bug { Exit::CouldNotRun } else { exit })
}
