//! Routes to bytes: writes a manifest as `trailmark::format` lays it out. Pure; equal input gives equal bytes.
//!
//! The lengths of all sections are known before the first is written, so the file is made in one piece, and the large sections are
//! filled in place.

use rustc_hash::FxHashMap;
use sha2::{Digest, Sha256};
use trailmark::RuleId;
use trailmark::format::{self, header, section};
use trailmark::key::{checksum, path_key};

use crate::encode_assets::Assets;
use crate::encode_host::host_section;
use crate::encode_rules;
use crate::encode_slots::Slots;
use crate::error::CompileError;
use crate::hosts::{self, Host, NotFound, Policy};
use crate::index::Index;
use crate::options::{NotFoundHandling, Platform};
use crate::provenance::Provenance;
use crate::routes::{StemRoutes, canonical_path};
use crate::rules;
use crate::site::{AssetIndex, Site};
use crate::site_rules::{RuleFinder, SiteRules};

/// How the site is served, and what says so.
pub(crate) struct Served<'s> {
    pub(crate) provenance: &'s Provenance,
    /// On another host than Cloudflare's.
    pub(crate) on_host: Option<&'s OnHost>,
}

/// Another host than Cloudflare's, for which a manifest is made.
pub(crate) struct OnHost {
    pub(crate) host: Host,
    pub(crate) policy: Policy,
    /// The canonical paths that are no form of their asset's own stem.
    pub(crate) elsewhere: FxHashMap<AssetIndex, String>,
}

/// Encodes a site, its routes and the index over them. `raw` are the static `_redirects` rules whose path is not spelled canonically.
///
/// # Errors
/// [`CompileError::Limit`] if the site is too large for the format's numbers.
pub(crate) fn encode(
    site: &Site,
    routes: &[StemRoutes<'_>],
    index: Index,
    rules: &SiteRules,
    finder: &RuleFinder<'_>,
    raw: Vec<(&str, u16)>,
    served: &Served<'_>,
) -> Result<Vec<u8>, CompileError> {
    let &Served { provenance, on_host } = served;
    let mut strings = Strings::default();
    let slots = Slots::new(routes, index, &mut strings)?;
    let elsewhere = |asset: AssetIndex| match on_host {
        Some(on_host) => on_host.elsewhere.get(&asset).cloned().unwrap_or_default(),
        None => canonical_path(site, asset).unwrap_or_default(),
    };
    let assets = Assets::new(site, routes, &slots.slot_of_route, &elsewhere, &mut strings)?;
    // Other hosts have one page for misses at most, which the header names.
    let pages = if on_host.is_some() { Vec::new() } else { site.not_found_pages() };
    let not_found = not_found(&pages, &slots.index, &mut strings)?;
    let rule_names = match on_host {
        Some(on_host) => write_rule_names(&host_rules(on_host.host), &mut strings),
        None => write_rule_names(&cloudflare_rules(site), &mut strings),
    };
    let host_section = on_host.map(|on_host| host_section(on_host.host, &on_host.policy, &mut strings));
    let redirects = encode_rules::redirects(rules.redirect_rules(), site.options.platform, &mut strings);
    let redirect_dispatch = encode_rules::dispatch(finder.redirect_file(), &mut strings);
    let raw_redirects = encode_rules::raw_redirects(raw, &mut strings);
    let header_rules = rules.headers.as_ref().map(|headers| headers.rules.as_slice()).unwrap_or_default();
    let (header_rules, header_lines) = encode_rules::headers(header_rules, &mut strings);
    let header_dispatch = encode_rules::dispatch(finder.header_file(), &mut strings);
    let router = encode_rules::router(&rules.router, &mut strings);
    let mut sections = vec![
        // First what opening and every look-up reads, the short ones in front: the system maps what surrounds a page that is touched
        // along with it, so a new process is kept waiting for two places of a file and not for five.
        Section::of(section::SHAPES, &slots.shapes),
        Section::of(section::TYPES, &assets.types),
        Section::of(section::NOT_FOUND, not_found),
        Section::of(section::REDIRECT_DISPATCH, redirect_dispatch),
        Section::of(section::HEADER_RULES, header_rules),
        Section::of(section::HEADER_DISPATCH, header_dispatch),
        Section::of(section::ROUTER, router),
        Section::of(section::INDEX, slots.index_section()),
        Section::of(section::TAGS, slots.tags()),
        Section::filled(section::SLOTS, slots.count() * format::SLOT_LEN, |bytes| slots.write(bytes)),
        Section::filled(section::ASSETS, assets.len(), |bytes| assets.write(bytes)),
        Section::of(section::IRREGULAR, &slots.irregular),
        Section::of(section::RULES, rule_names),
        Section::of(section::CANONICALS, &assets.canonicals),
        Section::of(section::REDIRECTS, redirects),
        Section::of(section::RAW_REDIRECTS, raw_redirects),
        Section::of(section::HEADER_LINES, header_lines),
        Section::of(section::HEADER_SETS, &slots.header_sets),
        Section::of(section::STRINGS, strings.bytes),
        Section::of(section::PROVENANCE, provenance.encode()),
    ];
    if !site.base.is_root() {
        sections.push(Section::of(section::BASE, site.base.as_str()));
    }
    if let Some(host_section) = host_section {
        sections.push(Section::of(section::HOST, host_section));
    }
    Ok(assemble(&header_fields(site, &slots.index, routes.len(), on_host)?, sections))
}

/// Writes a section into its place.
type Fill<'s> = Box<dyn FnOnce(&mut [u8]) + 's>;

/// A section whose length is known.
struct Section<'s> {
    kind: u32,
    len: usize,
    write: Fill<'s>,
}

