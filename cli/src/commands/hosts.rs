//! `trailmark hosts`: what URLs answer on every host that the table knows.

pub(super) mod moves;

use std::collections::BTreeSet;
use std::ffi::OsString;
use std::io::Write;
use std::path::PathBuf;

use serde::Serialize;
use trailmark::{RequestPath, Scratch};
use trailmark_compiler::Base;
use trailmark_compiler::hosts::{Host, HostAnswer, HostedSite};

use crate::exit::Exit;
use crate::hosted;
use crate::output::{self, BOLD, Cell, DIM, Format, ReportFormat, Table, YELLOW};
use crate::request::{Via, Wanted};

/// Show what URLs answer on other hosts: GitHub Pages, Netlify, Vercel, Firebase, nginx and more
///
/// Prints, for each URL, a line a host and setting: status, the file that is served or the place that is redirected to, the
/// rule that decided, and how well that rule is known: `certain` (read in the host's code or documentation, or its code was
/// asked), `measured` (seen on the running host), `assumed`. Where redirects lead to another redirect or to a miss, the end is
/// shown too. What hosts read beside the files (_redirects, vercel.json, ...) is left out.
#[derive(Debug, clap::Args)]
#[command(after_long_help = AFTER_HELP)]
pub(crate) struct Args {
    /// The site's folder, or a manifest
    #[arg(value_name = "DIST")]
    site: PathBuf,
    /// A path (`/about?x=1`) or an absolute URL
    #[arg(value_name = "URL", required_unless_present = "between", conflicts_with = "between")]
    urls: Vec<OsString>,
    /// Only these: a name (`vercel`: with all settings) or a name with settings (`vercel:clean-urls+trailing-slash=false`)
    #[arg(long = "host", value_name = "HOST", value_delimiter = ',')]
    hosts: Vec<String>,
    /// What moving the site from one host to another would change, for every URL that either of them answers
    #[arg(long = "move", value_name = "FROM,TO", conflicts_with_all = ["hosts", "why"])]
    between: Option<String>,
    /// With --move: how many URLs of each kind are listed; 0 is all [default: 20, in JSON all]
    #[arg(long, value_name = "N", requires = "between")]
    limit: Option<usize>,
    /// Tell what the rules say, and where they come from
    #[arg(long)]
    why: bool,
    /// The path below which the site hangs [default: /; a manifest knows its own]
    #[arg(long, value_name = "PATH")]
    base: Option<Base>,
    /// How it is printed; in JSON, an object a line, one for each URL and host
    #[arg(long, value_enum, default_value_t = Format::Text, value_name = "FORMAT")]
    format: Format,
    /// Do not say what was left out
    #[arg(short, long)]
    quiet: bool,
}

const AFTER_HELP: &str = "\
Hosts and settings:
  workers, workers:force-trailing-slash, workers:drop-trailing-slash, workers:none, pages
  github-pages, gitlab-pages, render, s3-website, caddy
  netlify, netlify:pretty-urls=off
  vercel, firebase         each with :clean-urls, :trailing-slash=false, :trailing-slash=true,
                           :clean-urls+trailing-slash=false, :clean-urls+trailing-slash=true
  azure                    with :trailing-slash=auto, :trailing-slash=always, :trailing-slash=never
  nginx, nginx:try-files   try_files $uri $uri.html $uri/ =404

Examples:
  trailmark hosts dist /about/
  trailmark hosts dist --host netlify,workers /about /about/ /about.html
  trailmark hosts dist --host vercel --why /about
  trailmark hosts dist.trailmark --host vercel:clean-urls --format json /nope.html
  trailmark hosts dist --move netlify,workers

Exit status:
  0  every URL has an answer on every host (a 404 is an answer)
  2  a URL could not be read, or the site can't be used";

/// Runs the subcommand.
pub(crate) fn run(args: &Args) -> anyhow::Result<Exit> {
    if let Some(between) = &args.between {
        let (from, to) = moves::parse(between)?;
        moves::run(
            &hosted::open(&args.site, args.base.as_ref(), args.quiet)?,
            from,
            to,
            match args.format {
                Format::Text => ReportFormat::Text,
                Format::Json => ReportFormat::Json,
            },
            args.limit,
        )?;
        return Ok(Exit::Fine);
    }
    let hosts = wanted(&args.hosts)?;
    let files = hosted::open(&args.site, args.base.as_ref(), args.quiet)?;
    let sites: Vec<HostedSite<'_>> =
        hosts.iter().map(|&host| HostedSite::new(&files, host)).collect::<Result<_, _>>()?;
    let mut exit = Exit::Fine;
    for (index, url) in args.urls.iter().enumerate() {
        let shown = url.to_string_lossy();
        let answers = match ask(&sites, url) {
            Ok(answers) => answers,
            Err(error) => {
                output::error(&error.context(format!("cannot ask for {}", output::shown(&shown))));
                exit = Exit::CouldNotRun;
                continue;
            }
        };
        match args.format {
            Format::Json => print_json(&shown, &answers)?,
            Format::Text => {
                print_table(&shown, &answers, index > 0)?;
                if args.why {
                    print_reasons(&answers)?;
                }
            }
        }
    }
    Ok(exit)
}

