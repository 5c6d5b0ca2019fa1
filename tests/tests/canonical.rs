//! The canonical URL that a manifest names for an asset: where it is served, and nowhere redirected from.

use proptest::prelude::*;
use trailmark::{Manifest, RequestPath, Resolution, Scratch};
use trailmark_compiler::manifest_of;
use trailmark_tests::conformance::assets_of;

use crate::random_sites::{config, files, options};

proptest! {
    #![proptest_config(config(1500))]

    #[test]
    fn the_canonical_url_of_an_asset_serves_its_content_without_redirect(
        files in files(),
        options in options(),
    ) {
        let bytes = manifest_of(assets_of(&files), options).unwrap();
        let manifest = Manifest::open(&bytes).unwrap();
        for asset in manifest.assets() {
            let Some(url) = asset.canonical_url().map(|url| url.to_string()) else { continue };
            let mut scratch = Scratch::new();
            let request = RequestPath::parse(&url, &mut scratch).unwrap();
            prop_assert_eq!(request.path(), &url, "a canonical URL is parsed already");
            match manifest.lookup(&request) {
                Resolution::Serve { asset: served, .. } => prop_assert_eq!(served.etag(), asset.etag(), "{}", url),
                other => prop_assert!(false, "{url} for {asset:?} with {options:?}: {other:?}"),
            }
        }
    }

    #[test]
    fn an_asset_without_canonical_url_is_served_under_no_stored_path(
        files in files(),
        options in options(),
    ) {
        let bytes = manifest_of(assets_of(&files), options).unwrap();
        let manifest = Manifest::open(&bytes).unwrap();
        for asset in manifest.assets().filter(|asset| asset.canonical_url().is_none()) {
            let served_at = manifest.routes().find(|route| match route.effect {
                trailmark::RouteEffect::Serve(served) => served == asset,
                trailmark::RouteEffect::Redirect(_) => false,
            });
            prop_assert!(served_at.is_none(), "{asset:?} at {:?} with {options:?}", served_at.map(|route| route.path.to_string()));
        }
    }
}
