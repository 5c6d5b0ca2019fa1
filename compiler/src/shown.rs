//! Names and lines from a site, as they may stand in a message: what could move a cursor or change the direction of text is
//! written as an escape.

use std::fmt::{self, Write};

/// Shows a text with control characters, line breaks and direction marks escaped (`\u{1b}`).
pub(crate) struct Shown<'t>(pub(crate) &'t str);

impl fmt::Display for Shown<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for c in self.0.chars() {
            match c {
                '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => {
                    write!(f, "{}", c.escape_unicode())?;
                }
                c if c.is_control() => write!(f, "{}", c.escape_unicode())?,
                c => f.write_char(c)?,
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::Shown;

    #[test]
    fn names_stay_readable_and_controls_do_not_get_through() {
        assert_eq!(Shown("/keeper's log/灯台").to_string(), "/keeper's log/灯台");
        assert_eq!(Shown("a\u{1b}[2J\n\u{202e}b").to_string(), "a\\u{1b}[2J\\u{a}\\u{202e}b");
    }
}
