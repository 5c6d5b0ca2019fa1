//! An answer, as both sides give it: the platform through the driver, and we from a compiled manifest.

use std::collections::{BTreeMap, HashMap};
use std::path::Path;

use anyhow::Result;
use data_encoding::{BASE64, HEXLOWER};
use serde_json::Value;
use sha2::{Digest, Sha256};
use trailmark::{
    Answer, Decision, HeaderValue, Manifest, Request, RequestHeaders, RequestPath, RuleId, Scratch,
};
use trailmark_compiler::media_type::extension;
use trailmark_compiler::options::Platform;
use trailmark_compiler::{CompileOptions, RoutingOptions, compile};

use super::case::{Ask, Case};
use super::driver::DriverAnswer;
use super::script::Script;
use super::targets::Wire;
use super::tree::Tree;

/// Who answered, and what.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Reply {
    /// The user's own code, by itself.
    Worker,
    /// The assets.
    Assets {
        /// Whether the user's own code asked them, and passed their answer on.
        by_binding: bool,
        /// HTTP status.
        status: u16,
        /// Header lines by name, those of one name joined with `, ` (`set-cookie`: with a line break).
        headers: BTreeMap<String, String>,
        /// SHA-256 of the body in hex; `None` if it is empty.
        body: Option<String>,
    },
    /// The question could not be put.
    Failed(String),
}

impl Reply {
    /// What the driver reported.
    pub(super) fn of_driver(answer: DriverAnswer) -> Reply {
        match answer {
            DriverAnswer::Failed { error } => Reply::Failed(error),
            DriverAnswer::Answered { by, .. } if by == "worker" => Reply::Worker,
            DriverAnswer::Answered { status, headers, body_sha256, by } => Reply::Assets {
                by_binding: by == "binding",
                status,
                headers: headers.into_iter().map(|(name, value)| (name, header_text(value))).collect(),
                body: body_sha256,
            },
        }
    }

    /// The status; that of a Worker is not looked at.
    pub(super) fn status(&self) -> Option<u16> {
        match self {
            Reply::Assets { status, .. } => Some(*status),
            _ => None,
        }
    }
}

fn header_text(value: Value) -> String {
    match value {
        Value::String(text) => text,
        Value::Array(lines) => lines.into_iter().map(header_text).collect::<Vec<_>>().join("\n"),
        other => other.to_string(),
    }
}

impl std::fmt::Display for Reply {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Reply::Worker => f.write_str("the Worker"),
            Reply::Failed(error) => write!(f, "failed: {error}"),
            Reply::Assets { by_binding, status, headers, body } => {
                write!(f, "{status} {headers:?}")?;
                if *by_binding {
                    f.write_str(" through the binding")?;
                }
                match body {
                    Some(body) => write!(f, " body {}", &body[..12.min(body.len())]),
                    None => f.write_str(" no body"),
                }
            }
        }
    }
}

/// Our half: a case compiled, with what is needed to speak of its files as the platform does.
pub(super) struct Ours {
    bytes: Vec<u8>,
    is_pages: bool,
    /// Our entity tags, and the platform's for the same file.
    tags: HashMap<String, String>,
}

/// One of our answers, with the name of the rule that gave it.
pub(super) struct OurReply {
    /// The answer, with the platform's tags.
    pub(super) reply: Reply,
    /// The rule.
    pub(super) rule: String,
}

impl Ours {
    /// Compiles the folder of a case.
    ///
    /// # Errors
    /// If it does not compile, or what comes out is no sound manifest.
    pub(super) fn compile(case: &Case, folder: &Path) -> Result<Ours> {
        let options = CompileOptions {
            routing: routing(case),
            script: case.script.as_ref().map(Script::options).unwrap_or_default(),
            ..CompileOptions::default()
        };
        let bytes = compile(folder, &options, &())?.bytes;
        let manifest = Manifest::open(&bytes)?;
        manifest.verify()?;
        let tags = manifest.assets().filter_map(|asset| {
            let path = asset.site_path().to_string();
            Some((asset.etag().to_string(), production_tag(&case.tree, &path)?))
        });
        let tags = tags.collect();
        Ok(Ours { bytes, is_pages: case.platform == Platform::Pages, tags })
    }

    /// Our answers to every request of the case.
    ///
    /// # Errors
    /// If the manifest does not open, which it did before.
    pub(super) fn answer_all(&self, case: &Case) -> Result<Vec<OurReply>> {
        let manifest = Manifest::open(&self.bytes)?;
        let own_tag = self.own_tags(&case.tree);
        let mut scratch = Scratch::new();
        let answers = case
            .requests
            .iter()
            .map(|ask| self.answer(&manifest, ask, &sent(ask, case.wire), &own_tag, &mut scratch));
        Ok(answers.collect())
    }

    /// The manifest.
    pub(super) fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// The platform's tag for one of ours.
    pub(super) fn their_tag(&self, own: &str) -> Option<&str> {
        self.tags.get(own).map(String::as_str)
    }

