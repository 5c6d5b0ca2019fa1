//! The page of `trailmark report` beside a served site, on an address of its own, where it can't stand in the way of a path of the site.

use std::net::IpAddr;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

use anyhow::bail;
use http::header::HOST;
use http::request::Parts;
use http::{Method, StatusCode};
use trailmark_edge::LiveSite;
use trailmark_edge::server::Listeners;

use super::beside::{self, Page};
use super::kind::Kind;
use crate::commands::report;
use crate::site::SiteArgs;

/// What the page is made of.
#[derive(Debug)]
pub(crate) struct Wanted {
    site_or_manifest: PathBuf,
    dist: Option<PathBuf>,
    site: SiteArgs,
}

/// # Errors
/// There is no one folder or manifest to show.
pub(crate) fn wanted(kind: &Kind, site: &SiteArgs) -> anyhow::Result<Wanted> {
    Ok(match kind {
        Kind::Dist(Some(dist)) => Wanted { site_or_manifest: dist.clone(), dist: None, site: site.clone() },
        Kind::Dist(None) => bail!("--report needs the folder's name, as in `trailmark serve dist --report`"),
        Kind::Manifest { manifest, dist } => {
            Wanted { site_or_manifest: manifest.clone(), dist: Some(dist.clone()), site: SiteArgs::default() }
        }
        Kind::Sites(_) => bail!("--report shows one site, and this is a folder of sites"),
    })
}

/// The page, made when it is asked for, and again when the site has changed.
pub(crate) struct ReportPage {
    wanted: Wanted,
    live: LiveSite,
    /// The manifest of which it was made, and the page.
    made: Mutex<Option<([u8; 32], String)>>,
}

impl ReportPage {
    pub(crate) fn new(wanted: Wanted, live: LiveSite) -> ReportPage {
        ReportPage { wanted, live, made: Mutex::new(None) }
    }

    /// Answers for ever.
    pub(crate) async fn serve(self, listeners: Listeners) {
        let page = Arc::new(self);
        beside::serve(listeners, move |head| Arc::clone(&page).answer(head)).await;
    }

    async fn answer(self: Arc<Self>, head: Parts) -> Page {
        if !is_asked_by_address(&head) {
            return Page::plain(StatusCode::FORBIDDEN, "ask for the report by its address");
        }
        if ![Method::GET, Method::HEAD].contains(&head.method) {
            return Page::plain(StatusCode::METHOD_NOT_ALLOWED, "the report can only be read");
        }
        if head.uri.path() != "/" {
            return Page::plain(StatusCode::NOT_FOUND, "the report is at /");
        }
        // It takes seconds for a large site.
        match tokio::task::spawn_blocking(move || self.text()).await {
            Ok(Ok(text)) => Page { status: StatusCode::OK, media_type: "text/html; charset=utf-8", text },
            Ok(Err(error)) => Page::plain(StatusCode::INTERNAL_SERVER_ERROR, &format!("{error:#}")),
            Err(error) => Page::plain(StatusCode::INTERNAL_SERVER_ERROR, &error.to_string()),
        }
    }

    fn text(&self) -> anyhow::Result<String> {
        let mut made = self.made.lock().unwrap_or_else(PoisonError::into_inner);
        let now = self.live.current().manifest().sha256();
        if let Some((of, text)) = &*made
            && *of == now
        {
            return Ok(text.clone());
        }
        let Wanted { site_or_manifest, dist, site } = &self.wanted;
        let text = report::page_of(site_or_manifest, dist.as_deref(), site)?;
        *made = Some((now, text.clone()));
        Ok(text)
    }
}

/// A page of somewhere else can give its name this address, and then read what is there; so names are not answered.
fn is_asked_by_address(head: &Parts) -> bool {
    let host = head.headers.get(HOST).and_then(|host| host.to_str().ok()).unwrap_or_default();
    let name = match host.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => name,
        _ => host,
    };
    let name = name.trim_start_matches('[').trim_end_matches(']');
    name.eq_ignore_ascii_case("localhost") || name.parse::<IpAddr>().is_ok()
}
