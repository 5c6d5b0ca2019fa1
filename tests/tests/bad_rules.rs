//! Rule files and configurations that are broken, huge or hostile: what compiles answers sanely and in time, what does not says
//! where and why.

use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};

use tempfile::TempDir;
use trailmark::{MAX_REQUEST_LEN, Manifest, Request, RequestHeaders, RequestPath, Scratch};
use trailmark_compiler::config::wrangler::{self, Format};
use trailmark_compiler::options::Platform;
use trailmark_compiler::{CompileError, CompileOptions, Compiled, RoutingOptions, ScriptOptions, compile};

/// Far more than anything here takes on any machine, far less than what grows faster than the input.
const TOO_LONG: Duration = Duration::from_secs(30);

/// A site of a few pages with these files, which are bytes.
fn site(files: &[(&str, &[u8])]) -> TempDir {
    let root = tempfile::tempdir().unwrap();
    let pages: [(&str, &[u8]); 3] =
        [("index.html", b"home"), ("about.html", b"about"), ("a b.html", b"blank")];
    for (name, bytes) in pages.iter().chain(files) {
        fs::write(root.path().join(name), bytes).unwrap();
    }
    root
}

fn options(platform: Platform) -> CompileOptions {
    let routing = RoutingOptions { platform, ..RoutingOptions::default() };
    CompileOptions { routing, ..CompileOptions::default() }
}

#[track_caller]
fn compiled(root: &Path, platform: Platform) -> Compiled {
    let started = Instant::now();
    let compiled = compile(root, &options(platform), &()).unwrap();
    assert!(started.elapsed() < TOO_LONG, "{:?}", started.elapsed());
    assert!(Manifest::open(&compiled.bytes).unwrap().verify().is_ok());
    compiled
}

fn with_redirects(text: &[u8]) -> Compiled {
    compiled(site(&[("_redirects", text)]).path(), Platform::Workers)
}

fn error(root: &Path, platform: Platform) -> String {
    let options = CompileOptions {
        script: ScriptOptions { has_script: true, ..ScriptOptions::default() },
        ..options(platform)
    };
    compile(root, &options, &()).unwrap_err().to_string()
}

/// Status, location and all headers of an answer, after checking that none of them can end a line of the response.
fn answer(compiled: &Compiled, target: &str) -> (u16, Option<String>, Vec<(String, String)>) {
    let manifest = Manifest::open(&compiled.bytes).unwrap();
    let mut scratch = Scratch::new();
    let path = RequestPath::parse(target, &mut scratch).unwrap();
    let answer = manifest.answer(&Request::new("GET", path, RequestHeaders::default()));
    let headers: Vec<_> =
        answer.headers().map(|(name, value)| (name.to_owned(), value.to_string())).collect();
    let location = answer.location().map(ToString::to_string);
    let texts = headers.iter().flat_map(|(name, value)| [name, value]).chain(&location);
    for text in texts {
        assert!(!text.contains(['\r', '\n', '\0']), "{target:?}: {text:?}");
    }
    (answer.status, location, headers)
}

#[test]
fn hundred_thousand_static_rules_count_as_far_as_the_platform_reads() {
    let text: String = (0..100_000).map(|number| format!("/old/{number} /about 301\n")).collect();
    let compiled = with_redirects(text.as_bytes());
    assert_eq!(compiled.report.redirect_rules, 2000);
    assert_eq!(compiled.report.rule_notes.len(), 98_000);
    assert_eq!(answer(&compiled, "/old/1999").1.as_deref(), Some("/about"));
    assert_eq!(answer(&compiled, "/old/2000").0, 404);
}

#[test]
fn hundred_thousand_dynamic_rules_count_as_far_as_the_platform_reads() {
    let text: String = (0..100_000).map(|number| format!("/old{number}/* /about 301\n")).collect();
    let compiled = with_redirects(text.as_bytes());
    assert_eq!(compiled.report.redirect_rules, 100);
    assert_eq!(answer(&compiled, "/old99/x").1.as_deref(), Some("/about"));
    assert_eq!(answer(&compiled, "/old100/x").0, 404);
}

