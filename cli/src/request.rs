//! A request as the user states it.

use std::ffi::OsString;

use anyhow::bail;
use trailmark::{Request, RequestHeaders, RequestPath, RequestUrl, UrlError};

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

impl<'a> Wanted<'a> {
    /// Takes the URL apart.
    ///
    /// # Errors
    /// The URL is absolute, but not of a web server.
    pub(crate) fn parsed(&self) -> Result<RequestUrl<'a>, UrlError> {
        RequestUrl::parse(self.url, self.host.unwrap_or("example.com"))
    }

    /// The request for the URL taken apart, once its path is parsed.
    pub(crate) fn request<'r>(&self, url: &'r RequestUrl<'_>, path: RequestPath<'r>) -> Request<'r>
    where
        'a: 'r,
    {
        let headers = self.headers.iter().map(|(name, value)| (name.as_str(), value.as_str()));
        url.request(self.method, path, RequestHeaders::from_list(headers))
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
