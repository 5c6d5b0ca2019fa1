//! Findings that no link shows by itself: pages that nobody links to, pages under several names, and what pages say of each other.

use rustc_hash::{FxHashMap, FxHashSet};

use crate::candidates::{Candidate, Conclusion, Lists};
use crate::kind::{LinkKind, LinkKinds};
use crate::marks::Mark;
use crate::rules::Rule;
use crate::tally::{PageFacts, Place, Stats, Tally};

/// Everything that is found by looking at the whole site.
pub(crate) fn candidates<'p>(site: &Conclusion<'_>, tally: &Tally, mut lists: Lists<'p>) -> Lists<'p> {
    add(site, tally, &mut lists);
    lists
}

fn add(site: &Conclusion<'_>, tally: &Tally, lists: &mut Lists<'_>) {
    let facts: FxHashMap<u32, &PageFacts> = tally.facts.iter().map(|(file, facts)| (*file, facts)).collect();
    mixed_forms(site, tally, lists);
    lonely_pages(site, lists);
    canonicals(site, &facts, lists);
    sitemap_entries(site, tally, &facts, lists);
    translations(site, &facts, lists);
    for (file, why) in &tally.unreadable {
        let mut candidate =
            Candidate::at(Rule::Unreadable, site.url_of(*file).unwrap_or_default(), whole(*file));
        candidate.detail = Some(why.clone());
        lists.add(candidate);
    }
}

/// A place that is the whole file.
fn whole(file: u32) -> Place {
    Place { file, offset: u32::MAX }
}

/// Pages that links name by several paths.
fn mixed_forms(site: &Conclusion<'_>, tally: &Tally, lists: &mut Lists<'_>) {
    let mut forms: Vec<(u32, usize)> = Vec::new();
    for (number, target) in tally.targets.iter().enumerate() {
        let is_link = target.stats.kinds.iter().any(|kind| kind.is_navigation());
        if let Some(file) = target.file().filter(|&file| is_link && site.ground.marks.is(file, Mark::Html)) {
            forms.push((file, number));
        }
    }
    forms.sort_unstable();
    let groups = forms.chunk_by(|a, b| a.0 == b.0).filter(|group| group.len() > 1);
    let candidate = |group: &[(u32, usize)]| {
        let mut targets: Vec<_> = group.iter().filter_map(|&(_, number)| tally.targets.get(number)).collect();
        targets.sort_unstable_by(|a, b| b.stats.links.cmp(&a.stats.links).then_with(|| a.path.cmp(&b.path)));
        let mut paths: Vec<(String, u32)> = Vec::new();
        // The rarest form is the one to look at.
        let mut stats = targets.last().map(|target| target.stats).unwrap_or_default();
        stats.links = targets.iter().map(|target| target.stats.links).sum();
        for target in &targets {
            let path = trailmark::RequestPath::parse(&target.path, &mut trailmark::Scratch::new())
                .map(|request| request.path().to_owned())
                .unwrap_or_default();
            match paths.iter_mut().find(|(known, _)| *known == path) {
                Some((_, links)) => *links += target.stats.links,
                None => paths.push((path, target.stats.links)),
            }
        }
        if paths.len() < 2 {
            return None;
        }
        let file = group.first()?.0;
        let mut candidate = Candidate::new(Rule::MixedForms, site.url_of(file)?.as_bytes(), &stats);
        candidate.in_files = None;
        candidate.kinds = LinkKinds::default();
        let forms: Vec<String> =
            paths.iter().take(8).map(|(path, links)| format!("{path} ({links})")).collect();
        candidate.detail = Some(forms.join(", "));
        candidate.fix = site.url_of(file);
        Some(candidate)
    };
    groups.filter_map(candidate).for_each(|candidate| lists.add(candidate));
}

/// Pages that nothing leads to, and pages that have no canonical URL.
fn lonely_pages(site: &Conclusion<'_>, lists: &mut Lists<'_>) {
    let marks = site.ground.marks;
    let root = format!("{}/", site.manifest.base());
    let count = site.manifest.asset_count() as u32;
    let having =
        |mark: Mark| (0..count).filter(|&file| marks.is(file, Mark::Html) && marks.is(file, mark)).count();
    // Where most have none, none are wanted.
    let has_canonicals = having(Mark::Canonical) * 2 > having(Mark::Html);
    for asset in site.manifest.assets() {
        let file = asset.index();
        if !marks.is(file, Mark::Html) || marks.is(file, Mark::Floats) {
            continue;
        }
        let Some(url) = asset.canonical_url().map(|url| url.to_string()) else { continue };
        let is_named =
            [Mark::Linked, Mark::Used, Mark::InSitemap].into_iter().any(|mark| marks.is(file, mark));
        let off = site.ground.patterns.off_in(&asset.site_path().to_string());
        let mut add = |rule| {
            if !off.contains(rule) {
                lists.add(Candidate::at(rule, url.as_str(), whole(file)));
            }
        };
        if has_canonicals && !marks.is(file, Mark::Canonical) {
            add(Rule::CanonicalMissing);
        }
        if !is_named && url != root {
            add(Rule::OrphanPage);
        }
    }
}

fn canonicals(site: &Conclusion<'_>, facts: &FxHashMap<u32, &PageFacts>, lists: &mut Lists<'_>) {
    let elsewhere = facts.values().filter_map(|facts| facts.canonical_elsewhere);
    // One that redirects is a finding already.
    let elsewhere = elsewhere.filter(|&(_, _, is_direct)| is_direct);
    let mut by_target: FxHashMap<u32, Stats> = FxHashMap::default();
    for (target, place, _) in elsewhere {
        by_target.entry(target).or_default().add(LinkKind::Canonical, place);
    }
    for (target, stats) in by_target {
        if let Some(url) = site.url_of(target) {
            lists.add(Candidate::new(Rule::CanonicalElsewhere, url.as_bytes(), &stats));
        }
    }
}

fn sitemap_entries(
    site: &Conclusion<'_>,
    tally: &Tally,
    facts: &FxHashMap<u32, &PageFacts>,
    lists: &mut Lists<'_>,
) {
    let candidate = |&(file, place): &(u32, Place)| {
        let (canonical, ..) = facts.get(&file)?.canonical_elsewhere?;
        let mut candidate = Candidate::at(Rule::SitemapNotCanonical, site.url_of(file)?, place);
        candidate.fix = site.url_of(canonical);
        Some(candidate)
    };
    tally.sitemap.iter().filter_map(candidate).for_each(|candidate| lists.add(candidate));
}

/// Translations that do not name the page which names them.
fn translations(site: &Conclusion<'_>, facts: &FxHashMap<u32, &PageFacts>, lists: &mut Lists<'_>) {
    for (&page, says) in facts {
        for (other, place) in unique(&says.alternates).filter(|&(other, _)| other != page) {
            let returns =
                facts.get(&other).is_some_and(|other| other.alternates.iter().any(|&(back, _)| back == page));
            if !returns && let Some(url) = site.url_of(other) {
                let mut candidate = Candidate::at(Rule::HreflangNoReturn, url, place);
                candidate.detail = site.url_of(page).map(|page| format!("does not name {page}"));
                lists.add(candidate);
            }
        }
    }
}

/// The pairs of a list whose first is new.
fn unique<T: Copy + Eq + std::hash::Hash, U: Copy>(list: &[(T, U)]) -> impl Iterator<Item = (T, U)> {
    let mut seen = FxHashSet::default();
    list.iter().copied().filter(move |(first, _)| seen.insert(*first))
}
