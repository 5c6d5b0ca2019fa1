//! Percent-encoding: what a path decodes to, and how a site path is spelled canonically. Follows `docs/ROUTING.md`, "From the
//! request to a site path".
//!
//! [`Decoding`] gives the site path byte by byte, in one of the two ways of the platforms: nothing is stored, so a path of any
//! length costs no memory. [`decode_into`] does the same into a buffer, faster. [`encoded`] is the canonical encoding,
//! `encodeURIComponent` on each segment.

use alloc::string::String;

/// May stand in a canonical path as it is: unreserved for `encodeURIComponent`, or `/`.
pub(crate) const PLAIN: u8 = 1;
/// Left alone in a path by the URL parser.
pub(crate) const IN_PATH: u8 = 2;
/// Left alone in a query by the URL parser.
pub(crate) const IN_QUERY: u8 = 4;

/// What a byte may do where it stands.
static CLASS: [u8; 256] = classes();

const fn classes() -> [u8; 256] {
    let mut table = [0u8; 256];
    let mut byte = 0x21;
    while byte < 0x7F {
        let b = byte as u8;
        let mut class = 0;
        if b.is_ascii_alphanumeric()
            || matches!(b, b'-' | b'_' | b'.' | b'!' | b'~' | b'*' | b'\'' | b'(' | b')' | b'/')
        {
            class |= PLAIN;
        }
        if !matches!(b, b'"' | b'#' | b'<' | b'>' | b'?' | b'`' | b'{' | b'}' | b'^' | b'\\') {
            class |= IN_PATH;
        }
        if !matches!(b, b'"' | b'#' | b'<' | b'>' | b'\'') {
            class |= IN_QUERY;
        }
        #[allow(clippy::indexing_slicing, reason = "evaluated while compiling; the index is below 0x7F")]
        {
            table[byte] = class;
        }
        byte += 1;
    }
    table
}

#[inline(always)]
pub(crate) fn class_of(byte: u8) -> u8 {
    CLASS.get(usize::from(byte)).copied().unwrap_or(0)
}

const HEX: &[u8; 16] = b"0123456789ABCDEF";

/// `%XX`, upper case.
pub(crate) fn percent(byte: u8) -> [u8; 3] {
    let digit = |nibble: u8| HEX.get(usize::from(nibble)).copied().unwrap_or(b'0');
    [b'%', digit(byte >> 4), digit(byte & 15)]
}

/// The two ways in which platforms decode a path.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DecodeMode {
    /// Workers: each segment by itself, kept as it is where malformed; then runs of `/` become one.
    Segments,
    /// Pages: the whole path, or nothing at all if any part of it is malformed. Slashes are left alone.
    Whole,
}

/// The decoded bytes of a request path, one by one. The result is valid UTF-8.
#[derive(Debug, Clone)]
pub(crate) struct Decoding<'r> {
    /// What is left of the segment (or, for [`DecodeMode::Whole`], of the path).
    segment: &'r [u8],
    /// What comes behind it, beginning with its `/`.
    rest: &'r [u8],
    unescape: bool,
    mode: DecodeMode,
    after_slash: bool,
}

impl<'r> Decoding<'r> {
    pub(crate) fn new(bytes: &'r [u8], mode: DecodeMode) -> Self {
        match mode {
            DecodeMode::Whole => Decoding {
                segment: bytes,
                rest: b"",
                unescape: is_decodable(bytes),
                mode,
                after_slash: false,
            },
            DecodeMode::Segments => {
                Decoding { segment: b"", rest: bytes, unescape: false, mode, after_slash: false }
            }
        }
    }

    /// The next decoded byte, before slashes are collapsed.
    fn next_byte(&mut self) -> Option<u8> {
        if let Some((&first, tail)) = self.segment.split_first() {
            let escape = if first == b'%' && self.unescape { unescape(tail) } else { None };
            let (byte, behind) = escape.unwrap_or((first, tail));
            self.segment = behind;
            return Some(byte);
        }
        let (&slash, behind) = self.rest.split_first()?;
        let len = behind.iter().position(|&b| b == b'/').unwrap_or(behind.len());
        let (segment, rest) = behind.split_at_checked(len)?;
        self.segment = segment;
        self.rest = rest;
        self.unescape = is_decodable(segment);
        Some(slash)
    }
}

