//! What stands in a file: bytes in, links and ids out. Knows nothing of sites and answers.

mod bytes;
mod css;
mod element;
mod html;
mod srcset;
mod tag;

pub(crate) use css::css;
pub(crate) use element::Element;
pub(crate) use html::{Buffers, Sink, html};
pub(crate) use tag::Tag;
