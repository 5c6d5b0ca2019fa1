//! The answer to a request in the terms of `resolve`'s contract: one JSON object a line.

use anyhow::bail;
use serde::ser::{Serialize, SerializeMap, Serializer};
use trailmark::{Answer, Decision, Manifest, Request, RuleId};
use trailmark_compiler::hosts::HostAnswer;

use crate::request::Via;

/// What a request gets.
#[derive(Debug, Clone)]
pub(crate) struct Reply {
    /// The rule that decided, by name.
    pub(crate) rule: String,
    /// Its number.
    pub(crate) rule_id: RuleId,
    /// The index of the `_redirects` rule that had its part in it.
    pub(crate) redirect: Option<usize>,
    /// What the assets answer; `None` if the request goes to the Worker.
    pub(crate) assets: Option<AssetsReply>,
}

/// What the assets answer.
#[derive(Debug, Clone)]
pub(crate) struct AssetsReply {
    /// The status.
    pub(crate) status: u16,
    /// The site path of the file that is the body.
    pub(crate) asset: Option<String>,
    /// The body's size, bytes.
    pub(crate) size: Option<u64>,
    /// Headers in the order of the answer.
    pub(crate) headers: Headers,
    /// The rules of `_headers` that match, as line and path.
    pub(crate) header_rules: Vec<(u32, String)>,
}

impl AssetsReply {
    /// Where a redirect leads.
    pub(crate) fn location(&self) -> Option<&str> {
        self.headers
            .0
            .iter()
            .find(|(name, _)| name == "location")
            .and_then(|(_, values)| values.first())
            .map(String::as_str)
    }
}

impl Reply {
    /// Asks a manifest.
    ///
    /// # Errors
    /// The manifest's answer is of a kind that this program does not know.
    pub(crate) fn of(manifest: &Manifest<'_>, request: &Request<'_>, via: Via) -> anyhow::Result<Reply> {
        match via {
            Via::Binding => Ok(Reply::from_assets(manifest, &manifest.answer(request))),
            Via::Router => match manifest.decide(request) {
                Decision::Assets(answer) => Ok(Reply::from_assets(manifest, &answer)),
                Decision::Worker { rule, .. } => {
                    let name = manifest.rule_name(rule).to_owned();
                    Ok(Reply { rule: name, rule_id: rule, redirect: None, assets: None })
                }
                _ => bail!("the manifest gives an answer that this version of trailmark cannot show"),
            },
        }
    }

    fn from_assets(manifest: &Manifest<'_>, answer: &Answer<'_, '_>) -> Reply {
        let mut headers = Headers::default();
        for (name, value) in answer.headers() {
            headers.add(name, value.to_string());
        }
        let assets = AssetsReply {
            status: answer.status,
            asset: answer.body.map(|asset| asset.site_path().to_string()),
            size: answer.body.map(|asset| asset.size()),
            headers,
            header_rules: answer
                .matched_header_rules()
                .map(|rule| (rule.line, rule.path.to_owned()))
                .collect(),
        };
        Reply {
            rule: manifest.rule_name(answer.rule).to_owned(),
            rule_id: answer.rule,
            redirect: answer.redirect,
            assets: Some(assets),
        }
    }

    /// What the table of another host says: status, `Location` and file.
    pub(crate) fn of_host(answer: HostAnswer) -> Reply {
        let HostAnswer { status, location, file, rule } = answer;
        let mut headers = Headers::default();
        if let Some(location) = location {
            headers.add("location", location);
        }
        let assets = AssetsReply { status, asset: file, size: None, headers, header_rules: Vec::new() };
        Reply { rule: rule.name.to_owned(), rule_id: RuleId(u16::MAX), redirect: None, assets: Some(assets) }
    }

    /// The answer as the contract wants it.
    pub(crate) fn line<'a>(&'a self, url: &'a str) -> Line<'a> {
        match &self.assets {
            None => Line {
                url,
                to: "worker",
                status: None,
                location: None,
                asset: None,
                rule: None,
                headers: None,
            },
            Some(assets) => Line {
                url,
                to: "assets",
                status: Some(assets.status),
                location: assets.location(),
                asset: assets.asset.as_deref(),
                rule: Some(&self.rule),
                headers: Some(&assets.headers),
            },
        }
    }
}

/// An answer as a JSON line of `resolve`; the order of the fields is part of the contract.
#[derive(Debug, serde::Serialize)]
pub(crate) struct Line<'a> {
    url: &'a str,
    to: &'static str,
    status: Option<u16>,
    location: Option<&'a str>,
    asset: Option<&'a str>,
    rule: Option<&'a str>,
    headers: Option<&'a Headers>,
}

/// Response headers: each name once, with its values.
#[derive(Debug, Clone, Default)]
pub(crate) struct Headers(Vec<(String, Vec<String>)>);

impl Headers {
    fn add(&mut self, name: &str, value: String) {
        match self.0.iter_mut().find(|(known, _)| known == name) {
            Some((_, values)) => values.push(value),
            None => self.0.push((name.to_owned(), vec![value])),
        }
    }

    /// Every header line.
    pub(crate) fn lines(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0
            .iter()
            .flat_map(|(name, values)| values.iter().map(move |value| (name.as_str(), value.as_str())))
    }
}

impl Serialize for Headers {
    /// Several lines of one name are joined with `, `, but those of `set-cookie` are an array.
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.0.len()))?;
        for (name, values) in &self.0 {
            match values.as_slice() {
                values if name == "set-cookie" => map.serialize_entry(name, values)?,
                [value] => map.serialize_entry(name, value)?,
                values => map.serialize_entry(name, &values.join(", "))?,
            }
        }
        map.end()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn repeated_headers_are_joined_but_cookies_are_not() {
        let mut headers = Headers::default();
        for (name, value) in [("vary", "a"), ("set-cookie", "x=1"), ("vary", "b")] {
            headers.add(name, value.to_owned());
        }
        let json = serde_json::to_string(&headers).unwrap();
        assert_eq!(json, r#"{"vary":"a, b","set-cookie":["x=1"]}"#);
    }
}
