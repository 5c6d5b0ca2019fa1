//! The sections about lookups, on generated and on real sites.

use std::path::Path;

use anyhow::Result;

use super::{NONE, Table, count, nanoseconds, ratio, seconds};
use crate::charts::{Chart, Line, Unit};
use crate::measure::Pace;
use crate::requests::Mix;
use crate::results::{Name, Results, SiteResult};

/// In the order of the tables.
const NAMES: [Name; 14] = [
    Name::Hashbrown,
    Name::HashbrownFolders,
    Name::HashbrownHuge,
    Name::Std,
    Name::Phf,
    Name::PtrHash,
    Name::Fst,
    Name::Cloudflare,
    Name::InMemory,
    Name::WholeAnswer,
    Name::Batch,
    Name::ParseOnly,
    Name::OneAccess,
    Name::EmptyLoop,
];

/// Whether it is another structure, and not a variant of one.
fn is_structure(name: Name) -> bool {
    use Name::*;
    !matches!(
        name,
        HashbrownFolders | HashbrownHuge | InMemory | WholeAnswer | Batch | ParseOnly | OneAccess | EmptyLoop
    )
}

fn sites(results: &Results) -> &[SiteResult] {
    results.lookup.figures.as_deref().unwrap_or_default()
}

/// The charts.
pub(super) fn charts(results: &Results, folder: &Path) -> Result<()> {
    let ns = |mix: Mix, pace: Pace, title: &str, file: &str| {
        let chart = Chart {
            title: title.to_owned(),
            across: "pages".to_owned(),
            up: "nanoseconds a lookup".to_owned(),
            unit: Unit::Number,
            lines: lines(results, |site, name| match name {
                None => site.ours(mix, pace),
                Some(name) => site.cell(name, mix, pace).map(|times| times.theirs),
            }),
        };
        chart.write(&folder.join(file))
    };
    ns(Mix::Hit, Pace::StartToEnd, "A hit, start to end", "hit-start-to-end.svg")?;
    ns(Mix::Hit, Pace::Independent, "A hit, independent lookups", "hit-independent.svg")?;
    ns(Mix::Miss, Pace::StartToEnd, "A miss with a root 404.html, start to end", "miss-start-to-end.svg")?;
    ns(Mix::Mixed, Pace::StartToEnd, "The mix, start to end", "mix-start-to-end.svg")?;
    let bytes = Chart {
        title: "Bytes a page".to_owned(),
        across: "pages".to_owned(),
        up: "bytes a page".to_owned(),
        unit: Unit::Number,
        lines: lines(results, |site, name| {
            let bytes = match name {
                None => site.bytes,
                Some(name) => site.of(name)?.bytes,
            };
            Some(bytes as f64 / site.pages as f64)
        }),
    };
    bytes.write(&folder.join("bytes.svg"))
}

/// A line for us and for each contestant.
fn lines(results: &Results, value: impl Fn(&SiteResult, Option<Name>) -> Option<f64>) -> Vec<Line> {
    let line = |name: Option<Name>| {
        let points = sites(results).iter().filter_map(|site| Some((site.pages as f64, value(site, name)?)));
        let text = name.map_or("Trailmark".to_owned(), |name| name.text().replace('`', ""));
        Line { name: text, points: points.collect(), is_ours: name.is_none() }
    };
    let others = NAMES.into_iter().filter(|&name| is_structure(name));
    let lines = std::iter::once(line(None)).chain(others.map(|name| line(Some(name))));
    lines.filter(|line| !line.points.is_empty()).collect()
}

/// Lookups on generated sites.
pub(super) fn section(results: &Results) -> String {
    let sites = sites(results);
    if sites.is_empty() {
        return String::new();
    }
    let mut text = String::from(
        "\n## Lookup\n\n![A hit, start to end](bench/hit-start-to-end.svg)\n\n\
         ![A miss, start to end](bench/miss-start-to-end.svg)\n\n![The mix](bench/mix-start-to-end.svg)\n\n\
         ![A hit, independent](bench/hit-independent.svg)\n\nHow many times longer than Trailmark, start to end:\n",
    );
    let mixes = Mix::ALL
        .into_iter()
        .filter(|mix| sites.iter().any(|site| site.ours(*mix, Pace::StartToEnd).is_some()));
    let mixes: Vec<Mix> = mixes.collect();
    for (pace, title) in
        [(Pace::StartToEnd, None), (Pace::Independent, Some("The same, independent lookups:"))]
    {
        if let Some(title) = title {
            text.push_str(&format!("\n{title}\n"));
        }
        for site in sites.iter().filter(|site| site.pages >= 10_000) {
            text.push_str(&ratios(site, &mixes, pace));
        }
    }
    text.push_str(&times(sites, &mixes));
    text.push_str(&sizes(sites));
    text
}

