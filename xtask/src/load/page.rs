//! The section on serving of `docs/BENCHMARKS.md`: the figures as tables. What `cargo xtask bench` writes stands around it, and both
//! leave the other's part as it is.

use std::fmt::Write as _;

use anyhow::{Context, Result};

use super::figures::Figures;
use super::memory::Memory;
use super::servers::{CADDY, LIGHTTPD, NGINX, OURS, STATIC_WEB_SERVER};
use super::sites::{CLIENTS, Latency, ManySites};
use super::swaps::{CHECKERS, Swaps, VERSIONS};
use super::versus::{CONNECTIONS, Row, Versus};
use super::wrk::Run;
use super::{site, swaps as swapping};
use crate::numbers::{grouped, mebibytes, median, time};
use crate::repo;

/// Where the section begins, and what stands behind it. `benches/src/page.rs` knows both.
const BEGIN: &str = "\n## Serving\n";
const BEHIND: [&str; 2] = ["\n## Auditing\n", "\n## Commands\n"];

/// Puts the section into the page.
///
/// # Errors
/// There is no such page, or it can't be written.
pub(super) fn write(figures: &Figures) -> Result<()> {
    let path = repo::root().join("docs/BENCHMARKS.md");
    let page =
        std::fs::read_to_string(&path).context("no docs/BENCHMARKS.md: `cargo xtask bench` writes it")?;
    repo::write(&path, &with_section(&page, &section(figures))?)
}

fn with_section(page: &str, section: &str) -> Result<String> {
    let behind = BEHIND.iter().find_map(|title| page.find(title));
    let behind = behind.context("docs/BENCHMARKS.md has no section of commands")?;
    let begin = page.find(BEGIN).filter(|begin| *begin < behind).unwrap_or(behind);
    Ok(format!("{}{section}{}", &page[..begin], &page[behind..]))
}

fn section(figures: &Figures) -> String {
    let mut text = format!(
        "{BEGIN}\nOf three runs of their own:\n\n    cargo xtask load            beside other servers\n    cargo xtask load --swaps    \
         while versions change\n    cargo xtask load --sites    ten thousand sites\n\nServers run on the first two cores, clients on the other \
         two, over 127.0.0.1. A page has {} bytes, a site {} pages. All figures: [bench/serving.json](bench/serving.json).\n",
        grouped(site::PAGE_LEN),
        grouped(site::PAGES),
    );
    let parts = [
        figures.versus.as_ref().map(|figures| versus(figures) + &configurations(figures)),
        figures.swaps.as_ref().map(swaps),
        figures.sites.as_ref().map(sites),
    ];
    parts.into_iter().flatten().for_each(|part| text.push_str(&part));
    text
}

/// Ours beside others.
pub(super) fn versus(figures: &Versus) -> String {
    let mut text = String::from("\n### Beside other servers\n");
    let _ = write!(
        text,
        "\nOne page of the site, kept connections, `wrk -t2 --latency`. All servers gave the same status and body before anything was \
         timed. They were asked strictly in turns, {} times {} s each; the figures are medians of these, and *times ours* is the median \
         of the rounds' ratios. Memory is that of all processes of a server at the end, shared pages divided (PSS), and pages of their \
         own. Measured on: {}.\n",
        figures.rounds, figures.seconds, figures.machine
    );
    for (number, connections) in CONNECTIONS.iter().enumerate() {
        let _ = write!(
            text,
            "\n| {} connections | requests a second | times ours | p50 | p99 | times ours | errors |\n|---|--:|--:|--:|--:|--:|--:|\n",
            grouped(*connections)
        );
        let ours = figures.rows.iter().find(|row| row.name == OURS);
        for row in &figures.rows {
            let Some(runs) = row.runs.get(number) else { continue };
            let of = |value: fn(&Run) -> f64| median(runs.iter().map(value));
            let ratio = |value: fn(&Run) -> f64| match ours.and_then(|ours| ours.runs.get(number)) {
                Some(ours) => {
                    let ratios = runs.iter().zip(ours).map(|(run, ours)| value(run) / value(ours));
                    format!("{:.2}", median(ratios))
                }
                None => String::new(),
            };
            let _ = writeln!(
                text,
                "| {} | {} | {} | {} | {} | {} | {} |",
                name(row),
                grouped(of(|run| run.rate) as usize),
                ratio(|run| run.rate),
                time(of(|run| run.p50)),
                time(of(|run| run.p99)),
                ratio(|run| run.p99),
                grouped(runs.iter().map(|run| run.errors).sum::<u64>() as usize)
            );
        }
    }
    text.push_str(&targets(figures));
    text.push_str("\n| | version | bytes of an answer | processes | memory (PSS) | of its own |\n|---|---|--:|--:|--:|--:|\n");
    for row in &figures.rows {
        let Memory { pss, private, processes, .. } = row.memory;
        let _ = writeln!(
            text,
            "| {} | {} | {} | {processes} | {} | {} |",
            name(row),
            row.version,
            grouped(row.answer_len),
            mebibytes(pss),
            mebibytes(private)
        );
    }
    text
}

