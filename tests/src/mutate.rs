//! Manifests that use every section, ways to damage manifests, and a questioner that asks a manifest everything it can be
//! asked. Shared by the tests on damaged bytes and the fuzz targets.

use std::ops::Range;

use trailmark::format::{self, header, section};
use trailmark::key::{checksum, path_key};
use trailmark::{Decision, Manifest, Request, RequestHeaders, RequestPath, Scratch};
use trailmark_compiler::config::redirects::RedirectOptions;
use trailmark_compiler::config::{headers, redirects, routes_json, run_worker_first};
use trailmark_compiler::hosts::Host;
use trailmark_compiler::options::{HtmlHandling, NotFoundHandling, Platform};
use trailmark_compiler::router::{Router, ScriptFirst};
use trailmark_compiler::{
    AssetFile, Base, Provenance, RoutingOptions, SiteRules, compile_files_at, compile_files_for,
    manifest_with_rules,
};

use crate::sites::sha256;

// -- Manifests that use every section --------------------------------------------------------------------------------

/// A stem that does not fit into its slot.
const LONG: &str = "/a-folder-with-a-name-so-long/that-the-stem-of-its-page-leaves-the-slot.html";

/// Files for every kind of record: folder and page files, twins, nested not-found pages, irregular stems, stems short and
/// long, canonical URLs of another stem, files without a media type.
const FILES: [(&str, &str); 14] = [
    ("/nested/index/index/index.html", "nested"),
    ("/404.html", "lost"),
    ("/.html", "nameless"),
    ("/about.html", "about"),
    ("/blog/index.html", "blog"),
    ("/blog/404.html", "lost"),
    ("/blog/deep/404.html", "deep"),
    ("/index/index/index.html", "index"),
    ("/twin.html", "twin"),
    ("/twin/index.html", "twin"),
    ("/x y.html", "blank"),
    ("/app.js", "script"),
    ("/bare", "bare"),
    (LONG, "long"),
];

const REDIRECTS: &str = "\
/old /about
/caf\u{e9} /about 302
/caf%c3%a9 /blog/ 308
/out https://other.example/x?y#z
/rel //other.example/x
/bad https://[bad/
/inside /blog/ 200
/r/* /blog/:splat?from=:splat
/n/:name /about 200
/n/:name/:rest /:rest/:name 301
/drop/*/* /x
/p/* https://:splat.example/ 302
";

const HEADERS: &str = "\
/*
  X-All: yes
  ! ETag
/blog/*
  X-Rest: :splat
  ! X-All
https://:host.example.com/*
  X-Host: :host
/broken
  X-Bad: a\u{1}b
/n/:name
  X-Name: <:name>
/two/*/*
  X-Never: 1
";

/// Rules of `run_worker_first`.
const WORKER_FIRST: [&str; 3] = ["/api/*", "/_image", "!/api/static/*"];

/// `_routes.json` with each kind of rule.
const ROUTES: &str =
    r#"{"version": 1, "include": ["/api/*", "/f", "/g[ab]+(c|d)?/*"], "exclude": ["/api/static/*", "/h$"]}"#;

/// A small manifest for each platform, one of a site below a base, and three for other hosts. Together they use every kind of section and
/// record.
pub fn sample_manifests() -> Vec<Vec<u8>> {
    let routers = [
        (Platform::Workers, ScriptFirst::Rules(worker_first())),
        (Platform::Pages, ScriptFirst::Routes(routes_json::parse(ROUTES).expect("sound rules"))),
    ];
    let manifest = |(platform, first)| {
        let routing = RoutingOptions {
            platform,
            html_handling: HtmlHandling::AutoTrailingSlash,
            not_found_handling: NotFoundHandling::Page404,
        };
        let rules = SiteRules {
            redirects: Some(redirects::parse(
                REDIRECTS,
                RedirectOptions { platform, html_handling: routing.html_handling },
            )),
            headers: Some(headers::parse(HEADERS)),
            router: Router { has_script: true, first, navigation: true },
        };
        with_other_canonical(
            manifest_with_rules(sample_assets(platform), routing, &rules).expect("a small site"),
        )
    };
    let mut manifests: Vec<Vec<u8>> = routers.into_iter().map(manifest).collect();
    manifests.push(manifest_below_base());
    manifests.extend([Host::VercelCleanSlash, Host::Nginx, Host::Netlify].map(manifest_on));
    manifests
}

