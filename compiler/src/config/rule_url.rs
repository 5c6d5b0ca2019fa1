//! What `_redirects` and `_headers` have in common: how a line is read, and how a URL is.
//!
//! Two URL parsers are at work, and they differ. The one that read the *rule files* ran in Node 20 on a URL
//! whose scheme it did not know ([`normalise`]); the one that reads *requests* and resolves a finished target
//! is that of a web server ([`resolve`]). The rules: `docs/ROUTING.md` section 8, "Normalising in both rule
//! files", and the WHATWG URL standard, of which this holds only what a rule can reach: `http` and `https`,
//! hosts, paths, queries.

use std::fmt;
use std::net::Ipv6Addr;

/// The longest line that is read, in UTF-16 units, after trimming.
pub const MAX_LINE_UNITS: usize = 2000;

/// How much of a line a note repeats, in characters.
const EXCERPT_CHARS: usize = 200;

/// A line of a rule file that is neither empty nor a comment, trimmed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RuleLine<'t> {
    /// The line's number, counted from 1.
    pub number: u32,
    /// The line without the white space around it.
    pub text: &'t str,
}

impl RuleLine<'_> {
    /// A note about this line.
    pub(super) fn note<R>(self, reason: R) -> RuleNote<R> {
        let end = self.text.char_indices().nth(EXCERPT_CHARS).map_or(self.text.len(), |(at, _)| at);
        let mut text = self.text.get(..end).unwrap_or_default().to_owned();
        if end < self.text.len() {
            text.push('…');
        }
        RuleNote { line: self.number, text, reason }
    }

    /// The line's length in UTF-16 units, if that is more than the platform reads.
    pub(super) fn excess(self) -> Option<usize> {
        (self.text.len() > MAX_LINE_UNITS)
            .then(|| self.text.encode_utf16().count())
            .filter(|units| *units > MAX_LINE_UNITS)
    }
}

/// Something to know about one line of a rule file: that the platform ignores it, or takes it otherwise than
/// it looks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RuleNote<R> {
    /// The line's number, counted from 1.
    pub line: u32,
    /// The line, trimmed; cut short when it is very long.
    pub text: String,
    /// What happens to it and why.
    pub reason: R,
}

impl<R: fmt::Display> fmt::Display for RuleNote<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}: `{}` is {}", self.line, self.text, self.reason)
    }
}

/// The lines that say something. Lines end at LF; a CR and a byte order mark are white space and go.
pub(super) fn rule_lines(text: &str) -> impl Iterator<Item = RuleLine<'_>> {
    (1..).zip(text.split('\n')).filter_map(|(number, line)| {
        let text = line.trim_matches(is_space);
        (!text.is_empty() && !text.starts_with('#')).then_some(RuleLine { number, text })
    })
}

/// White space as JavaScript's `\s` and `trim` know it.
pub(super) const fn is_space(c: char) -> bool {
    matches!(
        c,
        '\t'..='\r' | ' ' | '\u{a0}' | '\u{1680}' | '\u{2000}'..='\u{200a}' | '\u{2028}' | '\u{2029}' | '\u{202f}'
        | '\u{205f}' | '\u{3000}' | '\u{feff}'
    )
}

/// A line end as JavaScript's `.` knows it, which never matches one.
pub(super) const fn is_line_end(c: char) -> bool {
    matches!(c, '\n' | '\r' | '\u{2028}' | '\u{2029}')
}

/// Splits `https://host/path` into host and path. The host is the text up to the next `/`, whatever it is;
/// the path comes without the one `/` that follows it. `None` for anything that is not `https://` and a host.
pub(super) fn split_https(text: &str) -> Option<(&str, &str)> {
    let rest = text.strip_prefix("https://")?.trim_start_matches('/');
    let (host, path) = rest.split_once('/').unwrap_or((rest, ""));
    let path = path.split(is_line_end).next().unwrap_or_default();
    (!host.is_empty()).then_some((host, path))
}

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

/// Normalises a path of a rule file: dot segments go, what a URL cannot hold is percent-encoded, existing escapes
/// stay as they are. A missing leading `/` is added. Unlike in a request, `\` is an ordinary character, `^` is not
/// encoded, and a final `..` above the root leaves an empty path. Cost: O(length).
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

impl fmt::Display for Destination {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}://{}{}{}", self.scheme.as_str(), self.userinfo, self.host, self.path)?;
        self.query.as_deref().map_or(Ok(()), |query| write!(f, "?{query}"))?;
        self.fragment.as_deref().map_or(Ok(()), |fragment| write!(f, "#{fragment}"))
    }
}

