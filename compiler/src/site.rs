//! The files of a site as the rules see them: which names exist, which have the same content, and which folders own a
//! not-found page.

use rustc_hash::FxHashMap;
use trailmark::split_stem;

use crate::excluded::excluded_because;
use crate::hash::AssetFile;
use crate::media_type::extension;
use crate::options::{HtmlHandling, NotFoundHandling, Platform};
use crate::rules::Handling;

/// The options on which answers depend.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
pub struct RoutingOptions {
    /// Whose answers are reproduced.
    pub platform: Platform,
    /// Ignored by Pages.
    pub html_handling: HtmlHandling,
    /// Ignored by Pages.
    pub not_found_handling: NotFoundHandling,
}

impl RoutingOptions {
    /// The set of rows of the rule table that applies.
    pub fn handling(&self) -> Handling {
        Handling::of(self.platform, self.html_handling)
    }
}

impl Default for RoutingOptions {
    /// What is taken without a configuration file: Workers, `auto-trailing-slash`, `404-page`.
    fn default() -> Self {
        RoutingOptions {
            platform: Platform::Workers,
            html_handling: HtmlHandling::AutoTrailingSlash,
            not_found_handling: NotFoundHandling::Page404,
        }
    }
}

/// Index of an asset in [`Site::assets`], and in the manifest.
pub type AssetIndex = u32;

/// The files of a site, ready for the rules.
#[derive(Debug)]
pub struct Site {
    /// The assets, ordered by stem, then form: the order of the manifest.
    pub assets: Vec<AssetFile>,
    /// How the site is served.
    pub options: RoutingOptions,
    by_path: PathTable,
    /// For each asset, a number that it shares with those of equal bytes and equal extension.
    identity: Vec<u32>,
    /// Folders (no slash at the end) that own a `404.html`.
    not_found_pages: FxHashMap<String, AssetIndex>,
}

impl Site {
    /// Takes the assets in any order; leaves out what the platform never serves.
    pub fn new(mut assets: Vec<AssetFile>, options: RoutingOptions) -> Site {
        assets.retain(|asset| excluded_because(options.platform, &asset.site_path).is_none());
        Site::of_scanned(assets, options)
    }

    /// Takes what a scan of the folder found, in any order: that is the site, `_redirects` too if `.assetsignore` says so.
    pub(crate) fn of_scanned(mut assets: Vec<AssetFile>, options: RoutingOptions) -> Site {
        assets.sort_unstable_by(|a, b| {
            split_stem(a.site_path.as_bytes()).cmp(&split_stem(b.site_path.as_bytes()))
        });
        let by_path = PathTable::new(&assets);
        let identity = identities(&assets);
        let not_found_pages = assets
            .iter()
            .zip(0..)
            .filter_map(|(asset, index)| Some((asset.site_path.strip_suffix("/404.html")?.to_owned(), index)))
            .collect();
        Site { assets, options, by_path, identity, not_found_pages }
    }

    /// The asset of just this name.
    pub fn asset_at(&self, site_path: &str) -> Option<AssetIndex> {
        self.by_path.get(&self.assets, site_path)
    }

    /// Whether two assets have the same content as the platform sees it: equal bytes and equal extension.
    pub fn same_content(&self, a: AssetIndex, b: AssetIndex) -> bool {
        let identity = |index: AssetIndex| self.identity.get(index as usize);
        identity(a) == identity(b)
    }

    /// The site path of an asset; empty if there is no such asset.
    pub fn path_of(&self, index: AssetIndex) -> &str {
        self.assets.get(index as usize).map_or("", |asset| &asset.site_path)
    }

    /// The not-found pages: folder and asset, sorted by folder.
    pub fn not_found_pages(&self) -> Vec<(&str, AssetIndex)> {
        let mut pages: Vec<_> =
            self.not_found_pages.iter().map(|(folder, &index)| (folder.as_str(), index)).collect();
        pages.sort_unstable();
        pages
    }

    /// The `404.html` of the nearest folder on the way up from a path.
    pub fn nearest_not_found(&self, site_path: &str) -> Option<AssetIndex> {
        let mut folder = site_path;
        while let Some(end) = folder.rfind('/') {
            folder = folder.get(..end)?;
            if let Some(&index) = self.not_found_pages.get(folder) {
                return Some(index);
            }
        }
        None
    }

    /// The asset that the site's not-found handling gives for a path, whatever its status.
    pub fn fallback(&self, site_path: &str) -> Option<AssetIndex> {
        let single_page = || self.asset_at("/index.html");
        match (self.options.platform, self.options.not_found_handling) {
            (Platform::Pages, _) => self.nearest_not_found(site_path).or_else(single_page),
            (_, NotFoundHandling::None) => None,
            (_, NotFoundHandling::Page404) => self.nearest_not_found(site_path),
            (_, NotFoundHandling::SinglePageApplication) => single_page(),
        }
    }
}

/// Site path to asset: an open-addressing table of indices, so that no path is stored twice.
#[derive(Debug)]
struct PathTable {
    /// Index plus one; zero where unused.
    places: Vec<u32>,
}

impl PathTable {
    fn new(assets: &[AssetFile]) -> PathTable {
        let mut table = PathTable { places: vec![0; (assets.len() * 2).next_power_of_two().max(2)] };
        for (asset, number) in assets.iter().zip(1..) {
            let free = table.probes(&asset.site_path).find(|&place| table.places.get(place) == Some(&0));
            if let Some(place) = free.and_then(|place| table.places.get_mut(place)) {
                *place = number;
            }
        }
        table
    }

    fn get(&self, assets: &[AssetFile], site_path: &str) -> Option<AssetIndex> {
        for place in self.probes(site_path) {
            let index = self.places.get(place)?.checked_sub(1)?;
            if assets.get(index as usize)?.site_path == site_path {
                return Some(index);
            }
        }
        None
    }

    fn probes(&self, site_path: &str) -> impl Iterator<Item = usize> + use<> {
        let last = self.places.len() - 1;
        let start = trailmark::key::path_key(site_path.as_bytes(), 0) as usize;
        (0..=last).map(move |step| start.wrapping_add(step) & last)
    }
}

fn identities(assets: &[AssetFile]) -> Vec<u32> {
    let mut first_with: FxHashMap<(&[u8; 32], Option<&str>), u32> = FxHashMap::default();
    assets
        .iter()
        .zip(0..)
        .map(|(asset, index)| {
            *first_with.entry((&asset.fingerprint, extension(&asset.site_path))).or_insert(index)
        })
        .collect()
}
