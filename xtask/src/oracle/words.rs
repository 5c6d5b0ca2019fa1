//! What random sites, rules and requests are made of: lists, no logic. Each entry is there because some rule, parser or encoding
//! treats it in its own way.

/// Names of files and folders.
pub(super) const NAMES: &[&str] = &[
    "a", "b", "foo", "index", "404", "A", "x y", "é", "e\u{301}", "[s]", "a+b", "%41", "%2F", "a.b", "~t", "(p)", "a&b", "c;d", "@u",
    "a=b", "$x", "a,b", "a:b", "a|b", "{c}", "^", "`q`", "\"q\"", "<t>", "a'b", "a!", "a*", "😀", "\u{feff}", "nb\u{a0}sp", " lead",
    "trail ", "a?b", "a#b", "%", "%zz", "100%", "..x", ".well-known", "Index", "back\\slash", "tab\tname", "line\nbreak", "ﬁ", "ß",
    "İ", "cdn-cgi", "docs", "%25", "ls\u{2028}", ":a", "_image", "_next", "old", "new", "x",
];

/// Names of files that are no pages.
pub(super) const OTHER_FILES: &[&str] = &[
    "style.css", "app.js", "data.json", "pic.svg", "c", "html", ".html", ".htaccess", "a.html.gz", "x.HTML", "x.htm", "noext.", "a.Js",
    "a.unknown", "README.md", "feed.xml", "404.htm", "404.HTML", "index.htm", "INDEX.HTML", "a.wasm",
];

/// Files that one platform or the other never serves, at the root or everywhere, and some that are nearly that.
pub(super) const UNSERVED: &[&str] = &[
    "/_worker.js", "/functions/api.js", "/node_modules/a.js", "/.DS_Store", "/.git/HEAD", "/a/node_modules/b.html", "/a/.DS_Store",
    "/.wrangler/x", "/a/functions/x.js", "/a/_redirects", "/a/_headers", "/a/_worker.js", "/node_modules.html", "/functions.html",
    "/a/_routes.json", "/.assetsignore", "/a/.assetsignore", "/a/.wrangler/x", "/a/.git/x", "/.gitignore",
];

/// What may hang on a stem.
pub(super) const SHAPES: &[&str] = &[
    "", ".html", "/index.html", "/index", "/404.html", "/x.html", "/index/index.html", "/index.html/index.html", ".html/index.html",
    ".HTML", "/index/index", "/index.html/404.html", "/404.html/index.html", "/.html", "/404/index.html",
];

/// What a request takes off a file's path.
pub(super) const ENDINGS: &[&str] = &[".html", "/index.html", "index.html", "/index", "/404.html", ".HTML"];

/// What a request puts on.
pub(super) const SUFFIXES: &[&str] = &[
    "", "", "", "/", "/", ".html", "/index", "/index/", "/index.html", "/index.html/", ".html/", "/index/index", "/index/index.html",
    "/404", "/404.html", "/nope", "/nope/deep/er", ".HTML", "//", "index", "x", "/index/index/", "/x.html",
];

/// Paths that most sites do not have.
pub(super) const MISSES: &[&str] = &[
    "/", "/nope", "/nope.html", "/nope/", "/nope/index", "/nope/index/", "/nope/index.html", "/a/b/c/d", "/404", "/cdn-cgi/x",
    "/cdn-cgi/../x", "/_worker.js", "/_redirects", "/_headers", "/_routes.json", "/.assetsignore",
];

/// Queries, one with a fragment.
pub(super) const QUERIES: &[&str] = &[
    "?", "?x=1", "?a=/../b", "??", "?x=%2F&y=%zz", "?é", "?a'b\"c<d>", "?`{}^|\\", "?a//b", "?%3F#", "?x=1?y=2", "?$&",
];

/// Put in somewhere: malformed or odd escapes, and characters that must not stand raw.
pub(super) const INSERTS: &[&str] = &[
    "%", "%G1", "%4", "%C3", "%E0%A4", "%ED%A0%80", "%FF", "%00", "%EF%BB%BF", "%C2%A0", "%09", "%0a", "%20", "%25", "%5C", "%5c",
    "%2F", "%2f", "é", "😀", "\u{feff}", ";", "=", "&", "|", "^", "{", "\"", "<", "`", "~", "%c3%a9", "%C3%A9", "%2e", "%2E%2e", "\\",
    "%3F", "%23", "*", "'", ":", "%E2%80%A8",
];