/// A target that has no URL.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum UrlError {
    /// No URL parser takes it: the platform answers with an exception, status 500.
    #[error("`{target}` is not a URL, and the platform answers with status 500")]
    Unparsable {
        /// The target after substitution.
        target: String,
    },
    /// The host has characters outside the alphabets that Trailmark can put in ASCII form. The platform may take it.
    #[error("cannot tell the ASCII form of the host `{host}`; write it in that form (`xn--...`)")]
    UnknownAlphabet {
        /// The host as far as it was read.
        host: String,
    },
}

/// Resolves a finished target against the URL of a request. A target of a rule begins with `/`, `?`, `#` or
/// `https://`, or is empty (the request's own path and query); anything else counts as unparsable. Cost: O(length).
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

/// What both parsers do first: control characters and spaces around a text go, and tabs and line ends within it.
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

/// Whether the rule-file parser overlooks the dot segments of a path, given without its first slash. Where a path has
/// nothing to encode or to decode, it judges by the first `/.` alone: `/a/.b/../c` stays as it is.
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
    let host = match read_host(host) {
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

/// Why a host could not be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum HostError {
    Unparsable,
    UnknownAlphabet,
}

/// Reads a host: an IPv6 address in brackets, an IPv4 address in any of its spellings, or a domain.
fn read_host(host: &str) -> Result<String, HostError> {
    if let Some(address) = host.strip_prefix('[') {
        let address = address.strip_suffix(']').and_then(|address| address.parse().ok());
        return address.map(ipv6_text).ok_or(HostError::Unparsable);
    }
    let decoded = String::from_utf8(percent_decoded(host)).map_err(|_| HostError::Unparsable)?;
    let host = domain_in_ascii(&decoded)?;
    if host.is_empty() || host.bytes().any(is_forbidden_in_host) {
        return Err(HostError::Unparsable);
    }
    if is_ipv4_like(&host) { ipv4_text(&host).ok_or(HostError::Unparsable) } else { Ok(host) }
}

fn percent_decoded(text: &str) -> Vec<u8> {
    let mut decoded = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((byte, after)) = rest.split_first() {
        let escape = after.get(..2).filter(|_| *byte == b'%').and_then(hex_value);
        decoded.push(escape.unwrap_or(*byte));
        rest = after.get(if escape.is_some() { 2 } else { 0 }..).unwrap_or_default();
    }
    decoded
}

fn hex_value(digits: &[u8]) -> Option<u8> {
    digits.iter().try_fold(0, |value, digit| Some(value << 4 | char::from(*digit).to_digit(16)? as u8))
}

const fn is_forbidden_in_host(byte: u8) -> bool {
    byte <= b' '
        || byte == 0x7f
        || matches!(
            byte,
            b'#' | b'/' | b':' | b'<' | b'>' | b'?' | b'@' | b'[' | b'\\' | b']' | b'^' | b'|' | b'%'
        )
}

fn ipv6_text(address: Ipv6Addr) -> String {
    let pieces = address.segments().map(|piece| format!("{piece:x}"));
    let zeros_from = |start: usize| pieces.iter().skip(start).take_while(|piece| *piece == "0").count();
    // The first of the longest runs of zeros is written `::`, unless it is a single one.
    let length = (0..8).map(zeros_from).max().unwrap_or_default();
    let Some(start) = (0..8).find(|start| length > 1 && zeros_from(*start) == length) else {
        return format!("[{}]", pieces.join(":"));
    };
    let before = pieces.iter().take(start).cloned().collect::<Vec<_>>().join(":");
    let after = pieces.iter().skip(start + length).cloned().collect::<Vec<_>>().join(":");
    format!("[{before}::{after}]")
}

/// Whether the last label is a number, which makes the host an IPv4 address or nothing.
fn is_ipv4_like(host: &str) -> bool {
    let host = host.strip_suffix('.').unwrap_or(host);
    let last = host.rsplit('.').next().unwrap_or_default();
    let is_decimal = !last.is_empty() && last.bytes().all(|byte| byte.is_ascii_digit());
    is_decimal || ipv4_number(last).is_some()
}

fn ipv4_text(host: &str) -> Option<String> {
    let parts: Vec<&str> = host.strip_suffix('.').unwrap_or(host).split('.').collect();
    let numbers = parts.iter().map(|part| ipv4_number(part)).collect::<Option<Vec<u64>>>()?;
    let (last, leading) = numbers.split_last()?;
    if leading.len() > 3 || leading.iter().any(|number| *number > 255) {
        return None;
    }
    let free_bits = 8 * (4 - leading.len());
    if *last >= 1 << free_bits {
        return None;
    }
    let value = leading.iter().fold(0, |value, number| value << 8 | number) << free_bits | last;
    Some(std::net::Ipv4Addr::from(u32::try_from(value).ok()?).to_string())
}

