//! The recorded sites as work for JavaScript: manifests and requests, a JSON line a site.

use data_encoding::BASE64;
use rayon::prelude::*;
use serde_json::{Value, json};
use trailmark::Manifest;
use trailmark_compiler::config::routes_json;
use trailmark_compiler::options::Platform;
use trailmark_compiler::router::{Router, ScriptFirst};
use trailmark_compiler::{RoutingOptions, SiteRules, manifest_with_rules};
use trailmark_tests::conformance::{
    Config, Group, RecordedRequest, SUITES, Suite, assets_of, load, options_of, rules_of, tag_pairs,
    translate_tags,
};

use anyhow::{Context, Result, anyhow, bail};

/// A recorded site, compiled under each of its configurations.
pub(super) struct Case {
    /// Where its recorded answers are.
    pub(super) suite: usize,
    pub(super) group: usize,
    /// For each file, the recorded tag and ours.
    pub(super) tags: Vec<(String, String)>,
    /// What JavaScript reads: manifests, and the requests that each of them is asked.
    pub(super) line: String,
}

/// Every suite in which requests are answered.
pub(super) fn suites() -> Result<Vec<Suite>> {
    let names: Vec<&str> = SUITES.into_iter().filter(|name| *name != "url-normalize").collect();
    names.par_iter().map(|name| load(name).map_err(|error| anyhow!(error))).collect()
}

/// The sites of all suites, in order. A `_routes.json` that the platform refuses makes no site.
pub(super) fn cases(suites: &[Suite]) -> Result<Vec<Case>> {
    let places = suites
        .iter()
        .enumerate()
        .flat_map(|(suite, it)| (0..it.groups.len()).map(move |group| (suite, group)));
    let places: Vec<(usize, usize)> = places.collect();
    let made: Result<Vec<Option<Case>>> = places
        .into_par_iter()
        .map(|(suite, group)| {
            let recorded = &suites[suite].groups[group];
            let found = match recorded.routes {
                Value::Null => Some(with_answers(recorded)?),
                _ => with_routes(recorded, &suites[suite].paths)?,
            };
            Ok(found.map(|(tags, line)| Case { suite, group, tags, line }))
        })
        .collect();
    Ok(made?.into_iter().flatten().collect())
}

type Made = (Vec<(String, String)>, String);

fn with_answers(group: &Group) -> Result<Made> {
    let mut manifests = Vec::new();
    let mut tags: Option<Vec<(String, String)>> = None;
    for config in &group.configs {
        let bytes = compiled(group, config)?;
        let of_this = tag_pairs(&Manifest::open(&bytes)?, &group.files);
        if tags.as_ref().is_some_and(|tags| *tags != of_this) {
            bail!("{}: the entity tags depend on the configuration", group.id);
        }
        tags = Some(of_this);
        manifests.push(BASE64.encode(&bytes));
    }
    let tags = tags.unwrap_or_default();
    let requests: Vec<Value> = group.requests.iter().map(|request| asked(request, &tags)).collect();
    Ok((tags, json!({ "manifests": manifests, "requests": requests }).to_string()))
}

fn compiled(group: &Group, config: &Config) -> Result<Vec<u8>> {
    let (options, rules) = (options_of(group, config), rules_of(group, config));
    manifest_with_rules(assets_of(&group.files), options, &rules).with_context(|| group.id.clone())
}

/// A request in the terms of `resolve --requests`.
fn asked(request: &RecordedRequest, tags: &[(String, String)]) -> Value {
    let headers: serde_json::Map<String, Value> = request
        .headers()
        .map(|(name, value)| {
            let is_tag = name.eq_ignore_ascii_case("if-none-match");
            let value = if is_tag { translate_tags(value, tags) } else { value.to_owned() };
            (name.to_owned(), Value::String(value))
        })
        .collect();
    json!({ "url": request.path(), "method": request.method(), "host": request.host(), "headers": headers })
}

fn with_routes(group: &Group, paths: &[String]) -> Result<Option<Made>> {
    let Ok(routes) = routes_json::parse(&group.routes.to_string()) else { return Ok(None) };
    let router = Router { has_script: true, first: ScriptFirst::Routes(routes), navigation: false };
    let rules = SiteRules { router, ..SiteRules::default() };
    let options = RoutingOptions { platform: Platform::Pages, ..RoutingOptions::default() };
    let bytes = manifest_with_rules(Vec::new(), options, &rules).with_context(|| group.id.clone())?;
    let requests: Vec<Value> = paths.iter().map(|path| json!({ "url": path })).collect();
    let line = json!({ "manifests": [BASE64.encode(&bytes)], "requests": requests }).to_string();
    Ok(Some((Vec::new(), line)))
}
