//! A small part of JavaScript's regular expressions: those without flags, in the lenient syntax that browsers
//! keep for old pages, as far as they only say whether a text fits. All alternatives are run side by side, so
//! that no rule can make a request slow. Source: ECMA-262, section 22.2 and annex B.1.2.

mod node;
mod parse;
mod program;

pub use self::node::RegexError;

use self::program::Program;

/// Whether an expression fits a text; `None` if it is no expression. Compiled anew each time: this serves only rules of
/// `_routes.json` with characters that hardly any has.
pub(crate) fn matches(expression: &str, text: &[u8]) -> Option<bool> {
    let text = core::str::from_utf8(text).unwrap_or_default();
    Some(Regex::new(expression).ok()?.is_match(text))
}

/// A compiled expression.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Regex {
    program: Program,
}

impl Regex {
    /// Compiles an expression of at most 500 UTF-16 units. O(length), counted repetitions written out.
    ///
    /// # Errors
    /// [`RegexError`] if it is none, or uses what is not reproduced here.
    pub fn new(source: &str) -> Result<Self, RegexError> {
        Ok(Self { program: Program::of(&parse::parse(source)?)? })
    }

    /// Whether the expression fits somewhere in the text. O(length of the text x length of the expression).
    pub fn is_match(&self, text: &str) -> bool {
        self.program.is_match(text)
    }
}
