//! URLs as the rule files and their targets have them.
//!
//! Two URL parsers are at work, and they differ. The one that reads the *rule files* is that of Node 20, on a URL whose scheme it
//! does not know ([`normalise`]); the one that reads *requests*, and resolves a finished target, is that of a server
//! ([`resolve`]). Source: `docs/ROUTING.md`, "`_redirects`"; and the WHATWG URL standard, of which this holds what a rule can
//! reach: `http` and `https`, hosts, paths, queries and fragments. Shared with the compiler.

mod host;

use alloc::borrow::ToOwned;
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use core::fmt;

use host::HostError;

/// A path of a rule file in its normal form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RuleUrl {
    /// The path: begins with `/`, or is empty where `..` climbed above the root.
    pub path: String,
    /// The query with its `?`; empty when there is none, or nothing follows the `?`.
    pub query: String,
    /// The fragment with its `#`; empty when there is none, or nothing follows the `#`.
    pub fragment: String,
}

/// Normalises a path of a rule file: dot segments go, what a URL cannot hold is percent-encoded, existing
/// escapes stay as they are. A missing leading `/` is added. Unlike in a request, `\` is an ordinary
/// character, `^` is not encoded, and a final `..` above the root leaves an empty path. Cost: O(length).
pub fn normalise(path: &str) -> RuleUrl {
    let missing_slash = if path.starts_with('/') { "" } else { "/" };
    let cleaned = clean(&format!("{missing_slash}{path}"));
    let (rest, fragment) = split_at(&cleaned, '#');
    let (path, query) = split_at(rest, '?');
    RuleUrl {
        path: without_dot_segments(path, Parser::RuleFile),
        query: query.map_or_else(String::new, |query| marked('?', &encode(query, in_query))),
        fragment: fragment.map_or_else(String::new, |fragment| marked('#', &encode(fragment, in_fragment))),
    }
}

/// `http` or `https`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Scheme {
    /// `http`, port 80.
    Http,
    /// `https`, port 443.
    Https,
}

impl Scheme {
    /// The scheme's name, without a colon.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Http => "http",
            Self::Https => "https",
        }
    }

    const fn default_port(self) -> u16 {
        match self {
            Self::Http => 80,
            Self::Https => 443,
        }
    }
}

/// The URL of a request, in the parts and the form in which a URL parser leaves them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RequestUrl<'r> {
    /// The scheme.
    pub scheme: Scheme,
    /// The host in lower case, followed by `:port` unless the port is the scheme's own.
    pub host: &'r str,
    /// The request path, percent-encoded; begins with `/`.
    pub path: &'r str,
    /// The query with its `?`, or nothing.
    pub query: &'r str,
}

impl RequestUrl<'_> {
    /// The host without the port.
    pub fn host_name(&self) -> &str {
        match self.host.rsplit_once(':') {
            Some((name, port)) if !port.contains(']') => name,
            _ => self.host,
        }
    }
}

/// Where a redirect goes: an absolute URL in parts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Destination {
    /// The scheme.
    pub scheme: Scheme,
    /// `user:password@`, or nothing.
    pub userinfo: String,
    /// The host, followed by `:port` unless the port is the scheme's own.
    pub host: String,
    /// The path, percent-encoded; begins with `/`.
    pub path: String,
    /// The query without its `?`; may be present and empty.
    pub query: Option<String>,
    /// The fragment without its `#`; may be present and empty.
    pub fragment: Option<String>,
}

impl Destination {
    /// Whether scheme, host and port are those of the request.
    pub fn is_same_origin(&self, request: &RequestUrl<'_>) -> bool {
        self.scheme == request.scheme && self.host == request.host
    }

    /// The query with its `?`; nothing for an empty one.
    pub fn search(&self) -> String {
        self.query.as_deref().map_or_else(String::new, |query| marked('?', query))
    }

    /// The fragment with its `#`; nothing for an empty one.
    pub fn hash(&self) -> String {
        self.fragment.as_deref().map_or_else(String::new, |fragment| marked('#', fragment))
    }
}

impl Destination {
    /// The `Location` of a redirect to here: path, query and fragment where scheme, host and port stay the request's, else the
    /// whole URL. A query of the destination replaces that of the request, which goes along otherwise.
    pub fn location(&self, request: &RequestUrl<'_>) -> String {
        let (search, hash) = (self.search(), self.hash());
        let query = if search.is_empty() { request.query } else { &search };
        if self.is_same_origin(request) {
            return format!("{}{query}{hash}", self.path);
        }
        format!("{}{query}{hash}", self.without_search())
    }

