//! The way of the platform: a sorted list of the names of files, as prefixes of their SHA-256, with a content hash each, and a
//! search in it for every candidate name. Written from the description in `docs/ROUTING.md`: html handling
//! `auto-trailing-slash`, not-found handling `404-page`.
//!
//! What the platform pays on top (JavaScript, an asynchronous digest for each name) is left out.

use ::trailmark::{Manifest, encode_site_path};
use sha2::{Digest, Sha256};

use super::{Buffer, Contestant, Spelled, site_path, token};
use crate::requests::Ask;

/// A file: 40 bytes.
#[derive(Debug, Clone, Copy)]
struct Entry {
    /// First half of the SHA-256 of the name.
    name: [u8; 16],
    /// What the content is compared by.
    content: [u8; 16],
    /// Which asset it is.
    asset: u32,
}

/// The manifest of the platform.
#[derive(Debug)]
pub struct Cloudflare {
    /// Sorted by name.
    entries: Vec<Entry>,
}

/// What html handling makes of a path: a file, or a redirect to the first so many bytes of the path and a suffix.
#[derive(Debug, Clone, Copy)]
enum Intent {
    Serve(Entry),
    Redirect(usize, &'static str),
    NotFoundPage(Entry),
}

fn digest(name: &[u8]) -> [u8; 16] {
    let digest = Sha256::digest(name);
    let mut prefix = [0; 16];
    prefix.copy_from_slice(&digest[..16]);
    prefix
}

impl Cloudflare {
    /// The files of a site.
    pub fn new(manifest: &Manifest<'_>) -> Cloudflare {
        let entry = |asset: ::trailmark::Asset<'_>| {
            let path = asset.site_path().to_string();
            let mut content = [0; 16];
            // Bytes and extension decide, as the entity tag does.
            let tag = asset.etag();
            content.copy_from_slice(&digest(tag.as_str().as_bytes()));
            Entry { name: digest(path.as_bytes()), content, asset: asset.index() }
        };
        let mut entries: Vec<Entry> = manifest.assets().map(entry).collect();
        entries.sort_unstable_by_key(|entry| entry.name);
        Cloudflare { entries }
    }

    fn find(&self, name: &[u8]) -> Option<Entry> {
        let name = digest(name);
        let place = self.entries.binary_search_by(|entry| entry.name.cmp(&name)).ok()?;
        self.entries.get(place).copied()
    }

    /// The file whose name is the first bytes of the path and a suffix.
    fn find_joined(&self, name: &mut [u8], len: usize, suffix: &str) -> Option<Entry> {
        let end = len + suffix.len();
        name.get_mut(len..end)?.copy_from_slice(suffix.as_bytes());
        self.find(name.get(..end)?)
    }

    /// Applies html handling and, where that gives nothing, the search for a not-found page.
    fn intent(&self, path: &[u8], redirects: bool) -> Option<Intent> {
        // The names that are probed: the path's beginning, and a suffix written behind it.
        let mut room = [0; USUAL_LEN];
        let mut long = Vec::new();
        let name = if path.len() + 16 <= room.len() {
            room.as_mut_slice()
        } else {
            long.resize(path.len() + 16, 0);
            long.as_mut_slice()
        };
        let mut probe = |len: usize, suffix: &str| {
            name.get_mut(..len)?.copy_from_slice(path.get(..len)?);
            self.find_joined(name, len, suffix)
        };
        self.html(path, redirects, &mut probe).or_else(|| {
            let mut folder = path;
            while let Some(end) = folder.iter().rposition(|&b| b == b'/') {
                folder = folder.get(..end)?;
                if let Some(entry) = probe(end, "/404.html") {
                    return Some(Intent::NotFoundPage(entry));
                }
            }
            None
        })
    }

