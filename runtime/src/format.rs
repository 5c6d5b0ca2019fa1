//! The layout of a manifest file, version 1. Every number that the compiler writes and the reader reads is
//! named here once. `docs/FORMAT.md` tells the same with a worked example.
//!
//! All numbers are little-endian. The reader assumes no alignment; route slots nevertheless begin at a multiple
//! of [`SLOT_LEN`] from the start of the file, so that each is one cache line once mapped. Offsets of sections
//! count from the start of the file, offsets of strings from the start of the strings section.
//!
//! ```text
//! header                    128 bytes
//! section table             section_count x 24 bytes
//! sections                  each at a multiple of 64 bytes, in any order
//! ```
//!
//! Header:
//!
//! | offset | size | type | name | meaning |
//! |---|---|---|---|---|
//! | 0 | 8 | bytes | magic | `89 54 52 4C 0D 0A 1A 0A`: as PNG's, to notice text-mode copies |
//! | 8 | 4 | u32 | version | [`VERSION`]; any other is refused |
//! | 12 | 4 | u32 | section_count | number of section table entries |
//! | 16 | 8 | u64 | total_len | length of the file, bytes |
//! | 24 | 8 | u64 | seed | seed of the path key |
//! | 32 | 1 | u8 | path_key | [`PATH_KEY_XXH3`] |
//! | 33 | 1 | u8 | platform | [`PLATFORM_WORKERS`], [`PLATFORM_PAGES`], [`PLATFORM_HOST`] |
//! | 34 | 1 | u8 | not_found | what a miss gets: [`NOT_FOUND_NONE`] and the constants beside it |
//! | 35 | 1 | u8 | decode | [`DECODE_SEGMENTS`], [`DECODE_WHOLE`] |
//! | 36 | 2 | u16 | redirect_status | status of html redirects |
//! | 38 | 2 | u16 | flags | [`FLAG_CANONICAL_REDIRECT`] and the constants beside it; unknown ones are refused |
//! | 40 | 4 | u32 | single_page_asset | index of the asset that answers misses with 200; [`NONE_U32`] if none |
//! | 44 | 4 | u32 | root_not_found_asset | index of `/404.html`; [`NONE_U32`] if none |
//! | 48 | 4 | u32 | page_count | number of stems, for information |
//! | 52 | 12 | | reserved | zero |
//! | 64 | 32 | bytes | sha256 | SHA-256 of everything from byte 128 on; identifies the manifest |
//! | 96 | 8 | u64 | checksum | XXH3-64 of everything from byte 128 on |
//! | 104 | 16 | | reserved | zero |
//! | 120 | 8 | u64 | header_checksum | XXH3-64 of the section table, seeded with the XXH3-64 of bytes 0..120 |
//!
//! Section table entry: `kind` u32, `flags` u32 (bit 0: a reader that does not know the kind must refuse the
//! file), `offset` u64, `len` u64 (both in bytes).
//!
//! Sections:
//!
//! | kind | name | records |
//! |---|---|---|
//! | 1 | index | header of 32 bytes, then one pilot byte a bucket |
//! | 2 | slots | [`SLOT_LEN`] bytes each |
//! | 3 | shapes | [`SHAPE_LEN`] bytes each |
//! | 4 | assets | [`ASSET_LEN`] bytes each, ordered by stem, then form |
//! | 5 | types | [`TYPE_LEN`] bytes each |
//! | 6 | not-found | header of 16 bytes, then [`NOT_FOUND_LEN`] bytes each |
//! | 7 | irregular | [`IRREGULAR_LEN`] bytes each |
//! | 8 | rules | [`RULE_LEN`] bytes each, ordered by id |
//! | 9 | strings | bytes, UTF-8 |
//! | 10 | canonicals | [`CANONICAL_LEN`] bytes each, ordered by asset |
//! | 11 | redirects | [`REDIRECT_LEN`] bytes each, in the order of the `_redirects` file |
//! | 12 | redirect dispatch | which dynamic redirects can match a path: see Dispatch |
//! | 13 | raw redirects | [`RAW_REDIRECT_LEN`] bytes each, ordered by path |
//! | 14 | header rules | [`HEADER_RULE_LEN`] bytes each, in the order of the `_headers` file |
//! | 15 | header lines | [`HEADER_LINE_LEN`] bytes each, in the order of the `_headers` file |
//! | 16 | header sets | [`MASK_LEN`] bytes each: bit i, header rule i matches |
//! | 17 | header dispatch | which header rules can match a path: see Dispatch |
//! | 18 | router | header of [`ROUTER_HEADER_LEN`] bytes, then [`ROUTER_RULE_LEN`] bytes a rule |
//! | 20 | tags | one byte a slot: see `key.rs`, `slot_tag` |
//! | 19 | provenance | what built the manifest (bincode; the reader hands it out as bytes) |
//! | 21 | base | where the site hangs below its origin: UTF-8, `/docs`; absent if at the root |
//! | 22 | host | header of [`HOST_HEADER_LEN`] bytes, then [`HOST_ROW_LEN`] bytes a row; absent for Cloudflare's platforms |
//!
//! Index header: `part_count` u32, `buckets_per_part` u32, `slots_per_part` u32, `key_count` u32, 16 reserved
//! bytes. The path key of a stem selects part and bucket, the bucket's pilot the slot (`key.rs`).
//!
//! Slot: `stem_len` u16 ([`EMPTY_SLOT`] if unused), `shape` u16 (index, or [`IRREGULAR_SHAPE`]), `base` u32 (index
//! of the stem's first asset; of its irregular record if irregular), then the stem if it has at most
//! [`INLINE_STEM_LEN`] bytes, else its string offset u64 and its path key u64.
//!
//! Shape: for each of the eight forms of a stem (`stem.rs`) 8 bytes: `action` u8, `argument` u8, `rule` u16, `redirect` u16,
//! `header_set` u16. Action: [`ACTION_NONE`]; [`ACTION_SERVE`], the argument is added to `base`; [`ACTION_REDIRECT`], the
//! argument is the form redirected to; [`ACTION_REFUSE`], the argument is the status less 400. `redirect` is the index of the `_redirects` rule that answers this path when it is
//! spelled canonically, [`NONE_U16`] if there is none; `header_set` the index of the header rules that match it then,
//! [`NONE_U16`] if there are none, [`ANY_HEADER_SET`] if the reader must find out.
//!
//! Asset: `fingerprint` 32 bytes (SHA-256), `size` u48 in bytes, `form` u8, `canonical_form` u8 (the form under which it is
//! served without redirect; [`CANONICAL_NONE`]; [`CANONICAL_OTHER`]: a path of another stem), `type` u32, `slot` u32.
//!
//! Type: what assets of one extension have in common. `extension_offset` u64, `media_type_offset` u64,
//! `extension_len` u16, `media_type_len` u16 ([`NONE_U16`]: none), 4 reserved bytes, `tag_mask` u64 (mixed into ETags).
//!
//! Not-found: header `depth_mask` u64 (bit d: a folder with d slashes in its path owns a `404.html`, bit 63: 63 or
//! more), `longest_folder_len` u32, `longest_probe` u32; then a power of two of entries in an open-addressing table:
//! `key` u64, `folder_offset` u64, `folder_len` u32, `asset` u32 ([`NONE_U32`]: unused entry).
//!
//! Irregular: the answers of a stem that fit no shape, because an answer concerns another stem. For each form 24 bytes:
//! `action` u8, `argument` u8 (of [`ACTION_REFUSE`], else zero), `rule` u16, `asset` u32, `target_offset` u64, `target_len` u32, `redirect` u16,
//! `header_set` u16.
//!
//! Canonical: the canonical URL of an asset whose `canonical_form` is [`CANONICAL_OTHER`]: `asset` u32, `path_len` u32,
//! `path_offset` u64.
//!
//! Redirect: a rule of `_redirects`. `texts_offset` u64; the lengths of its texts, which stand one behind the other, u32 each:
//! `from`, `path`, `search` (with `?`), `hash` (with `#`), `host`, `url`; `line` u32, `status` u16, `kind` u8
//! ([`REDIRECT_PATH`] and the constants beside it), `flags` u8 ([`REDIRECT_COLLAPSES`]). `path` is where it leads within the
//! request's own origin, `url` the text that stands for it elsewhere; of a dynamic rule, `from` is the pattern and
//! `path` the target with its placeholders.
//!
//! Raw redirect: a static rule whose path is not spelled canonically: `path_offset` u64, `path_len` u32, `redirect` u32.
//!
//! Header rule: `path_offset` u64 (the pattern, with `https://host` in front if it has one), `path_len` u32, `line` u32,
//! `first_line` u32 (index into the header lines), `removal_count` u16, `set_count` u16 (removals first), `flags` u32
//! ([`HEADER_RULE_HAS_HOST`] and the constants beside it), 4 reserved bytes.
//!
//! Header line: `name_offset` u64, `value_offset` u64, `name_len` u32, `value_len` u32.
//!
//! Dispatch: `mask` u128 of the rules that can match any path; then entries of [`DISPATCH_LEN`] bytes ordered by segment:
//! `segment_offset` u64, `segment_len` u32, 4 reserved bytes, `mask` u128 of the rules that can match only paths whose first
//! segment is this. Bit i of a redirect mask stands for the i-th rule whose kind is dynamic.
//!
//! Router: header `script` u8 (1: a Worker script or Pages Function exists), `first` u8 ([`FIRST_NEVER`] and the constants
//! beside it), `navigation` u8 (1: navigations prefer assets), 1 reserved byte, `exclude_count` u32, `include_count` u32, 4
//! reserved bytes; then the rules, exclusions first: `text_offset` u64, `text_len` u32, `kind` u32 ([`ROUTER_GLOB`] and the constants
//! beside it).
//!
//! Host: header `name_offset` u64, `name_len` u16, `flags` u16 ([`HOST_DROPS_QUERY`] and the constants beside it), `decoding` u8
//! ([`HOST_DECODE_LENIENT`] ...), `cleaning` u8 ([`HOST_CLEAN_NOTHING`] ...), `spelling` u8 ([`HOST_SPELL_ENCODED`] ...), 1 reserved
//! byte, then numbers of rules, u16 each, [`NONE_U16`] for none: `page_rule`, `none_rule`, `bad_request_rule`, `lower_case_rule`,
//! `one_slash_rule`; 6 reserved bytes. Then the rows of the host's table, in order, where the host reads paths undecoded: `rule` u16,
//! `ending` u8 (`ending.rs`), `place` u8 ([`HOST_PLACE_ANYWHERE`] ...), `file` u8, `other_file` u8 (names that must be there, 0: none),
//! `action` u8 ([`ACTION_SERVE`], [`ACTION_REDIRECT`]), `target` u8 (a name). A name is the place of its suffix in
//! [`HOST_NAME_SUFFIXES`], counted from 1, and [`HOST_NAME_TRIMMED`] if the path is trimmed first.
//!
//! Rule: `id` u16, `name_len` u16, 4 reserved bytes, `name_offset` u64.

