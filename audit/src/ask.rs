//! What a path of the site answers, redirects followed to their end.

use trailmark::{Answer, Decision, Manifest, Request, RequestPath, RuleId, Scratch};

use crate::kind::LinkKind;
use crate::reference::{From, Origins, Reference, cleaned, query_of, resolve};
use crate::rules::Rule;

/// Redirects that are followed: what browsers do.
const MOST_HOPS: u8 = 20;

/// Where a path leads in the end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum End {
    /// A file of the site, by the number of its asset.
    File(u32),
    /// The single-page fallback.
    Fallback,
    /// 404.
    NotFound,
    /// Any other error.
    Error,
    /// The user's own code, which may answer anything.
    Worker,
    /// Another site.
    Away,
    /// Back to where it was.
    Loop,
    /// The path lies outside of the site's base; with the base in front it leads to a file, or not.
    Outside { has_file: bool },
}

/// What a path answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Verdict {
    pub(crate) end: End,
    /// Redirects on the way.
    pub(crate) hops: u8,
}

impl Verdict {
    /// What is wrong with a link that leads here; `None` if nothing is.
    pub(crate) fn cause(self, kind: LinkKind) -> Option<Rule> {
        let of = |canonical, sitemap, other| match kind {
            LinkKind::Canonical => canonical,
            LinkKind::Sitemap | LinkKind::SitemapFile => sitemap,
            _ => other,
        };
        match (self.end, self.hops) {
            // A name stays what it is for as long as it leads somewhere.
            (End::File(_) | End::Fallback | End::Away, _) if kind == LinkKind::Identifier => None,
            (End::NotFound, _) => Some(of(Rule::CanonicalNotFound, Rule::SitemapNotFound, Rule::NotFound)),
            (End::Error, _) => Some(Rule::ServerError),
            (End::Loop, _) => Some(Rule::RedirectLoop),
            (End::Away, _) => Some(of(Rule::CanonicalRedirects, Rule::SitemapRedirects, Rule::RedirectAway)),
            (End::Fallback, _) if kind.is_resource() => Some(Rule::FallbackForFile),
            (End::Outside { has_file: true }, _) => Some(Rule::OutsideBase),
            (End::Outside { .. } | End::Worker, _) | (_, 0) => None,
            (_, 1) => Some(of(Rule::CanonicalRedirects, Rule::SitemapRedirects, Rule::Redirect)),
            _ => Some(of(Rule::CanonicalRedirects, Rule::SitemapRedirects, Rule::RedirectChain)),
        }
    }
}

/// A verdict with what is shown of it.
#[derive(Debug, Clone)]
pub(crate) struct Story {
    pub(crate) verdict: Verdict,
    /// The path as it was asked for, in the form of a URL parser.
    pub(crate) asked: String,
    /// The first answer's status and rule; `None` if it is none of the site's.
    pub(crate) first: Option<(u16, RuleId)>,
    /// Where the last redirect led.
    pub(crate) location: Option<String>,
}

/// Where a visitor ends up who asks for a path, redirects followed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Landing {
    pub(crate) verdict: Verdict,
    /// The path in the address bar, in the form of a URL parser.
    pub(crate) path: String,
    /// The query there, with its `?`.
    pub(crate) query: String,
    /// Whether a redirect names a fragment, which then counts instead of the link's own.
    pub(crate) names_fragment: bool,
    /// The status of the first redirect that the site's own rules call temporary.
    pub(crate) temporary: Option<u16>,
}

/// Puts questions to a manifest.
pub(crate) struct Asker<'m> {
    manifest: &'m Manifest<'m>,
    origins: &'m Origins,
    scratch: Box<Scratch>,
}

