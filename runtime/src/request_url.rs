//! The URL of a request as people and logs state it: an absolute URL, or only what a request line holds. Follows RFC 9112,
//! section 3.2 (origin-form and absolute-form) and, for where a host ends, the WHATWG URL standard, section 4.4.

use alloc::borrow::Cow;
use core::error::Error;
use core::fmt;

use crate::path::RequestPath;
use crate::request::{Request, RequestHeaders};

/// A URL taken apart into what a [`Request`] is made of.
///
/// ```
/// use trailmark::RequestUrl;
/// let url = RequestUrl::parse(b"https://Example.com:443/a?b", "")?;
/// assert_eq!((url.scheme, &*url.host, &*url.target), ("https", "example.com", &b"/a?b"[..]));
/// let url = RequestUrl::parse(b"/a?b", "example.com")?;
/// assert_eq!((url.scheme, &*url.host, &*url.target), ("http", "example.com", &b"/a?b"[..]));
/// # Ok::<(), trailmark::UrlError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RequestUrl<'a> {
    /// `http` or `https`.
    pub scheme: &'static str,
    /// The host in lower case, with its port if that is not the scheme's own.
    pub host: Cow<'a, str>,
    /// The request target: path and query, for [`RequestPath::parse`].
    pub target: Cow<'a, [u8]>,
}

/// Why an absolute URL can't be asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum UrlError {
    /// It is not of a web server.
    Scheme,
    /// It names no host, or one that is not UTF-8.
    NoHost,
}

impl fmt::Display for UrlError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            UrlError::Scheme => "only http and https URLs can be asked for; a path begins with `/`",
            UrlError::NoHost => "the URL has no host",
        })
    }
}

impl Error for UrlError {}

impl<'a> RequestUrl<'a> {
    /// Takes a URL apart. What is not absolute is the request target as it stands, asked for with `http` of `default_host`; an
    /// absolute URL without a path asks for `/`. Name and password before the host are dropped. Whether the target is one, and
    /// the host can be called that, is not checked. Borrows where it can. O(length).
    ///
    /// # Errors
    /// [`UrlError`], for absolute URLs only: they begin with a scheme and `://`.
    pub fn parse(url: &'a [u8], default_host: &'a str) -> Result<Self, UrlError> {
        let Some((scheme, rest)) = split_scheme(url) else {
            return Ok(RequestUrl {
                scheme: "http",
                host: normalised("http", default_host),
                target: Cow::Borrowed(url),
            });
        };
        let schemes = ["http", "https"];
        let known = schemes.into_iter().find(|known| scheme.eq_ignore_ascii_case(known.as_bytes()));
        let scheme = known.ok_or(UrlError::Scheme)?;
        let end = rest.iter().position(|b| b"/\\?#".contains(b)).unwrap_or(rest.len());
        let (authority, target) = rest.split_at(end);
        let authority = core::str::from_utf8(authority).map_err(|_| UrlError::NoHost)?;
        let host = authority.rsplit('@').next().filter(|host| !host.is_empty()).ok_or(UrlError::NoHost)?;
        let target = match target.first() {
            Some(b'/' | b'\\') => Cow::Borrowed(target),
            _ => Cow::Owned([b"/", target].concat()),
        };
        Ok(RequestUrl { scheme, host: normalised(scheme, host), target })
    }

    /// A request for this URL, with its target parsed by the caller, who owns the room for that.
    pub fn request<'r>(
        &'r self,
        method: &'r str,
        path: RequestPath<'r>,
        headers: RequestHeaders<'r>,
    ) -> Request<'r> {
        Request { scheme: self.scheme, host: &self.host, ..Request::new(method, path, headers) }
    }
}

/// The scheme of an absolute URL and what follows its `//`; `None` for anything else.
fn split_scheme(url: &[u8]) -> Option<(&[u8], &[u8])> {
    if !url.first()?.is_ascii_alphabetic() {
        return None;
    }
    let (scheme, rest) = url.split_at_checked(url.iter().position(|&b| b == b':')?)?;
    let is_scheme = scheme.iter().all(|b| b.is_ascii_alphanumeric() || b"+-.".contains(b));
    Some((scheme, rest.strip_prefix(b"://")?)).filter(|_| is_scheme)
}

/// A host in lower case, without the scheme's own port.
fn normalised<'h>(scheme: &str, host: &'h str) -> Cow<'h, str> {
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
        let is = |url: &str, scheme, host: &str, target: &str| {
            let found = RequestUrl::parse(url.as_bytes(), "Given.example:80").unwrap();
            assert_eq!(
                (found.scheme, &*found.host, &*found.target),
                (scheme, host, target.as_bytes()),
                "{url}"
            );
        };
        is("/a?b", "http", "given.example", "/a?b");
        is("//about", "http", "given.example", "//about");
        is("about", "http", "given.example", "about");
        is("/x?u=http://h/", "http", "given.example", "/x?u=http://h/");
        is("x?u=http://h/", "http", "given.example", "x?u=http://h/");
        is("https://H.example:443/a//b?c#d", "https", "h.example", "/a//b?c#d");
        is("HTTP://user:pw@h:8080", "http", "h:8080", "/");
        is("http://h?x=1", "http", "h", "/?x=1");
        is("http://h\\a", "http", "h", "\\a");
    }

    #[test]
    fn urls_of_no_web_server_are_refused() {
        for (url, error) in [
            (&b"ftp://h/x"[..], UrlError::Scheme),
            (b"http:///x", UrlError::NoHost),
            (b"http://user@/x", UrlError::NoHost),
            (b"http://\xff/x", UrlError::NoHost),
        ] {
            assert_eq!(RequestUrl::parse(url, "").unwrap_err(), error);
        }
    }
}
