//! The part of `docs/AUDIT.md` that the code knows better: the rules, between `<!-- begin rules -->` and `<!-- end rules -->`.

use std::fmt::Write;

use trailmark_audit::RULES;

/// The page, with the generated part renewed.
pub fn render(existing: &str) -> String {
    let mut page = existing.to_owned();
    let (begin, end) = ("<!-- begin rules -->\n", "<!-- end rules -->");
    if let Some(start) = page.find(begin).map(|at| at + begin.len())
        && let Some(len) = page[start..].find(end)
    {
        page.replace_range(start..start + len, &format!("\n{}\n", rules()));
    }
    page
}

/// The names of all rules, in the order of the table.
pub fn rule_names() -> impl Iterator<Item = &'static str> {
    RULES.iter().map(|row| row.name)
}

fn rules() -> String {
    let mut text = String::from("| rule | level | a link, or page, that |\n|---|---|---|\n");
    for row in RULES {
        // Writing to a string can't fail.
        let _ = writeln!(text, "| [`{0}`](#{0}) | {1} | {2} |", row.name, row.level.as_str(), row.summary);
    }
    for row in RULES {
        let _ = write!(text, "\n#### `{}`\n\n{} {}\n", row.name, row.explanation, row.fix);
    }
    text
}
