//! What `trailmark audit` finds: for each rule small sites whose findings are known, and what comes close without being one.

use serde_json::Value;

use super::support::Place;

/// A page with this body, at a path of `dist/`.
fn site(files: &[(&str, &str)]) -> Place {
    let place = Place::with(&[]);
    files.iter().for_each(|(path, content)| place.write(&format!("dist/{path}"), content));
    place
}

/// The findings, a line each: rule, target, what to write instead, and where the first link stands. Notes about pages that
/// nobody links to are left out unless asked for.
#[track_caller]
fn findings(place: &Place, options: &[&str]) -> Vec<String> {
    let fixed = ["audit", "dist", "--format", "json", "--quiet", "--fail-on", "never"];
    let defaults: &[&str] =
        if options.contains(&"--only") { &[] } else { &["--allow", "orphan-page", "--allow", "mixed-forms"] };
    let report = place.run(fixed.iter().chain(defaults).chain(options)).exits(0).json();
    let groups = report["groups"].as_array().unwrap();
    let lines = groups.iter().flat_map(|group| {
        let list = group["findings"].as_array().unwrap();
        assert_eq!(group["count"], list.len());
        list.iter().map(|finding| line(group["rule"].as_str().unwrap(), finding))
    });
    lines.collect()
}

fn line(rule: &str, finding: &Value) -> String {
    let fix = finding["fix"].as_str().map(|fix| format!(" -> {fix}")).unwrap_or_default();
    let place = &finding["places"][0];
    let at = place["line"].as_u64().map(|line| format!(":{line}")).unwrap_or_default();
    let link = place["link"].as_str().map(|link| format!(" {link}")).unwrap_or_default();
    format!(
        "{rule} {}{fix} in {}{at}{link}",
        finding["target"].as_str().unwrap(),
        place["file"].as_str().unwrap()
    )
}

#[test]
fn links_that_redirect_name_the_url_that_is_served() {
    let place = site(&[
        (
            "index.html",
            "<a href=about.html>\n<a href='/about/'><a href=/about><a href='about?x=1'><a href=docs><a href=docs/>",
        ),
        ("about.html", "<a href='./'>"),
        ("docs/index.html", "<a href=../about.html#top>"),
    ]);
    assert_eq!(
        findings(&place, &[]),
        [
            "redirect /about.html -> /about in /index.html:1 about.html",
            "redirect /about/ -> /about in /index.html:2 /about/",
            "redirect /docs -> /docs/ in /index.html:2 docs",
        ]
    );
    let pages = findings(&place, &["--platform", "pages"]);
    assert_eq!(pages, findings(&place, &[]), "the same forms redirect on Pages");
}

#[test]
fn chains_loops_and_redirects_to_nothing_are_told_apart() {
    let place = site(&[
        (
            "_redirects",
            "/old /older\n/older /about.html\n/a /b\n/b /a\n/gone /nothing\n/go https://other.example/x\n/fine /about 200",
        ),
        (
            "index.html",
            "<a href=/old></a><a href=/a></a><a href=/gone></a><a href=/go></a><a href=/fine></a>",
        ),
        ("about.html", "x"),
    ]);
    assert_eq!(
        findings(&place, &[]),
        [
            "not-found /gone in /index.html:1 /gone",
            "redirect-loop /a in /index.html:1 /a",
            "redirect-chain /old -> /about in /index.html:1 /old",
            "redirect-away /go -> https://other.example/x in /index.html:1 /go",
        ]
    );
}

#[test]
fn relative_links_are_resolved_from_the_url_that_is_served() {
    // /guide is served without a slash, so its links start at the root.
    let place = site(&[
        ("guide.html", "<a href=setup><a href=guide/setup><a href=../nothing>"),
        ("guide/setup.html", "<a href=../guide><a href=setup><a href=../../../guide>"),
        ("part/index.html", "<a href=one><a href=other>"),
        ("part/one.html", "<a href=./>"),
        ("other.html", "x"),
    ]);
    assert_eq!(
        findings(&place, &[]),
        [
            "not-found /nothing in /guide.html:1 ../nothing",
            "relative-slash /part/other -> /other in /part/index.html:1 other",
            "relative-slash /setup -> /guide/setup in /guide.html:1 setup",
        ]
    );
}

