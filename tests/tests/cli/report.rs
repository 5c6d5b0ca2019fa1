//! `trailmark report`: the page it writes.

use std::io::Read;

use flate2::read::DeflateDecoder;
use serde_json::Value;

use super::support::Place;

fn place() -> Place {
    Place::with(&[
        ("dist/index.html", "<a href=/about.html>About</a><a href=/gone>x</a>"),
        ("dist/about.html", "<a href=/>x</a>"),
        ("dist/blog/post.html", "<a href=/>x</a>"),
        ("dist/404.html", "<a href=/>x</a>"),
        ("dist/_redirects", "/old /about 301\n"),
    ])
}

fn page(place: &Place, name: &str) -> String {
    std::fs::read_to_string(place.path(name)).unwrap()
}

/// What stands in the element with this id.
fn element<'p>(page: &'p str, id: &str) -> &'p str {
    let start = format!("<script type=\"application/octet-stream\" id=\"{id}\">");
    let rest = page.split_once(&start).unwrap_or_else(|| panic!("no #{id}")).1;
    rest.split_once("</script>").unwrap().0
}

fn unpacked(page: &str, id: &str) -> Vec<u8> {
    let packed = data_encoding::BASE64.decode(element(page, id).as_bytes()).unwrap();
    let mut bytes = Vec::new();
    DeflateDecoder::new(packed.as_slice()).read_to_end(&mut bytes).unwrap();
    bytes
}

fn data(page: &str) -> Value {
    serde_json::from_slice(&unpacked(page, "data")).unwrap()
}

#[test]
fn the_page_lies_beside_the_site_and_holds_manifest_runtime_and_findings() {
    let place = place();
    let run = place.run(["report", "dist"]).exits(0);
    let run = run.says(&["wrote dist.report.html", "4 files", "1 error", "1 warning"]);
    assert_eq!(run.stdout, "");
    place.run(["compile", "dist", "-q"]).exits(0);
    let page = page(&place, "dist.report.html");
    assert_eq!(unpacked(&page, "manifest"), std::fs::read(place.path("dist.trailmark")).unwrap());
    assert!(unpacked(&page, "wasm").starts_with(b"\0asm"));
    let data = data(&page);
    assert_eq!(data["paths"], "/404.html\0/about.html\0/blog/post.html\0/index.html");
    assert_eq!(data["redirects"][0]["from"], "/old");
    let rules: Vec<&str> =
        data["audit"]["groups"].as_array().unwrap().iter().map(|it| it["rule"].as_str().unwrap()).collect();
    assert!(rules.contains(&"not-found") && rules.contains(&"redirect"), "{rules:?}");
}

#[test]
fn the_same_site_gives_the_same_bytes() {
    let (one, other) = (place(), place());
    for place in [&one, &other] {
        place.run(["report", "dist", "-q"]).exits(0);
    }
    assert_eq!(page(&one, "dist.report.html"), page(&other, "dist.report.html"));
    let again = one.run(["report", "dist", "-q", "-o", "-"]).exits(0);
    assert_eq!(again.stdout, page(&one, "dist.report.html"));
}

#[test]
fn nothing_is_loaded_from_elsewhere() {
    let place = place();
    place.run(["report", "dist", "-q"]).exits(0);
    let page = page(&place, "dist.report.html");
    let policy = page.split_once("http-equiv=\"Content-Security-Policy\" content=\"").unwrap().1;
    let policy = policy.split_once('"').unwrap().0;
    for part in ["default-src 'none'", "script-src 'sha256-", "style-src 'sha256-", "form-action 'none'"] {
        assert!(policy.contains(part), "{policy}");
    }
    assert!(!policy.contains("unsafe-inline") && !policy.contains("http"), "{policy}");
    for loads in [" src=", "<link", "<img", "<iframe", "http-equiv=\"refresh\""] {
        assert!(!page.contains(loads), "{loads}");
    }
    let style = page.split_once("<style>").unwrap().1.split_once("</style>").unwrap().0;
    assert!(!style.contains("url(") && !style.contains("@import"), "{style}");
    for (start, _) in page.match_indices("href=\"") {
        let target = &page[start + 6..];
        assert!(target.starts_with('#'), "{}", &target[..40]);
    }
}

#[test]
fn names_of_files_are_never_markup() {
    let hostile = "</script><img src=x onerror=alert(1)>\u{202e}'\"&@@trailmark-data@@";
    let name = hostile.replace('/', "");
    let place = place();
    place.write(&format!("dist/{name}.html"), &format!("<a href=\"/{}\">x</a>", "%3C%2Fscript%3E"));
    place.run(["report", "dist", "-q", "--title", hostile]).exits(0);
    let page = page(&place, "dist.report.html");
    assert!(!page.contains("<img") && !page.contains('\u{202e}'), "markup got into the page");
    assert_eq!(page.matches("</script>").count(), 4);
    assert!(
        page.contains("<title>&lt;/script&gt;&lt;img src=x onerror=alert(1)&gt;\\u{202e}&#39;&quot;&amp;@@")
    );
    assert!(data(&page)["paths"].as_str().unwrap().contains(&format!("/{name}.html")));
}

#[test]
fn a_manifest_alone_gives_a_page_without_findings() {
    let place = place();
    place.run(["compile", "dist", "-q"]).exits(0);
    place.run(["report", "dist.trailmark"]).exits(0).says(&["dist.report.html", "links not audited"]);
    assert_eq!(data(&page(&place, "dist.report.html"))["audit"], Value::Null);
    place.run(["report", "dist.trailmark", "--dist", "dist", "-o", "with.html"]).exits(0).says(&["1 error"]);
    place.run(["report", "dist", "--no-audit", "-o", "without.html"]).exits(0).says(&["not audited"]);
    assert_eq!(data(&page(&place, "without.html"))["audit"], Value::Null);
}

#[test]
fn what_would_do_harm_is_refused() {
    let place = place();
    place.run(["compile", "dist", "-q"]).exits(0);
    let manifest = std::fs::read(place.path("dist.trailmark")).unwrap();
    place.run(["report", "dist", "-q", "-o", "dist/report.html"]).fails(&["lies inside the site"]);
    let inside = ["report", "dist.trailmark", "--dist", "dist", "-q", "-o", "dist/report.html"];
    place.run(inside).fails(&["lies inside the site"]);
    place.run(["report", "dist.trailmark", "-q", "-o", "dist.trailmark"]).fails(&["the manifest itself"]);
    assert_eq!(std::fs::read(place.path("dist.trailmark")).unwrap(), manifest);
    place.run(["report", "nowhere", "-q"]).fails(&["nowhere"]);
    place.run(["report", "dist", "--dist", "dist", "-q"]).fails(&["a folder already"]);
}

#[test]
fn a_site_below_a_base_and_one_on_pages_are_told_as_such() {
    let place = place();
    place.run(["report", "dist", "-q", "--base", "/docs", "-o", "base.html"]).exits(0);
    assert_eq!(data(&page(&place, "base.html"))["base"], "/docs");
    place.run(["report", "dist", "-q", "--platform", "pages", "-o", "pages.html"]).exits(0);
    let data = data(&page(&place, "pages.html"));
    assert_eq!((&data["platform"], &data["html_handling"]), (&Value::from("pages"), &Value::Null));
}
