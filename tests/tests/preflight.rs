//! What `compile` says about a site before it is deployed, and which files `.assetsignore` leaves out of it.

use std::fs;
use std::path::Path;

use serde::Deserialize;
use serde_json::Value;
use tempfile::TempDir;
use trailmark_compiler::config::ignore::{AssetsIgnore, IgnoreReason};
use trailmark_compiler::config::wrangler::RunWorkerFirst;
use trailmark_compiler::options::{HtmlHandling, NotFoundHandling, Platform};
use trailmark_compiler::{
    CompileError, CompileOptions, RoutingOptions, ScriptOptions, Severity, Warning, WarningKind, compile,
    warning_lines,
};

use crate::cli::support;

/// A record of the platform's own answers, made by `oracle/assetsignore.mjs`.
const ASSETSIGNORE: &str = include_str!("../assetsignore.json");

#[derive(Deserialize)]
struct Record {
    files: Vec<String>,
    cases: Vec<RecordedCase>,
}

#[derive(Deserialize)]
struct RecordedCase {
    text: Option<String>,
    excluded: Vec<String>,
}

/// Whether a file is excluded, its folders asked first.
fn is_excluded(ignore: &AssetsIgnore, file: &str) -> bool {
    file.match_indices('/').any(|(at, _)| ignore.excludes(&file[..at], true)) || ignore.excludes(file, false)
}

#[test]
fn assetsignore_excludes_what_the_platform_excludes() {
    let record: Record = serde_json::from_str(ASSETSIGNORE).unwrap();
    assert!(record.cases.len() > 90);
    for RecordedCase { text, excluded } in &record.cases {
        let ignore = text.as_deref().map_or_else(AssetsIgnore::default, AssetsIgnore::parse);
        let ours: Vec<_> = record.files.iter().filter(|file| is_excluded(&ignore, file)).collect();
        assert_eq!(ours, excluded.iter().collect::<Vec<_>>(), "{text:?}");
    }
}

/// A folder with these files.
fn site<'f>(files: impl IntoIterator<Item = (&'f str, &'f str)>) -> TempDir {
    let root = tempfile::tempdir().unwrap();
    for (path, text) in files {
        write(root.path(), path, text);
    }
    root
}

fn write(root: &Path, path: &str, text: &str) {
    let path = root.join(path);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, text).unwrap();
}

fn scanned(root: &Path, platform: Platform) -> (Vec<String>, usize) {
    let scan = trailmark_compiler::scan(root, platform, &()).unwrap();
    (scan.files.into_iter().map(|file| file.site_path).collect(), scan.excluded_count)
}

#[test]
fn scan_leaves_out_and_counts_what_assetsignore_excludes() {
    let files = [
        (".assetsignore", "*.map\nnode_modules/\n!node_modules/kept.js\n"),
        ("index.html", ""),
        ("app.js.map", ""),
        ("node_modules/kept.js", ""),
        ("node_modules/a/b.js", ""),
        ("sub/node_modules/c/d.js", ""),
    ];
    let root = site(files);
    assert_eq!(scanned(root.path(), Platform::Workers), (vec!["/index.html".to_owned()], 5));
    let (pages, excluded) = scanned(root.path(), Platform::Pages);
    assert_eq!(pages, ["/.assetsignore", "/app.js.map", "/index.html"], "Pages has no such file");
    assert_eq!(excluded, 3);
}

#[test]
fn assetsignore_can_take_the_platforms_own_files_back() {
    let root =
        site([(".assetsignore", "!/_redirects"), ("_redirects", "/old /new.txt 301\n"), ("new.txt", "")]);
    assert_eq!(
        scanned(root.path(), Platform::Workers),
        (vec!["/_redirects".to_owned(), "/new.txt".to_owned()], 1)
    );
    let compiled = compile(root.path(), &Default::default(), &()).unwrap();
    assert_eq!((compiled.report.files, compiled.report.redirect_rules), (2, 1));
}

