//! How a host other than Cloudflare's reads a request path. Everything happens in buffers of the caller, which the length of the path
//! is always enough for: what is decoded gets no longer, nor what is tidied up.

use crate::decode::unescape;
use crate::format;
use crate::host::HostRules;

/// A path as a host reads it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct HostPath<'b> {
    /// As its rules read it, UTF-8.
    pub(crate) read: &'b [u8],
    /// Under which its answer is stored, if it is.
    pub(crate) key: &'b [u8],
    /// An escape hides a character that rules look at, so what is stored may be the answer of another path.
    pub(crate) is_odd: bool,
}

/// Escapes of these stay where a host decodes as JavaScript's `decodeURI`.
const URI_RESERVED: &[u8] = b";/?:@&=+$,#";

/// Reads a path; `None` if the host refuses it.
pub(crate) fn read<'b>(
    path: &'b [u8],
    rules: &HostRules<'_>,
    read_buffer: &'b mut [u8],
    key_buffer: &'b mut [u8],
) -> Option<HostPath<'b>> {
    if rules.decodes_at_lookup() {
        let read = if rules.cleaning() == format::HOST_CLEAN_SLASHES && has_double_slash(path) {
            let len = single_slashes(path, read_buffer)?;
            read_buffer.get(..len)?
        } else {
            path
        };
        let is_decoded = decode_name(read, rules, key_buffer);
        let key = is_decoded.and_then(|len| key_buffer.get(..len));
        let is_odd = key.is_some() && hides_characters(read, rules);
        return Some(HostPath { read, key: key.unwrap_or(read), is_odd });
    }
    let decoded = decode(path, b"", read_buffer);
    let len = match decoded {
        Some(len) => len,
        None if rules.decoding() == format::HOST_DECODE_STRICT => return None,
        None => copy(path, read_buffer)?,
    };
    let len = match rules.cleaning() {
        format::HOST_CLEAN_DOTS => clean(read_buffer, len, false)?,
        format::HOST_CLEAN_DOTS_GO => clean(read_buffer, len, true)?,
        _ => len,
    };
    let read = read_buffer.get(..len)?;
    let key = if rules.cleaning() == format::HOST_CLEAN_SLASHES_AT_LOOKUP && has_double_slash(read) {
        let len = single_slashes(read, key_buffer)?;
        key_buffer.get(..len)?
    } else {
        read
    };
    Some(HostPath { read, key, is_odd: false })
}

/// Decodes the name of a file as hosts do that read paths undecoded; the length. `None` if a `%` begins no escape: the name is taken as
/// it is then.
pub(crate) fn decode_name(name: &[u8], rules: &HostRules<'_>, out: &mut [u8]) -> Option<usize> {
    let stays = if rules.decoding() == format::HOST_DECODE_AT_LOOKUP_URI { URI_RESERVED } else { b"" };
    decode(name, stays, out)
}

/// Decodes all escapes but those of some characters; the length. `None` if a `%` begins none. What is no UTF-8 then becomes U+FFFD.
pub(crate) fn decode(path: &[u8], stays: &[u8], out: &mut [u8]) -> Option<usize> {
    let (mut rest, mut len) = (path, 0);
    while let Some((&first, tail)) = rest.split_first() {
        let (byte, behind) = if first == b'%' { unescape(tail)? } else { (first, tail) };
        let stays = first == b'%' && stays.contains(&byte);
        *out.get_mut(len)? = if stays { first } else { byte };
        rest = if stays { tail } else { behind };
        len += 1;
    }
    if core::str::from_utf8(out.get(..len)?).is_ok() { Some(len) } else { replace_invalid(out, len) }
}

/// Makes bytes UTF-8; the length. They are put at the end of the buffer first and written from its beginning: a byte that is not ASCII
/// was an escape of three, so what is written never reaches what is still to be read.
fn replace_invalid(out: &mut [u8], len: usize) -> Option<usize> {
    let mut start = out.len() - len;
    out.copy_within(..len, start);
    let mut end = 0;
    while start < out.len() {
        let chunk = out.get(start..)?.utf8_chunks().next()?;
        let (valid, invalid) = (chunk.valid().len(), chunk.invalid().len());
        out.copy_within(start..start + valid, end);
        end += valid;
        start += valid + invalid;
        if invalid > 0 {
            out.get_mut(end..end + 3)?.copy_from_slice("\u{FFFD}".as_bytes());
            end += 3;
        }
    }
    Some(end)
}

/// Whether an escape stands for a character that the endings of rows are made of.
fn hides_characters(path: &[u8], rules: &HostRules<'_>) -> bool {
    let stays = if rules.decoding() == format::HOST_DECODE_AT_LOOKUP_URI { URI_RESERVED } else { b"" };
    let mut rest = path;
    while let Some((&first, tail)) = rest.split_first() {
        rest = tail;
        if first == b'%'
            && let Some((byte, _)) = unescape(tail)
            && (byte.is_ascii_alphanumeric() || b"/.-_".contains(&byte))
            && !stays.contains(&byte)
        {
            return true;
        }
    }
    false
}

