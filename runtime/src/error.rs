//! What can go wrong when a manifest is opened or verified, or a request target read. Data only.

use core::error::Error;
use core::fmt;

use crate::format::VERSION;

/// Why a manifest could not be opened. Each says what to do.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum OpenError {
    /// The first bytes are not those of a manifest.
    NotAManifest {
        /// Length of what was given, in bytes.
        len: u64,
    },
    /// The manifest is of another format version. Compile the site again with this version of Trailmark, or
    /// read it with the version that wrote it.
    Version {
        /// The version in the file.
        found: u32,
    },
    /// The file needs something this reader does not know; compile again, or use a newer reader.
    Unsupported {
        /// What it needs.
        what: &'static str,
        /// Its number in the file.
        found: u64,
    },
    /// The file is shorter or longer than its header says: it was cut off, or something was added to it.
    Length {
        /// Length that the header states, in bytes.
        expected: u64,
        /// Length of what was given, in bytes.
        found: u64,
    },
    /// The header was changed after it was written.
    HeaderChecksum,
    /// A section does not lie inside the file, or its size is not what its kind demands.
    Section {
        /// The section.
        section: &'static str,
        /// Byte offset of the fault.
        offset: u64,
    },
}

impl fmt::Display for OpenError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            OpenError::NotAManifest { len: 0 } => f.write_str("the file is empty, not a manifest"),
            OpenError::NotAManifest { len } => {
                write!(f, "not a manifest: {len} bytes that do not begin with a manifest's first bytes")
            }
            OpenError::Version { found } => write!(
                f,
                "the manifest has format version {found}, this program reads version {VERSION}; \
                 compile the site again, or use the version of trailmark that wrote it"
            ),
            OpenError::Unsupported { what, found } => {
                write!(
                    f,
                    "the manifest needs {what} {found}, which this version does not know; use a newer one"
                )
            }
            OpenError::Length { expected, found } if found < expected => write!(
                f,
                "the manifest is cut off: {found} of {expected} bytes are there; copy it again or compile again"
            ),
            OpenError::Length { expected, found } => {
                write!(f, "the manifest has {found} bytes, its header says {expected}; compile again")
            }
            OpenError::HeaderChecksum => f.write_str(
                "the header of the manifest is damaged (its checksum does not fit); compile again",
            ),
            OpenError::Section { section, offset } => {
                write!(
                    f,
                    "the {section} section of the manifest is damaged near byte {offset}; compile again"
                )
            }
        }
    }
}

impl Error for OpenError {}

/// What a full check of a manifest found.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum VerifyError {
    /// The bytes behind the header are not those that were written.
    Checksum {
        /// The checksum in the header.
        expected: u64,
        /// The checksum of the bytes.
        found: u64,
    },
    /// A record says something that can't be.
    Record {
        /// The section it stands in.
        section: &'static str,
        /// Its index within the section.
        index: u64,
        /// What is wrong with it.
        problem: &'static str,
    },
}

impl fmt::Display for VerifyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            VerifyError::Checksum { expected, found } => write!(
                f,
                "the manifest is damaged: its checksum is {found:016x}, the header says {expected:016x}; compile again"
            ),
            VerifyError::Record { section, index, problem } => {
                write!(
                    f,
                    "the manifest is damaged: record {index} of section {section}: {problem}; compile again"
                )
            }
        }
    }
}

impl Error for VerifyError {}

/// Why a request target can't be looked up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum RequestError {
    /// It does not begin with `/`. (`*` and absolute URLs are not paths; take the path out of a URL first.)
    NotAPath,
    /// It is longer than [`MAX_REQUEST_LEN`](crate::MAX_REQUEST_LEN). Cloudflare answers such a request before
    /// it reaches any site.
    TooLong {
        /// Its length in bytes, or a lower bound of it.
        len: usize,
    },
}

impl fmt::Display for RequestError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            RequestError::NotAPath => f.write_str("a request path must begin with `/`"),
            RequestError::TooLong { len } => write!(
                f,
                "the request target is {len} bytes long; the platform's limit is {} (16 KB)",
                crate::MAX_REQUEST_LEN
            ),
        }
    }
}

impl Error for RequestError {}
