//! Random `_redirects` and `_headers`: rules that hit the tree, rules that only nearly do, and lines the platforms ignore.

use super::random::Random;
use super::targets::canonical;
use super::tree::Tree;

/// The text of a rule file, and the paths and patterns its rules are about.
#[derive(Debug, Clone, Default)]
pub(super) struct RuleFile {
    /// What is in the file.
    pub(super) text: String,
    /// What requests should aim at.
    pub(super) aims: Vec<String>,
}

/// Paths and patterns that need no tree.
const PATTERNS: &[&str] = &[
    "/*",
    "/:a",
    "/:a/:b",
    "/old",
    "/old/*",
    "/:slug.html",
    "/x/:a/*",
    "/blog/:year/:slug",
    "/*.html",
    "/a*b",
    "/*/index.html",
    "/:a/x",
    "/é",
    "/%C3%A9",
    "/%c3%a9",
    "/x%20y",
    "/[s]",
    "/%5Bs%5D",
    "/a+b",
    "/a//b",
    "/./a",
    "/a/../b",
    "/..",
    "/a?x=1",
    "/a#b",
    "/:a/:ab",
    "/*/*",
    "/:splat/*",
    "/:1x",
    "/:_x",
    "/^x",
    "/back\\slash",
    "/a.b",
    "/(p)",
    "/a|b",
    "/{c}",
    "/%2F",
    "old",
    "/:",
    "/::a",
    "/:a-:b",
    "/:a:b",
    "/$x",
    "/*x*",
    "/:a/*/:b",
    "/",
    "//",
    "//x",
    "/<t>",
    "/\"q\"",
    "/:A/:a",
    "/dot/*",
    "/%zz",
];
const TARGETS: &[&str] = &[
    "/",
    "/new",
    "/new/:splat",
    "/:splat",
    "/:a",
    "/:b/:a",
    "/x/:slug?y=:year",
    "/new#frag",
    "/new?q=1",
    "/new?q=1#f",
    "/:unknown",
    "https://other.example/:splat",
    "https://other.example",
    "https://:a.example/x",
    "https://example.com/:splat",
    "http://example.com/x",
    "//evil.example/:splat",
    "/..",
    "/a//b",
    "/./x",
    "about",
    "mailto:a@b",
    "/index",
    "/index.html",
    "/x/index.html",
    "/:splat/index.html",
    "/é",
    "/%C3%A9",
    "/$&",
    "/[s]",
    "/x y",
    "/new?u=:splat",
    "/:a:b",
    "/:ab",
    "/%2e%2e/x",
    "https://h:8080/x",
    "https://h//x//y",
    "/caret^",
    "/\\host",
    "?q=1",
    "#f",
    "/a/../..?k=v",
    "/new?u=a//b",
    "https://[::1]/x",
    "https://ex ample/",
    "/:splat?",
    "/404",
    "/404.html",
    "https://EXAMPLE.com/a",
    "https://other.example?x",
    "/nope/:splat",
];
const STATUSES: &[(usize, &str)] = &[
    (30, ""),
    (22, "200"),
    (8, "301"),
    (8, "302"),
    (6, "303"),
    (6, "307"),
    (8, "308"),
    (2, "404"),
    (2, "0x12D"),
    (1, "3.01e2"),
    (1, "200!"),
    (1, "abc"),
    (1, "0"),
    (1, "301.0"),
    (1, "+302"),
    (1, "99999"),
];
const GAPS: &[(usize, &str)] = &[(80, " "), (10, "  "), (8, "\t"), (2, "\u{a0}")];
const LINE_ENDS: &[(usize, &str)] =
    &[(86, "\n"), (5, "\r\n"), (5, " # note\n"), (2, "  \n"), (1, "\n\n"), (1, " extra token\n")];
const OTHER_LINES: &[&str] =
    &["# a comment\n", "\n", "   \n", "/only-one\n", "/a /b 302 # c\n", "/e /about#x\n", "\u{feff}/bom /x\n"];

/// A `_redirects` for this tree.
pub(super) fn redirects(tree: &Tree, random: &mut Random) -> RuleFile {
    let mut file = RuleFile::default();
    for _ in 0..=random.below(8) {
        if random.chance(10) {
            file.text.push_str(random.pick(OTHER_LINES));
            continue;
        }
        let from = path_or_pattern(tree, random);
        let to = match random.below(100) {
            0..30 => path_in(tree, random),
            _ => random.pick(TARGETS).to_owned(),
        };
        let (gap, status) = (random.weighted(GAPS), random.weighted(STATUSES));
        file.text.push_str(&format!("{from}{gap}{to}{gap}{status}{}", random.weighted(LINE_ENDS)));
        file.aims.push(from);
    }
    file
}

