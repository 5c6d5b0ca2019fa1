//! A file of the site, as the manifest describes it. Facts are read when asked for, so a look-up that needs none of
//! them touches none.

use core::fmt;

use crate::bytes::{to_usize, u8_at, u16_at, u32_at, u64_at};
use crate::format;
use crate::location::Encoded;
use crate::manifest::Manifest;
use crate::stem::Form;

/// A file that can be served.
#[derive(Clone, Copy)]
pub struct Asset<'a> {
    manifest: &'a Manifest<'a>,
    record: &'a [u8; format::ASSET_LEN],
    index: u32,
}

impl<'a> Asset<'a> {
    pub(crate) fn new(manifest: &'a Manifest<'a>, record: &'a [u8; format::ASSET_LEN], index: u32) -> Self {
        Asset { manifest, record, index }
    }

    /// The asset's number in its manifest: 0 up to [`Manifest::asset_count`].
    pub fn index(&self) -> u32 {
        self.index
    }

    /// Where the file is, from the root of the site's folder: without the base ([`Manifest::base`]).
    pub fn site_path(&self) -> SitePath<'a> {
        let path = SitePath { stem: self.stem(), suffix: self.form().unwrap_or(Form::Bare).suffix() };
        path.below(self.manifest.base.as_bytes()).unwrap_or(path)
    }

    pub(crate) fn form(&self) -> Option<Form> {
        Form::from_number(u8_at(self.record, 38))
    }

    /// Size of the file, bytes.
    pub fn size(&self) -> u64 {
        u64_at(self.record, 32) & format::MAX_ASSET_SIZE
    }

    /// SHA-256 of the file's bytes.
    pub fn fingerprint(&self) -> &'a [u8; 32] {
        self.record.first_chunk().unwrap_or(&[0; 32])
    }

    /// The entity tag. As on the platform, two files have the same one if and only if they have the same bytes and
    /// the same extension.
    pub fn etag(&self) -> ETag {
        let mask = self.type_record().map_or(0, |record| u64_at(record, 24));
        ETag::new(self.fingerprint(), mask)
    }

    /// What the platform sends as `Content-Type`; `None` if it sends none.
    pub fn media_type(&self) -> Option<&'a str> {
        let record = self.type_record()?;
        let len = u16_at(record, 18);
        if len == format::NONE_U16 { None } else { self.manifest.string(u64_at(record, 8), len.into()) }
    }

    /// The one path at which the asset is served without redirect, percent-encoded; of several, as on hosts that serve `/about` and
    /// `/about.html`, the shortest, though a folder with its slash. `None` if there is no such path
    /// (it then answers misses only, or nothing).
    pub fn canonical_url(&self) -> Option<Encoded<'a>> {
        let url = match u8_at(self.record, 39) {
            format::CANONICAL_NONE => return None,
            format::CANONICAL_OTHER => Encoded::new(self.other_canonical()?.as_bytes(), ""),
            number => Encoded::new(self.stem(), Form::from_number(number)?.suffix()),
        };
        Some(url.for_host(self.manifest.host().is_some()))
    }

    /// With the base.
    pub(crate) fn stem(&self) -> &'a [u8] {
        let slot = self.manifest.slot(u32_at(self.record, 44));
        slot.and_then(|slot| self.manifest.stem_of(slot)).unwrap_or_default()
    }

    fn type_record(&self) -> Option<&'a [u8; format::TYPE_LEN]> {
        self.manifest.types.get(to_usize(u32_at(self.record, 40).into()))
    }

    fn other_canonical(&self) -> Option<&'a str> {
        let canonicals = self.manifest.canonicals;
        let found = canonicals.binary_search_by_key(&self.index, |record| u32_at(record, 0)).ok()?;
        let record = canonicals.get(found)?;
        self.manifest.string(u64_at(record, 8), u32_at(record, 4).into())
    }
}

impl PartialEq for Asset<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.index == other.index && core::ptr::eq(self.record, other.record)
    }
}

impl Eq for Asset<'_> {}

impl fmt::Debug for Asset<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Asset({}, {})", self.index, self.site_path())
    }
}

/// A decoded, `/`-rooted path, in the two parts in which a manifest stores it. Shows and compares as one text.
#[derive(Debug, Clone, Copy)]
pub struct SitePath<'a> {
    /// UTF-8, unless the manifest is damaged; looked at as text only when asked for.
    stem: &'a [u8],
    suffix: &'static str,
}

