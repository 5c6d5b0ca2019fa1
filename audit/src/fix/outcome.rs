//! What becomes of a link: it is changed for a rule, or left for a reason.

use serde::Serialize;

use crate::rules::Rule;

/// Defines the reasons with their names.
macro_rules! reasons {
    ($($name:ident = $text:literal, $meaning:literal;)+) => {
        /// Why a link is left as it is, though it costs a redirect.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[repr(u8)]
        pub enum Left { $(#[doc = $meaning] $name,)+ }

        impl Left {
            /// Every reason.
            pub const ALL: &'static [Left] = &[$(Left::$name,)+];

            /// Its name in every output.
            pub const fn as_str(self) -> &'static str {
                match self { $(Left::$name => $text,)+ }
            }

            /// What it means, for people.
            pub const fn meaning(self) -> &'static str {
                match self { $(Left::$name => $meaning,)+ }
            }
        }
    };
}

reasons! {
    Temporary = "temporary",
        "a rule of _redirects calls the redirect temporary (302, 303, 307), so it may lead elsewhere tomorrow; --temporary changes these too";
    Away = "away", "it is redirected to another site";
    AddsQuery = "changes-query", "the redirect changes the query, so the link would have to";
    AddsFragment = "names-fragment", "the redirect names a fragment, so the link would have to";
    Floating = "served-anywhere",
        "a relative link in a page that is also served under other URLs (a fallback, a rule of _redirects with 200, a symbolic link)";
    Hashed = "hashed", "a hash of the style sheet may stand in an integrity attribute or a Content-Security-Policy";
    Same = "empty", "it names the page or its <base> by nothing, and that redirects";
    Odd = "odd-spelling", "it is written in a way that can't be changed safely";
    Unproved = "unproved", "no text in its style would lead to the same URL";
}

impl Serialize for Left {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

/// What becomes of a link that has a finding.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Outcome {
    Changed(Rule),
    Left(Left),
}

/// The rules whose findings are fixed: the link leads somewhere, by a redirect.
pub(super) const FIXABLE: [Rule; 4] =
    [Rule::RedirectChain, Rule::Redirect, Rule::CanonicalRedirects, Rule::SitemapRedirects];

/// The rules whose findings can be repaired, if that is asked for: the link leads to nothing, but it is known what was meant.
pub(super) const REPAIRABLE: [Rule; 4] =
    [Rule::CaseDiffers, Rule::RelativeSlash, Rule::RelativeInNotFoundPage, Rule::OutsideBase];
