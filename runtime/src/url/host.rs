//! The host of a URL, as the WHATWG URL standard reads it: addresses in all their spellings, and domains, of
//! which those in other alphabets are put in ASCII form as far as no table is needed for it.

use alloc::format;
use alloc::string::String;
use alloc::string::ToString;
use alloc::vec::Vec;
use core::net::{Ipv4Addr, Ipv6Addr};

/// Why a host could not be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum HostError {
    /// No URL parser takes it.
    Unparsable,
    /// Its ASCII form needs tables that are not here.
    UnknownAlphabet,
}

/// Reads a host and gives its one spelling: an IPv6 address in brackets, an IPv4 address in any of its
/// spellings, or a domain.
pub(super) fn read(host: &str) -> Result<String, HostError> {
    if let Some(address) = host.strip_prefix('[') {
        let address = address.strip_suffix(']').and_then(|address| address.parse().ok());
        return address.map(ipv6_text).ok_or(HostError::Unparsable);
    }
    let decoded = String::from_utf8(percent_decoded(host)).map_err(|_| HostError::Unparsable)?;
    let host = domain_in_ascii(&decoded)?;
    if host.is_empty() || host.bytes().any(is_forbidden_in_host) {
        return Err(HostError::Unparsable);
    }
    if is_ipv4_like(&host) { ipv4_text(&host).ok_or(HostError::Unparsable) } else { Ok(host) }
}

fn percent_decoded(text: &str) -> Vec<u8> {
    let mut decoded = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((byte, after)) = rest.split_first() {
        let escape = after.get(..2).filter(|_| *byte == b'%').and_then(hex_value);
        decoded.push(escape.unwrap_or(*byte));
        rest = after.get(if escape.is_some() { 2 } else { 0 }..).unwrap_or_default();
    }
    decoded
}

fn hex_value(digits: &[u8]) -> Option<u8> {
    digits.iter().try_fold(0, |value, digit| Some(value << 4 | char::from(*digit).to_digit(16)? as u8))
}

const fn is_forbidden_in_host(byte: u8) -> bool {
    byte <= b' '
        || byte == 0x7f
        || matches!(
            byte,
            b'#' | b'/' | b':' | b'<' | b'>' | b'?' | b'@' | b'[' | b'\\' | b']' | b'^' | b'|' | b'%'
        )
}

fn ipv6_text(address: Ipv6Addr) -> String {
    let pieces = address.segments().map(|piece| format!("{piece:x}"));
    let zeros_from = |start: usize| pieces.iter().skip(start).take_while(|piece| *piece == "0").count();
    // The first of the longest runs of zeros is written `::`, unless it is a single one.
    let length = (0..8).map(zeros_from).max().unwrap_or_default();
    let Some(start) = (0..8).find(|start| length > 1 && zeros_from(*start) == length) else {
        return format!("[{}]", pieces.join(":"));
    };
    let before = pieces.iter().take(start).cloned().collect::<Vec<_>>().join(":");
    let after = pieces.iter().skip(start + length).cloned().collect::<Vec<_>>().join(":");
    format!("[{before}::{after}]")
}

/// Whether the last label is a number, which makes the host an IPv4 address or nothing.
fn is_ipv4_like(host: &str) -> bool {
    let host = host.strip_suffix('.').unwrap_or(host);
    let last = host.rsplit('.').next().unwrap_or_default();
    let is_decimal = !last.is_empty() && last.bytes().all(|byte| byte.is_ascii_digit());
    is_decimal || ipv4_number(last).is_some()
}

fn ipv4_text(host: &str) -> Option<String> {
    let parts: Vec<&str> = host.strip_suffix('.').unwrap_or(host).split('.').collect();
    let numbers = parts.iter().map(|part| ipv4_number(part)).collect::<Option<Vec<u64>>>()?;
    let (last, leading) = numbers.split_last()?;
    if leading.len() > 3 || leading.iter().any(|number| *number > 255) {
        return None;
    }
    let free_bits = 8 * (4 - leading.len());
    if *last >= 1 << free_bits {
        return None;
    }
    let value = leading.iter().fold(0, |value, number| value << 8 | number) << free_bits | last;
    Some(Ipv4Addr::from(u32::try_from(value).ok()?).to_string())
}

/// A number as the URL standard has them in IPv4 addresses: decimal, `0x` hexadecimal or `0` octal.
fn ipv4_number(part: &str) -> Option<u64> {
    let (digits, radix) = match part.strip_prefix("0x").or_else(|| part.strip_prefix("0X")) {
        Some(digits) => (digits, 16),
        None if part.len() > 1 && part.starts_with('0') => (part, 8),
        None => (part, 10),
    };
    if part.is_empty() {
        return None;
    }
    // More than 32 bits are too many in any case, so it does no harm to stop counting there.
    digits.chars().try_fold(0u64, |value, digit| {
        Some((value * u64::from(radix) + u64::from(digit.to_digit(radix)?)).min(1 << 40))
    })
}

