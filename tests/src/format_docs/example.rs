//! A manifest of two files, taken apart: the bytes are what the compiler writes, the explanations come from the layout.

use std::fmt::Write;

use trailmark::format::{self, header, section, section_name};
use trailmark::key::{IndexShape, path_key, slot_tag};
use trailmark::{Form, RuleId, split_stem};
use trailmark_compiler::{AssetFile, RoutingOptions, manifest_of, rules};

use super::layout::records;
use super::record::Record;
use super::{hex, number, section_range};
use crate::sites::sha256;

/// The files, with their contents.
const FILES: [(&str, &str); 2] =
    [("/index.html", "<h1>Welcome</h1>\n"), ("/about.html", "<h1>About us</h1>\n")];

/// The path that is looked up.
pub(super) const PATH: &str = "/about.html";

/// The manifest of the example.
pub(super) fn manifest() -> Vec<u8> {
    let asset = |(path, content): (&str, &str)| AssetFile {
        site_path: path.to_owned(),
        size: content.len() as u64,
        fingerprint: sha256(content.as_bytes()),
    };
    manifest_of(FILES.map(asset).to_vec(), RoutingOptions::default()).expect("two files compile")
}

/// The whole example.
pub(super) fn render() -> String {
    let bytes = manifest();
    let mut text = String::from("The site:\n\n");
    for (path, content) in FILES {
        let _ = writeln!(text, "- `{path}`, {} bytes: `{}`", content.len(), content.escape_default());
    }
    let _ = write!(
        text,
        "\nCompiled for Workers with `auto-trailing-slash` and `404-page`, it makes a manifest of {} bytes. In the listings, the first column \
         is the offset from the start of the file.\n\n### Its header\n\n",
        bytes.len()
    );
    text.push_str(&listing(&record("header"), &bytes, 0));
    let _ = writeln!(text, "\n### Its section table\n\n```text");
    let entry = record("section entry");
    let count = number(&bytes[header::SECTION_COUNT..][..4]) as usize;
    for position in 0..count {
        let at = format::HEADER_LEN + position * format::SECTION_ENTRY_LEN;
        let field = |name| entry.number(&bytes, at, name);
        let what = match field("len") {
            0 => "empty".to_owned(),
            len => format!("{len} bytes at {}", field("offset")),
        };
        let name = section_name(field("kind") as u32);
        let _ = writeln!(text, "{at:>5}  {}  {name}: {what}", hex_of_fields(&entry, &bytes, at));
    }
    text.push_str("```\n");
    text.push_str(&look_up(&bytes));
    text
}

/// The look-up of one path, step by step.
fn look_up(bytes: &[u8]) -> String {
    let (stem, form) = split_stem(PATH.as_bytes());
    let stem_text = String::from_utf8_lossy(stem);
    let seed = record("header").number(bytes, 0, "seed");
    let key = path_key(stem, seed);
    let index = section_range(bytes, section::INDEX);
    let index_header = record("index header");
    let dimension = |name| index_header.number(bytes, index.start, name) as u32;
    let shape = IndexShape {
        part_count: dimension("part_count"),
        buckets_per_part: dimension("buckets_per_part"),
        slots_per_part: dimension("slots_per_part"),
    };
    let (part, bucket) = shape.bucket(key);
    let pilot_at = index.start + format::INDEX_HEADER_LEN + bucket as usize;
    let slot_index = shape.slot(key, part, bytes[pilot_at]) as usize;
    let mut text = format!(
        "\n### Looking up `{PATH}`\n\n**1. Stem and form.** `{PATH}` ends in `{}`, which is form {}; what is left is the stem `{stem_text}`.\n\n\
         **2. Path key.** XXH3-64 of the {} bytes `{}` with seed {seed} is `{key:#018x}`.\n\n**3. Slot.** The index says:\n\n",
        form.suffix(),
        form as u8,
        stem.len(),
        hex(stem),
    );
    text.push_str(&listing(&index_header, bytes, index.start));
    let _ = write!(
        text,
        "\nThe key falls into part {part}, bucket {bucket}. The pilot of that bucket is the byte {:#04x} at {pilot_at}. With it, the slot is \
         {slot_index}",
        bytes[pilot_at]
    );
    let tags = section_range(bytes, section::TAGS);
    if !tags.is_empty() {
        let at = tags.start + slot_index;
        let _ = write!(
            text,
            "; its tag, the byte {:#04x} at {at}, is the lowest byte of the key ({:#04x}), so it is worth looking",
            bytes[at],
            slot_tag(key)
        );
    }
    text.push_str(".\n\n");
    let slot_at = section_range(bytes, section::SLOTS).start + slot_index * format::SLOT_LEN;
    text.push_str(&listing(&record("slot"), bytes, slot_at));
    text.push_str("\nThe stem is the one that was looked for, so this is the right slot.\n\n");
    text.push_str(&answer(bytes, slot_at, (&stem_text, form)));
    text
}