/// First bytes of every manifest.
pub const MAGIC: [u8; 8] = *b"\x89TRL\r\n\x1A\n";
/// The format version written and read by this crate.
pub const VERSION: u32 = 1;

/// Length of the header, bytes.
pub const HEADER_LEN: usize = 128;
/// Length of a section table entry, bytes.
pub const SECTION_ENTRY_LEN: usize = 24;
/// Most sections that a reader looks at.
pub const MAX_SECTIONS: u32 = 64;
/// Sections begin at multiples of this, bytes.
pub const SECTION_ALIGN: usize = 64;
/// Section flag: a reader that does not know this kind must refuse the file.
pub const SECTION_REQUIRED: u32 = 1;

/// Byte offsets of the header's fields.
pub mod header {
    #![allow(missing_docs, reason = "the table above says what each is")]
    pub const MAGIC: usize = 0;
    pub const VERSION: usize = 8;
    pub const SECTION_COUNT: usize = 12;
    pub const TOTAL_LEN: usize = 16;
    pub const SEED: usize = 24;
    pub const PATH_KEY: usize = 32;
    pub const PLATFORM: usize = 33;
    pub const NOT_FOUND: usize = 34;
    pub const DECODE: usize = 35;
    pub const REDIRECT_STATUS: usize = 36;
    pub const FLAGS: usize = 38;
    pub const SINGLE_PAGE_ASSET: usize = 40;
    pub const ROOT_NOT_FOUND_ASSET: usize = 44;
    pub const PAGE_COUNT: usize = 48;
    pub const SHA256: usize = 64;
    pub const CHECKSUM: usize = 96;
    pub const HEADER_CHECKSUM: usize = 120;
}

