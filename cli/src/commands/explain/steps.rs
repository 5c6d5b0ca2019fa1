//! The rules that were tried for a path, in words.

use serde::Serialize;
use trailmark::{Manifest, RequestPath, Resolution, RuleId, Scratch};
use trailmark_compiler::Site;
use trailmark_compiler::resolve::{Finding, Hit, Outcome, Step as TracedStep};
use trailmark_compiler::rules::{self, Effect, Name, PathRule, Rule, Shape};

/// A rule that was tried.
#[derive(Debug, Clone, Serialize)]
pub(super) struct Step {
    pub(super) rule: String,
    pub(super) summary: &'static str,
    pub(super) applies: bool,
    /// Why it does or does not apply.
    pub(super) because: String,
}

impl Step {
    /// A rule by its name.
    pub(super) fn of(rule: &str, summary: &'static str, applies: bool, because: String) -> Step {
        Step { rule: rule.to_owned(), summary, applies, because }
    }

    /// A rule that applies, and why.
    pub(super) fn applied(rule: RuleId, because: String) -> Step {
        let (name, summary) = rules::rule(rule).map_or(("unknown", ""), |rule| (rule.name, rule.summary));
        Step { rule: name.to_owned(), summary, applies: true, because }
    }

    /// A rule that does not apply, and why.
    pub(super) fn refused(rule: RuleId, because: String) -> Step {
        Step { applies: false, ..Step::applied(rule, because) }
    }
}

/// The row of a rule that a manifest names. Names stay the same from version to version, numbers need not.
pub(super) fn row(name: &str) -> Option<&'static Rule> {
    rules::named(name).map(|(_, rule)| rule)
}

/// The steps of the interpreter, in words.
pub(super) fn of_files(site: &Site, path: &str, trace: &[TracedStep]) -> Vec<Step> {
    let in_words = |step: &TracedStep| {
        let because = because(site, path, path_rule(site, step.rule)?, &step.finding);
        let applies = matches!(step.finding, Finding::Applies(_));
        Some(Step { applies, ..Step::applied(step.rule, because) })
    };
    trace.iter().filter_map(in_words).collect()
}

/// The row that the interpreter applied under this number.
fn path_rule(site: &Site, id: RuleId) -> Option<&'static PathRule> {
    rules::rows_of(site.options.handling()).find(|(row, _)| *row == id).map(|(_, rule)| rule)
}

fn because(site: &Site, path: &str, rule: &PathRule, finding: &Finding) -> String {
    let file = wanted_file(rule, path).map(|file| site.file_name(&file).to_owned());
    match finding {
        Finding::Applies(Outcome::Serve(asset)) => {
            format!("there is a file {}, which is served", site.file_of(*asset))
        }
        Finding::Applies(outcome @ Outcome::Redirect { .. }) => {
            let to = outcome.target(path).unwrap_or_default();
            match (rule.effect, file) {
                (Effect::Redirect { guarded: true, .. }, Some(file)) => {
                    format!("there is a file {file}, and {to} shows the same content: redirect to {to}")
                }
                (_, Some(file)) => format!("there is a file {file}: redirect to {to}"),
                (_, None) => format!("redirect to {to}, whatever is there"),
            }
        }
        Finding::NoFile(name) => match site.base.below(name) {
            Some(file) => format!("there is no file {file}"),
            None => format!("all files hang below {}, so there is none at {name}", site.base),
        },
        Finding::DestinationIsFile(to) => {
            format!("{to} is itself the name of a file, so a redirect there would show that file instead")
        }
        Finding::OtherContent { to, gives: Some(asset) } => {
            format!(
                "{to} shows {}, which has other content, so a redirect there would mislead",
                site.file_of(*asset)
            )
        }
        Finding::OtherContent { to, gives: None } => format!("nothing is served at {to}"),
    }
}

/// The file that a row wants for a path.
fn wanted_file(rule: &PathRule, path: &str) -> Option<String> {
    let Name { trimmed, suffix } = rule.effect.file()?;
    let kept = if trimmed { rule.shape.trim(path)? } else { path };
    Some(format!("{kept}{suffix}"))
}

/// How a path ends, as far as the rules care.
pub(super) fn form(site: &Site, path: &str, trace: &[TracedStep]) -> String {
    let shape_of = |step: &TracedStep| Some(path_rule(site, step.rule)?.shape);
    let special = trace.iter().filter_map(shape_of).find(|shape| !shape.suffix().is_empty());
    match special.map(|shape| (shape, shape.trim(path))) {
        Some((shape, Some(""))) => format!("{} (the site's root)", Shape::in_words(shape)),
        Some((shape, Some(trimmed))) => format!("{}; without that it is {trimmed}", Shape::in_words(shape)),
        _ => "no ending that the rules treat specially".to_owned(),
    }
}

