//! Every stored answer of a site on a host: for each stem, what its eight forms answer there.
//!
//! The paths that can have an answer of their own are found by turning the rows round (`paths.rs`); their stems are collected, and every
//! form of every stem is put to the interpreter, as `routes.rs` does it for Cloudflare's rules. What no file calls for (redirects of
//! unknown paths, upper case that leads to lower case, other spellings) is the runtime's.

use std::borrow::Cow;

use rayon::prelude::*;
use rustc_hash::FxHashMap;
use trailmark::{Form, RuleId, split_stem};

use crate::routes::{Answers, Canonical, FormAnswer, FullAnswer, StemRoutes};
use crate::site::{AssetIndex, Site, Vicinity};

use super::files::Files;
use super::host::Host;
use super::interpret::{Interpreter, Outcome};
use super::numbers::number_of;
use super::paths;
use super::policy::{Cleaning, Policy};
use super::spelling;

/// The stored answers of a site on a host.
pub(crate) struct HostRoutes {
    /// Sorted by stem.
    pub(crate) routes: Vec<StemRoutes<'static>>,
    /// The canonical paths that are no form of their asset's own stem.
    pub(crate) elsewhere: FxHashMap<AssetIndex, String>,
}

/// Works them out. O(files x rows x log files), on all threads.
pub(crate) fn routes(site: &Site, host: Host, policy: Policy) -> HostRoutes {
    let files = Files::mounted(site.assets.clone(), &site.base);
    let mut asset_of_file = vec![0; site.assets.len()];
    for (asset, index) in site.assets.iter().zip(0..) {
        if let Some(place) = files.find(&asset.site_path).and_then(|file| asset_of_file.get_mut(file)) {
            *place = index;
        }
    }
    let rows = Interpreter::new(&files, host, policy);
    let page = site.asset_at(&format!("{}/404.html", site.base.as_str()));
    let page = page.filter(|_| policy.page_is_always_404);
    let numbers = rows.rules().iter().map(|rule| (rule.name, number_of(rule.name))).collect();
    let asker = Asker { site, asset_of_file, page, rows, numbers };
    let mut routes: Vec<StemRoutes<'static>> =
        asker.stems(&files).into_par_iter().filter_map(|stem| asker.routes_of(stem)).collect();
    let elsewhere = set_canonicals(site, &mut routes);
    HostRoutes { routes, elsewhere }
}

/// What a path answers.
enum Answer {
    Serve(AssetIndex, RuleId),
    Redirect(String, RuleId),
    Refuse(u16, RuleId),
}

struct Asker<'s> {
    site: &'s Site,
    asset_of_file: Vec<AssetIndex>,
    /// The page for misses, where it is one under its own name too.
    page: Option<AssetIndex>,
    rows: Interpreter<'s>,
    /// The numbers of the rules, by name.
    numbers: FxHashMap<&'static str, RuleId>,
}

impl Asker<'_> {
    /// The stems of all paths that may have an answer of their own, sorted.
    fn stems(&self, files: &Files) -> Vec<String> {
        let policy = self.rows.policy();
        let mut stems = paths::candidates(files, self.rows.rules());
        if policy.ignores_case {
            let lower =
                stems.iter().filter(|path| has_upper_case(path)).map(|path| path.to_ascii_lowercase());
            let lower: Vec<String> = lower.collect();
            stems.extend(lower);
        }
        if policy.cleaning == Cleaning::DotsOfGo {
            stems.push(String::new());
        }
        for path in &mut stems {
            let len = split_stem(path.as_bytes()).0.len();
            path.truncate(len);
        }
        stems.par_sort_unstable();
        stems.dedup();
        stems
    }

    /// The answers of a stem; `None` if it has neither an answer nor an asset.
    fn routes_of(&self, stem: String) -> Option<StemRoutes<'static>> {
        let near = Vicinity::of(self.site, &stem);
        let (first, count) = (near.first, near.count);
        let mut path = String::new();
        let answers = Form::ALL.map(|form| {
            path.clear();
            path.push_str(&stem);
            path.push_str(form.suffix());
            let is_own = split_stem(path.as_bytes()) == (stem.as_bytes(), form);
            if is_own { self.answer(&path) } else { None }
        });
        if count == 0 && answers.iter().all(Option::is_none) {
            return None;
        }
        let served = answers.iter().flatten().filter_map(|answer| match answer {
            Answer::Serve(asset, _) => Some(*asset),
            _ => None,
        });
        let base = if count > 0 { first } else { served.min().unwrap_or(0) };
        let answers = match regular(&stem, base, &answers) {
            Some(forms) => Answers::Regular { base, forms },
            None => Answers::Irregular(Box::new(answers.map(full))),
        };
        let canonicals = [Canonical::Nowhere; Form::ALL.len()];
        Some(StemRoutes { stem: Cow::Owned(stem), canonicals, asset_count: count, answers, rules: None })
    }

    /// What is stored for a path: what the rows say about its plain spelling, if a request can have it.
    fn answer(&self, path: &str) -> Option<Answer> {
        let policy = self.rows.policy();
        let read = if path.is_empty() && policy.cleaning == Cleaning::DotsOfGo {
            String::new()
        } else {
            let read =
                spelling::read(&spelling::encode(path), policy).filter(|read| read.starts_with('/'))?;
            (spelling::name(&read, policy) == path).then_some(read)?
        };
        let hit = self.rows.run(&read)?;
        let rule = *self.numbers.get(hit.rule.name)?;
        // Upper case is led to lower case by the runtime; stored is only what has it in its name.
        let is_led = policy.ignores_case && has_upper_case(path);
        match hit.outcome {
            Outcome::Serve(file) => {
                let asset = self.asset_of_file.get(file).copied()?;
                (self.page != Some(asset)).then_some(Answer::Serve(asset, rule))
            }
            Outcome::Redirect(_) if is_led => None,
            Outcome::Redirect(to) => Some(Answer::Redirect(spelling::name(&to, policy).into_owned(), rule)),
            Outcome::Refuse(status) => Some(Answer::Refuse(status, rule)),
        }
    }
}

