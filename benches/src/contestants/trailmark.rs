//! Trailmark itself: the manifest, through its public calls.

use std::hint::black_box;
use std::ops::Range;

use ::trailmark::{Manifest, Request, RequestPath, Resolution};

use super::{Buffer, Contestant, Spelled, token};
use crate::fence::finish_everything;
use crate::measure::{Pace, Runner};
use crate::random::mix;
use crate::requests::{Ask, Requests};

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

#[inline(always)]
fn token_of(resolution: &Resolution<'_, '_>) -> u64 {
    match resolution {
        Resolution::Serve { asset, .. } | Resolution::SinglePage { asset, .. } => token(200, asset.index()),
        Resolution::NotFoundPage { asset, .. } => token(404, asset.index()),
        Resolution::Redirect { status, .. } => token(*status, u32::MAX),
        Resolution::NotFound { .. } => token(404, u32::MAX),
        _ => token(500, u32::MAX),
    }
}

/// [`Manifest::lookup_batch`], for requests that are all there before the first is answered.
#[derive(Debug, Clone, Copy)]
pub struct Batch<'m>(pub &'m Manifest<'m>);

/// Requests that are parsed before they are looked up together.
const TOGETHER: usize = 256;

impl Runner for Batch<'_> {
    #[inline(never)]
    fn run(&self, requests: &Requests, range: Range<usize>, _: Pace, _: &mut Buffer) -> u64 {
        let mut parsed: Vec<RequestPath<'_>> = Vec::with_capacity(TOGETHER);
        let mut sum = 0u64;
        for start in range.clone().step_by(TOGETHER) {
            parsed.clear();
            // Streams hold only what needs no rewriting.
            parsed.extend(
                requests.targets(start..range.end.min(start + TOGETHER)).filter_map(RequestPath::as_is),
            );
            self.0.lookup_batch(&parsed, |_, resolution| sum = sum.wrapping_add(token_of(&resolution)));
        }
        sum
    }

    fn answers(&self) -> bool {
        true
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
        black_box(&ask.request);
        0
    }

    fn spell(&self, _: &Ask<'_>, _: &mut Buffer) -> Spelled {
        Spelled { status: 0, asset: None, location: None }
    }

    fn answers(&self) -> bool {
        false
    }
}

/// No request and no answer: reads one record somewhere in the file, and then one somewhere else. What a table costs that finds
/// everything with a single access, and thinks for no time at all.
#[derive(Debug, Clone, Copy)]
pub struct OneAccess<'m>(pub &'m Manifest<'m>);

impl Runner for OneAccess<'_> {
    #[inline(never)]
    fn run(&self, _: &Requests, range: Range<usize>, pace: Pace, _: &mut Buffer) -> u64 {
        let count = self.0.asset_count() as u128;
        let mut sum = 0u64;
        for place in range {
            if pace == Pace::StartToEnd {
                finish_everything();
            }
            let anywhere = (u128::from(mix(place as u64)) * count) >> 64;
            sum = sum.wrapping_add(self.0.asset(anywhere as u32).map_or(0, |asset| asset.size()));
        }
        sum
    }

    fn answers(&self) -> bool {
        false
    }
}

/// Neither: goes over the stream, waits as everybody waits, and does not even look at the requests. What the loop adds to all.
#[derive(Debug, Clone, Copy)]
pub struct EmptyLoop;

impl Runner for EmptyLoop {
    #[inline(never)]
    fn run(&self, requests: &Requests, range: Range<usize>, pace: Pace, _: &mut Buffer) -> u64 {
        let nothing = black_box(0u64);
        let mut sum = 0u64;
        let records = requests.records(range);
        let mut place = 0;
        while let Some(record) = records.get(place) {
            if pace == Pace::StartToEnd {
                finish_everything();
            }
            let answer = black_box(record).len();
            sum = sum.wrapping_add(answer);
            place += 1 + (answer & nothing) as usize;
        }
        sum
    }

    fn answers(&self) -> bool {
        false
    }
}
