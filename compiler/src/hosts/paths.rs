//! The paths that have an answer of their own on a host, found by turning every row round, from file to path.

use crate::rules::Name;

use super::files::Files;
use super::row::{HostRule, Want};

/// Paths at which some row may answer because of a file or folder, and the names of all files; sorted, decoded, each once.
///
/// Rows that want nothing answer everywhere; of their paths, these are listed too.
pub(super) fn candidates(files: &Files, rules: &[&HostRule]) -> Vec<String> {
    let folders = if rules.iter().any(|rule| rule.wants.iter().any(|want| matches!(want, Want::Folder(_)))) {
        files.folders()
    } else {
        Vec::new()
    };
    let mut paths: Vec<String> = files.names().map(str::to_owned).collect();
    for rule in rules {
        for want in rule.wants {
            match *want {
                Want::File(name) | Want::FileExactly(name) => {
                    paths.extend(files.names().flat_map(|file| inverted(rule, name, file)));
                }
                Want::Folder(name) => {
                    paths.extend(folders.iter().flat_map(|folder| inverted(rule, name, folder)));
                }
            }
        }
    }
    paths.retain(|path| path.starts_with('/'));
    paths.sort_unstable();
    paths.dedup();
    paths
}

/// The paths of which a row makes this name.
fn inverted(rule: &HostRule, name: Name, made: &str) -> Vec<String> {
    let Some(kept) = made.strip_suffix(name.suffix) else { return Vec::new() };
    let endings = if name.trimmed { rule.ending.suffixes() } else { &[""] };
    let paths = endings.iter().map(|ending| format!("{kept}{ending}"));
    paths.filter(|path| rule.ending.trim(path).is_some()).collect()
}