fn has_upper_case(path: &str) -> bool {
    path.bytes().any(|byte| byte.is_ascii_uppercase())
}

/// The answers in compact form, if all of them stay within the stem and the files behind it.
fn regular(stem: &str, base: AssetIndex, answers: &[Option<Answer>; 8]) -> Option<[FormAnswer; 8]> {
    let mut forms = [FormAnswer::Miss; 8];
    for (form, answer) in forms.iter_mut().zip(answers) {
        *form = match answer {
            None => FormAnswer::Miss,
            Some(Answer::Serve(asset, rule)) => {
                let number = u8::try_from(asset.checked_sub(base)?).ok().filter(|&number| number < 8)?;
                FormAnswer::Serve { number, rule: *rule }
            }
            Some(Answer::Redirect(to, rule)) => {
                let suffix = to.strip_prefix(stem)?;
                let to = Form::ALL.into_iter().find(|form| form.suffix() == suffix)?;
                FormAnswer::Redirect { to, rule: *rule }
            }
            Some(Answer::Refuse(status, rule)) => {
                FormAnswer::Refuse { above_400: above_400(*status), rule: *rule }
            }
        };
    }
    Some(forms)
}

fn full(answer: Option<Answer>) -> FullAnswer {
    match answer {
        None => FullAnswer::Miss,
        Some(Answer::Serve(asset, rule)) => FullAnswer::Serve(asset, rule),
        Some(Answer::Redirect(to, rule)) => FullAnswer::Redirect(to, rule),
        Some(Answer::Refuse(status, rule)) => FullAnswer::Refuse(above_400(status), rule),
    }
}

/// How the format stores the status of a refusal. The tables have 403.
fn above_400(status: u16) -> u8 {
    u8::try_from(status.saturating_sub(400)).unwrap_or_default()
}

/// A path at which an asset is served.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Place {
    /// Of the path; for a folder with its slash, a bit less than for the folder without.
    len: usize,
    /// Whether its stem is another than the asset's own.
    is_elsewhere: bool,
    form: Form,
    route: usize,
}

/// Gives every asset its canonical URL: the shortest path at which it is served, but a folder with its slash before the folder without.
/// Returned are those of other stems.
fn set_canonicals(site: &Site, routes: &mut [StemRoutes<'_>]) -> FxHashMap<AssetIndex, String> {
    let mut best: Vec<Option<Place>> = vec![None; site.assets.len()];
    for (route, index) in routes.iter().zip(0..) {
        for (form, asset) in served(route) {
            let Some(path) = site.assets.get(asset as usize).map(|asset| asset.site_path.as_str()) else {
                continue;
            };
            // Where a folder is served with and without its slash, links relative to its index are right from the former.
            let is_folder = form == Form::Slash && path.ends_with("/index.html");
            let len = route.stem.len() + if is_folder { 0 } else { 1 + form.suffix().len() };
            let place = Place {
                len,
                is_elsewhere: split_stem(path.as_bytes()).0 != route.stem.as_bytes(),
                form,
                route: index,
            };
            if let Some(best) = best.get_mut(asset as usize)
                && best.is_none_or(|best| place < best)
            {
                *best = Some(place);
            }
        }
    }
    let path_of = |place: &Place| {
        routes
            .get(place.route)
            .map_or_else(String::new, |route| format!("{}{}", route.stem, place.form.suffix()))
    };
    let others = best.iter().zip(0..).filter_map(|(place, asset)| Some(((*place)?, asset)));
    let elsewhere = others
        .filter(|(place, _)| place.is_elsewhere)
        .map(|(place, asset)| (asset, path_of(&place)))
        .collect();
    // The assets have the order of their stems.
    let mut places = best.iter();
    for route in routes {
        for canonical in route.canonicals.iter_mut().take(route.asset_count.into()) {
            *canonical = match places.next().copied().flatten() {
                None => Canonical::Nowhere,
                Some(Place { is_elsewhere: true, .. }) => Canonical::Elsewhere,
                Some(Place { form, .. }) => Canonical::At(form),
            };
        }
    }
    elsewhere
}

/// The forms of a stem that serve something, with what.
fn served(route: &StemRoutes<'_>) -> Vec<(Form, AssetIndex)> {
    let forms = Form::ALL.into_iter();
    match &route.answers {
        Answers::Regular { base, forms: answers } => forms
            .zip(answers)
            .filter_map(|(form, answer)| match answer {
                FormAnswer::Serve { number, .. } => Some((form, base + AssetIndex::from(*number))),
                _ => None,
            })
            .collect(),
        Answers::Irregular(answers) => forms
            .zip(answers.iter())
            .filter_map(|(form, answer)| match answer {
                FullAnswer::Serve(asset, _) => Some((form, *asset)),
                _ => None,
            })
            .collect(),
    }
}
