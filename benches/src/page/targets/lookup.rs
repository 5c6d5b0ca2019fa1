//! Targets about lookups, opening and the size of the manifest.

use super::{Target, Wanted};
use crate::measure::{Comparison, Pace, median};
use crate::numbers::{count, mebibytes, nanoseconds, pages as pages_of, percent, ratio, seconds};
use crate::requests::Mix;
use crate::results::{Name, Opening, Results, SiteResult};

const PACE: Pace = Pace::StartToEnd;

pub(super) fn targets(results: &Results) -> Vec<Target> {
    let mut targets = Vec::new();
    for (pages, target, least) in
        [(1_000_000, "at least 3", 3.0), (100_000, "at least 2.5", 2.5), (10_000, "at least 1.5", 1.5)]
    {
        let who = "`hashbrown` with all forms";
        targets.push(hit(results, pages, Name::Hashbrown, who, target, least));
    }
    targets.push(cloudflare(results));
    targets.push(hit(results, 100_000, Name::Phf, "`phf::Map`", "at least 2.5", 2.5));
    targets.push(miss(results));
    targets.extend(opening(results));
    targets
}

fn site(results: &Results, pages: usize) -> Option<&SiteResult> {
    results.lookup.figures.iter().flatten().find(|site| site.site == pages.to_string())
}

/// Two medians.
fn both(cell: &Comparison) -> String {
    format!("{}: {} against {} ns", ratio(cell.ratio), nanoseconds(cell.ours), nanoseconds(cell.theirs))
}

fn hit(results: &Results, pages: usize, name: Name, who: &str, target: &'static str, least: f64) -> Target {
    let site = site(results, pages);
    let cell = site.and_then(|site| site.cell(name, Mix::Hit, PACE));
    Target {
        what: format!("hit, {}: times faster than {who}", pages_of(pages)),
        target,
        wanted: Wanted::AtLeast(least),
        value: cell.map(|cell| cell.ratio),
        shown: cell.as_ref().map_or(String::new(), both),
        limit: site.map_or(String::new(), |site| made_of(results, site)),
    }
}

/// What a hit consists of, in shares: nanoseconds of different comparisons were taken in different minutes.
fn made_of(results: &Results, site: &SiteResult) -> String {
    let share = |name: Name| site.cell(name, Mix::Hit, PACE).map(|cell| cell.ratio);
    let (empty, parse) = (share(Name::EmptyLoop), share(Name::ParseOnly));
    let mut text = String::new();
    if let Some((empty, parse)) = empty.zip(parse) {
        text = format!(
            "Of our hit {} is the measuring loop and {} the parsing of the request, both the same for everybody",
            percent(empty),
            percent((parse - empty).max(0.0))
        );
    }
    let counts = results.instructions.figures.iter().flatten().filter(|count| count.kind == "hit");
    let of = |call: &str| counts.clone().find(|count| count.call.contains(call)).map(|count| count.count);
    if let Some((parse, all)) = of("alone").zip(of("lookup")).filter(|_| !text.is_empty()) {
        let (parse, all) = (nanoseconds(parse), nanoseconds(all));
        text.push_str(&format!(" ({parse} of {all} instructions)"));
    }
    if let Some((access, empty)) = share(Name::OneAccess).zip(empty) {
        text.push_str(&format!(
            "; {} is what a single access to the file costs, at a random place, once the loop is taken off. Besides that a hit \
             hashes the path, reads a byte of the index and one of the tags, which have {} together at this size, and compares",
            percent((access - empty).max(0.0)),
            mebibytes(site.section("index") + site.section("tags"))
        ));
    }
    if !text.is_empty() {
        text.push('.');
    }
    text
}

/// The same for a miss: what is the same for everybody.
fn miss(results: &Results) -> Target {
    let million = site(results, 1_000_000);
    let of = |name: Name| million.and_then(|site| site.cell(name, Mix::Miss, PACE));
    let cell = of(Name::Hashbrown);
    let folders = of(Name::HashbrownFolders).map_or(String::new(), |folders| {
        format!("; {} where the map keeps folders with a 404 page apart", ratio(folders.ratio))
    });
    Target {
        what:
            "miss with a root `404.html`, 1,000,000 pages: times faster than `hashbrown` with the parent walk"
                .to_owned(),
        target: "at least 2",
        wanted: Wanted::AtLeast(2.0),
        value: cell.map(|cell| cell.ratio),
        shown: cell.map_or(String::new(), |cell| both(&cell) + &folders),
        limit: of(Name::ParseOnly).map_or(String::new(), |parse| {
            format!(
                "Of our miss {} is the measuring loop and the parsing of the request, the same for both.",
                percent(parse.ratio)
            )
        }),
    }
}

