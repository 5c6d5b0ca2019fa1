//! Requests that two readers could understand in two ways: whatever follows them must not be answered as a request of its own.

use std::time::Duration;

use super::kit::{Client, Server};
use super::support::Place;

/// What stands where the first request may end.
const SMUGGLED: &str = "GET /docs/ HTTP/1.1\r\nHost: smuggled.example\r\n\r\n";

/// Sends something, and gives the statuses of all answers.
fn statuses(server: &Server, sent: &str) -> Vec<u16> {
    let mut client = server.connect();
    client.send(sent);
    client.stream.shutdown(std::net::Shutdown::Write).unwrap();
    let mut statuses = Vec::new();
    while let Some(answer) = client.head() {
        statuses.push(answer.status);
        let len: usize = answer.header("content-length").parse().unwrap_or(0);
        if client.skip(len).is_none() {
            break;
        }
    }
    statuses
}

impl Client {
    fn skip(&mut self, len: usize) -> Option<()> {
        use std::io::Read;
        let mut body = vec![0; len];
        self.reader_mut().read_exact(&mut body).ok()
    }
}

#[test]
fn no_second_answer_is_made_from_the_bytes_of_a_doubtful_request() {
    let place = Place::site();
    let server = Server::start(&place, &["dist"]);
    let len = SMUGGLED.len();
    for (name, sent) in [
        (
            "two lengths",
            format!(
                "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\nContent-Length: {len}\r\n\r\n{SMUGGLED}"
            ),
        ),
        (
            "lengths in a list",
            format!("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 0, {len}\r\n\r\n{SMUGGLED}"),
        ),
        ("a signed length", format!("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: +0\r\n\r\n{SMUGGLED}")),
        (
            "a hexadecimal length",
            format!("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 0x0\r\n\r\n{SMUGGLED}"),
        ),
        (
            "a length beyond all",
            format!("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 18446744073709551616\r\n\r\n{SMUGGLED}"),
        ),
        (
            "length and chunks",
            format!(
                "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: {}\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n{SMUGGLED}",
                len + 5
            ),
        ),
        (
            "chunks and length",
            format!(
                "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\nContent-Length: {}\r\n\r\n0\r\n\r\n{SMUGGLED}",
                len + 5
            ),
        ),
        (
            "chunks, but not last",
            format!(
                "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n{SMUGGLED}"
            ),
        ),
        (
            "an odd encoding",
            format!("POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: xchunked\r\n\r\n0\r\n\r\n{SMUGGLED}"),
        ),
        (
            "chunks in two lines",
            format!(
                "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n\r\n0\r\n\r\n{SMUGGLED}"
            ),
        ),
        (
            "chunks in HTTP/1.0",
            format!("POST / HTTP/1.0\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n{SMUGGLED}"),
        ),
        (
            "a space before the colon",
            format!("POST / HTTP/1.1\r\nHost: x\r\nContent-Length : {len}\r\n\r\n{SMUGGLED}"),
        ),
        (
            "a tab before the colon",
            format!("POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding\t: chunked\r\n\r\n0\r\n\r\n{SMUGGLED}"),
        ),
        (
            "a folded line",
            format!(
                "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding:\r\n chunked\r\n\r\n0\r\n\r\n{SMUGGLED}"
            ),
        ),
        ("a folded first line", format!("GET / HTTP/1.1\r\n Host: x\r\nHost: y\r\n\r\n{SMUGGLED}")),
        ("a carriage return alone", format!("GET / HTTP/1.1\r\nHost: x\rX: y\r\n\r\n{SMUGGLED}")),
        ("a zero byte", format!("GET / HTTP/1.1\r\nHost: x\r\nX: a\0b\r\n\r\n{SMUGGLED}")),
        (
            "a chunk size with a sign",
            format!("POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n-1\r\n\r\n{SMUGGLED}"),
        ),
        (
            "a chunk size beyond all",
            format!(
                "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n10000000000000000\r\n\r\n{SMUGGLED}"
            ),
        ),
        (
            "a chunk without an end",
            format!(
                "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n1\r\naX0\r\n\r\n{SMUGGLED}"
            ),
        ),
        (
            "a chunk with an extension",
            format!(
                "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n0;a=\n\r\n\r\n{SMUGGLED}"
            ),
        ),
        (
            "a GET with chunks",
            format!("GET / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n{SMUGGLED}"),
        ),
        ("no version", format!("GET /\r\n\r\n{SMUGGLED}")),
        ("another protocol", format!("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n{SMUGGLED}")),
        ("two spaces", format!("GET  / HTTP/1.1\r\nHost: x\r\n\r\n{SMUGGLED}")),
        (
            "a fragment of a header name",
            format!("GET / HTTP/1.1\r\nHost: x\r\nBad Name: x\r\n\r\n{SMUGGLED}"),
        ),
    ] {
        let statuses = statuses(&server, &sent);
        assert!(statuses.len() <= 1, "{name}: {statuses:?}");
    }
    // Where there is no doubt, the second request is one.
    assert_eq!(statuses(&server, &format!("GET / HTTP/1.1\r\nHost: x\r\n\r\n{SMUGGLED}")), [200, 200]);
    let body = format!("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: {len}\r\n\r\n{SMUGGLED}");
    assert_eq!(statuses(&server, &body), [405], "the body of a request is no request");
}

#[test]
fn hosts_that_make_no_sense_are_refused_and_a_whole_url_names_the_host() {
    let place = Place::with(&[]);
    for host in ["one.example", "two.example"] {
        place.write(&format!("sites/{host}/index.html"), host);
        place.run(["compile", &format!("sites/{host}"), "--quiet"]).exits(0);
    }
    let server = Server::start(&place, &["sites"]);
    for (host, status) in [
        ("Host: one.example\r\nHost: two.example", 400),
        ("Host: one.example\r\nhost: one.example", 400),
        ("Host: ../two.example", 400),
        ("Host: one.example@two.example", 400),
        ("Host: one.example two.example", 400),
        ("Host: one.example, two.example", 400),
        ("Host: one.example:x", 400),
        ("Host:", 400),
        ("Host: three.example", 404),
        ("Host: one.example", 200),
    ] {
        assert_eq!(statuses(&server, &format!("GET / HTTP/1.1\r\n{host}\r\n\r\n")), [status], "{host}");
    }
    let mut client = server.connect();
    client.send("GET http://two.example/ HTTP/1.1\r\nHost: one.example\r\n\r\n");
    assert_eq!(client.answer().text(), "two.example");
    client.send("GET ftp://two.example/ HTTP/1.1\r\nHost: one.example\r\n\r\n");
    assert_eq!(client.answer().status, 400);
}

#[test]
fn lines_that_end_in_a_line_feed_alone_are_read_in_one_way() {
    let place = Place::site();
    let server = Server::start(&place, &["dist"]);
    // RFC 9112, section 2.2: a recipient may take it for the end of a line. Then it always is one, and a body begins behind the first
    // empty line.
    let sent = format!("POST / HTTP/1.1\nHost: x\nContent-Length: {}\n\n{SMUGGLED}", SMUGGLED.len());
    assert!(statuses(&server, &sent).len() <= 1);
    let mut client = server.connect();
    client.send("GET / HTTP/1.1\r\nHost: x\r\nX: a\n\r\n");
    assert!(client.head().is_some_and(|answer| [200, 400].contains(&answer.status)));
    assert!(!client.is_closed_within(Duration::from_millis(50)) || client.rest().is_empty());
}
