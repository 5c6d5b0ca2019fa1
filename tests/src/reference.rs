//! The answers of the platforms a second time, as plainly as they can be said: with a `String` for every step, no hash, no
//! table and no care for speed. It is the yardstick for the runtime's decoding, redirects and not-found handling, and,
//! in [`html_handling`], for the rule table itself. It follows `docs/ROUTING.md` from top to bottom.

pub mod requests;

use std::collections::BTreeMap;

use trailmark_compiler::options::{NotFoundHandling, Platform};
use trailmark_compiler::resolve::{self, Outcome};
use trailmark_compiler::rules::{self, Handling};
use trailmark_compiler::{RoutingOptions, Site};

/// What a platform answers to a GET without headers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer<'n> {
    /// The HTTP status.
    pub status: u16,
    /// The `Location` header.
    pub location: Option<String>,
    /// The file whose bytes are the body.
    pub asset: Option<String>,
    /// The name of the rule.
    pub rule: &'n str,
}

impl<'n> Answer<'n> {
    fn redirect(status: u16, location: String, rule: &'n str) -> Self {
        Answer { status, location: Some(location), asset: None, rule }
    }

    fn file(status: u16, path: &str, rule: &'n str) -> Self {
        Answer { status, location: None, asset: Some(path.to_owned()), rule }
    }

    /// Whether nothing answered: a 404 without a body.
    fn is_nothing(&self) -> bool {
        self.status == 404 && self.asset.is_none()
    }

    fn empty(status: u16, rule: &'n str) -> Self {
        Answer { status, location: None, asset: None, rule }
    }
}

/// The answer to a request target, as it came on the wire; `None` if the target is no path.
pub fn answer(site: &Site, target: &[u8]) -> Option<Answer<'static>> {
    let (path, query) = parse_target(target)?;
    Some(answer_to_path(site, site.options.not_found_handling, &path, &query))
}

/// The answer to a path and query as a URL parser leaves them, with this handling of misses (on Workers).
fn answer_to_path(site: &Site, not_found: NotFoundHandling, path: &str, query: &str) -> Answer<'static> {
    match site.options.platform {
        Platform::Workers => workers(site, not_found, path, query),
        Platform::Pages => pages(site, path, query),
    }
}

// -- From the request to a site path ---------------------------------------------------------------------------------

/// Path and query of a request target, as a WHATWG URL parser leaves them; `None` if it does not begin with a slash.
pub fn parse_target(target: &[u8]) -> Option<(String, String)> {
    let text = String::from_utf8_lossy(target).into_owned();
    if !text.starts_with(['/', '\\']) {
        return None;
    }
    let text = text.trim_end_matches(|c| c <= ' ').replace(['\t', '\r', '\n'], "");
    let text = text.split('#').next().unwrap_or_default();
    let (path, query) = text.split_once('?').unwrap_or((text, ""));
    let path = remove_dot_segments(&path.replace('\\', "/"));
    let path = percent_encode(&path, |c| !" \"<>`{}^".contains(c) && c.is_ascii_graphic());
    let query = percent_encode(query, |c| !" \"'<>".contains(c) && c.is_ascii_graphic());
    Some((path, if query.is_empty() { query } else { format!("?{query}") }))
}

fn remove_dot_segments(path: &str) -> String {
    let mut kept: Vec<&str> = Vec::new();
    let segments: Vec<&str> = path.split('/').skip(1).collect();
    for (position, segment) in segments.iter().enumerate() {
        let is_last = position + 1 == segments.len();
        match segment.to_lowercase().replace("%2e", ".").as_str() {
            dots @ ("." | "..") => {
                if dots == ".." {
                    kept.pop();
                }
                if is_last {
                    kept.push("");
                }
            }
            _ => kept.push(segment),
        }
    }
    format!("/{}", kept.join("/"))
}

/// Writes every character that may not stand raw as the `%XX` of its UTF-8 bytes.
fn percent_encode(text: &str, may_stand_raw: impl Fn(char) -> bool) -> String {
    let mut out = String::new();
    for character in text.chars() {
        if may_stand_raw(character) {
            out.push(character);
        } else {
            for byte in character.to_string().bytes() {
                out.push_str(&format!("%{byte:02X}"));
            }
        }
    }
    out
}

