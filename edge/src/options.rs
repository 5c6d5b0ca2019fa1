//! What an operator can set. Leaf module.

use std::time::Duration;

/// Whose HTTP the answers follow.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum Semantics {
    /// The platform's: exactly its headers, its narrow `If-None-Match`, no ranges, no choice of encodings.
    #[default]
    Platform,
    /// RFC 9110 and 9111 where they ask for more: lists and `*` in conditional headers, ranges, precompressed siblings, `Allow` with
    /// 405. Routing stays the platform's.
    Standard,
}

/// Settings of an [`Edge`](crate::Edge). The defaults suit a small machine; take them, and change fields.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct EdgeOptions {
    /// Whose HTTP the answers follow.
    pub semantics: Semantics,
    /// How much memory the bodies of all sites may take together, bytes. Default 128 MiB.
    pub body_budget: u64,
    /// The largest file that is kept in memory, bytes; larger ones are streamed from disk. Default 1 MiB.
    pub largest_kept: u64,
    /// The most ranges that one request may ask for; with more, the whole file is sent. Default 16.
    pub max_ranges: usize,
    /// `true` if what stands in front speaks TLS with the visitors: the scheme of requests that don't name theirs is then `https`.
    pub is_https: bool,
    /// The host of requests that name none, as those of HTTP/1.0 may. Default `localhost`.
    pub default_host: String,
    /// Whether each response carries an [`AnsweredBy`](crate::AnsweredBy) among its extensions, for request logs.
    pub reports_rules: bool,
    /// How young a change of a large file may be for its checksum not to be remembered: within it, a second change may leave no
    /// trace in the file's times. Default 2 s.
    pub settling_time: Duration,
}

impl Default for EdgeOptions {
    fn default() -> Self {
        EdgeOptions {
            semantics: Semantics::default(),
            body_budget: 128 << 20,
            largest_kept: 1 << 20,
            max_ranges: 16,
            is_https: false,
            default_host: "localhost".to_owned(),
            reports_rules: false,
            settling_time: Duration::from_secs(2),
        }
    }
}
