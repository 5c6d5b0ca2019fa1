//! A story as a person reads it.

use std::io::{self, Write};

use super::chain::Chain;
use super::steps::Step;
use super::story::{PathStory, Story};
use crate::output::{BOLD, Cell, DIM, GREEN, RED, Shown, Table, YELLOW, bytes, shown, status_style};
use crate::reply::AssetsReply;

/// Writes a story.
pub(super) fn write(out: &mut impl Write, story: &Story) -> io::Result<()> {
    let (url, _) = &story.answer;
    writeln!(out, "{BOLD}{} {}{BOLD:#}  {DIM}({}){DIM:#}", Shown(&story.method), shown(url), story.site)?;
    heading(out, "The path")?;
    write_path(out, &story.path)?;
    heading(out, "The rules that were tried, in the platform's order")?;
    story.steps.iter().enumerate().try_for_each(|(index, step)| write_step(out, index + 1, step))?;
    heading(out, "The answer")?;
    write_answer(out, story)?;
    if let Some(chain) = &story.redirects {
        heading(out, "Where it leads")?;
        write_chain(out, chain, story.script)?;
    }
    if !story.advice.is_empty() {
        heading(out, "What you can do")?;
        story.advice.iter().try_for_each(|advice| writeln!(out, "  {}", Shown(advice)))?;
    }
    if let Some(bug) = &story.bug {
        writeln!(out, "\n{RED}This is a bug in trailmark, please report it:{RED:#} {}", Shown(bug))?;
    }
    Ok(())
}

pub(super) fn heading(out: &mut impl Write, text: &str) -> io::Result<()> {
    writeln!(out, "\n{BOLD}{text}{BOLD:#}")
}

fn write_path(out: &mut impl Write, path: &PathStory) -> io::Result<()> {
    let mut line = |name: &str, value: &str, reasons: &[String]| {
        let note = if reasons.is_empty() { String::new() } else { format!("  ({})", reasons.join("; ")) };
        writeln!(out, "  {name:<9} {}{DIM}{}{DIM:#}", shown(value), Shown(&note))
    };
    line("received", &path.received, &[])?;
    let parsed = format!("{}{}", path.parsed, path.query);
    if parsed != path.received {
        line("parsed", &parsed, &path.parsing)?;
    }
    if !path.query.is_empty() {
        line("query", &path.query, &["no file is chosen by it; redirects keep it".to_owned()])?;
    }
    if let Some(rewritten) = &path.rewritten {
        line(
            "rewritten",
            rewritten,
            &["by a rule of _redirects; from here on, this path counts".to_owned()],
        )?;
    }
    let same = ["nothing to decode".to_owned()];
    let is_same = path.decoding.is_empty();
    line("decoded", &path.decoded, if is_same { &same } else { &path.decoding })?;
    line("form", &path.form, &[])
}

pub(super) fn write_step(out: &mut impl Write, number: usize, step: &Step) -> io::Result<()> {
    let (style, verdict) = if step.applies { (GREEN.bold(), "yes") } else { (DIM, "no ") };
    let mut summary = step.summary.split(". ").next().unwrap_or_default().to_owned();
    if step.applies {
        summary = step.summary.to_owned();
    }
    writeln!(out, "  {number:>2} {style}{verdict} {}{style:#}", Shown(&step.rule))?;
    writeln!(out, "         {DIM}{}{DIM:#}", Shown(&summary))?;
    writeln!(out, "         {}", Shown(&step.because))
}

fn write_answer(out: &mut impl Write, story: &Story) -> io::Result<()> {
    let (_, reply) = &story.answer;
    let Some(assets) = &reply.assets else {
        return writeln!(out, "  the {} answers; the build does not determine what", story.script);
    };
    let style = status_style(assets.status);
    writeln!(out, "  {style}{} {}{style:#}", assets.status, reason_phrase(assets.status))?;
    write_body(out, story, assets)?;
    for (name, value) in assets.headers.lines() {
        writeln!(out, "  {}: {}", Shown(name), shown(value))?;
    }
    for (line, path) in &assets.header_rules {
        writeln!(out, "  {DIM}_headers line {line} ({}) has its part in this{DIM:#}", shown(path))?;
    }
    if let Some(rule) = &story.rule {
        writeln!(out, "  {DIM}rule: {} ({}){DIM:#}", rule.name, rule.source)?;
        if rule.certainty != "certain" {
            writeln!(out, "  {YELLOW}this rule is {}, not proven{YELLOW:#}", rule.certainty)?;
        }
    }
    Ok(())
}

fn write_body(out: &mut impl Write, story: &Story, assets: &AssetsReply) -> io::Result<()> {
    let head = if story.method == "HEAD" { " (not sent: HEAD)" } else { "" };
    match (&assets.asset, assets.size) {
        (Some(asset), Some(size)) => writeln!(out, "  body: {}, {}{head}", shown(asset), bytes(size)),
        _ => writeln!(out, "  no body"),
    }
}

fn write_chain(out: &mut impl Write, chain: &Chain, script: &str) -> io::Result<()> {
    let mut table = Table::indented(2);
    for hop in &chain.hops {
        let status = match hop.status {
            Some(status) => Cell::new(status.to_string()).styled(status_style(status)),
            None => Cell::new(script),
        };
        let file = hop.asset.as_deref().unwrap_or_default();
        table.row([Cell::new(&hop.url), status, Cell::new(file), Cell::new(&hop.rule).styled(DIM)]);
    }
    table.write(out)?;
    match &chain.stops {
        Some(reason) => writeln!(out, "  {YELLOW}{}{YELLOW:#}", shown(reason)),
        None => Ok(()),
    }
}

/// The name of a status. Source: RFC 9110, section 15.
pub(super) fn reason_phrase(status: u16) -> &'static str {
    match status {
        200 => "OK",
        301 => "Moved Permanently",
        302 => "Found",
        303 => "See Other",
        304 => "Not Modified",
        307 => "Temporary Redirect",
        308 => "Permanent Redirect",
        400 => "Bad Request",
        403 => "Forbidden",
        404 => "Not Found",
        405 => "Method Not Allowed",
        500 => "Internal Server Error",
        _ => "",
    }
}
