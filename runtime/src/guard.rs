//! The router's guard against image proxies: a Worker shall not hand out, under the site's own name, what it fetched from
//! elsewhere. Given: a request that went to the Worker, and what it answered. Gives: whether the router answers 403 instead.
//! Source: `docs/ROUTING.md`, "The router".
//!
//! Only requests for the two paths of such proxies get further than a comparison.

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use crate::decode::unescape;
use crate::request::Request;
use crate::url::{self, RequestUrl, Scheme, UrlError};

/// Whether a request is stopped before the Worker sees it: `/_image` with a parameter `href` that is a URL without scheme, of
/// another host.
pub(crate) fn blocks_always(request: &Request<'_>) -> bool {
    request.path.path_bytes() == b"/_image"
        && !is_for_image(request)
        && parameter(request, "href").is_some_and(|href| {
            href.starts_with("//") && href.len() > 2 && names_another_host(&format!("https:{href}"), request)
        })
}

/// Whether the Worker's answer is held back: any path that ends in `/_next/image`, with a parameter `url` that is no path of this
/// site, unless what comes is an image or plain text (or nothing new).
pub(crate) fn blocks_answer(request: &Request<'_>, status: u16, content_type: Option<&str>) -> bool {
    request.path.path_bytes().ends_with(b"/_next/image")
        && !(request.method == "GET" && is_for_image(request))
        && status != 304
        && !content_type.is_some_and(is_harmless)
        && parameter(request, "url").is_some_and(|url| !url.is_empty() && !url.starts_with('/'))
}

/// `Sec-Fetch-Dest: image`.
fn is_for_image(request: &Request<'_>) -> bool {
    request.headers.sec_fetch_dest == Some(b"image")
}

/// A single media type that no browser takes for a document.
fn is_harmless(content_type: &str) -> bool {
    let essence = content_type.split(';').next().unwrap_or_default();
    !content_type.contains(',') && (content_type.starts_with("image/") || essence == "text/plain")
}

/// Whether this is a URL, and of another host than the request, ports aside.
fn names_another_host(text: &str, request: &Request<'_>) -> bool {
    let own = RequestUrl {
        scheme: if request.scheme == "https" { Scheme::Https } else { Scheme::Http },
        host: request.host,
        path: request.path.path(),
        query: request.path.query(),
    };
    match url::resolve(text, &own) {
        Ok(named) => RequestUrl { host: &named.host, ..own }.host_name() != own.host_name(),
        Err(UrlError::UnknownAlphabet { .. }) => true,
        Err(_) => false,
    }
}

/// The value of the first query parameter of this name, as `URLSearchParams` reads it.
fn parameter(request: &Request<'_>, name: &str) -> Option<String> {
    let query = request.path.query_bytes().strip_prefix(b"?")?;
    query.split(|&b| b == b'&').filter(|pair| !pair.is_empty()).find_map(|pair| {
        let mut parts = pair.splitn(2, |&b| b == b'=');
        let key = form_decoded(parts.next().unwrap_or_default());
        (key == name).then(|| form_decoded(parts.next().unwrap_or_default()))
    })
}

/// `+` is a space, escapes are decoded; what is then no UTF-8 becomes U+FFFD.
fn form_decoded(text: &[u8]) -> String {
    let mut decoded = Vec::with_capacity(text.len());
    let mut rest = text;
    while let Some((&first, tail)) = rest.split_first() {
        let escape = if first == b'%' { unescape(tail) } else { None };
        let plain = if first == b'+' { b' ' } else { first };
        let (byte, behind) = escape.unwrap_or((plain, tail));
        decoded.push(byte);
        rest = behind;
    }
    String::from_utf8_lossy(&decoded).into_owned()
}

#[cfg(test)]
mod tests {
    use crate::path::{RequestPath, Scratch};
    use crate::request::RequestHeaders;

    use super::*;

    fn ask<T>(target: &str, check: impl Fn(&Request<'_>) -> T) -> T {
        let mut scratch = Scratch::new();
        let path = RequestPath::parse(target, &mut scratch).unwrap();
        check(&Request::get(path))
    }

    #[test]
    fn image_proxy_of_another_host_is_blocked() {
        for (href, blocked) in [
            ("//other.example/x", true),
            ("%2F%2Fother.example", true),
            ("//example.com:8080/x", false),
            ("//EXAMPLE.com", false),
            ("//example.com@other.example", true),
            ("//", false),
            ("///other.example", true),
            ("https://other.example", false),
            ("/x", false),
            ("//a b/", false),
        ] {
            assert_eq!(ask(&format!("/_image?x&href={href}"), blocks_always), blocked, "{href}");
        }
        assert!(!ask("/_image/?href=//other.example", blocks_always));
        assert!(!ask("/_image?href=&href=//other.example", blocks_always));
    }

    #[test]
    fn optimised_image_that_is_no_image_is_blocked() {
        let blocks =
            |target: &str, content_type| ask(target, |request| blocks_answer(request, 200, content_type));
        let proxied = "/docs/_next/image?w=1&url=https://example.com/x";
        assert!(blocks(proxied, None) && blocks(proxied, Some("text/html")));
        assert!(blocks(proxied, Some("image/png, text/html")) && blocks(proxied, Some("text/plainer")));
        assert!(!blocks(proxied, Some("image/png")) && !blocks(proxied, Some("text/plain;charset=UTF-8")));
        assert!(blocks("/_next/image?url=x", None) && !blocks("/_next/image?url=/x", None));
        assert!(!blocks("/_next/image?url=", None) && !blocks("/_next/image/?url=x", None));
        assert!(!ask(proxied, |request| blocks_answer(request, 304, None)));
    }

    #[test]
    fn browser_that_wants_an_image_gets_it() {
        let mut scratch = Scratch::new();
        let path = RequestPath::parse("/_next/image?url=x", &mut scratch).unwrap();
        let headers = RequestHeaders { sec_fetch_dest: Some(b"image"), ..RequestHeaders::default() };
        assert!(!blocks_answer(&Request::new("GET", path, headers), 200, None));
        assert!(blocks_answer(&Request::new("POST", path, headers), 200, None));
    }
}
