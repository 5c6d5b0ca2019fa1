//! The report page beside a served site.

use std::net::SocketAddr;

use super::kit::{Client, Server, wait_for};
use super::support::Place;

fn address(server: &Server) -> SocketAddr {
    let said = server.says("report on http://");
    said.split("report on http://").nth(1).unwrap().split('/').next().unwrap().parse().unwrap()
}

fn ask(to: SocketAddr, head: &str) -> (u16, String, String) {
    let mut client = Client::to(to);
    client.send(format!("{head}\r\n\r\n"));
    let answer = client.answer();
    (answer.status, answer.header("content-type").to_owned(), answer.text().to_owned())
}

#[test]
fn the_report_stands_on_a_loopback_address_of_its_own() {
    let place = Place::site();
    let server = Server::start(&place, &["dist", "--report"]);
    let to = address(&server);
    assert!(to.ip().is_loopback());
    let (status, media_type, text) = ask(to, "GET / HTTP/1.1\r\nHost: 127.0.0.1");
    assert_eq!((status, media_type.as_str()), (200, "text/html; charset=utf-8"));
    place.run(["report", "dist", "-q"]).exits(0);
    assert_eq!(text, std::fs::read_to_string(place.path("dist.report.html")).unwrap());
    assert_eq!(ask(to, "GET /about HTTP/1.1\r\nHost: localhost:80").0, 404);
    assert_eq!(ask(to, "POST / HTTP/1.1\r\nHost: [::1]:80\r\nContent-Length: 0").0, 405);
    assert_eq!(ask(to, "GET / HTTP/1.1\r\nHost: rebound.example").0, 403);
    assert_eq!(server.get("/__trailmark/").status, 404);
}

#[test]
fn the_report_is_of_the_version_that_is_served() {
    let place = Place::site();
    let server = Server::start(&place, &["dist", "--report", "--watch"]);
    let to = address(&server);
    let page = || ask(to, "GET / HTTP/1.1\r\nHost: 127.0.0.1").2;
    let first = page();
    assert_eq!(first, page());
    place.write("dist/new.html", "<p>new");
    wait_for(|| (server.get("/new").status == 200).then_some(()));
    assert_ne!(first, page());
}

#[test]
fn a_manifest_can_be_reported_and_a_folder_of_sites_not() {
    let place = Place::site();
    place.run(["compile", "dist", "-q"]).exits(0);
    let server = Server::start(&place, &["dist.trailmark", "--report=127.0.0.1:0"]);
    assert_eq!(ask(address(&server), "GET / HTTP/1.1\r\nHost: 127.0.0.1").0, 200);
    place.write("sites/empty", "");
    place.run(["serve", "sites", "--as", "sites", "--report"]).fails(&["a folder of sites"]);
}
