//! The npm side: types, unit tests and packing of our packages; then real projects, built with the packed packages and crawled.

use std::path::PathBuf;
use std::process::Command;

use anyhow::{Result, bail};

use crate::npm::INTEGRATIONS;
use crate::{repo, report, wasm};

/// Builds the packages, which checks their types, runs their unit tests, and looks at what would be published.
///
/// # Errors
/// Any of that fails.
pub(crate) fn packages() -> Result<String> {
    let binary = binary()?;
    wasm::build()?;
    must(&mut INTEGRATIONS.npm(&["run", "build"]))?;
    let tested = must(INTEGRATIONS.npm(&["test"]).env("TRAILMARK_BINARY", binary))?;
    Ok(format!("{} tests; {}", passed(&tested), report::check_wasm()?))
}

/// Builds real projects with the packed packages and follows every link in Chromium; follows the README's quick starts in empty folders.
///
/// # Errors
/// A build fails, or an answer is not what was said.
pub(crate) fn real_builds() -> Result<String> {
    let binary = binary()?;
    wasm::build()?;
    must(&mut INTEGRATIONS.npm(&["run", "build"]))?;
    let tested =
        must(INTEGRATIONS.npm(&["run", "real", "--workspace", "tests"]).env("TRAILMARK_BINARY", binary))?;
    Ok(format!("{} tests", passed(&tested)))
}

/// The `trailmark` program that the tests of the workspace use too.
fn binary() -> Result<PathBuf> {
    must(repo::cargo().args(["build", "--quiet", "--package", "trailmark-cli"]))?;
    Ok(repo::target().join("debug").join("trailmark").with_extension(std::env::consts::EXE_EXTENSION))
}

fn must(command: &mut Command) -> Result<String> {
    let finished = repo::capture(command)?;
    if !finished.success {
        bail!("{}\n{}", repo::show(command), finished.output);
    }
    Ok(finished.output)
}

/// Adds up the lines `# pass 12` that Node's runner ends with, one for each package; newer ones print `ℹ pass 12`.
fn passed(output: &str) -> u32 {
    let counts =
        output.lines().filter_map(|line| line.strip_prefix("# pass ").or(line.strip_prefix("ℹ pass ")));
    counts.filter_map(|count| count.trim().parse::<u32>().ok()).sum()
}

#[cfg(test)]
mod tests {
    #[test]
    fn passed_tests_are_added_up() {
        assert_eq!(super::passed("# tests 4\n# pass 3\n# fail 1\n\u{2139} pass 20\n# pass x\n"), 23);
    }
}
