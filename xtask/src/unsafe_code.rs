//! Checks a claim of the README: only the files that are listed here contain `unsafe`. Benchmarks are not looked at; nobody ships
//! them.
//!
//! The lint `unsafe_code` says the same to the compiler, but a crate could allow it again; this reads the source. Comments
//! and literals don't count.

use std::path::Path;
use std::process::Stdio;

use anyhow::{Context, Result, bail};

use crate::repo;

/// The files that may, and why.
const ALLOWED: [(&str, &str); 3] = [
    ("runtime/src/mmap.rs", "maps files, and keeps a view beside the bytes it borrows"),
    ("wasm/src/owned.rs", "keeps a view beside the bytes it borrows, where there are no files"),
    ("wasm/src/exports.rs", "names that JavaScript can call, and the one place for an instance's state"),
];

/// Reads every Rust file of the repository; says how many there are.
///
/// # Errors
/// Lists the places outside the allowed files.
pub(crate) fn check() -> Result<String> {
    let files = rust_files()?;
    let mut found = Vec::new();
    for file in &files {
        let text = std::fs::read_to_string(repo::root().join(file)).with_context(|| file.clone())?;
        let lines = lines_with_unsafe(&text);
        found.extend(lines.into_iter().filter(|_| !may(file)).map(|line| format!("{file}:{line}")));
    }
    if !found.is_empty() {
        let allowed = ALLOWED.map(|(file, why)| format!("{file} ({why})"));
        bail!("`unsafe` in:\n  {}\nbut only these may:\n  {}", found.join("\n  "), allowed.join("\n  "));
    }
    let allowed = ALLOWED.map(|(file, _)| file).join(", ");
    Ok(format!("{} files without the benchmarks; only {allowed} contain `unsafe`", files.len()))
}

fn may(file: &str) -> bool {
    ALLOWED.iter().any(|(allowed, _)| *allowed == file)
}

/// What git tracks and what is not yet added, so that a new file can't hide.
fn rust_files() -> Result<Vec<String>> {
    let mut git = std::process::Command::new("git");
    git.args(["ls-files", "--cached", "--others", "--exclude-standard", "--", "*.rs", ":!benches"]);
    let output = git.current_dir(repo::root()).stdin(Stdio::null()).output().context("can't start git")?;
    let text = String::from_utf8(output.stdout).context("git printed something that is not UTF-8")?;
    let files: Vec<String> =
        text.lines().filter(|file| repo::root().join(Path::new(file)).is_file()).map(str::to_owned).collect();
    if files.is_empty() {
        bail!("git lists no Rust files here");
    }
    Ok(files)
}

/// The numbers of the lines whose code has the word `unsafe`.
fn lines_with_unsafe(source: &str) -> Vec<usize> {
    let code = without_comments_and_literals(source);
    let is_word = |c: char| c.is_alphanumeric() || c == '_';
    let has_it = |line: &str| line.split(|c| !is_word(c)).any(|word| word == "unsafe");
    code.lines().zip(1..).filter(|(line, _)| has_it(line)).map(|(_, number)| number).collect()
}

/// The same lines, with blanks in place of comments and of the insides of literals.
fn without_comments_and_literals(source: &str) -> String {
    let mut code = String::with_capacity(source.len());
    let mut rest = source;
    while let Some(first) = rest.chars().next() {
        let skipped = comment_or_literal(rest, code.chars().last());
        let len = skipped.unwrap_or(first.len_utf8());
        let (token, behind) = rest.split_at(len);
        match skipped {
            Some(_) => code.extend(token.chars().map(|c| if c == '\n' { '\n' } else { ' ' })),
            None => code.push_str(token),
        }
        rest = behind;
    }
    code
}

/// The length of the comment or literal that begins here; `None` if none does.
fn comment_or_literal(rest: &str, previous: Option<char>) -> Option<usize> {
    let within_word = previous.is_some_and(|c| c.is_alphanumeric() || c == '_');
    if rest.starts_with("//") {
        return Some(rest.find('\n').unwrap_or(rest.len()));
    }
    if rest.starts_with("/*") {
        return Some(block_comment_len(rest));
    }
    if rest.starts_with('"') {
        return Some(quoted_len(rest, '"'));
    }
    if rest.starts_with('\'') {
        return is_char_literal(rest).then(|| quoted_len(rest, '\''));
    }
    let raw = rest.strip_prefix("br").or(rest.strip_prefix('r')).filter(|_| !within_word)?;
    let hashes = raw.len() - raw.trim_start_matches('#').len();
    raw[hashes..].starts_with('"').then(|| {
        let end = format!("\"{}", "#".repeat(hashes));
        let start = rest.len() - raw.len() + hashes + 1;
        rest[start..].find(&end).map_or(rest.len(), |at| start + at + end.len())
    })
}

fn block_comment_len(rest: &str) -> usize {
    let mut depth = 0;
    let mut at = 0;
    while at < rest.len() {
        let here = &rest.as_bytes()[at..];
        if here.starts_with(b"/*") {
            depth += 1;
            at += 2;
        } else if here.starts_with(b"*/") {
            depth -= 1;
            at += 2;
            if depth == 0 {
                return at;
            }
        } else {
            at += 1;
        }
    }
    rest.len()
}

fn quoted_len(rest: &str, quote: char) -> usize {
    let mut escaped = false;
    for (at, c) in rest.char_indices().skip(1) {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            _ if c == quote => return at + 1,
            _ => {}
        }
    }
    rest.len()
}

/// `'x'` or `'\...'`, not the lifetime `'x`.
fn is_char_literal(rest: &str) -> bool {
    let mut chars = rest.chars().skip(1);
    match chars.next() {
        Some('\\') => true,
        Some(_) => chars.next() == Some('\''),
        None => false,
    }
}

#[cfg(test)]
mod tests {
    use super::lines_with_unsafe;

    #[test]
    fn code_is_found() {
        assert_eq!(lines_with_unsafe("fn a() {\n    unsafe { b() }\n}\nunsafe fn c() {}"), [2, 4]);
        assert_eq!(lines_with_unsafe("let a = \"x\"; unsafe { b('\"') }"), [1]);
        assert_eq!(lines_with_unsafe("fn f<'a>(x: &'a str) { unsafe {} }"), [1]);
        assert_eq!(lines_with_unsafe("#[unsafe(no_mangle)] fn a() {}"), [1]);
    }

    #[test]
    fn words_that_are_no_code_are_not() {
        let none: [usize; 0] = [];
        assert_eq!(lines_with_unsafe("// unsafe\n/* unsafe /* */ unsafe */ #![deny(unsafe_code)]"), none);
        assert_eq!(lines_with_unsafe("let a = \"unsafe \\\" unsafe\"; let b = r#\"\" unsafe \"#;"), none);
        assert_eq!(lines_with_unsafe("let q = '\\''; // unsafe"), none);
    }
}
