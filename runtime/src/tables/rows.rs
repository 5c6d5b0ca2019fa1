//! The rows of which a generated module's tables are made, and the views that look-ups take of them.

use crate::answer::RuleId;
use crate::decode::DecodeMode;
use crate::format;
use crate::headers::HeaderRuleFacts;
use crate::manifest::{Platform, Policy};
use crate::mask::Mask;
use crate::redirects::{RedirectRule, RedirectTexts};
use crate::stem::Form;

/// What is known of a stem: `/about` for `/about`, `/about/`, `/about.html` and so on ([`Form`]).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stem {
    /// Index of its shape: what its forms answer.
    pub shape: u16,
    /// Index of its first asset.
    pub base: u32,
}

/// What the forms of a stem answer, in the order of [`Form::ALL`]; many stems share one.
pub type Shape = [Entry; 8];

/// What is stored for a path.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Entry {
    /// What the files answer.
    pub effect: Effect,
    /// The rule that says so, by number ([`Site::rule_name`](super::Site::rule_name)); of no meaning for a miss.
    pub rule: u16,
    /// Index of the rule of `_redirects` that answers first, if the path is spelled canonically.
    pub redirect: Option<u16>,
    /// The rules of `_headers` that match, if the path is spelled canonically.
    pub headers: HeaderSet,
}

/// The rules of `_headers` that match a stored path.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum HeaderSet {
    /// None does.
    Nothing,
    /// Those of the set with this index.
    Set(u16),
    /// It has to be found out: there were too many sets.
    FindOut,
}

impl HeaderSet {
    pub(crate) fn number(self) -> u16 {
        match self {
            HeaderSet::Nothing => format::NONE_U16,
            HeaderSet::Set(index) => index,
            HeaderSet::FindOut => format::ANY_HEADER_SET,
        }
    }
}

/// What a miss gets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Misses {
    /// Nothing.
    Nothing,
    /// The nearest `404.html`.
    NearestPage,
    /// The single page.
    SinglePage,
    /// The nearest `404.html`, or else the single page.
    NearestOrSinglePage,
}

impl Misses {
    pub(crate) const fn number(self) -> u8 {
        match self {
            Misses::Nothing => format::NOT_FOUND_NONE,
            Misses::NearestPage => format::NOT_FOUND_PAGE,
            Misses::SinglePage => format::NOT_FOUND_SINGLE_PAGE,
            Misses::NearestOrSinglePage => format::NOT_FOUND_PAGE_THEN_SINGLE,
        }
    }

    pub(crate) fn of_number(number: u8) -> Option<Misses> {
        let all = [Misses::Nothing, Misses::NearestPage, Misses::SinglePage, Misses::NearestOrSinglePage];
        all.into_iter().find(|misses| misses.number() == number)
    }
}

impl Policy {
    /// What does not depend on the path: the platform, and what a miss gets.
    pub const fn new(
        platform: Platform,
        misses: Misses,
        single_page_asset: Option<u32>,
        root_not_found_asset: Option<u32>,
    ) -> Policy {
        const fn or_none(asset: Option<u32>) -> u32 {
            match asset {
                Some(index) => index,
                None => format::NONE_U32,
            }
        }
        let (decode, redirect_status, flags) = match platform {
            // No tables are made for other hosts.
            Platform::Workers | Platform::Host => {
                (DecodeMode::Segments, 307, format::FLAG_CANONICAL_REDIRECT)
            }
            Platform::Pages => (DecodeMode::Whole, 308, format::FLAG_INDEX_REDIRECT),
        };
        Policy {
            platform,
            not_found: misses.number(),
            decode,
            redirect_status,
            flags,
            single_page_asset: or_none(single_page_asset),
            root_not_found_asset: or_none(root_not_found_asset),
        }
    }
}

/// What the files answer to a path.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Effect {
    /// Nothing: it is a miss.
    Miss,
    /// This asset, counted from the stem's first, is served.
    Serve(u8),
    /// This asset is served.
    ServeAsset(u32),
    /// A redirect to another form of the stem.
    Redirect(Form),
    /// A redirect to this site path.
    RedirectTo(&'static str),
}

/// The folders below the root that own a `404.html`.
#[derive(Debug, Clone, Copy)]
pub struct NotFound {
    /// Bit d: a folder with d slashes in its path owns one; bit 63: 63 or more.
    pub depths: u64,
    /// Length of the longest such folder, bytes.
    pub longest: usize,
    /// Folder, without slash at its end, to the index of its `404.html`.
    pub folders: &'static phf::Map<&'static str, u32>,
}

/// A rule of `_redirects`.
#[derive(Debug, Clone, Copy)]
pub struct RedirectRow {
    /// Line of the file, counted from 1.
    pub line: u32,
    /// Status of the answer; 200 rewrites the path instead.
    pub status: u16,
    /// What kind of rule it is.
    pub kind: RedirectKind,
    /// The path, or pattern, that it answers.
    pub from: &'static str,
    /// Where it leads within the request's own origin; of a pattern, the target with its placeholders.
    pub path: &'static str,
    /// Query of the target, with its `?`.
    pub search: &'static str,
    /// Fragment of the target, with its `#`.
    pub hash: &'static str,
    /// Host of the target, with its port.
    pub host: &'static str,
    /// What is sent instead of the path where scheme or host are not the request's.
    pub url: &'static str,
    /// Whether runs of `/` in the finished target become one.
    pub collapses: bool,
}

/// What a rule of `_redirects` leads to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RedirectKind {
    /// A path of the request's origin.
    Path,
    /// An `https` URL.
    Https,
    /// A URL with the request's scheme.
    SchemeRelative,
    /// No URL: status 500.
    Broken,
    /// A pattern.
    Dynamic,
    /// A pattern that never matches.
    Never,
}

