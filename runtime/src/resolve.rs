//! From what is stored for a path to its resolution: redirects, the canonical encoding, and what misses get. Shared by all ways in
//! which answers are stored ([`Source`]).

use crate::answer::{Resolution, RuleId};
use crate::asset::SitePath;
use crate::decode::Decoded;
use crate::format;
use crate::location::Location;
use crate::manifest::Platform;
use crate::path::RequestPath;
use crate::source::{Source, Stored};

type ResolutionOf<'m, 'r, S> = Resolution<'m, 'r, <S as Source<'m>>::Asset>;

/// Resolves paths over what a source has stored for them.
pub(crate) trait Resolve<'m>: Source<'m> {
    /// Resolves a decoded path for which something, or nothing, is stored.
    #[inline(always)]
    fn resolve<'r>(
        &'m self,
        decoded: Decoded<'_>,
        stored: Option<Stored<'m>>,
        request: RequestPath<'r>,
        not_found: u8,
    ) -> ResolutionOf<'m, 'r, Self> {
        let resolution = match stored {
            Some(Stored::Serve { asset, rule }) => match self.asset(asset) {
                Some(asset) => Resolution::Serve { asset, rule },
                None => Resolution::NotFound { rule },
            },
            Some(Stored::Redirect { target, rule }) => return self.redirect(target, &request, rule),
            None => self.miss(decoded.site_path, &request, not_found),
        };
        let encodes = self.policy().flags & format::FLAG_CANONICAL_REDIRECT != 0;
        if decoded.is_canonical || !encodes || resolution.asset().is_none() {
            return resolution;
        }
        let location = Location::canonical(request.path_bytes(), request.query_bytes());
        Resolution::Redirect {
            status: self.policy().redirect_status,
            location,
            rule: RuleId::CANONICAL_ENCODING,
        }
    }

    #[inline(always)]
    fn redirect<'r>(
        &'m self,
        target: SitePath<'m>,
        request: &RequestPath<'r>,
        rule: RuleId,
    ) -> ResolutionOf<'m, 'r, Self> {
        let query = request.query_bytes();
        match self.policy().platform {
            // Encoded, it is valid in any case.
            Platform::Workers => {
                let location = Location::encoded(target, query);
                Resolution::Redirect { status: self.policy().redirect_status, location, rule }
            }
            Platform::Pages => self.redirect_to(Location::decoded(target, query), rule),
            Platform::Host => self.host_answer(*request),
        }
    }

    fn redirect_to<'r>(&'m self, location: Location<'m, 'r>, rule: RuleId) -> ResolutionOf<'m, 'r, Self> {
        if location.is_valid() {
            Resolution::Redirect { status: self.policy().redirect_status, location, rule }
        } else {
            Resolution::Exception { rule: RuleId::LOCATION_INVALID }
        }
    }

    /// What a path gets for which nothing is stored.
    fn miss<'r>(
        &'m self,
        site_path: &[u8],
        request: &RequestPath<'r>,
        not_found: u8,
    ) -> ResolutionOf<'m, 'r, Self> {
        if self.policy().flags & (format::FLAG_INDEX_REDIRECT | format::FLAG_HOST) != 0 {
            if self.policy().platform == Platform::Host {
                return self.host_answer(*request);
            }
            let query = request.query_bytes();
            // `/x/index` loses `index`, `/x/index/` loses `index/`; the decoded path is what is shortened.
            if site_path.ends_with(b"/index/") {
                let location = Location::shortened(request.path_bytes(), b"index/".len(), query);
                return self.redirect_to(location, RuleId::PAGES_INDEX_SLASH);
            }
            if site_path.ends_with(b"/index") {
                let location = Location::shortened(request.path_bytes(), b"index".len(), query);
                return self.redirect_to(location, RuleId::PAGES_INDEX);
            }
        }
        self.not_found(site_path, not_found)
    }

    /// What the not-found handling of the site gives for a miss.
    fn not_found<'r>(&'m self, site_path: &[u8], not_found: u8) -> ResolutionOf<'m, 'r, Self> {
        let single_page =
            || self.is_below_base(site_path).then(|| self.asset(self.policy().single_page_asset)).flatten();
        match not_found {
            format::NOT_FOUND_PAGE => match self.nearest_not_found(site_path) {
                Some(asset) => Resolution::NotFoundPage { asset, rule: RuleId::NOT_FOUND_PAGE },
                None => Resolution::NotFound { rule: RuleId::NOT_FOUND_NO_PAGE },
            },
            format::NOT_FOUND_SINGLE_PAGE => match single_page() {
                Some(asset) => Resolution::SinglePage { asset, rule: RuleId::SINGLE_PAGE },
                None => Resolution::NotFound { rule: RuleId::SINGLE_PAGE_MISSING },
            },
            format::NOT_FOUND_PAGE_THEN_SINGLE => match (self.nearest_not_found(site_path), single_page()) {
                (Some(asset), _) => Resolution::NotFoundPage { asset, rule: RuleId::PAGES_NOT_FOUND_PAGE },
                (None, Some(asset)) => Resolution::SinglePage { asset, rule: RuleId::PAGES_SINGLE_PAGE },
                (None, None) => Resolution::NotFound { rule: RuleId::PAGES_NOTHING },
            },
            _ => Resolution::NotFound { rule: RuleId::NOT_FOUND_NONE },
        }
    }
}

impl<'m, S: Source<'m>> Resolve<'m> for S {}