fn has_double_slash(path: &[u8]) -> bool {
    path.windows(2).any(|pair| pair == b"//")
}

fn copy(path: &[u8], out: &mut [u8]) -> Option<usize> {
    out.get_mut(..path.len())?.copy_from_slice(path);
    Some(path.len())
}

/// Copies a path with runs of slashes as one; the length.
fn single_slashes(path: &[u8], out: &mut [u8]) -> Option<usize> {
    let mut len = 0;
    for byte in without_repeated_slashes(path.iter().copied()) {
        *out.get_mut(len)? = byte;
        len += 1;
    }
    Some(len)
}

/// Drops a slash behind a slash.
pub(crate) fn without_repeated_slashes(
    path: impl Iterator<Item = u8> + Clone,
) -> impl Iterator<Item = u8> + Clone {
    let mut previous = 0;
    path.filter(move |&byte| {
        let repeats = byte == b'/' && previous == b'/';
        previous = byte;
        !repeats
    })
}

/// Makes runs of slashes one and takes dot segments out, in place; the length. As Go does it, only a slash is a slash at the end, and
/// nothing may be left; otherwise a dot segment at the end leaves one, and `None` is a path that leaves the root.
fn clean(path: &mut [u8], len: usize, as_go: bool) -> Option<usize> {
    let (mut end, mut depth, mut start) = (0, 0usize, 0);
    let ends_in_slash = loop {
        let rest = path.get(start..len)?;
        let segment_len = rest.iter().position(|&byte| byte == b'/').unwrap_or(rest.len());
        let segment = rest.get(..segment_len)?;
        let ends_in_slash = segment.is_empty() || (!as_go && matches!(segment, b"." | b".."));
        match segment {
            b"" | b"." => {}
            b".." if depth > 0 => {
                depth -= 1;
                end = path.get(..end)?.iter().rposition(|&byte| byte == b'/')?;
            }
            b".." if as_go => {}
            b".." => return None,
            _ => {
                *path.get_mut(end)? = b'/';
                path.copy_within(start..start + segment_len, end + 1);
                end += 1 + segment_len;
                depth += 1;
            }
        }
        start += segment_len + 1;
        if start > len {
            break ends_in_slash;
        }
    };
    if ends_in_slash {
        *path.get_mut(end)? = b'/';
        end += 1;
    }
    Some(end)
}

#[cfg(test)]
mod tests {
    use std::string::{String, ToString};

    use super::*;

    fn cleaned(path: &str, as_go: bool) -> Option<String> {
        let mut bytes = path.as_bytes().to_vec();
        let len = clean(&mut bytes, path.len(), as_go)?;
        Some(core::str::from_utf8(&bytes[..len]).unwrap().to_string())
    }

    #[test]
    fn slashes_and_dot_segments_are_taken_out_as_each_server_does() {
        for (path, nginx, caddy) in [
            ("/", Some("/"), "/"),
            ("//", Some("/"), "/"),
            ("//a//b/", Some("/a/b/"), "/a/b/"),
            ("/a/b/..", Some("/a/"), "/a"),
            ("/a/.", Some("/a/"), "/a"),
            ("/a/../..", None, ""),
            ("/a/../../b", None, "/b"),
            ("/..a/...", Some("/..a/..."), "/..a/..."),
        ] {
            assert_eq!(cleaned(path, false).as_deref(), nginx, "{path}");
            assert_eq!(cleaned(path, true).as_deref(), Some(caddy), "{path}");
        }
    }

    #[test]
    fn decoding_replaces_what_is_no_utf8_within_the_length_of_the_path() {
        for path in ["/a%20b", "/%C3%A9", "/%FF", "/%E6%97x%F0%9F%98", "/%C3%C3%A9%FF%FF", "/%2f%3F"] {
            let bytes: std::vec::Vec<u8> = {
                let mut out = std::vec::Vec::new();
                let mut rest = path.as_bytes();
                while let Some((&first, tail)) = rest.split_first() {
                    let (byte, behind) = if first == b'%' { unescape(tail).unwrap() } else { (first, tail) };
                    out.push(byte);
                    rest = behind;
                }
                out
            };
            let mut out = std::vec![0; path.len()];
            let len = decode(path.as_bytes(), b"", &mut out).unwrap();
            assert_eq!(core::str::from_utf8(&out[..len]).unwrap(), String::from_utf8_lossy(&bytes), "{path}");
        }
        assert_eq!(decode(b"/%2", b"", &mut [0; 8]), None);
        let mut out = [0; 16];
        let len = decode(b"/%2f%3F%61", b"/?", &mut out).unwrap();
        assert_eq!(&out[..len], b"/%2f%3Fa");
    }
}
