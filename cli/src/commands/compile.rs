//! `trailmark compile`: a folder in, a manifest out, and a summary of what became of the site.

mod summary;

use std::io::{IsTerminal, Write};
use std::path::PathBuf;
use std::time::Instant;

use anyhow::{Context, bail};
use trailmark::Manifest;
use trailmark_compiler::{
    CompileError, CompileOptions, Compiled, check_output, default_cache, default_output, write,
};

use crate::exit::Exit;
use crate::output::{self, Format};
use crate::progress::Progress;
use crate::site::{self, Plan, SiteArgs};

/// Compile a site's build output into a manifest
///
/// Reads every file of DIST once, and the next time only those that have changed; works out what each request path answers, and writes the manifest: by default
/// DIST.trailmark, beside the folder and never inside it. How the site is served is read from its wrangler.jsonc,
/// wrangler.json or wrangler.toml; the options below win over the file. The manifest is put in its place in one step, so a
/// server that has the old one open keeps it whole.
#[derive(Debug, clap::Args)]
#[command(after_long_help = AFTER_HELP)]
pub(crate) struct Args {
    /// The folder that the site's build wrote [default: the one that the configuration file names]
    dist: Option<PathBuf>,
    /// Where the manifest goes; `-` is standard output [default: DIST.trailmark]
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
    #[command(flatten)]
    site: SiteArgs,
    /// Take warnings and notes for errors: odd configuration, links that are not followed, an empty folder
    #[arg(long)]
    strict: bool,
    /// Where the hashes of the files are kept, so that the next time only files that have changed are read [default: beside the
    /// manifest, with `.cache` behind its name]
    #[arg(long, value_name = "FILE", num_args = 0..=1)]
    cache: Option<Option<PathBuf>>,
    /// Read and hash every file, and keep no hashes
    #[arg(long, conflicts_with = "cache")]
    no_cache: bool,
    /// Threads that read and hash [default: one for each processor]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024))]
    threads: Option<u16>,
    /// Print neither progress nor notes nor the summary
    #[arg(short, long)]
    quiet: bool,
    /// How the summary is printed
    #[arg(long, value_enum, default_value_t = Format::Text, value_name = "FORMAT")]
    format: Format,
}

const AFTER_HELP: &str = "\
Examples:
  trailmark compile dist
          with the wrangler.jsonc beside dist/ or here, if there is one
  trailmark compile
          the folder that wrangler.jsonc names
  trailmark compile dist --platform pages -o /srv/site.trailmark
          answers as Cloudflare Pages gives them
  trailmark compile dist --not-found-handling single-page-application --strict
          without a configuration file, and nothing overlooked
  trailmark compile dist --no-cache
          without trust in the sizes and times of files; `trailmark verify --dist` checks likewise

Exit status:
  0  the manifest is written
  2  it is not: the message says why, and nothing was changed";

/// Runs the subcommand.
pub(crate) fn run(args: Args) -> anyhow::Result<Exit> {
    use_threads(args.threads)?;
    if let Some(Some(cache)) = &args.cache
        && cache.is_dir()
    {
        let cache = cache.display();
        bail!(
            "the hash cache {cache} is a directory; name a file (--cache FILE), or the folder before --cache"
        );
    }
    let plan = site::plan(args.dist.as_deref(), &args.site)?;
    report_warnings(&plan, args.strict)?;
    let output = Output::new(&args, &plan)?;
    let progress = Progress::new(args.quiet);
    let options = CompileOptions { cache: output.cache(&args), ..plan.options(args.strict) };
    let compiled = trailmark_compiler::compile(&plan.dist, &options, &progress);
    progress.finish();
    let compiled = compiled?;
    report_empty(&plan, &compiled, args.strict)?;
    if !args.quiet {
        plan.notes.iter().for_each(|note| output::note(note));
        site::report_notes(&compiled.report);
    }
    let started = Instant::now();
    output.write(&compiled.bytes)?;
    let note = keep(&compiled);
    let write_time = started.elapsed();
    if !args.quiet {
        compiled.report.cache_note.iter().chain(&note).for_each(|note| output::warning(note));
    }
    let manifest =
        Manifest::open(&compiled.bytes).context("the manifest just made can't be opened: a bug")?;
    let summary = summary::Summary::new(&plan, output.shown(), &compiled, &manifest, write_time);
    match (args.format, &output) {
        (Format::Json, _) => summary.print_json()?,
        (Format::Text, _) if args.quiet => {}
        (Format::Text, Output::Stdout) => output::plain_message(&summary.text()?),
        (Format::Text, Output::File(_)) => summary.print_text()?,
    }
    Ok(Exit::Fine)
}