/// A number as the URL standard has them in IPv4 addresses: decimal, `0x` hexadecimal or `0` octal.
fn ipv4_number(part: &str) -> Option<u64> {
    let (digits, radix) = match part.strip_prefix("0x").or_else(|| part.strip_prefix("0X")) {
        Some(digits) => (digits, 16),
        None if part.len() > 1 && part.starts_with('0') => (part, 8),
        None => (part, 10),
    };
    if part.is_empty() {
        return None;
    }
    // More than 32 bits are too many in any case, so it does no harm to stop counting there.
    digits.chars().try_fold(0u64, |value, digit| {
        Some((value * u64::from(radix) + u64::from(digit.to_digit(radix)?)).min(1 << 40))
    })
}

/// The letters whose ASCII form needs no table: mapped to lower case one by one, they stand for themselves, do not
/// combine with a neighbour, and are written from left to right. Each was compared with Node's URL parser.
const PLAIN_LETTERS: &[(char, char)] = &[
    ('\u{c0}', '\u{12f}'),
    ('\u{131}', '\u{131}'),
    ('\u{134}', '\u{13e}'),
    ('\u{141}', '\u{148}'),
    ('\u{14a}', '\u{17e}'),
    ('\u{180}', '\u{1c3}'),
    ('\u{1cd}', '\u{1f0}'),
    ('\u{1f4}', '\u{24f}'),
    ('\u{386}', '\u{386}'),
    ('\u{388}', '\u{38a}'),
    ('\u{38c}', '\u{38c}'),
    ('\u{38e}', '\u{3a1}'),
    ('\u{3a3}', '\u{3cf}'),
    ('\u{400}', '\u{481}'),
    ('\u{48a}', '\u{4bf}'),
    ('\u{4c1}', '\u{52f}'),
    ('\u{1e00}', '\u{1e99}'),
    ('\u{1e9f}', '\u{1eff}'),
    ('\u{3005}', '\u{3006}'),
    ('\u{3041}', '\u{3096}'),
    ('\u{30a1}', '\u{30fa}'),
    ('\u{30fc}', '\u{30fe}'),
    ('\u{4e00}', '\u{9fff}'),
    ('\u{ac00}', '\u{d7a3}'),
];

/// The ASCII form of a domain: lower case, and `xn--` labels where there is more than ASCII.
fn domain_in_ascii(domain: &str) -> Result<String, HostError> {
    let labels = domain.split(['.', '\u{3002}', '\u{ff0e}', '\u{ff61}']).map(label_in_ascii);
    Ok(labels.collect::<Result<Vec<_>, _>>()?.join("."))
}

fn label_in_ascii(label: &str) -> Result<String, HostError> {
    let lower: String = label.chars().flat_map(char::to_lowercase).collect();
    match lower.strip_prefix("xn--") {
        Some(encoded) => check_encoded(encoded).map(|()| lower),
        None if label.is_ascii() => Ok(lower),
        // No name system takes labels as long as this; the limit keeps the encoding quick.
        None if label.len() <= MAX_LABEL_LEN && label.chars().all(is_plain) => {
            Ok(format!("xn--{}", punycode::encode(&lower)))
        }
        None => Err(HostError::UnknownAlphabet),
    }
}

/// Checks what follows `xn--`. Letters of every script are taken, though a few of them are refused by the platform
/// beside certain neighbours; of symbols it is not known which ones it takes.
fn check_encoded(encoded: &str) -> Result<(), HostError> {
    let decoded = punycode::decode(encoded).ok_or(HostError::Unparsable)?;
    let is_lower = |c: &char| c.to_lowercase().eq([*c]);
    if encoded.is_empty() || decoded.iter().any(|c| c.is_control() || !is_lower(c)) {
        return Err(HostError::Unparsable);
    }
    let is_known = !decoded.is_empty() && decoded.iter().all(|c| c.is_alphanumeric());
    if is_known { Ok(()) } else { Err(HostError::UnknownAlphabet) }
}

/// The longest label with more than ASCII that is put in ASCII form, in bytes.
const MAX_LABEL_LEN: usize = 2000;

fn is_plain(c: char) -> bool {
    c.is_ascii() || PLAIN_LETTERS.iter().any(|(first, last)| (*first..=*last).contains(&c))
}

