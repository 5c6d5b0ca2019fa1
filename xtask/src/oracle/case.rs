//! A case: a site, how it is served, and requests; and the same as the driver reads it.

use std::path::Path;

use serde_json::{Value, json};
use trailmark_compiler::options::{HtmlHandling, NotFoundHandling, Platform};

use super::script::Script;
use super::targets::Wire;
use super::tree::Tree;

/// A site, how it is served, and requests.
#[derive(Debug, Clone)]
pub(super) struct Case {
    /// Orders the cases of a run.
    pub(super) number: u64,
    /// What it is, in a few words.
    pub(super) title: String,
    /// The arguments that give this case again.
    pub(super) again: String,
    /// The files of the site.
    pub(super) tree: Tree,
    /// Whose answers are asked for.
    pub(super) platform: Platform,
    /// Workers only.
    pub(super) html_handling: HtmlHandling,
    /// Workers only.
    pub(super) not_found_handling: NotFoundHandling,
    /// The text of `_redirects`, if there is one.
    pub(super) redirects: Option<String>,
    /// The text of `_headers`, if there is one.
    pub(super) headers: Option<String>,
    /// The text of `.assetsignore`, if there is one; Workers only.
    pub(super) ignore: Option<String>,
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
    pub(super) method: String,
    /// The host, with its port.
    pub(super) host: &'static str,
    /// Path and query as a client gives them.
    pub(super) target: String,
    /// Headers other than the next; names in lower case.
    pub(super) headers: Vec<(String, String)>,
    /// `If-None-Match`.
    pub(super) if_none_match: Option<Condition>,
}

/// An `If-None-Match` that names a file by its path, since the tag is ours on one side and the platform's on the other.
#[derive(Debug, Clone)]
pub(super) struct Condition {
    /// Stands before the tag.
    pub(super) before: String,
    /// The file whose tag it is.
    pub(super) file: String,
    /// Stands behind the tag.
    pub(super) behind: String,
}

impl Condition {
    /// The value of the header.
    pub(super) fn text(&self, tag: impl Fn(&str) -> String) -> String {
        format!("{}{}{}", self.before, tag(&self.file), self.behind)
    }
}

impl Case {
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
            (".assetsignore", self.ignore.is_some()),
            ("script", self.script.is_some()),
        ];
        let parts: Vec<&str> = parts.into_iter().filter(|(_, there)| *there).map(|(name, _)| name).collect();
        if parts.is_empty() { "files alone".to_owned() } else { parts.join(" + ") }
    }

    /// Writes the site and its rule files.
    ///
    /// # Errors
    /// What the disk says.
    pub(super) fn write(&mut self, folder: &Path) -> anyhow::Result<()> {
        self.tree.write(folder)?;
        let routes = self.script.as_ref().and_then(|script| script.routes.as_ref());
        let texts = [
            ("_redirects", self.redirects.as_ref()),
            ("_headers", self.headers.as_ref()),
            (".assetsignore", self.ignore.as_ref()),
            ("_routes.json", routes),
        ];
        for (name, text) in texts {
            if let Some(text) = text {
                std::fs::write(folder.join(name), text)?;
                // An `.assetsignore` may make a rule file a file of the site.
                self.tree.files.insert(format!("/{name}"), text.clone().into_bytes());
            }
        }
        Ok(())
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

impl Ask {
    /// A GET without headers.
    pub(super) fn get(target: String) -> Ask {
        Ask {
            method: "GET".to_owned(),
            host: "example.com",
            target,
            headers: Vec::new(),
            if_none_match: None,
        }
    }

    /// The value of a header.
    pub(super) fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    /// All headers, with tags as `tag` gives them.
    pub(super) fn headers_with(&self, tag: impl Fn(&str) -> String) -> Vec<(String, String)> {
        let condition =
            self.if_none_match.as_ref().map(|condition| ("if-none-match".to_owned(), condition.text(&tag)));
        self.headers.iter().cloned().chain(condition).collect()
    }

    fn to_driver(&self, tag: impl Fn(&str) -> String) -> Value {
        let headers: serde_json::Map<String, Value> =
            self.headers_with(tag).into_iter().map(|(name, value)| (name, json!(value))).collect();
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
