//! A whole request to a whole answer: method and headers on top of the look-up, in the platform's order
//! (`docs/ROUTING.md`, "Decision order").

use alloc::string::{String, ToString};
use core::fmt;

use crate::answer::{Resolution, RuleId};
use crate::asset::{Asset, ETag};
use crate::format;
use crate::guard;
use crate::headers::{AddedValue, HeaderSource, MatchedRules};
use crate::location::Location;
use crate::lookup::with_site_path;
use crate::manifest::{Manifest, Platform};
use crate::path::{CdnCgi, RequestPath};
use crate::redirects::{RedirectRule, RuleLocation, RuleTarget};
use crate::resolve::Resolve;
use crate::router::{RouterMatch, RouterVerdict, verdict};
use crate::source::{AssetFacts, Entry, Source, Stored};

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
    /// Whether there is an `Authorization` header with anything in it.
    pub has_authorization: bool,
    /// Whether there is a `Range` header with anything in it.
    pub has_range: bool,
    /// The value of `Sec-Fetch-Mode`, if sent.
    pub sec_fetch_mode: Option<&'r [u8]>,
    /// The value of `Sec-Fetch-Dest`, if sent.
    pub sec_fetch_dest: Option<&'r [u8]>,
}

impl<'r> RequestHeaders<'r> {
    /// Takes what matters out of a list of headers. Names in any case; of a repeated name, the last counts;
    /// the platform joins such lines with `, `, as the caller should.
    pub fn from_list<V: AsRef<[u8]> + ?Sized + 'r>(
        headers: impl IntoIterator<Item = (&'r str, &'r V)>,
    ) -> Self {
        let mut found = Self::default();
        for (name, value) in headers {
            let value = value.as_ref();
            if name.eq_ignore_ascii_case("if-none-match") {
                found.if_none_match = Some(value);
            } else if name.eq_ignore_ascii_case("authorization") {
                found.has_authorization |= !value.is_empty();
            } else if name.eq_ignore_ascii_case("range") {
                found.has_range |= !value.is_empty();
            } else if name.eq_ignore_ascii_case("sec-fetch-mode") {
                found.sec_fetch_mode = Some(value);
            } else if name.eq_ignore_ascii_case("sec-fetch-dest") {
                found.sec_fetch_dest = Some(value);
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

/// Who answers a request. `A` and `S` are a manifest's assets and the manifest, or those of compiled-in tables
/// (feature `tables`).
#[derive(Debug, Clone)]
#[non_exhaustive]
#[allow(clippy::large_enum_variant, reason = "it lives for one request; a box would be an allocation")]
pub enum Decision<'m, 'r, A = Asset<'m>, S = Manifest<'m>> {
    /// The user's own code: a Worker script or a Pages Function.
    Worker {
        /// Why.
        rule: RuleId,
        /// The rule of `run_worker_first` or `_routes.json` that said so, if one did.
        router_match: Option<RouterMatch>,
    },
    /// The static assets, with this answer.
    Assets(Answer<'m, 'r, A, S>),
}

/// What the platform answers: status, headers as far as the build determines them, and which file is the body.
///
/// `A` and `S` are a manifest's assets and the manifest, or those of compiled-in tables (feature `tables`).
#[derive(Debug, Clone)]
pub struct Answer<'m, 'r, A = Asset<'m>, S = Manifest<'m>> {
    /// The HTTP status.
    pub status: u16,
    /// The rule that decided.
    pub rule: RuleId,
    /// The file whose bytes are the body (for HEAD: would be); `None` if there is none.
    pub body: Option<A>,
    /// The index of the `_redirects` rule that answered, or that put another path in place of the request's.
    pub redirect: Option<usize>,
    headers: Headers<'m, 'r>,
    header_rules: MatchedRules<'m, 'r, S>,
}

/// The headers that the server itself sends.
#[derive(Debug, Clone, Default)]
struct Headers<'m, 'r> {
    etag: Option<ETag>,
    content_type: Option<&'m str>,
    cache_control: Option<&'static str>,
    location: Option<AnswerLocation<'m, 'r>>,
    is_pages: bool,
    /// Whether `Cache-Control` is set after the rules of `_headers`, not before them.
    forces_no_store: bool,
}

const REVALIDATE: &str = "public, max-age=0, must-revalidate";
const NO_STORE: &str = "no-store";
/// What comes with the short text that the platforms themselves write.
const PLAIN_TEXT: &str = "text/plain;charset=UTF-8";

/// Where an answer leads. Shows as the text of the `Location` header.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub enum AnswerLocation<'m, 'r> {
    /// As html handling says.
    Path(Location<'m, 'r>),
    /// As a static rule of `_redirects` says.
    Rule(RuleLocation<'m, 'r>),
    /// Made for this request.
    Made(String),
}

impl fmt::Display for AnswerLocation<'_, '_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            AnswerLocation::Path(location) => location.fmt(f),
            AnswerLocation::Rule(location) => location.fmt(f),
            AnswerLocation::Made(location) => f.write_str(location),
        }
    }
}

