//! Request headers: lists, no logic. `{}` stands for an entity tag.

/// A header, and values that servers treat in different ways.
pub(super) type Choice = (&'static str, &'static [&'static str]);

/// What a request may carry beside what the cases have; `{}` is a tag of a file of the site. (Not among them: blanks behind a value.
/// workerd takes them for part of it, against RFC 9110, section 5.5, and hyper does not.)
pub(super) const CHOICES: &[Choice] = &[
    ("range", &[
        "bytes=0-3", "bytes=0-", "bytes=-5", "bytes=3-1", "bytes=0-0,2-3", "bytes=99999-", "bytes=-0", "items=0-1", "bytes=", "bytes=a-b",
        "BYTES=0-1", "bytes=0-1, 1-2, 2-3", "bytes 0-1", "bytes=0-18446744073709551616", "",
    ]),
    ("if-range", &["{}", "W/{}", "\"x\"", "{}, {}", "Wed, 21 Oct 2065 07:28:00 GMT", "x", ""]),
    ("if-modified-since", &[
        "Wed, 21 Oct 2065 07:28:00 GMT", "Wed, 21 Oct 2015 07:28:00 GMT", "Wednesday, 21-Oct-65 07:28:00 GMT", "Wed Oct 21 07:28:00 2065",
        "now", "0", "",
    ]),
    ("if-unmodified-since", &["Wed, 21 Oct 2015 07:28:00 GMT", "Wed, 21 Oct 2065 07:28:00 GMT", "never"]),
    ("if-match", &["*", "{}", "W/{}", "\"x\"", "\"x\", {}", "x", ""]),
    ("if-none-match", &[
        "*", "W/*", "\"*\"", "\"x\"", "x", "\"", "", "W/", "W/\"\"", " {}", "{},{}", "{};q=1", "\"x\",{},\"y\"", "W/{}, {}", "'{}'",
        "\"\u{e9}\"", "{}{}", "*, *",
    ]),
    ("accept-encoding", &[
        "gzip", "br", "gzip, deflate, br, zstd", "identity", "*", "gzip;q=0", "br;q=1.0, gzip;q=0.8, *;q=0.1", "x", "deflate", "GZIP", "",
    ]),
    ("accept", &[
        "image/avif,image/webp,image/apng,image/svg+xml,image/*,*/*;q=0.8", "image/*", "image/png", "text/html,application/xhtml+xml,*/*;q=0.8",
        "text/html", "application/json", "*/*", "text/css", "text/markdown", "x", "", "*/*;q=0",
    ]),
    ("accept-language", &["de", "en-US,en;q=0.5", "*"]),
    ("cache-control", &["no-cache", "max-age=0", "only-if-cached", "no-store"]),
    ("pragma", &["no-cache"]),
    ("user-agent", &["Mozilla/5.0 (X11; Linux x86_64)", "curl/8.5.0", "Googlebot/2.1", ""]),
    ("referer", &["https://example.com/", "https://other.example/x"]),
    ("origin", &["https://other.example", "null"]),
    ("cookie", &["a=b; c=d", "CF_Authorization=x"]),
    ("authorization", &["Basic eDp5", "Bearer x", ""]),
    ("sec-fetch-site", &["same-origin", "cross-site"]),
    ("sec-fetch-user", &["?1"]),
    ("sec-purpose", &["prefetch"]),
    ("save-data", &["on"]),
    ("upgrade-insecure-requests", &["1"]),
    ("x-forwarded-proto", &["https"]),
    ("x-forwarded-host", &["other.example"]),
    ("x-http-method-override", &["DELETE"]),
    ("x-original-url", &["/other"]),
    ("access-control-request-method", &["POST"]),
    ("te", &["trailers"]),
    ("content-type", &["text/plain", "application/x-www-form-urlencoded"]),
    ("prefer", &["respond-async"]),
];

/// So many choices, from the first on, are headers that a server of files looks at.
pub(super) const HTTP_CHOICES: usize = 8;

/// Methods that the cases do not have.
pub(super) const OTHER_METHODS: &[&str] =
    &["TRACE", "PROPFIND", "MKCOL", "PURGE", "LOCK", "SEARCH", "COPY", "HEAD", "HEAD", "OPTIONS", "DELETE", "PATCH"];

/// Bodies of requests.
pub(super) const BODIES: &[&str] = &["a=1", "", "{}"];