const HEADER_LINES: &[&str] = &[
    "x-a: 1",
    "X-A: 2",
    "x-b: :splat",
    "x-c: :a and :b",
    "x-d: a, b",
    "cache-control: no-cache",
    "Cache-Control: max-age=60",
    "etag: \"mine\"",
    "content-type: text/custom",
    "set-cookie: a=1",
    "Set-Cookie: b=2; Path=/",
    "location: /elsewhere",
    "! etag",
    "! ETag",
    "! cache-control",
    "! content-type",
    "! x-a",
    "! location",
    "! set-cookie",
    "!x-a",
    "! ",
    "!  x-a",
    "! x a",
    "x-empty:",
    ": value",
    "bad name: x",
    "no colon",
    "# comment",
    "x-url: https://a.example/b?c#d",
    "x-e: é",
    "access-control-allow-origin: https://a.example",
    "! access-control-allow-origin",
    "! referrer-policy",
    "x-content-type-options: other",
    "! x-content-type-options",
    "referrer-policy: no-referrer",
    "x-trail:  spaced  out  ",
    "x-colon: a:b:c",
    "link: </x>; rel=preload",
    "! x-content-type-options",
    "vary: accept",
    "x-f: :slug/:year :unknown",
    "x-paren(: 1",
    "x-tab:\tv",
    "! x-b",
    "x-dollar: $& :splat",
    "expires: 0",
    "x-robots-tag: noindex",
];
const HOST_PATHS: &[&str] = &[
    "https://example.com/*",
    "https://:host.com/*",
    "https://other.example/*",
    "https://www.example.com/:a",
    "http://example.com/*",
    "https://example.com:8080/*",
    "https://:a.:b/*",
    "https://EXAMPLE.com/*",
    "ftp://example.com/*",
    "https://*.example.com/*",
    "https://*/*",
    "https://example.com",
];

/// A `_headers` for this tree.
pub(super) fn headers(tree: &Tree, random: &mut Random) -> RuleFile {
    let mut file = RuleFile::default();
    if random.chance(5) {
        file.text.push_str("  x-before: any path\n");
    }
    for _ in 0..=random.below(5) {
        let path = match random.below(100) {
            0..15 => random.pick(HOST_PATHS).to_owned(),
            15..30 => "/*".to_owned(),
            _ => path_or_pattern(tree, random),
        };
        file.text.push_str(&format!("{path}\n"));
        for _ in 0..random.below(4) {
            let line = random.pick(HEADER_LINES);
            let end = if random.chance(5) { "\r\n" } else { "\n" };
            file.text.push_str(&format!("  {line}{end}"));
        }
        file.aims.push(path);
    }
    file
}

fn path_or_pattern(tree: &Tree, random: &mut Random) -> String {
    match random.below(100) {
        0..35 => path_in(tree, random),
        35..50 => format!("{}/*", canonical(random.pick(&tree.folders()))),
        50..58 => format!("{}/:a", canonical(random.pick(&tree.folders()))),
        _ => random.pick(PATTERNS).to_owned(),
    }
}

/// A path of the tree, as a rule file spells it.
fn path_in(tree: &Tree, random: &mut Random) -> String {
    let files: Vec<&String> = tree.files.keys().collect();
    if files.is_empty() {
        return "/".to_owned();
    }
    let path = random.pick(&files);
    let stem = path.strip_suffix(".html").filter(|_| random.chance(70)).unwrap_or(path);
    let stem = stem.strip_suffix("index").filter(|_| random.chance(70)).unwrap_or(stem);
    match random.below(10) {
        0 => stem.replace(['\n', '\r'], ""),
        _ => canonical(stem),
    }
}

/// What stands for a `*` or a `:name` in a request.
const VALUES: &[&str] = &[
    "x",
    "y",
    "a/b",
    "",
    "index",
    "index.html",
    "404",
    "a%2Fb",
    "%C3%A9",
    "$&",
    "$$",
    "a//b",
    "x.html",
    "/evil.example/x",
    "2024",
    "a-b",
    "x:y",
    ":splat",
    ":a",
    "%20",
    "%zz",
    "a.b",
    "$'",
    "$1",
    "..%2f",
    "A",
];

/// A request target that the path or pattern is about, or nearly.
pub(super) fn target_for(aim: &str, random: &mut Random) -> String {
    let path = match aim.split_once("://") {
        Some((_, rest)) => rest.find('/').map_or("/", |at| &rest[at..]),
        None => aim,
    };
    let mut target = String::new();
    let mut rest = path;
    while let Some(first) = rest.chars().next() {
        let behind = &rest[first.len_utf8()..];
        let name_len = behind.find(|c: char| !c.is_ascii_alphanumeric() && c != '_').unwrap_or(behind.len());
        match first {
            '*' => target.push_str(random.pick(VALUES)),
            ':' if name_len > 0 && !random.chance(5) => {
                target.push_str(random.pick(VALUES));
                rest = &behind[name_len..];
                continue;
            }
            ' ' => target.push_str("%20"),
            '\\' | '\t' => target.push_str("%5C"),
            other => target.push(other),
        }
        rest = behind;
    }
    if !target.starts_with('/') {
        target.insert(0, '/');
    }
    match random.below(20) {
        0 => target.push('/'),
        1..5 => target.push_str(random.pick(&["?k=v", "?", "?a=1&b=/../x", "?é"])),
        _ => {}
    }
    target
}