/// Put in as a segment of its own.
pub(super) const SEGMENTS: &[&str] =
    &["/", "/.", "/x/..", "/%2e", "/x/%2E%2e", "/..", "/./", "/.%2E", "/../x", "/%2e%2e%2f", "/...", "/cdn-cgi\\x", "/cdn-cgi/../x"];

/// What only a URL parser may meet, since on a request line it means something else.
pub(super) const UNPARSED: &[&str] =
    &[" ", "\t", "\r", "\n", "\\", "#", "/\\", "\\..\\", " #x", "\u{1}", "\u{7f}", "\0"];

/// Methods, with weights.
pub(super) const METHODS: &[(usize, &str)] =
    &[(80, "GET"), (8, "HEAD"), (6, "POST"), (2, "PUT"), (2, "OPTIONS"), (1, "DELETE"), (1, "PATCH")];

/// Hosts, with weights: redirects and header rules may look at them.
pub(super) const HOSTS: &[(usize, &str)] =
    &[(90, "example.com"), (4, "www.example.com"), (3, "example.com:8080"), (3, "other.example")];

/// Request headers.
pub(super) const HEADERS: &[(&str, &str)] = &[
    ("authorization", "Basic eDp5"), ("range", "bytes=0-3"), ("sec-fetch-mode", "navigate"), ("if-none-match", "*"),
    ("if-modified-since", "Wed, 21 Oct 2065 07:28:00 GMT"), ("accept-encoding", "gzip, br"), ("if-none-match", "\"\""),
    ("cookie", "a=b"), ("if-match", "\"x\""), ("sec-fetch-mode", "cors"),
];

/// What is put round an entity tag; only the empty ones and `W/` are a match.
pub(super) const AROUND_TAG: &[(&str, &str)] =
    &[("", ""), ("", ""), ("W/", ""), ("w/", ""), ("\"x\", ", ""), ("", ", \"x\""), ("*, ", ""), ("W/W/", "")];

/// What the router may not let a Worker pass on.
pub(super) const GUARDED: &[&str] = &[
    "/_image?href=//other.example/x.png", "/_image?href=//example.com/x.png", "/_image?href=/x.png", "/_image",
    "/_image?href=https://other.example/x.png", "/_image?href=%2F%2Fother.example/x", "/_image/?href=//other.example/x",
    "/_next/image?url=https://other.example/x.png", "/_next/image?url=https://example.com/x.png", "/_next/image?url=/x.png",
    "/_next/image?url=http://example.com/x", "/_next/image?url=//other.example/x", "/_next/image?url=%68ttps://other.example/x",
    "/_next/image/?url=https://other.example/x", "/%5Fimage?href=//other.example/x", "/_image?x=1&href=//other.example/x",
    "/_next/image?w=1&url=https%3A%2F%2Fother.example%2Fx", "/_image?href=\\\\other.example/x", "/_image?href=//",
    "/docs/_next/image?url=x", "/_next/image?url=", "/_next/image?url&url=x", "/_image?href=//example.com@other.example/",
    "/_image?href=//EXAMPLE.com:99/x", "/_image?href=//[::1]/x", "/_image?href=//a+b/x", "/_image?hr%65f=//other.example/",
    "/_image?href=//%00/", "/_image?href=///other.example", "/_image?href=//ex%61mple.com/", "/_image?href=//1.2.3/x", "/x_next/image?url=x",
];

/// Paths and patterns of rules.
pub(super) const PATTERNS: &[&str] = &[
    "/*", "/:a", "/:a/:b", "/old", "/old/*", "/:slug.html", "/x/:a/*", "/blog/:year/:slug", "/*.html", "/a*b", "/*/index.html", "/:a/x",
    "/é", "/%C3%A9", "/%c3%a9", "/x%20y", "/[s]", "/%5Bs%5D", "/a+b", "/a//b", "/./a", "/a/../b", "/..", "/a?x=1", "/a#b", "/:a/:ab",
    "/*/*", "/:splat/*", "/:1x", "/:_x", "/^x", "/back\\slash", "/a.b", "/(p)", "/a|b", "/{c}", "/%2F", "old", "/:", "/::a", "/:a-:b",
    "/:a:b", "/$x", "/*x*", "/:a/*/:b", "/", "//", "//x", "/<t>", "/\"q\"", "/:A/:a", "/dot/*", "/%zz", "/:a/:a", "/:ab/:a", "/a/:b.html",
    "/:é", "/x:a", "/%2e%2e/x", "/%61", "/a%2Fb", "/:a_b/:c", "/:a*", "/*:a", "https://example.com/x", "http://example.com/x", "/a\\b/*",
];

