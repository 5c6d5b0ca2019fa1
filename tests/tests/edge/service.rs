//! The service itself: the fallback, headers that are not a site's to set, and connections.

use std::convert::Infallible;
use std::fs;
use std::sync::{Arc, Mutex};

use super::http1;
use bytes::Bytes;
use http::{Request, Response};
use http_body_util::{BodyExt, Empty, Full};
use trailmark::ManifestFile;
use trailmark_compiler::config::headers;
use trailmark_compiler::options::Platform;
use trailmark_compiler::router::{Router, ScriptFirst};
use trailmark_compiler::{RoutingOptions, SiteRules, manifest_with_rules};
use trailmark_edge::{
    AnsweredBy, DecidedBy, Edge, EdgeOptions, LiveSite, Semantics, Site, SiteFiles, SiteService,
};
use trailmark_tests::conformance::assets_of;

use super::kit::{Kit, ask, header, noise, request};

/// A site in memory with rules.
fn site_with(edge: &Edge, rules: &SiteRules) -> LiveSite {
    let files = [("/about.html".to_owned(), "about".to_owned())];
    let assets = assets_of(&files.clone().into());
    let bytes = manifest_with_rules(assets, RoutingOptions::default(), rules).unwrap();
    let files = SiteFiles::memory(files.map(|(path, content)| (path, content.into())));
    LiveSite::new(edge, Site::new(ManifestFile::from_bytes(bytes).unwrap(), files))
}

fn with_script() -> SiteRules {
    let router = Router { has_script: true, first: ScriptFirst::Never, navigation: false };
    SiteRules { router, ..SiteRules::default() }
}

#[tokio::test]
async fn without_a_fallback_the_workers_requests_get_501() {
    let mut service = SiteService::new(site_with(&Edge::default(), &with_script()));
    assert_eq!(ask(&mut service, "GET", "/about", &[]).await.status, 200);
    assert_eq!(ask(&mut service, "GET", "/api", &[]).await.status, 501);
    assert_eq!(service.site().edge().counters().to_fallback.get(), 1);
    assert_eq!(ask(&mut service.assets(), "GET", "/api", &[]).await.status, 404, "the assets alone");
}

#[tokio::test]
async fn the_fallback_answers_where_the_worker_would_and_is_guarded() {
    let live = site_with(&Edge::default(), &with_script());
    let mut service = SiteService::new(live).with_fallback(Script);
    let got = ask(&mut service, "POST", "/api?x", &[]).await;
    assert_eq!((got.status, &got.body[..]), (200, &b"script saw POST /api?x"[..]));
    let got = ask(&mut service, "GET", "/_image?href=//evil.example/x", &[]).await;
    assert_eq!((got.status, &got.body[..]), (403, &b"Blocked"[..]));
    let got = ask(&mut service, "GET", "/_next/image?url=https://evil.example/x", &[]).await;
    assert_eq!((got.status, &got.body[..]), (403, &b"Blocked"[..]));
}

#[tokio::test]
async fn several_lines_of_a_header_are_one_value() {
    let kit = Kit::new(Semantics::Platform, &[("page.html", b"page")]);
    let tag = header(&kit.get("/page").await, "etag").to_owned();
    let lines = |count: usize| vec![("if-none-match", tag.as_str()); count];
    assert_eq!(kit.ask("GET", "/page", &lines(1)).await.status, 304);
    assert_eq!(
        kit.ask("GET", "/page", &lines(2)).await.status,
        200,
        "a list, which the platform does not read"
    );
    let kit = Kit::new(Semantics::Standard, &[("page.html", b"page")]);
    assert_eq!(kit.ask("GET", "/page", &lines(2)).await.status, 304);
}

#[tokio::test]
async fn an_empty_range_or_authorization_is_none() {
    let kit = Kit::new(Semantics::Platform, &[("page.html", b"page")]);
    for name in ["range", "authorization"] {
        let got = kit.ask("GET", "/page", &[(name, "")]).await;
        assert_eq!(header(&got, "cache-control"), "public, max-age=0, must-revalidate");
        assert_eq!(header(&kit.ask("GET", "/page", &[(name, "x")]).await, "cache-control"), "");
    }
}

/// Stands for a Worker script.
#[derive(Clone)]
struct Script;

impl tower_service::Service<Request<Empty<Bytes>>> for Script {
    type Response = Response<Full<Bytes>>;
    type Error = Infallible;
    type Future = std::future::Ready<Result<Self::Response, Infallible>>;

