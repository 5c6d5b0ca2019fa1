//! A whole request to a whole answer: method and headers on top of the look-up, in the platform's order
//! (`docs/ROUTING.md`, "Decision order").

use core::fmt;

use crate::answer::{Resolution, RuleId};
use crate::asset::{Asset, ETag};
use crate::location::Location;
use crate::manifest::{Manifest, Platform};
use crate::path::RequestPath;

/// The parts of a request on which an answer can depend.
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub struct Request<'r> {
    /// The method, as sent; it is case-sensitive.
    pub method: &'r str,
    /// `http` or `https`.
    pub scheme: &'r str,
    /// The host, with its port if it is not the scheme's own, in lower case.
    pub host: &'r str,
    /// Path and query.
    pub path: RequestPath<'r>,
    /// The headers that matter.
    pub headers: RequestHeaders<'r>,
}

/// The request headers on which an answer can depend.
#[derive(Debug, Clone, Copy, Default)]
#[non_exhaustive]
pub struct RequestHeaders<'r> {
    /// The value of `If-None-Match`, if sent.
    pub if_none_match: Option<&'r [u8]>,
    /// Whether there is an `Authorization` header.
    pub has_authorization: bool,
    /// Whether there is a `Range` header.
    pub has_range: bool,
    /// The value of `Sec-Fetch-Mode`, if sent.
    pub sec_fetch_mode: Option<&'r [u8]>,
}

impl<'r> RequestHeaders<'r> {
    /// Takes what matters out of a list of headers. Names in any case; of a repeated name, the last counts.
    pub fn from_list<V: AsRef<[u8]> + ?Sized + 'r>(
        headers: impl IntoIterator<Item = (&'r str, &'r V)>,
    ) -> Self {
        let mut found = Self::default();
        for (name, value) in headers {
            let value = value.as_ref();
            if name.eq_ignore_ascii_case("if-none-match") {
                found.if_none_match = Some(value);
            } else if name.eq_ignore_ascii_case("authorization") {
                found.has_authorization = true;
            } else if name.eq_ignore_ascii_case("range") {
                found.has_range = true;
            } else if name.eq_ignore_ascii_case("sec-fetch-mode") {
                found.sec_fetch_mode = Some(value);
            }
        }
        found
    }
}

impl<'r> Request<'r> {
    /// A GET over `http` to the host `example.com`, without headers that matter.
    pub fn get(path: RequestPath<'r>) -> Self {
        Self::new("GET", path, RequestHeaders::default())
    }

    /// A request over `http` to the host `example.com`. Only redirects that name a host depend on either.
    pub fn new(method: &'r str, path: RequestPath<'r>, headers: RequestHeaders<'r>) -> Self {
        Request { method, scheme: "http", host: "example.com", path, headers }
    }
}

/// Who answers a request.
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub enum Decision<'m, 'r> {
    /// The user's own code: a Worker script or a Pages Function.
    Worker {
        /// Why.
        rule: RuleId,
    },
    /// The static assets, with this answer.
    Assets(Answer<'m, 'r>),
}

/// What the platform answers: status, headers as far as the build determines them, and which file is the body.
#[derive(Debug, Clone, Copy)]
pub struct Answer<'m, 'r> {
    /// The HTTP status.
    pub status: u16,
    /// The rule that decided.
    pub rule: RuleId,
    /// The file whose bytes are the body (for HEAD: would be); `None` if there is none.
    pub body: Option<Asset<'m>>,
    headers: Headers<'m, 'r>,
}

/// The headers of an answer, before they are listed.
#[derive(Debug, Clone, Copy, Default)]
struct Headers<'m, 'r> {
    etag: Option<ETag>,
    content_type: Option<&'m str>,
    cache_control: Option<&'static str>,
    location: Option<Location<'m, 'r>>,
    is_pages: bool,
}

const REVALIDATE: &str = "public, max-age=0, must-revalidate";
const NO_STORE: &str = "no-store";

/// The value of a response header. Shows as its text.
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub enum HeaderValue<'m, 'r> {
    /// A text.
    Text(&'m str),
    /// An entity tag.
    ETag(ETag),
    /// Where a redirect leads.
    Location(Location<'m, 'r>),
}

impl fmt::Display for HeaderValue<'_, '_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            HeaderValue::Text(text) => f.write_str(text),
            HeaderValue::ETag(etag) => etag.fmt(f),
            HeaderValue::Location(location) => location.fmt(f),
        }
    }
}

