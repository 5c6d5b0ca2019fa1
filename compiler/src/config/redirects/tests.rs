use super::*;
use crate::config::rule_url::{RequestUrl, Scheme};
use crate::options::{HtmlHandling, Platform};

const WORKERS: RedirectOptions =
    RedirectOptions { platform: Platform::Workers, html_handling: HtmlHandling::AutoTrailingSlash };
const PAGES: RedirectOptions = RedirectOptions { platform: Platform::Pages, ..WORKERS };

/// The rules in short: line, source, target, status.
fn rules(text: &str) -> Vec<(u32, String, String, u16)> {
    let rules = parse(text, WORKERS).rules.into_iter();
    rules.map(|rule| (rule.line, rule.from, rule.to.as_str().to_owned(), rule.status)).collect()
}

fn statuses(text: &str) -> Vec<u16> {
    rules(text).into_iter().map(|(.., status)| status).collect()
}

/// The notes in short: line, reason.
fn notes(text: &str) -> Vec<(u32, RedirectReason)> {
    parse(text, WORKERS).notes.into_iter().map(|note| (note.line, note.reason)).collect()
}

/// What a request for a path and query on `http://example.com` is answered.
fn answer(text: &str, options: RedirectOptions, url: &str) -> Option<(u16, String)> {
    let redirects = parse(text, options);
    let (path, query) = url.split_at(url.find('?').unwrap_or(url.len()));
    let request = RequestUrl { scheme: Scheme::Http, host: "example.com", path, query };
    let matched = redirect(&redirects, path)?;
    let status = redirects.rules[matched.rule_index].status;
    let answer = if status == 200 { rewrite } else { location };
    Some((status, answer(&redirects, &matched, &request).unwrap_or_else(|error| error.to_string())))
}

fn on_workers(text: &str, url: &str) -> Option<String> {
    answer(text, WORKERS, url).map(|(_, location)| location)
}

fn on_pages(text: &str, url: &str) -> Option<String> {
    answer(text, PAGES, url).map(|(_, location)| location)
}

fn location_is(text: &str, url: &str, expected: &str) {
    assert_eq!(on_workers(text, url).as_deref(), Some(expected), "{url} by {text}");
}

#[test]
fn line_is_source_target_and_status_with_302_as_default() {
    assert_eq!(
        rules("/a /b\n\n  /c\t/d   301 \r"),
        [(1, "/a".into(), "/b".into(), 302), (3, "/c".into(), "/d".into(), 301)]
    );
}

#[test]
fn comment_needs_white_space_before_it() {
    assert_eq!(
        rules("/c /about # here\n/d /about 301 # c\n/e /about#x 301\n# f\n   # g"),
        [
            (1, "/c".into(), "/about".into(), 302),
            (2, "/d".into(), "/about".into(), 301),
            (3, "/e".into(), "/about#x".into(), 301)
        ]
    );
}

#[test]
fn comment_with_a_line_end_of_another_kind_in_it_is_no_comment() {
    assert_eq!(notes("/a /b # c\rd"), [(1, RedirectReason::WordCount { found: 5 })]);
    assert_eq!(rules("/a /b\r# d"), [(1, "/a".into(), "/b".into(), 302)]);
}

#[test]
fn status_is_any_javascript_number_of_the_right_value() {
    assert_eq!(statuses("/a /b 3.01e2\n/b /b 0x12D\n/c /b +301.\n/d /b 0301\n/e /b 0b100101101"), [301; 5]);
    let found = |found: &str| RedirectReason::Status { found: found.to_owned() };
    for word in ["304", "301!", "-301", "0x", "1e400", "Infinity", "30_1", "inf", "3e2"] {
        assert_eq!(notes(&format!("/a /b {word}")), [(1, found(word))]);
    }
}

#[test]
fn target_is_a_path_or_on_https() {
    assert_eq!(rules("/a https://h//x//y?q=1#f 301"), [(1, "/a".into(), "https://h/x//y?q=1#f".into(), 301)]);
    for target in ["http://h/", "mailto:a@b.c", "about", "ftp://x/y", "https://"] {
        assert_eq!(notes(&format!("/a {target}")), [(1, RedirectReason::TargetNotAllowed)]);
    }
    assert_eq!(notes("https://example.com/a /b"), [(1, RedirectReason::SourceHasHost)]);
}

