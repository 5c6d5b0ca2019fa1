//! How data is stored that no look-up touches: the provenance of a manifest, and the hash cache. The one place where `bincode`
//! is used.
//!
//! `bincode` 2 is the last line that works and is no longer maintained; it stands behind this module, with a size limit, so
//! that hostile bytes cost nothing.

use serde::{Deserialize, Serialize, Serializer};

pub(crate) use bincode::error::DecodeError;

/// Reads a value from the beginning of `bytes`, of which at most `MAX_LEN` are looked at. What is borrowed is not copied.
pub(crate) fn decode<'b, T: Deserialize<'b>, const MAX_LEN: usize>(
    bytes: &'b [u8],
) -> Result<T, DecodeError> {
    let config = bincode::config::standard().with_limit::<MAX_LEN>();
    Ok(bincode::serde::borrow_decode_from_slice(bytes, config)?.0)
}

/// The bytes of a value. Plain data can always be encoded.
pub(crate) fn encode<T: Serialize>(value: &T) -> Vec<u8> {
    bincode::serde::encode_to_vec(value, bincode::config::standard()).unwrap_or_default()
}

/// For `serialize_with`: bytes in one piece, not one by one.
pub(crate) fn in_one_piece<S: Serializer>(bytes: &&[u8], serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_bytes(bytes)
}
