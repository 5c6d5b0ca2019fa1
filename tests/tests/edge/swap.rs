//! Versions of a site take each other's place without a failed or a mixed answer.

use std::fs;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use http_body_util::BodyExt;
use tower_service::Service;
use trailmark_edge::{OpenSiteError, Semantics, Site, SiteService};

use super::kit::{Kit, compile_to, header, noise, request, write};

/// Two files that both name their version, one small and one large.
fn version(kit: &Kit, number: u32) {
    let dist = kit.folder.path().join(format!("v{number}"));
    let large = [format!("v{number};").into_bytes(), noise(200_000, number)].concat();
    write(
        &dist,
        &[
            ("page.html", format!("page of v{number}").as_bytes()),
            ("large.bin", &large),
            ("same.css", b"same"),
        ],
    );
    compile_to(&dist, &kit.folder.path().join(format!("v{number}.trailmark")));
}

fn swap_to(kit: &Kit, number: u32) -> Result<(), OpenSiteError> {
    let base = kit.folder.path();
    kit.live.swap_to(base.join(format!("v{number}.trailmark")), base.join(format!("v{number}")))
}

#[tokio::test]
async fn a_swap_is_live_at_once_and_keeps_what_did_not_change_in_memory() {
    let kit = Kit::new(Semantics::Platform, &[("page.html", b"old"), ("same.css", b"same")]);
    assert_eq!(kit.get("/page").await.body, "old");
    assert_eq!(kit.get("/same.css").await.body, "same");
    version(&kit, 1);
    swap_to(&kit, 1).unwrap();
    assert_eq!(kit.get("/page").await.body, "page of v1");
    assert_eq!(kit.edge.counters().bodies_loaded.get(), 3);
    fs::remove_file(kit.folder.path().join("v1/same.css")).unwrap();
    assert_eq!(kit.get("/same.css").await.body, "same");
    assert_eq!((kit.edge.counters().bodies_loaded.get(), kit.edge.counters().swaps.get()), (3, 1));
}

#[tokio::test]
async fn a_bad_version_leaves_the_old_one() {
    let kit = Kit::new(Semantics::Platform, &[("page.html", b"old")]);
    version(&kit, 1);
    let path = kit.folder.path().join("v1.trailmark");
    let sound = fs::read(&path).unwrap();
    let mut damaged = sound.clone();
    *damaged.last_mut().unwrap() ^= 1;
    for bytes in [&b""[..], b"no manifest", &sound[..sound.len() - 1], &damaged] {
        fs::write(&path, bytes).unwrap();
        assert!(swap_to(&kit, 1).is_err());
        assert_eq!(kit.get("/page").await.body, "old");
    }
    fs::write(&path, &sound).unwrap();
    fs::rename(kit.folder.path().join("v1"), kit.folder.path().join("elsewhere")).unwrap();
    assert!(matches!(swap_to(&kit, 1), Err(OpenSiteError::Folder { .. })));
    assert_eq!(kit.get("/page").await.body, "old");
    assert_eq!((kit.edge.counters().failed_swaps.get(), kit.edge.counters().swaps.get()), (5, 0));
}

#[tokio::test]
async fn a_request_ends_on_the_version_with_which_it_began_and_releases_it() {
    let kit = Kit::new(Semantics::Platform, &[("page.html", b"old")]);
    version(&kit, 1);
    version(&kit, 2);
    swap_to(&kit, 1).unwrap();
    let first = Arc::downgrade(&kit.live.current());
    let Ok(response) = SiteService::new(kit.live.clone()).call(request("GET", "/large.bin", &[])).await;
    let mut body = response.into_body();
    let start = body.frame().await.unwrap().unwrap().into_data().unwrap();
    swap_to(&kit, 2).unwrap();
    assert!(first.upgrade().is_some(), "its last request still runs");
    let rest = body.collect().await.unwrap().to_bytes();
    assert!([start, rest].concat() == [b"v1;", &noise(200_000, 1)[..]].concat());
    assert!(first.upgrade().is_none(), "nobody needs it any more");
    assert!(kit.get("/large.bin").await.body.starts_with(b"v2;"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn no_answer_is_mixed_and_none_fails_while_versions_change() {
    const VERSIONS: u32 = 6;
    let kit = Kit::new(Semantics::Platform, &[("page.html", b"old")]);
    let mut tags = Vec::new();
    for number in 0..VERSIONS {
        version(&kit, number);
        swap_to(&kit, number).unwrap();
        tags.push((
            header(&kit.get("/page").await, "etag").to_owned(),
            header(&kit.get("/large.bin").await, "etag").to_owned(),
        ));
    }
    let (stop, asked) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicUsize::new(0)));
    let tasks: Vec<_> = (0..8)
        .map(|task| {
            let (stop, asked, tags) = (Arc::clone(&stop), Arc::clone(&asked), tags.clone());
            let mut service = SiteService::new(kit.live.clone());
            tokio::spawn(async move {
                while !stop.load(Ordering::Relaxed) {
                    let is_page = task % 2 == 0;
                    let target = if is_page { "/page" } else { "/large.bin" };
                    let got = super::kit::ask(&mut service, "GET", target, &[]).await;
                    assert_eq!(got.status, 200);
                    let of_tag = tags
                        .iter()
                        .position(|(page, large)| header(&got, "etag") == if is_page { page } else { large });
                    let number = of_tag.expect("a tag of some version");
                    let expected = if is_page {
                        format!("page of v{number}").into_bytes()
                    } else {
                        [format!("v{number};").into_bytes(), noise(200_000, number as u32)].concat()
                    };
                    assert!(got.body == expected, "tag and body of different versions");
                    asked.fetch_add(1, Ordering::Relaxed);
                }
            })
        })
        .collect();
    for swap in 0..300 {
        swap_to(&kit, swap % VERSIONS).unwrap();
        tokio::task::yield_now().await;
    }
    stop.store(true, Ordering::Relaxed);
    for task in tasks {
        task.await.unwrap();
    }
    println!("{} answers during 300 swaps", asked.load(Ordering::Relaxed));
    assert_eq!(kit.edge.counters().files_that_do_not_fit.get(), 0);
}

#[tokio::test]
async fn a_site_without_files_on_disk() {
    let kit = Kit::new(Semantics::Platform, &[("page.html", b"page")]);
    let files = trailmark_edge::SiteFiles::memory([("/page.html".to_owned(), "page".into())]);
    kit.live.swap(Site::from_bytes(fs::read(kit.manifest()).unwrap(), files).unwrap());
    fs::remove_dir_all(kit.dist()).unwrap();
    assert_eq!(kit.get("/page").await.body, "page");
    let files = trailmark_edge::SiteFiles::memory([("/page.html".to_owned(), "egap".into())]);
    let other = trailmark_edge::LiveSite::new(
        &kit.edge,
        Site::from_bytes(fs::read(kit.manifest()).unwrap(), files).unwrap(),
    );
    assert_eq!(super::kit::ask(&mut SiteService::new(other), "GET", "/page", &[]).await.status, 503);
}