    /// The whole URL without query and fragment. The platform cuts as many characters off the URL as these have, and counts
    /// neither `?` nor `#` when nothing follows: such a mark stays, and what is cut is then not quite the query.
    pub fn without_search(&self) -> String {
        let mut url = self.to_string();
        url.truncate(url.len().saturating_sub(self.search().len() + self.hash().len()));
        url
    }
}

impl fmt::Display for Destination {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}://{}{}{}", self.scheme.as_str(), self.userinfo, self.host, self.path)?;
        self.query.as_deref().map_or(Ok(()), |query| write!(f, "?{query}"))?;
        self.fragment.as_deref().map_or(Ok(()), |fragment| write!(f, "#{fragment}"))
    }
}

/// A target that has no URL.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum UrlError {
    /// No URL parser takes it: the platform answers with an exception, status 500.
    Unparsable {
        /// The target after substitution.
        target: String,
    },
    /// The host has characters outside the alphabets that Trailmark can put in ASCII form. The platform may
    /// take it.
    UnknownAlphabet {
        /// The host as far as it was read.
        host: String,
    },
}

impl fmt::Display for UrlError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unparsable { target } => {
                write!(f, "`{target}` is not a URL, and the platform answers with status 500")
            }
            Self::UnknownAlphabet { host } => {
                write!(
                    f,
                    "cannot tell the ASCII form of the host `{host}`; write it in that form (`xn--...`)"
                )
            }
        }
    }
}

impl core::error::Error for UrlError {}

/// Resolves a finished target against the URL of a request. A target of a rule begins with `/`, `?`, `#` or
/// `https://`, or is empty (the request's own path and query); anything else counts as unparsable. Cost:
/// O(length).
///
/// # Errors
/// [`UrlError`] where there is no such URL, or the host is beyond this parser.
pub fn resolve(target: &str, request: &RequestUrl<'_>) -> Result<Destination, UrlError> {
    let unparsable = || UrlError::Unparsable { target: target.to_owned() };
    let cleaned = clean(target);
    let (rest, fragment) = split_at(&cleaned, '#');
    let (rest, query) = split_at(rest, '?');
    let (scheme, rest) = match rest.strip_prefix("https:") {
        Some(rest) if rest.starts_with("//") => (Scheme::Https, rest),
        _ => (request.scheme, rest),
    };
    let mut destination = Destination {
        scheme,
        userinfo: String::new(),
        host: request.host.to_owned(),
        path: request.path.to_owned(),
        query: query.map(|query| encode(query, in_special_query)),
        fragment: fragment.map(|fragment| encode(fragment, in_fragment)),
    };
    if rest.is_empty() {
        destination.query = destination.query.or_else(|| request.query.strip_prefix('?').map(str::to_owned));
    } else if rest.strip_prefix(is_slash).is_some_and(|rest| rest.starts_with(is_slash)) {
        let rest = rest.trim_start_matches(is_slash);
        let (authority, path) = rest.split_at(rest.find(is_slash).unwrap_or(rest.len()));
        (destination.userinfo, destination.host) = read_authority(authority, scheme, unparsable)?;
        destination.path = without_dot_segments(path, Parser::Request);
    } else if rest.starts_with(is_slash) {
        destination.path = without_dot_segments(rest, Parser::Request);
    } else {
        return Err(unparsable());
    }
    Ok(destination)
}

/// Which of the two URL parsers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Parser {
    RuleFile,
    Request,
}

/// What both parsers do first: control characters and spaces around a text go, and tabs and line ends within
/// it.
fn clean(text: &str) -> String {
    text.trim_matches(|c| c <= ' ').chars().filter(|c| !matches!(c, '\t' | '\n' | '\r')).collect()
}

fn split_at(text: &str, mark: char) -> (&str, Option<&str>) {
    text.split_once(mark).map_or((text, None), |(before, after)| (before, Some(after)))
}

/// The part behind its mark; nothing for an empty part.
fn marked(mark: char, part: &str) -> String {
    if part.is_empty() { String::new() } else { format!("{mark}{part}") }
}

const fn is_slash(c: char) -> bool {
    matches!(c, '/' | '\\')
}

/// The path, encoded and without its `.` and `..` segments. The slash it begins with may be missing.
fn without_dot_segments(path: &str, parser: Parser) -> String {
    let is_separator = |c: char| c == '/' || parser == Parser::Request && c == '\\';
    let set = if parser == Parser::Request { in_request_path } else { in_path };
    let path = path.strip_prefix(is_separator).unwrap_or(path);
    if parser == Parser::RuleFile && hides_dot_segments(path) {
        return format!("/{path}");
    }
    let mut kept: Vec<&str> = Vec::new();
    let mut segments = path.split(is_separator).peekable();
    while let Some(segment) = segments.next() {
        let dots = dot_count(segment);
        let climbed = dots == 2 && kept.pop().is_some();
        // A final dot segment leaves a slash; only the rule-file parser forgets it at the root.
        let leaves_slash = climbed || dots == 1 || parser == Parser::Request;
        match segments.peek() {
            _ if dots == 0 => kept.push(segment),
            None if leaves_slash => kept.push(""),
            _ => {}
        }
    }
    kept.iter().map(|segment| format!("/{}", encode(segment, set))).collect()
}