#[test]
fn base_elements_count_for_all_links_of_a_page() {
    let place = site(&[
        ("a/b.html", "<img src=i.png><BASE href=../lib/><a href=x><a href=#id><base href=/no/>"),
        ("elsewhere.html", "<base href=https://other.example/><a href=/nothing><a href=#x>"),
        ("lib/x.html", "x"),
        ("lib/index.html", "x"),
    ]);
    assert_eq!(
        findings(&place, &[]),
        ["not-found /lib/i.png in /a/b.html:1 i.png", "missing-fragment /lib/#id in /a/b.html:1 #id"]
    );
}

#[test]
fn a_site_below_a_base_is_left_only_by_links_that_forget_it() {
    let place = site(&[
        (
            "index.html",
            "<a href=/docs/about><a href=/about><a href=/other-site><a href=about><a href=/docs><a href=/docs/no>",
        ),
        ("about.html", "x"),
    ]);
    assert_eq!(
        findings(&place, &["--base", "/docs"]),
        [
            "not-found /docs/no in /index.html:1 /docs/no",
            "outside-base /about -> /docs/about in /index.html:1 /about",
            "redirect /docs -> /docs/ in /index.html:1 /docs",
        ]
    );
}

#[test]
fn fragments_match_the_raw_id_first_then_the_decoded_one() {
    let place = site(&[
        (
            "index.html",
            "<a href=x#a%3Cb><a href=x#caf%C3%A9><a href=x#café><a href='x#two words'><a href=x#name><a href=x#no><a href=x#No>\
             <a href=x#><a href=x#top><a href=x#TOP><a href='x#:~:text=y'><a href='x#no2:~:text=y'><a href=x.html#no3>\
             <a href=pic.svg#view><a href=#here><a href=#nowhere><p id=here>",
        ),
        ("x.html", "<p id='a%3Cb'><p id='café'><p id='two words'><a name=name></a>"),
        ("pic.svg", "<svg/>"),
    ]);
    assert_eq!(
        findings(&place, &["--only", "missing-fragment"]),
        [
            "missing-fragment /#nowhere in /index.html:1 #nowhere",
            "missing-fragment /x#no in /index.html:1 x#no",
            "missing-fragment /x#No in /index.html:1 x#No",
            "missing-fragment /x#no2:~:text=y in /index.html:1 x#no2:~:text=y",
            "missing-fragment /x#no3 in /index.html:1 x.html#no3",
        ]
    );
}

#[test]
fn a_single_page_fallback_stands_in_for_pages_but_not_for_files() {
    let place = site(&[
        (
            "index.html",
            "<a href=/app/route><script src=/gone.js></script><img src=/gone.png><link rel=stylesheet href=./rel.css>",
        ),
        ("rel.css", "a{b:url(c.png)}"),
    ]);
    let options = ["--not-found-handling", "single-page-application"];
    assert_eq!(
        findings(&place, &options),
        [
            "relative-in-not-found-page /rel.css -> /rel.css in /index.html:1 ./rel.css",
            "fallback-for-file /c.png in /rel.css:1 c.png",
            "fallback-for-file /gone.js in /index.html:1 /gone.js",
            "fallback-for-file /gone.png in /index.html:1 /gone.png",
        ]
    );
}

#[test]
fn relative_links_of_a_not_found_page_lead_anywhere() {
    let place = site(&[
        ("404.html", "<a href=home><a href=/home><img src=logo.png><a href=#x id=x>"),
        ("home.html", "x"),
        ("logo.png", "x"),
    ]);
    let found = findings(&place, &[]);
    assert_eq!(
        found,
        [
            "relative-in-not-found-page /home -> /home in /404.html:1 home",
            "relative-in-not-found-page /logo.png -> /logo.png in /404.html:1 logo.png",
        ]
    );
    // Without that handling it is a page as any other.
    assert_eq!(findings(&place, &["--not-found-handling", "none"]), [""; 0]);
}

