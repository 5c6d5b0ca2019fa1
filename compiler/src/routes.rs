//! Every stored answer of a site: for each stem, what its eight forms answer.
//!
//! Which paths can have an answer of their own follows from the rule table alone: a row answers only where the file exists
//! that it wants, so turning each row round, from file to path, gives them all. Their stems are collected, and for every
//! stem all eight forms are put to the interpreter.

use std::borrow::Cow;

use rayon::prelude::*;
use rustc_hash::FxHashMap;
use trailmark::{Form, RuleId, split_stem};

use crate::options::Platform;
use crate::resolve::{self, Hit, Outcome, Scratch};
use crate::rules::PathRule;
use crate::site::{AssetIndex, Pattern, Site, Vicinity, is_ordinary};
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
    /// Refuse: other hosts only.
    Refuse {
        /// The status, less 400.
        above_400: u8,
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
    /// Refuse, with a status less 400: other hosts only.
    Refuse(u8, RuleId),
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

/// Where an asset is served without redirect.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Canonical {
    /// Nowhere.
    Nowhere,
    /// At a form of its own stem.
    At(Form),
    /// At a path of another stem.
    Elsewhere,
}

/// A stem and its answers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct StemRoutes<'s> {
    /// The stem.
    pub(crate) stem: Cow<'s, str>,
    /// Where the stem's own assets are served without redirect, in their order; [`Canonical::Nowhere`] beyond the last.
    pub(crate) canonicals: [Canonical; Form::ALL.len()],
    /// How many assets it has.
    pub(crate) asset_count: u8,
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
    let stem_of =
        |index: usize| site.assets.get(index).map_or("", |asset| resolve::stem_of(&asset.site_path));
    let mut routes: Vec<_> = (0..site.assets.len())
        .into_par_iter()
        .filter(|&index| index == 0 || stem_of(index - 1) != stem_of(index))
        .map_init(Memory::default, |memory, index| {
            let near = Vicinity::at(site, stem_of(index), index);
            routes_of(&near, finder, Cow::Borrowed(stem_of(index)), memory)
        })
        .flatten_iter()
        .collect();
    let mut others: Vec<Cow<'_, str>> =
        reaching_files(site).flat_map_iter(|file| other_stems(file, site)).collect();
    others.extend(extra_paths.iter().map(|path| Cow::Borrowed(resolve::stem_of(path))));
    if others.is_empty() {
        return routes;
    }
    others.par_sort_unstable();
    others.dedup();
    let mut memory = Memory::default();
    for stem in others {
        let of_others = {
            let near = Vicinity::of(site, &stem);
            if near.count > 0 {
                continue;
            }
            routes_of(&near, finder, stem.clone(), &mut memory)
        };
        routes.extend(of_others);
    }
    routes.par_sort_by(|a, b| a.stem.cmp(&b.stem));
    routes
}

/// The files because of which a path of another stem may answer. For most it is clear from their form that there is none.
fn reaching_files(site: &Site) -> impl ParallelIterator<Item = &str> {
    let example = |form: Form| other_stems(&format!("/a{}", form.suffix()), site).is_empty();
    let keeps_to_itself = Form::ALL.map(example);
    let files = site.assets.par_iter().map(|asset| asset.site_path.as_str());
    files.filter(move |file| {
        let (stem, form) = split_stem(file.as_bytes());
        let is_ordinary = file.get(..stem.len()).is_some_and(is_ordinary);
        !(is_ordinary && keeps_to_itself.get(form as usize) == Some(&true))
    })
}

/// The stems, other than its own, of all paths at which some row can answer because of this file.
fn other_stems<'s>(file: &'s str, site: &Site) -> Vec<Cow<'s, str>> {
    let own = resolve::stem_of(file);
    let mut stems = Vec::new();
    let mut path = String::new();
    for (_, row) in &site.rows {
        let Some(kept_len) = invert(row, file) else { continue };
        path.clear();
        path.push_str(file.get(..kept_len).unwrap_or_default());
        if row.effect.file().is_some_and(|name| name.trimmed) {
            path.push_str(row.shape.suffix());
        }
        let stem = resolve::stem_of(&path);
        if stem == own || !can_be_asked(site, &path) {
            continue;
        }
        // A path that is no longer than the file's name is the beginning of it.
        let stem = match file.get(..stem.len().min(kept_len)) {
            Some(prefix) if prefix.len() == stem.len() => Cow::Borrowed(prefix),
            _ => Cow::Owned(stem.to_owned()),
        };
        stems.push(stem);
    }
    stems
}

