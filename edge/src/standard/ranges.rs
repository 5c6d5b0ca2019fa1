//! The `Range` header: which bytes of a file are asked for. RFC 9110, section 14.

use http::HeaderMap;
use http::header::RANGE;

/// What a `Range` header asks for.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Asks {
    /// The whole file: it is no range of bytes, is broken, or asks for too much at once.
    Everything,
    /// Nothing that the file has: 416.
    Nothing,
    /// These, as offset and length. None is empty; where some overlapped or touched, they are in order and became one.
    Parts(Vec<(u64, u64)>),
}

/// Reads the header for a file of this size. More than `max` ranges are not looked at one by one.
pub(super) fn asked_for(headers: &HeaderMap, size: u64, max: usize) -> Asks {
    let mut lines = headers.get_all(RANGE).iter();
    match (lines.next().and_then(|line| line.to_str().ok()), lines.next()) {
        (Some(line), None) => parse(line, size, max),
        _ => Asks::Everything,
    }
}

fn parse(line: &str, size: u64, max: usize) -> Asks {
    let Some((unit, list)) = line.split_once('=') else { return Asks::Everything };
    if !unit.trim().eq_ignore_ascii_case("bytes") {
        return Asks::Everything;
    }
    let specs = || list.split(',').map(|spec| spec.trim_matches([' ', '\t'])).filter(|spec| !spec.is_empty());
    let count = specs().take(max.saturating_add(1)).count();
    if count == 0 || count > max {
        return Asks::Everything;
    }
    let mut parts = Vec::with_capacity(count);
    for spec in specs() {
        match part(spec, size) {
            None => return Asks::Everything,
            Some((_, 0)) => {}
            Some(part) => parts.push(part),
        }
    }
    if parts.is_empty() { Asks::Nothing } else { Asks::Parts(joined(parts)) }
}

/// Offset and length of one range, the length zero if the file has nothing there; `None` if it is no range.
fn part(spec: &str, size: u64) -> Option<(u64, u64)> {
    let (first, last) = spec.split_once('-')?;
    match (first, last) {
        ("", suffix) => {
            let len = number(suffix)?.min(size);
            Some((size - len, len))
        }
        (first, last) => {
            let first = number(first)?;
            let last = if last.is_empty() { u64::MAX } else { number(last)? };
            if last < first {
                return None;
            }
            let end = last.saturating_add(1).min(size);
            Some((first, end.saturating_sub(first)))
        }
    }
}

/// Digits, as many as there are; what is beyond any file is as good as the largest number.
fn number(digits: &str) -> Option<u64> {
    let is_number = !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit());
    is_number.then(|| digits.parse().unwrap_or(u64::MAX))
}

/// Parts that overlap or touch become one, so that nobody is sent more than the file; if there are none, the order stays.
fn joined(parts: Vec<(u64, u64)>) -> Vec<(u64, u64)> {
    let mut sorted = parts.clone();
    sorted.sort_unstable();
    let mut joined: Vec<(u64, u64)> = Vec::with_capacity(parts.len());
    for (offset, len) in sorted {
        match joined.last_mut() {
            Some((start, so_far)) if offset <= start.saturating_add(*so_far) => {
                *so_far = (*so_far).max(offset.saturating_add(len) - *start);
            }
            _ => joined.push((offset, len)),
        }
    }
    if joined.len() == parts.len() { parts } else { joined }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parts(list: &[(u64, u64)]) -> Asks {
        Asks::Parts(list.to_vec())
    }

    #[test]
    fn single_ranges() {
        for (line, expected) in [
            ("bytes=0-0", parts(&[(0, 1)])),
            ("bytes=2-4", parts(&[(2, 3)])),
            ("Bytes = 8-", parts(&[(8, 2)])),
            ("bytes=0-99999999999999999999999", parts(&[(0, 10)])),
            ("bytes=-3", parts(&[(7, 3)])),
            ("bytes=-100", parts(&[(0, 10)])),
            ("bytes=10-", Asks::Nothing),
            ("bytes=99999999999999999999999-", Asks::Nothing),
            ("bytes=-0", Asks::Nothing),
        ] {
            assert_eq!(parse(line, 10, 4), expected, "{line}");
        }
        assert_eq!(parse("bytes=0-", 0, 4), Asks::Nothing);
    }

    #[test]
    fn what_is_no_range_is_as_if_it_were_not_there() {
        for line in [
            "",
            "bytes",
            "bytes=",
            "bytes=,",
            "bytes=a-b",
            "bytes=4-2",
            "bytes=-",
            "bytes=1",
            "bytes=+1-2",
            "lines=0-1",
            "bytes=0-1,x",
            "bytes=0x1-2",
            "bytes=--1",
        ] {
            assert_eq!(parse(line, 10, 4), Asks::Everything, "{line}");
        }
    }

    #[test]
    fn several_ranges_keep_their_order_unless_they_meet() {
        assert_eq!(parse("bytes=8-9, 0-1,,4-5", 10, 4), parts(&[(8, 2), (0, 2), (4, 2)]));
        assert_eq!(parse("bytes=4-9,0-4", 10, 4), parts(&[(0, 10)]));
        assert_eq!(parse("bytes=0-1,2-3,8-8", 10, 4), parts(&[(0, 4), (8, 1)]));
        assert_eq!(parse("bytes=0-,0-,0-,-10", 10, 4), parts(&[(0, 10)]));
        assert_eq!(parse("bytes=0-1,20-30", 10, 4), parts(&[(0, 2)]));
        assert_eq!(parse("bytes=0-0,2-2,4-4,6-6,8-8", 10, 4), Asks::Everything);
    }
}
