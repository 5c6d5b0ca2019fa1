//! The comparison for a comment on a pull request: a table of counts that tells whether to read on, and lists that open on a click.
//! Never longer than a comment may be.

use std::fmt::Write;

use rustc_hash::FxHashMap;
use trailmark_compare::{Comparison, Detail, Kind, in_words};

use super::groups::{self, before_and_after};
use super::lists;
use super::named::Named;
use crate::output::{Shown, code, count, grouped};

/// Longest text, bytes. GitHub takes 65,536 characters, and something may stand around it.
const LONGEST: usize = 60_000;
/// Room kept for what closes the lists.
const RESERVE: usize = 2_000;
const FEW: usize = 3;

/// The whole text.
pub(super) fn text(found: &Comparison<'_>, old: &Named<'_>, new: &Named<'_>, limit: usize) -> String {
    let mut page = Page::new("### What this deploy changes\n");
    if found.is_same() {
        page.line(&format!("No difference: all {} URLs answer as before.", grouped(found.diff.asked as u64)));
    } else {
        page.summary(found);
        page.settings(found);
        page.kinds(found, limit);
        page.zones(found, limit);
        page.rules(found, limit);
    }
    page.finish(old, new)
}

pub(super) struct Page {
    text: String,
    /// How long the text may be at the end of what is open.
    room: usize,
    left_out: usize,
}

impl Page {
    /// A page that begins with this line.
    pub(super) fn new(heading: &str) -> Page {
        let mut page = Page { text: String::new(), room: LONGEST - RESERVE, left_out: 0 };
        page.always(heading);
        page
    }

    /// The text, with what was left out and what was compared at its end.
    pub(super) fn finish(mut self, old: &Named<'_>, new: &Named<'_>) -> String {
        if self.left_out > 0 {
            let lines = count(self.left_out, "line");
            self.always(&format!(
                "\n{lines} left out: a comment can't be longer. `trailmark diff` shows all.\n"
            ));
        }
        let [old, new] = [&old.name, &new.name].map(|name| code(name));
        let version = env!("CARGO_PKG_VERSION");
        self.always(&format!("\n<sub>{old} compared with {new} by Trailmark {version}</sub>\n"));
        self.text
    }

    /// A line, if there is room.
    pub(super) fn line(&mut self, line: &str) {
        if self.text.len() + line.len() > self.room {
            self.left_out += 1;
        } else {
            self.always(line);
        }
    }

    fn always(&mut self, line: &str) {
        self.text.push_str(line);
        self.text.push('\n');
    }

    pub(super) fn more(&mut self, more: usize) {
        if more > 0 {
            self.line(&format!("- and {} more", grouped(more as u64)));
        }
    }

    pub(super) fn open(&mut self, heading: &str, is_open: bool) {
        let open = if is_open { " open" } else { "" };
        self.always(&format!("\n<details{open}><summary>{heading}</summary>\n"));
        // No list takes more than half of what is left, so that there is some of each.
        self.room = usize::midpoint(self.text.len(), LONGEST - RESERVE);
    }

    pub(super) fn close(&mut self) {
        self.always("\n</details>");
        self.room = LONGEST - RESERVE;
    }

    fn summary(&mut self, found: &Comparison<'_>) {
        self.line("| | pages and files | URLs |\n|---|---:|---:|");
        for &kind in Kind::ALL {
            let count = found.diff.count_of(kind);
            if count.urls > 0 {
                let heading = if kind <= Kind::Failing {
                    format!("**{}**", kind.heading())
                } else {
                    kind.heading().to_owned()
                };
                let [pages, urls] = [count.pages, count.urls].map(|number| grouped(number as u64));
                self.line(&format!("| {heading} | {pages} | {urls} |"));
            }
        }
        self.line(&format!("| Same | | {} |", grouped(found.diff.same as u64)));
        for (what, number) in [
            ("**Redirects that lost their target**", found.detours.len()),
            ("Zones of unknown paths", found.zones.len()),
            ("Rules", found.rules.len()),
        ] {
            if number > 0 {
                self.line(&format!("| {what} | {} | |", grouped(number as u64)));
            }
        }
    }

    pub(super) fn settings(&mut self, found: &Comparison<'_>) {
        if found.settings.is_empty() {
            return;
        }
        let mut text = "\nServed in another way: ".to_owned();
        for (index, setting) in found.settings.iter().enumerate() {
            let comma = if index > 0 { ", " } else { "" };
            let _ =
                write!(text, "{comma}{} {} → {}", setting.name, code(&setting.before), code(&setting.after));
        }
        self.line(&text);
    }

    fn kinds(&mut self, found: &Comparison<'_>, limit: usize) {
        let successors: FxHashMap<usize, String> = found
            .suggestions
            .renames
            .iter()
            .map(|rename| {
                (rename.change, format!("; now {} ({})", code(&rename.to), rename.reason.in_words()))
            })
            .collect();
        let mut first = 0;
        for &kind in Kind::ALL {
            let pages = found.diff.of_kind(kind).len();
            let is_build = matches!(kind, Kind::GoneHashed | Kind::NewHashed);
            if pages > 0 && kind != Kind::Spelling {
                let heading = format!("<b>{}</b>: {}", kind.heading(), grouped(pages as u64));
                self.open(&heading, kind <= Kind::Failing);
                let limit = if is_build { limit.min(FEW) } else { limit };
                self.group(found, kind, limit, &|index| {
                    successors.get(&(first + index)).cloned().unwrap_or_default()
                });
                self.close();
            }
            if kind == Kind::Gone {
                self.redirect_lines(found, limit);
                self.detours(found, limit);
            }
            first += pages;
        }
    }

