//! Why a site could not be compiled. Every message names the path and what to do.

use std::io;
use std::path::{Path, PathBuf};

use crate::shown::Shown;

/// Why a site could not be compiled.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum CompileError {
    /// The site's folder is not there.
    #[error("no such directory: {}; build the site first, or name its output directory", shown(path))]
    NoSuchDirectory {
        /// What was named.
        path: PathBuf,
    },
    /// What was named is a file.
    #[error("{} is not a directory; name the directory that the build wrote", shown(path))]
    NotADirectory {
        /// What was named.
        path: PathBuf,
    },
    /// A folder or file could not be read.
    #[error("cannot read {}: {source}", shown(path))]
    Read {
        /// The path on disk.
        path: PathBuf,
        /// The cause.
        source: io::Error,
    },
    /// A file was changed, or replaced, while it was read.
    #[error("{} changed while it was read ({what}); let the build finish, then compile again", shown(path))]
    Changed {
        /// The path on disk.
        path: PathBuf,
        /// What was noticed.
        what: &'static str,
    },
    /// Names that are not UTF-8: no URL leads to them.
    #[error(
        "{} name{} not UTF-8, so no URL leads to {}; rename:{}",
        paths.len(),
        if paths.len() == 1 { " is" } else { "s are" },
        if paths.len() == 1 { "it" } else { "them" },
        list(paths)
    )]
    NotUtf8 {
        /// All of them.
        paths: Vec<PathBuf>,
    },
    /// Something was reported that `strict` does not let pass.
    #[error("{} warning{} with --strict:{}", notes.len(), if notes.len() == 1 { "" } else { "s" }, lines(notes))]
    Strict {
        /// The reports, a line each.
        notes: Vec<String>,
    },
    /// The site can't be described by the format.
    #[error("{what}")]
    Limit {
        /// Which limit, and what to do.
        what: String,
    },
    /// Rules that the platform refuses.
    #[error("{what}")]
    Rules {
        /// Where they are, and what is wrong.
        what: String,
    },
    /// The manifest would lie inside the site.
    #[error(
        "{} lies inside the site and would be deployed with it as an asset; choose a place outside",
        shown(path)
    )]
    OutputInSite {
        /// The manifest.
        path: PathBuf,
    },
    /// The manifest could not be written.
    #[error("cannot write {}: {source}; nothing was changed", shown(path))]
    Write {
        /// The manifest.
        path: PathBuf,
        /// The cause.
        source: io::Error,
    },
}

impl CompileError {
    pub(crate) fn read(path: &Path, source: io::Error) -> Self {
        CompileError::Read { path: path.to_owned(), source }
    }
}

/// A path as it may stand in a message: one line, whatever is in its name.
fn shown(path: &Path) -> String {
    Shown(&path.display().to_string()).to_string()
}

fn list(paths: &[PathBuf]) -> String {
    paths.iter().map(|path| format!("\n  {}", shown(path))).collect()
}

fn lines(notes: &[String]) -> String {
    notes.iter().map(|note| format!("\n  {note}")).collect()
}
