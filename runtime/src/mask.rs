//! Sets of rules as 128-bit masks, and which rules can match a path at all.
//!
//! Rules that begin with a whole literal segment (`/blog/*`) are filed under that segment, so a request looks only at the rules
//! of its own first segment and at those that can match anywhere: the cost does not grow with the number of rules.

use crate::bytes::{slice_at, u32_at, u64_at};
use crate::format;

/// A set of rule numbers below 128.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Mask(pub(crate) u128);

impl Mask {
    pub(crate) fn read(bytes: &[u8], offset: usize) -> Mask {
        let low = u64_at(bytes, offset);
        let high = u64_at(bytes, offset + 8);
        Mask(u128::from(high) << 64 | u128::from(low))
    }

    pub(crate) fn is_empty(self) -> bool {
        self.0 == 0
    }

    pub(crate) fn insert(&mut self, number: usize) {
        if number < format::MAX_MASK_RULES {
            self.0 |= 1 << number;
        }
    }
}

/// The numbers in the set, ascending.
impl Iterator for Mask {
    type Item = usize;

    fn next(&mut self) -> Option<usize> {
        if self.0 == 0 {
            return None;
        }
        let number = self.0.trailing_zeros();
        self.0 &= self.0 - 1;
        Some(number as usize)
    }
}

/// A view of a dispatch section; empty if there are no rules.
#[derive(Clone, Copy)]
pub(crate) struct Dispatch<'a> {
    anywhere: Mask,
    by_segment: &'a [[u8; format::DISPATCH_LEN]],
}

impl<'a> Dispatch<'a> {
    /// `None` if the section has another length than any that is written.
    pub(crate) fn read(section: &'a [u8]) -> Option<Dispatch<'a>> {
        if section.is_empty() {
            return Some(Dispatch { anywhere: Mask::default(), by_segment: &[] });
        }
        let (head, rest) = section.split_at_checked(format::MASK_LEN)?;
        match rest.as_chunks() {
            (by_segment, []) => Some(Dispatch { anywhere: Mask::read(head, 0), by_segment }),
            _ => None,
        }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.anywhere.is_empty() && self.by_segment.is_empty()
    }

    /// The rules that can match anywhere, and the entries of segments.
    #[cfg(feature = "tables")]
    pub(crate) fn entries(&self) -> (Mask, &'a [[u8; format::DISPATCH_LEN]]) {
        (self.anywhere, self.by_segment)
    }

    /// The rules that can match a path. O(length of its first segment x log number of segments).
    pub(crate) fn candidates(&self, path: &[u8], strings: &[u8]) -> Mask {
        let rest = path.get(1..).unwrap_or_default();
        let segment = rest.split(|&b| b == b'/').next().unwrap_or_default();
        let found = self.by_segment.binary_search_by(|entry| {
            slice_at(strings, u64_at(entry, 0), u32_at(entry, 8).into()).unwrap_or_default().cmp(segment)
        });
        let own = found
            .ok()
            .and_then(|index| self.by_segment.get(index))
            .map_or(0, |entry| Mask::read(entry, 16).0);
        Mask(self.anywhere.0 | own)
    }
}
