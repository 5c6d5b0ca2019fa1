//! The body of a response: nothing, bytes in memory, pieces of a file, or what the fallback service gave.

use std::fmt;
use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::Bytes;
use http_body::{Body as HttpBody, Frame, SizeHint};
use http_body_util::BodyExt;
use http_body_util::combinators::UnsyncBoxBody;

use trailmark::RuleId;

use crate::error::BodyError;
use crate::stream::FileStream;

/// The body of a response.
pub struct Body {
    kind: Kind,
    rule: Option<RuleId>,
}

enum Kind {
    /// Empty bytes: the end.
    Bytes(Bytes),
    File(Box<FileStream>),
    Boxed(UnsyncBoxBody<Bytes, BodyError>),
}

impl Body {
    /// No bytes at all.
    pub const fn empty() -> Self {
        Body { kind: Kind::Bytes(Bytes::new()), rule: None }
    }

    /// Bytes in memory.
    pub fn full(bytes: impl Into<Bytes>) -> Self {
        Body { kind: Kind::Bytes(bytes.into()), rule: None }
    }

    /// Any other body, in a box.
    pub fn boxed<B>(body: B) -> Self
    where
        B: HttpBody<Data = Bytes> + Send + 'static,
        B::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
    {
        let body = body.map_err(|error| BodyError::Fallback(error.into())).boxed_unsync();
        Body { kind: Kind::Boxed(body), rule: None }
    }

    pub(crate) fn file(stream: FileStream) -> Self {
        Body { kind: Kind::File(Box::new(stream)), rule: None }
    }

    /// As the answer of a rule.
    pub(crate) fn by(self, rule: RuleId) -> Self {
        Body { rule: Some(rule), ..self }
    }

    /// The rule that answered; `None` if no manifest was asked, or the fallback service answered.
    pub fn rule(&self) -> Option<RuleId> {
        self.rule
    }
}

impl Default for Body {
    fn default() -> Self {
        Self::empty()
    }
}

impl fmt::Debug for Body {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kind = match &self.kind {
            Kind::Bytes(_) => "bytes",
            Kind::File(_) => "file",
            Kind::Boxed(_) => "fallback",
        };
        write!(f, "Body({kind}, {:?})", self.size_hint().exact())
    }
}

impl HttpBody for Body {
    type Data = Bytes;
    type Error = BodyError;

    fn poll_frame(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BodyError>>> {
        match &mut self.get_mut().kind {
            Kind::Bytes(bytes) if bytes.is_empty() => Poll::Ready(None),
            Kind::Bytes(bytes) => Poll::Ready(Some(Ok(Frame::data(std::mem::take(bytes))))),
            Kind::File(stream) => stream.poll_next(cx).map(|next| next.map(|read| read.map(Frame::data))),
            Kind::Boxed(body) => Pin::new(body).poll_frame(cx),
        }
    }

    fn is_end_stream(&self) -> bool {
        match &self.kind {
            Kind::Bytes(bytes) => bytes.is_empty(),
            // Once it failed there is nothing more to come, but that is no end.
            Kind::File(stream) => stream.left() == 0,
            Kind::Boxed(body) => body.is_end_stream(),
        }
    }

    fn size_hint(&self) -> SizeHint {
        match &self.kind {
            Kind::Bytes(bytes) => SizeHint::with_exact(bytes.len() as u64),
            Kind::File(stream) => SizeHint::with_exact(stream.left()),
            Kind::Boxed(body) => body.size_hint(),
        }
    }
}
