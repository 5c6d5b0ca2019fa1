//! What a client may take: time, connections, memory.

use std::io::Read;
use std::net::TcpStream;
use std::time::{Duration, Instant};

use super::kit::{Server, wait_for};
use super::support::Place;

/// Far more than any limit that is set here, for machines that are busy.
const SHORT: Duration = Duration::from_secs(20);

/// The memory of a process, bytes.
fn memory(server: &Server) -> Option<u64> {
    let status = std::fs::read_to_string(format!("/proc/{}/status", server.id())).ok()?;
    let line = status.lines().find(|line| line.starts_with("VmRSS:"))?;
    Some(line.split_whitespace().nth(1)?.parse::<u64>().ok()? << 10)
}

#[test]
fn a_head_that_is_never_finished_is_not_waited_for() {
    let place = Place::site();
    let server = Server::start(&place, &["dist", "--head-time", "500ms"]);
    let mut silent = server.connect();
    let mut slow = server.connect();
    let started = Instant::now();
    let mut is_closed = false;
    // A byte now and then does not help.
    for byte in b"GET /about HTTP/1.1\r\nHost: localhost-and-more".iter().cycle() {
        use std::io::Write;
        if slow.stream.write_all(&[*byte]).is_err() || slow.is_closed_within(Duration::from_millis(100)) {
            is_closed = true;
            break;
        }
        assert!(started.elapsed() < SHORT, "it goes on for ever");
    }
    assert!(is_closed && started.elapsed() >= Duration::from_millis(400));
    assert!(silent.is_closed_within(SHORT));
    // Also the head of a later request.
    let mut later = server.connect();
    later.send("GET /about HTTP/1.1\r\nHost: x\r\n\r\n");
    assert_eq!(later.answer().text(), "about");
    later.send("GET /about HT");
    assert!(later.is_closed_within(SHORT));
    assert_eq!(server.get("/about").text(), "about");
}

#[test]
fn a_connection_without_requests_is_closed_after_its_time() {
    let place = Place::site();
    let server = Server::start(&place, &["dist", "--idle-time", "3s", "--head-time", "60s"]);
    let mut client = server.connect();
    for _ in 0..3 {
        client.send("GET /about HTTP/1.1\r\nHost: x\r\n\r\n");
        assert_eq!(client.answer().text(), "about");
        assert!(!client.is_closed_within(Duration::from_millis(400)), "before its time");
    }
    let started = Instant::now();
    assert!(client.is_closed_within(SHORT));
    assert!(started.elapsed() >= Duration::from_millis(300));
}

#[test]
fn a_client_that_stops_reading_is_closed_and_one_that_reads_slowly_is_not() {
    let place = Place::site();
    let size = 32 << 20;
    place.write("dist/large.bin", &"x".repeat(size));
    let server = Server::start(&place, &["dist", "--stall-time", "2500ms"]);
    let mut stalled = server.connect();
    stalled.send("GET /large.bin HTTP/1.1\r\nHost: x\r\n\r\n");
    let mut slow = server.connect();
    slow.send("GET /large.bin HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
    let started = Instant::now();
    let mut piece = vec![0; 1 << 20];
    let mut read = 0;
    // Takes more than twice the limit.
    while started.elapsed() < Duration::from_millis(5500) {
        read += slow.stream.read(&mut piece).unwrap();
        std::thread::sleep(Duration::from_millis(100));
    }
    while let Ok(len @ 1..) = slow.stream.read(&mut piece) {
        read += len;
    }
    assert!(read > size, "all of it, and the head");
    assert!(stalled.rest().len() < size);
    assert!(wait_for(|| server.says("cut off").contains("/large.bin").then_some(())).is_some());
}

/// With `TRAILMARK_TORTURE` set, ten thousand.
#[test]
fn a_thousand_idle_connections_cost_little_and_hinder_nobody() {
    let count = if std::env::var_os("TRAILMARK_TORTURE").is_some() { 10_000 } else { 1000 };
    trailmark_edge::server::raise_file_limit();
    let place = Place::site();
    let server = Server::start(&place, &["dist"]);
    assert_eq!(server.get("/about").text(), "about");
    let before = memory(&server);
    let idle: Vec<TcpStream> = (0..count)
        .map(|_| {
            use std::io::Write;
            let mut stream = TcpStream::connect(server.address).unwrap();
            stream.write_all(b"GET /about HTTP/1.1\r\nHost: x\r\n\r\n").unwrap();
            stream
        })
        .collect();
    for stream in &idle {
        let mut first = [0; 12];
        (&*stream).read_exact(&mut first).unwrap();
        assert_eq!(&first, b"HTTP/1.1 200");
    }
    for _ in 0..50 {
        assert_eq!(server.get("/").text(), "home");
    }
    if let (Some(before), Some(after)) = (before, memory(&server)) {
        let each = after.saturating_sub(before) / count;
        println!("{each} bytes for each of {count} idle connections");
        assert!(each < 64 << 10, "{each} bytes for each");
    }
}

#[test]
fn at_the_limit_idle_connections_make_room() {
    let place = Place::site();
    let server = Server::start(&place, &["dist", "--max-connections", "8", "--threads", "2"]);
    let mut idle: Vec<_> = (0..8).map(|_| server.connect()).collect();
    for client in &mut idle {
        client.send("GET /about HTTP/1.1\r\nHost: x\r\n\r\n");
        assert_eq!(client.answer().text(), "about");
    }
    let started = Instant::now();
    assert_eq!(server.get("/").text(), "home");
    assert!(started.elapsed() < SHORT);
    server.says("as many connections as may be");
}

#[test]
fn at_the_limit_new_connections_wait_while_all_are_busy() {
    let place = Place::site();
    place.write("dist/large.bin", &"x".repeat(32 << 20));
    let server = Server::start(&place, &["dist", "--max-connections", "2", "--threads", "1"]);
    let mut busy: Vec<_> = (0..2).map(|_| server.connect()).collect();
    for client in &mut busy {
        client.send("GET /large.bin HTTP/1.1\r\nHost: x\r\n\r\n");
        assert_eq!(client.head().unwrap().status, 200);
    }
    let mut waiting = server.connect();
    waiting.send("GET /about HTTP/1.1\r\nHost: x\r\n\r\n");
    assert!(!waiting.is_closed_within(Duration::from_millis(500)), "it is not turned away");
    drop(busy);
    assert_eq!(waiting.answer().text(), "about");
}

#[test]
fn what_is_too_long_is_refused_with_the_status_that_says_so() {
    let place = Place::site();
    let server = Server::start(&place, &["dist", "--max-head", "32K"]);
    assert_eq!(server.get(&format!("/{}", "a".repeat(16_000))).status, 404);
    assert_eq!(server.get(&format!("/{}", "a".repeat(17_000))).status, 414);
    for (name, headers) in [
        ("a long header", format!("X: {}\r\n", "a".repeat(80_000))),
        ("many headers", "X: y\r\n".repeat(101)),
        ("a header without end", "X".repeat(3 << 20)),
    ] {
        use std::io::Write;
        let mut client = server.connect();
        // It is closed while this is being sent, perhaps.
        let _ = client.stream.write_all(format!("GET / HTTP/1.1\r\nHost: x\r\n{headers}\r\n").as_bytes());
        if let Some(answer) = client.head() {
            assert_eq!(answer.status, 431, "{name}");
        }
        assert!(client.is_closed_within(SHORT), "{name}");
    }
    server.says("no request");
    assert_eq!(server.get("/about").text(), "about");
}
