//! A manifest together with its bytes, so that both can be kept as long as JavaScript wants. Given: bytes. Gives: the view over
//! them, never for longer than they live.

#![allow(
    unsafe_code,
    reason = "a view beside the bytes that it borrows can't be said in safe Rust; opening anew for each request would cost more than the answer"
)]

use alloc::boxed::Box;
use alloc::vec::Vec;
use core::ptr::NonNull;

use trailmark::{Manifest, OpenError};

/// An open manifest and the memory it is a view of.
#[derive(Debug)]
pub struct OwnedManifest {
    /// Dropped first; it frees nothing.
    view: Manifest<'static>,
    /// From [`Box::into_raw`], freed when this is dropped.
    memory: NonNull<[u8]>,
}

impl OwnedManifest {
    /// Opens a manifest and keeps its bytes. O(number of sections); the bytes are not copied, unless the vector has room to spare.
    ///
    /// # Errors
    /// As for [`Manifest::open`]; the bytes are freed.
    pub fn open(bytes: Vec<u8>) -> Result<Self, OpenError> {
        let memory = NonNull::from(Box::leak(bytes.into_boxed_slice()));
        // SAFETY: the memory comes from a box that was given up one line above, so it is valid, and nobody else knows of it.
        // Nothing writes to it, and it is freed in two places only: below, where no view came to be, and in `drop`, after which
        // there is no `view`. The borrow never leaves as `'static`: `manifest` shortens it to that of `self`.
        let opened = Manifest::open(unsafe { memory.as_ref() });
        match opened {
            Ok(view) => Ok(OwnedManifest { view, memory }),
            Err(error) => {
                // SAFETY: the box from above, whole, and for the only time; an `OpenError` borrows nothing.
                drop(unsafe { Box::from_raw(memory.as_ptr()) });
                Err(error)
            }
        }
    }

    /// The manifest.
    pub fn manifest(&self) -> &Manifest<'_> {
        &self.view
    }

    /// Its length, bytes.
    pub fn byte_len(&self) -> usize {
        self.memory.len()
    }
}

impl Drop for OwnedManifest {
    fn drop(&mut self) {
        // SAFETY: the box that `open` gave up, whole, and for the only time; every borrow of the view ended before `self`.
        drop(unsafe { Box::from_raw(self.memory.as_ptr()) });
    }
}
