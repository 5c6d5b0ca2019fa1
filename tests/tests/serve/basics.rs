//! What it takes, what it says, and when it can't run.

use std::net::TcpListener;

use super::kit::{Client, Server};
use super::support::Place;

#[test]
fn a_folder_is_compiled_in_memory_and_nothing_is_written() {
    let place = Place::site();
    let before = place.names();
    let server = Server::start(&place, &["dist"]);
    assert_eq!(server.get("/").text(), "home");
    assert_eq!(server.get("/about.html").header("location"), "/about");
    assert_eq!(
        (server.get("/nowhere").status, server.get("/docs/x").text()),
        (404, "no such page of the docs")
    );
    server.says("dist is a site's folder: compiled in memory as Workers");
    assert_eq!(place.names(), before);
}

#[test]
fn a_manifest_is_served_with_the_folder_beside_it_or_the_one_that_is_named() {
    let place = Place::compiled(&[]);
    let server = Server::start(&place, &["dist.trailmark"]);
    assert_eq!(server.get("/about").text(), "about");
    server.says("dist.trailmark is a manifest: its files are in dist");
    std::fs::rename(place.path("dist"), place.path("elsewhere")).unwrap();
    place.run(["serve", "dist.trailmark"]).fails(&["where are the files of dist.trailmark?", "--dist DIR"]);
    let server = Server::start(&place, &["dist.trailmark", "--dist", "elsewhere"]);
    assert_eq!(server.get("/about").text(), "about");
}

#[test]
fn a_folder_of_sites_answers_by_host() {
    let place = Place::with(&[]);
    for host in ["one.example", "two.example"] {
        place.write(&format!("sites/{host}/index.html"), host);
        place.run(["compile", &format!("sites/{host}"), "--quiet"]).exits(0);
    }
    let server = Server::start(&place, &["sites", "--default-site", "two.example"]);
    server.says("sites is a folder of manifests: 2 sites");
    for (host, expected) in
        [("one.example", "one.example"), ("TWO.example:80", "two.example"), ("other.example", "two.example")]
    {
        let mut client = server.connect();
        client.send(format!("GET / HTTP/1.1\r\nHost: {host}\r\n\r\n"));
        assert_eq!(client.answer().text(), expected);
    }
    server.says("one.example/");
    place.run(["serve", "sites", "--default-site", "three.example"]).fails(&["three.example"]);
    place.run(["serve", "sites", "--platform", "pages"]).fails(&["a folder of manifests", "was compiled"]);
}

#[test]
fn the_configuration_names_the_folder() {
    let place = Place::site();
    place.write(
        "wrangler.jsonc",
        r#"{"assets": {"directory": "./dist", "html_handling": "force-trailing-slash"}}"#,
    );
    let server = Server::start(&place, &[]);
    assert_eq!(server.get("/about").header("location"), "/about/");
}

#[test]
fn what_could_be_two_things_is_not_guessed() {
    let place = Place::with(&[("both/index.html", "x"), ("both/a.trailmark", "x")]);
    let run = place.run(["serve", "both"]);
    run.fails(&[
        "could be a folder of manifests (a.trailmark) or a site (index.html)",
        "--as sites or --as dist",
    ]);
    assert_eq!(Server::start(&place, &["both", "--as", "dist"]).get("/").text(), "x");
    place.run(["serve", "nowhere"]).fails(&["no such file or folder: nowhere"]);
    place.run(["serve", "both/index.html"]).fails(&["cannot use both/index.html", "trailmark compile"]);
    place.run(["serve", "both", "--dist", "x", "--as", "dist"]).fails(&["--dist"]);
    place.write("empty/x.txt", "");
    place.run(["serve", "empty", "--as", "sites"]).fails(&["holds no manifest"]);
}

#[test]
fn a_port_that_is_taken_is_named_also_if_it_is_another_trailmark() {
    let place = Place::site();
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port().to_string();
    place.run(["serve", "dist", "--port", &port]).fails(&[&port, "is taken", "another port"]);
    let server = Server::start(&place, &["dist", "--threads", "2"]);
    let port = server.address.port().to_string();
    place.run(["serve", "dist", "--port", &port, "--threads", "2"]).fails(&[&port, "is taken"]);
    place
        .run(["serve", "dist", "--listen", "203.0.113.7:80"])
        .fails(&["203.0.113.7:80", "address of this machine"]);
    place.run(["serve", "dist", "--listen", "nonsense"]).fails(&["ADDR:PORT"]);
}

#[test]
fn the_port_can_be_chosen() {
    let place = Place::site();
    // Another test may take a port that was free a moment ago.
    let chosen = (0..10).find_map(|_| {
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let server = Server::try_of(place.command(["serve", "dist", "--port", &port.to_string()])).ok()?;
        Some((port, server))
    });
    let (port, server) = chosen.expect("one of ten free ports can be taken");
    assert_eq!(server.address, ([127, 0, 0, 1], port).into());
    assert_eq!(server.get("/about").text(), "about");
}

#[test]
fn all_threads_answer() {
    let place = Place::site();
    let server = Server::start(&place, &["dist", "--threads", "3"]);
    for _ in 0..64 {
        assert_eq!(server.get("/about").text(), "about");
    }
}

#[test]
fn what_the_worker_would_answer_gets_501_or_the_files() {
    let place = Place::site();
    place.write(
        "wrangler.jsonc",
        r#"{"main": "worker.js", "assets": {"directory": "dist", "run_worker_first": ["/about"]}}"#,
    );
    let server = Server::start(&place, &["dist"]);
    let answer = server.get("/about");
    assert_eq!(answer.status, 501);
    assert!(answer.text().contains("Worker script"), "{}", answer.text());
    assert_eq!(server.get("/").text(), "home");
    let server = Server::start(&place, &["dist", "--no-worker"]);
    assert_eq!(server.get("/about").text(), "about");
}

#[test]
fn the_address_can_be_of_the_newer_kind() {
    if TcpListener::bind("[::1]:0").is_err() {
        println!("left out: this system has no IPv6");
        return;
    }
    let place = Place::site();
    let server = Server::start(&place, &["dist", "--listen", "[::1]:0"]);
    let mut client = Client::to(server.address);
    client.send("GET /about HTTP/1.1\r\nHost: [::1]\r\n\r\n");
    assert_eq!(client.answer().text(), "about");
}

#[test]
fn a_folder_is_served_as_another_host_would() {
    let place = Place::site();
    let server = Server::start(&place, &["dist", "--platform", "gitlab-pages"]);
    assert_eq!(server.get("/about").text(), "about");
    assert_eq!(server.get("/about.html").text(), "about");
    let redirect = server.get("/docs?x=1");
    assert_eq!((redirect.status, redirect.header("location")), (302, "/docs/?x=1"));
    assert_eq!((server.get("/%zz").status, server.get("/%61bout").text()), (400, "about"));
    server.says("dist is a site's folder: compiled in memory as GitLab Pages");
}
