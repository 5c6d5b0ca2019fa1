//! The recorded vectors through generated modules.

use std::path::Path;

use rayon::prelude::*;
use serde_json::Value;
use trailmark::Manifest;
use trailmark_compiler::config::routes_json;
use trailmark_compiler::options::Platform;
use trailmark_compiler::router::{Router, ScriptFirst};
use trailmark_compiler::{RoutingOptions, SiteRules, manifest_with_rules};

use super::{Ask, Asked, Case, ask, number, text};
use crate::conformance::{
    Config, Group, Outcome, RecordedRequest, SUITES, Suite, Tally, assets_of, load, options_of, rules_of,
    same_outcome, tag_pairs, translate_tags,
};

/// How the recorded answers came out.
#[derive(Debug)]
pub struct Recorded {
    /// Equal to the recorded outcome, and compared.
    pub tally: Tally,
    /// Modules, their bytes, and what differs from the manifests.
    pub asked: Asked,
}

/// What a case's outcomes are compared with.
enum Expected<'s> {
    Outcomes(&'s Group, &'s [Value]),
    /// Whether the Function is asked.
    Routes(&'s Group, Vec<bool>),
}

/// Puts every `every`th site of the recorded vectors through its generated module; 1 for all of them.
///
/// # Errors
/// A text: a suite can't be read, a module not be generated or compiled.
pub fn judge_recorded(scratch: &Path, every: usize) -> Result<Recorded, String> {
    let suites: Result<Vec<Suite>, String> = SUITES.into_iter().map(load).collect();
    let suites = suites?;
    let sites: Vec<_> = suites.iter().flat_map(sites_of).step_by(every.max(1)).collect();
    let cases: Vec<(Case, Expected<'_>)> = sites.into_par_iter().filter_map(SiteOf::case).collect();
    let (cases, expected): (Vec<Case>, Vec<Expected<'_>>) = cases.into_iter().unzip();
    let asked = ask(&cases, scratch)?;
    let compared: Vec<Vec<Option<String>>> = expected
        .par_iter()
        .zip(&asked.replies)
        .map(|(expected, replies)| expected.compare(replies))
        .collect();
    let mut tally = Tally::default();
    for difference in compared.into_iter().flatten() {
        tally.total += 1;
        match difference {
            None => tally.equal += 1,
            Some(text) if tally.differences.len() < 10 => tally.differences.push(text),
            Some(_) => {}
        }
    }
    Ok(Recorded { tally, asked })
}

/// A recorded site under a configuration.
enum SiteOf<'s> {
    Group(&'s Group, &'s Config, &'s [Value]),
    Routes(&'s Group, &'s [String]),
}

fn sites_of(suite: &Suite) -> Vec<SiteOf<'_>> {
    if suite.suite.starts_with("pages-routes") || !suite.paths.is_empty() {
        return suite.groups.iter().map(|group| SiteOf::Routes(group, &suite.paths)).collect();
    }
    let rows = |group: &'_ Group| -> usize { group.configs.len() };
    let mut sites = Vec::new();
    for group in &suite.groups {
        for number in 0..rows(group) {
            let results = group.results.get(number).and_then(Value::as_array).map(Vec::as_slice);
            sites.push(SiteOf::Group(group, &group.configs[number], results.unwrap_or_default()));
        }
    }
    sites
}

impl<'s> SiteOf<'s> {
    /// `None` for a `_routes.json` that the platform refuses.
    fn case(self) -> Option<(Case, Expected<'s>)> {
        match self {
            SiteOf::Group(group, config, results) => {
                let (options, rules) = (options_of(group, config), rules_of(group, config));
                let manifest =
                    manifest_with_rules(assets_of(&group.files), options, &rules).expect("it compiles");
                let tags = tag_pairs(&Manifest::open(&manifest).expect("it opens"), &group.files);
                let requests = group.requests.iter().map(|request| record_of(request, &tags)).collect();
                Some((Case { manifest, requests }, Expected::Outcomes(group, results)))
            }
            SiteOf::Routes(group, paths) => {
                let routes = routes_json::parse(&group.routes.to_string()).ok()?;
                let router =
                    Router { has_script: true, first: ScriptFirst::Routes(routes), navigation: false };
                let rules = SiteRules { router, ..SiteRules::default() };
                let options = RoutingOptions { platform: Platform::Pages, ..RoutingOptions::default() };
                let manifest = manifest_with_rules(Vec::new(), options, &rules).expect("it compiles");
                let requests = paths
                    .iter()
                    .map(|path| Ask { path: path.as_bytes(), ..Ask::default() }.record())
                    .collect();
                let results = group.results.as_array().into_iter().flatten();
                let wanted = results.map(|result| result.as_u64() == Some(1)).collect();
                Some((Case { manifest, requests }, Expected::Routes(group, wanted)))
            }
        }
    }
}

fn record_of(request: &RecordedRequest, tags: &[(String, String)]) -> Vec<u8> {
    let header = |name: &str| request.header(name).map(str::to_owned);
    let has = |name: &str| request.header(name).is_some();
    Ask {
        method: request.method(),
        host: request.host(),
        path: request.path().as_bytes(),
        flags: [has("authorization"), has("range"), request.header("x-oracle-mode") == Some("assets")],
        headers: [
            request.header("if-none-match").map(|value| translate_tags(value, tags)),
            header("sec-fetch-mode"),
            header("sec-fetch-dest"),
        ],
    }
    .record()
}

impl Expected<'_> {
    fn compare(&self, replies: &[Vec<u8>]) -> Vec<Option<String>> {
        match self {
            Expected::Outcomes(group, results) => {
                let pairs = group.requests.iter().zip(*results).zip(replies);
                pairs.map(|((request, result), reply)| difference(group, request, result, reply)).collect()
            }
            Expected::Routes(group, wanted) => {
                let pairs = wanted.iter().zip(replies);
                pairs
                    .map(|(wanted, reply)| {
                        let outcome = outcome(reply);
                        let same = outcome.as_ref().is_some_and(|outcome| (outcome.by == "W") == *wanted);
                        (!same).then(|| format!("{}: {outcome:?}", group.id))
                    })
                    .collect()
            }
        }
    }
}

