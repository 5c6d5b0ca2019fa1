//! Reads the files in a site's folder that configure the platform: `_redirects`, `_headers`, `_routes.json`. What the platform
//! ignores in them, or takes otherwise than it looks, is noted with its line.

use std::fmt;
use std::io::{self, Read};
use std::path::Path;

use serde::Serialize;

use crate::CompileOptions;
use crate::config::redirects::RedirectOptions;
use crate::config::rule_url::RuleNote;
use crate::config::wrangler::RunWorkerFirst;
use crate::config::{headers, redirects, routes_json, run_worker_first};
use crate::error::CompileError;
use crate::options::Platform;
use crate::router::{self, Router, ScriptFirst};
use crate::shown::Shown;
use crate::site_rules::SiteRules;
use crate::source;

/// Bytes of the longest file that is read: far more than the rules of any platform take.
const MAX_LEN: u64 = 64 << 20;

/// The user's own code beside the assets, as configured.
#[derive(Debug, Clone, Default)]
pub struct ScriptOptions {
    /// Whether there is a Worker script (`main`), or there are Pages Functions. A `_worker.js` in the folder of a Pages site is
    /// found without this.
    pub has_script: bool,
    /// `assets.run_worker_first`.
    pub run_worker_first: Option<RunWorkerFirst>,
    /// `compatibility_date`.
    pub compatibility_date: Option<String>,
    /// `compatibility_flags`.
    pub compatibility_flags: Vec<String>,
}

/// Something to know about a line of a file that configures the platform.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RuleFileNote {
    /// The file, from the root of the site.
    pub file: &'static str,
    /// Its line, counted from 1; 0 where the format knows no lines.
    pub line: u32,
    /// What happens to it, and why.
    pub message: String,
}

impl fmt::Display for RuleFileNote {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.line {
            0 => write!(f, "{}: {}", self.file, self.message),
            line => write!(f, "{} line {line}: {}", self.file, self.message),
        }
    }
}

impl RuleFileNote {
    pub(crate) fn new<R: fmt::Display>(file: &'static str, note: &RuleNote<R>) -> Self {
        let message = format!("`{}` is {}", Shown(&note.text), note.reason);
        RuleFileNote { file, line: note.line, message }
    }
}

/// Reads them all.
///
/// # Errors
/// [`CompileError`] for a file that can't be read, a `_routes.json` that the platform refuses, or rules of `run_worker_first`
/// that it refuses.
pub(crate) fn read(
    dist: &Path,
    options: &CompileOptions,
) -> Result<(SiteRules, Vec<RuleFileNote>), CompileError> {
    let platform = options.routing.platform;
    let mut notes = Vec::new();
    for name in ["_redirects", "_headers", "_routes.json"] {
        notes.extend(note_folder(dist, name, platform));
    }
    let redirects = read_text(dist, "_redirects", platform)?.map(|text| {
        let options = RedirectOptions {
            platform: options.routing.platform,
            html_handling: options.routing.html_handling,
        };
        let parsed = redirects::parse(&text, options);
        notes.extend(parsed.notes.iter().map(|note| RuleFileNote::new("_redirects", note)));
        parsed
    });
    let headers = read_text(dist, "_headers", platform)?.map(|text| {
        let parsed = headers::parse(&text);
        notes.extend(parsed.notes.iter().map(|note| RuleFileNote::new("_headers", note)));
        parsed
    });
    let router = match options.routing.platform {
        Platform::Workers => worker_router(&options.script)?,
        Platform::Pages => pages_router(dist, &options.script, &mut notes)?,
    };
    Ok((SiteRules { redirects, headers, router }, notes))
}

