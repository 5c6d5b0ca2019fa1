//! `_routes.json` of Pages: which requests go to the site's Functions, and which straight to its assets.
//!
//! Given the text of the file, [`parse`] gives the rules or the reason for which the platform refuses them;
//! [`Routes::handler`] answers a request. A rule is a regular expression in which `.` and `*` have been given
//! another meaning; so a small part of JavaScript's regular expressions is here, matched without
//! backtracking. Source: `docs/ROUTING.md`, "`_routes.json`", and the behaviour of `wrangler pages dev`.

use serde_json::Value;

use super::Position;
use trailmark::regex::{Regex, RegexError};

/// The most rules of both lists together.
pub const MAX_RULES: usize = 100;

/// The longest rule, in UTF-16 units.
pub const MAX_RULE_UNITS: usize = 100;

/// A valid `_routes.json`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Routes {
    /// The rules for what goes to the Functions.
    pub include: Vec<RouteRule>,
    /// The rules for what goes to the assets; they are looked at first.
    pub exclude: Vec<RouteRule>,
    /// What there is to know about rules, in their order.
    pub notes: Vec<RouteNote>,
}

/// One rule of `_routes.json`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RouteRule {
    /// The rule as written.
    pub text: String,
    /// The regular expression that the platform makes of it; `None` where that is invalid.
    regex: Option<Regex>,
}

/// Who answers a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Handler {
    /// The site's Functions, or its `_worker.js`.
    Function,
    /// The assets.
    Assets,
    /// Nobody: a rule on the way is no regular expression, and the platform answers with status 500.
    Exception,
}

/// Something to know about a rule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RouteNote {
    /// The rule as written.
    pub rule: String,
    /// What is unexpected about it.
    pub reason: RouteReason,
}

/// What is unexpected about a rule.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum RouteReason {
    /// It is no regular expression.
    #[error(
        "the cause of a status 500 for every request that reaches it, because the platform makes a regular \
         expression of it, and that is invalid: {problem}"
    )]
    InvalidRegex {
        /// What is wrong with it.
        problem: &'static str,
    },
    /// It has a character that means something in a regular expression.
    #[error(
        "taken for a regular expression by `wrangler pages dev`, because it has the character `{character}` in it; \
         in production it may be taken as it stands"
    )]
    RegexCharacter {
        /// The first such character.
        character: char,
    },
    /// It has a character that no request path has.
    #[error(
        "of no use as it stands, because no request path has the character `{character}` in it unencoded"
    )]
    UnmatchableCharacter {
        /// The first such character.
        character: char,
    },
}

/// Why the platform refuses a `_routes.json`.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum RoutesError {
    /// It is not JSON.
    #[error("not JSON, at {at}: {message}")]
    Json {
        /// The place.
        at: Position,
        /// What is wrong there.
        message: String,
    },
    /// It has not the members that it must have.
    #[error("not a version 1 routes file: {problem}")]
    Shape {
        /// What is wrong.
        problem: &'static str,
    },
    /// Nothing is included.
    #[error("`include` has no rules; it needs one at least")]
    NoInclude,
    /// There are too many rules.
    #[error("{found} rules in `include` and `exclude` together; at most {MAX_RULES} are allowed")]
    TooManyRules {
        /// How many.
        found: usize,
    },
    /// A rule is not a text.
    #[error("`{list}` has something in it that is not a text: {found}")]
    RuleNotText {
        /// `include` or `exclude`.
        list: &'static str,
        /// The value, as JSON.
        found: String,
    },
    /// A rule is too long.
    #[error("the rule `{rule}` has {units} UTF-16 units; at most {MAX_RULE_UNITS} are allowed")]
    RuleTooLong {
        /// The rule.
        rule: String,
        /// Its length.
        units: usize,
    },
    /// A rule does not begin with `/`.
    #[error("the rule `{rule}` does not begin with `/`")]
    RuleWithoutSlash {
        /// The rule.
        rule: String,
    },
    /// A rule stands under another.
    #[error("the rule `{rule}` overlaps with `{under}` of the same list, which covers it")]
    Overlap {
        /// The rule.
        rule: String,
        /// The rule that covers it.
        under: String,
    },
    /// The platform takes the file, but a rule uses more of regular expressions than can be reproduced here.
    #[error(
        "the rule `{rule}` is taken for a regular expression with {construct}, which cannot be reproduced"
    )]
    NotReproduced {
        /// The rule.
        rule: String,
        /// What it uses.
        construct: &'static str,
    },
}

