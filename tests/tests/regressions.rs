//! What the fuzz targets do, done once more over their seeds and over every input that ever made one fail.
//!
//! A new failure becomes a file in `fuzz/regressions/<target>/`, named as what was wrong; then it is tried here for ever.

use std::fs;
use std::path::{Path, PathBuf};

use trailmark_tests::targets::TARGETS;

fn fuzz_folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../fuzz")
}

/// Files of a folder, sorted; none if there is no such folder.
fn files_of(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).into_iter().flatten();
    let mut files: Vec<PathBuf> = entries.map(|entry| entry.unwrap().path()).collect();
    files.sort();
    files
}

#[test]
fn every_fuzz_target_takes_its_seeds() {
    for (name, target) in TARGETS {
        let seeds = files_of(&fuzz_folder().join("seeds").join(name));
        assert!(!seeds.is_empty(), "{name} has no seeds");
        seeds.iter().for_each(|seed| target(&fs::read(seed).unwrap()));
    }
}

#[test]
fn every_input_that_once_failed_passes() {
    let mut count = 0;
    for (name, target) in TARGETS {
        for file in files_of(&fuzz_folder().join("regressions").join(name)) {
            println!("{}", file.display());
            target(&fs::read(&file).unwrap());
            count += 1;
        }
    }
    println!("{count} inputs that once failed");
}

#[test]
fn every_fuzz_target_is_a_binary_of_the_fuzz_package() {
    let package = fs::read_to_string(fuzz_folder().join("Cargo.toml")).unwrap();
    for (name, _) in TARGETS {
        let source = fs::read_to_string(fuzz_folder().join(format!("fuzz_targets/{name}.rs"))).unwrap();
        assert!(package.contains(&format!("name = \"{name}\"")), "{name}");
        assert!(source.contains(&format!("targets::{name}(data)")), "{name}");
    }
    assert_eq!(files_of(&fuzz_folder().join("fuzz_targets")).len(), TARGETS.len());
}
