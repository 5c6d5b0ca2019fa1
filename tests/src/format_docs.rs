//! The parts of `docs/FORMAT.md` that the code knows better: the tables of every record, and the manifest of a site of two files
//! taken apart byte by byte. Each stands between `<!-- begin NAME -->` and `<!-- end NAME -->`; the prose around them stays.

mod example;
mod host_layout;
mod layout;
mod record;

use std::fmt::Write;

use trailmark::Form;
use trailmark::format::{self, section, section_name};

pub use layout::records;
pub use record::{Field, Record};

/// The page, with the generated parts renewed. A part whose marks are missing is left out.
pub fn render(existing: &str) -> String {
    let mut page = existing.to_owned();
    for (name, text) in parts() {
        let (begin, end) = (format!("<!-- begin {name} -->\n"), format!("<!-- end {name} -->"));
        let Some(start) = page.find(&begin).map(|at| at + begin.len()) else { continue };
        let Some(len) = page[start..].find(&end) else { continue };
        page.replace_range(start..start + len, &format!("\n{}\n\n", text.trim()));
    }
    page
}

/// The names of the parts that the page must have.
pub fn part_names() -> Vec<&'static str> {
    parts().into_iter().map(|(name, _)| name).collect()
}

/// The manifest of the example, and the path that is looked up in it.
pub fn example_manifest() -> (Vec<u8>, &'static str) {
    (example::manifest(), example::PATH)
}

fn parts() -> Vec<(&'static str, String)> {
    let mut parts =
        vec![("sections", sections_table()), ("forms", forms_table()), ("example", example::render())];
    parts.extend(records().iter().map(|record| (record.name, record.table())));
    parts
}

/// What each section holds. A kind that is missing here, or here and not in the code, shows in the page as "unknown".
const SECTIONS: &[(u32, &str)] = &[
    (section::INDEX, "[index header](#the-index), then one pilot byte a bucket"),
    (section::SLOTS, "[slots](#slots-and-shapes), a stem each"),
    (section::SHAPES, "[shapes](#slots-and-shapes): what the forms of a stem answer"),
    (section::ASSETS, "[assets](#assets), ordered by stem, then form"),
    (section::TYPES, "[types](#assets): what assets of one extension have in common"),
    (section::NOT_FOUND, "[not-found header, then a table of folders](#misses) that own a `404.html`"),
    (section::IRREGULAR, "[irregular answers](#slots-and-shapes), for stems that fit no shape"),
    (section::RULES, "[rule names](#rule-names), ordered by number"),
    (section::STRINGS, "UTF-8 texts, one behind the other; records refer to them by offset and length"),
    (section::CANONICALS, "[canonical URLs](#assets) that are no form of their asset's stem"),
    (section::REDIRECTS, "[rules of `_redirects`](#rules-of-_redirects), in the order of the file"),
    (section::REDIRECT_DISPATCH, "[dispatch](#dispatch): which dynamic redirects can match a path"),
    (
        section::RAW_REDIRECTS,
        "[static redirects](#rules-of-_redirects) from paths that are not spelled canonically",
    ),
    (section::HEADER_RULES, "[rules of `_headers`](#rules-of-_headers), in the order of the file"),
    (section::HEADER_LINES, "[their lines](#rules-of-_headers)"),
    (section::HEADER_SETS, "[sets of header rules](#rules-of-_headers) that match a stored path"),
    (section::HEADER_DISPATCH, "[dispatch](#dispatch): which header rules can match a path"),
    (section::ROUTER, "[router header, then its rules](#the-router)"),
    (
        section::PROVENANCE,
        "what built the manifest: for people and tools, never for a look-up; encoded with bincode 2",
    ),
    (section::TAGS, "[one byte a slot](#the-index), to turn away paths that are not stored"),
    (section::BASE, "[where the site hangs below its origin](#the-base): `/docs`; absent if at the root"),
    (
        section::HOST,
        "[host header, then rows](#other-hosts): what concerns every path on a host other than Cloudflare's; absent otherwise",
    ),
];

fn sections_table() -> String {
    let mut text = String::from("| kind | name | holds |\n|---|---|---|\n");
    // One more than is listed, so that a section which somebody adds does not go unnoticed.
    for kind in 1..=SECTIONS.len() as u32 + 1 {
        let listed = SECTIONS.iter().find(|(listed, _)| *listed == kind).map(|(_, holds)| *holds);
        match (section_name(kind), listed) {
            ("unknown", None) => {}
            (name, holds) => {
                let _ = writeln!(text, "| {kind} | {name} | {} |", holds.unwrap_or("unknown"));
            }
        }
    }
    text
}

fn forms_table() -> String {
    let mut text = String::from("| number | form of the stem `/foo` | suffix |\n|---|---|---|\n");
    for form in Form::ALL {
        let suffix = match form.suffix() {
            "" => "none".to_owned(),
            suffix => format!("`{suffix}`"),
        };
        let _ = writeln!(text, "| {} | `/foo{}` | {suffix} |", form as u8, form.suffix());
    }
    text
}

/// The number in a field that holds one.
fn number(bytes: &[u8]) -> u64 {
    bytes.iter().rev().fold(0, |number, &byte| number << 8 | u64::from(byte))
}

/// Bytes in hexadecimal, with blanks between them.
fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect::<Vec<_>>().join(" ")
}

/// Where a section lies in a manifest: its offset and length, bytes.
fn section_range(bytes: &[u8], kind: u32) -> std::ops::Range<usize> {
    let count = number(&bytes[format::header::SECTION_COUNT..][..4]) as usize;
    let table = bytes[format::HEADER_LEN..].chunks_exact(format::SECTION_ENTRY_LEN).take(count);
    let entry = table.into_iter().find(|entry| number(&entry[..4]) == u64::from(kind));
    entry.map_or(0..0, |entry| {
        let start = number(&entry[8..16]) as usize;
        start..start + number(&entry[16..24]) as usize
    })
}
