//! The user's own code beside the assets, as a random case configures it: a Worker with `run_worker_first`, or a Pages Function
//! with `_routes.json`.

use serde_json::{Value, json};
use trailmark_compiler::ScriptOptions;
use trailmark_compiler::config::wrangler::RunWorkerFirst;
use trailmark_compiler::options::Platform;

use super::random::Random;
use super::targets::canonical;
use super::tree::Tree;
use super::words::{COMPATIBILITY, ROUTER_RULES};

/// A Worker script or a Pages Function.
#[derive(Debug, Clone)]
pub(super) struct Script {
    /// Whether there is one; `run_worker_first` means something without it, too.
    pub(super) exists: bool,
    /// Workers only.
    pub(super) run_worker_first: Option<RunWorkerFirst>,
    /// Workers only.
    pub(super) compatibility_date: String,
    /// Workers only.
    pub(super) compatibility_flags: &'static [&'static str],
    /// The text of `_routes.json`.
    pub(super) routes: Option<String>,
    /// What requests should aim at.
    pub(super) aims: Vec<String>,
}

impl Script {
    /// A script for this tree; in most cases it exists.
    pub(super) fn random(platform: Platform, tree: &Tree, random: &mut Random) -> Script {
        let (date, compatibility_flags) = random.pick(COMPATIBILITY);
        let mut script = Script {
            exists: random.chance(90),
            run_worker_first: None,
            compatibility_date: date.to_owned(),
            compatibility_flags,
            routes: None,
            aims: Vec::new(),
        };
        match platform {
            Platform::Workers => {
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
            compatibility_date: Some(self.compatibility_date.clone()),
            compatibility_flags: self.compatibility_flags.iter().map(|&flag| flag.to_owned()).collect(),
        }
    }

    /// For the driver.
    pub(super) fn add_to(&self, case: &mut Value, platform: Platform) {
        if platform == Platform::Pages {
            case["functions"] = json!(self.exists);
            return;
        }
        case["worker"] = json!(self.exists);
        case["compatibility_date"] = json!(self.compatibility_date);
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
        write!(f, "exists: {}, {} {:?}", self.exists, self.compatibility_date, self.compatibility_flags)?;
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
            0..50 => random.pick(ROUTER_RULES).to_owned(),
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