#[test]
fn other_capitals_are_told_from_what_is_not_there() {
    let place = site(&[
        ("index.html", "<a href=/About><a href=Docs/Guide.html><a href=/none><a href=/api/CacheLife>"),
        ("about.html", ""),
        ("docs/guide.html", ""),
        ("api/cachelife/index.html", ""),
    ]);
    assert_eq!(
        findings(&place, &[]),
        [
            "not-found /none in /index.html:1 /none",
            "case-differs /About -> /about in /index.html:1 /About",
            "case-differs /Docs/Guide.html -> /docs/guide in /index.html:1 Docs/Guide.html",
            "case-differs /api/CacheLife -> /api/cachelife/ in /index.html:1 /api/CacheLife",
        ]
    );
    // A page that exists, under another form of its name, is not one of other capitals.
    let place = site(&[("index.html", "<a href=/about>"), ("about.html", "")]);
    assert_eq!(findings(&place, &["--html-handling", "none"]), ["not-found /about in /index.html:1 /about"]);
}

#[test]
fn names_of_entries_may_redirect_but_must_lead_somewhere() {
    let item = |path: &str| format!("<item><link>/post</link><guid>{path}</guid></item>");
    let feed = |path: &str| format!("<rss version='2.0'><channel>{}</channel></rss>", item(path));
    let json =
        r#"<script type="application/ld+json">{"item":{"@id":"https://example.com/post.html"}}</script>"#;
    let files = |guid: &str| site(&[("index.html", json), ("post.html", ""), ("rss.xml", &feed(guid))]);
    let options = ["--site", "https://example.com"];
    assert_eq!(findings(&files("/post.html"), &options), [""; 0]);
    assert_eq!(findings(&files("/post.html#x"), &options), [""; 0]);
    assert_eq!(findings(&files("/gone"), &options), ["not-found /gone in /rss.xml:1 /gone"]);
}

#[test]
fn other_capitals_are_told_in_any_form_that_would_lead_to_the_page() {
    // As Astro does it: folders of pages get lower case, links in Markdown keep the file's own name.
    let place = site(&[
        ("index.html", "<a href=/api/useRouter><a href=/Api/usememo.html><a href=/api/usememo/>"),
        ("api/userouter/index.html", ""),
        ("api/usememo.html", ""),
    ]);
    assert_eq!(
        findings(&place, &["--only", "case-differs", "--only", "not-found"]),
        [
            "case-differs /Api/usememo.html -> /api/usememo in /index.html:1 /Api/usememo.html",
            "case-differs /api/useRouter -> /api/userouter/ in /index.html:1 /api/useRouter",
        ]
    );
    // Where a page has one form only, the right capitals would not help.
    assert_eq!(
        findings(&place, &["--only", "case-differs", "--only", "not-found", "--html-handling", "none"]),
        [
            "not-found /api/useRouter in /index.html:1 /api/useRouter",
            "not-found /api/usememo/ in /index.html:1 /api/usememo/",
            "case-differs /Api/usememo.html -> /api/usememo.html in /index.html:1 /Api/usememo.html",
        ]
    );
}

#[test]
fn canonical_urls_are_compared_with_those_that_are_served() {
    let own = |path: &str| format!("<link rel=canonical href=https://example.com{path}>");
    let place = site(&[
        ("index.html", &own("/")),
        ("good.html", &own("/good")),
        ("html.html", &own("/html.html")),
        ("gone.html", &own("/missing")),
        ("copy.html", &own("/good")),
        ("twice.html", &format!("{}{}", own("/twice"), own("/good"))),
        ("same.html", &format!("{0}{0}", own("/same"))),
        ("away.html", "<link rel=canonical href=https://other.example/x>"),
        ("none.html", "<p>"),
    ]);
    assert_eq!(
        findings(&place, &["--site", "https://example.com"]),
        [
            "canonical-not-found /missing in /gone.html:1 https://example.com/missing",
            "canonical-redirects /html.html -> /html in /html.html:1 https://example.com/html.html",
            "canonical-duplicate /twice in /twice.html:1 https://example.com/good",
            "canonical-elsewhere /good in /copy.html:1 https://example.com/good",
            "canonical-missing /none in /none.html",
        ]
    );
}

