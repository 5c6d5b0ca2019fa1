//! The rules of `assets.run_worker_first`, checked and split.
//!
//! Given: the list as configured. Gives: the patterns that send a request to the Worker and those that send
//! it to the assets, or why the platform would refuse the list. The limits are those of `docs/ROUTING.md`,
//! "The router", and the checks run in the platform's order (workers-sdk:
//! `workers-shared/utils/configuration/parseStaticRouting.ts`). What a pattern matches is decided by the
//! runtime.

use std::collections::HashSet;
use std::fmt;

/// The most rules that the platform takes.
pub const MAX_RULE_COUNT: usize = 100;
/// The longest rule that the platform takes, its `!` included, in UTF-16 code units.
pub const MAX_RULE_LEN: usize = 100;

/// The rules of a valid list, in the order in which they were given.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct StaticRouting {
    /// Patterns whose requests go to the Worker before the assets are asked. At least one.
    pub include: Vec<String>,
    /// Patterns, without their `!`, whose requests go to the assets; they win over `include`.
    pub exclude: Vec<String>,
}

/// Checks a `run_worker_first` list and splits it in two.
///
/// Given: the rules as they stand in the configuration, each `/...` or `!/...`. Cost: O(rules²).
///
/// # Errors
///
/// What the platform refuses is refused: no rule or more than [`MAX_RULE_COUNT`], exclusions only, and rules
/// which do not begin as they must, are longer than [`MAX_RULE_LEN`], occur twice, or are covered by another
/// one of the same sign that ends in `*`.
pub fn validate_rules(rules: &[String]) -> Result<StaticRouting, RulesError> {
    if rules.is_empty() {
        return Err(RulesError::Empty);
    }
    if rules.len() > MAX_RULE_COUNT {
        return Err(RulesError::TooMany { count: rules.len(), max: MAX_RULE_COUNT });
    }
    let with_sign = |sign| rules.iter().enumerate().filter(move |(_, rule)| sign_of(rule) == sign);
    let include: Vec<_> = with_sign(Some(Sign::Include)).collect();
    let exclude: Vec<_> = with_sign(Some(Sign::Exclude)).collect();
    if include.is_empty() && !exclude.is_empty() {
        return Err(RulesError::OnlyExclusions);
    }
    let mut invalid: Vec<_> =
        with_sign(None).map(|(index, rule)| InvalidRule::new(index, rule, RuleProblem::Start)).collect();
    invalid.extend(problems(&include));
    invalid.extend(problems(&exclude));
    if !invalid.is_empty() {
        return Err(RulesError::Invalid { rules: invalid });
    }
    Ok(StaticRouting {
        include: include.into_iter().map(|(_, rule)| rule.clone()).collect(),
        exclude: exclude.into_iter().map(|(_, rule)| rule.trim_start_matches('!').to_owned()).collect(),
    })
}

/// Why a whole `run_worker_first` list is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum RulesError {
    /// The list has no rule.
    #[error("`run_worker_first` lists no rule; give at least one, or remove it")]
    Empty,
    /// The list has too many rules, repeated ones included.
    #[error("`run_worker_first` lists {count} rules, and the platform takes {max}; join some with `*`")]
    TooMany {
        /// How many were given.
        count: usize,
        /// How many the platform takes.
        max: usize,
    },
    /// Every rule begins with `!`.
    #[error("`run_worker_first` lists only exclusions (`!/...`); add at least one rule that begins with `/`")]
    OnlyExclusions,
    /// Some rules are refused. The list is never empty.
    #[error("invalid rules in `run_worker_first`: {}", join(rules))]
    Invalid {
        /// The refused rules, in the platform's order: wrong beginnings, then inclusions, then exclusions. A
        /// rule occurs once for each of its problems.
        rules: Vec<InvalidRule>,
    },
}

/// A rule that is refused, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InvalidRule {
    /// Its place in the list, counted from 0.
    pub index: usize,
    /// The rule as configured.
    pub rule: String,
    /// What is wrong with it.
    pub problem: RuleProblem,
}

/// What is wrong with a rule.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum RuleProblem {
    /// It begins with neither `/` nor `!/`.
    Start,
    /// It is longer than [`MAX_RULE_LEN`].
    TooLong,
    /// It stands in the list before.
    Duplicate,
    /// Another rule of the same sign covers it.
    Redundant {
        /// The rule that covers it.
        by: String,
    },
}

impl InvalidRule {
    fn new(index: usize, rule: &str, problem: RuleProblem) -> Self {
        Self { index, rule: rule.to_owned(), problem }
    }
}

