//! Everything there is to say about a request, as data.

use anyhow::Context;
use serde::Serialize;
use trailmark::{Manifest, Request, RequestPath, Resolution, RuleId, Scratch};
use trailmark_compiler::options::Platform;
use trailmark_compiler::resolve::{Step as TracedStep, resolve_traced};
use trailmark_compiler::rules::Rule;
use trailmark_compiler::{AssetFile, Base, Provenance, Site};

use super::chain::{self, Chain};
use super::steps::{self, Step};
use super::{front, hints, path};
use crate::reply::{Line, Reply};
use crate::request::{Via, Wanted};

/// Everything there is to say about a request.
#[derive(Debug, Serialize)]
pub(super) struct Story {
    pub(super) method: String,
    pub(super) host: String,
    pub(super) site: String,
    /// What the platform calls a script.
    #[serde(skip)]
    pub(super) script: &'static str,
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
    /// What a rule of `_redirects` put in its place.
    pub(super) rewritten: Option<String>,
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
            "can't tell how the site is served (`trailmark resolve` answers without giving reasons)",
        )?;
        let asset = |asset: trailmark::Asset<'_>| AssetFile {
            site_path: asset.site_path().to_string(),
            size: asset.size(),
            fingerprint: *asset.fingerprint(),
        };
        let base = Base::from_decoded(manifest.base()).context("the manifest's base can't be used")?;
        let site = Site::mounted(manifest.assets().map(asset).collect(), routing, &base);
        let mut options = match routing.platform {
            Platform::Pages => "Pages".to_owned(),
            Platform::Workers => {
                format!("Workers, {}, not-found {}", routing.html_handling, routing.not_found_handling)
            }
        };
        if !base.is_root() {
            options = format!("{options}, below {base}");
        }
        Ok(Teller { manifest, site, options })
    }

    /// The story of a request.
    ///
    /// # Errors
    /// The URL can't be asked for.
    pub(super) fn tell(&self, wanted: &Wanted<'_>) -> anyhow::Result<Story> {
        let asked = wanted.parsed()?;
        let mut scratch = Scratch::new();
        let path = RequestPath::parse(&asked.target, &mut scratch)?;
        let request = wanted.request(&asked, path);
        let reply = Reply::of(self.manifest, &request, wanted.via)?;
        let url = format!("{}{}", path.path(), path.query());
        let redirects = chain::follow(self.manifest, wanted, &url, &reply);
        let files = self.look_up(&request, &reply);
        Ok(Story {
            method: wanted.method.to_owned(),
            host: format!("{}://{}", asked.scheme, asked.host),
            site: self.options.clone(),
            script: front::script_of(self.manifest.platform()),
            steps: self.steps(&request, &reply, wanted.via, &files),
            advice: self.advice(&reply, &request, &files, redirects.as_ref()),
            rule: steps::row(&reply.rule).map(RuleStory::new),
            path: PathStory {
                received: String::from_utf8_lossy(&asked.target).into_owned(),
                parsed: path.path().to_owned(),
                query: path.query().to_owned(),
                parsing: path::parsing(&asked.target, &path),
                rewritten: files.rewritten,
                decoded: files.decoded,
                decoding: files.decoding,
                form: files.form,
            },
            redirects,
            bug: files.bug,
            answer: (String::from_utf8_lossy(wanted.url).into_owned(), reply),
        })
    }

    /// What the files say about the path of a request, or about the one that a rule of `_redirects` puts in its place.
    fn look_up(&self, request: &Request<'_>, reply: &Reply) -> Files {
        let rule = front::rule_of(self.manifest, reply);
        let rewritten = rule.and_then(|rule| rule.rewritten_path(request));
        let mut scratch = Scratch::new();
        let other = rewritten.as_deref().and_then(|path| RequestPath::parse(path, &mut scratch).ok());
        let path = other.unwrap_or(request.path);
        let mode = self.manifest.decode_mode();
        let decoded = path::site_path(&path, mode);
        let (hit, trace) = resolve_traced(&self.site, &decoded);
        let resolution = self.manifest.lookup(&path);
        let of_lookup = steps::of_lookup(self.manifest, &self.site, &decoded, hit, &resolution);
        Files {
            steps: steps::of_files(&self.site, &decoded, &trace),
            of_lookup,
            rule: resolution.rule(),
            in_words: in_words(&resolution),
            bug: steps::disagreement(&self.site, &decoded, hit, self.manifest, &resolution),
            form: steps::form(&self.site, &decoded, &trace),
            decoding: path::decoding(&path, mode, &decoded),
            rewritten,
            decoded,
            trace,
        }
    }

    /// Everything that was tried, in the platform's order.
    fn steps(&self, request: &Request<'_>, reply: &Reply, via: Via, files: &Files) -> Vec<Step> {
        let mut steps = Vec::new();
        if via == Via::Router {
            steps.extend(front::router(self.manifest, request));
        }
        if !is_of_router(reply.rule_id) {
            steps.extend(front::redirects(self.manifest, request, reply));
        }
        if !is_before_files(reply.rule_id) {
            steps.extend_from_slice(&files.steps);
            // Where the Worker gets what the files can't answer, not-found handling had no say.
            if reply.rule_id != RuleId::ROUTER_MISS {
                steps.extend_from_slice(&files.of_lookup);
            }
        }
        let is_told = steps.last().is_some_and(|step| step.applies && step.rule == reply.rule);
        if !is_told && (reply.rule_id != files.rule || is_before_files(reply.rule_id)) {
            steps.push(decided_otherwise(reply));
        }
        steps
    }

    /// What the rules advise about the case at hand: the one that answers, and the one at the end of the redirects.
    fn advice(
        &self,
        reply: &Reply,
        request: &Request<'_>,
        files: &Files,
        redirects: Option<&Chain>,
    ) -> Vec<String> {
        let assets = reply.assets.as_ref();
        let end = redirects.and_then(|chain| chain.hops.last()).filter(|hop| hop.status == Some(404));
        let is_miss = assets.is_some_and(|assets| assets.status == 404);
        if is_miss && let Some(hint) = hints::outside_base(&self.site, &files.decoded) {
            return vec![hint];
        }
        let mut advice = Vec::new();
        if is_miss || end.is_some() {
            advice.extend(hints::for_miss(&self.site, &files.decoded));
        }
        // With redirects, somebody has first to get rid of these; the answer at their end is another story.
        if is_miss || (end.is_some() && reply.rule_id == RuleId::CANONICAL_ENCODING) {
            advice.extend(hints::files_that_would_answer(&self.site, &files.trace));
        }
        if reply.rule_id == RuleId::REDIRECTS_RULE {
            advice.push(format!("Without the rule in `_redirects`, the answer would be {}.", files.in_words));
        }
        // A link to a place where nothing is saves nobody anything.
        if end.is_none() {
            let file = assets.and_then(|assets| assets.asset.as_deref());
            // Whoever links to the next hop of several saves only one of them.
            let end = redirects.filter(|chain| chain.stops.is_none()).and_then(|chain| chain.hops.last());
            let to = end.map(|hop| hop.url.as_str()).or(assets.and_then(|assets| assets.location()));
            let path = files.rewritten.as_deref().unwrap_or(request.path.path());
            let row = steps::row(&reply.rule);
            advice.extend(row.map(|row| filled(row.advice, path, file, to)));
        }
        advice.extend(end.and_then(|hop| {
            let text = filled(steps::row(&hop.rule)?.advice, &hop.url, hop.asset.as_deref(), None);
            Some(format!("Where the redirects end, at {}, there is nothing. {text}", hop.url))
        }));
        advice
    }
}

