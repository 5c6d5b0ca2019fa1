//! Files that do not fit the manifest are never served, and nothing outside the folder is.

use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};

use http_body_util::BodyExt;
use tower_service::Service;
use trailmark_edge::{Semantics, SiteService};

use super::kit::{Kit, header, noise, request};

const LARGE: usize = 3_000_000;

#[tokio::test]
async fn small_and_large_files_come_whole_with_their_length() {
    let large = noise(LARGE, 1);
    let kit =
        Kit::new(Semantics::Platform, &[("a.txt", b"small"), ("large.bin", &large), ("empty.txt", b"")]);
    for _ in 0..2 {
        let got = kit.get("/a.txt").await;
        assert_eq!((got.status, &got.body[..], header(&got, "content-length")), (200, &b"small"[..], "5"));
        let got = kit.get("/large.bin").await;
        assert_eq!((got.status, header(&got, "content-length")), (200, "3000000"));
        assert!(got.body == large);
        let got = kit.get("/empty.txt").await;
        assert_eq!((got.status, got.body.len()), (200, 0));
        let got = kit.ask("HEAD", "/large.bin", &[]).await;
        assert_eq!((got.status, header(&got, "content-length"), got.body.len()), (200, "3000000", 0));
    }
    assert_eq!(kit.edge.counters().bodies_loaded.get(), 1);
    assert!(kit.edge.body_memory() < 1000, "only the small file is kept");
}

#[tokio::test]
async fn a_large_file_is_checked_once_when_it_has_settled() {
    let began = Instant::now();
    let kit = Kit::new(Semantics::Platform, &[("large.bin", &noise(LARGE, 2))]);
    let settling_time = kit.edge.options().settling_time;
    let checked_after_three = async || {
        for _ in 0..3 {
            assert_eq!(kit.get("/large.bin").await.status, 200);
        }
        kit.edge.counters().files_checked.get()
    };
    let at_first = checked_after_three().await;
    // On a machine that is so slow that it has settled meanwhile, fewer checks are right.
    assert!(at_first == 3 || began.elapsed() > settling_time, "it changed a moment ago");
    tokio::time::sleep(settling_time + Duration::from_millis(100)).await;
    let settled = checked_after_three().await;
    assert!(settled <= at_first + 1, "{settled} after {at_first}");
    assert_eq!(checked_after_three().await, settled);
}

#[tokio::test]
async fn wrong_bytes_are_never_served() {
    let large = noise(LARGE, 3);
    let files: &[(&str, &[u8])] = &[
        ("same-len.txt", b"right"),
        ("longer.txt", b"right"),
        ("gone.txt", b"right"),
        ("large.bin", &large),
    ];
    let kit = Kit::new(Semantics::Platform, files);
    let mut other = large.clone();
    other[LARGE / 2] ^= 1;
    fs::write(kit.dist().join("same-len.txt"), "wrong").unwrap();
    fs::write(kit.dist().join("longer.txt"), "right and more").unwrap();
    fs::remove_file(kit.dist().join("gone.txt")).unwrap();
    fs::write(kit.dist().join("large.bin"), &other).unwrap();
    for (round, (path, _)) in files.iter().enumerate() {
        let got = kit.get(&format!("/{path}")).await;
        assert_eq!(got.status, 503, "{path}");
        assert_eq!(header(&got, "cache-control"), "no-store");
        assert!(header(&got, "etag").is_empty(), "no tag for a body that is not there");
        assert_eq!(kit.edge.counters().files_that_do_not_fit.get(), round as u64 + 1);
    }
    fs::write(kit.dist().join("large.bin"), &large).unwrap();
    assert!(kit.get("/large.bin").await.body == large, "put right, it is served");
}

#[tokio::test]
async fn head_and_304_and_redirects_touch_no_file() {
    let kit = Kit::new(Semantics::Platform, &[("about.html", b"about"), ("404.html", b"none")]);
    let tag = header(&kit.get("/about").await, "etag").to_owned();
    let fresh = Kit::new(Semantics::Platform, &[("about.html", b"about"), ("404.html", b"none")]);
    fs::remove_dir_all(fresh.dist()).unwrap();
    let got = fresh.ask("HEAD", "/about", &[]).await;
    assert_eq!((got.status, header(&got, "content-length")), (200, "5"));
    let got = fresh.ask("GET", "/about", &[("if-none-match", &tag)]).await;
    assert_eq!((got.status, header(&got, "etag"), header(&got, "content-length")), (304, tag.as_str(), ""));
    assert_eq!(fresh.get("/about.html").await.status, 307);
    assert_eq!(fresh.ask("POST", "/about", &[]).await.status, 405);
    assert_eq!(fresh.edge.counters().files_that_do_not_fit.get(), 0);
    assert_eq!(fresh.get("/about").await.status, 503, "the folder vanished");
}

/// Begins to read a large file's body, changes something, and reads on: what came, and the error if there was one.
async fn read_while(kit: &Kit, change: impl FnOnce(&Path)) -> (Vec<u8>, Option<String>) {
    let Ok(response) = SiteService::new(kit.live.clone()).call(request("GET", "/large.bin", &[])).await;
    let mut body = response.into_body();
    let mut received = body.frame().await.unwrap().unwrap().into_data().unwrap().to_vec();
    // The times of files have ticks.
    std::thread::sleep(Duration::from_millis(20));
    change(&kit.dist().join("large.bin"));
    loop {
        match body.frame().await {
            Some(Ok(frame)) => received.extend_from_slice(&frame.into_data().unwrap()),
            Some(Err(error)) => return (received, Some(error.to_string())),
            None => return (received, None),
        }
    }
}

