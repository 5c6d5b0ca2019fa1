//! The hash cache: fingerprints of files that were hashed before, so that a site in which little has changed costs little more
//! than the walk.
//!
//! A fingerprint is taken from the cache if the site path and the whole [`Stamp`] are those of the time when it was hashed. A
//! file that was changed within [`MARGIN`] before a compile began is not stored: it could be written to once more within the
//! same tick of the file system's clock, and nothing would show it. A cache that is damaged, of another version or of another
//! folder is ignored with a note; nothing depends on it but time.
//!
//! The file: a line with its kind and version, the XXH3-64 of all that follows, and [`Stored`].

use std::cmp::Ordering;
use std::io::{self, ErrorKind, Read};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use trailmark::key::checksum;

use crate::cold;
use crate::source::{SourceFile, open};
use crate::stamp::Stamp;
use crate::write::put;

/// The coarsest clock of a file system in use ticks every two seconds (FAT); the rest is for clocks that differ.
const MARGIN: Duration = Duration::from_millis(2500);
/// The first line of the file. The number is the version of all that follows.
const KIND: &[u8] = b"trailmark hash cache 1\n";
/// What the first line of every version begins with.
const ANY_VERSION: &[u8] = b"trailmark hash cache ";
/// Length of a checksum, bytes.
const CHECKSUM_LEN: usize = 8;
/// Longest cache that is read, bytes: more than ten million files.
const MAX_LEN: usize = 2 << 30;
/// Length of a stored stamp, bytes.
const STAMP_LEN: usize = 32;
/// Length of a fingerprint, bytes.
const FINGERPRINT_LEN: usize = 32;

/// What is stored, file by file in the order of the site paths' bytes.
#[derive(Serialize, Deserialize)]
struct Stored<'b> {
    /// Of which folder: SHA-256 of its path.
    root: [u8; 32],
    /// For each file: how many bytes its site path has in common with the one before, how many more it has (two bytes each), and
    /// these.
    #[serde(borrow, serialize_with = "cold::in_one_piece")]
    names: &'b [u8],
    /// For each file the four numbers of its stamp, eight bytes each.
    #[serde(borrow, serialize_with = "cold::in_one_piece")]
    stamps: &'b [u8],
    /// For each file its SHA-256.
    #[serde(borrow, serialize_with = "cold::in_one_piece")]
    fingerprints: &'b [u8],
}

impl<'b> Stored<'b> {
    /// Reads what [`read`] has found good.
    fn of(body: &'b [u8]) -> Option<Stored<'b>> {
        let stored: Stored<'b> = cold::decode::<_, MAX_LEN>(body).ok()?;
        let is_even = stored.stamps.len().is_multiple_of(STAMP_LEN)
            && stored.fingerprints.len().is_multiple_of(FINGERPRINT_LEN)
            && stored.stamps.len() / STAMP_LEN == stored.fingerprints.len() / FINGERPRINT_LEN;
        is_even.then_some(stored)
    }
}

/// A cache as it was read.
#[derive(Debug, Default)]
pub(crate) struct HashCache {
    /// The file without line and checksum; empty if there is none that can be used.
    body: Vec<u8>,
    /// What the user should know about it.
    pub(crate) note: Option<String>,
}

/// Why a cache is not used.
#[derive(Debug, thiserror::Error)]
enum Problem {
    #[error("can't be read ({0})")]
    Read(#[from] io::Error),
    #[error("is no hash cache")]
    Foreign,
    #[error("was written by another version")]
    Version,
    #[error("is damaged")]
    Damaged,
    #[error("belongs to another folder")]
    Root,
}

impl HashCache {
    /// Reads the cache of the folder `root`. If that fails, it is as if there were none. Cost: O(length), up to 2 GiB.
    pub(crate) fn load(path: &Path, root: &Path) -> HashCache {
        match read(path, root) {
            Ok(body) => HashCache { body, note: None },
            Err(Problem::Read(error)) if error.kind() == ErrorKind::NotFound => HashCache::default(),
            Err(problem) => {
                let path = path.display();
                let note =
                    format!("the hash cache {path} {problem}; it is ignored, and every file was hashed");
                HashCache { body: Vec::new(), note: Some(note) }
            }
        }
    }

