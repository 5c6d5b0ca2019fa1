//! `--platform`: one that manifests are made for, or another host.

use trailmark_compiler::hosts::Host;
use trailmark_compiler::options::Platform;

/// A platform that the user names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum NamedPlatform {
    /// One that manifests are made for.
    Platform(Platform),
    /// Another host, which can only be asked about files.
    Host(Host),
}

/// Reads what stands behind `--platform`.
///
/// # Errors
/// It is no platform; the message names what is near.
pub(crate) fn parse(text: &str) -> Result<NamedPlatform, String> {
    let unknown = match text.parse::<Platform>() {
        Ok(platform) => return Ok(NamedPlatform::Platform(platform)),
        Err(unknown) => unknown,
    };
    match text.parse::<Host>() {
        Ok(host) if host.cloudflare().is_none() => Ok(NamedPlatform::Host(host)),
        Ok(_) => Err("say what Workers do with --html-handling".to_owned()),
        Err(error) => Err(format!("{error}; manifests are made for {}", unknown.allowed.join(" and "))),
    }
}