    fn poll_ready(&mut self, _: &mut std::task::Context<'_>) -> std::task::Poll<Result<(), Infallible>> {
        std::task::Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<Empty<Bytes>>) -> Self::Future {
        assert!(request.extensions().get::<DecidedBy>().is_some());
        let text = format!("script saw {} {}", request.method(), request.uri());
        let response =
            Response::builder().header("content-type", "text/html").body(Full::from(text)).unwrap();
        std::future::ready(Ok(response))
    }
}

#[tokio::test]
async fn what_http_cant_carry_is_left_out_of_headers_and_escaped_in_locations() {
    let text = "/*\n  X-Bad: a\u{1}b\n  X-Good: a\tb\n";
    let rules = SiteRules { headers: Some(headers::parse(text)), ..SiteRules::default() };
    let mut service = SiteService::new(site_with(&Edge::default(), &rules));
    let got = ask(&mut service, "GET", "/about", &[]).await;
    assert_eq!((got.status, &got.body[..]), (200, &b"about"[..]));
    assert_eq!((header(&got, "x-good"), got.headers.contains_key("x-bad")), ("a\tb", false));
    let options = RoutingOptions { platform: Platform::Pages, ..RoutingOptions::default() };
    let bytes = manifest_with_rules(Vec::new(), options, &SiteRules::default()).unwrap();
    let site = Site::new(ManifestFile::from_bytes(bytes).unwrap(), SiteFiles::memory([]));
    let mut service = SiteService::new(LiveSite::new(&Edge::default(), site));
    let got = ask(&mut service, "GET", "/a%7F/index/index/", &[]).await;
    assert_eq!((got.status, header(&got, "location")), (308, "/a%7F/index/"));
    let got = ask(&mut service, "GET", "/a%09/index/index/", &[]).await;
    assert_eq!((got.status, header(&got, "location")), (308, "/a\t/index/"), "a tab may stand there");
}

#[tokio::test]
async fn headers_of_the_connection_are_not_a_sites_to_set() {
    let text = "/*\n  Content-Length: 1\n  Transfer-Encoding: chunked\n  Connection: close\n  X-Own: yes\n  X-Own: twice\n";
    let rules = SiteRules { headers: Some(headers::parse(text)), ..SiteRules::default() };
    let mut service = SiteService::new(site_with(&Edge::default(), &rules));
    let got = ask(&mut service, "GET", "/about", &[]).await;
    assert_eq!((got.status, header(&got, "content-length"), &got.body[..]), (200, "5", &b"about"[..]));
    assert_eq!((header(&got, "transfer-encoding"), header(&got, "connection")), ("", ""));
    assert_eq!(header(&got, "x-own"), "yes, twice");
}

#[tokio::test]
async fn responses_name_their_rule_for_the_log() {
    let mut options = EdgeOptions::default();
    options.reports_rules = true;
    let mut service = SiteService::new(site_with(&Edge::new(options), &SiteRules::default()));
    let Ok(response) = tower_service::Service::call(&mut service, request("GET", "/about.html", &[])).await;
    let AnsweredBy { site, rule, .. } = response.extensions().get::<AnsweredBy>().unwrap();
    assert_eq!(site.manifest().rule_name(*rule), "auto-trailing-slash/html/to-page");
}

#[tokio::test]
async fn over_http_a_file_that_changes_ends_in_a_cut_connection() {
    let large = noise(40_000_000, 1);
    let kit = Kit::new(Semantics::Platform, &[("large.bin", &large), ("a.txt", b"small")]);
    let address = http1::serve(Arc::new(Mutex::new(SiteService::new(kit.live.clone())))).await;
    let mut client = http1::connect(address).await;
    let response = client.send_request(request("GET", "/large.bin", &[("host", "a.example")])).await.unwrap();
    assert_eq!(response.headers()["content-length"], "40000000");
    fs::write(kit.dist().join("large.bin"), noise(40_000_000, 2)).unwrap();
    assert!(response.into_body().collect().await.is_err(), "the connection is cut");
    let mut client = http1::connect(address).await;
    let response = client.send_request(request("HEAD", "/a.txt", &[("host", "a.example")])).await.unwrap();
    assert_eq!(
        (response.status().as_u16(), &response.headers()["content-length"]),
        (200, &"5".parse().unwrap())
    );
    client.ready().await.unwrap();
    let response = client.send_request(request("GET", "/nowhere", &[("host", "a.example")])).await.unwrap();
    assert_eq!(
        (response.status().as_u16(), &response.headers()["content-length"]),
        (404, &"0".parse().unwrap())
    );
}