#[cfg(unix)]
#[test]
fn names_that_are_not_utf8_do_not_matter_in_excluded_folders() {
    use std::os::unix::ffi::OsStrExt;
    let root = site([(".assetsignore", "cache"), ("index.html", ""), ("cache/a", "")]);
    let odd = root.path().join("cache").join(std::ffi::OsStr::from_bytes(b"\xff"));
    if fs::write(odd, "").is_err() {
        return; // Not on this file system.
    }
    assert_eq!(scanned(root.path(), Platform::Workers), (vec!["/index.html".to_owned()], 3));
}

#[test]
fn lines_of_assetsignore_that_mislead_are_noted() {
    let reasons = |text: &str| -> Vec<(u32, IgnoreReason)> {
        AssetsIgnore::parse(text).notes.into_iter().map(|note| (note.line, note.reason)).collect()
    };
    assert_eq!(reasons("*.map\n# node_modules/\n!keep.map\n/drafts/**\nwith\\ space\n"), []);
    assert_eq!(reasons("a\r\ndrafts/\r\n"), [(2, IgnoreReason::AnchoredByBlank)]);
    assert_eq!(reasons("draft[!s]"), [(1, IgnoreReason::NotNegated)]);
    assert_eq!(reasons("\nodd\\"), [(2, IgnoreReason::TrailingBackslash)]);
    assert!(matches!(
        reasons("a//b\n[x")[..],
        [(1, IgnoreReason::NeverMatches(_)), (2, IgnoreReason::NeverMatches(_))]
    ));
    assert!(matches!(reasons("\\d.html")[..], [(1, IgnoreReason::NotReproduced(_))]));
    let root = site([(".assetsignore", "drafts/ \n"), ("index.html", "")]);
    let report = compiled(root.path(), &workers());
    assert!(
        report.rule_notes[0]
            .to_string()
            .starts_with(".assetsignore line 1: `drafts/` is matched from the root")
    );
}

fn workers() -> CompileOptions {
    CompileOptions::default()
}

fn with(html_handling: HtmlHandling, not_found_handling: NotFoundHandling) -> CompileOptions {
    let routing = RoutingOptions { platform: Platform::Workers, html_handling, not_found_handling };
    CompileOptions { routing, ..CompileOptions::default() }
}

fn pages() -> CompileOptions {
    let routing = RoutingOptions { platform: Platform::Pages, ..RoutingOptions::default() };
    CompileOptions { routing, ..CompileOptions::default() }
}

/// With a Worker, or without one, and a list of `run_worker_first`.
fn worker_first(has_script: bool, rules: &[&str]) -> CompileOptions {
    let rules = rules.iter().map(|rule| (*rule).to_owned()).collect();
    let run_worker_first = Some(RunWorkerFirst::Rules(rules));
    CompileOptions {
        script: ScriptOptions { has_script, run_worker_first, ..ScriptOptions::default() },
        ..workers()
    }
}

fn compiled(root: &Path, options: &CompileOptions) -> trailmark_compiler::Report {
    compile(root, options, &()).unwrap().report
}

/// The warnings about a folder with these files.
fn warnings<'f>(
    files: impl IntoIterator<Item = (&'f str, &'f str)>,
    options: &CompileOptions,
) -> Vec<Warning> {
    compiled(site(files).path(), options).warnings
}

/// The kinds of warnings, with file and line.
fn places(warnings: &[Warning]) -> Vec<(&str, Option<&str>, Option<u32>)> {
    warnings.iter().map(|w| (w.kind.as_str(), w.file.as_deref(), w.line)).collect()
}