#[test]
fn sitemaps_are_read_through_their_index_and_packed() {
    let place = site(&[
        ("robots.txt", "User-agent: *\nSitemap: https://example.com/gone.xml\n"),
        (
            "sitemap.xml",
            "<sitemapindex><sitemap><loc>https://example.com/pages.xml.gz</loc></sitemap></sitemapindex>",
        ),
        ("a.html", "<link rel=canonical href=/a>"),
        ("b.html", "<link rel=canonical href=/a>"),
    ]);
    let urls = ["/a", "/a.html", "/b", "/missing"]
        .map(|url| format!("<url><loc>https://example.com{url}</loc></url>\n"));
    place.write_bytes("dist/pages.xml.gz", &packed(&format!("<urlset>\n{}</urlset>", urls.concat())));
    assert_eq!(
        findings(&place, &["--site", "https://example.com", "--allow", "canonical-elsewhere"]),
        [
            "sitemap-not-found /gone.xml in /robots.txt:2 https://example.com/gone.xml",
            "sitemap-not-found /missing in /pages.xml.gz:5 https://example.com/missing",
            "sitemap-redirects /a.html -> /a in /pages.xml.gz:3 https://example.com/a.html",
            "sitemap-not-canonical /b -> /a in /pages.xml.gz:4 https://example.com/b",
        ]
    );
}

fn packed(text: &str) -> Vec<u8> {
    use std::io::Write;
    let mut packer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    packer.write_all(text.as_bytes()).unwrap();
    packer.finish().unwrap()
}

#[test]
fn translations_must_name_each_other() {
    let link = |lang: &str, href: &str| format!("<link rel=alternate hreflang={lang} href={href}>");
    let place = site(&[
        ("en.html", &format!("{}{}{}", link("en", "/en"), link("de", "/de"), link("fr", "/fr"))),
        ("de.html", &format!("{}{}", link("de", "/de"), link("en", "/en"))),
        ("fr.html", &link("fr", "/fr")),
    ]);
    assert_eq!(findings(&place, &[]), ["hreflang-no-return /fr in /en.html:1 /fr"]);
}

#[test]
fn pages_that_nothing_leads_to_are_named() {
    let place = site(&[
        ("index.html", "<a href=linked>"),
        ("linked.html", "<a href=/linked>"),
        ("alone.html", "<a href=/alone>"),
        ("listed.html", ""),
        ("fed.html", ""),
        ("404.html", ""),
        ("sitemap.xml", "<urlset><url><loc>/listed</loc></url></urlset>"),
        ("feed.xml", "<rss><channel><item><link>/fed</link></item></channel></rss>"),
    ]);
    assert_eq!(findings(&place, &["--only", "orphan-page"]), ["orphan-page /alone in /alone.html"]);
}

#[test]
fn one_page_under_several_forms_is_one_finding() {
    let place = site(&[
        ("index.html", "<a href=/a><a href=/a><a href=/a/><a href=/b><a href=/b?x>"),
        ("a.html", ""),
        ("b.html", ""),
    ]);
    assert_eq!(findings(&place, &["--only", "mixed-forms"]), ["mixed-forms /a -> /a in /index.html:1 /a/"]);
}