/// What the slot answers, and the asset it leads to.
fn answer(bytes: &[u8], slot_at: usize, (stem, form): (&str, Form)) -> String {
    let slot = record("slot");
    let shape = slot.number(bytes, slot_at, "shape");
    let base = slot.number(bytes, slot_at, "base");
    let shape_at = section_range(bytes, section::SHAPES).start + shape as usize * format::SHAPE_LEN;
    let entry_at = |form: Form| shape_at + form as usize * format::SHAPE_ENTRY_LEN;
    let mut text = format!(
        "**4. Answer.** Shape {shape} says what each form of such a stem answers (action, argument, rule, redirect, header \
         set):\n\n```text\n"
    );
    for each in Form::ALL {
        let path = format!("{stem}{}:", each.suffix());
        let fields = hex_of_fields(&record("shape entry"), bytes, entry_at(each));
        let _ = writeln!(
            text,
            "{:>5}  {fields}  {path:<26}  {}",
            entry_at(each),
            told(bytes, entry_at(each), stem, base)
        );
    }
    let to = destination(bytes, entry_at(form)).expect("the path of the example is redirected");
    let status = record("header").number(bytes, 0, "redirect_status");
    let served = base + record("shape entry").number(bytes, entry_at(to), "argument");
    let _ = write!(
        text,
        "```\n\nForm {} is redirected to form {}: status {status}, `Location: {stem}{}`. A request for that finds the same slot, \
         and asset {served}:\n\n",
        form as u8,
        to as u8,
        to.suffix(),
    );
    text.push_str(&facts(bytes, served as usize));
    text
}

/// Where an entry of a shape redirects to, if it does.
fn destination(bytes: &[u8], entry_at: usize) -> Option<Form> {
    let entry = record("shape entry");
    let redirects = entry.number(bytes, entry_at, "action") == u64::from(format::ACTION_REDIRECT);
    redirects.then(|| Form::from_number(entry.number(bytes, entry_at, "argument") as u8)).flatten()
}

/// An entry of a shape, in words.
fn told(bytes: &[u8], entry_at: usize, stem: &str, base: u64) -> String {
    let entry = record("shape entry");
    let rule =
        rules::rule(RuleId(entry.number(bytes, entry_at, "rule") as u16)).map_or("no rule", |rule| rule.name);
    match (destination(bytes, entry_at), entry.number(bytes, entry_at, "action") as u8) {
        (Some(to), _) => format!("redirect to {stem}{}, by {rule}", to.suffix()),
        (None, format::ACTION_SERVE) => {
            format!("serve asset {}, by {rule}", base + entry.number(bytes, entry_at, "argument"))
        }
        _ => "nothing".to_owned(),
    }
}

/// An asset, its type and its entity tag.
fn facts(bytes: &[u8], asset_index: usize) -> String {
    let asset_at = section_range(bytes, section::ASSETS).start + asset_index * format::ASSET_LEN;
    let mut text = listing(&record("asset"), bytes, asset_at);
    let kind = record("type");
    let type_index = record("asset").number(bytes, asset_at, "type") as usize;
    let type_at = section_range(bytes, section::TYPES).start + type_index * format::TYPE_LEN;
    let _ = write!(text, "\nIts type, {type_index}:\n\n{}", listing(&kind, bytes, type_at));
    let string = |offset: &str, len: &str| {
        let start =
            section_range(bytes, section::STRINGS).start + kind.number(bytes, type_at, offset) as usize;
        String::from_utf8_lossy(&bytes[start..][..kind.number(bytes, type_at, len) as usize]).into_owned()
    };
    let mask = kind.number(bytes, type_at, "tag_mask").to_le_bytes();
    let half = bytes[asset_at..].iter().take(16).zip(mask.iter().cycle());
    let tag: String = half.map(|(byte, mask)| format!("{:02x}", byte ^ mask)).collect();
    let _ = writeln!(
        text,
        "\nThe strings say that the extension is `{}` and the media type `{}`. The entity tag is the first half of the fingerprint, \
         combined with the tag mask by exclusive or: `\"{tag}\"`.",
        string("extension_offset", "extension_len"),
        string("media_type_offset", "media_type_len"),
    );
    text
}

fn record(name: &str) -> Record {
    records()
        .into_iter()
        .find(|record| record.name == name)
        .expect("the example names records that are there")
}

/// A record in one line, its fields set apart.
fn hex_of_fields(record: &Record, bytes: &[u8], start: usize) -> String {
    let fields = record.fields.iter().map(|field| hex(&bytes[start + field.offset..][..field.len]));
    fields.collect::<Vec<_>>().join("  ")
}

/// A record, a field a line: offset, bytes, name and value.
fn listing(record: &Record, bytes: &[u8], start: usize) -> String {
    let mut text = String::from("```text\n");
    for field in &record.fields {
        let at = start + field.offset;
        let value = &bytes[at..at + field.len];
        let name = if field.name.is_empty() { "reserved" } else { field.name };
        let says = match (field.is_number, name) {
            (true, _) => format!("{name} = {}", shown_number(value)),
            (_, "stem") => format!("stem = {}", String::from_utf8_lossy(value).trim_end_matches('\0')),
            _ => name.to_owned(),
        };
        for (position, line) in value.chunks(16).enumerate() {
            let says = if position == 0 { says.as_str() } else { "" };
            let _ = writeln!(
                text,
                "{}",
                format!("{:>5}  {:<47}  {says}", at + position * 16, hex(line)).trim_end()
            );
        }
    }
    text.push_str("```\n");
    text
}

/// Large numbers, which are keys or marks, in hexadecimal.
fn shown_number(bytes: &[u8]) -> String {
    match number(bytes) {
        number if number > 0xFFFF_FFFF || bytes.len() > 1 && bytes.iter().all(|&byte| byte == 0xFF) => {
            format!("{number:#x}")
        }
        number => number.to_string(),
    }
}
