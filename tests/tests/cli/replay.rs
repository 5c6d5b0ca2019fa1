//! `trailmark replay`: logs of all sorts, and what they say of a site.

use std::io::Write;
use std::process::Stdio;

use flate2::{Compression, write::GzEncoder};

use crate::cli::support::Place;

const LOG: &str = r#"10.0.0.1 - - [22/Nov/2026:06:06:00 +0000] "GET /about HTTP/1.1" 200 5 "-" "Firefox"
10.0.0.1 - - [22/Nov/2026:06:06:00 +0000] "GET /about.html?x=1 HTTP/1.1" 200 5 "https://blog.example/post" "Firefox"
10.0.0.1 - - [22/Nov/2026:06:06:00 +0000] "GET /abuot HTTP/1.1" 200 5 "https://news.example/" "Firefox"
10.0.0.1 - - [22/Nov/2026:06:06:00 +0000] "GET /abuot HTTP/1.1" 200 5 "https://other.example/" "Firefox"
10.0.0.1 - - [22/Nov/2026:06:06:00 +0000] "GET /never HTTP/1.1" 404 5 "-" "Firefox"
10.0.0.1 - - [22/Nov/2026:06:06:00 +0000] "GET /wp-login.php HTTP/1.1" 404 5 "-" "bot"
10.0.0.1 - - [22/Nov/2026:06:06:00 +0000] "POST /about HTTP/1.1" 200 5 "-" "Firefox"
10.0.0.1 - - [22/Nov/2026:06:06:00 +0000] "\x16\x03\x01" 400 5 "-" "-"
"#;

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut out = GzEncoder::new(Vec::new(), Compression::fast());
    out.write_all(bytes).unwrap();
    out.finish().unwrap()
}

#[test]
fn what_a_deploy_would_break_stands_first() {
    let place = Place::compiled(&[]);
    place.write("access.log", LOG);
    let run = place.run(["replay", "dist.trailmark", "access.log"]).exits(0);
    let at = |text: &str| run.stdout.find(text).unwrap_or_else(|| panic!("{text:?} is not in {run:#?}"));
    assert!(at("Would break  ") < at("Would cost a redirect  ") && at("/abuot") < at("POST /about"));
    run.prints(&[
        "perhaps /about?",
        "linked from https://news.example/",
        "307 to /about",
        "Probes",
        "7 requests in 8 lines",
    ]);
}

#[test]
fn every_way_to_hand_over_a_log_gives_the_same() {
    let place = Place::compiled(&[]);
    place.write("access.log", LOG);
    std::fs::write(place.path("access.log.gz"), gzip(LOG.as_bytes())).unwrap();
    let expected = place.run(["replay", "dist.trailmark", "access.log", "--format", "json"]).exits(0).json();
    let groups: Vec<_> = expected["groups"].as_array().unwrap().iter().map(|group| &group["group"]).collect();
    assert_eq!(groups, ["breaks", "redirects", "still-missing", "probes", "same"]);
    assert_eq!(expected["groups"][0]["top"][0]["then"], serde_json::json!([[200, 2]]));
    for arguments in [vec!["access.log.gz"], vec!["--log", "access.log"]] {
        let run = place.run(["replay", "dist.trailmark", "--format", "json"].iter().chain(&arguments));
        assert_eq!(run.exits(0).json(), expected);
    }
    for input in [LOG.as_bytes(), &gzip(LOG.as_bytes())] {
        let run = place.run_with(["replay", "dist.trailmark", "-", "--format", "json"], input);
        assert_eq!(run.exits(0).json(), expected);
    }
    let twice = place
        .run(["replay", "dist", "access.log", "access.log.gz", "-q", "--format", "json"])
        .exits(0)
        .json();
    assert_eq!(twice["requests"], 14);
}

