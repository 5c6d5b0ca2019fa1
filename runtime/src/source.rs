//! What the code for whole requests asks of a site's answers, wherever they are stored: in a manifest, or in tables that are
//! compiled in. Resolved when compiled, so neither pays for the other.

use crate::answer::{Resolution, RuleId};
use crate::asset::{Asset, ETag, SitePath};
use crate::decode::Decoded;
use crate::headers::HeaderMatching;
use crate::manifest::{Manifest, Policy};
use crate::path::RequestPath;
use crate::redirects::RedirectRule;
use crate::router::RouterRules;

/// An answer as it is stored for a site path.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Stored<'a> {
    /// Serve the asset with this index.
    Serve { asset: u32, rule: RuleId },
    /// Redirect to this path.
    Redirect { target: SitePath<'a>, rule: RuleId },
}

/// What is stored for a path.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Entry<'a> {
    /// What the files answer; `None` if nothing, as for a path that only a rule of `_redirects` knows.
    pub(crate) stored: Option<Stored<'a>>,
    /// The rule of `_redirects` that answers first, if the path is spelled canonically.
    pub(crate) redirect: u16,
    /// The rules of `_headers` that match, if the path is spelled canonically.
    pub(crate) header_set: u16,
}

/// What an answer asks of an asset.
pub(crate) trait AssetFacts<'m>: Copy {
    fn etag(&self) -> ETag;
    fn media_type(&self) -> Option<&'m str>;
}

/// Where the answers of a site are stored.
pub(crate) trait Source<'m>: HeaderMatching<'m> + RouterRules {
    type Asset: AssetFacts<'m>;

    /// What does not depend on the path.
    fn policy(&self) -> &Policy;

    /// Where the site hangs below its origin: nothing, or as `/docs`.
    fn base(&self) -> &str;

    /// Whether a decoded path is one of the site's: below its base.
    #[inline(always)]
    fn is_below_base(&self, site_path: &[u8]) -> bool {
        let base = self.base().as_bytes();
        base.is_empty() || site_path.strip_prefix(base).is_some_and(|rest| rest.starts_with(b"/"))
    }

    /// The asset with this index.
    fn asset(&'m self, index: u32) -> Option<Self::Asset>;

    /// What is stored for a site path.
    fn entry(&'m self, site_path: &[u8]) -> Option<Entry<'m>>;

    /// The not-found page for a miss.
    fn nearest_not_found(&'m self, site_path: &[u8]) -> Option<Self::Asset>;

    /// Looks a request path up, with this not-found handling.
    fn lookup_with<'r>(&'m self, request: &RequestPath<'r>, not_found: u8)
    -> Resolution<'m, 'r, Self::Asset>;

    /// Resolves a decoded path for which something, or nothing, is stored.
    fn resolve_stored<'r>(
        &'m self,
        decoded: Decoded<'_>,
        stored: Option<Stored<'m>>,
        request: RequestPath<'r>,
        not_found: u8,
    ) -> Resolution<'m, 'r, Self::Asset>;

    /// What a host other than Cloudflare's answers, where it is no file that is served under a plain path.
    fn host_answer<'r>(&'m self, request: RequestPath<'r>) -> Resolution<'m, 'r, Self::Asset>;

    /// Whether there are rules of `_redirects` or `_headers`.
    fn has_rules(&self) -> bool;

    /// The rule of `_redirects` with this index.
    fn redirect_rule(&'m self, index: usize) -> Option<RedirectRule<'m>>;

    /// The rule of `_redirects` that answers a path for which the compiler has not worked that out.
    fn match_redirects(&self, path: &[u8]) -> Option<usize>;
}

impl<'m> AssetFacts<'m> for Asset<'m> {
    fn etag(&self) -> ETag {
        Asset::etag(self)
    }

    fn media_type(&self) -> Option<&'m str> {
        Asset::media_type(self)
    }
}

impl<'m> Source<'m> for Manifest<'m> {
    type Asset = Asset<'m>;

    #[inline(always)]
    fn policy(&self) -> &Policy {
        &self.policy
    }

    #[inline(always)]
    fn base(&self) -> &str {
        Manifest::base(self)
    }

    #[inline(always)]
    fn asset(&'m self, index: u32) -> Option<Asset<'m>> {
        Manifest::asset(self, index)
    }

    #[inline(always)]
    fn entry(&'m self, site_path: &[u8]) -> Option<Entry<'m>> {
        Manifest::entry(self, site_path)
    }

    #[inline(always)]
    fn nearest_not_found(&'m self, site_path: &[u8]) -> Option<Asset<'m>> {
        Manifest::nearest_not_found(self, site_path)
    }

    #[inline(always)]
    fn lookup_with<'r>(&'m self, request: &RequestPath<'r>, not_found: u8) -> Resolution<'m, 'r> {
        Manifest::lookup_with(self, request, not_found)
    }

    #[inline(always)]
    fn resolve_stored<'r>(
        &'m self,
        decoded: Decoded<'_>,
        stored: Option<Stored<'m>>,
        request: RequestPath<'r>,
        not_found: u8,
    ) -> Resolution<'m, 'r> {
        Manifest::resolve_stored(self, decoded, stored, request, not_found)
    }

    fn host_answer<'r>(&'m self, request: RequestPath<'r>) -> Resolution<'m, 'r> {
        Manifest::host_answer(self, request)
    }

    #[inline(always)]
    fn has_rules(&self) -> bool {
        !self.redirects.is_empty() || !self.header_rules.is_empty()
    }

    #[inline(always)]
    fn redirect_rule(&'m self, index: usize) -> Option<RedirectRule<'m>> {
        Manifest::redirect_rule(self, index)
    }

    #[inline(always)]
    fn match_redirects(&self, path: &[u8]) -> Option<usize> {
        Manifest::match_redirects(self, path)
    }
}
