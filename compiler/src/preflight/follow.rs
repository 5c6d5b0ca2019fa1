//! Follows redirects through a manifest as a browser follows them through the site.

use std::cell::Cell;

use trailmark::{Decision, Manifest, Request, RequestPath, Scratch};

use crate::config::redirects::RedirectRule;

/// The most redirects that are followed; browsers give up at about as many.
const MOST_HOPS: usize = 20;

/// What all requests for one site may cost, in parts of patterns times bytes. A site with a hundred ordinary patterns
/// and two thousand static rules takes a tenth of it.
const BUDGET: u64 = 1_000_000_000;

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
    /// No request path, or no time to ask.
    Unknown,
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

/// Asks a manifest, but not for ever: rules can be made that take long to match, and then there is no answer any more.
pub(super) struct Asker<'m> {
    manifest: &'m Manifest<'m>,
    /// What a request costs at most, whatever its path: every pattern is read.
    fixed_cost: u64,
    /// What a byte of a path costs at most: the parts of all patterns.
    part_count: u64,
    budget: Cell<u64>,
}

impl<'m> Asker<'m> {
    pub(super) fn new(manifest: &'m Manifest<'m>, rules: &[RedirectRule]) -> Self {
        let part_count =
            |rule: &RedirectRule| rule.pattern.as_ref().map_or(0, |pattern| pattern.tokens().len() as u64);
        // A pattern is read once for each of its names.
        let fixed_cost = rules.iter().map(|rule| part_count(rule) * rule.from.len() as u64).sum();
        let part_count = rules.iter().map(part_count).sum::<u64>() + 1;
        Asker { manifest, fixed_cost, part_count, budget: Cell::new(BUDGET) }
    }

    /// Follows redirects from a target: path and query, encoded.
    pub(super) fn follow(&self, start: &str) -> Walk {
        follow(self, start)
    }

    /// The answer to one request, for a target: path and query, encoded.
    pub(super) fn ask(&self, target: &str) -> Answered {
        let cost = self.fixed_cost + self.part_count * target.len() as u64;
        match self.budget.get().checked_sub(cost) {
            Some(left) => {
                self.budget.set(left);
                ask(self.manifest, target)
            }
            None => Answered::End(End::Unknown),
        }
    }
}

fn follow(asker: &Asker<'_>, start: &str) -> Walk {
    let mut hops: Vec<Hop> = Vec::new();
    let mut at = start.to_owned();
    loop {
        match asker.ask(&at) {
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

fn ask(manifest: &Manifest<'_>, target: &str) -> Answered {
    let mut scratch = Scratch::new();
    let Ok(path) = RequestPath::parse(target, &mut scratch) else { return Answered::End(End::Unknown) };
    let mut request = Request::get(path);
    request.host = HOST;
    let answer = match manifest.decide(&request) {
        Decision::Assets(answer) => answer,
        Decision::Worker { router_match, .. } => {
            return Answered::End(End::Script(router_match.is_some()));
        }
        _ => return Answered::End(End::Unknown),
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
