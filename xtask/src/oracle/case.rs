//! A case: a site, how it is served, and requests. Number and seed determine all of it.

use std::path::Path;

use serde_json::{Value, json};
use trailmark_compiler::options::{HtmlHandling, NotFoundHandling, Platform};

use super::random::Random;
use super::rules::{self, RuleFile};
use super::script::Script;
use super::targets::{Wire, target};
use super::tree::Tree;
use crate::repo;

/// Requests of each case.
pub(super) const REQUESTS: usize = 50;

/// A site, how it is served, and requests.
#[derive(Debug, Clone)]
pub(super) struct Case {
    /// Number within its platform; with the seed, it gives the same case again.
    pub(super) number: u64,
    /// What the site is, in a few words.
    pub(super) site: &'static str,
    /// Its files.
    pub(super) tree: Tree,
    /// Whose answers are asked for.
    pub(super) platform: Platform,
    /// Workers only.
    pub(super) html_handling: HtmlHandling,
    /// Workers only.
    pub(super) not_found_handling: NotFoundHandling,
    /// `_redirects`, if there is one.
    pub(super) redirects: Option<RuleFile>,
    /// `_headers`, if there is one.
    pub(super) headers: Option<RuleFile>,
    /// The user's own code, if it is configured.
    pub(super) script: Option<Script>,
    /// How targets travel.
    pub(super) wire: Wire,
    /// What is asked.
    pub(super) requests: Vec<Ask>,
}

/// A request.
#[derive(Debug, Clone)]
pub(super) struct Ask {
    /// The method.
    pub(super) method: &'static str,
    /// The host, with its port.
    pub(super) host: &'static str,
    /// Path and query as a client gives them.
    pub(super) target: String,
    /// Headers other than the next.
    pub(super) headers: Vec<(&'static str, &'static str)>,
    /// `If-None-Match`.
    pub(super) if_none_match: Option<Condition>,
}

/// An `If-None-Match` that names a file by its path, since the tag is ours on one side and the platform's on the other.
#[derive(Debug, Clone)]
pub(super) struct Condition {
    /// Stands before the tag.
    pub(super) before: &'static str,
    /// The file whose tag it is.
    pub(super) file: String,
    /// Stands behind the tag.
    pub(super) behind: &'static str,
}

/// What is put round a tag; only the first two are a match.
const AROUND_TAG: &[(&str, &str)] = &[
    ("", ""),
    ("", ""),
    ("W/", ""),
    ("w/", ""),
    ("\"x\", ", ""),
    ("", ", \"x\""),
    ("*, ", ""),
    ("W/W/", ""),
];

const HEADERS: &[(&str, &str)] = &[
    ("authorization", "Basic eDp5"),
    ("range", "bytes=0-3"),
    ("sec-fetch-mode", "navigate"),
    ("if-none-match", "*"),
    ("if-modified-since", "Wed, 21 Oct 2065 07:28:00 GMT"),
    ("accept-encoding", "gzip, br"),
    ("if-none-match", "\"\""),
    ("cookie", "a=b"),
    ("if-match", "\"x\""),
    ("sec-fetch-mode", "cors"),
];

const METHODS: &[(usize, &str)] =
    &[(80, "GET"), (8, "HEAD"), (6, "POST"), (2, "PUT"), (2, "OPTIONS"), (1, "DELETE"), (1, "PATCH")];

/// Redirects and header rules may look at the host.
const HOSTS: &[(usize, &str)] =
    &[(90, "example.com"), (4, "www.example.com"), (3, "example.com:8080"), (3, "other.example")];

/// What the router does not let a Worker pass on.
const GUARDED: &[&str] = &[
    "/_image?href=//other.example/x.png",
    "/_image?href=//example.com/x.png",
    "/_image?href=/x.png",
    "/_image",
    "/_image?href=https://other.example/x.png",
    "/_image?href=%2F%2Fother.example/x",
    "/_image/?href=//other.example/x",
    "/_next/image?url=https://other.example/x.png",
    "/_next/image?url=https://example.com/x.png",
    "/_next/image?url=/x.png",
    "/_next/image?url=http://example.com/x",
    "/_next/image?url=//other.example/x",
    "/_next/image?url=%68ttps://other.example/x",
    "/_next/image/?url=https://other.example/x",
    "/%5Fimage?href=//other.example/x",
    "/_image?x=1&href=//other.example/x",
    "/_next/image?w=1&url=https%3A%2F%2Fother.example%2Fx",
    "/_image?href=\\\\other.example/x",
    "/_image?href=//",
];

