//! A manifest as a view over bytes: opening it, and taking records out of it.
//!
//! [`Manifest::open`] checks the header and that every section lies inside the file with a size that fits its kind.
//! It reads nothing else but the few rules of `_headers`, so it costs the same for ten routes and for ten million. After it, every look-up over any
//! bytes is memory-safe, does not panic and ends; over damaged bytes it may answer wrongly. [`Manifest::verify`]
//! finds damage.
//!
//! Order of the checks: length before the first field, magic before version, version before anything whose place
//! depends on it, header checksum before the section table is believed, section ranges before section contents.

use core::fmt;

use crate::answer::RuleId;
use crate::asset::Asset;
use crate::bytes::{array_at, slice_at, to_usize, u8_at, u16_at, u32_at, u64_at};
use crate::decode::DecodeMode;
use crate::error::OpenError;
use crate::format::{self, header, section};
use crate::host::HostRules;
use crate::key::{self, IndexShape};
use crate::mask::Dispatch;
use crate::router::Router;
use crate::stem::Form;

/// Everything that does not depend on the request path: small, copied out of the header when opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(not(feature = "tables"), allow(unreachable_pub, reason = "part of the tables"))]
pub struct Policy {
    pub(crate) platform: Platform,
    pub(crate) not_found: u8,
    pub(crate) decode: DecodeMode,
    pub(crate) redirect_status: u16,
    pub(crate) flags: u16,
    pub(crate) single_page_asset: u32,
    pub(crate) root_not_found_asset: u32,
}

/// The platform whose answers a manifest gives.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Platform {
    /// Cloudflare Workers static assets.
    Workers,
    /// Cloudflare Pages.
    Pages,
    /// Another host, which [`Manifest::host`] names.
    Host,
}

/// An open manifest, borrowed from bytes that somebody else owns. Copying it is cheap.
#[derive(Clone, Copy)]
pub struct Manifest<'a> {
    pub(crate) bytes: &'a [u8],
    pub(crate) seed: u64,
    pub(crate) policy: Policy,
    pub(crate) index: IndexShape,
    pub(crate) pilots: &'a [u8],
    pub(crate) tags: &'a [u8],
    pub(crate) slots: &'a [[u8; format::SLOT_LEN]],
    pub(crate) shapes: &'a [[u8; format::SHAPE_LEN]],
    pub(crate) assets: &'a [[u8; format::ASSET_LEN]],
    pub(crate) types: &'a [[u8; format::TYPE_LEN]],
    pub(crate) not_found_header: &'a [u8],
    pub(crate) not_found: &'a [[u8; format::NOT_FOUND_LEN]],
    pub(crate) irregular: &'a [[u8; format::IRREGULAR_LEN]],
    pub(crate) canonicals: &'a [[u8; format::CANONICAL_LEN]],
    pub(crate) rules: &'a [[u8; format::RULE_LEN]],
    pub(crate) strings: &'a [u8],
    pub(crate) redirects: &'a [[u8; format::REDIRECT_LEN]],
    pub(crate) redirect_dispatch: Dispatch<'a>,
    pub(crate) raw_redirects: &'a [[u8; format::RAW_REDIRECT_LEN]],
    pub(crate) header_rules: &'a [[u8; format::HEADER_RULE_LEN]],
    pub(crate) header_lines: &'a [[u8; format::HEADER_LINE_LEN]],
    pub(crate) header_sets: &'a [[u8; format::MASK_LEN]],
    pub(crate) header_dispatch: Dispatch<'a>,
    pub(crate) router: Router<'a>,
    /// Empty, or as `/docs`.
    pub(crate) base: &'a str,
    /// Of a host other than Cloudflare's.
    pub(crate) host: HostRules<'a>,
    provenance: &'a [u8],
}

