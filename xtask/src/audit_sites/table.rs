//! The figures, kept in `docs/bench/`, and the parts of `docs/AUDIT.md` and `docs/BENCHMARKS.md` that are made of them.

use std::fmt::Write as _;
use std::path::PathBuf;

use anyhow::{Context, Result};
use serde::{Deserialize, Serialize};

use super::bench::{Bench, Measured, Run};
use super::catalog::{Group, SITES};
use super::crawl::{self, Crawl};
use super::judge::{Found, Row};
use crate::repo;

const SITES_BLOCK: (&str, &str) = ("<!-- begin sites -->\n", "<!-- end sites -->");
const CRAWL_BLOCK: (&str, &str) = ("<!-- begin crawl -->\n", "<!-- end crawl -->");
/// Of `docs/BENCHMARKS.md`; what the other tasks write stands around it.
const SECTION: (&str, &str) = ("\n## Auditing\n", "\n## Commands\n");

/// Of each site, the last run.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(super) struct Figures {
    sites: Vec<Row>,
    crawls: Vec<Crawl>,
}

fn file() -> PathBuf {
    repo::root().join("docs/bench/audit-sites.json")
}

impl Figures {
    /// Those that are there.
    ///
    /// # Errors
    /// They are of another version.
    pub(super) fn load() -> Result<Figures> {
        match std::fs::read(file()) {
            Ok(text) => serde_json::from_slice(&text).context("docs/bench/audit-sites.json can't be read"),
            Err(_) => Ok(Figures::default()),
        }
    }

    /// Takes a row in, for the one that was there.
    pub(super) fn keep(&mut self, row: Row) {
        self.sites.retain(|known| known.name != row.name);
        self.sites.push(row);
        self.sites.sort_by_key(|row| SITES.iter().position(|site| site.name == row.name));
    }

    /// The same of a crawl.
    pub(super) fn keep_crawl(&mut self, crawl: Crawl) {
        self.crawls.retain(|known| known.name != crawl.name);
        self.crawls.push(crawl);
        self.crawls.sort_by_key(|crawl| SITES.iter().position(|site| site.name == crawl.name));
    }

    /// # Errors
    /// They can't be written.
    pub(super) fn save(&self) -> Result<()> {
        repo::write(&file(), &(serde_json::to_string_pretty(self)? + "\n"))
    }
}

/// Renews the blocks of `docs/AUDIT.md`.
///
/// # Errors
/// The page has no such blocks, or can't be written.
pub(super) fn write(figures: &Figures) -> Result<()> {
    let path = repo::root().join("docs/AUDIT.md");
    let page = std::fs::read_to_string(&path).context("no docs/AUDIT.md")?;
    let page = with_block(&page, SITES_BLOCK, &sites(&figures.sites))?;
    let page = with_block(&page, CRAWL_BLOCK, &crawl::rows(&figures.crawls))?;
    repo::write(&path, &page)
}

fn with_block(page: &str, (begin, end): (&str, &str), block: &str) -> Result<String> {
    let start = page.find(begin).with_context(|| format!("no {begin:?}"))? + begin.len();
    let len = page[start..].find(end).with_context(|| format!("no {end:?}"))?;
    Ok(format!("{}\n{block}\n{}", &page[..start], &page[start + len..]))
}

fn sites(rows: &[Row]) -> String {
    let mut text = String::from(
        "| site | pages | links inside | targets | HTML | time | findings judged | false | links asked | missed |\n\
         |---|--:|--:|--:|--:|--:|--:|--:|--:|--:|\n",
    );
    for (number, row) in (1..).zip(rows) {
        let Row { pages, links, targets, bytes, seconds, asked, missed, .. } = row;
        let [pages, links, targets, asked] = [pages, links, targets, asked].map(|count| grouped(*count));
        let mebibytes = bytes.div_ceil(1 << 20);
        let (judged, wrong) = (row.judged(), row.wrong());
        let _ = writeln!(
            text,
            "| {number}. {} | {pages} | {links} | {targets} | {mebibytes} MiB | {seconds:.2} s | {judged} | {wrong} | {asked} | {missed} |",
            title(row)
        );
    }
    let sum = |count: fn(&Row) -> u64| grouped(rows.iter().map(count).sum());
    let _ = writeln!(
        text,
        "| together | {} | {} | | | | {} | {} | {} | {} |",
        sum(|row| row.pages),
        sum(|row| row.links),
        sum(Row::judged),
        sum(Row::wrong),
        sum(|row| row.asked),
        sum(|row| row.missed)
    );
    text + &found(rows)
}

