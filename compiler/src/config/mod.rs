//! The file formats that configure a site, one module each: text in, plain data out.
//!
//! Nothing here decides an answer to a request; the modules say what a file states, and refuse what the
//! platform refuses. Only [`wrangler::find`] and its siblings touch the disk.

pub mod headers;
pub mod ignore;
pub mod redirects;
pub mod routes_json;
pub mod rule_url;
pub mod run_worker_first;
pub mod wrangler;

/// Patterns of `_redirects` and `_headers`; the runtime matches them too.
pub use trailmark::pattern as rule_pattern;

use std::fmt;

/// A place in a configuration file, for messages.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Position {
    /// The line, counted from 1.
    pub line: usize,
    /// The character within the line, counted from 1.
    pub column: usize,
}

impl Position {
    /// The position of the character that starts `offset` bytes into `text`. An offset inside a character
    /// counts as the end of that character, one past the end of the text as its end. Cost: O(offset).
    pub fn of(text: &str, offset: usize) -> Self {
        let before = text.char_indices().take_while(|(start, _)| *start < offset).map(|(_, char)| char);
        before.fold(Self { line: 1, column: 1 }, |at, char| match char {
            '\n' => Self { line: at.line + 1, column: 1 },
            _ => Self { column: at.column + 1, ..at },
        })
    }
}

impl fmt::Display for Position {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}, column {}", self.line, self.column)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn position_counts_lines_and_characters_from_one() {
        let text = "é\n ab";
        assert_eq!(Position::of(text, 0), Position { line: 1, column: 1 });
        assert_eq!(Position::of(text, 2), Position { line: 1, column: 2 });
        assert_eq!(Position::of(text, 3), Position { line: 2, column: 1 });
        assert_eq!(Position::of(text, 4), Position { line: 2, column: 2 });
        assert_eq!(Position::of(text, 99), Position { line: 2, column: 4 });
    }
}