    /// How many files are stored.
    fn len(&self) -> usize {
        Stored::of(&self.body).map_or(0, |stored| stored.fingerprints.len() / FINGERPRINT_LEN)
    }

    /// Gives the files that are stored and unchanged their fingerprints; how many these are. O(files + stored).
    pub(crate) fn recognise(&self, files: &mut [SourceFile]) -> usize {
        let mut count = 0;
        let Some(stored) = Stored::of(&self.body) else { return count };
        let mut names = Names { rest: stored.names, name: Vec::new() };
        let stamps = stored.stamps.chunks_exact(STAMP_LEN);
        let mut entries = stamps.zip(stored.fingerprints.chunks_exact(FINGERPRINT_LEN));
        let mut files = files.iter_mut().peekable();
        // Both are sorted. A cache that is not finds fewer files, and nothing worse.
        while let (Some(name), Some((stamp, fingerprint))) = (names.next(), entries.next()) {
            while let Some(order) = files.peek().map(|file| file.site_path.as_bytes().cmp(name)) {
                if order == Ordering::Greater {
                    break;
                }
                let Some(file) = files.next() else { break };
                if order == Ordering::Equal {
                    if stamp == stamp_bytes(file.stamp) {
                        file.fingerprint = fingerprint.try_into().ok();
                        count += usize::from(file.fingerprint.is_some());
                    }
                    break;
                }
            }
        }
        count
    }