#[test]
fn first_rule_of_a_path_wins_also_when_it_is_then_refused() {
    assert_eq!(rules("/a /1\n/a /2").len(), 1);
    assert_eq!(notes("/a /1\n/x/../a /2"), [(2, RedirectReason::Duplicate { first: 1 })]);
    assert_eq!(
        notes("/a https://h/ 200\n/a /2"),
        [(1, RedirectReason::RewriteToHost), (2, RedirectReason::Duplicate { first: 1 })]
    );
    assert_eq!(rules("/a /b 999\n/a bare\n/a /2").len(), 1);
}

#[test]
fn rule_that_html_handling_would_send_back_is_ignored() {
    for line in ["/* /index.html 200", "/ /index", "/x/ /x/index.html", "/v/* /v/indexXhtml"] {
        assert_eq!(notes(line), [(1, RedirectReason::Loop)], "{line}");
    }
    assert!(notes("/y/ https://o.example/index.html\n/w/* /w/indexhtml\n/app/* /app/").is_empty());
    let without_html = RedirectOptions { html_handling: HtmlHandling::None, ..WORKERS };
    assert_eq!(parse("/ /index", without_html).rules.len(), 1);
    assert_eq!(parse("/* /index", without_html).rules.len(), 0);
    assert_eq!(
        parse("/ /index", RedirectOptions { platform: Platform::Pages, ..without_html }).rules.len(),
        0
    );
}

#[test]
fn rules_below_a_dynamic_one_are_dynamic() {
    let redirects = parse("/a /1\n/b/* /2\n/c /3", WORKERS);
    let kinds: Vec<_> = redirects.rules.iter().map(|rule| rule.kind).collect();
    assert_eq!(kinds, [RuleKind::Static, RuleKind::Dynamic, RuleKind::Dynamic]);
    assert_eq!(notes("/a /1\n/b/* /2\n/c /3"), [(3, RedirectReason::DynamicByPosition { line: 2 })]);
    // A dynamic rule that was refused makes the rest count as dynamic, but they still match as static
    // rules.
    assert_eq!(parse("/b/* bare\n/c /3", WORKERS).rules[0].kind, RuleKind::Static);
}

#[test]
fn static_rules_beyond_2000_are_skipped_one_by_one() {
    let text: String = (0..2002).map(|i| format!("/s{i} /t\n")).collect();
    let redirects = parse(&format!("{text}/d/* /t"), WORKERS);
    assert_eq!(redirects.rules.len(), 2001);
    assert_eq!(redirects.rules.last().map(|rule| rule.line), Some(2003));
    assert!(redirects.notes.iter().all(|note| note.reason == RedirectReason::TooManyStatic));
    assert_eq!(redirects.notes.len(), 2);
}

#[test]
fn hundred_and_first_dynamic_rule_ends_the_file() {
    let text: String =
        (0..101).map(|i| format!("/d{i}/* {}\n", if i == 5 { "bare" } else { "/t" })).collect();
    let redirects = parse(&format!("{text}\n# c\n/x /y\nnonsense"), WORKERS);
    assert_eq!(redirects.rules.len(), 99);
    let last: Vec<_> = redirects.notes.into_iter().map(|note| (note.line, note.reason)).skip(1).collect();
    assert_eq!(
        last,
        [
            (101, RedirectReason::TooManyDynamic),
            (104, RedirectReason::BelowTooManyDynamic { line: 101 }),
            (105, RedirectReason::BelowTooManyDynamic { line: 101 })
        ]
    );
}

#[test]
fn line_is_measured_in_utf16_units_after_trimming() {
    let line = |count: usize| format!("  /{} /b  ", "é".repeat(count));
    assert_eq!(rules(&line(1996)).len(), 1);
    assert_eq!(notes(&line(1997)), [(1, RedirectReason::LineTooLong { units: 2001 })]);
    assert_eq!(rules(&format!("/{} /b", "\u{1f600}".repeat(998))).len(), 1);
    assert_eq!(parse(&line(5000), WORKERS).notes[0].text.chars().count(), 201);
}

#[test]
fn invalid_pattern_is_counted_and_remembered_but_never_matches() {
    let redirects = parse("/a/*/b/* /x\n/:x/:x /y\n/:x/:x /z", WORKERS);
    assert_eq!(redirects.rules.len(), 2);
    assert!(redirects.rules.iter().all(|rule| rule.pattern.is_none()));
    assert_eq!(redirect(&redirects, "/q/q"), None);
    let message = redirects.notes[0].to_string();
    assert!(message.contains("ignored by the platform, because its pattern is invalid"), "{message}");
}