/// How much of a file's name is left when what the row adds to a path is taken off; `None` if it ends differently.
fn invert(row: &PathRule, file: &str) -> Option<usize> {
    Some(file.strip_suffix(row.effect.file()?.suffix)?.len())
}

/// The answers of a stem; `None` if it has neither an answer nor an asset.
fn routes_of<'s>(
    near: &Vicinity<'_>,
    finder: Option<&RuleFinder<'_>>,
    stem: Cow<'s, str>,
    memory: &mut Memory,
) -> Option<StemRoutes<'s>> {
    let (answers, canonicals) = memory.answers(near);
    let rules = finder.and_then(|finder| rules_of(&stem, finder));
    let has_redirect = rules.iter().flat_map(|rules| rules.iter()).any(|rules| rules.redirect.is_some());
    if near.count == 0 && !has_redirect && answers.are_misses() {
        return None;
    }
    Some(StemRoutes { stem, canonicals, asset_count: near.count, answers, rules })
}

/// What was worked out for one stem and holds for all that look the same to the rules, which most stems of a site do.
#[derive(Default)]
struct Memory {
    known: FxHashMap<Pattern, ([FormAnswer; 8], [Canonical; 8])>,
    names: Scratch,
}

impl Memory {
    /// What the forms of a stem answer, and where its assets are served without redirect.
    fn answers(&mut self, near: &Vicinity<'_>) -> (Answers, [Canonical; 8]) {
        let pattern = near.pattern();
        let base = if near.count > 0 { near.first } else { 0 };
        if let Some((forms, canonicals)) = pattern.and_then(|pattern| self.known.get(&pattern)) {
            return (Answers::Regular { base, forms: *forms }, *canonicals);
        }
        self.names.asked_not_found = false;
        let hits = hits_of(near, &mut self.names);
        let canonicals = canonicals(near, &hits, &mut self.names);
        let hits = stored(near.stem, hits);
        let Some(forms) = regular(near, &hits) else {
            return (Answers::Irregular(Box::new(full(near.stem, &hits))), canonicals);
        };
        if let (Some(pattern), false) = (pattern, self.names.asked_not_found) {
            self.known.insert(pattern, (forms, canonicals));
        }
        (Answers::Regular { base, forms }, canonicals)
    }
}

/// What the rules say about stem and suffix, for every form; even where that path has another stem (`/foo/index` and `/`
/// is a form of `/foo`).
fn hits_of(near: &Vicinity<'_>, names: &mut Scratch) -> [Option<Hit>; 8] {
    let mut path = String::with_capacity(near.stem.len() + Form::IndexIndexHtml.suffix().len());
    Form::ALL.map(|form| {
        join(&mut path, near.stem, form);
        if can_be_asked(near.site, &path) { resolve::resolve_near(near, &path, names) } else { None }
    })
}

/// Whether some request has this site path. None is empty, or `.html`; on Workers, none has two slashes in a row.
fn can_be_asked(site: &Site, path: &str) -> bool {
    path.starts_with('/') && (site.options.platform == Platform::Pages || !path.contains("//"))
}

/// Those of them that are stored with this stem, and not with their own.
fn stored(stem: &str, mut hits: [Option<Hit>; 8]) -> [Option<Hit>; 8] {
    let mut path = String::new();
    for (hit, form) in hits.iter_mut().zip(Form::ALL) {
        hit.take_if(|_| !is_form(&mut path, stem, form));
    }
    hits
}

/// The rules that matter for each form of a stem; `None` if there are none for any.
fn rules_of(stem: &str, finder: &RuleFinder<'_>) -> Option<Box<[PathRules; 8]>> {
    let mut path = String::new();
    let rules = Form::ALL.map(|form| {
        if is_form(&mut path, stem, form) && path.starts_with('/') {
            finder.find(&trailmark::encode_site_path(&path))
        } else {
            PathRules::default()
        }
    });
    rules.iter().any(|rules| *rules != PathRules::default()).then(|| Box::new(rules))
}

