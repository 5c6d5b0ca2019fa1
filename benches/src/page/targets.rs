//! The targets beside the results, and for each that is missed, what limits it.

use super::{Table, count, nanoseconds, ratio, seconds};
use crate::measure::{Pace, median};
use crate::parts::compiling::name;
use crate::requests::Mix;
use crate::results::{Name, Opening, Results, SiteResult, Tree, TreeKind};

/// What is wanted of a figure.
#[derive(Debug, Clone, Copy)]
enum Wanted {
    AtLeast(f64),
    AtMost(f64),
}

impl Wanted {
    fn is_met(self, value: f64) -> bool {
        match self {
            Wanted::AtLeast(least) => value >= least,
            Wanted::AtMost(most) => value <= most,
        }
    }
}

/// A target.
struct Target {
    what: String,
    target: &'static str,
    wanted: Wanted,
    /// The figure; `None` if it was not measured.
    value: Option<f64>,
    /// The figure as it is shown, with what it is made of.
    shown: String,
    /// What limits it.
    limit: String,
}

/// The section.
pub(super) fn section(results: &Results) -> String {
    let targets = targets(results);
    let mut text = String::from("\n## Targets and results\n");
    let mut table = Table::of_text(["what", "target", "measured", ""]);
    for target in &targets {
        let state = match target.value {
            None => "not measured",
            Some(value) if target.wanted.is_met(value) => "met",
            Some(_) => "**missed**",
        };
        let shown = if target.value.is_none() { String::new() } else { target.shown.clone() };
        table.row([target.what.clone(), target.target.to_owned(), shown, state.to_owned()]);
    }
    text.push_str(&table.finish());
    let missed: Vec<&Target> = targets
        .iter()
        .filter(|target| target.value.is_some_and(|value| !target.wanted.is_met(value)))
        .collect();
    if !missed.is_empty() {
        text.push_str("\nWhat limits the ones that are missed:\n\n");
        for target in missed {
            text.push_str(&format!(
                "- *{}* ({} of {}): {}\n",
                target.what, target.shown, target.target, target.limit
            ));
        }
    }
    text
}

fn targets(results: &Results) -> Vec<Target> {
    let mut targets = lookup(results);
    targets.extend(opening(results));
    targets.extend(compiling(results));
    targets.extend(size_and_rules(results));
    targets
}

fn site(results: &Results, pages: usize) -> Option<&SiteResult> {
    results.lookup.figures.iter().flatten().find(|site| site.pages == pages)
}

/// How much of a hit is the parsing of the request, which all contestants do alike.
fn parsing(results: &Results, pages: usize) -> String {
    let mut parts = Vec::new();
    if let Some(cell) =
        site(results, pages).and_then(|site| site.cell(Name::ParseOnly, Mix::Hit, Pace::StartToEnd))
    {
        let (parse, all) = (nanoseconds(cell.theirs), nanoseconds(cell.ours));
        parts.push(format!("{parse} of the {all} ns of a hit at {} pages", count(pages)));
    }
    let counts = results.instructions.figures.iter().flatten().filter(|count| count.kind == "hit");
    let of = |call: &str| counts.clone().find(|count| count.call.contains(call)).map(|count| count.count);
    if let Some((parse, all)) = of("alone").zip(of("lookup")) {
        parts.push(format!("{} of its {} instructions", nanoseconds(parse), nanoseconds(all)));
    }
    if parts.is_empty() {
        return "parsing the request is the same for both".to_owned();
    }
    format!("{} are the loop and the parsing of the request, the same for both", parts.join(" and "))
}