    /// What to store instead, if anything has changed. All files have been hashed; the compile began at `began`.
    pub(crate) fn renewed(
        &self,
        path: &Path,
        root: &Path,
        files: &[SourceFile],
        hashed_count: usize,
        began: SystemTime,
    ) -> Option<NewCache> {
        if hashed_count == 0 && self.len() == files.len() && self.note.is_none() {
            return None;
        }
        let (mut names, mut stamps, mut hashes) = (Vec::new(), Vec::new(), Vec::new());
        let mut before: &[u8] = &[];
        for file in files {
            let Some(fingerprint) = &file.fingerprint else { continue };
            if file.stamp.is_older(began, MARGIN)
                && let Some(()) = append_name(&mut names, before, file.site_path.as_bytes())
            {
                before = file.site_path.as_bytes();
                stamps.extend_from_slice(&stamp_bytes(file.stamp));
                hashes.extend_from_slice(fingerprint);
            }
        }
        let stored = Stored { root: root_id(root), names: &names, stamps: &stamps, fingerprints: &hashes };
        Some(NewCache { path: path.to_owned(), body: cold::encode(&stored) })
    }
}

/// A cache that is to be written.
#[derive(Debug)]
pub struct NewCache {
    path: PathBuf,
    body: Vec<u8>,
}

impl NewCache {
    /// Where it goes.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Puts the cache in its place in one step. To be called when the manifest is written.
    ///
    /// # Errors
    /// The file can't be written; then nothing was changed.
    pub fn write(&self) -> io::Result<()> {
        // After a power cut the file may be empty or torn, which its checksum shows. So nobody waits for the disk.
        put(&self.path, &[KIND, &checksum(&self.body).to_le_bytes(), &self.body], false)
    }
}

/// Where a cache is kept unless told otherwise: beside the manifest, with `.cache` behind its name. `None` if the manifest goes
/// to a device or pipe.
pub fn default_cache(output: &Path) -> Option<PathBuf> {
    // Where a link leads is where the manifest is.
    let place = if output.is_symlink() { output.canonicalize().ok()? } else { output.to_owned() };
    if std::fs::metadata(&place).is_ok_and(|metadata| !metadata.is_file()) {
        return None;
    }
    let mut name = place.file_name()?.to_owned();
    name.push(".cache");
    Some(place.with_file_name(name))
}

/// The body of the cache of a folder.
fn read(path: &Path, root: &Path) -> Result<Vec<u8>, Problem> {
    let mut file = open(&path.canonicalize()?)?;
    let metadata = file.metadata()?;
    if !metadata.is_file() {
        return Err(Problem::Foreign);
    }
    let mut head = Vec::with_capacity(KIND.len() + CHECKSUM_LEN);
    (&mut file).take((KIND.len() + CHECKSUM_LEN) as u64).read_to_end(&mut head)?;
    let Some(expected) = head.strip_prefix(KIND) else {
        return Err(match head {
            _ if head.starts_with(ANY_VERSION) => Problem::Version,
            _ if KIND.starts_with(&head) => Problem::Damaged,
            _ => Problem::Foreign,
        });
    };
    let body_len = metadata.len().saturating_sub(head.len() as u64);
    let body_len = usize::try_from(body_len).ok().filter(|len| *len <= MAX_LEN).ok_or(Problem::Damaged)?;
    let mut body = Vec::with_capacity(body_len);
    file.take(body_len as u64).read_to_end(&mut body)?;
    if expected != checksum(&body).to_le_bytes() {
        return Err(Problem::Damaged);
    }
    let stored = Stored::of(&body).ok_or(Problem::Damaged)?;
    if stored.root == root_id(root) { Ok(body) } else { Err(Problem::Root) }
}

/// What tells one folder from another.
fn root_id(root: &Path) -> [u8; 32] {
    let real = root.canonicalize().unwrap_or_else(|_| root.to_owned());
    Sha256::digest(real.as_os_str().as_encoded_bytes()).into()
}

fn stamp_bytes(stamp: Stamp) -> [u8; STAMP_LEN] {
    let numbers = [
        stamp.len.to_le_bytes(),
        stamp.modified.to_le_bytes(),
        stamp.changed.to_le_bytes(),
        stamp.inode.to_le_bytes(),
    ];
    let mut bytes = [0; STAMP_LEN];
    bytes.iter_mut().zip(numbers.iter().flatten()).for_each(|(to, from)| *to = *from);
    bytes
}

/// Appends a name behind another one. `None` if it is too long for that.
fn append_name(names: &mut Vec<u8>, before: &[u8], name: &[u8]) -> Option<()> {
    let shared = before.iter().zip(name).take_while(|(a, b)| a == b).count();
    let more = name.get(shared..)?;
    let lens = [u16::try_from(shared).ok()?, u16::try_from(more.len()).ok()?];
    names.extend(lens.iter().flat_map(|len| len.to_le_bytes()));
    names.extend_from_slice(more);
    Some(())
}

/// Reads names back, one after the other.
struct Names<'b> {
    rest: &'b [u8],
    name: Vec<u8>,
}

impl Names<'_> {
    /// `None` at the end, and where the bytes make no sense.
    fn next(&mut self) -> Option<&[u8]> {
        let (shared, rest) = self.rest.split_first_chunk()?;
        let (more, rest) = rest.split_first_chunk()?;
        let (more, rest) = rest.split_at_checked(u16::from_le_bytes(*more).into())?;
        self.name.truncate(u16::from_le_bytes(*shared).into());
        self.name.extend_from_slice(more);
        self.rest = rest;
        Some(&self.name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: i64 = 1_000_000_000;

    fn file(site_path: &str, seconds: i64) -> SourceFile {
        let time = seconds * SECOND;
        let stamp = Stamp { len: 5, modified: time, changed: time, inode: 7 };
        SourceFile { stamp, ..SourceFile::new(site_path.to_owned(), None) }
    }

    /// What a cache knows of these files.
    fn known(cache: &HashCache, files: &[SourceFile]) -> Vec<Option<[u8; 32]>> {
        let mut files = files.to_vec();
        let count = cache.recognise(&mut files);
        let known: Vec<_> = files.into_iter().map(|file| file.fingerprint).collect();
        assert_eq!(count, known.iter().flatten().count());
        known
    }

    /// What a compile that began at second 1000 stores about these files, the fingerprint of each its number.
    fn stored(files: &[SourceFile]) -> HashCache {
        let began = SystemTime::UNIX_EPOCH + Duration::from_secs(1000);
        let hashed = |(file, number): (&SourceFile, u8)| SourceFile {
            fingerprint: Some([number; 32]),
            ..file.clone()
        };
        let files: Vec<_> = files.iter().zip(0..).map(hashed).collect();
        let (path, root) = (Path::new("cache"), Path::new("dist"));
        let renewed = HashCache::default().renewed(path, root, &files, files.len(), began);
        HashCache { body: renewed.unwrap().body, note: None }
    }

    #[test]
    fn files_are_known_again_by_name_and_stamp() {
        let files = ["/", "/a", "/a/b.html", "/a/b.html.gz", "/a/é", "/a/ê", "/z"].map(|name| file(name, 1));
        let cache = stored(&files);
        assert_eq!(cache.len(), files.len());
        let all: Vec<_> = (0..7).map(|number| Some([number; 32])).collect();
        assert_eq!(known(&cache, &files), all);
        let some = [files[1].clone(), file("/a/b", 1), file("/a/é", 2), files[5].clone(), file("/zz", 1)];
        assert_eq!(known(&cache, &some), [Some([1; 32]), None, None, Some([5; 32]), None]);
        assert_eq!(known(&cache, &[]), []);
        assert_eq!(known(&HashCache::default(), &files), [None; 7]);
    }

    #[test]
    fn files_written_just_before_the_compile_are_not_stored() {
        let mut files =
            [file("/a", 990), file("/b", 998), file("/c", 2000), file("/d", 997), file("/e", 990)];
        files[4].stamp.changed = 999 * SECOND;
        assert_eq!(known(&stored(&files), &files), [Some([0; 32]), None, None, Some([3; 32]), None]);
    }

    #[test]
    fn every_number_of_the_stamp_counts() {
        let old = file("/a", 1);
        let cache = stored(std::slice::from_ref(&old));
        let change: [fn(&mut Stamp); 4] =
            [|s| s.len += 1, |s| s.modified += 1, |s| s.changed += 1, |s| s.inode += 1];
        for change in change {
            let mut new = old.clone();
            change(&mut new.stamp);
            assert_eq!(known(&cache, &[new]), [None]);
        }
    }

    #[test]
    fn an_unchanged_cache_is_not_written_again() {
        let mut files = [file("/a", 1), file("/b", 1)];
        let cache = stored(&files);
        assert_eq!(cache.recognise(&mut files), 2);
        let renewed = |files: &[SourceFile], hashed| {
            let path = Path::new("dist");
            cache.renewed(path, path, files, hashed, SystemTime::now()).is_some()
        };
        assert!(!renewed(&files, 0));
        assert!(renewed(&files, 1), "a file was hashed");
        assert!(renewed(&files[..1], 0), "a file is gone");
    }

    #[test]
    fn damaged_bodies_give_nothing_but_fewer_files() {
        let files = ["/a", "/b/c", "/b/d"].map(|name| file(name, 1));
        let good = stored(&files);
        let all = known(&good, &files);
        for len in 0..good.body.len() {
            let cut = HashCache { body: good.body[..len].to_vec(), note: None };
            assert!(known(&cut, &files).iter().zip(&all).all(|(cut, all)| cut.is_none() || cut == all));
        }
        for at in 0..good.body.len() {
            let mut body = good.body.clone();
            body[at] ^= 0xff;
            known(&HashCache { body, note: None }, &files);
        }
    }
}
