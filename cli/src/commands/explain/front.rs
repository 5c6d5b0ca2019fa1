//! What is asked before the files: the router, and the rules of `_redirects`.

use trailmark::{Manifest, Platform, RedirectRule, Request, RouterMatch, RouterVerdict, RuleId};

use super::steps::Step;
use crate::reply::Reply;

/// What the router decided without looking at any file; nothing if the site has no script and no rules for one.
pub(super) fn router(manifest: &Manifest<'_>, request: &Request<'_>) -> Option<Step> {
    let path = request.path.path();
    let words = Words::of(manifest.platform());
    match manifest.router_verdict(request) {
        RouterVerdict::Assets(None) if manifest.router_rules().next().is_none() => None,
        RouterVerdict::Assets(None) => {
            Some(Step::refused(words.rule, format!("no rule of {} matches {path}", words.list)))
        }
        RouterVerdict::Assets(Some(found)) => {
            let because = format!("{} matches {path}: the assets answer", words.show(manifest, found));
            Some(Step::refused(words.rule, because))
        }
        RouterVerdict::Script(rule, found) => {
            let because = match found {
                Some(found) => format!("{} matches {path}", words.show(manifest, found)),
                None => "it holds for every path".to_owned(),
            };
            Some(Step::applied(rule, because))
        }
        RouterVerdict::AskAssets { with_not_found } => {
            let has_rules = manifest.router_rules().next().is_some();
            let rule = if has_rules { words.rule } else { RuleId::ROUTER_MISS };
            let counts = if with_not_found { "counts" } else { "does not count" };
            let because = format!(
                "there is a {}, but the files are asked first; a not-found page {counts} as an answer of theirs",
                words.script
            );
            Some(Step::refused(rule, because))
        }
        RouterVerdict::Exception(rule, found) => {
            let matched = found.map(|found| format!("{} is tried for {path}", words.show(manifest, found)));
            Some(Step::applied(rule, matched.unwrap_or_else(|| format!("it holds for {path}, too"))))
        }
        _ => None,
    }
}

/// What the platform calls a script.
pub(super) fn script_of(platform: Platform) -> &'static str {
    Words::of(platform).script
}

/// The platform's own words.
struct Words {
    script: &'static str,
    list: &'static str,
    rule: RuleId,
}

impl Words {
    fn of(platform: Platform) -> Words {
        match platform {
            Platform::Pages => {
                Words { script: "Function", list: "`_routes.json`", rule: RuleId::ROUTES_INCLUDE }
            }
            _ => Words { script: "Worker", list: "`run_worker_first`", rule: RuleId::ROUTER_RULE },
        }
    }

    fn show(&self, manifest: &Manifest<'_>, found: RouterMatch) -> String {
        let text = manifest.router_rule(found);
        match (manifest.platform(), found.excludes) {
            (Platform::Pages, true) => format!("`{text}` of `exclude` in {}", self.list),
            (Platform::Pages, false) => format!("`{text}` of `include` in {}", self.list),
            (_, true) => format!("`!{text}` of {}", self.list),
            (_, false) => format!("`{text}` of {}", self.list),
        }
    }
}

/// What the rules of `_redirects` did; nothing if there are none.
pub(super) fn redirects(manifest: &Manifest<'_>, request: &Request<'_>, reply: &Reply) -> Option<Step> {
    let path = request.path.path();
    let rules = manifest.redirect_rules().len();
    if rules == 0 {
        return None;
    }
    let Some(rule) = rule_of(manifest, reply) else {
        return Some(Step::refused(
            RuleId::REDIRECTS_RULE,
            format!("none of its {rules} rules matches {path}"),
        ));
    };
    let because =
        format!("line {} matches {path}: `{} {} {}`", rule.line, rule.from, rule.target(), rule.status);
    Some(match rule.rewritten_path(request) {
        Some(other) => Step::applied(
            RuleId::REDIRECTS_RULE,
            format!("{because}; its status 200 means: go on as if {other} had been asked for"),
        ),
        None => Step::applied(RuleId::REDIRECTS_RULE, because),
    })
}

/// The rule of `_redirects` that had its part in an answer.
pub(super) fn rule_of<'m>(manifest: &'m Manifest<'m>, reply: &Reply) -> Option<RedirectRule<'m>> {
    manifest.redirect_rule(reply.redirect?)
}
