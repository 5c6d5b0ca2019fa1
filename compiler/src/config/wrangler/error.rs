//! What can be wrong with a wrangler configuration: errors, which stop, and warnings, which do not. A leaf.

use std::path::PathBuf;

use crate::config::Position;
use crate::config::run_worker_first::RulesError;

/// Why a configuration cannot be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ConfigError {
    /// The text is not what its notation allows.
    #[error("{at}: syntax error: {message}")]
    Syntax {
        /// Where reading stopped.
        at: Position,
        /// What the parser says.
        message: String,
    },
    /// A value has another type than its key needs.
    #[error("{at}: `{key}` must be {expected}, not {found}")]
    WrongType {
        /// Where the value begins.
        at: Position,
        /// The key, with those it lies in: `assets.binding`.
        key: String,
        /// The type that is needed, in words.
        expected: &'static str,
        /// What stands there, in words.
        found: String,
    },
    /// A value is none of those that its key takes.
    #[error("{at}: unknown value `{found}` for `{key}`; allowed: {}", allowed.join(", "))]
    UnknownValue {
        /// Where the value begins.
        at: Position,
        /// The key, with those it lies in.
        key: String,
        /// What stands there.
        found: String,
        /// Every value that the key takes.
        allowed: Vec<&'static str>,
    },
    /// A date does not exist or is not written as a year, a month and a day.
    #[error("{at}: `{key}` is `{found}`; write an existing date as YYYY-MM-DD")]
    InvalidDate {
        /// Where the value begins.
        at: Position,
        /// The key, with those it lies in.
        key: String,
        /// What stands there.
        found: String,
    },
    /// The platform would refuse the list `assets.run_worker_first`.
    #[error("{at}: cannot use `{key}`")]
    InvalidRules {
        /// Where the first refused rule begins, or the list if no single rule is to blame.
        at: Position,
        /// The key, with those it lies in.
        key: String,
        /// Which rules are refused, and why.
        source: RulesError,
    },
    /// The file describes a Pages project and a Worker at once, which wrangler refuses.
    #[error(
        "{at}: `{key}` cannot stand beside `pages_build_output_dir` ({pages_at}); \
         keep `{key}` for a Worker or `pages_build_output_dir` for a Pages project"
    )]
    PagesAndWorker {
        /// Where the Worker's key stands.
        at: Position,
        /// `assets` or `main`, with the keys it lies in.
        key: String,
        /// Where `pages_build_output_dir` stands.
        pages_at: Position,
    },
    /// The environment asked for is not in the file.
    #[error("no environment `{name}`; {}", list_environments(existing))]
    UnknownEnvironment {
        /// The name asked for.
        name: String,
        /// The names in the file, in its order (sorted for TOML).
        existing: Vec<String>,
    },
    /// The name of a file does not tell its notation.
    #[error("cannot tell the notation of `{}`; name it .json, .jsonc or .toml", path.display())]
    UnknownFormat {
        /// The file.
        path: PathBuf,
    },
    /// A file cannot be read.
    #[error("cannot read `{}`", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// What the system says.
        source: std::io::Error,
    },
    /// A file was read, but cannot be used.
    #[error("cannot use `{}`", path.display())]
    InFile {
        /// The file.
        path: PathBuf,
        /// Why; its positions are in that file.
        source: Box<ConfigError>,
    },
    /// Two files that both configure the site differ.
    #[error(
        "`{}` and `{}` disagree on `{key}`: {first_value} and {second_value}; \
         remove one of the files, or say which one to use",
        first.display(), second.display()
    )]
    Disagreement {
        /// The key on which they differ.
        key: &'static str,
        /// The file that wrangler prefers.
        first: PathBuf,
        /// Its value in words, `not set` if it has none.
        first_value: String,
        /// The other file.
        second: PathBuf,
        /// Its value in words, `not set` if it has none.
        second_value: String,
    },
}

/// Something in a configuration that is probably not what its author meant, but can be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ConfigWarning {
    /// A key that wrangler does not know, and that is therefore without effect.
    #[error("{at}: unknown key `{key}`{}", did_you_mean(suggestion.as_deref()))]
    UnknownKey {
        /// Where the key stands.
        at: Position,
        /// The key, with those it lies in.
        key: String,
        /// The key that was probably meant, with those it must lie in.
        suggestion: Option<String>,
    },
    /// A JSON object has a key twice; the last one counts.
    #[error("{at}: `{key}` is set again, and replaces what was set before; remove one of the two")]
    RepeatedKey {
        /// Where the later one stands.
        at: Position,
        /// The key, with those it lies in.
        key: String,
    },
    /// A key that wrangler refuses unless there is a Worker script.
    #[error("{at}: wrangler refuses `{key}` without a Worker script; set `main`, or remove `{key}`")]
    WithoutWorker {
        /// Where the key stands.
        at: Position,
        /// The key, with those it lies in.
        key: String,
    },
}

impl ConfigWarning {
    /// The place in the file that the warning is about.
    pub fn at(&self) -> Position {
        match self {
            Self::UnknownKey { at, .. } | Self::RepeatedKey { at, .. } | Self::WithoutWorker { at, .. } => {
                *at
            }
        }
    }
}

fn did_you_mean(suggestion: Option<&str>) -> String {
    suggestion.map(|key| format!("; did you mean `{key}`?")).unwrap_or_default()
}

fn list_environments(existing: &[String]) -> String {
    if existing.is_empty() {
        "the file defines none; add it under `env`, or leave out the name".to_owned()
    } else {
        format!("the file defines: {}", existing.join(", "))
    }
}
