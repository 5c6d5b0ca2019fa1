//! Every stored answer of a site: for each stem, what its eight forms answer.
//!
//! Which paths can have an answer of their own follows from the rule table alone: a row answers only where the file exists
//! that it wants, so turning each row round, from file to path, gives them all. Their stems are collected, and for every
//! stem all eight forms are put to the interpreter.

use std::borrow::Cow;

use rayon::prelude::*;
use trailmark::{Form, RuleId, split_stem};

use crate::options::Platform;
use crate::resolve::{self, Hit, Outcome};
use crate::rules::{self, PathRule};
use crate::site::{AssetIndex, Site};
use crate::site_rules::{PathRules, RuleFinder};

/// What one form of a stem answers, when the answer stays within the stem.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) enum FormAnswer {
    /// Nothing is stored: a miss.
    Miss,
    /// Serve the stem's asset with this number, counted from its first.
    Serve {
        /// Counted from the stem's first asset.
        number: u8,
        /// The row.
        rule: RuleId,
    },
    /// Redirect to another form of the stem.
    Redirect {
        /// The form redirected to.
        to: Form,
        /// The row.
        rule: RuleId,
    },
}

/// What one form of a stem answers, spelled out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum FullAnswer {
    /// Nothing is stored: a miss.
    Miss,
    /// Serve this asset.
    Serve(AssetIndex, RuleId),
    /// Redirect to this path.
    Redirect(String, RuleId),
}

/// What the forms of a stem answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Answers {
    /// Every answer stays within the stem.
    Regular {
        /// The stem's first asset; any number if it has none.
        base: AssetIndex,
        /// One answer a form.
        forms: [FormAnswer; 8],
    },
    /// Some answer concerns another stem.
    Irregular(Box<[FullAnswer; 8]>),
}

/// A stem and its answers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct StemRoutes<'s> {
    /// The stem.
    pub(crate) stem: Cow<'s, str>,
    /// What its forms answer.
    pub(crate) answers: Answers,
    /// The rules that matter for each form, spelled canonically; `None` if there are none for any.
    pub(crate) rules: Option<Box<[PathRules; 8]>>,
}

/// Works out every stored answer, sorted by stem.
///
/// `extra_paths` are site paths that must be stored although no file calls for it: those of static `_redirects` rules.
pub(crate) fn routes<'s>(
    site: &'s Site,
    finder: Option<&RuleFinder<'_>>,
    extra_paths: &'s [String],
) -> Vec<StemRoutes<'s>> {
    let mut stems: Vec<Cow<'_, str>> =
        site.assets.par_iter().flat_map_iter(|asset| stems_near(&asset.site_path, site)).collect();
    stems.extend(extra_paths.iter().map(|path| as_str(path, split_stem(path.as_bytes()).0.len())));
    stems.par_sort_unstable();
    stems.dedup();
    stems.into_par_iter().filter_map(|stem| routes_of(site, finder, stem)).collect()
}

/// The stems of all paths at which some row can answer because of this file. The file's own stem comes first.
fn stems_near<'s>(file: &'s str, site: &Site) -> Vec<Cow<'s, str>> {
    let own = split_stem(file.as_bytes()).0;
    let mut stems = vec![as_str(file, own.len())];
    let mut path = String::new();
    for (_, row) in rules::rows_of(site.options.handling()) {
        let Some(kept_len) = invert(row, file) else { continue };
        path.clear();
        path.push_str(file.get(..kept_len).unwrap_or_default());
        if row.effect.file().is_some_and(|name| name.trimmed) {
            path.push_str(row.shape.suffix());
        }
        let reachable =
            path.starts_with('/') && (site.options.platform == Platform::Pages || !path.contains("//"));
        if !reachable {
            continue;
        }
        let stem_len = split_stem(path.as_bytes()).0.len();
        let is_new = |stems: &[Cow<'_, str>]| stems.iter().all(|stem| path.get(..stem_len) != Some(stem));
        if is_new(&stems) {
            let is_prefix = stem_len <= kept_len;
            stems.push(if is_prefix {
                as_str(file, stem_len)
            } else {
                Cow::Owned(path[..stem_len].to_owned())
            });
        }
    }
    stems
}

/// How much of a file's name is left when what the row adds to a path is taken off; `None` if it ends differently.
fn invert(row: &PathRule, file: &str) -> Option<usize> {
    Some(file.strip_suffix(row.effect.file()?.suffix)?.len())
}

fn as_str(file: &str, len: usize) -> Cow<'_, str> {
    Cow::Borrowed(file.get(..len).unwrap_or_default())
}

