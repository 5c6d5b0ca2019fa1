//! What becomes of one link: asked as the audit asks, respelled, and proved to lead where it led.

use rustc_hash::{FxHashMap, FxHashSet};
use trailmark::Manifest;

use super::options::FixOptions;
use super::outcome::{Left, Outcome};
use super::respell::{Old, respell};
use crate::ask::{Asker, End, Landing, Verdict};
use crate::capitals::{self, OnlyFiles};
use crate::ground::{Floats, Ground};
use crate::hash::hash;
use crate::kind::LinkKind;
use crate::reference::{Path, PathKind, Reference, cleaned, query_of, resolve};
use crate::rules::{Rule, RuleSet};
use crate::run::served_at;
use crate::standpoint::Standpoint;

/// A link as it was read.
#[derive(Debug, Clone, Copy)]
pub(super) struct Link<'t> {
    pub(super) kind: LinkKind,
    /// With entities decoded.
    pub(super) text: &'t [u8],
    /// Why it must be left in any case.
    pub(super) block: Option<Left>,
}

/// A link that has a finding which can be fixed, or could be but for a reason.
#[derive(Debug)]
pub(super) struct Judged {
    pub(super) outcome: Outcome,
    /// The number of its target.
    pub(super) target: u32,
    /// The whole text afterwards, if it is to be changed.
    pub(super) new: Option<Vec<u8>>,
}

/// Where links lead.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Target {
    /// The path that they name.
    pub(super) from: String,
    /// The path where a visitor ends up.
    pub(super) to: String,
    /// What answers there.
    pub(super) end: Option<u32>,
}

/// What is the same for all threads.
#[derive(Debug)]
pub(super) struct Common<'s> {
    pub(super) manifest: &'s Manifest<'s>,
    pub(super) options: &'s FixOptions,
    /// The files that are served under other URLs than their own.
    pub(super) elsewhere: &'s FxHashSet<u32>,
    /// What links that lead to nothing may have meant, if that is wanted.
    pub(super) only_files: &'s OnlyFiles,
}

/// Judges the links that a thread reads.
pub(super) struct Judge<'s> {
    pub(super) ground: &'s Ground<'s>,
    common: &'s Common<'s>,
    asker: Asker<'s>,
    base: &'s str,
    /// By the hash of the path.
    verdicts: FxHashMap<u64, Verdict>,
    landings: FxHashMap<u64, Option<Landing>>,
    numbers: FxHashMap<(u64, u64), u32>,
    pub(super) targets: Vec<Target>,
    pub(super) ignored: u64,
}

