//! The bytes of files, checked against the manifest before anybody gets them. Small files stay in memory, under the fingerprint
//! of their bytes and within a budget that all sites share; of large ones it is remembered that they were checked.
//!
//! A file is taken for the manifest's if its length and its SHA-256 are those of the record. What was checked is told apart by
//! device, inode, length and times: when one of them changes, the file is checked again.

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use bytes::Bytes;
use quick_cache::sync::{Cache, DefaultLifecycle};
use quick_cache::{DefaultHashBuilder, OptionsBuilder, Weighter};

use crate::counters::Counters;
use crate::error::FileProblem;
use crate::files::{OpenFile, Opened, SiteFiles, Stamp};
use crate::options::EdgeOptions;

/// Large files of which it is remembered that they were checked.
const MAX_CHECKED: usize = 1 << 16;
/// What an entry takes beside its bytes, about.
const ENTRY_LEN: u64 = 200;

/// A file as the manifest has it. Sites do not share bodies (`scope`): a manifest could otherwise name the fingerprint of another
/// site's file, and be given it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct BodyKey {
    pub(crate) scope: u64,
    pub(crate) fingerprint: [u8; 32],
}

#[derive(Debug, Clone)]
struct ByLen;

impl Weighter<BodyKey, Bytes> for ByLen {
    fn weight(&self, _: &BodyKey, bytes: &Bytes) -> u64 {
        bytes.len() as u64 + ENTRY_LEN
    }
}

/// Bytes, or a file that was checked.
#[derive(Debug)]
pub(crate) enum Loaded {
    Bytes(Bytes),
    File(OpenFile),
}

/// The bodies of all sites of an edge.
#[derive(Debug)]
pub(crate) struct Bodies {
    kept: Cache<BodyKey, Bytes, ByLen>,
    /// The SHA-256 that a file with this stamp has, whatever a manifest says.
    checked: Cache<Stamp, [u8; 32]>,
    counters: Arc<Counters>,
    largest_kept: u64,
    settling_time: Duration,
}

impl Bodies {
    pub(crate) fn new(options: &EdgeOptions, counters: Arc<Counters>) -> Self {
        // A shard has its share of the budget, and a body must fit into a shard: each has room for several of the largest.
        let room = options.largest_kept.saturating_add(ENTRY_LEN).saturating_mul(4);
        let shards = usize::try_from(options.body_budget / room.max(1)).unwrap_or(64).clamp(1, 64);
        let settings = OptionsBuilder::new()
            .shards(if shards.is_power_of_two() { shards } else { shards.next_power_of_two() / 2 })
            .estimated_items_capacity(usize::try_from(options.body_budget >> 14).unwrap_or(1 << 16).max(1))
            .weight_capacity(options.body_budget)
            .build();
        let kept = match settings {
            Ok(settings) => Cache::with_options(
                settings,
                ByLen,
                DefaultHashBuilder::default(),
                DefaultLifecycle::default(),
            ),
            Err(_) => Cache::with_weighter(1 << 10, options.body_budget, ByLen),
        };
        Bodies {
            kept,
            checked: Cache::new(MAX_CHECKED),
            counters,
            largest_kept: options.largest_kept,
            settling_time: options.settling_time,
        }
    }

    /// A body that is in memory.
    pub(crate) fn kept(&self, key: &BodyKey, size: u64) -> Option<Bytes> {
        let bytes = self.kept.get(key)?;
        (bytes.len() as u64 == size).then_some(bytes)
    }

    /// What the kept bodies take, bytes.
    pub(crate) fn used(&self) -> u64 {
        self.kept.weight()
    }

    /// Gets a file into memory, or opens it if it is a large one. Needs a tokio runtime. Simultaneous requests for one file read
    /// it once.
    pub(crate) async fn load(
        &self,
        key: BodyKey,
        size: u64,
        path: &str,
        files: &Arc<SiteFiles>,
    ) -> Result<Loaded, FileProblem> {
        if size > self.largest_kept {
            return self.load_large(key, size, path, files).await;
        }
        let guard = match self.kept.get_value_or_guard_async(&key).await {
            Ok(bytes) if bytes.len() as u64 == size => return Ok(Loaded::Bytes(bytes)),
            Ok(bytes) => {
                return Err(FileProblem::Length { expected: size, found: bytes.len() as u64 });
            }
            Err(guard) => guard,
        };
        let opened = open(path, size, files);
        let (bytes, fingerprint) = blocking(move || match opened()? {
            Opened::Memory(bytes, fingerprint) => Ok((bytes, fingerprint)),
            Opened::Disk(mut file) => file.read_all(),
        })
        .await?;
        if fingerprint != key.fingerprint {
            return Err(FileProblem::Content);
        }
        self.counters.bodies_loaded.add_one();
        // It fails if the entry was removed in the meantime; the bytes are sound all the same.
        let _ = guard.insert(bytes.clone());
        Ok(Loaded::Bytes(bytes))
    }

    async fn load_large(
        &self,
        key: BodyKey,
        size: u64,
        path: &str,
        files: &Arc<SiteFiles>,
    ) -> Result<Loaded, FileProblem> {
        let file = match blocking(open(path, size, files)).await? {
            Opened::Memory(bytes, fingerprint) if fingerprint == key.fingerprint => {
                return Ok(Loaded::Bytes(bytes));
            }
            Opened::Memory(..) => return Err(FileProblem::Content),
            Opened::Disk(file) => file,
        };
        let stamp = file.stamp();
        let (file, fingerprint) = match self.checked.get_value_or_guard_async(&stamp).await {
            Ok(fingerprint) => (file, fingerprint),
            Err(guard) => {
                let (file, fingerprint, is_untouched) = blocking(move || {
                    let mut file = file;
                    let fingerprint = file.fingerprint()?;
                    let is_untouched = file.is_untouched()?;
                    Ok((file, fingerprint, is_untouched))
                })
                .await?;
                self.counters.files_checked.add_one();
                if is_untouched && self.is_settled(&stamp) {
                    let _ = guard.insert(fingerprint);
                }
                (file, fingerprint)
            }
        };
        if fingerprint == key.fingerprint { Ok(Loaded::File(file)) } else { Err(FileProblem::Content) }
    }

    /// Whether another change would show in the file's times: the last is long ago, or in the future, since a clock was set back.
    fn is_settled(&self, stamp: &Stamp) -> bool {
        let now = SystemTime::now();
        let distance = |change: SystemTime| {
            now.duration_since(change).or_else(|_| change.duration_since(now)).unwrap_or_default()
        };
        stamp.last_change().is_some_and(|change| distance(change) >= self.settling_time)
    }
}

fn open(
    path: &str,
    size: u64,
    files: &Arc<SiteFiles>,
) -> impl FnOnce() -> Result<Opened, FileProblem> + Send + 'static {
    let (path, files) = (path.to_owned(), Arc::clone(files));
    move || files.open(&path, size)
}

/// Does what waits for the disk where waiting is allowed.
async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, FileProblem> + Send + 'static,
) -> Result<T, FileProblem> {
    match tokio::task::spawn_blocking(work).await {
        Ok(done) => done,
        Err(error) => Err(FileProblem::Io(error.into())),
    }
}
