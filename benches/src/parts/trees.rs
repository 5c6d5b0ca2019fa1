//! Folders to compile: generated sites written out as files.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use rayon::prelude::*;
use xxhash_rust::xxh3::xxh3_64;

use crate::corpus::Corpus;
use crate::random::Random;
use crate::results::TreeKind;

/// A folder with files; removed when dropped.
#[derive(Debug)]
pub struct Folder {
    /// Where it is.
    pub path: PathBuf,
    /// Its files, sorted.
    pub files: Vec<PathBuf>,
    /// Their size, bytes.
    pub bytes: u64,
    /// Number of folders they lie in.
    pub folders: usize,
}

/// Length of a large file.
const LARGE: u64 = 64 << 20;

impl Folder {
    /// Writes a folder. The files stay in the page cache if there is memory for them.
    ///
    /// # Errors
    /// A file can't be written.
    pub fn write(path: PathBuf, kind: TreeKind, count: usize) -> Result<Folder> {
        remove(&path);
        let files = match kind {
            TreeKind::Large => {
                (0..count).map(|number| (format!("/videos/part-{number:02}.mp4"), LARGE)).collect()
            }
            TreeKind::Small => sized(site(count), SMALL),
            TreeKind::Flat => sized(flat(count), SMALL),
            TreeKind::Tiny => sized(site(count), TINY),
        };
        // From here on whatever is written is removed again, also if something fails.
        let bytes = files.iter().map(|(_, size)| size).sum();
        let mut folder = Folder { path, files: Vec::new(), bytes, folders: 0 };
        let at = |site_path: &str| folder.path.join(site_path.trim_start_matches('/'));
        let folders: BTreeSet<PathBuf> =
            files.iter().filter_map(|(path, _)| Some(at(path).parent()?.to_owned())).collect();
        let mut all = BTreeSet::new();
        for inner in folders {
            all.extend(
                inner.ancestors().take_while(|path| path.starts_with(&folder.path)).map(Path::to_owned),
            );
            fs::create_dir_all(&inner).with_context(|| format!("can't make {}", inner.display()))?;
        }
        folder.folders = all.len();
        let written: Result<()> = files.par_iter().try_for_each(|(site_path, size)| {
            let file = at(site_path);
            fs::write(&file, content(site_path, *size))
                .with_context(|| format!("can't write {}", file.display()))
        });
        written?;
        let mut files: Vec<PathBuf> = files.iter().map(|(path, _)| at(path)).collect();
        files.sort();
        folder.files = files;
        Ok(folder)
    }

    /// Writes the list of files, with NUL between them.
    ///
    /// # Errors
    /// It can't be written.
    pub fn write_list(&self, path: &Path) -> Result<()> {
        let mut list = Vec::new();
        for file in &self.files {
            list.extend_from_slice(file.as_os_str().as_encoded_bytes());
            list.push(0);
        }
        fs::write(path, list).with_context(|| format!("can't write {}", path.display()))
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        remove(&self.path);
    }
}

/// What can't be removed stays: it lies in a scratch folder.
fn remove(path: &Path) {
    let _ = fs::remove_dir_all(path);
}

/// Smallest length of a file, and how far lengths spread evenly.
type Lens = (u64, u64);
const SMALL: Lens = (300, 23_700);
const TINY: Lens = (100, 1_000);

/// The paths of a generated site of so many files.
fn site(count: usize) -> Vec<String> {
    let corpus = Corpus::of(count - count / 9);
    corpus.files().into_iter().take(count).map(|file| file.site_path).collect()
}

/// So many pages, a hundred to a folder.
fn flat(count: usize) -> Vec<String> {
    (0..count).map(|number| format!("/archive/{:05}/page-{:02}.html", number / 100, number % 100)).collect()
}

fn sized(paths: Vec<String>, (smallest, spread): Lens) -> Vec<(String, u64)> {
    let size = |path: &String| smallest + Random::new(xxh3_64(path.as_bytes())).next() % spread;
    paths.into_iter().map(|path| (path.clone(), size(&path))).collect()
}

/// Bytes that no other file has and that can't be compressed.
fn content(path: &str, len: u64) -> Vec<u8> {
    let mut random = Random::new(xxh3_64(path.as_bytes()) ^ len);
    let mut bytes = Vec::with_capacity(len as usize + 8);
    while (bytes.len() as u64) < len {
        bytes.extend_from_slice(&random.next().to_le_bytes());
    }
    bytes.truncate(len as usize);
    bytes
}
