//! Where redirects end.

use serde::Serialize;
use trailmark::{Manifest, RequestPath, Scratch};

use crate::reply::{AssetsReply, Reply};
use crate::request::Wanted;

/// Redirects followed before giving up.
const MOST_HOPS: usize = 10;

/// The requests that a browser makes, one after the other.
#[derive(Debug, Serialize)]
pub(super) struct Chain {
    pub(super) hops: Vec<Hop>,
    /// Why it stops, unless with an answer that is no redirect.
    pub(super) stops: Option<String>,
}

/// A request on the way.
#[derive(Debug, Serialize)]
pub(super) struct Hop {
    pub(super) url: String,
    /// `None` if the Worker answers.
    pub(super) status: Option<u16>,
    pub(super) asset: Option<String>,
    pub(super) rule: String,
}

impl Hop {
    fn new(url: String, reply: &Reply) -> Hop {
        let assets = reply.assets.as_ref();
        Hop {
            url,
            status: assets.map(|assets| assets.status),
            asset: assets.and_then(|assets| assets.asset.clone()),
            rule: reply.rule.clone(),
        }
    }
}

/// Follows the redirects that begin with `reply`; `None` if that is none.
pub(super) fn follow(
    manifest: &Manifest<'_>,
    wanted: &Wanted<'_>,
    first: &str,
    reply: &Reply,
) -> Option<Chain> {
    let mut location = redirect(reply)?;
    let mut method = wanted.method.to_owned();
    let mut hops = vec![Hop::new(first.to_owned(), reply)];
    let stops = loop {
        if let Some(reason) = dead_end(wanted, &location) {
            break Some(reason);
        }
        if hops.iter().any(|hop| hop.url == location) {
            break Some(format!("{location} was asked for before: the redirects go round in a circle"));
        }
        if hops.len() > MOST_HOPS {
            break Some(format!("after {MOST_HOPS} redirects it still goes on, to {location}"));
        }
        if changes_method(hops.last(), &method) {
            method = "GET".to_owned();
        }
        let next = Wanted { url: location.as_bytes(), method: &method, headers: &[], ..*wanted };
        match ask(manifest, &next) {
            Err(error) => break Some(format!("{location} can't be asked for: {error:#}")),
            Ok(reply) => {
                hops.push(Hop::new(location, &reply));
                match redirect(&reply) {
                    Some(next) => location = next,
                    None => break None,
                }
            }
        }
    };
    Some(Chain { hops, stops })
}

fn redirect(reply: &Reply) -> Option<String> {
    let AssetsReply { status, .. } = reply.assets.as_ref()?;
    let location = reply.assets.as_ref()?.location()?;
    (300..400).contains(status).then(|| location.to_owned())
}

/// Why a location can't be followed within the site.
fn dead_end(wanted: &Wanted<'_>, location: &str) -> Option<String> {
    if location.starts_with("//") || location.starts_with("/\\") {
        return Some(format!("a browser reads the beginning of {location} as the name of another host"));
    }
    if location.starts_with('/') {
        return None;
    }
    let target = Wanted { url: location.as_bytes(), ..*wanted };
    match (target.parsed(), wanted.parsed()) {
        (Ok(there), Ok(here)) if there.host == here.host && location.contains("://") => None,
        _ => Some(format!("{location} is on another site")),
    }
}

/// Whether a browser goes on with GET.
fn changes_method(last: Option<&Hop>, method: &str) -> bool {
    match last.and_then(|hop| hop.status) {
        Some(303) => method != "HEAD",
        Some(301 | 302) => method == "POST",
        _ => false,
    }
}

fn ask(manifest: &Manifest<'_>, wanted: &Wanted<'_>) -> anyhow::Result<Reply> {
    let url = wanted.parsed()?;
    let mut scratch = Scratch::new();
    let path = RequestPath::parse(&url.target, &mut scratch)?;
    Reply::of(manifest, &wanted.request(&url, path), wanted.via)
}