/// What is aimed at, and how far it was reached.
fn targets(figures: &Versus) -> String {
    let mut text = String::from("\n| target |");
    for connections in CONNECTIONS {
        let _ = write!(text, " {} connections |", grouped(connections));
    }
    text.push_str("\n|---|");
    text.push_str(&"--:|".repeat(CONNECTIONS.len()));
    text.push('\n');
    let runs = |name: &str, number: usize| {
        figures.rows.iter().find(|row| row.name == name).and_then(|row| row.runs.get(number))
    };
    type Gain = fn(&Run, &Run) -> f64;
    let more_requests: Gain = |ours, theirs| ours.rate / theirs.rate;
    let shorter_waits: Gain = |ours, theirs| theirs.p99 / ours.p99;
    for (what, peer, least, gain) in [
        ("requests a second: ahead of nginx", "nginx", 1.0, more_requests),
        ("p99: ahead of nginx", "nginx", 1.0, shorter_waits),
        ("requests a second: level with lighttpd", "lighttpd", LEVEL, more_requests),
        ("p99: level with lighttpd", "lighttpd", LEVEL, shorter_waits),
    ] {
        let _ = write!(text, "| {what} |");
        for number in 0..CONNECTIONS.len() {
            let (Some(ours), Some(theirs)) = (runs(OURS, number), runs(peer, number)) else {
                text.push_str(" |");
                continue;
            };
            let gain = median(ours.iter().zip(theirs).map(|(ours, theirs)| gain(ours, theirs)));
            let verdict = if gain >= least { "met" } else { "**missed**" };
            let _ = write!(text, " {gain:.2} {verdict} |");
        }
        text.push('\n');
    }
    text
}

/// From here on two servers are level: figures of one and the same differ by more from run to run.
const LEVEL: f64 = 0.9;

fn name(row: &Row) -> String {
    if row.name == OURS { format!("**`{}`**", row.name) } else { row.name.clone() }
}

fn configurations(figures: &Versus) -> String {
    let mut text = String::from(
        "\nHow each was set up: one worker a core, no access log, and what its documentation recommends for files. Ours: `trailmark serve \
         --quiet --threads 2`.\n",
    );
    let shown = [
        ("nginx", NGINX),
        ("lighttpd", LIGHTTPD),
        ("static-web-server", STATIC_WEB_SERVER),
        ("caddy", CADDY),
    ];
    for (name, config) in
        shown.into_iter().filter(|(name, _)| figures.rows.iter().any(|row| row.name == *name))
    {
        let _ = write!(
            text,
            "\n<details><summary>{name}</summary>\n\n```\n{}\n```\n\n</details>\n",
            config.trim_end()
        );
    }
    text
}

