//! `docs/BENCHMARKS.md`: the figures as tables, the targets beside the results, and where a target is missed, what limits it.

mod before;
mod calls;
mod compiling;
mod lookup;
mod opening;
mod targets;

use std::fmt::Write as _;
use std::path::Path;

use anyhow::{Context, Result};

pub(crate) use crate::numbers::{count, mebibytes, nanoseconds, ratio, seconds};
use crate::results::{Part, Results};

/// Writes the page and its charts.
///
/// # Errors
/// A file can't be written.
pub fn write(results: &Results, docs: &Path) -> Result<()> {
    let charts = docs.join("bench");
    std::fs::create_dir_all(&charts).with_context(|| format!("can't make {}", charts.display()))?;
    lookup::charts(results, &charts)?;
    opening::charts(results, &charts)?;
    compiling::charts(results, &charts)?;
    let path = docs.join("BENCHMARKS.md");
    let existing = std::fs::read_to_string(&path).unwrap_or_default();
    std::fs::write(&path, text(results, serving(&existing)))
        .with_context(|| format!("can't write {}", path.display()))
}

/// The section that `cargo xtask load` writes, which stays as it is; empty if there is none.
fn serving(page: &str) -> &str {
    let begin = page.find("\n## Serving\n");
    let end = page.find("\n## Commands\n");
    begin.zip(end).and_then(|(begin, end)| page.get(begin..end)).unwrap_or_default()
}

/// The page.
fn text(results: &Results, serving: &str) -> String {
    let mut page = String::from(INTRODUCTION);
    page.push_str(&quick_note(results));
    page.push_str(&machine(results));
    page.push_str(METHOD);
    page.push_str(&targets::section(results));
    page.push_str(&lookup::section(results));
    page.push_str(&lookup::walks(results));
    page.push_str(&lookup::real_sites(results));
    page.push_str(&opening::section(results));
    page.push_str(&compiling::section(results));
    page.push_str(&calls::redirects(results));
    page.push_str(&calls::instructions(results));
    page.push_str(&before::section(results));
    page.push_str(serving);
    page.push_str(COMMANDS);
    page
}

const INTRODUCTION: &str = "\
# Benchmarks

Trailmark beside what one would use instead: lookups, opening, compiling. Generated; the command is

    cargo xtask bench

It writes this page, the charts and all figures ([bench/results.json](bench/results.json)). What counts are the ratios:
contestants are measured in turns, on the same inputs, in the same minutes, and each ratio is the median of many rounds. The
nanoseconds beside them are of one shared machine and vary by a third from hour to hour.
";

const METHOD: &str = "
## How it is measured

- *The question* is the same for all: a request target as it comes from the wire, in any form, to the asset that is served, the
  place that is redirected to, or the not-found page. Every kind of answer is compared with the manifest's, in full text, before
  anything is timed.
- *Start to end*: one lookup after the other. Each begins when the answer before it is there, checked key and all: a fence
  (`lfence`) keeps the processor from running ahead, and the next request's place depends on the answer. *Independent*: the
  processor may overlap lookups. Loop and fence are the same for everybody; what they take is given in the tables. Where a table
  names no pace, it is start to end. A round that the system has interrupted is done again.
- *Requests*: hits ask for every file as often as any other, or by Zipf's law; the mix is 70 % hits, 10 % redirects, 15 % misses
  and 5 % percent-encoded paths.
- *Sites* are generated from a seed: dated posts, versioned docs, six locales, a shop, a reference, listings, hashed
  assets; pages in folders and pages in files mixed, one other file for eight pages, 44 bytes a path. *Real sites* are the path lists of
  [tests/sites](../tests/sites).

What the others are given:

- Everybody gets the request parsed by Trailmark's code, inside the measured time, and is told for nothing whether the path has to be
  decoded and whether it is spelled canonically. Trailmark finds that out while parsing.
- *Hash maps, perfect hashes and the automaton* hold every form of every page (`/about`, `/about/`, `/about.html`, ...) with finished
  locations, made from Trailmark's own routes: no rules are left to apply. Misses walk up the folders and ask for a `404.html` in the
  same table, as the platform asks its list of names. With the few folders that own one in a small map of their own, misses are
  faster: that row is given, too.
- The maps have room for all entries from the start and keys without spare capacity; `hashbrown` has `foldhash` in its fast variant,
  the standard library's map its own hasher. `phf::Map` is of its default algorithm, built when the program runs by the crate's own
  generator, since no compiler takes a source file of that size. `ptr_hash` has its default parameters, the fastest ones it offers, XXH3
  as its hash, and records of 16 bytes.
- *Cloudflare's way* is a sorted list of SHA-256 prefixes of file names, with a binary search for each candidate name, written
  from the description of the platform's algorithm. It is in Rust and hashes with the processor's SHA instructions where there are
  any; what JavaScript and asynchronous digests add is not in it.