/// Reads a `_routes.json` file.
///
/// # Errors
/// [`RoutesError`] with the first thing for which the platform refuses the file, in the order in which it
/// looks.
pub fn parse(text: &str) -> Result<Routes, RoutesError> {
    let json = serde_json::from_str(text).map_err(|error| json_error(text, &error))?;
    let (include, exclude) = read_shape(&json)?;
    if include.is_empty() {
        return Err(RoutesError::NoInclude);
    }
    if include.len() + exclude.len() > MAX_RULES {
        return Err(RoutesError::TooManyRules { found: include.len() + exclude.len() });
    }
    let include = read_texts("include", include)?;
    let exclude = read_texts("exclude", exclude)?;
    let all = || include.iter().chain(&exclude).copied();
    all().try_for_each(check_length)?;
    all().try_for_each(check_slash)?;
    check_overlap(&include)?;
    check_overlap(&exclude)?;
    let mut notes = Vec::new();
    let mut compile = |rules: &[&str]| rules.iter().map(|rule| read_rule(rule, &mut notes)).collect();
    let (include, exclude): (Result<_, _>, Result<_, _>) = (compile(&include), compile(&exclude));
    Ok(Routes { include: include?, exclude: exclude?, notes })
}

fn json_error(text: &str, error: &serde_json::Error) -> RoutesError {
    let line_start =
        text.split_inclusive('\n').take(error.line().saturating_sub(1)).map(str::len).sum::<usize>();
    let message = error.to_string();
    let message =
        message.rsplit_once(" at line ").map_or(message.as_str(), |(message, _)| message).to_owned();
    RoutesError::Json { at: Position::of(text, line_start + error.column().saturating_sub(1)), message }
}

/// The two lists of a version 1 file. Other members are allowed.
fn read_shape(json: &Value) -> Result<(&[Value], &[Value]), RoutesError> {
    let shape = |problem| RoutesError::Shape { problem };
    let members = json.as_object().ok_or_else(|| shape("it is not an object"))?;
    if members.get("version").and_then(Value::as_f64) != Some(1.0) {
        return Err(shape("`version` is not the number 1"));
    }
    let list = |name| members.get(name).and_then(Value::as_array).map(Vec::as_slice);
    let include = list("include").ok_or_else(|| shape("`include` is not a list"))?;
    let exclude = list("exclude").ok_or_else(|| shape("`exclude` is not a list"))?;
    Ok((include, exclude))
}

fn read_texts<'j>(list: &'static str, rules: &'j [Value]) -> Result<Vec<&'j str>, RoutesError> {
    let text = |rule: &'j Value| {
        rule.as_str().ok_or_else(|| RoutesError::RuleNotText { list, found: rule.to_string() })
    };
    rules.iter().map(text).collect()
}

fn check_length(rule: &str) -> Result<(), RoutesError> {
    let units = rule.encode_utf16().count();
    if units > MAX_RULE_UNITS {
        Err(RoutesError::RuleTooLong { rule: rule.to_owned(), units })
    } else {
        Ok(())
    }
}

fn check_slash(rule: &str) -> Result<(), RoutesError> {
    if rule.starts_with('/') { Ok(()) } else { Err(RoutesError::RuleWithoutSlash { rule: rule.to_owned() }) }
}

/// A rule that ends in `/*` covers all other rules that begin with what stands before its `*`.
fn check_overlap(rules: &[&str]) -> Result<(), RoutesError> {
    for under in rules.iter().filter(|rule| rule.ends_with("/*")) {
        let start = under.strip_suffix('*').unwrap_or(under);
        if let Some(rule) = rules.iter().find(|rule| *rule != under && rule.starts_with(start)) {
            return Err(RoutesError::Overlap { rule: (*rule).to_owned(), under: (*under).to_owned() });
        }
    }
    Ok(())
}

fn read_rule(rule: &str, notes: &mut Vec<RouteNote>) -> Result<RouteRule, RoutesError> {
    let mut note = |reason| notes.push(RouteNote { rule: rule.to_owned(), reason });
    if let Some(character) =
        rule.chars().find(|c| !c.is_ascii_graphic() || matches!(c, '"' | '<' | '>' | '`' | '#'))
    {
        note(RouteReason::UnmatchableCharacter { character });
    }
    if let Some(character) = rule.chars().find(|c| "+?()[]{}|^$\\".contains(*c)) {
        note(RouteReason::RegexCharacter { character });
    }
    let regex = match Regex::new(&as_regex(rule)) {
        Ok(regex) => Some(regex),
        Err(RegexError::Invalid(problem)) => {
            note(RouteReason::InvalidRegex { problem });
            None
        }
        Err(RegexError::NotReproduced(construct)) => {
            return Err(RoutesError::NotReproduced { rule: rule.to_owned(), construct });
        }
    };
    Ok(RouteRule { text: rule.to_owned(), regex })
}