impl<'m> Asker<'m> {
    pub(crate) fn new(manifest: &'m Manifest<'m>, origins: &'m Origins) -> Asker<'m> {
        Asker { manifest, origins, scratch: Box::new(Scratch::new()) }
    }

    /// The verdict about a path, as [`resolve`] leaves it.
    pub(crate) fn ask(&mut self, path: &[u8]) -> Verdict {
        self.follow(path, &mut |_, _| {})
    }

    /// The same, with what is shown of it.
    pub(crate) fn tell(&mut self, path: &[u8]) -> Story {
        let mut first = None;
        let mut location = None;
        let verdict = self.follow(path, &mut |answer, to| {
            first.get_or_insert((answer.status, answer.rule));
            if let Some(to) = to {
                location = Some(to.to_owned());
            }
        });
        let asked = match RequestPath::parse(path, &mut self.scratch) {
            Ok(request) => request.path().to_owned(),
            Err(_) => String::from_utf8_lossy(path).into_owned(),
        };
        Story { verdict, asked, first, location }
    }

    /// Where a request for a path ends, which may have a query behind it; `None` if the last URL is none that could be written.
    pub(crate) fn land(&mut self, target: &[u8]) -> Option<Landing> {
        let (mut names_fragment, mut temporary) = (false, None);
        let (verdict, last) = self.walk(target, &mut |answer, to| {
            let Some(to) = to else { return };
            names_fragment |= to.contains('#');
            let is_temporary = answer.rule == RuleId::REDIRECTS_RULE && !matches!(answer.status, 301 | 308);
            if is_temporary {
                temporary.get_or_insert(answer.status);
            }
        });
        let last = RequestPath::parse(&last, &mut self.scratch).ok()?;
        let (path, query) = (last.path().to_owned(), last.query().to_owned());
        Some(Landing { verdict, path, query, names_fragment, temporary })
    }

    /// A path and a query as a URL parser leaves them.
    pub(crate) fn parsed<'t>(&'t mut self, target: &'t [u8]) -> Option<RequestPath<'t>> {
        RequestPath::parse(target, &mut self.scratch).ok()
    }

    /// Asks, and follows; tells of each answer.
    fn follow(&mut self, path: &[u8], each: &mut dyn FnMut(&Answer<'_, '_>, Option<&str>)) -> Verdict {
        self.walk(path, each).0
    }

    /// The same; also gives what was asked for last, with a query if there is one.
    fn walk(
        &mut self,
        path: &[u8],
        each: &mut dyn FnMut(&Answer<'_, '_>, Option<&str>),
    ) -> (Verdict, Vec<u8>) {
        let mut seen: Vec<Vec<u8>> = Vec::new();
        let mut path = path.to_vec();
        let mut hops = 0;
        loop {
            let location = match self.step(&path, each) {
                Ok(end) => return (Verdict { end, hops }, path),
                Err(location) => location,
            };
            hops += 1;
            let mut to = Vec::new();
            let text = cleaned(location.as_bytes());
            let from = path.split(|&byte| byte == b'?').next().unwrap_or_default();
            match resolve(&From::at(from), &text, self.origins, &mut to) {
                Reference::Path(_) => to.extend_from_slice(query_of(&text)),
                _ => return (Verdict { end: End::Away, hops }, path),
            }
            if hops >= MOST_HOPS || to == path || seen.contains(&to) {
                return (Verdict { end: End::Loop, hops }, path);
            }
            seen.push(std::mem::replace(&mut path, to));
        }
    }

    /// One answer: an end, or where it redirects to.
    fn step(
        &mut self,
        path: &[u8],
        each: &mut dyn FnMut(&Answer<'_, '_>, Option<&str>),
    ) -> Result<End, String> {
        let manifest = self.manifest;
        // Too long for any answer.
        let Ok(parsed) = RequestPath::parse(path, &mut self.scratch) else { return Ok(End::Error) };
        if !is_below(parsed.path(), manifest.base()) {
            let mounted = [manifest.base().as_bytes(), parsed.path().as_bytes()].concat();
            return Ok(End::Outside { has_file: self.has_file(&mounted) });
        }
        let mut request = Request::get(parsed);
        request.scheme = "https";
        request.host = self.origins.hosts().first().map_or("localhost", String::as_str);
        let answer = match manifest.decide(&request) {
            Decision::Assets(answer) => answer,
            _ => return Ok(End::Worker),
        };
        if let Some(location) = answer.location() {
            let location = location.to_string();
            each(&answer, Some(&location));
            return Err(location);
        }
        each(&answer, None);
        Ok(match (answer.status, answer.body) {
            (200, Some(_)) if [RuleId::SINGLE_PAGE, RuleId::PAGES_SINGLE_PAGE].contains(&answer.rule) => {
                End::Fallback
            }
            (200, Some(asset)) => End::File(asset.index()),
            (404, _) => End::NotFound,
            _ => End::Error,
        })
    }

    fn has_file(&mut self, path: &[u8]) -> bool {
        let Ok(parsed) = RequestPath::parse(path, &mut self.scratch) else { return false };
        matches!(self.manifest.decide(&Request::get(parsed)), Decision::Assets(answer)
            if answer.status < 400 && ![RuleId::SINGLE_PAGE, RuleId::PAGES_SINGLE_PAGE].contains(&answer.rule))
    }
}

fn is_below(path: &str, base: &str) -> bool {
    base.is_empty() || {
        let decoded = trailmark::decode_path(path, trailmark::DecodeMode::Segments);
        decoded.strip_prefix(base).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    }
}

impl Asker<'_> {
    /// The file that answers paths of a folder (which ends in a slash) that nothing else answers, and whether it does so with 200.
    pub(crate) fn stand_in(&mut self, folder: &str) -> Option<(u32, bool)> {
        let path = format!("{folder}no-such-file-{:016x}", crate::hash::hash(folder.as_bytes()));
        let parsed = RequestPath::parse(&path, &mut self.scratch).ok()?;
        match self.manifest.decide(&Request::get(parsed)) {
            Decision::Assets(answer) => answer.body.map(|asset| (asset.index(), answer.status == 200)),
            _ => None,
        }
    }
}