- The manifest is mapped from a file, or read into memory where a row says so; the others live on the heap. For files from
  4 MiB on Trailmark asks the system for huge pages: memory that was read gets them, mapped files on few file systems. So
  `hashbrown` is also given in a process whose allocator asks for them (glibc's `malloc.hugetlb`).
";

const COMMANDS: &str = "
## Commands

    cargo xtask bench                    everything, about half an hour; 16 GiB of memory, 10 GB of disk
    cargo xtask bench --quick            smaller sites, fewer rounds, under five minutes
    cargo xtask bench --only lookup      one part: lookup, walks, sites, opening, redirects, instructions, compiling
    cargo xtask load                     serving, beside other servers; --swaps and --sites for its other parts
    cargo bench -p trailmark-benches     criterion: hit, redirect, miss, encoded at 100, 10,000 and 100,000 assets
    trailmark bench SITE.trailmark       latency on your own site

A full run installs `b3sum` below the target folder if it is not there. Node and valgrind are used if they are there; what is
missing is marked so.
";

/// Says which parts are from a quick run, or missing.
fn quick_note(results: &Results) -> String {
    fn state<T>(part: &Part<T>) -> Option<&'static str> {
        match (&part.figures, part.quick) {
            (None, _) => Some("not measured"),
            (_, true) => Some("quick run"),
            _ => None,
        }
    }
    let parts = [
        ("lookup", state(&results.lookup)),
        ("walks", state(&results.walks)),
        ("sites", state(&results.sites)),
        ("opening", state(&results.opening)),
        ("compiling", state(&results.compiling)),
        ("redirects", state(&results.redirects)),
        ("instructions", state(&results.instructions)),
    ];
    let said: Vec<String> =
        parts.iter().filter_map(|(name, state)| Some(format!("{name} ({})", (*state)?))).collect();
    if said.is_empty() {
        return String::new();
    }
    format!(
        "\n> **Not a full run.** Smaller sites and fewer rounds, so noisier figures, or none at all, in: {}.\n",
        said.join(", ")
    )
}

fn machine(results: &Results) -> String {
    let machine = &results.machine;
    let mut text = String::from("\n## The machine\n\n| | |\n|---|---|\n");
    let shared = if machine.is_virtual { ", virtual" } else { "" };
    let rows = [
        ("processor", format!("{}, {} cores{shared}", machine.processor, machine.cores)),
        ("caches", machine.caches.join(", ")),
        ("memory", format!("{} GiB; transparent huge pages: {}", machine.memory_gib, machine.huge_pages)),
        ("kernel", machine.kernel.clone()),
        ("load", format!("{} processes wanted a core in the minute before the run", machine.load)),
        ("commit", machine.commit.clone()),
        ("compiler", format!("{}, release profile, no target features beyond the default", machine.rustc)),
    ];
    // Figures of an older run may lack what was not asked then.
    let is_known = |name: &str| match name {
        "load" => !machine.load.is_empty(),
        "commit" => !machine.commit.is_empty(),
        _ => true,
    };
    for (name, value) in rows.into_iter().filter(|(name, _)| is_known(name)) {
        let _ = writeln!(text, "| {name} | {value} |");
    }
    text
}

/// A table: heads, and rows of cells. The first column is text, the others are numbers.
pub(crate) struct Table {
    text: String,
}

impl Table {
    pub(crate) fn new<'h>(heads: impl IntoIterator<Item = &'h str>) -> Table {
        Table::aligned(heads, "--:")
    }

    /// A table whose cells are all text.
    pub(crate) fn of_text<'h>(heads: impl IntoIterator<Item = &'h str>) -> Table {
        Table::aligned(heads, "---")
    }

    fn aligned<'h>(heads: impl IntoIterator<Item = &'h str>, alignment: &str) -> Table {
        let heads: Vec<&str> = heads.into_iter().collect();
        let lines = heads.iter().enumerate().map(|(column, _)| if column == 0 { "---" } else { alignment });
        let text = format!("\n| {} |\n|{}|\n", heads.join(" | "), lines.collect::<Vec<_>>().join("|"));
        Table { text }
    }

    pub(crate) fn row(&mut self, cells: impl IntoIterator<Item = String>) {
        let cells: Vec<String> = cells.into_iter().collect();
        let _ = writeln!(self.text, "| {} |", cells.join(" | "));
    }

    pub(crate) fn finish(self) -> String {
        self.text
    }
}

/// Nothing there.
pub(crate) const NONE: &str = "";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_without_figures_says_so() {
        let page = text(&Results::default(), "");
        assert!(page.contains("Not a full run") && page.contains("lookup (not measured)"));
    }

    #[test]
    fn what_is_said_about_serving_stays() {
        let section = "\n## Serving\n\nfigures\n\n### More\n";
        let page = text(&Results::default(), section);
        assert_eq!(serving(&page), section);
        assert_eq!(serving(&text(&Results::default(), "")), "");
    }
}
