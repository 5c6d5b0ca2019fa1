//! From the sum of all tallies to findings: which there are, which are shown, what they say.

use std::cmp::Reverse;

use rayon::prelude::*;
use rustc_hash::FxHashMap;

use crate::absent::why_absent;
use crate::ask::{Asker, End};
use crate::candidates::{Candidate, Conclusion, List, Lists};
use crate::capitals;
use crate::kind::LinkKind;
use crate::locate::locate;
use crate::reference::{From, PathKind, Reference, cleaned, resolve};
use crate::report::{Finding, FirstAnswer, Group, LinkPlace};
use crate::rules::{RULES, Rule, RuleRow};
use crate::sitewide;
use crate::tally::{Place, Tally};

impl Conclusion<'_> {
    /// The findings, by rule. Each kind is worked out by a thread of its own.
    pub(crate) fn groups(&self, tally: &Tally) -> Vec<Group> {
        let lists = || Lists::new(self.off, self.limit, self.ground.patterns);
        let (mut found, others) = rayon::join(
            || self.of_targets(tally, lists()),
            || {
                let sitewide = || sitewide::candidates(self, tally, lists());
                rayon::join(|| self.of_fragments(tally, lists()), sitewide)
            },
        );
        found.add_all(others.0);
        found.add_all(others.1);
        if found.has(Rule::CaseDiffers) {
            found.was_cut.insert(Rule::NotFound);
        }
        let was_cut = found.was_cut;
        let filled: Vec<(List, &RuleRow)> =
            found.lists.into_iter().zip(RULES).filter(|(list, _)| list.count > 0).collect();
        let group = |(list, row): (List, &RuleRow)| {
            let counted = tally.files.get(row.rule as usize).copied().filter(|&count| count > 0);
            let in_files =
                counted.filter(|_| !was_cut.contains(row.rule) && row.rule != Rule::MissingFragment);
            let List { count, links, first } = list.cut(self.limit);
            let findings = self.findings(first);
            Group {
                rule: row.rule,
                level: row.level,
                summary: row.summary,
                advice: row.fix,
                count,
                links,
                in_files: in_files.map(u64::from),
                findings,
            }
        };
        let mut groups: Vec<Group> = filled.into_par_iter().map(group).collect();
        groups.sort_by_key(|group| Reverse(group.level));
        groups
    }

    fn of_targets<'p>(&self, tally: &Tally, mut lists: Lists<'p>) -> Lists<'p> {
        // The kinds that have other rules are counted elsewhere.
        let used = tally.targets.iter().filter(|target| target.stats.links > 0);
        let found = used.filter_map(|target| Some((target, target.verdict.cause(LinkKind::Anchor)?)));
        let mut missing = Vec::new();
        for (target, rule) in found {
            let candidate = Candidate::new(rule, &target.path, &target.stats);
            if rule == Rule::NotFound { missing.push(candidate) } else { lists.add(candidate) }
        }
        for candidate in self.in_other_capitals(missing) {
            lists.add(candidate);
        }
        for ((rule, path), stats) in &tally.special {
            lists.add(Candidate::new(*rule, path, stats));
        }
        lists
    }

    /// Takes those out of the missing that only have other capitals than a file.
    fn in_other_capitals(&self, mut missing: Vec<Candidate>) -> Vec<Candidate> {
        let mut asker = self.asker();
        let wanted: Vec<String> = missing.iter().map(|candidate| asker.tell(&candidate.path).asked).collect();
        let stems = wanted.iter().map(|path| capitals::stem(path)).collect();
        let found = capitals::files_by_stem(self.manifest, &stems);
        for (candidate, wanted) in missing.iter_mut().zip(&wanted) {
            let files = found.get(capitals::stem(wanted).as_str()).into_iter().flatten();
            // Not every form leads to a page on every setting.
            let mut leads_there = |&&file: &&u32| {
                self.manifest.asset(file).is_some_and(|asset| {
                    let own_path = capitals::own_path(self.manifest, &asset);
                    let meant = capitals::in_capitals_of(&own_path, wanted);
                    meant.starts_with('/') && asker.ask(meant.as_bytes()).end == End::File(file)
                })
            };
            if let Some(&file) = files.into_iter().find(&mut leads_there) {
                candidate.rule = Rule::CaseDiffers;
                candidate.fix = self.url_of(file);
            }
        }
        missing
    }

    fn of_fragments<'p>(&self, tally: &Tally, mut lists: Lists<'p>) -> Lists<'p> {
        let ids: FxHashMap<u32, &[u64]> = tally.ids.iter().map(|(file, ids)| (*file, &**ids)).collect();
        let has = |file: u32, hash: u64| ids.get(&file).is_some_and(|ids| ids.binary_search(&hash).is_ok());
        for (&(file, hash), wanted) in &tally.fragments {
            if has(file, hash) || tally.decoded.get(&hash).is_some_and(|&decoded| has(file, decoded)) {
                continue;
            }
            let mut candidate =
                Candidate::at(Rule::MissingFragment, self.url_of(file).unwrap_or_default(), wanted.first);
            candidate.links = wanted.links;
            candidate.in_files = None;
            lists.add(candidate);
        }
        lists
    }

    /// What candidates say, with lines.
    fn findings(&self, list: Vec<Candidate>) -> Vec<Finding> {
        let mut asker = self.asker();
        let places: Vec<Place> = list.iter().flat_map(|candidate| candidate.places.iter().copied()).collect();
        let mut located = locate(self.manifest, self.files, &places).into_iter();
        let one = |candidate: Candidate| {
            let first = candidate.places.first().copied();
            let places: Vec<LinkPlace> = located.by_ref().take(candidate.places.len()).collect();
            self.finding(candidate, first, places, &mut asker)
        };
        list.into_iter().map(one).collect()
    }

    fn finding(
        &self,
        candidate: Candidate,
        first: Option<Place>,
        places: Vec<LinkPlace>,
        asker: &mut Asker<'_>,
    ) -> Finding {
        let Candidate { rule, path, links, in_files, kinds, mut detail, mut fix, .. } = candidate;
        let story = asker.tell(&path);
        let mut target = story.asked;
        let link = places.first().and_then(|place| place.link.clone()).unwrap_or_default();
        let is_about_page = rule > Rule::SitemapNotCanonical || matches!(rule, Rule::CanonicalMissing);
        let answer = story.first.filter(|_| !is_about_page).map(|(status, id)| FirstAnswer {
            status,
            rule: self.manifest.rule_name(id).to_owned(),
            location: story.location.clone(),
            redirects: story.verdict.hops,
        });
        match rule {
            Rule::NotFound | Rule::CanonicalNotFound | Rule::SitemapNotFound | Rule::FallbackForFile => {
                let last = story.location.as_deref().unwrap_or(&target);
                let own = last.strip_prefix(self.manifest.base()).unwrap_or(last);
                detail = detail.or_else(|| why_absent(self.files, own));
            }
            Rule::Redirect
            | Rule::RedirectChain
            | Rule::RedirectAway
            | Rule::CanonicalRedirects
            | Rule::SitemapRedirects => {
                fix = story.location;
            }
            Rule::MissingFragment => {
                if let Some((_, fragment)) = link.split_once('#') {
                    target = format!("{target}#{fragment}");
                }
            }
            Rule::OutsideBase => {
                fix = Some(served(asker, format!("{}{target}", self.manifest.base()).as_bytes()))
            }
            Rule::RelativeInNotFoundPage => fix = Some(story.location.unwrap_or_else(|| target.clone())),
            Rule::RelativeSlash => {
                fix = first.and_then(|place| self.seen_from_other_form(place.file, &link, asker))
            }
            _ => {}
        }
        Finding { target, answer, detail, fix, links, in_files, kinds, places }
    }

    /// What a relative link means from the page's other form.
    fn seen_from_other_form(&self, file: u32, link: &str, asker: &mut Asker<'_>) -> Option<String> {
        let page = self.url_of(file)?;
        let other = page.strip_suffix('/').map_or_else(|| format!("{page}/"), str::to_owned);
        let mut path = Vec::new();
        match resolve(&From::at(other), &cleaned(link.as_bytes()), self.ground.origins, &mut path) {
            Reference::Path(found) if found.kind == PathKind::Relative => Some(served(asker, &path)),
            _ => None,
        }
    }
}

/// Where a path ends: the URL to write instead of it.
fn served(asker: &mut Asker<'_>, path: &[u8]) -> String {
    let story = asker.tell(path);
    story.location.unwrap_or(story.asked)
}
