//! The `trailmark` command: parses the arguments, dispatches to a subcommand, prints what went wrong once.

mod access_log;
mod commands;
mod exit;
mod hosted;
mod output;
mod platform;
mod progress;
mod reply;
mod request;
mod site;
mod source;

use std::ffi::OsString;
use std::process::ExitCode;

use clap::{Parser, Subcommand};

use crate::commands::{
    audit, bench, codegen, compile, diff, explain, fix, hosts, inspect, replay, report, resolve, serve,
    verify,
};
use crate::exit::Exit;
use crate::output::Colour;

/// Compile a static site into a routing manifest, and ask it what any URL answers
///
/// Trailmark works out, at build time, what Cloudflare Workers static assets or Cloudflare Pages answer to every request
/// path of a site: which file is served, where a redirect goes, which 404.html is nearest. The answers are stored in one
/// small file, the manifest, with the rule that gave each of them.
#[derive(Debug, Parser)]
#[command(name = "trailmark", version, after_help = AFTER_HELP, arg_required_else_help = true)]
#[command(disable_help_subcommand = true)]
struct Cli {
    #[command(subcommand)]
    command: Command,
    /// When to use colours; `auto` also honours NO_COLOR
    #[arg(long, global = true, value_enum, default_value_t = Colour::Auto, value_name = "WHEN")]
    color: Colour,
}

/// The subcommands.
#[derive(Debug, Subcommand)]
enum Command {
    Compile(compile::Args),
    Resolve(resolve::Args),
    Explain(explain::Args),
    Hosts(hosts::Args),
    Inspect(inspect::Args),
    Verify(verify::Args),
    Diff(Box<diff::Args>),
    Replay(Box<replay::Args>),
    Bench(bench::Args),
    Codegen(codegen::Args),
    Audit(Box<audit::Args>),
    Fix(Box<fix::Args>),
    Report(Box<report::Args>),
    Serve(Box<serve::Args>),
}

const AFTER_HELP: &str = "\
Examples:
  trailmark compile dist                           write dist.trailmark beside dist/
  trailmark resolve dist.trailmark /about.html     what does this URL answer?
  trailmark explain dist.trailmark /about.html     why, and what would change it?
  trailmark hosts dist /about/                     and on Netlify, Vercel, nginx, ...?
  trailmark audit dist                             which links redirect, or lead nowhere?
  trailmark fix dist                               write the URLs that are served instead
  trailmark report dist                            the whole site on one page, to look at and to ask
  trailmark serve dist --watch                     answer in a browser, as the platform would
  trailmark diff dist.trailmark new-dist           what would a deploy change?
  trailmark replay dist access.log                 what would yesterday's visitors get?

`trailmark <COMMAND> --help` has examples for each command.

Exit status: 0 fine, 1 a finding (verify, audit, fix --dry-run; diff and replay with --fail-on), 2 could not run.";

fn main() -> ExitCode {
    let arguments: Vec<OsString> = std::env::args_os().collect();
    let cli = match Cli::try_parse_from(&arguments) {
        Ok(cli) => cli,
        Err(error) => return usage(&error, &arguments).into(),
    };
    cli.color.apply();
    match run(cli.command) {
        Ok(exit) => exit.into(),
        Err(error) if output::is_closed_pipe(&error) => Exit::Fine.into(),
        Err(error) => {
            output::error(&error);
            Exit::CouldNotRun.into()
        }
    }
}

fn run(command: Command) -> anyhow::Result<Exit> {
    match command {
        Command::Compile(args) => compile::run(args),
        Command::Resolve(args) => resolve::run(args),
        Command::Explain(args) => explain::run(args),
        Command::Hosts(args) => hosts::run(&args),
        Command::Inspect(args) => inspect::run(args),
        Command::Verify(args) => verify::run(args),
        Command::Diff(args) => diff::run(*args),
        Command::Replay(args) => replay::run(*args),
        Command::Bench(args) => bench::run(args),
        Command::Codegen(args) => codegen::run(args),
        Command::Audit(args) => audit::run(*args),
        Command::Fix(args) => fix::run(&args),
        Command::Report(args) => report::run(&args),
        Command::Serve(args) => serve::run(*args),
    }
}

/// Prints what clap has to say: help and version on stdout, complaints on stderr. A closed pipe is no error here either.
fn usage(error: &clap::Error, arguments: &[OsString]) -> Exit {
    let hostile = |argument: &OsString| argument.to_string_lossy().chars().any(output::is_unprintable);
    if arguments.iter().any(hostile) {
        output::plain_message(&error.render().to_string());
    } else {
        // Nothing can be done if not even this can be printed.
        let _ = error.print();
    }
    if error.use_stderr() { Exit::CouldNotRun } else { Exit::Fine }
}