fn title(row: &Row) -> String {
    let site = SITES.iter().find(|site| site.name == row.name);
    let mark = match site.map(|site| site.group) {
        Some(Group::Misfit) => " ¹",
        Some(Group::Planted) => " ²",
        _ => "",
    };
    format!("{}{mark}", site.map_or(row.name.as_str(), |site| site.title))
}

/// Each rule, with the sites that have it.
fn found(rows: &[Row]) -> String {
    let mut text = String::from(
        "\nFindings by rule, as *site: targets (links)*:\n\n| rule | judged | false | found in |\n|---|--:|--:|---|\n",
    );
    for rule in trailmark_tests::audit_docs::rule_names() {
        let of = |row: &Row| row.rules.iter().find(|found| found.rule == rule).cloned();
        let having: Vec<(usize, Found)> =
            (1..).zip(rows).filter_map(|(number, row)| Some((number, of(row)?))).collect();
        let judged: u64 = having.iter().map(|(_, found)| found.judged).sum();
        let wrong: u64 = having.iter().map(|(_, found)| found.wrong).sum();
        let places: Vec<String> = having
            .iter()
            .map(|(number, found)| {
                let (findings, links) = (grouped(found.findings), grouped(found.links));
                if findings == links {
                    format!("{number}: {findings}")
                } else {
                    format!("{number}: {findings} ({links})")
                }
            })
            .collect();
        let places = if places.is_empty() { "none".to_owned() } else { places.join(", ") };
        let _ = writeln!(text, "| `{rule}` | {judged} | {wrong} | {places} |");
    }
    text
}

/// Puts the section into `docs/BENCHMARKS.md`, and the figures beside it.
///
/// # Errors
/// There is no such page, or it can't be written.
pub(super) fn write_bench(bench: &Bench) -> Result<()> {
    let file = repo::root().join("docs/bench/audit.json");
    repo::write(&file, &(serde_json::to_string_pretty(bench)? + "\n"))?;
    let path = repo::root().join("docs/BENCHMARKS.md");
    let page = std::fs::read_to_string(&path).context("no docs/BENCHMARKS.md")?;
    let behind = page.find(SECTION.1).context("docs/BENCHMARKS.md has no section of commands")?;
    let begin = page.find(SECTION.0).filter(|begin| *begin < behind).unwrap_or(behind);
    repo::write(&path, &format!("{}{}{}", &page[..begin], section(bench), &page[behind..]))
}

