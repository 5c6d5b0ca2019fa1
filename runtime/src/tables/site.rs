//! A site whose answers are compiled in.

use super::asset::{Asset, AssetRow};
use super::rows::{Dispatch, Effect, HeaderRule, HeaderRuleRow, NotFound, RedirectRow, Router, Shape, Stem};
use crate::answer::RuleId;
use crate::asset::SitePath;
use crate::decode::DecodeMode;
use crate::manifest::{Platform, Policy};
use crate::path::RequestPath;
use crate::redirects::RedirectRule;
use crate::request::{Request, Requests};
use crate::router::{RouterMatch, RouterVerdict, verdict};
use crate::source::Source;
use crate::stem::Form;

/// What a [`Site`] answers: [`Answer`](crate::Answer) over tables.
pub type Answer<'m, 'r> = crate::Answer<'m, 'r, Asset, Site>;
/// Who answers a request: [`Decision`](crate::Decision) over tables.
pub type Decision<'m, 'r> = crate::Decision<'m, 'r, Asset, Site>;
/// What a path resolves to: [`Resolution`](crate::Resolution) over tables.
pub type Resolution<'m, 'r> = crate::Resolution<'m, 'r, Asset>;

/// A site, as a generated module holds it. Its methods are those of [`Manifest`](crate::Manifest); its fields are for reading the
/// module, and may change from version to version.
#[derive(Debug, Clone, Copy)]
pub struct Site {
    /// What does not depend on the path.
    pub policy: Policy,
    /// Where the site hangs below its origin: nothing, or as `/docs`.
    pub base: &'static str,
    /// Every stem for which something is stored.
    pub stems: &'static phf::Map<&'static str, Stem>,
    /// What the forms of stems answer.
    pub shapes: &'static [Shape],
    /// Every file, ordered by stem, then form.
    pub assets: &'static [AssetRow],
    /// The folders that own a `404.html`.
    pub not_found: NotFound,
    /// The rules of `_redirects`: static ones, then dynamic ones.
    pub redirects: &'static [RedirectRow],
    /// Static redirects from paths that are not spelled canonically, with the index of the rule; ordered by path.
    pub raw_redirects: &'static [(&'static str, u16)],
    /// Which dynamic redirects can match a path.
    pub redirect_dispatch: Dispatch,
    /// The rules of `_headers`.
    pub header_rules: &'static [HeaderRuleRow],
    /// Sets of header rules that match a stored path: bit i for rule i.
    pub header_sets: &'static [u128],
    /// Which header rules can match a path.
    pub header_dispatch: Dispatch,
    /// Who is asked first.
    pub router: Router,
    /// The names of the rules, ordered by number.
    pub rule_names: &'static [(u16, &'static str)],
}

impl Site {
    /// Decides who answers a request, and gives the answer if it is the assets. As
    /// [`Manifest::decide`](crate::Manifest::decide).
    pub fn decide<'m, 'r>(&'m self, request: &Request<'r>) -> Decision<'m, 'r> {
        Requests::decide(self, request)
    }

    /// What the assets answer to a request. As [`Manifest::answer`](crate::Manifest::answer).
    pub fn answer<'m, 'r>(&'m self, request: &Request<'r>) -> Answer<'m, 'r> {
        Requests::answer(self, request)
    }

    /// What the router makes of an answer that the Worker gave. As
    /// [`Manifest::guard_worker_answer`](crate::Manifest::guard_worker_answer).
    pub fn guard_worker_answer<'m, 'r>(
        &'m self,
        request: &Request<'r>,
        status: u16,
        content_type: Option<&str>,
    ) -> Option<Answer<'m, 'r>> {
        Requests::guard_worker_answer(self, request, status, content_type)
    }

    /// Looks up a request path. As [`Manifest::lookup`](crate::Manifest::lookup).
    pub fn lookup<'m, 'r>(&'m self, request: &RequestPath<'r>) -> Resolution<'m, 'r> {
        self.lookup_with(request, self.policy.not_found)
    }

    /// What the router's rules say about a request, before any asset is looked up.
    pub fn router_verdict(&self, request: &Request<'_>) -> RouterVerdict {
        verdict(self, request)
    }

