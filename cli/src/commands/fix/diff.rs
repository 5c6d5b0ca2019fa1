//! Changes as a patch in the unified format, from what is known of the edits: no lines are compared.

use std::io::Write;
use std::path::{Component, Path};

use memchr::{memchr, memrchr};
use trailmark_audit::Change;

/// Unchanged lines around a change.
const CONTEXT: usize = 3;

/// What stands before the names of files.
pub(super) struct Label {
    folder: Option<String>,
    dist: String,
}

impl Label {
    /// Names begin in the working directory if the site lies below it, else in the site's folder.
    pub(super) fn of(dist: &Path) -> Label {
        let is_plain = |part: &Component<'_>| matches!(part, Component::Normal(_) | Component::CurDir);
        let shown = dist.display().to_string();
        if !dist.components().all(|part| is_plain(&part)) {
            return Label { folder: None, dist: shown };
        }
        let parts = dist.components().filter_map(|part| match part {
            Component::Normal(name) => name.to_str(),
            _ => None,
        });
        Label { folder: Some(parts.collect::<Vec<_>>().join("/")), dist: shown }
    }

    /// The folder in which names begin, if that is not the working directory.
    pub(super) fn is_inside(&self) -> Option<&str> {
        self.folder.is_none().then_some(self.dist.as_str())
    }

    fn name(&self, prefix: &str, path: &str) -> String {
        let inner = path.trim_start_matches('/');
        match self.folder.as_deref().filter(|folder| !folder.is_empty()) {
            Some(folder) => quoted(&format!("{prefix}/{folder}/{inner}")),
            None => quoted(&format!("{prefix}/{inner}")),
        }
    }
}

/// A name as git writes it: in quotes with escapes if it holds what would end or disguise it.
fn quoted(name: &str) -> String {
    if !name.chars().any(|character| character.is_control() || matches!(character, '"' | '\\')) {
        return name.to_owned();
    }
    let mut out = String::from("\"");
    for byte in name.bytes() {
        match byte {
            b'"' | b'\\' => out.extend(['\\', char::from(byte)]),
            b' '..=b'~' => out.push(char::from(byte)),
            _ => out.push_str(&format!("\\{byte:03o}")),
        }
    }
    out.push('"');
    out
}

/// Lines that are replaced by others.
struct Block {
    /// The bytes of the old lines.
    start: usize,
    end: usize,
    new: Vec<u8>,
}

/// The patch of a file.
pub(super) fn unified(change: &Change<'_>, label: &Label) -> Vec<u8> {
    let mut out = Vec::new();
    let (old, new) = (label.name("a", change.path), label.name("b", change.path));
    // A tab ends a name that holds spaces.
    let tab = if change.path.contains(' ') { "\t" } else { "" };
    push(&mut out, format_args!("diff --git {old} {new}\n--- {old}{tab}\n+++ {new}{tab}\n"));
    let blocks = blocks(change);
    let mut hunks: Vec<&[Block]> = Vec::new();
    let mut rest = blocks.as_slice();
    while !rest.is_empty() {
        let is_near = |pair: &[Block]| lines(between(change.old, &pair[0], &pair[1])) <= 2 * CONTEXT;
        let len = 1 + rest.windows(2).take_while(|pair| is_near(pair)).count();
        let (hunk, others) = rest.split_at(len);
        hunks.push(hunk);
        rest = others;
    }
    let mut position = Position { old: change.old, at: 0, line: 1, shift: 0 };
    hunks.into_iter().for_each(|hunk| position.write(hunk, &mut out));
    out
}

fn push(out: &mut Vec<u8>, text: std::fmt::Arguments<'_>) {
    // A vector takes everything.
    let _ = out.write_fmt(text);
}

fn between<'o>(old: &'o [u8], first: &Block, second: &Block) -> &'o [u8] {
    old.get(first.end..second.start).unwrap_or_default()
}

/// How many lines a text has; one without an end counts.
fn lines(text: &[u8]) -> usize {
    memchr::memchr_iter(b'\n', text).count() + usize::from(!text.is_empty() && !text.ends_with(b"\n"))
}

/// The lines that the edits touch, those of one line together.
fn blocks(change: &Change<'_>) -> Vec<Block> {
    let old = change.old;
    let slice = |start: usize, end: usize| old.get(start..end).unwrap_or_default();
    let mut blocks: Vec<Block> = Vec::new();
    let mut at = 0;
    let mut edits = change.edits.iter().peekable();
    while let Some(edit) = edits.next() {
        let start = memrchr(b'\n', slice(0, edit.start)).map_or(0, |newline| newline + 1);
        let line_end =
            |from: usize| memchr(b'\n', slice(from, old.len())).map_or(old.len(), |end| from + end + 1);
        let mut end = line_end(edit.end);
        let mut new = [slice(start, edit.start), edit.new.as_slice()].concat();
        at = at.max(edit.end);
        while let Some(next) = edits.next_if(|next| next.start < end) {
            new.extend_from_slice(slice(at, next.start));
            new.extend_from_slice(&next.new);
            at = next.end;
            end = line_end(at);
        }
        new.extend_from_slice(slice(at, end));
        match blocks.last_mut().filter(|last| last.end == start) {
            Some(last) => {
                last.end = end;
                last.new.extend_from_slice(&new);
            }
            None => blocks.push(Block { start, end, new }),
        }
    }
    blocks
}

