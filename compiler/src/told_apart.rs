//! Which files must be read for the answers to be right. The rules ask of contents only whether two files have the same: a page and what
//! its other forms give, which may also be a not-found page or the single-page fallback. All other files are told apart by a number.

use rustc_hash::FxHashSet;

use crate::source::{Fingerprint, SourceFile};

/// Gives every file a fingerprint that no rule compares with one of equal content; the others are left open, to be hashed.
pub(crate) fn tell_apart(files: &mut [SourceFile]) {
    let compared = compared(files);
    for (index, file) in files.iter_mut().enumerate() {
        if file.fingerprint.is_none() && !compared(file) {
            file.fingerprint = Some(number(index));
        }
    }
}

/// No SHA-256 that anybody will ever see.
fn number(index: usize) -> Fingerprint {
    let mut fingerprint = [0xFF; 32];
    fingerprint[..8].copy_from_slice(&(index as u64).to_le_bytes());
    fingerprint
}

/// Whether a rule may compare a file with another one of its length.
fn compared(files: &[SourceFile]) -> impl Fn(&SourceFile) -> bool + use<> {
    let answers_misses =
        |file: &&SourceFile| file.site_path.ends_with("/404.html") || file.site_path == "/index.html";
    let of_misses: FxHashSet<u64> = files.iter().filter(answers_misses).map(|file| file.stamp.len).collect();
    let mut names: Vec<u64> = files.iter().map(key).collect();
    names.sort_unstable();
    let twins: FxHashSet<u64> = names
        .chunk_by(|a, b| a == b)
        .filter(|equal| equal.len() > 1)
        .filter_map(|equal| equal.first().copied())
        .collect();
    move |file| of_misses.contains(&file.stamp.len) || twins.contains(&key(file))
}

/// Equal for files of one length whose names are forms of one page.
fn key(file: &SourceFile) -> u64 {
    trailmark::key::path_key(page_of(&file.site_path).as_bytes(), file.stamp.len)
}

/// A name without all that html handling may take from its end or put there.
fn page_of(site_path: &str) -> &str {
    let mut page = site_path;
    loop {
        let shorter = ["/", ".html", "/index"].into_iter().find_map(|ending| page.strip_suffix(ending));
        match shorter {
            Some(shorter) => page = shorter,
            None => return page,
        }
    }
}
