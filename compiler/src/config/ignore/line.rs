//! One line of `.assetsignore`, put into gitignore lines that make the crate do what the platform does.

use super::reason::{IgnoreReason, MAX_LINE_LEN};
use super::spelling::spelled;
use crate::config::rule_url::{is_line_end, is_space};

/// A line that is no comment.
pub(super) struct Line {
    /// It begins with `!`.
    is_negative: bool,
    /// It is matched from the root only.
    is_anchored: bool,
    /// It ends in a lone backslash.
    is_broken: bool,
    /// The pattern, without white space at its end.
    pattern: String,
}

/// A part of a pattern.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Part {
    Char(char),
    /// `?`
    Any,
    /// `*`
    Star,
    /// `[...]`: ranges.
    Class(Vec<(char, char)>),
    /// `/`
    Slash,
    /// `/**` before another `/`: any number of folders.
    Folders,
    /// `/**` at the end: everything inside.
    Inside,
    /// What fits no path, and why.
    Never(&'static str),
}

/// Why a pattern has no parts.
enum Odd {
    /// It matches nothing.
    Never(&'static str),
    /// It is read in ways that are not reproduced.
    NotReproduced(&'static str),
}

impl Line {
    pub(super) fn read(line: &str) -> Option<Line> {
        if line.starts_with('#') || line.chars().all(is_space) {
            return None;
        }
        let backslash_count = line.bytes().rev().take_while(|byte| *byte == b'\\').count();
        let (is_negative, rest) = match line.strip_prefix('!') {
            Some(rest) => (true, rest),
            None => (false, line),
        };
        let is_escaped = rest.starts_with("\\!") || rest.starts_with("\\#");
        let rest = if is_escaped { rest.get(1..).unwrap_or_default() } else { rest };
        Some(Line {
            is_negative,
            is_anchored: has_inner_slash(rest),
            is_broken: backslash_count == 1,
            pattern: trimmed(rest.strip_prefix('\u{feff}').unwrap_or(rest)),
        })
    }

    /// The lines of a gitignore file that make the crate do what the platform does, and what there is to know about them.
    pub(super) fn globs(&self, line: &str) -> (Vec<String>, Vec<IgnoreReason>) {
        if self.is_broken {
            return (Vec::new(), vec![IgnoreReason::TrailingBackslash]);
        }
        if line.len() > MAX_LINE_LEN {
            return (Vec::new(), vec![IgnoreReason::TooLong]);
        }
        let parts = match self.parts() {
            Ok(parts) => parts,
            Err(Odd::Never(why)) => return (Vec::new(), vec![IgnoreReason::NeverMatches(why)]),
            Err(Odd::NotReproduced(what)) => {
                return (vec![spelled(line).into_owned()], vec![IgnoreReason::NotReproduced(what)]);
            }
        };
        let mut reasons = Vec::new();
        if self.is_anchored && !has_inner_slash(&self.pattern) {
            reasons.push(IgnoreReason::AnchoredByBlank);
        }
        let seems_negated = |start| self.pattern.contains(start);
        if parts.iter().any(|part| matches!(part, Part::Class(_))) && ["[!", "[^"].iter().any(seems_negated) {
            reasons.push(IgnoreReason::NotNegated);
        }
        let bodies = self.bodies(&parts);
        let sign = if self.is_negative { "!" } else { "" };
        (bodies.into_iter().map(|body| format!("{sign}{body}")).collect(), reasons)
    }

    /// What stands behind the sign.
    fn bodies(&self, parts: &[Part]) -> Vec<String> {
        let slash = if self.is_anchored { "/" } else { "" };
        let (prefix, parts) = match parts {
            // No folder or any number of them, then the rest.
            [Part::Folders, Part::Slash, rest @ ..] => ("/**/", rest),
            parts => (slash, parts),
        };
        let body = |parts: &[Part]| format!("{prefix}{}", glob(parts));
        match parts {
            // An empty pattern fits everything; `**/` alone, every folder.
            [] if prefix == "/**/" => vec!["*/".to_owned()],
            [] => vec!["*".to_owned()],
            [before @ .., Part::Folders, Part::Slash] => {
                vec![body(&[before, &[Part::Slash]].concat()), format!("{}/**/*/", body(before))]
            }
            [before @ .., Part::Slash, Part::Star, Part::Star] => {
                vec![body(&[before, &[Part::Slash]].concat()), body(parts)]
            }
            parts => vec![body(parts)],
        }
    }

    fn parts(&self) -> Result<Vec<Part>, Odd> {
        if self.pattern.contains(is_line_end) {
            return Err(Odd::NotReproduced("a line end other than LF"));
        }
        let body = self.pattern.strip_prefix('/').unwrap_or(&self.pattern);
        if body.is_empty() && !self.pattern.is_empty() {
            return Err(Odd::Never("it is the root itself"));
        }
        let (mut parts, mut rest) = match body.strip_prefix("**/") {
            Some(rest) => (vec![Part::Folders, Part::Slash], rest),
            None => (Vec::new(), body),
        };
        while let Some((part, behind)) = next_part(rest)? {
            let is_first = parts.is_empty() || parts == [Part::Folders, Part::Slash];
            let after_slash = is_first || parts.last() == Some(&Part::Slash);
            match part {
                Part::Slash | Part::Folders | Part::Inside if after_slash => {
                    parts.push(Part::Never("no path has `//` in it"));
                }
                // A third one says nothing new.
                Part::Star if parts.ends_with(&[Part::Star, Part::Star]) => {}
                // Two in a row say what one says.
                Part::Folders | Part::Inside if parts.last() == Some(&Part::Folders) => {
                    parts.pop();
                    parts.push(part);
                }
                part => parts.push(part),
            }
            rest = behind;
        }
        let never = parts.iter().find_map(|part| match part {
            Part::Never(why) => Some(Odd::Never(why)),
            _ => None,
        });
        never.map_or(Ok(parts), Err)
    }
}

/// Whether a pattern has a `/` that is not its last character.
fn has_inner_slash(pattern: &str) -> bool {
    pattern.strip_suffix('/').unwrap_or(pattern).contains('/')
}

/// The pattern without white space at its end, of which one character is kept if a backslash stands before it.
fn trimmed(pattern: &str) -> String {
    let trimmed = pattern.trim_end_matches(is_space);
    match trimmed.strip_suffix('\\') {
        Some(before) if trimmed.len() < pattern.len() => format!("{before} "),
        _ => trimmed.to_owned(),
    }
}

/// The first part of what is left of a pattern, and what is left then.
fn next_part(rest: &str) -> Result<Option<(Part, &str)>, Odd> {
    let mut chars = rest.chars();
    let Some(first) = chars.next() else { return Ok(None) };
    let behind = chars.as_str();
    let part = match first {
        '/' => {
            return Ok(Some(match behind.strip_prefix("**") {
                Some("") => (Part::Inside, ""),
                Some(behind) if behind.starts_with('/') => (Part::Folders, behind),
                _ => (Part::Slash, behind),
            }));
        }
        '?' => Part::Any,
        '*' => Part::Star,
        '[' => return class(behind).map(Some),
        '\\' => return escape(behind).map(Some),
        other => Part::Char(other),
    };
    Ok(Some((part, behind)))
}

/// What follows a backslash.
fn escape(behind: &str) -> Result<(Part, &str), Odd> {
    let mut chars = behind.chars();
    let part = match chars.next() {
        Some('?') => Part::Never("`\\?` is not a question mark here"),
        Some('*') if chars.as_str().is_empty() => Part::Star,
        None | Some('\\' | '/') => return Err(Odd::NotReproduced("a backslash in a name")),
        Some(letter) if letter.is_ascii_alphanumeric() => {
            return Err(Odd::NotReproduced("a backslash before a letter or digit"));
        }
        Some('[') if chars.as_str().split(']').next().is_some_and(|content| content.contains('[')) => {
            return Err(Odd::NotReproduced("a `[` behind `\\[`"));
        }
        Some(other) => Part::Char(if is_space(other) { ' ' } else { other }),
    };
    Ok((part, chars.as_str()))
}

/// What follows a `[`.
fn class(behind: &str) -> Result<(Part, &str), Odd> {
    let end = behind.find([']', '/']);
    let (content, rest) = behind.split_at(end.unwrap_or(behind.len()));
    if content.contains(['\\', '*', '?']) {
        return Err(Odd::NotReproduced("one of `\\*?` in `[...]`"));
    }
    if rest.is_empty() {
        return Ok((Part::Never("`[` has no `]`"), rest));
    }
    let Some(rest) = rest.strip_prefix(']') else {
        return Err(Odd::NotReproduced("a `/` in `[...]`"));
    };
    let mut ranges = Vec::new();
    let mut chars = content.chars();
    while let Some(first) = chars.next() {
        let mut ahead = chars.clone();
        match (ahead.next(), ahead.next()) {
            (Some('-'), Some(last)) => {
                let is_plain = first.is_ascii_alphanumeric() && last.is_ascii_alphanumeric();
                if !is_plain || first > last {
                    return Err(Odd::NotReproduced("such a range in `[...]`"));
                }
                ranges.push((first, last));
                chars = ahead;
            }
            // Beyond U+FFFF, the platform would look at half a character.
            _ if u32::from(first) > 0xffff => return Err(Odd::NotReproduced("such a character in `[...]`")),
            _ => ranges.push((first, first)),
        }
    }
    ranges.sort_unstable();
    ranges.dedup();
    let is_empty = ranges.is_empty();
    Ok((if is_empty { Part::Never("`[]` holds no character") } else { Part::Class(ranges) }, rest))
}

/// One character that is no `/`, in the alphabet of [`spelled`].
const ANY: &str = "{[ -.0-~],\u{1}[\u{10}-\u{1f}][\u{10}-\u{1f}][\u{10}-\u{1f}][\u{10}-\u{1f}]}";

fn glob(parts: &[Part]) -> String {
    let mut glob = String::new();
    let mut before = None;
    for (part, number) in parts.iter().zip(1..) {
        match part {
            Part::Char(char) => glob.push_str(&literal(*char)),
            Part::Any => glob.push_str(ANY),
            Part::Star => glob.push_str(star(before, parts.len() == number)),
            Part::Class(ranges) => glob.push_str(&alternatives(ranges)),
            Part::Slash => glob.push('/'),
            Part::Folders | Part::Inside => glob.push_str("/**"),
            Part::Never(_) => {}
        }
        before = Some(part);
    }
    glob
}

/// A `*`, given what stands before it and whether it is the last part.
fn star(before: Option<&Part>, is_last: bool) -> &'static str {
    /// At least one character, in the alphabet of [`spelled`].
    const SOME: &str = "[ -.0-~\u{1}]*";
    match before {
        Some(Part::Star) => "",
        // The platform takes the caret for the start of the path, where a final `*` is not empty.
        Some(Part::Char('^')) if is_last => SOME,
        _ => "*",
    }
}

/// A class as alternatives, so that no character in it can mean more than itself.
fn alternatives(ranges: &[(char, char)]) -> String {
    let alternatives = ranges.iter().map(|(first, last)| match first == last {
        true => literal(*first),
        false => format!("[{first}-{last}]"),
    });
    format!("{{{}}}", alternatives.collect::<Vec<_>>().join(","))
}

fn literal(char: char) -> String {
    match char {
        'a'..='z' | 'A'..='Z' | '0'..='9' => char.to_string(),
        ' '..='~' => format!("\\{char}"),
        _ => spelled(char.encode_utf8(&mut [0; 4])).into_owned(),
    }
}