/// How far the lines have been counted.
struct Position<'o> {
    old: &'o [u8],
    at: usize,
    /// The line that begins at `at`, from 1.
    line: usize,
    /// How many lines more the new file has so far.
    shift: isize,
}

impl Position<'_> {
    fn write(&mut self, hunk: &[Block], out: &mut Vec<u8>) {
        let (Some(first), Some(last)) = (hunk.first(), hunk.last()) else { return };
        let slice = |start: usize, end: usize| self.old.get(start..end).unwrap_or_default();
        let start = before(slice(0, first.start), CONTEXT);
        let end = last.end + behind(slice(last.end, self.old.len()), CONTEXT);
        self.line += lines(slice(self.at, start));
        self.at = start;
        let old_count = lines(slice(start, end));
        let grown =
            |block: &Block| lines(&block.new) as isize - lines(slice(block.start, block.end)) as isize;
        let more: isize = hunk.iter().map(grown).sum();
        let (new_line, new_count) = (self.line as isize + self.shift, old_count as isize + more);
        push(out, format_args!("@@ -{},{old_count} +{new_line},{new_count} @@\n", self.line));
        let mut at = start;
        for block in hunk {
            prefixed(out, b' ', slice(at, block.start));
            prefixed(out, b'-', slice(block.start, block.end));
            prefixed(out, b'+', &block.new);
            at = block.end;
        }
        prefixed(out, b' ', slice(at, end));
        self.shift += more;
    }
}

/// Where the last lines of a text begin.
fn before(text: &[u8], count: usize) -> usize {
    let mut at = text.len();
    for _ in 0..count {
        let Some(inner) = text.get(..at.saturating_sub(1)).filter(|_| at > 0) else { break };
        at = memrchr(b'\n', inner).map_or(0, |newline| newline + 1);
    }
    at
}

/// Where the first lines of a text end.
fn behind(text: &[u8], count: usize) -> usize {
    let ends = memchr::memchr_iter(b'\n', text).take(count).map(|newline| newline + 1);
    let ends: Vec<usize> = ends.collect();
    if ends.len() < count { text.len() } else { ends.last().copied().unwrap_or(0) }
}

fn prefixed(out: &mut Vec<u8>, sign: u8, text: &[u8]) {
    for line in text.split_inclusive(|&byte| byte == b'\n') {
        out.push(sign);
        out.extend_from_slice(line);
        if !line.ends_with(b"\n") {
            out.extend_from_slice(b"\n\\ No newline at end of file\n");
        }
    }
}

#[cfg(test)]
mod tests {
    use trailmark_audit::Edit;

    use super::*;

    fn patch(old: &str, edits: &[(&str, &str)]) -> String {
        let mut new = old.to_owned();
        let mut places: Vec<Edit> = Vec::new();
        for (from, to) in edits {
            let start = old.find(from).unwrap();
            places.push(Edit { start, end: start + from.len(), new: to.as_bytes().to_vec() });
            new = new.replacen(from, to, 1);
        }
        let change = Change {
            path: "/x.html",
            old: old.as_bytes(),
            new: new.as_bytes(),
            edits: &places,
            is_packed: false,
        };
        String::from_utf8(unified(&change, &Label::of(Path::new("./dist")))).unwrap()
    }

    #[test]
    fn hunks_have_three_lines_around_them() {
        let old: String = (1..=20).map(|line| format!("line {line};\n")).collect();
        let text = patch(&old, &[("5;", "X;"), ("16;", "Y;")]);
        assert!(text.starts_with("diff --git a/dist/x.html b/dist/x.html\n--- a/dist/x.html\n+++ b/dist/x.html\n@@ -2,7 +2,7 @@\n line 2;\n"));
        assert!(
            text.contains(
                "\n-line 5;\n+line X;\n line 6;\n line 7;\n line 8;\n@@ -13,7 +13,7 @@\n line 13;\n"
            ),
            "{text}"
        );
        assert_eq!(patch(&old, &[("5;", "X;"), ("12;", "Y;")]).matches("@@ -").count(), 1);
    }

    #[test]
    fn several_edits_in_a_line_and_no_last_newline() {
        assert_eq!(
            patch("a b c", &[("a", "x"), ("c", "")]),
            "diff --git a/dist/x.html b/dist/x.html\n--- a/dist/x.html\n+++ b/dist/x.html\n@@ -1,1 +1,1 @@\n-a b c\n\
             \\ No newline at end of file\n+x b \n\\ No newline at end of file\n"
        );
        assert!(
            patch("a\nb\nc\n", &[("a", "1"), ("b", "2")]).ends_with("@@ -1,3 +1,3 @@\n-a\n-b\n+1\n+2\n c\n")
        );
        assert!(patch("1\na\nb\n2\n", &[("a\nb", "x")]).ends_with("@@ -1,4 +1,3 @@\n 1\n-a\n-b\n+x\n 2\n"));
    }

    #[test]
    fn names_are_quoted_as_git_does() {
        assert_eq!(quoted("a/b c/é.html"), "a/b c/é.html");
        assert_eq!(quoted("a/\"\n\\"), "\"a/\\\"\\012\\\\\"");
        assert_eq!(Label::of(Path::new("/x/dist")).name("a", "/y"), "a/y");
        assert_eq!(Label::of(Path::new(".")).name("a", "/y"), "a/y");
    }
}
