//! Opens files of a site without waiting and without surprises: between the walk and the reading, anything may have taken a
//! file's place.

use std::fs::{File, OpenOptions};
use std::io::{self, ErrorKind, Read};
use std::path::Path;

/// Opens a file for reading. A pipe that has taken its place does not make the call wait for a writer, so the caller has to
/// look at what was opened before reading from it.
///
/// # Errors
/// As [`File::open`].
pub(crate) fn open(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.read(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt;
        options.custom_flags(libc::O_NONBLOCK);
    }
    options.open(path)
}

/// Reads to the end, a buffer at a time, and gives each piece to `take`; stops early beyond `most` bytes. The number of bytes
/// read.
///
/// # Errors
/// The first error of the reader that is no mere interruption.
pub(crate) fn read_pieces(
    mut input: impl Read,
    buffer: &mut [u8],
    most: u64,
    mut take: impl FnMut(&[u8]),
) -> io::Result<u64> {
    let mut total = 0;
    while total <= most {
        match input.read(buffer) {
            Ok(0) => break,
            Ok(len) => {
                take(buffer.get(..len).unwrap_or_default());
                total += len as u64;
            }
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(total)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A reader that gives one byte a call, is interrupted before each, and fails at the end if it is told to.
    struct Slow {
        left: Vec<u8>,
        interrupted: bool,
        fails: bool,
    }

    impl Read for Slow {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            self.interrupted = !self.interrupted;
            if self.interrupted {
                return Err(ErrorKind::Interrupted.into());
            }
            match (self.left.is_empty(), self.fails) {
                (true, true) => Err(io::Error::other("the disk is broken")),
                (true, false) => Ok(0),
                (false, _) => {
                    buffer[0] = self.left.remove(0);
                    Ok(1)
                }
            }
        }
    }

    fn read(content: &str, fails: bool, most: u64) -> (io::Result<u64>, Vec<u8>) {
        let slow = Slow { left: content.into(), interrupted: false, fails };
        let mut seen = Vec::new();
        let result = read_pieces(slow, &mut [0; 16], most, |piece| seen.extend_from_slice(piece));
        (result, seen)
    }

    #[test]
    fn slow_and_interrupted_reads_give_everything() {
        let (total, seen) = read("a page", false, 6);
        assert_eq!((total.unwrap(), seen.as_slice()), (6, &b"a page"[..]));
    }

    #[test]
    fn a_read_that_fails_in_the_middle_is_an_error() {
        assert_eq!(read("half a p", true, 100).0.unwrap_err().to_string(), "the disk is broken");
    }

    #[test]
    fn reading_ends_soon_after_the_most_that_is_wanted() {
        assert_eq!(read("grows and grows", false, 5).0.unwrap(), 6);
    }
}
