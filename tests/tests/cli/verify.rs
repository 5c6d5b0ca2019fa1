//! `trailmark verify`: damage and drift are found, and named.

use serde_json::json;

use crate::cli::support::Place;

#[test]
fn whole_manifest_of_an_unchanged_site_is_fine() {
    let place = Place::compiled(&[]);
    place.run(["verify", "dist.trailmark"]).exits(0).prints(&["whole", "sha256"]);
    place.run(["verify", "dist.trailmark", "--dist", "dist"]).exits(0).prints(&["whole", "matches"]);
    let run = place.run(["verify", "dist.trailmark", "--dist", "dist", "--quiet"]).exits(0);
    assert_eq!((run.stdout.as_str(), run.stderr.as_str()), ("", ""));
}

#[test]
fn every_damaged_byte_is_noticed() {
    let place = Place::compiled(&[]);
    let whole = place.read("dist.trailmark");
    // A spread of places over the whole file; behind the header, the file opens and the damage is a finding.
    for position in (0..whole.len()).step_by(whole.len() / 60).chain([whole.len() - 1]) {
        let mut bytes = whole.clone();
        bytes[position] ^= 0x10;
        std::fs::write(place.path("damaged"), &bytes).unwrap();
        let run = place.run(["verify", "damaged"]);
        match run.status {
            Some(1) => assert!(run.stdout.contains("damaged"), "{run:#?}"),
            Some(2) => assert!(run.stderr.contains("damaged"), "{run:#?}"),
            _ => panic!("byte {position}: {run:#?}"),
        }
    }
}

#[test]
fn wrong_fingerprint_of_the_manifest_is_noticed() {
    let place = Place::compiled(&[]);
    let mut bytes = place.read("dist.trailmark");
    bytes[64] ^= 1;
    std::fs::write(place.path("dist.trailmark"), &bytes).unwrap();
    let run = place.run(["verify", "dist.trailmark"]);
    assert!(matches!(run.status, Some(1 | 2)), "{run:#?}");
}

#[test]
fn every_file_that_differs_is_named() {
    let place = Place::compiled(&[]);
    place.write("dist/about.html", "other");
    place.write("dist/new page.html", "new");
    std::fs::remove_file(place.path("dist/docs/404.html")).unwrap();
    let arguments = ["verify", "dist.trailmark", "--dist", "dist"];
    let parts = ["differs", "changed  /about.html", "missing  /docs/404.html", "new      /new page.html"];
    place.run(arguments).exits(1).prints(&parts);
    let verdict = place.run(arguments.iter().chain(&["--format", "json"])).exits(1).json();
    assert_eq!(verdict["whole"], true);
    let expected = json!([
        {"path": "/about.html", "kind": "changed", "was": 5, "is": 5},
        {"path": "/docs/404.html", "kind": "missing", "was": 24, "is": null},
        {"path": "/new page.html", "kind": "new", "was": null, "is": 3},
    ]);
    assert_eq!(verdict["differences"], expected);
}

#[test]
fn rules_that_differ_are_named_but_comments_are_not() {
    let place = Place::site();
    place.write("dist/_redirects", "/old /about\n");
    place.write("dist/_headers", "/*\n  X-Test: 1\n");
    place.run(["compile", "dist", "-q"]).exits(0);
    let verify = ["verify", "dist.trailmark", "--dist", "dist"];
    place.write("dist/_redirects", "/old /docs/\n");
    place.run(verify).exits(1).prints(&["rules of `_redirects`"]);
    place.write("dist/_redirects", "/old /about\n");
    place.write("dist/_headers", "/*\n  X-Test: 2\n");
    place.run(verify).exits(1).prints(&["rules of `_headers`"]);
    place.write("dist/_headers", "/*\n  X-Test: 1\n");
    place.run(verify).exits(0);
}

#[test]
fn options_of_the_manifest_hold_whatever_the_configuration_says_now() {
    let place = Place::compiled(&["--platform", "pages"]);
    place.run(["verify", "dist.trailmark", "--dist", "dist"]).exits(0);
    place.run(["verify", "dist.trailmark", "--dist", "nowhere"]).fails(&["nowhere"]);
}
