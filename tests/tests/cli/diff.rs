//! `trailmark diff`: what it finds, how it prints it, and how it fails.

use crate::cli::support::Place;

/// The small site, and the same after a day of work.
fn place() -> Place {
    let place = Place::compiled(&[]);
    for (path, content) in [
        ("new/index.html", "home, again"),
        ("new/about-us.html", "about"),
        ("new/404.html", "not found"),
        ("new/docs/index.html", "docs"),
        ("new/docs/404.html", "no such page of the docs"),
        ("new/docs/first steps.html", "first steps"),
        ("new/fr/404/index.html", "introuvable"),
        ("new/fr/légendes.html", "légendes"),
        ("new/style.css", "body {}"),
    ] {
        place.write(path, content);
    }
    place
}

#[test]
fn a_person_sees_what_matters_first() {
    let run = place().run(["diff", "dist.trailmark", "new"]).exits(0);
    let at = |text: &str| run.stdout.find(text).unwrap_or_else(|| panic!("{text:?} is not in {run:#?}"));
    let order = [
        "Gone",
        "Start to redirect",
        "Content",
        "/about-us (same content)",
        "/about /about-us 301",
        "/fr/l%C3%A9gendes/",
    ];
    let places = order.map(at);
    assert!(places.is_sorted(), "{run:#?}");
    run.says(&["compiled in memory"]);
}

#[test]
fn a_site_and_its_manifest_are_the_same() {
    let place = place();
    for arguments in [["dist.trailmark", "dist"], ["dist", "dist"], ["dist.trailmark", "dist.trailmark"]] {
        let run = place.run(["diff", "--quiet", "--fail-on", "any"].iter().chain(&arguments)).exits(0);
        run.prints(&["No difference"]);
    }
    let json = place.run(["diff", "dist", "dist", "--format", "json", "-q"]).exits(0).json();
    assert_eq!(json["is_same"], true);
    let markdown = place.run(["diff", "dist", "dist", "--format", "markdown", "-q"]).exits(0);
    markdown.prints(&["No difference"]);
}

#[test]
fn fail_on_says_why_and_exits_with_1() {
    let place = place();
    let diff = |kinds: &str| place.run(["diff", "dist", "new", "-q", "--fail-on", kinds]);
    diff("gone").exits(1).says(&["--fail-on gone: 3 URLs"]);
    diff("worker,redirect-starts").exits(1).says(&["redirect-starts: 1 URL"]);
    diff("content").exits(1);
    diff("settings,not-found,failing,rules,dead-ends").exits(0);
    diff("nonsense").fails(&["nonsense", "gone"]);
}

#[test]
fn json_has_pages_with_their_urls() {
    let json = place().run(["diff", "dist", "new", "--format", "json", "-q"]).exits(0).json();
    assert_eq!(json["counts"]["gone"], serde_json::json!({"pages": 1, "urls": 3}));
    let page = &json["changes"][0];
    assert_eq!((page["url"].as_str(), page["kind"].as_str()), (Some("/about"), Some("gone")));
    assert_eq!(page["before"]["status"], 200);
    assert_eq!(page["after"]["state"], "missing");
    assert!(page["other_urls"].as_array().unwrap().iter().any(|url| url["url"] == "/about.html"));
    assert_eq!(json["redirect_lines"][0], "/about /about-us 301");
}

#[test]
fn headers_and_rules_that_change_are_told_with_what_changes() {
    let place = place();
    place.write("dist/_headers", "/*\n  X-Frame-Options: DENY\n");
    place.write("dist/_redirects", "/old/* /docs/:splat 301\n/start /about 302\n");
    let run = place.run(["diff", "dist.trailmark", "dist", "-q", "--fail-on", "headers,rules"]).exits(1);
    run.prints(&[
        "+ x-frame-options: DENY",
        "+ _redirects  /old/* /docs/:splat 301",
        "such as /old/any/page",
        "/start",
    ]);
    let json = place.run(["diff", "dist.trailmark", "dist", "-q", "--format", "json"]).exits(0).json();
    let changes = json["changes"].as_array().unwrap();
    assert!(changes.iter().any(|page| page["headers"] == "+ x-frame-options: DENY"), "{json}");
    assert_eq!(json["rules"].as_array().unwrap().len(), 3);
}

