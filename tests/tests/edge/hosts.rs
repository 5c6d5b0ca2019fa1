//! Many sites, found by host name; and hosts that mean harm.

use std::fs;
use std::path::Path;
use std::time::Duration;

use super::recorded::Got;
use bytes::Bytes;
use http::Request;
use http_body_util::Empty;
use tempfile::TempDir;
use trailmark::Manifest;
use trailmark_edge::{Edge, Semantics, Sites, SitesOptions, SitesService};

use super::kit::{ask, compile_to, options, write};

fn site(folder: &Path, name: &str, page: &str) {
    let dist = folder.join(name);
    write(&dist, &[("index.html", page.as_bytes())]);
    compile_to(&dist, &folder.join(format!("{name}.trailmark")));
}

fn sites(folder: &TempDir, change: impl FnOnce(&mut SitesOptions)) -> SitesService {
    let mut settings = SitesOptions::default();
    settings.recheck = Duration::ZERO;
    change(&mut settings);
    SitesService::new(Sites::new(&Edge::new(options(Semantics::Platform)), folder.path(), settings))
}

async fn get(service: &mut SitesService, host: &str) -> Got {
    ask(service, "GET", "/", &[("host", host)]).await
}

#[tokio::test]
async fn the_host_says_which_site_answers() {
    let folder = tempfile::tempdir().unwrap();
    for name in ["example.com", "other.example", "+.example.com", "xn--mnchen-3ya.de", "127.0.0.1"] {
        site(folder.path(), name, name);
    }
    let mut service = sites(&folder, |_| {});
    for (host, name) in [
        ("example.com", "example.com"),
        ("EXAMPLE.com", "example.com"),
        ("example.com:8080", "example.com"),
        ("example.com.", "example.com"),
        ("Example.Com.:80", "example.com"),
        ("other.example", "other.example"),
        ("www.example.com", "+.example.com"),
        ("a-b_c.example.com:1", "+.example.com"),
        ("xn--mnchen-3ya.de", "xn--mnchen-3ya.de"),
        ("127.0.0.1:3000", "127.0.0.1"),
    ] {
        for _ in 0..2 {
            let got = get(&mut service, host).await;
            assert_eq!((got.status, &got.body[..]), (200, name.as_bytes()), "{host}");
        }
    }
    for host in ["a.b.example.com", "com", "nowhere.example", "[::1]", "example.com.trailmark"] {
        assert_eq!(get(&mut service, host).await.status, 404, "{host}");
    }
    let got = ask(&mut service, "GET", "http://OTHER.example:80", &[("host", "example.com")]).await;
    assert_eq!((got.status, &got.body[..]), (200, &b"other.example"[..]), "a whole URL wins over Host");
}

#[tokio::test]
async fn hosts_that_mean_harm_are_refused_before_the_disk_is_touched() {
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir(folder.path().join("sites")).unwrap();
    site(folder.path(), "outside", "outside");
    site(&folder.path().join("sites"), "+.example.com", "wildcard");
    let mut settings = SitesOptions::default();
    settings.default_site = None;
    let edge = Edge::new(options(Semantics::Platform));
    let mut service = SitesService::new(Sites::new(&edge, folder.path().join("sites"), settings));
    let long_label = "a".repeat(64);
    let long = vec!["a".repeat(60); 5].join(".");
    let hosts: &[&[u8]] = &[
        b"",
        b".",
        b"..",
        b"../outside",
        b"..%2foutside",
        b"/outside",
        b"a/../../outside",
        b"\\outside",
        b"+.example.com",
        b"*.example.com",
        b"a@b",
        b"user@example.com",
        b"a b",
        b"a,b",
        b"m\xc3\xbcnchen.de",
        b"\xff",
        b"example.com:x",
        b"example.com:99999",
        b"[::1",
        b"[../outside]",
        b"a..b",
        b"-:-",
        long_label.as_bytes(),
        long.as_bytes(),
    ];
    for host in hosts {
        let mut request = Request::get("/").body(Empty::<Bytes>::new()).unwrap();
        request.headers_mut().insert("host", http::HeaderValue::from_bytes(host).unwrap());
        let Ok(response) = tower_service::Service::call(&mut service, request).await;
        assert_eq!(response.status(), 400, "{}", String::from_utf8_lossy(host));
    }
    let two = [("host", "a.example.com"), ("host", "b.example.com")];
    assert_eq!(ask(&mut service, "GET", "/", &two).await.status, 400);
    assert_eq!(ask(&mut service, "GET", "ftp://a.example.com/", &[]).await.status, 400);
    assert_eq!(edge.counters().sites_opened.get(), 0);
    // As long as a name can be, which is longer than a file's can.
    let longest = vec!["a".repeat(62); 4].join(".");
    assert_eq!(get(&mut service, &longest).await.status, 404);
    let got =
        ask(&mut service, "GET", &format!("/{}", "a".repeat(17_000)), &[("host", "a.example.com")]).await;
    assert_eq!(got.status, 414);
    assert_eq!(ask(&mut service, "OPTIONS", "*", &[("host", "a.example.com")]).await.status, 400);
}

#[tokio::test]
async fn a_default_site_answers_for_all_others() {
    let folder = tempfile::tempdir().unwrap();
    site(folder.path(), "example.com", "own");
    site(folder.path(), "default.example", "default");
    let mut service = sites(&folder, |settings| settings.default_site = Some("default.example".to_owned()));
    for (host, page) in [("example.com", "own"), ("nowhere.example", "default"), ("[::1]:80", "default")] {
        assert_eq!(get(&mut service, host).await.body, page, "{host}");
    }
    assert_eq!(ask(&mut service, "GET", "/", &[]).await.body, "default", "a request without Host");
}

