//! Everything that decides a manifest's answers, spelled out: what a generated module is written from.

use alloc::boxed::Box;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use super::rows::{HeaderSet, Misses, RedirectKind, RouterFirst, RouterKind};
use crate::answer::RuleId;
use crate::asset::Asset;
use crate::bytes::{u16_at, u32_at, u64_at};
use crate::format;
use crate::headers::HeaderRuleFacts;
use crate::manifest::Manifest;
use crate::mask::{Dispatch, Mask};
use crate::redirects::RedirectRule;
use crate::router::RouterRules;
use crate::source::Stored;
use crate::stem::Form;

/// Everything that decides a manifest's answers.
#[derive(Debug)]
pub struct Contents<'m> {
    /// What a miss gets.
    pub misses: Misses,
    /// The asset that is the single page.
    pub single_page_asset: Option<u32>,
    /// The asset `/404.html`.
    pub root_not_found_asset: Option<u32>,
    /// Every stem, in the order of the texts.
    pub stems: Vec<StemContents<'m>>,
    /// Every asset.
    pub assets: Vec<Asset<'m>>,
    /// Folders below the root with the asset that is their `404.html`, in the order of the texts.
    pub not_found: Vec<(&'m str, u32)>,
    /// Bit d: a folder with d slashes in its path owns a `404.html`.
    pub not_found_depths: u64,
    /// Length of the longest such folder, bytes.
    pub longest_not_found: u32,
    /// The rules of `_redirects`, with their kinds, whether they collapse slashes, and their texts: from, path, search, hash, host,
    /// URL.
    pub redirects: Vec<(RedirectRule<'m>, RedirectKind, bool, [&'m str; 6])>,
    /// Static redirects from paths that are not spelled canonically.
    pub raw_redirects: Vec<(&'m str, u16)>,
    /// Which dynamic redirects can match any path, and which only one of a first segment.
    pub redirect_dispatch: (u128, Vec<(&'m str, u128)>),
    /// The rules of `_headers`.
    pub header_rules: Vec<ContentsHeaderRule<'m>>,
    /// Sets of them.
    pub header_sets: Vec<u128>,
    /// Which of them can match any path, and which only one of a first segment.
    pub header_dispatch: (u128, Vec<(&'m str, u128)>),
    /// When the script is asked before the assets.
    pub router_first: RouterFirst,
    /// Whether not-found handling counts as an answer for a navigation.
    pub navigation: bool,
    /// The router's rules that exclude, and those that include.
    pub router_rules: [Vec<(&'m str, RouterKind)>; 2],
    /// The names of rules.
    pub rule_names: Vec<(u16, &'m str)>,
}

/// A stem and what its forms answer.
#[derive(Debug)]
pub struct StemContents<'m> {
    /// The stem.
    pub stem: &'m str,
    /// What its forms answer, in the order of [`Form::ALL`].
    pub forms: Box<[FormContents; 8]>,
}

/// What a form of a stem answers.
#[derive(Debug)]
pub struct FormContents {
    /// What the files answer, and by which rule; `None` for a miss.
    pub answer: Option<(StoredAnswer, RuleId)>,
    /// The rule of `_redirects` that answers first.
    pub redirect: Option<u16>,
    /// The rules of `_headers` that match.
    pub headers: HeaderSet,
}

/// What the files answer to a path.
#[derive(Debug)]
pub enum StoredAnswer {
    /// This asset.
    Serve(u32),
    /// A redirect to this site path.
    Redirect(String),
}

/// A rule of `_headers`.
#[derive(Debug)]
pub struct ContentsHeaderRule<'m> {
    /// Line of its path.
    pub line: u32,
    /// The pattern.
    pub path: &'m str,
    /// Names of headers that it removes.
    pub removals: Vec<&'m str>,
    /// Headers that it sets.
    pub sets: Vec<(&'m str, &'m str)>,
    /// Whether it names a host; whether values have placeholders; whether answers fail; whether it never matches.
    pub flags: [bool; 4],
}

impl Manifest<'_> {
    /// Spells out everything that decides answers. `None` if some of it can't be read: verify the manifest first. O(size of the
    /// manifest); allocates.
    pub fn contents(&self) -> Option<Contents<'_>> {
        let some = |index: u32| (index != format::NONE_U32).then_some(index);
        Some(Contents {
            misses: Misses::of_number(self.policy.not_found)?,
            single_page_asset: some(self.policy.single_page_asset),
            root_not_found_asset: some(self.policy.root_not_found_asset),
            stems: self.stem_contents()?,
            assets: self.assets().collect(),
            not_found: self.not_found_contents()?,
            not_found_depths: u64_at(self.not_found_header, 0),
            longest_not_found: u32_at(self.not_found_header, 8),
            redirects: self.redirect_rules().map(redirect).collect::<Option<_>>()?,
            raw_redirects: self.raw_redirect_contents()?,
            redirect_dispatch: self.dispatch_contents(&self.redirect_dispatch)?,
            header_rules: self.header_rules().map(header_rule).collect(),
            header_sets: self.header_sets.iter().map(|set| Mask::read(set, 0).0).collect(),
            header_dispatch: self.dispatch_contents(&self.header_dispatch)?,
            router_first: match RouterRules::first(self) {
                format::FIRST_ALWAYS => RouterFirst::Always,
                format::FIRST_RULES => RouterFirst::Rules,
                format::FIRST_ROUTES => RouterFirst::Routes,
                _ => RouterFirst::Never,
            },
            navigation: self.counts_for_navigation(),
            router_rules: [true, false].map(|excludes| self.rules(excludes).map(router_rule).collect()),
            rule_names: self.rule_name_contents()?,
        })
    }

    fn stem_contents(&self) -> Option<Vec<StemContents<'_>>> {
        let used = self.slots.iter().filter(|slot| u16_at(&slot[..], 0) != format::EMPTY_SLOT);
        let contents = used.map(|slot| {
            let stem = core::str::from_utf8(self.stem_of(slot)?).ok()?;
            let forms: Vec<_> =
                Form::ALL.into_iter().map(|form| self.form_contents(slot, form)).collect::<Option<_>>()?;
            let forms = forms.try_into().ok()?;
            Some(StemContents { stem, forms })
        });
        let mut stems: Vec<_> = contents.collect::<Option<_>>()?;
        stems.sort_unstable_by_key(|contents| contents.stem);
        Some(stems)
    }

    fn form_contents(&self, slot: &[u8; format::SLOT_LEN], form: Form) -> Option<FormContents> {
        let entry = self.entry_of(slot, form)?;
        let answer = entry.stored.map(|stored| match stored {
            Stored::Serve { asset, rule } => (StoredAnswer::Serve(asset), rule),
            Stored::Redirect { target, rule } => (StoredAnswer::Redirect(target.to_string()), rule),
        });
        let redirect = (entry.redirect != format::NONE_U16).then_some(entry.redirect);
        let headers = match entry.header_set {
            format::NONE_U16 => HeaderSet::Nothing,
            format::ANY_HEADER_SET => HeaderSet::FindOut,
            index => HeaderSet::Set(index),
        };
        Some(FormContents { answer, redirect, headers })
    }

    fn not_found_contents(&self) -> Option<Vec<(&str, u32)>> {
        let used = self.not_found.iter().filter(|entry| u32_at(&entry[..], 20) != format::NONE_U32);
        let folder = |entry: &[u8; format::NOT_FOUND_LEN]| {
            Some((self.string(u64_at(entry, 8), u32_at(entry, 16).into())?, u32_at(entry, 20)))
        };
        let mut folders: Vec<_> = used.map(folder).collect::<Option<_>>()?;
        folders.sort_unstable();
        Some(folders)
    }

    fn raw_redirect_contents(&self) -> Option<Vec<(&str, u16)>> {
        let read = |record: &[u8; format::RAW_REDIRECT_LEN]| {
            let path = self.string(u64_at(record, 0), u32_at(record, 8).into())?;
            Some((path, u16::try_from(u32_at(record, 12)).ok()?))
        };
        self.raw_redirects.iter().map(read).collect()
    }

    fn dispatch_contents(&self, dispatch: &Dispatch<'_>) -> Option<(u128, Vec<(&str, u128)>)> {
        let (anywhere, entries) = dispatch.entries();
        let read = |entry: &[u8; format::DISPATCH_LEN]| {
            Some((self.string(u64_at(entry, 0), u32_at(entry, 8).into())?, Mask::read(entry, 16).0))
        };
        Some((anywhere.0, entries.iter().map(read).collect::<Option<_>>()?))
    }

    fn rule_name_contents(&self) -> Option<Vec<(u16, &str)>> {
        let read = |record: &[u8; format::RULE_LEN]| {
            Some((u16_at(record, 0), self.string(u64_at(record, 8), u16_at(record, 2).into())?))
        };
        self.rules.iter().map(read).collect()
    }
}

fn redirect(rule: RedirectRule<'_>) -> Option<(RedirectRule<'_>, RedirectKind, bool, [&str; 6])> {
    let (kind, collapses, texts) = rule.parts();
    let kind = match kind {
        format::REDIRECT_PATH => RedirectKind::Path,
        format::REDIRECT_HTTPS => RedirectKind::Https,
        format::REDIRECT_SCHEME_RELATIVE => RedirectKind::SchemeRelative,
        format::REDIRECT_BROKEN => RedirectKind::Broken,
        format::REDIRECT_DYNAMIC => RedirectKind::Dynamic,
        format::REDIRECT_NEVER => RedirectKind::Never,
        _ => return None,
    };
    Some((rule, kind, collapses, [texts.from, texts.path, texts.search, texts.hash, texts.host, texts.url]))
}

fn header_rule<'m>(rule: crate::HeaderRule<'m>) -> ContentsHeaderRule<'m> {
    ContentsHeaderRule {
        line: rule.line,
        path: rule.path,
        removals: rule.removals().collect(),
        sets: rule.sets().collect(),
        flags: [rule.names_host(), rule.substitutes(), rule.is_broken(), rule.is_never()],
    }
}

fn router_rule((text, kind): (&str, u32)) -> (&str, RouterKind) {
    let kind = match kind {
        format::ROUTER_GLOB => RouterKind::Glob,
        format::ROUTER_ROUTE => RouterKind::Route,
        _ => RouterKind::Regex,
    };
    (text, kind)
}
