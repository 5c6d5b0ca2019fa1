//! A path list: `tests/sites/<name>.tsv.gz` in, names and sizes out. `tests/sites/README.md` gives the format.

use std::io::Read;
use std::path::PathBuf;

use anyhow::{Context, Result};

use crate::repo;

const ENDING: &str = ".tsv.gz";

/// The files of a real site, without their contents.
#[derive(Debug)]
pub(crate) struct SiteList {
    /// Name of the list.
    pub(crate) name: String,
    /// Site path and size in bytes, in the order of the list.
    pub(crate) files: Vec<(String, u64)>,
}

impl SiteList {
    /// Reads a list.
    ///
    /// # Errors
    /// If there is none of that name, or a line is not as it should be.
    pub(crate) fn load(name: &str) -> Result<SiteList> {
        let path = folder().join(format!("{name}{ENDING}"));
        let file = std::fs::File::open(&path).with_context(|| format!("can't read {}", path.display()))?;
        let mut text = String::new();
        flate2::read::GzDecoder::new(file)
            .read_to_string(&mut text)
            .with_context(|| format!("can't read {}", path.display()))?;
        let files = text.lines().zip(1..).map(|(line, number)| {
            parse_line(line).with_context(|| format!("{}, line {number}: {line:?}", path.display()))
        });
        Ok(SiteList { name: name.to_owned(), files: files.collect::<Result<_>>()? })
    }

    /// Size of all files, bytes.
    pub(crate) fn bytes(&self) -> u64 {
        self.files.iter().map(|(_, size)| size).sum()
    }
}

/// The names of all lists, sorted.
///
/// # Errors
/// If the folder can't be read.
pub(crate) fn names() -> Result<Vec<String>> {
    let folder = folder();
    let entries = std::fs::read_dir(&folder).with_context(|| format!("can't read {}", folder.display()))?;
    let mut names = Vec::new();
    for entry in entries {
        let file_name = entry?.file_name();
        names.extend(file_name.to_str().and_then(|name| name.strip_suffix(ENDING)).map(str::to_owned));
    }
    names.sort();
    Ok(names)
}

fn folder() -> PathBuf {
    repo::root().join("tests/sites")
}

/// `size <TAB> path`.
fn parse_line(line: &str) -> Result<(String, u64)> {
    let (size, path) = line.split_once('\t').context("no tab")?;
    anyhow::ensure!(path.starts_with('/'), "the path does not begin with a slash");
    Ok((path.to_owned(), size.parse().context("no size")?))
}