/// The value of a response header. Shows as its text.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub enum HeaderValue<'m, 'r> {
    /// A text.
    Text(&'m str),
    /// An entity tag.
    ETag(ETag),
    /// Where a redirect leads.
    Location(AnswerLocation<'m, 'r>),
    /// A text made for this request.
    Made(String),
}

impl fmt::Display for HeaderValue<'_, '_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            HeaderValue::Text(text) => f.write_str(text),
            HeaderValue::ETag(etag) => etag.fmt(f),
            HeaderValue::Location(location) => location.fmt(f),
            HeaderValue::Made(text) => f.write_str(text),
        }
    }
}

impl<'m, 'r, A, S: HeaderSource<'m>> Answer<'m, 'r, A, S> {
    /// The response headers, a line each, names in lower case: first those of the server in alphabetical order, then what
    /// `_headers` adds, in its order. A name may come more than once.
    pub fn headers(&self) -> impl Iterator<Item = (&'m str, HeaderValue<'m, 'r>)> + use<'m, 'r, A, S> {
        let Headers { etag, content_type, cache_control, location, is_pages, forces_no_store } =
            self.headers.clone();
        let text = HeaderValue::Text;
        let own = [
            ("access-control-allow-origin", is_pages.then_some(text("*"))),
            ("cache-control", cache_control.map(text)),
            ("content-type", content_type.map(text)),
            ("etag", etag.map(HeaderValue::ETag)),
            ("location", location.map(HeaderValue::Location)),
            ("referrer-policy", is_pages.then_some(text("strict-origin-when-cross-origin"))),
            ("x-content-type-options", (is_pages && content_type.is_some()).then_some(text("nosniff"))),
        ];
        let rules = self.header_rules;
        let kept = own.into_iter().filter_map(|(name, value)| Some((name, value?)));
        let kept =
            kept.filter(move |(name, _)| (forces_no_store && *name == "cache-control") || rules.keep(name));
        let added = rules.added().map(|(name, value)| match value {
            AddedValue::Stored(text) => (name, HeaderValue::Text(text)),
            AddedValue::Made(text) => (name, HeaderValue::Made(text)),
        });
        kept.chain(added.filter(move |(name, _)| !(forces_no_store && *name == "cache-control")))
    }

    /// Where a redirect leads; `None` for everything else. `_headers` may still change the header.
    pub fn location(&self) -> Option<&AnswerLocation<'m, 'r>> {
        self.headers.location.as_ref()
    }

    /// The server's own `Content-Type`.
    pub fn content_type(&self) -> Option<&'m str> {
        self.headers.content_type
    }

    /// The server's own entity tag.
    pub fn etag(&self) -> Option<ETag> {
        self.headers.etag
    }

    /// The rules of `_headers` that match the request, in order.
    pub fn matched_header_rules(&self) -> impl Iterator<Item = S::Rule> + use<'m, 'r, A, S> {
        self.header_rules.rules()
    }

    fn with_headers(self, headers: Headers<'m, 'r>) -> Self {
        Answer { headers: Headers { is_pages: self.headers.is_pages, ..headers }, ..self }
    }
}

/// What the files and the rules of `_redirects` say, before method and conditional headers.
pub(crate) struct Found<'m, 'r, A, S> {
    intent: Intent<'m, 'r, A>,
    /// The rule of `_redirects` that had its part in it.
    redirect: Option<usize>,
    header_rules: MatchedRules<'m, 'r, S>,
}

pub(crate) enum Intent<'m, 'r, A> {
    /// A rule of `_redirects` redirects, with this status.
    Rule(u16, AnswerLocation<'m, 'r>),
    /// A rule of `_redirects` leads nowhere.
    Broken,
    /// Html handling redirects.
    Redirect(u16, AnswerLocation<'m, 'r>, RuleId),
    /// A file, with 200 or 404.
    File(u16, A, RuleId),
    /// Nothing.
    Nothing(RuleId),
    /// A host refuses the path.
    Refused(u16, RuleId),
    /// The platform fails.
    Exception(RuleId),
}

impl<'m, 'r, A: Copy> Intent<'m, 'r, A> {
    fn of(resolution: Resolution<'m, 'r, A>) -> Self {
        Self::with_location(resolution, AnswerLocation::Path)
    }

