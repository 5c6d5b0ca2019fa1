//! Manifests for other hosts: whatever the site and whatever is asked, they answer as the tables do.

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;
use proptest::sample::select;
use trailmark::{Manifest, Platform, Request, RequestPath, RouteEffect, Scratch};
use trailmark_compiler::Base;
use trailmark_compiler::hosts::{Files, Host, HostAnswer, HostedSite, numbered_rules};
use trailmark_compiler::{AssetFile, compile_files_for};
use trailmark_tests::conformance::assets_of;
use trailmark_tests::mutate::interrogate;

use crate::random_sites::{config, draft, files};

/// The hosts that tables tell about.
pub(crate) fn other_hosts() -> Vec<Host> {
    Host::ALL.iter().copied().filter(|host| host.cloudflare().is_none()).collect()
}

/// What a manifest answers, in the terms of the tables.
fn told<'m>(
    manifest: &'m Manifest<'_>,
    path: &RequestPath<'_>,
) -> (u16, Option<String>, Option<String>, &'m str) {
    let found = manifest.lookup(path);
    let location = found.location().map(|location| location.to_string());
    let file = found.asset().map(|asset| asset.site_path().to_string());
    (found.status(), location, file, manifest.rule_name(found.rule()))
}

fn expected(answer: HostAnswer) -> (u16, Option<String>, Option<String>, &'static str) {
    (answer.status, answer.location, answer.file, answer.rule.name)
}

/// Ways to spell a path that a host may read differently.
fn respelled(target: &[u8], way: u8) -> Vec<u8> {
    let text = String::from_utf8_lossy(target).into_owned();
    let text = match way {
        0 => text,
        1 => text.replacen('/', "//", 2),
        2 => text.to_ascii_uppercase(),
        3 => text.replace("/index", "/%69ndex"),
        4 => text.replace('.', "%2E"),
        5 => format!("/{}", text.trim_start_matches('/').replace('/', "%2F")),
        6 => format!("{text}%zz"),
        7 => format!("{text}//"),
        8 => format!("{text}%2F%2e%2E%2F"),
        9 => format!("/x%2F..%2F..{text}"),
        10 => format!("{text}%FF%C3"),
        11 => text.replace("html", "%68TML"),
        _ => format!("{text}?a=b%20c&d"),
    };
    text.into_bytes()
}

fn bases() -> impl Strategy<Value = Base> {
    select(&["", "/docs", "/a", "/d\u{e9}/x|y", "/a/index"][..])
        .prop_map(|base| Base::from_decoded(base).unwrap())
}

proptest! {
    #![proptest_config(config(2500))]

    #[test]
    fn the_manifest_answers_every_path_as_the_table_does(
        files in files(),
        base in bases(),
        host in select(other_hosts()),
        drafts in prop::collection::vec((draft(), 0u8..24), 1..24),
    ) {
        let assets = assets_of(&files);
        let compiled = compile_files_for(assets.clone(), host, &base).unwrap();
        let manifest = Manifest::open(&compiled.bytes).unwrap();
        manifest.verify().unwrap();
        let site_files = Files::new(assets, &base);
        let site = HostedSite::new(&site_files, host).unwrap();
        let mut scratch = Scratch::new();
        for (draft, way) in drafts {
            let below = [base.as_str().as_bytes(), &draft.target(&files)].concat();
            let target = respelled(&below, way);
            let Ok(path) = RequestPath::parse(&target, &mut scratch) else { continue };
            let shown = target.escape_ascii().to_string();
            prop_assert_eq!(told(&manifest, &path), expected(site.answer(&path)), "{} on {}", shown, host);
        }
    }

    /// What tools list of a site is what it answers.
    #[test]
    fn listed_routes_and_canonical_urls_are_what_is_answered(
        files in files(),
        base in bases(),
        host in select(other_hosts()),
    ) {
        let compiled = compile_files_for(assets_of(&files), host, &base).unwrap();
        let manifest = Manifest::open(&compiled.bytes).unwrap();
        let mut scratch = Scratch::new();
        for route in manifest.routes() {
            let target = manifest.encode(&route.path.to_string());
            // Segments of dots can only be asked for with their slashes escaped.
            let Ok(path) = RequestPath::parse(&target, &mut scratch) else { continue };
            let found = manifest.lookup(&path);
            prop_assert_eq!(found.rule(), route.rule, "{} on {}", target, host);
            match route.effect {
                RouteEffect::Serve(asset) => prop_assert_eq!(found.asset(), Some(asset)),
                RouteEffect::Redirect(_) => prop_assert!(found.location().is_some()),
            }
        }
        for asset in manifest.assets() {
            let Some(url) = asset.canonical_url().map(|url| url.to_string()) else { continue };
            let found = manifest.lookup(&RequestPath::parse(&url, &mut scratch).unwrap());
            prop_assert_eq!(found.status(), 200, "{} on {}", url, host);
            prop_assert_eq!(found.asset(), Some(asset), "{} on {}", url, host);
        }
    }

    #[test]
    fn any_order_of_files_gives_the_same_bytes(
        (sorted, shuffled) in files().prop_flat_map(|files| {
            let assets = assets_of(&files);
            (Just(assets.clone()), Just(assets).prop_shuffle())
        }),
        host in select(other_hosts()),
    ) {
        let bytes = |assets| compile_files_for(assets, host, &Base::default()).unwrap().bytes;
        prop_assert!(bytes(sorted) == bytes(shuffled));
    }
}

