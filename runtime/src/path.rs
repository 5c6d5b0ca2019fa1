//! From the request line to a request path: what a WHATWG URL parser does to the target of a request (dot segments,
//! backslashes, percent-encoding of what must not stand raw), so that everything after it sees ASCII that begins with `/`.
//! Follows `docs/ROUTING.md`, "From the request to a site path".

use core::fmt;

use crate::decode::{DecodeMode, Decoding, IN_PATH, IN_QUERY, PLAIN, class_of, percent};
use crate::error::RequestError;
use crate::quick::{is_quickly_escaped, is_quickly_plain, is_quickly_query, query_start};

/// The longest request target that is looked up, in bytes, query included: Cloudflare's own limit for URLs
/// (16 KB, *Workers limits*).
pub const MAX_REQUEST_LEN: usize = 16 * 1024;

/// Room for request targets that are not yet in the form a URL parser leaves. Make one for each thread or
/// connection and use it again; it is touched only when a target needs rewriting.
pub struct Scratch {
    bytes: [u8; MAX_REQUEST_LEN],
}

impl Scratch {
    /// An empty scratch space of [`MAX_REQUEST_LEN`] bytes.
    pub const fn new() -> Self {
        Scratch { bytes: [0; MAX_REQUEST_LEN] }
    }
}

impl Default for Scratch {
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Debug for Scratch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Scratch")
    }
}

/// A request target as a URL parser leaves it: a path that begins with `/` and holds no dot segments, and a
/// query.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RequestPath<'r> {
    /// ASCII, as is the query.
    path: &'r [u8],
    query: &'r [u8],
    plain: bool,
    cdn_cgi: CdnCgi,
}

/// Whether a target has `/cdn-cgi\` in it, path or query, which the router treats by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum CdnCgi {
    /// It does not.
    Absent,
    /// It does.
    Backslash,
    /// It does, and its query is a `?` with nothing behind.
    BackslashEmptyQuery,
}

impl<'r> RequestPath<'r> {
    /// Parses a request target (path and query, as they came on the wire, without scheme and host).
    ///
    /// Does what a WHATWG URL parser does: removes dot segments (also `%2e`), turns `\` into `/`, drops tab, CR
    /// and LF, cuts at `#`, percent-encodes what must not stand raw, and replaces invalid UTF-8. A target that
    /// needs none of this, as nearly all do, is borrowed; others are written to `scratch`. O(length).
    ///
    /// # Errors
    /// [`RequestError::NotAPath`] if the target does not begin with `/` (or `\`), and
    /// [`RequestError::TooLong`] if it is longer than [`MAX_REQUEST_LEN`], before or after parsing.
    ///
    /// ```
    /// use trailmark::{RequestPath, Scratch};
    /// let mut scratch = Scratch::new();
    /// let request = RequestPath::parse(b"/a/../caf\xC3\xA9?x=1", &mut scratch)?;
    /// assert_eq!((request.path(), request.query()), ("/caf%C3%A9", "?x=1"));
    /// # Ok::<(), trailmark::RequestError>(())
    /// ```
    // Inlined up to the first look, so that the path stays in registers on its way from here to a look-up.
    #[inline]
    pub fn parse(
        target: &'r (impl AsRef<[u8]> + ?Sized),
        scratch: &'r mut Scratch,
    ) -> Result<Self, RequestError> {
        let target = target.as_ref();
        if is_plain_target(target) {
            return Ok(RequestPath::plain(target));
        }
        let RequestPath { path, query, plain, cdn_cgi } = parse_closely(target, scratch)?;
        Ok(RequestPath { path, query, plain, cdn_cgi })
    }

    /// Takes a request target that a URL parser would leave as it is, which nearly all are; `None` for any other, which
    /// [`RequestPath::parse`] rewrites. For many at once, since it needs no scratch space. O(length).
    pub fn as_is(target: &'r (impl AsRef<[u8]> + ?Sized)) -> Option<Self> {
        let target = target.as_ref();
        if is_plain_target(target) {
            Some(RequestPath::plain(target))
        } else if target.len() > MAX_REQUEST_LEN || target.first() != Some(&b'/') {
            None
        } else {
            scan(target)
        }
    }

    #[inline(always)]
    fn plain(path: &'r [u8]) -> Self {
        RequestPath { path, query: b"", plain: true, cdn_cgi: CdnCgi::Absent }
    }

    /// A path that a URL parser has already been over, with the query of another request path.
    pub(crate) fn rewritten(path: &'r str, query: &'r [u8]) -> Self {
        let path = path.as_bytes();
        RequestPath { path, query, plain: is_plain(path), cdn_cgi: CdnCgi::Absent }
    }

    /// Whether the target was spelled with `/cdn-cgi\`.
    pub(crate) fn cdn_cgi(&self) -> CdnCgi {
        self.cdn_cgi
    }