/// Whether stem and suffix make a path with just that stem and form. The path is left in `path`.
fn is_form(path: &mut String, stem: &str, form: Form) -> bool {
    join(path, stem, form);
    split_stem(path.as_bytes()) == (stem.as_bytes(), form)
}

fn join(path: &mut String, stem: &str, form: Form) {
    path.clear();
    path.push_str(stem);
    path.push_str(form.suffix());
}

/// The answers in compact form, if all of them stay within the stem.
fn regular(near: &Vicinity<'_>, hits: &[Option<Hit>; 8]) -> Option<[FormAnswer; 8]> {
    let base = (near.count > 0).then_some(near.first);
    let mut forms = [FormAnswer::Miss; 8];
    for ((answer, form), hit) in forms.iter_mut().zip(Form::ALL).zip(hits) {
        let Some(Hit { outcome, rule }) = *hit else { continue };
        *answer = match outcome {
            Outcome::Serve(asset) => {
                // The assets of the stems behind this one can be reached too.
                let number = u8::try_from(asset.checked_sub(base?)?).ok().filter(|&number| number < 8)?;
                FormAnswer::Serve { number, rule }
            }
            Outcome::Redirect { kept_len, suffix } => {
                FormAnswer::Redirect { to: form_of_target(near.stem, form, kept_len, suffix)?, rule }
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
    /// Whether nothing is stored for any form.
    fn are_misses(&self) -> bool {
        match self {
            Answers::Regular { forms, .. } => forms.iter().all(|form| *form == FormAnswer::Miss),
            Answers::Irregular(_) => false,
        }
    }

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
                FormAnswer::Refuse { above_400, rule } => FullAnswer::Refuse(above_400, rule),
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
    let near = Vicinity::of(site, resolve::stem_of(own));
    let mut names = Scratch::default();
    let hits = hits_of(&near, &mut names);
    let form = split_stem(own.as_bytes()).1;
    match canonical(&near, &hits, form, &mut names) {
        Canonical::Nowhere => None,
        Canonical::At(form) => Some(format!("{}{}", near.stem, form.suffix())),
        Canonical::Elsewhere => hits.get(form as usize).copied().flatten()?.outcome.target(own),
    }
}

/// The canonical places of a stem's own assets, in their order.
fn canonicals(near: &Vicinity<'_>, hits: &[Option<Hit>; 8], names: &mut Scratch) -> [Canonical; 8] {
    let mut canonicals = [Canonical::Nowhere; 8];
    let own_forms = Form::ALL.into_iter().filter(|&form| near.own(form).is_some());
    for (place, form) in canonicals.iter_mut().zip(own_forms) {
        *place = canonical(near, hits, form, names);
    }
    canonicals
}

/// The canonical place of the stem's asset of a form.
fn canonical(near: &Vicinity<'_>, hits: &[Option<Hit>; 8], form: Form, names: &mut Scratch) -> Canonical {
    const SHORTEST_FIRST: [Form; 8] = [
        Form::Bare,
        Form::Slash,
        Form::Html,
        Form::Index,
        Form::IndexSlash,
        Form::IndexHtml,
        Form::IndexIndex,
        Form::IndexIndexHtml,
    ];
    let Some(asset) = near.own(form) else { return Canonical::Nowhere };
    let shows = |hit: Option<Hit>| match hit.map(|hit| hit.outcome) {
        Some(Outcome::Serve(found)) => near.site.same_content(found, asset),
        _ => false,
    };
    let hit = |form: Form| hits.get(form as usize).copied().flatten();
    match hit(form).map(|hit| hit.outcome) {
        Some(Outcome::Serve(found)) if found == asset => return Canonical::At(form),
        Some(redirect @ Outcome::Redirect { kept_len, suffix }) => {
            if let Some(to) = form_of_target(near.stem, form, kept_len, suffix) {
                if shows(hit(to)) {
                    return Canonical::At(to);
                }
            } else {
                let target = redirect.target(near.site.path_of(asset)).unwrap_or_default();
                if shows(resolve::resolve_near(near, &target, names)) {
                    return Canonical::Elsewhere;
                }
            }
        }
        _ => {}
    }
    let shown = SHORTEST_FIRST.into_iter().find(|&form| shows(hit(form)));
    shown.map_or(Canonical::Nowhere, Canonical::At)
}