impl<'s> Section<'s> {
    /// Of finished bytes.
    fn of(kind: u32, bytes: impl AsRef<[u8]> + 's) -> Self {
        let len = bytes.as_ref().len();
        Section::filled(kind, len, move |section| section.copy_from_slice(bytes.as_ref()))
    }

    /// Of bytes that are written into their place, which is zero.
    fn filled(kind: u32, len: usize, write: impl FnOnce(&mut [u8]) + 's) -> Self {
        Section { kind, len, write: Box::new(write) }
    }
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

/// A limit of the format that a site exceeds.
pub(crate) fn limit(what: impl Into<String>) -> CompileError {
    CompileError::Limit { what: what.into() }
}

/// A number of the format.
pub(crate) fn to_u32(value: usize, what: &str) -> Result<u32, CompileError> {
    match u32::try_from(value) {
        Ok(number) if number != format::NONE_U32 => Ok(number),
        _ => Err(limit(format!("too many {what} for one manifest: {value}; split the site"))),
    }
}

/// Writes `bytes` into `record` at a fixed offset of the format.
pub(crate) fn put(record: &mut [u8], offset: usize, bytes: &[u8]) {
    record[offset..offset + bytes.len()].copy_from_slice(bytes);
}

/// The not-found section.
fn not_found(
    pages: &[(&str, AssetIndex)],
    index: &Index,
    strings: &mut Strings,
) -> Result<Vec<u8>, CompileError> {
    let below_root: Vec<_> = pages.iter().filter(|(folder, _)| !folder.is_empty()).copied().collect();
    let depth = |folder: &str| folder.bytes().filter(|&b| b == b'/').count().min(63);
    let mask = pages.iter().fold(0u64, |mask, (folder, _)| mask | 1 << depth(folder));
    let longest = pages.iter().map(|(folder, _)| folder.len()).max().unwrap_or(0);
    let keys: Vec<u64> =
        below_root.iter().map(|(folder, _)| path_key(folder.as_bytes(), index.seed)).collect();
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
            let (offset, len) = (strings.add(folder), folder.len());
            put(&mut entry, 0, &keys[position].to_le_bytes());
            put(&mut entry, 8, &offset.to_le_bytes());
            put(&mut entry, 16, &to_u32(len, "bytes in a path")?.to_le_bytes());
            put(&mut entry, 20, &asset.to_le_bytes());
        }
        bytes.extend_from_slice(&entry);
    }
    Ok(bytes)
}

