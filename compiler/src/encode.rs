//! Routes to bytes: writes a manifest as `trailmark::format` lays it out. Pure; equal input gives equal bytes.

use rayon::prelude::*;
use rustc_hash::FxHashMap;
use sha2::{Digest, Sha256};
use trailmark::format::{self, header, section};
use trailmark::key::{checksum, path_key, slot_tag};
use trailmark::{RuleId, split_stem};

use crate::encode_rules;
use crate::error::CompileError;
use crate::index::{self, Index};
use crate::media_type::{extension, media_type};
use crate::options::{NotFoundHandling, Platform};
use crate::provenance::Provenance;
use crate::routes::{Answers, Canonical, FormAnswer, FullAnswer, StemRoutes, canonical_path};
use crate::rules;
use crate::site::Site;
use crate::site_rules::{RuleFinder, SiteRules};

/// Encodes a site and its routes. `raw` are the static `_redirects` rules whose path is not spelled canonically.
///
/// # Errors
/// [`CompileError::Limit`] if the site is too large for the format's numbers.
pub(crate) fn encode(
    site: &Site,
    routes: &[StemRoutes<'_>],
    rules: &SiteRules,
    finder: &RuleFinder<'_>,
    raw: Vec<(&str, u16)>,
    provenance: &Provenance,
) -> Result<Vec<u8>, CompileError> {
    let mut writer = Writer::new(site, routes)?;
    let slots = writer.slots(routes)?;
    let assets = writer.assets(routes)?;
    let not_found = writer.not_found()?;
    let rule_names = writer.rules();
    let mut strings = std::mem::take(&mut writer.strings);
    let redirects = encode_rules::redirects(rules.redirect_rules(), site.options.platform, &mut strings);
    let redirect_dispatch = encode_rules::dispatch(finder.redirect_file(), &mut strings);
    let raw_redirects = encode_rules::raw_redirects(raw, &mut strings);
    let header_rules = rules.headers.as_ref().map(|headers| headers.rules.as_slice()).unwrap_or_default();
    let (header_rules, header_lines) = encode_rules::headers(header_rules, &mut strings);
    let header_dispatch = encode_rules::dispatch(finder.header_file(), &mut strings);
    let router = encode_rules::router(&rules.router, &mut strings);
    let sections = [
        (section::INDEX, writer.index_section()),
        (section::SLOTS, slots),
        (section::SHAPES, writer.shapes.concat()),
        (section::ASSETS, assets),
        (section::TYPES, std::mem::take(&mut writer.types)),
        (section::NOT_FOUND, not_found),
        (section::IRREGULAR, std::mem::take(&mut writer.irregular)),
        (section::RULES, rule_names),
        (section::STRINGS, strings.bytes),
        (section::CANONICALS, std::mem::take(&mut writer.canonicals)),
        (section::REDIRECTS, redirects),
        (section::REDIRECT_DISPATCH, redirect_dispatch),
        (section::RAW_REDIRECTS, raw_redirects),
        (section::HEADER_RULES, header_rules),
        (section::HEADER_LINES, header_lines),
        (section::HEADER_SETS, std::mem::take(&mut writer.header_sets)),
        (section::HEADER_DISPATCH, header_dispatch),
        (section::ROUTER, router),
        (section::TAGS, std::mem::take(&mut writer.tags)),
        (section::PROVENANCE, provenance.encode()),
    ];
    Ok(assemble(&header_fields(site, &writer.index, routes.len())?, &sections))
}

/// The strings section while it grows.
#[derive(Debug, Default)]
pub(crate) struct Strings {
    bytes: Vec<u8>,
}

impl Strings {
    /// Adds a text; its offset.
    pub(crate) fn add(&mut self, text: &str) -> u64 {
        let offset = self.end();
        self.bytes.extend_from_slice(text.as_bytes());
        offset
    }

    /// Where the next text will begin.
    pub(crate) fn end(&self) -> u64 {
        self.bytes.len() as u64
    }
}

fn limit(what: impl Into<String>) -> CompileError {
    CompileError::Limit { what: what.into() }
}

fn to_u32(value: usize, what: &str) -> Result<u32, CompileError> {
    match u32::try_from(value) {
        Ok(number) if number != format::NONE_U32 => Ok(number),
        _ => Err(limit(format!("too many {what} for one manifest: {value}; split the site"))),
    }
}

/// Writes `bytes` into `record` at a fixed offset of the format.
pub(crate) fn put(record: &mut [u8], offset: usize, bytes: &[u8]) {
    record[offset..offset + bytes.len()].copy_from_slice(bytes);
}

struct Writer<'s> {
    site: &'s Site,
    index: Index,
    /// Slot of each stem, by its position in the routes.
    slot_of_route: Vec<u32>,
    /// Slot of each asset.
    slot_of_asset: Vec<u32>,
    shapes: Vec<[u8; format::SHAPE_LEN]>,
    irregular: Vec<u8>,
    types: Vec<u8>,
    canonicals: Vec<u8>,
    strings: Strings,
    header_sets: Vec<u8>,
    /// One byte a slot.
    tags: Vec<u8>,
    header_set_of_mask: FxHashMap<u128, u16>,
    shape_of: FxHashMap<[FormEntry; 8], u16>,
}