fn section(bench: &Bench) -> String {
    let rounds = bench.sites.first().map_or(0, |site| site.ours.len());
    let mut text = format!(
        "{}\n    cargo xtask audit-sites --bench\n\nWhole sites, from the folder to all findings, beside other link checkers: `trailmark audit DIST` (which compiles \
         the folder first, and looks for all that [AUDIT.md](AUDIT.md) names), `hyperlink DIST --check-anchors` 0.3.2 and `lychee --offline \
         --include-fragments --root-dir DIST DIST` 0.24.2. Every run is a process of its own; the first two are run in turns, {rounds} rounds, files in the \
         cache, and figures are medians, ratios the medians of the rounds'; lychee has one run a site. Memory is the peak that `/usr/bin/time` tells. \
         An empty site takes 8 MiB of ours: the program itself. All figures: [bench/audit.json](bench/audit.json). Measured on: {}; at the end, {} did.\n\n\
         | site | read | `trailmark audit` | `hyperlink` | `lychee` | time by hyperlink's | processor time | memory | lychee's time by ours |\n\
         |---|--:|--:|--:|--:|--:|--:|--:|--:|\n",
        SECTION.0, bench.machine, bench.load_at_end
    );
    for site in &bench.sites {
        text.push_str(&measured(site));
        text.push('\n');
    }
    text.push_str("\nTarget: at most 0.35 of hyperlink's time and of its memory.\n\n| site | time | memory |\n|---|---|---|\n");
    for site in &bench.sites {
        let of = |value| {
            let ratio = ratio(site, value);
            format!("{ratio:.2} {}", if ratio <= 0.35 { "met" } else { "**missed**" })
        };
        let _ = writeln!(text, "| {} | {} | {} |", site.name, of(seconds), of(kibibytes));
    }
    text.push_str(
        "\nWhat both count, so that the same work is compared: links inside the site to what is not there, and to ids that are not there.\n\n\
         | site | missing, ours | hyperlink's | ids, ours | hyperlink's |\n|---|--:|--:|--:|--:|\n",
    );
    for Measured { name, missing, anchors, .. } in &bench.sites {
        let [ours, theirs, our_ids, their_ids] =
            [missing[0], missing[1], anchors[0], anchors[1]].map(grouped);
        let _ = writeln!(text, "| {name} | {ours} | {theirs} | {our_ids} | {their_ids} |");
    }
    text + "\nThe differences are explained in [AUDIT.md](AUDIT.md#measured).\n"
}

/// A row of the table.
pub(super) fn measured(site: &Measured) -> String {
    let show = |runs: &[Run]| {
        let memory = median(runs.iter().map(kibibytes)) / 1024.0;
        format!("{:.2} s, {memory:.0} MiB", median(runs.iter().map(seconds)))
    };
    let lychee = median(site.lychee.iter().map(seconds)) / median(site.ours.iter().map(seconds));
    format!(
        "| {} | {} MiB | {} | {} | {} | {:.2} | {:.2} | {:.2} | {lychee:.0} |",
        site.name,
        site.bytes.div_ceil(1 << 20),
        show(&site.ours),
        show(&site.hyperlink),
        show(&site.lychee),
        ratio(site, seconds),
        ratio(site, |run| run.processor_seconds),
        ratio(site, kibibytes),
    )
}

fn seconds(run: &Run) -> f64 {
    run.seconds
}

fn kibibytes(run: &Run) -> f64 {
    run.kibibytes as f64
}

/// The median of the rounds' ratios.
fn ratio(site: &Measured, value: fn(&Run) -> f64) -> f64 {
    median(site.ours.iter().zip(&site.hyperlink).map(|(ours, theirs)| value(ours) / value(theirs)))
}

fn median(values: impl Iterator<Item = f64>) -> f64 {
    let mut values: Vec<f64> = values.collect();
    values.sort_by(f64::total_cmp);
    match (values.get(values.len() / 2), values.get(values.len().saturating_sub(1) / 2)) {
        (Some(upper), Some(lower)) => f64::midpoint(*upper, *lower),
        _ => f64::NAN,
    }
}

/// Digits in groups of three.
pub(super) fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (position, digit) in digits.chars().enumerate() {
        if position > 0 && (digits.len() - position).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_block_is_renewed_and_what_stands_around_it_stays() {
        let page = "a\n<!-- begin sites -->\n\nold\n\n<!-- end sites -->\nb\n";
        let once = with_block(page, SITES_BLOCK, "new\n").unwrap();
        assert_eq!(once, "a\n<!-- begin sites -->\n\nnew\n\n<!-- end sites -->\nb\n");
        assert_eq!(with_block(&once, SITES_BLOCK, "new\n").unwrap(), once);
        assert!(with_block("a", SITES_BLOCK, "").is_err());
    }

    #[test]
    fn medians_are_in_the_middle() {
        assert_eq!(median([3.0, 1.0, 2.0].into_iter()), 2.0);
        assert_eq!(median([4.0, 1.0, 2.0, 3.0].into_iter()), 2.5);
    }
}
