//! The repository's tasks: `cargo xtask <task>`. One module a task; this file parses and dispatches.
//!
//! Exit status: 0 fine, 1 a finding (something differs, a test fails), 2 could not run.

mod audit_sites;
mod bench;
mod chromium;
mod conformance;
mod docs;
mod fuzz;
mod hosts;
mod integrations;
mod load;
mod no_std;
mod npm;
mod numbers;
mod oracle;
mod raw_http;
mod repo;
mod report;
mod setup;
mod sites;
mod test;
mod tools;
mod torture;
mod unsafe_code;
mod wasm;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// Checks and generators of the Trailmark repository.
#[derive(Debug, Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask", version, max_term_width = 100)]
#[command(after_help = "Exit status: 0 fine, 1 a finding, 2 could not run.")]
struct Cli {
    #[command(subcommand)]
    task: Task,
}

#[derive(Debug, Subcommand)]
enum Task {
    Setup(setup::Args),
    Test(test::Args),
    Torture(torture::Args),
    Fuzz(fuzz::Args),
    Conformance(conformance::Args),
    Oracle(oracle::Args),
    Hosts(hosts::Args),
    Sites(sites::Args),
    AuditSites(audit_sites::Args),
    Docs(docs::Args),
    Bench(bench::Args),
    Load(load::Args),
    Wasm(wasm::Args),
    Report(report::Args),
    #[command(hide = true)]
    MeasureSite(sites::MeasureArgs),
    #[command(hide = true)]
    LoadServer(load::ServerArgs),
}

/// How a task that could run ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Exit {
    Fine,
    Finding,
}

impl Exit {
    /// `Finding` if there is one.
    fn finding_if(found: bool) -> Self {
        if found { Exit::Finding } else { Exit::Fine }
    }
}

fn main() -> ExitCode {
    let result = match Cli::parse().task {
        Task::Setup(args) => setup::run(&args),
        Task::Test(args) => test::run(&args),
        Task::Torture(args) => torture::run(&args),
        Task::Fuzz(args) => fuzz::run(&args),
        Task::Conformance(args) => conformance::run(&args),
        Task::Oracle(args) => oracle::run(&args),
        Task::Hosts(args) => hosts::run(&args),
        Task::Sites(args) => sites::run(&args),
        Task::AuditSites(args) => audit_sites::run(&args),
        Task::Docs(args) => docs::run(&args),
        Task::Bench(args) => bench::run(&args),
        Task::Load(args) => load::run(&args),
        Task::Wasm(args) => wasm::run(&args),
        Task::Report(args) => report::run(&args),
        Task::MeasureSite(args) => sites::measure(&args),
        Task::LoadServer(args) => load::serve(&args),
    };
    match result {
        Ok(Exit::Fine) => ExitCode::SUCCESS,
        Ok(Exit::Finding) => ExitCode::from(1),
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::from(2)
        }
    }
}
