//! A site below a base: the same answers as if its files lay in a folder of that name, but for the single page and for what the
//! files are called.

use std::collections::BTreeMap;

use proptest::prelude::*;
use proptest::sample::select;
use trailmark::format::section;
use trailmark::{Answer, Manifest, OpenError, Request, RequestPath, RuleId, Scratch};
use trailmark_compiler::{Base, SiteRules, compile_files_at, manifest_of};
use trailmark_tests::conformance::assets_of;
use trailmark_tests::mutate::{put_section, sample_manifests};

use crate::cli::support::Place;
use crate::random_sites::{config, draft, files, options};

/// Everything that an answer says.
fn said(manifest: &Manifest<'_>, answer: &Answer<'_, '_>) -> (u16, String, Vec<(String, String)>) {
    let headers = answer.headers().map(|(name, value)| (name.to_owned(), value.to_string()));
    (answer.status, manifest.rule_name(answer.rule).to_owned(), headers.collect())
}

proptest! {
    #![proptest_config(config(800))]

    #[test]
    fn answers_are_those_of_the_files_in_a_folder_of_that_name(
        files in files(),
        options in options(),
        base in select(&["/docs", "/a", "/index", "/x y/\u{e9}", "/a.html"][..]),
        outside in any::<bool>(),
        drafts in prop::collection::vec(draft(), 1..16),
    ) {
        let parsed = Base::from_decoded(base).unwrap();
        let below = compile_files_at(assets_of(&files), options, &parsed, &SiteRules::default()).unwrap().bytes;
        let below = Manifest::open(&below).unwrap();
        below.verify().unwrap();
        prop_assert_eq!(below.base(), base);
        // What is left out is left out by the place in the site's own folder.
        let served = below.assets().map(|asset| asset.site_path().to_string());
        let moved: BTreeMap<_, _> =
            served.map(|path| (format!("{base}{path}"), files[&path].clone())).collect();
        let moved = manifest_of(assets_of(&moved), options).unwrap();
        let moved = Manifest::open(&moved).unwrap();
        let prefix = if outside { String::new() } else { trailmark::encode_site_path(base) };
        let mut scratch = Scratch::new();
        for draft in drafts {
            let target = [prefix.as_bytes(), &draft.target(&files)].concat();
            let Ok(path) = RequestPath::parse(&target, &mut scratch) else { continue };
            let request = Request::get(path);
            let (answer, expected) = (below.answer(&request), moved.answer(&request));
            let name = below.rule_name(answer.rule);
            if matches!(answer.rule, RuleId::SINGLE_PAGE | RuleId::PAGES_SINGLE_PAGE) {
                let site_path = trailmark::decode_path(path.path(), below.decode_mode());
                prop_assert!(parsed.contains(&site_path), "{site_path} is outside of {base}");
                prop_assert_eq!(answer.body.unwrap().site_path(), "/index.html");
                prop_assert_eq!(expected.status, 404);
                continue;
            }
            if expected.status == 404 && expected.body.is_none() && answer.status == 307 {
                // The single page, asked for under another spelling.
                prop_assert_eq!(name, "workers/canonical-encoding");
                continue;
            }
            prop_assert_eq!(said(&below, &answer), said(&moved, &expected), "{}", target.escape_ascii());
            let file = answer.body.map(|asset| format!("{base}{}", asset.site_path()));
            prop_assert_eq!(file, expected.body.map(|asset| asset.site_path().to_string()));
        }
    }
}

#[test]
fn bases_that_no_compiler_writes_are_refused() {
    let good = sample_manifests().remove(2);
    assert_eq!(Manifest::open(&good).unwrap().base(), "/x");
    let long = format!("/{}", "x".repeat(5000));
    for bad in [b"x".as_slice(), b"/", b"/x/", b"/\xFF", long.as_bytes()] {
        let mut bytes = good.clone();
        put_section(&mut bytes, section::BASE, bad);
        let error = Manifest::open(&bytes).map(|_| ()).unwrap_err();
        assert!(matches!(error, OpenError::Section { section: "base", .. }), "{bad:?}: {error}");
    }
}