/// A file of the root as text, bytes that are not UTF-8 replaced as the platform does; `None` if there is no such file. A
/// folder of that name is no file to Pages, and an error to Workers.
///
/// # Errors
/// [`CompileError`] for such a folder, a link that leaves the site, a file of more than 64 MiB, one that can't be read.
pub(crate) fn read_text(dist: &Path, name: &str, platform: Platform) -> Result<Option<String>, CompileError> {
    let path = dist.join(name);
    let metadata = match std::fs::metadata(&path) {
        Ok(metadata) => metadata,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(source) => return Err(CompileError::read(&path, source)),
    };
    if metadata.is_dir() && platform == Platform::Workers {
        let what = format!(
            "{} is a directory, and the platform fails to read it as the file it expects there; rename it",
            Shown(&path.display().to_string())
        );
        return Err(CompileError::Rules { what });
    }
    // A pipe or device is never opened: reading it might not end.
    if !metadata.is_file() {
        return Ok(None);
    }
    let failed = |source| CompileError::read(&path, source);
    if leaves(dist, &path).map_err(failed)? {
        let what = format!(
            "{} is a link that leaves the site, so it is not read; put the file itself there",
            Shown(&path.display().to_string())
        );
        return Err(CompileError::Rules { what });
    }
    let input = source::open(&path).map_err(failed)?;
    if !input.metadata().map_err(failed)?.is_file() {
        return Ok(None);
    }
    let mut bytes = Vec::new();
    if input.take(MAX_LEN + 1).read_to_end(&mut bytes).map_err(failed)? as u64 > MAX_LEN {
        let what = format!(
            "{} is longer than {MAX_LEN} bytes, which no file of rules is; is it the right file?",
            Shown(&path.display().to_string())
        );
        return Err(CompileError::Limit { what });
    }
    Ok(Some(String::from_utf8_lossy(&bytes).into_owned()))
}

/// Whether a file is a link to a place outside the site.
fn leaves(dist: &Path, path: &Path) -> io::Result<bool> {
    if !path.is_symlink() {
        return Ok(false);
    }
    Ok(!path.canonicalize()?.starts_with(dist.canonicalize()?))
}

/// What is said about a folder that has the name of a file that Pages reads.
fn note_folder(dist: &Path, name: &'static str, platform: Platform) -> Option<RuleFileNote> {
    let message = "ignored by the platform with all that is in it, because it is a directory".to_owned();
    let is_ignored = platform == Platform::Pages && dist.join(name).is_dir();
    is_ignored.then_some(RuleFileNote { file: name, line: 0, message })
}

fn worker_router(script: &ScriptOptions) -> Result<Router, CompileError> {
    let first = match &script.run_worker_first {
        None | Some(RunWorkerFirst::Bool(false)) => ScriptFirst::Never,
        Some(RunWorkerFirst::Bool(true)) => ScriptFirst::Always,
        Some(RunWorkerFirst::Rules(rules)) => ScriptFirst::Rules(
            run_worker_first::validate_rules(rules)
                .map_err(|error| CompileError::Rules { what: format!("run_worker_first: {error}") })?,
        ),
    };
    let navigation = router::prefers_assets_on_navigation(
        script.compatibility_date.as_deref(),
        &script.compatibility_flags,
    );
    Ok(Router { has_script: script.has_script, first, navigation })
}

/// A Function exists where the configuration says so, or there is a `_worker.js`. Without one, `_routes.json` means nothing.
fn pages_router(
    dist: &Path,
    script: &ScriptOptions,
    notes: &mut Vec<RuleFileNote>,
) -> Result<Router, CompileError> {
    let has_script = script.has_script || dist.join("_worker.js").exists();
    let text = read_text(dist, "_routes.json", Platform::Pages)?;
    if !has_script {
        if text.is_some() {
            let message =
                "ignored by the platform, because there is no Function (`_worker.js` or `functions/`)".into();
            notes.push(RuleFileNote { file: "_routes.json", line: 0, message });
        }
        return Ok(Router::default());
    }
    let Some(text) = text else {
        return Ok(Router { has_script, first: ScriptFirst::Everything, navigation: false });
    };
    let routes = routes_json::parse(&text).map_err(|error| CompileError::Rules {
        what: format!(
            "{}: {error}; the platform refuses the whole file",
            Shown(&dist.join("_routes.json").display().to_string())
        ),
    })?;
    let note = |note: &routes_json::RouteNote| RuleFileNote {
        file: "_routes.json",
        line: 0,
        message: format!("`{}`: {}", Shown(&note.rule), note.reason),
    };
    notes.extend(routes.notes.iter().map(note));
    Ok(Router { has_script, first: ScriptFirst::Routes(routes), navigation: false })
}
