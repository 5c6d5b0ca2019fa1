//! A request as the manifest is asked about it: the parts of an `http::Request` on which an answer can depend.

use std::borrow::Cow;

use http::{HeaderMap, HeaderName, HeaderValue, Method, Uri};
use trailmark::{Request, RequestError, RequestHeaders, RequestPath, Scratch};

use crate::host::{BadRequest, Origin};
use crate::options::EdgeOptions;

/// A request, as far as answers depend on it.
#[derive(Debug)]
pub(crate) struct Asked<'r> {
    pub(crate) method: &'r Method,
    pub(crate) origin: Origin<'r>,
    pub(crate) headers: &'r HeaderMap,
    /// The headers as one line each, if any has several.
    joined: Option<Box<HeaderMap>>,
    target: Cow<'r, str>,
}

impl<'r> Asked<'r> {
    /// # Errors
    /// [`BadRequest`] if scheme or host can't be understood, or there is no path.
    pub(crate) fn new(
        method: &'r Method,
        uri: &'r Uri,
        headers: &'r HeaderMap,
        options: &'r EdgeOptions,
    ) -> Result<Self, BadRequest> {
        let origin = Origin::of(uri, headers, options)?;
        let target = uri.path_and_query().ok_or(BadRequest::Target)?.as_str();
        // `http://example.com?x` has the path `/`.
        let target =
            if target.starts_with('?') { Cow::Owned(format!("/{target}")) } else { Cow::Borrowed(target) };
        let joined = (headers.len() != headers.keys_len()).then(|| Box::new(joined(headers)));
        Ok(Asked { method, origin, headers, joined, target })
    }

    pub(crate) fn is_head(&self) -> bool {
        self.method == Method::HEAD
    }

    /// Calls with the request in the manifest's terms.
    ///
    /// # Errors
    /// [`BadRequest`] if the target is no path, or too long.
    pub(crate) fn with_request<T>(&self, ask: impl FnOnce(&Request<'_>) -> T) -> Result<T, BadRequest> {
        let target = self.target.as_bytes();
        if let Some(path) = RequestPath::as_is(target) {
            return Ok(ask(&self.request(path)));
        }
        let mut scratch = Box::new(Scratch::new());
        match RequestPath::parse(target, &mut scratch) {
            Ok(path) => Ok(ask(&self.request(path))),
            Err(RequestError::TooLong { .. }) => Err(BadRequest::TooLong),
            Err(_) => Err(BadRequest::Target),
        }
    }

    fn request<'p>(&'p self, path: RequestPath<'p>) -> Request<'p> {
        let headers = self.joined.as_deref().unwrap_or(self.headers);
        let headers = headers.iter().map(|(name, value)| (name.as_str(), value.as_bytes()));
        let mut request = Request::new(self.method.as_str(), path, RequestHeaders::from_list(headers));
        request.scheme = self.origin.scheme;
        request.host = &self.origin.host;
        request
    }
}

/// Several lines of one name are one value to the platform, joined with commas.
fn joined(headers: &HeaderMap) -> HeaderMap {
    let all = |name: &HeaderName| {
        let lines: Vec<&[u8]> = headers.get_all(name).iter().map(HeaderValue::as_bytes).collect();
        HeaderValue::from_bytes(&lines.join(&b", "[..]))
    };
    headers.keys().filter_map(|name| Some((name.clone(), all(name).ok()?))).collect()
}
