//! What `docs/SECURITY.md` says about dependencies is what the packages have.

use std::fs;
use std::path::Path;

/// The direct dependencies of what is delivered, build dependencies too, members aside.
fn direct_dependencies(root: &Path) -> Vec<(String, String)> {
    let mut found = Vec::new();
    for package in ["runtime", "compiler", "compare", "audit", "edge", "cli", "wasm"] {
        let text = fs::read_to_string(root.join(package).join("Cargo.toml")).unwrap();
        let manifest: toml::Table = text.parse().unwrap();
        let of_systems = manifest.get("target").and_then(|target| target.as_table()).into_iter().flatten();
        let tables = of_systems.filter_map(|(_, system)| system.as_table()).chain([&manifest]);
        for table in tables {
            for section in ["dependencies", "build-dependencies"] {
                let names = table.get(section).and_then(|section| section.as_table()).into_iter().flatten();
                found.extend(names.map(|(name, _)| (package.to_owned(), name.clone())));
            }
        }
    }
    found.retain(|(_, name)| !name.starts_with("trailmark"));
    found
}

#[test]
fn every_direct_dependency_has_its_reason_in_the_docs() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let page = fs::read_to_string(root.join("docs/SECURITY.md")).unwrap();
    for (package, name) in direct_dependencies(&root) {
        let row = page.lines().find(|line| {
            line.starts_with('|')
                && line.split('|').nth(1).is_some_and(|cell| cell.contains(&format!("`{name}`")))
        });
        let row = row.unwrap_or_else(|| panic!("{name}, which {package} uses, is not in docs/SECURITY.md"));
        assert!(
            row.split('|').nth(2).is_some_and(|users| users.contains(&package)),
            "{name} is used by {package}: {row}"
        );
    }
}
