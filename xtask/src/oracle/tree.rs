//! Sites for the oracle: the examples of the repository, and small random trees made of names that are hard to get right.

use std::collections::BTreeMap;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use super::random::Random;
use super::words::{NAMES, OTHER_FILES, SHAPES, UNSERVED};

/// The files of a site: site path to content.
#[derive(Debug, Clone, Default)]
pub(super) struct Tree {
    /// Files, in the order of their names.
    pub(super) files: BTreeMap<String, Vec<u8>>,
}

impl Tree {
    /// A random site of a few dozen files at most.
    pub(super) fn random(random: &mut Random) -> Tree {
        let mut tree = Tree::default();
        let twins = random.chance(35);
        let mut folders = vec![String::new()];
        for _ in 0..random.below(3) {
            let above = &folders[random.below(folders.len())];
            folders.push(format!("{above}/{}", random.pick(NAMES)));
        }
        for folder in &folders {
            tree.grow(folder, twins, random);
        }
        if random.chance(15) {
            tree.add(random.pick(UNSERVED), twins, random);
        }
        tree
    }

    /// Files of one folder: its own pages, then stems in several shapes.
    fn grow(&mut self, folder: &str, twins: bool, random: &mut Random) {
        let own = [(60, "/index.html"), (40, "/404.html"), (8, "/404/index.html"), (8, "/index/index.html")];
        for (percent, name) in own {
            if random.chance(percent) {
                self.add(&format!("{folder}{name}"), twins, random);
            }
        }
        for _ in 0..=random.below(3) {
            let stem = format!("{folder}/{}", random.pick(NAMES));
            if random.chance(25) {
                // Where redirects depend on whether two files have the same content.
                let twins = random.chance(60);
                self.add(&format!("{stem}.html"), twins, random);
                self.add(&format!("{stem}/index.html"), twins, random);
            }
            for _ in 0..=random.below(4) {
                let shape = random.pick(SHAPES);
                self.add(&format!("{stem}{shape}"), twins, random);
            }
        }
        for _ in 0..random.below(3) {
            let name = random.pick(OTHER_FILES);
            self.add(&format!("{folder}/{name}"), twins, random);
        }
    }

    /// Adds a file, unless its name can't be: no path can be both a file and a folder.
    fn add(&mut self, path: &str, twins: bool, random: &mut Random) {
        // Pages keeps one media type for all files of the same content and extension, and takes none from a name with a line
        // break in it; which of two such files it asks is not settled, so they have no twins.
        let unique = path.contains(['\n', '\u{2028}']);
        let content = match random.below(100) {
            0..4 if !unique => Vec::new(),
            4..70 if twins && !unique => b"twin".to_vec(),
            _ => path.as_bytes().to_vec(),
        };
        let is_below =
            |lower: &str, upper: &str| lower.strip_prefix(upper).is_some_and(|rest| rest.starts_with('/'));
        if !self.files.keys().any(|other| is_below(other, path) || is_below(path, other)) {
            self.files.insert(path.to_owned(), content);
        }
    }

    /// The site in a folder on disk.
    ///
    /// # Errors
    /// What the disk says.
    pub(super) fn read(root: &Path) -> Result<Tree> {
        let mut tree = Tree::default();
        tree.read_folder(root, "").with_context(|| format!("can't read {}", root.display()))?;
        Ok(tree)
    }

    fn read_folder(&mut self, folder: &Path, site_path: &str) -> Result<()> {
        for entry in std::fs::read_dir(folder)? {
            let entry = entry?;
            let name =
                entry.file_name().into_string().map_err(|name| anyhow::anyhow!("{name:?} is not UTF-8"))?;
            let site_path = format!("{site_path}/{name}");
            if entry.file_type()?.is_dir() {
                self.read_folder(&entry.path(), &site_path)?;
            } else {
                self.files.insert(site_path, std::fs::read(entry.path())?);
            }
        }
        Ok(())
    }

    /// Writes the site. What this file system can't hold (a name that differs from another only in case, a character it
    /// does not take) is dropped from the tree.
    ///
    /// # Errors
    /// Anything else that the disk says.
    pub(super) fn write(&mut self, root: &Path) -> Result<()> {
        let mut refused = Vec::new();
        for (path, content) in &self.files {
            if let Err(error) = write_file(&on_disk(root, path), content) {
                match error.kind() {
                    ErrorKind::AlreadyExists | ErrorKind::InvalidInput | ErrorKind::InvalidFilename => {}
                    ErrorKind::NotADirectory | ErrorKind::IsADirectory => {}
                    _ => return Err(error).with_context(|| format!("can't write {path:?}")),
                }
                refused.push(path.clone());
            }
        }
        for path in refused {
            self.files.remove(&path);
        }
        Ok(())
    }

    /// Every folder of the site, the root as the empty text.
    pub(super) fn folders(&self) -> Vec<&str> {
        let mut folders: Vec<&str> = self.files.keys().flat_map(|path| ancestors(path)).collect();
        folders.sort_unstable();
        folders.dedup();
        folders
    }
}

fn ancestors(path: &str) -> impl Iterator<Item = &str> {
    path.match_indices('/').map(|(at, _)| &path[..at])
}

fn on_disk(root: &Path, site_path: &str) -> PathBuf {
    site_path.split('/').filter(|name| !name.is_empty()).fold(root.to_owned(), |path, name| path.join(name))
}

fn write_file(path: &Path, content: &[u8]) -> std::io::Result<()> {
    use std::io::Write;
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder)?;
    }
    std::fs::File::create_new(path)?.write_all(content)
}
