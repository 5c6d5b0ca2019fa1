//! `trailmark resolve`: what URLs answer, as a table or as JSON lines.
//!
//! The JSON lines are a contract: one line out for each line in, in order, whatever the line holds. A line that can't be read
//! gives an error in its place, and the exit status tells that there was one.

mod lines;

use std::ffi::OsString;
use std::fs::File;
use std::io::{self, BufReader, Read, Write};
use std::path::{Path, PathBuf};

use anyhow::Context;
use trailmark::{Manifest, RequestPath, Scratch};
use trailmark_compiler::hosts::HostedSite;

use self::lines::{JsonRequest, Lines};
use crate::exit::Exit;
use crate::hosted;
use crate::output::{self, BOLD, CYAN, Cell, DIM, Format, RED, Table};
use crate::reply::Reply;
use crate::request::{RequestArgs, Wanted, check_get};
use crate::site::SiteArgs;
use crate::source::Source;

/// Ask what URLs answer
///
/// Prints, for each URL, the status, the file that is served or the place that is redirected to, and the rule that decided.
/// URLs are paths (`/about?x=1`) or absolute (`https://example.com/about`). With --requests they are read from a file, a JSON
/// object a line, and the answers are JSON lines too, one for each, in order.
#[derive(Debug, clap::Args)]
#[command(after_long_help = AFTER_HELP)]
pub(crate) struct Args {
    /// The manifest; or the site's folder, which is then compiled in memory
    #[arg(value_name = "MANIFEST")]
    manifest: PathBuf,
    /// What to ask for
    #[arg(value_name = "URL", required_unless_present = "requests", conflicts_with = "requests")]
    urls: Vec<OsString>,
    /// Read requests from a file, or with `-` from standard input: {"url": …, "method": …, "host": …, "headers": {…},
    /// "via": "router" | "binding"} a line; only `url` is required
    #[arg(long, value_name = "FILE", conflicts_with_all = ["method", "headers", "host", "via"])]
    requests: Option<PathBuf>,
    #[command(flatten)]
    request: RequestArgs,
    #[command(flatten)]
    site: SiteArgs,
    /// How answers are printed [default: text; json with --requests]
    #[arg(long, value_enum, value_name = "FORMAT")]
    format: Option<Format>,
    /// Do not say that a folder was compiled
    #[arg(short, long)]
    quiet: bool,
}

const AFTER_HELP: &str = "\
Examples:
  trailmark resolve dist.trailmark / /about.html /nowhere
  trailmark resolve dist.trailmark /about --header 'If-None-Match: \"0123\"' --format json
  echo '{\"url\": \"/about/?x=1\", \"method\": \"HEAD\"}' | trailmark resolve dist.trailmark --requests -
  trailmark resolve dist --platform pages /about/
          a folder instead of a manifest: compiled in memory
  trailmark resolve dist --platform vercel:clean-urls /about.html
          another host: what its table says about the files; `trailmark hosts` has them all side by side

An answer in JSON, on one line:
  {\"url\": \"/about/?x=1\", \"to\": \"assets\", \"status\": 307, \"location\": \"/about?x=1\", \"asset\": null,
   \"rule\": \"auto-trailing-slash/slash/to-page\", \"headers\": {\"location\": \"/about?x=1\"}}
`to` is \"assets\" or \"worker\"; for a Worker, all behind it is null. `asset` is the file whose bytes are the body.
What can't be asked for gives {\"error\": …} in its place.

Exit status:
  0  every URL has an answer (a 404 is an answer)
  2  a URL or line could not be read, or the manifest can't be used";

/// Runs the subcommand.
pub(crate) fn run(args: Args) -> anyhow::Result<Exit> {
    // A manifest says with which files another host is asked; a folder is compiled for it.
    if let Some((host, base)) = args.site.host().filter(|_| !args.manifest.is_dir()) {
        let files = hosted::open(&args.manifest, base, args.quiet)?;
        let site = HostedSite::new(&files, host)?;
        return answer_all(&args, Judge::Host(&site));
    }
    let source = Source::open(&args.manifest, &args.site, args.quiet)?;
    let manifest = source.manifest()?;
    answer_all(&args, Judge::Manifest(&manifest))
}

fn answer_all(args: &Args, judge: Judge<'_>) -> anyhow::Result<Exit> {
    let by_default = if args.requests.is_some() { Format::Json } else { Format::Text };
    let mut printer = Printer::new(args.format.unwrap_or(by_default));
    let mut asker = Asker { judge, scratch: Scratch::new() };
    match &args.requests {
        Some(path) => answer_lines(path, &mut asker, &mut printer)?,
        None => {
            for url in &args.urls {
                let answer = asker.ask(&args.request.wanted(url));
                printer.print(&url.to_string_lossy(), answer)?;
            }
        }
    }
    printer.finish()
}

fn answer_lines(path: &Path, asker: &mut Asker<'_>, printer: &mut Printer) -> anyhow::Result<()> {
    let input: Box<dyn Read> = if path.as_os_str() == "-" {
        Box::new(io::stdin())
    } else {
        Box::new(File::open(path).with_context(|| format!("cannot read {}", path.display()))?)
    };
    let mut lines = Lines::new(BufReader::with_capacity(64 * 1024, input));
    while let Some(line) = lines.next().with_context(|| format!("cannot read {}", path.display()))? {
        let number = line.number;
        let at_line = |error: anyhow::Error| error.context(format!("line {number}"));
        match line.text.and_then(JsonRequest::parse) {
            Ok(request) => {
                printer.print(&request.url, asker.ask(&request.wanted()).map_err(at_line))?;
            }
            Err(error) => printer.print("", Err(at_line(error)))?,
        }
        // Whoever writes line by line and waits for each answer gets it.
        if lines.would_wait() {
            printer.flush()?;
        }
    }
    Ok(())
}

/// Who answers.
enum Judge<'m> {
    Manifest(&'m Manifest<'m>),
    /// The table of another host.
    Host(&'m HostedSite<'m>),
}