/// What a hit consists of, beside what it is compared with.
fn limit_of_hits(results: &Results, pages: usize) -> String {
    let access = site(results, pages).and_then(|site| site.cell(Name::OneAccess, Mix::Hit, Pace::StartToEnd));
    let access = access.map_or(String::new(), |cell| {
        let (one, all) = (nanoseconds(cell.theirs), nanoseconds(cell.ours));
        format!("; a single access to the file, anywhere, takes {one} ns where a hit takes {all}")
    });
    let why = if pages < 1_000_000 {
        "at this size much of either table is in the caches, where a further access costs little"
    } else {
        "what remains is memory: the line of the slot, and the page table entry that leads to it (4 KiB pages)"
    };
    format!("{}{access}; {why}", parsing(results, pages))
}

fn lookup(results: &Results) -> Vec<Target> {
    let mut targets = Vec::new();
    for (pages, target, least) in
        [(1_000_000, "at least 3", 3.0), (100_000, "at least 2.5", 2.5), (10_000, "at least 1.5", 1.5)]
    {
        let cell =
            site(results, pages).and_then(|site| site.cell(Name::Hashbrown, Mix::Hit, Pace::StartToEnd));
        targets.push(Target {
            what: format!("hit, start to end, {} pages: times `hashbrown` with all forms", count(pages)),
            target,
            wanted: Wanted::AtLeast(least),
            value: cell.map(|cell| cell.ratio),
            shown: cell.map_or(String::new(), |cell| {
                format!(
                    "{} ({} against {} ns)",
                    ratio(cell.ratio),
                    nanoseconds(cell.ours),
                    nanoseconds(cell.theirs)
                )
            }),
            limit: limit_of_hits(results, pages),
        });
    }
    targets.push(cloudflare(results));
    let cell = site(results, 100_000).and_then(|site| site.cell(Name::Phf, Mix::Hit, Pace::StartToEnd));
    targets.push(Target {
        what: "hit, start to end, 100,000 pages: times `phf::Map`".to_owned(),
        target: "at least 2.5",
        wanted: Wanted::AtLeast(2.5),
        value: cell.map(|cell| cell.ratio),
        shown: cell.map_or(String::new(), |cell| {
            format!(
                "{} ({} against {} ns)",
                ratio(cell.ratio),
                nanoseconds(cell.ours),
                nanoseconds(cell.theirs)
            )
        }),
        limit: limit_of_hits(results, 100_000),
    });
    let million = site(results, 1_000_000);
    let cell = million.and_then(|site| site.cell(Name::Hashbrown, Mix::Miss, Pace::StartToEnd));
    let folders = million.and_then(|site| site.cell(Name::HashbrownFolders, Mix::Miss, Pace::StartToEnd));
    targets.push(Target {
        what: "miss with a root `404.html`, 1,000,000 pages: times `hashbrown` with the parent walk"
            .to_owned(),
        target: "at least 2",
        wanted: Wanted::AtLeast(2.0),
        value: cell.map(|cell| cell.ratio),
        shown: cell.map_or(String::new(), |cell| {
            let folders = folders.map_or(String::new(), |folders| {
                format!("; {} with 404 folders in a map of their own", ratio(folders.ratio))
            });
            format!(
                "{} ({} against {} ns){folders}",
                ratio(cell.ratio),
                nanoseconds(cell.ours),
                nanoseconds(cell.theirs)
            )
        }),
        limit: limit_of_hits(results, 1_000_000),
    });
    targets
}

fn cloudflare(results: &Results) -> Target {
    let cells: Vec<(usize, f64)> = results
        .lookup
        .figures
        .iter()
        .flatten()
        .filter_map(|site| Some((site.pages, site.cell(Name::Cloudflare, Mix::Hit, Pace::StartToEnd)?.ratio)))
        .collect();
    let lowest = cells.iter().map(|cell| cell.1).min_by(f64::total_cmp);
    let each: Vec<String> =
        cells.iter().map(|(pages, times)| format!("{} at {}", ratio(*times), count(*pages))).collect();
    Target {
        what: "hit, start to end, every size: times Cloudflare's way".to_owned(),
        target: "at least 8",
        wanted: Wanted::AtLeast(8.0),
        value: lowest,
        shown: each.join(", "),
        limit: format!(
            "{}; most hits of its way need one or two names hashed (some 60 ns each with the processor's SHA instructions) and \
             searched for, and while the list is in the caches a search costs little",
            parsing(results, 10_000)
        ),
    }
}

