//! Follows redirects through a manifest as a browser follows them through the site.

use trailmark::{Decision, Manifest, Request, RequestPath, Scratch};

/// The most redirects that are followed; browsers give up at about as many.
const MOST_HOPS: usize = 20;

/// A host that is nobody's, so that every target with a host leads elsewhere.
const HOST: &str = "site.invalid";

/// Where a request leads, step by step.
#[derive(Debug)]
pub(super) struct Walk {
    /// The redirects, in order.
    pub(super) hops: Vec<Hop>,
    /// What comes at the end.
    pub(super) end: End,
}

/// An answer that redirects.
#[derive(Debug)]
pub(super) struct Hop {
    /// The status.
    pub(super) status: u16,
    /// The index of the `_redirects` rule that gave it, or had its part in it.
    pub(super) rule: Option<usize>,
    /// Where it leads.
    pub(super) to: String,
}

/// What comes at the end of redirects.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum End {
    /// An answer that is no redirect, with the rule that had its part in it and the file that is shown.
    Answer {
        /// The status.
        status: u16,
        /// The index of the `_redirects` rule.
        rule: Option<usize>,
        /// Its site path.
        file: Option<String>,
    },
    /// The Worker or Function is asked, because the router says so (`true`), or because there is no answer among the files.
    Script(bool),
    /// Another host.
    Elsewhere,
    /// A place where the walk has been before.
    Loop,
    /// No end in sight.
    Endless,
    /// No request path.
    Unreadable,
}

/// What one request gives.
pub(super) enum Answered {
    /// A redirect.
    Hop(Hop),
    /// Anything else.
    End(End),
}

impl Answered {
    /// The index of the `_redirects` rule that had its part in it.
    pub(super) fn rule(&self) -> Option<usize> {
        match self {
            Answered::Hop(hop) => hop.rule,
            Answered::End(End::Answer { rule, .. }) => *rule,
            Answered::End(_) => None,
        }
    }
}

impl Walk {
    /// The index of the `_redirects` rule that had its part in the first answer.
    pub(super) fn first_rule(&self) -> Option<usize> {
        match (self.hops.first(), &self.end) {
            (Some(hop), _) => hop.rule,
            (None, End::Answer { rule, .. }) => *rule,
            (None, _) => None,
        }
    }
}

/// Follows redirects from a target: path and query, encoded.
pub(super) fn follow(manifest: &Manifest<'_>, start: &str) -> Walk {
    let mut hops: Vec<Hop> = Vec::new();
    let mut at = start.to_owned();
    loop {
        match ask(manifest, &at) {
            Answered::End(end) => return Walk { hops, end },
            Answered::Hop(hop) => {
                at = hop.to.split('#').next().unwrap_or_default().to_owned();
                let is_known = at == start || hops.iter().any(|earlier| earlier.to == at);
                hops.push(hop);
                if is_known {
                    return Walk { hops, end: End::Loop };
                }
            }
        }
        if !at.starts_with('/') || at.starts_with("//") {
            return Walk { hops, end: End::Elsewhere };
        }
        if hops.len() >= MOST_HOPS {
            return Walk { hops, end: End::Endless };
        }
    }
}

/// The answer to one request, for a target: path and query, encoded.
pub(super) fn ask(manifest: &Manifest<'_>, target: &str) -> Answered {
    let mut scratch = Scratch::new();
    let Ok(path) = RequestPath::parse(target, &mut scratch) else { return Answered::End(End::Unreadable) };
    let mut request = Request::get(path);
    request.host = HOST;
    let answer = match manifest.decide(&request) {
        Decision::Assets(answer) => answer,
        Decision::Worker { router_match, .. } => {
            return Answered::End(End::Script(router_match.is_some()));
        }
        _ => return Answered::End(End::Unreadable),
    };
    match answer.location() {
        Some(location) => {
            Answered::Hop(Hop { status: answer.status, rule: answer.redirect, to: location.to_string() })
        }
        None => Answered::End(End::Answer {
            status: answer.status,
            rule: answer.redirect,
            file: answer.body.map(|asset| asset.site_path().to_string()),
        }),
    }
}
