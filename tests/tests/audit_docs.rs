//! `docs/AUDIT.md` has the rules of the code.

use std::path::Path;

use trailmark_audit::RULES;

#[test]
fn audit_page_is_what_the_rule_table_gives() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/AUDIT.md");
    let on_disk = std::fs::read_to_string(path).unwrap().replace("\r\n", "\n");
    assert!(
        on_disk == trailmark_tests::audit_docs::render(&on_disk),
        "docs/AUDIT.md is stale; `cargo xtask docs` writes it"
    );
    for row in RULES {
        assert_eq!(on_disk.matches(&format!("#### `{}`\n", row.name)).count(), 1, "{}", row.name);
    }
}
