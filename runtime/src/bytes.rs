//! Bounds-checked little-endian reads. Nothing else in the crate takes numbers out of raw bytes.
//!
//! A read past the end gives zero. That is safe everywhere, because every section's length is checked when the
//! manifest is opened, and the zero is what a damaged file deserves: a wrong answer, not a crash. With the
//! constant offsets and fixed-size records used throughout, the compiler removes the checks.

/// The `N` bytes at `offset`, or zeros if they are not all there.
#[inline(always)]
pub(crate) fn array_at<const N: usize>(bytes: &[u8], offset: usize) -> [u8; N] {
    match bytes.get(offset..).and_then(|tail| tail.first_chunk::<N>()) {
        Some(chunk) => *chunk,
        None => [0; N],
    }
}

/// Reads a `u16` at byte `offset`.
#[inline(always)]
pub(crate) fn u16_at(bytes: &[u8], offset: usize) -> u16 {
    u16::from_le_bytes(array_at(bytes, offset))
}

/// Reads a `u32` at byte `offset`.
#[inline(always)]
pub(crate) fn u32_at(bytes: &[u8], offset: usize) -> u32 {
    u32::from_le_bytes(array_at(bytes, offset))
}

/// Reads a `u64` at byte `offset`.
#[inline(always)]
pub(crate) fn u64_at(bytes: &[u8], offset: usize) -> u64 {
    u64::from_le_bytes(array_at(bytes, offset))
}

/// Reads one byte at `offset`.
#[inline(always)]
pub(crate) fn u8_at(bytes: &[u8], offset: usize) -> u8 {
    bytes.get(offset).copied().unwrap_or(0)
}

/// A number from the file as an index into memory. One that does not fit the address space becomes
/// `usize::MAX`, which no range check lets pass.
#[inline(always)]
pub(crate) fn to_usize(value: u64) -> usize {
    usize::try_from(value).unwrap_or(usize::MAX)
}

/// The `len` bytes at `offset`, both as stored in the file; `None` if they are not all there.
#[inline(always)]
pub(crate) fn slice_at(bytes: &[u8], offset: u64, len: u64) -> Option<&[u8]> {
    let start = to_usize(offset);
    bytes.get(start..start.checked_add(to_usize(len))?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_are_little_endian_and_past_the_end_give_zero() {
        let bytes = [1, 2, 3, 4, 5, 6, 7, 8];
        assert_eq!(u16_at(&bytes, 1), 0x0302);
        assert_eq!(u32_at(&bytes, 4), 0x0807_0605);
        assert_eq!(u64_at(&bytes, 0), 0x0807_0605_0403_0201);
        assert_eq!(u32_at(&bytes, 5), 0);
        assert_eq!(u64_at(&bytes, usize::MAX), 0);
    }

    #[test]
    fn slices_never_overflow() {
        assert_eq!(slice_at(b"abc", 1, 2), Some(&b"bc"[..]));
        assert_eq!(slice_at(b"abc", 1, 3), None);
        assert_eq!(slice_at(b"abc", u64::MAX, u64::MAX), None);
    }
}
