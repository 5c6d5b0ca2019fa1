//! Hundreds of versions take each other's place under requests over HTTP: none fails, and no answer is of two versions.

use std::fs;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use trailmark_edge::server::{Listeners, ServerLimits, start};
use trailmark_edge::{Edge, LiveSite, Site, SiteService};

use super::kit::{Client, wait_for};
use super::support::Place;

const VERSIONS: usize = 5;
const SWAPS: usize = 300;

/// A page and a large file, which both name their version all over.
fn text(version: usize, len: usize) -> String {
    format!("v{version}.").repeat(len / 3)
}

#[test]
fn no_answer_fails_or_is_mixed_while_versions_are_swapped() {
    let place = Place::with(&[]);
    for version in 0..VERSIONS {
        place.write(&format!("v{version}/page.html"), &text(version, 4096));
        place.write(&format!("v{version}/large.bin"), &text(version, 3 << 20));
        place.run(["compile", &format!("v{version}"), "--quiet"]).exits(0);
    }
    let open = |version: usize| {
        Site::open(place.path(&format!("v{version}.trailmark")), place.path(&format!("v{version}"))).unwrap()
    };
    let edge = Edge::default();
    let live = LiveSite::new(&edge, open(0));
    let listeners = Listeners::bind(([127, 0, 0, 1], 0).into(), 2).unwrap();
    let running = start(listeners, SiteService::new(live.clone()), &ServerLimits::default(), None).unwrap();
    let address = running.address();
    let (stop, asked) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicU64::new(0)));
    let clients: Vec<_> = (0..6)
        .map(|number| {
            let (stop, asked) = (Arc::clone(&stop), Arc::clone(&asked));
            std::thread::spawn(move || {
                let (target, len) = if number == 0 { ("/large.bin", 3 << 20) } else { ("/page", 4096) };
                let mut client = Client::to(address);
                let mut tags = std::collections::HashMap::new();
                while !stop.load(Ordering::Relaxed) {
                    client.send(format!("GET {target} HTTP/1.1\r\nHost: x\r\n\r\n"));
                    let answer = client.answer();
                    assert_eq!(answer.status, 200);
                    let version = usize::from(answer.body[1] - b'0');
                    assert!(answer.text() == text(version, len), "a mixed body");
                    let tag = answer.header("etag").to_owned();
                    assert_eq!(*tags.entry(tag).or_insert(version), version, "a tag of another version");
                    asked.fetch_add(1, Ordering::Relaxed);
                }
                tags.len()
            })
        })
        .collect();
    for swap in 1..=SWAPS {
        live.swap(open(swap % VERSIONS));
        std::thread::sleep(Duration::from_millis(5));
    }
    stop.store(true, Ordering::Relaxed);
    for client in clients {
        assert!(client.join().unwrap() > 1, "more than one version was seen");
    }
    println!("{} answers during {SWAPS} swaps", asked.load(Ordering::Relaxed));
    assert_eq!(edge.counters().files_that_do_not_fit.get(), 0);
    // Counted when the server is done with an answer, which may be after the client.
    let all = [(200, asked.load(Ordering::Relaxed))];
    let are_counted = || (running.stats().by_status == all).then_some(());
    assert!(wait_for(are_counted).is_some(), "{:?}, not {all:?}", running.stats().by_status);
    drop(running);
    fs::remove_dir_all(place.path("v0")).unwrap();
}