impl Case {
    /// The case of this number.
    ///
    /// # Errors
    /// If an example site can't be read.
    pub(super) fn new(platform: Platform, seed: u64, number: u64) -> anyhow::Result<Case> {
        let salt = Platform::ALL.iter().position(|&other| other == platform).unwrap_or(0) as u64;
        let mut random = Random::new(seed.wrapping_mul(2).wrapping_add(salt), number);
        let (site, tree) = site(number, &mut random)?;
        let (html_handling, not_found_handling) = handling(number);
        let redirects = random.chance(40).then(|| rules::redirects(&tree, &mut random));
        let headers = random.chance(35).then(|| rules::headers(&tree, &mut random));
        let script = script(platform, &tree, &mut random);
        let wire = if random.chance(50) { Wire::Raw } else { Wire::Parsed };
        let mut case = Case {
            number,
            site,
            tree,
            platform,
            html_handling,
            not_found_handling,
            redirects,
            headers,
            script,
            wire,
            requests: Vec::new(),
        };
        case.requests = (0..REQUESTS).map(|_| Ask::random(&case, &mut random)).collect();
        Ok(case)
    }

    /// What the rules are about.
    fn aims(&self) -> Vec<&str> {
        let files = [&self.redirects, &self.headers].into_iter().flatten().flat_map(|file| &file.aims);
        files.chain(self.script.iter().flat_map(|script| &script.aims)).map(String::as_str).collect()
    }

    /// Writes the site and its rule files.
    ///
    /// # Errors
    /// What the disk says.
    pub(super) fn write(&mut self, folder: &Path) -> anyhow::Result<()> {
        self.tree.write(folder)?;
        let text = |file: &Option<RuleFile>| file.as_ref().map(|file| file.text.clone());
        let routes = self.script.as_ref().and_then(|script| script.routes.clone());
        for (name, text) in [
            ("_redirects", text(&self.redirects)),
            ("_headers", text(&self.headers)),
            ("_routes.json", routes),
        ] {
            if let Some(text) = text {
                std::fs::write(folder.join(name), text)?;
            }
        }
        Ok(())
    }

    /// The options, in a line.
    pub(super) fn options(&self) -> String {
        match self.platform {
            Platform::Workers => format!("workers, {}, {}", self.html_handling, self.not_found_handling),
            Platform::Pages => "pages".to_owned(),
        }
    }

    /// Which rules and code there are, in a few words.
    pub(super) fn parts(&self) -> String {
        let parts = [
            ("_redirects", self.redirects.is_some()),
            ("_headers", self.headers.is_some()),
            ("script", self.script.is_some()),
        ];
        let parts: Vec<&str> = parts.into_iter().filter(|(_, there)| *there).map(|(name, _)| name).collect();
        if parts.is_empty() { "files alone".to_owned() } else { parts.join(" + ") }
    }

    /// The case as the driver reads it; `tag` gives the platform's entity tag of a file.
    pub(super) fn to_driver(&self, dir: &Path, tag: impl Fn(&str) -> String) -> Value {
        let mut case = json!({
            "platform": self.platform,
            "dir": dir,
            "etags": "content",
            "normalize": self.wire == Wire::Parsed,
            "requests": self.requests.iter().map(|ask| ask.to_driver(&tag)).collect::<Vec<_>>(),
        });
        if self.platform == Platform::Workers {
            case["html_handling"] = json!(self.html_handling);
            case["not_found_handling"] = json!(self.not_found_handling);
        }
        if let Some(script) = &self.script {
            script.add_to(&mut case, self.platform);
        }
        case
    }
}

/// The user's own code in a third of the cases. On Pages, a `_worker.js` among the files is that code.
fn script(platform: Platform, tree: &Tree, random: &mut Random) -> Option<Script> {
    let in_files = platform == Platform::Pages && tree.files.contains_key("/_worker.js");
    let mut script = (in_files || random.chance(35)).then(|| Script::random(platform, tree, random))?;
    script.exists |= in_files;
    Some(script)
}

