//! `cargo xtask docs`: writes the pages of `docs/` that are made from the code, or says which are stale.

use std::path::PathBuf;

use anyhow::Result;

use crate::{Exit, repo, sites};

/// Write the generated pages of docs/
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Write nothing; exit with 1 if a page is not what the code gives
    #[arg(long)]
    check: bool,
}

/// A page that is made from the code.
struct Page {
    path: PathBuf,
    /// Gets the page as it is (empty if there is none), gives it as it should be.
    render: fn(&str) -> Result<String>,
}

fn pages() -> Vec<Page> {
    let page = |name: &str, render| Page { path: repo::root().join("docs").join(name), render };
    vec![
        page("AUDIT.md", |existing| Ok(trailmark_tests::audit_docs::render(existing))),
        page("FORMAT.md", |existing| Ok(trailmark_tests::format_docs::render(existing))),
        page("HOSTS.md", |_| Ok(trailmark_tests::hosts_docs::render())),
        page("ROUTING.md", |_| Ok(trailmark_tests::routing_docs::render())),
        Page { path: sites::page(), render: render_sites },
    ]
}

fn render_sites(existing: &str) -> Result<String> {
    Ok(sites::page_with_figures(existing, &sites::figures::table()?))
}

/// Runs the task.
pub(crate) fn run(args: &Args) -> Result<Exit> {
    let mut stale = false;
    for page in pages() {
        let existing = std::fs::read_to_string(&page.path).unwrap_or_default();
        let rendered = (page.render)(&existing)?;
        let name = page.path.strip_prefix(repo::root()).unwrap_or(&page.path).display();
        if rendered == existing {
            println!("{name} is up to date");
        } else if args.check {
            stale = true;
            println!("{name} is stale; `cargo xtask docs` writes it");
        } else {
            repo::write(&page.path, &rendered)?;
            println!("{name} written");
        }
    }
    Ok(Exit::finding_if(stale))
}

/// Checks every page, for `cargo xtask test`.
///
/// # Errors
/// If one is stale.
pub(crate) fn check() -> Result<String> {
    anyhow::ensure!(run(&Args { check: true })? == Exit::Fine, "a page is stale, see above");
    Ok(format!("{} generated pages are up to date", pages().len()))
}