fn ratios(site: &SiteResult, mixes: &[Mix], pace: Pace) -> String {
    let title = format!("{} pages", count(site.pages));
    let mut table = Table::new(std::iter::once(title.as_str()).chain(mixes.iter().map(|mix| mix.name())));
    for name in NAMES {
        let Some(contestant) = site.of(name).filter(|one| one.cells.iter().any(|cell| cell.pace == pace))
        else {
            continue;
        };
        let cells = mixes
            .iter()
            .map(|&mix| site.cell(name, mix, pace).map_or(NONE.to_owned(), |times| ratio(times.ratio)));
        table.row(std::iter::once(contestant.name.text().to_owned()).chain(cells));
    }
    table.finish()
}

/// Our own nanoseconds.
fn times(sites: &[SiteResult], mixes: &[Mix]) -> String {
    let mut text = String::from(
        "\nTrailmark's own nanoseconds, start to end / independent. Everything is in them: of a hit, the last two columns are the \
         measuring loop alone (fence, stepping on to the next request) and the parsing of the request.\n",
    );
    let heads = mixes.iter().map(|mix| mix.name()).chain(["of it the loop", "of it parsing"]);
    let mut table = Table::new(std::iter::once("pages").chain(heads));
    for site in sites {
        let pair =
            |value: &dyn Fn(Pace) -> Option<f64>| match (value(Pace::StartToEnd), value(Pace::Independent)) {
                (Some(a), Some(b)) => format!("{} / {}", nanoseconds(a), nanoseconds(b)),
                _ => NONE.to_owned(),
            };
        let of = |name: Name, pace: Pace| site.cell(name, Mix::Hit, pace).map(|cell| cell.theirs);
        let mut cells: Vec<String> = mixes.iter().map(|&mix| pair(&|pace| site.ours(mix, pace))).collect();
        cells.push(pair(&|pace| of(Name::EmptyLoop, pace)));
        cells.push(pair(&|pace| Some((of(Name::ParseOnly, pace)? - of(Name::EmptyLoop, pace)?).max(0.0))));
        table.row(std::iter::once(count(site.pages)).chain(cells));
    }
    text.push_str(&table.finish());
    text
}

/// Bytes and building.
fn sizes(sites: &[SiteResult]) -> String {
    let mut text = String::from(
        "\n### Memory and building\n\n![Bytes a page](bench/bytes.svg)\n\nBytes a page of the site. The manifest holds more than \
         the others: fingerprint, size and media type of every file (the assets section, given apart), the rule behind every \
         answer. Of the others the tables with their keys and locations are counted, as asked from the allocator; of \
         Cloudflare's way, names and content hashes.\n",
    );
    let heads: Vec<String> = sites.iter().map(|site| format!("{} pages", count(site.pages))).collect();
    let mut table = Table::new(std::iter::once("bytes a page").chain(heads.iter().map(String::as_str)));
    let per_page = |bytes: u64, site: &SiteResult| format!("{:.0}", bytes as f64 / site.pages as f64);
    table.row(
        std::iter::once("**Trailmark**, the whole file".to_owned())
            .chain(sites.iter().map(|site| per_page(site.bytes, site))),
    );
    table.row(std::iter::once("of it slots, index and tags".to_owned()).chain(
        sites.iter().map(|site| {
            per_page(["slots", "index", "tags"].map(|name| site.section(name)).iter().sum(), site)
        }),
    ));
    table.row(
        std::iter::once("of it the assets".to_owned())
            .chain(sites.iter().map(|site| per_page(site.section("assets"), site))),
    );
    for name in NAMES.into_iter().filter(|&name| is_structure(name)) {
        let cells =
            sites.iter().map(|site| site.of(name).map_or(NONE.to_owned(), |one| per_page(one.bytes, site)));
        table.row(std::iter::once(name.text().to_owned()).chain(cells));
    }
    table.row(
        std::iter::once("mean length of a path".to_owned())
            .chain(sites.iter().map(|site| format!("{:.1}", site.path_len))),
    );
    table.row(
        std::iter::once("routes a page".to_owned())
            .chain(sites.iter().map(|site| format!("{:.1}", site.routes as f64 / site.pages as f64))),
    );
    text.push_str(&table.finish());
    text.push_str(
        "\nSeconds to build: the manifest from the list of files (rules applied, every route resolved, table built, written \
         into memory, checksummed), the others from the manifest's finished routes.\n",
    );
    let mut table = Table::new(std::iter::once("seconds").chain(heads.iter().map(String::as_str)));
    table.row(
        std::iter::once("**Trailmark**".to_owned())
            .chain(sites.iter().map(|site| seconds(site.build_seconds))),
    );
    for name in NAMES.into_iter().filter(|&name| is_structure(name)) {
        let cells =
            sites.iter().map(|site| site.of(name).map_or(NONE.to_owned(), |one| seconds(one.build_seconds)));
        table.row(std::iter::once(name.text().to_owned()).chain(cells));
    }
    text.push_str(&table.finish());
    text
}