/// One site in four is an example, the others are random.
fn site(number: u64, random: &mut Random) -> anyhow::Result<(&'static str, Tree)> {
    let round = number / handling_count();
    if !(number + round).is_multiple_of(4) {
        return Ok(("random", Tree::random(random)));
    }
    let name = ["examples/astro-lighthouse/dist", "examples/plain-html"][(round % 2) as usize];
    Ok((name, Tree::read(&repo::root().join(name))?))
}

/// Each combination in turn.
fn handling(number: u64) -> (HtmlHandling, NotFoundHandling) {
    let index = (number % handling_count()) as usize;
    let per_html = NotFoundHandling::ALL.len();
    (HtmlHandling::ALL[index / per_html], NotFoundHandling::ALL[index % per_html])
}

fn handling_count() -> u64 {
    (HtmlHandling::ALL.len() * NotFoundHandling::ALL.len()) as u64
}

impl Ask {
    fn random(case: &Case, random: &mut Random) -> Ask {
        let aims = case.aims();
        let target = match random.below(100) {
            0..35 if !aims.is_empty() => rules::target_for(random.pick(&aims), random),
            35..37 if case.script.is_some() => random.pick(GUARDED).to_owned(),
            _ => target(&case.tree, case.wire, random),
        };
        let mut ask = Ask {
            method: random.weighted(METHODS),
            host: random.weighted(HOSTS),
            target,
            headers: Vec::new(),
            if_none_match: None,
        };
        if random.chance(15) {
            ask.headers.push(random.pick(HEADERS));
        }
        if case.script.is_some() {
            ask.add_script_headers(random);
        }
        let conditional = ask.headers.iter().any(|(name, _)| *name == "if-none-match");
        if !conditional && random.chance(15) && !case.tree.files.is_empty() {
            ask.aim_condition(&case.tree, random);
        }
        ask
    }

    /// What the router and the built-in Worker look at.
    fn add_script_headers(&mut self, random: &mut Random) {
        let navigates = self.headers.iter().any(|(name, _)| *name == "sec-fetch-mode");
        if !navigates && random.chance(40) {
            self.headers.push(("sec-fetch-mode", random.pick(&["navigate", "navigate", "cors", "Navigate"])));
        }
        if random.chance(35) {
            self.headers.push(("x-oracle-mode", "assets"));
        }
        if random.chance(5) {
            self.headers.push(("sec-fetch-dest", random.pick(&["image", "document"])));
        }
    }

    /// Half of the time at the file that the target probably serves.
    fn aim_condition(&mut self, tree: &Tree, random: &mut Random) {
        let files: Vec<&String> = tree.files.keys().collect();
        let file = random.pick(&files).clone();
        if random.chance(50) {
            let stem = file.strip_suffix("/index.html").map(|folder| format!("{folder}/"));
            self.target = stem.unwrap_or_else(|| file.trim_end_matches(".html").to_owned());
            self.target = super::targets::canonical(&self.target);
        }
        let (before, behind) = random.pick(AROUND_TAG);
        self.if_none_match = Some(Condition { before, file, behind });
    }

    /// The headers, with tags as `tag` gives them.
    pub(super) fn headers_with(&self, tag: impl Fn(&str) -> String) -> Vec<(&'static str, String)> {
        let condition = self.if_none_match.as_ref().map(|condition| {
            let Condition { before, file, behind } = condition;
            ("if-none-match", format!("{before}{}{behind}", tag(file)))
        });
        let others = self.headers.iter().map(|&(name, value)| (name, value.to_owned()));
        others.chain(condition).collect()
    }

    fn to_driver(&self, tag: impl Fn(&str) -> String) -> Value {
        let headers: serde_json::Map<String, Value> =
            self.headers_with(tag).into_iter().map(|(name, value)| (name.to_owned(), json!(value))).collect();
        json!({ "method": self.method, "host": self.host, "path": self.target, "headers": headers })
    }
}

impl std::fmt::Display for Ask {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} {:?}", self.method, self.target)?;
        if self.host != "example.com" {
            write!(f, ", host: {}", self.host)?;
        }
        for (name, value) in &self.headers {
            write!(f, ", {name}: {value}")?;
        }
        match &self.if_none_match {
            Some(Condition { before, file, behind }) => {
                write!(f, ", if-none-match: {before}<tag of {file:?}>{behind}")
            }
            None => Ok(()),
        }
    }
}