impl<'a> SitePath<'a> {
    pub(crate) fn new(stem: &'a [u8], suffix: &'static str) -> Self {
        SitePath { stem, suffix }
    }

    /// What follows a base, from its slash on; `None` if the path does not begin with it.
    pub(crate) fn below(&self, base: &[u8]) -> Option<SitePath<'a>> {
        let rest = match self.stem.strip_prefix(base) {
            Some(stem) => SitePath { stem, suffix: self.suffix },
            // A base that ends in `/index` may reach into the suffix.
            None => {
                let tail = core::str::from_utf8(base.strip_prefix(self.stem)?).ok()?;
                SitePath { stem: b"", suffix: self.suffix.strip_prefix(tail)? }
            }
        };
        (rest.stem.first().or(rest.suffix.as_bytes().first()) == Some(&b'/')).then_some(rest)
    }

    /// The two parts; joined, they are the path.
    pub fn parts(&self) -> (&'a str, &'static str) {
        (core::str::from_utf8(self.stem).unwrap_or_default(), self.suffix)
    }
}

impl fmt::Display for SitePath<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (stem, suffix) = self.parts();
        f.write_str(stem)?;
        f.write_str(suffix)
    }
}

impl PartialEq for SitePath<'_> {
    fn eq(&self, other: &Self) -> bool {
        let bytes = |path: &Self| path.stem.iter().chain(path.suffix.as_bytes());
        bytes(self).eq(bytes(other))
    }
}

impl Eq for SitePath<'_> {}

impl PartialEq<str> for SitePath<'_> {
    fn eq(&self, other: &str) -> bool {
        other.as_bytes().strip_prefix(self.stem) == Some(self.suffix.as_bytes())
    }
}

impl PartialEq<&str> for SitePath<'_> {
    fn eq(&self, other: &&str) -> bool {
        *self == **other
    }
}

/// An entity tag: a quoted string of 32 hex digits, as in the `ETag` header.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct ETag {
    text: [u8; 34],
}

impl ETag {
    /// The first half of the fingerprint, with the extension mixed in.
    fn new(fingerprint: &[u8; 32], mask: u64) -> Self {
        let mut text = [b'"'; 34];
        // Both are numbers whose first byte in the file is the lowest.
        let words = fingerprint.as_chunks::<4>().0.iter().zip([mask, mask >> 32, mask, mask >> 32]);
        for (place, (word, mask)) in text[1..33].as_chunks_mut::<8>().0.iter_mut().zip(words) {
            *place = hex_digits((u32::from_le_bytes(*word) ^ mask as u32).swap_bytes());
        }
        ETag { text }
    }

    /// Of its text, quotes included.
    #[cfg(feature = "tables")]
    pub(crate) fn of_text(text: [u8; 34]) -> Self {
        ETag { text }
    }

    /// The tag with its quotes.
    pub fn as_str(&self) -> &str {
        core::str::from_utf8(&self.text).unwrap_or_default()
    }

    /// Whether an `If-None-Match` value names this tag the way the platforms compare it: exactly the tag, or the tag
    /// behind `W/`. Lists and `*` do not count. Source: `docs/ROUTING.md`, "Response headers".
    pub fn matches(&self, if_none_match: &[u8]) -> bool {
        if_none_match.strip_prefix(b"W/").unwrap_or(if_none_match) == self.text
    }
}

impl fmt::Display for ETag {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl fmt::Debug for ETag {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Eight hex digits, highest first: all at once, since nearly every answer shows an entity tag.
fn hex_digits(number: u32) -> [u8; 8] {
    let spread = u64::from(number);
    let spread = (spread | spread << 16) & 0x0000_FFFF_0000_FFFF;
    let spread = (spread | spread << 8) & 0x00FF_00FF_00FF_00FF;
    let nibbles = (spread | spread << 4) & 0x0F0F_0F0F_0F0F_0F0F;
    // A nibble above 9 carries into its byte's fifth bit.
    let letters = (nibbles + 0x0606_0606_0606_0606) >> 4 & 0x0101_0101_0101_0101;
    (nibbles + 0x3030_3030_3030_3030 + letters * u64::from(b'a' - b'0' - 10)).to_be_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hex_digits_are_those_of_the_standard_library() {
        for number in [0, 1, 0x0123_4567, 0x89AB_CDEF, 0x9A9A_0F0F, 0xFFFF_FFFF, 0xA000_0009] {
            assert_eq!(core::str::from_utf8(&hex_digits(number)).unwrap(), std::format!("{number:08x}"));
        }
    }
}