#[test]
fn every_way_to_refer_to_a_file_is_followed() {
    let place = site(&[
        (
            "index.html",
            "<img srcset='/1.png 1x, /2.png 2x'><noscript><img src=/3.png></noscript><style>a{b:url(/4.png)}</style>\
             <p style='background:url(&quot;/5.png&quot;)'><meta http-equiv=refresh content='1;url=/6'>\
             <meta property=og:image content=https://example.com/7.png><form action=/8></form><form action=/no method=post></form>\
             <object data=/9.pdf></object><svg><use href=/10.svg#x></svg><video poster=/11.png src=/12.mp4></video>\
             <link rel=manifest href=/site.webmanifest><script type=application/ld+json>{\"url\":\"https://example.com/13\"}</script>\
             <area href=/14><iframe src=/15></iframe><a href='mailto:a@b'><a href='javascript:x'><a href=//other.example/no>",
        ),
        ("a.css", "@import '16.css'; /* url(/no.png) */"),
        ("site.webmanifest", "{\"icons\":[{\"src\":\"17.png\"}]}"),
        ("atom.xml", "<feed><entry><link href='https://example.com/18'/></entry></feed>"),
    ]);
    let found = findings(&place, &["--only", "not-found", "--site", "https://example.com"]);
    let mut targets: Vec<u32> = found
        .iter()
        .map(|line| {
            let digits = line.trim_start_matches("not-found /").split(|c: char| !c.is_ascii_digit()).next();
            digits.unwrap().parse().unwrap_or_else(|_| panic!("{line}"))
        })
        .collect();
    targets.sort_unstable();
    assert_eq!(targets, (1..=18).collect::<Vec<_>>());
}

#[test]
fn references_are_read_as_browsers_read_them() {
    let place = site(&[
        (
            "a/b/index.html",
            "<a href=' \n/ok\t'><a href='\\ok'><a href='/x/../ok'><a href='../../../../../ok'><a href='/%6Fk'><a href='&#47;ok'>\
             <a href='HTTPS://EXAMPLE.com/ok'><a href='/caf&eacute;'><a href='/o\nk'><a href='java\nscript:x'><a href=''>",
        ),
        ("ok.html", ""),
        ("café.html", ""),
    ]);
    // What is encoded without need is redirected to its own spelling.
    assert_eq!(
        findings(&place, &["--site", "example.com"]),
        ["redirect /%6Fk -> /ok in /a/b/index.html:2 /%6Fk"]
    );
}

#[test]
fn what_the_users_own_code_answers_is_unknown_and_no_finding() {
    let place =
        site(&[("index.html", "<a href=/api/x><a href=/about.html><a href=/about#no>"), ("about.html", "")]);
    let all =
        ["not-found /api/x in /index.html:1 /api/x", "missing-fragment /about#no in /index.html:1 /about#no"];
    let redirect = "redirect /about.html -> /about in /index.html:1 /about.html";
    assert_eq!(findings(&place, &[]), [all[0], all[1], redirect]);
    place.write("wrangler.jsonc", r#"{"main": "worker.js", "assets": {"directory": "dist"}}"#);
    assert_eq!(findings(&place, &[]), [all[1], redirect], "a miss is the Worker's");
    let first =
        r#"{"main": "worker.js", "assets": {"directory": "dist", "run_worker_first": true, "binding": "A"}}"#;
    place.write("wrangler.jsonc", first);
    assert_eq!(findings(&place, &[]), [""; 0]);
}

#[test]
fn redirects_that_name_the_own_host_are_followed() {
    let place = site(&[
        ("_redirects", "/old https://example.com/about.html 301\n/hash /about#part\n"),
        ("index.html", "<a href=/old><a href=/hash>"),
        ("about.html", "<p id=part>"),
    ]);
    assert_eq!(
        findings(&place, &["--site", "https://example.com"]),
        [
            "redirect-chain /old -> /about in /index.html:1 /old",
            "redirect /hash -> /about#part in /index.html:1 /hash",
        ]
    );
    assert_eq!(
        findings(&place, &["--only", "redirect-away"]),
        ["redirect-away /old -> https://example.com/about.html in /index.html:1 /old"]
    );
}
