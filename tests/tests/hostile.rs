//! Manifests, sites and requests made to hurt. Each may be slow in proportion to its own size, and no more.

#[cfg(unix)]
mod sites;

use std::time::{Duration, Instant};

use trailmark::format::{self, section};
use trailmark::{MAX_REQUEST_LEN, Manifest, Request, RequestPath, Scratch};
use trailmark_compiler::config::redirects::{self, RedirectOptions};
use trailmark_compiler::config::routes_json;
use trailmark_compiler::options::{HtmlHandling, Platform};
use trailmark_compiler::router::{Router, ScriptFirst};
use trailmark_compiler::{AssetFile, RoutingOptions, SiteRules, manifest_of, manifest_with_rules};
use trailmark_tests::mutate::{SAMPLE_TARGETS, put_section, sample_manifests, section_of};

/// Far more than anything here takes on any machine, far less than what is not bounded.
const TOO_LONG: Duration = Duration::from_secs(20);

/// Runs on a thread with a stack as small as servers have them; fails if it does not come back.
fn in_time<T: Send + 'static>(what: &str, work: impl FnOnce() -> T + Send + 'static) -> T {
    let (send, receive) = std::sync::mpsc::channel();
    let started = Instant::now();
    std::thread::Builder::new().stack_size(512 * 1024).spawn(move || send.send(work())).unwrap();
    let done = receive.recv_timeout(TOO_LONG).unwrap_or_else(|_| panic!("{what}: no end in sight"));
    println!("{what}: {:?}", started.elapsed());
    done
}

fn decide(bytes: &[u8], target: &str) {
    let mut scratch = Scratch::new();
    let path = RequestPath::parse(target, &mut scratch).unwrap();
    let manifest = Manifest::open(bytes).unwrap();
    let _ = manifest.decide(&Request::get(path));
    let answer = manifest.answer(&Request::get(path));
    answer.headers().for_each(|(_, value)| drop(value.to_string()));
}

// -- Manifests -------------------------------------------------------------------------------------------------------

/// A manifest whose only router rule is this text, at the end of the strings.
fn with_router_rule(kind: u32, text: &str) -> Vec<u8> {
    let mut bytes = sample_manifests().remove(1);
    let strings = bytes[section_of(&bytes, section::STRINGS)].to_vec();
    let mut router = vec![1, format::FIRST_ROUTES, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0];
    router.extend((strings.len() as u64).to_le_bytes());
    router.extend((text.len() as u32).to_le_bytes());
    router.extend(kind.to_le_bytes());
    put_section(&mut bytes, section::ROUTER, &router);
    put_section(&mut bytes, section::STRINGS, &[&strings, text.as_bytes()].concat());
    bytes
}

#[test]
fn regression_5_router_expression_as_deep_as_the_file_is_long_does_not_exhaust_the_stack() {
    let bytes = with_router_rule(format::ROUTER_REGEX, &"(".repeat(1 << 20));
    in_time("a million parentheses", move || decide(&bytes, "/x"));
}

#[test]
fn regression_5_router_expression_with_a_huge_class_repeated_takes_no_gigabytes() {
    let class: String = ('!'..='~').filter(|c| !"[]\\^-".contains(*c)).cycle().take(1 << 20).collect();
    let bytes = with_router_rule(format::ROUTER_REGEX, &format!("/[{class}]{{9000}}"));
    in_time("a class of a million characters, 9000 times", move || decide(&bytes, "/x"));
}

#[test]
fn regression_5_router_glob_as_long_as_the_file_is_not_tried() {
    let bytes = with_router_rule(format::ROUTER_GLOB, &format!("/{}b", "*a".repeat(1 << 19)));
    let target = format!("/{}", "a".repeat(MAX_REQUEST_LEN - 1));
    in_time("a glob with half a million stars", move || decide(&bytes, &target));
}

