//! One file's links, as they come, into the tally of its thread.

use rustc_hash::FxHashMap;

use crate::ask::{Asker, End};
use crate::extract::{Buffers, Element, Sink, Tag, early_base, html, sheet};
use crate::ground::{Document, Floats, Ground};
use crate::hash::{decoded_hash, hash, wanted_fragment};
use crate::kind::LinkKind;
use crate::marks::Mark;
use crate::reference::{PathKind, Reference, cleaned, resolve};
use crate::rules::{Rule, RuleSet};
use crate::standpoint::Standpoint;
use crate::tally::{PageFacts, Place, Tally};

/// What a thread works with.
pub(crate) struct Worker<'s> {
    pub(crate) ground: &'s Ground<'s>,
    pub(crate) asker: Asker<'s>,
    pub(crate) tally: Tally,
    buffers: Buffers,
    scratch: PageScratch,
}

/// What is known of the page that is being read; used again from page to page.
#[derive(Default)]
struct PageScratch {
    path: Vec<u8>,
    ids: Vec<u64>,
    own_fragments: FxHashMap<u64, (Option<u64>, u32, u32)>,
}

impl<'s> Worker<'s> {
    pub(crate) fn new(ground: &'s Ground<'s>, asker: Asker<'s>) -> Worker<'s> {
        Worker {
            ground,
            asker,
            tally: Tally::default(),
            buffers: Buffers::default(),
            scratch: PageScratch::default(),
        }
    }

    /// Reads a page.
    pub(crate) fn page(&mut self, document: &Document, bytes: &[u8], off: RuleSet) {
        let mut buffers = std::mem::take(&mut self.buffers);
        let base = early_base(bytes, &mut buffers);
        let mut reader = Reader::new(self, document, off);
        if let Some(base) = base {
            reader.stand.set_base(&base, reader.worker.ground.origins);
        }
        html(bytes, &mut buffers, &mut reader);
        reader.end();
        self.tally.pages += 1;
        self.buffers = buffers;
    }

    /// Reads any other file, whose links are given to a function one by one.
    pub(crate) fn links(
        &mut self,
        document: &Document,
        off: RuleSet,
        read: impl FnOnce(&mut dyn FnMut(LinkKind, &[u8], u32)),
    ) {
        let mut reader = Reader::new(self, document, off);
        read(&mut |kind, text, offset| {
            reader.link(kind, text, offset);
        });
        reader.end_file();
    }
}

/// A link to a path of the site.
struct Link<'l> {
    kind: LinkKind,
    /// As it stands in the page, cleaned.
    text: &'l [u8],
    /// What it leads to.
    path: &'l [u8],
    path_kind: PathKind,
    fragment: Option<&'l [u8]>,
    place: Place,
}

/// Takes what the parser gives.
struct Reader<'w, 's> {
    worker: &'w mut Worker<'s>,
    document: &'w Document,
    stand: Standpoint<'w>,
    /// Rules that are not looked for in this file.
    off: RuleSet,
    found: RuleSet,
    facts: Option<Box<PageFacts>>,
    /// Where the first canonical URL stands, and what it leads to.
    canonical: Option<(Vec<u8>, u32)>,
    has_several: Option<u32>,
    /// Redirects on the way of the link that was counted last.
    hops: u8,
}

impl<'w, 's> Reader<'w, 's> {
    fn new(worker: &'w mut Worker<'s>, document: &'w Document, off: RuleSet) -> Self {
        worker.scratch.ids.clear();
        worker.scratch.own_fragments.clear();
        Reader {
            worker,
            document,
            stand: Standpoint::new(document),
            off,
            found: RuleSet::default(),
            facts: None,
            canonical: None,
            has_several: None,
            hops: 0,
        }
    }

    fn place(&self, offset: u32) -> Place {
        Place { file: self.document.asset, offset }
    }

    /// Notes a finding; `false` if it is not wanted.
    fn finds(&mut self, rule: Rule) -> bool {
        let wanted = !self.off.contains(rule);
        if wanted {
            self.found.insert(rule);
        }
        wanted
    }