/// An answer with the rules that go with it: what a shape holds for one form.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
struct FormEntry {
    answer: FormAnswer,
    redirect: u16,
    header_set: u16,
}

impl<'s> Writer<'s> {
    fn new(site: &'s Site, routes: &[StemRoutes<'_>]) -> Result<Self, CompileError> {
        to_u32(site.assets.len(), "files")?;
        to_u32(routes.len(), "pages")?;
        let stems: Vec<&str> = routes.iter().map(|route| route.stem.as_ref()).collect();
        let index = index::build(&stems).ok_or_else(|| limit("no perfect hash was found for these paths"))?;
        let slot_of = |stem: &str| {
            let key = path_key(stem.as_bytes(), index.seed);
            let (part, bucket) = index.shape.bucket(key);
            index.shape.slot(key, part, index.pilots[bucket as usize]) as u32
        };
        let slot_of_route = stems.par_iter().map(|stem| slot_of(stem)).collect();
        let slot_of_asset = site
            .assets
            .par_iter()
            .map(|asset| {
                slot_of(std::str::from_utf8(split_stem(asset.site_path.as_bytes()).0).unwrap_or_default())
            })
            .collect();
        Ok(Writer {
            site,
            index,
            slot_of_route,
            slot_of_asset,
            shapes: Vec::new(),
            irregular: Vec::new(),
            types: Vec::new(),
            canonicals: Vec::new(),
            strings: Strings::default(),
            header_sets: Vec::new(),
            tags: Vec::new(),
            header_set_of_mask: FxHashMap::default(),
            shape_of: FxHashMap::default(),
        })
    }

    /// Adds a text to the strings; its offset and length.
    fn string(&mut self, text: &str) -> (u64, usize) {
        (self.strings.add(text), text.len())
    }

    fn index_section(&self) -> Vec<u8> {
        let mut bytes = vec![0; format::INDEX_HEADER_LEN];
        let shape = self.index.shape;
        put(&mut bytes, 0, &shape.part_count.to_le_bytes());
        put(&mut bytes, 4, &shape.buckets_per_part.to_le_bytes());
        put(&mut bytes, 8, &shape.slots_per_part.to_le_bytes());
        put(&mut bytes, 12, &(self.slot_of_route.len() as u32).to_le_bytes());
        bytes.extend_from_slice(&self.index.pilots);
        bytes
    }

    fn slots(&mut self, routes: &[StemRoutes<'_>]) -> Result<Vec<u8>, CompileError> {
        let slot_count = self.index.shape.part_count as usize * self.index.shape.slots_per_part as usize;
        let mut empty = [0; format::SLOT_LEN];
        put(&mut empty, 0, &format::EMPTY_SLOT.to_le_bytes());
        let mut slots = empty.repeat(slot_count);
        self.tags = vec![0; slot_count];
        for (position, route) in routes.iter().enumerate() {
            let rules = self.rule_numbers(route);
            let shape = match &route.answers {
                Answers::Regular { base, forms } => self.shape(forms, &rules).map(|shape| (shape, *base)),
                Answers::Irregular(_) => None,
            };
            let (shape, base) = match shape {
                Some(found) => found,
                None => (
                    format::IRREGULAR_SHAPE,
                    self.irregular(&route.answers.spelled_out(&route.stem), &rules)?,
                ),
            };
            let stem_len = u16::try_from(route.stem.len()).ok().filter(|&len| len < format::EMPTY_SLOT);
            let stem_len =
                stem_len.ok_or_else(|| limit(format!("path too long: {} bytes", route.stem.len())))?;
            let slot_index = self.slot_of_route[position] as usize;
            self.tags[slot_index] = slot_tag(path_key(route.stem.as_bytes(), self.index.seed));
            let start = slot_index * format::SLOT_LEN;
            let slot = &mut slots[start..start + format::SLOT_LEN];
            slot.fill(0);
            put(slot, 0, &stem_len.to_le_bytes());
            put(slot, 2, &shape.to_le_bytes());
            put(slot, 4, &base.to_le_bytes());
            if route.stem.len() <= format::INLINE_STEM_LEN {
                put(slot, format::SLOT_STEM, route.stem.as_bytes());
            } else {
                let (offset, _) = self.string(&route.stem);
                put(slot, 8, &offset.to_le_bytes());
                put(slot, 16, &path_key(route.stem.as_bytes(), self.index.seed).to_le_bytes());
            }
        }
        Ok(slots)
    }

    /// Redirect and header set of each form of a stem.
    fn rule_numbers(&mut self, route: &StemRoutes<'_>) -> [(u16, u16); 8] {
        let Some(rules) = &route.rules else { return [(format::NONE_U16, format::NONE_U16); 8] };
        rules.map(|rules| (rules.redirect.unwrap_or(format::NONE_U16), self.header_set(rules.headers)))
    }

    /// The index of a set of header rules, which is made when first met. If there are too many, the reader finds out itself.
    fn header_set(&mut self, mask: u128) -> u16 {
        if mask == 0 {
            return format::NONE_U16;
        }
        if let Some(&index) = self.header_set_of_mask.get(&mask) {
            return index;
        }
        let index =
            u16::try_from(self.header_set_of_mask.len()).ok().filter(|&index| index < format::ANY_HEADER_SET);
        let Some(index) = index else { return format::ANY_HEADER_SET };
        self.header_sets.extend_from_slice(&mask.to_le_bytes());
        self.header_set_of_mask.insert(mask, index);
        index
    }

    /// The index of a shape, which is made when first met; `None` if there are too many.
    fn shape(&mut self, forms: &[FormAnswer; 8], rules: &[(u16, u16); 8]) -> Option<u16> {
        let mut entries = forms.map(|answer| FormEntry { answer, redirect: 0, header_set: 0 });
        for (entry, (redirect, header_set)) in entries.iter_mut().zip(rules) {
            (entry.redirect, entry.header_set) = (*redirect, *header_set);
        }
        if let Some(&index) = self.shape_of.get(&entries) {
            return Some(index);
        }
        let index = u16::try_from(self.shapes.len()).ok().filter(|&index| index < format::IRREGULAR_SHAPE)?;
        let mut record = [0; format::SHAPE_LEN];
        for (bytes, entry) in record.chunks_exact_mut(format::SHAPE_ENTRY_LEN).zip(&entries) {
            let (action, argument, rule) = match entry.answer {
                FormAnswer::Miss => (format::ACTION_NONE, 0, RuleId(0)),
                FormAnswer::Serve { number, rule } => (format::ACTION_SERVE, number, rule),
                FormAnswer::Redirect { to, rule } => (format::ACTION_REDIRECT, to as u8, rule),
            };
            put(bytes, 0, &[action, argument]);
            put(bytes, 2, &rule.0.to_le_bytes());
            put(bytes, 4, &entry.redirect.to_le_bytes());
            put(bytes, 6, &entry.header_set.to_le_bytes());
        }
        self.shapes.push(record);
        self.shape_of.insert(entries, index);
        Some(index)
    }

    /// Adds an irregular record; its index.
    fn irregular(&mut self, answers: &[FullAnswer; 8], rules: &[(u16, u16); 8]) -> Result<u32, CompileError> {
        let index = to_u32(self.irregular.len() / format::IRREGULAR_LEN, "irregular pages")?;
        let mut record = [0; format::IRREGULAR_LEN];
        let entries = record.chunks_exact_mut(format::IRREGULAR_ENTRY_LEN);
        for ((entry, answer), (redirect, header_set)) in entries.zip(answers).zip(rules) {
            put(entry, 20, &redirect.to_le_bytes());
            put(entry, 22, &header_set.to_le_bytes());
            match answer {
                FullAnswer::Miss => {}
                FullAnswer::Serve(asset, rule) => {
                    put(entry, 0, &[format::ACTION_SERVE]);
                    put(entry, 2, &rule.0.to_le_bytes());
                    put(entry, 4, &asset.to_le_bytes());
                }
                FullAnswer::Redirect(target, rule) => {
                    let (offset, len) = self.string(target);
                    put(entry, 0, &[format::ACTION_REDIRECT]);
                    put(entry, 2, &rule.0.to_le_bytes());
                    put(entry, 8, &offset.to_le_bytes());
                    put(entry, 16, &to_u32(len, "bytes in a path")?.to_le_bytes());
                }
            }
        }
        self.irregular.extend_from_slice(&record);
        Ok(index)
    }

    fn assets(&mut self, routes: &[StemRoutes<'_>]) -> Result<Vec<u8>, CompileError> {
        let site = self.site;
        let canonicals: Vec<(u8, Option<String>)> = routes
            .iter()
            .flat_map(|route| route.canonicals.iter().take(route.asset_count.into()))
            .zip(0..)
            .map(|(place, asset)| match place {
                Canonical::Nowhere => (format::CANONICAL_NONE, None),
                Canonical::At(form) => (*form as u8, None),
                Canonical::Elsewhere => (format::CANONICAL_OTHER, canonical_path(site, asset)),
            })
            .collect();
        let mut records = vec![0; site.assets.len() * format::ASSET_LEN];
        let mut types = FxHashMap::default();
        for (position, asset) in site.assets.iter().enumerate() {
            if asset.size > format::MAX_ASSET_SIZE {
                return Err(limit(format!("{} is too large: {} bytes", asset.site_path, asset.size)));
            }
            let record = &mut records[position * format::ASSET_LEN..(position + 1) * format::ASSET_LEN];
            let (canonical_form, canonical_path) = &canonicals[position];
            put(record, 0, &asset.fingerprint);
            put(record, 32, &asset.size.to_le_bytes());
            put(record, 38, &[split_stem(asset.site_path.as_bytes()).1 as u8, *canonical_form]);
            put(record, 40, &self.asset_type(&asset.site_path, &mut types)?.to_le_bytes());
            put(record, 44, &self.slot_of_asset[position].to_le_bytes());
            if let Some(path) = canonical_path {
                let (offset, len) = self.string(path);
                self.canonicals.extend_from_slice(&(position as u32).to_le_bytes());
                self.canonicals.extend_from_slice(&to_u32(len, "bytes in a path")?.to_le_bytes());
                self.canonicals.extend_from_slice(&offset.to_le_bytes());
            }
        }
        Ok(records)
    }

    /// The index of the type record for an asset's extension, which is made when first met.
    fn asset_type<'p>(
        &mut self,
        site_path: &'p str,
        known: &mut FxHashMap<(Option<&'p str>, Option<&'static str>), u32>,
    ) -> Result<u32, CompileError> {
        let key = (extension(site_path), media_type(self.site.options.platform, site_path));
        if let Some(&index) = known.get(&key) {
            return Ok(index);
        }
        let index = to_u32(known.len(), "file types")?;
        let mut record = [0; format::TYPE_LEN];
        for (text, offset_at, len_at) in [(key.0, 0, 16), (key.1, 8, 18)] {
            let len = match text {
                None => format::NONE_U16,
                Some(text) => {
                    let (offset, len) = self.string(text);
                    put(&mut record, offset_at, &offset.to_le_bytes());
                    u16::try_from(len).map_err(|_| limit(format!("extension too long: {len} bytes")))?
                }
            };
            put(&mut record, len_at, &len.to_le_bytes());
        }
        // Files without an extension keep their plain fingerprint as their tag.
        let tag_mask = key.0.map_or(0, |extension| path_key(extension.as_bytes(), 0));
        put(&mut record, 24, &tag_mask.to_le_bytes());
        self.types.extend_from_slice(&record);
        known.insert(key, index);
        Ok(index)
    }

    fn not_found(&mut self) -> Result<Vec<u8>, CompileError> {
        let pages = self.site.not_found_pages();
        let below_root: Vec<_> = pages.iter().filter(|(folder, _)| !folder.is_empty()).copied().collect();
        let depth = |folder: &str| folder.bytes().filter(|&b| b == b'/').count().min(63);
        let mask = pages.iter().fold(0u64, |mask, (folder, _)| mask | 1 << depth(folder));
        let longest = pages.iter().map(|(folder, _)| folder.len()).max().unwrap_or(0);
        let keys: Vec<u64> =
            below_root.iter().map(|(folder, _)| path_key(folder.as_bytes(), self.index.seed)).collect();
        let (places, longest_probe) = open_addressing(&keys)?;
        let mut bytes = vec![0; format::NOT_FOUND_HEADER_LEN];
        put(&mut bytes, 0, &mask.to_le_bytes());
        put(&mut bytes, 8, &to_u32(longest, "bytes in a path")?.to_le_bytes());
        put(&mut bytes, 12, &longest_probe.to_le_bytes());
        for place in places {
            let mut entry = [0; format::NOT_FOUND_LEN];
            put(&mut entry, 20, &format::NONE_U32.to_le_bytes());
            if let Some(position) = place {
                let (folder, asset) = below_root[position];
                let (offset, len) = self.string(folder);
                put(&mut entry, 0, &keys[position].to_le_bytes());
                put(&mut entry, 8, &offset.to_le_bytes());
                put(&mut entry, 16, &to_u32(len, "bytes in a path")?.to_le_bytes());
                put(&mut entry, 20, &asset.to_le_bytes());
            }
            bytes.extend_from_slice(&entry);
        }
        Ok(bytes)
    }

    fn rules(&mut self) -> Vec<u8> {
        let handling = self.site.options.handling();
        let path_rules: Vec<RuleId> = rules::rows_of(handling).map(|(id, _)| id).collect();
        let mut bytes = Vec::new();
        for (id, rule) in rules::all() {
            if rule.kind != rules::Kind::Runtime && !path_rules.contains(&id) {
                continue;
            }
            let (offset, len) = self.string(rule.name);
            let mut record = [0; format::RULE_LEN];
            put(&mut record, 0, &id.0.to_le_bytes());
            put(&mut record, 2, &(len as u16).to_le_bytes());
            put(&mut record, 8, &offset.to_le_bytes());
            bytes.extend_from_slice(&record);
        }
        bytes
    }
}

