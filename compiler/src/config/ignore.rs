//! `.assetsignore`: which files of a Workers site are not part of it.
//!
//! Given the text of the file, [`AssetsIgnore::parse`] gives a matcher, and a note on every line that does not do what it
//! seems to say. The platform reads the file with version 5.3.1 of the npm package `ignore`, which says of itself that it
//! follows gitignore and has ways of its own; here the crate `ignore` does the matching, and `line` puts each line
//! into words that make it do what the package does. Source: `docs/ROUTING.md`, "Files that are never served"; the
//! package's `REPLACERS`. What differs from git:
//!
//! - capital and small letters are the same, in every script;
//! - `[!a]` and `[^a]` are not negated: they stand for `!` or `^`, and `a`; `[a` matches nothing;
//! - a line is anchored if it has a `/` that is not its very last character, white space and CR at its end included;
//! - `\*` at the end of a line is a `*`, `\?` matches nothing, `!` alone takes back everything;
//! - `{` and `}` are ordinary (in the crate they are not).

mod line;
mod reason;
mod spelling;

use std::path::Path;

use ignore::gitignore::{Gitignore, GitignoreBuilder};

use self::line::Line;
pub use self::reason::IgnoreReason;
use self::spelling::spelled;
use super::rule_url::{RuleLine, RuleNote, is_space};

/// The name of the file.
pub const FILE_NAME: &str = ".assetsignore";

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
