//! `--watch`: changes become live, what can't be used does not.

use std::fs;

use super::kit::{Server, wait_for};
use super::support::Place;

#[track_caller]
fn becomes(server: &Server, target: &str, text: &str) {
    let is_there = || (server.get(target).body == text.as_bytes()).then_some(());
    assert!(
        wait_for(is_there).is_some(),
        "{target}: {:?}, {}",
        server.get(target),
        server.stderr.lock().unwrap()
    );
}

#[test]
fn a_changed_page_is_served_and_a_new_one_is_found() {
    let place = Place::site();
    let server = Server::start(&place, &["dist", "--watch"]);
    assert_eq!(server.get("/about").text(), "about");
    place.write("dist/about.html", "another about");
    becomes(&server, "/about", "another about");
    place.write("dist/deep/er/new.html", "new");
    becomes(&server, "/deep/er/new", "new");
    // A folder that came later is watched, too.
    place.write("dist/deep/er/new.html", "newer");
    becomes(&server, "/deep/er/new", "newer");
    fs::remove_file(place.path("dist/deep/er/new.html")).unwrap();
    becomes(&server, "/deep/er/new", "not found");
    server.says("new version is live");
}

#[test]
fn a_folder_that_is_removed_and_made_again_is_followed() {
    let place = Place::site();
    let server = Server::start(&place, &["dist", "--watch"]);
    for round in 0..3 {
        fs::remove_dir_all(place.path("dist")).unwrap();
        if round == 1 {
            server.says("the present version stays");
        }
        place.write("dist/index.html", &format!("home {round}"));
        place.write("dist/404.html", "not found");
        becomes(&server, "/", &format!("home {round}"));
        place.write("dist/late.html", &format!("late {round}"));
        becomes(&server, "/late", &format!("late {round}"));
    }
    // One that is put into its place as a whole.
    place.write("next/index.html", "next");
    fs::rename(place.path("dist"), place.path("old")).unwrap();
    fs::rename(place.path("next"), place.path("dist")).unwrap();
    becomes(&server, "/", "next");
}

#[test]
fn a_folder_that_is_empty_for_a_while_leaves_the_old_version() {
    let place = Place::site();
    let server = Server::start(&place, &["dist", "--watch"]);
    assert_eq!(server.get("/").text(), "home");
    fs::remove_dir_all(place.path("dist")).unwrap();
    fs::create_dir(place.path("dist")).unwrap();
    server.says("dist is empty: the present version stays");
    assert_eq!(server.get("/").text(), "home");
    place.write("dist/index.html", "home again");
    becomes(&server, "/", "home again");
}

#[test]
fn configuration_that_is_broken_keeps_the_old_version_and_is_named() {
    let place = Place::site();
    place.write("wrangler.jsonc", r#"{"assets": {"directory": "dist"}}"#);
    let server = Server::start(&place, &["dist", "--watch"]);
    assert_eq!(server.get("/about/").header("location"), "/about");
    place.write("wrangler.jsonc", "{\"assets\": {\n  \"html_handling\": nonsense }");
    let said = server.says("the present version stays");
    assert!(said.contains("wrangler.jsonc`: line 2, column 20"), "{said}");
    assert_eq!(server.get("/about/").header("location"), "/about");
    place.write(
        "wrangler.jsonc",
        r#"{"assets": {"directory": "dist", "html_handling": "force-trailing-slash"}}"#,
    );
    assert!(wait_for(|| (server.get("/about").header("location") == "/about/").then_some(())).is_some());
}

#[test]
fn rules_become_live_and_unreadable_ones_keep_the_old_version() {
    let place = Place::site();
    let server = Server::start(&place, &["dist", "--watch"]);
    place.write("dist/_redirects", "/old /about 301\n");
    assert!(wait_for(|| (server.get("/old").status == 301).then_some(())).is_some());
    place.write("dist/_redirects", "/old /about 301\n/odd /about 999\n");
    server.says("_redirects");
    assert_eq!(server.get("/old").status, 301);
    // A link out of the site can't be read.
    place.write("elsewhere", "/old /docs 302\n");
    fs::remove_file(place.path("dist/_redirects")).unwrap();
    #[cfg(unix)]
    {
        std::os::unix::fs::symlink(place.path("elsewhere"), place.path("dist/_redirects")).unwrap();
        server.says("the present version stays");
    }
    place.write("dist/about.html", "about, again");
    assert_ne!(server.get("/old").status, 302);
}

#[test]
fn a_manifest_that_is_replaced_becomes_live_and_a_bad_one_does_not() {
    let place = Place::compiled(&[]);
    let server = Server::start(&place, &["dist.trailmark", "--watch"]);
    assert_eq!(server.get("/about").text(), "about");
    place.write("dist/about.html", "another about");
    place.run(["compile", "dist", "--quiet"]).exits(0);
    becomes(&server, "/about", "another about");
    place.write("dist.trailmark", "nonsense");
    server.says("the present version stays");
    assert_eq!(server.get("/about").text(), "another about");
}

#[test]
fn without_watch_nothing_changes_and_changed_files_are_not_served() {
    let place = Place::site();
    let server = Server::start(&place, &["dist"]);
    place.write("dist/about.html", "another about");
    std::thread::sleep(std::time::Duration::from_millis(800));
    assert_eq!(server.get("/about").status, 503, "its bytes are not those that were compiled");
    assert_eq!(server.get("/").text(), "home");
}
