//! Texts of a site in Markdown.

use super::Shown;

/// Nobody reads more of a URL in a list, characters.
const LONGEST: usize = 200;

/// A text as code, which Markdown leaves alone, also in a cell of a table.
pub(crate) fn code(text: &str) -> String {
    let text = Shown(text).to_string().replace('`', "%60").replace('|', "\\|");
    let cut: String = text.chars().take(LONGEST).collect();
    let dots = if cut.len() < text.len() { "…" } else { "" };
    format!("`{cut}{dots}`")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_gets_out_of_code() {
        assert_eq!(code("/a|b`c\u{1b}"), "`/a\\|b%60c\\u{1b}`");
        assert_eq!(code(&"x".repeat(300)).chars().count(), 203);
    }
}
