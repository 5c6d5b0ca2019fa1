//! `trailmark inspect`: what a manifest holds.

mod listing;
mod overview;

use std::io::Write;
use std::path::PathBuf;

use crate::exit::Exit;
use crate::output::{self, Format};
use crate::site::SiteArgs;
use crate::source::Source;

/// Show what a manifest holds
///
/// Prints format, identity, sections with their sizes, how the site is served, and how many answers each rule gave. With
/// --routes or --assets, lists every stored answer or every file instead.
#[derive(Debug, clap::Args)]
#[command(after_long_help = AFTER_HELP)]
pub(crate) struct Args {
    /// The manifest; or the site's folder, which is then compiled in memory
    #[arg(value_name = "MANIFEST")]
    manifest: PathBuf,
    /// List every path that has a stored answer, sorted
    #[arg(long, conflicts_with = "assets")]
    routes: bool,
    /// List every file, sorted
    #[arg(long)]
    assets: bool,
    #[command(flatten)]
    site: SiteArgs,
    /// How it is printed; lists in JSON are an object a line
    #[arg(long, value_enum, default_value_t = Format::Text, value_name = "FORMAT")]
    format: Format,
    /// Do not say that a folder was compiled
    #[arg(short, long)]
    quiet: bool,
}

const AFTER_HELP: &str = "\
Examples:
  trailmark inspect dist.trailmark
  trailmark inspect dist.trailmark --routes
  trailmark inspect dist.trailmark --assets --format json | jq -r .canonical_url
  trailmark inspect dist --platform pages --routes
          a folder instead of a manifest: compiled in memory

Exit status:
  0  shown
  2  the manifest can't be used";

/// Runs the subcommand.
pub(crate) fn run(args: Args) -> anyhow::Result<Exit> {
    let source = Source::open(&args.manifest, &args.site, args.quiet)?;
    let manifest = source.manifest()?;
    match (args.format, args.routes, args.assets) {
        (Format::Text, false, false) => {
            let mut out = output::stdout();
            overview::Overview::new(&args.manifest, &manifest).write_text(&mut out)?;
            out.flush()?;
        }
        (Format::Json, false, false) => {
            let mut out = output::raw_stdout();
            output::json_pretty(&mut out, &overview::Overview::new(&args.manifest, &manifest))?;
            out.flush()?;
        }
        (format, true, _) => listing::print(listing::routes(&manifest), format)?,
        (format, false, true) => listing::print(listing::assets(&manifest), format)?,
    }
    Ok(Exit::Fine)
}
