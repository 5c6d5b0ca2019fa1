//! The links of a file in the order of the audit, each with the place where it is written; and what else tells one page from another.

use std::ops::Range;

use memchr::memmem;

use super::judge::Link;
use super::outcome::Left;
use super::spelling::Spot;
use crate::extract::{Buffers, Element, Sink, Tag, early_base, html, sheet};
use crate::feeds;
use crate::ground::Document;
use crate::json;
use crate::reference::Origins;
use crate::run::{Kind, is_binary};
use crate::standpoint::Standpoint;

/// Takes what is read.
pub(super) trait Reader {
    /// A link.
    fn link(&mut self, stand: &Standpoint<'_>, link: Link<'_>, spot: Spot<'_>);
    /// Anything else that must stay as it is: an id, a base.
    fn mark(&mut self, text: &[u8]);
}

/// A file that is read.
#[derive(Debug, Clone, Copy)]
pub(super) struct Input<'f> {
    pub(super) kind: Kind,
    pub(super) document: &'f Document,
    pub(super) bytes: &'f [u8],
    pub(super) origins: &'f Origins,
    /// Whether a rule of `_headers` may name hashes of styles.
    pub(super) hashes_styles: bool,
}

/// Reads a file. `None` if it is not what its name says.
pub(super) fn read(input: Input<'_>, buffers: &mut Buffers, reader: &mut impl Reader) -> Option<()> {
    let bytes = input.bytes;
    let stand = Standpoint::new(input.document);
    let mut one =
        |kind, text: &[u8], spot: Spot<'_>, block| reader.link(&stand, Link { kind, text, block }, spot);
    match input.kind {
        Kind::Page if is_binary(bytes) => return None,
        Kind::Page => {
            let base = early_base(bytes, buffers);
            let mut page = Page { input, stand, reader, sections: sections(bytes), hashes_styles: None };
            if let Some(base) = base {
                page.stand.set_base(&base, input.origins);
            }
            html(bytes, buffers, &mut page);
        }
        Kind::Sheet => {
            sheet(bytes, 0, |kind, text, start| one(kind, text, Spot::Plain { start, is_css: true }, None))
        }
        Kind::Robots => {
            feeds::robots(bytes, &mut |kind, text, start| {
                one(kind, text, Spot::Plain { start, is_css: false }, None)
            });
        }
        Kind::AppManifest => {
            json::app_manifest(bytes, |kind, text, start| one(kind, text, Spot::Json { start }, None))
        }
        Kind::Xml => {
            feeds::xml(bytes, &mut |kind, text, start| one(kind, text, Spot::Xml { start }, None)).ok()?;
        }
    }
    Some(())
}

/// The CDATA sections of a page. Within SVG and MathML they are text, which the tokenizer of the audit does not know.
fn sections(bytes: &[u8]) -> Vec<Range<usize>> {
    let starts = memmem::find_iter(bytes, b"<![CDATA[");
    let end = |start: usize| memmem::find(bytes.get(start..)?, b"]]>").map(|len| start + len);
    starts.map(|start| start..end(start).unwrap_or(bytes.len())).collect()
}

struct Page<'f, R> {
    input: Input<'f>,
    stand: Standpoint<'f>,
    reader: &'f mut R,
    sections: Vec<Range<usize>>,
    /// Whether hashes of styles may be named somewhere; looked for when a style has a link.
    hashes_styles: Option<bool>,
}

impl<R: Reader> Page<'_, R> {
    /// Why no link of a style may be changed whose text begins here.
    fn style_block(&mut self, offset: u32) -> Option<Left> {
        let Input { bytes, hashes_styles, .. } = self.input;
        let named = || {
            [&b"sha256-"[..], b"sha384-", b"sha512-"].iter().any(|name| memmem::find(bytes, name).is_some())
        };
        (*self.hashes_styles.get_or_insert_with(|| hashes_styles || named()))
            .then_some(Left::Hashed)
            .or_else(|| self.block(offset))
    }

    /// Why nothing may be changed of what begins here.
    fn block(&self, offset: u32) -> Option<Left> {
        self.sections.iter().any(|section| section.contains(&(offset as usize))).then_some(Left::Odd)
    }
}

impl<R: Reader> Sink for Page<'_, R> {
    fn tag(&mut self, tag: &Tag<'_>) {
        tag.ids(|id| self.reader.mark(id));
        if let Some((style, start)) = tag.inline_style() {
            sheet(style, start, |kind, text, offset| {
                let block = self.style_block(start);
                let at = (offset - start) as usize;
                let spot = Spot::Attribute { start, value: style, at, is_css: true };
                self.reader.link(&self.stand, Link { kind, text, block }, spot);
            });
        }
        if tag.element == Element::Other {
            return;
        }
        if let Some(base) = tag.base() {
            self.reader.mark(base);
        }
        self.stand.pass(tag, self.input.origins);
        tag.links(|kind, text, offset| {
            if !self.input.document.counts(kind) {
                return;
            }
            let block = self.block(offset);
            if let Some((value, start)) = tag.value_at(offset) {
                let at = (offset - start) as usize;
                let spot = Spot::Attribute { start, value, at, is_css: false };
                self.reader.link(&self.stand, Link { kind, text, block }, spot);
            }
        });
    }

    fn style(&mut self, text: &[u8], offset: u32) {
        sheet(text, offset, |kind, text, start| {
            let block = self.style_block(offset);
            self.reader.link(&self.stand, Link { kind, text, block }, Spot::Plain { start, is_css: true });
        });
    }

    fn json_ld(&mut self, text: &[u8], offset: u32) {
        if self.input.origins.hosts().is_empty() {
            return;
        }
        json::own_urls(text, |kind, text, at| {
            let start = offset.saturating_add(at);
            let link = Link { kind, text, block: self.block(offset) };
            self.reader.link(&self.stand, link, Spot::Json { start });
        });
    }
}