impl Iterator for Decoding<'_> {
    type Item = u8;

    fn next(&mut self) -> Option<u8> {
        loop {
            let byte = self.next_byte()?;
            if self.mode == DecodeMode::Segments {
                let repeated = byte == b'/' && self.after_slash;
                self.after_slash = byte == b'/';
                if repeated {
                    continue;
                }
            }
            return Some(byte);
        }
    }
}

/// The byte of two hex digits at the front, and what follows them.
#[inline]
pub(crate) fn unescape(tail: &[u8]) -> Option<(u8, &[u8])> {
    let ([high, low], behind) = tail.split_first_chunk::<2>()?;
    let (high, low) = (hex_value(*high), hex_value(*low));
    if (high | low) & NO_HEX != 0 { None } else { Some(((high << 4) | (low & 15), behind)) }
}

/// Whether `decodeURIComponent` accepts this: every `%` begins an escape, and what comes out is UTF-8.
fn is_decodable(bytes: &[u8]) -> bool {
    let mut rest = bytes;
    let mut utf8 = Utf8::default();
    while let Some((&first, tail)) = rest.split_first() {
        let (byte, behind) = match first {
            b'%' => match unescape(tail) {
                Some(decoded) => decoded,
                None => return false,
            },
            other => (other, tail),
        };
        rest = behind;
        if !utf8.accept(byte) {
            return false;
        }
    }
    utf8.is_complete()
}

/// Checks UTF-8 a byte at a time (Unicode 16, table 3-7).
#[derive(Default)]
struct Utf8 {
    /// Continuation bytes still to come.
    pending: u8,
    /// The range of the next continuation byte; 0x80..=0xBF but for the first one after some leads.
    low: u8,
    high: u8,
}

impl Utf8 {
    fn accept(&mut self, byte: u8) -> bool {
        if self.pending > 0 {
            let fits = (self.low..=self.high).contains(&byte);
            (self.pending, self.low, self.high) = (self.pending - 1, 0x80, 0xBF);
            return fits;
        }
        let (pending, low, high) = match byte {
            0x00..=0x7F => (0, 0, 0),
            0xC2..=0xDF => (1, 0x80, 0xBF),
            0xE0 => (2, 0xA0, 0xBF),
            0xED => (2, 0x80, 0x9F),
            0xE1..=0xEF => (2, 0x80, 0xBF),
            0xF0 => (3, 0x90, 0xBF),
            0xF1..=0xF3 => (3, 0x80, 0xBF),
            0xF4 => (3, 0x80, 0x8F),
            _ => return false,
        };
        (self.pending, self.low, self.high) = (pending, low, high);
        true
    }

    fn is_complete(&self) -> bool {
        self.pending == 0
    }
}

/// The canonical encoding of decoded bytes: `encodeURIComponent` on each segment, upper-case hex.
pub(crate) fn encoded(decoded: impl Iterator<Item = u8>) -> impl Iterator<Item = u8> {
    decoded.flat_map(|byte| {
        let (bytes, len) = if class_of(byte) & PLAIN != 0 { ([byte, 0, 0], 1) } else { (percent(byte), 3) };
        bytes.into_iter().take(len)
    })
}

/// What a path, as a URL parser leaves it, decodes to.
pub fn decode_path(path: &str, mode: DecodeMode) -> String {
    let bytes = Decoding::new(path.as_bytes(), mode).collect();
    String::from_utf8(bytes).unwrap_or_default()
}

/// The canonical encoding of a site path: `encodeURIComponent` on each segment, upper-case hex.
pub fn encode_site_path(site_path: &str) -> String {
    encoded(site_path.bytes()).map(char::from).collect()
}