#[test]
fn json_lines_and_hosts() {
    let place = Place::compiled(&[]);
    let log = r#"{"request":{"method":"GET","host":"a.example","uri":"/gone?x","headers":{"Referer":["https://x/"]}},"status":200}
{"ClientRequestHost":"b.example","ClientRequestMethod":"GET","ClientRequestURI":"/about","EdgeResponseStatus":200}
{"level":"info","msg":"started"}
"#;
    let run = place.run_with(["replay", "dist.trailmark", "-"], log.as_bytes()).exits(0);
    run.prints(&["/gone", "several hosts", "1 line without a request"]);
    let run =
        place.run_with(["replay", "dist.trailmark", "-", "--host", "B.example"], log.as_bytes()).exits(0);
    assert!(!run.stdout.contains("/gone"), "{run:#?}");
    run.prints(&["1 requests for other hosts left out"]);
}

#[test]
fn fail_on_looks_at_paths_with_enough_requests() {
    let place = Place::compiled(&[]);
    place.write("access.log", LOG);
    let replay =
        |arguments: &[&str]| place.run(["replay", "dist.trailmark", "access.log"].iter().chain(arguments));
    replay(&["--fail-on", "breaks"]).exits(1).says(&["--fail-on breaks: 3"]);
    replay(&["--fail-on", "breaks", "--at-least", "3"]).exits(0);
    replay(&["--fail-on", "redirects"]).exits(1);
    replay(&["--fail-on", "damaged"]).exits(0);
    replay(&["--format", "markdown"]).exits(0).prints(&["| **Would break** | 3 |", "`/abuot`"]);
}

#[test]
fn damaged_lines_are_counted_and_shown() {
    let place = Place::compiled(&[]);
    let long = format!("{LOG}{}\nwhat is this\n\u{1b}[31m{LOG}", "x".repeat(10 << 20));
    let run =
        place.run_with(["replay", "dist.trailmark", "-", "--fail-on", "damaged"], long.as_bytes()).exits(1);
    run.prints(&[
        "2 of 18 lines",
        "standard input:9: longer than",
        "standard input:10: neither",
        "what is this",
    ]);
}

#[test]
fn what_is_no_log_is_refused_with_the_formats_that_are() {
    let place = Place::compiled(&[]);
    std::fs::write(place.path("binary"), [0, 159, 146, 150, 10, 0, 1].repeat(1000)).unwrap();
    place.run(["replay", "dist.trailmark", "binary"]).fails(&["combined", "Caddy", "(binary data)"]);
    place.write("syslog", "Nov 22 06:06:00 host kernel: hello\n");
    place.run(["replay", "dist.trailmark", "syslog"]).fails(&["kernel: hello", "combined"]);
    place.run(["replay", "dist.trailmark", "nowhere.log"]).fails(&["nowhere.log"]);
    place.run(["replay", "dist.trailmark", "dist"]).fails(&["folder"]);
    place.run(["replay", "dist.trailmark"]).fails(&["<LOG>"]);
    place.run(["replay", "dist.trailmark", "-", "-"]).fails(&["once"]);
    place.run_with(["replay", "dist.trailmark", "-"], b"\x28\xB5\x2F\xFD....").fails(&["zstd"]);
    place.run_with(["replay", "dist.trailmark", "-"], b"").exits(0).prints(&["0 requests"]);
}

#[test]
fn a_log_that_breaks_off_is_counted_as_far_as_it_goes() {
    let place = Place::compiled(&[]);
    let lines: String = (0..20_000)
        .map(|n| format!("1.1.1.{} - - [t] \"GET /p{} HTTP/1.1\" 200 {n}\n", n % 250, n * 7919 % 10_007))
        .collect();
    let whole = gzip(lines.as_bytes());
    std::fs::write(place.path("cut.gz"), &whole[..whole.len() / 2]).unwrap();
    let run = place.run(["replay", "dist.trailmark", "cut.gz", "--limit", "1"]).exits(2);
    run.says(&["cut.gz ends in the middle"]).prints(&["Would break"]);
}

#[test]
fn a_reader_that_goes_away_is_no_error() {
    let place = Place::compiled(&[]);
    let lines: String =
        (0..30_000).map(|n| format!("1.1.1.1 - - [t] \"GET /lost/{n} HTTP/1.1\" 200 1\n")).collect();
    place.write("access.log", &lines);
    let mut child = place
        .command(["replay", "dist.trailmark", "access.log", "--limit", "0"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    let output = child.wait_with_output().unwrap();
    assert_eq!((output.status.code(), output.stderr.as_slice()), (Some(0), &b""[..]));
}
