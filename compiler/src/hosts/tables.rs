//! The tables, a file a host, and what they have in common.

mod azure;
mod caddy;
mod firebase;
mod github_pages;
mod gitlab_pages;
mod misses;
mod netlify;
mod nginx;
mod render;
mod s3_website;
mod vercel;

use super::host::Host;
use super::row::HostRule;

pub use misses::miss_rules;
pub(crate) use misses::{bad_request, miss};

/// Observed by its authors on live hosts, 2021 to 2024.
const GUIDE: &str = "slorber/trailing-slash-guide, summary table";

/// Where two files could be meant.
const EITHER: &str = "slorber/trailing-slash-guide says 200, but not which of the two files";

const TABLES: &[&[HostRule]] = &[
    github_pages::RULES,
    netlify::RULES,
    vercel::RULES,
    azure::RULES,
    firebase::RULES,
    render::RULES,
    gitlab_pages::RULES,
    s3_website::RULES,
    nginx::RULES,
    caddy::RULES,
];

/// Every rule of every host that is not Cloudflare's, but for those of misses.
pub fn rules() -> impl Iterator<Item = &'static HostRule> {
    TABLES.iter().copied().flatten()
}

/// The rules that hold on a host, in order of precedence. Empty for Cloudflare, whose rules stand in `rules.rs`.
pub fn rules_of(host: Host) -> impl Iterator<Item = &'static HostRule> {
    rules().filter(move |rule| rule.on.contains(&host))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::hosts::row::{Does, Want};

    #[test]
    fn names_are_unique_and_begin_with_the_host() {
        let mut seen = BTreeSet::new();
        for rule in rules().chain(Host::ALL.iter().flat_map(|&host| miss_rules(host))) {
            let first = !seen.contains(rule.name);
            assert!(
                first || rule.name.contains("/not-found/") || rule.name.contains("/bad-"),
                "{}",
                rule.name
            );
            seen.insert(rule.name);
            for host in rule.on {
                assert!(rule.name.starts_with(&format!("{}/", host.name())), "{} on {host}", rule.name);
            }
            assert!(!rule.source.is_empty() && !rule.on.is_empty(), "{}", rule.name);
        }
    }

    #[test]
    fn a_row_that_serves_a_file_wants_it() {
        for rule in rules() {
            if let Does::Serve(file) = rule.does {
                let wants = [Want::File(file), Want::FileExactly(file)];
                assert!(wants.iter().any(|want| rule.wants.contains(want)), "{}", rule.name);
            }
        }
    }

    #[test]
    fn every_host_has_rules() {
        for &host in Host::ALL {
            assert_eq!(rules_of(host).next().is_none(), host.cloudflare().is_some(), "{host}");
        }
    }
}
