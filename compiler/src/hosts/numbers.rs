//! The numbers under which manifests know the rules of other hosts: one list, to which names are appended. None is ever taken out or
//! moved, so that a number means the same rule for ever; the names stand in every manifest as well.

use trailmark::RuleId;

/// The number of the first of them. Those of Cloudflare's rules are far below.
pub const FIRST_HOST_RULE: u16 = 1024;

/// The number of a rule, by its name. O(rules).
pub(crate) fn number_of(name: &str) -> RuleId {
    let place = NAMES.iter().position(|known| *known == name).and_then(|place| u16::try_from(place).ok());
    RuleId(place.map_or(trailmark::format::NONE_U16, |place| FIRST_HOST_RULE + place))
}

/// Every rule of other hosts with its number, in the order of the numbers.
pub fn numbered_rules() -> impl Iterator<Item = (RuleId, &'static str)> {
    (FIRST_HOST_RULE..).map(RuleId).zip(NAMES.iter().copied())
}

/// In the order of their numbers. Append only.
const NAMES: &[&str] = &[
    "github-pages/exact",
    "github-pages/folder",
    "github-pages/page",
    "github-pages/to-folder",
    "github-pages/to-folder-without-index",
    "netlify/exact",
    "netlify/lower-case",
    "netlify/any-case",
    "netlify/slash/to-page",
    "netlify/both/folder",
    "netlify/folder",
    "netlify/both/page",
    "netlify/slash/page",
    "netlify/page",
    "netlify/to-folder",
    "netlify/bare/folder",
    "vercel/clean-urls/root-index",
    "vercel/clean-urls/index",
    "vercel/clean-urls/index-to-slash",
    "vercel/clean-urls/html",
    "vercel/clean-urls/html-to-slash",
    "vercel/trailing-slash/add",
    "vercel/trailing-slash/extension",
    "vercel/trailing-slash/remove",
    "vercel/exact",
    "vercel/both/page",
    "vercel/both/slash-page",
    "vercel/page",
    "vercel/slash/page",
    "vercel/folder",
    "vercel/bare/folder",
    "azure/root-index",
    "azure/index-html/to-slash",
    "azure/index-html/to-bare",
    "azure/html/to-bare",
    "azure/html/to-slash",
    "azure/exact",
    "azure/slash/to-bare-folder",
    "azure/root",
    "azure/both/folder",
    "azure/folder",
    "azure/slash/to-page",
    "azure/slash/to-bare",
    "azure/slash/page",
    "azure/both/page",
    "azure/page",
    "azure/bare/to-page",
    "azure/bare/to-folder",
    "azure/bare/folder",
    "firebase/clean-urls/root-index",
    "firebase/clean-urls/index-html",
    "firebase/clean-urls/index-html-to-slash",
    "firebase/clean-urls/html",
    "firebase/clean-urls/nameless",
    "firebase/clean-urls/html-to-slash",
    "firebase/exact",
    "firebase/to-folder",
    "firebase/folder-to-bare",
    "firebase/folder",
    "firebase/bare/folder",
    "firebase/clean-urls/slash-to-page",
    "firebase/clean-urls/index-to-slash",
    "firebase/clean-urls/page-to-slash",
    "firebase/clean-urls/root-index-name",
    "firebase/clean-urls/index",
    "firebase/clean-urls/root-index-slash",
    "firebase/clean-urls/index-slash",
    "firebase/clean-urls/page",
    "firebase/clean-urls/slash-page",
    "render/exact",
    "render/both/folder",
    "render/both/page",
    "render/folder",
    "render/slash/page",
    "render/page",
    "render/bare/folder",
    "gitlab-pages/exact",
    "gitlab-pages/to-folder",
    "gitlab-pages/folder",
    "gitlab-pages/folder-without-index",
    "gitlab-pages/page",
    "gitlab-pages/slash/page",
    "s3-website/exact",
    "s3-website/folder",
    "s3-website/to-folder",
    "nginx/exact",
    "nginx/try-files/page",
    "nginx/to-folder",
    "nginx/folder",
    "nginx/folder-without-index",
    "caddy/exact",
    "caddy/folder",
    "caddy/folder-text",
    "caddy/to-folder",
    "caddy/to-folder-text",
    "github-pages/not-found/404-page",
    "github-pages/not-found/none",
    "netlify/not-found/404-page",
    "netlify/not-found/none",
    "vercel/not-found/404-page",
    "vercel/not-found/none",
    "azure/not-found/none",
    "firebase/not-found/404-page",
    "firebase/not-found/none",
    "render/not-found/404-page",
    "render/not-found/none",
    "gitlab-pages/not-found/404-page",
    "gitlab-pages/not-found/none",
    "s3-website/not-found/none",
    "nginx/not-found/none",
    "caddy/not-found/none",
    "nginx/bad-request",
    "caddy/bad-request",
    "gitlab-pages/bad-request",
];

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::hosts::{Host, miss_rules, rules};

    #[test]
    fn every_rule_has_one_number() {
        let unique: BTreeSet<&str> = NAMES.iter().copied().collect();
        assert_eq!(unique.len(), NAMES.len());
        for rule in rules().chain(Host::ALL.iter().flat_map(|&host| miss_rules(host))) {
            assert!(unique.contains(rule.name), "{} has no number: append it", rule.name);
        }
        assert!(crate::rules::all().all(|(id, _)| id.0 < FIRST_HOST_RULE));
    }
}
