//! The user's own code beside the assets, as a random case configures it: a Worker with `run_worker_first`, or a Pages Function
//! with `_routes.json`.

use serde_json::{Value, json};
use trailmark_compiler::ScriptOptions;
use trailmark_compiler::config::wrangler::RunWorkerFirst;
use trailmark_compiler::options::Platform;

use super::random::Random;
use super::targets::canonical;
use super::tree::Tree;

/// A Worker script or a Pages Function.
#[derive(Debug, Clone, Default)]
pub(super) struct Script {
    /// Workers; `run_worker_first` also means something without a script.
    pub(super) exists: bool,
    run_worker_first: Option<RunWorkerFirst>,
    compatibility_date: Option<&'static str>,
    compatibility_flags: &'static [&'static str],
    /// The text of `_routes.json`.
    pub(super) routes: Option<String>,
    /// What requests should aim at.
    pub(super) aims: Vec<String>,
}

/// Dates and flags that the platform takes together.
const COMPATIBILITY: &[(Option<&str>, &[&str])] = &[
    (None, &[]),
    (Some("2025-03-31"), &[]),
    (Some("2025-04-01"), &[]),
    (Some("2024-01-01"), &["assets_navigation_prefers_asset_serving"]),
    (Some("2025-06-01"), &["assets_navigation_has_no_effect"]),
    (Some("2023-05-05"), &["nodejs_compat"]),
];

const PATTERNS: &[&str] = &[
    "/*",
    "/api/*",
    "/api",
    "/*.html",
    "/a*",
    "/",
    "/x/*/y",
    "/%61pi/*",
    "/é/*",
    "/%C3%A9",
    "/*x",
    "/a//b",
    "/index",
    "/index.html",
    "/nope/*",
    "/*/index.html",
    "/a.b*",
    "/(p)",
    "/[s]*",
    "/a?b*",
    "/a+b",
    "/$x",
];

impl Script {
    /// A script for this tree; in most cases it exists.
    pub(super) fn random(platform: Platform, tree: &Tree, random: &mut Random) -> Script {
        let mut script = Script { exists: random.chance(90), ..Script::default() };
        match platform {
            Platform::Workers => {
                (script.compatibility_date, script.compatibility_flags) = random.pick(COMPATIBILITY);
                script.run_worker_first = random_first(tree, random);
                if let Some(RunWorkerFirst::Rules(rules)) = &script.run_worker_first {
                    script.aims = rules.iter().map(|rule| rule.trim_start_matches('!').to_owned()).collect();
                }
            }
            Platform::Pages => {
                if random.chance(80) {
                    let (include, exclude) = (patterns(tree, 1, random), patterns(tree, 0, random));
                    script.aims = include.iter().chain(&exclude).cloned().collect();
                    let routes = json!({ "version": 1, "include": include, "exclude": exclude });
                    script.routes = Some(routes.to_string());
                }
            }
        }
        script
    }

    /// For the compiler.
    pub(super) fn options(&self) -> ScriptOptions {
        ScriptOptions {
            has_script: self.exists,
            run_worker_first: self.run_worker_first.clone(),
            compatibility_date: Some(self.date().to_owned()),
            compatibility_flags: self.compatibility_flags.iter().map(|&flag| flag.to_owned()).collect(),
        }
    }

    fn date(&self) -> &'static str {
        self.compatibility_date.unwrap_or("2025-07-21")
    }

    /// For the driver.
    pub(super) fn add_to(&self, case: &mut Value, platform: Platform) {
        if platform == Platform::Pages {
            case["functions"] = json!(self.exists);
            return;
        }
        case["worker"] = json!(self.exists);
        case["compatibility_date"] = json!(self.date());
        case["compatibility_flags"] = json!(self.compatibility_flags);
        match &self.run_worker_first {
            None => {}
            Some(RunWorkerFirst::Bool(value)) => case["run_worker_first"] = json!(value),
            Some(RunWorkerFirst::Rules(rules)) => case["run_worker_first"] = json!(rules),
        }
    }
}

impl std::fmt::Display for Script {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "exists: {}, {} {:?}", self.exists, self.date(), self.compatibility_flags)?;
        if let Some(first) = &self.run_worker_first {
            write!(f, ", run_worker_first {first:?}")?;
        }
        match &self.routes {
            Some(routes) => write!(f, ", _routes.json {routes}"),
            None => Ok(()),
        }
    }
}

fn random_first(tree: &Tree, random: &mut Random) -> Option<RunWorkerFirst> {
    match random.below(100) {
        0..40 => None,
        40..45 => Some(RunWorkerFirst::Bool(false)),
        45..55 => Some(RunWorkerFirst::Bool(true)),
        _ => {
            let mut rules = patterns(tree, 1, random);
            rules.extend(patterns(tree, 0, random).into_iter().map(|rule| format!("!{rule}")));
            Some(RunWorkerFirst::Rules(rules))
        }
    }
}

/// A few patterns, none of which makes another superfluous.
fn patterns(tree: &Tree, at_least: usize, random: &mut Random) -> Vec<String> {
    let mut rules: Vec<String> = Vec::new();
    for _ in 0..at_least + random.below(3) {
        let rule = match random.below(100) {
            0..50 => random.pick(PATTERNS).to_owned(),
            50..75 => format!("{}/*", canonical(random.pick(&tree.folders()))),
            _ => {
                let files: Vec<&String> = tree.files.keys().collect();
                let path = if files.is_empty() { "/" } else { random.pick(&files).trim_end_matches(".html") };
                canonical(path)
            }
        };
        let covers =
            |wide: &str, rule: &str| wide.strip_suffix('*').is_some_and(|prefix| rule.starts_with(prefix));
        let clashes = |other: &String| *other == rule || covers(other, &rule) || covers(&rule, other);
        // Now and then one that must be refused.
        if rule.len() <= 100 && (random.chance(1) || !rules.iter().any(clashes)) {
            rules.push(rule);
        }
    }
    rules
}
