//! Where the links of a file are resolved from: the URL at which it is served, or what its `<base>` makes of that.

use crate::extract::{Element, Tag};
use crate::ground::{Document, Floats};
use crate::kind::LinkKind;
use crate::reference::{From, Origins, PathKind, Reference, cleaned, resolve};

/// Changes while a page is read.
#[derive(Debug)]
pub(crate) struct Standpoint<'d> {
    pub(crate) document: &'d Document,
    pub(crate) from: From,
    has_base: bool,
    /// Whether another URL of the page would be another standpoint.
    moves_with_page: bool,
}

impl<'d> Standpoint<'d> {
    pub(crate) fn new(document: &'d Document) -> Standpoint<'d> {
        Standpoint { document, from: document.from.clone(), has_base: false, moves_with_page: true }
    }

    /// The first counts.
    pub(crate) fn set_base(&mut self, base: &[u8], origins: &Origins) {
        self.has_base = true;
        let mut path = Vec::new();
        let text = cleaned(base);
        self.from = match resolve(&self.document.from, &text, origins, &mut path) {
            Reference::Path(found) => {
                self.moves_with_page = found.kind != PathKind::Absolute;
                From::at(path)
            }
            Reference::Elsewhere => From::elsewhere(),
            // Not a base that counts.
            _ => return,
        };
    }

    /// Takes a base that a tag names, if it is the first.
    pub(crate) fn pass(&mut self, tag: &Tag<'_>, origins: &Origins) {
        if tag.element == Element::Base
            && !self.has_base
            && let Some(base) = tag.base()
        {
            self.set_base(base, origins);
        }
    }

    /// Whether a reference that names no path means the page itself.
    pub(crate) fn is_own_page(&self, kind: PathKind) -> bool {
        kind == PathKind::Same && self.from.path() == self.document.from.path()
    }

    /// Whether it is resolved from the page's own URL.
    pub(crate) fn is_from_page(&self, kind: PathKind) -> bool {
        kind == PathKind::Relative && self.from == self.document.from
    }

    /// Whether a reference would mean something else if the page had another URL.
    pub(crate) fn depends_on_page(&self, kind: PathKind) -> bool {
        kind != PathKind::Absolute && self.moves_with_page
    }

    /// What a relative reference leads to if the page's URL had a slash at its end, or none.
    pub(crate) fn seen_from_other_form(
        &self,
        kind: PathKind,
        text: &[u8],
        origins: &Origins,
    ) -> Option<Vec<u8>> {
        // With a `<base>`, the page's own form does not matter.
        if !self.is_from_page(kind) {
            return None;
        }
        let other = match self.from.path() {
            b"/" => return None,
            [form @ .., b'/'] => form.to_vec(),
            form => [form, b"/"].concat(),
        };
        let mut path = Vec::new();
        let reference = resolve(&From::at(other), text, origins, &mut path);
        matches!(reference, Reference::Path(_)).then_some(path)
    }

    /// Whether a link is a relative one in a page that answers any URL.
    pub(crate) fn is_lost(&self, link: LinkKind, kind: PathKind) -> bool {
        let floats = match self.document.floats {
            Floats::No => false,
            Floats::Also => link.is_resource(),
            Floats::Only => true,
        };
        floats && self.is_from_page(kind)
    }
}
