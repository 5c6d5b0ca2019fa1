//! Where a site hangs below its origin: at the root, or below a prefix that its build puts into links but not into the output
//! folder (Astro's `base`, Gatsby's `pathPrefix`, Docusaurus' `baseUrl`).
//!
//! The answers are those that the platform would give if the files lay in a folder of that name. Only the single-page fallback
//! is the base's own: the platform would look for `/index.html`, outside of it. `_redirects`, `_headers` and `_routes.json` name
//! whole paths, base included.

use std::fmt;
use std::str::FromStr;

use trailmark::format::MAX_BASE_LEN;
use trailmark::{DecodeMode, decode_path};

use crate::hash::AssetFile;

/// A prefix of every path of a site: nothing, or decoded, with a slash in front and none at its end.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Base(String);

/// A text that is no base.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{found}` is no base: {problem}; write it as `/docs`")]
pub struct BadBase {
    found: String,
    problem: &'static str,
}

impl Base {
    /// The base as a path begins with it; empty for the root.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether the site is at the root of its origin.
    pub fn is_root(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether a decoded path lies below it.
    pub fn contains(&self, site_path: &str) -> bool {
        self.below(site_path).is_some()
    }

    /// What follows the base, from its slash on; `None` outside of it.
    pub fn below<'p>(&self, site_path: &'p str) -> Option<&'p str> {
        let below = site_path.strip_prefix(self.as_str())?;
        (self.is_root() || below.starts_with('/')).then_some(below)
    }

    /// Takes the base of a manifest, or any other text that is decoded already.
    ///
    /// # Errors
    /// It can't be the beginning of a path.
    pub fn from_decoded(text: &str) -> Result<Base, BadBase> {
        let bad = |problem| Err(BadBase { found: text.to_owned(), problem });
        let inner = text.strip_prefix('/').unwrap_or(text);
        let inner = inner.strip_suffix('/').unwrap_or(inner);
        if inner.is_empty() {
            return Ok(Base::default());
        }
        if inner.split('/').any(|segment| matches!(segment, "" | "." | "..")) {
            return bad("it has an empty segment, `.` or `..`");
        }
        if inner.len() >= MAX_BASE_LEN {
            return bad("it is too long");
        }
        Ok(Base(format!("/{inner}")))
    }

    /// Puts the base in front of every asset's path.
    pub(crate) fn mount(&self, assets: &mut [AssetFile]) {
        if !self.is_root() {
            assets.iter_mut().for_each(|asset| asset.site_path.insert_str(0, self.as_str()));
        }
    }
}

impl FromStr for Base {
    type Err = BadBase;

    /// Takes `/docs`, `docs`, `/docs/` and percent-encoded spellings; `/` and nothing are the root.
    fn from_str(text: &str) -> Result<Self, BadBase> {
        let bad = |problem| Err(BadBase { found: text.to_owned(), problem });
        if text.contains("://") || text.starts_with("//") {
            return bad("it is a path, without scheme and host");
        }
        if text.contains(['?', '#', '\\', ':']) || text.chars().any(char::is_control) {
            return bad("it holds a character that a base can't have");
        }
        Base::from_decoded(&decode_path(text, DecodeMode::Whole))
            .map_err(|error| BadBase { found: text.to_owned(), ..error })
    }
}

impl fmt::Display for Base {
    /// `/` for the root.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(if self.is_root() { "/" } else { self.as_str() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(text: &str) -> Result<String, &'static str> {
        text.parse::<Base>().map(|base| base.as_str().to_owned()).map_err(|error| error.problem)
    }

    #[test]
    fn every_usual_spelling_is_one_base() {
        for text in ["/docs", "docs", "/docs/", "docs/", "/d%6Fcs"] {
            assert_eq!(parsed(text).as_deref(), Ok("/docs"), "{text}");
        }
        for text in ["", "/"] {
            assert_eq!(parsed(text).as_deref(), Ok(""), "{text:?}");
        }
        assert_eq!(parsed("/a/caf%C3%A9").as_deref(), Ok("/a/caf\u{e9}"));
    }

    #[test]
    fn what_is_no_path_is_refused() {
        for text in [
            "https://x.example/docs",
            "//x/docs",
            "/a?b",
            "/a#b",
            "C:/Program Files/Git/docs",
            "/a\\b",
            "/a\nb",
        ] {
            assert!(parsed(text).is_err(), "{text}");
        }
        for text in ["/a//b", "/a/../b", "/./a", "/a/%2E%2E"] {
            assert_eq!(parsed(text), Err("it has an empty segment, `.` or `..`"), "{text}");
        }
        assert!(parsed(&"a".repeat(MAX_BASE_LEN)).is_err());
    }

    #[test]
    fn only_whole_segments_are_below() {
        let base: Base = "/docs".parse().unwrap();
        assert_eq!(base.below("/docs/about"), Some("/about"));
        assert_eq!(base.below("/docs/"), Some("/"));
        assert_eq!((base.below("/docs"), base.below("/docsy"), base.below("/")), (None, None, None));
        assert_eq!(Base::default().below("/about"), Some("/about"));
    }
}