/// Where redirects go.
pub(super) const TARGETS: &[&str] = &[
    "/", "/new", "/new/:splat", "/:splat", "/:a", "/:b/:a", "/x/:slug?y=:year", "/new#frag", "/new?q=1", "/new?q=1#f", "/:unknown",
    "https://other.example/:splat", "https://other.example", "https://:a.example/x", "https://example.com/:splat", "http://example.com/x",
    "//evil.example/:splat", "/..", "/a//b", "/./x", "about", "mailto:a@b", "/index", "/index.html", "/x/index.html",
    "/:splat/index.html", "/é", "/%C3%A9", "/$&", "/[s]", "/x y", "/new?u=:splat", "/:a:b", "/:ab", "/%2e%2e/x", "https://h:8080/x",
    "https://h//x//y", "/caret^", "/\\host", "?q=1", "#f", "/a/../..?k=v", "/new?u=a//b", "https://[::1]/x", "https://ex ample/",
    "/:splat?", "/404", "/404.html", "https://EXAMPLE.com/a", "https://other.example?x", "/nope/:splat", "https://u:p@h.example/x",
    "https://h.example:443/x", "https://0x7f.1/x", "https://1.2.3/x", "https://256.256.256.256/", "https://a_b.example/",
    "https://h%41.example/", "https:///x", "https://", "HTTPS://h.example/x", "https:h.example", "https://:a/:b", "https://h.example:x/",
    "https://h.example#f", "https://:splat/x", "/:a?:b#:splat", "/x/%zz", "/x/%", "/indexXhtml", "/x/index?q", "/x/index#f", "/x/index/",
    "https://h.example:99999/", "https://[::1", "https://h.example.:80/", "/:splat//:splat", "/a\\..\\b", "https://h.example\\x",
    "https://xn--bcher-kva.example/", "https://bücher.example/x", "/new?:a=:b&x=%20", "//", "///x", "/:", "https://h<x>.example/",
];

/// The third column of a redirect, with weights.
pub(super) const STATUSES: &[(usize, &str)] = &[
    (60, ""), (44, "200"), (16, "301"), (16, "302"), (12, "303"), (12, "307"), (16, "308"), (4, "404"), (4, "0x12D"), (2, "3.01e2"),
    (2, "200!"), (2, "abc"), (2, "0"), (2, "301.0"), (2, "+302"), (2, "99999"), (1, "0b100101101"), (1, "0o455"), (1, "1_000"),
    (1, "Infinity"), (1, "0x"), (1, ".301e3"), (1, "301n"), (1, "-301"), (1, "00301"), (1, "3.02E2"), (1, "0X12D"), (1, "30.1e1"),
    (1, "200.0000000000000001"), (1, "2e2"), (1, "301."), (1, "3_01"), (1, "NaN"), (1, "1e400"), (1, "0x12d.0"), (1, "３０１"),
];

/// Between the columns of a redirect, with weights.
pub(super) const GAPS: &[(usize, &str)] = &[(80, " "), (10, "  "), (8, "\t"), (2, "\u{a0}"), (1, "\u{2028}"), (1, "\u{3000}"), (1, "\u{b}")];

/// At the end of a redirect's line, with weights.
pub(super) const LINE_ENDS: &[(usize, &str)] = &[
    (84, "\n"), (5, "\r\n"), (5, " # note\n"), (2, "  \n"), (1, "\n\n"), (1, " extra token\n"), (1, "#note\n"), (1, "\t#x\n"), (1, "\r"),
];

/// Lines of `_redirects` that are no rules, or odd ones.
pub(super) const OTHER_LINES: &[&str] = &[
    "# a comment\n", "\n", "   \n", "/only-one\n", "/a /b 302 # c\n", "/e /about#x\n", "\u{feff}/bom /x\n", "  /indented /x\n", "#/a /b\n",
    "/a\u{85}/b\n", "/x\u{0}y /b\n", "/x\u{7f} /b\n", "/a /b 302 Country=us\n", "/a k=:v /b 301\n",
];