#[test]
fn a_base_that_is_not_the_assets_own_is_found_by_verify() {
    let mut bytes = sample_manifests().remove(2);
    put_section(&mut bytes, section::BASE, b"/y");
    let manifest = Manifest::open(&bytes).unwrap();
    assert!(manifest.verify().unwrap_err().to_string().contains("not below the base"));
    manifest.assets().for_each(|asset| drop(asset.site_path().to_string()));
}

// -- The command -----------------------------------------------------------------------------------------------------

#[test]
fn routes_hang_below_the_base_and_outside_of_it_there_is_nothing() {
    let place = Place::compiled(&["--base", "/docs"]);
    let urls =
        ["/docs/about", "/docs/about.html", "/docs", "/docs/", "/docs/nope", "/about", "/", "/docsy/about"];
    let answers = place
        .run(["resolve", "dist.trailmark", "--format", "json"].iter().chain(&urls))
        .exits(0)
        .json_lines();
    let short = |answer: &serde_json::Value| {
        let text = |name: &str| answer[name].as_str().unwrap_or("-").to_owned();
        format!("{} {} {}", answer["status"], text("location"), text("asset"))
    };
    let expected = [
        "200 - /about.html",
        "307 /docs/about -",
        "307 /docs/ -",
        "200 - /index.html",
        "404 - /404.html",
        "404 - -",
        "404 - -",
        "404 - -",
    ];
    assert_eq!(answers.iter().map(short).collect::<Vec<_>>(), expected);
}

#[test]
fn every_command_says_where_the_site_hangs() {
    let place = Place::site();
    place.run(["compile", "dist", "--base", "docs/"]).exits(0).prints(&["base", "/docs"]);
    let summary = place.run(["compile", "dist", "--base", "/docs", "--format", "json"]).exits(0).json();
    assert_eq!(summary["base"], "/docs");
    place.run(["inspect", "dist.trailmark"]).exits(0).prints(&["base", "/docs"]);
    place.run(["verify", "dist.trailmark", "--dist", "dist"]).exits(0).prints(&["matches"]);
    let explained = place.run(["explain", "dist.trailmark", "/about"]).exits(0);
    explained.prints(&["The site hangs below /docs", "link to /docs/about", "not below it"]);
    let explained = place.run(["explain", "dist.trailmark", "/docs/first%20steps"]).exits(0);
    assert!(!explained.stdout.contains("file /docs/first"), "{explained:?}");
    let explained = place.run(["explain", "dist.trailmark", "/docs/docs/nope/x"]).exits(0);
    explained.prints(&["/docs/404.html (found)"]);
}

#[test]
fn a_single_page_answers_below_the_base_only() {
    let place = Place::compiled(&["--base", "/app", "--not-found-handling", "single-page-application"]);
    let answers = place
        .run(["resolve", "dist.trailmark", "--format", "json", "/app/any/where", "/any/where"])
        .json_lines();
    assert_eq!(answers[0]["asset"], "/index.html");
    assert_eq!((&answers[1]["status"], &answers[1]["asset"]), (&404.into(), &serde_json::Value::Null));
}

#[test]
fn rules_name_whole_paths() {
    let place = Place::site();
    place.write("dist/_redirects", "/ /docs/ 302\n/docs/old /docs/about 301\n/old /about 301\n");
    place.write("dist/_headers", "/docs/*\n  X-Docs: yes\n");
    place.run(["compile", "dist", "--base", "/docs", "--quiet"]).exits(0);
    let answers = place
        .run(["resolve", "dist.trailmark", "--format", "json", "/", "/docs/old", "/docs/about"])
        .json_lines();
    assert_eq!((&answers[0]["status"], &answers[0]["location"]), (&302.into(), &"/docs/".into()));
    assert_eq!((&answers[1]["status"], &answers[1]["location"]), (&301.into(), &"/docs/about".into()));
    assert_eq!(answers[2]["headers"]["x-docs"], "yes");
}

#[test]
fn what_is_no_base_is_refused_with_an_example() {
    let place = Place::site();
    for bad in ["https://x.example/docs", "/a/../b", "C:/Program Files/Git/docs", "/a?b"] {
        let run = place.run(["compile", "dist", "--base", bad]).exits(2);
        run.says(&["/docs"]);
    }
    place.run(["compile", "dist", "--base", "/"]).exits(0);
}
