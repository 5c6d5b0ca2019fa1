//! The files of a site as the rules see them: which names exist, which have the same content, and which folders own a
//! not-found page.

use std::cmp::Ordering;

use rayon::prelude::*;
use rustc_hash::FxHashMap;
use trailmark::{Form, RuleId, split_stem};

use crate::base::Base;
use crate::excluded::excluded_because;
use crate::hash::AssetFile;
use crate::media_type::extension;
use crate::options::{HtmlHandling, NotFoundHandling, Platform};
use crate::rules::{self, Handling, PathRule};

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
    /// Where the site hangs below its origin: the paths of all assets begin with it.
    pub base: Base,
    /// The rows of the rule table that apply.
    pub(crate) rows: Vec<(RuleId, &'static PathRule)>,
    /// What a single-page application answers with.
    single_page: Option<AssetIndex>,
    /// Folders (no slash at the end) that own a `404.html`.
    not_found_pages: FxHashMap<String, AssetIndex>,
}

impl Site {
    /// Takes the assets in any order; leaves out what the platform never serves, and all but one of equal names.
    pub fn new(assets: Vec<AssetFile>, options: RoutingOptions) -> Site {
        Site::mounted(assets, options, &Base::default())
    }

    /// The same, below a base, which the assets' paths do not hold yet.
    pub fn mounted(mut assets: Vec<AssetFile>, options: RoutingOptions, base: &Base) -> Site {
        assets.retain(|asset| excluded_because(options.platform, &asset.site_path).is_none());
        Site::of_scanned(assets, options, base)
    }

    /// Takes what a scan of the folder found, in any order: that is the site, `_redirects` too if `.assetsignore` says so.
    pub(crate) fn of_scanned(mut assets: Vec<AssetFile>, options: RoutingOptions, base: &Base) -> Site {
        base.mount(&mut assets);
        if !assets.is_sorted_by(|a, b| split(a) < split(b)) {
            assets.par_sort_unstable_by(|a, b| {
                split(a).cmp(&split(b)).then_with(|| a.fingerprint.cmp(&b.fingerprint))
            });
            assets.dedup_by(|a, b| a.site_path == b.site_path);
        }
        let folder_of = |index: usize| {
            let folder = assets.get(index)?.site_path.strip_suffix("/404.html")?;
            Some((folder.to_owned(), index as AssetIndex))
        };
        let not_found_pages = (0..assets.len()).into_par_iter().filter_map(folder_of).collect();
        let rows = rules::rows_of(options.handling()).collect();
        let base = base.clone();
        let mut site = Site { assets, options, base, rows, single_page: None, not_found_pages };
        site.single_page = site.asset_at(&format!("{}/index.html", site.base.as_str()));
        site
    }

    /// The asset of just this name. O(log n).
    pub fn asset_at(&self, site_path: &str) -> Option<AssetIndex> {
        self.find(split_stem(site_path.as_bytes()), 0)
    }

    /// The index of the asset with this stem and form, if it stands at `from` or behind. O(log d), where d is how far behind.
    fn find(&self, wanted: (&[u8], Form), from: usize) -> Option<AssetIndex> {
        let rest = self.assets.get(from..)?;
        let is_before = |asset: &AssetFile| split(asset) < wanted;
        let mut bound = 1;
        while rest.get(bound).is_some_and(is_before) {
            bound *= 2;
        }
        let near = rest.get(..=bound).unwrap_or(rest);
        let index = from + near.partition_point(is_before);
        let found = self.assets.get(index).is_some_and(|asset| split(asset) == wanted);
        found.then_some(index as AssetIndex)
    }

    /// Whether two assets have the same content as the platform sees it: equal bytes and equal extension.
    pub fn same_content(&self, a: AssetIndex, b: AssetIndex) -> bool {
        let content = |index: AssetIndex| {
            let asset = self.assets.get(index as usize)?;
            Some((&asset.fingerprint, extension(&asset.site_path)))
        };
        a == b || content(a) == content(b)
    }

    /// The site path of an asset, base included; empty if there is no such asset.
    pub fn path_of(&self, index: AssetIndex) -> &str {
        self.assets.get(index as usize).map_or("", |asset| &asset.site_path)
    }

