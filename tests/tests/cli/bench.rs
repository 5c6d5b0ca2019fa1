//! `trailmark bench`: figures that hang together, from a site's own routes and from what visitors asked for.

use serde_json::Value;

use crate::cli::support::Place;

/// As little measuring as there can be.
const SHORT: [&str; 6] = ["bench", "dist.trailmark", "--seconds", "0.002", "--count", "500"];

fn short<'a>(more: &'a [&'a str]) -> impl Iterator<Item = &'a str> {
    SHORT.into_iter().chain(more.iter().copied())
}

#[test]
fn every_kind_is_measured_in_both_ways() {
    let place = Place::compiled(&[]);
    let run = place.run(short(&["--threads", "2"])).exits(0);
    let run = run.prints(&[
        "hits",
        "redirects",
        "misses",
        "mix",
        "start to end",
        "independent",
        "P99.9",
        "THREADS",
    ]);
    run.prints(&["Reading the clock takes", "first look-up"]);
}

#[test]
fn figures_are_in_order_and_counted() {
    let place = Place::compiled(&[]);
    let figures = place.run(short(&["--format", "json", "--answers", "--threads", "1"])).exits(0).json();
    assert_eq!((&figures["call"], &figures["assets"]), (&Value::from("answer"), &Value::from(9)));
    assert_eq!(figures["requests"].as_array().unwrap().len(), 4);
    assert!(figures["threads"][0]["lookups_per_second"].as_f64().unwrap() > 0.0);
    assert!(figures["timer_overhead_ns"].is_u64());
    for row in figures["requests"].as_array().unwrap() {
        assert_eq!(row["requests"], 500);
        for pace in ["start_to_end", "independent"] {
            let names = ["p50_ns", "p90_ns", "p99_ns", "p99_9_ns", "max_ns"];
            let values: Vec<u64> = names.iter().map(|name| row[pace][name].as_u64().unwrap()).collect();
            assert!(values.is_sorted() && values[0] > 0, "{row}");
            assert!(row[pace]["lookups"].as_u64().unwrap() >= 1024, "{row}");
        }
    }
}

#[test]
fn requests_come_from_a_file_in_any_of_three_formats() {
    let place = Place::compiled(&[]);
    let lines = "/about\nhttps://example.com/docs/\n{\"url\": \"/about.html?x\"}\n\
                 ::1 - - [10/Oct/2000:13:55:36 -0700] \"GET /style.css HTTP/1.1\" 200 7 \"-\" \"x\"\n\
                 ::1 - - [10/Oct/2000:13:55:36 -0700] \"\\x16\\x03\" 400 0\n";
    let run =
        place.run_with(short(&["--requests", "-", "--format", "json", "--threads", "0"]), lines.as_bytes());
    let run = run.exits(0).says(&["1 line of 5", "line 5"]);
    let figures = run.json();
    assert_eq!(
        (&figures["requests"][0]["requests"], &figures["threads"]),
        (&Value::from(4), &Value::Array(vec![]))
    );
    place.run_with(short(&["--requests", "-"]), b"nothing\n").fails(&["holds no request"]);
    place.run(short(&["--requests", "nowhere.log"])).fails(&["nowhere.log"]);
}

#[test]
fn a_chart_is_written_where_it_is_wanted() {
    let place = Place::compiled(&[]);
    place.run(short(&["--kind", "hits", "--svg", "latency.svg", "--threads", "0"])).exits(0);
    let svg = String::from_utf8(place.read("latency.svg")).unwrap();
    assert!(svg.starts_with("<svg") && svg.contains("hits"));
    place.run(short(&["--kind", "hits", "--svg", "no/such/folder.svg"])).fails(&["folder.svg"]);
}

#[test]
fn what_cannot_be_measured_is_refused() {
    let place = Place::compiled(&[]);
    place.run(["bench", "nowhere.trailmark"]).fails(&["no such file"]);
    place.run(short(&["--kind", "hits", "--requests", "-"])).fails(&["--requests"]);
    place.run(["bench", "dist.trailmark", "--seconds", "0"]).fails(&["between 0.001 and 3600"]);
    place.run(["bench", "dist", "--seconds", "0.002", "--count", "100", "--threads", "0"]).exits(0);
}