#[test]
fn regression_5_pattern_with_a_hundred_thousand_names_is_not_compiled() {
    let mut bytes = sample_manifests().remove(0);
    let pattern: String =
        std::iter::once('/'.to_string()).chain((0..100_000).map(|number| format!(":n{number}x"))).collect();
    let strings = bytes[section_of(&bytes, section::STRINGS)].to_vec();
    let mut rule = vec![0; format::REDIRECT_LEN];
    rule[..8].copy_from_slice(&(strings.len() as u64).to_le_bytes());
    rule[8..12].copy_from_slice(&(pattern.len() as u32).to_le_bytes());
    rule[38] = format::REDIRECT_DYNAMIC;
    put_section(&mut bytes, section::REDIRECTS, &rule);
    put_section(&mut bytes, section::REDIRECT_DISPATCH, &1u128.to_le_bytes());
    put_section(&mut bytes, section::STRINGS, &[&strings, pattern.as_bytes()].concat());
    in_time("a pattern with 100,000 names", move || decide(&bytes, "/%61bc"));
}

#[test]
fn regression_5_header_rules_that_share_their_lines_are_refused() {
    let mut bytes = sample_manifests().remove(0);
    let line_count = section_of(&bytes, section::HEADER_LINES).len() / format::HEADER_LINE_LEN;
    let rule = bytes[section_of(&bytes, section::HEADER_RULES)][..format::HEADER_RULE_LEN].to_vec();
    let mut greedy = rule.clone();
    greedy[16..20].fill(0);
    greedy[20..22].copy_from_slice(&(line_count as u16 / 2).to_le_bytes());
    greedy[22..24].copy_from_slice(&(line_count as u16 / 2).to_le_bytes());
    put_section(&mut bytes, section::HEADER_RULES, &greedy.repeat(128));
    let error = Manifest::open(&bytes).map(|_| ()).unwrap_err();
    assert!(error.to_string().contains("header rules"), "{error}");
}

#[test]
fn texts_as_long_as_the_file_are_not_followed() {
    let mut bytes = sample_manifests().remove(0);
    let strings = "x".repeat(64 << 20);
    let mut irregular = bytes[section_of(&bytes, section::IRREGULAR)].to_vec();
    for entry in irregular.chunks_exact_mut(format::IRREGULAR_ENTRY_LEN) {
        entry[0] = format::ACTION_REDIRECT;
        entry[8..16].fill(0);
        entry[16..20].copy_from_slice(&(64u32 << 20).to_le_bytes());
    }
    put_section(&mut bytes, section::IRREGULAR, &irregular);
    put_section(&mut bytes, section::STRINGS, strings.as_bytes());
    let manifest = Manifest::open(&bytes).unwrap();
    for route in manifest.routes() {
        assert!(route.path.to_string().len() <= 1 << 20);
    }
    let mut scratch = Scratch::new();
    for target in SAMPLE_TARGETS {
        let request = RequestPath::parse(target, &mut scratch).unwrap();
        let location = manifest.lookup(&request).location().map(|location| location.to_string());
        assert!(location.is_none_or(|location| location.len() <= MAX_REQUEST_LEN * 3), "{target}");
    }
}

// -- Requests --------------------------------------------------------------------------------------------------------

fn site(paths: &[String], platform: Platform) -> Vec<u8> {
    let asset =
        |path: &String| AssetFile { site_path: path.clone(), size: 1, fingerprint: [path.len() as u8; 32] };
    let options = RoutingOptions { platform, ..RoutingOptions::default() };
    manifest_of(paths.iter().map(asset).collect(), options).unwrap()
}

/// The shortest of a few runs of a look-up with all that shows it.
fn time_of(manifest: &Manifest<'_>, target: &str, scratch: &mut Scratch) -> Duration {
    let run = |scratch: &mut Scratch| {
        let started = Instant::now();
        if let Ok(request) = RequestPath::parse(target, scratch) {
            let answer = manifest.answer(&Request::get(request));
            answer.headers().for_each(|(_, value)| drop(value.to_string()));
        }
        started.elapsed()
    };
    (0..5).map(|_| run(scratch)).min().unwrap_or_default()
}

