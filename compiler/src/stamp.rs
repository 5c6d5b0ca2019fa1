//! What the system says about a file that changes whenever its content does. A leaf.

use std::fs::Metadata;
use std::time::{Duration, SystemTime};

/// Size, times and number of a file. Two looks that give equal stamps saw the same file with the same content, unless it was
/// written to twice within one tick of the file system's clock.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Stamp {
    /// Size in bytes.
    pub len: u64,
    /// When the content was last written, nanoseconds since 1970. Programs can set it.
    pub modified: i64,
    /// When anything about the file last changed, nanoseconds since 1970. Programs can't set it. Where the system does not
    /// tell: when the file was made.
    pub changed: i64,
    /// The file's number in its file system; zero where the system does not tell.
    pub inode: u64,
}

impl Stamp {
    /// The stamp that a look at a file gives.
    pub fn of(metadata: &Metadata) -> Stamp {
        #[cfg(unix)]
        {
            use std::os::unix::fs::MetadataExt;
            Stamp {
                len: metadata.len(),
                modified: Stamp::nanos(metadata.mtime(), metadata.mtime_nsec()),
                changed: Stamp::nanos(metadata.ctime(), metadata.ctime_nsec()),
                inode: metadata.ino(),
            }
        }
        #[cfg(not(unix))]
        Stamp {
            len: metadata.len(),
            // A time that is not known never counts as long past.
            modified: metadata.modified().map_or(i64::MAX, nanos_since_1970),
            changed: metadata.created().map_or(i64::MIN, nanos_since_1970),
            inode: 0,
        }
    }

    /// A time from seconds and nanoseconds.
    #[cfg(unix)]
    pub(crate) fn nanos(seconds: i64, nanos: i64) -> i64 {
        seconds.saturating_mul(1_000_000_000).saturating_add(nanos)
    }

    /// Whether both times lie before `time` by more than `margin`: a write at that time or later would give another stamp.
    pub(crate) fn is_older(&self, time: SystemTime, margin: Duration) -> bool {
        let margin = i64::try_from(margin.as_nanos()).unwrap_or(i64::MAX);
        self.modified.max(self.changed) < nanos_since_1970(time).saturating_sub(margin)
    }
}

fn nanos_since_1970(time: SystemTime) -> i64 {
    match time.duration_since(SystemTime::UNIX_EPOCH) {
        Ok(since) => i64::try_from(since.as_nanos()).unwrap_or(i64::MAX),
        Err(error) => i64::try_from(error.duration().as_nanos()).map_or(i64::MIN, |before| -before),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stamp_is_older_only_if_both_times_are_and_by_more_than_the_margin() {
        let now = SystemTime::UNIX_EPOCH + Duration::from_secs(1000);
        let is_older = |modified: i64, changed: i64| {
            let seconds = 1_000_000_000;
            let stamp =
                Stamp { modified: modified * seconds, changed: changed * seconds, ..Stamp::default() };
            stamp.is_older(now, Duration::from_secs(3))
        };
        assert!(is_older(996, 996) && is_older(-5, 0));
        assert!(!is_older(997, 996) && !is_older(996, 997), "just within the margin");
        assert!(!is_older(5000, 0) && !is_older(0, 5000), "in the future");
        let unknown = Stamp { modified: i64::MAX, ..Stamp::default() };
        assert!(!unknown.is_older(now, Duration::ZERO));
    }
}
