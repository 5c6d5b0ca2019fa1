//! What stands in a file: bytes in, links and ids out. Knows nothing of sites and answers.

mod base;
mod bytes;
mod css;
mod element;
mod html;
mod sheet;
mod srcset;
mod tag;

pub(crate) use base::early_base;
pub(crate) use element::Element;
pub(crate) use html::{Buffers, Sink, html};
pub(crate) use sheet::sheet;
pub(crate) use tag::Tag;
