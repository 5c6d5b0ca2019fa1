//! From a reference as it stands in a page (`href="../x?y#z"`) to the path that a browser asks for.
//!
//! Does what a WHATWG URL parser does with a reference and a base of the scheme `http` or `https`, up to the point where
//! [`trailmark::RequestPath::parse`] takes over (dot segments in the middle, percent-encoding): white space trimmed, tabs and line breaks
//! dropped, the scheme looked for before anything is decoded, `\` as `/`, leading `..` clamped at the root. Queries are left
//! out of the path, since no rule of the platforms depends on them.

use std::borrow::Cow;

use memchr::{memchr, memchr3};

/// The hosts that are this site: in lower case, with a port if it is not the scheme's own.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Origins {
    hosts: Vec<String>,
}

impl Origins {
    /// Origins from hosts (`example.com`, `localhost:8080`), in any case.
    pub fn new(hosts: impl IntoIterator<Item = String>) -> Origins {
        Origins { hosts: hosts.into_iter().map(|host| host.to_ascii_lowercase()).collect() }
    }

    /// The hosts.
    pub fn hosts(&self) -> &[String] {
        &self.hosts
    }

    /// Whether this is one of the site's own hosts.
    pub(crate) fn contains(&self, host: &[u8]) -> bool {
        self.hosts.iter().any(|own| own.as_bytes().eq_ignore_ascii_case(host))
    }
}

/// Where references are resolved from: the URL at which a page is served, or what its `<base>` makes of that.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct From {
    /// Percent-encoded, without a query.
    path: Vec<u8>,
    /// Up to the last slash, which it includes.
    folder_len: usize,
    /// Whether it lies on another host: then so does all that names none.
    is_elsewhere: bool,
}

impl From {
    /// From a path of the site, which begins with a slash.
    pub(crate) fn at(path: impl Into<Vec<u8>>) -> From {
        let path = path.into();
        let folder_len = path.iter().rposition(|&byte| byte == b'/').map_or(0, |slash| slash + 1);
        From { path, folder_len, is_elsewhere: false }
    }

    pub(crate) fn elsewhere() -> From {
        From { is_elsewhere: true, ..From::at("/") }
    }

    pub(crate) fn path(&self) -> &[u8] {
        &self.path
    }

    fn folder(&self) -> &[u8] {
        self.path.get(..self.folder_len).unwrap_or_default()
    }
}

/// What a reference refers to. A path is written to the buffer that was given.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Reference<'t> {
    /// A path of this site.
    Path(Path<'t>),
    /// Another host.
    Elsewhere,
    /// Something without a path to ask for: `mailto:`, `data:`, `javascript:`.
    OtherScheme,
    /// No URL at all.
    Invalid,
}

/// What stands beside the path.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Path<'t> {
    /// What stands behind `#`, undecoded; `None` without `#`.
    pub(crate) fragment: Option<&'t [u8]>,
    /// Whether the reference has a query.
    pub(crate) has_query: bool,
    /// How much the reference leaves to its base.
    pub(crate) kind: PathKind,
}

/// How much a reference leaves to its base.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum PathKind {
    /// Nothing, or scheme and host.
    Absolute,
    /// The folder.
    Relative,
    /// The whole path: it is empty, or has only a query or a fragment.
    Same,
}

/// What a browser takes a reference's text for: without white space around it, tabs and line breaks.
pub(crate) fn cleaned(text: &[u8]) -> Cow<'_, [u8]> {
    let is_blank = |byte: &u8| *byte <= b' ';
    let start = text.iter().position(|byte| !is_blank(byte)).unwrap_or(text.len());
    let end = text.iter().rposition(|byte| !is_blank(byte)).map_or(start, |last| last + 1);
    let trimmed = text.get(start..end).unwrap_or_default();
    match memchr3(b'\t', b'\n', b'\r', trimmed) {
        None => Cow::Borrowed(trimmed),
        Some(_) => Cow::Owned(
            trimmed.iter().copied().filter(|byte| !matches!(byte, b'\t' | b'\n' | b'\r')).collect(),
        ),
    }
}

/// Resolves a [`cleaned`] reference. If it leads to this site, `path` holds the path afterwards: it begins with `/` and may still
/// hold dot segments, backslashes and bytes that have to be encoded.
pub(crate) fn resolve<'t>(
    from: &From,
    text: &'t [u8],
    origins: &Origins,
    path: &mut Vec<u8>,
) -> Reference<'t> {
    path.clear();
    let (text, fragment) = match memchr(b'#', text) {
        Some(at) => (text.get(..at).unwrap_or_default(), text.get(at + 1..)),
        None => (text, None),
    };
    let (text, has_query) = match memchr(b'?', text) {
        Some(at) => (text.get(..at).unwrap_or_default(), true),
        None => (text, false),
    };
    let found = |kind| Reference::Path(Path { fragment, has_query, kind });
    let is_slash = |byte: Option<&u8>| matches!(byte, Some(b'/' | b'\\'));
    match text {
        [] if from.is_elsewhere => Reference::Elsewhere,
        [] => {
            path.extend_from_slice(&from.path);
            found(PathKind::Same)
        }
        [b'/' | b'\\', b'/' | b'\\', ..] => authority(text, origins, path, found),
        [b'/' | b'\\', ..] if from.is_elsewhere => Reference::Elsewhere,
        [b'/' | b'\\', ..] => {
            path.extend_from_slice(text);
            found(PathKind::Absolute)
        }
        _ => match scheme(text) {
            Some((name, rest))
                if name.eq_ignore_ascii_case(b"http") || name.eq_ignore_ascii_case(b"https") =>
            {
                // `https:x` is relative if the page has the same scheme, which is not known; nobody writes it.
                if is_slash(rest.first()) {
                    authority(rest, origins, path, found)
                } else {
                    Reference::Invalid
                }
            }
            Some(_) => Reference::OtherScheme,
            None if from.is_elsewhere => Reference::Elsewhere,
            None => {
                relative(from, text, path);
                found(PathKind::Relative)
            }
        },
    }
}