/// The path key is XXH3-64 of the stem, with the header's seed.
pub const PATH_KEY_XXH3: u8 = 1;

/// Answers as Cloudflare Workers static assets.
pub const PLATFORM_WORKERS: u8 = 1;
/// Answers as Cloudflare Pages.
pub const PLATFORM_PAGES: u8 = 2;
/// Answers as another host, which the host section tells about.
pub const PLATFORM_HOST: u8 = 3;

/// A miss gets nothing.
pub const NOT_FOUND_NONE: u8 = 0;
/// A miss gets the nearest `404.html`.
pub const NOT_FOUND_PAGE: u8 = 1;
/// A miss gets the single-page asset.
pub const NOT_FOUND_SINGLE_PAGE: u8 = 2;
/// A miss gets the nearest `404.html`, or where there is none the single-page asset.
pub const NOT_FOUND_PAGE_THEN_SINGLE: u8 = 3;

/// Paths are decoded segment by segment, then runs of slashes collapse.
pub const DECODE_SEGMENTS: u8 = 0;
/// Paths are decoded whole or not at all; slashes stay.
pub const DECODE_WHOLE: u8 = 1;

/// What is found under a path that is not its own canonical encoding is redirected to that encoding; locations
/// are encoded.
pub const FLAG_CANONICAL_REDIRECT: u16 = 1;
/// A path that ends in `/index` or `/index/` and has no answer is redirected to its folder.
pub const FLAG_INDEX_REDIRECT: u16 = 2;
/// Set in an open manifest of another host, so that one test tells misses that are not answered in the common way. Never in a file.
pub(crate) const FLAG_HOST: u16 = 1 << 15;
/// Every flag that this version knows.
pub const KNOWN_FLAGS: u16 = FLAG_CANONICAL_REDIRECT | FLAG_INDEX_REDIRECT;