    /// The name of a rule; `"unknown"` for an id that is not listed. O(log rules).
    pub fn rule_name(&self, id: RuleId) -> &'static str {
        let found = self.rule_names.binary_search_by_key(&id.0, |(number, _)| *number);
        found.ok().and_then(|index| self.rule_names.get(index)).map_or("unknown", |(_, name)| *name)
    }

    /// The platform whose answers are given.
    pub fn platform(&self) -> Platform {
        self.policy.platform
    }

    /// The status of redirects between the forms of a page: 307 on Workers, 308 on Pages.
    pub fn redirect_status(&self) -> u16 {
        self.policy.redirect_status
    }

    /// How paths are decoded.
    pub fn decode_mode(&self) -> DecodeMode {
        self.policy.decode
    }

    /// Where the site hangs below its origin, decoded: `/docs`, or nothing if it is at the root.
    pub fn base(&self) -> &'static str {
        self.base
    }

    /// Whether the site has no assets at all.
    pub fn is_empty(&self) -> bool {
        self.assets.is_empty()
    }

    /// Number of assets.
    pub fn asset_count(&self) -> usize {
        self.assets.len()
    }

    /// The asset with this index; `None` if there are not so many. Assets are ordered by stem, then form.
    pub fn asset(&self, index: u32) -> Option<Asset> {
        let row = self.assets.get(usize::try_from(index).ok()?)?;
        Some(Asset::new(row, index))
    }

    /// Every asset.
    pub fn assets(&self) -> impl Iterator<Item = Asset> + use<> {
        self.assets.iter().zip(0u32..).map(|(row, index)| Asset::new(row, index))
    }

    /// Every path with a stored answer, in the order of the table. O(size of the site).
    pub fn routes(&self) -> impl Iterator<Item = Route> + use<'_> {
        self.stems.entries().flat_map(move |(&stem, page)| {
            let shape = self.shapes.get(usize::from(page.shape));
            let entries = shape.into_iter().flatten().zip(Form::ALL);
            entries.filter_map(move |(entry, form)| {
                let effect = match entry.effect {
                    Effect::Miss => return None,
                    Effect::Serve(number) => Ok(self.asset(page.base.wrapping_add(number.into()))?),
                    Effect::ServeAsset(index) => Ok(self.asset(index)?),
                    Effect::Redirect(to) => Err(SitePath::new(stem.as_bytes(), to.suffix())),
                    Effect::RedirectTo(path) => Err(SitePath::new(path.as_bytes(), "")),
                };
                let path = SitePath::new(stem.as_bytes(), form.suffix());
                Some(Route { path, effect, rule: entry.rule_id() })
            })
        })
    }

    /// The rules of `_redirects` that the platform accepts, in the order of the file.
    pub fn redirect_rules(&self) -> impl ExactSizeIterator<Item = RedirectRule<'static>> + use<> {
        self.redirects.iter().map(RedirectRow::rule)
    }

    /// The rule of `_redirects` with this index.
    pub fn redirect_rule(&self, index: usize) -> Option<RedirectRule<'static>> {
        self.redirects.get(index).map(RedirectRow::rule)
    }

    /// The rules of `_headers` that the platform accepts, in the order of the file.
    pub fn header_rules(&self) -> impl Iterator<Item = HeaderRule> + use<> {
        self.header_rules.iter().map(HeaderRule::new)
    }

    /// Whether the site has a Worker script, or a Pages Function.
    pub fn has_script(&self) -> bool {
        self.router.has_script
    }

    /// The rules of `run_worker_first` or `_routes.json`: whether it excludes, and its text (without `!`).
    pub fn router_rules(&self) -> impl Iterator<Item = (bool, &'static str)> + use<> {
        let rules = [(true, self.router.exclude), (false, self.router.include)];
        rules.into_iter().flat_map(|(excludes, rules)| rules.iter().map(move |(text, _)| (excludes, *text)))
    }

    /// The text of a rule of `run_worker_first` or `_routes.json`.
    pub fn router_rule(&self, found: RouterMatch) -> &'static str {
        let rules = if found.excludes { self.router.exclude } else { self.router.include };
        rules.get(found.index).map_or("", |(text, _)| text)
    }
}

/// A path with the answer that is stored for it.
#[derive(Debug, Clone, Copy)]
pub struct Route {
    /// The site path.
    pub path: SitePath<'static>,
    /// What it answers: the asset that is served, or where it is redirected to.
    pub effect: Result<Asset, SitePath<'static>>,
    /// The rule that said so.
    pub rule: RuleId,
}
