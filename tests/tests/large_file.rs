//! A manifest of several megabytes, which is read into pages of its own, answers like the bytes it was written from.

use std::fs::{self, File};
use std::io::Write;

use trailmark::{FileError, Manifest, ManifestFile, OpenError, RequestPath, Scratch};
use trailmark_compiler::{AssetFile, RoutingOptions, manifest_of};

const PAGES: u64 = 50_000;

fn large() -> Vec<u8> {
    let assets = (0..PAGES).map(|number| {
        let mut fingerprint = [0; 32];
        fingerprint[..8].copy_from_slice(&number.to_le_bytes());
        AssetFile { site_path: format!("/posts/{number}/index.html"), size: number, fingerprint }
    });
    manifest_of(assets.collect(), RoutingOptions::default()).unwrap()
}

fn answers(manifest: &Manifest<'_>) -> Vec<String> {
    let mut scratch = Scratch::new();
    let targets =
        (0..PAGES).step_by(997).flat_map(|number| [format!("/posts/{number}"), format!("/posts/{number}/")]);
    let answer = |target: String| {
        let request = RequestPath::parse(&target, &mut scratch).unwrap();
        manifest.lookup(&request).display(manifest).to_string()
    };
    targets.map(answer).collect()
}

#[test]
fn a_large_manifest_answers_alike_read_and_in_memory() {
    let bytes = large();
    assert!(bytes.len() > 4 << 20, "{} bytes are not many", bytes.len());
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("site.trailmark");
    fs::write(&path, &bytes).unwrap();
    let expected = answers(&Manifest::open(&bytes).unwrap());
    let read = ManifestFile::read(&path).unwrap();
    // Nothing of the file is needed any more.
    File::options().write(true).truncate(true).open(&path).unwrap().write_all(b"another").unwrap();
    assert_eq!(answers(read.manifest()), expected);
    assert_eq!(read.manifest().verify(), Ok(()));
    assert!(!read.is_mapped());
}

#[test]
fn a_large_file_that_is_cut_or_has_grown_is_refused() {
    let bytes = large();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("site.trailmark");
    for wrong in [bytes[..bytes.len() - 1].to_vec(), [bytes.as_slice(), b"x"].concat()] {
        fs::write(&path, &wrong).unwrap();
        let error = ManifestFile::read(&path).unwrap_err();
        let found = wrong.len() as u64;
        let expected = bytes.len() as u64;
        assert!(
            matches!(error, FileError::Open(OpenError::Length { expected: e, found: f }) if (e, f) == (expected, found)),
            "{error}"
        );
    }
}
