//! A line of an access log, whatever its format.

use std::borrow::Cow;

use trailmark::RequestUrl;

use super::{aws, common, json};

/// The formats that are understood, for people.
pub const KNOWN_FORMATS: &str = "the common and the combined log format (Apache, nginx; also with the host in front), and JSON objects a \
    line with the field names of nginx, Caddy, Cloudflare (Logpush, Workers traces), Traefik, Google Cloud or `trailmark serve`, and \
    the logs of Amazon CloudFront and Amazon's load balancer; plain or gzip";

/// What kind of line it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum LogFormat {
    /// Common or combined.
    Common,
    /// A JSON object.
    Json,
    /// Amazon CloudFront's standard log.
    CloudFront,
    /// That of Amazon's Application Load Balancer.
    LoadBalancer,
}

/// A request, as a log tells it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Record<'l> {
    /// The method.
    pub method: Cow<'l, str>,
    /// Path and query, as they came on the wire.
    pub target: Cow<'l, [u8]>,
    /// The host that was asked, without port.
    pub host: Option<Cow<'l, str>>,
    /// What was answered.
    pub status: Option<u16>,
    /// Where the link was.
    pub referer: Option<Cow<'l, str>>,
}

/// What a line turned out to be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Read<'l> {
    /// A request.
    Request(LogFormat, Record<'l>),
    /// No request for a path: a handshake sent to the wrong port, `-`, `OPTIONS *`, an event of the server.
    NotARequest,
    /// Nothing on it, or a comment.
    Blank,
    /// Nobody knows; why.
    Damaged(&'static str),
}

/// Reads a line, without its line break. O(length); allocates only for escapes.
pub fn read_line(line: &[u8]) -> Read<'_> {
    match line.trim_ascii() {
        [] | [b'#', ..] => Read::Blank,
        line @ [b'{', ..] => json::read(line),
        line => {
            aws::cloudfront(line).or_else(|| aws::load_balancer(line)).unwrap_or_else(|| common::read(line))
        }
    }
}

/// Method and target of a request line; `None` if it begins with no method.
pub(super) fn split_request(line: &[u8]) -> Option<(&[u8], &[u8])> {
    let space = line.iter().position(|&b| b == b' ')?;
    let (method, target) = (line.get(..space)?, line.get(space + 1..)?);
    if !method.first()?.is_ascii_alphabetic()
        || !method.iter().all(|b| b.is_ascii_alphabetic() || matches!(b, b'-' | b'_'))
    {
        return None;
    }
    // Spaces in a target are part of it; only the last word can be the protocol.
    match target.iter().rposition(|&b| b == b' ') {
        Some(end) if target.get(end + 1..).is_some_and(|word| word.starts_with(b"HTTP/")) => {
            Some((method, &target[..end]))
        }
        _ => Some((method, target)),
    }
}

/// The path and query of a target that may be an absolute URL, with the host of the latter; `None` if it is neither.
#[inline]
pub(super) fn local_target(target: Cow<'_, [u8]>) -> Option<(Cow<'_, [u8]>, Option<String>)> {
    if target.first() == Some(&b'/') {
        return Some((target, None));
    }
    of_absolute(&target)
}

fn of_absolute(target: &[u8]) -> Option<(Cow<'static, [u8]>, Option<String>)> {
    let url = RequestUrl::parse(target, "").ok().filter(|url| !url.host.is_empty())?;
    let mut path = url.target.into_owned();
    // A backslash ends a host as a slash does, and means one.
    if let Some(first) = path.first_mut() {
        *first = b'/';
    }
    Some((Cow::Owned(path), Some(without_port(&url.host).to_owned())))
}

/// A host as it is compared.
pub(super) fn without_port(host: &str) -> &str {
    match host.rsplit_once(':') {
        Some((name, port)) if !port.is_empty() && port.bytes().all(|b| b.is_ascii_digit()) => name,
        _ => host,
    }
}