impl<'a> Manifest<'a> {
    /// Opens a manifest. Allocates nothing and copies nothing. O(number of sections), whatever the file's size.
    ///
    /// # Errors
    /// [`OpenError`] if the bytes are not a whole manifest of this version.
    pub fn open(bytes: &'a [u8]) -> Result<Self, OpenError> {
        check_header(bytes)?;
        let sections = Sections { bytes, table: section_table(bytes)? };
        sections.check_ranges()?;
        let (index, pilots) = sections.index()?;
        let slots: &[[u8; format::SLOT_LEN]] = sections.records(section::SLOTS)?;
        if slots.len() as u64 != u64::from(index.part_count) * u64::from(index.slots_per_part) {
            return Err(sections.damaged(section::SLOTS));
        }
        let tags = sections.bytes_of(section::TAGS);
        if tags.len() != slots.len() {
            return Err(sections.damaged(section::TAGS));
        }
        let (not_found_header, not_found) = sections.not_found()?;
        let policy = policy(bytes)?;
        Ok(Manifest {
            bytes,
            seed: u64_at(bytes, header::SEED),
            policy,
            index,
            pilots,
            tags,
            slots,
            shapes: sections.records(section::SHAPES)?,
            assets: sections.records(section::ASSETS)?,
            types: sections.records(section::TYPES)?,
            not_found_header,
            not_found,
            irregular: sections.records(section::IRREGULAR)?,
            canonicals: sections.records(section::CANONICALS)?,
            rules: sections.records(section::RULES)?,
            strings: sections.bytes_of(section::STRINGS),
            redirects: sections.records(section::REDIRECTS)?,
            redirect_dispatch: sections.dispatch(section::REDIRECT_DISPATCH)?,
            raw_redirects: sections.records(section::RAW_REDIRECTS)?,
            header_rules: sections.header_rules()?,
            header_lines: sections.records(section::HEADER_LINES)?,
            header_sets: sections.records(section::HEADER_SETS)?,
            header_dispatch: sections.dispatch(section::HEADER_DISPATCH)?,
            router: sections.router()?,
            base: sections.base()?,
            host: sections.host(policy.platform)?,
            provenance: sections.bytes_of(section::PROVENANCE),
        })
    }

    /// The platform whose answers this manifest gives.
    pub fn platform(&self) -> Platform {
        self.policy.platform
    }

    /// The status of redirects between the forms of a page: 307 on Workers, 308 on Pages, 301, 302 or 308 elsewhere.
    pub fn redirect_status(&self) -> u16 {
        self.policy.redirect_status
    }

    /// The most entries of the not-found table that one look-up can touch: those of one folder for each depth below the
    /// root at which the site has a not-found page. Zero if only the root has one, or nobody.
    pub fn not_found_probe_limit(&self) -> u32 {
        let mask = u64_at(self.not_found_header, 0);
        // The topmost bit stands for every depth from 63 on; a folder has no more slashes than bytes.
        let depths = match mask >> 63 {
            0 => (mask >> 1).count_ones(),
            _ => u32_at(self.not_found_header, 8),
        };
        depths.saturating_mul(u32_at(self.not_found_header, 12).saturating_add(1))
    }

    /// Length of the manifest, bytes.
    pub fn len(&self) -> usize {
        self.bytes.len()
    }

    /// Whether the site has no assets at all.
    pub fn is_empty(&self) -> bool {
        self.assets.is_empty()
    }

    /// SHA-256 of everything behind the header, as the compiler wrote it: the identity of this manifest. Not checked
    /// at open.
    pub fn sha256(&self) -> [u8; 32] {
        let stored = self.bytes.get(header::SHA256..).and_then(|tail| tail.first_chunk());
        stored.copied().unwrap_or([0; 32])
    }

    /// Format version of the file.
    pub fn format_version(&self) -> u32 {
        u32_at(self.bytes, header::VERSION)
    }

