//! `docs/HOSTS.md` is what the tables say.

use std::path::Path;

use trailmark_compiler::hosts::{Host, miss_rules, rules};
use trailmark_tests::hosts_docs;

#[test]
fn page_about_hosts_is_what_the_tables_give() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/HOSTS.md");
    let on_disk = std::fs::read_to_string(path).unwrap_or_default().replace("\r\n", "\n");
    let rendered = hosts_docs::render();
    let first_difference = on_disk.lines().zip(rendered.lines()).position(|(a, b)| a != b);
    assert!(
        on_disk == rendered,
        "docs/HOSTS.md is stale (first at line {}); `cargo xtask docs` writes it",
        first_difference.map_or(on_disk.lines().count(), |line| line) + 1
    );
}

#[test]
fn every_rule_of_every_host_is_told_once() {
    let page = hosts_docs::render();
    for rule in rules().chain(Host::ALL.iter().flat_map(|&host| miss_rules(host))) {
        assert_eq!(page.matches(&format!("- **`{}`**", rule.name)).count(), 1, "{}", rule.name);
    }
}