/// "No such thing" in a `u32` field.
pub const NONE_U32: u32 = u32::MAX;
/// "No such thing" in a `u16` field.
pub const NONE_U16: u16 = u16::MAX;

/// Defines the section kinds.
macro_rules! sections {
    ($($(#[$meta:meta])* $name:ident = $kind:literal, $text:literal;)+) => {
        /// Kinds of sections.
        pub mod section {
            $($(#[$meta])* pub const $name: u32 = $kind;)+
        }

        /// The name of a section kind; `"unknown"` for one of a later version.
        pub fn section_name(kind: u32) -> &'static str {
            match kind { $(section::$name => $text,)+ _ => "unknown" }
        }
    };
}

sections! {
    /// Pilots of the perfect hash.
    INDEX = 1, "index";
    /// One record a stem.
    SLOTS = 2, "slots";
    /// What the forms of a stem answer.
    SHAPES = 3, "shapes";
    /// One record a file.
    ASSETS = 4, "assets";
    /// One record an extension.
    TYPES = 5, "types";
    /// Folders that own a `404.html`.
    NOT_FOUND = 6, "not-found";
    /// Stems whose answers fit no shape.
    IRREGULAR = 7, "irregular";
    /// Names of the rules that answers refer to.
    RULES = 8, "rules";
    /// Texts that records refer to.
    STRINGS = 9, "strings";
    /// Canonical URLs that are no form of their asset's stem.
    CANONICALS = 10, "canonicals";
    /// Rules of `_redirects`.
    REDIRECTS = 11, "redirects";
    /// Which dynamic redirects can match a path.
    REDIRECT_DISPATCH = 12, "redirect dispatch";
    /// Static redirects from paths that are not spelled canonically.
    RAW_REDIRECTS = 13, "raw redirects";
    /// Rules of `_headers`.
    HEADER_RULES = 14, "header rules";
    /// The lines of these rules.
    HEADER_LINES = 15, "header lines";
    /// Which header rules match a stored path.
    HEADER_SETS = 16, "header sets";
    /// Which header rules can match a path.
    HEADER_DISPATCH = 17, "header dispatch";
    /// Who is asked first.
    ROUTER = 18, "router";
    /// What built the manifest.
    PROVENANCE = 19, "provenance";
    /// A byte a slot, to turn away paths that are not stored.
    TAGS = 20, "tags";
    /// Where the site hangs below its origin.
    BASE = 21, "base";
    /// What concerns every path on a host other than Cloudflare's.
    HOST = 22, "host";
}

/// Length of the index section's own header, bytes.
pub const INDEX_HEADER_LEN: usize = 32;

/// Length of a slot, bytes: one cache line.
pub const SLOT_LEN: usize = 64;
/// Where an inline stem begins in a slot.
pub const SLOT_STEM: usize = 8;
/// Longest stem stored inside its slot, bytes.
pub const INLINE_STEM_LEN: usize = SLOT_LEN - SLOT_STEM;
/// Stem length that marks an unused slot.
pub const EMPTY_SLOT: u16 = u16::MAX;
/// Shape index that sends the reader to the irregular section.
pub const IRREGULAR_SHAPE: u16 = u16::MAX;

/// Number of forms of a stem.
pub const FORM_COUNT: usize = 8;
/// Length of one form's entry in a shape, bytes.
pub const SHAPE_ENTRY_LEN: usize = 8;
/// Length of a shape, bytes.
pub const SHAPE_LEN: usize = FORM_COUNT * SHAPE_ENTRY_LEN;

/// Nothing is stored for this form.
pub const ACTION_NONE: u8 = 0;
/// Serve an asset.
pub const ACTION_SERVE: u8 = 1;
/// Redirect.
pub const ACTION_REDIRECT: u8 = 2;
/// Answer with a status, and no file: other hosts only.
pub const ACTION_REFUSE: u8 = 3;

/// Length of an asset record, bytes.
pub const ASSET_LEN: usize = 48;
/// The asset is served under no path.
pub const CANONICAL_NONE: u8 = 0xFF;
/// The asset's canonical URL is a path of another stem.
pub const CANONICAL_OTHER: u8 = 0xFE;
/// Largest file that an asset record can describe, bytes.
pub const MAX_ASSET_SIZE: u64 = (1 << 48) - 1;

/// Length of a type record, bytes.
pub const TYPE_LEN: usize = 32;
/// Length of the not-found section's own header, bytes.
pub const NOT_FOUND_HEADER_LEN: usize = 16;
/// Length of a not-found entry, bytes.
pub const NOT_FOUND_LEN: usize = 24;
/// Most entries of the not-found table that one look-up may touch for one folder.
pub const MAX_NOT_FOUND_PROBE: u32 = 16;
/// Length of one form's entry in an irregular record, bytes.
pub const IRREGULAR_ENTRY_LEN: usize = 24;
/// Length of an irregular record, bytes.
pub const IRREGULAR_LEN: usize = FORM_COUNT * IRREGULAR_ENTRY_LEN;
/// Length of a canonical record, bytes.
pub const CANONICAL_LEN: usize = 16;
/// Length of a redirect record, bytes.
pub const REDIRECT_LEN: usize = 40;
/// Number of texts of a redirect.
pub const REDIRECT_TEXT_COUNT: usize = 6;
/// Static, leads to a path of the same origin.
pub const REDIRECT_PATH: u8 = 0;
/// Static, leads to an `https` URL, which may be of the same origin.
pub const REDIRECT_HTTPS: u8 = 1;
/// Static, leads to a URL with the request's scheme, which may be of the same origin.
pub const REDIRECT_SCHEME_RELATIVE: u8 = 2;
/// Static, leads to no URL: the platform fails.
pub const REDIRECT_BROKEN: u8 = 3;
/// Dynamic: `from` is a pattern.
pub const REDIRECT_DYNAMIC: u8 = 4;
/// Dynamic, but the pattern is one that the platform silently drops: never matches.
pub const REDIRECT_NEVER: u8 = 5;
/// Redirect flag: runs of `/` in the finished target become one.
pub const REDIRECT_COLLAPSES: u8 = 1;
/// Length of a raw redirect record, bytes.
pub const RAW_REDIRECT_LEN: usize = 16;
/// Length of a header rule record, bytes.
pub const HEADER_RULE_LEN: usize = 32;
/// Header rule flag: the pattern begins with `https://host`.
pub const HEADER_RULE_HAS_HOST: u32 = 1;
/// Header rule flag: values hold placeholders.
pub const HEADER_RULE_SUBSTITUTES: u32 = 2;
/// Header rule flag: it names a header that can't be: matching requests fail.
pub const HEADER_RULE_BROKEN: u32 = 4;
/// Header rule flag: the pattern is one that the platform silently drops: never matches.
pub const HEADER_RULE_NEVER: u32 = 8;
/// Length of a header line record, bytes.
pub const HEADER_LINE_LEN: usize = 24;
/// Length of a mask of rules, bytes.
pub const MASK_LEN: usize = 16;
/// Most rules that a mask can stand for.
pub const MAX_MASK_RULES: usize = 128;
/// Length of a dispatch entry, bytes.
pub const DISPATCH_LEN: usize = 32;
/// Header set of a stored path that the reader must work out itself.
pub const ANY_HEADER_SET: u16 = u16::MAX - 1;
/// Length of the router section's own header, bytes.
pub const ROUTER_HEADER_LEN: usize = 16;
/// Length of a router rule record, bytes.
pub const ROUTER_RULE_LEN: usize = 16;
/// Longest text of a router rule, bytes: a rule has at most 100 UTF-16 units, and becomes twice as many as a regular expression.
pub const MAX_ROUTER_TEXT_LEN: usize = 1000;
/// The script is never asked first.
pub const FIRST_NEVER: u8 = 0;
/// The script is always asked first.
pub const FIRST_ALWAYS: u8 = 1;
/// Rules say whether the script is asked first; the assets answer what they exclude or can answer.
pub const FIRST_RULES: u8 = 2;
/// Rules say who answers; what they do not include is the assets'. (Pages)
pub const FIRST_ROUTES: u8 = 3;
/// Router rule: `*` is any run of characters.
pub const ROUTER_GLOB: u32 = 0;
/// Router rule: as [`ROUTER_GLOB`], and a `/` at the end, or all that follows it if the rule ends in `/*`, may be missing or
/// be there. (Pages)
pub const ROUTER_ROUTE: u32 = 2;
/// Router rule: a regular expression, for Pages rules with characters that one has a meaning for.
pub const ROUTER_REGEX: u32 = 1;
/// Longest text that any record refers to, bytes.
pub const MAX_TEXT_LEN: u64 = 1 << 20;
/// Longest base, bytes.
pub const MAX_BASE_LEN: usize = 1024;
/// Length of the host section's own header, bytes.
pub const HOST_HEADER_LEN: usize = 32;
/// Length of a row of a host, bytes.
pub const HOST_ROW_LEN: usize = 8;
/// Host flag: redirects lose the query.
pub const HOST_DROPS_QUERY: u16 = 1;
/// Host flag: the root's `404.html` has status 404 under its own name too.
pub const HOST_PAGE_ALWAYS_404: u16 = 2;
/// Every host flag that this version knows.
pub const KNOWN_HOST_FLAGS: u16 = HOST_DROPS_QUERY | HOST_PAGE_ALWAYS_404;
/// Paths are decoded as a whole; one with an escape that is none is left as it is.
pub const HOST_DECODE_LENIENT: u8 = 0;
/// The same, but an escape that is none is refused.
pub const HOST_DECODE_STRICT: u8 = 1;
/// Paths are read as requested, names of files decoded when they are looked for.
pub const HOST_DECODE_AT_LOOKUP: u8 = 2;
/// The same, but escapes of `; / ? : @ & = + $ , #` stay.
pub const HOST_DECODE_AT_LOOKUP_URI: u8 = 3;
/// Paths are taken as they are.
pub const HOST_CLEAN_NOTHING: u8 = 0;
/// Runs of slashes become one.
pub const HOST_CLEAN_SLASHES: u8 = 1;
/// The same, but only in names of files and folders.
pub const HOST_CLEAN_SLASHES_AT_LOOKUP: u8 = 2;
/// Runs of slashes become one, dot segments are resolved after decoding; above the root they are refused.
pub const HOST_CLEAN_DOTS: u8 = 3;
/// The same, but above the root they stay there, and at the end they leave no slash.
pub const HOST_CLEAN_DOTS_GO: u8 = 4;
/// Locations are escaped as far as a URL needs it.
pub const HOST_SPELL_ENCODED: u8 = 0;
/// Locations are the requested path, decoded and escaped as Go does it.
pub const HOST_SPELL_GO: u8 = 1;
/// Locations are decoded but for what is not ASCII, in lower case.
pub const HOST_SPELL_DECODED: u8 = 2;
/// Locations are spelled as requested.
pub const HOST_SPELL_REQUESTED: u8 = 3;
/// A row is about paths anywhere.
pub const HOST_PLACE_ANYWHERE: u8 = 0;
/// A row is about paths that are nothing but their ending.
pub const HOST_PLACE_ROOT: u8 = 1;
/// A row is about paths that are something but their ending.
pub const HOST_PLACE_BELOW_ROOT: u8 = 2;
/// A row is about paths that are `/` but for their ending.
pub const HOST_PLACE_NAMELESS: u8 = 3;
/// What a name of a row may add to a path.
pub const HOST_NAME_SUFFIXES: [&str; 5] = ["", "/", ".html", "/index.html", "/index.txt"];
/// A name of a row is made from the trimmed path.
pub const HOST_NAME_TRIMMED: u8 = 0x80;
/// Length of a rule record, bytes.
pub const RULE_LEN: usize = 16;

const _: () = assert!(SLOT_LEN == 64 && SHAPE_LEN == 64 && HEADER_LEN.is_multiple_of(SECTION_ALIGN));
const _: () = assert!(ASSET_LEN == 32 + 6 + 1 + 1 + 4 + 4);