#[test]
fn rules_that_are_taken_otherwise_than_they_look_are_noted() {
    let unknown = RedirectReason::UnknownName { name: "slug".into() };
    assert_eq!(notes("/a /:slug"), [(1, unknown)]);
    let prefix = RedirectReason::NamePrefix { name: "ab".into(), prefix: "a".into() };
    assert_eq!(notes("/:a /:ab"), [(1, prefix)]);
    assert_eq!(notes("/a?q=1 /b"), [(1, RedirectReason::SourceQuery { from: "/a".into() })]);
    assert_eq!(notes("/a^ /b"), [(1, RedirectReason::UnmatchableCharacter { character: '^' })]);
    assert_eq!(notes("/.. /b"), [(1, RedirectReason::EmptySource)]);
    assert_eq!(notes("/a https://h:99999/"), [(1, RedirectReason::TargetUnparsable)]);
    assert!(!RedirectReason::TargetUnparsable.is_ignored() && RedirectReason::EmptySource.is_ignored());
}

#[test]
fn static_rules_come_before_dynamic_ones_and_those_in_file_order() {
    let text = "/a /first\n/b/x /static\n/b/* /dyn1/:splat\n/b/:y /dyn2\n/c/:y /dyn3\n/c/x /late";
    location_is(text, "/a", "/first");
    location_is(text, "/b/x", "/static");
    location_is(text, "/b/y", "/dyn1/y");
    location_is(text, "/c/x", "/dyn3");
    assert_eq!(on_workers(text, "/A"), None);
}

#[test]
fn query_of_the_target_replaces_that_of_the_request() {
    location_is("/q /about", "/q?k=v", "/about?k=v");
    location_is("/q /about?x=1", "/q?k=v", "/about?x=1");
    location_is("/q /about#sec", "/q?k=v", "/about?k=v#sec");
    location_is("/q https://o.example/p#frag", "/q?k=v", "https://o.example/p?k=v#frag");
    location_is("/q https://example.com/about", "/q", "https://example.com/about");
    location_is("/p* /a/../..?k=v", "/pX?z", "/pX?k=v");
}

#[test]
fn marks_with_nothing_behind_them_stay_in_a_location_on_another_host() {
    location_is("/e/* https://o.example/?:splat", "/e/?k=v", "https://o.example/??k=v");
    location_is("/e/* https://o.example/p#:splat", "/e/?k=v", "https://o.example/p#?k=v");
    location_is("/e/* /p?:splat#:splat", "/e/?k=v", "/p?k=v");
}

#[test]
fn slashes_are_collapsed_on_workers_in_relative_targets_of_dynamic_rules_only() {
    let text = "/tors //evil.example/x\n/dot/* /:splat?u=a//b\n/ext/* https://o.example//a/:splat";
    location_is(text, "/dot//evil.example/x", "/evil.example/x?u=a/b");
    assert_eq!(on_pages(text, "/dot//evil.example/x").as_deref(), Some("http://evil.example/x?u=a//b"));
    location_is(text, "/tors", "http://evil.example/x");
    location_is(text, "/ext//b", "https://o.example/a//b");
}

#[test]
fn target_that_does_not_parse_is_an_error() {
    let text = "/r/:x https://:x.example/";
    location_is(text, "/r/one", "https://one.example/");
    let message = on_workers(text, "/r/:x").unwrap();
    assert!(message.contains("status 500"), "{message}");
}

#[test]
fn rewrite_gives_the_path_of_the_target() {
    let text = "/users/* /users/:splat/../id?z=1#f 200\n/up/* /../about 200";
    assert_eq!(answer(text, WORKERS, "/users/7?k=v"), Some((200, "/users/id".into())));
    assert_eq!(answer(text, WORKERS, "/up/x"), Some((200, "/about".into())));
}

#[test]
fn very_large_files_are_read() {
    let text: String = (0..100_000).map(|i| format!("/s{i} /t {}\n", i % 7)).collect();
    assert_eq!(parse(&text, WORKERS).notes.len(), 100_000);
    let line = format!("/{} {}", "a#".repeat(1 << 19), "\t #".repeat(1 << 19));
    assert_eq!(parse(&line, WORKERS).notes.len(), 1);
}
