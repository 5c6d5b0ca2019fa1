//! The tables of `docs/SITES.md`, as Markdown.

use std::fmt::Write;

use super::SiteList;
use super::figures::Figures;
use super::measure::Measured;
use crate::numbers::grouped;

const FIGURES: (&str, &str) = ("<!-- figures: begin -->\n", "<!-- figures: end -->\n");
const TIMES: (&str, &str) = ("<!-- times: begin -->\n", "<!-- times: end -->\n");

/// One line for the terminal, when a site is done.
pub(super) fn line(site: &SiteList, measured: &[Measured]) -> String {
    let mut line = format!("{}: {} files", site.name, site.files.len());
    for one in measured {
        let seconds: f64 = one.seconds.iter().sum();
        let _ = write!(line, "; {}: {} B, {seconds:.2} s", one.platform, one.manifest_bytes);
        if one.without_url > 0 {
            let _ = write!(line, ", {} without a URL", one.without_url);
        }
        for problem in &one.problems {
            let _ = write!(line, "\n  PROBLEM {problem}");
        }
    }
    line
}

/// What is the same on every machine; figures are for Workers, then Pages.
pub(super) fn figures(rows: &[(SiteList, [Figures; 2])]) -> String {
    let mut text = String::from(
        "| site | files | MB | pages | routes, Workers | manifest, bytes | a page | a file \
         | routes, Pages | manifest, bytes | a page | a file |\n\
         |---|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|\n",
    );
    for (site, figures) in rows {
        let files = site.files.len();
        let pages = site.files.iter().filter(|(path, _)| path.ends_with(".html")).count();
        let (name, size) = (&site.name, megabytes(site.bytes()));
        let _ = write!(text, "| {name} | {} | {size} | {} |", grouped(files), grouped(pages));
        for Figures { routes, manifest_bytes, .. } in figures {
            let each = |count| manifest_bytes.checked_div(count).map_or("-".to_owned(), grouped);
            let _ = write!(text, " {} | {} |", grouped(*routes), grouped(*manifest_bytes));
            let _ = write!(text, " {} | {} |", each(pages), each(files));
        }
        text.push('\n');
    }
    text + &unserved(rows)
}

/// The files that no request path serves, if there are any.
fn unserved(rows: &[(SiteList, [Figures; 2])]) -> String {
    let mut text = String::new();
    for (site, figures) in rows {
        for (one, platform) in figures.iter().zip(["Workers", "Pages"]) {
            for path in &one.without_url {
                let _ =
                    write!(text, "\nOn {platform}, no request is answered with `{path}` of {}.", site.name);
            }
        }
    }
    if text.is_empty() { text } else { text + "\n" }
}

/// What was measured on this machine.
pub(super) fn times(all: &[(SiteList, Vec<Measured>)]) -> String {
    let mut text = String::from(
        "| site | platform | scan, s | hash, s | resolve, s | encode, s | total, s | peak memory, MB |\n\
         |---|---|--:|--:|--:|--:|--:|--:|\n",
    );
    for (site, measured) in all {
        for one in measured {
            let _ = write!(text, "| {} | {} |", site.name, one.platform);
            for seconds in one.seconds.into_iter().chain([one.seconds.iter().sum()]) {
                let _ = write!(text, " {seconds:.3} |");
            }
            let peak =
                one.peak_bytes.map_or("-".to_owned(), |bytes| format!("{}", bytes.div_ceil(1_000_000)));
            let _ = writeln!(text, " {peak} |");
        }
    }
    text
}

/// The whole page: a table that is not given stays as it is in the existing page.
pub(super) fn page(existing: Option<&str>, figures: Option<&str>, times: Option<&str>) -> String {
    let part = |markers, given: Option<&str>| {
        let kept =
            || existing.and_then(|page| between(page, markers)).unwrap_or("(run `cargo xtask sites`)\n");
        given.unwrap_or_else(kept).to_owned()
    };
    let (figures, times) = (part(FIGURES, figures), part(TIMES, times));
    format!(
        "# Real sites\n\n\
         The path lists of `tests/sites/`, written out as files of those sizes, compiled for both platforms with the options \
         that `trailmark compile` takes by itself (Workers: `auto-trailing-slash`, `404-page`), opened, verified, and asked for \
         every file at its canonical URL, which serves that file or one of the same content. Generated; the command is\n\n    \
         cargo xtask sites\n\n\
         ## Figures\n\n\
         The same on every machine. A page is a file whose name ends in `.html`; a route is a request path with a stored \
         answer. `cargo xtask docs` brings this table up to date without writing a file, and `cargo xtask docs --check` \
         fails when it is stale.\n\n{}{figures}{}\n\
         ## Times\n\n\
         Measured on one machine (4 cores of an x86-64 server, release build, files just written and so in the page cache, nearly all of each a hole); \
         they vary by a third from run to run. Peak memory is that of a process which only compiles.\n\n{}{times}{}",
        FIGURES.0, FIGURES.1, TIMES.0, TIMES.1
    )
}

fn between<'t>(text: &'t str, (begin, end): (&str, &str)) -> Option<&'t str> {
    let behind = &text[text.find(begin)? + begin.len()..];
    Some(&behind[..behind.find(end)?])
}

fn megabytes(bytes: u64) -> String {
    format!("{:.1}", bytes as f64 / 1e6)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digits_are_grouped_from_the_right() {
        assert_eq!([1, 12, 123, 1234, 1234567].map(grouped), ["1", "12", "123", "1,234", "1,234,567"]);
    }

    #[test]
    fn a_table_that_is_not_given_is_kept() {
        let first = page(None, Some("figures 1\n"), Some("times 1\n"));
        let second = page(Some(&first), Some("figures 2\n"), None);
        assert_eq!(second, first.replace("figures 1", "figures 2"));
    }
}
