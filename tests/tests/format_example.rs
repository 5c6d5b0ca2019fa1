//! `docs/FORMAT.md` is what the code writes and reads.

use std::path::Path;

use trailmark::{Manifest, RequestPath, Scratch};
use trailmark_tests::format_docs::{self, Field};

fn page() -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/FORMAT.md");
    std::fs::read_to_string(path).unwrap().replace("\r\n", "\n")
}

#[test]
fn format_page_shows_what_the_compiler_writes() {
    let on_disk = page();
    let rendered = format_docs::render(&on_disk);
    let first_difference = on_disk.lines().zip(rendered.lines()).position(|(a, b)| a != b);
    assert!(
        on_disk == rendered,
        "docs/FORMAT.md is stale (first at line {}); `cargo xtask docs` writes it",
        first_difference.map_or(on_disk.lines().count(), |line| line) + 1
    );
}

#[test]
fn the_reader_says_of_the_example_what_the_page_says() {
    let (bytes, path) = format_docs::example_manifest();
    let manifest = Manifest::open(&bytes).unwrap();
    let mut scratch = Scratch::new();
    let redirect = manifest.lookup(&RequestPath::parse(path, &mut scratch).unwrap());
    let location = redirect.location().unwrap().to_string();
    let page = page();
    assert!(page.contains(&format!("status {}, `Location: {location}`", redirect.status())));
    assert!(page.contains(&format!(", by {}\n", manifest.rule_name(redirect.rule()))));
    let mut scratch = Scratch::new();
    let served = manifest.lookup(&RequestPath::parse(&location, &mut scratch).unwrap()).asset().unwrap();
    assert_eq!(served.site_path(), path);
    assert!(page.contains(&format!("`{}`.\n", served.etag())));
    assert!(page.contains(&format!("media type `{}`", served.media_type().unwrap())));
    assert!(page.contains(&format!("size = {}\n", served.size())));
}

#[test]
fn format_page_has_a_place_for_every_part() {
    let page = page();
    for name in format_docs::part_names() {
        for mark in [format!("<!-- begin {name} -->\n"), format!("<!-- end {name} -->\n")] {
            assert_eq!(page.matches(&mark).count(), 1, "{mark}");
        }
    }
    assert_eq!(page.matches("<!-- begin").count(), format_docs::part_names().len());
    assert!(!page.contains("unknown |"), "a section that the page does not describe");
}

#[test]
fn fields_of_every_record_fill_it_without_gap() {
    for record in format_docs::records() {
        let mut end = 0;
        for Field { offset, len, name, .. } in &record.fields {
            assert_eq!(*offset, end, "{} {name}", record.name);
            end += len;
        }
        assert_eq!(end, record.len, "{}", record.name);
    }
}

#[test]
fn every_link_within_the_format_page_leads_to_a_heading() {
    let page = page();
    let kept = |c: &char| c.is_alphanumeric() || matches!(c, '-' | '_' | ' ');
    let headings = page.lines().filter_map(|line| line.strip_prefix("## "));
    let anchors: Vec<String> = headings
        .map(|text| text.to_lowercase().chars().filter(kept).collect::<String>().replace(' ', "-"))
        .collect();
    for link in page.split("](#").skip(1).filter_map(|rest| rest.split(')').next()) {
        assert!(anchors.iter().any(|anchor| anchor == link), "#{link} leads nowhere");
    }
}
