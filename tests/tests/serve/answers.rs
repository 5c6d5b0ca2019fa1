//! HTTP on a connection: HEAD, conditional requests, ranges, several requests on one connection.

use super::kit::Server;
use super::support::Place;

#[test]
fn head_and_304_have_no_body_and_the_connection_goes_on() {
    let place = Place::site();
    let server = Server::start(&place, &["dist"]);
    let mut client = server.connect();
    client.send("HEAD /about HTTP/1.1\r\nHost: x\r\n\r\n");
    let head = client.head().unwrap();
    assert_eq!((head.status, head.header("content-length")), (200, "5"));
    let tag = head.header("etag").to_owned();
    client.send(format!("GET /about HTTP/1.1\r\nHost: x\r\nIf-None-Match: {tag}\r\n\r\n"));
    let not_modified = client.head().unwrap();
    assert_eq!((not_modified.status, not_modified.header("etag")), (304, &*tag));
    client.send("GET /about HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
    let page = client.answer();
    assert_eq!((page.status, page.text(), page.header("etag")), (200, "about", &*tag));
    assert_eq!(client.rest(), b"");
}

#[test]
fn requests_that_come_at_once_are_answered_in_order() {
    let place = Place::site();
    let server = Server::start(&place, &["dist"]);
    let mut client = server.connect();
    let paths = ["/", "/about", "/nowhere", "/docs/", "/style.css"];
    for path in paths {
        client.send(format!("GET {path} HTTP/1.1\r\nHost: x\r\n\r\n"));
    }
    let texts: Vec<_> = paths.iter().map(|_| client.answer().text().to_owned()).collect();
    assert_eq!(texts, ["home", "about", "not found", "docs", "body {}"]);
}

#[test]
fn a_request_without_host_is_refused_but_for_http_1_0() {
    let place = Place::site();
    let server = Server::start(&place, &["dist"]);
    let mut client = server.connect();
    client.send("GET /about HTTP/1.1\r\n\r\n");
    assert_eq!(client.answer().status, 400);
    let mut client = server.connect();
    client.send("GET /about HTTP/1.0\r\n\r\n");
    assert_eq!(client.answer().text(), "about");
    assert_eq!(client.rest(), b"", "HTTP/1.0 keeps no connection");
}

#[test]
fn many_ranges_cost_no_more_than_the_file() {
    let place = Place::site();
    place.write("dist/large.txt", &"0123456789".repeat(100_000));
    let server = Server::start(&place, &["dist", "--semantics", "standard"]);
    let mut client = server.connect();
    client.send("GET /large.txt HTTP/1.1\r\nHost: x\r\nRange: bytes=3-6\r\n\r\n");
    let part = client.answer();
    assert_eq!((part.status, part.text()), (206, "3456"));
    for range in ["0-".to_owned() + &",0-".repeat(1000), "1-2".to_owned() + &",4-5".repeat(2000)] {
        client.send(format!("GET /large.txt HTTP/1.1\r\nHost: x\r\nRange: bytes={range}\r\n\r\n"));
        let answer = client.answer();
        assert!([200, 206].contains(&answer.status) && answer.body.len() <= 1_000_100, "{}", answer.status);
    }
    client.send("GET /large.txt HTTP/1.1\r\nHost: x\r\nRange: bytes=9000000-\r\n\r\n");
    assert_eq!(client.answer().status, 416);
    let server = Server::start(&place, &["dist"]);
    let mut client = server.connect();
    client.send("GET /large.txt HTTP/1.1\r\nHost: x\r\nRange: bytes=3-6\r\n\r\n");
    assert_eq!(client.answer().body.len(), 1_000_000, "the platform knows no ranges");
}

#[test]
fn a_body_that_nobody_wants_does_not_lose_the_answer() {
    let place = Place::site();
    let server = Server::start(&place, &["dist"]);
    let mut client = server.connect();
    client.send("POST /about HTTP/1.1\r\nHost: x\r\nContent-Length: 200000\r\n\r\n");
    client.send(vec![b'x'; 200_000]);
    assert_eq!(client.answer().status, 405);
    let mut client = server.connect();
    client.send("POST /about HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nhello");
    assert_eq!(client.answer().status, 405);
    client.send("GET /about HTTP/1.1\r\nHost: x\r\n\r\n");
    assert_eq!(client.answer().text(), "about", "a short body is read, and the connection goes on");
}

#[test]
fn a_folder_that_vanishes_gives_503_and_comes_back() {
    let place = Place::compiled(&[]);
    let server = Server::start(&place, &["dist.trailmark", "--semantics", "standard"]);
    assert_eq!(server.get("/about").text(), "about");
    std::fs::remove_dir_all(place.path("dist")).unwrap();
    assert_eq!(server.get("/about").text(), "about", "from memory");
    assert_eq!(server.get("/style.css").status, 503);
    assert_eq!(server.get("/about.html").status, 307, "redirects need no files");
    server.says("file not served");
}

#[test]
fn a_file_that_changes_while_it_is_sent_is_cut_off() {
    let place = Place::site();
    let size = 32 << 20;
    place.write("dist/large.bin", &"x".repeat(size));
    let server = Server::start(&place, &["dist"]);
    let mut client = server.connect();
    client.send("GET /large.bin HTTP/1.1\r\nHost: x\r\n\r\n");
    let head = client.head().unwrap();
    assert_eq!((head.status, head.header("content-length")), (200, &*size.to_string()));
    let file = std::fs::OpenOptions::new().write(true).open(place.path("dist/large.bin")).unwrap();
    file.set_len(1000).unwrap();
    let got = client.rest();
    assert!(got.len() < size && got.iter().all(|byte| *byte == b'x'), "{}", got.len());
    server.says("cut off");
}
