//! Who is measured: Trailmark, and what one would use instead. All answer the same question: any request to a site, in any
//! form, to the asset that is served, the place that is redirected to, or the not-found page.
//!
//! - [`Trailmark`](trailmark::Trailmark): the manifest.
//! - [`Tables`](tables::Tables) over a hash map, a perfect hash or an automaton that holds every form of every page.
//! - [`ParseOnly`](trailmark::ParseOnly): nobody; what parsing a request costs everybody.
//! - [`OneAccess`](trailmark::OneAccess): nobody either; what a single access to memory costs.
//! - [`EmptyLoop`](trailmark::EmptyLoop): nobody; what measuring costs.
//! - [`Cloudflare`](cloudflare::Cloudflare): the way of the platform itself, which stores names of files only and probes the
//!   candidates for each request.
//!
//! A contestant gets the request parsed ([`Ask`]), says what it answers as one number in the timed loop, and in full text
//! outside of it, where everything it says is compared with the manifest.

pub mod automaton;
pub mod cloudflare;
pub mod hash_maps;
pub mod perfect_hashes;
pub mod routes;
pub mod tables;
pub mod trailmark;

use ::trailmark::{DecodeMode, MAX_REQUEST_LEN, Scratch};

use crate::requests::{Ask, Requests};

/// Room for a decoded path, and for the names that are made from it.
#[derive(Debug)]
pub struct Buffer {
    pub(crate) path: Box<[u8; MAX_REQUEST_LEN + 64]>,
    pub(crate) name: Box<[u8; MAX_REQUEST_LEN + 64]>,
}

impl Buffer {
    /// An empty one.
    pub fn new() -> Buffer {
        let room = || Box::new([0; MAX_REQUEST_LEN + 64]);
        Buffer { path: room(), name: room() }
    }
}

impl Default for Buffer {
    fn default() -> Self {
        Buffer::new()
    }
}

/// The decoded path: the path itself if it is its own decoding, else decoded into the buffer.
#[inline(always)]
pub(crate) fn site_path<'a>(ask: &Ask<'a>, room: &'a mut [u8]) -> &'a [u8] {
    if ask.is_plain() { ask.path() } else { decode(ask, room) }
}

#[cold]
fn decode<'a>(ask: &Ask<'a>, room: &'a mut [u8]) -> &'a [u8] {
    let mut len = 0;
    for (place, byte) in room.iter_mut().zip(ask.request.decode(DecodeMode::Segments)) {
        *place = byte;
        len += 1;
    }
    room.get(..len).unwrap_or_default()
}

/// An answer in full, for comparing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Spelled {
    /// The status.
    pub status: u16,
    /// Index of the asset that is the body.
    pub asset: Option<u32>,
    /// Where a redirect leads, query included.
    pub location: Option<String>,
}

/// Somebody who answers requests.
pub trait Contestant {
    /// Answers a request; the answer as a number that depends on all that was found: see [`token`].
    fn answer(&self, ask: &Ask<'_>, buffer: &mut Buffer) -> u64;

    /// The same in full.
    fn spell(&self, ask: &Ask<'_>, buffer: &mut Buffer) -> Spelled;

    /// Whether it answers at all, so that its answers have to be right.
    fn answers(&self) -> bool {
        true
    }
}

/// Status and asset of an answer in one number; no asset is `u32::MAX`.
#[inline(always)]
pub fn token(status: u16, asset: u32) -> u64 {
    u64::from(status) << 32 | u64::from(asset)
}

/// The number that a spelled answer should have given.
pub fn token_of(spelled: &Spelled) -> u64 {
    token(spelled.status, spelled.asset.unwrap_or(u32::MAX))
}

/// Compares the first answers of two contestants, in full and as numbers.
///
/// # Errors
/// The first request that they answer differently, with both answers.
pub fn compare(
    ours: &impl Contestant,
    theirs: &impl Contestant,
    requests: &Requests,
    count: usize,
) -> anyhow::Result<()> {
    let (mut scratch, mut buffer) = (Scratch::new(), Buffer::new());
    for &record in requests.records(0..count.min(requests.len())) {
        let ask = requests.ask(record, &mut scratch);
        let (a, b) = (ours.spell(&ask, &mut buffer), theirs.spell(&ask, &mut buffer));
        let path = String::from_utf8_lossy(ask.path());
        anyhow::ensure!(a == b, "{path}: {a:?} and {b:?}");
        for (spelled, token) in [(&a, ours.answer(&ask, &mut buffer)), (&b, theirs.answer(&ask, &mut buffer))]
        {
            anyhow::ensure!(token_of(spelled) == token, "{path}: {spelled:?} is not {token:#x}");
        }
    }
    Ok(())
}
