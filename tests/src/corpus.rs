//! Rows of our own, `tests/corpus/*.toml`: a site, its options, requests, and what each must get, down to the rule. Where the
//! recorded answers of the real servers say *that* something happens, these say *why*.
//!
//! A file holds defaults for its sites at the top, then any number of sites:
//!
//! ```toml
//! html_handling = "auto-trailing-slash"
//!
//! [[site]]
//! about = "a page"
//! files = ["/foo.html"]
//! rows = [
//!     { ask = "/foo.html?x", status = 307, location = "/foo?x", rule = "auto-trailing-slash/html/to-page" },
//! ]
//! ```

use std::collections::BTreeMap;
use std::fmt;
use std::path::{Path, PathBuf};

use serde::Deserialize;
use trailmark_compiler::config::redirects::RedirectOptions;
use trailmark_compiler::config::{headers, redirects, routes_json, run_worker_first};
use trailmark_compiler::options::{HtmlHandling, NotFoundHandling, Platform};
use trailmark_compiler::router::{Router, ScriptFirst, prefers_assets_on_navigation};
use trailmark_compiler::{AssetFile, RoutingOptions, SiteRules};

use crate::conformance::{RunWorkerFirstValue, assets_of};
use crate::reference::Answer;
use crate::reference::requests::Verdict;

/// Options, all of them optional.
#[derive(Debug, Clone, Copy, Default, Deserialize)]
pub struct Options {
    /// Workers if not given.
    pub platform: Option<Platform>,
    /// `auto-trailing-slash` if not given.
    pub html_handling: Option<HtmlHandling>,
    /// `none` if not given.
    pub not_found_handling: Option<NotFoundHandling>,
}

impl Options {
    fn or(self, defaults: Options) -> Options {
        Options {
            platform: self.platform.or(defaults.platform),
            html_handling: self.html_handling.or(defaults.html_handling),
            not_found_handling: self.not_found_handling.or(defaults.not_found_handling),
        }
    }

    /// The options of the compiler.
    pub fn routing(self) -> RoutingOptions {
        RoutingOptions {
            platform: self.platform.unwrap_or(Platform::Workers),
            html_handling: self.html_handling.unwrap_or(HtmlHandling::AutoTrailingSlash),
            not_found_handling: self.not_found_handling.unwrap_or(NotFoundHandling::None),
        }
    }
}

#[derive(Debug, Deserialize)]
struct CorpusFile {
    #[serde(flatten)]
    defaults: Options,
    site: Vec<SiteCase>,
}

/// A site, with requests and answers.
#[derive(Debug, Clone, Deserialize)]
pub struct SiteCase {
    /// The file it stands in, without folder and ending.
    #[serde(default)]
    pub file: String,
    /// What is special about it.
    pub about: String,
    /// How it is served.
    #[serde(flatten)]
    pub options: Options,
    /// Its files. The content of a file is its path.
    pub files: Vec<String>,
    /// Files that have the content of the first of their group.
    #[serde(default)]
    pub same: Vec<Vec<String>>,
    /// The text of its `_redirects`.
    pub redirects: Option<String>,
    /// The text of its `_headers`.
    pub headers: Option<String>,
    /// Whether there is a Worker script, or a Pages Function.
    #[serde(default)]
    pub script: bool,
    /// `run_worker_first`.
    pub run_worker_first: Option<RunWorkerFirstValue>,
    /// `compatibility_date`.
    pub compatibility_date: Option<String>,
    /// The text of its `_routes.json`.
    pub routes: Option<String>,
    /// Requests and answers.
    pub rows: Vec<Row>,
}

/// A request and its answer.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Row {
    /// Path and query; before them a method, if it is not GET.
    pub ask: String,
    /// Request headers, names in lower case. `{/foo.html}` in a value stands for the ETag of that file.
    #[serde(default)]
    pub with: BTreeMap<String, String>,
    /// The HTTP status; left out where the script answers.
    pub status: Option<u16>,
    /// The `Location` header.
    pub location: Option<String>,
    /// The file whose bytes are the body.
    pub asset: Option<String>,
    /// The name of the rule.
    pub rule: String,
    /// Some of the response headers: value, or empty where there must be no such header.
    #[serde(default)]
    pub headers: BTreeMap<String, String>,
}

impl Row {
    /// The method.
    pub fn method(&self) -> &str {
        self.ask.split_once(' ').filter(|_| !self.ask.starts_with('/')).map_or("GET", |(method, _)| method)
    }

    /// Path and query.
    pub fn target(&self) -> &str {
        self.ask.strip_prefix(self.method()).map_or(self.ask.as_str(), |rest| rest.trim_start_matches(' '))
    }

