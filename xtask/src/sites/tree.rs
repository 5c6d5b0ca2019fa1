//! Writes a path list out as files, quickly: each begins with what makes it distinct and is otherwise a hole, which reads
//! as zeros. Hashing it costs what hashing any file of its size costs.

use std::collections::BTreeSet;
use std::fs::File;
use std::io::Write;
use std::path::Path;

use anyhow::{Context, Result};
use rayon::prelude::*;
use sha2::{Digest, Sha256};

use super::SiteList;

/// Writes every file of the list below `root`.
///
/// # Errors
/// Anything the disk refuses; names the file. On a file system that does not tell upper from lower case, a list with such
/// names can't be written.
pub(crate) fn write(site: &SiteList, root: &Path) -> Result<()> {
    let folders: BTreeSet<&str> =
        site.files.iter().filter_map(|(path, _)| Some(path.rsplit_once('/')?.0)).collect();
    for folder in folders {
        let folder = on_disk(root, folder);
        std::fs::create_dir_all(&folder).with_context(|| format!("can't make {}", folder.display()))?;
    }
    site.files.par_iter().try_for_each(|(path, size)| {
        write_file(&on_disk(root, path), path, *size).with_context(|| format!("can't write {path}"))
    })
}

fn write_file(file: &Path, site_path: &str, size: u64) -> Result<()> {
    let mut file = File::create_new(file)?;
    file.write_all(&head(site_path, size))?;
    file.set_len(size)?;
    Ok(())
}

/// The first bytes of a file: different for each path, as far as its size allows.
pub(super) fn head(site_path: &str, size: u64) -> Vec<u8> {
    let mut head = Sha256::digest(site_path).to_vec();
    head.truncate(usize::try_from(size).unwrap_or(usize::MAX));
    head
}

fn on_disk(root: &Path, site_path: &str) -> std::path::PathBuf {
    site_path
        .split('/')
        .filter(|segment| !segment.is_empty())
        .fold(root.to_owned(), |path, name| path.join(name))
}