impl<'m, 'r> Answer<'m, 'r> {
    /// The response headers, in lower case and in alphabetical order.
    pub fn headers(&self) -> impl Iterator<Item = (&'static str, HeaderValue<'m, 'r>)> + use<'m, 'r> {
        let Headers { etag, content_type, cache_control, location, is_pages } = self.headers;
        let text = HeaderValue::Text;
        [
            ("access-control-allow-origin", is_pages.then_some(text("*"))),
            ("cache-control", cache_control.map(text)),
            ("content-type", content_type.map(text)),
            ("etag", etag.map(HeaderValue::ETag)),
            ("location", location.map(HeaderValue::Location)),
            ("referrer-policy", is_pages.then_some(text("strict-origin-when-cross-origin"))),
            ("x-content-type-options", (is_pages && content_type.is_some()).then_some(text("nosniff"))),
        ]
        .into_iter()
        .filter_map(|(name, value)| Some((name, value?)))
    }

    /// Where a redirect leads; `None` for everything else.
    pub fn location(&self) -> Option<Location<'m, 'r>> {
        self.headers.location
    }

    /// What is sent as `Content-Type`.
    pub fn content_type(&self) -> Option<&'m str> {
        self.headers.content_type
    }

    /// The entity tag that is sent.
    pub fn etag(&self) -> Option<ETag> {
        self.headers.etag
    }
}

impl Manifest<'_> {
    /// Decides who answers a request, and gives the answer if it is the assets. O(length of the path).
    pub fn decide<'m, 'r>(&'m self, request: &Request<'r>) -> Decision<'m, 'r> {
        Decision::Assets(self.answer(request))
    }

    /// What the assets answer to a request, whether or not the platform would ask them first: the answer that a Worker gets
    /// through its assets binding. [`Manifest::lookup`], then what method and headers make of it. No allocation; O(length of the
    /// path).
    pub fn answer<'m, 'r>(&'m self, request: &Request<'r>) -> Answer<'m, 'r> {
        let reads = matches!(request.method, "GET" | "HEAD");
        let is_pages = self.platform() == Platform::Pages;
        if is_pages && !reads {
            return self.empty(405, RuleId::METHOD_NOT_ALLOWED);
        }
        let resolution = self.lookup(&request.path);
        match resolution {
            Resolution::NotFound { rule } => self.empty(404, rule),
            Resolution::Exception { rule } => self.empty(500, rule),
            _ if !reads => self.empty(405, RuleId::METHOD_NOT_ALLOWED),
            Resolution::Redirect { status, location, rule } => {
                let headers = Headers { location: Some(location), is_pages, ..Headers::default() };
                Answer { status, rule, body: None, headers }
            }
            Resolution::NotFoundPage { asset, rule } if is_pages => {
                let headers = Headers {
                    content_type: asset.media_type(),
                    cache_control: Some(NO_STORE),
                    is_pages,
                    ..Headers::default()
                };
                Answer { status: 404, rule, body: Some(asset), headers }
            }
            Resolution::Serve { asset, rule }
            | Resolution::SinglePage { asset, rule }
            | Resolution::NotFoundPage { asset, rule } => {
                self.file(asset, resolution.status(), rule, request)
            }
        }
    }

    fn empty<'m, 'r>(&'m self, status: u16, rule: RuleId) -> Answer<'m, 'r> {
        let is_pages = self.platform() == Platform::Pages;
        let cache_control = (is_pages && status == 404).then_some(NO_STORE);
        Answer {
            status,
            rule,
            body: None,
            headers: Headers { cache_control, is_pages, ..Headers::default() },
        }
    }

    fn file<'m, 'r>(
        &'m self,
        asset: Asset<'m>,
        status: u16,
        rule: RuleId,
        request: &Request<'r>,
    ) -> Answer<'m, 'r> {
        let is_pages = self.platform() == Platform::Pages;
        let etag = asset.etag();
        let current = request.headers.if_none_match.is_some_and(|value| etag.matches(value));
        if current && is_pages {
            return self.empty(304, RuleId::NOT_MODIFIED);
        }
        let headers = Headers {
            etag: Some(etag),
            content_type: asset.media_type(),
            cache_control: (!request.headers.has_authorization && !request.headers.has_range)
                .then_some(REVALIDATE),
            location: None,
            is_pages,
        };
        if current {
            return Answer { status: 304, rule: RuleId::NOT_MODIFIED, body: None, headers };
        }
        Answer { status, rule, body: Some(asset), headers }
    }
}