/// A few files on another host: with rows in the manifest, with refusals, with letters that are led to lower case.
fn manifest_on(host: Host) -> Vec<u8> {
    let assets = HOST_FILES.map(|path| AssetFile {
        site_path: path.to_owned(),
        size: path.len() as u64,
        fingerprint: sha256(path.as_bytes()),
    });
    compile_files_for(assets.into(), host, &Base::default()).expect("a small site").bytes
}

const HOST_FILES: [&str; 7] = [
    "/404.html",
    "/About.html",
    "/blog/index.html",
    "/blog/x/y.css",
    "/twin.html",
    "/twin/index.html",
    "/x//.html",
];

/// A single-page application below `/x`.
fn manifest_below_base() -> Vec<u8> {
    let routing = RoutingOptions {
        platform: Platform::Workers,
        html_handling: HtmlHandling::AutoTrailingSlash,
        not_found_handling: NotFoundHandling::SinglePageApplication,
    };
    let base = "/x".parse().expect("a sound base");
    let compiled = compile_files_at(sample_assets(Platform::Pages), routing, &base, &SiteRules::default());
    compiled.expect("a small site").bytes
}

fn worker_first() -> run_worker_first::StaticRouting {
    let rules = WORKER_FIRST.map(str::to_owned);
    run_worker_first::validate_rules(&rules).expect("sound rules")
}

