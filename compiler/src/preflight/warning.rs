//! What preflight says: one warning, its kind, and how many of them are shown.

use std::fmt;

use serde::{Serialize, Serializer};

use crate::shown::Shown;

/// The most warnings of one kind in a text for people.
const SHOWN_OF_A_KIND: usize = 20;

/// Something that the owner of a site may not have meant.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Warning {
    /// What it is.
    pub kind: WarningKind,
    /// How bad that is; the same for all of a kind.
    pub severity: Severity,
    /// The file that it is about: `_redirects`, or the site path of an asset; `None` where it is about the whole site or its
    /// configuration.
    pub file: Option<String>,
    /// The line of that file, counted from 1.
    pub line: Option<u32>,
    /// What it is, where, and what to do.
    pub message: String,
}

/// How bad something is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Severity {
    /// Hardly meant so. An error if the compilation is strict.
    Warning,
    /// Often meant so.
    Information,
}

/// Defines the kinds with their names and how bad they are.
macro_rules! kinds {
    ($($(#[doc = $doc:literal])+ $name:ident = $text:literal, $severity:ident;)+) => {
        /// What a warning is about.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[non_exhaustive]
        pub enum WarningKind { $($(#[doc = $doc])+ $name,)+ }

        impl WarningKind {
            /// Every kind, in the order in which they are reported.
            pub const ALL: &'static [Self] = &[$(Self::$name,)+];

            /// The name, as in JSON.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$name => $text,)+ }
            }

            /// How bad it is.
            pub const fn severity(self) -> Severity {
                match self { $(Self::$name => Severity::$severity,)+ }
            }

            /// What it means, in a sentence or two.
            pub const fn meaning(self) -> &'static str {
                match self { $(Self::$name => concat!($($doc),+),)+ }
            }
        }
    };
}

kinds! {
    /// More files than the platform takes.
    TooManyFiles = "too-many-files", Warning;
    /// More files than the platform takes on its free plan.
    TooManyFilesForFree = "too-many-files-for-free", Information;
    /// A file larger than the platform takes.
    FileTooLarge = "file-too-large", Warning;
    /// A name at which the platform's upload fails.
    NameRefused = "name-refused", Warning;
    /// `_worker.js` among the files of a Workers site: the upload stops at it, since it would be public.
    WorkerScriptAsAsset = "worker-script-as-asset", Warning;
    /// A file that no URL serves, whatever the request.
    UnservedFile = "unserved-file", Warning;
    /// Files whose names differ only in case. To the platform they are different files; some disks and people know no difference.
    DiffersInCase = "differs-in-case", Information;
    /// A `404.html` that is never the answer to a miss, because `not_found_handling` does not ask for it.
    UnusedNotFoundPage = "unused-not-found-page", Warning;
    /// A page that looks like a not-found page and is none: only a file called `404.html` is.
    MisplacedNotFoundPage = "misplaced-not-found-page", Warning;
    /// A rule of `_redirects` that never answers, because an earlier one matches all that it matches.
    ShadowedRedirect = "shadowed-redirect", Warning;
    /// A rule of `_redirects` that leads round in circles, or on and on.
    RedirectLoop = "redirect-loop", Warning;
    /// A rule of `_redirects` that leads to what is not served.
    RedirectToMissing = "redirect-to-missing", Warning;
    /// A rewrite (status 200) of `_redirects` that redirects, because its target does.
    RewriteRedirects = "rewrite-redirects", Warning;
    /// A rule of `_redirects` whose target redirects again.
    RedirectChain = "redirect-chain", Warning;
    /// A rule of `_redirects` that answers in place of files that exist.
    RedirectHidesFile = "redirect-hides-file", Information;
    /// A rule of `_redirects` for a path that goes to the Worker or Function first.
    RedirectBehindScript = "redirect-behind-script", Information;
    /// `run_worker_first` without a Worker: its requests fail with status 500.
    WorkerMissing = "worker-missing", Warning;
    /// A pattern of `run_worker_first` with a character, or a segment, that no request path has.
    RunWorkerFirstUnmatchable = "run-worker-first-unmatchable", Warning;
    /// A pattern of `run_worker_first` that names a URL which only redirects to a page, and not the page.
    RunWorkerFirstOtherForm = "run-worker-first-other-form", Warning;
    /// A pattern of `run_worker_first` that matches nothing in the site.
    RunWorkerFirstNoFile = "run-worker-first-no-file", Information;
}

impl Serialize for WarningKind {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl fmt::Display for WarningKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl fmt::Display for Warning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (&self.file, self.line) {
            (Some(file), Some(line)) => write!(f, "{} line {line}: ", Shown(file))?,
            (Some(file), None) => write!(f, "{}: ", Shown(file))?,
            (None, _) => {}
        }
        write!(f, "{} [{}]", self.message, self.kind)
    }
}

impl Warning {
    /// A warning about the site or its configuration.
    pub(super) fn of_site(kind: WarningKind, message: String) -> Warning {
        Warning { kind, severity: kind.severity(), file: None, line: None, message }
    }

    /// A warning about an asset.
    pub(super) fn of_file(kind: WarningKind, site_path: &str, message: String) -> Warning {
        Warning { file: Some(site_path.to_owned()), ..Warning::of_site(kind, message) }
    }

    /// A warning about a rule of `_redirects`.
    pub(super) fn of_redirect(kind: WarningKind, line: u32, message: String) -> Warning {
        let file = Some("_redirects".to_owned());
        Warning { file, line: Some(line), ..Warning::of_site(kind, message) }
    }
}

/// The warnings as lines for people, at most twenty of a kind, with a count of the rest.
pub fn warning_lines(warnings: &[Warning]) -> Vec<(Severity, String)> {
    let mut lines = Vec::new();
    for of_kind in warnings.chunk_by(|a, b| a.kind == b.kind) {
        let shown = of_kind.iter().take(SHOWN_OF_A_KIND);
        lines.extend(shown.map(|warning| (warning.severity, warning.to_string())));
        let more = of_kind.len().saturating_sub(SHOWN_OF_A_KIND);
        if let (Some(first), 1..) = (of_kind.first(), more) {
            lines.push((first.severity, format!("and {more} more of this kind [{}]", first.kind)));
        }
    }
    lines
}