fn assets(names: &[&str]) -> Vec<AssetFile> {
    let files: BTreeMap<String, String> =
        names.iter().map(|name| ((*name).to_owned(), (*name).to_owned())).collect();
    assets_of(&files)
}

#[test]
fn long_paths_are_answered_as_short_ones() {
    let long = format!("/{}", "x".repeat(3000));
    let names =
        [format!("{long}.html"), format!("{long}/index.html"), format!("{}%41.html", "/y".repeat(700))];
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let mut scratch = Scratch::new();
    for host in other_hosts() {
        let compiled = compile_files_for(assets(&names), host, &Base::default()).unwrap();
        let manifest = Manifest::open(&compiled.bytes).unwrap();
        let files = Files::new(assets(&names), &Base::default());
        let site = HostedSite::new(&files, host).unwrap();
        for name in &names {
            let stem = name.trim_end_matches(".html").trim_end_matches("/index");
            for ending in ["", "/", ".html", "/index.html", "//", "%2Ehtml", "/%FF%FF", "/nope", "X"] {
                let target = format!("{}{ending}", trailmark::encode_site_path(stem));
                let path = RequestPath::parse(&target, &mut scratch).unwrap();
                assert_eq!(told(&manifest, &path), expected(site.answer(&path)), "{host}: …{ending}");
            }
        }
    }
}

#[test]
fn manifests_name_their_host_and_its_rules() {
    for host in other_hosts() {
        let compiled = compile_files_for(assets(&["/a.html", "/404.html"]), host, &Base::default()).unwrap();
        let manifest = Manifest::open(&compiled.bytes).unwrap();
        assert_eq!((manifest.platform(), manifest.host()), (Platform::Host, Some(host.as_str())));
        assert_eq!(trailmark_compiler::Provenance::read(&manifest).unwrap().host(), Some(host));
        interrogate(&manifest, &["/", "/a", "/A", "/a.html", "/nope.html", "/%zz", "//", "/404.html"]);
    }
}

#[test]
fn whole_requests_get_what_every_host_sends_and_nothing_of_cloudflares() {
    let compiled =
        compile_files_for(assets(&["/a/index.html", "/a/x.css", "/b/c.txt"]), Host::Nginx, &Base::default())
            .unwrap();
    let manifest = Manifest::open(&compiled.bytes).unwrap();
    let mut scratch = Scratch::new();
    let mut ask = |method: &'static str, target: &'static str| {
        let path = RequestPath::parse(target, &mut scratch).unwrap();
        let answer = manifest.answer(&Request::new(method, path, trailmark::RequestHeaders::default()));
        let names: BTreeSet<&str> = answer.headers().map(|(name, _)| name).collect();
        (answer.status, names.into_iter().collect::<Vec<_>>())
    };
    assert_eq!(ask("GET", "/a/"), (200, vec!["cache-control", "content-type", "etag"]));
    assert_eq!(ask("GET", "/a"), (301, vec!["location"]));
    assert_eq!(ask("GET", "/b/"), (403, vec![]));
    assert_eq!(ask("GET", "/%zz"), (400, vec![]));
    assert_eq!(ask("GET", "/nope"), (404, vec![]));
    assert_eq!(ask("POST", "/a/"), (405, vec![]));
}

/// What the authors of the trailing-slash-guide saw on live hosts (`hosts/trailing-slash-guide.json`).
#[derive(serde::Deserialize)]
struct Guide {
    site: Vec<String>,
    hosts: Vec<Column>,
}

#[derive(serde::Deserialize)]
struct Column {
    host: String,
    answers: BTreeMap<String, Cell>,
}

#[derive(serde::Deserialize, Debug)]
struct Cell {
    status: Option<u16>,
    redirect: Option<String>,
}

#[test]
fn manifests_reproduce_every_cell_of_the_trailing_slash_guide() {
    let guide: Guide = serde_json::from_str(include_str!("../hosts/trailing-slash-guide.json")).unwrap();
    let names: Vec<&str> = guide.site.iter().map(String::as_str).collect();
    let mut cells = 0;
    for column in &guide.hosts {
        let host: Host = column.host.parse().unwrap();
        let compiled = compile_files_for(assets(&names), host, &Base::default()).unwrap();
        let manifest = Manifest::open(&compiled.bytes).unwrap();
        let mut scratch = Scratch::new();
        let mut ask = |target: &str| {
            let found = manifest.lookup(&RequestPath::parse(target, &mut scratch).unwrap());
            (found.status(), found.location().map(|location| location.to_string()))
        };
        for (url, cell) in &column.answers {
            cells += 1;
            let (status, location) = ask(url);
            let agrees = match (&cell.redirect, &location) {
                (Some(redirect), location) => location.as_ref() == Some(redirect),
                (None, None) => Some(status) == cell.status,
                // In two cells the guide notes where a redirect ends.
                (None, Some(location)) => cell.status == Some(404) && ask(location).0 == 404,
            };
            assert!(agrees, "{host} {url}: {cell:?}, but {status} {location:?}");
        }
    }
    assert_eq!(cells, 120);
}

#[test]
fn numbers_of_rules_are_never_given_to_another_rule() {
    let committed = include_str!("../hosts/rule-numbers.txt");
    let now: Vec<String> = numbered_rules().map(|(id, name)| format!("{} {name}", id.0)).collect();
    let is_kept = committed.lines().eq(now.iter().take(committed.lines().count()));
    assert!(is_kept, "a number means another rule than it did, or none: append to the list only");
    assert_eq!(committed.lines().count(), now.len(), "append the new rules to tests/hosts/rule-numbers.txt");
}
