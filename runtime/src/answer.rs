//! What a look-up says, and why.

use core::fmt;

use crate::asset::Asset;
use crate::location::Location;
use crate::manifest::Manifest;

/// The number of a rule. Its name stands in the manifest ([`Manifest::rule_name`]); the rules themselves are the rows
/// of the compiler's table and the headings of `docs/ROUTING.md`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RuleId(pub u16);

/// Defines the rules that the runtime itself applies, since they depend on the request.
macro_rules! runtime_rules {
    ($($(#[$meta:meta])* $name:ident = $number:literal;)+) => {
        impl RuleId {
            $($(#[$meta])* pub const $name: RuleId = RuleId($number);)+
            /// The rules that the runtime applies. Those with higher numbers were applied by the compiler.
            pub const OF_RUNTIME: &'static [RuleId] = &[$(RuleId::$name,)+];
        }
    };
}

runtime_rules! {
    /// The path is not its own canonical encoding: redirect to that.
    CANONICAL_ENCODING = 0;
    /// A miss, and nothing is configured for misses.
    NOT_FOUND_NONE = 1;
    /// A miss, answered with the nearest `404.html`.
    NOT_FOUND_PAGE = 2;
    /// A miss for which no folder on the way up owns a `404.html`.
    NOT_FOUND_NO_PAGE = 3;
    /// A miss, answered with the root `index.html`.
    SINGLE_PAGE = 4;
    /// A miss, and there is no root `index.html` that could answer.
    SINGLE_PAGE_MISSING = 5;
    /// Pages: a miss with the nearest `404.html`.
    PAGES_NOT_FOUND_PAGE = 6;
    /// Pages: a miss, no `404.html` on the way up, so the root `index.html`.
    PAGES_SINGLE_PAGE = 7;
    /// Pages: a miss with neither.
    PAGES_NOTHING = 8;
    /// Pages: a path that ends in `/index`, whatever exists.
    PAGES_INDEX = 9;
    /// Pages: a path that ends in `/index/`, whatever exists.
    PAGES_INDEX_SLASH = 10;
    /// The platform itself fails: the location would hold a character that no header may hold.
    LOCATION_INVALID = 11;
    /// Neither GET nor HEAD.
    METHOD_NOT_ALLOWED = 12;
    /// The client has the current bytes.
    NOT_MODIFIED = 13;
    /// A positive rule of `run_worker_first` sends the request to the Worker.
    ROUTER_RULE = 14;
    /// `run_worker_first` is true.
    ROUTER_ALWAYS = 15;
    /// No asset answers, so the Worker does.
    ROUTER_MISS = 16;
    /// The Worker is wanted, and there is none.
    ROUTER_NO_SCRIPT = 17;
    /// The router blocks what an image proxy would fetch from elsewhere.
    ROUTER_IMAGE_GUARD = 18;
    /// `/cdn-cgi/` spelled with a backslash.
    ROUTER_CDN_CGI = 19;
    /// A rule of `_redirects` redirects.
    REDIRECTS_RULE = 20;
    /// A rule of `_redirects` leads to no URL.
    REDIRECTS_BROKEN = 21;
    /// A rule of `_headers` names a header that can't be.
    HEADERS_BROKEN = 22;
    /// Pages: an inclusion of `_routes.json` sends the request to the Function.
    ROUTES_INCLUDE = 23;
    /// Pages: a rule of `_routes.json` is no regular expression.
    ROUTES_BROKEN = 24;
}

/// What a path resolves to, before method and headers of the request are looked at. `A` is a manifest's asset, or that of
/// compiled-in tables (feature `tables`).
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub enum Resolution<'m, 'r, A = Asset<'m>> {
    /// Serve the asset, status 200.
    Serve {
        /// The file whose bytes are the body.
        asset: A,
        /// Why.
        rule: RuleId,
    },
    /// Redirect.
    Redirect {
        /// 307 on Workers, 308 on Pages, as the host has it elsewhere.
        status: u16,
        /// Where to, query included.
        location: Location<'m, 'r>,
        /// Why.
        rule: RuleId,
    },
    /// Serve the nearest `404.html`, status 404.
    NotFoundPage {
        /// The file whose bytes are the body.
        asset: A,
        /// Why.
        rule: RuleId,
    },
    /// A miss that the root `index.html` answers, status 200.
    SinglePage {
        /// The file whose bytes are the body.
        asset: A,
        /// Why.
        rule: RuleId,
    },
    /// Nothing: status 404 without a body.
    NotFound {
        /// Why.
        rule: RuleId,
    },
    /// A host other than Cloudflare's refuses the path: this status, without a file of the site.
    Refused {
        /// 400 or 403.
        status: u16,
        /// Why.
        rule: RuleId,
    },
    /// The platform answers this with an exception: status 500.
    Exception {
        /// Why.
        rule: RuleId,
    },
}

impl<'m, 'r, A: Copy> Resolution<'m, 'r, A> {
    /// The HTTP status for a plain GET.
    pub fn status(&self) -> u16 {
        match self {
            Resolution::Serve { .. } | Resolution::SinglePage { .. } => 200,
            Resolution::Redirect { status, .. } | Resolution::Refused { status, .. } => *status,
            Resolution::NotFoundPage { .. } | Resolution::NotFound { .. } => 404,
            Resolution::Exception { .. } => 500,
        }
    }

    /// The file whose bytes are the body; `None` for a redirect and where there is nothing.
    pub fn asset(&self) -> Option<A> {
        match *self {
            Resolution::Serve { asset, .. }
            | Resolution::NotFoundPage { asset, .. }
            | Resolution::SinglePage { asset, .. } => Some(asset),
            _ => None,
        }
    }

    /// Where a redirect leads; `None` for everything else.
    pub fn location(&self) -> Option<Location<'m, 'r>> {
        match *self {
            Resolution::Redirect { location, .. } => Some(location),
            _ => None,
        }
    }

    /// The rule that gave this answer.
    pub fn rule(&self) -> RuleId {
        match *self {
            Resolution::Serve { rule, .. }
            | Resolution::Redirect { rule, .. }
            | Resolution::NotFoundPage { rule, .. }
            | Resolution::SinglePage { rule, .. }
            | Resolution::NotFound { rule }
            | Resolution::Refused { rule, .. }
            | Resolution::Exception { rule } => rule,
        }
    }
}

impl<'m> Resolution<'m, '_> {
    /// Shows the resolution in one line, with the rule's name.
    pub fn display(&self, manifest: &Manifest<'m>) -> impl fmt::Display {
        Line { resolution: *self, rule_name: manifest.rule_name(self.rule()) }
    }
}

struct Line<'m, 'r> {
    resolution: Resolution<'m, 'r>,
    rule_name: &'m str,
}

impl fmt::Display for Line<'_, '_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.resolution.status())?;
        if let Some(location) = self.resolution.location() {
            write!(f, " -> {location}")?;
        }
        if let Some(asset) = self.resolution.asset() {
            write!(f, " {}", asset.site_path())?;
        }
        write!(f, " ({})", self.rule_name)
    }
}
