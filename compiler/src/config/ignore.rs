//! `.assetsignore`: which files of a Workers site are not part of it.
//!
//! Given the text of the file, [`AssetsIgnore::parse`] gives a matcher, and a note on every line that does not do what it
//! seems to say. The platform reads the file with version 5.3.1 of the npm package `ignore`, which says of itself that it
//! follows gitignore and has ways of its own; here the crate `ignore` does the matching, and `Line::globs` puts each line
//! into words that make it do what the package does. Source: `docs/ROUTING.md`, "Files that are never served"; the
//! package's `REPLACERS`. What differs from git:
//!
//! - capital and small letters are the same, in every script;
//! - `[!a]` and `[^a]` are not negated: they stand for `!` or `^`, and `a`; `[a` matches nothing;
//! - a line is anchored if it has a `/` that is not its very last character, white space and CR at its end included;
//! - `\*` at the end of a line is a `*`, `\?` matches nothing, `!` alone takes back everything;
//! - `{` and `}` are ordinary (in the crate they are not).

use std::borrow::Cow;
use std::path::Path;

use ignore::gitignore::{Gitignore, GitignoreBuilder};

use super::rule_url::{RuleLine, RuleNote, is_line_end, is_space};

/// The name of the file.
pub const FILE_NAME: &str = ".assetsignore";

/// The longest line that is matched, in bytes: as long as the longest path that an operating system takes. The platform has no
/// such limit, but a class can be made of each character.
const MAX_LINE_LEN: usize = 4096;

/// What the platform itself puts before the lines of the file. A line may take it back.
const OWN_NAMES: [&str; 3] = [FILE_NAME, "_redirects", "_headers"];

/// The files of a site that are not part of it.
#[derive(Debug, Clone, Default)]
pub struct AssetsIgnore {
    /// The lines in groups, each as large as the matcher takes. Without any, there is no file.
    groups: Vec<Gitignore>,
    /// What there is to know about lines of the file, in their order.
    pub notes: Vec<RuleNote<IgnoreReason>>,
}

/// What happens to a line of `.assetsignore` that does not do what it seems to say.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum IgnoreReason {
    /// The line ends in a backslash.
    #[error("ignored by the platform, because it ends in `\\`")]
    TrailingBackslash,
    /// No path fits.
    #[error("without effect, because no path fits it ({0})")]
    NeverMatches(&'static str),
    /// White space behind the last slash.
    #[error(
        "matched from the root of the site only, because white space (or the CR of a Windows line end) stands behind its \
         last `/`"
    )]
    AnchoredByBlank,
    /// A class that looks negated.
    #[error("matched as if `!` or `^` were one of the characters in `[...]`: the platform negates no class")]
    NotNegated,
    /// Something that is not reproduced.
    #[error(
        "read as git reads it, but the platform may read it otherwise, or refuse the site: {0} is not reproduced here"
    )]
    NotReproduced(&'static str),
    /// The line is too long for the matcher.
    #[error("not reproduced, because it is too long to be matched (at most {MAX_LINE_LEN} bytes)")]
    TooLong,
}

impl AssetsIgnore {
    /// Reads the text of the file. Cost: O(length of the text), with a large factor.
    pub fn parse(text: &str) -> Self {
        let mut notes = Vec::new();
        let own = OWN_NAMES.map(|name| (0, format!("/{name}")));
        let mut globs = Vec::from(own);
        for (number, text) in (1..).zip(text.split('\n')) {
            let note = |reason| RuleLine { number, text: text.trim_matches(is_space) }.note(reason);
            let (of_line, reasons) = Line::read(text).map_or_else(<_>::default, |line| line.globs(text));
            globs.extend(of_line.into_iter().map(|glob| (number, glob)));
            notes.extend(reasons.into_iter().map(note));
        }
        let mut ignore = AssetsIgnore { groups: Vec::new(), notes };
        ignore.add(&globs, text);
        ignore.notes.sort_by_key(|note| note.line);
        ignore
    }

    /// Whether there is such a file, empty or not.
    pub fn is_of_file(&self) -> bool {
        !self.groups.is_empty()
    }

    /// Adds globs as one group if the matcher takes so many at once, else as two.
    fn add(&mut self, globs: &[(u32, String)], text: &str) {
        /// More at once are never faster.
        const GROUP: usize = 2000;
        if globs.len() <= GROUP
            && let Some(group) = group(globs)
        {
            return self.groups.push(group);
        }
        match globs {
            [] => {}
            [(number, _)] => {
                let line = text.split('\n').nth(number.saturating_sub(1) as usize).unwrap_or_default();
                self.notes.push(RuleLine { number: *number, text: line }.note(IgnoreReason::TooLong));
            }
            _ => {
                let (first, second) = globs.split_at(globs.len() / 2);
                self.add(first, text);
                self.add(second, text);
            }
        }
    }

    /// Whether an entry of a folder that is not excluded itself is excluded. `path` begins at the root, without a `/` there.
    pub fn excludes(&self, path: &str, is_dir: bool) -> bool {
        if self.groups.is_empty() {
            let first = path.split('/').next().unwrap_or_default();
            return OWN_NAMES.iter().any(|name| name.eq_ignore_ascii_case(first));
        }
        let path = spelled(path);
        let matches = self.groups.iter().rev().map(|group| group.matched(Path::new(&*path), is_dir));
        matches.into_iter().find(|found| !found.is_none()).is_some_and(|found| found.is_ignore())
    }
}

fn group(globs: &[(u32, String)]) -> Option<Gitignore> {
    let mut builder = GitignoreBuilder::new("");
    builder.case_insensitive(true).ok()?;
    for (_, glob) in globs {
        builder.add_line(None, glob).ok()?;
    }
    builder.build().ok()
}

/// A line that is no comment.
struct Line {
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
    fn read(line: &str) -> Option<Line> {
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
    fn globs(&self, line: &str) -> (Vec<String>, Vec<IgnoreReason>) {
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

/// The text in an alphabet in which the crate, which compares bytes, does as the platform, which compares UTF-16 units and
/// takes capital and small letters for the same: what is not printable ASCII becomes 0x01 and four control characters, a
/// hexadecimal digit each.
fn spelled(text: &str) -> Cow<'_, str> {
    if text.bytes().all(|byte| matches!(byte, b' '..=b'~')) {
        return Cow::Borrowed(text);
    }
    let mut spelled = String::new();
    for char in text.chars() {
        if matches!(char, ' '..='~') {
            spelled.push(char);
            continue;
        }
        for unit in char.encode_utf16(&mut [0; 2]) {
            let unit = capital(*unit);
            spelled.push('\u{1}');
            spelled.extend([12, 8, 4, 0].map(|shift| char::from(0x10 | (unit >> shift & 0xf) as u8)));
        }
    }
    Cow::Owned(spelled)
}

/// What JavaScript takes a UTF-16 unit for where case does not matter (ECMA-262, "Canonicalize", without the flag `u`).
fn capital(unit: u16) -> u16 {
    let Some(char) = char::from_u32(unit.into()) else { return unit };
    let mut upper = char.to_uppercase();
    match (upper.next().map(u32::from), upper.next()) {
        (Some(upper @ 128..), None) => u16::try_from(upper).unwrap_or(unit),
        _ => unit,
    }
}