    /// For a path that does not outlive the look-up: a location that may point into it is written out.
    fn of_made(resolution: Resolution<'m, '_, A>) -> Self {
        Self::with_location(resolution, |location| AnswerLocation::Made(location.to_string()))
    }

    fn with_location<'x>(
        resolution: Resolution<'m, 'x, A>,
        convert: impl FnOnce(Location<'m, 'x>) -> AnswerLocation<'m, 'r>,
    ) -> Self {
        let status = resolution.status();
        match resolution {
            Resolution::Redirect { location, rule, .. } => Intent::Redirect(status, convert(location), rule),
            Resolution::NotFound { rule } => Intent::Nothing(rule),
            Resolution::Refused { rule, .. } => Intent::Refused(status, rule),
            Resolution::Exception { rule } => Intent::Exception(rule),
            Resolution::Serve { asset, rule }
            | Resolution::SinglePage { asset, rule }
            | Resolution::NotFoundPage { asset, rule } => Intent::File(status, asset, rule),
        }
    }
}

impl Manifest<'_> {
    /// Decides who answers a request, and gives the answer if it is the assets. O(length of the path), and for a site with a
    /// script also of its router's rules.
    pub fn decide<'m, 'r>(&'m self, request: &Request<'r>) -> Decision<'m, 'r> {
        Requests::decide(self, request)
    }

    /// What the router makes of an answer that the Worker gave: an answer of its own (403) where an image proxy would hand out
    /// what it fetched from elsewhere, `None` where the Worker's stands. Status and `Content-Type` are those of the Worker's
    /// answer.
    ///
    /// Source: `docs/ROUTING.md`, "The router".
    pub fn guard_worker_answer<'m, 'r>(
        &'m self,
        request: &Request<'r>,
        status: u16,
        content_type: Option<&str>,
    ) -> Option<Answer<'m, 'r>> {
        Requests::guard_worker_answer(self, request, status, content_type)
    }

    /// What the assets answer to a request, whether or not the platform would ask them first: the answer that a Worker gets
    /// through its assets binding. [`Manifest::lookup`], with the rules of `_redirects` before it and method, conditional
    /// headers and `_headers` behind it.
    ///
    /// No allocation, unless a dynamic rule of `_redirects` answers, or a rule of `_headers` that matches names a host or
    /// fills in values. O(length of the path).
    pub fn answer<'m, 'r>(&'m self, request: &Request<'r>) -> Answer<'m, 'r> {
        Requests::answer(self, request)
    }
}

type AnswerOf<'m, 'r, S> = Answer<'m, 'r, <S as Source<'m>>::Asset, S>;
type DecisionOf<'m, 'r, S> = Decision<'m, 'r, <S as Source<'m>>::Asset, S>;
type FoundOf<'m, 'r, S> = Found<'m, 'r, <S as Source<'m>>::Asset, S>;
type IntentOf<'m, 'r, S> = Intent<'m, 'r, <S as Source<'m>>::Asset>;

