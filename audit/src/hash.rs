//! Hashes of paths, ids and fragments; of fragments also what they decode to.

/// XXH3-64: equal hashes are taken for equal bytes.
pub(crate) fn hash(bytes: &[u8]) -> u64 {
    trailmark::key::checksum(bytes)
}

/// The part of a fragment that names an element; `None` if every page has what it means.
pub(crate) fn wanted_fragment(fragment: &[u8]) -> Option<&[u8]> {
    let end = memchr::memmem::find(fragment, b":~:").unwrap_or(fragment.len());
    let fragment = fragment.get(..end)?;
    (!fragment.is_empty() && !fragment.eq_ignore_ascii_case(b"top")).then_some(fragment)
}

/// The hash of what a fragment decodes to, if that is something else.
pub(crate) fn decoded_hash(fragment: &[u8]) -> Option<u64> {
    memchr::memchr(b'%', fragment)?;
    let digit =
        |at: usize| fragment.get(at).and_then(|&byte| char::from(byte).to_digit(16)).map(|digit| digit as u8);
    let mut decoded = Vec::with_capacity(fragment.len());
    let mut at = 0;
    while let Some(&byte) = fragment.get(at) {
        match (byte, digit(at + 1), digit(at + 2)) {
            (b'%', Some(high), Some(low)) => {
                decoded.push(high << 4 | low);
                at += 3;
            }
            _ => {
                decoded.push(byte);
                at += 1;
            }
        }
    }
    Some(hash(&decoded))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_every_page_has_is_not_looked_for() {
        for fragment in ["", "top", "TOP", ":~:text=x"] {
            assert_eq!(wanted_fragment(fragment.as_bytes()), None, "{fragment}");
        }
        assert_eq!(wanted_fragment(b"a:~:text=x"), Some(&b"a"[..]));
        assert_eq!(wanted_fragment(b"top-of-page"), Some(&b"top-of-page"[..]));
    }

    #[test]
    fn only_what_has_percent_signs_is_decoded() {
        assert_eq!(decoded_hash(b"plain"), None);
        assert_eq!(decoded_hash(b"a%3Cb"), Some(hash(b"a<b")));
        assert_eq!(decoded_hash(b"caf%C3%a9"), Some(hash("café".as_bytes())));
        assert_eq!(decoded_hash(b"100%"), Some(hash(b"100%")));
        assert_eq!(decoded_hash(b"%zz%4"), Some(hash(b"%zz%4")));
    }
}
