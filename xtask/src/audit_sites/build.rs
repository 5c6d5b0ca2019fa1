//! Fetches and builds a site, unless it is there: with apt-get, npm and pip as the machine has them set up.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail};

use super::catalog::{Content, Site, Source, Tool};
use super::{fixtures, must, place, python};
use crate::repo;

/// The folder of a site's files.
///
/// # Errors
/// Its package can't be had, or it does not build.
pub(super) fn site(root: &Path, site: &Site) -> Result<PathBuf> {
    let dist = place(root, site);
    if dist.is_dir() {
        return Ok(dist);
    }
    let work = root.join(".work");
    std::fs::create_dir_all(&work).with_context(|| format!("can't make {}", work.display()))?;
    eprintln!("building {}", site.name);
    let made = match &site.source {
        Source::Debian { package, folder } => debian(&work, package)?.join(folder),
        Source::Project { project, content, tool, build, variables, out } => {
            let folder = prepared(&work, project, content.as_ref(), *tool)?;
            let made = folder.join(out);
            let _ = std::fs::remove_dir_all(&made);
            let mut command = generator(&work, &folder, *tool, build);
            command.envs(variables.iter().copied());
            must(&mut command)?;
            made
        }
        Source::As(other) => bail!("build {other} first"),
    };
    std::fs::rename(&made, &dist)
        .with_context(|| format!("can't move {} to {}", made.display(), dist.display()))?;
    Ok(dist)
}

/// The folder that a package is unpacked in; nothing is installed.
fn debian(work: &Path, package: &str) -> Result<PathBuf> {
    let folder = work.join(package);
    let _ = std::fs::remove_dir_all(&folder);
    std::fs::create_dir_all(&folder)?;
    must(Command::new("apt-get").args(["download", package]).current_dir(&folder))
        .context("apt-get can't download; `apt-get update` may help")?;
    let file = std::fs::read_dir(&folder)?
        .filter_map(Result::ok)
        .map(|entry| entry.path())
        .find(|path| path.extension().is_some_and(|extension| extension == "deb"))
        .context("apt-get has left no package")?;
    must(Command::new("dpkg-deb").arg("-x").arg(&file).arg(&folder))?;
    std::fs::remove_file(file)?;
    Ok(folder)
}

/// A copy of a project with its packages and its content, to be built several times.
fn prepared(work: &Path, project: &str, content: Option<&Content>, tool: Tool) -> Result<PathBuf> {
    let name = Path::new(project).file_name().unwrap_or_default();
    let folder = work.join(name);
    if folder.is_dir() {
        return Ok(folder);
    }
    let unfinished = work.join(format!("{}.unfinished", name.to_string_lossy()));
    let _ = std::fs::remove_dir_all(&unfinished);
    must(Command::new("cp").arg("-r").arg(repo::root().join(project)).arg(&unfinished))?;
    without_ours(&unfinished)?;
    match tool {
        Tool::Npm => {
            let install = ["install", "--no-audit", "--no-fund", "--no-update-notifier", "--no-package-lock"];
            must(Command::new("npm").args(install).current_dir(&unfinished).stdin(Stdio::null()))?;
        }
        Tool::Pip => {
            python::installed(work, &unfinished.join("requirements.txt"))?;
        }
    }
    if let Some(content) = content {
        fill(work, &unfinished, content)?;
    }
    std::fs::rename(&unfinished, &folder)?;
    Ok(folder)
}

/// Our own packages are not in the registries, and what they add is not what is to be audited.
fn without_ours(folder: &Path) -> Result<()> {
    let config = folder.join("gatsby-config.js");
    if let Ok(text) = std::fs::read_to_string(&config) {
        let lines = text.lines().filter(|line| !line.contains("gatsby-plugin-trailmark"));
        std::fs::write(config, lines.map(|line| format!("{line}\n")).collect::<String>())?;
    }
    Ok(())
}

/// Puts the Markdown of a package into a project.
fn fill(work: &Path, folder: &Path, content: &Content) -> Result<()> {
    let unpacked = work.join(content.package.replace(['/', '@'], "_"));
    if !unpacked.is_dir() {
        std::fs::create_dir_all(&unpacked)?;
        let packed = must(
            Command::new("npm")
                .args(["pack", "--silent", content.package])
                .current_dir(&unpacked)
                .stdin(Stdio::null()),
        )?;
        let file = packed.lines().last().context("npm has packed nothing")?.trim();
        must(Command::new("tar").args(["-xzf", file]).current_dir(&unpacked))?;
    }
    let to = folder.join(content.to);
    let docs = unpacked.join("package").join(content.docs);
    must(Command::new("node").arg(fixtures().join("content.mjs")).arg(docs).arg(&to))?;
    for left_out in content.without {
        let _ = std::fs::remove_dir_all(to.join(left_out));
    }
    Ok(())
}

fn generator(work: &Path, folder: &Path, tool: Tool, build: &[&str]) -> Command {
    let (name, arguments) = build.split_first().unwrap_or((&"true", &[]));
    let program = match tool {
        Tool::Npm => folder.join("node_modules/.bin").join(name),
        Tool::Pip => python::program(work, name),
    };
    let mut command = Command::new(program);
    command.args(arguments).current_dir(folder).stdin(Stdio::null());
    command
}