/// What is said about `_redirects` in a site with a few pages.
fn of_redirects(text: &str, options: &CompileOptions) -> Vec<(&'static str, u32, String)> {
    let files = [
        ("_redirects", text),
        ("index.html", "home"),
        ("about.html", "about"),
        ("docs/index.html", "docs"),
        ("docs/start.html", "start"),
        ("app.html", "app"),
    ];
    let of_rule = |w: Warning| {
        assert_eq!(w.file.as_deref(), Some("_redirects"), "{w}");
        (w.kind.as_str(), w.line.unwrap(), w.message)
    };
    warnings(files, options).into_iter().map(of_rule).collect()
}

/// Kinds and lines only.
fn lines_of(text: &str) -> Vec<(&'static str, u32)> {
    of_redirects(text, &workers()).into_iter().map(|(kind, line, _)| (kind, line)).collect()
}

#[test]
fn ordinary_site_gives_no_warning() {
    let redirects = "/old /about 301\n/d /docs/ 302\n/x https://example.com/ 301\n/rw /app 200\n\
        /en/* /:splat 301\n/docs/v1/* /docs/:splat 301\n/blog/:y/:slug /blog/:slug 301\n/st/:id /app 200\n";
    assert_eq!(of_redirects(redirects, &workers()), []);
    assert_eq!(of_redirects(redirects, &pages()), []);
}

#[test]
fn dynamic_rule_below_one_that_matches_all_of_it_is_shadowed() {
    let text = "/a/* /about\n/a/b /docs/\n/a/:x/y /docs/\n/b/:x /about\n/b/* /docs/\n/:x/:y/c /about\n/q/r/c /about\n";
    let found = of_redirects(text, &workers());
    let shadowed: Vec<_> = found.iter().filter(|found| found.0 == "shadowed-redirect").collect();
    assert_eq!(shadowed.iter().map(|found| found.1).collect::<Vec<_>>(), [2, 3, 7]);
    assert_eq!(
        shadowed[0].2,
        "`/a/b` never answers: line 1 (`/a/*`) comes first and matches every path that it matches; move it above that line"
    );
    assert_eq!(lines_of("/x /docs/\n/x* /docs/\n/y* /docs/\n"), [], "a static rule shadows no dynamic one");
}

#[test]
fn chain_is_shown_with_its_length_and_its_end() {
    let found = of_redirects("/a /b\n/b /docs\n/c /about.html 301\n", &workers());
    let chains: Vec<_> = found.iter().map(|(kind, line, message)| (*kind, *line, message.as_str())).collect();
    assert_eq!(
        chains,
        [
            (
                "redirect-chain",
                1,
                "`/a` -> `/b` -> `/docs` (line 2) -> `/docs/` (html handling) takes 3 redirects; write `/docs/` as its target"
            ),
            (
                "redirect-chain",
                2,
                "`/b` -> `/docs` -> `/docs/` (html handling) takes 2 redirects; write `/docs/` as its target"
            ),
            (
                "redirect-chain",
                3,
                "`/c` -> `/about.html` -> `/about` (html handling) takes 2 redirects; write `/about` as its target"
            ),
        ]
    );
    assert_eq!(lines_of("/x/* /about.html 301\n/y/:z /about 301\n"), [("redirect-chain", 1)]);
}

#[test]
fn loop_is_told_from_a_chain() {
    assert_eq!(lines_of("/a /b\n/b /a\n"), [("redirect-loop", 1), ("redirect-loop", 2)]);
    assert_eq!(lines_of("/a /a?x=1\n"), [("redirect-loop", 1)]);
    assert_eq!(
        lines_of("/about /about.html\n"),
        [("redirect-loop", 1), ("redirect-hides-file", 1)],
        "by way of html handling"
    );
    assert_eq!(
        lines_of("/x/* /x/ 301\n/grow/* /grow/more/:splat\n"),
        [("redirect-loop", 1), ("redirect-loop", 2)]
    );
    assert_eq!(lines_of("/old/* /old2/:splat\n/old2/* /about\n"), [], "a way through two rules has an end");
    let found = of_redirects("/grow/* /grow/more/:splat\n", &workers());
    assert!(
        found[0].2.contains("`/grow/example` -> `/grow/more/example`")
            && found[0].2.ends_with("goes on for ever")
    );
}