/// Whether the rule-file parser overlooks the dot segments of a path, given without its first slash. Where a
/// path has nothing to encode or to decode, it judges by the first `/.` alone: `/a/.b/../c` stays as it is.
fn hides_dot_segments(path: &str) -> bool {
    let is_plain = |byte: u8| byte.is_ascii_graphic() && !in_path(byte) && byte != b'%' && byte != b'\\';
    let is_hidden = |(_, rest): (&str, &str)| !rest.is_empty() && !rest.starts_with(['.', '/']);
    !path.starts_with('.') && path.bytes().all(is_plain) && path.split_once("/.").is_some_and(is_hidden)
}

/// 1 for a `.` segment, 2 for a `..` segment, 0 for any other; a dot may be spelled `%2e`.
fn dot_count(segment: &str) -> usize {
    let mut rest = segment;
    for count in 0..=2 {
        if rest.is_empty() {
            return count;
        }
        let after =
            rest.strip_prefix('.').or_else(|| rest.strip_prefix("%2e")).or_else(|| rest.strip_prefix("%2E"));
        match after {
            Some(after) => rest = after,
            None => return 0,
        }
    }
    0
}

/// Percent-encodes controls, non-ASCII and the characters of the set.
fn encode(text: &str, set: fn(u8) -> bool) -> String {
    let mut encoded = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_graphic() && !set(byte) {
            encoded.push(char::from(byte));
        } else {
            encoded.push_str(&format!("%{byte:02X}"));
        }
    }
    encoded
}

// The sets of what is encoded, one per part of a URL; space, controls and non-ASCII are in all of them.

const fn in_fragment(byte: u8) -> bool {
    matches!(byte, b'"' | b'<' | b'>' | b'`')
}

const fn in_query(byte: u8) -> bool {
    matches!(byte, b'"' | b'#' | b'<' | b'>')
}

const fn in_special_query(byte: u8) -> bool {
    in_query(byte) || byte == b'\''
}

const fn in_path(byte: u8) -> bool {
    in_query(byte) || matches!(byte, b'?' | b'`' | b'{' | b'}')
}

const fn in_request_path(byte: u8) -> bool {
    in_path(byte) || byte == b'^'
}

const fn in_userinfo(byte: u8) -> bool {
    in_request_path(byte) || matches!(byte, b'/' | b':' | b';' | b'=' | b'@' | b'[' | b'\\' | b']' | b'|')
}

/// Reads `user:password@host:port` into userinfo (with its `@`) and host (with its port, unless that is the
/// scheme's own).
fn read_authority(
    authority: &str,
    scheme: Scheme,
    unparsable: impl Fn() -> UrlError,
) -> Result<(String, String), UrlError> {
    let (userinfo, host) = authority.rsplit_once('@').unwrap_or(("", authority));
    let host_end = match host.find(']') {
        Some(bracket) if host.starts_with('[') => bracket + 1,
        _ => host.find(':').unwrap_or(host.len()),
    };
    let (host, port) = host.split_at(host_end);
    let port = match port.strip_prefix(':') {
        None if !port.is_empty() => return Err(unparsable()),
        None | Some("") => None,
        Some(digits) => Some(read_port(digits).ok_or_else(&unparsable)?),
    };
    let host = match host::read(host) {
        Ok(host) => host,
        Err(HostError::Unparsable) => return Err(unparsable()),
        Err(HostError::UnknownAlphabet) => return Err(UrlError::UnknownAlphabet { host: host.to_owned() }),
    };
    let port = port
        .filter(|port| *port != scheme.default_port())
        .map_or_else(String::new, |port| format!(":{port}"));
    Ok((read_userinfo(userinfo), format!("{host}{port}")))
}

fn read_port(digits: &str) -> Option<u16> {
    if !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let digits = digits.trim_start_matches('0');
    if digits.is_empty() { Some(0) } else { digits.parse().ok() }
}

