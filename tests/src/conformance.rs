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
use trailmark::{Answer, Decision, HeaderValue, Manifest, Request, RequestHeaders, RequestPath, Scratch};
use trailmark_compiler::config::redirects::RedirectOptions;
use trailmark_compiler::config::{headers, redirects, routes_json, run_worker_first};
use trailmark_compiler::options::{HtmlHandling, NotFoundHandling, Platform};
use trailmark_compiler::router::{Router, ScriptFirst, prefers_assets_on_navigation};
use trailmark_compiler::{AssetFile, RoutingOptions, SiteRules, manifest_with_rules};

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
    /// Of `pages-routes`: the paths that are asked of every group.
    #[serde(default)]
    pub paths: Vec<String>,
    /// Of `workers-router`: rule lists with the platform's verdict.
    #[serde(default)]
    pub run_worker_first_validation: Vec<ValidationSample>,
}

/// A rule list of `run_worker_first`, and why the platform refuses it.
#[derive(Debug, Deserialize)]
pub struct ValidationSample {
    /// The rules.
    pub rules: Vec<String>,
    /// `None` if it accepts them.
    pub error: Option<String>,
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
    /// Of `pages-routes`: the content of `_routes.json`.
    #[serde(default)]
    pub routes: Value,
    /// Of `pages-routes`: whether the platform accepts it.
    #[serde(default)]
    pub valid: bool,
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
    pub run_worker_first: Option<RunWorkerFirstValue>,
    /// 2025-07-21 if not given.
    pub compatibility_date: Option<String>,
    /// None if not given.
    #[serde(default)]
    pub compatibility_flags: Vec<String>,
}

/// `true`, `false` or rules.
#[derive(Debug, Clone, Deserialize)]
#[serde(untagged)]
pub enum RunWorkerFirstValue {
    /// Always or never.
    Bool(bool),
    /// As the rules say.
    Rules(Vec<String>),
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
        /// example.com if not given.
        host: Option<String>,
    },
}

impl RecordedRequest {
    /// Path and query.
    pub fn path(&self) -> &str {
        match self {
            RecordedRequest::Path(path) | RecordedRequest::Full { path, .. } => path,
        }
    }

    /// The host.
    pub fn host(&self) -> &str {
        match self {
            RecordedRequest::Full { host: Some(host), .. } => host,
            _ => "example.com",
        }
    }

    /// The method.
    pub fn method(&self) -> &str {
        match self {
            RecordedRequest::Full { method: Some(method), .. } => method,
            _ => "GET",
        }
    }

    /// All headers.
    pub fn headers(&self) -> impl Iterator<Item = (&str, &str)> {
        let headers = match self {
            RecordedRequest::Path(_) => None,
            RecordedRequest::Full { headers, .. } => Some(headers),
        };
        headers.into_iter().flatten().map(|(name, value)| (name.as_str(), value.as_str()))
    }

