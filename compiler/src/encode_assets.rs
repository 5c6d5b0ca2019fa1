//! The sections that hold a record a file: assets, their types, and canonical URLs that need more than a byte. Part of
//! `encode.rs`.
//!
//! As with the slots, what depends on the order of the files is fixed first, then the records are filled in parallel.

use rayon::prelude::*;
use rustc_hash::FxHashMap;
use trailmark::format;
use trailmark::key::path_key;
use trailmark::split_stem;

use crate::encode::{Strings, limit, put, to_u32};
use crate::error::CompileError;
use crate::hash::AssetFile;
use crate::media_type::{extension, media_type};
use crate::options::Platform;
use crate::routes::{Canonical, StemRoutes};
use crate::site::{AssetIndex, Site};

/// The assets of a site, ready to be written.
pub(crate) struct Assets<'s> {
    site: &'s Site,
    facts: Vec<AssetFacts>,
    pub(crate) types: Vec<u8>,
    pub(crate) canonicals: Vec<u8>,
}

/// What a record says that is not to be seen from the file.
#[derive(Debug, Clone, Copy)]
struct AssetFacts {
    slot: u32,
    file_type: u32,
    canonical_form: u8,
}

impl<'s> Assets<'s> {
    /// Numbers the types of the files, and notes their slots and canonical URLs. `elsewhere` knows those that are no form of their own
    /// stem.
    pub(crate) fn new(
        site: &'s Site,
        routes: &[StemRoutes<'_>],
        slot_of_route: &[u32],
        elsewhere: &dyn Fn(AssetIndex) -> String,
        strings: &mut Strings,
    ) -> Result<Self, CompileError> {
        to_u32(site.assets.len(), "files")?;
        let mut types = Types::new(site.options.platform);
        let mut canonicals = Vec::new();
        let mut facts = Vec::with_capacity(site.assets.len());
        // The assets have the order of their stems.
        let places = routes.iter().zip(slot_of_route).flat_map(|(route, &slot)| {
            route.canonicals.iter().take(route.asset_count.into()).map(move |&canonical| (slot, canonical))
        });
        for ((asset, index), (slot, canonical)) in site.assets.iter().zip(0..).zip(places) {
            if asset.size > format::MAX_ASSET_SIZE {
                return Err(limit(format!("{} is too large: {} bytes", asset.site_path, asset.size)));
            }
            let file_type = types.number(&asset.site_path, strings)?;
            let canonical_form = match canonical {
                Canonical::Nowhere => format::CANONICAL_NONE,
                Canonical::At(form) => form as u8,
                Canonical::Elsewhere => {
                    canonicals.extend_from_slice(&canonical_record(&elsewhere(index), index, strings)?);
                    format::CANONICAL_OTHER
                }
            };
            facts.push(AssetFacts { slot, file_type, canonical_form });
        }
        Ok(Assets { site, facts, types: types.records, canonicals })
    }

    /// Length of the assets section, bytes.
    pub(crate) fn len(&self) -> usize {
        self.facts.len() * format::ASSET_LEN
    }

    /// Fills the assets section.
    pub(crate) fn write(&self, section: &mut [u8]) {
        let records = section.par_chunks_exact_mut(format::ASSET_LEN);
        records.zip(&self.site.assets).zip(&self.facts).for_each(|((record, asset), facts)| {
            write_asset(record, asset, facts);
        });
    }
}

fn write_asset(record: &mut [u8], asset: &AssetFile, facts: &AssetFacts) {
    put(record, 0, &asset.fingerprint);
    put(record, 32, &asset.size.to_le_bytes());
    put(record, 38, &[split_stem(asset.site_path.as_bytes()).1 as u8, facts.canonical_form]);
    put(record, 40, &facts.file_type.to_le_bytes());
    put(record, 44, &facts.slot.to_le_bytes());
}

/// The record of a canonical URL that is no form of the asset's stem.
fn canonical_record(
    path: &str,
    asset: AssetIndex,
    strings: &mut Strings,
) -> Result<[u8; format::CANONICAL_LEN], CompileError> {
    let mut record = [0; format::CANONICAL_LEN];
    put(&mut record, 0, &asset.to_le_bytes());
    put(&mut record, 4, &to_u32(path.len(), "bytes in a path")?.to_le_bytes());
    put(&mut record, 8, &strings.add(path).to_le_bytes());
    Ok(record)
}

/// Numbers what files of one extension have in common, in the order in which it is met.
struct Types<'s> {
    platform: Platform,
    records: Vec<u8>,
    numbers: FxHashMap<(Option<&'s str>, Option<&'static str>), u32>,
    /// The numbers for names that hold nothing but their extension that matters.
    of_plain: FxHashMap<Option<&'s str>, u32>,
    last_plain: Option<(Option<&'s str>, u32)>,
}

impl<'s> Types<'s> {
    fn new(platform: Platform) -> Self {
        Types {
            platform,
            records: Vec::new(),
            numbers: FxHashMap::default(),
            of_plain: FxHashMap::default(),
            last_plain: None,
        }
    }

    /// The number of a file's type.
    fn number(&mut self, site_path: &'s str, strings: &mut Strings) -> Result<u32, CompileError> {
        let extension = extension(site_path);
        if !is_plain(site_path) {
            return self.number_of(extension, site_path, strings);
        }
        // The media type follows from the extension then.
        if let Some((_, number)) = self.last_plain.filter(|(last, _)| *last == extension) {
            return Ok(number);
        }
        let number = match self.of_plain.get(&extension) {
            Some(&number) => number,
            None => self.number_of(extension, site_path, strings)?,
        };
        self.of_plain.insert(extension, number);
        self.last_plain = Some((extension, number));
        Ok(number)
    }

    fn number_of(
        &mut self,
        extension: Option<&'s str>,
        site_path: &str,
        strings: &mut Strings,
    ) -> Result<u32, CompileError> {
        let media_type = media_type(self.platform, site_path);
        if let Some(&number) = self.numbers.get(&(extension, media_type)) {
            return Ok(number);
        }
        let number = to_u32(self.numbers.len(), "file types")?;
        self.records.extend_from_slice(&type_record(extension, media_type, strings)?);
        self.numbers.insert((extension, media_type), number);
        Ok(number)
    }
}

/// Whether a name is free of all that platforms see as the end of a segment or of a line.
fn is_plain(site_path: &str) -> bool {
    // 0xE2 is the first byte of U+2028 and U+2029.
    !site_path.bytes().any(|byte| matches!(byte, b'\\' | 0..b' ' | 0xE2))
}

fn type_record(
    extension: Option<&str>,
    media_type: Option<&str>,
    strings: &mut Strings,
) -> Result<[u8; format::TYPE_LEN], CompileError> {
    let mut record = [0; format::TYPE_LEN];
    for (text, offset_at, len_at) in [(extension, 0, 16), (media_type, 8, 18)] {
        let len = match text {
            None => format::NONE_U16,
            Some(text) => {
                put(&mut record, offset_at, &strings.add(text).to_le_bytes());
                let len = u16::try_from(text.len());
                len.map_err(|_| limit(format!("extension too long: {} bytes", text.len())))?
            }
        };
        put(&mut record, len_at, &len.to_le_bytes());
    }
    // Files without an extension keep their plain fingerprint as their tag.
    let tag_mask = extension.map_or(0, |extension| path_key(extension.as_bytes(), 0));
    put(&mut record, 24, &tag_mask.to_le_bytes());
    Ok(record)
}