/// The decoded bytes of a request path, in a buffer.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Decoded<'o> {
    /// The site path, which is UTF-8.
    pub(crate) site_path: &'o [u8],
    /// Whether the request path is the canonical encoding of it.
    pub(crate) is_canonical: bool,
}

/// Decodes a request path into `out`. `None` if `out` is too small; the length of the path is always enough.
pub(crate) fn decode_into<'o>(path: &[u8], mode: DecodeMode, out: &'o mut [u8]) -> Option<Decoded<'o>> {
    if let Some((len, is_canonical)) = decode_simply(path, out) {
        return Some(Decoded { site_path: out.get(..len)?, is_canonical });
    }
    let mut len = 0;
    match mode {
        DecodeMode::Whole => decode_piece(path, out, &mut len)?,
        DecodeMode::Segments => {
            let mut written = 0;
            for (index, segment) in path.split(|&b| b == b'/').enumerate() {
                if index > 0 {
                    *out.get_mut(len)? = b'/';
                    len += 1;
                }
                decode_piece(segment, out, &mut len)?;
                written = collapse_slashes(out, written, len);
                len = written;
            }
        }
    }
    let site_path = out.get(..len)?;
    Some(Decoded { site_path, is_canonical: is_encoding_of(path, site_path) })
}

/// Decodes, in one pass, a path that both ways of decoding take alike: every `%` begins an escape, what comes out is UTF-8, and
/// no slash is doubled or was an escape. The length written, and whether the path is the canonical encoding; `None` for any
/// other path.
fn decode_simply(path: &[u8], out: &mut [u8]) -> Option<(usize, bool)> {
    let (mut rest, mut len, mut is_canonical, mut previous) = (path, 0, true, 0);
    while let Some((&first, tail)) = rest.split_first() {
        let byte = if first == b'%' {
            let ([high, low], behind) = tail.split_first_chunk::<2>()?;
            let (high, low) = (hex_value(*high), hex_value(*low));
            let byte = (high << 4) | (low & 15);
            if (high | low) & NO_HEX != 0 || byte == b'/' {
                return None;
            }
            is_canonical &= (high | low) & LOWER_CASE == 0 && class_of(byte) & PLAIN == 0;
            rest = behind;
            byte
        } else {
            if first == b'/' && previous == b'/' {
                return None;
            }
            is_canonical &= class_of(first) & PLAIN != 0;
            rest = tail;
            first
        };
        *out.get_mut(len)? = byte;
        len += 1;
        previous = byte;
    }
    core::str::from_utf8(out.get(..len)?).ok()?;
    Some((len, is_canonical))
}

/// Set in the value of a digit `a` to `f`.
const LOWER_CASE: u8 = 0x40;
/// Set in the value of what is no digit.
const NO_HEX: u8 = 0x80;

/// The value of a hex digit, in the low four bits.
#[inline(always)]
fn hex_value(digit: u8) -> u8 {
    match digit {
        b'0'..=b'9' => digit - b'0',
        b'A'..=b'F' => digit - b'A' + 10,
        b'a'..=b'f' => (digit - b'a' + 10) | LOWER_CASE,
        _ => NO_HEX,
    }
}

/// Appends a piece as `decodeURIComponent` gives it, or as it is where that fails.
fn decode_piece(piece: &[u8], out: &mut [u8], len: &mut usize) -> Option<()> {
    let start = *len;
    if piece.contains(&b'%') {
        if unescape_all(piece, out, len)? && core::str::from_utf8(out.get(start..*len)?).is_ok() {
            return Some(());
        }
        *len = start;
    }
    out.get_mut(start..start + piece.len())?.copy_from_slice(piece);
    *len = start + piece.len();
    Some(())
}

/// Appends a piece with its escapes replaced; false if a `%` begins none.
fn unescape_all(piece: &[u8], out: &mut [u8], len: &mut usize) -> Option<bool> {
    let mut rest = piece;
    while let Some((&first, tail)) = rest.split_first() {
        let (byte, behind) = match first {
            b'%' => match unescape(tail) {
                Some(decoded) => decoded,
                None => return Some(false),
            },
            other => (other, tail),
        };
        *out.get_mut(*len)? = byte;
        *len += 1;
        rest = behind;
    }
    Some(true)
}

