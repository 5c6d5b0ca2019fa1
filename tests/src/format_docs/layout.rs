//! Every record of the format as data.

use trailmark::format;

use super::host_layout::{host_header, host_row};
use super::record::Record;

/// Every record.
pub fn records() -> Vec<Record> {
    let f = |kind: &'static str, name: &'static str, meaning: &str| (kind, name, meaning.to_owned());
    let reserved = |kind: &'static str| (kind, "", String::new());
    let text_of = |what: &str| format!("string offset of {what}");
    let none16 = format!("{:#06x}", format::NONE_U16);
    let none32 = format!("{:#010x}", format::NONE_U32);
    let actions = format!(
        "{} nothing, {} serve, {} redirect, {} refuse (other hosts only)",
        format::ACTION_NONE,
        format::ACTION_SERVE,
        format::ACTION_REDIRECT,
        format::ACTION_REFUSE
    );
    let redirect_of_path = format!(
        "the rule of `_redirects` that answers this path first, if it is spelled canonically; {none16}: none"
    );
    let header_set_of_path = format!(
        "the set of header rules that match this path, if it is spelled canonically; {none16}: none; {:#06x}: find out",
        format::ANY_HEADER_SET
    );
    vec![
        Record::new(
            "header",
            format::HEADER_LEN,
            vec![
                f("8", "magic", "`89 54 52 4C 0D 0A 1A 0A`, chosen so that a copy in text mode breaks it"),
                ("u32", "version", format!("{}; refuse any other", format::VERSION)),
                (
                    "u32",
                    "section_count",
                    format!("entries of the section table, at most {}", format::MAX_SECTIONS),
                ),
                f("u64", "total_len", "length of the file, bytes; refuse a file of another length"),
                f("u64", "seed", "seed of the path key"),
                ("u8", "path_key", format!("{}: XXH3-64; refuse any other", format::PATH_KEY_XXH3)),
                (
                    "u8",
                    "platform",
                    format!(
                        "{} Workers, {} Pages, {} [another host](#other-hosts)",
                        format::PLATFORM_WORKERS,
                        format::PLATFORM_PAGES,
                        format::PLATFORM_HOST
                    ),
                ),
                (
                    "u8",
                    "not_found",
                    format!(
                        "what a miss gets: {} nothing, {} the nearest `404.html`, {} the single page, {} the nearest `404.html` or else \
                         the single page",
                        format::NOT_FOUND_NONE,
                        format::NOT_FOUND_PAGE,
                        format::NOT_FOUND_SINGLE_PAGE,
                        format::NOT_FOUND_PAGE_THEN_SINGLE
                    ),
                ),
                (
                    "u8",
                    "decode",
                    format!(
                        "{} segment by segment, {} whole or not at all: see [Paths](#paths)",
                        format::DECODE_SEGMENTS,
                        format::DECODE_WHOLE
                    ),
                ),
                f("u16", "redirect_status", "status of redirects between the forms of a page"),
                (
                    "u16",
                    "flags",
                    format!(
                        "{}: redirect to the canonical encoding; {}: redirect `/index` and `/index/` on a miss; refuse unknown \
                         ones",
                        format::FLAG_CANONICAL_REDIRECT,
                        format::FLAG_INDEX_REDIRECT
                    ),
                ),
                (
                    "u32",
                    "single_page_asset",
                    format!("the asset that answers misses with status 200; {none32}: none"),
                ),
                ("u32", "root_not_found_asset", format!("the asset `/404.html`; {none32}: none")),
                f("u32", "page_count", "number of stems, for information"),
                reserved("12"),
                f("32", "sha256", "SHA-256 of everything behind the header; identifies the manifest"),
                f("u64", "checksum", "XXH3-64 of everything behind the header"),
                reserved("16"),
                f(
                    "u64",
                    "header_checksum",
                    "XXH3-64 of the section table, seeded with the XXH3-64 of the header up to here",
                ),
            ],
        ),
        Record::new(
            "section entry",
            format::SECTION_ENTRY_LEN,
            vec![
                f("u32", "kind", "see below"),
                (
                    "u32",
                    "flags",
                    format!(
                        "{}: a reader that does not know the kind must refuse the file",
                        format::SECTION_REQUIRED
                    ),
                ),
                f("u64", "offset", "from the start of the file, bytes"),
                f("u64", "len", "bytes"),
            ],
        ),
        Record::new(
            "index header",
            format::INDEX_HEADER_LEN,
            vec![
                f("u32", "part_count", "parts of the index; zero only if there are no stems"),
                f("u32", "buckets_per_part", "buckets of each part"),
                f("u32", "slots_per_part", "slots of each part"),
                f("u32", "key_count", "number of stems"),
                reserved("16"),
            ],
        ),
        Record::new(
            "slot",
            format::SLOT_LEN,
            vec![
                ("u16", "stem_len", format!("bytes; {:#06x}: the slot is unused", format::EMPTY_SLOT)),
                (
                    "u16",
                    "shape",
                    format!("index of the shape; {:#06x}: the stem is irregular", format::IRREGULAR_SHAPE),
                ),
                f(
                    "u32",
                    "base",
                    "index of the stem's first asset; of its irregular answers if it is irregular",
                ),
                (
                    "56",
                    "stem",
                    format!(
                        "the stem, if it has at most {} bytes; else its string offset (u64) and its path key (u64)",
                        format::INLINE_STEM_LEN
                    ),
                ),
            ],
        ),
        Record::new(
            "shape entry",
            format::SHAPE_ENTRY_LEN,
            vec![
                f("u8", "action", &actions),
                f(
                    "u8",
                    "argument",
                    "serve: added to `base`, gives the asset; redirect: the form redirected to; refuse: the status less 400",
                ),
                f("u16", "rule", "number of the rule"),
                f("u16", "redirect", &redirect_of_path),
                f("u16", "header_set", &header_set_of_path),
            ],
        ),
        Record::new(
            "irregular entry",
            format::IRREGULAR_ENTRY_LEN,
            vec![
                f("u8", "action", &actions),
                f("u8", "argument", "refuse: the status less 400"),
                f("u16", "rule", "number of the rule"),
                f("u32", "asset", "serve: the asset"),
                ("u64", "target_offset", format!("redirect: {}", text_of("the site path"))),
                f("u32", "target_len", "its length, bytes"),
                f("u16", "redirect", &redirect_of_path),
                f("u16", "header_set", &header_set_of_path),
            ],
        ),
        Record::new(
            "asset",
            format::ASSET_LEN,
            vec![
                f("32", "fingerprint", "SHA-256 of the file"),
                f("u48", "size", "bytes"),
                f("u8", "form", "the site path of the file is the stem in this form"),
                (
                    "u8",
                    "canonical_form",
                    format!(
                        "the form under which it is served without redirect; {:#04x}: under no path; {:#04x}: see [canonical](#assets)",
                        format::CANONICAL_NONE,
                        format::CANONICAL_OTHER
                    ),
                ),
                f("u32", "type", "index of its type"),
                f("u32", "slot", "index of the slot with its stem"),
            ],
        ),
        Record::new(
            "type",
            format::TYPE_LEN,
            vec![
                ("u64", "extension_offset", text_of("the extension")),
                ("u64", "media_type_offset", text_of("what is sent as `Content-Type`")),
                ("u16", "extension_len", format!("bytes; {none16}: no extension")),
                ("u16", "media_type_len", format!("bytes; {none16}: the header is not sent")),
                reserved("4"),
                f("u64", "tag_mask", "mixed into the entity tag; zero without an extension"),
            ],
        ),
        Record::new(
            "canonical",
            format::CANONICAL_LEN,
            vec![
                f("u32", "asset", "the asset; the records are ordered by this"),
                f("u32", "path_len", "bytes"),
                ("u64", "path_offset", text_of("the site path, not encoded")),
            ],
        ),
        Record::new(
            "not-found header",
            format::NOT_FOUND_HEADER_LEN,
            vec![
                f(
                    "u64",
                    "depth_mask",
                    "bit d: a folder with d slashes in its path owns a `404.html`; bit 63: 63 or more",
                ),
                f("u32", "longest_folder_len", "bytes"),
                (
                    "u32",
                    "longest_probe",
                    format!(
                        "how far from its place the farthest entry is, at most {}",
                        format::MAX_NOT_FOUND_PROBE
                    ),
                ),
            ],
        ),
        Record::new(
            "not-found entry",
            format::NOT_FOUND_LEN,
            vec![
                f("u64", "key", "path key of the folder"),
                ("u64", "folder_offset", text_of("the folder, without slash at its end")),
                f("u32", "folder_len", "bytes"),
                ("u32", "asset", format!("its `404.html`; {none32}: the entry is unused")),
            ],
        ),
        Record::new(
            "rule",
            format::RULE_LEN,
            vec![
                f("u16", "id", "number of the rule; the records are ordered by this"),
                f("u16", "name_len", "bytes"),
                reserved("4"),
                (
                    "u64",
                    "name_offset",
                    text_of(
                        "the name, a heading of [ROUTING.md](ROUTING.md) or a rule of [HOSTS.md](HOSTS.md)",
                    ),
                ),
            ],
        ),
        Record::new(
            "redirect",
            format::REDIRECT_LEN,
            vec![
                f("u64", "texts_offset", "string offset of its texts, which stand one behind the other"),
                f(
                    "u32",
                    "from_len",
                    "the path, or for a dynamic rule the pattern; bytes, as are the next five",
                ),
                f(
                    "u32",
                    "path_len",
                    "where it leads within the request's own origin; for a dynamic rule, the target with its placeholders",
                ),
                f("u32", "search_len", "query of the target, with its `?`"),
                f("u32", "hash_len", "fragment of the target, with its `#`"),
                f("u32", "host_len", "host of the target, with its port"),
                f(
                    "u32",
                    "url_len",
                    "what is sent instead of the path where scheme or host are not the request's",
                ),
                f("u32", "line", "line of the file"),
                f("u16", "status", "200 rewrites, others redirect"),
                (
                    "u8",
                    "kind",
                    format!(
                        "static: {} a path, {} an `https` URL, {} a URL with the request's scheme, {} no URL (status 500); dynamic: {}, or \
                         {} if the pattern never matches",
                        format::REDIRECT_PATH,
                        format::REDIRECT_HTTPS,
                        format::REDIRECT_SCHEME_RELATIVE,
                        format::REDIRECT_BROKEN,
                        format::REDIRECT_DYNAMIC,
                        format::REDIRECT_NEVER
                    ),
                ),
                (
                    "u8",
                    "flags",
                    format!("{}: runs of `/` in the finished target become one", format::REDIRECT_COLLAPSES),
                ),
            ],
        ),
        Record::new(
            "raw redirect",
            format::RAW_REDIRECT_LEN,
            vec![
                ("u64", "path_offset", text_of("the path as it is sent; the records are ordered by it")),
                f("u32", "path_len", "bytes"),
                f("u32", "redirect", "index of the rule"),
            ],
        ),
        Record::new(
            "header rule",
            format::HEADER_RULE_LEN,
            vec![
                ("u64", "path_offset", text_of("the pattern, with `https://host` in front if it has one")),
                f("u32", "path_len", "bytes"),
                f("u32", "line", "line of its path in the file"),
                f("u32", "first_line", "index of its first header line"),
                f("u16", "removal_count", "lines that remove; they come first"),
                f("u16", "set_count", "lines that set"),
                (
                    "u32",
                    "flags",
                    format!(
                        "{}: names a host; {}: values have placeholders; {}: answers it matches fail with 500; {}: never matches",
                        format::HEADER_RULE_HAS_HOST,
                        format::HEADER_RULE_SUBSTITUTES,
                        format::HEADER_RULE_BROKEN,
                        format::HEADER_RULE_NEVER
                    ),
                ),
                reserved("4"),
            ],
        ),
        Record::new(
            "header line",
            format::HEADER_LINE_LEN,
            vec![
                ("u64", "name_offset", text_of("the header's name")),
                ("u64", "value_offset", text_of("its value, with placeholders")),
                f("u32", "name_len", "bytes"),
                f("u32", "value_len", "bytes; zero for a line that removes"),
            ],
        ),
        Record::new(
            "dispatch entry",
            format::DISPATCH_LEN,
            vec![
                ("u64", "segment_offset", text_of("a first segment; the entries are ordered by it")),
                f("u32", "segment_len", "bytes"),
                reserved("4"),
                f("u128", "mask", "rules that can match only paths with this first segment"),
            ],
        ),
        Record::new(
            "router header",
            format::ROUTER_HEADER_LEN,
            vec![
                f("u8", "script", "1: there is a Worker script, or a Pages Function"),
                (
                    "u8",
                    "first",
                    format!(
                        "who is asked first: {} the assets, {} the script, {} what `run_worker_first` says, {} what `_routes.json` says",
                        format::FIRST_NEVER,
                        format::FIRST_ALWAYS,
                        format::FIRST_RULES,
                        format::FIRST_ROUTES
                    ),
                ),
                f("u8", "navigation", "1: for a navigation, not-found handling counts as an answer"),
                reserved("1"),
                f("u32", "exclude_count", "rules that exclude; they come first"),
                f("u32", "include_count", "rules that include"),
                reserved("4"),
            ],
        ),
        Record::new(
            "router rule",
            format::ROUTER_RULE_LEN,
            vec![
                ("u64", "text_offset", text_of("the rule, without `!`")),
                f("u32", "text_len", "bytes"),
                (
                    "u32",
                    "kind",
                    format!(
                        "{}: `*` is any run of bytes; {}: the same, and a `/` or `/*` at the end may be missing or be there; {}: a regular \
                         expression",
                        format::ROUTER_GLOB,
                        format::ROUTER_ROUTE,
                        format::ROUTER_REGEX
                    ),
                ),
            ],
        ),
        host_header(),
        host_row(),
    ]
}
