//! Site path to resolution: the hot path, short enough to read at once.
//!
//! Fast: the path is its own decoding (nearly all are), so it is split into stem and form where it lies, hashed once, and
//! compared with the stem in one slot. Otherwise it is decoded into a buffer on the stack first. What is not stored goes
//! to the rules for misses.

use crate::answer::{Resolution, RuleId};
use crate::asset::SitePath;
use crate::bytes::{to_usize, u8_at, u16_at, u32_at, u64_at};
use crate::decode::{self, DecodeMode, Decoded};
use crate::format;
use crate::key;
use crate::manifest::Manifest;
use crate::path::{MAX_REQUEST_LEN, RequestPath};
use crate::resolve::Resolve;
use crate::source::{Entry, Stored};
use crate::stem::{Form, split_stem};
use crate::stored::is_no_path;

/// Gives the decoded path to a function. A path that is its own decoding, as nearly all are, is not copied.
#[inline]
pub(crate) fn with_site_path<T>(
    request: &RequestPath<'_>,
    mode: DecodeMode,
    then: impl FnOnce(Decoded<'_>) -> T,
) -> T {
    if request.is_plain() { then(plain(request)) } else { with_decoded_path(request, mode, then) }
}

/// A path that is its own decoding and its own canonical encoding.
#[inline(always)]
pub(crate) fn plain<'r>(request: &RequestPath<'r>) -> Decoded<'r> {
    Decoded { site_path: request.path_bytes(), is_canonical: true }
}

#[cold]
fn with_decoded_path<T>(
    request: &RequestPath<'_>,
    mode: DecodeMode,
    then: impl FnOnce(Decoded<'_>) -> T,
) -> T {
    const SHORT: usize = 512;
    const NOTHING: Decoded<'_> = Decoded { site_path: b"", is_canonical: false };
    let path = request.path_bytes();
    if path.len() <= SHORT {
        then(decode::decode_into(path, mode, &mut [0; SHORT]).unwrap_or(NOTHING))
    } else {
        then(decode::decode_into(path, mode, &mut [0; MAX_REQUEST_LEN]).unwrap_or(NOTHING))
    }
}

impl Manifest<'_> {
    /// Looks up a request path: what the platform answers to a GET for it, before conditional headers.
    ///
    /// No allocation, no system call, no lock, no panic on any bytes. O(length of the path): one hash and one slot; a miss
    /// also probes the folders that may own a not-found page.
    ///
    /// ```
    /// # fn show(manifest: &trailmark::Manifest<'_>) -> Result<(), trailmark::RequestError> {
    /// use trailmark::{RequestPath, Resolution, Scratch};
    /// let mut scratch = Scratch::new();
    /// let request = RequestPath::parse("/about.html?from=mail", &mut scratch)?;
    /// match manifest.lookup(&request) {
    ///     Resolution::Redirect { status, location, .. } => println!("{status} {location}"),
    ///     other => println!("{} {:?}", other.status(), other.asset()),
    /// }
    /// # Ok(()) }
    /// ```
    #[inline]
    pub fn lookup<'m, 'r>(&'m self, request: &RequestPath<'r>) -> Resolution<'m, 'r> {
        self.lookup_with(request, self.policy.not_found)
    }

    /// The same, with another not-found handling.
    #[inline]
    pub(crate) fn lookup_with<'m, 'r>(
        &'m self,
        request: &RequestPath<'r>,
        not_found: u8,
    ) -> Resolution<'m, 'r> {
        if request.is_plain() {
            // A hit is answered here, in registers; all else by a call.
            let found = self.slot_of(request.path_bytes());
            let stored =
                found.and_then(|(slot, form)| self.entry_of(slot, form)).and_then(|entry| entry.stored);
            if let Some(Stored::Serve { asset, rule }) = stored
                && let Some(asset) = self.asset(asset)
            {
                return Resolution::Serve { asset, rule };
            }
            self.resolve_stored(plain(request), stored, *request, not_found)
        } else {
            self.lookup_decoded(*request, not_found)
        }
    }

    /// Looks up a path that has to be decoded. Takes the request itself: nobody who only passes one on needs a place for it.
    #[cold]
    fn lookup_decoded<'m, 'r>(&'m self, request: RequestPath<'r>, not_found: u8) -> Resolution<'m, 'r> {
        if self.policy.flags & format::FLAG_HOST != 0 {
            return self.host_answer(request);
        }
        with_decoded_path(&request, self.policy.decode, |decoded| {
            let stored = self.entry(decoded.site_path).and_then(|entry| entry.stored);
            self.resolve_stored(decoded, stored, request, not_found)
        })
    }

    /// Resolves a decoded path for which something, or nothing, is stored. In one piece for all who call it, which keeps the
    /// fast way above short.
    pub(crate) fn resolve_stored<'m, 'r>(
        &'m self,
        decoded: Decoded<'_>,
        stored: Option<Stored<'m>>,
        request: RequestPath<'r>,
        not_found: u8,
    ) -> Resolution<'m, 'r> {
        Resolve::resolve(self, decoded, stored, request, not_found)
    }

    /// What is stored for a site path: nothing unless its stem is known.
    #[inline]
    pub(crate) fn entry(&self, site_path: &[u8]) -> Option<Entry<'_>> {
        let (slot, form) = self.slot_of(site_path)?;
        self.entry_of(slot, form)
    }

    /// The slot that holds the stem of a site path, and the form that the path has. One hash, one slot, one comparison.
    pub(crate) fn slot_of(&self, site_path: &[u8]) -> Option<(&[u8; format::SLOT_LEN], Form)> {
        let (stem, form) = split_stem(site_path);
        let key = key::path_key(stem, self.seed);
        let (part, bucket) = self.index.bucket(key);
        let pilot = self.pilots.get(to_usize(bucket))?;
        let index = to_usize(self.index.slot(key, part, *pilot));
        if *self.tags.get(index)? != key::slot_tag(key) {
            return None;
        }
        let slot = self.slots.get(index)?;
        self.holds(slot, stem).then_some((slot, form))
    }

    /// What a slot says about one form of its stem.
    #[inline]
    pub(crate) fn entry_of<'m>(&'m self, slot: &'m [u8; format::SLOT_LEN], form: Form) -> Option<Entry<'m>> {
        let shape = u16_at(slot, 2);
        let base = u32_at(slot, 4);
        if shape == format::IRREGULAR_SHAPE {
            return self.irregular_entry(base, form);
        }
        let shape = self.shapes.get(usize::from(shape))?;
        let entry = shape.as_chunks::<{ format::SHAPE_ENTRY_LEN }>().0.get(form as usize)?;
        let rule = RuleId(u16_at(entry, 2));
        let argument = u8_at(entry, 1);
        let stored = match u8_at(entry, 0) {
            format::ACTION_SERVE => Some(Stored::Serve { asset: base.wrapping_add(argument.into()), rule }),
            format::ACTION_REDIRECT => {
                let stem = self.stem_of(slot)?;
                Some(Stored::Redirect {
                    target: SitePath::new(stem, Form::from_number(argument)?.suffix()),
                    rule,
                })
            }
            _ => None,
        };
        Some(Entry { stored, redirect: u16_at(entry, 4), header_set: u16_at(entry, 6) })
    }

    #[cold]
    fn irregular_entry(&self, index: u32, form: Form) -> Option<Entry<'_>> {
        let record = self.irregular.get(to_usize(index.into()))?;
        let entry = record.as_chunks::<{ format::IRREGULAR_ENTRY_LEN }>().0.get(form as usize)?;
        let rule = RuleId(u16_at(entry, 2));
        let stored = match u8_at(entry, 0) {
            format::ACTION_SERVE => Some(Stored::Serve { asset: u32_at(entry, 4), rule }),
            format::ACTION_REDIRECT => {
                let target = self.string(u64_at(entry, 8), u32_at(entry, 16).into())?;
                Some(Stored::Redirect { target: SitePath::new(target.as_bytes(), ""), rule })
            }
            _ => None,
        };
        Some(Entry { stored, redirect: u16_at(entry, 20), header_set: u16_at(entry, 22) })
    }

    /// Every path with a stored answer, as site path and answer, in slot order. O(size of the index).
    pub fn routes(&self) -> impl Iterator<Item = Route<'_>> {
        self.stored_paths().filter_map(|(slot, stem, form)| {
            if is_no_path(slot, form) {
                return None;
            }
            let (effect, rule) = match self.entry_of(slot, form)?.stored? {
                Stored::Serve { asset, rule } => (RouteEffect::Serve(self.asset(asset)?), rule),
                Stored::Redirect { target, rule } => (RouteEffect::Redirect(target), rule),
            };
            Some(Route { path: SitePath::new(stem.as_bytes(), form.suffix()), effect, rule })
        })
    }

    /// How this manifest decodes paths.
    pub fn decode_mode(&self) -> DecodeMode {
        self.policy.decode
    }
}

