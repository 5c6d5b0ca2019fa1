//! What JavaScript calls, without the calling: opening, closing, answering. Given and gives: numbers, and bytes in two buffers that
//! are used again and again.
//!
//! A caller asks for room, writes there, and then calls the function that reads it. Nothing here can fail but with a [`Failure`]: a
//! wrong handle, a wrong text or a damaged manifest is an answer like any other.

use alloc::boxed::Box;
use alloc::vec::Vec;

use trailmark::{
    Decision, Manifest, OpenError, Request, RequestError, RequestPath, RequestUrl, Scratch, UrlError,
};

use crate::handles::{Handle, Handles};
use crate::owned::OwnedManifest;
use crate::wire::{Asked, Output, flag};

/// The host that is asked where neither the URL nor the caller names one.
const DEFAULT_HOST: &str = "example.com";

/// Why a call gave no answer. The numbers cross the boundary, as negative lengths.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(i32)]
pub enum Failure {
    /// No manifest has this handle; it may have been closed.
    Handle = -1,
    /// The request is not in the form of [`crate::wire`].
    Form = -2,
    /// The URL is neither a path that begins with `/` nor absolute.
    NotAPath = -3,
    /// The URL is longer than the platform's limit.
    TooLong = -4,
    /// The URL is absolute, but not of http or https.
    Scheme = -5,
    /// The URL is absolute, but names no host.
    NoHost = -6,
    /// The manifest gives an answer that this version does not know.
    Unknown = -7,
}

/// All state of one instance: the open manifests, and the buffers.
#[derive(Debug)]
pub struct Boundary {
    open: Handles<OwnedManifest>,
    /// Where the bytes of the next manifest are put.
    coming: Vec<u8>,
    input: Vec<u8>,
    output: Output,
    /// Made when the first request comes, so that its zeros are no part of the file.
    scratch: Option<Box<Scratch>>,
}

impl Boundary {
    /// Without any manifest.
    pub const fn new() -> Self {
        Boundary {
            open: Handles::new(),
            coming: Vec::new(),
            input: Vec::new(),
            output: Output::new(),
            scratch: None,
        }
    }

    /// Room for the bytes of a manifest of this length, which [`Boundary::open`] then takes. `None` if there is not as much memory.
    pub fn room(&mut self, len: usize) -> Option<&mut [u8]> {
        self.coming = Vec::new();
        self.coming.try_reserve_exact(len).ok()?;
        self.coming.resize(len, 0);
        Some(&mut self.coming)
    }

    /// Opens the manifest whose bytes were put into [`Boundary::room`]. `None` if it can't be; the output then says why, as code
    /// and message. O(number of sections).
    pub fn open(&mut self) -> Option<Handle> {
        self.output.clear();
        match OwnedManifest::open(core::mem::take(&mut self.coming)) {
            Ok(manifest) => {
                let handle = self.open.insert(manifest);
                if handle.is_none() {
                    self.output.failure("too-many", &"a million manifests are open; close some of them");
                }
                handle
            }
            Err(error) => {
                self.output.failure(code_of(&error), &error);
                None
            }
        }
    }

    /// Closes a manifest and frees its memory. Whether there was one.
    pub fn close(&mut self, handle: Handle) -> bool {
        self.open.remove(handle).is_some()
    }

    /// How many manifests are open.
    pub fn open_count(&self) -> usize {
        self.open.count()
    }

    /// Room for a request of up to this length. `None` if there is not as much memory.
    pub fn input(&mut self, len: usize) -> Option<&mut [u8]> {
        if let Some(missing) = len.checked_sub(self.input.len()) {
            self.input.try_reserve_exact(missing).ok()?;
            self.input.resize(len, 0);
        }
        Some(&mut self.input)
    }

    /// What the last call wrote.
    pub fn output(&self) -> &[u8] {
        self.output.text()
    }

    /// Answers the request in the first bytes of [`Boundary::input`]; the output then holds the answer. Its form is that of
    /// [`crate::wire`]. O(length of the request).
    ///
    /// # Errors
    /// [`Failure`].
    pub fn answer(&mut self, handle: Handle, request_len: usize) -> Result<(), Failure> {
        self.ask(handle, request_len, false, |manifest, asked, request, output| {
            if asked.flags & flag::BINDING != 0 {
                output.answer(manifest, &manifest.answer(request));
                return Ok(());
            }
            match manifest.decide(request) {
                Decision::Assets(answer) => output.answer(manifest, &answer),
                Decision::Worker { .. } => {}
                _ => return Err(Failure::Unknown),
            }
            Ok(())
        })
    }

    /// What the router makes of an answer that the Worker gave to the request in the input; the output holds the answer that takes
    /// its place, or nothing, where the Worker's stands.
    ///
    /// # Errors
    /// [`Failure`].
    pub fn guard(&mut self, handle: Handle, request_len: usize, status: u16) -> Result<(), Failure> {
        self.ask(handle, request_len, true, |manifest, asked, request, output| {
            if let Some(blocked) = manifest.guard_worker_answer(request, status, asked.content_type) {
                output.answer(manifest, &blocked);
            }
            Ok(())
        })
    }

    /// Puts the request together, and lets `ask` write.
    fn ask(
        &mut self,
        handle: Handle,
        request_len: usize,
        is_guard: bool,
        ask: impl FnOnce(&Manifest<'_>, &Asked<'_>, &Request<'_>, &mut Output) -> Result<(), Failure>,
    ) -> Result<(), Failure> {
        self.output.clear();
        let manifest = self.open.get(handle).ok_or(Failure::Handle)?.manifest();
        let text = self.input.get(..request_len).ok_or(Failure::Form)?;
        let asked = Asked::parse(text, is_guard).ok_or(Failure::Form)?;
        let host = if asked.host.is_empty() { DEFAULT_HOST } else { asked.host };
        let url = RequestUrl::parse(asked.url, host).map_err(|error| match error {
            UrlError::Scheme => Failure::Scheme,
            _ => Failure::NoHost,
        })?;
        let scratch = self.scratch.get_or_insert_with(Box::default);
        let path = RequestPath::parse(&*url.target, scratch).map_err(|error| match error {
            RequestError::TooLong { .. } => Failure::TooLong,
            _ => Failure::NotAPath,
        })?;
        let request = url.request(asked.method, path, asked.headers);
        ask(manifest, &asked, &request, &mut self.output)
    }
}

impl Default for Boundary {
    fn default() -> Self {
        Self::new()
    }
}

/// The code by which JavaScript tells the reasons apart.
fn code_of(error: &OpenError) -> &'static str {
    match error {
        OpenError::NotAManifest { .. } => "not-a-manifest",
        OpenError::Version { .. } => "version",
        OpenError::Unsupported { .. } => "unsupported",
        OpenError::Length { expected, found } if found < expected => "cut-off",
        _ => "damaged",
    }
}