    /// The path: ASCII, begins with `/`, percent-encoded.
    pub fn path(&self) -> &'r str {
        core::str::from_utf8(self.path).unwrap_or_default()
    }

    /// The query with its `?`; empty if there is none, or nothing behind the `?`.
    pub fn query(&self) -> &'r str {
        core::str::from_utf8(self.query).unwrap_or_default()
    }

    /// The path decoded as a platform does it: the bytes of the site path, which are UTF-8, one by one. O(length).
    pub fn decode(&self, mode: DecodeMode) -> impl Iterator<Item = u8> + use<'r> {
        Decoding::new(self.path, mode)
    }

    /// The path as bytes.
    #[inline(always)]
    pub(crate) fn path_bytes(&self) -> &'r [u8] {
        self.path
    }

    /// The query as bytes, with its `?`.
    #[inline(always)]
    pub(crate) fn query_bytes(&self) -> &'r [u8] {
        self.query
    }

    /// Whether the path is its own decoding and its own canonical encoding.
    #[inline(always)]
    pub(crate) fn is_plain(&self) -> bool {
        self.plain
    }
}

/// Whether a target is a plain path without a query, as nearly all are. May say no where the answer is yes.
fn is_plain_target(target: &[u8]) -> bool {
    target.first() == Some(&b'/') && target.len() <= MAX_REQUEST_LEN && is_quickly_plain(target)
}

/// Parses a target that is not quickly plain.
fn parse_closely<'r>(target: &'r [u8], scratch: &'r mut Scratch) -> Result<RequestPath<'r>, RequestError> {
    if target.len() > MAX_REQUEST_LEN {
        return Err(RequestError::TooLong { len: target.len() });
    }
    match target.first() {
        Some(b'/') => {}
        Some(b'\\') => return parse_slow(target, scratch),
        _ => return Err(RequestError::NotAPath),
    }
    match scan(target) {
        Some(request) => Ok(request),
        None => parse_slow(target, scratch),
    }
}

/// Reads a target that is already as a URL parser would leave it, but is not quickly plain; `None` if it is not.
fn scan(target: &[u8]) -> Option<RequestPath<'_>> {
    let (path, query) = target.split_at_checked(query_start(target))?;
    if !query.is_empty() && !is_quickly_query(query) {
        return None;
    }
    // Without a query, the whole target has been looked at before.
    let plain = !query.is_empty() && is_quickly_plain(path);
    let query = if query.len() > 1 { query } else { b"" };
    if plain || is_quickly_escaped(path) {
        return Some(RequestPath { path, query, plain, cdn_cgi: CdnCgi::Absent });
    }
    let (mut class, mut double_slash, mut dots_possible, mut previous) = (PLAIN | IN_PATH, false, false, 0);
    for &byte in path {
        class &= class_of(byte);
        double_slash |= byte == b'/' && previous == b'/';
        dots_possible |= (byte == b'.' || byte == b'%') && previous == b'/';
        previous = byte;
    }
    if class & IN_PATH == 0 || (dots_possible && has_dot_segment(path)) {
        return None;
    }
    let plain = class & PLAIN != 0 && !double_slash;
    Some(RequestPath { path, query, plain, cdn_cgi: CdnCgi::Absent })
}

/// Whether a path is its own decoding and its own canonical encoding, in either way of decoding.
fn is_plain(path: &[u8]) -> bool {
    path.iter().all(|&b| class_of(b) & PLAIN != 0) && !path.windows(2).any(|pair| pair == b"//")
}

fn has_dot_segment(path: &[u8]) -> bool {
    path.split(|&b| b == b'/').any(|segment| dots(segment) > 0)
}

/// 1 for a `.` segment, 2 for a `..` segment, 0 for any other; `%2e` counts as a dot.
fn dots(segment: &[u8]) -> usize {
    let mut rest = segment;
    let mut count = 0;
    while let Some((&first, tail)) = rest.split_first() {
        rest = match (first, tail.split_at_checked(2)) {
            (b'.', _) => tail,
            (b'%', Some((hex, behind))) if hex.eq_ignore_ascii_case(b"2e") => behind,
            _ => return 0,
        };
        count += 1;
    }
    if count > 2 { 0 } else { count }
}

#[cold]
fn parse_slow<'r>(target: &[u8], scratch: &'r mut Scratch) -> Result<RequestPath<'r>, RequestError> {
    let mut out = Output { bytes: &mut scratch.bytes, len: 0 };
    // The parser strips C0 controls and spaces from the end of a URL, fragment included, before all else.
    let end = target.iter().rposition(|&b| b > b' ').map_or(0, |last| last + 1);
    let target = target.get(..end).unwrap_or_default();
    let fragment = target.iter().position(|&b| b == b'#').unwrap_or(target.len());
    let target = target.get(..fragment).unwrap_or_default();
    let question = target.iter().position(|&b| b == b'?').unwrap_or(target.len());
    let (path, query) = target.split_at_checked(question).unwrap_or((target, b""));
    let cdn_cgi = match (target.windows(9).any(|part| part == b"/cdn-cgi\\"), query) {
        (false, _) => CdnCgi::Absent,
        (true, b"?") => CdnCgi::BackslashEmptyQuery,
        (true, _) => CdnCgi::Backslash,
    };
    write_path(path, &mut out)?;
    let path_len = out.len;
    write_encoded(query, IN_QUERY, &mut out)?;
    let len = out.len;
    let written = scratch.bytes.get(..len).unwrap_or_default();
    let (path, query) = written.split_at_checked(path_len).unwrap_or((b"/", b""));
    let query = if query.len() > 1 { query } else { b"" };
    Ok(RequestPath { path, query, plain: is_plain(path), cdn_cgi })
}