/// `decodeURIComponent`; `None` where that throws.
fn decode_uri_component(text: &str) -> Option<String> {
    let bytes = text.as_bytes();
    let mut out = Vec::new();
    let mut position = 0;
    while position < bytes.len() {
        if bytes[position] == b'%' {
            let digits = text.get(position + 1..position + 3)?;
            if !digits.bytes().all(|digit| digit.is_ascii_hexdigit()) {
                return None;
            }
            out.push(u8::from_str_radix(digits, 16).ok()?);
            position += 3;
        } else {
            out.push(bytes[position]);
            position += 1;
        }
    }
    String::from_utf8(out).ok()
}

/// Workers: each segment by itself, kept as it is if it is malformed; then runs of slashes become one.
pub fn decode_segments(path: &str) -> String {
    let decode = |segment: &str| decode_uri_component(segment).unwrap_or(segment.to_owned());
    let mut decoded = path.split('/').map(decode).collect::<Vec<_>>().join("/");
    while decoded.contains("//") {
        decoded = decoded.replace("//", "/");
    }
    decoded
}

/// Pages: the whole path, or nothing if any of it is malformed.
pub fn decode_whole(path: &str) -> String {
    decode_uri_component(path).unwrap_or(path.to_owned())
}

/// The canonical encoding: `encodeURIComponent` on each segment.
pub fn encode_segments(path: &str) -> String {
    percent_encode(path, |c| c.is_ascii_alphanumeric() || "-_.!~*'()/".contains(c))
}

// -- Decision order --------------------------------------------------------------------------------------------------

fn workers(site: &Site, not_found: NotFoundHandling, path: &str, query: &str) -> Answer<'static> {
    let decoded = decode_segments(path);
    let (status, asset, rule) = match resolve::resolve(site, &decoded) {
        Some(hit) => {
            if let Some(target) = hit.outcome.target(&decoded) {
                return Answer::redirect(307, encode_segments(&target) + query, name(hit.rule));
            }
            (200, served(site, hit.outcome), name(hit.rule))
        }
        None => match (not_found, nearest_404(site, &decoded)) {
            (NotFoundHandling::None, _) => return Answer::empty(404, "not-found/none"),
            (NotFoundHandling::Page404, None) => return Answer::empty(404, "not-found/no-404-page"),
            (NotFoundHandling::Page404, Some(page)) => (404, page, "not-found/404-page"),
            (NotFoundHandling::SinglePageApplication, _) if !exists(site, "/index.html") => {
                return Answer::empty(404, "not-found/no-index-html");
            }
            (NotFoundHandling::SinglePageApplication, _) => {
                (200, "/index.html".to_owned(), "not-found/single-page-application")
            }
        },
    };
    let canonical = encode_segments(&decoded);
    if canonical == path {
        Answer::file(status, &asset, rule)
    } else {
        Answer::redirect(307, canonical + query, "workers/canonical-encoding")
    }
}

fn pages(site: &Site, path: &str, query: &str) -> Answer<'static> {
    let decoded = decode_whole(path);
    if let Some(hit) = resolve::resolve(site, &decoded) {
        return match hit.outcome.target(&decoded) {
            Some(target) => match pages_location(&format!("{target}{query}")) {
                Some(location) => Answer::redirect(308, location, name(hit.rule)),
                None => Answer::empty(500, "pages/location-invalid"),
            },
            None => Answer::file(200, &served(site, hit.outcome), name(hit.rule)),
        };
    }
    if let Some(page) = nearest_404(site, &decoded) {
        Answer::file(404, &page, "pages/not-found/404-page")
    } else if exists(site, "/index.html") {
        Answer::file(200, "/index.html", "pages/not-found/single-page")
    } else {
        Answer::empty(404, "pages/not-found/nothing")
    }
}

/// A location as Pages sends it; `None` if it can't be the value of a header.
pub fn pages_location(target: &str) -> Option<String> {
    let mut rest = target;
    while let Some(shorter) = without_leading_slash(rest) {
        rest = shorter;
    }
    let location = format!("/{rest}");
    let location = location.trim_end_matches([' ', '\t', '\r', '\n']);
    (!location.contains(['\0', '\r', '\n'])).then(|| location.to_owned())
}

