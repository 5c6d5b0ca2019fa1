//! How it ends: in good order, or at once.

use std::io::Read;
use std::time::{Duration, Instant};

use super::kit::{Server, wait_for};
use super::support::Place;

const SIZE: usize = 32 << 20;

fn downloading(arguments: &[&str]) -> (Place, Server, super::kit::Client) {
    let place = Place::site();
    place.write("dist/large.bin", &"x".repeat(SIZE));
    let server = Server::start(&place, &[&["dist"], arguments].concat());
    let mut client = server.connect();
    client.send("GET /large.bin HTTP/1.1\r\nHost: x\r\n\r\n");
    assert_eq!(client.head().unwrap().status, 200);
    (place, server, client)
}

#[test]
fn sigterm_lets_a_download_end_and_closes_idle_connections() {
    let (_place, mut server, mut client) = downloading(&["--shutdown-time", "60s"]);
    let mut idle = server.connect();
    idle.send("GET /about HTTP/1.1\r\nHost: x\r\n\r\n");
    assert_eq!(idle.answer().text(), "about");
    server.signal("TERM");
    assert!(idle.is_closed_within(Duration::from_secs(20)));
    server.says("ending: ");
    assert!(server.is_running(), "the download goes on");
    // Each thread stops listening by itself.
    let is_refused = || std::net::TcpStream::connect(server.address).is_err().then_some(());
    assert!(wait_for(is_refused).is_some(), "nobody new is let in");
    let mut body = vec![0; SIZE];
    client.reader_mut().read_exact(&mut body).unwrap();
    assert!(body.iter().all(|byte| *byte == b'x'));
    assert_eq!(client.rest(), b"", "and then the connection ends");
    assert_eq!(server.ends(), Some(0));
}

#[test]
fn what_takes_longer_than_the_limit_is_cut_off() {
    let (_place, mut server, _client) = downloading(&["--shutdown-time", "300ms"]);
    let started = Instant::now();
    server.signal("INT");
    assert_eq!(server.ends(), Some(0));
    assert!(started.elapsed() >= Duration::from_millis(250));
    server.says("1 connection cut off");
}

#[test]
fn a_second_signal_ends_at_once() {
    let (_place, mut server, _client) = downloading(&["--shutdown-time", "60s"]);
    server.signal("INT");
    server.says("a second signal ends at once");
    server.signal("INT");
    let started = Instant::now();
    assert_eq!(server.ends(), Some(0));
    assert!(started.elapsed() < Duration::from_secs(10));
}

#[test]
fn a_server_that_nobody_asks_ends_at_once() {
    let place = Place::site();
    let mut server = Server::start(&place, &["dist"]);
    server.signal("TERM");
    assert_eq!(server.ends(), Some(0));
    assert_eq!(place.names(), ["dist"]);
}
