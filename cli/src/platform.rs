//! `--platform`: Workers or Pages, or another host.

use trailmark_compiler::hosts::Host;
use trailmark_compiler::options::Platform;

/// A platform that the user names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum NamedPlatform {
    /// One of Cloudflare's.
    Platform(Platform),
    /// Another host, of which the files alone are asked.
    Host(Host),
}

/// Reads what stands behind `--platform`.
///
/// # Errors
/// It is no platform; the message names what is near.
pub(crate) fn parse(text: &str) -> Result<NamedPlatform, String> {
    if let Ok(platform) = text.parse::<Platform>() {
        return Ok(NamedPlatform::Platform(platform));
    }
    match text.parse::<Host>() {
        Ok(host) if host.cloudflare().is_none() => Ok(NamedPlatform::Host(host)),
        Ok(_) => Err("say what Workers do with --html-handling".to_owned()),
        Err(error) => Err(error.to_string()),
    }
}

/// The help of the option: every host with its settings.
pub(crate) fn help() -> String {
    let hosts = Host::ALL.iter().filter(|host| host.cloudflare().is_none()).map(|host| host.as_str());
    let platforms = Platform::ALL.iter().map(|platform| platform.as_str());
    let all: Vec<&str> = platforms.chain(hosts).collect();
    format!(
        "The platform whose answers are wanted: workers or pages, or another host, of which the files alone are asked, with its settings \
         behind a colon.\n\nPlatforms: {}.",
        all.join(", ")
    )
}