#[test]
fn target_that_is_not_served_is_found_unless_a_worker_may_serve_it() {
    let text = "/a /nowhere 301\n/b /nowhere 200\n/c/* /nowhere 301\n/d/* /nowhere/:splat 301\n/e /a\n";
    let expected = ["redirect-to-missing"; 4].into_iter().zip([1, 2, 3, 5]).collect::<Vec<_>>();
    assert_eq!(lines_of(text), expected);
    let worker =
        CompileOptions { script: ScriptOptions { has_script: true, ..Default::default() }, ..workers() };
    let found = of_redirects(text, &worker);
    assert!(found.iter().all(|(kind, line, _)| (*kind, *line) != ("redirect-to-missing", 1)), "{found:?}");
    let single_page = with(HtmlHandling::AutoTrailingSlash, NotFoundHandling::SinglePageApplication);
    assert_eq!(of_redirects("/a /nowhere 301\n", &single_page), []);
}

#[test]
fn rewrite_whose_target_redirects_is_no_rewrite() {
    let found = of_redirects("/a /about.html 200\n/b /docs 200\n/c /app 200\n", &workers());
    let lines: Vec<_> = found.iter().map(|(kind, line, _)| (*kind, *line)).collect();
    assert_eq!(lines, [("rewrite-redirects", 1), ("rewrite-redirects", 2)]);
    assert!(
        found[1].2.contains("answers 307 `/docs/`") && found[1].2.ends_with("write `/docs/` as its target")
    );
}

#[test]
fn rule_that_answers_in_place_of_files_says_of_how_many() {
    let found = of_redirects("/about /app 301\n/docs/* /app 301\n", &workers());
    let told: Vec<_> = found.iter().map(|(kind, line, message)| (*kind, *line, message.as_str())).collect();
    assert_eq!(
        told,
        [
            ("redirect-hides-file", 1, "answers in place of a file of the site, that at `/about`"),
            (
                "redirect-hides-file",
                2,
                "answers in place of 2 files of the site, such as the one at `/docs/`"
            ),
        ]
    );
    assert_eq!(of_redirects("/docs/* /docs/:splat 200\n", &workers()), [], "it shows the same files");
}

#[test]
fn rule_behind_the_worker_is_pointed_out() {
    let options = worker_first(true, &["/api/*", "!/api/docs/*"]);
    let redirects = "/api/old /about\n/api/docs/old /about\n";
    let files = [("_redirects", redirects), ("about.html", ""), ("api/docs/index.html", "")];
    let found = warnings(files, &options);
    assert_eq!(places(&found), [("redirect-behind-script", Some("_redirects"), Some(1))]);
    let found = warnings([("index.html", "")], &options);
    assert_eq!(places(&found), [("run-worker-first-no-file", None, None)], "the exclusion excludes nothing");
}

#[test]
fn patterns_of_run_worker_first_are_looked_over() {
    let files =
        [("about.html", ""), ("docs/index.html", ""), ("x.txt", ""), ("_redirects", "/moved /about\n")];
    let said = |has_script, rules: &[&str]| warnings(files, &worker_first(has_script, rules));
    assert_eq!(said(true, &["/api/*", "/about", "/docs/", "/x.txt", "!/docs/*"]), []);
    assert_eq!(places(&said(true, &["/moved"])), [("redirect-behind-script", Some("_redirects"), Some(1))]);
    let found =
        said(true, &["/about.html", "/docs", "/login", "/café/*", "/a b", "/x?y", "/a/../b", "!/static/*"]);
    assert_eq!(
        places(&found),
        [
            ("run-worker-first-unmatchable", None, None),
            ("run-worker-first-unmatchable", None, None),
            ("run-worker-first-unmatchable", None, None),
            ("run-worker-first-unmatchable", None, None),
            ("run-worker-first-other-form", None, None),
            ("run-worker-first-other-form", None, None),
            ("run-worker-first-no-file", None, None),
            ("run-worker-first-no-file", None, None),
        ]
    );
    let text: Vec<_> = found.iter().map(|warning| warning.message.as_str()).collect();
    assert!(text[2].contains("write `/caf%C3%A9/*`"), "{}", text[2]);
    assert!(text[3].contains("no request path has a `?`"));
    assert!(text[4].contains("redirects to `/about`") && text[5].contains("redirects to `/docs/`"));
    assert!(text[6].starts_with("`!/static/*` of `run_worker_first` matches no file"));
    assert_eq!(places(&said(false, &["/api/*"])), [("worker-missing", None, None)]);
}

