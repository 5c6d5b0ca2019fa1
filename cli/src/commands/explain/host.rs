//! The decision of another host about a URL: the rows of its table that were tried, and how well the one that answers is known.

use std::ffi::OsString;
use std::io::{self, Write};

use anyhow::bail;
use serde::Serialize;
use trailmark::{Manifest, RequestPath, Scratch};
use trailmark_compiler::hosts::{Finding, Host, HostAnswer, HostedSite, RuleNote};

use super::Args;
use super::each::each;
use super::steps::Step;
use super::text::{heading, reason_phrase, write_step};
use crate::exit::Exit;
use crate::output::{BOLD, DIM, YELLOW, shown, status_style};
use crate::request::check_get;

/// Everything there is to say about a URL on another host.
#[derive(Debug, Serialize)]
struct Story {
    url: String,
    platform: &'static str,
    #[serde(skip)]
    title: &'static str,
    /// As a URL parser leaves it.
    parsed: String,
    query: String,
    /// As the rules read it; `None` if the host refuses it.
    path: Option<String>,
    steps: Vec<Step>,
    answer: Answer,
    rule: Rule,
    /// What the last of the redirects answers.
    ends: Option<Answer>,
}

#[derive(Debug, Serialize)]
struct Answer {
    status: u16,
    location: Option<String>,
    asset: Option<String>,
    rule: &'static str,
}

#[derive(Debug, Serialize)]
struct Rule {
    name: &'static str,
    summary: &'static str,
    source: &'static str,
    certainty: &'static str,
}

/// Explains every URL.
/// The answers are those of the manifest, if there is one: the steps are worked out anew from its files, and the two must agree.
pub(super) fn run(
    args: &Args,
    site: &HostedSite<'_>,
    manifest: Option<&Manifest<'_>>,
) -> anyhow::Result<Exit> {
    let tell = |url: &OsString| tell(args, site, url, manifest);
    each(&args.urls, args.format, tell, |mut out, story| write(&mut out, story))
}

fn tell(
    args: &Args,
    site: &HostedSite<'_>,
    url: &OsString,
    manifest: Option<&Manifest<'_>>,
) -> anyhow::Result<Story> {
    let wanted = args.request.wanted(url);
    check_get(&wanted)?;
    let parsed = wanted.parsed()?;
    let mut scratch = Scratch::new();
    let path = RequestPath::parse(&parsed.target, &mut scratch)?;
    let answer = site.answer(&path);
    if let Some(manifest) = manifest {
        check_agreement(manifest, &path, &answer)?;
    }
    let host: Host = site.host();
    let mut steps: Vec<Step> = site.trace(&path).iter().map(step).collect();
    if steps.last().is_none_or(|step| step.rule != answer.rule.name) {
        steps.push(Step::of(answer.rule.name, answer.rule.summary, true, miss(&answer)));
    }
    Ok(Story {
        url: url.to_string_lossy().into_owned(),
        platform: host.as_str(),
        title: host.title(),
        parsed: path.path().to_owned(),
        query: path.query().to_owned(),
        path: site.read_path(&path),
        steps,
        ends: site.end_of(&answer).map(Answer::of),
        rule: Rule::of(&answer.rule),
        answer: Answer::of(answer),
    })
}

/// What the manifest answers is what its files and the host's rules say.
fn check_agreement(
    manifest: &Manifest<'_>,
    path: &RequestPath<'_>,
    answer: &HostAnswer,
) -> anyhow::Result<()> {
    let found = manifest.lookup(path);
    let location = found.location().map(|location| location.to_string());
    let rule = manifest.rule_name(found.rule());
    if (found.status(), location.as_ref(), rule)
        != (answer.status, answer.location.as_ref(), answer.rule.name)
    {
        bail!(
            "the manifest answers {} by {rule}, its files by the rules of this version {} by {}: was it made by another version? \
             (`trailmark verify` finds damage)",
            found.status(),
            answer.status,
            answer.rule.name
        );
    }
    Ok(())
}

fn step((rule, finding): &(RuleNote, Finding)) -> Step {
    let because = match finding {
        Finding::Applies => "so it answers".to_owned(),
        Finding::NoFile(name) => format!("there is no file {name}"),
        Finding::NoFolder(name) if name.is_empty() => "the site is empty".to_owned(),
        Finding::NoFolder(name) => format!("there is no folder {name}"),
        Finding::NothingInLowerCase => "nothing answers the path in lower case".to_owned(),
    };
    Step::of(rule.name, rule.summary, *finding == Finding::Applies, because)
}

/// Why the rule for what no row answers is the one.
fn miss(answer: &HostAnswer) -> String {
    if answer.status == 400 {
        return "the path can't be read".to_owned();
    }
    match &answer.file {
        Some(file) => format!("no rule above answers; there is a file {file}"),
        None => "no rule above answers".to_owned(),
    }
}

impl Answer {
    fn of(answer: HostAnswer) -> Answer {
        let HostAnswer { status, location, file, rule } = answer;
        Answer { status, location, asset: file, rule: rule.name }
    }
}

impl Rule {
    fn of(rule: &RuleNote) -> Rule {
        let RuleNote { name, summary, source, certainty } = *rule;
        Rule { name, summary, source, certainty: certainty.as_str() }
    }
}

fn write(out: &mut impl Write, story: &Story) -> io::Result<()> {
    let title = story.title.replace('`', "");
    writeln!(out, "{BOLD}GET {}{BOLD:#}  {DIM}({title}){DIM:#}", shown(&story.url))?;
    heading(out, "The path")?;
    writeln!(out, "  parsed    {}{}", shown(&story.parsed), shown(&story.query))?;
    match &story.path {
        Some(path) => writeln!(out, "  read as   {}", shown(path))?,
        None => writeln!(out, "  refused: it can't be decoded")?,
    }
    heading(out, "The rules that were tried, in the host's order")?;
    story.steps.iter().enumerate().try_for_each(|(index, step)| write_step(out, index + 1, step))?;
    heading(out, "The answer")?;
    write_answer(out, &story.answer)?;
    writeln!(
        out,
        "  {DIM}rule: {} ({}: {}){DIM:#}",
        story.rule.name, story.rule.certainty, story.rule.source
    )?;
    if story.rule.certainty != "certain" {
        writeln!(out, "  {YELLOW}this rule is {}, not proven{YELLOW:#}", story.rule.certainty)?;
    }
    if let Some(end) = &story.ends {
        heading(out, "Where it leads")?;
        write_answer(out, end)?;
    }
    Ok(())
}

fn write_answer(out: &mut impl Write, answer: &Answer) -> io::Result<()> {
    let style = status_style(answer.status);
    writeln!(out, "  {style}{} {}{style:#}", answer.status, reason_phrase(answer.status))?;
    match (&answer.location, &answer.asset) {
        (Some(location), _) => writeln!(out, "  location: {}", shown(location)),
        (None, Some(asset)) => writeln!(out, "  body: {}", shown(asset)),
        (None, None) => writeln!(out, "  no file of the site"),
    }
}
