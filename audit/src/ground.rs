//! What is known before a file is read: of the site, and of the file.

use crate::kind::LinkKind;
use crate::marks::Marks;
use crate::patterns::FilePatterns;
use crate::reference::{From, Origins};
use crate::rules::RuleSet;

/// What holds for the whole site while its files are read.
pub(crate) struct Ground<'s> {
    pub(crate) origins: &'s Origins,
    pub(crate) marks: &'s Marks,
    pub(crate) patterns: &'s FilePatterns,
    /// Rules that are not looked for anywhere.
    pub(crate) off: RuleSet,
}

/// A file that links stand in.
#[derive(Debug)]
pub(crate) struct Document {
    /// The number of its asset.
    pub(crate) asset: u32,
    /// The URL at which it is served.
    pub(crate) from: From,
    /// Whether it answers URLs that are not its own.
    pub(crate) floats: Floats,
}

impl Document {
    /// Whether a link of this kind counts here: nobody indexes a not-found page, whatever it says of itself.
    pub(crate) fn counts(&self, kind: LinkKind) -> bool {
        let is_for_index = matches!(kind, LinkKind::Canonical | LinkKind::Alternate | LinkKind::SocialUrl);
        !is_for_index || self.floats != Floats::Only
    }
}

/// Whether a page is served under URLs that are not its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Floats {
    /// No.
    No,
    /// It is the single-page fallback, but has a URL of its own too.
    Also,
    /// It is a not-found page: nobody comes to it by its own URL.
    Only,
}