#[test]
fn hundred_thousand_lines_of_headers_and_assetsignore_are_read_in_time() {
    let headers: String = (0..100_000).map(|number| format!("/{number}\n  X-A: {number}\n")).collect();
    let ignore: String = (0..100_000).map(|number| format!("drafts/{number}.html\n")).collect();
    let root = site(&[("_headers", headers.as_bytes()), (".assetsignore", ignore.as_bytes())]);
    fs::create_dir(root.path().join("drafts")).unwrap();
    for name in ["0.html", "99999.html", "100000.html"] {
        fs::write(root.path().join("drafts").join(name), "x").unwrap();
    }
    let compiled = compiled(root.path(), Platform::Workers);
    assert_eq!((compiled.report.header_rules, compiled.report.files), (101, 4));
}

#[test]
fn lines_of_a_mebibyte_are_noted_in_short() {
    let long = "x".repeat(1 << 20);
    let redirects = format!("/{long} /about 301\n/a /{long}\n#{long}\n{long}\n/b /about 301\n");
    let headers = format!("/{long}\n  X-A: 1\n/a\n  X-A: {long}\n  {long}: 1\n  X-B: 2\n");
    let root = site(&[("_redirects", redirects.as_bytes()), ("_headers", headers.as_bytes())]);
    let compiled = compiled(root.path(), Platform::Workers);
    assert_eq!((compiled.report.redirect_rules, compiled.report.header_rules), (1, 1));
    assert!(compiled.report.rule_notes.iter().all(|note| note.message.len() < 1000));
    // All but `*.map` are too long to be matched.
    let ignored = format!("{long}\n*.map\n[{long}]\n{}\n", "?".repeat(1 << 20));
    let root = site(&[(".assetsignore", ignored.as_bytes()), ("app.js.map", b"")]);
    assert_eq!(self::compiled(root.path(), Platform::Workers).report.excluded, 2);
}

#[test]
fn line_ends_and_controls_never_reach_a_header() {
    let redirects = "/cr /x\rSet-Cookie:a=b 301\n/nul /x\0y 301\n/tab /x\ty 301\n/enc /x%0d%0aSet-Cookie:%20a=b 301\n\
        /nel /x\u{85}\u{2028}y 301\n/esc /x\u{1b}[31m 301\n/host https://example.com%0d%0aX:y/ 301\n/q /x?a=%0d%0ab#%0a 301\n\
        /h/:host/* https://:host/:splat 301\n/s/* /t/:splat 301\n/u/* /t/:splat?x=:splat#:splat 302\n/w/* /:splat 200\n";
    let headers = "/*\n  X-Path: a\rX-Smuggled: b\n/s/*\n  X-Splat: v :splat\n  Link: <:splat>\n/v/:x\n  X-:x: y\n  X-Y: :x\0\n\
        /w\n  Bad\u{b}Name: x\n  X-Vertical: a\u{b}b\u{c}c\u{7f}\n";
    let only_redirects = site(&[("_redirects", redirects.as_bytes())]);
    let both = site(&[("_redirects", redirects.as_bytes()), ("_headers", headers.as_bytes())]);
    let rules = headers.replace("/*\n  X-Path: a\rX-Smuggled: b\n", "");
    let without_first = site(&[("_redirects", redirects.as_bytes()), ("_headers", rules.as_bytes())]);
    let nasty = [
        "%0d%0aSet-Cookie:a",
        "%0D%0A",
        "%00",
        "%E2%80%A8",
        "a%0ab",
        "%5cr%5cn",
        "\u{85}",
        "%c0%8a",
        ";\\\\x",
        "%",
    ];
    let mut targets: Vec<String> =
        ["/cr", "/nul", "/tab", "/enc", "/nel", "/esc", "/host", "/q", "/q?%0d%0a", "/x"]
            .map(str::to_owned)
            .into();
    for nasty in nasty {
        let prefixes = ["/", "/h/", "/h/x/", "/s/", "/u/", "/v/", "/w/", "/about/", "/about.html?", "/s/x?"];
        targets.extend(prefixes.iter().map(|prefix| format!("{prefix}{nasty}")));
        targets
            .extend(["/index", ".html", "/index.html", "/"].map(|suffix| format!("/about{nasty}{suffix}")));
    }
    for root in [&only_redirects, &both, &without_first] {
        for platform in [Platform::Workers, Platform::Pages] {
            let compiled = compiled(root.path(), platform);
            for target in &targets {
                answer(&compiled, target);
            }
        }
    }
    let compiled = compiled(only_redirects.path(), Platform::Workers);
    assert_eq!(answer(&compiled, "/enc").1.as_deref(), Some("/x%0d%0aSet-Cookie:%20a=b"));
    assert_eq!(answer(&compiled, "/cr").0, 404, "a CR is white space, so the line has too many words");
    assert_eq!(answer(&compiled, "/nel").0, 404, "so is U+2028");
    assert_eq!(answer(&compiled, "/tab").0, 404);
    assert_eq!(answer(&compiled, "/s/%0d%0aX").1.as_deref(), Some("/t/%0d%0aX"));
}

