//! Debian's `rustc-web`, which is recent and comes with the sources of its standard library: downloaded and unpacked aside, for it
//! can't be installed beside another `rustc`.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail};

use crate::repo;

/// The compiler, the sources, and what the compiler needs of the system's packages by a name that does not change.
const PACKAGES: [&str; 3] = ["rustc-web", "rust-web-src", "libstd-rust-web-dev"];
/// The oldest that compiles this repository; as in Cargo.toml.
const OLDEST: (u32, u32) = (1, 88);

/// Always in the repository, whatever target folder is in use: the bytes of a build depend on the path of the standard library's sources,
/// unless they lie inside of the workspace.
fn root() -> PathBuf {
    repo::root().join("target/xtask/rustc-web")
}

/// The compiler, if it was unpacked and starts.
pub(super) fn rustc() -> Option<PathBuf> {
    let wrapper = root().join("rustc");
    starts(&wrapper).then_some(wrapper)
}

fn starts(wrapper: &Path) -> bool {
    wrapper.is_file()
        && repo::capture(Command::new(wrapper).arg("--version").stdin(Stdio::null()))
            .is_ok_and(|it| it.success)
}

/// Downloads and unpacks it, with a wrapper that finds its libraries.
///
/// # Errors
/// No apt, no such packages, or no network.
pub(super) fn install() -> Result<()> {
    let packages = packages()?;
    println!("    unpacking {} of Debian, once", packages.join(", "));
    let root = root();
    // What an earlier run began is not trusted.
    let _ = std::fs::remove_dir_all(&root);
    let downloads = root.join("downloads");
    std::fs::create_dir_all(&downloads).with_context(|| format!("can't make {}", downloads.display()))?;
    let mut apt = Command::new("apt-get");
    apt.args(["--quiet", "download"]).args(&packages).current_dir(&downloads);
    succeed(&mut apt)?;
    for file in std::fs::read_dir(&downloads)?
        .flatten()
        .filter(|file| file.path().extension() == Some("deb".as_ref()))
    {
        succeed(Command::new("dpkg").arg("-x").arg(file.path()).arg(&root))?;
    }
    std::fs::remove_dir_all(&downloads)?;
    // The sources of the compiler itself are most of it, and not needed.
    for sources in std::fs::read_dir(root.join("usr/src"))?.flatten() {
        let _ = std::fs::remove_dir_all(sources.path().join("compiler"));
        let _ = std::fs::remove_dir_all(sources.path().join("src"));
    }
    write_wrapper(&root)
}

/// The names to download: those above, and the two that have a version in their names.
fn packages() -> Result<Vec<String>> {
    let mut found = named();
    if found.is_none() {
        // A fresh machine knows of no packages, or of those of its release only.
        let _ = repo::capture(Command::new("apt-get").args(["--quiet", "update"]).stdin(Stdio::null()));
        found = named();
    }
    let Some((library, llvm)) = found else {
        bail!("apt offers no rustc-web of {}.{} or later", OLDEST.0, OLDEST.1);
    };
    Ok(PACKAGES.into_iter().map(str::to_owned).chain([library, llvm]).collect())
}

/// The library of the compiler and the LLVM below it, if they are recent enough.
fn named() -> Option<(String, String)> {
    let library = dependency("libstd-rust-web-dev", "libstd-rust-web-")?;
    let mut numbers = library.rsplit('-').next()?.split('.').map(|number| number.parse::<u32>().ok());
    let version = (numbers.next()??, numbers.next()??);
    let llvm = dependency(&library, "libllvm")?;
    (version >= OLDEST).then_some((library, llvm))
}

/// What a package depends on whose name begins like this.
fn dependency(package: &str, beginning: &str) -> Option<String> {
    let mut apt = Command::new("apt-cache");
    apt.args(["depends", "--important", package]).env("LC_ALL", "C").stdin(Stdio::null());
    let listed = repo::capture(&mut apt).ok().filter(|finished| finished.success)?.output;
    let names = listed.lines().filter_map(|line| line.trim().strip_prefix("Depends: "));
    names.map(str::to_owned).find(|name| name.starts_with(beginning) && !name.ends_with("-dev"))
}

fn succeed(command: &mut Command) -> Result<()> {
    let finished = repo::capture(command.stdin(Stdio::null()))?;
    if !finished.success {
        bail!("{} failed:\n{}", repo::show(command), finished.output.trim_end());
    }
    Ok(())
}

/// Its libraries lie beside it, where the system's linker does not look.
fn write_wrapper(root: &Path) -> Result<()> {
    let mut libraries = std::fs::read_dir(root.join("usr/lib"))?.flatten().map(|entry| entry.path());
    let libraries = libraries.find(|path| path.is_dir() && path.to_string_lossy().ends_with("-linux-gnu"));
    let libraries = libraries.context("the packages hold no libraries")?;
    let quoted = |path: &Path| format!("'{}'", path.display().to_string().replace('\'', r"'\''"));
    let text = format!(
        "#!/bin/sh\nLD_LIBRARY_PATH={}\"${{LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}}\" exec {} \"$@\"\n",
        quoted(&libraries),
        quoted(&root.join("usr/bin/rustc"))
    );
    let wrapper = root.join("rustc");
    std::fs::write(&wrapper, text).with_context(|| format!("can't write {}", wrapper.display()))?;
    #[cfg(unix)]
    std::fs::set_permissions(&wrapper, std::os::unix::fs::PermissionsExt::from_mode(0o755))?;
    if !starts(&wrapper) {
        bail!("{} does not start", wrapper.display());
    }
    Ok(())
}