fn opening(results: &Results) -> Vec<Target> {
    let openings: Vec<&Opening> = results.opening.figures.iter().flatten().collect();
    let of = |pages: usize, from: &str| {
        openings.iter().find(|opening| opening.pages == pages && opening.from.starts_with(from)).copied()
    };
    let mut targets = Vec::new();
    for pages in [1_000_000, 10_000] {
        let json = of(pages, "JSON");
        targets.push(Target {
            what: format!("first lookup of a process, {} pages: times sooner than from JSON", count(pages)),
            target: "at least 1,000",
            wanted: Wanted::AtLeast(1000.0),
            value: json.and_then(|json| json.ratio),
            shown: json.zip(of(pages, "manifest, mapped")).map_or(String::new(), |(json, mapped)| {
                let times = json.ratio.map_or(String::new(), ratio);
                format!("{times} ({} against {})", seconds(mapped.seconds), seconds(json.seconds))
            }),
            limit: "the first answer costs the same at every size: opening and mapping a file and the first touch of some \
                    pages of memory; the JSON of a site this small is read in milliseconds"
                .to_owned(),
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
        shown: each.join(", "),
        limit: "the system maps larger files with more page tables".to_owned(),
    });
    targets
}

fn compiling(results: &Results) -> Vec<Target> {
    let trees = || results.compiling.figures.iter().flat_map(|figures| &figures.trees);
    let small = trees().find(|tree| tree.kind == TreeKind::Small);
    let large = trees().find(|tree| tree.kind == TreeKind::Large);
    let tiny = trees().filter(|tree| tree.kind == TreeKind::Tiny).max_by_key(|tree| tree.files);
    let files = |tree: Option<&Tree>, wanted: usize| count(tree.map_or(wanted, |tree| tree.files));
    let against = |tree: Option<&Tree>,
                   what: &str,
                   wanted: Wanted,
                   target: &'static str,
                   pair: [&str; 2],
                   limit: String| {
        let value = tree.and_then(|tree| tree.ratio(pair[0], pair[1]));
        let time = |name: &str| {
            tree.and_then(|tree| tree.run(name))
                .map_or(String::new(), |run| seconds(median(run.seconds.iter().copied())))
        };
        let shown = value.map_or(String::new(), |value| {
            format!("{} ({} against {})", ratio(value), time(pair[0]), time(pair[1]))
        });
        Target { what: what.to_owned(), target, wanted, value, shown, limit }
    };
    let mut targets = vec![
        against(
            small,
            &format!("compile {} small files: times the floor", files(small, 100_000)),
            Wanted::AtMost(1.3),
            "at most 1.3",
            [name::COMPILE, name::FLOOR],
            stages(small),
        ),
        against(
            small,
            "the same: times faster than wrangler's hashing",
            Wanted::AtLeast(15.0),
            "at least 15",
            [name::WRANGLER, name::COMPILE],
            stages(small),
        ),
        against(
            large,
            &format!("compile {} files of 64 MiB: times the floor", files(large, 20)),
            Wanted::AtMost(1.1),
            "at most 1.1",
            [name::COMPILE, name::FLOOR],
            stages(large),
        ),
        against(
            small,
            "compile again, nothing changed: times the bare walk",
            Wanted::AtMost(1.3),
            "at most 1.3",
            [name::AGAIN, name::WALK],
            stages(small),
        ),
    ];
    targets.extend(table_and_memory(tiny));
    targets
}

/// Building the table, and the peak memory, of the largest site that was compiled.
fn table_and_memory(tiny: Option<&Tree>) -> [Target; 2] {
    let pages = tiny.map(|tree| (tree.files - tree.files / 9) as f64);
    let stage = |names: &[&str]| {
        let stages = &tiny?.stages;
        names.iter().find_map(|name| stages.iter().find(|stage| stage.0 == *name))
    };
    let table = stage(&["table", "index", "encode"]);
    let value = table.zip(pages).map(|(stage, pages)| stage.1 / pages * 1e6);
    let (whole, limit) = match table {
        Some(stage) if stage.0 == "encode" => (
            ", all of encoding: table, records, checksums",
            "the compiler tells the time of encoding as a whole, which includes writing every slot and asset record, and two \
             checksums over the file",
        ),
        _ => (
            "",
            "the compiler's own figure for finding the pilots of the perfect hash; more cores than four would share the work",
        ),
    };
    let sites = tiny.map_or(String::new(), |tree| format!(" of {} files", count(tree.files)));
    let peak = tiny.and_then(|tree| tree.run(name::COMPILE)).map(|run| run.peak as f64);
    [
        Target {
            what: "building the table: seconds a million pages".to_owned(),
            target: "at most 0.2 s",
            wanted: Wanted::AtMost(0.2),
            value,
            shown: value.map_or(String::new(), |value| format!("{value:.2} s (a site{sites}{whole})")),
            limit: limit.to_owned(),
        },
        Target {
            what: format!("compile a site{sites}: peak memory, bytes a page"),
            target: "at most 1,024",
            wanted: Wanted::AtMost(1024.0),
            value: peak.zip(pages).map(|(peak, pages)| peak / pages),
            shown: peak.zip(pages).map_or(String::new(), |(peak, pages)| count((peak / pages) as usize)),
            limit: "paths, metadata and answers of the whole site are in memory together with the finished manifest"
                .to_owned(),
        },
    ]
}

fn stages(tree: Option<&Tree>) -> String {
    let Some(tree) = tree else { return String::new() };
    let stages: Vec<String> =
        tree.stages.iter().map(|(name, time)| format!("{name} {}", seconds(*time))).collect();
    let walk = tree.run(name::WALK).map_or(String::new(), |run| {
        format!("; a bare walk takes {}", seconds(median(run.seconds.iter().copied())))
    });
    format!("its stages: {}{walk}", stages.join(", "))
}

fn size_and_rules(results: &Results) -> Vec<Target> {
    let million = site(results, 1_000_000);
    let over = million.map(|site| site.bytes as f64 / site.pages as f64 - site.path_len);
    let mut targets = vec![Target {
        what: "manifest, 1,000,000 pages: bytes a page on top of its path".to_owned(),
        target: "about 64",
        wanted: Wanted::AtMost(72.0),
        value: over,
        shown: over.zip(million).map_or(String::new(), |(over, site)| {
            format!(
                "{over:.0} ({} of a page's bytes are the fingerprint, size and type of its files)",
                site.section("assets") / site.pages as u64
            )
        }),
        limit: "a slot of 64 bytes holds most paths inside it, so page and path together take one slot; what exceeds that is the \
                record of every file, of which 32 bytes are its SHA-256, and the one other file for eight pages"
            .to_owned(),
    }];
    let cells = results.redirects.figures.iter().flatten().flat_map(|cost| &cost.cells);
    let ratios: Vec<f64> = cells.map(|cell| cell.times.ratio).collect();
    let middle = (!ratios.is_empty()).then(|| median(ratios.iter().copied()));
    let spread = |pick: fn(f64, f64) -> f64, start| ratios.iter().copied().fold(start, pick);
    targets.push(Target {
        what: "2,000 static and 100 dynamic redirects: times a plain page's answer without them".to_owned(),
        target: "1, within noise",
        wanted: Wanted::AtMost(1.1),
        value: middle,
        shown: middle.map_or(String::new(), |middle| {
            let (low, high) = (spread(f64::min, f64::INFINITY), spread(f64::max, 0.0));
            format!("{middle:.2} ({low:.2} to {high:.2} over all sizes and paces)")
        }),
        limit: "the slot names the rules of a path, and whether there is one has to be read".to_owned(),
    });
    targets
}