/// Puts questions to a manifest or a host.
struct Asker<'m> {
    judge: Judge<'m>,
    scratch: Scratch,
}

impl Asker<'_> {
    fn ask(&mut self, wanted: &Wanted<'_>) -> anyhow::Result<Reply> {
        let url = wanted.parsed()?;
        let path = RequestPath::parse(&url.target, &mut self.scratch)?;
        match self.judge {
            Judge::Manifest(manifest) => Reply::of(manifest, &wanted.request(&url, path), wanted.via),
            Judge::Host(site) => {
                check_get(wanted)?;
                Ok(Reply::of_host(site.answer(&path)))
            }
        }
    }
}

/// Prints answers in their order.
struct Printer {
    sink: Sink,
    answers: u64,
    errors: u64,
}

/// Where they go.
enum Sink {
    Json(Box<dyn Write>),
    Text(Box<dyn Write>, Table),
}

/// Rows whose columns are aligned before the first of them is printed.
const BATCH: usize = 200;

impl Printer {
    fn new(format: Format) -> Printer {
        let sink = match format {
            Format::Json => Sink::Json(Box::new(output::raw_stdout())),
            Format::Text => {
                let mut table = Table::default();
                table.row(["URL", "STATUS", "ANSWER", "RULE"].map(|name| Cell::new(name).styled(BOLD)));
                Sink::Text(Box::new(output::stdout()), table)
            }
        };
        Printer { sink, answers: 0, errors: 0 }
    }

    fn print(&mut self, url: &str, answer: anyhow::Result<Reply>) -> io::Result<()> {
        self.answers += 1;
        self.errors += u64::from(answer.is_err());
        match (&mut self.sink, answer) {
            (Sink::Json(out), Ok(reply)) => output::json_line(out, &reply.line(url)),
            (Sink::Json(out), Err(error)) => output::json_line(out, &Refused { error: format!("{error:#}") }),
            (Sink::Text(out, table), answer) => {
                table.row(match answer {
                    Ok(reply) => row(url, &reply),
                    Err(error) => error_row(url, &error),
                });
                if table.len() < BATCH { Ok(()) } else { table.write(out) }
            }
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match &mut self.sink {
            Sink::Json(out) => out.flush(),
            Sink::Text(out, table) => {
                table.write(out)?;
                out.flush()
            }
        }
    }

    fn finish(mut self) -> anyhow::Result<Exit> {
        self.flush()?;
        if self.errors == 0 {
            return Ok(Exit::Fine);
        }
        let (errors, answers) = (output::grouped(self.errors), output::grouped(self.answers));
        output::warning(&format!(
            "{errors} of {answers} could not be asked for; the output says why, in their places"
        ));
        Ok(Exit::CouldNotRun)
    }
}

/// What stands in the place of an answer.
#[derive(serde::Serialize)]
struct Refused {
    error: String,
}

fn row(url: &str, reply: &Reply) -> Vec<Cell> {
    let rule = Cell::new(&reply.rule).styled(DIM);
    let Some(assets) = &reply.assets else {
        return vec![Cell::new(url), Cell::new("-"), Cell::new("the Worker answers").styled(CYAN), rule];
    };
    let answer = match (assets.location(), &assets.asset) {
        (Some(location), _) => Cell::new(format!("-> {location}")),
        (None, Some(asset)) => Cell::new(asset),
        (None, None) => Cell::new("(no body)").styled(DIM),
    };
    let status = Cell::new(assets.status.to_string()).styled(output::status_style(assets.status));
    vec![Cell::new(url), status, answer, rule]
}

fn error_row(url: &str, error: &anyhow::Error) -> Vec<Cell> {
    vec![Cell::new(url), Cell::new("error").styled(RED), Cell::new(format!("{error:#}")).styled(RED)]
}