#[test]
fn not_found_pages_that_are_none_are_named() {
    let files = [
        ("404.html", ""),
        ("fr/404/index.html", ""),
        ("de/404.htm", ""),
        ("es/404.HTML", ""),
        ("it/404.html/index.html", ""),
        ("nl/404/index.html", "beside a real one"),
        ("nl/404.html", ""),
    ];
    let found = warnings(files, &workers());
    let files_named: Vec<_> = places(&found).into_iter().filter_map(|(_, file, _)| file).collect();
    assert_eq!(files_named, ["/de/404.htm", "/es/404.HTML", "/fr/404/index.html", "/it/404.html/index.html"]);
    assert!(found[2].message.contains("a miss in `/fr/` gets `/404.html`"), "{}", found[2]);
    assert!(found.iter().all(|warning| warning.kind == WarningKind::MisplacedNotFoundPage));
    for handling in [NotFoundHandling::None, NotFoundHandling::SinglePageApplication] {
        let found = warnings(files, &with(HtmlHandling::AutoTrailingSlash, handling));
        assert_eq!(places(&found), [("unused-not-found-page", Some("/404.html"), None)]);
    }
}

#[test]
fn files_that_the_platform_refuses_or_never_serves_are_named() {
    let found = warnings(
        [("foo.html", "a"), ("foo/.html", "b"), ("bar.html", "c"), ("bar/index.html", "d")],
        &workers(),
    );
    assert_eq!(places(&found), [("unserved-file", Some("/foo/.html"), None)]);
    let found = warnings([(".../x", ""), ("a/.../x", "")], &workers());
    assert_eq!(places(&found), [("name-refused", Some("/.../x"), None)]);
    let found = warnings([("_worker.js", "")], &workers());
    assert_eq!(places(&found), [("worker-script-as-asset", Some("/_worker.js"), None)]);
    assert_eq!(warnings([("_worker.js", ""), (".assetsignore", "")], &workers()), [], "said so on purpose");
    let root = site([("small", "")]);
    fs::File::create(root.path().join("large")).unwrap().set_len((25 << 20) + 1).unwrap();
    assert_eq!(
        places(&compiled(root.path(), &workers()).warnings),
        [("file-too-large", Some("/large"), None)]
    );
}

#[test]
fn names_that_differ_only_in_case_are_information() {
    let root = site([("About.html", "a"), ("about.html", "b"), ("É", ""), ("é", "")]);
    if fs::read_dir(root.path()).unwrap().count() < 4 {
        return; // The disk knows no case.
    }
    let found = compiled(root.path(), &workers()).warnings;
    let case = "differs-in-case";
    assert_eq!(places(&found), [(case, Some("/About.html"), None), (case, Some("/É"), None)]);
    assert!(compile(root.path(), &CompileOptions { strict: true, ..workers() }, &()).is_ok());
}

