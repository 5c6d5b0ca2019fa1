//! `trailmark diff --log`: what a deploy changes for the requests that were really made.

use crate::cli::support::{Place, Run};

/// A small site, the same after a day of work, and what was asked for in between.
fn place() -> Place {
    let place = Place::compiled(&[]);
    for (path, content) in [
        ("live/index.html", "home"),
        ("live/about.html", "about us"),
        ("live/guide.html", "guide"),
        ("live/unread.html", "nobody reads this"),
        ("live/_redirects", "/old /about 301\n/still /guide 301\n"),
        ("new/index.html", "home, again"),
        ("new/about-us.html", "about us"),
        ("new/guide/index.html", "guide"),
        ("new/lost.html", "found again"),
        ("new/_redirects", "/old /about-us 301\n/still /guide 301\n"),
    ] {
        place.write(path, content);
    }
    let mut log = String::new();
    for (times, request, status, referer) in [
        (40, "GET /about", 200, "https://search.example/"),
        (3, "GET /about.html?x=1", 307, "-"),
        (20, "GET /guide", 200, "-"),
        (7, "GET /old", 301, "-"),
        (5, "GET /still", 301, "-"),
        (6, "GET /lost", 404, "-"),
        (9, "GET /never", 404, "-"),
        (8, "GET /wp-login.php", 404, "-"),
        (1, "POST /", 405, "-"),
        (2, "HEAD /", 200, "-"),
    ] {
        let line = format!(
            r#"::1 - - [22/Nov/2026:06:06:00 +0000] "{request} HTTP/2.0" {status} 5 "{referer}" "x""#
        );
        log.push_str(&format!("{line}\n").repeat(times));
    }
    place.write("access.log", &log);
    place
}

fn asked(place: &Place, more: &[&str]) -> Run {
    place.run(["diff", "live", "new", "--log", "access.log", "-q"].iter().chain(more))
}

#[test]
fn what_most_visitors_notice_stands_first() {
    let run = asked(&place(), &[]).exits(0);
    let at = |text: &str| run.stdout.find(text).unwrap_or_else(|| panic!("{text:?} is not in {run:#?}"));
    let order = [
        "101 requests in 101 lines",
        "REQUESTS",
        "Gone  requests",
        "40  /about",
        "now /about-us (same content); linked from https://search.example/",
        "3  /about.html",
        "Start to redirect  requests",
        "20  /guide",
        "Redirect elsewhere  requests",
        "7  /old",
        "New  requests",
        "6  /lost",
        "/about /about-us 301",
        "in all, asked for or not",
    ];
    assert!(order.map(at).is_sorted(), "{run:#?}");
    for unasked in ["/unread", "REFUSED", "is it what was live"] {
        assert!(!run.stdout.contains(unasked), "{unasked} is in {run:#?}");
    }
}

#[test]
fn json_counts_requests_and_has_both_answers() {
    let json = asked(&place(), &["--format", "json"]).exits(0).json();
    assert_eq!((&json["log"]["requests"], &json["is_same"]), (&101.into(), &false.into()));
    let groups: Vec<_> = json["groups"]
        .as_array()
        .unwrap()
        .iter()
        .map(|group| (group["group"].as_str().unwrap(), group["requests"].as_u64().unwrap()))
        .collect();
    let expected = [
        ("gone", 43),
        ("redirect-starts", 20),
        ("redirect-target", 7),
        ("content", 2),
        ("new", 6),
        ("redirected", 5),
        ("not-found", 9),
        ("probes", 8),
        ("refused", 1),
    ];
    assert_eq!(groups, expected);
    let top = &json["groups"][0]["top"][0];
    assert_eq!((top["url"].as_str(), top["requests"].as_u64()), (Some("/about"), Some(40)));
    assert_eq!((&top["before"]["status"], &top["after"]["status"]), (&200.into(), &404.into()));
    assert_eq!(
        (&top["successor"]["to"], &top["referer"]),
        (&"/about-us".into(), &"https://search.example/".into())
    );
    assert_eq!(json["requests_unlike_log"], 0);
    assert_eq!(json["redirect_lines"][0], "/about /about-us 301");
}

#[test]
fn fail_on_counts_only_what_visitors_ask_for() {
    let place = place();
    asked(&place, &["--fail-on", "gone"]).exits(1).says(&["--fail-on gone: 43 requests"]);
    asked(&place, &["--fail-on", "gone", "--at-least", "41"]).exits(0);
    asked(&place, &["--fail-on", "worker,failing,headers"]).exits(0);
    asked(&place, &["--fail-on", "any"]).exits(1);
    // Somebody asks for the page that is as it was, and nobody for the one that is gone.
    place.write("calm.log", "::1 - - [t] \"GET /nothing HTTP/1.1\" 404 5\n");
    let calm = ["diff", "live", "new", "-q", "--log", "calm.log", "--fail-on", "any"];
    place.run(calm).exits(0).prints(&["No difference", "in all, asked for or not"]);
    asked(&place, &["--fail-on", "rules"]).fails(&["counts requests", "rules"]);
    place.run(["diff", "live", "new", "--host", "a.example"]).fails(&["--log"]);
}

#[test]
fn markdown_has_a_table_and_what_is_gone_open() {
    let run = asked(&place(), &["--format", "markdown"]).exits(0);
    run.prints(&[
        "### What this deploy changes for 101 real requests",
        "| **Gone** | 43 | 42.6 % | 2 |",
        "<details open><summary><b>Gone</b>: 43 requests</summary>",
        "- 40: `/about` was `200 /about.html`; now `/about-us` (same content)",
        "- 20: `/guide` → `/guide/`",
        "/about /about-us 301",
    ]);
}

#[test]
fn several_logs_hosts_and_standard_input_are_as_for_replay() {
    let place = place();
    let log = r#"{"request":{"method":"GET","host":"a.example","uri":"/about?x"},"status":200}
{"ClientRequestHost":"b.example","ClientRequestMethod":"GET","ClientRequestURI":"/guide","EdgeResponseStatus":200}
nonsense
"#;
    let run = place.run_with(
        [
            "diff",
            "live",
            "new",
            "-q",
            "--log",
            "access.log",
            "--log",
            "-",
            "--host",
            "A.example",
            "--format",
            "json",
        ],
        log.as_bytes(),
    );
    let json = run.exits(0).json();
    assert_eq!(json["groups"][0]["requests"], 44);
    assert_eq!((&json["log"]["other_hosts"], &json["log"]["damaged_lines"]), (&1.into(), &1.into()));
    assert_eq!(json["log"]["damaged"][0]["log"], "standard input");
    let run = place.run(["diff", "live", "new", "-q", "--log", "nowhere.log"]);
    run.fails(&["nowhere.log"]);
}

#[test]
fn a_log_of_another_site_is_noticed() {
    let place = place();
    place.write("other.log", &"::1 - - [t] \"GET /shop HTTP/1.1\" 200 5\n".repeat(10));
    let run = place.run(["diff", "live", "new", "-q", "--log", "other.log"]).exits(0);
    run.prints(&[
        "10 requests (100.0 %) got another answer, says the log, than live gives: is it what was live?",
    ]);
}
