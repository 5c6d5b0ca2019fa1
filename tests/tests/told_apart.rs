//! A manifest of routes alone answers every path as the whole manifest does, though it has read next to nothing.

use proptest::prelude::*;
use trailmark::{Manifest, RequestPath, Scratch};
use trailmark_compiler::{CompileOptions, compile, compile_routes};

use crate::random_sites::{config, draft, files_on_disk, options};

/// What a manifest says about each file and each request, without fingerprints.
fn answers(bytes: &[u8], targets: &[Vec<u8>]) -> Vec<String> {
    let manifest = Manifest::open(bytes).unwrap();
    let of_files = manifest.assets().map(|asset| {
        let canonical = asset.canonical_url().map(|url| url.to_string());
        format!("{} {} {canonical:?} {:?}", asset.site_path(), asset.size(), asset.media_type())
    });
    let mut scratch = Scratch::new();
    let of_targets = targets.iter().map(|target| match RequestPath::parse(target, &mut scratch) {
        Ok(request) => manifest.lookup(&request).display(&manifest).to_string(),
        Err(error) => error.to_string(),
    });
    of_files.chain(of_targets).collect()
}

proptest! {
    #![proptest_config(config(400))]

    #[test]
    fn routes_alone_answer_as_the_whole_manifest(
        files in files_on_disk(),
        routing in options(),
        drafts in prop::collection::vec(draft(), 0..24),
    ) {
        let dist = tempfile::tempdir().unwrap();
        for (path, content) in &files {
            let path = dist.path().join(path.trim_start_matches('/'));
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, content).unwrap();
        }
        let options = CompileOptions { routing, ..CompileOptions::default() };
        let mut targets: Vec<Vec<u8>> = drafts.iter().map(|draft| draft.target(&files)).collect();
        for path in files.keys() {
            let page = path.trim_end_matches(".html").trim_end_matches("/index");
            let forms = ["", "/", ".html", "/index", "/index/", "/index.html", "/index/index", "/none"];
            targets.extend(forms.iter().map(|form| format!("{}{form}", trailmark::encode_site_path(page)).into_bytes()));
        }
        match (compile(dist.path(), &options, &()), compile_routes(dist.path(), &options, &())) {
            (Ok(whole), Ok(routes)) => {
                prop_assert_eq!(answers(&whole.bytes, &targets), answers(&routes.bytes, &targets));
                prop_assert!(routes.report.hashed <= whole.report.hashed);
            }
            (whole, routes) => prop_assert_eq!(whole.is_err(), routes.is_err()),
        }
    }
}

#[test]
fn files_that_nothing_is_compared_with_are_not_read() {
    let dist = tempfile::tempdir().unwrap();
    for (path, content) in
        [("a.html", "page"), ("b.html", "page"), ("c/index.html", "page"), ("d.css", "page")]
    {
        std::fs::create_dir_all(dist.path().join(path).parent().unwrap()).unwrap();
        std::fs::write(dist.path().join(path), content).unwrap();
    }
    let hashed = || compile_routes(dist.path(), &CompileOptions::default(), &()).unwrap().report.hashed;
    assert_eq!(hashed(), 0);
    std::fs::write(dist.path().join("c.html"), "page").unwrap();
    assert_eq!(hashed(), 2, "two pages of one name");
    std::fs::write(dist.path().join("404.html"), "page").unwrap();
    assert_eq!(hashed(), 6, "any page may be what the not-found page is");
}