/// The letters whose ASCII form needs no table: mapped to lower case one by one, they stand for themselves,
/// do not combine with a neighbour, and are written from left to right. Each was compared with Node's URL
/// parser.
const PLAIN_LETTERS: &[(char, char)] = &[
    ('\u{c0}', '\u{12f}'),
    ('\u{131}', '\u{131}'),
    ('\u{134}', '\u{13e}'),
    ('\u{141}', '\u{148}'),
    ('\u{14a}', '\u{17e}'),
    ('\u{180}', '\u{1c3}'),
    ('\u{1cd}', '\u{1f0}'),
    ('\u{1f4}', '\u{24f}'),
    ('\u{386}', '\u{386}'),
    ('\u{388}', '\u{38a}'),
    ('\u{38c}', '\u{38c}'),
    ('\u{38e}', '\u{3a1}'),
    ('\u{3a3}', '\u{3cf}'),
    ('\u{400}', '\u{481}'),
    ('\u{48a}', '\u{4bf}'),
    ('\u{4c1}', '\u{52f}'),
    ('\u{1e00}', '\u{1e99}'),
    ('\u{1e9f}', '\u{1eff}'),
    ('\u{3005}', '\u{3006}'),
    ('\u{3041}', '\u{3096}'),
    ('\u{30a1}', '\u{30fa}'),
    ('\u{30fc}', '\u{30fe}'),
    ('\u{4e00}', '\u{9fff}'),
    ('\u{ac00}', '\u{d7a3}'),
];

/// The ASCII form of a domain: lower case, and `xn--` labels where there is more than ASCII.
fn domain_in_ascii(domain: &str) -> Result<String, HostError> {
    let labels = domain.split(['.', '\u{3002}', '\u{ff0e}', '\u{ff61}']).map(label_in_ascii);
    Ok(labels.collect::<Result<Vec<_>, _>>()?.join("."))
}

fn label_in_ascii(label: &str) -> Result<String, HostError> {
    let lower: String = label.chars().flat_map(char::to_lowercase).collect();
    match lower.strip_prefix("xn--") {
        _ if !label.chars().all(is_plain) => Err(HostError::UnknownAlphabet),
        Some(encoded) => check_encoded(encoded).map(|()| lower),
        None if label.is_ascii() => Ok(lower),
        // No name system takes labels as long as this; the limit keeps the encoding quick.
        None if label.len() > MAX_LABEL_LEN => Err(HostError::UnknownAlphabet),
        None => Ok(format!("xn--{}", punycode::encode(&lower))),
    }
}

/// Checks what follows `xn--`. The scripts between Hebrew and the Indic extensions are taken as they stand:
/// who writes them in this form has it from a registry, which gives no name that a URL parser would refuse.
fn check_encoded(encoded: &str) -> Result<(), HostError> {
    let decoded = punycode::decode(encoded).ok_or(HostError::Unparsable)?;
    let is_lower = |c: &char| c.to_lowercase().eq([*c]);
    if encoded.is_empty() || decoded.iter().any(|c| c.is_control() || !is_lower(c)) {
        return Err(HostError::Unparsable);
    }
    let is_known = |c: &char| is_plain(*c) || ('\u{591}'..='\u{1cff}').contains(c);
    if decoded.is_empty() || !decoded.iter().all(is_known) { Err(HostError::UnknownAlphabet) } else { Ok(()) }
}

/// The longest label with more than ASCII that is put in ASCII form, in bytes.
const MAX_LABEL_LEN: usize = 2000;

fn is_plain(c: char) -> bool {
    c.is_ascii() || PLAIN_LETTERS.iter().any(|(first, last)| (*first..=*last).contains(&c))
}

/// Punycode, RFC 3492.
mod punycode {
    use alloc::string::String;
    use alloc::vec::Vec;

    const BASE: u32 = 36;
    const FIRST_THRESHOLD: u32 = 1;
    const LAST_THRESHOLD: u32 = 26;
    const INITIAL_BIAS: u32 = 72;
    const INITIAL_CODE: u32 = 128;

    /// Section 6.3. The label has at most `MAX_LABEL_LEN` bytes, so nothing overflows.
    pub(super) fn encode(label: &str) -> String {
        let mut encoded: String = label.chars().filter(char::is_ascii).collect();
        let basic = count(encoded.len());
        if basic > 0 {
            encoded.push('-');
        }
        let (mut delta, mut bias, mut handled, mut code) = (0, INITIAL_BIAS, basic, INITIAL_CODE);
        while let Some(next) = label.chars().map(u32::from).filter(|c| *c >= code).min() {
            delta += (next - code) * (handled + 1);
            for c in label.chars().map(u32::from) {
                if c < next {
                    delta += 1;
                } else if c == next {
                    push_number(&mut encoded, delta, bias);
                    bias = adapted(delta, handled + 1, handled == basic);
                    handled += 1;
                    delta = 0;
                }
            }
            delta += 1;
            code = next + 1;
        }
        encoded
    }

