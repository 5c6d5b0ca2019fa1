//! Generated modules, compiled: what they say about every site is what the site's manifest says.

use std::collections::BTreeMap;
use std::path::Path;

use proptest::prelude::*;
use proptest::sample::select;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;
use trailmark::Manifest;
use trailmark_compiler::codegen::{self, CodegenError};
use trailmark_compiler::config::headers;
use trailmark_compiler::config::redirects::{self, RedirectOptions};
use trailmark_compiler::options::Platform;
use trailmark_compiler::{
    AssetFile, Base, RoutingOptions, SiteRules, compile_files_at, manifest_of, manifest_with_rules,
};
use trailmark_tests::conformance::assets_of;
use trailmark_tests::corpus;
use trailmark_tests::tables::{Ask, Case, ask};

use crate::random_sites::{config, files, options};
use crate::requests::{asked, configured};

/// Random sites with random rules, some below a base, and random requests.
fn random_cases() -> Vec<Case> {
    let base = prop_oneof![3 => Just(""), 1 => select(&["/docs", "/a", "/index", "/x y/\u{e9}"][..])];
    let strategy = (files(), options(), configured(), base, prop::collection::vec(asked(), 40));
    let config = config(150);
    let cases = config.cases;
    let mut runner = TestRunner::new(config);
    let mut random = || {
        let (files, options, configured, base, asked) = strategy.new_tree(&mut runner).unwrap().current();
        let parsed = Base::from_decoded(base).unwrap();
        let rules = configured.rules(options);
        let manifest = compile_files_at(assets_of(&files), options, &parsed, &rules).unwrap().bytes;
        let opened = Manifest::open(&manifest).unwrap();
        let tag = opened.assets().next().map(|asset| asset.etag().to_string()).unwrap_or_default();
        let prefix = trailmark::encode_site_path(base);
        let record = |(number, asked): (usize, &crate::requests::Asked)| {
            let target = asked.target(&files);
            let target = if number % 5 == 0 { target } else { [prefix.as_bytes(), &target].concat() };
            let mode = asked.navigates.then(|| "navigate".to_owned());
            Ask {
                method: asked.method,
                host: asked.host,
                path: &target,
                flags: [number % 7 == 0, number % 11 == 0, number % 3 == 0],
                headers: [asked.tag.map(|prefix| format!("{prefix}{tag}")), mode, None],
            }
            .record()
        };
        let requests = asked.iter().enumerate().map(record).collect();
        Case { manifest, requests }
    };
    (0..cases).map(|_| random()).collect()
}

/// Every site of the corpus, with the requests that hit every rule.
fn corpus_cases() -> Vec<Case> {
    let case = |site: &corpus::SiteCase| {
        let manifest = manifest_with_rules(site.assets(), site.options.routing(), &site.rules()).unwrap();
        let requests = site.rows.iter().map(|row| {
            let method = row.method();
            Ask { method, path: row.target().as_bytes(), ..Ask::default() }.record()
        });
        Case { requests: requests.collect(), manifest }
    };
    corpus::load().unwrap().iter().map(case).collect()
}

/// Names and texts that a Rust source does not take as they are.
fn hostile_case(platform: Platform) -> Case {
    let options = RoutingOptions { platform, ..RoutingOptions::default() };
    let names = [
        "/\"quoted\".html",
        "/back\\slash\\\".html",
        "/{braces}/index.html",
        "/*/ not a comment /*.html",
        "/line\nbreak\r.html",
        "/nul\0tab\t.html",
        "/right\u{202e}to\u{2066}left.html",
        "/zero\u{200b}width\u{feff}.html",
        "/combining e\u{301}/\u{1f600}.html",
        "/'single'#\"#.html",
        "/404.html",
        "/\"folder\"/404.html",
        "/index.html",
    ];
    let files: BTreeMap<String, String> =
        names.iter().map(|name| ((*name).to_owned(), (*name).to_owned())).collect();
    let html_handling = options.html_handling;
    let redirects = "/\"from\" /\"to\"?\\\"x\n/d/* https://x.example/\"/:splat 301\n/\u{202e} /\u{e9}\n";
    let rules = SiteRules {
        redirects: Some(redirects::parse(redirects, RedirectOptions { platform, html_handling })),
        headers: Some(headers::parse("/*\n  X-Quote: \"a\\\" {b} \u{202e}\n  ! X-None\n")),
        ..SiteRules::default()
    };
    let manifest = manifest_with_rules(assets_of(&files), options, &rules).unwrap();
    let paths = names.iter().flat_map(|name| {
        let encoded = trailmark::encode_site_path(name);
        [
            encoded.trim_end_matches(".html").to_owned(),
            encoded,
            format!("{}x", trailmark::encode_site_path(name)),
        ]
    });
    let more = ["/%22from%22", "/\"from\"", "/d/%22", "/%22folder%22/x", "/%E2%80%AE"].map(str::to_owned);
    let requests =
        paths.chain(more).map(|path| Ask { path: path.as_bytes(), ..Ask::default() }.record()).collect();
    Case { manifest, requests }
}

#[test]
fn modules_compile_and_say_what_manifests_say() {
    let mut cases = random_cases();
    cases.extend(corpus_cases());
    cases.extend(Platform::ALL.iter().map(|&platform| hostile_case(platform)));
    cases.push(Case {
        manifest: manifest_of(Vec::new(), RoutingOptions::default()).unwrap(),
        requests: Vec::new(),
    });
    let asked = ask(&cases, &Path::new(env!("CARGO_TARGET_TMPDIR")).join("codegen")).unwrap();
    assert_eq!(asked.differences, Vec::<String>::new());
    assert!(asked.modules > cases.len() / 2);
}

#[test]
fn equal_sites_give_equal_modules_that_name_nothing_of_the_machine() {
    let files: BTreeMap<_, _> =
        ["/index.html", "/a.html", "/b/index.html"].map(|path| (path.to_owned(), path.to_owned())).into();
    let module = |assets| codegen::module(&manifest_of(assets, RoutingOptions::default()).unwrap()).unwrap();
    let mut assets = assets_of(&files);
    let first = module(assets.clone());
    assets.reverse();
    assert_eq!(first, module(assets));
    assert!(!first.text.contains(env!("CARGO_MANIFEST_DIR")));
    assert!(!first.is_large());
}

#[test]
fn a_site_too_large_for_tables_is_refused_with_the_way_out() {
    let asset = |number: usize| AssetFile {
        site_path: format!("/{number}.html"),
        size: 1,
        fingerprint: trailmark_tests::sites::sha256(&number.to_le_bytes()),
    };
    let most = codegen::MOST_ROWS / 2;
    let manifest = manifest_of((0..=most).map(asset).collect(), RoutingOptions::default()).unwrap();
    let error = codegen::module(&manifest).unwrap_err();
    assert!(matches!(error, CodegenError::TooLarge { rows } if rows == 2 * (most + 1)), "{error:?}");
    assert!(error.to_string().contains("include_bytes!"), "{error}");
    let manifest =
        manifest_of((0..codegen::SENSIBLE_ROWS).map(asset).collect(), RoutingOptions::default()).unwrap();
    assert!(codegen::module(&manifest).unwrap().is_large());
}