    /// Counts a link. Gives the file that it leads to.
    fn link(&mut self, kind: LinkKind, text: &[u8], offset: u32) -> Option<u32> {
        let text = cleaned(text);
        let mut path = std::mem::take(&mut self.worker.scratch.path);
        let file = match resolve(&self.stand.from, &text, self.worker.ground.origins, &mut path) {
            Reference::Path(found) => {
                let place = Place { file: self.document.asset, offset };
                let (path_kind, fragment) = (found.kind, found.fragment);
                self.internal(&Link { kind, text: &text, path: &path, path_kind, fragment, place })
            }
            Reference::Elsewhere => {
                self.worker.tally.counts.external += 1;
                None
            }
            Reference::OtherScheme | Reference::Invalid => {
                self.worker.tally.counts.other += 1;
                None
            }
        };
        self.worker.scratch.path = path;
        file
    }

    fn internal(&mut self, link: &Link<'_>) -> Option<u32> {
        let &Link { kind, path, place, .. } = link;
        if self.stand.is_own_page(link.path_kind) {
            self.worker.tally.counts.same_page += 1;
            self.own_fragment(link.fragment.unwrap_or_default(), place.offset);
            return Some(self.document.asset);
        }
        self.worker.tally.counts.internal += 1;
        if self.is_lost(link) {
            return None;
        }
        let Worker { tally, asker, .. } = &mut *self.worker;
        let target = tally.target(path, asker);
        let verdict = tally.targets.get(target)?.verdict;
        self.hops = verdict.hops;
        match verdict.cause(kind) {
            Some(rule) => self.complain(rule, link, target),
            // Names that redirect are no findings, so they must not count among the links that do.
            None if kind == LinkKind::Identifier => {}
            None => self.count(link, target),
        }
        let End::File(file) = verdict.end else { return None };
        if kind == LinkKind::Sitemap {
            self.worker.ground.marks.set(file, Mark::InSitemap);
            self.worker.tally.sitemap.push((file, place));
        } else if file != self.document.asset {
            self.worker.ground.marks.set(file, if kind.is_navigation() { Mark::Linked } else { Mark::Used });
        }
        if let Some(fragment) = link.fragment.filter(|_| kind.is_navigation()) {
            self.fragment(file, fragment, place);
        }
        Some(file)
    }

    fn count(&mut self, link: &Link<'_>, target: usize) {
        if let Some(target) = self.worker.tally.targets.get_mut(target) {
            target.stats.add(link.kind, link.place);
        }
    }

    fn complain(&mut self, rule: Rule, link: &Link<'_>, target: usize) {
        let rule = match rule {
            Rule::NotFound if self.works_from_other_form(link) => Rule::RelativeSlash,
            rule => rule,
        };
        let is_wanted = self.finds(rule);
        if !rule.is_of_target() {
            if is_wanted {
                self.worker.tally.add_special(rule, link.path, link.kind, link.place);
            }
        } else if is_wanted || self.worker.ground.off.contains(rule) {
            // Findings about several targets want to know of it even if nobody asks for this one.
            self.count(link, target);
        }
    }

    /// A relative link that leads to nothing: whether it would lead to a file if the page's URL had a slash at its end, or none.
    fn works_from_other_form(&mut self, link: &Link<'_>) -> bool {
        let origins = self.worker.ground.origins;
        let Some(path) = self.stand.seen_from_other_form(link.path_kind, link.text, origins) else {
            return false;
        };
        let Worker { tally, asker, .. } = &mut *self.worker;
        let number = tally.target(&path, asker);
        tally.targets.get(number).is_some_and(|target| target.file().is_some())
    }

    /// A relative link in a page that answers any URL. One that has no URL of its own has no other meaning.
    fn is_lost(&mut self, link: &Link<'_>) -> bool {
        if !self.stand.is_lost(link.kind, link.path_kind) {
            return false;
        }
        let rule = Rule::RelativeInNotFoundPage;
        if self.finds(rule) {
            self.worker.tally.add_special(rule, link.path, link.kind, link.place);
        }
        self.document.floats == Floats::Only
    }

    /// A link to an element of another page.
    fn fragment(&mut self, file: u32, fragment: &[u8], place: Place) {
        let ground = self.worker.ground;
        let Some(fragment) = wanted_fragment(fragment) else { return };
        if file == self.document.asset {
            return self.own_fragment(fragment, place.offset);
        }
        if !ground.marks.is(file, Mark::Html) || self.off.contains(Rule::MissingFragment) {
            return;
        }
        if ground.patterns.ignores_fragment(file, fragment) {
            return;
        }
        self.worker.tally.add_fragment((file, hash(fragment)), decoded_hash(fragment), place);
    }

