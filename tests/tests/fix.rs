//! `trailmark fix` on random sites: what it changes leads where it led, at once; nothing else changes; a second run finds nothing to do.
//!
//! Where links lead is worked out here by other means: references joined by hand, redirects followed by asking the manifest.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Mutex;

use proptest::prelude::*;
use proptest::sample::select;
use trailmark::{Decision, Manifest, Request, RequestPath, Scratch};
use trailmark_audit::{
    AuditOptions, Change, FIXABLE, FixObserver, FixOptions, FixReport, Left, Rule, audit, fix, still_direct,
};
use trailmark_compiler::{CompileOptions, RoutingOptions, compile_routes};

use crate::random_sites::{config, options};

/// What stands around a link in a page; `@` is its place.
const AROUND: &[&str] = &[
    "<a href=\"@\">x</a>",
    "<a class=c href='@' id=q>",
    "<A\n HREF = \"@\" >",
    "<a href=@>",
    "<img src=\"@\" alt='>'>",
    "<img srcset=\"@ 1x, /x.png 2x\">",
    "<link rel=canonical href=\"@\">",
    "<link hreflang=de rel=alternate href='@'/>",
    "<meta http-equiv=refresh content=\"0; url=@\">",
    "<meta property='og:url' content='@'>",
    "<script type=\"application/ld+json\">{\"url\": \"@\"}</script>",
    "<style>a{b:url('@')}</style>",
    "<p style=\"b:url('@')\">",
    "<noscript><a href=\"@\"></noscript>",
    "<form action='@'>",
];

/// The same where no link stands, though it looks like one.
const NOT_LINKS: &[&str] = &[
    "<!-- <a href=\"@\"> -->",
    "<textarea><a href=\"@\"></textarea>",
    "<script>'<a href=\"@\">'</script>",
    "<svg><![CDATA[<p><a href=\"@\">]]></svg>",
    "<form method=post action='@'>",
    "<p title=\"@\">",
    "</a href=\"@\">",
];

const BEFORE: &[&str] =
    &["", "/", "./", "../", "https://s.test/", "//s.test/", "HTTPS://S.TEST:443/", " /", "/docs/../", "\\"];
const NAMES: &[&str] = &[
    "",
    "a",
    "a.html",
    "a/",
    "a/index.html",
    "index.html",
    "index",
    "b/c.html",
    "b/c",
    "b/c/",
    "docs",
    "docs/index",
    "docs/x y.html",
    "docs/x%20y",
    "é.html",
    "%C3%A9",
    "%c3%a9.html",
    "old",
    "old/a",
    "temporary",
    "away",
    "query",
    "fragment",
    "rewritten",
    "rewritten/a.html",
    "gone",
    "%61.html",
];
const BEHIND: &[&str] = &["", "", "?q=1", "#f", "?a=1&b=2#x?y", "#", "?"];

const FILES: &[&str] = &[
    "index.html",
    "a.html",
    "a/index.html",
    "b/c.html",
    "b/c/d.html",
    "docs/index.html",
    "docs/x y.html",
    "é.html",
    "404.html",
    "docs/404.html",
];
const REDIRECTS: &[&str] = &[
    "/old /a.html 301",
    "/old/* /docs/:splat 308",
    "/temporary /a 302",
    "/away https://other.test/ 301",
    "/query /a?x=1 301",
    "/fragment /a#frag 301",
    "/rewritten /docs/ 200",
    "/rewritten/* /:splat 200",
    "/gone /b/c.html 301",
];