/// Whole requests, over answers stored in any way.
pub(crate) trait Requests<'m>: Resolve<'m> {
    fn decide<'r>(&'m self, request: &Request<'r>) -> DecisionOf<'m, 'r, Self> {
        let path = request.path.path_bytes();
        if self.policy().platform == Platform::Workers
            && request.path.cdn_cgi() != CdnCgi::Absent
            && path.starts_with(b"/cdn-cgi/")
        {
            return Decision::Assets(self.cdn_cgi_redirect(request));
        }
        match verdict(self, request) {
            RouterVerdict::Assets(_) => Decision::Assets(self.answer(request)),
            RouterVerdict::Script(rule, router_match) => self.script(rule, router_match, request),
            RouterVerdict::Exception(rule, _) => Decision::Assets(self.bare(500, rule)),
            RouterVerdict::AskAssets { with_not_found } => self.ask_assets(with_not_found, request),
        }
    }

    /// Asks the assets whether they can answer. After a yes they answer with the site's full not-found handling, which makes a
    /// difference only where a rewrite led to nothing.
    fn ask_assets<'r>(&'m self, with_not_found: bool, request: &Request<'r>) -> DecisionOf<'m, 'r, Self> {
        let not_found = if with_not_found { self.policy().not_found } else { format::NOT_FOUND_NONE };
        let found = self.find(request, not_found);
        match (&found.intent, found.redirect) {
            (Intent::Nothing(_), None) => self.script(RuleId::ROUTER_MISS, None, request),
            (Intent::Nothing(_), Some(_)) => Decision::Assets(self.answer(request)),
            _ => Decision::Assets(self.answer_found(found, request)),
        }
    }

    fn script<'r>(
        &'m self,
        rule: RuleId,
        router_match: Option<RouterMatch>,
        request: &Request<'r>,
    ) -> DecisionOf<'m, 'r, Self> {
        if self.policy().platform == Platform::Workers && guard::blocks_always(request) {
            return Decision::Assets(self.blocked());
        }
        Decision::Worker { rule, router_match }
    }

    fn guard_worker_answer<'r>(
        &'m self,
        request: &Request<'r>,
        status: u16,
        content_type: Option<&str>,
    ) -> Option<AnswerOf<'m, 'r, Self>> {
        let blocks = self.policy().platform == Platform::Workers
            && (guard::blocks_always(request) || guard::blocks_answer(request, status, content_type));
        blocks.then(|| self.blocked())
    }

    fn blocked<'r>(&'m self) -> AnswerOf<'m, 'r, Self> {
        let answer = self.bare(403, RuleId::ROUTER_IMAGE_GUARD);
        answer.with_headers(Headers { content_type: Some(PLAIN_TEXT), ..Headers::default() })
    }

    fn cdn_cgi_redirect<'r>(&'m self, request: &Request<'r>) -> AnswerOf<'m, 'r, Self> {
        let (scheme, host) = (request.scheme, request.host);
        let query = match request.path.cdn_cgi() {
            CdnCgi::BackslashEmptyQuery => "?",
            _ => request.path.query(),
        };
        let url = alloc::format!("{scheme}://{host}{}{query}", request.path.path());
        let location = Some(AnswerLocation::Made(url));
        self.bare(307, RuleId::ROUTER_CDN_CGI).with_headers(Headers { location, ..Headers::default() })
    }

    fn answer<'r>(&'m self, request: &Request<'r>) -> AnswerOf<'m, 'r, Self> {
        let found = self.find(request, self.policy().not_found);
        self.answer_found(found, request)
    }

    /// Rules of `_redirects`, then the look-up. One slot is touched, whether or not there are such rules.
    fn find<'r>(&'m self, request: &Request<'r>, not_found: u8) -> FoundOf<'m, 'r, Self> {
        let path = &request.path;
        let host = request.host;
        if !self.has_rules() {
            let intent = Intent::of(self.lookup_with(path, not_found));
            return Found { intent, redirect: None, header_rules: MatchedRules::none(self) };
        }
        if path.is_plain()
            && let Some((asset, rule, header_set)) = self.page_without_redirect(path.path_bytes())
        {
            let header_rules = self.matched_rules(header_set, host, path.path());
            let intent = Intent::of(Resolution::Serve { asset, rule });
            return Found { intent, redirect: None, header_rules };
        }
        self.find_closely(request, not_found)
    }

    /// The file that answers to a plain path, where no rule of `_redirects` does; with its rule and the number of the set of header
    /// rules that match.
    fn page_without_redirect(&'m self, site_path: &[u8]) -> Option<(Self::Asset, RuleId, u16)> {
        let entry = self.entry(site_path)?;
        match entry.stored {
            Some(Stored::Serve { asset, rule }) if entry.redirect == format::NONE_U16 => {
                Some((self.asset(asset)?, rule, entry.header_set))
            }
            _ => None,
        }
    }

    /// The same for any path: decoded, with redirects.
    fn find_closely<'r>(&'m self, request: &Request<'r>, not_found: u8) -> FoundOf<'m, 'r, Self> {
        let path = &request.path;
        let host = request.host;
        with_site_path(path, self.policy().decode, |decoded| {
            let entry = self.entry(decoded.site_path);
            let known = entry.filter(|_| decoded.is_canonical);
            let header_set = known.map_or(format::ANY_HEADER_SET, |entry| entry.header_set);
            let header_rules = self.matched_rules(header_set, host, path.path());
            let redirect = match known {
                Some(Entry { redirect: format::NONE_U16, .. }) => None,
                Some(Entry { redirect, .. }) => Some(usize::from(redirect)),
                None => self.match_redirects(path.path_bytes()),
            };
            let intent = match redirect.and_then(|index| self.redirect_rule(index)) {
                Some(rule) => self.apply_redirect(&rule, request, not_found),
                None => Intent::of(self.resolve_stored(
                    decoded,
                    entry.and_then(|entry| entry.stored),
                    *path,
                    not_found,
                )),
            };
            Found { intent, redirect, header_rules }
        })
    }

    fn apply_redirect<'r>(
        &'m self,
        rule: &RedirectRule<'m>,
        request: &Request<'r>,
        not_found: u8,
    ) -> IntentOf<'m, 'r, Self> {
        let query = request.path.query_bytes();
        match rule.apply(request) {
            RuleTarget::Location(location) => Intent::Rule(rule.status, AnswerLocation::Rule(location)),
            RuleTarget::Made(location) => Intent::Rule(rule.status, AnswerLocation::Made(location)),
            RuleTarget::Rewrite(path) => {
                Intent::of_made(self.lookup_with(&RequestPath::rewritten(path, query), not_found))
            }
            RuleTarget::MadeRewrite(path) => {
                Intent::of_made(self.lookup_with(&RequestPath::rewritten(&path, query), not_found))
            }
            RuleTarget::Broken => Intent::Broken,
        }
    }

    fn answer_found<'r>(
        &'m self,
        found: FoundOf<'m, 'r, Self>,
        request: &Request<'r>,
    ) -> AnswerOf<'m, 'r, Self> {
        let Found { intent, redirect, header_rules } = found;
        if header_rules.is_broken() {
            return self.bare(500, RuleId::HEADERS_BROKEN);
        }
        let answer = self.answer_intent(intent, request);
        if answer.status == 500 { answer } else { Answer { redirect, header_rules, ..answer } }
    }

    fn answer_intent<'r>(
        &'m self,
        intent: IntentOf<'m, 'r, Self>,
        request: &Request<'r>,
    ) -> AnswerOf<'m, 'r, Self> {
        let reads = matches!(request.method, "GET" | "HEAD");
        let is_pages = self.policy().platform == Platform::Pages;
        match intent {
            Intent::Rule(status, location) => self.rule_redirect(status, location),
            Intent::Broken => self.bare(500, RuleId::REDIRECTS_BROKEN),
            Intent::Nothing(rule) if reads || !is_pages => {
                let cache_control = is_pages.then_some(NO_STORE);
                let headers = Headers { cache_control, forces_no_store: is_pages, ..Headers::default() };
                self.bare(404, rule).with_headers(headers)
            }
            _ if !reads => self.bare(405, RuleId::METHOD_NOT_ALLOWED),
            Intent::Refused(status, rule) => self.bare(status, rule),
            Intent::Nothing(rule) | Intent::Exception(rule) => self.bare(500, rule),
            Intent::Redirect(status, location, rule) => self
                .bare(status, rule)
                .with_headers(Headers { location: Some(location), ..Headers::default() }),
            Intent::File(404, asset, rule) if is_pages => {
                let content_type = asset.media_type();
                let cache_control = Some(NO_STORE);
                let headers =
                    Headers { content_type, cache_control, forces_no_store: true, ..Headers::default() };
                Answer { body: Some(asset), ..self.bare(404, rule).with_headers(headers) }
            }
            Intent::File(status, asset, rule) => self.file(asset, status, rule, request),
        }
    }

    /// Pages sends a short text along, but not with 308.
    fn rule_redirect<'r>(&'m self, status: u16, location: AnswerLocation<'m, 'r>) -> AnswerOf<'m, 'r, Self> {
        let has_text = self.policy().platform == Platform::Pages && status != 308;
        let content_type = has_text.then_some(PLAIN_TEXT);
        let headers = Headers { location: Some(location), content_type, ..Headers::default() };
        self.bare(status, RuleId::REDIRECTS_RULE).with_headers(headers)
    }

    /// An answer with no headers but those that Pages always sends.
    fn bare<'r>(&'m self, status: u16, rule: RuleId) -> AnswerOf<'m, 'r, Self> {
        let headers = Headers { is_pages: self.policy().platform == Platform::Pages, ..Headers::default() };
        let header_rules = MatchedRules::none(self);
        Answer { status, rule, body: None, redirect: None, headers, header_rules }
    }

    fn file<'r>(
        &'m self,
        asset: Self::Asset,
        status: u16,
        rule: RuleId,
        request: &Request<'r>,
    ) -> AnswerOf<'m, 'r, Self> {
        let etag = asset.etag();
        let current = request.headers.if_none_match.is_some_and(|value| etag.matches(value));
        if current && self.policy().platform == Platform::Pages {
            return self.bare(304, RuleId::NOT_MODIFIED);
        }
        let headers = Headers {
            etag: Some(etag),
            content_type: asset.media_type(),
            cache_control: (!request.headers.has_authorization && !request.headers.has_range)
                .then_some(REVALIDATE),
            ..Headers::default()
        };
        if current {
            return self.bare(304, RuleId::NOT_MODIFIED).with_headers(headers);
        }
        Answer { body: Some(asset), ..self.bare(status, rule).with_headers(headers) }
    }
}

impl<'m, S: Resolve<'m>> Requests<'m> for S {}
