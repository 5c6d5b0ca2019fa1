//! The recorded vectors, put through compile, encode, open and answer. `tests/vectors/README.md` gives their format.
//!
//! Two judges look at every case: the runtime over the encoded manifest, and the rule interpreter in memory; the first must
//! give the recorded outcome, and for every path the second must agree with the first.

use std::collections::BTreeMap;
use std::io::Read;
use std::path::{Path, PathBuf};

use rayon::prelude::*;
use serde::Deserialize;
use serde_json::Value;
use trailmark::{Manifest, Request, RequestHeaders, RequestPath, Scratch};
use trailmark_compiler::options::{HtmlHandling, NotFoundHandling, Platform};
use trailmark_compiler::{AssetFile, RoutingOptions, manifest_of};

/// Where the project's copy of the vectors lies.
pub fn vectors_dir() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("vectors")
}

/// A file of vectors.
#[derive(Debug, Deserialize)]
pub struct Suite {
    /// Its name.
    pub suite: String,
    /// Sites with requests and answers.
    #[serde(default)]
    pub groups: Vec<Group>,
    /// Of `url-normalize`: raw target, pathname, search.
    #[serde(default)]
    pub cases: Value,
}

/// A site, with requests and the answers it got under several configurations.
#[derive(Debug, Deserialize)]
pub struct Group {
    /// Name within the suite.
    pub id: String,
    /// `workers` or `pages`.
    pub platform: Option<String>,
    /// Site path to content.
    #[serde(default)]
    pub files: BTreeMap<String, String>,
    /// Text of `_redirects`.
    pub redirects: Option<String>,
    /// Text of `_headers`.
    pub headers: Option<String>,
    /// Configurations, each with a row of results.
    #[serde(default)]
    pub configs: Vec<Config>,
    /// Requests, each with a column of results.
    #[serde(default)]
    pub requests: Vec<RecordedRequest>,
    /// The distinct outcomes.
    #[serde(default)]
    pub outcomes: Vec<Value>,
    /// Index into the outcomes, by configuration and request.
    #[serde(default)]
    pub results: Value,
}

/// How the platform was configured.
#[derive(Debug, Clone, Deserialize)]
pub struct Config {
    /// Workers only.
    pub html_handling: Option<String>,
    /// Workers only.
    pub not_found_handling: Option<String>,
    /// Whether there was a Worker script.
    #[serde(default)]
    pub has_user_worker: bool,
    /// `run_worker_first`.
    pub run_worker_first: Option<Value>,
}

/// A request: a path alone, or with method and headers.
#[derive(Debug, Clone, Deserialize)]
#[serde(untagged)]
pub enum RecordedRequest {
    /// A GET of this path and query.
    Path(String),
    /// Everything given.
    Full {
        /// GET if not given.
        method: Option<String>,
        /// Path and query.
        path: String,
        /// Request headers.
        #[serde(default)]
        headers: BTreeMap<String, String>,
    },
}

impl RecordedRequest {
    fn path(&self) -> &str {
        match self {
            RecordedRequest::Path(path) | RecordedRequest::Full { path, .. } => path,
        }
    }

    fn method(&self) -> &str {
        match self {
            RecordedRequest::Full { method: Some(method), .. } => method,
            _ => "GET",
        }
    }

    fn header(&self, name: &str) -> Option<&str> {
        match self {
            RecordedRequest::Path(_) => None,
            RecordedRequest::Full { headers, .. } => headers
                .iter()
                .find(|(key, _)| key.eq_ignore_ascii_case(name))
                .map(|(_, value)| value.as_str()),
        }
    }
}

/// How a suite came out.
#[derive(Debug, Default)]
pub struct Tally {
    /// Outcomes equal to the recorded ones.
    pub equal: usize,
    /// Outcomes compared.
    pub total: usize,
    /// Outcomes of parts that are not yet reproduced (Worker scripts, `_redirects`, `_headers`).
    pub left_out: usize,
    /// The first differences, in full.
    pub differences: Vec<String>,
}

const MAX_DIFFERENCES: usize = 10;

impl Tally {
    fn add(mut self, other: Tally) -> Tally {
        self.equal += other.equal;
        self.total += other.total;
        self.left_out += other.left_out;
        self.differences.extend(other.differences);
        self.differences.truncate(MAX_DIFFERENCES);
        self
    }