#[tokio::test]
async fn sites_come_change_break_and_go() {
    let folder = tempfile::tempdir().unwrap();
    let mut service = sites(&folder, |_| {});
    assert_eq!(get(&mut service, "example.com").await.status, 404);
    site(folder.path(), "example.com", "first");
    assert_eq!(get(&mut service, "example.com").await.body, "first");
    site(folder.path(), "example.com", "second version");
    assert_eq!(get(&mut service, "example.com").await.body, "second version");
    let manifest = folder.path().join("example.com.trailmark");
    let sound = fs::read(&manifest).unwrap();
    fs::write(folder.path().join("bad"), "no manifest").unwrap();
    fs::rename(folder.path().join("bad"), &manifest).unwrap();
    let _ = get(&mut service, "example.com").await;
    assert_eq!(get(&mut service, "example.com").await.body, "second version", "the old one stays");
    assert_eq!(service.sites().edge().counters().failed_swaps.get(), 1, "tried once");
    let mut fresh = sites(&folder, |_| {});
    assert_eq!(get(&mut fresh, "example.com").await.status, 503, "there is no old one");
    fs::write(&manifest, &sound).unwrap();
    assert_eq!(get(&mut fresh, "example.com").await.body, "second version");
    fs::remove_file(&manifest).unwrap();
    assert_eq!(get(&mut service, "example.com").await.status, 404);
}

#[tokio::test]
async fn a_folder_per_version_is_switched_by_the_manifest_alone() {
    let folder = tempfile::tempdir().unwrap();
    let mut service = sites(&folder, |_| {});
    let manifest = folder.path().join("example.com.trailmark");
    for page in ["one", "two", "three"] {
        let staging = folder.path().join("staging");
        write(&staging, &[("index.html", page.as_bytes())]);
        let new = folder.path().join("new.trailmark");
        compile_to(&staging, &new);
        let bytes = fs::read(&new).unwrap();
        let sha = Manifest::open(&bytes).unwrap().sha256();
        let hex: String = sha[..8].iter().map(|byte| format!("{byte:02x}")).collect();
        fs::rename(&staging, folder.path().join(format!("example.com@{hex}"))).unwrap();
        fs::rename(&new, &manifest).unwrap();
        assert_eq!(get(&mut service, "example.com").await.body, page);
    }
    assert_eq!(service.sites().edge().counters().swaps.get(), 2);
    assert_eq!(service.sites().edge().counters().files_that_do_not_fit.get(), 0);
}

#[tokio::test]
async fn no_more_sites_are_open_than_allowed() {
    let folder = tempfile::tempdir().unwrap();
    for number in 0..60 {
        site(folder.path(), &format!("s{number}.example"), &format!("page {number}"));
    }
    let mut service = sites(&folder, |settings| settings.max_open = 20);
    for round in 0..2 {
        for number in 0..60 {
            let got = get(&mut service, &format!("s{number}.example")).await;
            assert_eq!(got.body, format!("page {number}"), "round {round}");
            assert!(service.sites().open_count() <= 20);
        }
    }
    // A site that is opened again finds its bodies in memory.
    let counters = service.sites().edge().counters();
    assert!(counters.sites_opened.get() > 60);
    assert_eq!(counters.bodies_loaded.get(), 60);
}

#[tokio::test]
async fn a_site_that_is_asked_for_stays_open_whatever_the_budget() {
    const SITES: u64 = 25;
    let folder = tempfile::tempdir().unwrap();
    for number in 0..SITES {
        site(folder.path(), &format!("s{number}.example"), &format!("page {number}"));
    }
    for (max_open, manifest_budget) in [(1, 1 << 20), (1, 1), (20, 1 << 20), (512, 1), (100_000, 1 << 20)] {
        let mut service = sites(&folder, |settings| {
            settings.max_open = max_open;
            settings.manifest_budget = manifest_budget;
        });
        for number in 0..SITES {
            for _ in 0..10 {
                let got = get(&mut service, &format!("s{number}.example")).await;
                assert_eq!(got.body, format!("page {number}"));
            }
        }
        // The first time a site may be let go at once, in favour of others; not the second time.
        let opened = service.sites().edge().counters().sites_opened.get();
        assert!(opened <= 2 * SITES, "{opened} openings with {max_open} and {manifest_budget}");
        assert!(service.sites().open_count() as u64 <= max_open.max(16));
    }
}

#[tokio::test]
async fn the_assets_of_many_sites_answer_alone() {
    let folder = tempfile::tempdir().unwrap();
    site(folder.path(), "example.com", "page");
    let service = sites(&folder, |_| {});
    let mut assets = service.assets();
    assert_eq!(ask(&mut assets, "GET", "/", &[("host", "example.com")]).await.body, "page");
    assert_eq!(ask(&mut assets, "GET", "/", &[("host", "other.example")]).await.status, 404);
}

#[tokio::test]
async fn simultaneous_first_requests_open_a_site_once() {
    let folder = tempfile::tempdir().unwrap();
    site(folder.path(), "example.com", "page");
    let service = sites(&folder, |settings| settings.recheck = Duration::from_secs(60));
    let tasks: Vec<_> = (0..100)
        .map(|_| {
            let mut service = service.clone();
            tokio::spawn(async move { get(&mut service, "example.com").await.status })
        })
        .collect();
    for task in tasks {
        assert_eq!(task.await.unwrap(), 200);
    }
    assert_eq!(service.sites().edge().counters().sites_opened.get(), 1);
}
