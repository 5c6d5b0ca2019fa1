//! A log in blocks of whole lines, plain or gzip, however long it is and whatever it holds.

use std::io::{self, BufRead, BufReader, Cursor, Read};

use flate2::bufread::MultiGzDecoder;

/// Bytes of a block, as long as its lines are no longer.
const BLOCK_LEN: usize = 1 << 20;
/// Longer lines are passed over and counted as damaged.
pub const LONGEST_LINE: usize = BLOCK_LEN;

/// Whole lines.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Block {
    /// The lines, with their breaks; the last one of a log may lack its own.
    pub(super) bytes: Vec<u8>,
    /// Number of the first, counted from 1.
    pub(super) first_line: u64,
    /// The block stands for one line that was too long, and `bytes` is its beginning.
    pub(super) is_too_long: bool,
}

/// The blocks of a log.
pub(super) struct Blocks<'r> {
    input: Box<dyn BufRead + Send + 'r>,
    rest: Vec<u8>,
    line: u64,
}

impl<'r> Blocks<'r> {
    /// Looks at the first bytes to see whether it is gzip.
    ///
    /// # Errors
    /// It can't be read, or is compressed in another way.
    pub(super) fn open(mut input: Box<dyn Read + Send + 'r>) -> io::Result<Blocks<'r>> {
        let mut magic = [0; 4];
        let mut len = 0;
        while len < magic.len() {
            match input.read(&mut magic[len..]) {
                Ok(0) => break,
                Ok(read) => len += read,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        let whole = Cursor::new(magic[..len].to_vec()).chain(input);
        let whole = BufReader::with_capacity(256 * 1024, whole);
        let other = |name| {
            Err(io::Error::new(
                io::ErrorKind::Unsupported,
                format!(
                    "it is {name}: decompress it first, as in `{name} -dc FILE | trailmark replay site.trailmark -`"
                ),
            ))
        };
        let input: Box<dyn BufRead + Send + 'r> = match magic {
            [0x1F, 0x8B, ..] => Box::new(BufReader::with_capacity(256 * 1024, MultiGzDecoder::new(whole))),
            [0x28, 0xB5, 0x2F, 0xFD] => return other("zstd"),
            [b'B', b'Z', b'h', _] => return other("bzip2"),
            [0xFD, b'7', b'z', b'X'] => return other("xz"),
            _ => Box::new(whole),
        };
        Ok(Blocks { input, rest: Vec::new(), line: 1 })
    }

    /// The next block; `None` at the end. After an error, what was read before it may still come: as the last block.
    ///
    /// # Errors
    /// The log can't be read on: the disk, or a gzip file that ends too early.
    pub(super) fn next(&mut self, problem: &mut Option<io::Error>) -> Option<Block> {
        if problem.is_some() {
            return None;
        }
        let mut bytes = std::mem::take(&mut self.rest);
        let is_end = loop {
            let wanted = BLOCK_LEN.saturating_sub(bytes.len());
            if wanted == 0 {
                break false;
            }
            match self.input.fill_buf() {
                Ok([]) => break true,
                Ok(available) => {
                    let len = available.len().min(wanted);
                    bytes.extend_from_slice(&available[..len]);
                    self.input.consume(len);
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => {
                    *problem = Some(error);
                    break true;
                }
            }
        };
        if bytes.is_empty() {
            return None;
        }
        let first_line = self.line;
        if is_end {
            return Some(Block { bytes, first_line, is_too_long: false });
        }
        match bytes.iter().rposition(|&b| b == b'\n') {
            Some(end) => {
                self.rest = Vec::with_capacity(BLOCK_LEN);
                self.rest.extend_from_slice(&bytes[end + 1..]);
                bytes.truncate(end + 1);
                self.line += bytes.iter().filter(|&&b| b == b'\n').count() as u64;
                Some(Block { bytes, first_line, is_too_long: false })
            }
            None => {
                if let Err(error) = self.input.skip_until(b'\n') {
                    *problem = Some(error);
                }
                self.line += 1;
                bytes.truncate(1024);
                Some(Block { bytes, first_line, is_too_long: true })
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use flate2::{Compression, write::GzEncoder};

    use super::*;

    fn read(bytes: &[u8]) -> (Vec<Block>, Option<io::Error>) {
        let mut blocks = Blocks::open(Box::new(bytes)).unwrap();
        let mut problem = None;
        let all = std::iter::from_fn(|| blocks.next(&mut problem)).collect();
        (all, problem)
    }

    fn gzip(bytes: &[u8]) -> Vec<u8> {
        let mut out = GzEncoder::new(Vec::new(), Compression::fast());
        out.write_all(bytes).unwrap();
        out.finish().unwrap()
    }

    #[test]
    fn blocks_hold_whole_lines_and_know_their_numbers() {
        let text: String = (1..=300_000).map(|n| format!("line {n}\n")).collect();
        for bytes in [text.as_bytes().to_vec(), gzip(text.as_bytes())] {
            let (blocks, problem) = read(&bytes);
            assert!(problem.is_none() && blocks.len() > 2);
            assert_eq!(
                blocks.iter().flat_map(|block| block.bytes.clone()).collect::<Vec<_>>(),
                text.as_bytes()
            );
            for block in &blocks {
                assert!(block.bytes.starts_with(format!("line {}\n", block.first_line).as_bytes()));
            }
        }
    }

    #[test]
    fn a_line_that_is_too_long_is_one_line() {
        let text = format!("a\n{}\nb\n", "x".repeat(3 * BLOCK_LEN));
        let (blocks, problem) = read(text.as_bytes());
        let shape: Vec<_> = blocks.iter().map(|block| (block.first_line, block.is_too_long)).collect();
        assert!(problem.is_none());
        assert_eq!(shape, [(1, false), (2, true), (3, false)]);
    }

    #[test]
    fn a_cut_gzip_file_gives_what_it_holds_and_says_so() {
        let text: String = (1..=100_000).map(|n| format!("line {}\n", n * 7919 % 100_003)).collect();
        let whole = gzip(text.as_bytes());
        let (blocks, problem) = read(&whole[..whole.len() / 2]);
        assert!(problem.is_some() && !blocks.is_empty());
        assert!(read(b"").0.is_empty());
        assert!(Blocks::open(Box::new(&b"\x28\xB5\x2F\xFDxxxx"[..])).is_err());
    }
}
