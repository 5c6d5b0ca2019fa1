//! What a build of the WebAssembly was made from, as a few lines that are committed beside it.
//!
//! Its bytes are compared only where the same compiler made them; another one gives others. Whether the *sources* are the same can be told
//! anywhere, without any compiler: their lines of code are hashed, without comments and without the tests at the end of a file.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};
use data_encoding::HEXLOWER;
use sha2::{Digest, Sha256};

use super::build;
use super::toolchain::{TARGET, Toolchain};
use crate::repo;

/// The members whose code is in the file.
const MEMBERS: [&str; 2] = ["runtime", "wasm"];

/// Where a build comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Origin {
    /// Compiler, cargo and linker: with others the bytes may be others.
    pub(crate) tools: String,
    /// Of all that goes in.
    pub(crate) sources: String,
    /// Of what came out.
    pub(crate) bytes: String,
}

impl Origin {
    /// That of a build that was just made here.
    ///
    /// # Errors
    /// The sources can't be read, or there is no compiler.
    pub(crate) fn of(bytes: &[u8]) -> Result<Origin> {
        Ok(Origin { tools: tools()?, sources: sources()?, bytes: HEXLOWER.encode(&Sha256::digest(bytes)) })
    }

    /// Reads what [`Origin::text`] gives.
    ///
    /// # Errors
    /// A line is missing.
    pub(crate) fn parse(text: &str) -> Result<Origin> {
        let field = |name: &str| {
            let line = text.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(": "));
            line.map(str::to_owned).with_context(|| format!("it has no line `{name}: ...`"))
        };
        Ok(Origin { tools: field("tools")?, sources: field("sources")?, bytes: field("bytes")? })
    }

    /// The lines.
    pub(crate) fn text(&self) -> String {
        let Origin { tools, sources, bytes } = self;
        format!(
            "What trailmark.wasm.deflate was made from; `cargo xtask report` writes it and `cargo xtask report --check` reads it.\n\
             tools: {tools}\nsources: {sources}\nbytes: {bytes}\n"
        )
    }
}

/// What builds, with versions.
fn tools() -> Result<String> {
    let toolchain = build::toolchain()?;
    let version = |command: &mut Command| -> Result<String> {
        let said = repo::capture(command)?;
        Ok(said.output.lines().next().unwrap_or_default().trim().to_owned())
    };
    let rustc = match &toolchain {
        Toolchain::Debian { rustc, .. } => Command::new(rustc),
        _ => Command::new(std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into())),
    };
    let mut tools = version({ rustc }.arg("--version"))?;
    write!(tools, "; {}", version(repo::cargo().arg("--version"))?)?;
    match &toolchain {
        Toolchain::Target => tools.push_str("; standard library as installed"),
        Toolchain::Sources { linker } | Toolchain::Debian { linker, .. } => {
            let linker = version(Command::new(linker).args(["-flavor", "wasm", "--version"]))?;
            write!(tools, "; {}", linker.split(" (").next().unwrap_or_default())?;
        }
    }
    Ok(tools)
}

/// The hash of the code, the versions and features of what it depends on, the profile and the flags.
fn sources() -> Result<String> {
    let mut hash = Sha256::new();
    for member in MEMBERS {
        let folder = repo::root().join(member).join("src");
        let mut files = Vec::new();
        collect(&folder, &mut files)?;
        files.sort();
        for file in files {
            let text =
                std::fs::read_to_string(&file).with_context(|| format!("can't read {}", file.display()))?;
            let name = file.strip_prefix(repo::root()).unwrap_or(&file).to_string_lossy().replace('\\', "/");
            hash.update(format!("{name}\n{}\0", code(&text)));
        }
    }
    hash.update(dependencies()?);
    hash.update(profiles(&std::fs::read_to_string(repo::root().join("Cargo.toml"))?));
    hash.update(build::STACK);
    Ok(HEXLOWER.encode(&hash.finalize()))
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) -> Result<()> {
    for entry in std::fs::read_dir(folder).with_context(|| format!("can't read {}", folder.display()))? {
        let path = entry?.path();
        if path.is_dir() {
            collect(&path, files)?;
        } else if path.extension() == Some("rs".as_ref()) {
            files.push(path);
        }
    }
    Ok(())
}

/// The lines that can make a difference: no comments of their own, no tests at the end.
fn code(text: &str) -> String {
    let before_tests = text.replace('\r', "");
    let end = before_tests.find("\n#[cfg(test)]\nmod tests {").unwrap_or(before_tests.len());
    let lines = before_tests.get(..end).unwrap_or_default().lines();
    let is_code = |line: &&str| !line.trim().is_empty() && !line.trim_start().starts_with("//");
    lines.filter(is_code).collect::<Vec<_>>().join("\n")
}

/// What the crate depends on for this target, with versions and features.
fn dependencies() -> Result<String> {
    let mut cargo = repo::cargo();
    cargo.args(["tree", "--quiet", "--locked", "--package", "trailmark-wasm", "--target", TARGET]);
    cargo.args(["--edges", "normal", "--prefix", "none", "--format", "{p} {f}"]);
    let tree = repo::capture(&mut cargo)?;
    if !tree.success {
        bail!("{} failed:\n{}", repo::show(&cargo), tree.output);
    }
    // A member comes with its folder, which is not the same everywhere.
    let root = format!(" ({}", repo::root().display());
    let lines = tree.output.lines().map(|line| match line.split_once(&root) {
        Some((before, after)) => {
            format!("{before}{}", after.split_once(')').map_or("", |(_, features)| features))
        }
        None => line.to_owned(),
    });
    let mut lines: Vec<String> =
        lines.map(|line| line.trim_end_matches(" (*)").trim_end().to_owned()).collect();
    lines.sort();
    lines.dedup();
    Ok(lines.join("\n"))
}

/// The sections of Cargo.toml that say how it is optimised.
fn profiles(manifest: &str) -> String {
    let mut inside = false;
    let mut kept = Vec::new();
    for line in manifest.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#')) {
        if line.starts_with('[') {
            inside = line.starts_with("[profile.wasm") || line.starts_with("[profile.release");
        }
        if inside {
            kept.push(line);
        }
    }
    kept.join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_lines_of_code_count() {
        let text = "//! About.\r\n\r\nuse a;\n\n/// Says.\nfn b() {\n    // why\n    c(\"//\"); // end\n}\n\n#[cfg(test)]\nmod tests {\n    x\n}\n";
        assert_eq!(code(text), "use a;\nfn b() {\n    c(\"//\"); // end\n}");
        assert_eq!(code("fn a() {}"), "fn a() {}");
    }

    #[test]
    fn profiles_are_told_from_the_rest() {
        let text = "[a]\nb = 1\n[profile.release]\nlto = \"thin\"\n# why\n[profile.dev]\nc = 2\n[profile.wasm]\nopt-level = \"s\"\n";
        assert_eq!(profiles(text), "[profile.release]\nlto = \"thin\"\n[profile.wasm]\nopt-level = \"s\"");
    }

    #[test]
    fn what_is_written_can_be_read() {
        let origin = Origin { tools: "a 1; b 2".into(), sources: "c".into(), bytes: "d".into() };
        assert_eq!(Origin::parse(&origin.text()).unwrap(), origin);
        assert!(Origin::parse("tools: a\n").is_err());
    }

    #[test]
    fn sources_depend_on_no_folder() {
        assert!(!dependencies().unwrap().contains(&repo::root().display().to_string()));
        assert_eq!(sources().unwrap().len(), 64);
    }
}