/// Takes one slash, or what Pages takes for one, off the front.
fn without_leading_slash(text: &str) -> Option<&str> {
    for slash in ["/", "\\", "%2F", "%2f", "%5C", "%5c", "%09", "\u{FEFF}"] {
        if let Some(rest) = text.strip_prefix(slash) {
            return Some(rest);
        }
    }
    // Rust's white space is JavaScript's, but for U+0085 and the byte order mark.
    text.strip_prefix(|c: char| c.is_whitespace() && c != '\u{85}')
}

fn name(rule: trailmark::RuleId) -> &'static str {
    rules::rule(rule).map_or("no such rule", |rule| rule.name)
}

fn served(site: &Site, outcome: Outcome) -> String {
    match outcome {
        Outcome::Serve(asset) => site.path_of(asset).to_owned(),
        Outcome::Redirect { .. } => String::new(),
    }
}

fn exists(site: &Site, path: &str) -> bool {
    site.assets.iter().any(|asset| asset.site_path == path)
}

/// The `404.html` of the nearest folder on the way up.
fn nearest_404(site: &Site, path: &str) -> Option<String> {
    let mut folder = path.to_owned();
    while let Some(last_slash) = folder.rfind('/') {
        folder.truncate(last_slash);
        let page = format!("{folder}/404.html");
        if exists(site, &page) {
            return Some(page);
        }
    }
    None
}

// -- HTML handling ---------------------------------------------------------------------------------------------------

/// What the files of a site give for a decoded path, before misses are looked at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Found {
    /// This file.
    File(String),
    /// A redirect to this path.
    Redirect(String),
}

/// The files of a site: name, and identity of the content.
type Files<'s> = BTreeMap<&'s str, (&'s [u8; 32], Option<&'s str>)>;

/// What the prose of `docs/ROUTING.md` gives for a decoded path, without the rule table. `redirects` switches redirects
/// on, as they are for visitors.
pub fn html_handling(site: &Site, path: &str, redirects: bool) -> Option<Found> {
    let files: Files<'_> = site
        .assets
        .iter()
        .map(|asset| {
            let extension = trailmark_compiler::media_type::extension(&asset.site_path);
            (asset.site_path.as_str(), (&asset.fingerprint, extension))
        })
        .collect();
    Prose { files, options: site.options, redirects }.found(path)
}

struct Prose<'s> {
    files: Files<'s>,
    options: RoutingOptions,
    redirects: bool,
}