/// An answer, and where it leads if it is a redirect.
struct Asked {
    host: Host,
    answer: HostAnswer,
    end: Option<HostAnswer>,
}

/// The hosts that the texts mean, in the order of the table; all of them if there are no texts.
fn wanted(texts: &[String]) -> anyhow::Result<Vec<Host>> {
    if texts.is_empty() {
        return Ok(Host::ALL.to_vec());
    }
    let mut hosts = Vec::new();
    for text in texts {
        hosts.extend(Host::all_named(text.trim())?);
    }
    hosts.sort_unstable();
    hosts.dedup();
    Ok(hosts)
}

fn ask(sites: &[HostedSite<'_>], url: &OsString) -> anyhow::Result<Vec<Asked>> {
    let wanted =
        Wanted { url: url.as_encoded_bytes(), method: "GET", host: None, headers: &[], via: Via::Router };
    let parsed = wanted.parsed()?;
    let mut scratch = Scratch::new();
    let path = RequestPath::parse(&parsed.target, &mut scratch)?;
    let asked = |site: &HostedSite<'_>| {
        let answer = site.answer(&path);
        let end = site.end_of(&answer);
        Asked { host: site.host(), answer, end }
    };
    Ok(sites.iter().map(asked).collect())
}

/// A line of the output in JSON.
#[derive(Serialize)]
struct Line<'a> {
    url: &'a str,
    host: &'static str,
    status: u16,
    location: Option<&'a str>,
    file: Option<&'a str>,
    rule: &'static str,
    certainty: &'static str,
    summary: &'static str,
    source: &'static str,
    /// What the last of the redirects answers.
    ends: Option<End<'a>>,
}

#[derive(Serialize)]
struct End<'a> {
    status: u16,
    file: Option<&'a str>,
    rule: &'static str,
}

fn print_json(url: &str, answers: &[Asked]) -> anyhow::Result<()> {
    let mut out = output::raw_stdout();
    for Asked { host, answer, end } in answers {
        let end = end.as_ref();
        let line = Line {
            url,
            host: host.as_str(),
            status: answer.status,
            location: answer.location.as_deref(),
            file: answer.file.as_deref(),
            rule: answer.rule.name,
            certainty: answer.rule.certainty.as_str(),
            summary: answer.rule.summary,
            source: answer.rule.source,
            ends: end.map(|end| End { status: end.status, file: end.file.as_deref(), rule: end.rule.name }),
        };
        output::json_line(&mut out, &line)?;
    }
    Ok(out.flush()?)
}

fn print_table(url: &str, answers: &[Asked], is_further: bool) -> anyhow::Result<()> {
    let mut out = output::stdout();
    if is_further {
        writeln!(out)?;
    }
    writeln!(out, "{BOLD}{}{BOLD:#}", output::shown(url))?;
    let mut table = Table::indented(2);
    table.row(["HOST", "STATUS", "ANSWER", "RULE", "KNOWN"].map(|name| Cell::new(name).styled(BOLD)));
    for asked in answers {
        table.row(row(asked));
    }
    table.write(&mut out)?;
    Ok(out.flush()?)
}

/// The rules that answered, each once, in the order of the hosts.
fn print_reasons(answers: &[Asked]) -> anyhow::Result<()> {
    let mut out = output::stdout();
    let mut told = BTreeSet::new();
    writeln!(out)?;
    for rule in answers.iter().map(|asked| asked.answer.rule) {
        if told.insert(rule.name) {
            writeln!(out, "  {}", rule.name)?;
            writeln!(out, "    {}", rule.summary)?;
            writeln!(out, "    {DIM}{}: {}{DIM:#}", rule.certainty.as_str(), rule.source)?;
        }
    }
    Ok(out.flush()?)
}

fn row(asked: &Asked) -> Vec<Cell> {
    let Asked { host, answer, end } = asked;
    let status = Cell::new(answer.status.to_string()).styled(output::status_style(answer.status));
    let known = answer.rule.certainty.as_str();
    let known =
        if known == "certain" { Cell::new(known).styled(DIM) } else { Cell::new(known).styled(YELLOW) };
    let rule = Cell::new(answer.rule.name).styled(DIM);
    vec![Cell::new(host.as_str()), status, body(answer, end.as_ref()), rule, known]
}

/// What the answer shows, and what a redirect comes to if that is no file.
fn body(answer: &HostAnswer, end: Option<&HostAnswer>) -> Cell {
    match (&answer.location, &answer.file, end) {
        (Some(location), _, Some(end)) if end.location.is_some() => {
            Cell::new(format!("-> {location} (in a circle)"))
        }
        (Some(location), _, Some(end)) if end.status != 200 => {
            Cell::new(format!("-> {location} ({})", end.status))
        }
        (Some(location), ..) => Cell::new(format!("-> {location}")),
        (None, Some(file), _) => Cell::new(file),
        (None, None, _) => Cell::new("(no file of the site)").styled(DIM),
    }
}