/// The rules that can answer for this site on a platform of Cloudflare, ordered by number.
fn cloudflare_rules(site: &Site) -> Vec<(RuleId, &'static str)> {
    let path_rules: Vec<RuleId> = rules::rows_of(site.options.handling()).map(|(id, _)| id).collect();
    rules::all()
        .filter(|(id, rule)| rule.kind == rules::Kind::Runtime || path_rules.contains(id))
        .map(|(id, rule)| (id, rule.name))
        .collect()
}

/// The same on another host: those of its table, and those of the runtime that concern method and headers.
fn host_rules(host: Host) -> Vec<(RuleId, &'static str)> {
    let of_runtime = [RuleId::METHOD_NOT_ALLOWED, RuleId::NOT_MODIFIED];
    let of_runtime = rules::all().filter(|(id, _)| of_runtime.contains(id)).map(|(id, rule)| (id, rule.name));
    let own: Vec<&str> = hosts::rules_of(host).chain(hosts::miss_rules(host)).map(|rule| rule.name).collect();
    of_runtime.chain(hosts::numbered_rules().filter(|(_, name)| own.contains(name))).collect()
}

/// The names of rules, ordered by number.
fn write_rule_names(rules: &[(RuleId, &str)], strings: &mut Strings) -> Vec<u8> {
    let mut bytes = Vec::new();
    for (id, name) in rules {
        let (offset, len) = (strings.add(name), name.len());
        let mut record = [0; format::RULE_LEN];
        put(&mut record, 0, &id.0.to_le_bytes());
        put(&mut record, 2, &(len as u16).to_le_bytes());
        put(&mut record, 8, &offset.to_le_bytes());
        bytes.extend_from_slice(&record);
    }
    bytes
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
    on_host: Option<&OnHost>,
) -> Result<[u8; format::HEADER_LEN], CompileError> {
    let facts = on_host
        .map_or_else(|| HeaderFacts::of_cloudflare(site), |on_host| HeaderFacts::of_host(site, on_host));
    let mut bytes = [0; format::HEADER_LEN];
    put(&mut bytes, header::MAGIC, &format::MAGIC);
    put(&mut bytes, header::VERSION, &format::VERSION.to_le_bytes());
    put(&mut bytes, header::SEED, &index.seed.to_le_bytes());
    put(&mut bytes, header::PATH_KEY, &[format::PATH_KEY_XXH3]);
    put(&mut bytes, header::PLATFORM, &[facts.platform]);
    put(&mut bytes, header::NOT_FOUND, &[facts.not_found]);
    put(&mut bytes, header::DECODE, &[facts.decode]);
    put(&mut bytes, header::REDIRECT_STATUS, &facts.status.to_le_bytes());
    put(&mut bytes, header::FLAGS, &facts.flags.to_le_bytes());
    put(&mut bytes, header::SINGLE_PAGE_ASSET, &facts.single_page.to_le_bytes());
    put(&mut bytes, header::ROOT_NOT_FOUND_ASSET, &facts.root_not_found.to_le_bytes());
    put(&mut bytes, header::PAGE_COUNT, &to_u32(stem_count, "pages")?.to_le_bytes());
    Ok(bytes)
}

/// What the header says about the platform.
struct HeaderFacts {
    platform: u8,
    not_found: u8,
    decode: u8,
    status: u16,
    flags: u16,
    single_page: AssetIndex,
    root_not_found: AssetIndex,
}