/// Misses where the walk finds something on its way.
pub(super) fn walks(results: &Results) -> String {
    let Some(sites) = &results.walks.figures else { return String::new() };
    let mut text = String::from(
        "\n## Misses where many folders own a `404.html`\n\nThe same sites with a not-found page in every locale, every version of the \
         docs and every section of it, and in folders 5, 10 and 20 deep. Start to end; Trailmark in nanoseconds, the others how many \
         times longer.\n",
    );
    let mixes = [Mix::Miss, Mix::Walk1, Mix::Walk5, Mix::Walk20];
    for site in sites {
        let title = format!("{} pages, {} not-found pages", count(site.pages), count(site.not_found_pages));
        let mut table = Table::new(std::iter::once(title.as_str()).chain(mixes.iter().map(|mix| mix.name())));
        let ours = mixes.iter().map(|&mix| {
            site.ours(mix, Pace::StartToEnd).map_or(NONE.to_owned(), |ns| format!("{} ns", nanoseconds(ns)))
        });
        table.row(std::iter::once("**Trailmark**".to_owned()).chain(ours));
        for name in NAMES.into_iter().filter(|&name| site.of(name).is_some()) {
            let cells = mixes.iter().map(|&mix| {
                let cell = site.cell(name, mix, Pace::StartToEnd);
                cell.map_or(NONE.to_owned(), |times| ratio(times.ratio))
            });
            table.row(std::iter::once(name.text().to_owned()).chain(cells));
        }
        text.push_str(&table.finish());
    }
    text
}

/// Lookups on real sites.
pub(super) fn real_sites(results: &Results) -> String {
    let Some(sites) = &results.sites.figures else { return String::new() };
    let mut text = String::from(
        "\n## Real sites\n\nStart to end. First Trailmark's nanoseconds for the mix, then how many times longer the others take, for \
         hits / redirects / misses / the mix. Below 1 they are faster: small tables live in the first cache, where one access more \
         or less is nothing.\n",
    );
    let names = [Name::Hashbrown, Name::PtrHash, Name::Cloudflare];
    let mixes = [Mix::Hit, Mix::Redirect, Mix::Miss, Mix::Mixed];
    let heads = ["site", "files", "bytes a file", "ns, mix"];
    let mut table = Table::new(heads.into_iter().chain(names.iter().map(|name| name.text())));
    for site in sites {
        let mut cells = vec![
            site.site.clone(),
            count(site.assets),
            format!("{:.0}", site.bytes as f64 / site.assets.max(1) as f64),
            site.ours(Mix::Mixed, Pace::StartToEnd).map_or(NONE.to_owned(), nanoseconds),
        ];
        for name in names {
            let each = mixes.iter().map(|&mix| {
                let cell = site.cell(name, mix, Pace::StartToEnd);
                cell.map_or("-".to_owned(), |times| ratio(times.ratio))
            });
            cells.push(each.collect::<Vec<_>>().join(" / "));
        }
        table.row(cells);
    }
    text.push_str(&table.finish());
    text
}
