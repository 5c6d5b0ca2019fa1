//! From bytes to lines, and to the links as they are written: only for what is shown, so a file is read again only if
//! it is named.

use rayon::prelude::*;
use trailmark::Manifest;

use crate::files::Files;
use crate::report::LinkPlace;
use crate::tally::Place;

/// A link is shown up to this length, bytes.
const LONGEST: usize = 2000;

/// Looks up each place; the answers are in the same order. A file that can't be read any more has no lines.
pub(crate) fn locate(manifest: &Manifest<'_>, files: &Files, places: &[Place]) -> Vec<LinkPlace> {
    let mut order: Vec<usize> = (0..places.len()).collect();
    order.sort_unstable_by_key(|&index| places.get(index).copied());
    let file_of = |index: &usize| places.get(*index).map(|place| place.file);
    let of_files: Vec<&[usize]> = order.chunk_by(|a, b| file_of(a) == file_of(b)).collect();
    let located: Vec<Vec<(usize, LinkPlace)>> = of_files
        .par_iter()
        .map_init(Vec::new, |buffer, indices| {
            let asset = indices.first().and_then(file_of).and_then(|file| manifest.asset(file));
            let Some(path) = asset.map(|asset| asset.site_path().to_string()) else { return Vec::new() };
            let bytes = files.read(&path, buffer).ok().map(|()| buffer.as_slice());
            let mut lines = Lines { bytes: bytes.unwrap_or_default(), at: 0, line: 1 };
            let one = |&index: &usize| {
                let offset = places.get(index)?.offset as usize;
                Some((index, lines.place(&path, offset)))
            };
            indices.iter().filter_map(one).collect()
        })
        .collect();
    let mut all: Vec<(usize, LinkPlace)> = located.into_iter().flatten().collect();
    all.sort_unstable_by_key(|&(index, _)| index);
    all.into_iter().map(|(_, place)| place).collect()
}

/// Counts lines up to places that come in order.
struct Lines<'b> {
    bytes: &'b [u8],
    at: usize,
    line: u32,
}

impl Lines<'_> {
    fn place(&mut self, file: &str, offset: usize) -> LinkPlace {
        let whole = LinkPlace { file: file.to_owned(), line: None, column: None, link: None };
        if offset == u32::MAX as usize {
            return whole;
        }
        let Some(skipped) = self.bytes.get(self.at..offset) else { return whole };
        self.line += memchr::memchr_iter(b'\n', skipped).count() as u32;
        self.at = offset;
        let before = self.bytes.get(..offset).unwrap_or_default();
        let start = memchr::memrchr(b'\n', before).map_or(0, |newline| newline + 1);
        let in_line = before.get(start..).unwrap_or_default();
        // Of characters in UTF-8, the first bytes count.
        let column = in_line.iter().filter(|&&byte| byte & 0xC0 != 0x80).count() as u32 + 1;
        let link = written(self.bytes, offset);
        LinkPlace { line: Some(self.line), column: Some(column), link: Some(link), ..whole }
    }
}

/// The link as it is written: up to the quote that opened it, or else to what can't be part of it.
fn written(bytes: &[u8], offset: usize) -> String {
    let rest = bytes.get(offset..).unwrap_or_default();
    let rest = rest.get(..LONGEST).unwrap_or(rest);
    let quote = offset
        .checked_sub(1)
        .and_then(|before| bytes.get(before))
        .filter(|byte| matches!(byte, b'"' | b'\''));
    let end = match quote {
        Some(&quote) => memchr::memchr(quote, rest),
        None => {
            rest.iter().position(|&byte| byte <= b' ' || matches!(byte, b'>' | b'<' | b')' | b'"' | b'\''))
        }
    };
    let text = String::from_utf8_lossy(rest.get(..end.unwrap_or(rest.len())).unwrap_or_default());
    let text = text.trim();
    match text.split_once(char::is_whitespace) {
        Some((first, rest)) if begins_with_descriptor(rest) => first.to_owned(),
        _ => text.to_owned(),
    }
}

/// Whether a text goes on as a `srcset` does behind a URL: `2x`, `100w`.
fn begins_with_descriptor(text: &str) -> bool {
    let word = text.trim_start().split([',', ' ', '\n', '\t']).next().unwrap_or_default();
    let number = word.strip_suffix(['x', 'w']).unwrap_or_default();
    !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_are_shown_as_they_are_written() {
        assert_eq!(written(b"<a href=\"x&amp;y z\">", 9), "x&amp;y z");
        assert_eq!(written(b"<a href=x>", 8), "x");
        assert_eq!(written(b"url(x.png)", 4), "x.png");
        assert_eq!(written(b"<loc>/x</loc>", 5), "/x");
        assert_eq!(written(b"x", 5), "");
        assert_eq!(written(b"<img srcset='a.png 1.5x, b.png 2x'>", 13), "a.png");
        assert_eq!(written(b"<img srcset='a.png 1.5x, b.png 2x'>", 25), "b.png");
    }

    #[test]
    fn lines_and_columns_count_from_one() {
        let mut lines = Lines { bytes: "é x\nab".as_bytes(), at: 0, line: 1 };
        let first = lines.place("/f", 3);
        assert_eq!((first.line, first.column, first.link.as_deref()), (Some(1), Some(3), Some("x")));
        let second = lines.place("/f", 6);
        assert_eq!((second.line, second.column), (Some(2), Some(2)));
        assert_eq!(lines.place("/f", 100).line, None);
    }
}
