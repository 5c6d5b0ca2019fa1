//! The fuzz targets of `fuzz/`, each for a few seconds, where a nightly compiler and cargo-fuzz are installed. Without them, the
//! tests still run every target over its seeds and former failures.

use std::process::Command;

use anyhow::{Result, bail};

use crate::repo;

/// Seconds for each target.
const SECONDS: u32 = 6;

/// Builds all targets and runs each for a few seconds; says how often. `None` if the tools are not there.
///
/// # Errors
/// Lists the targets that failed, with what the fuzzer said.
pub(crate) fn smoke() -> Result<Option<String>> {
    let listed = repo::capture(&mut fuzz(&["list"]));
    let Some(listed) = listed.ok().filter(|listed| listed.success) else { return Ok(None) };
    let built = repo::capture(&mut fuzz(&["build"]))?;
    if !built.success {
        bail!("the fuzz targets do not build:\n{}", built.output);
    }
    let mut notes = Vec::new();
    for target in listed.output.lines() {
        let corpus = repo::scratch("fuzz").join(target);
        std::fs::create_dir_all(&corpus)?;
        let mut command = fuzz(&["run", target]);
        command.arg(corpus).arg(format!("seeds/{target}"));
        command.args(["--", &format!("-max_total_time={SECONDS}"), "-timeout=20", "-max_len=16384"]);
        let finished = repo::capture(&mut command)?;
        if !finished.success {
            bail!("{target} failed; its input belongs into fuzz/regressions/{target}:\n{}", finished.output);
        }
        notes.push(format!("{target} {}", executions(&finished.output)));
    }
    Ok(Some(format!("inputs tried: {}", notes.join(", "))))
}

fn fuzz(arguments: &[&str]) -> Command {
    let mut command = Command::new("cargo");
    // Tasks are run by a cargo that tells its children which compiler to take; here it is another.
    command.env_remove("RUSTUP_TOOLCHAIN").env_remove("RUSTC").env_remove("CARGO");
    command.args(["+nightly", "fuzz"]).args(arguments).current_dir(repo::root().join("fuzz"));
    command
}

/// The number in the fuzzer's last line, `Done 1234 runs in 6 second(s)`.
fn executions(output: &str) -> &str {
    let done = output.lines().rev().find_map(|line| line.strip_prefix("Done "));
    done.and_then(|rest| rest.split(' ').next()).unwrap_or("?")
}

#[cfg(test)]
mod tests {
    #[test]
    fn executions_are_read_from_the_last_line() {
        assert_eq!(super::executions("#1 INITED\nDone 1234 runs in 6 second(s)\n"), "1234");
        assert_eq!(super::executions(""), "?");
    }
}
