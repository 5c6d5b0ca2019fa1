//! A request as the user states it, and the answer in the terms of `resolve`'s contract: one JSON object a line in, one
//! out.

use std::borrow::Cow;
use std::ffi::OsString;

use anyhow::{anyhow, bail};
use serde::ser::{Serialize, SerializeMap, Serializer};
use trailmark::{Answer, Decision, Manifest, Request, RequestHeaders, RequestPath, RuleId};
use trailmark_compiler::hosts::HostAnswer;

/// What `resolve` and `explain` let the user say about a request besides its URL.
#[derive(Debug, clap::Args)]
pub(crate) struct RequestArgs {
    /// The method of the request
    #[arg(short = 'X', long, default_value = "GET", value_name = "METHOD", help_heading = "The request")]
    method: String,
    /// A header of the request, as `Name: value`; may be given several times
    #[arg(short = 'H', long = "header", value_name = "HEADER", value_parser = header, help_heading = "The request")]
    headers: Vec<(String, String)>,
    /// The host that is asked; an absolute URL brings its own [default: example.com]
    #[arg(long, value_name = "HOST", help_heading = "The request")]
    host: Option<String>,
    /// Whom to ask: the router in front of the site, or the assets alone, as a Worker does through its binding
    #[arg(long, value_enum, default_value_t = Via::Router, value_name = "VIA", help_heading = "The request")]
    via: Via,
}

/// Whom a request reaches first.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Via {
    /// The router, which may hand it to the Worker
    #[default]
    Router,
    /// The assets binding of the Worker
    Binding,
}

impl RequestArgs {
    /// A request for this URL.
    pub(crate) fn wanted<'a>(&'a self, url: &'a OsString) -> Wanted<'a> {
        Wanted {
            url: url.as_encoded_bytes(),
            method: &self.method,
            host: self.host.as_deref(),
            headers: &self.headers,
            via: self.via,
        }
    }
}

fn header(text: &str) -> Result<(String, String), String> {
    match text.split_once(':') {
        Some((name, value)) if !name.trim().is_empty() => {
            Ok((name.trim().to_owned(), value.trim().to_owned()))
        }
        _ => Err("write it as `Name: value`".to_owned()),
    }
}

/// A request as it was stated.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Wanted<'a> {
    /// A path with its query, or an absolute URL.
    pub(crate) url: &'a [u8],
    /// The method.
    pub(crate) method: &'a str,
    /// The host, unless the URL names one.
    pub(crate) host: Option<&'a str>,
    /// Request headers.
    pub(crate) headers: &'a [(String, String)],
    /// Whom it reaches first.
    pub(crate) via: Via,
}

/// The parts of a stated URL.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Target<'a> {
    /// `http` or `https`.
    pub(crate) scheme: &'static str,
    /// The host, with its port if that is not the scheme's own.
    pub(crate) host: Cow<'a, str>,
    /// What a request line would hold: path and query.
    pub(crate) path: Cow<'a, [u8]>,
}

impl<'a> Wanted<'a> {
    /// Takes the URL apart.
    ///
    /// # Errors
    /// The URL is absolute, but not of a web server.
    pub(crate) fn target(&self) -> anyhow::Result<Target<'a>> {
        let Some((scheme, rest)) = scheme_of(self.url) else {
            let host = self.host.map_or(Cow::Borrowed("example.com"), |host| host_of("http", host));
            return Ok(Target { scheme: "http", host, path: Cow::Borrowed(self.url) });
        };
        let scheme = match scheme.to_ascii_lowercase().as_slice() {
            b"http" => "http",
            b"https" => "https",
            _ => bail!("only http and https URLs can be asked for; a path begins with `/`"),
        };
        let end = rest.iter().position(|b| b"/\\?#".contains(b)).unwrap_or(rest.len());
        let (authority, path) = rest.split_at(end);
        let authority = std::str::from_utf8(authority).map_err(|_| anyhow!("the URL's host is not UTF-8"))?;
        let host = authority.rsplit('@').next().unwrap_or_default();
        if host.is_empty() {
            bail!("the URL has no host");
        }
        let path = match path.first() {
            Some(b'/' | b'\\') => Cow::Borrowed(path),
            _ => Cow::Owned([b"/", path].concat()),
        };
        Ok(Target { scheme, host: host_of(scheme, host), path })
    }
}

impl Target<'_> {
    /// The request for this target, once its path is parsed.
    pub(crate) fn request<'r>(&'r self, wanted: &Wanted<'r>, path: RequestPath<'r>) -> Request<'r> {
        let headers = wanted.headers.iter().map(|(name, value)| (name.as_str(), value.as_str()));
        let mut request = Request::new(wanted.method, path, RequestHeaders::from_list(headers));
        request.scheme = self.scheme;
        request.host = &self.host;
        request
    }
}

/// The scheme of an absolute URL and what follows its `//`; `None` for anything else.
fn scheme_of(url: &[u8]) -> Option<(&[u8], &[u8])> {
    let colon = url.iter().position(|&b| b == b':')?;
    let (scheme, rest) = url.split_at_checked(colon)?;
    let is_scheme = scheme.first().is_some_and(u8::is_ascii_alphabetic)
        && scheme.iter().all(|b| b.is_ascii_alphanumeric() || b"+-.".contains(b));
    Some((scheme, rest.strip_prefix(b"://")?)).filter(|_| is_scheme)
}

/// A host in lower case, without the scheme's own port.
fn host_of<'h>(scheme: &str, host: &'h str) -> Cow<'h, str> {
    let port = if scheme == "https" { ":443" } else { ":80" };
    let host = host.strip_suffix(port).unwrap_or(host);
    if host.bytes().any(|b| b.is_ascii_uppercase()) {
        Cow::Owned(host.to_ascii_lowercase())
    } else {
        Cow::Borrowed(host)
    }
}

/// Of other hosts only answers to GET are known.
///
/// # Errors
/// Another method, or request headers.
pub(crate) fn check_get(wanted: &Wanted<'_>) -> anyhow::Result<()> {
    if wanted.method != "GET" || !wanted.headers.is_empty() || wanted.via != Via::Router {
        bail!("of other hosts, only what a plain GET gets is known: no other method, no headers, no binding");
    }
    Ok(())
}

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

    fn target(url: &str) -> Result<(&'static str, String, String), String> {
        let wanted = Wanted {
            url: url.as_bytes(),
            method: "GET",
            host: Some("Given.example:80"),
            headers: &[],
            via: Via::Router,
        };
        let Target { scheme, host, path } = wanted.target().map_err(|error| error.to_string())?;
        Ok((scheme, host.into_owned(), String::from_utf8(path.into_owned()).unwrap()))
    }

    #[test]
    fn absolute_urls_bring_scheme_and_host() {
        let is = |url, scheme, host: &str, path: &str| {
            assert_eq!(target(url), Ok((scheme, host.to_owned(), path.to_owned())), "{url}");
        };
        is("/a?b", "http", "given.example", "/a?b");
        is("//about", "http", "given.example", "//about");
        is("about", "http", "given.example", "about");
        is("/x?u=http://h/", "http", "given.example", "/x?u=http://h/");
        is("https://H.example:443/a//b?c#d", "https", "h.example", "/a//b?c#d");
        is("HTTP://user:pw@h:8080", "http", "h:8080", "/");
        is("http://h?x=1", "http", "h", "/?x=1");
        assert!(target("ftp://h/x").is_err() && target("http:///x").is_err());
    }

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
