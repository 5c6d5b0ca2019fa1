//! `trailmark resolve`: the contract of its JSON lines, and the table for people.

use std::io::{BufRead, BufReader, Write};
use std::process::Stdio;

use serde_json::{Value, json};

use crate::cli::support::Place;

const REQUESTS: [&str; 4] = ["resolve", "dist.trailmark", "--requests", "-"];

/// The answers to some lines.
fn answers(place: &Place, lines: &str) -> Vec<Value> {
    place.run_with(REQUESTS, lines.as_bytes()).exits(0).json_lines()
}

#[test]
fn fields_stand_in_the_order_of_the_contract() {
    let place = Place::compiled(&[]);
    let run = place.run_with(REQUESTS, b"{\"url\": \"/about/?x=1\"}\n").exits(0);
    let expected = r#"{"url":"/about/?x=1","to":"assets","status":307,"location":"/about?x=1","asset":null,"rule":"auto-trailing-slash/slash/to-page","headers":{"location":"/about?x=1"}}"#;
    assert_eq!(run.stdout, format!("{expected}\n"));
}

#[test]
fn every_line_has_its_answer_in_its_place() {
    let place = Place::compiled(&[]);
    let lines = "{\"url\": \"/\"}\n\nnonsense\r\n[\"/\"]\n{\"url\": 7}\n{\"method\": \"GET\"}\n{\"url\": \"/\", \"via\": \"x\"}\n{\"url\": \"/about\"}\r\n{\"url\":\"/nowhere\"}";
    let run = place.run_with(REQUESTS, lines.as_bytes()).exits(2);
    let answers = run.json_lines();
    assert_eq!(answers.len(), 9);
    for (index, answer) in answers.iter().enumerate() {
        let is_error = (1..=6).contains(&index);
        assert_eq!(answer["error"].is_string(), is_error, "{answer}");
        assert_eq!(answer.as_object().unwrap().len(), if is_error { 1 } else { 7 });
    }
    assert!(answers[1]["error"].as_str().unwrap().starts_with("line 2: "));
    assert_eq!(answers[7]["asset"], "/about.html");
    assert_eq!(answers[8]["status"], 404);
}

#[test]
fn lines_that_are_not_utf8_are_errors_in_their_place() {
    let place = Place::compiled(&[]);
    let run = place
        .run_with(REQUESTS, b"\xEF\xBB\xBF{\"url\":\"/\"}\n{\"url\":\"/\xFF\"}\n{\"url\":\"/\"}\n")
        .exits(2);
    let answers = run.json_lines();
    assert_eq!((&answers[0]["status"], &answers[2]["status"]), (&json!(200), &json!(200)));
    assert!(answers[1]["error"].as_str().unwrap().contains("UTF-8"));
}

#[test]
fn absolute_urls_bring_their_host() {
    let place = Place::site();
    place.write("dist/_redirects", "/same https://me.example/x\n/other https://you.example/x\n");
    place.run(["compile", "dist", "-q"]).exits(0);
    let lines = r#"{"url": "https://me.example/same"}
{"url": "HTTPS://ME.example:443/other"}
{"url": "/same", "host": "me.example"}
{"url": "https://me.example?q"}
{"url": "//about"}
"#;
    let answers = answers(&place, lines);
    let location = |index: usize| answers[index]["location"].as_str();
    assert_eq!(location(0), Some("/x"));
    assert_eq!(location(1), Some("https://you.example/x"));
    assert_eq!(location(2), Some("https://me.example/x"), "that request comes over http");
    assert_eq!((&answers[3]["status"], &answers[3]["asset"]), (&json!(200), &json!("/index.html")));
    assert_eq!(answers[3]["url"], "https://me.example?q");
    assert_eq!(location(4), Some("/about"), "a path, not a host");
}

#[test]
fn method_and_headers_count() {
    let place = Place::compiled(&[]);
    let etag = answers(&place, "{\"url\": \"/about\"}")[0]["headers"]["etag"].as_str().unwrap().to_owned();
    let request = |fields: Value| {
        let mut request = json!({"url": "/about"});
        request.as_object_mut().unwrap().extend(fields.as_object().unwrap().clone());
        answers(&place, &request.to_string())[0].clone()
    };
    let head = request(json!({"method": "HEAD"}));
    assert_eq!((&head["status"], &head["asset"]), (&json!(200), &json!("/about.html")));
    assert_eq!(request(json!({"method": "POST"}))["status"], 405);
    let current = request(json!({"headers": {"IF-none-match": etag}}));
    assert_eq!(
        (&current["status"], &current["asset"], &current["rule"]),
        (&json!(304), &json!(null), &json!("not-modified"))
    );
    let list = request(json!({"headers": {"If-None-Match": [etag, "\"x\""]}}));
    assert_eq!(list["status"], 200, "several lines are one joined value, which is no single tag");
    assert_eq!(request(json!({"headers": {"range": "bytes=0-1"}}))["headers"]["cache-control"], json!(null));
}