impl Prose<'_> {
    fn found(&self, path: &str) -> Option<Found> {
        match self.options.handling() {
            Handling::Auto => self.auto(path).or_else(|| self.auto_tail(path)),
            Handling::Force => self.force(path).or_else(|| self.force_tail(path)),
            Handling::Drop => self.drop(path).or_else(|| self.drop_tail(path)),
            Handling::Exact => self.file(path),
            Handling::Pages => self.pages(path),
        }
    }

    fn file(&self, name: &str) -> Option<Found> {
        self.files.contains_key(name).then(|| Found::File(name.to_owned()))
    }

    /// A redirect, if the file exists and the safety rule lets it pass.
    fn redirect(&self, file: &str, to: &str) -> Option<Found> {
        let content = self.files.get(file)?;
        if !self.redirects || self.files.contains_key(to) {
            return None;
        }
        let off = Prose { files: self.files.clone(), options: self.options, redirects: false };
        let shown = match off.found(to) {
            Some(Found::File(shown)) => shown,
            _ => off.fallback(to)?,
        };
        (self.files.get(shown.as_str()) == Some(content)).then(|| Found::Redirect(to.to_owned()))
    }

    /// What a miss shows on Workers, whatever its status.
    fn fallback(&self, path: &str) -> Option<String> {
        match self.options.not_found_handling {
            NotFoundHandling::None => None,
            NotFoundHandling::SinglePageApplication => Some("/index.html".to_owned()),
            NotFoundHandling::Page404 => {
                let cuts = path.rmatch_indices('/').map(|(at, _)| format!("{}/404.html", &path[..at]));
                cuts.into_iter().find(|page| self.files.contains_key(page.as_str()))
            }
        }
        .filter(|page| self.files.contains_key(page.as_str()))
    }

    fn auto(&self, path: &str) -> Option<Found> {
        if let Some(b) = path.strip_suffix("/index") {
            self.file(path)
                .or_else(|| self.redirect(&format!("{b}/index.html"), &format!("{b}/")))
                .or_else(|| self.redirect(&format!("{b}.html"), b))
        } else if let Some(b) = path.strip_suffix("/index.html") {
            self.redirect(path, &format!("{b}/")).or_else(|| self.redirect(&format!("{b}.html"), b))
        } else if let Some(b) = path.strip_suffix('/') {
            self.file(&format!("{b}/index.html")).or_else(|| self.redirect(&format!("{b}.html"), b))
        } else if let Some(b) = path.strip_suffix(".html") {
            self.redirect(path, b).or_else(|| self.redirect(&format!("{b}/index.html"), &format!("{b}/")))
        } else {
            None
        }
    }

    fn auto_tail(&self, path: &str) -> Option<Found> {
        self.file(path)
            .or_else(|| self.file(&format!("{path}.html")))
            .or_else(|| self.redirect(&format!("{path}/index.html"), &format!("{path}/")))
    }

    fn force(&self, path: &str) -> Option<Found> {
        let to_slash = |file: String, b: &str| self.redirect(&file, &format!("{b}/"));
        if let Some(b) = path.strip_suffix("/index") {
            self.file(path)
                .or_else(|| to_slash(format!("{b}/index.html"), b))
                .or_else(|| to_slash(format!("{b}.html"), b))
        } else if let Some(b) = path.strip_suffix("/index.html") {
            to_slash(path.to_owned(), b).or_else(|| to_slash(format!("{b}.html"), b))
        } else if let Some(b) = path.strip_suffix('/') {
            self.file(&format!("{b}/index.html")).or_else(|| self.file(&format!("{b}.html")))
        } else if let Some(b) = path.strip_suffix(".html") {
            to_slash(path.to_owned(), b)
                .or_else(|| self.file(path))
                .or_else(|| to_slash(format!("{b}/index.html"), b))
        } else {
            None
        }
    }

    fn force_tail(&self, path: &str) -> Option<Found> {
        self.file(path)
            .or_else(|| self.redirect(&format!("{path}.html"), &format!("{path}/")))
            .or_else(|| self.redirect(&format!("{path}/index.html"), &format!("{path}/")))
    }

    fn drop(&self, path: &str) -> Option<Found> {
        let to_root = || self.redirect("/index.html", "/");
        let page = |b: &str| self.redirect(&format!("{b}.html"), b);
        let folder = |b: &str| self.redirect(&format!("{b}/index.html"), b);
        if let Some(b) = path.strip_suffix("/index") {
            self.file(path).or_else(|| if b.is_empty() { to_root() } else { page(b).or_else(|| folder(b)) })
        } else if let Some(b) = path.strip_suffix("/index.html") {
            if b.is_empty() {
                to_root()
            } else {
                self.redirect(path, b).or_else(|| self.file(path)).or_else(|| page(b))
            }
        } else if let Some(b) = path.strip_suffix('/') {
            if b.is_empty() { self.file("/index.html") } else { page(b).or_else(|| folder(b)) }
        } else if let Some(b) = path.strip_suffix(".html") {
            page(b).or_else(|| folder(b))
        } else {
            None
        }
    }

    fn drop_tail(&self, path: &str) -> Option<Found> {
        self.file(path)
            .or_else(|| self.file(&format!("{path}.html")))
            .or_else(|| self.file(&format!("{path}/index.html")))
    }

    fn pages(&self, path: &str) -> Option<Found> {
        let to = |target: String| Some(Found::Redirect(target));
        let has = |file: String| self.files.contains_key(file.as_str());
        if let Some(b) = path.strip_suffix('/') {
            return if has(format!("{path}index.html")) {
                self.file(&format!("{path}index.html"))
            } else if let Some(parent) = path.strip_suffix("/index/") {
                to(format!("{parent}/"))
            } else if has(format!("{b}.html")) {
                to(b.to_owned())
            } else {
                None
            };
        }
        if has(path.to_owned()) {
            return match path.strip_suffix(".html") {
                None => self.file(path),
                Some(_) if path.ends_with("/index.html") => {
                    to(format!("{}/", path.strip_suffix("/index.html")?))
                }
                Some(bare) if has(bare.to_owned()) || path == "/.html" => self.file(path),
                Some(bare) => to(bare.to_owned()),
            };
        }
        if let Some(folder) = path.strip_suffix("/index") {
            to(format!("{folder}/"))
        } else if has(format!("{path}.html")) {
            self.file(&format!("{path}.html"))
        } else if has(format!("{path}/index.html")) {
            to(format!("{path}/"))
        } else {
            None
        }
    }
}
