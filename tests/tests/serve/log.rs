//! The request log.

use std::io::Read;
use std::process::Stdio;

use serde_json::Value;

use super::kit::{Client, Server, collect, wait_for};
use super::support::Place;

const HOSTILE: [&str; 4] = ["/%1b[31mred", "/\u{1b}[31mraw", "/caf\u{e9}\u{202e}txt", "/\u{9b}31m\u{7f}"];

fn ask_all(server: &Server) {
    for target in HOSTILE {
        let mut client = server.connect();
        client.send(format!("GET {target} HTTP/1.1\r\nHost: \u{1b}]0;x\u{7}\r\nConnection: close\r\n\r\n"));
        client.rest();
        let mut client = server.connect();
        client.send(format!("GET {target} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"));
        client.rest();
    }
    assert_eq!(server.get("/about?last").text(), "about");
}

#[test]
fn lines_name_what_was_asked_and_the_rule_and_hold_nothing_unprintable() {
    let place = Place::site();
    let server = Server::start(&place, &["dist"]);
    ask_all(&server);
    let log = server.says("/about?last");
    let line = log.lines().find(|line| line.contains("/about?last")).unwrap();
    for part in [" 200 GET ", "5 bytes", "auto-trailing-slash/page", "s  "] {
        assert!(line.contains(part), "{part:?} is not in {line:?}");
    }
    let is_odd = |character: char| {
        character.is_control() && character != '\n' || matches!(character, '\u{202e}' | '\u{9b}')
    };
    assert!(!log.chars().any(is_odd), "{log:?}");
    assert!(log.contains("/%1b[31mred"));
}

#[test]
fn colours_are_for_terminals_or_whoever_asks_for_them() {
    let place = Place::site();
    let mut command = place.command(["--color", "always", "serve", "dist"]);
    command.env_remove("TERM");
    let server = Server::of(command);
    server.get("/about");
    assert!(server.says("auto-trailing-slash/page").contains("\u{1b}[32m200"));
}

#[test]
fn json_lines_are_whole_objects_below_the_one_with_the_url() {
    let place = Place::site();
    let server = Server::start(&place, &["dist", "--json-log"]);
    ask_all(&server);
    assert_eq!(server.get("/docs/none").status, 404);
    let whole = || Some(server.stdout.lock().unwrap().clone()).filter(|text| text.contains("/docs/none"));
    let log = wait_for(whole).unwrap();
    let lines: Vec<Value> = log.lines().map(|line| serde_json::from_str(line).expect(line)).collect();
    assert!(!log.chars().any(|character| character.is_control() && character != '\n'));
    let of = |target: &str| lines.iter().find(|line| line["target"] == target).unwrap();
    let about = of("/about?last");
    assert_eq!((&about["status"], &about["bytes"], &about["whole"]), (&200.into(), &5.into(), &true.into()));
    assert_eq!((&about["method"], &about["client"]), (&"GET".into(), &"127.0.0.1".into()));
    assert_eq!(about["rule"], "auto-trailing-slash/page");
    assert!(about["seconds"].as_f64().unwrap() < 5.0 && about["time"].as_str().unwrap().ends_with('Z'));
    assert_eq!(of("/docs/none")["rule"], "not-found/404-page");
    assert!(
        lines.iter().any(|line| line.get("malformed").is_some()),
        "a raw control character is no request"
    );
    assert!(!server.stderr.lock().unwrap().contains("/about"));
}

#[test]
fn quiet_means_the_url_and_nothing_else() {
    let place = Place::site();
    let mut server = Server::start(&place, &["dist", "--quiet"]);
    server.get("/about");
    server.signal("TERM");
    assert_eq!(server.ends(), Some(0));
    assert_eq!(*server.stdout.lock().unwrap(), "");
    assert_eq!(*server.stderr.lock().unwrap(), "");
}

#[test]
fn a_log_that_nobody_reads_does_not_stop_the_server() {
    for arguments in [&["dist"][..], &["dist", "--json-log"]] {
        let place = Place::site();
        let mut command = place.command(["serve"].iter().chain(arguments));
        // Both pipes are closed after the first line of the output.
        let mut child =
            command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let mut out = child.stdout.take().unwrap();
        let mut line = String::new();
        while !line.ends_with('\n') {
            let mut byte = [0];
            out.read_exact(&mut byte).unwrap();
            line.push(byte[0] as char);
        }
        drop((out, child.stderr.take()));
        let start = line.find("http://").unwrap() + 7;
        let address = line[start..].split('/').next().unwrap().parse().unwrap();
        let mut client = Client::to(address);
        for _ in 0..200 {
            client.send("GET /about HTTP/1.1\r\nHost: x\r\n\r\n");
            assert_eq!(client.answer().text(), "about");
            std::thread::sleep(std::time::Duration::from_millis(1));
        }
        assert!(child.try_wait().unwrap().is_none(), "it goes on");
        child.kill().unwrap();
        child.wait().unwrap();
    }
}

#[test]
fn a_reader_that_is_too_slow_costs_lines_and_they_are_counted() {
    let place = Place::site();
    let mut command = place.command(["serve", "dist", "--metrics", "127.0.0.1:0", "--threads", "1"]);
    let mut child =
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let mut out = std::io::BufReader::new(child.stdout.take().unwrap());
    let mut line = String::new();
    std::io::BufRead::read_line(&mut out, &mut line).unwrap();
    let address = line.trim().trim_start_matches("http://").trim_end_matches('/').parse().unwrap();
    let mut client = Client::to(address);
    let target = format!("/{}", "a".repeat(290));
    // More than the pipe and the buffer hold, in batches.
    for _ in 0..200 {
        client.send(format!("GET {target} HTTP/1.1\r\nHost: x\r\n\r\n").repeat(50));
        for _ in 0..50 {
            assert_eq!(client.answer().status, 404);
        }
    }
    let log = collect(child.stderr.take().unwrap());
    client.send("GET /about HTTP/1.1\r\nHost: x\r\n\r\n");
    assert_eq!(client.answer().text(), "about");
    let is_said = || log.lock().unwrap().contains("of the log dropped: its reader is too slow").then_some(());
    let said = wait_for(is_said);
    child.kill().unwrap();
    child.wait().unwrap();
    let log = log.lock().unwrap();
    assert!(said.is_some(), "{}", log.len());
    assert!(log.lines().filter(|line| line.contains("not-found")).count() > 1000);
}