    fn html(
        &self,
        path: &[u8],
        redirects: bool,
        probe: &mut impl FnMut(usize, &str) -> Option<Entry>,
    ) -> Option<Intent> {
        let whole = path.len();
        // A redirect from a file to a path, if the file exists and the path would show the same.
        let redirect = |file: Option<Entry>, len: usize, suffix: &'static str| {
            let file = file.filter(|_| redirects)?;
            self.is_safe(path, len, suffix, file).then_some(Intent::Redirect(len, suffix))
        };
        let serve = |file: Option<Entry>| file.map(Intent::Serve);
        let stem = |suffix: &str| path.strip_suffix(suffix.as_bytes()).map(<[u8]>::len);
        macro_rules! first {
            ($($candidate:expr),+ $(,)?) => {{ $(if let Some(intent) = $candidate { return Some(intent); })+ }};
        }
        if let Some(stem) = stem("/index") {
            first!(
                serve(probe(whole, "")),
                redirect_if(redirects, || redirect(probe(stem, "/index.html"), stem, "/")),
                redirect_if(redirects, || redirect(probe(stem, ".html"), stem, "")),
            );
        } else if let Some(stem) = stem("/index.html") {
            first!(
                redirect_if(redirects, || redirect(probe(whole, ""), stem, "/")),
                redirect_if(redirects, || redirect(probe(stem, ".html"), stem, "")),
            );
        } else if let Some(stem) = stem("/") {
            first!(
                serve(probe(stem, "/index.html")),
                redirect_if(redirects, || redirect(probe(stem, ".html"), stem, "")),
            );
        } else if let Some(stem) = stem(".html") {
            first!(
                redirect_if(redirects, || redirect(probe(whole, ""), stem, "")),
                redirect_if(redirects, || redirect(probe(stem, "/index.html"), stem, "/")),
            );
        }
        first!(
            serve(probe(whole, "")),
            serve(probe(whole, ".html")),
            redirect_if(redirects, || redirect(probe(whole, "/index.html"), whole, "/")),
        );
        None
    }

    /// The redirect safety rule: there is no file of the destination's name, and the destination, with redirects off, shows
    /// the content of the file.
    fn is_safe(&self, path: &[u8], len: usize, suffix: &str, file: Entry) -> bool {
        let mut room = [0; USUAL_LEN];
        let mut long = Vec::new();
        let end = len + suffix.len();
        let destination = if end <= room.len() {
            &mut room[..end]
        } else {
            long.resize(end, 0);
            long.as_mut_slice()
        };
        destination[..len].copy_from_slice(&path[..len]);
        destination[len..].copy_from_slice(suffix.as_bytes());
        if self.find(destination).is_some() {
            return false;
        }
        match self.intent(destination, false) {
            Some(Intent::Serve(shown) | Intent::NotFoundPage(shown)) => shown.content == file.content,
            _ => false,
        }
    }
}

/// Names up to this long, nearly all, are put together without an allocation. Short, since every look-up writes zeros over it first.
const USUAL_LEN: usize = 128;

/// Does not even probe for a redirect that could not be given.
fn redirect_if(redirects: bool, redirect: impl FnOnce() -> Option<Intent>) -> Option<Intent> {
    if redirects { redirect() } else { None }
}

impl Contestant for Cloudflare {
    fn answer(&self, ask: &Ask<'_>, buffer: &mut Buffer) -> u64 {
        let path = site_path(ask, buffer.path.as_mut_slice());
        let (status, entry) = match self.intent(path, true) {
            Some(Intent::Serve(entry)) => (200, entry),
            Some(Intent::NotFoundPage(entry)) => (404, entry),
            Some(Intent::Redirect(..)) => return token(307, u32::MAX),
            None => return token(404, u32::MAX),
        };
        if ask.is_canonical() { token(status, entry.asset) } else { token(307, u32::MAX) }
    }

    fn spell(&self, ask: &Ask<'_>, buffer: &mut Buffer) -> Spelled {
        let path = site_path(ask, buffer.path.as_mut_slice());
        let redirect = |path: &[u8], suffix: &str| {
            let encoded = encode_site_path(&(String::from_utf8_lossy(path).into_owned() + suffix));
            let location = Some(encoded + ask.request.query());
            Spelled { status: 307, asset: None, location }
        };
        let (status, entry) = match self.intent(path, true) {
            Some(Intent::Serve(entry)) => (200, entry),
            Some(Intent::NotFoundPage(entry)) => (404, entry),
            Some(Intent::Redirect(len, suffix)) => return redirect(&path[..len], suffix),
            None => return Spelled { status: 404, asset: None, location: None },
        };
        if ask.is_canonical() {
            Spelled { status, asset: Some(entry.asset), location: None }
        } else {
            redirect(path, "")
        }
    }
}