    /// Where the site hangs below its origin, decoded: `/docs`, or nothing if it is at the root. Every path of the site begins with
    /// it but for [`Asset::site_path`], which says where the file is.
    pub fn base(&self) -> &'a str {
        self.base
    }

    /// Number of assets.
    pub fn asset_count(&self) -> usize {
        self.assets.len()
    }

    /// Number of stems that the compiler indexed.
    pub fn stem_count(&self) -> u32 {
        u32_at(self.bytes, header::PAGE_COUNT)
    }

    /// The asset with this index; `None` if there are not so many. Assets are ordered by stem, then form.
    pub fn asset(&self, index: u32) -> Option<Asset<'_>> {
        let record = self.assets.get(to_usize(u64::from(index)))?;
        Some(Asset::new(self, record, index))
    }

    /// Every asset.
    pub fn assets(&self) -> impl Iterator<Item = Asset<'_>> {
        self.assets.iter().zip(0u32..).map(|(record, index)| Asset::new(self, record, index))
    }

    /// The sections of the file: name, offset and length in bytes.
    pub fn sections(&self) -> impl Iterator<Item = (&'static str, u64, u64)> + use<'a> {
        let table = section_table(self.bytes).unwrap_or_default();
        table
            .iter()
            .map(|entry| (format::section_name(u32_at(entry, 0)), u64_at(entry, 8), u64_at(entry, 16)))
    }

    /// The provenance section: what built this manifest, as the compiler encoded it. Empty if left out.
    pub fn provenance(&self) -> &'a [u8] {
        self.provenance
    }

    /// The name of a rule; `"unknown"` for an id that this manifest does not list. O(log rules).
    pub fn rule_name(&self, id: RuleId) -> &'a str {
        let found = self.rules.binary_search_by_key(&id.0, |record| u16_at(record, 0));
        let record = found.ok().and_then(|index| self.rules.get(index));
        record
            .and_then(|record| self.string(u64_at(record, 8), u16_at(record, 2).into()))
            .unwrap_or("unknown")
    }

    /// A text of the strings section. Longer ones than are ever written are not looked at, so that no look-up over a hostile
    /// file costs what the file is long.
    pub(crate) fn string(&self, offset: u64, len: u64) -> Option<&'a str> {
        if len > format::MAX_TEXT_LEN {
            return None;
        }
        core::str::from_utf8(slice_at(self.strings, offset, len)?).ok()
    }

    /// The stem stored in a slot; `None` if the slot is unused or damaged.
    #[inline]
    pub(crate) fn stem_of(&self, slot: &'a [u8; format::SLOT_LEN]) -> Option<&'a [u8]> {
        let len = u16_at(slot, 0);
        if len == format::EMPTY_SLOT {
            None
        } else if usize::from(len) <= format::INLINE_STEM_LEN {
            slot.get(format::SLOT_STEM..format::SLOT_STEM + usize::from(len))
        } else {
            slice_at(self.strings, u64_at(slot, 8), len.into())
        }
    }

    /// Whether a slot holds a stem.
    #[inline]
    pub(crate) fn holds(&self, slot: &'a [u8; format::SLOT_LEN], stem: &[u8]) -> bool {
        const BLOCK: usize = 16;
        match stem.len().checked_sub(BLOCK) {
            // Nearly every stem. Four blocks that overlap, since a loop or a call for just this length, which can't be
            // foreseen, costs more.
            Some(last) if stem.len() <= format::INLINE_STEM_LEN => {
                let mut differences = [0; BLOCK];
                for start in [0, BLOCK, 2 * BLOCK, last].map(|start| start.min(last)) {
                    let wanted: [u8; BLOCK] = array_at(stem, start);
                    let found: [u8; BLOCK] = array_at(slot, format::SLOT_STEM + start);
                    for (difference, (wanted, found)) in differences.iter_mut().zip(wanted.iter().zip(found))
                    {
                        *difference |= wanted ^ found;
                    }
                }
                (usize::from(u16_at(slot, 0)) == stem.len()) & (u128::from_ne_bytes(differences) == 0)
            }
            _ => self.stem_of(slot) == Some(stem),
        }
    }

    /// The slot of an index.
    pub(crate) fn slot(&self, index: u32) -> Option<&'a [u8; format::SLOT_LEN]> {
        self.slots.get(to_usize(index.into()))
    }

    /// Every stem and form for which an answer is stored, as site paths in two parts, in slot order.
    pub(crate) fn stored_paths(
        &self,
    ) -> impl Iterator<Item = (&'a [u8; format::SLOT_LEN], &'a str, Form)> + use<'a> {
        let manifest = *self;
        self.slots.iter().flat_map(move |slot| {
            let stem = manifest.stem_of(slot).and_then(|stem| core::str::from_utf8(stem).ok());
            stem.into_iter().flat_map(move |stem| Form::ALL.into_iter().map(move |form| (slot, stem, form)))
        })
    }
}

impl fmt::Debug for Manifest<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Manifest")
            .field("platform", &self.policy.platform)
            .field("len", &self.bytes.len())
            .field("assets", &self.assets.len())
            .finish_non_exhaustive()
    }
}

fn check_header(bytes: &[u8]) -> Result<(), OpenError> {
    let len = bytes.len() as u64;
    if bytes.len() < format::HEADER_LEN {
        let cut = !bytes.is_empty() && format::MAGIC.starts_with(bytes.get(..8).unwrap_or(bytes));
        let expected = format::HEADER_LEN as u64;
        return Err(if cut {
            OpenError::Length { expected, found: len }
        } else {
            OpenError::NotAManifest { len }
        });
    }
    if !bytes.starts_with(&format::MAGIC) {
        return Err(OpenError::NotAManifest { len });
    }
    let version = u32_at(bytes, header::VERSION);
    if version != format::VERSION {
        return Err(OpenError::Version { found: version });
    }
    let total = u64_at(bytes, header::TOTAL_LEN);
    if total != len {
        return Err(OpenError::Length { expected: total, found: len });
    }
    let fixed = bytes.get(..header::HEADER_CHECKSUM).unwrap_or_default();
    let sum = key::path_key(section_table(bytes)?.as_flattened(), key::checksum(fixed));
    if sum != u64_at(bytes, header::HEADER_CHECKSUM) {
        return Err(OpenError::HeaderChecksum);
    }
    Ok(())
}

