//! What is passed over, and why: the ignore file, and the patterns in it.
//!
//! ```text
//! # rule            pattern             reason
//! missing-fragment  /src/**#*           a script shows the lines
//! redirect          /discord            a short link on purpose
//! *                 in:/archive/**      frozen
//! ```
//!
//! A pattern is a path of the site; `*` stands for anything but `/`, `**` for anything, `?` for one character. It is compared with the
//! path that a link leads to (with `#fragment` for missing fragments), or behind `in:` with the file in which the link stands.

use crate::rules::{Rule, RuleSet};

/// A line of an ignore file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ignored {
    /// The rules that it is about.
    pub rules: RuleSet,
    /// What is passed over.
    pub pattern: String,
    /// Whether the pattern is about the file in which a link stands.
    pub is_of_file: bool,
    /// Why.
    pub reason: String,
    /// The line.
    pub line: usize,
}

/// A line that can't be understood.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("line {line}: {problem}")]
pub struct BadIgnore {
    /// The line, from 1.
    pub line: usize,
    /// What is wrong with it.
    pub problem: String,
}

/// Reads an ignore file: a rule, a pattern and a reason a line.
///
/// # Errors
/// [`BadIgnore`] for the first line that names no rule, no pattern or no reason.
pub fn parse_ignore(text: &str) -> Result<Vec<Ignored>, BadIgnore> {
    let mut found = Vec::new();
    for (line, text) in (1..).zip(text.lines()) {
        let text = text.trim();
        if text.is_empty() || text.starts_with('#') {
            continue;
        }
        let bad = |problem: String| BadIgnore { line, problem };
        let (rule, rest) = text.split_once(char::is_whitespace).unwrap_or((text, ""));
        let (pattern, reason) =
            rest.trim_start().split_once(char::is_whitespace).unwrap_or((rest.trim(), ""));
        let rules = match (rule, Rule::from_name(rule)) {
            ("*", _) => RuleSet::ALL,
            (_, Some(rule)) => {
                let mut rules = RuleSet::default();
                rules.insert(rule);
                rules
            }
            _ => return Err(bad(format!("no rule is called `{rule}`"))),
        };
        if pattern.is_empty() {
            return Err(bad("a pattern is missing, as in `redirect /old/** moved on purpose`".to_owned()));
        }
        if reason.trim().is_empty() {
            return Err(bad("a reason is missing behind the pattern".to_owned()));
        }
        let of_file = pattern.strip_prefix("in:");
        found.push(Ignored {
            rules,
            pattern: of_file.unwrap_or(pattern).to_owned(),
            is_of_file: of_file.is_some(),
            reason: reason.trim().to_owned(),
            line,
        });
    }
    Ok(found)
}

/// The patterns of all lines, ready to be asked.
#[derive(Debug, Default)]
pub(crate) struct FilePatterns {
    /// With the number of the line's entry.
    of_files: Vec<Ignored>,
    of_targets: Vec<Ignored>,
    of_fragments: Vec<(Option<Vec<bool>>, Vec<u8>)>,
}

impl FilePatterns {
    /// `paths` gives each file's URL, by number, for patterns of pages with fragments.
    pub(crate) fn new(ignored: &[Ignored], count: usize, path: impl Fn(u32) -> String) -> FilePatterns {
        let (of_files, of_targets): (Vec<_>, Vec<_>) =
            ignored.iter().cloned().partition(|ignored| ignored.is_of_file);
        let fragments = of_targets.iter().filter(|ignored| ignored.rules.contains(Rule::MissingFragment));
        let of_fragments = fragments.map(|ignored| {
            let (page, fragment) = ignored.pattern.split_once('#').unwrap_or((&ignored.pattern, "**"));
            let all = page.is_empty() || page == "**" || page == "/**";
            let pages =
                || (0..count as u32).map(|file| glob(page.as_bytes(), path(file).as_bytes())).collect();
            ((!all).then(pages), fragment.as_bytes().to_vec())
        });
        let of_fragments = of_fragments.collect();
        FilePatterns { of_files, of_targets, of_fragments }
    }