/// Gives the first asset a canonical URL of another stem. The format has a section for such, no known site needs it.
fn with_other_canonical(mut bytes: Vec<u8>) -> Vec<u8> {
    let first_asset = section_of(&bytes, section::ASSETS).start;
    bytes[first_asset + 39] = format::CANONICAL_OTHER;
    // Asset 0, and four bytes from the start of the strings.
    put_section(&mut bytes, section::CANONICALS, &[0, 0, 0, 0, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
    bytes
}

/// On Workers without a home page, so that `/.html` answers in its place; that takes an irregular record.
fn sample_assets(platform: Platform) -> Vec<AssetFile> {
    let home = (platform == Platform::Pages).then_some(("/index.html", "home"));
    let asset = |(path, content): (&str, &str)| AssetFile {
        site_path: path.to_owned(),
        size: content.len() as u64,
        fingerprint: sha256(content.as_bytes()),
    };
    home.into_iter().chain(FILES).map(asset).collect()
}

/// Request targets that lead to every kind of record of these manifests.
pub const SAMPLE_TARGETS: [&str; 30] = [
    "/",
    "/about",
    "/about.html?q=1",
    "/about/",
    "/blog/nope/x",
    "/blog/deep/er/x",
    "/blog/index",
    "/.html",
    "/index/index/index",
    "/x/index/",
    "/twin/",
    "/x%20y",
    "/x y",
    "//about",
    "/a-folder-with-a-name-so-long/that-the-stem-of-its-page-leaves-the-slot",
    "/old?q",
    "/caf%C3%A9",
    "/caf%c3%a9",
    "/out",
    "/rel",
    "/bad",
    "/r/x/y?q=1",
    "/n/one",
    "/n/one/two",
    "/p/%00",
    "/api/x",
    "/gab/x",
    "/broken",
    "/cdn-cgi\\x",
    "/_image?href=//other.example/x",
];

/// The same for manifests of other hosts.
pub const HOST_TARGETS: [&str; 8] = [
    "/ABOUT",
    "/blog",
    "/blog/x/",
    "/blog%2Findex%2Ehtml?q",
    "/twin.html/",
    "/nope/index",
    "/%zz",
    "/x%2F..%2F..%2F..%FF",
];

/// The same for the manifest below a base.
pub const BASE_TARGETS: [&str; 3] = ["/x", "/x/about.html", "/x/nope"];

// -- Damage ----------------------------------------------------------------------------------------------------------

/// Where a section's entry stands in the section table of a sound manifest.
fn entry_of(bytes: &[u8], kind: u32) -> usize {
    let count = usize::from(bytes[header::SECTION_COUNT]);
    let mut entries = (0..count).map(|index| format::HEADER_LEN + index * format::SECTION_ENTRY_LEN);
    entries.find(|&entry| u32::from(bytes[entry]) == kind).expect("a section that every manifest has")
}

/// Where a section of a sound manifest lies.
pub fn section_of(bytes: &[u8], kind: u32) -> Range<usize> {
    let entry = entry_of(bytes, kind);
    let number =
        |at: usize| bytes[at..].first_chunk().map_or(0, |number| u64::from_le_bytes(*number)) as usize;
    number(entry + 8)..number(entry + 8) + number(entry + 16)
}

/// Gives a sound manifest another content of a section, at the end of the file, and seals it again.
pub fn put_section(bytes: &mut Vec<u8>, kind: u32, content: &[u8]) {
    let entry = entry_of(bytes, kind);
    bytes.resize(bytes.len().next_multiple_of(format::SECTION_ALIGN), 0);
    let offset = bytes.len() as u64;
    bytes[entry + 8..entry + 16].copy_from_slice(&offset.to_le_bytes());
    bytes[entry + 16..entry + 24].copy_from_slice(&(content.len() as u64).to_le_bytes());
    bytes.extend_from_slice(content);
    reseal(bytes);
}

/// Makes length, checksums and header checksum fit the bytes again, so that damage gets past the first checks. What is too
/// short for a header is left alone.
pub fn reseal(bytes: &mut [u8]) {
    if bytes.len() < format::HEADER_LEN {
        return;
    }
    let put = |bytes: &mut [u8], offset: usize, value: u64| {
        bytes[offset..offset + 8].copy_from_slice(&value.to_le_bytes());
    };
    let total = bytes.len() as u64;
    put(bytes, header::TOTAL_LEN, total);
    let body = checksum(&bytes[format::HEADER_LEN..]);
    put(bytes, header::CHECKSUM, body);
    let count = bytes[header::SECTION_COUNT..].first_chunk().map_or(0, |count| u32::from_le_bytes(*count));
    let table_len = count.min(format::MAX_SECTIONS) as usize * format::SECTION_ENTRY_LEN;
    let Some(table) = bytes.get(format::HEADER_LEN..format::HEADER_LEN + table_len) else { return };
    let sum = path_key(table, checksum(&bytes[..header::HEADER_CHECKSUM]));
    put(bytes, header::HEADER_CHECKSUM, sum);
}

// -- Questions -------------------------------------------------------------------------------------------------------

/// Asks a manifest everything that it can be asked: each target in several ways, then all that can be listed.
pub fn interrogate<T: AsRef<[u8]>>(manifest: &Manifest<'_>, targets: &[T]) {
    ask_about(manifest, targets);
    ask_in_a_batch(manifest, targets);
    list(manifest);
}

/// Looks each target up, alone and as part of several requests.
pub fn ask_about<T: AsRef<[u8]>>(manifest: &Manifest<'_>, targets: &[T]) {
    let mut scratch = Scratch::new();
    for target in targets {
        let Ok(path) = RequestPath::parse(target.as_ref(), &mut scratch) else { continue };
        let resolution = manifest.lookup(&path);
        let shown = resolution.display(manifest).to_string();
        assert!(shown.starts_with(|c: char| c.is_ascii_digit()));
        ask(manifest, Request::get(path));
    }
    // Method, headers, scheme and host change little in what is read, so every third target will do.
    for target in targets.iter().step_by(3) {
        let Ok(path) = RequestPath::parse(target.as_ref(), &mut scratch) else { continue };
        let mut headers = RequestHeaders::default();
        headers.if_none_match = Some(b"\"x\"");
        headers.sec_fetch_mode = Some(b"navigate");
        let mut request = Request::new("POST", path, headers);
        (request.scheme, request.host) = ("https", "www.example.com:8443");
        ask(manifest, request);
    }
}

/// One request, through the router and past it.
fn ask(manifest: &Manifest<'_>, request: Request<'_>) {
    let answers = match manifest.decide(&request) {
        Decision::Assets(answer) => vec![answer],
        _ => manifest
            .guard_worker_answer(&request, 200, Some("text/html"))
            .into_iter()
            .chain([manifest.answer(&request)])
            .collect(),
    };
    for answer in answers {
        for (name, value) in answer.headers() {
            assert!(name.len() + value.to_string().len() < usize::MAX);
        }
        let _ = (manifest.rule_name(answer.rule), answer.etag(), answer.content_type());
        let _ = (answer.location().map(ToString::to_string), answer.body.map(|asset| asset.etag()));
        let _ = answer.redirect.and_then(|index| manifest.redirect_rule(index)?.rewritten_path(&request));
        for rule in answer.matched_header_rules() {
            let _ = (rule.line, rule.removals().count(), rule.sets().count(), rule.is_broken());
        }
    }
}

/// The batch must say what single look-ups say, whatever the bytes.
pub fn ask_in_a_batch<T: AsRef<[u8]>>(manifest: &Manifest<'_>, targets: &[T]) {
    let requests: Vec<RequestPath<'_>> = targets.iter().filter_map(RequestPath::as_is).collect();
    let mut position = 0;
    manifest.lookup_batch(&requests, |index, resolution| {
        assert_eq!(index, position, "in order");
        position += 1;
        let single = manifest.lookup(&requests[index]);
        let key = |found: &trailmark::Resolution<'_, '_>| {
            (found.status(), found.rule(), found.asset().map(|asset| asset.index()))
        };
        assert_eq!(key(&resolution), key(&single));
        let text = |found: &trailmark::Resolution<'_, '_>| found.location().map(|to| to.to_string());
        assert_eq!(text(&resolution), text(&single));
    });
    assert_eq!(position, requests.len());
}

/// All that a manifest can list of itself.
pub fn list(manifest: &Manifest<'_>) {
    let mut scratch = Scratch::new();
    let path = RequestPath::parse("/n/one", &mut scratch).expect("a path");
    for asset in manifest.assets() {
        let _ = (asset.size(), asset.fingerprint(), asset.etag(), asset.media_type(), format!("{asset:?}"));
        let _ = (asset.site_path().to_string(), asset.canonical_url().map(|url| url.to_string()));
    }
    for route in manifest.routes() {
        let _ = (route.path.to_string(), manifest.rule_name(route.rule));
    }
    for rule in manifest.redirect_rules() {
        let _ = (rule.target().to_string(), rule.rewritten_path(&Request::get(path)));
    }
    for rule in manifest.header_rules() {
        let _ = (rule.removals().count(), rule.sets().count(), rule.is_broken());
    }
    let _ = manifest.router_rules().map(|(excludes, text)| usize::from(excludes) + text.len()).sum::<usize>();
    let _ = (manifest.verify(), Provenance::read(manifest).map(|found| found.options().is_ok()));
    let _ = (manifest.sections().count(), manifest.not_found_probe_limit(), format!("{manifest:?}"));
    let _ = (manifest.host(), manifest.encode("/x y"));
    let _ = (manifest.sha256(), manifest.stem_count(), manifest.format_version(), manifest.has_script());
}