fn policy(bytes: &[u8]) -> Result<Policy, OpenError> {
    let unsupported = |what, found| Err(OpenError::Unsupported { what, found });
    let path_key = u8_at(bytes, header::PATH_KEY);
    if path_key != format::PATH_KEY_XXH3 {
        return unsupported("path key", path_key.into());
    }
    let flags = u16_at(bytes, header::FLAGS);
    if flags & !format::KNOWN_FLAGS != 0 {
        return unsupported("flags", flags.into());
    }
    let platform = match u8_at(bytes, header::PLATFORM) {
        format::PLATFORM_WORKERS => Platform::Workers,
        format::PLATFORM_PAGES => Platform::Pages,
        format::PLATFORM_HOST => Platform::Host,
        other => return unsupported("platform", other.into()),
    };
    let decode = match u8_at(bytes, header::DECODE) {
        format::DECODE_SEGMENTS => DecodeMode::Segments,
        format::DECODE_WHOLE => DecodeMode::Whole,
        other => return unsupported("decoding", other.into()),
    };
    let not_found = u8_at(bytes, header::NOT_FOUND);
    if not_found > format::NOT_FOUND_PAGE_THEN_SINGLE {
        return unsupported("not-found handling", not_found.into());
    }
    Ok(Policy {
        platform,
        not_found,
        decode,
        redirect_status: u16_at(bytes, header::REDIRECT_STATUS),
        flags: if platform == Platform::Host { flags | format::FLAG_HOST } else { flags },
        single_page_asset: u32_at(bytes, header::SINGLE_PAGE_ASSET),
        root_not_found_asset: u32_at(bytes, header::ROOT_NOT_FOUND_ASSET),
    })
}

fn section_table(bytes: &[u8]) -> Result<&[[u8; format::SECTION_ENTRY_LEN]], OpenError> {
    let count = u32_at(bytes, header::SECTION_COUNT);
    if count > format::MAX_SECTIONS {
        return Err(OpenError::Unsupported { what: "this number of sections:", found: count.into() });
    }
    let len = u64::from(count) * format::SECTION_ENTRY_LEN as u64;
    match slice_at(bytes, format::HEADER_LEN as u64, len) {
        Some(table) => Ok(table.as_chunks().0),
        None => Err(OpenError::Section { section: "table", offset: format::HEADER_LEN as u64 }),
    }
}

/// The section table of a file whose header has been checked.
struct Sections<'a> {
    bytes: &'a [u8],
    table: &'a [[u8; format::SECTION_ENTRY_LEN]],
}

impl<'a> Sections<'a> {
    /// Every section lies inside the file, and those that this reader does not know may be left unread.
    fn check_ranges(&self) -> Result<(), OpenError> {
        for entry in self.table {
            let kind = u32_at(entry, 0);
            let name = format::section_name(kind);
            if slice_at(self.bytes, u64_at(entry, 8), u64_at(entry, 16)).is_none() {
                return Err(OpenError::Section { section: name, offset: u64_at(entry, 8) });
            }
            if name == "unknown" && u32_at(entry, 4) & format::SECTION_REQUIRED != 0 {
                return Err(OpenError::Unsupported { what: "section kind", found: kind.into() });
            }
        }
        Ok(())
    }

