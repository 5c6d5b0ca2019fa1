//! What is odd about `run_worker_first`.

use trailmark::{RequestPath, Resolution, Scratch, encode_site_path};

use super::Checked;
use super::warning::{Warning, WarningKind};
use crate::config::run_worker_first::StaticRouting;
use crate::options::Platform;
use crate::router::ScriptFirst;
use crate::shown::Shown;

/// All warnings about `run_worker_first`.
pub(super) fn check(checked: &Checked<'_>) -> Vec<Warning> {
    if checked.site.options.platform != Platform::Workers {
        return Vec::new();
    }
    let router = &checked.rules.router;
    let mut warnings = Vec::new();
    if !router.has_script {
        warnings.extend(worker_missing(&router.first));
    }
    if let ScriptFirst::Rules(rules) = &router.first {
        warnings
            .extend(rules.include.iter().filter_map(|rule| Rule { rule, excludes: false }.check(checked)));
        warnings.extend(rules.exclude.iter().filter_map(|rule| Rule { rule, excludes: true }.check(checked)));
    }
    warnings
}

fn worker_missing(first: &ScriptFirst) -> Option<Warning> {
    let requests = match first {
        ScriptFirst::Always => "every request".to_owned(),
        ScriptFirst::Rules(StaticRouting { include, .. }) => {
            let patterns: Vec<String> = include.iter().map(|rule| format!("`{}`", Shown(rule))).collect();
            format!("each request for {}", patterns.join(", "))
        }
        _ => return None,
    };
    let message = format!(
        "`run_worker_first` sends {requests} to a Worker, but there is none, so it fails with status 500; add `main`, or \
         remove `run_worker_first`"
    );
    Some(Warning::of_site(WarningKind::WorkerMissing, message))
}

/// A rule of the list, without its `!`.
struct Rule<'r> {
    rule: &'r str,
    excludes: bool,
}

impl Rule<'_> {
    fn check(&self, checked: &Checked<'_>) -> Option<Warning> {
        if let Some(why) = unmatchable(self.rule) {
            return Some(self.warn(WarningKind::RunWorkerFirstUnmatchable, &why));
        }
        if self.rule.contains('*') {
            let may_match = !self.excludes || has_file_below(checked, self.rule);
            return (!may_match).then(|| self.no_file());
        }
        let mut scratch = Scratch::new();
        let path = RequestPath::parse(self.rule, &mut scratch).ok()?;
        match checked.manifest.lookup(&path) {
            Resolution::Serve { .. } => None,
            Resolution::Redirect { location, .. } => {
                let message = format!(
                    "matches only that URL, which redirects to `{location}`; to have the page, list that one"
                );
                Some(self.warn(WarningKind::RunWorkerFirstOtherForm, &message))
            }
            _ if checked.rules.redirect_rules().iter().any(|rule| rule.from == self.rule) => None,
            _ => Some(self.no_file()),
        }
    }

    fn no_file(&self) -> Warning {
        let message = if self.excludes {
            "matches no file of the site: its requests are misses that never reach the Worker"
        } else {
            "names no file of the site: right if the Worker answers it by itself, a slip if a page was meant"
        };
        self.warn(WarningKind::RunWorkerFirstNoFile, message)
    }

    fn warn(&self, kind: WarningKind, message: &str) -> Warning {
        let sign = if self.excludes { "!" } else { "" };
        Warning::of_site(kind, format!("`{sign}{}` of `run_worker_first` {message}", Shown(self.rule)))
    }
}

/// Why no request path fits a pattern, if that can be seen.
fn unmatchable(pattern: &str) -> Option<String> {
    let never_arrives = |c: &char| {
        !c.is_ascii_graphic() || matches!(c, '"' | '<' | '>' | '`' | '{' | '}' | '^' | '\\' | '?' | '#')
    };
    let is_dots = |segment: &str| {
        let segment = segment.to_ascii_lowercase().replace("%2e", ".");
        segment == "." || segment == ".."
    };
    if let Some(c) = pattern.chars().find(never_arrives) {
        let c = Shown(&c.to_string());
        return Some(match as_it_arrives(pattern) {
            Some(arrives) => {
                format!("matches nothing, because no request path has a `{c}` in it; write `{arrives}`")
            }
            None => format!("matches nothing, because no request path has a `{c}` in it"),
        });
    }
    pattern.split('/').any(is_dots).then(|| {
        "matches nothing, because `.` and `..` in a request path are resolved before it is looked at"
            .to_owned()
    })
}

/// The pattern as a client would send it.
fn as_it_arrives(pattern: &str) -> Option<String> {
    if pattern.contains(['?', '#', '\\']) {
        return None;
    }
    let mut scratch = Scratch::new();
    Some(RequestPath::parse(pattern, &mut scratch).ok()?.path().to_owned())
}

/// Whether some file may be matched: its path begins as the pattern does.
fn has_file_below(checked: &Checked<'_>, pattern: &str) -> bool {
    let start = pattern.split('*').next().unwrap_or_default();
    // `/docs` is a URL of `/docs.html`, and `/docs/` of `/docs/index.html`.
    let fits = |path: &str| {
        path.starts_with(start) || start.strip_suffix('/').is_some_and(|start| path.starts_with(start))
    };
    checked.site.assets.iter().any(|asset| fits(&encode_site_path(&asset.site_path)))
}
