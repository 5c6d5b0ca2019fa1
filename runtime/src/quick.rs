//! First looks at a request target, sixteen bytes at a time, by which nearly every request is known to need no rewriting. Each says
//! yes only where that is so; a no only means that somebody has to look closer (`path.rs`).

/// Bytes that are looked at side by side.
const LANES: usize = 16;
/// These, and the one before them.
const WINDOW: usize = LANES + 1;

/// Whether a target is a path that is its own decoding and its own canonical encoding, and has neither a query nor anything that
/// could be a dot segment. May say no where the answer is yes. Nearly all requests end here.
#[inline]
pub(crate) fn is_quickly_plain(target: &[u8]) -> bool {
    no_byte_is_odd(target, |previous, byte| {
        !is_quickly_plain_byte(byte) | ((previous == b'/') & is_slash_or_dot(byte))
    })
}

/// Whether a target is such a path but for its escapes: what names in other scripts end up as. Escapes that begin with `%2` are
/// left to others, since one of them is a dot.
#[inline]
pub(crate) fn is_quickly_escaped(target: &[u8]) -> bool {
    no_byte_is_odd(target, |previous, byte| {
        !(is_quickly_plain_byte(byte) | (byte == b'%'))
            | ((previous == b'/') & is_slash_or_dot(byte))
            | ((previous == b'%') & (byte == b'2'))
    })
}

/// Letters, digits, and `-` `.` `/` `_`. What else is plain (`! ' ( ) * ~`) is too rare to be worth its instructions.
#[inline(always)]
fn is_quickly_plain_byte(byte: u8) -> bool {
    ((byte | 0x20).wrapping_sub(b'a') < 26) | (byte.wrapping_sub(b'-') < 13) | (byte == b'_')
}

#[inline(always)]
fn is_slash_or_dot(byte: u8) -> bool {
    (byte == b'/') | (byte == b'.')
}

/// Whether no byte behind the first is odd, given the one before it. Written to be compiled to vector instructions: no table, no
/// early exit, windows that overlap at the end.
#[inline(always)]
fn no_byte_is_odd(target: &[u8], is_odd: impl Fn(u8, u8) -> bool) -> bool {
    let mut padded = [b'a'; WINDOW];
    let windows = if target.len() >= WINDOW {
        target
    } else {
        for (place, &byte) in padded.iter_mut().zip(target) {
            *place = byte;
        }
        &padded
    };
    let last = windows.len() - WINDOW;
    let mut odd = [0; LANES];
    let mut start = 0;
    while let Some(window) = windows.get(start..).and_then(|rest| rest.first_chunk::<WINDOW>()) {
        let [before @ .., _] = window;
        let [_, bytes @ ..] = window;
        for ((&before, &byte), odd) in before.iter().zip(bytes).zip(&mut odd) {
            *odd |= u8::from(is_odd(before, byte));
        }
        if start == last {
            break;
        }
        start = (start + LANES).min(last);
    }
    u128::from_ne_bytes(odd) == 0
}

/// Whether a query, from its `?` on, is as a URL parser leaves it. A backslash may stand in one, but whether it is one of
/// `/cdn-cgi\` is looked at elsewhere.
pub(crate) fn is_quickly_query(query: &[u8]) -> bool {
    no_byte_is_odd(query, |_, byte| {
        let (quotes, angles) = ((byte == b'"') | (byte == b'\''), (byte == b'<') | (byte == b'>'));
        (byte.wrapping_sub(b'!') > b'~' - b'!') | quotes | angles | (byte == b'#') | (byte == b'\\')
    })
}

/// Where the query begins, or the length of the target.
pub(crate) fn query_start(target: &[u8]) -> usize {
    let (chunks, rest) = target.as_chunks::<LANES>();
    let mut start = 0;
    for chunk in chunks {
        if chunk.iter().fold(0, |found, &byte| found | u8::from(byte == b'?')) != 0 {
            break;
        }
        start += LANES;
    }
    let behind = target.get(start..).unwrap_or(rest);
    start + behind.iter().position(|&byte| byte == b'?').unwrap_or(behind.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quick_answers_are_right_wherever_the_odd_byte_stands() {
        for len in 1..70 {
            let path = std::string::String::from_utf8(std::vec![b'a'; len]).unwrap();
            let path = std::format!("/{path}");
            assert!(is_quickly_plain(path.as_bytes()), "{path}");
            assert!(is_quickly_escaped(path.replace("aaa", "%E9").as_bytes()), "{path}");
            for odd in ["%", "?", "+", "\u{e9}", "//", "/.", " ", "%2e", "%2E"] {
                for at in 1..=len {
                    let odd_path = std::format!("{}{odd}{}", &path[..at], &path[at..]);
                    assert!(!is_quickly_plain(odd_path.as_bytes()), "{odd_path}");
                    // A lone `%` is for the decoder to find out about.
                    assert_eq!(is_quickly_escaped(odd_path.as_bytes()), odd == "%", "{odd_path}");
                }
            }
        }
        assert!(is_quickly_plain(b"/a-b_c.d/i/0/Z"));
    }

    #[test]
    fn queries_are_found_and_looked_at_wherever_they_begin() {
        for len in 0..40 {
            let path = std::format!("/{}", "a".repeat(len));
            assert_eq!(query_start(path.as_bytes()), path.len());
            let query = std::format!("?x=1&y=%20{}", "b?c".repeat(len));
            let target = std::format!("{path}{query}");
            assert_eq!(query_start(target.as_bytes()), path.len(), "{target}");
            assert!(is_quickly_query(query.as_bytes()), "{query}");
            for odd in ["\"", "'", "<", ">", "#", "\\", " ", "\u{7f}", "\u{e9}", "\t"] {
                for at in 1..=query.len() {
                    let odd_query = std::format!("{}{odd}{}", &query[..at], &query[at..]);
                    assert!(!is_quickly_query(odd_query.as_bytes()), "{odd_query}");
                }
            }
        }
    }
}