    fn entry(&self, kind: u32) -> Option<&'a [u8; format::SECTION_ENTRY_LEN]> {
        self.table.iter().find(|entry| u32_at(&entry[..], 0) == kind)
    }

    /// The bytes of a section; empty if it is not there.
    fn bytes_of(&self, kind: u32) -> &'a [u8] {
        let entry = self.entry(kind);
        entry.and_then(|entry| slice_at(self.bytes, u64_at(entry, 8), u64_at(entry, 16))).unwrap_or_default()
    }

    fn damaged(&self, kind: u32) -> OpenError {
        let offset = self.entry(kind).map_or(0, |entry| u64_at(entry, 8));
        OpenError::Section { section: format::section_name(kind), offset }
    }

    /// A section as fixed-size records.
    fn records<const N: usize>(&self, kind: u32) -> Result<&'a [[u8; N]], OpenError> {
        self.whole_records(kind, self.bytes_of(kind))
    }

    fn whole_records<const N: usize>(&self, kind: u32, bytes: &'a [u8]) -> Result<&'a [[u8; N]], OpenError> {
        match bytes.as_chunks() {
            (records, []) => Ok(records),
            _ => Err(self.damaged(kind)),
        }
    }

    fn index(&self) -> Result<(IndexShape, &'a [u8]), OpenError> {
        let bytes = self.bytes_of(section::INDEX);
        let (head, pilots) =
            bytes.split_at_checked(format::INDEX_HEADER_LEN).ok_or_else(|| self.damaged(section::INDEX))?;
        let shape = IndexShape {
            part_count: u32_at(head, 0),
            buckets_per_part: u32_at(head, 4),
            slots_per_part: u32_at(head, 8),
        };
        if pilots.len() as u64 != u64::from(shape.part_count) * u64::from(shape.buckets_per_part) {
            return Err(self.damaged(section::INDEX));
        }
        Ok((shape, pilots))
    }

    #[allow(clippy::type_complexity, reason = "the two halves of one section")]
    fn not_found(&self) -> Result<(&'a [u8], &'a [[u8; format::NOT_FOUND_LEN]]), OpenError> {
        let bytes = self.bytes_of(section::NOT_FOUND);
        let (head, table) = bytes
            .split_at_checked(format::NOT_FOUND_HEADER_LEN)
            .ok_or_else(|| self.damaged(section::NOT_FOUND))?;
        let table: &[[u8; format::NOT_FOUND_LEN]] = self.whole_records(section::NOT_FOUND, table)?;
        let sound = table.is_empty() || table.len().is_power_of_two();
        if !sound || u32_at(head, 12) > format::MAX_NOT_FOUND_PROBE {
            return Err(self.damaged(section::NOT_FOUND));
        }
        Ok((head, table))
    }

    /// There are at most as many as a mask can name, and their lines stand one behind the other: rules that shared lines could
    /// make an answer far longer than the file.
    fn header_rules(&self) -> Result<&'a [[u8; format::HEADER_RULE_LEN]], OpenError> {
        let rules: &[[u8; format::HEADER_RULE_LEN]] = self.records(section::HEADER_RULES)?;
        let in_order = |end: u32, rule: &[u8; format::HEADER_RULE_LEN]| {
            let count = u32::from(u16_at(rule, 20)) + u32::from(u16_at(rule, 22));
            if u32_at(rule, 16) == end { end.checked_add(count) } else { None }
        };
        if rules.len() > format::MAX_MASK_RULES || rules.iter().try_fold(0, in_order).is_none() {
            return Err(self.damaged(section::HEADER_RULES));
        }
        Ok(rules)
    }

    fn dispatch(&self, kind: u32) -> Result<Dispatch<'a>, OpenError> {
        Dispatch::read(self.bytes_of(kind)).ok_or_else(|| self.damaged(kind))
    }

    /// As a path of the site begins, or nothing.
    fn base(&self) -> Result<&'a str, OpenError> {
        let base = self.bytes_of(section::BASE);
        let is_sound = base.is_empty() || (base.starts_with(b"/") && !base.ends_with(b"/"));
        let text = core::str::from_utf8(base).ok().filter(|_| is_sound && base.len() <= format::MAX_BASE_LEN);
        text.ok_or_else(|| self.damaged(section::BASE))
    }

    /// There for another host, and only then.
    fn host(&self, platform: Platform) -> Result<HostRules<'a>, OpenError> {
        if platform != Platform::Host {
            return Ok(HostRules::default());
        }
        HostRules::read(self.bytes_of(section::HOST)).ok_or_else(|| self.damaged(section::HOST))
    }

    fn router(&self) -> Result<Router<'a>, OpenError> {
        let bytes = self.bytes_of(section::ROUTER);
        let (head, rules) = bytes.split_at_checked(format::ROUTER_HEADER_LEN).unwrap_or_default();
        let rules: &[[u8; format::ROUTER_RULE_LEN]] = self.whole_records(section::ROUTER, rules)?;
        let count = u64::from(u32_at(head, 4)) + u64::from(u32_at(head, 8));
        if rules.len() as u64 != count {
            Err(self.damaged(section::ROUTER))
        } else {
            Ok(Router::new(head, rules))
        }
    }
}
