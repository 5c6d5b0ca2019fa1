//! Exhaustive in the small: every site that can be made from a dozen names, under every mode of both platforms, asked every
//! request that these names can give. The encoded manifest must say what the reference says.
//!
//! The test takes the sites of at most four of the names and every seventh of the others; with `TRAILMARK_TORTURE` set
//! (`cargo xtask torture`), all of them.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicU64, Ordering};

use rayon::prelude::*;
use trailmark::{Manifest, Scratch};
use trailmark_compiler::options::{HtmlHandling, NotFoundHandling, Platform};
use trailmark_compiler::{AssetFile, RoutingOptions, Site, manifest_of};
use trailmark_tests::judge::looked_up;
use trailmark_tests::reference;
use trailmark_tests::sites::sha256;

use crate::torture;

/// Pages, folder pages and bare files of two stems, `404.html` at two levels, names that are odd. Those with the same number
/// have equal bytes.
const NAMES: [(&str, u8); 12] = [
    ("/index.html", 0),
    ("/404.html", 1),
    ("/a.html", 2),
    ("/a/index.html", 2),
    ("/a", 3),
    ("/a/404.html", 1),
    ("/a/b.html", 4),
    ("/a/b/index.html", 5),
    ("/a/index", 4),
    ("/a/index/index.html", 5),
    ("/.html", 0),
    ("/index/index.html", 6),
];

/// What can stand behind the stem of a name in a request.
const ENDINGS: [&str; 13] = [
    "",
    "/",
    ".html",
    "/index",
    "/index/",
    "/index.html",
    "/index/index",
    "/index/index.html",
    "/404",
    "/404.html",
    "/x",
    "//",
    ".html/",
];

fn modes() -> Vec<RoutingOptions> {
    let workers = HtmlHandling::ALL.iter().flat_map(|&html_handling| {
        NotFoundHandling::ALL.iter().map(move |&not_found_handling| RoutingOptions {
            platform: Platform::Workers,
            html_handling,
            not_found_handling,
        })
    });
    let pages = RoutingOptions { platform: Platform::Pages, ..RoutingOptions::default() };
    workers.chain([pages]).collect()
}

/// Every request form that the names can give: their stems with every ending, some spelled otherwise.
fn targets() -> Vec<String> {
    let mut targets = BTreeSet::new();
    for stem in ["", "/a", "/a/b", "/index", "/a/index", "/x", "/a/x"] {
        for ending in ENDINGS {
            targets.insert(format!("/{}", format!("{stem}{ending}").trim_start_matches('/')));
        }
    }
    let plain: Vec<String> = targets.iter().cloned().collect();
    for target in plain {
        targets.insert(format!("{target}?q=1"));
        targets.insert(target.replacen('a', "%61", 1));
        targets.insert(target.replacen("/index", "//index", 1));
    }
    targets.into_iter().collect()
}

fn assets(chosen: u32) -> Vec<AssetFile> {
    let names = NAMES.iter().enumerate().filter(|(position, _)| chosen >> position & 1 != 0);
    let asset = |(_, (path, content)): (usize, &(&str, u8))| AssetFile {
        site_path: (*path).to_owned(),
        size: 1,
        fingerprint: sha256(&[*content]),
    };
    names.map(asset).collect()
}

fn is_wanted(chosen: u32) -> bool {
    torture::is_on() || chosen.count_ones() <= 4 || chosen.is_multiple_of(7)
}

#[test]
fn every_small_site_answers_every_request_as_the_rules_say() {
    let (targets, modes) = (targets(), modes());
    let (sites, answers) = (AtomicU64::new(0), AtomicU64::new(0));
    (0..1u32 << NAMES.len()).into_par_iter().filter(|chosen| is_wanted(*chosen)).for_each(|chosen| {
        let mut scratch = Scratch::new();
        for &options in &modes {
            let bytes = manifest_of(assets(chosen), options).unwrap();
            let manifest = Manifest::open(&bytes).unwrap();
            assert_eq!(manifest.verify(), Ok(()));
            let site = Site::new(assets(chosen), options);
            for target in &targets {
                let found = looked_up(&manifest, target.as_bytes(), &mut scratch);
                let expected = reference::answer(&site, target.as_bytes());
                let files: Vec<&str> = site.assets.iter().map(|asset| asset.site_path.as_str()).collect();
                assert_eq!(found, expected, "{target} of {files:?} with {options:?}");
            }
            sites.fetch_add(1, Ordering::Relaxed);
            answers.fetch_add(targets.len() as u64, Ordering::Relaxed);
        }
    });
    println!("{} sites and modes, {} answers, all alike", sites.into_inner(), answers.into_inner());
}