#[tokio::test]
async fn a_file_whose_bytes_change_while_it_is_sent_cuts_the_body_off() {
    let large = noise(LARGE, 4);
    let last_changed = [&large[..LARGE - 1], &[!large[LARGE - 1]]].concat();
    for changed in [&large[..LARGE / 2], &noise(LARGE, 5), &last_changed, b""] {
        let kit = Kit::new(Semantics::Platform, &[("large.bin", &large)]);
        let (received, error) = read_while(&kit, |path| fs::write(path, changed).unwrap()).await;
        assert!(received.len() < LARGE, "the last of it was held back");
        assert!(error.unwrap().contains("/large.bin"));
        assert_eq!(kit.edge.counters().files_that_do_not_fit.get(), 1);
    }
}

/// What happens to a file, in words and in deed.
#[cfg(unix)]
type Change = (&'static str, fn(&Path));

#[cfg(unix)]
#[tokio::test]
async fn a_file_whose_name_goes_while_it_is_sent_comes_whole() {
    let large = noise(LARGE, 6);
    let changes: [Change; 5] = [
        ("deleted", |path| fs::remove_file(path).unwrap()),
        ("replaced", |path| {
            fs::write(path.with_extension("new"), "another").unwrap();
            fs::rename(path.with_extension("new"), path).unwrap();
        }),
        ("linked", |path| fs::hard_link(path, path.with_extension("link")).unwrap()),
        ("written again", |path| fs::write(path, fs::read(path).unwrap()).unwrap()),
        ("longer", |path| fs::write(path, [fs::read(path).unwrap(), b"more".to_vec()].concat()).unwrap()),
    ];
    for (what, change) in changes {
        let kit = Kit::new(Semantics::Platform, &[("large.bin", &large)]);
        let (received, error) = read_while(&kit, change).await;
        assert!(received == large && error.is_none(), "{what}: {error:?}");
    }
}

#[cfg(unix)]
#[tokio::test]
async fn links_pipes_and_folders_in_the_place_of_files_are_not_followed() {
    use std::os::unix::fs::symlink;
    let names = ["absolute.txt", "climbing.txt", "linked/deep.txt", "loop.txt", "folder.txt", "inside.txt"];
    let files: Vec<(&str, &[u8])> = names.iter().map(|name| (*name, &b"secret"[..])).collect();
    let kit = Kit::new(Semantics::Platform, &files);
    let outside = kit.folder.path().join("outside");
    fs::create_dir(&outside).unwrap();
    fs::write(outside.join("deep.txt"), "secret").unwrap();
    let dist = kit.dist();
    for name in names {
        fs::remove_file(dist.join(name)).unwrap();
    }
    fs::remove_dir(dist.join("linked")).unwrap();
    symlink(outside.join("deep.txt"), dist.join("absolute.txt")).unwrap();
    symlink("../outside/deep.txt", dist.join("climbing.txt")).unwrap();
    symlink("../outside", dist.join("linked")).unwrap();
    symlink("loop.txt", dist.join("loop.txt")).unwrap();
    fs::create_dir(dist.join("folder.txt")).unwrap();
    for name in ["absolute.txt", "climbing.txt", "linked/deep.txt", "loop.txt", "folder.txt"] {
        let got = kit.get(&format!("/{name}")).await;
        assert!(got.status >= 500 && !got.body.starts_with(b"secret"), "{name}: {got:?}");
    }
    // The right bytes, and yet not from here; below the folder a link is as good as a file.
    fs::write(dist.join("real"), "secret").unwrap();
    symlink("real", dist.join("inside.txt")).unwrap();
    assert_eq!(kit.get("/inside.txt").await.body, "secret");
}

#[cfg(unix)]
#[tokio::test]
async fn a_pipe_in_the_place_of_a_file_keeps_nobody_waiting() {
    let kit = Kit::new(Semantics::Platform, &[("a.txt", b"")]);
    let small = Kit::new(Semantics::Platform, &[("a.txt", b"x")]);
    for kit in [kit, small] {
        let path = kit.dist().join("a.txt");
        fs::remove_file(&path).unwrap();
        assert!(std::process::Command::new("mkfifo").arg(&path).status().unwrap().success());
        let answer = tokio::time::timeout(Duration::from_secs(10), kit.get("/a.txt")).await;
        let got = answer.expect("nobody waits for the pipe");
        assert!(got.body.is_empty() || got.status == 503);
    }
}

#[tokio::test]
async fn sites_do_not_get_each_others_bodies() {
    let kit = Kit::new(Semantics::Platform, &[("a.txt", b"private")]);
    assert_eq!(kit.get("/a.txt").await.body, "private");
    // A manifest that names the fingerprint, and a folder without the file.
    fs::create_dir(kit.folder.path().join("empty")).unwrap();
    let thief = trailmark_edge::Site::open(kit.manifest(), kit.folder.path().join("empty")).unwrap();
    let mut service = SiteService::new(trailmark_edge::LiveSite::new(&kit.edge, thief));
    let got = super::kit::ask(&mut service, "GET", "/a.txt", &[]).await;
    assert_eq!(got.status, 503);
}

#[tokio::test]
async fn simultaneous_requests_read_a_file_once() {
    let kit = Kit::new(Semantics::Platform, &[("a.txt", b"x")]);
    let tasks: Vec<_> = (0..200)
        .map(|_| {
            let mut service = SiteService::new(kit.live.clone());
            tokio::spawn(async move { super::kit::ask(&mut service, "GET", "/a.txt", &[]).await.status })
        })
        .collect();
    for task in tasks {
        assert_eq!(task.await.unwrap(), 200);
    }
    assert_eq!(kit.edge.counters().bodies_loaded.get(), 1);
}