/// What the files say about a path.
struct Files {
    rewritten: Option<String>,
    decoded: String,
    decoding: Vec<String>,
    form: String,
    trace: Vec<TracedStep>,
    steps: Vec<Step>,
    of_lookup: Vec<Step>,
    /// The rule under which the look-up answers.
    rule: RuleId,
    in_words: String,
    bug: Option<String>,
}

fn in_words(resolution: &Resolution<'_, '_>) -> String {
    let status = resolution.status();
    match (resolution.location(), resolution.asset()) {
        (Some(location), _) => format!("{status} to {location}"),
        (None, Some(asset)) => format!("{status} with {}", asset.site_path()),
        (None, None) => format!("{status} without a body"),
    }
}

/// Whether the router answers by itself, or sends the request to the script without asking anybody.
fn is_of_router(rule: RuleId) -> bool {
    matches!(
        rule,
        RuleId::ROUTER_RULE
            | RuleId::ROUTER_ALWAYS
            | RuleId::ROUTER_NO_SCRIPT
            | RuleId::ROUTER_CDN_CGI
            | RuleId::ROUTES_INCLUDE
            | RuleId::ROUTES_BROKEN
    )
}

/// Whether no file was looked at.
fn is_before_files(rule: RuleId) -> bool {
    is_of_router(rule) || matches!(rule, RuleId::REDIRECTS_RULE | RuleId::REDIRECTS_BROKEN)
}

/// A rule that answers whatever the others say: the method, the client's copy, the Worker.
fn decided_otherwise(reply: &Reply) -> Step {
    let because = match &reply.assets {
        Some(assets) => format!("so the answer is {}", assets.status),
        None => "so the script answers".to_owned(),
    };
    Step::applied(reply.rule_id, because)
}

fn filled(advice: &str, path: &str, file: Option<&str>, to: Option<&str>) -> String {
    let advice = advice.replace("{path}", path).replace("{file}", file.unwrap_or("the file"));
    advice.replace("{to}", to.unwrap_or("its destination"))
}

impl RuleStory {
    fn new(rule: &'static Rule) -> RuleStory {
        let certainty = rule.certainty.as_str();
        RuleStory { name: rule.name, summary: rule.summary, source: rule.source, certainty }
    }
}
