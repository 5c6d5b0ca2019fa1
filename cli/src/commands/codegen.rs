//! `trailmark codegen`: a folder in, a Rust module out, whose tables give the answers with no file at all.

use std::io::{self, Write};
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use serde::Serialize;
use trailmark_compiler::codegen::{self, Module};
use trailmark_compiler::{check_output, write};

use super::compile::{report_empty, report_warnings};
use crate::exit::Exit;
use crate::output::{self, BOLD, Cell, Format, Table, bytes, grouped};
use crate::progress::Progress;
use crate::site::{self, Plan, SiteArgs};

/// Write a site's routes as a Rust module, for programs that want no file at all
///
/// Compiles DIST as `trailmark compile` does, and writes what each request path answers as tables of a Rust module instead of a
/// manifest. The module has one public item, `SITE`, which is asked as a manifest is; it needs the crate `trailmark` with feature
/// `tables`. Equal sites and options give equal bytes. For sites of more than some thousand pages an embedded manifest
/// (`include_bytes!`) is the better choice: docs/CODEGEN.md has figures.
#[derive(Debug, clap::Args)]
#[command(after_long_help = AFTER_HELP)]
pub(crate) struct Args {
    /// The folder that the site's build wrote [default: the one that the configuration file names]
    dist: Option<PathBuf>,
    /// Where the module goes, outside of DIST; `-` is standard output
    #[arg(short, long, value_name = "FILE")]
    output: PathBuf,
    #[command(flatten)]
    site: SiteArgs,
    /// Take warnings and notes for errors: odd configuration, links that are not followed, an empty folder, a large site
    #[arg(long)]
    strict: bool,
    /// Print neither progress nor notes nor the summary
    #[arg(short, long)]
    quiet: bool,
    /// How the summary is printed
    #[arg(long, value_enum, default_value_t = Format::Text, value_name = "FORMAT")]
    format: Format,
}

const AFTER_HELP: &str = "\
Examples:
  trailmark codegen dist -o src/routes.rs
          then, in the program: `mod routes;` and `routes::SITE.answer(&request)`
  trailmark codegen dist --platform pages -o - | less
          the module on standard output, with Pages' answers

Exit status:
  0  the module is written
  2  it is not: the message says why, and nothing was changed";

/// Runs the subcommand.
pub(crate) fn run(args: Args) -> anyhow::Result<Exit> {
    let to_stdout = args.output.as_os_str() == "-";
    if to_stdout && args.format == Format::Json {
        bail!("standard output can't hold both the module (-o -) and the summary (--format json)");
    }
    let plan = site::plan(args.dist.as_deref(), &args.site)?;
    report_warnings(&plan, args.strict)?;
    if !to_stdout {
        check_output(&args.output, &plan.dist)?;
    }
    let progress = Progress::new(args.quiet);
    let compiled = trailmark_compiler::compile(&plan.dist, &plan.options(args.strict), &progress);
    progress.finish();
    let compiled = compiled?;
    report_empty(&plan, &compiled, args.strict)?;
    if !args.quiet {
        plan.notes.iter().for_each(|note| output::note(note));
        site::report_notes(&compiled.report);
    }
    let module = codegen::module(&compiled.bytes)
        .with_context(|| format!("no module is made of {}", plan.dist.display()))?;
    report_size(&module, args.strict)?;
    put(&args.output, to_stdout, &module)?;
    let summary = Summary::new(&plan, &args.output, to_stdout, &module);
    match args.format {
        Format::Json => {
            let mut out = output::raw_stdout();
            output::json_pretty(&mut out, &summary)?;
            out.flush()?;
        }
        Format::Text if args.quiet => {}
        Format::Text if to_stdout => output::plain_message(&summary.plain_text()?),
        Format::Text => {
            let mut out = output::stdout();
            summary.write_text(&mut out)?;
            out.flush()?;
        }
    }
    Ok(Exit::Fine)
}

fn report_size(module: &Module, strict: bool) -> anyhow::Result<()> {
    if !module.is_large() {
        return Ok(());
    }
    let rows = grouped((module.stems + module.assets) as u64);
    let message = format!(
        "{rows} files and stems are many for compiled-in tables: the compiler will take long over them. Consider a manifest \
         (`trailmark compile`) that is embedded with `include_bytes!`"
    );
    if strict {
        bail!(message);
    }
    output::warning(&message);
    Ok(())
}

fn put(path: &Path, to_stdout: bool, module: &Module) -> anyhow::Result<()> {
    if to_stdout {
        let mut out = output::raw_stdout();
        out.write_all(module.text.as_bytes())?;
        out.flush()?;
    } else {
        write(path, module.text.as_bytes())?;
    }
    Ok(())
}

/// What became of a site.
#[derive(Debug, Serialize)]
struct Summary<'p> {
    dist: String,
    module: String,
    bytes: usize,
    stems: usize,
    shapes: usize,
    files: usize,
    is_large: bool,
    #[serde(skip)]
    plan: &'p Plan,
}

impl<'p> Summary<'p> {
    fn new(plan: &'p Plan, path: &Path, to_stdout: bool, module: &Module) -> Self {
        Summary {
            dist: plan.dist.display().to_string(),
            module: if to_stdout { "standard output".to_owned() } else { path.display().to_string() },
            bytes: module.text.len(),
            stems: module.stems,
            shapes: module.shapes,
            files: module.assets,
            is_large: module.is_large(),
            plan,
        }
    }

    fn write_text(&self, out: &mut impl Write) -> io::Result<()> {
        writeln!(out, "{BOLD}{} -> {}{BOLD:#}", output::shown(&self.dist), output::shown(&self.module))?;
        let mut table = Table::indented(2);
        let mut add = |name, value: String| table.row([Cell::new(name), Cell::new(value)]);
        add("answers of", self.plan.in_words());
        add("files", grouped(self.files as u64));
        add("stems", format!("{}, of {} shapes", grouped(self.stems as u64), grouped(self.shapes as u64)));
        add("module", bytes(self.bytes as u64));
        table.write(out)
    }

    /// The text without styles.
    fn plain_text(&self) -> io::Result<String> {
        let mut out = anstream::StripStream::new(Vec::new());
        self.write_text(&mut out)?;
        Ok(String::from_utf8_lossy(&out.into_inner()).into_owned())
    }
}
