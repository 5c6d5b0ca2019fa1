//! What a link is for.

use serde::Serialize;

/// Defines the kinds with their names.
macro_rules! kinds {
    ($($(#[$meta:meta])* $name:ident = $text:literal,)+) => {
        /// What a link is for.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[repr(u8)]
        pub enum LinkKind { $($(#[$meta])* $name,)+ }

        impl LinkKind {
            /// Every kind.
            pub const ALL: &'static [LinkKind] = &[$(LinkKind::$name,)+];

            /// Its name in every output.
            pub const fn as_str(self) -> &'static str {
                match self { $(LinkKind::$name => $text,)+ }
            }
        }
    };
}

kinds! {
    /// `<a href>`, `<area href>`: somebody may go there.
    Anchor = "link",
    /// `<form action>`, `formaction`, unless it posts.
    Form = "form",
    /// `<iframe src>`, `<frame src>`.
    Frame = "frame",
    /// `<meta http-equiv=refresh>`.
    Refresh = "refresh",
    /// `<script src>`, `<link rel=modulepreload>`.
    Script = "script",
    /// `<link rel=stylesheet>`, `@import`.
    Style = "stylesheet",
    /// `<img>`, `srcset`, `<image>`, `poster`, `background`, icons.
    Image = "image",
    /// `<video>`, `<audio>`, `<source>`, `<track>`, `<object>`, `<embed>`.
    Media = "media",
    /// `url(...)` in a style sheet.
    StyleUrl = "css url",
    /// `<link rel=preload>`, `prefetch` and the like.
    Preload = "preload",
    /// `<link rel=manifest>` and what that file names.
    AppManifest = "web manifest",
    /// `<link rel=canonical>`.
    Canonical = "canonical",
    /// `<link rel=alternate hreflang>`.
    Alternate = "hreflang",
    /// Any other `<link>`: `next`, `prev`, feeds, search.
    Relation = "link element",
    /// `og:url`, `twitter:url`.
    SocialUrl = "social url",
    /// `og:image` and the like.
    SocialImage = "social image",
    /// A URL of JSON-LD.
    JsonLd = "json-ld",
    /// `<loc>` of a sitemap.
    Sitemap = "sitemap",
    /// A sitemap that robots.txt or an index names.
    SitemapFile = "sitemap file",
    /// An entry of RSS or Atom.
    Feed = "feed",
    /// `<guid>` of RSS, `@id` of JSON-LD: a name by which others know an entry, and only by the way a place to go to. Not to be changed for
    /// the sake of a redirect.
    Identifier = "identifier",
}

impl LinkKind {
    /// Whether people follow it from page to page.
    pub fn is_navigation(self) -> bool {
        self <= LinkKind::Refresh
    }

    /// Whether a page loads it as a part of itself: what a single-page fallback can't stand in for.
    pub fn is_resource(self) -> bool {
        self > LinkKind::Refresh && self <= LinkKind::AppManifest
    }
}

/// Several kinds.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct LinkKinds(u32);

impl LinkKinds {
    /// Whether a kind is in.
    pub fn contains(self, kind: LinkKind) -> bool {
        self.0 >> kind as u32 & 1 == 1
    }

    /// Puts a kind in.
    pub fn insert(&mut self, kind: LinkKind) {
        self.add(kind);
    }

    pub(crate) fn add(&mut self, kind: LinkKind) {
        self.0 |= 1 << kind as u32;
    }

    pub(crate) fn add_all(&mut self, others: LinkKinds) {
        self.0 |= others.0;
    }

    /// Each of them.
    pub fn iter(self) -> impl Iterator<Item = LinkKind> {
        LinkKind::ALL.iter().copied().filter(move |&kind| self.0 >> kind as u32 & 1 == 1)
    }
}

impl Serialize for LinkKinds {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.iter().map(LinkKind::as_str))
    }
}