/// A piece of a page: what stands around, the link, and whether its slashes are written as entities.
type Piece = (&'static str, String, bool);

fn piece() -> impl Strategy<Value = Piece> {
    let link = (select(BEFORE), select(NAMES), select(BEHIND)).prop_map(|(a, b, c)| format!("{a}{b}{c}"));
    let around = prop_oneof![8 => select(AROUND), 2 => select(NOT_LINKS)];
    (around, link, prop::bool::weighted(0.1))
}

#[derive(Debug, Clone)]
struct RandomSite {
    pages: BTreeMap<&'static str, Vec<Piece>>,
    sitemap: Vec<String>,
    redirects: Vec<&'static str>,
    routing: RoutingOptions,
}

fn site() -> impl Strategy<Value = RandomSite> {
    let pages = prop::collection::btree_map(select(FILES), prop::collection::vec(piece(), 0..6), 1..7);
    let entry = (select(NAMES), select(BEHIND)).prop_map(|(a, b)| format!("https://s.test/{a}{b}"));
    let sitemap = prop::collection::vec(entry, 0..4);
    let redirects = prop::collection::vec(select(REDIRECTS), 0..4);
    (pages, sitemap, redirects, options()).prop_map(|(pages, sitemap, redirects, routing)| RandomSite {
        pages,
        sitemap,
        redirects,
        routing,
    })
}

/// A link as it is written in what stands around it.
fn written(around: &str, link: &str, odd: bool) -> String {
    if around.starts_with("<s") && !around.starts_with("<svg") {
        return link.replace(' ', "%20");
    }
    let link = link.replace('&', "&amp;").replace(' ', if around.contains("1x") { "%20" } else { " " });
    let link = if around.contains("=@>") { link.trim().replace(' ', "&#32;") } else { link };
    if odd { link.replace('/', "&#x2F;") } else { link }
}

/// What is written, as a reader has it.
fn said(text: &str) -> String {
    text.replace("&#x2F;", "/").replace("&#32;", " ").replace("&#39;", "'").replace("&amp;", "&")
}

fn page(name: &str, pieces: &[Piece]) -> String {
    let body = pieces.iter().map(|(around, link, odd)| around.replace('@', &written(around, link, *odd)));
    format!(
        "<!doctype html>\r\n<title>{name} &amp; <a href=a.html></title>\n{}\n<p>é</p>",
        body.collect::<Vec<_>>().join("\n-\n")
    )
}

fn sitemap(entries: &[String]) -> String {
    let entry = |url: &String| format!("<url><loc>{}</loc></url>\n", url.replace('&', "&amp;"));
    format!("<?xml version='1.0'?><urlset>{}</urlset>", entries.iter().map(entry).collect::<String>())
}

fn write(site: &RandomSite, root: &Path) {
    for (name, pieces) in &site.pages {
        let path = root.join(name);
        // Of a file and a folder of one name, a disk has one.
        let _ = std::fs::create_dir_all(path.parent().unwrap());
        let _ = std::fs::write(path, page(name, pieces));
    }
    std::fs::write(root.join("sitemap.xml"), sitemap(&site.sitemap)).unwrap();
    std::fs::write(root.join("_redirects"), site.redirects.join("\n")).unwrap();
}

/// Where a visitor ends: the URL in the address bar, the status and the file.
type Visit = (String, String, String, u16, Option<u32>);

/// Follows a reference from a page. Gives the visit and the number of redirects; `None` if it leaves the site.
fn visit(
    manifest: &Manifest<'_>,
    page: &str,
    reference: &str,
    scratch: &mut Scratch,
) -> Option<(Visit, usize)> {
    let (mut page, mut reference) = (page.to_owned(), reference.to_owned());
    let mut fragment = String::new();
    for hops in 0..20 {
        let text = reference.trim().replace('\\', "/");
        let (text, own) = text.split_once('#').map_or((text.as_str(), None), |(text, own)| (text, Some(own)));
        if let Some(own) = own {
            own.clone_into(&mut fragment);
        }
        let (path, query) = text.split_once('?').unwrap_or((text, ""));
        let lower = path.to_ascii_lowercase();
        let own_host =
            ["https://s.test:443", "https://s.test", "//s.test"].iter().find(|host| lower.starts_with(*host));
        let path = match own_host {
            Some(host) => path[host.len()..].to_owned(),
            None if lower.starts_with("//") || lower.starts_with("https:") => return None,
            None if path.starts_with('/') => path.to_owned(),
            None if path.is_empty() => page.clone(),
            None => format!("{}{path}", &page[..=page.rfind('/').unwrap()]),
        };
        let path = if path.is_empty() { "/".to_owned() } else { path };
        let target = if query.is_empty() { path } else { format!("{path}?{query}") };
        let request = RequestPath::parse(&target, scratch).unwrap();
        let (path, query) = (request.path().to_owned(), request.query().to_owned());
        let mut request = Request::get(request);
        (request.scheme, request.host) = ("https", "s.test");
        let Decision::Assets(answer) = manifest.decide(&request) else { return None };
        match answer.location() {
            Some(location) => (page, reference) = (path, location.to_string()),
            None => {
                let file = answer.body.map(|asset| asset.index());
                return Some(((path, query, fragment, answer.status, file), hops));
            }
        }
    }
    None
}

/// Remembers what was changed.
#[derive(Default)]
struct Changes(Mutex<BTreeMap<String, OldAndNew>>);

type OldAndNew = (Vec<u8>, Vec<u8>);

impl FixObserver for Changes {
    fn worked_out(&self, _: usize, change: Option<&Change<'_>>) {
        if let Some(change) = change {
            let pair = (change.old.to_vec(), change.new.to_vec());
            assert!(self.0.lock().unwrap().insert(change.path.to_owned(), pair).is_none());
        }
    }
}

fn routes(root: &Path, routing: RoutingOptions) -> Vec<u8> {
    compile_routes(root, &CompileOptions { routing, ..CompileOptions::default() }, &()).unwrap().bytes
}

fn fixed(manifest: &Manifest<'_>, root: &Path, write: bool, changes: &Changes) -> FixReport {
    let options =
        FixOptions { hosts: Some(vec!["s.test".to_owned()]), write, limit: 100, ..FixOptions::default() };
    fix(manifest, root, &options, changes).unwrap()
}

fn left(report: &FixReport) -> Vec<(Left, u64)> {
    report.left.iter().map(|group| (group.key, group.links)).collect()
}

/// Takes a page apart into the links that `pieces` say stand in it. Panics if anything else is not as it was.
fn links_of(name: &str, pieces: &[Piece], text: &str) -> Vec<String> {
    let whole = page(name, &[]);
    let (head, tail) = whole.split_at(whole.rfind("\n<p>").unwrap());
    let mut rest = text.strip_prefix(head).unwrap().strip_suffix(tail).unwrap();
    let mut links = Vec::new();
    for (index, (around, _, _)) in pieces.iter().enumerate() {
        if index > 0 {
            rest = rest.strip_prefix("\n-\n").unwrap();
        }
        let (before, behind) = around.split_once('@').unwrap();
        rest = rest.strip_prefix(before).unwrap_or_else(|| panic!("{before} is not at {rest}"));
        let end = if around.contains("=@>") { rest.find(['>', ' ']) } else { rest.find(behind) }.unwrap();
        links.push(rest[..end].to_owned());
        rest = rest[end..].strip_prefix(behind).unwrap();
    }
    assert_eq!(rest, "");
    links
}

proptest! {
    #![proptest_config(config(400))]

    #[test]
    fn links_lead_where_they_led_and_nothing_else_changes(site in site()) {
        let dir = tempfile::tempdir().unwrap();
        let root = dir.path();
        write(&site, root);
        let bytes = routes(root, site.routing);
        let manifest = Manifest::open(&bytes).unwrap();
        let (dry, changes) = (Changes::default(), Changes::default());
        let planned = fixed(&manifest, root, false, &dry);
        let report = fixed(&manifest, root, true, &changes);
        prop_assert!(report.problems.is_empty(), "{:?}", report.problems);
        prop_assert_eq!((planned.changed_links, left(&planned)), (report.changed_links, left(&report)));
        let dry = dry.0.into_inner().unwrap();
        prop_assert_eq!(&dry, &*changes.0.lock().unwrap());

        let mut scratch = Scratch::new();
        let mut changed = 0;
        for asset in manifest.assets() {
            let path = asset.site_path().to_string();
            let now = std::fs::read_to_string(root.join(&path[1..])).unwrap();
            prop_assert_eq!(dry.get(&path).map_or(now.as_bytes(), |(_, new)| new), now.as_bytes());
            let Some((name, pieces)) = site.pages.iter().find(|(name, _)| path[1..] == ***name) else { continue };
            let served = asset.canonical_url().map_or(path.clone(), |url| url.to_string());
            let old = pieces.iter().map(|(around, link, odd)| written(around, link, *odd));
            for ((old, new), (around, ..)) in old.zip(links_of(name, pieces, &now)).zip(pieces) {
                if old == new {
                    continue;
                }
                changed += 1;
                prop_assert!(AROUND.contains(around), "{} holds no link", around);
                let (before, hops) = visit(&manifest, &served, &said(&old), &mut scratch).unwrap();
                let (after, direct) = visit(&manifest, &served, &said(&new), &mut scratch).unwrap();
                prop_assert_eq!(&before, &after, "{} -> {} in {}", old, new, path);
                prop_assert!(hops > 0 && direct == 0 && after.3 == 200, "{} -> {} in {}", old, new, path);
                let style = |text: &str| (said(text).trim().starts_with(['/', '\\']), said(text).trim().to_lowercase().starts_with("https:"));
                prop_assert_eq!(style(&old), style(&new), "{} -> {}", old, new);
            }
        }
        let entries = sitemap(&site.sitemap);
        let now = std::fs::read_to_string(root.join("sitemap.xml")).unwrap();
        changed += entries.split('<').zip(now.split('<')).filter(|(old, new)| old != new).count() as u64;
        prop_assert_eq!(changed, report.changed_links);

        // The same files by the manifest that they have now.
        let bytes = routes(root, site.routing);
        let manifest = Manifest::open(&bytes).unwrap();
        prop_assert_eq!(still_direct(&manifest, &report), Vec::<String>::new());
        let again = fixed(&manifest, root, true, &Changes::default());
        prop_assert_eq!((again.changed_links, left(&again)), (0, left(&report)));
        let options = AuditOptions { hosts: Some(vec!["s.test".to_owned()]), ..AuditOptions::default() };
        let audited = audit(&manifest, root, &options, &|_| {}).unwrap();
        let of = |rules: &[Rule]| rules.iter().filter_map(|&rule| audited.group(rule)).map(|group| group.links).sum::<u64>();
        let kept: u64 = left(&report).iter().map(|(_, links)| links).sum();
        prop_assert!(of(FIXABLE) + of(&[Rule::RedirectAway]) <= kept, "{:?} {:?}", audited.groups, report.left);
    }
}
