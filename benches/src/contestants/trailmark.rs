//! Trailmark itself: the manifest, through its public calls.

use ::trailmark::{Manifest, Request, Resolution};

use super::{Buffer, Contestant, Spelled, token};
use crate::requests::Ask;

/// [`Manifest::lookup`].
#[derive(Debug, Clone, Copy)]
pub struct Trailmark<'m>(pub &'m Manifest<'m>);

impl Contestant for Trailmark<'_> {
    #[inline(always)]
    fn answer(&self, ask: &Ask<'_>, _: &mut Buffer) -> u64 {
        match self.0.lookup(&ask.request) {
            Resolution::Serve { asset, .. } | Resolution::SinglePage { asset, .. } => {
                token(200, asset.index())
            }
            Resolution::NotFoundPage { asset, .. } => token(404, asset.index()),
            Resolution::Redirect { status, .. } => token(status, u32::MAX),
            Resolution::NotFound { .. } => token(404, u32::MAX),
            _ => token(500, u32::MAX),
        }
    }

    fn spell(&self, ask: &Ask<'_>, _: &mut Buffer) -> Spelled {
        let resolution = self.0.lookup(&ask.request);
        Spelled {
            status: resolution.status(),
            asset: resolution.asset().map(|asset| asset.index()),
            location: resolution.location().map(|location| location.to_string()),
        }
    }
}

/// [`Manifest::answer`]: the whole answer to a GET, with entity tag, media type and the rules of `_redirects` and `_headers`.
#[derive(Debug, Clone, Copy)]
pub struct WholeAnswer<'m>(pub &'m Manifest<'m>);

impl Contestant for WholeAnswer<'_> {
    #[inline(always)]
    fn answer(&self, ask: &Ask<'_>, _: &mut Buffer) -> u64 {
        let answer = self.0.answer(&Request::get(ask.request));
        token(answer.status, answer.body.map_or(u32::MAX, |asset| asset.index()))
    }

    fn spell(&self, ask: &Ask<'_>, _: &mut Buffer) -> Spelled {
        let answer = self.0.answer(&Request::get(ask.request));
        Spelled {
            status: answer.status,
            asset: answer.body.map(|asset| asset.index()),
            location: answer.location().map(|location| location.to_string()),
        }
    }
}

/// Answers nothing: what is left is the parsing of the request and the loop, which all contestants have in common.
#[derive(Debug, Clone, Copy)]
pub struct ParseOnly;

impl Contestant for ParseOnly {
    #[inline(always)]
    fn answer(&self, ask: &Ask<'_>, _: &mut Buffer) -> u64 {
        std::hint::black_box(&ask.request);
        0
    }

    fn spell(&self, _: &Ask<'_>, _: &mut Buffer) -> Spelled {
        Spelled { status: 0, asset: None, location: None }
    }

    fn answers(&self) -> bool {
        false
    }
}