#[test]
fn too_many_files_are_counted() {
    let root = tempfile::tempdir().unwrap();
    for number in 0..20_001 {
        fs::write(root.path().join(number.to_string()), "").unwrap();
    }
    assert_eq!(places(&compiled(root.path(), &pages()).warnings), [("too-many-files", None, None)]);
    let found = compiled(root.path(), &workers()).warnings;
    assert_eq!(places(&found), [("too-many-files-for-free", None, None)]);
    assert_eq!(found[0].severity, Severity::Information);
}

#[test]
fn warnings_are_errors_if_strict_and_information_is_not() {
    let strict = CompileOptions { strict: true, ..workers() };
    let root = site([("index.html", ""), ("about.html", ""), ("_redirects", "/about / 301\n")]);
    assert_eq!(
        places(&compiled(root.path(), &strict).warnings),
        [("redirect-hides-file", Some("_redirects"), Some(1))]
    );
    write(root.path(), "_redirects", "/a /b\n/b /a\n");
    match compile(root.path(), &strict, &()) {
        Err(CompileError::Strict { notes }) => assert_eq!(notes.len(), 2),
        other => panic!("{other:?}"),
    }
}

#[test]
fn text_shows_twenty_of_a_kind_and_counts_the_rest() {
    let redirects: String = (0..25).map(|n| format!("/a{n} /nowhere 301\n")).collect();
    let found = warnings([("_redirects", redirects.as_str()), ("fr/404/index.html", "")], &workers());
    let lines = warning_lines(&found);
    assert_eq!((found.len(), lines.len()), (26, 22));
    assert_eq!(lines[21].1, "and 5 more of this kind [redirect-to-missing]");
    assert!(lines[1].1.starts_with("_redirects line 1: ") && lines[1].1.ends_with(" [redirect-to-missing]"));
}

#[test]
fn json_names_kind_severity_and_place() {
    let found = warnings([("_redirects", "/a /nowhere\n")], &workers());
    let json = serde_json::to_value(&found).unwrap();
    let expected = serde_json::json!([{
        "kind": "redirect-to-missing", "severity": "warning", "file": "_redirects", "line": 1,
        "message": "`/a` -> `/nowhere`, which is not served (404); name a path that is, or drop the rule",
    }]);
    assert_eq!(json, expected);
    let mut names: Vec<_> = WarningKind::ALL.iter().map(|kind| kind.as_str()).collect();
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), WarningKind::ALL.len());
}

/// `docs/REDIRECTS.md` shows what `compile` says about the example; here is what it does say.
#[test]
fn redirects_page_shows_what_compile_says() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    let page = fs::read_to_string(root.join("docs/REDIRECTS.md")).unwrap().replace("\r\n", "\n");
    let output = tempfile::tempdir().unwrap();
    let run = std::process::Command::new(support::binary())
        .args(["compile", "examples/moved-docs/public", "--config", "examples/moved-docs/wrangler.jsonc"])
        .args(["--format", "json", "-o"])
        .arg(output.path().join("x"))
        .current_dir(root)
        .output()
        .unwrap();
    let summary: Value = serde_json::from_slice(&run.stdout).unwrap();
    let text = |name: &str, end: fn(&Value) -> String| -> Vec<String> {
        let line = |item: &Value| {
            let (file, line) = (item["file"].as_str().unwrap(), item["line"].as_u64().unwrap());
            format!("{file} line {line}: {}{}", item["message"].as_str().unwrap(), end(item))
        };
        summary[name].as_array().unwrap().iter().map(line).collect()
    };
    let notes = text("rule_notes", |_| String::new());
    let warnings = text("warnings", |warning| format!(" [{}]", warning["kind"].as_str().unwrap()));
    let shown = |label: &str| -> Vec<String> {
        page.lines().filter_map(|line| Some(line.strip_prefix(label)?.to_owned())).collect()
    };
    assert_eq!(shown("note: "), notes);
    assert_eq!(shown("warning: "), warnings);
    for kind in WarningKind::ALL {
        let row = format!("| `{kind}` | {} |", kind.meaning().trim());
        assert!(page.contains(&row), "{row}");
    }
}
