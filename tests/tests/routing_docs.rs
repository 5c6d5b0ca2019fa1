//! `docs/ROUTING.md` is what the code says.

use std::collections::BTreeMap;
use std::path::Path;

use trailmark_compiler::rules;
use trailmark_tests::routing_docs;

#[test]
fn routing_page_is_what_the_rule_table_gives() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/ROUTING.md");
    let on_disk = std::fs::read_to_string(path).unwrap_or_default().replace("\r\n", "\n");
    let rendered = routing_docs::render();
    let first_difference = on_disk.lines().zip(rendered.lines()).position(|(a, b)| a != b);
    assert!(
        on_disk == rendered,
        "docs/ROUTING.md is stale (first at line {}); `cargo xtask docs` writes it",
        first_difference.map_or(on_disk.lines().count(), |line| line) + 1
    );
}

#[test]
fn every_rule_is_a_heading_of_the_routing_page_once() {
    let page = routing_docs::render();
    let mut headings: BTreeMap<&str, usize> = BTreeMap::new();
    for name in page.lines().filter_map(|line| line.strip_prefix("#### `")?.strip_suffix('`')) {
        *headings.entry(name).or_default() += 1;
    }
    for (_, rule) in rules::all() {
        assert_eq!(headings.remove(rule.name), Some(1), "{}", rule.name);
    }
    assert!(headings.is_empty(), "headings of no rule: {headings:?}");
}

#[test]
fn every_link_within_the_routing_page_leads_to_a_heading() {
    let page = routing_docs::render();
    let kept = |c: &char| c.is_alphanumeric() || matches!(c, '-' | '_' | ' ');
    let anchors: Vec<String> = page
        .lines()
        .filter(|line| line.starts_with('#'))
        .map(|line| {
            line.trim_start_matches('#').trim().to_lowercase().chars().filter(kept).collect::<String>()
        })
        .map(|heading| heading.replace(' ', "-"))
        .collect();
    let links: Vec<&str> = page.split("](#").skip(1).filter_map(|rest| rest.split(')').next()).collect();
    assert!(links.len() > 50, "only {} links", links.len());
    for link in links {
        assert!(anchors.iter().any(|anchor| anchor == link), "#{link} leads nowhere");
    }
}

#[test]
fn template_forgets_no_rule() {
    assert!(!routing_docs::render().contains("## Other rules"), "give the new rules a place in the template");
}