/// What the runtime does beyond the rows: misses, and re-encoding.
pub(super) fn of_lookup(
    manifest: &Manifest<'_>,
    site: &Site,
    site_path: &str,
    hit: Option<Hit>,
    resolution: &Resolution<'_, '_>,
) -> Vec<Step> {
    let rule = resolution.rule();
    match (hit, rule) {
        (_, RuleId::CANONICAL_ENCODING) => {
            let canonical = resolution.location().map(|location| location.to_string()).unwrap_or_default();
            let mut steps = Vec::new();
            if hit.is_none() {
                steps.extend(miss_at(manifest, site, site_path, &canonical));
            }
            let because = format!(
                "but the path was not asked for in its canonical spelling, which is {canonical}: redirect to that first"
            );
            steps.push(Step::applied(rule, because));
            steps
        }
        (_, RuleId::LOCATION_INVALID) => {
            vec![Step::applied(rule, "the decoded path holds a character that no header may hold".to_owned())]
        }
        (Some(_), _) => Vec::new(),
        (None, _) => vec![Step::applied(rule, miss(site, site_path, resolution))],
    }
}

/// What not-found handling would do, were the path spelled canonically.
fn miss_at(manifest: &Manifest<'_>, site: &Site, site_path: &str, canonical: &str) -> Option<Step> {
    let mut scratch = Scratch::new();
    let request = RequestPath::parse(canonical, &mut scratch).ok()?;
    let resolution = manifest.lookup(&request);
    Some(Step::applied(resolution.rule(), miss(site, site_path, &resolution)))
}

/// What not-found handling did.
fn miss(site: &Site, site_path: &str, resolution: &Resolution<'_, '_>) -> String {
    let searches = matches!(
        resolution.rule(),
        RuleId::NOT_FOUND_PAGE
            | RuleId::NOT_FOUND_NO_PAGE
            | RuleId::PAGES_NOT_FOUND_PAGE
            | RuleId::PAGES_SINGLE_PAGE
            | RuleId::PAGES_NOTHING
    );
    let mut words = String::from("no rule above answers");
    if searches {
        words = format!("{words}; looked for {}", search(site, site_path));
    }
    if !site.base.contains(site_path) {
        words = format!("the site hangs below {}, and this path is not below it", site.base);
    }
    match resolution.asset() {
        Some(asset) => format!("{words}: {} with status {}", asset.site_path(), resolution.status()),
        None => format!("{words}: there is nothing to send"),
    }
}

/// The places where a `404.html` was looked for, nearest first.
fn search(site: &Site, site_path: &str) -> String {
    const MOST_NAMED: usize = 6;
    let mut tried = Vec::new();
    let mut folder = site_path;
    while let Some(end) = folder.rfind('/') {
        folder = folder.get(..end).unwrap_or_default();
        let page = format!("{folder}/404.html");
        let exists = site.asset_at(&page).is_some();
        let page = site.file_name(&page);
        tried.push(format!("{page} ({})", if exists { "found" } else { "no" }));
        if exists {
            break;
        }
    }
    if tried.len() > MOST_NAMED {
        let left_out = tried.len() - MOST_NAMED;
        tried.splice(MOST_NAMED / 2..MOST_NAMED / 2 + left_out, [format!("… {left_out} more …")]);
    }
    tried.join(", ")
}

/// What is wrong if the interpreter and the look-up disagree.
pub(super) fn disagreement(
    site: &Site,
    site_path: &str,
    hit: Option<Hit>,
    manifest: &Manifest<'_>,
    resolution: &Resolution<'_, '_>,
) -> Option<String> {
    let served = resolution.asset().map(|asset| asset.site_path().to_string());
    let expected_rule = hit.and_then(|hit| rules::rule(hit.rule)).map(|rule| rule.name);
    let expected = match hit.map(|hit| hit.outcome) {
        Some(Outcome::Serve(asset)) => Some(site.file_of(asset).to_owned()),
        Some(Outcome::Redirect { .. }) => None,
        None => site.fallback(site_path).map(|asset| site.file_of(asset).to_owned()),
    };
    let agrees = match resolution.rule() {
        // The file is there, but under another spelling of its URL.
        RuleId::CANONICAL_ENCODING => expected.is_some(),
        // A redirect that can't be sent.
        RuleId::LOCATION_INVALID => {
            matches!(hit.map(|hit| hit.outcome), Some(Outcome::Redirect { .. }))
        }
        rule => served == expected && expected_rule.is_none_or(|name| name == manifest.rule_name(rule)),
    };
    let show =
        |rule: &str, file: Option<String>| format!("{rule} ({})", file.unwrap_or("no file".to_owned()));
    (!agrees).then(|| {
        format!(
            "the manifest says {}, the rule table says {}",
            show(manifest.rule_name(resolution.rule()), served),
            show(expected_rule.unwrap_or("a miss"), expected)
        )
    })
}
