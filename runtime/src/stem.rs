//! Splitting a site path into a *stem* and a *form*, so that one slot holds a page, not one a request path.
//!
//! `/about`, `/about/`, `/about.html`, `/about/index` and `/about/index.html` are forms of the stem `/about`.
//! The index stores the stem once, and beside it what each of its eight forms answers. The last three forms
//! exist because `foo/index.html` is also "the page of `/foo/index`": without them each folder page would need
//! a second slot for answers such as `/foo/index/` → `/foo/index`.
//!
//! Splitting is a matter of storage only. It never decides an answer: every path has exactly one stem and
//! form, and what is stored for them is what the rules say about that very path.

/// How a site path ends, after its stem.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum Form {
    /// `/foo`
    Bare = 0,
    /// `/foo/`
    Slash = 1,
    /// `/foo.html`
    Html = 2,
    /// `/foo/index`
    Index = 3,
    /// `/foo/index.html`
    IndexHtml = 4,
    /// `/foo/index/`
    IndexSlash = 5,
    /// `/foo/index/index`
    IndexIndex = 6,
    /// `/foo/index/index.html`
    IndexIndexHtml = 7,
}

impl Form {
    /// Every form, in the order in which a shape stores them.
    pub const ALL: [Form; 8] = [
        Form::Bare,
        Form::Slash,
        Form::Html,
        Form::Index,
        Form::IndexHtml,
        Form::IndexSlash,
        Form::IndexIndex,
        Form::IndexIndexHtml,
    ];

    /// What the form adds to the stem.
    #[inline]
    pub const fn suffix(self) -> &'static str {
        match self {
            Form::Bare => "",
            Form::Slash => "/",
            Form::Html => ".html",
            Form::Index => "/index",
            Form::IndexHtml => "/index.html",
            Form::IndexSlash => "/index/",
            Form::IndexIndex => "/index/index",
            Form::IndexIndexHtml => "/index/index.html",
        }
    }

    /// The form with this number; `None` for 8 and above.
    #[inline]
    pub fn from_number(number: u8) -> Option<Form> {
        Form::ALL.get(usize::from(number)).copied()
    }
}

/// Splits a site path (decoded bytes) into stem and form; the longest suffix wins. Joining the two gives the
/// path back. O(1).
///
/// ```
/// use trailmark::{Form, split_stem};
/// assert_eq!(split_stem(b"/blog/index.html"), (&b"/blog"[..], Form::IndexHtml));
/// assert_eq!(split_stem(b"/"), (&b""[..], Form::Slash));
/// ```
#[inline]
pub fn split_stem(site_path: &[u8]) -> (&[u8], Form) {
    const HTML: u64 = ending(b".html");
    const INDEX: u64 = ending(b"/index");
    const INDEX_SLASH: u64 = ending(b"/index/");
    let Some(end) = site_path.last_chunk() else { return split_any(site_path) };
    let end = u64::from_le_bytes(*end);
    if (end >> 24 == HTML) | (end >> 16 == INDEX) | (end >> 8 == INDEX_SLASH) {
        return split_any(site_path);
    }
    // Nearly every path. Whether there is a slash can't be foreseen, so this is arithmetic and no branch.
    let has_slash = end >> 56 == u64::from(b'/');
    let form = if has_slash { Form::Slash } else { Form::Bare };
    let len = site_path.len() - usize::from(has_slash);
    (site_path.get(..len).unwrap_or_default(), form)
}

/// A text as a number, its first byte the lowest.
const fn ending(mut text: &[u8]) -> u64 {
    let mut number = 0;
    while let [start @ .., byte] = text {
        number = number << 8 | *byte as u64;
        text = start;
    }
    number
}

fn split_any(site_path: &[u8]) -> (&[u8], Form) {
    match site_path.last() {
        Some(b'/') => strip_first(site_path, &[Form::IndexSlash, Form::Slash]),
        Some(b'l') => strip_first(site_path, &[Form::IndexIndexHtml, Form::IndexHtml, Form::Html]),
        Some(b'x') => strip_first(site_path, &[Form::IndexIndex, Form::Index]),
        _ => (site_path, Form::Bare),
    }
}

/// The first of the forms whose suffix ends the path.
#[inline(always)]
fn strip_first<'p>(site_path: &'p [u8], forms: &[Form]) -> (&'p [u8], Form) {
    for &form in forms {
        if let Some(stem) = site_path.strip_suffix(form.suffix().as_bytes()) {
            return (stem, form);
        }
    }
    (site_path, Form::Bare)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_longest_suffix_wins() {
        let cases: [(&str, &str, Form); 14] = [
            ("/foo", "/foo", Form::Bare),
            ("/foo/", "/foo", Form::Slash),
            ("/foo.html", "/foo", Form::Html),
            ("/foo/index", "/foo", Form::Index),
            ("/foo/index.html", "/foo", Form::IndexHtml),
            ("/foo/index/", "/foo", Form::IndexSlash),
            ("/foo/index/index", "/foo", Form::IndexIndex),
            ("/foo/index/index.html", "/foo", Form::IndexIndexHtml),
            ("/foo/index/index/index", "/foo/index", Form::IndexIndex),
            ("/index", "", Form::Index),
            ("/fooindex", "/fooindex", Form::Bare),
            ("/.html", "/", Form::Html),
            ("", "", Form::Bare),
            ("/a.html/", "/a.html", Form::Slash),
        ];
        for (path, stem, form) in cases {
            assert_eq!(split_stem(path.as_bytes()), (stem.as_bytes(), form), "{path}");
        }
    }

    #[test]
    fn numbers_and_forms_agree() {
        for (number, form) in Form::ALL.into_iter().enumerate() {
            assert_eq!(form as usize, number);
            assert_eq!(Form::from_number(number as u8), Some(form));
        }
        assert_eq!(Form::from_number(8), None);
    }
}
