//! Which hosts are the site's own, if nobody says so: what its pages give as their canonical URLs, a CNAME file, or its sitemap.

use trailmark::Manifest;

use crate::ask::{Asker, End};
use crate::extract::{Buffers, Sink, Tag, html};
use crate::feeds;
use crate::files::Files;
use crate::kind::LinkKind;
use crate::marks::{Mark, Marks};
use crate::reference::{Origins, cleaned, host_and_path};

/// Pages that are looked into.
const SAMPLE: usize = 64;

/// A host, and what says that it is the site's own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FoundOrigin {
    /// As in a URL: with a port if it is not the scheme's own.
    pub host: String,
    /// What says so, for people.
    pub because: String,
}

/// Looks for the site's own host; `None` if nothing names one, or not one alone. Reads at most 64 pages.
pub(crate) fn find(manifest: &Manifest<'_>, files: &Files, marks: &Marks) -> Option<FoundOrigin> {
    of_canonicals(manifest, files, marks).or_else(|| of_cname(files)).or_else(|| of_sitemap(manifest, files))
}

/// What most pages of a sample say, if their canonical URLs lead to just these pages: those of a copy of another site do not.
fn of_canonicals(manifest: &Manifest<'_>, files: &Files, marks: &Marks) -> Option<FoundOrigin> {
    let pages: Vec<u32> = (0..manifest.asset_count() as u32)
        .filter(|&file| marks.is(file, Mark::Html) && !marks.is(file, Mark::Floats))
        .collect();
    let nobody = Origins::default();
    let mut asker = Asker::new(manifest, &nobody);
    let (mut hosts, mut fitting) = (Vec::new(), 0);
    let mut buffer = Vec::new();
    for &file in pages.iter().step_by(pages.len().div_ceil(SAMPLE).max(1)) {
        let asset = manifest.asset(file)?;
        if files.read(&asset.site_path().to_string(), &mut buffer).is_err() {
            continue;
        }
        let Some(url) = canonical(head(&buffer)) else { continue };
        let Some((host, path)) =
            host_and_path(&cleaned(&url)).map(|(host, path)| (host.to_vec(), path.to_vec()))
        else {
            continue;
        };
        let path = if path.is_empty() { b"/".to_vec() } else { path };
        fitting += usize::from(asker.ask(&path).end == End::File(file));
        hosts.push(String::from_utf8_lossy(&host).to_ascii_lowercase());
    }
    let count = hosts.len();
    hosts.sort_unstable();
    hosts.dedup();
    match hosts.as_slice() {
        [host] if fitting * 2 > count => Some(FoundOrigin {
            host: host.clone(),
            because: format!("the canonical URLs of the {count} pages that were tried"),
        }),
        _ => None,
    }
}

/// A page up to its body, where no canonical URL counts.
fn head(page: &[u8]) -> &[u8] {
    let body = memchr::memmem::find(page, b"<body").or_else(|| memchr::memmem::find(page, b"<BODY"));
    page.get(..body.unwrap_or(page.len())).unwrap_or(page)
}

fn canonical(bytes: &[u8]) -> Option<Vec<u8>> {
    struct Find(Option<Vec<u8>>);
    impl Sink for Find {
        fn tag(&mut self, tag: &Tag<'_>) {
            tag.links(|kind, text, _| {
                if kind == LinkKind::Canonical && self.0.is_none() {
                    self.0 = Some(text.to_vec());
                }
            });
        }
        fn style(&mut self, _: &[u8], _: u32) {}
        fn json_ld(&mut self, _: &[u8], _: u32) {}
    }
    let mut find = Find(None);
    html(bytes, &mut Buffers::default(), &mut find);
    find.0
}

/// The file that GitHub Pages reads.
fn of_cname(files: &Files) -> Option<FoundOrigin> {
    let mut buffer = Vec::new();
    files.read("/CNAME", &mut buffer).ok()?;
    let text = std::str::from_utf8(&buffer).ok()?.trim();
    let is_host = !text.is_empty()
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-'));
    is_host.then(|| FoundOrigin { host: text.to_ascii_lowercase(), because: "the file CNAME".to_owned() })
}

/// The hosts of a sitemap, if they are one, and its first entry leads to a page.
fn of_sitemap(manifest: &Manifest<'_>, files: &Files) -> Option<FoundOrigin> {
    let nobody = Origins::default();
    let mut asker = Asker::new(manifest, &nobody);
    let mut buffer = Vec::new();
    for name in ["/sitemap.xml", "/sitemap-0.xml", "/sitemap-index.xml", "/sitemap_index.xml"] {
        if files.read(name, &mut buffer).is_err() {
            continue;
        }
        let (mut hosts, mut fits) = (Vec::new(), false);
        // A sitemap that breaks off has told something all the same.
        let _ = feeds::xml(&buffer, &mut |_, url, _| {
            if let Some((host, path)) = host_and_path(url) {
                hosts.push(String::from_utf8_lossy(host).to_ascii_lowercase());
                hosts.dedup();
                fits |= matches!(asker.ask(if path.is_empty() { b"/" } else { path }).end, End::File(_));
            }
        });
        if let ([host], true) = (hosts.as_slice(), fits) {
            return Some(FoundOrigin { host: host.clone(), because: format!("the sitemap {name}") });
        }
    }
    None
}