impl<'s> Judge<'s> {
    pub(super) fn new(
        ground: &'s Ground<'s>,
        common: &'s Common<'s>,
        asker: Asker<'s>,
        base: &'s str,
    ) -> Judge<'s> {
        Judge {
            ground,
            common,
            asker,
            base,
            verdicts: FxHashMap::default(),
            landings: FxHashMap::default(),
            numbers: FxHashMap::default(),
            targets: Vec::new(),
            ignored: 0,
        }
    }

    /// Judges a link. `None` if there is nothing to be done about it. `off` are the rules that are not looked for in its file.
    pub(super) fn judge(&mut self, stand: &Standpoint<'_>, off: RuleSet, link: Link<'_>) -> Option<Judged> {
        if link.kind == LinkKind::Identifier {
            return None;
        }
        let text = cleaned(link.text);
        let mut path = Vec::new();
        let Reference::Path(found) = resolve(&stand.from, &text, self.ground.origins, &mut path) else {
            return None;
        };
        if stand.is_own_page(found.kind) {
            return None;
        }
        let (rule, meant) = self.finding(stand, link.kind, &text, found, &path)?;
        if off.contains(rule) || self.ground.patterns.ignores(rule, &String::from_utf8_lossy(&path)) {
            self.ignored += 1;
            return None;
        }
        if self.common.options.kinds.is_some_and(|kinds| !kinds.contains(link.kind)) {
            return None;
        }
        let asked = meant.unwrap_or_else(|| path.clone());
        let landing = self.landing(&asked)?;
        let number = self.number(&path, &landing);
        let is_repair = asked != path || rule == Rule::RelativeInNotFoundPage;
        let new = self.change(stand, link, found, &landing, query_of(&text), is_repair);
        let (outcome, new) = match new {
            Ok(new) => (Outcome::Changed(rule), Some(new)),
            Err(left) => (Outcome::Left(left), None),
        };
        Some(Judged { outcome, target: number, new })
    }

    /// The finding of the audit that could be fixed, and what the link was meant to lead to if it does not.
    fn finding(
        &mut self,
        stand: &Standpoint<'_>,
        kind: LinkKind,
        text: &[u8],
        found: Path<'_>,
        path: &[u8],
    ) -> Option<(Rule, Option<Vec<u8>>)> {
        let also = self.common.options.also;
        if stand.is_lost(kind, found.kind) {
            let rule = Rule::RelativeInNotFoundPage;
            if also.contains(rule) && self.leads_to_file(path) {
                return Some((rule, None));
            }
            if stand.document.floats == Floats::Only {
                return None;
            }
        }
        let verdict = self.verdict(path);
        let rule = verdict.cause(kind)?;
        match rule {
            Rule::Redirect | Rule::RedirectChain | Rule::CanonicalRedirects | Rule::SitemapRedirects => {
                Some((rule, None))
            }
            Rule::RedirectAway => Some((rule, None)),
            Rule::OutsideBase if also.contains(rule) => {
                let asked = self.asker.parsed(path)?.path().to_owned();
                Some((rule, Some([self.base, &asked].concat().into_bytes())))
            }
            Rule::NotFound => {
                if let Some(other) = stand.seen_from_other_form(found.kind, text, self.ground.origins)
                    && self.leads_to_file(&other)
                {
                    return also.contains(Rule::RelativeSlash).then_some((Rule::RelativeSlash, Some(other)));
                }
                if !also.contains(Rule::CaseDiffers) {
                    return None;
                }
                let asked = self.asker.parsed(path)?.path().to_owned();
                let file = self.common.only_files.named(&asked)?;
                let asset = self.common.manifest.asset(file)?;
                let meant =
                    capitals::in_capitals_of(&capitals::own_path(self.common.manifest, &asset), &asked);
                if self.verdict(meant.as_bytes()).end != End::File(file) {
                    return None;
                }
                let url = served_at(self.common.manifest, &asset);
                Some((Rule::CaseDiffers, Some(url.into_bytes())))
            }
            _ => None,
        }
    }

    fn leads_to_file(&mut self, path: &[u8]) -> bool {
        matches!(self.verdict(path).end, End::File(_))
    }

    /// The text to write instead, proved; or why there is none.
    fn change(
        &mut self,
        stand: &Standpoint<'_>,
        link: Link<'_>,
        found: Path<'_>,
        landing: &Landing,
        query: &[u8],
        is_repair: bool,
    ) -> Result<Vec<u8>, Left> {
        let verdict = landing.verdict;
        let end = match verdict.end {
            End::File(_) => verdict.end,
            // A repair must lead to a file; the page that answers everything is none that was meant.
            End::Fallback if !is_repair => verdict.end,
            End::Away => return Err(Left::Away),
            _ => return Err(Left::Unproved),
        };
        if let Some(left) = link.block {
            return Err(left);
        }
        if landing.temporary.is_some() && !self.common.options.temporary {
            return Err(Left::Temporary);
        }
        if found.kind == PathKind::Same {
            return Err(Left::Same);
        }
        let is_floating =
            stand.document.floats != Floats::No || self.common.elsewhere.contains(&stand.document.asset);
        let to_root = is_floating && is_repair;
        if is_floating && !is_repair && stand.depends_on_page(found.kind) {
            return Err(Left::Floating);
        }
        if landing.names_fragment {
            return Err(Left::AddsFragment);
        }
        let from = {
            let from = self.asker.parsed(stand.from.path()).ok_or(Left::Unproved)?;
            from.path().to_owned()
        };
        if !landing.query.is_empty() || !(is_repair || self.keeps_query(stand, link, landing, query)) {
            return Err(Left::AddsQuery);
        }
        let text = link.text;
        let start = text.iter().position(|byte| *byte > b' ').unwrap_or(text.len());
        let stop = text.iter().rposition(|byte| *byte > b' ').map_or(start, |last| last + 1);
        let core = text.get(start..stop).unwrap_or_default();
        let path_len = core.iter().position(|byte| matches!(byte, b'?' | b'#')).unwrap_or(core.len());
        let old = cleaned(core.get(..path_len).unwrap_or_default());
        // Bytes in another encoding would be other characters for a browser.
        if std::str::from_utf8(&old).is_err() {
            return Err(Left::Odd);
        }
        let kind = if to_root { PathKind::Absolute } else { found.kind };
        let old = if to_root { Old { text: b"", kind } } else { Old { text: &old, kind } };
        let (head, tail) =
            (text.get(..start).unwrap_or_default(), text.get(start + path_len..).unwrap_or_default());
        let mut proof = Proof { judge: self, stand, end, to: &landing.path, fragment: found.fragment, query };
        let whole = |new: &[u8]| [head, new, tail].concat();
        let new = respell(old, &from, &landing.path, |new| proof.holds(&whole(new)));
        new.map(|new| whole(&new)).ok_or(Left::Unproved)
    }

    /// Whether the redirect leaves the query as the link has it; for a form also what it sends.
    fn keeps_query(
        &mut self,
        stand: &Standpoint<'_>,
        link: Link<'_>,
        landing: &Landing,
        query: &[u8],
    ) -> bool {
        let sent: &[u8] = if link.kind == LinkKind::Form { b"?q=1" } else { query };
        if sent.is_empty() {
            return true;
        }
        let mut path = Vec::new();
        let _ = resolve(&stand.from, &cleaned(link.text), self.ground.origins, &mut path);
        path.extend_from_slice(sent);
        let asked = self.asker.parsed(&path).map(|asked| asked.query().to_owned());
        let landed = self.asker.land(&path);
        landed.is_some_and(|landed| {
            landed.path == landing.path && landed.verdict == landing.verdict && Some(landed.query) == asked
        })
    }

    pub(super) fn verdict(&mut self, path: &[u8]) -> Verdict {
        let Judge { verdicts, asker, .. } = self;
        *verdicts.entry(hash(path)).or_insert_with(|| asker.ask(path))
    }

    fn landing(&mut self, path: &[u8]) -> Option<Landing> {
        let Judge { landings, asker, .. } = self;
        landings.entry(hash(path)).or_insert_with(|| asker.land(path)).clone()
    }

    fn number(&mut self, path: &[u8], landing: &Landing) -> u32 {
        let key = (hash(path), hash(landing.path.as_bytes()));
        if let Some(&number) = self.numbers.get(&key) {
            return number;
        }
        let from = self.asker.parsed(path).map(|path| path.path().to_owned()).unwrap_or_default();
        let end = match landing.verdict.end {
            End::File(file) => Some(file),
            _ => None,
        };
        let number = self.targets.len() as u32;
        self.targets.push(Target { from, to: landing.path.clone(), end });
        self.numbers.insert(key, number);
        number
    }
}

/// What a new text must do: lead a browser to the URL where the old one ended, and to the same answer, at once.
struct Proof<'j, 's, 't> {
    judge: &'j mut Judge<'s>,
    stand: &'t Standpoint<'t>,
    end: End,
    to: &'t str,
    fragment: Option<&'t [u8]>,
    query: &'t [u8],
}

impl Proof<'_, '_, '_> {
    fn holds(&mut self, new: &[u8]) -> bool {
        let text = cleaned(new);
        let mut path = Vec::new();
        let Reference::Path(found) = resolve(&self.stand.from, &text, self.judge.ground.origins, &mut path)
        else {
            return false;
        };
        let is_there = self.judge.asker.parsed(&path).is_some_and(|path| path.path() == self.to);
        is_there
            && found.fragment == self.fragment
            && query_of(&text) == self.query
            && self.judge.verdict(&path) == Verdict { end: self.end, hops: 0 }
    }
}