    fn group(
        &mut self,
        found: &Comparison<'_>,
        kind: Kind,
        limit: usize,
        successor: &dyn Fn(usize) -> String,
    ) {
        let mut left = limit;
        let mut unshown = 0;
        for cause in groups::causes(found, kind, limit) {
            if left == 0 {
                unshown += cause.pages;
                continue;
            }
            let has_cause = !cause.text.is_empty();
            let most = if has_cause { left.min(FEW) } else { left };
            let examples = cause.examples(&found.diff, kind);
            let mut indent = "";
            if has_cause {
                self.line(&format!("- {}: {}", code(&cause.text), count(cause.pages, "page")));
                indent = "  ";
            }
            for (index, detail) in examples.iter().take(most).enumerate() {
                let item = item(detail, has_cause);
                let successor = if has_cause { String::new() } else { successor(index) };
                self.line(&format!("{indent}- {item}{successor}"));
            }
            let shown = examples.len().min(most);
            left = left.saturating_sub(shown.max(1));
            match (has_cause, cause.pages - shown) {
                (_, 0) => {}
                (true, more) => self.line(&format!("  - and {} more", grouped(more as u64))),
                (false, more) => unshown += more,
            }
        }
        self.more(unshown);
    }

    pub(super) fn redirect_lines(&mut self, found: &Comparison<'_>, limit: usize) {
        let suggestions = &found.suggestions;
        if suggestions.lines.is_empty() {
            return;
        }
        let pages: usize = suggestions.lines.iter().map(|line| line.pages).sum();
        self.open(
            &format!("Lines for <code>_redirects</code> that would keep {}", count(pages, "page")),
            false,
        );
        self.always("```text");
        for line in lists::blocks(suggestions, limit) {
            self.line(&Shown(&line).to_string().replace("```", "` ``"));
        }
        self.always("```");
        for (line, from, to) in suggestions.repoint.iter().take(limit) {
            self.line(&format!(
                "- line {line} leads {} to what is gone: let it lead to {}",
                code(from),
                code(to)
            ));
        }
        self.close();
    }

    fn detours(&mut self, found: &Comparison<'_>, limit: usize) {
        if found.detours.is_empty() {
            return;
        }
        self.open(&format!("<b>Redirects that lost their target</b>: {}", found.detours.len()), true);
        for detour in found.detours.iter().take(limit) {
            let way: Vec<_> =
                std::iter::once(&detour.location).chain(&detour.then).map(|place| code(place)).collect();
            let end = if detour.is_dead_end { " → nothing" } else { "" };
            self.line(&format!("- {} → {}{end} (line {})", code(&detour.path), way.join(" → "), detour.line));
        }
        self.more(found.detours.len().saturating_sub(limit));
        self.close();
    }

    fn zones(&mut self, found: &Comparison<'_>, limit: usize) {
        if found.zones.is_empty() {
            return;
        }
        self.open(
            &format!("Unknown paths are answered otherwise: {}", count(found.zones.len(), "zone")),
            false,
        );
        for zone in found.zones.iter().take(limit) {
            let [below, before, after] =
                [&format!("{}*", zone.below), &zone.before, &zone.after].map(|text| code(text));
            let change = if zone.is_other_answer || before != after {
                format!("{before} → {after}")
            } else {
                format!("{after}, with other content or headers")
            };
            self.line(&format!("- {below}: {change}"));
        }
        self.more(found.zones.len().saturating_sub(limit));
        self.close();
    }

    fn rules(&mut self, found: &Comparison<'_>, limit: usize) {
        if found.rules.is_empty() {
            return;
        }
        self.open(&format!("Rules: {}", count(found.rules.len(), "difference")), false);
        self.always("```diff");
        for change in found.rules.iter().take(limit) {
            let sides = [("-", &change.before), ("+", &change.after)];
            for (mark, text) in sides.into_iter().filter_map(|(mark, text)| Some((mark, text.as_ref()?))) {
                let text = Shown(text).to_string().replace("```", "` ``");
                self.line(&format!("{mark} {}: {text}", change.file.name()));
            }
        }
        self.always("```");
        self.more(found.rules.len().saturating_sub(limit));
        self.close();
    }
}

pub(super) fn item(detail: &Detail<'_>, has_cause: bool) -> String {
    let (before, after) = before_and_after(detail);
    let path = code(&detail.main.path);
    let location =
        |reply: &trailmark_compare::Reply<'_>| code(reply.location.as_deref().unwrap_or(&in_words(reply)));
    match detail.kind {
        Kind::Gone | Kind::GoneHashed => format!("{path} was {}", code(&before)),
        Kind::New | Kind::NewHashed => format!("{path} {}", code(&after)),
        Kind::Content => format!("{path} {after}, {before}"),
        Kind::RedirectStarts => format!("{path} → {}", location(&detail.main.after)),
        Kind::RedirectStops => format!("{path} was → {}", location(&detail.main.before)),
        Kind::RedirectTarget => {
            format!("{path} → {}, was → {}", location(&detail.main.after), location(&detail.main.before))
        }
        Kind::Headers if has_cause => path,
        _ => format!("{path} {} → {}", code(&before), code(&after)),
    }
}