fn cloudflare(results: &Results) -> Target {
    let cell = |site: &SiteResult| site.cell(Name::Cloudflare, Mix::Hit, PACE);
    let cells: Vec<(usize, Comparison)> = results
        .lookup
        .figures
        .iter()
        .flatten()
        .filter_map(|site| Some((site.site.parse().ok()?, cell(site)?)))
        .collect();
    let lowest = cells.iter().min_by(|a, b| a.1.ratio.total_cmp(&b.1.ratio));
    let each: Vec<String> =
        cells.iter().map(|(pages, cell)| format!("{} at {}", ratio(cell.ratio), count(*pages))).collect();
    let limit = lowest.map_or(String::new(), |(pages, lowest)| {
        let made_of = site(results, *pages).map_or(String::new(), |site| made_of(results, site));
        format!(
            "A hit of its way hashes one or two names, with the processor's SHA instructions, and looks for them by binary \
             search; with {} that takes {} ns in all, so a hit would have to take {} ns. {made_of} On the platform each digest is \
             an asynchronous call from JavaScript, which is left out here in its favour.",
            pages_of(*pages),
            nanoseconds(lowest.theirs),
            nanoseconds(lowest.theirs / 8.0),
        )
        .replace("  ", " ")
    });
    Target {
        what: "hit, every size: times faster than Cloudflare's way".to_owned(),
        target: "at least 8",
        wanted: Wanted::AtLeast(8.0),
        value: lowest.map(|lowest| lowest.1.ratio),
        shown: each.join(", ") + " pages",
        limit,
    }
}

fn opening(results: &Results) -> Vec<Target> {
    let openings: Vec<&Opening> = results.opening.figures.iter().flatten().collect();
    let of = |pages: usize, from: &str| {
        openings.iter().find(|opening| opening.pages == pages && opening.from.starts_with(from)).copied()
    };
    let mut targets = Vec::new();
    for pages in [1_000_000, 10_000, 10_000_000] {
        let pair = of(pages, "JSON").zip(of(pages, "manifest, mapped"));
        targets.push(Target {
            what: format!("first lookup of a process, {}: times sooner than from JSON", pages_of(pages)),
            target: "at least 1,000",
            wanted: Wanted::AtLeast(1000.0),
            value: pair.and_then(|(json, _)| json.ratio),
            shown: pair.map_or(String::new(), |(json, mapped)| {
                let times = json.ratio.map_or(String::new(), ratio);
                format!("{times}: {} against {}", seconds(mapped.seconds), seconds(json.seconds))
            }),
            limit: pair.map_or(String::new(), |(json, _)| {
                format!(
                    "The first answer costs nearly the same at every size: opening and mapping a file, and the first touch of \
                     some pages of code and data. The JSON of a site this small has {} and is read in {}.",
                    mebibytes(json.bytes),
                    seconds(json.seconds)
                )
            }),
        });
    }
    let mapped: Vec<(usize, f64)> = openings
        .iter()
        .filter(|opening| opening.from.contains("mapped"))
        .map(|opening| (opening.pages, opening.seconds))
        .collect();
    let times = || mapped.iter().map(|(_, seconds)| *seconds);
    let spread = times().fold(0.0, f64::max) / times().fold(f64::INFINITY, f64::min);
    let each: Vec<String> =
        mapped.iter().map(|(pages, time)| format!("{} at {}", seconds(*time), count(*pages))).collect();
    targets.push(Target {
        what: "first lookup of a process: the same at every size, slowest by fastest".to_owned(),
        target: "at most 2",
        wanted: Wanted::AtMost(2.0),
        value: (mapped.len() > 1).then_some(spread),
        shown: format!("{}: {} pages", ratio(spread), each.join(", ")),
        limit: "What grows is the system's part: the larger a file, the fewer of its pages lie together in memory and in the \
                page table."
            .to_owned(),
    });
    targets
}

/// Bytes a page, and rules that do not match.
pub(super) fn size_and_rules(results: &Results) -> [Target; 2] {
    let million = site(results, 1_000_000);
    let over = million.map(|site| site.bytes as f64 / site.pages as f64 - site.path_len);
    let each = |site: &SiteResult, section: &str| site.section(section) / site.pages.max(1) as u64;
    let size = Target {
        what: "manifest, 1,000,000 pages: bytes a page on top of its path".to_owned(),
        target: "about 64",
        wanted: Wanted::AtMost(72.0),
        value: over,
        shown: over.zip(million).map_or(String::new(), |(over, site)| {
            format!("{over:.0}, and {:.0} for the path", site.path_len)
        }),
        limit: million.map_or(String::new(), |site| {
            format!(
                "Of each page's bytes {} are slots, index and tags, which hold the path too, and {} are records of files: SHA-256 \
                 (32 bytes), size, media type. There is one other file for eight pages.",
                each(site, "slots") + each(site, "index") + each(site, "tags"),
                each(site, "assets")
            )
        }),
    };
    let cells = results.redirects.figures.iter().flatten().flat_map(|cost| &cost.cells);
    let ratios: Vec<f64> = cells.map(|cell| cell.times.ratio).collect();
    let middle = (!ratios.is_empty()).then(|| median(ratios.iter().copied()));
    let spread = |pick: fn(f64, f64) -> f64, start| ratios.iter().copied().fold(start, pick);
    let rules = Target {
        what: "2,000 static and 100 dynamic redirects: times a plain page's answer without them".to_owned(),
        target: "1, within noise",
        wanted: Wanted::AtMost(1.1),
        value: middle,
        shown: middle.map_or(String::new(), |middle| {
            let (low, high) = (spread(f64::min, f64::INFINITY), spread(f64::max, 0.0));
            format!("{middle:.2}, the median of all sizes and paces ({low:.2} to {high:.2})")
        }),
        limit: "The shape of a page names the rules that match it, and whether there is one has to be read."
            .to_owned(),
    };
    [size, rules]
}