/// Places keys in a table whose size is a power of two; for each place the key's position, and how many steps the farthest
/// key stands from where it belongs. The table grows until that is within the format's bound.
fn open_addressing(keys: &[u64]) -> Result<(Vec<Option<usize>>, u32), CompileError> {
    if keys.is_empty() {
        return Ok((Vec::new(), 0));
    }
    let mut capacity = (keys.len() * 2).next_power_of_two();
    for _ in 0..8 {
        let mut places = vec![None; capacity];
        let mut longest_probe = 0;
        for (position, &key) in keys.iter().enumerate() {
            let mut step = 0;
            while places[(key as usize).wrapping_add(step) & (capacity - 1)].is_some() {
                step += 1;
            }
            places[(key as usize).wrapping_add(step) & (capacity - 1)] = Some(position);
            longest_probe = longest_probe.max(step as u32);
        }
        if longest_probe <= format::MAX_NOT_FOUND_PROBE {
            return Ok((places, longest_probe));
        }
        capacity *= 2;
    }
    Err(limit("the folders with a 404.html can't be placed in a hash table"))
}

/// The header, without what depends on the bytes behind it.
fn header_fields(
    site: &Site,
    index: &Index,
    stem_count: usize,
) -> Result<[u8; format::HEADER_LEN], CompileError> {
    let options = site.options;
    let pages = options.platform == Platform::Pages;
    let not_found = match (options.platform, options.not_found_handling) {
        (Platform::Pages, _) => format::NOT_FOUND_PAGE_THEN_SINGLE,
        (_, NotFoundHandling::None) => format::NOT_FOUND_NONE,
        (_, NotFoundHandling::Page404) => format::NOT_FOUND_PAGE,
        (_, NotFoundHandling::SinglePageApplication) => format::NOT_FOUND_SINGLE_PAGE,
    };
    let asset = |path| site.asset_at(path).unwrap_or(format::NONE_U32);
    let flags = if pages { format::FLAG_INDEX_REDIRECT } else { format::FLAG_CANONICAL_REDIRECT };
    let status: u16 = if pages { 308 } else { 307 };
    let mut bytes = [0; format::HEADER_LEN];
    put(&mut bytes, header::MAGIC, &format::MAGIC);
    put(&mut bytes, header::VERSION, &format::VERSION.to_le_bytes());
    put(&mut bytes, header::SEED, &index.seed.to_le_bytes());
    put(&mut bytes, header::PATH_KEY, &[format::PATH_KEY_XXH3]);
    put(
        &mut bytes,
        header::PLATFORM,
        &[if pages { format::PLATFORM_PAGES } else { format::PLATFORM_WORKERS }],
    );
    put(&mut bytes, header::NOT_FOUND, &[not_found]);
    put(&mut bytes, header::DECODE, &[if pages { format::DECODE_WHOLE } else { format::DECODE_SEGMENTS }]);
    put(&mut bytes, header::REDIRECT_STATUS, &status.to_le_bytes());
    put(&mut bytes, header::FLAGS, &flags.to_le_bytes());
    put(&mut bytes, header::SINGLE_PAGE_ASSET, &asset("/index.html").to_le_bytes());
    put(&mut bytes, header::ROOT_NOT_FOUND_ASSET, &asset("/404.html").to_le_bytes());
    put(&mut bytes, header::PAGE_COUNT, &to_u32(stem_count, "pages")?.to_le_bytes());
    Ok(bytes)
}

