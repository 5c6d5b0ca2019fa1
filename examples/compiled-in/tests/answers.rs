//! The tables answer as the platform does, and as the site's manifest.

use std::path::Path;

use compiled_in::{answer, routes};
use trailmark::{Manifest, Request, RequestPath, Scratch};
use trailmark_compiler::{CompileOptions, compile};

#[test]
fn pages_are_served_and_other_spellings_lead_to_them() {
    for (target, begins, rule) in [
        ("/", "200 /index.html ", "(auto-trailing-slash/slash/folder)"),
        ("/about", "200 /about.html ", "(auto-trailing-slash/page)"),
        ("/about.html?from=mail", "307 -> /about?from=mail ", "(auto-trailing-slash/html/to-page)"),
        ("/docs", "307 -> /docs/ ", "(auto-trailing-slash/to-folder)"),
        ("/%61bout", "307 -> /about ", "(workers/canonical-encoding)"),
        ("/nowhere", "404 /404.html ", "(not-found/404-page)"),
    ] {
        let answer = answer(target).unwrap();
        assert!(answer.starts_with(begins) && answer.ends_with(rule), "{target}: {answer}");
    }
}

#[test]
fn every_asset_is_listed_and_answered_as_by_the_manifest() {
    let compiled = compile(Path::new("../plain-html"), &CompileOptions::default(), &()).unwrap();
    let manifest = Manifest::open(&compiled.bytes).unwrap();
    assert_eq!(routes::SITE.asset_count(), manifest.asset_count());
    let mut scratch = Scratch::new();
    for asset in manifest.assets() {
        let target = trailmark::encode_site_path(&asset.site_path().to_string());
        let request = Request::get(RequestPath::parse(&target, &mut scratch).unwrap());
        let (ours, theirs) = (routes::SITE.answer(&request), manifest.answer(&request));
        assert_eq!(
            (ours.status, ours.etag(), ours.rule),
            (theirs.status, theirs.etag(), theirs.rule),
            "{target}"
        );
    }
}