fn difference(group: &Group, request: &RecordedRequest, result: &Value, reply: &[u8]) -> Option<String> {
    let recorded =
        result.as_u64().and_then(|index| group.outcomes.get(index as usize)).unwrap_or(&Value::Null);
    let ours = outcome(reply);
    let same = ours.as_ref().is_some_and(|ours| same_outcome(group, request, recorded, ours));
    (!same)
        .then(|| format!("{}\n  request  {request:?}\n  recorded {recorded}\n  tables   {ours:?}", group.id))
}

/// A reply in the terms of the vectors.
fn outcome(mut reply: &[u8]) -> Option<Outcome> {
    let reply = &mut reply;
    // What the look-up alone says.
    number(reply);
    text(reply)?;
    text(reply);
    text(reply);
    let by = match number(reply) {
        0 => "A",
        1 => return Some(Outcome { by: "W", ..Outcome::default() }),
        _ => "W+A",
    };
    let status = number(reply) as u16;
    let file = text(reply).map(str::to_owned);
    let mut headers: Vec<(String, String)> = Vec::new();
    for _ in 0..number(reply) {
        let is_own_tag = number(reply) == 1;
        let (name, value) = (text(reply)?, text(reply)?);
        let value = if is_own_tag { "<etag>" } else { value };
        match headers.iter_mut().find(|(known, _)| known == name && known != "set-cookie") {
            Some((_, lines)) => *lines = format!("{lines}, {value}"),
            None => headers.push((name.to_owned(), value.to_owned())),
        }
    }
    headers.sort();
    let header =
        |wanted: &str| headers.iter().find(|(name, _)| name == wanted).map(|(_, value)| value.clone());
    Some(Outcome {
        by,
        status,
        file,
        location: header("location"),
        content_type: header("content-type"),
        cache_control: header("cache-control"),
        has_etag: header("etag").is_some(),
        headers,
    })
}
