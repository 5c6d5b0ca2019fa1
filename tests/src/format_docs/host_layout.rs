//! The records of the section about another host, as data.

use trailmark::{Ending, format};

use super::record::Record;

pub(super) fn host_header() -> Record {
    let none16 = format!("{:#06x}: none", format::NONE_U16);
    let f = |kind: &'static str, name: &'static str, meaning: &str| (kind, name, meaning.to_owned());
    Record::new(
        "host header",
        format::HOST_HEADER_LEN,
        vec![
            f(
                "u64",
                "name_offset",
                "string offset of the host's name with its settings, as `vercel:clean-urls`",
            ),
            f("u16", "name_len", "bytes"),
            (
                "u16",
                "flags",
                format!(
                    "{}: redirects lose the query; {}: the root's `404.html` has status 404 under its own name too, if the path holds \
                     no `%`; refuse unknown ones",
                    format::HOST_DROPS_QUERY,
                    format::HOST_PAGE_ALWAYS_404
                ),
            ),
            (
                "u8",
                "decoding",
                format!(
                    "{} as a whole, or not at all if a `%` begins no escape; {} as a whole, refused otherwise; {} rows read the path as \
                     requested, names of files are decoded; {} the same, but escapes of `; / ? : @ & = + $ , #` stay",
                    format::HOST_DECODE_LENIENT,
                    format::HOST_DECODE_STRICT,
                    format::HOST_DECODE_AT_LOOKUP,
                    format::HOST_DECODE_AT_LOOKUP_URI
                ),
            ),
            (
                "u8",
                "cleaning",
                format!(
                    "then: {} nothing; {} runs of `/` become one; {} the same in names of files only; {} the same everywhere, and dot \
                     segments are resolved, refused above the root; {} the same as Go does it: clamped at the root, without a `/` in place of \
                     one at the end",
                    format::HOST_CLEAN_NOTHING,
                    format::HOST_CLEAN_SLASHES,
                    format::HOST_CLEAN_SLASHES_AT_LOOKUP,
                    format::HOST_CLEAN_DOTS,
                    format::HOST_CLEAN_DOTS_GO
                ),
            ),
            (
                "u8",
                "spelling",
                format!(
                    "of `Location`: {} the target, escaped; {} the path as it was read, changed at its end, escaped as Go does it; {} the target, \
                     only what is not ASCII escaped, in lower case; {} the path as requested, changed at its end",
                    format::HOST_SPELL_ENCODED,
                    format::HOST_SPELL_GO,
                    format::HOST_SPELL_DECODED,
                    format::HOST_SPELL_REQUESTED
                ),
            ),
            ("1", "", String::new()),
            (
                "u16",
                "page_rule",
                format!(
                    "the rule of a miss that `root_not_found_asset` answers; {none16}, the host looks for no page"
                ),
            ),
            f("u16", "none_rule", "the rule of any other miss"),
            ("u16", "bad_request_rule", format!("the rule of a path that is refused with 400; {none16}")),
            (
                "u16",
                "lower_case_rule",
                format!(
                    "the rule that leads upper-case letters to lower case; {none16}, letters are told apart"
                ),
            ),
            (
                "u16",
                "one_slash_rule",
                format!(
                    "a rule whose stored answers do not hold for a path that ends in `//` as it was read; {none16}"
                ),
            ),
            ("6", "", String::new()),
        ],
    )
}

pub(super) fn host_row() -> Record {
    let endings: Vec<String> =
        Ending::ALL.iter().map(|&ending| format!("{} {}", ending as u8, ending.in_words())).collect();
    let suffixes: Vec<String> = format::HOST_NAME_SUFFIXES
        .iter()
        .zip(1..)
        .map(
            |(suffix, number)| {
                if suffix.is_empty() { format!("{number} none") } else { format!("{number} `{suffix}`") }
            },
        )
        .collect();
    Record::new(
        "host row",
        format::HOST_ROW_LEN,
        vec![
            ("u16", "rule", "number of the rule".to_owned()),
            ("u8", "ending", format!("the path: {}", endings.join("; "))),
            (
                "u8",
                "place",
                format!(
                    "what is left without the ending: {} anything, {} nothing, {} something, {} `/`",
                    format::HOST_PLACE_ANYWHERE,
                    format::HOST_PLACE_ROOT,
                    format::HOST_PLACE_BELOW_ROOT,
                    format::HOST_PLACE_NAMELESS
                ),
            ),
            (
                "u8",
                "file",
                format!(
                    "a file that must be there; 0: none. The number of what is added to the path: {}; {:#04x} more if the ending is taken \
                     off first",
                    suffixes.join(", "),
                    format::HOST_NAME_TRIMMED
                ),
            ),
            ("u8", "other_file", "another".to_owned()),
            ("u8", "action", format!("{} serve, {} redirect", format::ACTION_SERVE, format::ACTION_REDIRECT)),
            ("u8", "target", "the file, or where it is redirected to; spelled likewise".to_owned()),
        ],
    )
}
