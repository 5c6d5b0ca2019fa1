//! Scheme and host of a request: from the target if it is a whole URL (or HTTP/2), else from `Host`. Follows RFC 9112, section 3.2,
//! and gives the host as a URL parser leaves it: lower case, the port only if it is not the scheme's own.
//!
//! Only names of letters, digits, `-`, `_` and `.`, and addresses, are taken: other alphabets arrive as punycode (`xn--`), and
//! nothing that could mean something in a path gets through.

use std::borrow::Cow;
use std::net::Ipv6Addr;

use http::header::HOST;
use http::{HeaderMap, StatusCode, Uri};

use crate::options::EdgeOptions;

/// What is wrong with a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum BadRequest {
    /// More than one `Host`.
    TwoHosts,
    /// No host can be called that.
    Host,
    /// Neither `http` nor `https`.
    Scheme,
    /// No path.
    Target,
    /// Longer than anything that is looked up.
    TooLong,
}

impl BadRequest {
    pub(crate) fn status(self) -> StatusCode {
        match self {
            BadRequest::TooLong => StatusCode::URI_TOO_LONG,
            _ => StatusCode::BAD_REQUEST,
        }
    }

    pub(crate) fn text(self) -> &'static str {
        match self {
            BadRequest::TwoHosts => "more than one Host header\n",
            BadRequest::Host => "no host can have that name\n",
            BadRequest::Scheme => "neither http nor https\n",
            BadRequest::Target => "not a path\n",
            BadRequest::TooLong => "the path is too long\n",
        }
    }
}

/// Who is asked, and how.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Origin<'r> {
    pub(crate) scheme: &'static str,
    pub(crate) host: Cow<'r, str>,
}

impl<'r> Origin<'r> {
    /// # Errors
    /// [`BadRequest`] if the request can't be understood.
    pub(crate) fn of(
        uri: &'r Uri,
        headers: &'r HeaderMap,
        options: &'r EdgeOptions,
    ) -> Result<Self, BadRequest> {
        let mut hosts = headers.get_all(HOST).iter();
        let header = hosts.next();
        if hosts.next().is_some() {
            return Err(BadRequest::TwoHosts);
        }
        let is_https = match uri.scheme_str() {
            None => options.is_https,
            Some(scheme) if scheme.eq_ignore_ascii_case("http") => false,
            Some(scheme) if scheme.eq_ignore_ascii_case("https") => true,
            Some(_) => return Err(BadRequest::Scheme),
        };
        let text = match (uri.authority(), header) {
            (Some(authority), _) => authority.as_str(),
            (None, Some(header)) => header.to_str().map_err(|_| BadRequest::Host)?,
            (None, None) => &options.default_host,
        };
        let host = normalised(text, if is_https { 443 } else { 80 }).ok_or(BadRequest::Host)?;
        Ok(Origin { scheme: if is_https { "https" } else { "http" }, host })
    }

    /// The host without port and final dot, as sites are called.
    pub(crate) fn name(&self) -> &str {
        let (name, _) = split_port(&self.host);
        name.strip_suffix('.').unwrap_or(name)
    }
}

/// Splits at the colon before the port.
fn split_port(host: &str) -> (&str, Option<&str>) {
    match host.rsplit_once(':') {
        Some((name, port)) if !port.contains(']') => (name, Some(port)),
        _ => (host, None),
    }
}

/// `None` if no host can be called that.
fn normalised(host: &str, default_port: u16) -> Option<Cow<'_, str>> {
    let (name, port) = split_port(host);
    if !is_name(name) && !is_address(name) {
        return None;
    }
    let port = match port {
        None | Some("") => None,
        Some(digits) if digits.bytes().all(|b| b.is_ascii_digit()) => Some(digits.parse().ok()?),
        Some(_) => return None,
    };
    let port: Option<u16> = port.filter(|port| *port != default_port);
    let is_lower = !name.bytes().any(|b| b.is_ascii_uppercase());
    Some(match port {
        None if is_lower => Cow::Borrowed(name),
        None => Cow::Owned(name.to_ascii_lowercase()),
        Some(port) => Cow::Owned(format!("{}:{port}", name.to_ascii_lowercase())),
    })
}

/// A name as DNS has them: labels of 1 to 63 characters, at most 253 in all, perhaps a final dot.
pub(crate) fn is_name(name: &str) -> bool {
    let labels = name.strip_suffix('.').unwrap_or(name);
    labels.len() <= 253
        && labels.split('.').all(|label| {
            (1..=63).contains(&label.len())
                && label.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_')
        })
}

fn is_address(name: &str) -> bool {
    let address = name.strip_prefix('[').and_then(|rest| rest.strip_suffix(']'));
    address.is_some_and(|address| address.parse::<Ipv6Addr>().is_ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn host(text: &str) -> Option<String> {
        normalised(text, 80).map(Cow::into_owned)
    }

    #[test]
    fn hosts_come_in_lower_case_with_the_port_that_is_not_the_schemes_own() {
        for (text, expected) in [
            ("example.com", "example.com"),
            ("EXAMPLE.com:80", "example.com"),
            ("example.com:", "example.com"),
            ("example.com:0080", "example.com"),
            ("Example.com:8080", "example.com:8080"),
            ("example.com.", "example.com."),
            ("xn--mnchen-3ya.de", "xn--mnchen-3ya.de"),
            ("127.0.0.1:3000", "127.0.0.1:3000"),
            ("[::1]:3000", "[::1]:3000"),
            ("[::1]", "[::1]"),
        ] {
            assert_eq!(host(text).as_deref(), Some(expected), "{text}");
        }
    }

    #[test]
    fn what_no_host_is_called_is_refused() {
        let long = "a.".repeat(127) + "com";
        for text in [
            "",
            ".",
            "a..b",
            "../etc",
            "a/b",
            "a\\b",
            "a b",
            "a\0b",
            "user@host",
            "host:x",
            "host:99999",
            "host:-1",
            "h:1:2",
            "[::1",
            "::1",
            "[x]",
            "m\u{fc}nchen.de",
            "a%2fb",
            "*.example.com",
            "+.example.com",
            "a@b",
            ":80",
            &long,
        ] {
            assert_eq!(host(text), None, "{text}");
        }
    }

    #[test]
    fn a_whole_url_wins_over_host_and_two_hosts_are_one_too_many() {
        let options = EdgeOptions::default();
        let uri: Uri = "https://Example.com:443/x".parse().unwrap();
        let mut headers = HeaderMap::new();
        headers.append(HOST, "other.example".parse().unwrap());
        let origin = Origin::of(&uri, &headers, &options).unwrap();
        assert_eq!((origin.scheme, origin.name()), ("https", "example.com"));
        headers.append(HOST, "other.example".parse().unwrap());
        assert_eq!(Origin::of(&uri, &headers, &options), Err(BadRequest::TwoHosts));
        let uri: Uri = "ftp://example.com/x".parse().unwrap();
        assert_eq!(Origin::of(&uri, &HeaderMap::new(), &options), Err(BadRequest::Scheme));
    }

    #[test]
    fn sites_are_called_without_port_and_final_dot() {
        let options = EdgeOptions { default_host: "Example.COM.:8080".to_owned(), ..EdgeOptions::default() };
        let (uri, headers) = (Uri::from_static("/"), HeaderMap::new());
        assert_eq!(Origin::of(&uri, &headers, &options).unwrap().name(), "example.com");
    }
}