    fn record(&mut self, difference: Option<String>) {
        self.total += 1;
        match difference {
            None => self.equal += 1,
            Some(text) if self.differences.len() < MAX_DIFFERENCES => self.differences.push(text),
            Some(_) => {}
        }
    }
}

/// The suites that this version reproduces, by file name without ending.
pub const SUITES: [&str; 5] =
    ["workers-core", "workers-random", "pages-core", "pages-random", "url-normalize"];

/// Reads a suite from the project's copy.
///
/// # Errors
/// A text that names the file.
pub fn load(name: &str) -> Result<Suite, String> {
    let path = vectors_dir().join(format!("{name}.json.gz"));
    let failed = |error: &dyn std::fmt::Display| format!("{}: {error}", path.display());
    let file = std::fs::File::open(&path).map_err(|error| failed(&error))?;
    let mut text = String::new();
    flate2::read::GzDecoder::new(file).read_to_string(&mut text).map_err(|error| failed(&error))?;
    serde_json::from_str(&text).map_err(|error| failed(&error))
}

/// Puts a suite to the test.
///
/// # Errors
/// A text, if the suite itself can't be read.
pub fn run(name: &str) -> Result<Tally, String> {
    let suite = load(name)?;
    if name == "url-normalize" {
        return Ok(run_url_normalize(&suite.cases));
    }
    Ok(suite.groups.par_iter().map(run_group).reduce(Tally::default, Tally::add))
}

fn run_url_normalize(cases: &Value) -> Tally {
    let mut tally = Tally::default();
    let mut scratch = Scratch::new();
    for case in cases.as_array().into_iter().flatten() {
        let text = |index: usize| case[index].as_str().unwrap_or_default();
        let parsed =
            RequestPath::parse(text(0), &mut scratch).map(|request| (request.path(), request.query()));
        let expected = (text(1), text(2));
        let difference = (parsed != Ok(expected))
            .then(|| format!("target {:?}\n  recorded {expected:?}\n  ours     {parsed:?}", text(0)));
        tally.record(difference);
    }
    tally
}

fn run_group(group: &Group) -> Tally {
    let mut tally = Tally::default();
    let static_site = group.redirects.is_none() && group.headers.is_none();
    for (config, results) in group.configs.iter().zip(group.results.as_array().into_iter().flatten()) {
        let results = results.as_array().map(Vec::as_slice).unwrap_or_default();
        if !static_site || config.has_user_worker || config.run_worker_first.is_some() {
            tally.left_out += results.len();
            continue;
        }
        run_config(group, config, results, &mut tally);
    }
    tally
}

/// The options of a configuration.
pub fn options_of(group: &Group, config: &Config) -> RoutingOptions {
    let defaults = RoutingOptions::default();
    let platform: Option<Platform> = group.platform.as_deref().and_then(|text| text.parse().ok());
    let html: Option<HtmlHandling> = config.html_handling.as_deref().and_then(|text| text.parse().ok());
    let not_found: Option<NotFoundHandling> =
        config.not_found_handling.as_deref().and_then(|text| text.parse().ok());
    RoutingOptions {
        platform: platform.unwrap_or(defaults.platform),
        html_handling: html.unwrap_or(defaults.html_handling),
        not_found_handling: not_found.unwrap_or(NotFoundHandling::None),
    }
}

/// The files of a group as assets.
pub fn assets_of(files: &BTreeMap<String, String>) -> Vec<AssetFile> {
    files
        .iter()
        .map(|(path, content)| AssetFile {
            site_path: path.clone(),
            size: content.len() as u64,
            fingerprint: crate::sites::sha256(content.as_bytes()),
        })
        .collect()
}

fn run_config(group: &Group, config: &Config, results: &[Value], tally: &mut Tally) {
    let options = options_of(group, config);
    let bytes = manifest_of(assets_of(&group.files), options).expect("a recorded site compiles");
    let manifest = Manifest::open(&bytes).expect("what was compiled opens");
    manifest.verify().expect("what was compiled verifies");
    let tags = tag_pairs(&manifest, &group.files);
    let mut scratch = Scratch::new();
    for (request, result) in group.requests.iter().zip(results) {
        let recorded =
            result.as_u64().and_then(|index| group.outcomes.get(index as usize)).unwrap_or(&Value::Null);
        let ours = outcome(&manifest, request, &tags, &mut scratch);
        let difference = (!same_outcome(group, recorded, &ours)).then(|| {
            format!(
                "{} {options:?}\n  request  {request:?}\n  recorded {recorded}\n  ours     {ours:?}\n  files    {:?}",
                group.id,
                group.files.keys().collect::<Vec<_>>()
            )
        });
        tally.record(difference);
    }
}