fn read_userinfo(userinfo: &str) -> String {
    let (user, password) = userinfo.split_once(':').unwrap_or((userinfo, ""));
    match (encode(user, in_userinfo), encode(password, in_userinfo)) {
        (user, password) if user.is_empty() && password.is_empty() => String::new(),
        (user, password) if password.is_empty() => format!("{user}@"),
        (user, password) => format!("{user}:{password}@"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const REQUEST: RequestUrl<'_> =
        RequestUrl { scheme: Scheme::Http, host: "example.com", path: "/a/b", query: "?k=v" };

    fn path_of(written: &str) -> String {
        normalise(written).path
    }

    fn resolved(target: &str) -> String {
        resolve(target, &REQUEST).map_or_else(|error| format!("{error:?}"), |url| url.to_string())
    }

    fn is_unparsable(target: &str) -> bool {
        matches!(resolve(target, &REQUEST), Err(UrlError::Unparsable { .. }))
    }

    #[test]
    fn dot_segments_of_rules_vanish_in_every_spelling() {
        assert_eq!(path_of("/x/../about2"), "/about2");
        assert_eq!(path_of("/./y/%2E"), "/y/");
        assert_eq!(path_of("/a/.%2e/%2E%2e/b"), "/b");
        assert_eq!(path_of("/a//../b"), "/a/b");
        assert_eq!(path_of("/.../..a/.b"), "/.../..a/.b");
    }

    #[test]
    fn final_dots_above_the_root_leave_an_empty_path() {
        assert_eq!(path_of("/.."), "");
        assert_eq!(path_of("/a/../.."), "");
        assert_eq!(path_of("/a/.."), "/");
        assert_eq!(path_of("/../a"), "/a");
        assert_eq!(path_of("/../"), "/");
    }

    #[test]
    fn first_dotted_name_hides_the_dot_segments_behind_it() {
        assert_eq!(path_of("/a/.b/../c"), "/a/.b/../c");
        assert_eq!(path_of("/.b/../c"), "/c");
        assert_eq!(path_of("/a/.b/../%63"), "/a/%63");
    }

    #[test]
    fn rules_encode_what_a_path_cannot_hold_but_neither_backslash_nor_caret() {
        assert_eq!(path_of("/é/a b/{x}/\"<>`"), "/%C3%A9/a%20b/%7Bx%7D/%22%3C%3E%60");
        assert_eq!(path_of("/%c3%a9%zz%"), "/%c3%a9%zz%");
        assert_eq!(path_of(r"/back\slash^[|]"), r"/back\slash^[|]");
        assert_eq!(path_of("relative"), "/relative");
        assert_eq!(path_of("/a\tb\u{1}"), "/ab");
    }

    #[test]
    fn query_and_fragment_of_a_rule_stand_apart_and_are_encoded_less() {
        let url = normalise("/a?b c'`#d e`");
        assert_eq!(
            (url.path.as_str(), url.query.as_str(), url.fragment.as_str()),
            ("/a", "?b%20c'`", "#d%20e%60")
        );
        let url = normalise("/a?#");
        assert_eq!((url.path.as_str(), url.query.as_str(), url.fragment.as_str()), ("/a", "", ""));
    }

    #[test]
    fn targets_resolve_against_the_request() {
        assert_eq!(resolved(""), "http://example.com/a/b?k=v");
        assert_eq!(resolved("#f"), "http://example.com/a/b?k=v#f");
        assert_eq!(resolved("?q"), "http://example.com/a/b?q");
        assert_eq!(resolved("/x/../y^'?'#`"), "http://example.com/y%5E'?%27#%60");
        assert_eq!(resolved("/.."), "http://example.com/");
        assert_eq!(resolved("//evil.example/x"), "http://evil.example/x");
        assert_eq!(resolved("/\\evil.example\\x"), "http://evil.example/x");
        assert_eq!(resolved("https://h"), "https://h/");
        assert_eq!(resolved("https:////u:p@H:443/x"), "https://u:p@h/x");
        assert_eq!(resolved("https://h:0080/x"), "https://h:80/x");
    }

    #[test]
    fn hosts_that_no_parser_takes_are_unparsable() {
        for target in
            ["https:///", "https://a b/", "https://h:8a/", "https://h:65536/", "https://a%/", "https://a|b/"]
        {
            assert!(is_unparsable(target), "{target}");
        }
        for target in
            ["https://1.2.3.256/", "https://09/", "https://[1::2::3]/", "https://[::1]x/", "https://xn--a/"]
        {
            assert!(is_unparsable(target), "{target}");
        }
    }

    #[test]
    fn port_is_no_part_of_the_host_name() {
        let name = |host| RequestUrl { host, ..REQUEST }.host_name().to_owned();
        assert_eq!(name("example.com:8080"), "example.com");
        assert_eq!(name("example.com"), "example.com");
        assert_eq!(name("[::1]"), "[::1]");
        assert_eq!(name("[::1]:80"), "[::1]");
    }
}