    /// A request header, with the ETags of files put in.
    pub fn header(&self, name: &str, etag_of: impl Fn(&str) -> String) -> Option<String> {
        let text = self.with.get(name)?;
        let Some((before, (path, behind))) =
            text.split_once('{').and_then(|(before, rest)| Some((before, rest.split_once('}')?)))
        else {
            return Some(text.clone());
        };
        Some(format!("{before}{}{behind}", etag_of(path)))
    }

    /// Who must answer, and what.
    pub fn expected(&self) -> Verdict<'_> {
        match self.status {
            None => Verdict::Script { rule: &self.rule },
            Some(status) => Verdict::Assets(Answer {
                status,
                location: self.location.clone(),
                asset: self.asset.clone(),
                rule: &self.rule,
            }),
        }
    }
}

/// The title of a row: made from its data, so that it can't say anything else.
#[derive(Debug, Clone, Copy)]
pub struct Title<'c>(pub &'c SiteCase, pub &'c Row);

impl fmt::Display for Title<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Title(site, row) = self;
        let options = site.options.routing();
        write!(f, "{}: {} ({}", site.file, site.about, options.platform)?;
        if options.platform == Platform::Workers {
            write!(f, ", {}, {}", options.html_handling, options.not_found_handling)?;
        }
        write!(f, "): {} {}", row.method(), row.target())?;
        for (name, value) in &row.with {
            write!(f, " with {name}: {value},")?;
        }
        match row.status {
            Some(status) => write!(f, " gets {status}")?,
            None => f.write_str(" goes to the script")?,
        }
        if let Some(location) = &row.location {
            write!(f, " to {location}")?;
        }
        if let Some(asset) = &row.asset {
            write!(f, " with {asset}")?;
        }
        write!(f, " by {}", row.rule)
    }
}

impl SiteCase {
    /// The rules for requests.
    ///
    /// # Panics
    /// If the platform would refuse them.
    pub fn rules(&self) -> SiteRules {
        let RoutingOptions { platform, html_handling, .. } = self.options.routing();
        let options = RedirectOptions { platform, html_handling };
        let first = match (&self.run_worker_first, &self.routes) {
            (Some(RunWorkerFirstValue::Bool(true)), _) => ScriptFirst::Always,
            (Some(RunWorkerFirstValue::Rules(rules)), _) => ScriptFirst::Rules(
                run_worker_first::validate_rules(rules).expect("the rules of the corpus are accepted"),
            ),
            (_, Some(text)) => {
                ScriptFirst::Routes(routes_json::parse(text).expect("the routes of the corpus are accepted"))
            }
            _ if self.script && platform == Platform::Pages => ScriptFirst::Everything,
            _ => ScriptFirst::Never,
        };
        let navigation = prefers_assets_on_navigation(self.compatibility_date.as_deref(), &[]);
        SiteRules {
            redirects: self.redirects.as_deref().map(|text| redirects::parse(text, options)),
            headers: self.headers.as_deref().map(headers::parse),
            router: Router { has_script: self.script, first, navigation },
        }
    }

    /// The files as assets.
    pub fn assets(&self) -> Vec<AssetFile> {
        let mut contents: BTreeMap<String, String> =
            self.files.iter().map(|path| (path.clone(), path.clone())).collect();
        for group in &self.same {
            for path in group {
                contents.insert(path.clone(), group[0].clone());
            }
        }
        assets_of(&contents)
    }
}

/// Where the corpus lies.
pub fn dir() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus")
}

/// Every site of the corpus, in the order of the files' names.
///
/// # Errors
/// A text that names the file, if one can't be read.
pub fn load() -> Result<Vec<SiteCase>, String> {
    let failed = |path: &Path, error: &dyn fmt::Display| format!("{}: {error}", path.display());
    let entries = std::fs::read_dir(dir()).map_err(|error| failed(&dir(), &error))?;
    let mut paths: Vec<PathBuf> = entries.filter_map(|entry| Some(entry.ok()?.path())).collect();
    paths.sort();
    let mut sites = Vec::new();
    for path in paths.iter().filter(|path| path.extension().is_some_and(|extension| extension == "toml")) {
        let text = std::fs::read_to_string(path).map_err(|error| failed(path, &error))?;
        let corpus: CorpusFile = toml::from_str(&text).map_err(|error| failed(path, &error))?;
        let name = path.file_stem().unwrap_or_default().to_string_lossy();
        sites.extend(corpus.site.into_iter().map(|site| SiteCase {
            file: name.clone().into_owned(),
            options: site.options.or(corpus.defaults),
            ..site
        }));
    }
    Ok(sites)
}
