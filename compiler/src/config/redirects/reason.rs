//! What the platform makes of lines of `_redirects` that do not do what they seem to say, and the limits behind that.

use crate::config::rule_pattern::InvalidPattern;
use crate::config::rule_url::MAX_LINE_UNITS;

/// The most static rules that are read.
pub const MAX_STATIC_RULES: usize = 2000;

/// The most dynamic rules that are read; the rest of the file is dropped with the first one beyond.
pub const MAX_DYNAMIC_RULES: usize = 100;

/// What happens to a line of `_redirects` that does not do what it seems to say.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum RedirectReason {
    /// The line is too long to be read.
    #[error(
        "ignored by the platform, because it has {units} UTF-16 units and at most {MAX_LINE_UNITS} are read"
    )]
    LineTooLong {
        /// Its length.
        units: usize,
    },
    /// The line is not `from to [status]`.
    #[error("ignored by the platform, because it has {found} words where `from to [status]` is expected")]
    WordCount {
        /// The number of words.
        found: usize,
    },
    /// The source has a host.
    #[error("ignored by the platform, because a redirect can only be from a path of the site itself")]
    SourceHasHost,
    /// There are too many static rules.
    #[error("ignored by the platform, because at most {MAX_STATIC_RULES} static rules are read")]
    TooManyStatic,
    /// There are too many dynamic rules.
    #[error(
        "ignored by the platform, with all lines below it, because at most {MAX_DYNAMIC_RULES} dynamic rules \
         are read"
    )]
    TooManyDynamic,
    /// The line stands below the first dynamic rule too many.
    #[error("ignored by the platform, because line {line} is one dynamic rule too many and ends the file")]
    BelowTooManyDynamic {
        /// The line of that rule.
        line: u32,
    },
    /// The target is neither a path nor on `https`.
    #[error("ignored by the platform, because the target begins with neither `/` nor `https://`")]
    TargetNotAllowed,
    /// The third word is no status of a redirect.
    #[error("ignored by the platform, because `{found}` is none of 200, 301, 302, 303, 307, 308")]
    Status {
        /// The third word.
        found: String,
    },
    /// The rule would lead back to itself through html handling.
    #[error(
        "ignored by the platform, because html handling would send the target back to this rule for ever"
    )]
    Loop,
    /// The same source was accepted before.
    #[error("ignored by the platform, because line {first} is for the same path")]
    Duplicate {
        /// The line that counts.
        first: u32,
    },
    /// Status 200 with a host in the target.
    #[error(
        "ignored by the platform, because a rewrite (200) cannot lead to another host; later rules for this \
         path are ignored with it"
    )]
    RewriteToHost,
    /// The pattern is invalid.
    #[error("ignored by the platform, because its pattern is invalid: {0}")]
    InvalidPattern(#[from] InvalidPattern),
    /// The source has a character that no request path has.
    #[error("ignored by the platform, because no request path has the character `{character}` in it")]
    UnmatchableCharacter {
        /// The first such character.
        character: char,
    },
    /// The source climbs above the root.
    #[error("ignored by the platform, because its path climbs above the root, and what remains is empty")]
    EmptySource,
    /// The source's query or fragment is dropped.
    #[error(
        "applied to `{from}` with any query, because the query and the fragment of the source are dropped"
    )]
    SourceQuery {
        /// What is matched.
        from: String,
    },
    /// The rule looks static, and is dynamic.
    #[error(
        "a dynamic rule, because line {line} above it has `*` or `:name`: it is tried in the order of the file, \
         and counts towards the {MAX_DYNAMIC_RULES} dynamic rules"
    )]
    DynamicByPosition {
        /// The first dynamic rule.
        line: u32,
    },
    /// The target has a name that the source does not have.
    #[error("sent on with `:{name}` as it stands, because its source has no such name")]
    UnknownName {
        /// The name, without its colon.
        name: String,
    },
    /// The target has a name that begins with a name of the source.
    #[error(
        "sent on with the value of `:{prefix}` in place of the start of `:{name}`, because names are replaced \
         textually"
    )]
    NamePrefix {
        /// The name in the target, without its colon.
        name: String,
        /// The name that is replaced.
        prefix: String,
    },
    /// The target is no URL.
    #[error("answered with status 500 by the platform, because its target is not a URL")]
    TargetUnparsable,
}

impl RedirectReason {
    /// Whether the line has no effect at all; otherwise it has another than it seems to have.
    pub const fn is_ignored(&self) -> bool {
        !matches!(
            self,
            Self::SourceQuery { .. }
                | Self::DynamicByPosition { .. }
                | Self::UnknownName { .. }
                | Self::NamePrefix { .. }
                | Self::TargetUnparsable
        )
    }
}
