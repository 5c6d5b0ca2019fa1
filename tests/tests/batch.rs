//! Many look-ups at once answer as one by one.

use trailmark::{Manifest, RequestPath};
use trailmark_compiler::options::Platform;
use trailmark_compiler::{AssetFile, RoutingOptions, manifest_of};
use trailmark_tests::sites::sha256;

/// A site of folder pages, page files, twins and nested not-found pages, with stems short and long.
fn assets() -> Vec<AssetFile> {
    let long = "a-segment-that-is-long-enough-to-leave-its-slot".repeat(2);
    let mut paths: Vec<String> =
        vec!["/index.html".into(), "/404.html".into(), "/docs/404.html".into(), "/.html".into()];
    for number in 0..500 {
        paths.push(format!("/docs/page-{number}.html"));
        paths.push(format!("/blog/{number}/index.html"));
        paths.push(format!("/{long}/{number}/index.html"));
    }
    let asset =
        |site_path: String| AssetFile { fingerprint: sha256(site_path.as_bytes()), size: 1, site_path };
    paths.into_iter().map(asset).collect()
}

fn targets(manifest: &Manifest<'_>) -> Vec<String> {
    let stored = manifest.routes().map(|route| trailmark::encode_site_path(&route.path.to_string()));
    let mut targets: Vec<String> = stored.collect();
    let odd =
        targets.iter().flat_map(|path| [format!("{path}?q=1"), format!("/{path}"), format!("{path}/nope")]);
    targets.extend(odd.collect::<Vec<_>>());
    targets
}

#[test]
fn a_batch_gives_the_same_resolutions_in_the_same_order() {
    for platform in [Platform::Workers, Platform::Pages] {
        let options = RoutingOptions { platform, ..RoutingOptions::default() };
        let bytes = manifest_of(assets(), options).unwrap();
        let manifest = Manifest::open(&bytes).unwrap();
        let targets = targets(&manifest);
        let requests: Vec<RequestPath<'_>> = targets
            .iter()
            .map(|target| RequestPath::as_is(target).expect("nothing in it needs rewriting"))
            .collect();
        let show = |resolution: trailmark::Resolution<'_, '_>| resolution.display(&manifest).to_string();
        let mut batched = Vec::new();
        manifest.lookup_batch(&requests, |position, resolution| {
            assert_eq!(position, batched.len());
            batched.push(show(resolution));
        });
        let single: Vec<String> = requests.iter().map(|request| show(manifest.lookup(request))).collect();
        assert!(single.len() > 10_000);
        assert_eq!(batched, single);
    }
}
