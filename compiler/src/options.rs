//! The options of a compilation, in Cloudflare's own spellings.
//!
//! A leaf: plain values, no logic but their names. Every option type lists its spellings once, and parsing,
//! printing, `--help` and the manifest's provenance all use that list.

use serde::{Deserialize, Serialize};

/// Defines an option enum with its external spellings, `ALL`, `as_str`, `Display` and `FromStr`.
macro_rules! spelled_enum {
    ($(#[$meta:meta])* $name:ident { $($(#[$vmeta:meta])* $variant:ident = $text:literal,)+ }) => {
        $(#[$meta])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        pub enum $name { $($(#[$vmeta])* #[serde(rename = $text)] $variant,)+ }

        impl $name {
            /// Every value, in the order in which they are documented.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)+];

            /// The spelling used in configuration files and on the command line.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $text,)+ }
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.pad(self.as_str())
            }
        }

        impl std::str::FromStr for $name {
            type Err = UnknownSpelling;
            fn from_str(text: &str) -> Result<Self, UnknownSpelling> {
                Self::ALL.iter().copied().find(|v| v.as_str() == text).ok_or_else(|| UnknownSpelling {
                    found: text.to_owned(),
                    allowed: Self::ALL.iter().map(|v| v.as_str()).collect(),
                })
            }
        }
    };
}

/// A value that is none of the allowed spellings.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("unknown value `{found}`; allowed: {}", allowed.join(", "))]
pub struct UnknownSpelling {
    /// What was given.
    pub found: String,
    /// What would have been understood.
    pub allowed: Vec<&'static str>,
}

spelled_enum! {
    /// The platform whose answers are reproduced.
    Platform {
        /// Cloudflare Workers static assets.
        Workers = "workers",
        /// Cloudflare Pages.
        Pages = "pages",
    }
}

spelled_enum! {
    /// Cloudflare's `assets.html_handling`. Pages has no such option and always behaves as `docs/ROUTING.md`,
    /// "Pages", says.
    HtmlHandling {
        /// `/foo` for `foo.html`, `/foo/` for `foo/index.html`. The platform's default.
        AutoTrailingSlash = "auto-trailing-slash",
        /// Every page at a URL that ends in a slash.
        ForceTrailingSlash = "force-trailing-slash",
        /// Every page at a URL without a slash at its end.
        DropTrailingSlash = "drop-trailing-slash",
        /// A file is served at its own name only.
        None = "none",
    }
}

spelled_enum! {
    /// Cloudflare's `assets.not_found_handling`.
    NotFoundHandling {
        /// An empty 404. The platform's default.
        None = "none",
        /// The nearest `404.html`, with status 404.
        Page404 = "404-page",
        /// The root `index.html`, with status 200.
        SinglePageApplication = "single-page-application",
    }
}
