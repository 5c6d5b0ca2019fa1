//! Metrics are what Prometheus reads, and count what happened.

use std::collections::BTreeMap;

use super::kit::{Client, Server, wait_for};
use super::support::Place;

/// Samples by name and labels. Checks the format on the way: each has its help and type before it.
fn read(text: &str) -> BTreeMap<String, f64> {
    let mut samples = BTreeMap::new();
    let (mut helped, mut typed) = (String::new(), String::new());
    for line in text.lines() {
        if let Some(rest) = line.strip_prefix("# HELP ") {
            helped = rest.split(' ').next().unwrap().to_owned();
            assert!(rest.len() > helped.len() + 5, "{line}");
        } else if let Some(rest) = line.strip_prefix("# TYPE ") {
            let (name, kind) = rest.split_once(' ').unwrap();
            assert!(["counter", "gauge", "histogram"].contains(&kind) && name == helped, "{line}");
            assert_eq!(kind == "counter", name.ends_with("_total"), "{line}");
            typed = name.to_owned();
        } else {
            let (name, value) = line.rsplit_once(' ').unwrap();
            let bare = name.split('{').next().unwrap();
            assert!(bare.starts_with(&typed), "{line}");
            assert_eq!(name.matches('"').count() % 2, 0, "{line}");
            assert!(samples.insert(name.to_owned(), value.parse().unwrap()).is_none(), "{line}");
        }
    }
    samples
}

fn metrics_address(server: &Server) -> std::net::SocketAddr {
    let said = server.says("metrics on http://");
    let rest = said.split("metrics on http://").nth(1).unwrap();
    rest.split('/').next().unwrap().parse().unwrap()
}

fn metrics(server: &Server) -> BTreeMap<String, f64> {
    let mut client = Client::to(metrics_address(server));
    client.send("GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n");
    let answer = client.answer();
    assert!(answer.header("content-type").starts_with("text/plain; version=0.0.4"));
    read(answer.text())
}

#[test]
fn metrics_count_what_happened() {
    let place = Place::site();
    let server = Server::start(&place, &["dist", "--metrics", "127.0.0.1:0", "--threads", "2"]);
    for target in ["/", "/about", "/about", "/about.html", "/none"] {
        server.get(target);
    }
    let mut bad = server.connect();
    bad.send("nonsense\r\n\r\n");
    bad.rest();
    let mut open = server.connect();
    open.send("GET /about HTTP/1.1\r\nHost: a b\r\n\r\n");
    assert_eq!(open.answer().status, 400);
    let counted = || Some(metrics(&server)).filter(|all| all["trailmark_connections_open"] == 1.0);
    let all = wait_for(counted).unwrap();
    for (name, expected) in [
        ("trailmark_responses_total{status=\"200\",kind=\"content\"}", 3.0),
        ("trailmark_responses_total{status=\"307\",kind=\"redirect\"}", 1.0),
        ("trailmark_responses_total{status=\"404\",kind=\"not-found\"}", 1.0),
        ("trailmark_responses_total{status=\"400\",kind=\"refused\"}", 1.0),
        ("trailmark_answers_total{rule=\"auto-trailing-slash/page\"}", 2.0),
        ("trailmark_answers_total{rule=\"auto-trailing-slash/html/to-page\"}", 1.0),
        ("trailmark_answers_total{rule=\"not-found/404-page\"}", 1.0),
        ("trailmark_answers_total{rule=\"none\"}", 1.0),
        ("trailmark_response_seconds_count", 6.0),
        ("trailmark_response_seconds_bucket{le=\"+Inf\"}", 6.0),
        ("trailmark_malformed_requests_total", 1.0),
        ("trailmark_bad_requests_total", 1.0),
        ("trailmark_connections_accepted_total", 7.0),
        ("trailmark_bodies_loaded_total", 3.0),
        ("trailmark_swaps_total{outcome=\"live\"}", 0.0),
    ] {
        assert_eq!(all.get(name), Some(&expected), "{name}: {all:#?}");
    }
    assert!(all["trailmark_body_memory_bytes"] > 0.0 && all["trailmark_response_seconds_sum"] > 0.0);
    let bounds: Vec<f64> = all
        .iter()
        .filter_map(|(name, count)| {
            let bound = name.strip_prefix("trailmark_response_seconds_bucket{le=\"")?.strip_suffix("\"}")?;
            Some((bound.parse::<f64>().ok()?, *count))
        })
        .fold(BTreeMap::new(), |mut all, (bound, count)| {
            all.insert(bound.to_bits(), count);
            all
        })
        .into_values()
        .collect();
    assert!(bounds.len() > 10 && bounds.is_sorted(), "{bounds:?}");
}

#[test]
fn metrics_stand_on_an_address_of_their_own() {
    let place = Place::compiled(&[]);
    std::fs::create_dir(place.path("sites")).unwrap();
    std::fs::rename(place.path("dist"), place.path("sites/a.example")).unwrap();
    std::fs::rename(place.path("dist.trailmark"), place.path("sites/a.example.trailmark")).unwrap();
    let server = Server::start(&place, &["sites", "--metrics", "127.0.0.1:0"]);
    assert_eq!(server.get("/metrics").status, 404);
    let mut client = Client::to(metrics_address(&server));
    client.send("GET /about HTTP/1.1\r\nHost: x\r\n\r\n");
    assert_eq!(client.answer().status, 404);
    assert_eq!(metrics(&server)["trailmark_sites_open"], 1.0);
}
