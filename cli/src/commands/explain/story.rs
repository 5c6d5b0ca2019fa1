//! Everything there is to say about a request, as data.

use anyhow::Context;
use serde::Serialize;
use trailmark::{Manifest, RequestPath, Scratch};
use trailmark_compiler::resolve::{Step as TracedStep, resolve_traced};
use trailmark_compiler::rules::{Certainty, Rule};
use trailmark_compiler::{AssetFile, Provenance, Site};

use super::chain::{self, Chain};
use super::hints;
use super::path;
use super::steps::{self, Step};
use crate::request::{Line, Reply, Wanted};

/// Everything there is to say about a request.
#[derive(Debug, Serialize)]
pub(super) struct Story {
    pub(super) method: String,
    pub(super) host: String,
    pub(super) site: String,
    pub(super) path: PathStory,
    pub(super) steps: Vec<Step>,
    #[serde(serialize_with = "as_line")]
    pub(super) answer: (String, Reply),
    pub(super) rule: Option<RuleStory>,
    pub(super) redirects: Option<Chain>,
    /// What the owner of the site, or who links to it, can do.
    pub(super) advice: Vec<String>,
    /// Set if the manifest's answer is not what the rules say.
    pub(super) bug: Option<String>,
}

/// A path on its way to the name that is looked up.
#[derive(Debug, Serialize)]
pub(super) struct PathStory {
    /// As it was given, without scheme and host.
    pub(super) received: String,
    /// As a URL parser leaves it.
    pub(super) parsed: String,
    /// The query with its `?`.
    pub(super) query: String,
    /// What the parser changed.
    pub(super) parsing: Vec<String>,
    /// What is looked up.
    pub(super) decoded: String,
    /// What decoding changed.
    pub(super) decoding: Vec<String>,
    /// How it ends.
    pub(super) form: String,
}

/// The rule that decided.
#[derive(Debug, Serialize)]
pub(super) struct RuleStory {
    pub(super) name: &'static str,
    pub(super) summary: &'static str,
    pub(super) source: &'static str,
    pub(super) certainty: &'static str,
}

fn as_line<S: serde::Serializer>((url, reply): &(String, Reply), serializer: S) -> Result<S::Ok, S::Error> {
    let line: Line<'_> = reply.line(url);
    line.serialize(serializer)
}

/// Tells stories about the URLs of a manifest.
pub(super) struct Teller<'m> {
    manifest: &'m Manifest<'m>,
    site: Site,
    options: String,
}

