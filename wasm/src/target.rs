//! The `url` of a request as `trailmark resolve --requests` takes it: a path with its query as it came on the wire, or an
//! absolute URL, which brings scheme and host.

use alloc::borrow::Cow;

/// The parts of a stated URL.
#[derive(Debug, PartialEq, Eq)]
pub struct Target<'a> {
    /// `http` or `https`.
    pub scheme: &'static str,
    /// The host in lower case, with its port if that is not the scheme's own.
    pub host: Cow<'a, str>,
    /// What a request line would hold: path and query.
    pub path: Cow<'a, [u8]>,
}

/// Why a URL can't be asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TargetError {
    /// It is absolute, but not of a web server.
    Scheme,
    /// It is absolute and names no host.
    NoHost,
}

const DEFAULT_HOST: &str = "example.com";

impl<'a> Target<'a> {
    /// Takes a URL apart. `host` is the one that is asked where the URL names none; empty for `example.com`. O(length).
    ///
    /// # Errors
    /// [`TargetError`], for absolute URLs only.
    pub fn parse(url: &'a [u8], host: &'a str) -> Result<Self, TargetError> {
        let Some((scheme, rest)) = scheme_of(url) else {
            let host = if host.is_empty() { Cow::Borrowed(DEFAULT_HOST) } else { host_of("http", host) };
            return Ok(Target { scheme: "http", host, path: Cow::Borrowed(url) });
        };
        let scheme = if scheme.eq_ignore_ascii_case(b"http") {
            "http"
        } else if scheme.eq_ignore_ascii_case(b"https") {
            "https"
        } else {
            return Err(TargetError::Scheme);
        };
        let end = rest.iter().position(|b| b"/\\?#".contains(b)).unwrap_or(rest.len());
        let (authority, path) = rest.split_at(end);
        let authority = core::str::from_utf8(authority).map_err(|_| TargetError::NoHost)?;
        let host = authority.rsplit('@').next().unwrap_or_default();
        if host.is_empty() {
            return Err(TargetError::NoHost);
        }
        let path = match path.first() {
            Some(b'/' | b'\\') => Cow::Borrowed(path),
            _ => Cow::Owned([b"/", path].concat()),
        };
        Ok(Target { scheme, host: host_of(scheme, host), path })
    }
}

/// The scheme of an absolute URL and what follows its `//`; `None` for anything else.
fn scheme_of(url: &[u8]) -> Option<(&[u8], &[u8])> {
    if url.first() == Some(&b'/') {
        return None;
    }
    let colon = url.iter().position(|&b| b == b':')?;
    let (scheme, rest) = url.split_at_checked(colon)?;
    let is_scheme = scheme.first().is_some_and(u8::is_ascii_alphabetic)
        && scheme.iter().all(|b| b.is_ascii_alphanumeric() || b"+-.".contains(b));
    Some((scheme, rest.strip_prefix(b"://")?)).filter(|_| is_scheme)
}

/// A host in lower case, without the scheme's own port.
fn host_of<'h>(scheme: &str, host: &'h str) -> Cow<'h, str> {
    let port = if scheme == "https" { ":443" } else { ":80" };
    let host = host.strip_suffix(port).unwrap_or(host);
    if host.bytes().any(|b| b.is_ascii_uppercase()) {
        Cow::Owned(host.to_ascii_lowercase())
    } else {
        Cow::Borrowed(host)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn absolute_urls_bring_scheme_and_host() {
        let is = |url: &str, scheme, host: &str, path: &str| {
            let found = Target::parse(url.as_bytes(), "Given.example:80").unwrap();
            assert_eq!((found.scheme, &*found.host, &*found.path), (scheme, host, path.as_bytes()), "{url}");
        };
        is("/a?b", "http", "given.example", "/a?b");
        is("//about", "http", "given.example", "//about");
        is("/x?u=http://h/", "http", "given.example", "/x?u=http://h/");
        is("https://H.example:443/a//b?c#d", "https", "h.example", "/a//b?c#d");
        is("HTTP://user:pw@h:8080", "http", "h:8080", "/");
        is("http://h?x=1", "http", "h", "/?x=1");
        assert_eq!(Target::parse(b"/a", "").unwrap().host, "example.com");
        assert_eq!(Target::parse(b"ftp://h/x", ""), Err(TargetError::Scheme));
        assert_eq!(Target::parse(b"http:///x", ""), Err(TargetError::NoHost));
    }
}
