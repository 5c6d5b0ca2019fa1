//! The URLs of a style sheet or style attribute: `url(...)` and `@import "..."`. Comments and strings are skipped.

use memchr::{memchr, memchr2, memchr3, memmem};

/// Gives each URL, still with its escapes, and its place in the text.
pub(crate) fn css<'t>(text: &'t [u8], mut each: impl FnMut(&'t [u8], usize)) {
    let mut at = 0;
    while let Some(found) = text.get(at..).and_then(next_sign) {
        let here = at + found;
        let rest = text.get(here..).unwrap_or_default();
        at = here
            + match rest {
                [b'/', b'*', body @ ..] => memmem::find(body, b"*/").map_or(rest.len(), |end| end + 4),
                [quote @ (b'"' | b'\''), body @ ..] => {
                    let end = string_end(body, *quote);
                    if follows_import(text.get(..here).unwrap_or_default()) {
                        each(body.get(..end).unwrap_or_default(), here + 1);
                    }
                    end + 2
                }
                [b'(', body @ ..] if follows(text.get(..here).unwrap_or_default(), b"url") => {
                    let skipped = body.iter().take_while(|byte| byte.is_ascii_whitespace()).count();
                    let body = body.get(skipped..).unwrap_or_default();
                    1 + skipped + url(body, here + 1 + skipped, &mut each)
                }
                _ => 1,
            };
    }
}

/// Where a comment, a string or parentheses may begin.
fn next_sign(text: &[u8]) -> Option<usize> {
    let other = memchr3(b'"', b'\'', b'(', text);
    let slash = memchr(b'/', text.get(..other.unwrap_or(text.len())).unwrap_or_default());
    slash.or(other)
}

/// What stands behind `url(`; gives its length.
fn url<'t>(body: &'t [u8], place: usize, each: &mut impl FnMut(&'t [u8], usize)) -> usize {
    match body {
        [quote @ (b'"' | b'\''), inner @ ..] => {
            let end = string_end(inner, *quote);
            each(inner.get(..end).unwrap_or_default(), place + 1);
            end + 2
        }
        _ => {
            let end = memchr(b')', body).unwrap_or(body.len());
            each(body.get(..end).unwrap_or_default().trim_ascii_end(), place);
            end + 1
        }
    }
}

/// The length of a string's content.
fn string_end(text: &[u8], quote: u8) -> usize {
    let mut at = 0;
    while let Some(found) = text.get(at..).and_then(|rest| memchr2(quote, b'\\', rest)) {
        if text.get(at + found) == Some(&quote) {
            return at + found;
        }
        at += found + 2;
    }
    text.len()
}

fn follows(text: &[u8], word: &[u8]) -> bool {
    let Some(start) = text.len().checked_sub(word.len()) else { return false };
    text.get(start..).is_some_and(|tail| tail.eq_ignore_ascii_case(word))
}

fn follows_import(text: &[u8]) -> bool {
    follows(text.trim_ascii_end(), b"@import")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn urls(text: &str) -> Vec<&str> {
        let mut found = Vec::new();
        css(text.as_bytes(), |url, at| {
            let url = std::str::from_utf8(url).unwrap();
            assert_eq!(text.get(at..at + url.len()), Some(url));
            found.push(url);
        });
        found
    }

    #[test]
    fn urls_and_imports_are_found() {
        assert_eq!(
            urls("a{b:url(x.png)} c{d: URL( \"y.png\" )} e{f:url('z.png')}"),
            ["x.png", "y.png", "z.png"]
        );
        assert_eq!(
            urls("@import \"a.css\"; @import url(b.css) screen; @IMPORT 'c.css';"),
            ["a.css", "b.css", "c.css"]
        );
    }

    #[test]
    fn comments_and_strings_hold_none() {
        assert_eq!(urls("/* url(no.png) */ a{content:\"url(no.png)\"; b:url(x.png)}"), ["x.png"]);
        assert_eq!(urls("a{content:'\\'url(no)'} /* open url(no)"), [""; 0]);
    }

    #[test]
    fn broken_sheets_end() {
        assert_eq!(urls("a{b:url("), [""]);
        assert_eq!(urls("a{b:url(\"x"), ["x"]);
        assert_eq!(urls("a{b:url(x.png"), ["x.png"]);
        assert_eq!(urls("\"\\"), [""; 0]);
        assert_eq!(urls("/"), [""; 0]);
    }
}
