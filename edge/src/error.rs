//! What can go wrong. Leaf module: data only.

use std::fmt;
use std::io;
use std::path::PathBuf;

use trailmark::{FileError, VerifyError};

/// Why a site could not be opened. Whatever was served before still is.
#[derive(Debug)]
#[non_exhaustive]
pub enum OpenSiteError {
    /// The manifest could not be read, or is none.
    Manifest {
        /// Its file.
        path: PathBuf,
        /// Why.
        source: FileError,
    },
    /// The manifest is damaged.
    Damaged {
        /// Its file.
        path: PathBuf,
        /// Where.
        source: VerifyError,
    },
    /// The folder of the site's files could not be opened.
    Folder {
        /// The folder.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
}

impl fmt::Display for OpenSiteError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            OpenSiteError::Manifest { path, .. } => write!(f, "can't open the manifest {}", path.display()),
            OpenSiteError::Damaged { path, .. } => {
                write!(f, "the manifest {} is damaged; compile the site again", path.display())
            }
            OpenSiteError::Folder { path, .. } => write!(f, "can't open the folder {}", path.display()),
        }
    }
}

impl std::error::Error for OpenSiteError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            OpenSiteError::Manifest { source, .. } => Some(source),
            OpenSiteError::Damaged { source, .. } => Some(source),
            OpenSiteError::Folder { source, .. } => Some(source),
        }
    }
}

/// Why a file of a site is not served, though the manifest lists it.
#[derive(Debug)]
#[non_exhaustive]
pub enum FileProblem {
    /// It is not there, is no regular file, or lies behind a link that leaves the site's folder.
    Missing(io::Error),
    /// Its length is not that of the manifest's record.
    Length {
        /// By the manifest, bytes.
        expected: u64,
        /// On disk, bytes.
        found: u64,
    },
    /// Its bytes are not those that the manifest was made from.
    Content,
    /// It changed while it was being read.
    Changed,
    /// The disk fails.
    Io(io::Error),
}

impl FileProblem {
    /// Sorts what opening a file can give.
    pub(crate) fn of_open(error: io::Error) -> Self {
        use io::ErrorKind::{
            InvalidFilename, InvalidInput, IsADirectory, NotADirectory, NotFound, PermissionDenied,
        };
        match error.kind() {
            NotFound | PermissionDenied | NotADirectory | IsADirectory | InvalidInput | InvalidFilename => {
                FileProblem::Missing(error)
            }
            _ => FileProblem::Io(error),
        }
    }

    /// Whether the folder does not fit the manifest, as opposed to a disk that fails.
    pub fn is_mismatch(&self) -> bool {
        !matches!(self, FileProblem::Io(_))
    }
}

impl fmt::Display for FileProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            FileProblem::Missing(error) => write!(f, "can't be opened below the site's folder: {error}"),
            FileProblem::Length { expected, found } => {
                write!(f, "is {found} bytes long, and {expected} by the manifest")
            }
            FileProblem::Content => f.write_str("has other bytes than the manifest was made from"),
            FileProblem::Changed => f.write_str("changed while it was being read"),
            FileProblem::Io(error) => write!(f, "can't be read: {error}"),
        }
    }
}

impl std::error::Error for FileProblem {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            FileProblem::Missing(error) | FileProblem::Io(error) => Some(error),
            _ => None,
        }
    }
}

/// Why a body ended before its time; the connection is then cut, so that nobody takes what came for the whole.
#[derive(Debug)]
#[non_exhaustive]
pub enum BodyError {
    /// A file of the site.
    File {
        /// Where it is, from the root of the site.
        path: String,
        /// Why.
        problem: FileProblem,
    },
    /// The body that the fallback service gave.
    Fallback(Box<dyn std::error::Error + Send + Sync>),
}

impl fmt::Display for BodyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            BodyError::File { path, problem } => write!(f, "{path} {problem}"),
            BodyError::Fallback(error) => error.fmt(f),
        }
    }
}

impl std::error::Error for BodyError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            BodyError::File { problem, .. } => Some(problem),
            BodyError::Fallback(error) => Some(error.as_ref()),
        }
    }
}
