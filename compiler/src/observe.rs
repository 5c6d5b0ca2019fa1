//! How a long compilation tells what it is doing, without knowing to whom.

use std::fmt;

/// The stages of a compilation, in their order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stage {
    /// Walking the folder.
    Scan,
    /// Walking the folder, and reading and hashing the files on the way: where nothing is known from an earlier compilation.
    Read,
    /// Reading and hashing the files that are left.
    Hash,
    /// Working out the answers.
    Resolve,
    /// Making the manifest.
    Encode,
}

impl fmt::Display for Stage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Stage::Scan => "scanning",
            Stage::Read => "reading",
            Stage::Hash => "hashing",
            Stage::Resolve => "resolving",
            Stage::Encode => "encoding",
        })
    }
}

/// Is told about progress, from several threads at once. Every method does nothing unless overridden.
pub trait Observer: Sync {
    /// A stage begins. For [`Stage::Hash`], with the number of files and bytes ahead.
    fn begins(&self, _stage: Stage, _file_count: usize, _byte_count: u64) {}
    /// So many files were found up to now; those that are new have not been opened.
    fn scanned(&self, _file_count: usize) {}
    /// So many more bytes were hashed.
    fn hashed_bytes(&self, _byte_count: u64) {}
    /// One more file was hashed.
    fn hashed_file(&self) {}
}

/// Nobody watches.
impl Observer for () {}