/// Writes the segments of a path, without its dot segments.
fn write_path(path: &[u8], out: &mut Output<'_>) -> Result<(), RequestError> {
    let body = path.get(1..).unwrap_or_default();
    let mut segments = body.split(|&b| b == b'/' || b == b'\\').peekable();
    while let Some(segment) = segments.next() {
        let start = out.len;
        out.push(b'/')?;
        write_encoded(segment, IN_PATH, out)?;
        let dots = dots(out.written_from(start + 1));
        if dots > 0 {
            out.len = start;
            if dots == 2 {
                out.drop_last_segment();
            }
            if segments.peek().is_none() {
                out.push(b'/')?;
            }
        }
    }
    Ok(())
}

/// Writes bytes, percent-encoding those without the class; tab, CR and LF vanish, invalid UTF-8 becomes U+FFFD.
fn write_encoded(bytes: &[u8], class: u8, out: &mut Output<'_>) -> Result<(), RequestError> {
    for chunk in bytes.utf8_chunks() {
        for byte in chunk.valid().bytes() {
            match byte {
                b'\t' | b'\r' | b'\n' => {}
                _ if class_of(byte) & class != 0 => out.push(byte)?,
                _ => out.push_all(&percent(byte))?,
            }
        }
        if !chunk.invalid().is_empty() {
            out.push_all(b"%EF%BF%BD")?;
        }
    }
    Ok(())
}

/// A cursor in the scratch space.
struct Output<'s> {
    bytes: &'s mut [u8; MAX_REQUEST_LEN],
    len: usize,
}

impl Output<'_> {
    fn push(&mut self, byte: u8) -> Result<(), RequestError> {
        let place = self.bytes.get_mut(self.len).ok_or(RequestError::TooLong { len: self.len + 1 })?;
        *place = byte;
        self.len += 1;
        Ok(())
    }

    fn push_all(&mut self, bytes: &[u8]) -> Result<(), RequestError> {
        bytes.iter().try_for_each(|&b| self.push(b))
    }

    fn written_from(&self, start: usize) -> &[u8] {
        self.bytes.get(start..self.len).unwrap_or_default()
    }

    fn drop_last_segment(&mut self) {
        self.len = self.written_from(0).iter().rposition(|&b| b == b'/').unwrap_or(0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(target: &str) -> (std::string::String, std::string::String) {
        let mut scratch = Scratch::new();
        let request = RequestPath::parse(target, &mut scratch).unwrap();
        (request.path().into(), request.query().into())
    }

    #[test]
    fn dot_segments_vanish_in_every_spelling() {
        for target in ["/a/./b", "/a/x/../b", "/a/%2e/b", "/a/x/.%2E/b", "/../a/b", "/a/b/c/.."] {
            assert!(matches!(parsed(target).0.as_str(), "/a/b" | "/a/b/"), "{target}");
        }
        assert_eq!(parsed("/a/..%2f/b").0, "/a/..%2f/b");
        assert_eq!(parsed("/.../x").0, "/.../x");
    }

    #[test]
    fn backslashes_fragments_and_line_breaks() {
        assert_eq!(parsed("\\a\\b#c?d"), ("/a/b".into(), "".into()));
        assert_eq!(parsed("/a\tb\r\nc?x y'"), ("/abc".into(), "?x%20y%27".into()));
        assert_eq!(parsed("/a?"), ("/a".into(), "".into()));
        assert_eq!(parsed("/a?b?c\\"), ("/a".into(), "?b?c\\".into()));
    }

    #[test]
    fn invalid_utf8_becomes_the_replacement_character() {
        let mut scratch = Scratch::new();
        let request = RequestPath::parse(b"/\xFFa\xE2\x82", &mut scratch).unwrap();
        assert_eq!(request.path(), "/%EF%BF%BDa%EF%BF%BD");
    }

    #[test]
    fn long_and_relative_targets_are_refused() {
        let mut scratch = Scratch::new();
        let long = [b'/'; MAX_REQUEST_LEN + 1];
        assert_eq!(
            RequestPath::parse(&long, &mut scratch).unwrap_err(),
            RequestError::TooLong { len: MAX_REQUEST_LEN + 1 }
        );
        let spaces = [b' '; MAX_REQUEST_LEN - 2];
        let mut target = std::vec::Vec::from(*b"/");
        target.extend(spaces);
        target.push(b'x');
        assert!(matches!(RequestPath::parse(&target, &mut scratch), Err(RequestError::TooLong { .. })));
        assert_eq!(RequestPath::parse("about", &mut scratch), Err(RequestError::NotAPath));
        assert_eq!(RequestPath::parse("", &mut scratch), Err(RequestError::NotAPath));
    }
}