    /// The rules that are not looked for in a file.
    pub(crate) fn off_in(&self, file: &str) -> RuleSet {
        let matching =
            self.of_files.iter().filter(|ignored| glob(ignored.pattern.as_bytes(), file.as_bytes()));
        matching.fold(RuleSet::default(), |off, ignored| off.union(ignored.rules))
    }

    /// Whether a finding about a path is passed over.
    pub(crate) fn ignores(&self, rule: Rule, path: &str) -> bool {
        let about = |ignored: &&Ignored| ignored.rules.contains(rule) && !ignored.pattern.contains('#');
        self.of_targets.iter().filter(about).any(|ignored| glob(ignored.pattern.as_bytes(), path.as_bytes()))
    }

    /// Whether a fragment of a page is passed over.
    pub(crate) fn ignores_fragment(&self, file: u32, fragment: &[u8]) -> bool {
        self.of_fragments.iter().any(|(pages, pattern)| {
            pages.as_ref().is_none_or(|pages| pages.get(file as usize) == Some(&true))
                && glob(pattern, fragment)
        })
    }
}

/// Whether a pattern is a text's.
pub(crate) fn glob(pattern: &[u8], text: &[u8]) -> bool {
    // Where to go on if what follows the last star does not fit: one byte later. `**` is kept below `*`, since it can take
    // what that can't.
    let (mut at, mut place) = (0, 0);
    let mut single: Option<(usize, usize)> = None;
    let mut double: Option<(usize, usize)> = None;
    loop {
        match (pattern.get(at), text.get(place)) {
            (Some(b'*'), _) => {
                if pattern.get(at + 1) == Some(&b'*') {
                    at += 2;
                    double = Some((at, place));
                    single = None;
                } else {
                    at += 1;
                    single = Some((at, place));
                }
                continue;
            }
            (Some(b'?'), Some(&byte)) if byte != b'/' => {
                (at, place) = (at + 1, place + 1);
                continue;
            }
            (Some(wanted), Some(found)) if wanted == found => {
                (at, place) = (at + 1, place + 1);
                continue;
            }
            (None, None) => return true,
            _ => {}
        }
        if let Some((after, start)) = single
            && text.get(start).is_some_and(|&byte| byte != b'/')
        {
            single = Some((after, start + 1));
            (at, place) = (after, start + 1);
        } else if let Some((after, start)) = double
            && start < text.len()
        {
            double = Some((after, start + 1));
            single = None;
            (at, place) = (after, start + 1);
        } else {
            return false;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stars_stay_in_their_folder_and_double_stars_do_not() {
        let fits = |pattern: &str, text: &str| glob(pattern.as_bytes(), text.as_bytes());
        assert!(fits("/a/*", "/a/b") && !fits("/a/*", "/a/b/c") && fits("/a/**", "/a/b/c"));
        assert!(
            fits("/a/**/z", "/a/b/c/z") && fits("/**.html", "/x/y.html") && !fits("/*.html", "/x/y.html")
        );
        assert!(
            fits("/a?c", "/abc") && !fits("/a?c", "/a/c") && fits("*", "") && fits("", "") && !fits("", "x")
        );
        assert!(fits("**/x*y/**", "/a/xby/c/d") && !fits("**/x*y", "/a/xb/y"));
        assert!(fits("*-*", "12-34") && !fits("*-*", "1234"));
    }

    #[test]
    fn lines_have_a_rule_a_pattern_and_a_reason() {
        let found = parse_ignore("# comment\n\n redirect  /x/**  on purpose\n* in:/old/** frozen\n").unwrap();
        assert_eq!(found.len(), 2);
        assert!(found[0].rules.contains(Rule::Redirect) && !found[0].rules.contains(Rule::NotFound));
        assert_eq!(
            (found[0].pattern.as_str(), found[0].reason.as_str(), found[0].line),
            ("/x/**", "on purpose", 3)
        );
        assert!(found[1].is_of_file && found[1].rules == RuleSet::ALL && found[1].pattern == "/old/**");
        let problem = |text| parse_ignore(text).unwrap_err().to_string();
        assert_eq!(problem("\nredirects /x y"), "line 2: no rule is called `redirects`");
        assert!(problem("redirect").contains("pattern is missing"));
        assert!(problem("redirect /x").contains("reason is missing"));
    }
}