/// The regular expression of a rule: a slash at the end becomes optional, with all that follows it if the
/// rule ends in `/*`; `.` is itself, `*` any run of characters, and nothing else is escaped.
fn as_regex(rule: &str) -> String {
    let with_end = match (rule, rule.strip_suffix("/*"), rule.strip_suffix('/')) {
        ("/" | "/*", ..) => rule.to_owned(),
        (_, Some(start), _) => format!("{start}(/*)?"),
        (_, _, Some(start)) => format!("{start}(/)?"),
        _ if rule.ends_with('*') => rule.to_owned(),
        _ => format!("{rule}(/)?"),
    };
    format!("^{}$", with_end.replace('.', "\\.").replace('*', ".*"))
}

impl RouteRule {
    /// The JavaScript regular expression that the platform makes of the rule.
    pub fn as_regex(&self) -> String {
        as_regex(&self.text)
    }

    /// Whether the rule fits a request path, still encoded; `None` where its regular expression is invalid.
    /// Cost: O(length of the path x length of the rule).
    pub fn matches(&self, path: &str) -> Option<bool> {
        self.regex.as_ref().map(|regex| regex.is_match(path))
    }
}

impl Routes {
    /// Who answers the request for this path, which is as a URL parser leaves it, still encoded and without
    /// its query. The first rule that fits decides, those of `exclude` before those of `include`.
    pub fn handler(&self, path: &str) -> Handler {
        let excluded = self.exclude.iter().map(|rule| (rule, Handler::Assets));
        let included = self.include.iter().map(|rule| (rule, Handler::Function));
        let mut answers = excluded.chain(included).filter_map(|(rule, handler)| match rule.matches(path) {
            Some(fits) => fits.then_some(handler),
            None => Some(Handler::Exception),
        });
        answers.next().unwrap_or(Handler::Assets)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn one(rule: &str) -> Routes {
        parse(&serde_json::json!({"version": 1, "include": [rule], "exclude": []}).to_string()).unwrap()
    }

    /// Whether the only rule sends the path to the Function.
    fn fits(rule: &str, path: &str) -> bool {
        one(rule).handler(path) == Handler::Function
    }

    fn refused(json: &str) -> RoutesError {
        parse(json).unwrap_err()
    }

    #[test]
    fn slash_at_the_end_is_optional_and_star_takes_anything() {
        assert!(fits("/x", "/x") && fits("/x", "/x/") && !fits("/x", "/x/y") && !fits("/x", "/X"));
        assert!(fits("/x/", "/x") && fits("/x/", "/x/") && !fits("/x/", "/x//"));
        assert!(fits("/x/*", "/x") && fits("/x/*", "/x/y/z") && !fits("/x/*", "/xy"));
        assert!(fits("/x*", "/xy/z") && fits("/", "/") && !fits("/", "//") && fits("/*", "/a/b"));
        assert!(fits("/a*b/*", "/a/x/b") && fits("/a.b", "/a.b") && !fits("/a.b", "/aXb"));
    }

    #[test]
    fn other_characters_act_as_in_a_regular_expression() {
        assert!(fits("/a+b", "/aab") && !fits("/a+b", "/a+b"));
        assert!(fits("/c(d)", "/cd") && fits("/e?f", "/f") && fits("/i[jk]", "/ij"));
        assert!(fits("/g|h", "/gxx") && fits("/g|h", "/xx/h") && !fits("/g|h", "/hx"));
        assert!(!fits("/foo$", "/foo$") && !fits("/^x", "/^x"));
        assert!(fits(r"/\d{2,3}", "/123") && !fits(r"/\d{2,3}", "/1") && fits("/a{b", "/a{b"));
        assert!(fits(r"/[^\D5-9]x\b", "/4x") && !fits(r"/[^\D5-9]x", "/5x"));
    }

    #[test]
    fn excluded_paths_go_to_the_assets_whatever_is_included() {
        let routes =
            parse(r#"{"version": 1.0, "include": ["/*"], "exclude": ["/static/*"], "more": 1}"#).unwrap();
        assert_eq!(routes.handler("/static"), Handler::Assets);
        assert_eq!(routes.handler("/api"), Handler::Function);
    }

    #[test]
    fn invalid_regular_expression_fails_the_requests_that_reach_it() {
        let text = r#"{"version": 1, "include": ["/a", "/b(", "/c"], "exclude": []}"#;
        let routes = parse(text).unwrap();
        assert_eq!(routes.handler("/a"), Handler::Function);
        assert_eq!(routes.handler("/c"), Handler::Exception);
        assert!(routes.notes.iter().any(|note| matches!(note.reason, RouteReason::InvalidRegex { .. })));
        for rule in ["/a**+", "/(?x)", "/[b-a]", "/a{2,1}", r"/a\", "/a)", "/(+", "/{1}+"] {
            assert_eq!(one(rule).handler("/a"), Handler::Exception, "{rule}");
        }
    }

    #[test]
    fn rules_beyond_this_matcher_are_refused() {
        for rule in ["/a(?=b)", "/(?<n>a)", r"/(a)\1", "/((a{99}){99}){99}"] {
            let error =
                refused(&serde_json::json!({"version": 1, "include": [rule], "exclude": []}).to_string());
            assert!(matches!(error, RoutesError::NotReproduced { .. }), "{rule}: {error}");
        }
        assert!(fits(r"/\1(a)", "/a"));
    }

    #[test]
    fn hostile_rules_and_paths_cost_little() {
        let start = std::time::Instant::now();
        assert!(!fits("/(a+)+(b|a*)*(a?){30}c", &format!("/{}", "a".repeat(16 * 1024))));
        assert!(start.elapsed() < std::time::Duration::from_secs(20));
    }

    #[test]
    fn file_that_is_not_json_is_refused_with_its_place() {
        let text = "{\n  \"version\": 1,\n  \"é\": }";
        let RoutesError::Json { at, message } = refused(text) else { panic!("not a JSON error") };
        assert_eq!((at.to_string().as_str(), message.as_str()), ("line 3, column 8", "expected value"));
    }

    #[test]
    fn unexpected_characters_are_noted() {
        let reasons = |rule: &str| one(rule).notes.into_iter().map(|note| note.reason).collect::<Vec<_>>();
        assert_eq!(reasons("/x+y"), [RouteReason::RegexCharacter { character: '+' }]);
        assert_eq!(reasons("/é"), [RouteReason::UnmatchableCharacter { character: 'é' }]);
        assert_eq!(reasons("/a/*.js"), []);
    }

    /// The recorded name of a refusal.
    fn recorded_name(error: &RoutesError) -> &'static str {
        match error {
            RoutesError::Shape { .. } => "INVALID_JSON_SPEC",
            RoutesError::NoInclude => "NO_INCLUDE_RULES",
            RoutesError::TooManyRules { .. } => "TOO_MANY_RULES",
            RoutesError::RuleTooLong { .. } => "RULE_TOO_LONG",
            RoutesError::RuleWithoutSlash { .. } => "INVALID_RULES",
            RoutesError::Overlap { .. } => "OVERLAPPING_RULES",
            _ => "something else",
        }
    }

    /// Checks one recorded file, and counts its outcomes.
    fn check_recorded(group: &Value, paths: &[Value]) -> usize {
        let routes = match parse(&group["routes"].to_string()) {
            Ok(routes) => routes,
            Err(error) => {
                assert_eq!(group["error"], recorded_name(&error), "{}", group["id"]);
                return 0;
            }
        };
        assert_eq!(group["valid"], true, "{}", group["id"]);
        let results = group["results"].as_array().unwrap();
        assert_eq!(results.len(), paths.len());
        for (path, result) in paths.iter().zip(results) {
            let path = path.as_str().unwrap();
            let pathname = path.split('?').next().unwrap();
            let expected = if result == 1 { Handler::Function } else { Handler::Assets };
            assert_eq!(routes.handler(pathname), expected, "{} {path}", group["id"]);
        }
        results.len()
    }

    #[test]
    fn recorded_answers_are_reproduced() {
        let mut count = 0;
        for name in ["pages-routes", "pages-routes-random"] {
            let file = format!("{}/../tests/vectors/{name}.json", env!("CARGO_MANIFEST_DIR"));
            let suite: Value = serde_json::from_str(&std::fs::read_to_string(file).unwrap()).unwrap();
            let paths = suite["paths"].as_array().unwrap();
            count += suite["groups"]
                .as_array()
                .unwrap()
                .iter()
                .map(|group| check_recorded(group, paths))
                .sum::<usize>();
        }
        println!("{count} recorded answers to _routes.json reproduced");
        assert_eq!(count, 19_729);
    }
}