/// The query of a [`cleaned`] reference, with its `?`; empty if it has none.
pub(crate) fn query_of(text: &[u8]) -> &[u8] {
    let end = memchr(b'#', text).unwrap_or(text.len());
    let text = text.get(..end).unwrap_or_default();
    memchr(b'?', text).and_then(|start| text.get(start..)).unwrap_or_default()
}

/// The length of what stands before the path of a [`cleaned`] reference: scheme and host, or `//` and host, or nothing.
pub(crate) fn origin_len(text: &[u8]) -> usize {
    let is_slash = |byte: &u8| matches!(byte, b'/' | b'\\');
    let behind_scheme = scheme(text).map_or(text, |(_, rest)| rest);
    let slashes = behind_scheme.iter().take_while(|byte| is_slash(byte)).count();
    if behind_scheme.len() == text.len() && slashes < 2 {
        return 0;
    }
    let host = behind_scheme.get(slashes..).unwrap_or_default();
    let ends = |byte: &u8| is_slash(byte) || matches!(byte, b'?' | b'#');
    text.len() - host.len() + host.iter().position(ends).unwrap_or(host.len())
}

/// A scheme and what follows its colon.
fn scheme(text: &[u8]) -> Option<(&[u8], &[u8])> {
    let first = text.first()?;
    if !first.is_ascii_alphabetic() {
        return None;
    }
    let end = text
        .iter()
        .position(|byte| !matches!(byte, b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'+' | b'-' | b'.'))?;
    (text.get(end) == Some(&b':')).then(|| Some((text.get(..end)?, text.get(end + 1..)?)))?
}

/// What begins with `//`: a host, then a path.
fn authority<'t>(
    text: &'t [u8],
    origins: &Origins,
    path: &mut Vec<u8>,
    found: impl Fn(PathKind) -> Reference<'t>,
) -> Reference<'t> {
    let start = text.iter().position(|byte| !matches!(byte, b'/' | b'\\')).unwrap_or(text.len());
    let rest = text.get(start..).unwrap_or_default();
    let end = rest.iter().position(|byte| matches!(byte, b'/' | b'\\')).unwrap_or(rest.len());
    let (authority, tail) = rest.split_at_checked(end).unwrap_or_default();
    if authority.is_empty() {
        return Reference::Invalid;
    }
    if !origins.contains(host(authority)) {
        return Reference::Elsewhere;
    }
    path.extend_from_slice(if tail.is_empty() { b"/" } else { tail });
    found(PathKind::Absolute)
}

/// An authority without user name, and without a port that is a scheme's own.
fn host(authority: &[u8]) -> &[u8] {
    let behind_user = memchr::memrchr(b'@', authority).map_or(0, |at| at + 1);
    let host = authority.get(behind_user..).unwrap_or_default();
    let host = host.strip_suffix(b":443").or(host.strip_suffix(b":80")).unwrap_or(host);
    host.strip_suffix(b":").unwrap_or(host)
}

/// Puts a relative path behind the folder; takes leading `./` and `../` away at once, which nearly all dot segments are.
fn relative(from: &From, mut text: &[u8], path: &mut Vec<u8>) {
    let mut folder = from.folder();
    loop {
        text = match text {
            [b'.', b'/' | b'\\', rest @ ..] => rest,
            [b'.', b'.', b'/' | b'\\', rest @ ..] => {
                folder = parent(folder);
                rest
            }
            b".." => {
                folder = parent(folder);
                b""
            }
            b"." => b"",
            _ => break,
        };
    }
    path.extend_from_slice(folder);
    path.extend_from_slice(text);
}

/// The folder above, with its slash; the root is its own.
fn parent(folder: &[u8]) -> &[u8] {
    let inner = folder.strip_suffix(b"/").unwrap_or(folder);
    match memchr::memrchr(b'/', inner) {
        Some(slash) => folder.get(..=slash).unwrap_or(b"/"),
        None => b"/",
    }
}