/// Punycode, RFC 3492.
mod punycode {
    const BASE: u32 = 36;
    const FIRST_THRESHOLD: u32 = 1;
    const LAST_THRESHOLD: u32 = 26;
    const INITIAL_BIAS: u32 = 72;
    const INITIAL_CODE: u32 = 128;

    /// Section 6.3. The label has at most `MAX_LABEL_LEN` bytes, so nothing overflows.
    pub(super) fn encode(label: &str) -> String {
        let mut encoded: String = label.chars().filter(char::is_ascii).collect();
        let basic = count(encoded.len());
        if basic > 0 {
            encoded.push('-');
        }
        let (mut delta, mut bias, mut handled, mut code) = (0, INITIAL_BIAS, basic, INITIAL_CODE);
        while let Some(next) = label.chars().map(u32::from).filter(|c| *c >= code).min() {
            delta += (next - code) * (handled + 1);
            for c in label.chars().map(u32::from) {
                if c < next {
                    delta += 1;
                } else if c == next {
                    push_number(&mut encoded, delta, bias);
                    bias = adapted(delta, handled + 1, handled == basic);
                    handled += 1;
                    delta = 0;
                }
            }
            delta += 1;
            code = next + 1;
        }
        encoded
    }

    /// Section 6.2: the characters that are not ASCII, in no useful order.
    pub(super) fn decode(encoded: &str) -> Option<Vec<char>> {
        let (basic, digits) = encoded.rsplit_once('-').unwrap_or(("", encoded));
        let mut digits = digits.chars().map(digit_value);
        let (mut at, mut bias, mut code, mut length) = (0u32, INITIAL_BIAS, INITIAL_CODE, count(basic.len()));
        let mut decoded = Vec::new();
        while let Some(first) = digits.next() {
            let before = at;
            at = at.checked_add(read_number(first?, &mut digits, bias)?)?;
            length += 1;
            bias = adapted(at - before, length, before == 0);
            code = code.checked_add(at / length)?;
            decoded.push(char::from_u32(code)?);
            at = at % length + 1;
        }
        Some(decoded).filter(|_| basic.is_ascii())
    }

    /// A number of variable length, of which the first digit has been read.
    fn read_number(first: u32, digits: &mut impl Iterator<Item = Option<u32>>, bias: u32) -> Option<u32> {
        let (mut value, mut digit, mut weight, mut position) = (0u32, first, 1u32, BASE);
        loop {
            value = value.checked_add(digit.checked_mul(weight)?)?;
            let threshold = threshold(position, bias);
            if digit < threshold {
                return Some(value);
            }
            weight = weight.checked_mul(BASE - threshold)?;
            position += BASE;
            digit = digits.next()??;
        }
    }

    /// Letters stand for 0 to 25 and digits for 26 to 35; Rust has them the other way round.
    fn digit_value(digit: char) -> Option<u32> {
        digit.to_digit(BASE).map(|value| if value < 10 { value + 26 } else { value - 10 })
    }

    fn push_number(encoded: &mut String, delta: u32, bias: u32) {
        let (mut rest, mut position) = (delta, BASE);
        loop {
            let threshold = threshold(position, bias);
            if rest < threshold {
                break;
            }
            push_digit(encoded, threshold + (rest - threshold) % (BASE - threshold));
            rest = (rest - threshold) / (BASE - threshold);
            position += BASE;
        }
        push_digit(encoded, rest);
    }

    fn push_digit(encoded: &mut String, digit: u32) {
        let value = if digit < 26 { digit + 10 } else { digit - 26 };
        encoded.extend(char::from_digit(value, BASE));
    }

    fn threshold(position: u32, bias: u32) -> u32 {
        position.saturating_sub(bias).clamp(FIRST_THRESHOLD, LAST_THRESHOLD)
    }

    /// Section 6.1.
    fn adapted(delta: u32, handled: u32, is_first: bool) -> u32 {
        const SKEW: u32 = 38;
        const DAMP: u32 = 700;
        let mut delta = if is_first { delta / DAMP } else { delta / 2 };
        delta += delta / handled;
        let mut bias = 0;
        while delta > (BASE - FIRST_THRESHOLD) * LAST_THRESHOLD / 2 {
            delta /= BASE - FIRST_THRESHOLD;
            bias += BASE;
        }
        bias + (BASE - FIRST_THRESHOLD + 1) * delta / (delta + SKEW)
    }

    fn count(length: usize) -> u32 {
        u32::try_from(length).unwrap_or(u32::MAX)
    }
}