#[test]
fn worker_gets_what_the_files_cannot_answer_but_its_binding_does_not_ask_it() {
    let place = Place::site();
    place.write(
        "wrangler.json",
        r#"{"main": "w.js", "compatibility_date": "2026-01-01",
            "assets": {"directory": "dist", "binding": "ASSETS", "not_found_handling": "404-page"}}"#,
    );
    place.run(["compile", "-q"]).exits(0);
    let lines = r#"{"url": "/nowhere"}
{"url": "/nowhere", "via": "router", "headers": {"Sec-Fetch-Mode": "navigate"}}
{"url": "/nowhere", "via": "binding"}
{"url": "/about"}
"#;
    let answers = answers(&place, lines);
    let worker = json!({"url": "/nowhere", "to": "worker", "status": null, "location": null, "asset": null, "rule": null, "headers": null});
    assert_eq!(answers[0], worker);
    assert_eq!(answers[1]["status"], 404);
    assert_eq!((&answers[2]["to"], &answers[2]["asset"]), (&json!("assets"), &json!("/404.html")));
    assert_eq!(answers[3]["status"], 200);
}

#[test]
fn repeated_headers_are_joined_and_cookies_are_a_list() {
    let place = Place::site();
    place.write(
        "dist/_headers",
        "/*\n  Set-Cookie: a=1\n  X-Test: one\n/about\n  Set-Cookie: b=2\n  X-Test: two\n",
    );
    place.run(["compile", "dist", "-q"]).exits(0);
    let headers = answers(&place, "{\"url\": \"/about\"}")[0]["headers"].clone();
    assert_eq!(headers["x-test"], "one, two");
    assert_eq!(headers["set-cookie"], json!(["a=1", "b=2"]));
    assert_eq!(answers(&place, "{\"url\": \"/\"}")[0]["headers"]["set-cookie"], json!(["a=1"]));
}

#[test]
fn many_lines_stream_through() {
    let place = Place::compiled(&[]);
    let lines: String = (0..50_000).map(|number| format!("{{\"url\": \"/{number}\"}}\n")).collect();
    let run = place.run_with(REQUESTS, lines.as_bytes()).exits(0);
    assert_eq!(run.stdout.lines().count(), 50_000);
    assert!(run.stdout.lines().nth(49_999).unwrap().starts_with("{\"url\":\"/49999\""));
}

#[test]
fn who_asks_line_by_line_is_answered_line_by_line() {
    let place = Place::compiled(&[]);
    let mut child = place.command(REQUESTS).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    let mut input = child.stdin.take().unwrap();
    let mut output = BufReader::new(child.stdout.take().unwrap());
    for url in ["/", "/about", "/nowhere"] {
        writeln!(input, "{{\"url\": \"{url}\"}}").unwrap();
        let mut answer = String::new();
        output.read_line(&mut answer).unwrap();
        assert!(answer.starts_with(&format!("{{\"url\":\"{url}\"")), "{answer}");
    }
    drop(input);
    assert_eq!(child.wait().unwrap().code(), Some(0));
}

#[test]
fn table_for_people_is_aligned() {
    let place = Place::compiled(&[]);
    let run = place.run(["resolve", "dist.trailmark", "/about", "/about.html?x", "/docs/nowhere"]).exits(0);
    let expected = "\
URL            STATUS  ANSWER          RULE
/about         200     /about.html     auto-trailing-slash/page
/about.html?x  307     -> /about?x     auto-trailing-slash/html/to-page
/docs/nowhere  404     /docs/404.html  not-found/404-page
";
    assert_eq!(run.stdout, expected);
}

#[test]
fn request_can_be_described_on_the_command_line() {
    let place = Place::compiled(&["--not-found-handling", "none"]);
    let json = ["resolve", "dist.trailmark", "/about", "/nowhere", "-X", "POST", "--format", "json"];
    let answers = place.run(json).exits(0).json_lines();
    assert_eq!((&answers[0]["status"], &answers[1]["status"]), (&json!(405), &json!(404)));
}

#[test]
fn folder_is_compiled_in_memory() {
    let place = Place::site();
    let run = place
        .run(["resolve", "dist", "/about/", "--format", "json"])
        .exits(0)
        .says(&["compiled in memory", "assumed"]);
    assert_eq!(run.json_lines()[0]["status"], 307);
    let pages = ["resolve", "dist", "/about/", "--platform", "pages", "--format", "json", "--quiet"];
    let run = place.run(pages).exits(0);
    assert_eq!((&run.json_lines()[0]["status"], run.stderr.as_str()), (&json!(308), ""));
    assert_eq!(place.names(), ["dist"]);
}