/// Our answer, in the terms of the vectors.
#[derive(Debug)]
struct Outcome {
    status: u16,
    file: Option<String>,
    location: Option<String>,
    content_type: Option<String>,
    cache_control: Option<String>,
    has_etag: bool,
    headers: Vec<(String, String)>,
}

fn outcome(
    manifest: &Manifest<'_>,
    request: &RecordedRequest,
    tags: &[(String, String)],
    scratch: &mut Scratch,
) -> Outcome {
    let path = RequestPath::parse(request.path(), scratch).expect("recorded paths are parsed already");
    let if_none_match = request.header("if-none-match").map(|value| translate_tags(value, tags));
    let mut headers = RequestHeaders::default();
    headers.if_none_match = if_none_match.as_deref().map(str::as_bytes);
    headers.has_authorization = request.header("authorization").is_some();
    headers.has_range = request.header("range").is_some();
    let answer = manifest.answer(&Request::new(request.method(), path, headers));
    let headers: Vec<(String, String)> = answer
        .headers()
        .map(|(name, value)| {
            (name.to_owned(), if name == "etag" { "<etag>".to_owned() } else { value.to_string() })
        })
        .collect();
    let header =
        |wanted: &str| headers.iter().find(|(name, _)| name == wanted).map(|(_, value)| value.clone());
    Outcome {
        status: answer.status,
        file: answer.body.map(|asset| asset.site_path().to_string()),
        location: header("location"),
        content_type: header("content-type"),
        cache_control: header("cache-control"),
        has_etag: header("etag").is_some(),
        headers,
    }
}

/// For each file, the tag that production gives it (of its bytes and extension, ROUTING "Content identity") and ours.
fn tag_pairs(manifest: &Manifest<'_>, files: &BTreeMap<String, String>) -> Vec<(String, String)> {
    let pair = |asset: trailmark::Asset<'_>| {
        let path = asset.site_path().to_string();
        Some((production_tag(files.get(&path)?, &path), asset.etag().to_string()))
    };
    manifest.assets().filter_map(pair).collect()
}

/// blake3 of the base64 of the content and the extension, the first 32 hex digits, in quotes.
fn production_tag(content: &str, path: &str) -> String {
    let extension = trailmark_compiler::media_type::extension(path).unwrap_or_default();
    let text = data_encoding::BASE64.encode(content.as_bytes()) + extension;
    format!("\"{}\"", &blake3::hash(text.as_bytes()).to_hex()[..32])
}

/// Puts our own tag in the place of production's.
fn translate_tags(recorded: &str, tags: &[(String, String)]) -> String {
    let found = tags.iter().find(|(theirs, _)| recorded.contains(theirs.as_str()));
    found.map_or(recorded.to_owned(), |(theirs, ours)| recorded.replace(theirs.as_str(), ours))
}

fn same_outcome(group: &Group, recorded: &Value, ours: &Outcome) -> bool {
    let text = |index: usize| recorded.get(index).and_then(Value::as_str);
    if text(0) == Some("error") || text(3) == Some("E") {
        return ours.status == 500;
    }
    // Bodies are compared, not names: several files may have the same bytes. Where the server sent no body, the recording
    // has no file, also if that was because the file is empty.
    let body = |path: Option<&str>| path.map_or(Some(""), |path| group.files.get(path).map(String::as_str));
    recorded.get(0).and_then(Value::as_u64) == Some(ours.status.into())
        && body(text(1)) == body(ours.file.as_deref())
        && text(2) == ours.location.as_deref()
        && text(4) == ours.content_type.as_deref()
        && text(5) == ours.cache_control.as_deref()
        && recorded.get(6).and_then(Value::as_bool) == Some(ours.has_etag)
        && recorded.get(7).is_none_or(|headers| same_headers(headers, &ours.headers))
}

fn same_headers(recorded: &Value, ours: &[(String, String)]) -> bool {
    let pair = |pair: &Value| Some((pair.get(0)?.as_str()?.to_owned(), pair.get(1)?.as_str()?.to_owned()));
    let recorded: Option<Vec<_>> = recorded.as_array().map(|pairs| pairs.iter().filter_map(pair).collect());
    recorded.as_deref() == Some(ours)
}