/// Puts header, table and sections together, and signs them.
fn assemble(fields: &[u8; format::HEADER_LEN], sections: &[(u32, Vec<u8>)]) -> Vec<u8> {
    let align = |offset: usize| offset.next_multiple_of(format::SECTION_ALIGN);
    let table_end = format::HEADER_LEN + sections.len() * format::SECTION_ENTRY_LEN;
    let total = sections.iter().fold(table_end, |end, (_, bytes)| align(end) + bytes.len());
    let mut file = Vec::with_capacity(total);
    file.extend_from_slice(fields);
    file.resize(table_end, 0);
    for (position, (kind, bytes)) in sections.iter().enumerate() {
        file.resize(align(file.len()), 0);
        let entry = format::HEADER_LEN + position * format::SECTION_ENTRY_LEN;
        let offset = file.len() as u64;
        put(&mut file, entry, &kind.to_le_bytes());
        put(&mut file, entry + 4, &format::SECTION_REQUIRED.to_le_bytes());
        put(&mut file, entry + 8, &offset.to_le_bytes());
        put(&mut file, entry + 16, &(bytes.len() as u64).to_le_bytes());
        file.extend_from_slice(bytes);
    }
    let (sha256, sum): (sha2::digest::Output<Sha256>, u64) =
        rayon::join(|| Sha256::digest(&file[format::HEADER_LEN..]), || checksum(&file[format::HEADER_LEN..]));
    put(&mut file, header::SECTION_COUNT, &(sections.len() as u32).to_le_bytes());
    put(&mut file, header::TOTAL_LEN, &(total as u64).to_le_bytes());
    put(&mut file, header::SHA256, &sha256);
    put(&mut file, header::CHECKSUM, &sum.to_le_bytes());
    let fixed = checksum(&file[..header::HEADER_CHECKSUM]);
    let header_sum = path_key(&file[format::HEADER_LEN..table_end], fixed);
    put(&mut file, header::HEADER_CHECKSUM, &header_sum.to_le_bytes());
    file
}