/// A URL's origin host and path, for texts that say where a site is: `https://example.com/docs/`.
pub(crate) fn host_and_path(url: &[u8]) -> Option<(&[u8], &[u8])> {
    let (name, rest) = scheme(url)?;
    if !name.eq_ignore_ascii_case(b"http") && !name.eq_ignore_ascii_case(b"https") {
        return None;
    }
    let rest = rest.strip_prefix(b"//")?;
    let end = rest.iter().position(|byte| matches!(byte, b'/' | b'\\' | b'?' | b'#')).unwrap_or(rest.len());
    let (authority, path) = rest.split_at_checked(end)?;
    let host = host(authority);
    (!host.is_empty()).then_some((host, path))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn show(from: &str, text: &str) -> String {
        let origins = Origins::new(["Example.com".to_owned(), "localhost:8080".to_owned()]);
        let mut path = Vec::new();
        let text = cleaned(text.as_bytes());
        match resolve(&From::at(from), &text, &origins, &mut path) {
            Reference::Path(found) => {
                let fragment = found.fragment.map(|text| format!("#{}", String::from_utf8_lossy(text)));
                format!("{}{}", String::from_utf8(path).unwrap(), fragment.unwrap_or_default())
            }
            other => format!("{other:?}"),
        }
    }

    #[test]
    fn relative_references_change_meaning_with_the_slash() {
        assert_eq!(show("/docs/guide", "setup"), "/docs/setup");
        assert_eq!(show("/docs/guide/", "setup"), "/docs/guide/setup");
        assert_eq!(show("/docs/guide/", "./setup"), "/docs/guide/setup");
        assert_eq!(show("/docs/guide/", "../setup/"), "/docs/setup/");
        assert_eq!(show("/docs/guide/", ".."), "/docs/");
        assert_eq!(show("/docs/guide/", "."), "/docs/guide/");
        assert_eq!(show("/", "x"), "/x");
    }

    #[test]
    fn parents_are_clamped_at_the_root() {
        assert_eq!(show("/a", "../../../x"), "/x");
        assert_eq!(show("/a/b/", "..\\..\\..\\x"), "/x");
        assert_eq!(show("/", ".."), "/");
    }

    #[test]
    fn same_page_references_keep_the_path() {
        assert_eq!(show("/a/b", ""), "/a/b");
        assert_eq!(show("/a/b", "#x"), "/a/b#x");
        assert_eq!(show("/a/b", "?q=1#x"), "/a/b#x");
        assert_eq!(show("/a/b", "#"), "/a/b#");
    }

    #[test]
    fn white_space_and_line_breaks_do_not_count() {
        assert_eq!(show("/", " \n /x \t"), "/x");
        assert_eq!(show("/", "/a\n\tb"), "/ab");
        assert_eq!(show("/", "java\nscript:alert(1)"), "OtherScheme");
        assert_eq!(show("/a/", "   "), "/a/");
    }

    #[test]
    fn schemes_are_looked_for_before_decoding() {
        assert_eq!(show("/", "mailto:a@b"), "OtherScheme");
        assert_eq!(show("/", "data:image/png;base64,xx"), "OtherScheme");
        assert_eq!(show("/a/", "mailto%3Aa"), "/a/mailto%3Aa");
        assert_eq!(show("/a/", "1:2"), "/a/1:2");
        assert_eq!(show("/a/", "./x:y"), "/a/x:y");
        assert_eq!(show("/a/", "x/y:z"), "/a/x/y:z");
        assert_eq!(show("/a/", "struct.A.html?b:c"), "/a/struct.A.html");
    }

    #[test]
    fn own_hosts_are_known_in_any_spelling() {
        assert_eq!(show("/a/", "https://example.com"), "/");
        assert_eq!(show("/a/", "HTTP://EXAMPLE.com:80/x#y"), "/x#y");
        assert_eq!(show("/a/", "//example.com/x"), "/x");
        assert_eq!(show("/a/", "\\\\example.com\\x"), "\\x");
        assert_eq!(show("/a/", "http://localhost:8080/x"), "/x");
        assert_eq!(show("/a/", "https://user@example.com/x"), "/x");
        assert_eq!(show("/a/", "https://www.example.com/x"), "Elsewhere");
        assert_eq!(show("/a/", "//cdn.example/x"), "Elsewhere");
        assert_eq!(show("/a/", "https://"), "Invalid");
    }

    #[test]
    fn a_base_elsewhere_takes_along_all_that_names_no_host() {
        let origins = Origins::new(["example.com".to_owned()]);
        let resolved =
            |text: &'static str| resolve(&From::elsewhere(), text.as_bytes(), &origins, &mut Vec::new());
        assert_eq!(resolved("x"), Reference::Elsewhere);
        assert_eq!(resolved("/x"), Reference::Elsewhere);
        assert_eq!(resolved("#x"), Reference::Elsewhere);
        assert!(matches!(resolved("https://example.com/x"), Reference::Path(_)));
    }

    #[test]
    fn hosts_are_taken_out_of_urls() {
        assert_eq!(host_and_path(b"https://example.com/docs/"), Some((&b"example.com"[..], &b"/docs/"[..])));
        assert_eq!(host_and_path(b"http://a.b:80"), Some((&b"a.b"[..], &b""[..])));
        assert_eq!(host_and_path(b"/x"), None);
        assert_eq!(host_and_path(b"https:///x"), None);
    }
}