    /// The value of a header.
    pub fn header(&self, name: &str) -> Option<&str> {
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
    /// The first differences, in full.
    pub differences: Vec<String>,
}

const MAX_DIFFERENCES: usize = 10;

impl Tally {
    fn add(mut self, other: Tally) -> Tally {
        self.equal += other.equal;
        self.total += other.total;
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

/// Every suite, by file name without ending.
pub const SUITES: [&str; 10] = [
    "workers-core",
    "workers-random",
    "workers-router",
    "workers-redirects-headers",
    "pages-core",
    "pages-random",
    "pages-redirects-headers",
    "pages-routes",
    "pages-routes-random",
    "url-normalize",
];

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
    Ok(match name {
        "url-normalize" => run_url_normalize(&suite.cases),
        "pages-routes" | "pages-routes-random" => run_routes(&suite),
        _ => {
            let groups = suite.groups.par_iter().map(run_group).reduce(Tally::default, Tally::add);
            groups.add(run_validation(&suite.run_worker_first_validation))
        }
    })
}

/// Rule lists of `run_worker_first` that the platform accepts or refuses. These have no place in the outcome count of their
/// file, but a difference is one all the same.
fn run_validation(samples: &[ValidationSample]) -> Tally {
    let mut tally = Tally::default();
    for ValidationSample { rules, error } in samples {
        let ours = run_worker_first::validate_rules(rules);
        if ours.is_ok() != error.is_none() {
            tally.differences.push(format!("rules {rules:?}\n  recorded {error:?}\n  ours     {ours:?}"));
            tally.total += 1;
        }
    }
    tally
}

/// `_routes.json`: who answers each path; through the encoded manifest.
fn run_routes(suite: &Suite) -> Tally {
    suite
        .groups
        .par_iter()
        .map(|group| run_routes_group(group, &suite.paths))
        .reduce(Tally::default, Tally::add)
}

fn run_routes_group(group: &Group, paths: &[String]) -> Tally {
    let mut tally = Tally::default();
    let parsed = routes_json::parse(&group.routes.to_string());
    if parsed.is_ok() != group.valid {
        tally.record(Some(format!("{}\n  recorded valid: {}\n  ours     {parsed:?}", group.id, group.valid)));
    }
    let Ok(routes) = parsed else { return tally };
    let router = Router { has_script: true, first: ScriptFirst::Routes(routes), navigation: false };
    let rules = SiteRules { router, ..SiteRules::default() };
    let options = RoutingOptions { platform: Platform::Pages, ..RoutingOptions::default() };
    let bytes = manifest_with_rules(Vec::new(), options, &rules).expect("an empty site compiles");
    let manifest = Manifest::open(&bytes).expect("what was compiled opens");
    let mut scratch = Scratch::new();
    for (path, result) in paths.iter().zip(group.results.as_array().into_iter().flatten()) {
        let request = RequestPath::parse(path, &mut scratch).expect("recorded paths are parsed already");
        let is_function = matches!(manifest.decide(&Request::get(request)), Decision::Worker { .. });
        let difference = (result.as_u64() != Some(is_function.into()))
            .then(|| format!("{} {path}\n  routes   {}\n  recorded {result}", group.id, group.routes));
        tally.record(difference);
    }
    tally
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
    for (config, results) in group.configs.iter().zip(group.results.as_array().into_iter().flatten()) {
        let results = results.as_array().map(Vec::as_slice).unwrap_or_default();
        run_config(group, config, results, &mut tally);
    }
    tally
}

/// The rules of a group under a configuration.
pub fn rules_of(group: &Group, config: &Config) -> SiteRules {
    let RoutingOptions { platform, html_handling, .. } = options_of(group, config);
    let first = match &config.run_worker_first {
        None | Some(RunWorkerFirstValue::Bool(false)) => ScriptFirst::Never,
        Some(RunWorkerFirstValue::Bool(true)) => ScriptFirst::Always,
        Some(RunWorkerFirstValue::Rules(rules)) => {
            ScriptFirst::Rules(run_worker_first::validate_rules(rules).expect("recorded rules are accepted"))
        }
    };
    let date = config.compatibility_date.as_deref().unwrap_or("2025-07-21");
    let navigation = prefers_assets_on_navigation(Some(date), &config.compatibility_flags);
    SiteRules {
        redirects: group
            .redirects
            .as_deref()
            .map(|text| redirects::parse(text, RedirectOptions { platform, html_handling })),
        headers: group.headers.as_deref().map(headers::parse),
        router: Router { has_script: config.has_user_worker, first, navigation },
    }
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
    let rules = rules_of(group, config);
    let bytes =
        manifest_with_rules(assets_of(&group.files), options, &rules).expect("a recorded site compiles");
    let manifest = Manifest::open(&bytes).expect("what was compiled opens");
    manifest.verify().expect("what was compiled verifies");
    let tags = tag_pairs(&manifest, &group.files);
    let mut scratch = Scratch::new();
    for (request, result) in group.requests.iter().zip(results) {
        let recorded =
            result.as_u64().and_then(|index| group.outcomes.get(index as usize)).unwrap_or(&Value::Null);
        let ours = outcome(&manifest, request, &tags, &mut scratch);
        let difference = (!same_outcome(group, request, recorded, &ours)).then(|| {
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
#[derive(Debug, Default)]
pub struct Outcome {
    /// `A`, `W` or `W+A`: who answered.
    pub by: &'static str,
    /// The status.
    pub status: u16,
    /// A file with the bytes of the body.
    pub file: Option<String>,
    /// `Location`.
    pub location: Option<String>,
    /// `Content-Type`.
    pub content_type: Option<String>,
    /// `Cache-Control`.
    pub cache_control: Option<String>,
    /// Whether there is an `ETag`.
    pub has_etag: bool,
    /// All headers, sorted; the server's own tag is `<etag>`.
    pub headers: Vec<(String, String)>,
}

impl Outcome {
    fn of(by: &'static str, answer: &Answer<'_, '_>) -> Outcome {
        let headers = joined_headers(answer);
        let header =
            |wanted: &str| headers.iter().find(|(name, _)| name == wanted).map(|(_, value)| value.clone());
        Outcome {
            by,
            status: answer.status,
            file: answer.body.map(|asset| asset.site_path().to_string()),
            location: header("location"),
            content_type: header("content-type"),
            cache_control: header("cache-control"),
            has_etag: header("etag").is_some(),
            headers,
        }
    }
}

/// The headers of an answer as the vectors have them: sorted, lines of one name joined (but not `set-cookie`), the server's own
/// tag under another name.
fn joined_headers(answer: &Answer<'_, '_>) -> Vec<(String, String)> {
    let mut joined: Vec<(String, String)> = Vec::new();
    for (name, value) in answer.headers() {
        let value =
            if matches!(value, HeaderValue::ETag(_)) { "<etag>".to_owned() } else { value.to_string() };
        match joined.iter_mut().find(|(known, _)| known == name && known != "set-cookie") {
            Some((_, lines)) => *lines = format!("{lines}, {value}"),
            None => joined.push((name.to_owned(), value)),
        }
    }
    joined.sort();
    joined
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
    headers.sec_fetch_mode = request.header("sec-fetch-mode").map(str::as_bytes);
    headers.sec_fetch_dest = request.header("sec-fetch-dest").map(str::as_bytes);
    let mut asked = Request::new(request.method(), path, headers);
    asked.host = request.host();
    match manifest.decide(&asked) {
        Decision::Assets(answer) => Outcome::of("A", &answer),
        // The recorded Worker hands such a request to its assets binding, and passes the answer on.
        Decision::Worker { .. } if request.header("x-oracle-mode") == Some("assets") => {
            let answer = manifest.answer(&asked);
            let content_type = Outcome::of("W+A", &answer).content_type;
            match manifest.guard_worker_answer(&asked, answer.status, content_type.as_deref()) {
                Some(blocked) => Outcome::of("A", &blocked),
                None => Outcome::of("W+A", &answer),
            }
        }
        _ => Outcome { by: "W", ..Outcome::default() },
    }
}

/// For each file, the tag that production gives it (of its bytes and extension, ROUTING "Content identity") and ours.
pub fn tag_pairs(manifest: &Manifest<'_>, files: &BTreeMap<String, String>) -> Vec<(String, String)> {
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
pub fn translate_tags(recorded: &str, tags: &[(String, String)]) -> String {
    let found = tags.iter().find(|(theirs, _)| recorded.contains(theirs.as_str()));
    found.map_or(recorded.to_owned(), |(theirs, ours)| recorded.replace(theirs.as_str(), ours))
}

/// Whether an outcome is the recorded one.
pub fn same_outcome(group: &Group, request: &RecordedRequest, recorded: &Value, ours: &Outcome) -> bool {
    let text = |index: usize| recorded.get(index).and_then(Value::as_str);
    if text(0) == Some("error")
        || text(3) == Some("E")
        || recorded.get(0).and_then(Value::as_u64) == Some(500)
    {
        return ours.status == 500;
    }
    if text(3) == Some("W") {
        return ours.by == "W";
    }
    // Bodies are compared, not names: several files may have the same bytes. Where the server sent no body, the recording
    // has no file, also if that was because the file is empty. For HEAD the recording found the file through the tag; where
    // `_headers` changed that, it has none.
    let body = |path: Option<&str>| path.map_or(Some(""), |path| group.files.get(path).map(String::as_str));
    let tag_was_changed = request.method() == "HEAD"
        && ours.file.is_some()
        && !ours.headers.iter().any(|(_, value)| value == "<etag>");
    text(3) == Some(ours.by)
        && recorded.get(0).and_then(Value::as_u64) == Some(ours.status.into())
        && (body(text(1)) == body(ours.file.as_deref()) || (text(1).is_none() && tag_was_changed))
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