impl HeaderFacts {
    fn of_cloudflare(site: &Site) -> Self {
        let options = site.options;
        let pages = options.platform == Platform::Pages;
        let not_found = match (options.platform, options.not_found_handling) {
            (Platform::Pages, _) => format::NOT_FOUND_PAGE_THEN_SINGLE,
            (_, NotFoundHandling::None) => format::NOT_FOUND_NONE,
            (_, NotFoundHandling::Page404) => format::NOT_FOUND_PAGE,
            (_, NotFoundHandling::SinglePageApplication) => format::NOT_FOUND_SINGLE_PAGE,
        };
        let asset = |path: &str| site.asset_at(path).unwrap_or(format::NONE_U32);
        HeaderFacts {
            platform: if pages { format::PLATFORM_PAGES } else { format::PLATFORM_WORKERS },
            not_found,
            decode: if pages { format::DECODE_WHOLE } else { format::DECODE_SEGMENTS },
            status: if pages { 308 } else { 307 },
            flags: if pages { format::FLAG_INDEX_REDIRECT } else { format::FLAG_CANONICAL_REDIRECT },
            single_page: asset(&format!("{}/index.html", site.base.as_str())),
            root_not_found: asset("/404.html"),
        }
    }

    /// The page for misses lies at the root of the site, that is, below its base.
    fn of_host(site: &Site, on_host: &OnHost) -> Self {
        let has_page = on_host.policy.not_found == NotFound::RootPage;
        let page = site.asset_at(&format!("{}/404.html", site.base.as_str()));
        HeaderFacts {
            platform: format::PLATFORM_HOST,
            not_found: if has_page { format::NOT_FOUND_PAGE } else { format::NOT_FOUND_NONE },
            decode: format::DECODE_WHOLE,
            status: on_host.policy.redirect_status,
            flags: 0,
            single_page: format::NONE_U32,
            root_not_found: page.filter(|_| has_page).unwrap_or(format::NONE_U32),
        }
    }
}

/// Puts header, table and sections together, and signs them.
fn assemble(fields: &[u8; format::HEADER_LEN], sections: Vec<Section<'_>>) -> Vec<u8> {
    let align = |offset: usize| offset.next_multiple_of(format::SECTION_ALIGN);
    let table_end = format::HEADER_LEN + sections.len() * format::SECTION_ENTRY_LEN;
    let total = sections.iter().fold(table_end, |end, section| align(end) + section.len);
    let mut file = vec![0; total];
    put(&mut file, 0, fields);
    put(&mut file, header::SECTION_COUNT, &(sections.len() as u32).to_le_bytes());
    put(&mut file, header::TOTAL_LEN, &(total as u64).to_le_bytes());
    let mut end = table_end;
    for (position, Section { kind, len, write }) in sections.into_iter().enumerate() {
        let offset = align(end);
        end = offset + len;
        let entry = format::HEADER_LEN + position * format::SECTION_ENTRY_LEN;
        put(&mut file, entry, &kind.to_le_bytes());
        put(&mut file, entry + 4, &format::SECTION_REQUIRED.to_le_bytes());
        put(&mut file, entry + 8, &(offset as u64).to_le_bytes());
        put(&mut file, entry + 16, &(len as u64).to_le_bytes());
        write(&mut file[offset..end]);
    }
    sign(&mut file, table_end);
    file
}

/// Writes the checksums into the header.
fn sign(file: &mut [u8], table_end: usize) {
    let (sha256, sum): (sha2::digest::Output<Sha256>, u64) =
        rayon::join(|| Sha256::digest(&file[format::HEADER_LEN..]), || checksum(&file[format::HEADER_LEN..]));
    put(file, header::SHA256, &sha256);
    put(file, header::CHECKSUM, &sum.to_le_bytes());
    let fixed = checksum(&file[..header::HEADER_CHECKSUM]);
    let header_sum = path_key(&file[format::HEADER_LEN..table_end], fixed);
    put(file, header::HEADER_CHECKSUM, &header_sum.to_le_bytes());
}
