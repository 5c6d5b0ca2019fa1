//! Entity tags in request headers: RFC 9110, sections 8.8.3.2 and 13.1.

use http::HeaderMap;
use http::header::{HeaderName, IF_RANGE, RANGE};
use trailmark::ETag;

/// Whether a list of entity tags, in one header line or several, is `*` or names this tag. A strong comparison takes no weak tags.
/// What is no list ends it.
pub(super) fn any_matches(headers: &HeaderMap, name: &HeaderName, etag: &ETag, is_strong: bool) -> bool {
    headers.get_all(name).iter().any(|line| {
        let line = line.as_bytes().trim_ascii();
        line == b"*"
            || Tags { rest: line }
                .any(|(is_weak, tag)| tag == etag.as_str().as_bytes() && !(is_weak && is_strong))
    })
}

/// Whether the request's `Range` counts: there is one, and no `If-Range` that wants another version. Times never match, since
/// answers have no `Last-Modified`.
pub(super) fn range_counts(headers: &HeaderMap, etag: &ETag) -> bool {
    let mut conditions = headers.get_all(IF_RANGE).iter();
    headers.contains_key(RANGE)
        && match (conditions.next(), conditions.next()) {
            (None, _) => true,
            (Some(tag), None) => tag.as_bytes() == etag.as_str().as_bytes(),
            (Some(_), Some(_)) => false,
        }
}

/// The tags of a list, each with its quotes, and whether it is weak.
struct Tags<'h> {
    rest: &'h [u8],
}

impl<'h> Iterator for Tags<'h> {
    type Item = (bool, &'h [u8]);

    fn next(&mut self) -> Option<Self::Item> {
        let start = self.rest.iter().position(|b| !matches!(b, b' ' | b'\t' | b','))?;
        let rest = self.rest.get(start..)?;
        let (is_weak, rest) = match rest.strip_prefix(b"W/") {
            Some(strong) => (true, strong),
            None => (false, rest),
        };
        let inside = rest.strip_prefix(b"\"")?;
        let len = inside.iter().position(|b| *b == b'"')?;
        let (tag, behind) = rest.split_at_checked(len + 2)?;
        // Behind a tag comes a comma, or nothing.
        let behind = behind.trim_ascii_start();
        self.rest = if behind.is_empty() || behind.starts_with(b",") { behind } else { b"" };
        Some((is_weak, tag))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tags(list: &str) -> Vec<(bool, String)> {
        let own = |(is_weak, tag): (bool, &[u8])| (is_weak, String::from_utf8(tag.to_vec()).unwrap());
        Tags { rest: list.as_bytes() }.map(own).collect()
    }

    #[test]
    fn lists_of_tags_are_read_whatever_stands_in_them() {
        let expected =
            [(false, "\"a\"".to_owned()), (true, "\"b,c\"".to_owned()), (false, "\"\"".to_owned())];
        assert_eq!(tags("\"a\", W/\"b,c\" ,,\t\"\""), expected);
        assert_eq!(tags(" , \"a\" junk, \"b\""), [(false, "\"a\"".to_owned())]);
        for broken in ["", "a", "\"a", "w/\"a\"", "W/", ",", "W/ \"a\""] {
            assert_eq!(tags(broken), [], "{broken}");
        }
    }
}