impl fmt::Display for InvalidRule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}` ", self.rule)?;
        match &self.problem {
            RuleProblem::Start if self.rule.starts_with('!') => write!(f, "must begin with `!/`"),
            RuleProblem::Start => write!(f, "must begin with `/` or `!/`"),
            RuleProblem::TooLong => write!(f, "is longer than {MAX_RULE_LEN} characters"),
            RuleProblem::Duplicate => write!(f, "is listed twice; remove one"),
            RuleProblem::Redundant { by } => write!(f, "is covered by `{by}`; remove it"),
        }
    }
}

/// Which way a rule sends a request.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Sign {
    Include,
    Exclude,
}

/// The sign of a rule, `None` if it begins as no rule may.
fn sign_of(rule: &str) -> Option<Sign> {
    if rule.starts_with("!/") {
        Some(Sign::Exclude)
    } else if rule.starts_with('/') {
        Some(Sign::Include)
    } else {
        None
    }
}

/// The problems of the rules of one sign, given with their place in the list.
fn problems(rules: &[(usize, &String)]) -> Vec<InvalidRule> {
    let mut found = Vec::new();
    let mut seen = HashSet::new();
    for &(index, rule) in rules {
        if rule.encode_utf16().count() > MAX_RULE_LEN {
            found.push(InvalidRule::new(index, rule, RuleProblem::TooLong));
        }
        if !seen.insert(rule) {
            found.push(InvalidRule::new(index, rule, RuleProblem::Duplicate));
        }
        if let Some(prefix) = rule.strip_suffix('*') {
            let covered = rules.iter().filter(|(_, other)| *other != rule && other.starts_with(prefix));
            found.extend(covered.map(|(index, other)| {
                InvalidRule::new(*index, other, RuleProblem::Redundant { by: rule.clone() })
            }));
        }
    }
    found
}

fn join(rules: &[InvalidRule]) -> String {
    rules.iter().map(InvalidRule::to_string).collect::<Vec<_>>().join("; ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn validate(rules: &[&str]) -> Result<StaticRouting, RulesError> {
        validate_rules(&rules.iter().map(|rule| (*rule).to_owned()).collect::<Vec<_>>())
    }

    /// The refused rules and their problems.
    fn refused(rules: &[&str]) -> Vec<(String, RuleProblem)> {
        match validate(rules) {
            Err(RulesError::Invalid { rules }) => rules.into_iter().map(|r| (r.rule, r.problem)).collect(),
            other => panic!("expected invalid rules, got {other:?}"),
        }
    }

    fn redundant(rule: &str, by: &str) -> Vec<(String, RuleProblem)> {
        vec![(rule.to_owned(), RuleProblem::Redundant { by: by.to_owned() })]
    }

    #[test]
    fn valid_list_is_split_by_sign_and_loses_its_exclamation_marks() {
        let routing = validate(&["/api/*", "!/api/docs/*", "/x"]).unwrap();
        assert_eq!(routing.include, ["/api/*", "/x"]);
        assert_eq!(routing.exclude, ["/api/docs/*"]);
    }

    #[test]
    fn list_needs_a_rule_that_is_no_exclusion() {
        assert_eq!(validate(&[]), Err(RulesError::Empty));
        assert_eq!(validate(&["!/x"]), Err(RulesError::OnlyExclusions));
        assert_eq!(validate(&["!", "!/x"]), Err(RulesError::OnlyExclusions));
    }

    #[test]
    fn list_takes_one_hundred_rules() {
        let names: Vec<_> = (0..101).map(|n| format!("/r{n}")).collect();
        assert!(validate_rules(&names[..100]).is_ok());
        assert_eq!(validate_rules(&names), Err(RulesError::TooMany { count: 101, max: 100 }));
    }

    #[test]
    fn rule_begins_with_a_slash_after_an_optional_exclamation_mark() {
        for rule in ["api", "!api", "https://example.com/x", "*", "", "!"] {
            assert_eq!(refused(&[rule, "/x"]), [(rule.to_owned(), RuleProblem::Start)]);
        }
        assert_eq!(refused(&["api"]), [("api".to_owned(), RuleProblem::Start)]);
    }

    #[test]
    fn rule_has_at_most_one_hundred_characters_with_its_exclamation_mark() {
        let rule = |len: usize| format!("/{}", "x".repeat(len - 1));
        assert!(validate(&[&rule(100)]).is_ok());
        assert_eq!(refused(&[&rule(101)]), [(rule(101), RuleProblem::TooLong)]);
        let negative = format!("!{}", rule(100));
        assert_eq!(refused(&["/y", &negative]), [(negative.clone(), RuleProblem::TooLong)]);
    }

    #[test]
    fn rule_is_refused_when_repeated() {
        assert_eq!(refused(&["/a", "/a"]), [("/a".to_owned(), RuleProblem::Duplicate)]);
        assert_eq!(refused(&["/a*", "/a*"]), [("/a*".to_owned(), RuleProblem::Duplicate)]);
    }

    #[test]
    fn rule_is_refused_when_another_of_the_same_sign_covers_it() {
        assert_eq!(refused(&["/a*", "/ab"]), redundant("/ab", "/a*"));
        assert_eq!(refused(&["/*", "/api"]), redundant("/api", "/*"));
        assert_eq!(refused(&["/a/*", "/a/b", "!/a/b"]), redundant("/a/b", "/a/*"));
        assert_eq!(refused(&["!/a/*", "!/a/b", "/x"]), redundant("!/a/b", "!/a/*"));
    }

    #[test]
    fn star_inside_a_rule_covers_nothing() {
        assert!(validate(&["/*x", "/*x/y"]).is_ok());
        assert!(validate(&["/*"]).is_ok());
    }

    #[test]
    fn message_names_every_refused_rule_and_what_to_do() {
        let message = validate(&["!x", "/a*", "/ab"]).unwrap_err().to_string();
        assert_eq!(
            message,
            "invalid rules in `run_worker_first`: `!x` must begin with `!/`; `/ab` is covered by `/a*`; remove it"
        );
    }
}
