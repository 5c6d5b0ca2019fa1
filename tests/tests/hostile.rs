//! Manifests, sites and requests made to hurt. Each may be slow in proportion to its own size, and no more.

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
    let mut bytes = sample_manifests().pop().unwrap();
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

// -- Sites -----------------------------------------------------------------------------------------------------------

#[cfg(unix)]
mod sites {
    use std::fs;
    use std::path::Path;
    use std::process::Command;

    use trailmark_compiler::{CompileError, CompileOptions, compile};

    use super::*;
    use crate::torture;

    /// The manifest of a folder.
    fn compiled(dist: &Path) -> Vec<u8> {
        compile(dist, &CompileOptions::default(), &()).unwrap().bytes
    }

    /// What a GET for the canonical encoding of a path is answered with.
    fn status_of(manifest: &Manifest<'_>, site_path: &str) -> u16 {
        let mut scratch = Scratch::new();
        let target = trailmark::encode_site_path(site_path);
        manifest.lookup(&RequestPath::parse(&target, &mut scratch).unwrap()).status()
    }

    /// Folders within folders, with a page at the end.
    fn chain(root: &Path, depth: usize) {
        let bottom = root.join("d/".repeat(depth));
        fs::create_dir_all(&bottom).unwrap();
        fs::write(bottom.join("x.html"), "").unwrap();
    }

    #[test]
    fn thousands_of_levels_are_compiled_or_refused_by_name() {
        let root = tempfile::tempdir().unwrap();
        let real = root.path().canonicalize().unwrap();
        // As deep as the system's paths reach.
        let depth = (4096 - real.as_os_str().len() - "/x.html".len() - 1) / 2;
        chain(&real, depth);
        let bytes = compiled(&real);
        let manifest = Manifest::open(&bytes).unwrap();
        assert_eq!(manifest.verify(), Ok(()));
        assert_eq!(status_of(&manifest, &format!("{}/x", "/d".repeat(depth))), 200);
        // Two such chains, one moved to the end of the other: deeper than any path can name.
        let deeper = tempfile::tempdir().unwrap();
        let (first, second) = (deeper.path().join("1"), deeper.path().join("2"));
        for half in [&first, &second] {
            fs::create_dir(half).unwrap();
            chain(half, depth - 20);
        }
        fs::rename(&second, first.join("d/".repeat(depth - 20)).join("2")).unwrap();
        let error = compile(deeper.path(), &CompileOptions::default(), &()).map(|_| ()).unwrap_err();
        assert!(matches!(error, CompileError::Read { .. }), "{error}");
        // The standard library's own way of removing it wants a handle a level.
        let _ = Command::new("rm").arg("-rf").arg(deeper.path()).status();
    }

    #[test]
    fn names_of_every_kind_are_served_under_their_encoding() {
        let root = tempfile::tempdir().unwrap();
        let long = format!("{}.html", "x".repeat(250));
        let names = [
            "new\nline.html",
            "tab\t.html",
            "\u{1b}[31mred.html",
            "quote\".html",
            "apostrophe'.html",
            "back\\slash.html",
            "\u{202e}lmth.thgir",
            "\u{200f}.html",
            "%00.html",
            "%2e%2e.html",
            "..html",
            "...html",
            " .html",
            "a b .html",
            "\u{7f}.html",
            "\u{85}.html",
            "\u{feff}.html",
            "site.trailmark",
            ".trailmark-abcdef.tmp",
            "a:b*c.html",
            "?.html",
            "#.html",
            "~",
            "-",
            "CON",
            long.as_str(),
        ];
        names.iter().for_each(|name| fs::write(root.path().join(name), name).unwrap());
        let bytes = compiled(root.path());
        let manifest = Manifest::open(&bytes).unwrap();
        assert_eq!((manifest.verify(), manifest.asset_count()), (Ok(()), names.len()));
        for asset in manifest.assets() {
            let path = asset.site_path().to_string();
            let Some(url) = asset.canonical_url() else { panic!("{path:?} is served nowhere") };
            let url = url.to_string();
            assert!(url.bytes().all(|byte| byte.is_ascii_graphic()), "{url:?}");
            let mut scratch = Scratch::new();
            let request = RequestPath::parse(&url, &mut scratch).unwrap();
            if request.path() != url {
                // `/.` and `/..` are no paths of their own for any URL parser; the platform serves these files nowhere.
                assert!(["/..html", "/...html"].contains(&path.as_str()), "{path:?} is served nowhere");
                continue;
            }
            let served = manifest.lookup(&request).asset().map(|asset| asset.site_path().to_string());
            assert_eq!(served, Some(path));
        }
    }

    #[test]
    fn no_request_path_leaves_the_root() {
        let root = tempfile::tempdir().unwrap();
        fs::create_dir(root.path().join("dist")).unwrap();
        fs::write(root.path().join("secret.html"), "outside").unwrap();
        fs::write(root.path().join("dist/index.html"), "home").unwrap();
        let bytes = compiled(&root.path().join("dist"));
        let manifest = Manifest::open(&bytes).unwrap();
        let mut scratch = Scratch::new();
        for climb in
            ["..", "%2e%2e", ".%2E", "..%2f..", "%2e%2e%2f", "..\\..", "..%5c", "..;", "%252e%252e", "....//"]
        {
            for target in [
                format!("/{climb}/secret.html"),
                format!("/x/{climb}/{climb}/secret"),
                format!("//{climb}/secret"),
            ] {
                let resolution = manifest.lookup(&RequestPath::parse(&target, &mut scratch).unwrap());
                assert_eq!(resolution.asset().map(|asset| asset.site_path().to_string()), None, "{target}");
            }
        }
    }

    #[test]
    fn a_folder_with_very_many_entries_is_compiled() {
        let memory = Path::new("/dev/shm");
        let root = if memory.is_dir() { tempfile::tempdir_in(memory) } else { tempfile::tempdir() }.unwrap();
        let count = if torture::is_on() { 1_000_000 } else { 3000 };
        let first = root.path().join("0.html");
        fs::write(&first, "").unwrap();
        (1..count)
            .for_each(|number| drop(fs::File::create(root.path().join(format!("{number}.html"))).unwrap()));
        let started = Instant::now();
        let bytes = compiled(root.path());
        println!("{count} entries of one folder: {:?}", started.elapsed());
        let manifest = Manifest::open(&bytes).unwrap();
        assert_eq!(manifest.asset_count(), count);
        assert_eq!(status_of(&manifest, &format!("/{}", count - 1)), 200);
    }

    #[test]
    fn a_huge_sparse_file_is_hashed_in_little_memory() {
        let root = tempfile::tempdir().unwrap();
        let size = if torture::is_on() { 10 << 30 } else { 16 << 20 };
        fs::File::create(root.path().join("huge.bin")).unwrap().set_len(size).unwrap();
        let started = Instant::now();
        let bytes = compiled(root.path());
        println!("a sparse file of {size} bytes: {:?}", started.elapsed());
        let manifest = Manifest::open(&bytes).unwrap();
        assert_eq!(manifest.assets().next().unwrap().size(), size);
    }
}