impl<'m> Teller<'m> {
    /// Rebuilds the site from the files that the manifest lists. O(number of files).
    ///
    /// # Errors
    /// The manifest does not say with which options it was made.
    pub(super) fn new(manifest: &'m Manifest<'m>) -> anyhow::Result<Teller<'m>> {
        let routing = Provenance::read(manifest).and_then(|provenance| provenance.options()).context(
            "can't tell how the site is served (`trailmark resolve` gives the answer without its reasons)",
        )?;
        let asset = |asset: trailmark::Asset<'_>| AssetFile {
            site_path: asset.site_path().to_string(),
            size: asset.size(),
            fingerprint: *asset.fingerprint(),
        };
        let site = Site::new(manifest.assets().map(asset).collect(), routing);
        let options = match routing.platform {
            trailmark_compiler::options::Platform::Pages => "Pages".to_owned(),
            _ => format!("Workers, {}, not-found {}", routing.html_handling, routing.not_found_handling),
        };
        Ok(Teller { manifest, site, options })
    }

    /// The story of a request.
    ///
    /// # Errors
    /// The URL can't be asked for.
    pub(super) fn tell(&self, wanted: &Wanted<'_>) -> anyhow::Result<Story> {
        let target = wanted.target()?;
        let mut scratch = Scratch::new();
        let path = RequestPath::parse(&target.path, &mut scratch)?;
        let reply = Reply::of(self.manifest, &target.request(wanted, path), wanted.via)?;
        let mode = self.manifest.decode_mode();
        let decoded = path::site_path(&path, mode);
        let (hit, trace) = resolve_traced(&self.site, &decoded);
        let resolution = self.manifest.lookup(&path);
        let url = format!("{}{}", path.path(), path.query());
        let redirects = chain::follow(self.manifest, wanted, &url, &reply);
        let advice = self.advice(&reply, path.path(), &decoded, &trace, redirects.as_ref());
        let mut steps = steps::of_files(&self.site, &decoded, &trace);
        steps.extend(steps::of_lookup(self.manifest, &self.site, &decoded, hit, &resolution));
        let looked_up = self.manifest.rule_name(resolution.rule());
        if reply.rule != looked_up {
            steps.push(decided_otherwise(&reply));
        }
        Ok(Story {
            method: wanted.method.to_owned(),
            host: format!("{}://{}", target.scheme, target.host),
            site: self.options.clone(),
            redirects,
            bug: steps::disagreement(&self.site, &decoded, hit, self.manifest, &resolution),
            rule: steps::row(&reply.rule).map(RuleStory::new),
            advice,
            path: PathStory {
                received: String::from_utf8_lossy(&target.path).into_owned(),
                parsed: path.path().to_owned(),
                query: path.query().to_owned(),
                parsing: path::parsing(&target.path, &path),
                form: steps::form(&decoded, &trace),
                decoding: path::decoding(&path, mode, &decoded),
                decoded,
            },
            steps,
            answer: (String::from_utf8_lossy(wanted.url).into_owned(), reply),
        })
    }

    /// What the rules advise about the case at hand: the one that answers, and the one at the end of the redirects.
    fn advice(
        &self,
        reply: &Reply,
        path: &str,
        decoded: &str,
        trace: &[TracedStep],
        redirects: Option<&Chain>,
    ) -> Vec<String> {
        let assets = reply.assets.as_ref();
        let location = assets.and_then(|assets| assets.location());
        let mut advice = Vec::new();
        if assets.is_some_and(|assets| assets.status == 404) {
            advice.extend(hints::files_that_would_answer(trace));
        }
        advice.extend(steps::row(&reply.rule).map(|rule| {
            filled(rule.advice, path, assets.and_then(|assets| assets.asset.as_deref()), location)
        }));
        let end = redirects.and_then(|chain| chain.hops.last()).filter(|hop| hop.status == Some(404));
        advice.extend(end.and_then(|hop| {
            let text = filled(steps::row(&hop.rule)?.advice, &hop.url, hop.asset.as_deref(), None);
            Some(format!("At the end, nothing is there: {text}"))
        }));
        if end.is_some() || assets.is_some_and(|assets| assets.status == 404) {
            advice.extend(hints::for_miss(&self.site, decoded));
        }
        advice
    }
}

fn filled(advice: &str, path: &str, file: Option<&str>, to: Option<&str>) -> String {
    let advice = advice.replace("{path}", path).replace("{file}", file.unwrap_or("the file"));
    advice.replace("{to}", to.unwrap_or("its destination"))
}

/// A rule that answers whatever the files say: the method, the client's copy, the Worker.
fn decided_otherwise(reply: &Reply) -> Step {
    let summary = steps::row(&reply.rule).map_or("", |rule| rule.summary);
    let because = match &reply.assets {
        Some(assets) => format!("so the answer is {}, whatever the rules above say", assets.status),
        None => "so the Worker answers, whatever the rules above say".to_owned(),
    };
    Step { rule: reply.rule.clone(), summary, applies: true, because }
}

impl RuleStory {
    fn new(rule: &'static Rule) -> RuleStory {
        let certainty = match rule.certainty {
            Certainty::Certain => "certain",
            Certainty::Measured => "measured",
            Certainty::Assumed => "assumed",
        };
        RuleStory { name: rule.name, summary: rule.summary, source: rule.source, certainty }
    }
}
