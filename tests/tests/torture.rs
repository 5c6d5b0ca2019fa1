//! Whether tests run in their short form, as always, or in their long one, as `cargo xtask torture` asks for.

/// Whether `TRAILMARK_TORTURE` is set in the environment.
pub(crate) fn is_on() -> bool {
    std::env::var_os("TRAILMARK_TORTURE").is_some()
}
