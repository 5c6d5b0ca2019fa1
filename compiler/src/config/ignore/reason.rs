//! What there is to know about a line of `.assetsignore`.

/// The longest line that is matched, in bytes: as long as the longest path that an operating system takes. The platform has no
/// such limit, but a class can be made of each character.
pub(super) const MAX_LINE_LEN: usize = 4096;

/// What happens to a line of `.assetsignore` that does not do what it seems to say.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum IgnoreReason {
    /// The line ends in a backslash.
    #[error("ignored by the platform, because it ends in `\\`")]
    TrailingBackslash,
    /// No path fits.
    #[error("without effect, because no path fits it ({0})")]
    NeverMatches(&'static str),
    /// White space behind the last slash.
    #[error(
        "matched from the root of the site only, because white space (or the CR of a Windows line end) stands behind its \
         last `/`"
    )]
    AnchoredByBlank,
    /// A class that looks negated.
    #[error("matched as if `!` or `^` were one of the characters in `[...]`: the platform negates no class")]
    NotNegated,
    /// Something that is not reproduced.
    #[error(
        "read as git reads it, but the platform may read it otherwise, or refuse the site: {0} is not reproduced here"
    )]
    NotReproduced(&'static str),
    /// The line is too long for the matcher.
    #[error("not reproduced, because it is too long to be matched (at most {MAX_LINE_LEN} bytes)")]
    TooLong,
}