    /// Gives our entity tag of a file. It is found by the platform's tag, since a file that is not taken may have a twin that is.
    pub(super) fn own_tags<'t>(&'t self, tree: &'t Tree) -> impl Fn(&str) -> String + 't {
        let own_of: HashMap<&str, &str> =
            self.tags.iter().map(|(own, theirs)| (theirs.as_str(), own.as_str())).collect();
        move |file| {
            let own = production_tag(tree, file).and_then(|theirs| own_of.get(theirs.as_str()).copied());
            own.map_or_else(unknown_tag, str::to_owned)
        }
    }

    fn answer(
        &self,
        manifest: &Manifest<'_>,
        ask: &Ask,
        target: &str,
        own_tag: &dyn Fn(&str) -> String,
        scratch: &mut Scratch,
    ) -> OurReply {
        let headers = ask.headers_with(own_tag);
        let path = match RequestPath::parse(target, scratch) {
            Ok(path) => path,
            Err(error) => return OurReply { reply: Reply::Failed(error.to_string()), rule: String::new() },
        };
        let headers =
            RequestHeaders::from_list(headers.iter().map(|(name, value)| (name.as_str(), value.as_bytes())));
        let mut request = Request::new(&ask.method, path, headers);
        request.host = ask.host;
        let (reply, rule) = match manifest.decide(&request) {
            Decision::Worker { rule, .. } => (self.script_reply(manifest, ask, &request), rule),
            Decision::Assets(answer) => (self.reply(&answer, ask, false), answer.rule),
            other => (Reply::Failed(format!("{other:?}")), RuleId::METHOD_NOT_ALLOWED),
        };
        OurReply { reply, rule: manifest.rule_name(rule).to_owned() }
    }

    /// What becomes of a request that the user's own code gets: the driver's answers with a text, or passes on what its assets
    /// binding says; the router may step in.
    fn script_reply(&self, manifest: &Manifest<'_>, ask: &Ask, request: &Request<'_>) -> Reply {
        if ask.header("x-oracle-mode") != Some("assets") {
            return match manifest.guard_worker_answer(request, 200, Some("text/plain;charset=UTF-8")) {
                Some(blocked) => self.reply(&blocked, ask, false),
                None => Reply::Worker,
            };
        }
        let answer = manifest.answer(request);
        let content_type =
            answer.headers().filter(|(name, _)| *name == "content-type").map(|(_, value)| value);
        let content_type = content_type.map(|value| value.to_string()).collect::<Vec<_>>().join(", ");
        let content_type = Some(content_type.as_str()).filter(|value| !value.is_empty());
        match manifest.guard_worker_answer(request, answer.status, content_type) {
            Some(blocked) => self.reply(&blocked, ask, false),
            None => self.reply(&answer, ask, true),
        }
    }

    fn reply(&self, answer: &Answer<'_, '_>, ask: &Ask, by_binding: bool) -> Reply {
        let mut headers: BTreeMap<String, String> = BTreeMap::new();
        for (name, value) in answer.headers() {
            let mut text = value.to_string();
            if let Some(theirs) = self.tags.get(&text).filter(|_| matches!(value, HeaderValue::ETag(_))) {
                text.clone_from(theirs);
            }
            let joint = if name == "set-cookie" { "\n" } else { ", " };
            let lines = headers.entry(name.to_owned());
            lines.and_modify(|all| all.extend([joint, &text])).or_insert_with(|| text.clone());
        }
        let body = if ask.method == "HEAD" { None } else { self.body(answer) };
        Reply::Assets { by_binding, status: answer.status, headers, body }
    }

    /// The body: a file, or the short text that the platform itself writes.
    fn body(&self, answer: &Answer<'_, '_>) -> Option<String> {
        if let Some(asset) = answer.body {
            return (asset.size() > 0).then(|| HEXLOWER.encode(asset.fingerprint()));
        }
        let text = match answer.status {
            301 | 302 | 303 | 307 if self.is_pages && answer.redirect.is_some() => {
                format!("Redirecting to {}", answer.location()?)
            }
            403 => "Blocked".to_owned(),
            _ => return None,
        };
        Some(HEXLOWER.encode(&Sha256::digest(text)))
    }
}

/// The target as it reaches the platform: a client that parses it leaves nothing of how it was spelled.
pub(super) fn sent(ask: &Ask, wire: Wire) -> String {
    let mut scratch = Scratch::new();
    match RequestPath::parse(&ask.target, &mut scratch) {
        Ok(path) if wire == Wire::Parsed => format!("{}{}", path.path(), path.query()),
        _ => ask.target.clone(),
    }
}

fn routing(case: &Case) -> RoutingOptions {
    RoutingOptions {
        platform: case.platform,
        html_handling: case.html_handling,
        not_found_handling: case.not_found_handling,
    }
}

/// The entity tag under which the platform stores a file: blake3 of the base64 of its bytes and of its extension, the first
/// 32 hex digits.
pub(super) fn production_tag(tree: &Tree, path: &str) -> Option<String> {
    let content = tree.files.get(path)?;
    let text = BASE64.encode(content) + extension(path).unwrap_or_default();
    Some(format!("\"{}\"", &blake3::hash(text.as_bytes()).to_hex()[..32]))
}

/// Stands for a file that the platform does not take.
pub(super) fn unknown_tag() -> String {
    format!("\"{}\"", "0".repeat(32))
}
