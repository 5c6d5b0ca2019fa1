//! Every stored route of a manifest, in the compact form in which the tables hold answers.

use std::collections::HashMap;

use ::trailmark::{Manifest, RouteEffect, encode_site_path};

/// What a path answers, in eight bytes: an asset's index, or where the text of a location stands. A redirect costs a table no
/// access more than a hit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stored(pub u64);

const REDIRECT: u64 = 1 << 63;
const OFFSET_BITS: u32 = 44;

impl Stored {
    fn serve(asset: u32) -> Stored {
        Stored(asset.into())
    }

    fn redirect(offset: usize, len: usize) -> Stored {
        Stored(REDIRECT | (len as u64) << OFFSET_BITS | offset as u64)
    }

    /// The asset; `None` for a redirect.
    #[inline(always)]
    pub fn asset(self) -> Option<u32> {
        (self.0 & REDIRECT == 0).then_some(self.0 as u32)
    }

    /// Offset and length of a location.
    #[inline(always)]
    pub fn location(self) -> (usize, usize) {
        let bits = self.0 & !REDIRECT;
        ((bits & ((1 << OFFSET_BITS) - 1)) as usize, (bits >> OFFSET_BITS) as usize)
    }
}

/// What the tables share, beside their keys.
#[derive(Debug, Default)]
pub struct Common {
    /// The texts of all locations, each once for a page.
    pub locations: Vec<u8>,
    /// The folders that own a `404.html` (no slash at the end), and its asset.
    pub not_found: HashMap<Box<[u8]>, u32, foldhash::fast::FixedState>,
}

/// Number of stored routes.
pub fn count(manifest: &Manifest<'_>) -> usize {
    manifest.routes().count()
}

/// Hands out every stored route: a site path and its answer.
pub fn for_each(manifest: &Manifest<'_>, mut take: impl FnMut(&[u8], Stored)) -> Common {
    let mut common = Common::default();
    let mut key = Vec::new();
    // The forms of a page come one behind the other and lead to few places.
    let mut stem_at = std::ptr::null();
    let mut known: Vec<(String, Stored)> = Vec::new();
    for route in manifest.routes() {
        let (stem, suffix) = route.path.parts();
        if stem.as_ptr() != stem_at {
            stem_at = stem.as_ptr();
            known.clear();
        }
        key.clear();
        key.extend_from_slice(stem.as_bytes());
        key.extend_from_slice(suffix.as_bytes());
        let stored = match route.effect {
            RouteEffect::Serve(asset) => Stored::serve(asset.index()),
            RouteEffect::Redirect(target) => {
                let target = target.to_string();
                match known.iter().find(|(text, _)| *text == target) {
                    Some(&(_, stored)) => stored,
                    None => {
                        let encoded = encode_site_path(&target);
                        let stored = Stored::redirect(common.locations.len(), encoded.len());
                        common.locations.extend_from_slice(encoded.as_bytes());
                        known.push((target, stored));
                        stored
                    }
                }
            }
        };
        take(&key, stored);
    }
    for asset in manifest.assets() {
        let (stem, suffix) = asset.site_path().parts();
        if suffix == ".html" && stem.ends_with("/404") {
            let folder = stem.strip_suffix("/404").unwrap_or_default();
            common.not_found.insert(folder.as_bytes().into(), asset.index());
        }
    }
    common
}