fn use_threads(threads: Option<u16>) -> anyhow::Result<()> {
    let Some(threads) = threads else { return Ok(()) };
    let pool = rayon::ThreadPoolBuilder::new().num_threads(threads.into());
    pool.build_global().with_context(|| format!("cannot start {threads} threads"))
}

/// Warnings about the configuration, before the long work begins.
pub(super) fn report_warnings(plan: &Plan, strict: bool) -> anyhow::Result<()> {
    if strict && !plan.warnings.is_empty() {
        return Err(CompileError::Strict { notes: plan.warnings.clone() }.into());
    }
    plan.warnings.iter().for_each(|warning| output::warning(warning));
    Ok(())
}

/// Says so if there is nothing to serve.
pub(super) fn report_empty(plan: &Plan, compiled: &Compiled, strict: bool) -> anyhow::Result<()> {
    if compiled.report.files > 0 {
        return Ok(());
    }
    let message = format!(
        "{} holds no file that can be served, so every request is a miss; has the site been built, and into this folder?",
        plan.dist.display()
    );
    if strict {
        return Err(CompileError::Strict { notes: vec![message] }.into());
    }
    output::warning(&message);
    Ok(())
}

/// Writes the hash cache. The manifest is in its place already, and as good without; so a failure is only told.
fn keep(compiled: &Compiled) -> Option<String> {
    let cache = compiled.cache.as_ref()?;
    let error = cache.write().err()?;
    let path = cache.path().display();
    Some(format!("the hash cache {path} can't be written ({error}); the next compilation hashes again"))
}

/// Where the manifest goes.
#[derive(Debug)]
enum Output {
    Stdout,
    File(PathBuf),
}

impl Output {
    /// Finds out before the long work whether the manifest can be written at all.
    fn new(args: &Args, plan: &Plan) -> anyhow::Result<Output> {
        if args.output.as_ref().is_some_and(|output| output.as_os_str() == "-") {
            if args.format == Format::Json {
                bail!("standard output can't hold both the manifest (-o -) and the summary (--format json)");
            }
            if std::io::stdout().is_terminal() {
                bail!("the manifest is no text; name a file (-o FILE), or send standard output into one");
            }
            return Ok(Output::Stdout);
        }
        let path = args.output.clone().unwrap_or_else(|| default_output(&plan.dist));
        check_output(&path, &plan.dist)?;
        Ok(Output::File(path))
    }

    /// Where the hash cache is. Standard output has no place beside it.
    fn cache(&self, args: &Args) -> Option<PathBuf> {
        match (&args.cache, self) {
            _ if args.no_cache => None,
            (Some(Some(path)), _) => Some(path.clone()),
            (_, Output::File(path)) => default_cache(path),
            (_, Output::Stdout) => None,
        }
    }

    fn write(&self, manifest: &[u8]) -> anyhow::Result<()> {
        match self {
            Output::File(path) => write(path, manifest)?,
            Output::Stdout => {
                let mut out = output::raw_stdout();
                out.write_all(manifest)?;
                out.flush()?;
            }
        }
        Ok(())
    }

    fn shown(&self) -> String {
        match self {
            Output::Stdout => "standard output".to_owned(),
            Output::File(path) => path.display().to_string(),
        }
    }
}