/// Makes runs of `/` single ones in `out[from..len]`, also with what stands before; the new length. What lies before `from` is
/// collapsed already.
fn collapse_slashes(out: &mut [u8], from: usize, len: usize) -> usize {
    let mut after_slash = from > 0 && out.get(from - 1) == Some(&b'/');
    let mut end = from;
    for position in from..len {
        let Some(&byte) = out.get(position) else { break };
        let is_slash = byte == b'/';
        if is_slash && after_slash {
            continue;
        }
        after_slash = is_slash;
        if let Some(place) = out.get_mut(end) {
            *place = byte;
        }
        end += 1;
    }
    end
}

/// Whether a path is the canonical encoding of a site path.
fn is_encoding_of(path: &[u8], site_path: &[u8]) -> bool {
    let mut rest = path;
    for &byte in site_path {
        rest = if class_of(byte) & PLAIN != 0 {
            match rest.split_first() {
                Some((&first, tail)) if first == byte => tail,
                _ => return false,
            }
        } else {
            match rest.split_first_chunk::<3>() {
                Some((escape, tail)) if *escape == percent(byte) => tail,
                _ => return false,
            }
        };
    }
    rest.is_empty()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decoded(path: &str, mode: DecodeMode) -> String {
        let mut out = [0; 256];
        let decoded = decode_into(path.as_bytes(), mode, &mut out).unwrap();
        assert_eq!(decoded.is_canonical, is_encoding_of(path.as_bytes(), decoded.site_path), "{path}");
        core::str::from_utf8(decoded.site_path).unwrap().into()
    }

    #[test]
    fn workers_decode_by_segment_and_collapse_slashes() {
        let workers = |path| decoded(path, DecodeMode::Segments);
        assert_eq!(workers("/caf%C3%A9//x"), "/café/x");
        assert_eq!(workers("/%41%/%41"), "/%41%/A");
        assert_eq!(workers("/a%2F%2Fb%2f"), "/a/b/");
        assert_eq!(workers("/%ED%A0%80"), "/%ED%A0%80");
    }

    #[test]
    fn pages_decodes_all_or_nothing() {
        let pages = |path| decoded(path, DecodeMode::Whole);
        assert_eq!(pages("/caf%C3%A9//x"), "/café//x");
        assert_eq!(pages("/%41%/%41"), "/%41%/%41");
        assert_eq!(pages("/%C3/%A9"), "/%C3/%A9");
    }

    #[test]
    fn canonical_paths_are_recognised() {
        let is_canonical = |path: &str| {
            decode_into(path.as_bytes(), DecodeMode::Segments, &mut [0; 256]).unwrap().is_canonical
        };
        for path in ["/a/%5Bb%5D", "/caf%C3%A9/%E6%97%A5", "/", "/a!~*'()"] {
            assert!(is_canonical(path), "{path}");
        }
        for path in
            ["/[a]", "/a+b", "/%5b", "//a", "/%41", "/%", "/a%2Fb", "/%c3%A9", "/%C3", "/%4", "/%C3%A9+"]
        {
            assert!(!is_canonical(path), "{path}");
        }
    }

    #[test]
    fn decoding_into_a_buffer_gives_what_decoding_byte_by_byte_gives() {
        for path in [
            "/",
            "//",
            "/a//b/",
            "/%2F%2Fa",
            "/a%2F/%2Fb//",
            "/%41%/%41",
            "/%C3%A9%",
            "/%C3/%A9",
            "/a%2f%2F%C3",
            "/%E6%97%A5/%e6%97%a5",
            "/a+b/%2B",
            "/%g0",
            "/%0",
            "/%C3/%A9/x",
            "/%00/%7F",
        ] {
            for mode in [DecodeMode::Segments, DecodeMode::Whole] {
                assert_eq!(decoded(path, mode), decode_path(path, mode), "{path} {mode:?}");
            }
        }
    }
}
