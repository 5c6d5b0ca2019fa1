//! Texts in the letters in which patterns and paths are compared.

use std::borrow::Cow;

/// The text in an alphabet in which the crate, which compares bytes, does as the platform, which compares UTF-16 units and
/// takes capital and small letters for the same: what is not printable ASCII becomes 0x01 and four control characters, a
/// hexadecimal digit each.
pub(super) fn spelled(text: &str) -> Cow<'_, str> {
    if text.bytes().all(|byte| matches!(byte, b' '..=b'~')) {
        return Cow::Borrowed(text);
    }
    let mut spelled = String::new();
    for char in text.chars() {
        if matches!(char, ' '..='~') {
            spelled.push(char);
            continue;
        }
        for unit in char.encode_utf16(&mut [0; 2]) {
            let unit = capital(*unit);
            spelled.push('\u{1}');
            spelled.extend([12, 8, 4, 0].map(|shift| char::from(0x10 | (unit >> shift & 0xf) as u8)));
        }
    }
    Cow::Owned(spelled)
}

/// What JavaScript takes a UTF-16 unit for where case does not matter (ECMA-262, "Canonicalize", without the flag `u`).
fn capital(unit: u16) -> u16 {
    let Some(char) = char::from_u32(unit.into()) else { return unit };
    let mut upper = char.to_uppercase();
    match (upper.next().map(u32::from), upper.next()) {
        (Some(upper @ 128..), None) => u16::try_from(upper).unwrap_or(unit),
        _ => unit,
    }
}
