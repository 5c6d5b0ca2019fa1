//! A case: a site, how it is served, and requests. Number and seed determine all of it.

use serde_json::{Value, json};
use trailmark_compiler::options::{HtmlHandling, NotFoundHandling, Platform};

use super::random::Random;
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
        let wire = if random.chance(50) { Wire::Raw } else { Wire::Parsed };
        let requests = (0..REQUESTS).map(|_| Ask::random(&tree, wire, &mut random)).collect();
        Ok(Case { number, site, tree, platform, html_handling, not_found_handling, wire, requests })
    }

    /// The options, in a line.
    pub(super) fn options(&self) -> String {
        match self.platform {
            Platform::Workers => format!("workers, {}, {}", self.html_handling, self.not_found_handling),
            Platform::Pages => "pages".to_owned(),
        }
    }

    /// The case as the driver reads it; `tag` gives the platform's entity tag of a file.
    pub(super) fn to_driver(&self, dir: &std::path::Path, tag: impl Fn(&str) -> String) -> Value {
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
        case
    }
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
    fn random(tree: &Tree, wire: Wire, random: &mut Random) -> Ask {
        let method = random.weighted(&[
            (80, "GET"),
            (8, "HEAD"),
            (6, "POST"),
            (2, "PUT"),
            (2, "OPTIONS"),
            (1, "DELETE"),
            (1, "PATCH"),
        ]);
        let mut ask =
            Ask { method, target: target(tree, wire, random), headers: Vec::new(), if_none_match: None };
        if random.chance(15) {
            ask.headers.push(random.pick(HEADERS));
        }
        let conditional = ask.headers.iter().any(|(name, _)| *name == "if-none-match");
        if !conditional && random.chance(15) && !tree.files.is_empty() {
            ask.aim_condition(tree, random);
        }
        ask
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
        json!({ "method": self.method, "path": self.target, "headers": headers })
    }
}

impl std::fmt::Display for Ask {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} {:?}", self.method, self.target)?;
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