    /// Section 6.2: the characters that are not ASCII, in no useful order.
    pub(super) fn decode(encoded: &str) -> Option<Vec<char>> {
        let (basic, digits) = encoded.rsplit_once('-').unwrap_or(("", encoded));
        let mut digits = digits.chars().map(digit_value);
        let (mut at, mut bias, mut code, mut length) = (0u32, INITIAL_BIAS, INITIAL_CODE, count(basic.len()));
        let mut decoded = Vec::new();
        while let Some(first) = digits.next() {
            let before = at;
            at = at.checked_add(read_number(first?, &mut digits, bias)?)?;
            length += 1;
            bias = adapted(at - before, length, before == 0);
            code = code.checked_add(at / length)?;
            decoded.push(char::from_u32(code)?);
            at = at % length + 1;
        }
        Some(decoded).filter(|_| basic.is_ascii())
    }

    /// A number of variable length, of which the first digit has been read.
    fn read_number(first: u32, digits: &mut impl Iterator<Item = Option<u32>>, bias: u32) -> Option<u32> {
        let (mut value, mut digit, mut weight, mut position) = (0u32, first, 1u32, BASE);
        loop {
            value = value.checked_add(digit.checked_mul(weight)?)?;
            let threshold = threshold(position, bias);
            if digit < threshold {
                return Some(value);
            }
            weight = weight.checked_mul(BASE - threshold)?;
            position += BASE;
            digit = digits.next()??;
        }
    }

    /// Letters stand for 0 to 25 and digits for 26 to 35; Rust has them the other way round.
    fn digit_value(digit: char) -> Option<u32> {
        digit.to_digit(BASE).map(|value| if value < 10 { value + 26 } else { value - 10 })
    }

    fn push_number(encoded: &mut String, delta: u32, bias: u32) {
        let (mut rest, mut position) = (delta, BASE);
        loop {
            let threshold = threshold(position, bias);
            if rest < threshold {
                break;
            }
            push_digit(encoded, threshold + (rest - threshold) % (BASE - threshold));
            rest = (rest - threshold) / (BASE - threshold);
            position += BASE;
        }
        push_digit(encoded, rest);
    }

    fn push_digit(encoded: &mut String, digit: u32) {
        let value = if digit < 26 { digit + 10 } else { digit - 26 };
        encoded.extend(char::from_digit(value, BASE));
    }

    fn threshold(position: u32, bias: u32) -> u32 {
        position.saturating_sub(bias).clamp(FIRST_THRESHOLD, LAST_THRESHOLD)
    }

    /// Section 6.1.
    fn adapted(delta: u32, handled: u32, is_first: bool) -> u32 {
        const SKEW: u32 = 38;
        const DAMP: u32 = 700;
        let mut delta = if is_first { delta / DAMP } else { delta / 2 };
        delta += delta / handled;
        let mut bias = 0;
        while delta > (BASE - FIRST_THRESHOLD) * LAST_THRESHOLD / 2 {
            delta /= BASE - FIRST_THRESHOLD;
            bias += BASE;
        }
        bias + (BASE - FIRST_THRESHOLD + 1) * delta / (delta + SKEW)
    }

    fn count(length: usize) -> u32 {
        u32::try_from(length).unwrap_or(u32::MAX)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hosts_have_one_spelling() {
        let host = |host: &str| read(host).unwrap();
        assert_eq!(host("EXAMPLE.Com."), "example.com.");
        assert_eq!(host("%41b%2ec"), "ab.c");
        assert_eq!(host("0x7f.1"), "127.0.0.1");
        assert_eq!(host("4294967295"), "255.255.255.255");
        assert_eq!(host("[1:0:0:4:0:0:0:8]"), "[1:0:0:4::8]");
        assert_eq!(host("[::ffff:1.2.3.4]"), "[::ffff:102:304]");
        assert_eq!(host("MÜLLER.de"), "xn--mller-kva.de");
        assert_eq!(host("日本語。jp"), "xn--wgv71a119e.jp");
        assert_eq!(host("xn--MLLER-kva"), "xn--mller-kva");
        assert_eq!(read("\u{1f4a9}.la"), Err(HostError::UnknownAlphabet));
        assert_eq!(read("a\u{ad}b"), Err(HostError::UnknownAlphabet));
    }

    #[test]
    fn letters_that_stand_for_others_are_not_guessed() {
        for label in ["\u{212a}", "\u{1e9e}", "\u{17f}", "\u{ff41}", "\u{5d0}", "xn--a-", "xn--ls8h"] {
            assert_eq!(read(label), Err(HostError::UnknownAlphabet), "{label}");
        }
        for label in ["xn--", "xn--a", "xn--\u{e9}", "xn--a!"] {
            assert_eq!(read(label), Err(HostError::Unparsable), "{label}");
        }
    }
}
