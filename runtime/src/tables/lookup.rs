//! Look-ups in tables: what a manifest does with its index and records, done with perfect-hash maps.

use super::asset::Asset;
use super::rows::{Effect, HeaderRule, RedirectKind, RouterFirst, RouterKind};
use super::site::Site;
use crate::answer::{Resolution, RuleId};
use crate::asset::SitePath;
use crate::decode::Decoded;
use crate::format;
use crate::headers::{HeaderMatching, HeaderSource};
use crate::lookup::with_site_path;
use crate::manifest::Policy;
use crate::mask::Mask;
use crate::not_found::nearest;
use crate::path::RequestPath;
use crate::pattern;
use crate::redirects::RedirectRule;
use crate::resolve::Resolve;
use crate::router::RouterRules;
use crate::source::{Entry, Source, Stored};
use crate::stem::split_stem;

impl<'m> Source<'m> for Site {
    type Asset = Asset;

    fn policy(&self) -> &Policy {
        &self.policy
    }

    fn base(&self) -> &str {
        self.base
    }

    fn asset(&'m self, index: u32) -> Option<Asset> {
        Site::asset(self, index)
    }

    fn entry(&'m self, site_path: &[u8]) -> Option<Entry<'m>> {
        let (stem, form) = split_stem(site_path);
        let (&stem, found) = self.stems.get_entry(core::str::from_utf8(stem).ok()?)?;
        let entry = self.shapes.get(usize::from(found.shape))?.get(form as usize)?;
        let rule = entry.rule_id();
        let stored = match entry.effect {
            Effect::Miss => None,
            Effect::Serve(number) => {
                Some(Stored::Serve { asset: found.base.wrapping_add(number.into()), rule })
            }
            Effect::ServeAsset(asset) => Some(Stored::Serve { asset, rule }),
            Effect::Redirect(to) => {
                let target = SitePath::new(stem.as_bytes(), to.suffix());
                Some(Stored::Redirect { target, rule })
            }
            Effect::RedirectTo(path) => {
                Some(Stored::Redirect { target: SitePath::new(path.as_bytes(), ""), rule })
            }
        };
        Some(Entry {
            stored,
            redirect: entry.redirect.unwrap_or(format::NONE_U16),
            header_set: entry.headers.number(),
        })
    }

    fn nearest_not_found(&'m self, site_path: &[u8]) -> Option<Asset> {
        let page_of = |folder: &[u8]| {
            let folder = core::str::from_utf8(folder).ok()?;
            self.not_found.folders.get(folder).and_then(|&index| self.asset(index))
        };
        let below_root = nearest(self.not_found.depths, || self.not_found.longest, site_path, page_of);
        below_root.or_else(|| self.asset(self.policy.root_not_found_asset))
    }

    fn lookup_with<'r>(
        &'m self,
        request: &RequestPath<'r>,
        not_found: u8,
    ) -> Resolution<'m, 'r, Self::Asset> {
        with_site_path(request, self.policy.decode, |decoded| {
            let stored = self.entry(decoded.site_path).and_then(|entry| entry.stored);
            Resolve::resolve(self, decoded, stored, *request, not_found)
        })
    }

    fn resolve_stored<'r>(
        &'m self,
        decoded: Decoded<'_>,
        stored: Option<Stored<'m>>,
        request: RequestPath<'r>,
        not_found: u8,
    ) -> Resolution<'m, 'r, Asset> {
        Resolve::resolve(self, decoded, stored, request, not_found)
    }

    /// No tables are made for other hosts.
    fn host_answer<'r>(&'m self, _: RequestPath<'r>) -> Resolution<'m, 'r, Asset> {
        Resolution::NotFound { rule: RuleId::NOT_FOUND_NONE }
    }

    fn has_rules(&self) -> bool {
        !self.redirects.is_empty() || !self.header_rules.is_empty()
    }

    fn redirect_rule(&'m self, index: usize) -> Option<RedirectRule<'m>> {
        Site::redirect_rule(self, index)
    }

    fn match_redirects(&self, path: &[u8]) -> Option<usize> {
        let raw = self.raw_redirects.binary_search_by(|(from, _)| from.as_bytes().cmp(path));
        let raw = raw.ok().and_then(|found| self.raw_redirects.get(found));
        if let Some(&(_, index)) = raw {
            return Some(index.into());
        }
        let first = self.redirects.partition_point(|row| !row.is_dynamic());
        let text = core::str::from_utf8(path).ok()?;
        let mut candidates = self.redirect_dispatch.candidates(path).map(|number| first + number);
        candidates.find(|&index| {
            self.redirects
                .get(index)
                .is_some_and(|row| row.kind == RedirectKind::Dynamic && pattern::matches(row.from, text))
        })
    }
}

impl<'m> HeaderSource<'m> for Site {
    type Rule = HeaderRule;

    fn rule(&'m self, number: usize) -> Option<HeaderRule> {
        self.header_rules.get(number).map(HeaderRule::new)
    }
}

impl<'m> HeaderMatching<'m> for Site {
    fn header_set(&self, index: u16) -> Mask {
        Mask(self.header_sets.get(usize::from(index)).copied().unwrap_or(0))
    }

    fn header_candidates(&self, path: &[u8]) -> Mask {
        self.header_dispatch.candidates(path)
    }
}

impl RouterRules for Site {
    fn has_script(&self) -> bool {
        self.router.has_script
    }

    fn first(&self) -> u8 {
        match self.router.first {
            RouterFirst::Never => format::FIRST_NEVER,
            RouterFirst::Always => format::FIRST_ALWAYS,
            RouterFirst::Rules => format::FIRST_RULES,
            RouterFirst::Routes => format::FIRST_ROUTES,
        }
    }

    fn counts_for_navigation(&self) -> bool {
        self.router.navigation
    }

    fn rules(&self, excludes: bool) -> impl Iterator<Item = (&str, u32)> {
        let rules = if excludes { self.router.exclude } else { self.router.include };
        rules.iter().map(|(text, kind)| {
            let kind = match kind {
                RouterKind::Glob => format::ROUTER_GLOB,
                RouterKind::Route => format::ROUTER_ROUTE,
                RouterKind::Regex => format::ROUTER_REGEX,
            };
            (*text, kind)
        })
    }
}