    /// The file behind an asset, from the root of the site's folder; empty if there is no such asset.
    pub fn file_of(&self, index: AssetIndex) -> &str {
        self.file_name(self.path_of(index))
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

    /// What a path is called in the site's folder: without the base.
    pub fn file_name<'p>(&self, site_path: &'p str) -> &'p str {
        self.base.below(site_path).unwrap_or(site_path)
    }

    fn single_page_of(&self, site_path: &str) -> Option<AssetIndex> {
        self.single_page.filter(|_| self.base.contains(site_path))
    }

    /// The asset that the site's not-found handling gives for a path, whatever its status.
    pub fn fallback(&self, site_path: &str) -> Option<AssetIndex> {
        match (self.options.platform, self.options.not_found_handling) {
            (Platform::Pages, _) => {
                self.nearest_not_found(site_path).or_else(|| self.single_page_of(site_path))
            }
            (_, NotFoundHandling::None) => None,
            (_, NotFoundHandling::Page404) => self.nearest_not_found(site_path),
            (_, NotFoundHandling::SinglePageApplication) => self.single_page_of(site_path),
        }
    }
}

/// An asset's place in the order of the manifest.
fn split(asset: &AssetFile) -> (&[u8], Form) {
    split_stem(asset.site_path.as_bytes())
}

/// Which forms of a stem have a file, and which of these files have the same content.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct Pattern {
    /// Bit f: the form with number f has a file.
    forms: u8,
    /// By form: the first form whose file has the same content.
    twins: [u8; Form::ALL.len()],
}

/// Whether the stem and a form's suffix make a path of just that stem and form, whichever the form.
pub(crate) fn is_ordinary(stem: &str) -> bool {
    !stem.is_empty() && split_stem(stem.as_bytes()).1 == Form::Bare
}

/// A site seen from one stem. The rules ask about names near the path that they look at, nearly all of the same stem; those
/// files are at hand here, and the others are searched from here on.
#[derive(Debug)]
pub(crate) struct Vicinity<'s> {
    pub(crate) site: &'s Site,
    pub(crate) stem: &'s str,
    /// Where the stem's own assets begin, or would.
    pub(crate) first: AssetIndex,
    /// How many there are: at most one a form.
    pub(crate) count: u8,
    /// They, by form.
    own: [Option<AssetIndex>; Form::ALL.len()],
}

impl<'s> Vicinity<'s> {
    /// Of any stem. O(log n).
    pub(crate) fn of(site: &'s Site, stem: &'s str) -> Vicinity<'s> {
        let first = site.assets.partition_point(|asset| split(asset).0 < stem.as_bytes());
        Vicinity::at(site, stem, first)
    }

    /// Of a stem whose assets begin at `first`.
    pub(crate) fn at(site: &'s Site, stem: &'s str, first: usize) -> Vicinity<'s> {
        let mut near =
            Vicinity { site, stem, first: first as AssetIndex, count: 0, own: [None; Form::ALL.len()] };
        for asset in site.assets.get(first..).unwrap_or_default() {
            let (of, form) = split(asset);
            if of != stem.as_bytes() {
                break;
            }
            if let Some(place) = near.own.get_mut(form as usize) {
                *place = Some(near.first + AssetIndex::from(near.count));
            }
            near.count += 1;
        }
        near
    }

    /// The asset of just this name.
    pub(crate) fn asset_at(&self, site_path: &str) -> Option<AssetIndex> {
        let (stem, form) = split_stem(site_path.as_bytes());
        match stem.cmp(self.stem.as_bytes()) {
            Ordering::Equal => self.own.get(form as usize).copied().flatten(),
            Ordering::Greater => self.site.find((stem, form), self.first as usize + usize::from(self.count)),
            Ordering::Less => self.site.find((stem, form), 0),
        }
    }

    /// On what the rules' answers depend, if the stem is like most: every name that a rule can make from its forms is again one
    /// of its forms, or has no file.
    pub(crate) fn pattern(&self) -> Option<Pattern> {
        (is_ordinary(self.stem) && !self.has_files_below()).then(|| {
            let mut pattern = Pattern { forms: 0, twins: [0; Form::ALL.len()] };
            let own = self.own.iter().enumerate().filter_map(|(form, asset)| Some((form, (*asset)?)));
            for (form, asset) in own {
                pattern.forms |= 1 << form;
                let twin = self
                    .own
                    .iter()
                    .position(|other| other.is_some_and(|other| self.site.same_content(other, asset)));
                if let (Some(place), Some(twin)) = (pattern.twins.get_mut(form), twin) {
                    *place = twin as u8;
                }
            }
            pattern
        })
    }

    /// Whether there may be files of other stems that begin with this one and a `.` or a `/`.
    fn has_files_below(&self) -> bool {
        let Some(next) = self.site.assets.get(self.first as usize + usize::from(self.count)) else {
            return false;
        };
        let rest = split(next).0.strip_prefix(self.stem.as_bytes());
        // Stems that go on with a later byte come after all of those.
        rest.and_then(<[u8]>::first).is_some_and(|&byte| byte <= b'/')
    }

    /// The stem's own asset of a form.
    pub(crate) fn own(&self, form: Form) -> Option<AssetIndex> {
        self.own.get(form as usize).copied().flatten()
    }
}