impl RedirectRow {
    pub(crate) fn is_dynamic(&self) -> bool {
        matches!(self.kind, RedirectKind::Dynamic | RedirectKind::Never)
    }

    pub(crate) fn rule(&self) -> RedirectRule<'static> {
        let kind = match self.kind {
            RedirectKind::Path => format::REDIRECT_PATH,
            RedirectKind::Https => format::REDIRECT_HTTPS,
            RedirectKind::SchemeRelative => format::REDIRECT_SCHEME_RELATIVE,
            RedirectKind::Broken => format::REDIRECT_BROKEN,
            RedirectKind::Dynamic => format::REDIRECT_DYNAMIC,
            RedirectKind::Never => format::REDIRECT_NEVER,
        };
        let RedirectRow { line, status, from, path, search, hash, host, url, collapses, .. } = *self;
        let texts = RedirectTexts { from, path, search, hash, host, url };
        RedirectRule::new(line, status, kind, collapses, texts)
    }
}

/// Which rules can match a path at all. In the dispatch of `_redirects`, bit i stands for the i-th dynamic rule.
#[derive(Debug, Clone, Copy)]
pub struct Dispatch {
    /// Rules that can match paths of any first segment.
    pub anywhere: u128,
    /// Rules that can match only paths with this first segment; ordered by it.
    pub by_segment: &'static [(&'static str, u128)],
}

impl Dispatch {
    pub(crate) fn candidates(&self, path: &[u8]) -> Mask {
        let rest = path.get(1..).unwrap_or_default();
        let segment = rest.split(|&b| b == b'/').next().unwrap_or_default();
        let found = self.by_segment.binary_search_by(|(own, _)| own.as_bytes().cmp(segment));
        let own = found.ok().and_then(|index| self.by_segment.get(index)).map_or(0, |(_, mask)| *mask);
        Mask(self.anywhere | own)
    }
}

/// A rule of `_headers`.
#[derive(Debug, Clone, Copy)]
pub struct HeaderRuleRow {
    /// Line of its path in the file, counted from 1.
    pub line: u32,
    /// The pattern, with `https://host` in front if it has one.
    pub path: &'static str,
    /// The names of headers that it removes.
    pub removals: &'static [&'static str],
    /// The headers that it sets: name in lower case, value with its placeholders.
    pub sets: &'static [(&'static str, &'static str)],
    /// Whether it names a host.
    pub names_host: bool,
    /// Whether values have placeholders.
    pub substitutes: bool,
    /// Whether answers that it matches fail with 500.
    pub is_broken: bool,
    /// Whether it never matches.
    pub is_never: bool,
}

/// A rule of `_headers`. As [`HeaderRule`](crate::HeaderRule) of a manifest.
#[derive(Debug, Clone, Copy)]
pub struct HeaderRule {
    /// Line of its path in the file, counted from 1.
    pub line: u32,
    /// The pattern, with `https://host` in front if it has one.
    pub path: &'static str,
    row: &'static HeaderRuleRow,
}

impl HeaderRule {
    pub(crate) fn new(row: &'static HeaderRuleRow) -> Self {
        HeaderRule { line: row.line, path: row.path, row }
    }

    /// The names of headers that it removes, as written.
    pub fn removals(&self) -> impl Iterator<Item = &'static str> + Clone + use<> {
        self.row.removals.iter().copied()
    }

    /// The headers that it sets: name in lower case, value with its placeholders.
    pub fn sets(&self) -> impl Iterator<Item = (&'static str, &'static str)> + Clone + use<> {
        self.row.sets.iter().copied()
    }

    /// Whether the platform fails with 500 where this rule matches.
    pub fn is_broken(&self) -> bool {
        self.row.is_broken
    }
}

impl<'m> HeaderRuleFacts<'m> for HeaderRule {
    fn path(self) -> &'m str {
        self.path
    }

    fn removals(self) -> impl Iterator<Item = &'m str> + Clone {
        let removals: &'m [&'m str] = self.row.removals;
        removals.iter().copied()
    }

    fn sets(self) -> impl Iterator<Item = (&'m str, &'m str)> + Clone {
        let sets: &'m [(&'m str, &'m str)] = self.row.sets;
        sets.iter().copied()
    }

    fn is_broken(self) -> bool {
        self.row.is_broken
    }

    fn is_never(self) -> bool {
        self.row.is_never
    }

    fn names_host(self) -> bool {
        self.row.names_host
    }

    fn substitutes(self) -> bool {
        self.row.substitutes
    }
}

/// Who is asked first.
#[derive(Debug, Clone, Copy)]
pub struct Router {
    /// Whether there is a Worker script, or a Pages Function.
    pub has_script: bool,
    /// When it is asked before the assets.
    pub first: RouterFirst,
    /// Whether not-found handling counts as an answer for a navigation.
    pub navigation: bool,
    /// Rules that exclude: text and kind.
    pub exclude: &'static [(&'static str, RouterKind)],
    /// Rules that include.
    pub include: &'static [(&'static str, RouterKind)],
}

/// When the script is asked before the assets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RouterFirst {
    /// Never.
    Never,
    /// Always.
    Always,
    /// As `run_worker_first` says.
    Rules,
    /// As `_routes.json` says.
    Routes,
}

/// How a rule of the router is matched.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RouterKind {
    /// `*` is any run of bytes.
    Glob,
    /// The same, and a `/` or `/*` at the end may be missing or be there.
    Route,
    /// A regular expression.
    Regex,
}

impl Entry {
    pub(crate) fn rule_id(&self) -> RuleId {
        RuleId(self.rule)
    }
}