/// While versions change.
pub(super) fn swaps(figures: &Swaps) -> String {
    let Swaps { swaps, seconds, checked, failed, mixed, late, load, memory, counted, .. } = figures;
    let mut text = String::from("\n### Versions that change under load\n");
    let _ = write!(
        text,
        "\n{} swaps in {seconds:.0} s between {VERSIONS} versions of the site, each read and verified from disk, through the library's \
         server. Every page says in its body and in a header which version it is. {CHECKERS} clients held every answer against that \
         version's page, byte for byte, and against the tag of that page; `wrk` with {} connections asked at the same time. Measured \
         on: {}.\n\n| | |\n|---|--:|\n",
        grouped(*swaps),
        swapping::CONNECTIONS,
        figures.machine
    );
    let checked_all = checked.iter().sum::<u64>() as usize;
    let by_version: Vec<String> = checked.iter().map(|number| grouped(*number as usize)).collect();
    let memory: Vec<String> = memory.iter().map(|memory| mebibytes(memory.pss)).collect();
    let failures = counted.failed_swaps + counted.files_that_do_not_fit + counted.files_unreadable;
    let rows = [
        ("answers checked", format!("{} ({})", grouped(checked_all), by_version.join(" / "))),
        ("answers that failed", grouped(*failed as usize)),
        ("answers of mixed versions", grouped(*mixed as usize)),
        ("swaps after which the next answer was not the new version's", grouped(*late)),
        ("swaps, files and checks that failed in the server", grouped(failures as usize)),
        ("the slowest swap", time(figures.slowest)),
        ("requests of `wrk`, a second", grouped(load.rate as usize)),
        ("its p50 / p99", format!("{} / {}", time(load.p50), time(load.p99))),
        ("its errors", grouped(load.errors as usize)),
        ("memory (PSS) at the start, after a quarter, half, three quarters, at the end", memory.join(" / ")),
    ];
    rows.iter().for_each(|(what, figure)| {
        let _ = writeln!(text, "| {what} | {figure} |");
    });
    for problem in &figures.problems {
        let _ = writeln!(text, "\nproblem: {problem}");
    }
    text
}

/// Ten thousand sites.
pub(super) fn sites(figures: &ManySites) -> String {
    let ManySites { sites, manifest_len, open_all, cold, warm, memory, zipf, .. } = figures;
    let mut text = String::from("\n### Many sites\n");
    let _ = write!(
        text,
        "\n{} sites of {} pages, each with a manifest of its own of {} bytes, in the system's cache; the files of ten sites stand for \
         those of all. First each was asked for a page, one after the other over one connection, with room for all; then {CLIENTS} \
         clients asked for sites and pages by Zipf's law for {:.0} s, with room for {} open sites and {} of bodies. Every body was \
         checked. Measured on: {}.\n\n| | |\n|---|--:|\n",
        grouped(*sites),
        grouped(site::PAGES),
        grouped(*manifest_len as usize),
        zipf.seconds,
        grouped(zipf.max_open as usize),
        mebibytes(zipf.body_budget),
        figures.machine
    );
    let per_site = |bytes: fn(&Memory) -> u64| {
        let more = bytes(&memory[1]).saturating_sub(bytes(&memory[0]));
        format!("{:.1} KiB", more as f64 / 1024.0 / (*sites).max(1) as f64)
    };
    let latency =
        |latency: &Latency| format!("{} / {} / {}", time(latency.p50), time(latency.p99), time(latency.max));
    let counted = &zipf.counted;
    let at_hand = 1.0 - counted.sites_opened as f64 / zipf.latency.requests.max(1) as f64;
    let rows = [
        ("all sites open and asked", time(*open_all)),
        ("first request to a site: p50 / p99 / slowest", latency(cold)),
        ("second request: p50 / p99 / slowest", latency(warm)),
        ("memory of a site with one page of it (PSS)", per_site(|memory| memory.pss)),
        ("of its own", per_site(|memory| memory.private)),
        ("the process with all sites open (PSS)", mebibytes(memory[1].pss)),
        (
            "Zipf load: requests a second",
            grouped((zipf.latency.requests as f64 / zipf.seconds.max(0.001)) as usize),
        ),
        ("latency: p50 / p99 / slowest", latency(&zipf.latency)),
        ("requests to a site that was open", format!("{:.1} %", at_hand * 100.0)),
        (
            "sites opened / open at the end",
            format!("{} / {}", grouped(counted.sites_opened as usize), grouped(counted.open as usize)),
        ),
        (
            "bodies read / memory of bodies at the end",
            format!("{} / {}", grouped(counted.bodies_loaded as usize), mebibytes(counted.body_memory)),
        ),
        ("the process at the end (PSS)", mebibytes(zipf.memory.pss)),
    ];
    rows.iter().for_each(|(what, figure)| {
        let _ = writeln!(text, "| {what} | {figure} |");
    });
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_section_takes_the_place_of_the_one_before_and_leaves_the_rest() {
        let page = "# B\n\n## Lookup\nx\n\n## Commands\n\n    y\n";
        let once = with_section(page, &section(&Figures::default())).unwrap();
        assert!(
            once.starts_with("# B\n\n## Lookup\nx\n\n## Serving\n")
                && once.ends_with("\n\n## Commands\n\n    y\n")
        );
        assert_eq!(with_section(&once, &section(&Figures::default())).unwrap(), once);
        assert!(with_section("# B\n", "").is_err());
    }
}