#[test]
fn header_lines_that_no_header_can_be_are_a_500_as_on_the_platform() {
    for line in ["X\u{1}: a", "X A: b", "X-A: a\rb", "X-A: \0", "X(): a", "Ü: a", ": a", "! X Y", "!  X"] {
        let text = format!("/about\n  {line}\n  X-Other: 1\n");
        let compiled = compiled(site(&[("_headers", text.as_bytes())]).path(), Platform::Workers);
        let (status, _, headers) = answer(&compiled, "/about");
        let is_ignored = ["X A: b", ": a"].contains(&line);
        assert_eq!(status, if is_ignored { 200 } else { 500 }, "{line:?}");
        assert_eq!(headers.iter().any(|(name, _)| name == "x-other"), is_ignored, "{line:?}");
        assert_eq!(compiled.report.rule_notes.len(), 1, "{line:?}: {:?}", compiled.report.rule_notes);
        assert_eq!(answer(&compiled, "/").0, 200);
    }
}

#[test]
fn bytes_that_are_not_utf8_are_replaced_as_on_the_platform() {
    let compiled = with_redirects(b"/\xff /about 301\n\xff\xfe\n/ok /x\xc3 301\n");
    assert_eq!(compiled.report.redirect_rules, 2);
    assert_eq!(answer(&compiled, "/%EF%BF%BD").1.as_deref(), Some("/about"));
    assert_eq!(answer(&compiled, "/ok").1.as_deref(), Some("/x%EF%BF%BD"));
    let headers = b"/about\n  X-A: \xff\n  \xff: b\n".as_slice();
    let compiled = self::compiled(site(&[("_headers", headers)]).path(), Platform::Workers);
    assert_eq!(answer(&compiled, "/about").0, 500, "U+FFFD is no name of a header");
    let ignore = b"\xff.html\nabout.html\n".as_slice();
    let root = site(&[(".assetsignore", ignore)]);
    assert_eq!(self::compiled(root.path(), Platform::Workers).report.files, 2);
}

/// The time that a request takes, the best of three.
fn time_of(compiled: &Compiled, target: &str) -> Duration {
    let time = || {
        let started = Instant::now();
        answer(compiled, target);
        started.elapsed()
    };
    (0..3).map(|_| time()).min().unwrap()
}

/// As regular expressions that backtrack, each of these takes longer than the universe is old for a path of a few hundred
/// characters.
#[test]
fn patterns_that_blow_up_elsewhere_are_matched_in_linear_time() {
    let many: String = (0..40).map(|number| format!(":a{number:02}-")).collect();
    let in_a_row: String = (0..80).map(|number| format!(":n{number:02}x")).collect();
    for (rule, unit) in [
        (format!("/{many}z /about 301"), "a-"),
        (format!("/{in_a_row}y /about 301"), "x"),
        (format!("/*{} /about 301", "a".repeat(900)), "a"),
        (format!("/{} /about 301", (0..200).map(|number| format!(":n{number:03}")).collect::<String>()), "a"),
    ] {
        let compiled = with_redirects(format!("{rule}\n").as_bytes());
        assert_eq!(compiled.report.redirect_rules, 1, "{rule}");
        let target = |len: usize| format!("/{}!/", unit.repeat(len / unit.len()));
        let (short, long) = (target(MAX_REQUEST_LEN / 8), target(MAX_REQUEST_LEN - 8));
        let (first, second) = (time_of(&compiled, &short), time_of(&compiled, &long));
        // Eight times the length may take eight times as long, four times that on a busy machine, and no more.
        let allowed = (first * 32).max(Duration::from_millis(200));
        assert!(second < allowed, "{rule}: {first:?} for {}, {second:?} for {}", short.len(), long.len());
    }
}

#[test]
fn preflight_of_the_costliest_rules_ends_in_time() {
    let mut text = String::new();
    for number in 0..1900 {
        text.push_str(&format!("/old/{number} /nowhere/{number} 301\n"));
    }
    for number in 0..100 {
        let names: String = (0..330).map(|name| format!(":n{name:03}")).collect();
        text.push_str(&format!("/:m{number:02}{names}/* /x/:splat\n"));
    }
    let compiled = with_redirects(text.as_bytes());
    assert_eq!(compiled.report.redirect_rules, 2000);
}