/// The answers of a stem; `None` if it has neither an answer nor an asset.
fn routes_of<'s>(site: &Site, finder: Option<&RuleFinder<'_>>, stem: Cow<'s, str>) -> Option<StemRoutes<'s>> {
    let mut path = String::with_capacity(stem.len() + Form::IndexIndexHtml.suffix().len());
    let mut own_assets = [None; 8];
    let mut hits = [None; 8];
    let mut rules = [PathRules::default(); 8];
    for (((form, hit), own), rules) in
        Form::ALL.into_iter().zip(&mut hits).zip(&mut own_assets).zip(&mut rules)
    {
        path.clear();
        path.push_str(&stem);
        path.push_str(form.suffix());
        // `/foo/index` + `/` is a form of `/foo`; it is stored there. No request path is empty, or `.html`.
        if path.starts_with('/') && split_stem(path.as_bytes()) == (stem.as_bytes(), form) {
            *hit = resolve::resolve(site, &path);
            *own = site.asset_at(&path);
            if let Some(finder) = finder {
                *rules = finder.find(&trailmark::encode_site_path(&path));
            }
        }
    }
    let base = own_assets.iter().flatten().next().copied();
    let has_redirect = rules.iter().any(|rules| rules.redirect.is_some());
    if base.is_none() && !has_redirect && hits.iter().all(Option::is_none) {
        return None;
    }
    let answers = match regular(&stem, base, &hits) {
        Some(forms) => Answers::Regular { base: base.unwrap_or(0), forms },
        None => Answers::Irregular(Box::new(full(&stem, &hits))),
    };
    let has_rules = has_redirect || rules.iter().any(|rules| rules.headers != 0);
    Some(StemRoutes { stem, answers, rules: has_rules.then(|| Box::new(rules)) })
}

/// The answers in compact form, if all of them stay within the stem.
fn regular(stem: &str, base: Option<AssetIndex>, hits: &[Option<Hit>; 8]) -> Option<[FormAnswer; 8]> {
    let mut forms = [FormAnswer::Miss; 8];
    for ((answer, form), hit) in forms.iter_mut().zip(Form::ALL).zip(hits) {
        let Some(Hit { outcome, rule }) = *hit else { continue };
        *answer = match outcome {
            Outcome::Serve(asset) => {
                let number = u8::try_from(asset.checked_sub(base?)?).ok().filter(|&number| number < 8)?;
                FormAnswer::Serve { number, rule }
            }
            Outcome::Redirect { kept_len, suffix } => {
                FormAnswer::Redirect { to: form_of_target(stem, form, kept_len, suffix)?, rule }
            }
        };
    }
    Some(forms)
}

/// The form whose suffix, put behind the stem, is the destination of a redirect.
fn form_of_target(stem: &str, from: Form, kept_len: usize, suffix: &str) -> Option<Form> {
    let kept = from.suffix().get(..kept_len.checked_sub(stem.len())?)?;
    Form::ALL.into_iter().find(|form| form.suffix().strip_prefix(kept) == Some(suffix))
}

impl Answers {
    /// The answers spelled out, for a stem whose regular ones find no place among the shapes.
    pub(crate) fn spelled_out(&self, stem: &str) -> Box<[FullAnswer; 8]> {
        match self {
            Answers::Irregular(answers) => answers.clone(),
            Answers::Regular { base, forms } => Box::new(forms.map(|answer| match answer {
                FormAnswer::Miss => FullAnswer::Miss,
                FormAnswer::Serve { number, rule } => FullAnswer::Serve(base + u32::from(number), rule),
                FormAnswer::Redirect { to, rule } => {
                    FullAnswer::Redirect(format!("{stem}{}", to.suffix()), rule)
                }
            })),
        }
    }
}

fn full(stem: &str, hits: &[Option<Hit>; 8]) -> [FullAnswer; 8] {
    let mut answers = [const { FullAnswer::Miss }; 8];
    for ((answer, form), hit) in answers.iter_mut().zip(Form::ALL).zip(hits) {
        let Some(Hit { outcome, rule }) = *hit else { continue };
        *answer = match outcome {
            Outcome::Serve(asset) => FullAnswer::Serve(asset, rule),
            redirect => {
                let path = format!("{stem}{}", form.suffix());
                FullAnswer::Redirect(redirect.target(&path).unwrap_or_default(), rule)
            }
        };
    }
    answers
}

/// The one URL at which an asset is served without redirect, as a site path; `None` if there is none.
///
/// It is where the asset's own name leads; else its own name, if it is served there; else, of the forms of its stem that
/// serve it, the shortest. A destination that shows a twin (equal content) counts.
pub fn canonical_path(site: &Site, asset: AssetIndex) -> Option<String> {
    let own = site.path_of(asset);
    let serves = |path: &str| match resolve::resolve(site, path).map(|hit| hit.outcome) {
        Some(Outcome::Serve(found)) => site.same_content(found, asset),
        _ => false,
    };
    match resolve::resolve(site, own).map(|hit| hit.outcome) {
        Some(Outcome::Serve(found)) if found == asset => return Some(own.to_owned()),
        Some(redirect @ Outcome::Redirect { .. }) => {
            if let Some(target) = redirect.target(own).filter(|target| serves(target)) {
                return Some(target);
            }
        }
        _ => {}
    }
    let stem = std::str::from_utf8(split_stem(own.as_bytes()).0).unwrap_or_default();
    let mut forms: Vec<String> = Form::ALL.iter().map(|form| format!("{stem}{}", form.suffix())).collect();
    forms.sort_by_key(String::len);
    forms.into_iter().find(|path| path.starts_with('/') && serves(path))
}
