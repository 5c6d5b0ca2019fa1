//! `trailmark inspect`: figures that add up, and lists that are true.

use serde_json::{Value, json};

use crate::cli::support::Place;

#[test]
fn figures_add_up() {
    let place = Place::compiled(&[]);
    let overview = place.run(["inspect", "dist.trailmark", "--format", "json"]).exits(0).json();
    let number = |value: &Value| value.as_u64().unwrap();
    assert_eq!(overview["bytes"], place.read("dist.trailmark").len());
    assert_eq!(
        (&overview["assets"], &overview["pages"], &overview["not_found_pages"]),
        (&json!(9), &json!(8), &json!(2))
    );
    let by_rule: u64 = overview["rules"].as_object().unwrap().values().map(number).sum();
    let routes = &overview["routes"];
    assert_eq!(
        (number(&routes["all"]), number(&routes["all"])),
        (by_rule, number(&routes["serve"]) + number(&routes["redirect"]))
    );
    assert_eq!(overview["probes"]["slots"], 1);
    assert!(number(&overview["probes"]["not_found_at_most"]) >= 1);
    let sections = overview["sections"].as_array().unwrap();
    let end = sections.iter().map(|section| number(&section["offset"]) + number(&section["bytes"])).max();
    assert_eq!(end, Some(number(&overview["bytes"])));
    assert_eq!(overview["provenance"]["html_handling"], "auto-trailing-slash");
}

#[test]
fn text_names_what_a_person_looks_for() {
    let place = Place::compiled(&["--html-handling", "drop-trailing-slash"]);
    let parts = [
        "version 1",
        "sha256",
        "a page",
        "drop-trailing-slash",
        "slots",
        "provenance",
        "1 slot for each look-up",
    ];
    place.run(["inspect", "dist.trailmark"]).exits(0).prints(&parts);
}

#[test]
fn every_listed_route_answers_as_listed() {
    for options in [
        &[][..],
        &["--platform", "pages"],
        &["--html-handling", "none"],
        &["--html-handling", "force-trailing-slash"],
    ] {
        let place = Place::compiled(options);
        let routes =
            place.run(["inspect", "dist.trailmark", "--routes", "--format", "json"]).exits(0).json_lines();
        let paths: Vec<_> = routes.iter().map(|route| route["path"].as_str().unwrap()).collect();
        assert!(paths.is_sorted() && paths.iter().all(|path| path.starts_with('/')), "{paths:?}");
        let requests: String = paths.iter().map(|path| json!({"url": path}).to_string() + "\n").collect();
        let answers = place
            .run_with(["resolve", "dist.trailmark", "--requests", "-"], requests.as_bytes())
            .exits(0)
            .json_lines();
        for (route, answer) in routes.iter().zip(answers) {
            // A path that is not spelled canonically is redirected first.
            if answer["rule"] != "workers/canonical-encoding" {
                let said = [&route["status"], &route["asset"], &route["rule"]];
                assert_eq!(said, [&answer["status"], &answer["asset"], &answer["rule"]], "{route} {answer}");
            }
        }
    }
}

#[test]
fn every_asset_is_served_at_its_canonical_url() {
    let place = Place::compiled(&[]);
    let assets =
        place.run(["inspect", "dist.trailmark", "--assets", "--format", "json"]).exits(0).json_lines();
    assert_eq!(assets.len(), 9);
    for asset in &assets {
        let url = asset["canonical_url"].as_str().unwrap();
        let answer =
            place.run(["resolve", "dist.trailmark", url, "--format", "json"]).exits(0).json_lines().remove(0);
        assert_eq!((&answer["status"], &answer["asset"]), (&json!(200), &asset["path"]));
        assert_eq!(
            (&answer["headers"]["etag"], &answer["headers"]["content-type"]),
            (&asset["etag"], &asset["media_type"])
        );
    }
    let about = trailmark_tests::sites::sha256(b"about");
    let hex: String = about.iter().map(|byte| format!("{byte:02x}")).collect();
    assert_eq!((&assets[1]["path"], &assets[1]["sha256"]), (&json!("/about.html"), &json!(hex)));
    place.run(["inspect", "dist.trailmark", "--assets"]).exits(0).prints(&[
        "PATH",
        "/docs/first%20steps",
        "text/css",
    ]);
}