/// Targets of about this length, each made to be slow in a way of its own.
fn slow_targets(len: usize) -> Vec<(&'static str, String)> {
    let fill = |start: &str, piece: &str, end: &str| {
        let count = len.saturating_sub(start.len() + end.len()) / piece.len();
        format!("{start}{}{end}", piece.repeat(count))
    };
    vec![
        ("plain", fill("/", "a", "")),
        ("slashes", fill("/", "/", "")),
        ("folders", fill("", "/a", "")),
        ("escapes", fill("/", "%61", "")),
        ("broken escapes", fill("/", "%6", "")),
        ("escapes, the last broken", fill("/", "%61", "%")),
        ("escaped slashes", fill("/", "%2F", "")),
        ("overlong UTF-8", fill("/", "%C3", "")),
        ("dot segments", fill("/", "a/../", "")),
        ("escaped dot segments", fill("/", "%2e%2E/", "")),
        ("dots up at the end", fill("", "/a", "/..")),
        ("backslashes", fill("/", "\\", "")),
        ("line breaks", fill("/", "\n", "x")),
        ("blanks in front", fill("/", " ", "index")),
        ("index after index", fill("", "/index", "/index/")),
        ("html after html", fill("/", ".html", "")),
        ("query", fill("/_image?", "href=", "//other.example")),
        ("question marks", fill("/", "?", "")),
    ]
}

#[test]
fn no_request_takes_longer_than_its_length_explains() {
    let deep = |depth: usize| format!("{}/404.html", "/a".repeat(depth));
    let mut paths: Vec<String> = (0..80).map(deep).collect();
    paths.extend(["/index.html".to_owned(), "/.html".to_owned(), format!("{}/page.html", "/a".repeat(2000))]);
    let mut scratch = Scratch::new();
    for platform in [Platform::Workers, Platform::Pages] {
        let bytes = site(&paths, platform);
        let manifest = Manifest::open(&bytes).unwrap();
        let (short, long) = (slow_targets(1000), slow_targets(MAX_REQUEST_LEN));
        for ((name, short), (_, long)) in short.iter().zip(&long) {
            let (first, second) =
                (time_of(&manifest, short, &mut scratch), time_of(&manifest, long, &mut scratch));
            println!(
                "{platform:?} {name}: {first:?} for {} bytes, {second:?} for {}",
                short.len(),
                long.len()
            );
            assert!(second < TOO_LONG, "{name}");
        }
    }
}

#[test]
fn requests_beyond_the_limit_have_a_defined_answer() {
    let mut scratch = Scratch::new();
    let longest = format!("/{}", "a".repeat(MAX_REQUEST_LEN - 1));
    assert!(RequestPath::parse(&longest, &mut scratch).is_ok());
    let error = RequestPath::parse(&format!("{longest}a"), &mut scratch).unwrap_err();
    assert!(error.to_string().contains("16384 (16 KB)"), "{error}");
    // A target that grows beyond it while it is escaped.
    let error = RequestPath::parse(&format!("/{}", "\"".repeat(6000)), &mut scratch).unwrap_err();
    assert!(error.to_string().contains("limit"), "{error}");
}

#[test]
fn the_costliest_rules_that_a_site_can_have_are_bounded() {
    let mut text = String::new();
    for number in 0..100 {
        let names: String = (0..330).map(|name| format!(":n{name:03}")).collect();
        text.push_str(&format!("/a/:m{number:02}{names}/* /x\n"));
    }
    let options =
        RedirectOptions { platform: Platform::Workers, html_handling: HtmlHandling::AutoTrailingSlash };
    let parsed = redirects::parse(&text, options);
    assert_eq!(parsed.rules.len(), 100);
    let rules = SiteRules { redirects: Some(parsed), ..SiteRules::default() };
    let bytes = manifest_with_rules(Vec::new(), RoutingOptions::default(), &rules).unwrap();
    let target = format!("/a/{}", "9".repeat(MAX_REQUEST_LEN - 3));
    in_time("100 patterns of 330 names", move || decide(&bytes, &target));

    let routes = r#"{"version": 1, "include": ["/[a-z]{0,4900}x"], "exclude": []}"#;
    let first = ScriptFirst::Routes(routes_json::parse(routes).unwrap());
    let rules =
        SiteRules { router: Router { has_script: true, first, navigation: false }, ..SiteRules::default() };
    let pages = RoutingOptions { platform: Platform::Pages, ..RoutingOptions::default() };
    let bytes = manifest_with_rules(Vec::new(), pages, &rules).unwrap();
    let target = format!("/{}", "a".repeat(MAX_REQUEST_LEN - 1));
    in_time("an expression with 4900 optional letters", move || decide(&bytes, &target));
}