    /// A link to an element of this page.
    fn own_fragment(&mut self, fragment: &[u8], offset: u32) {
        let Some(fragment) = wanted_fragment(fragment) else { return };
        let ground = self.worker.ground;
        let asset = self.document.asset;
        if self.off.contains(Rule::MissingFragment) || ground.patterns.ignores_fragment(asset, fragment) {
            return;
        }
        let entry = self.worker.scratch.own_fragments.entry(hash(fragment));
        let entry = entry.or_insert_with(|| (decoded_hash(fragment), offset, 0));
        entry.2 += 1;
    }

    fn canonical(&mut self, text: &[u8], offset: u32) {
        let text = cleaned(text);
        match &self.canonical {
            None => self.canonical = Some((text.to_vec(), offset)),
            Some((first, _)) if *first == *text => {}
            Some(_) => self.has_several = Some(offset),
        }
    }

    fn facts(&mut self) -> &mut PageFacts {
        self.facts.get_or_insert_default()
    }

    /// What is known only at the end of a page.
    fn end(&mut self) {
        self.end_canonical();
        self.end_ids();
        if let Some(facts) = self.facts.take() {
            self.worker.tally.facts.push((self.document.asset, *facts));
        }
        self.end_file();
    }

    fn end_canonical(&mut self) {
        let asset = self.document.asset;
        let Some((text, offset)) = self.canonical.take() else { return };
        self.worker.ground.marks.set(asset, Mark::Canonical);
        if let Some(again) = self.has_several
            && self.finds(Rule::CanonicalDuplicate)
        {
            let place = self.place(again);
            let path = self.document.from.path().to_vec();
            self.worker.tally.add_special(Rule::CanonicalDuplicate, &path, LinkKind::Canonical, place);
        }
        if let Some(file) = self.link(LinkKind::Canonical, &text, offset)
            && file != asset
        {
            let (place, is_direct) = (self.place(offset), self.hops == 0);
            self.facts().canonical_elsewhere = Some((file, place, is_direct));
        }
    }

    fn end_ids(&mut self) {
        let asset = self.document.asset;
        let PageScratch { ids, own_fragments, .. } = &mut self.worker.scratch;
        ids.sort_unstable();
        ids.dedup();
        let has = |hash: u64| ids.binary_search(&hash).is_ok();
        let missing =
            own_fragments.drain().filter(|&(raw, (decoded, ..))| !has(raw) && !decoded.is_some_and(has));
        let missing: Vec<_> = missing.collect();
        if !ids.is_empty() {
            self.worker.tally.ids.push((asset, ids.as_slice().into()));
        }
        for (raw, (decoded, offset, links)) in missing {
            self.finds(Rule::MissingFragment);
            let place = self.place(offset);
            self.worker.tally.add_fragment((asset, raw), decoded, place);
            if let Some(wanted) = self.worker.tally.fragments.get_mut(&(asset, raw)) {
                wanted.links += links - 1;
            }
        }
    }

    fn end_file(&mut self) {
        for rule in self.found.iter() {
            if let Some(count) = self.worker.tally.files.get_mut(rule as usize) {
                *count += 1;
            }
        }
    }
}

impl Sink for Reader<'_, '_> {
    fn tag(&mut self, tag: &Tag<'_>) {
        let ids = &mut self.worker.scratch.ids;
        tag.ids(|id| ids.push(hash(id)));
        if let Some((style, offset)) = tag.inline_style() {
            self.style(style, offset);
        }
        if tag.element == Element::Other {
            return;
        }
        self.stand.pass(tag, self.worker.ground.origins);
        tag.links(|kind, text, offset| match kind {
            _ if !self.document.counts(kind) => {}
            LinkKind::Canonical => self.canonical(text, offset),
            LinkKind::Alternate => {
                let file = self.link(kind, text, offset);
                let place = self.place(offset);
                if let Some(file) = file {
                    self.facts().alternates.push((file, place));
                }
            }
            _ => {
                self.link(kind, text, offset);
            }
        });
    }

    fn style(&mut self, text: &[u8], offset: u32) {
        sheet(text, offset, |kind, url, offset| {
            self.link(kind, url, offset);
        });
    }

    fn json_ld(&mut self, text: &[u8], offset: u32) {
        if self.worker.ground.origins.hosts().is_empty() {
            return;
        }
        crate::json::own_urls(text, |kind, url, at| {
            self.link(kind, url, offset.saturating_add(at));
        });
    }
}