/// Lines of `_headers` below a path.
pub(super) const HEADER_LINES: &[&str] = &[
    "x-a: 1", "X-A: 2", "x-b: :splat", "x-c: :a and :b", "x-d: a, b", "cache-control: no-cache", "Cache-Control: max-age=60",
    "etag: \"mine\"", "content-type: text/custom", "set-cookie: a=1", "Set-Cookie: b=2; Path=/", "location: /elsewhere", "! etag",
    "! ETag", "! cache-control", "! content-type", "! x-a", "! location", "! set-cookie", "!x-a", "! ", "!  x-a", "! x a", "x-empty:",
    ": value", "bad name: x", "no colon", "# comment", "x-url: https://a.example/b?c#d", "x-e: é",
    "access-control-allow-origin: https://a.example", "! access-control-allow-origin", "! referrer-policy",
    "x-content-type-options: other", "! x-content-type-options", "referrer-policy: no-referrer", "x-trail:  spaced  out  ",
    "x-colon: a:b:c", "link: </x>; rel=preload", "vary: accept", "x-f: :slug/:year :unknown", "x-tab:\tv", "! x-b",
    "x-dollar: $& :splat", "expires: 0", "x-robots-tag: noindex", "x-a: 3", "x-b: :a:b", "x-g: :splat:splat", "! X-B", "!",
    "x-h: \u{a0}nbsp\u{a0}", "etag: W/\"x\"", "! x-a:", "/x-a: v", "https: //x", "https://x: y", "x-b::splat", "_x: 1", "x.y: 1", "x'y: 1",
];

/// Header lines that no HTTP header may have. (Not among them: a name beyond ASCII. workerd sends it as it is, and no client can
/// read that answer.)
pub(super) const BROKEN_HEADER_LINES: &[&str] = &["x-paren(: 1", "x@y: 1", "! x(", "x\u{0}: 1", "x-z: a\u{1}b", "x-z: a\u{0}b", "\"x\": 1"];

/// Path lines of `_headers` with a host.
pub(super) const HOST_PATHS: &[&str] = &[
    "https://example.com/*", "https://:host.com/*", "https://other.example/*", "https://www.example.com/:a", "http://example.com/*",
    "https://example.com:8080/*", "https://:a.:b/*", "https://EXAMPLE.com/*", "ftp://example.com/*", "https://*.example.com/*", "https://*/*",
    "https://example.com", "https://:a/:b", "https://:a/*", "https://*", "HTTPS://example.com/*", "https://u@example.com/*", "x://y",
    "https://example.com/a//b", "https://example.com/./a/*", "https://:a.example.com/*", "https:/example.com/*",
];

/// What stands for a `*` or a `:name` in a request.
pub(super) const VALUES: &[&str] = &[
    "x", "y", "a/b", "", "index", "index.html", "404", "a%2Fb", "%C3%A9", "$&", "$$", "a//b", "x.html", "/evil.example/x", "2024", "a-b",
    "x:y", ":splat", ":a", "%20", "%zz", "a.b", "$'", "$1", "..%2f", "A", ":b", "$<a>", "a@b", "[", "a+b", "%5C", "x%0a", "80", "$", "$$$&",
];

/// Rules of `run_worker_first` and `_routes.json`.
pub(super) const ROUTER_RULES: &[&str] = &[
    "/*", "/api/*", "/api", "/*.html", "/a*", "/", "/x/*/y", "/%61pi/*", "/é/*", "/%C3%A9", "/*x", "/a//b", "/index", "/index.html",
    "/nope/*", "/*/index.html", "/a.b*", "/(p)", "/[s]*", "/a?b*", "/a+b", "/$x", "/:a", "/a/", "/**", "/a*b*c", "/_next/*", "/x/", "/nope",
    "/404.html", "/g|h", "/a\\b", "/^x", "/{c}", "/b{2}", "/a.", "//", "/x y",
];

/// Dates and flags that the platform takes together.
pub(super) const COMPATIBILITY: &[(&str, &[&str])] = &[
    ("2025-07-21", &[]), ("2025-03-31", &[]), ("2025-04-01", &[]), ("2024-01-01", &["assets_navigation_prefers_asset_serving"]),
    ("2025-06-01", &["assets_navigation_has_no_effect"]), ("2023-05-05", &["nodejs_compat"]),
];

/// Lines of `.assetsignore`.
pub(super) const IGNORE_LINES: &[&str] = &[
    "*.html", "!index.html", "/a", "a/", "b", "/foo/*", "**/index", "*/", "!*/", "*", "!*.html", "404.html", "/404.html", "docs/**", "x y*",
    "é*", "[a-f]*", "a?b", "\\[s\\]", "\\!x", "# note", "", "A", "*.JS", "!_redirects", "/.assetsignore", "node_modules", "index.html/",
    "**/404.html", "/*/index.html", "trail\\ ", "trail ", "!", "foo\\", "%41*", "{c}", "a+b*", "/old/", "!/old/index.html", ".*",
];