#[test]
fn values_that_hold_names_do_not_grow_without_bounds() {
    let names: String = (0..12).map(|number| format!("/:n{number}x")).collect();
    let target: String = (0..12).map(|number| format!(":n{number}x").repeat(8)).collect();
    let compiled = with_redirects(format!("/g{names} /{target} 301\n").as_bytes());
    let nested: String = (1..13).map(|number| format!("/{}", format!(":n{number}x").repeat(8))).collect();
    let started = Instant::now();
    let (status, location, _) = answer(&compiled, &format!("/g{nested}"));
    assert!(started.elapsed() < TOO_LONG);
    assert!(status == 500 || location.is_some_and(|location| location.len() <= 1 << 21));
}

#[test]
fn malformed_configuration_is_named_with_line_and_column() {
    let message = |text: &str, format| wrangler::parse(text, format).unwrap_err().to_string();
    for (text, place) in [
        ("{\n  \"main\": \"x\"\n  \"assets\": {}\n}", "line 2, column 14"),
        ("{\n  \"assets\": {\n    \"directory\": \"dist\n  }\n}", "line 3, column 18"),
        ("{\"a\": tru}", "line 1, column 7"),
        ("{\"assets\": {}", "line 1, column 1"),
        ("{\"assets\": {\"run_worker_first\": [1]}}", "line 1, column 34"),
    ] {
        assert!(message(text, Format::Jsonc).starts_with(place), "{}", message(text, Format::Jsonc));
    }
    for (text, place) in [
        ("name = \"x\"\nassets = { directory = }\n", "line 2, column 24"),
        ("[assets\ndirectory = \"x\"\n", "line 1, column 8"),
        ("a = 1\na = 2\n", "line 2, column 1"),
        ("[assets]\nhtml_handling = \"nonne\"\n", "line 2, column 17"),
    ] {
        assert!(message(text, Format::Toml).starts_with(place), "{}", message(text, Format::Toml));
    }
    let deep = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
    assert!(message(&deep, Format::Jsonc).starts_with("line 1, column "));
    let root = site(&[("_routes.json", b"{\"version\": 1,\n  \"include\": [\"/*\"],,\n}".as_slice())]);
    let message = error(root.path(), Platform::Pages);
    assert!(message.contains("_routes.json: not JSON, at line 2, column 21"), "{message}");
    assert!(message.contains("refuses the whole file"), "{message}");
}

#[test]
fn folders_with_the_names_of_rule_files_are_errors_on_workers_and_ignored_by_pages() {
    for name in ["_redirects", "_headers", ".assetsignore"] {
        let root = site(&[]);
        fs::create_dir(root.path().join(name)).unwrap();
        fs::write(root.path().join(name).join("x.html"), "x").unwrap();
        let message = error(root.path(), Platform::Workers);
        assert!(message.contains(name) && message.contains("is a directory"), "{message}");
        let compiled = compiled(root.path(), Platform::Pages);
        let is_noted = compiled.report.rule_notes.iter().any(|note| note.message.contains("is a directory"));
        assert_eq!(is_noted, name != ".assetsignore", "Pages knows no `.assetsignore`");
    }
}

#[cfg(unix)]
#[test]
fn rule_file_that_cannot_be_read_is_named() {
    use std::os::unix::fs::{PermissionsExt, symlink};
    for name in ["_redirects", "_headers", ".assetsignore"] {
        let root = site(&[(name, b"# nothing")]);
        let path = root.path().join(name);
        fs::set_permissions(&path, fs::Permissions::from_mode(0o000)).unwrap();
        if fs::read(&path).is_err() {
            // Not for root, who reads everything.
            assert!(matches!(
                compile(root.path(), &options(Platform::Workers), &()),
                Err(CompileError::Read { .. })
            ));
        }
        fs::remove_file(&path).unwrap();
        symlink("nowhere", &path).unwrap();
        assert_eq!(
            compiled(root.path(), Platform::Workers).report.redirect_rules,
            0,
            "as if it were not there"
        );
        fs::remove_file(&path).unwrap();
        symlink(name, &path).unwrap();
        let message = error(root.path(), Platform::Workers);
        assert!(message.contains(name), "a link to itself: {message}");
    }
}