/// A path with the answer that is stored for it.
#[derive(Debug, Clone, Copy)]
pub struct Route<'a> {
    /// The site path.
    pub path: SitePath<'a>,
    /// What it answers.
    pub effect: RouteEffect<'a>,
    /// The rule that said so.
    pub rule: RuleId,
}

/// What a stored route does.
#[derive(Debug, Clone, Copy)]
pub enum RouteEffect<'a> {
    /// Serves an asset.
    Serve(crate::asset::Asset<'a>),
    /// Redirects to another site path.
    Redirect(SitePath<'a>),
}

#[cfg(test)]
mod tests {
    use std::boxed::Box;
    use std::vec::Vec;

    use super::*;

    #[test]
    fn slot_holds_its_own_stem_and_none_that_differs_in_a_byte_or_in_length() {
        let manifest = Manifest::open(include_bytes!("../../tests/golden/v1-workers.bin")).unwrap();
        for len in 0..=format::INLINE_STEM_LEN {
            let stem: Vec<u8> = (0..len as u8).map(|place| b'a' + place % 26).collect();
            let mut slot = [0; format::SLOT_LEN];
            slot[..2].copy_from_slice(&(len as u16).to_le_bytes());
            slot[format::SLOT_STEM..][..len].copy_from_slice(&stem);
            let slot: &'static [u8; format::SLOT_LEN] = Box::leak(Box::new(slot));
            assert!(manifest.holds(slot, &stem), "{len}");
            for place in 0..len {
                let mut other = stem.clone();
                other[place] ^= 0x20;
                assert!(!manifest.holds(slot, &other), "{len}, byte {place}");
            }
            // What stands behind a stem is zero.
            assert!(!manifest.holds(slot, &[&stem[..], b"\0"].concat()), "{len}");
            assert!(len == 0 || !manifest.holds(slot, &stem[..len - 1]), "{len}");
        }
    }
}
