//! The programs that are measured beside ours, and `wrk`: from Debian's archive and crates.io, unpacked and built below the target
//! folder. Nothing is installed and no service starts. What can't be had is left out, and said.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, ensure};

use crate::repo;
use crate::tools::STATIC_WEB_SERVER;

/// Packages: the programs, and what they need that a system may lack.
const PACKAGES: [&str; 5] = ["wrk", "libluajit-5.1-2", "nginx", "lighttpd", "caddy"];

/// Where the programs are.
#[derive(Debug)]
pub(super) struct Peers {
    root: PathBuf,
    static_web_server: Option<PathBuf>,
}

/// Gets what is not there yet.
pub(super) fn fetch(wants_servers: bool) -> Peers {
    let root = repo::scratch("load").join("debian");
    for package in PACKAGES.into_iter().filter(|package| wants_servers || is_for_wrk(package)) {
        if let Err(error) = unpack(&root, package) {
            eprintln!("{package} can't be had: {error:#}");
        }
    }
    let static_web_server = wants_servers.then(|| STATIC_WEB_SERVER.install().map(|_| ()));
    if let Some(Err(error)) = &static_web_server {
        eprintln!("static-web-server can't be had: {error:#}");
    }
    let folder = STATIC_WEB_SERVER.folder();
    Peers { root, static_web_server: folder.map(|folder| folder.join("static-web-server")) }
}

/// A program of Debian's, unpacked if it is not there yet; the package has its name.
///
/// # Errors
/// It can't be had.
pub(crate) fn debian(name: &str) -> Result<PathBuf> {
    let root = repo::scratch("load").join("debian");
    unpack(&root, name)?;
    let peers = Peers { root, static_web_server: None };
    peers.program(name).with_context(|| format!("the package {name} holds no such program"))
}

fn is_for_wrk(package: &str) -> bool {
    matches!(package, "wrk" | "libluajit-5.1-2")
}

/// Downloads and unpacks a package, once.
fn unpack(root: &Path, package: &str) -> Result<()> {
    let done = root.join(format!("{package}.unpacked"));
    if done.exists() {
        return Ok(());
    }
    let downloads = root.join("downloads").join(package);
    std::fs::create_dir_all(&downloads)?;
    let finished =
        repo::capture(Command::new("apt-get").args(["download", package]).current_dir(&downloads))?;
    ensure!(finished.success, "{}", finished.output);
    let mut files = std::fs::read_dir(&downloads)?;
    let file = files.next().context("apt-get gave no file")??.path();
    let finished = repo::capture(Command::new("dpkg").arg("-x").arg(file).arg(root))?;
    ensure!(finished.success, "{}", finished.output);
    std::fs::write(done, "")?;
    Ok(())
}

impl Peers {
    /// A program, if it is there.
    pub(super) fn program(&self, name: &str) -> Option<PathBuf> {
        if name == "static-web-server" {
            return self.static_web_server.clone();
        }
        let places = ["usr/sbin", "usr/bin"].map(|folder| self.root.join(folder).join(name));
        places.into_iter().find(|path| path.is_file())
    }

    /// A folder of Debian's.
    pub(super) fn folder(&self, path: &str) -> PathBuf {
        self.root.join(path)
    }

    /// Libraries for programs of Debian's.
    pub(super) fn libraries(&self) -> PathBuf {
        let triple = format!("{}-linux-gnu", std::env::consts::ARCH);
        self.root.join("usr/lib").join(triple)
    }
}

/// The version that a program prints.
pub(super) fn version(program: &Path, argument: &str) -> String {
    let text = repo::capture(Command::new(program).arg(argument)).map(|finished| finished.output);
    let text = text.unwrap_or_default();
    let is_number = |word: &&str| word.starts_with(|c: char| c.is_ascii_digit()) && word.contains('.');
    let words = text.split(|c: char| c.is_whitespace() || matches!(c, '/' | 'v'));
    words.filter(|word| !word.is_empty()).find(is_number).unwrap_or_default().to_owned()
}