#[test]
fn markdown_is_bounded_and_its_texts_are_code() {
    let place = Place::with(&[]);
    for n in 0..3000 {
        place.write(&format!("old/some folder/page-{n}-of-a-name-that-is-not-short.html"), &format!("{n}"));
    }
    place.write("new/a`b|c/index.html", "x");
    let run = place.run(["diff", "old", "new", "-q", "--format", "markdown", "--limit", "0"]).exits(0);
    assert!(run.stdout.len() < 65_536, "{}", run.stdout.len());
    run.prints(&["left out", "`/a%60b%7Cc/`", "| **Gone** | 3,000 |", "<b>New</b>: 1"]);
    let short = place.run(["diff", "old", "new", "-q", "--format", "markdown"]).exits(0);
    assert!(short.stdout.len() < 5000 && short.stdout.contains("and 2,980 more"), "{}", short.stdout);
}

#[test]
fn lists_for_other_programs() {
    let place = place();
    let run = place
        .run(["diff", "dist", "new", "-q", "--purge-list", "-", "--site", "https://Example.com/"])
        .exits(0);
    let urls: Vec<_> = run.stdout.lines().collect();
    for url in ["https://example.com/", "https://example.com/about", "https://example.com/about.html"] {
        assert!(urls.contains(&url), "{url}: {run:#?}");
    }
    assert!(
        urls.iter().all(|url| url.starts_with("https://example.com/")) && !run.stdout.contains("style.css")
    );
    place.run(["diff", "dist", "new", "-q", "--redirect-lines", "lines"]).exits(0).prints(&["Gone"]);
    let lines = String::from_utf8(place.read("lines")).unwrap();
    assert!(lines.contains("\n/about /about-us 301\n"), "{lines}");
    // The lines do what they are for.
    std::fs::write(place.path("new/_redirects"), lines).unwrap();
    place.run(["diff", "dist", "new", "-q", "--fail-on", "gone,dead-ends"]).exits(0);
}

#[test]
fn platforms_and_bases_may_differ_and_are_named() {
    let place = place();
    let run = place.run(["diff", "--platforms", "workers,pages", "dist", "-q"]).exits(0);
    run.prints(&["dist on workers", "dist on pages", "platform", "workers -> pages"]);
    place.run(["compile", "dist", "-o", "based.trailmark", "--base", "/docs", "-q"]).exits(0);
    place.run(["diff", "dist.trailmark", "based.trailmark"]).exits(0).prints(&["base", "/ -> /docs"]);
    place.run(["diff", "--platforms", "workers", "dist"]).fails(&["two"]);
    // Options are for the folder, not for the manifest beside it.
    place
        .run(["diff", "dist.trailmark", "new", "--platform", "pages", "-q"])
        .exits(0)
        .prints(&["workers -> pages"]);
    place.run(["diff", "dist.trailmark", "based.trailmark", "--platform", "pages"]).fails(&["is a manifest"]);
}

#[test]
fn what_is_no_site_is_refused() {
    let place = place();
    place.write("broken", "no manifest");
    place.write("empty/.keep", "");
    std::fs::remove_file(place.path("empty/.keep")).unwrap();
    let mut bytes = place.read("dist.trailmark");
    bytes[8] = 99;
    std::fs::write(place.path("later.trailmark"), &bytes).unwrap();
    bytes[8] = 1;
    bytes.truncate(bytes.len() / 2);
    std::fs::write(place.path("cut.trailmark"), &bytes).unwrap();
    for other in ["broken", "later.trailmark", "cut.trailmark", "nowhere"] {
        place.run(["diff", "dist.trailmark", other]).fails(&[other]);
        place.run(["diff", other, "dist.trailmark"]).fails(&[other]);
    }
    // Nothing at all is a site of which everything is gone.
    let run = place.run(["diff", "dist", "empty", "-q", "--fail-on", "gone"]).exits(1);
    run.prints(&["Gone"]);
    place.run(["diff", "dist"]).fails(&["<NEW>"]);
    place.run(["diff", "dist", "new", "--site", "example.com"]).fails(&["https://example.com"]);
    place.run(["diff", "dist", "new", "-q", "--purge-list", "no/such/folder"]).fails(&["no/such/folder"]);
}
