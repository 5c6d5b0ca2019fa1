//! Checks that `trailmark` without its features needs no `std`, only `core` and `alloc`.
//!
//! A crate that defines its own panic handler can't be linked with `std`, which has one too. So a tiny static library of that
//! kind, with an allocator that never has memory, is built over `trailmark`, also with feature `tables`; the same with the feature
//! `mmap`, which does need `std`, must fail, or the check would prove nothing. Where a target without an operating system is installed, the crate is
//! checked for that as well.

use std::path::Path;
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail};

use crate::repo;

const PROBE: &str = r#"//! Nothing here but `core`, `alloc` and `trailmark`.
#![no_std]

use core::alloc::{GlobalAlloc, Layout};

use trailmark::{Decision, Manifest, Request, RequestPath, Scratch};

struct NoMemory;

// SAFETY: it never gives out memory.
unsafe impl GlobalAlloc for NoMemory {
    unsafe fn alloc(&self, _: Layout) -> *mut u8 {
        core::ptr::null_mut()
    }
    unsafe fn dealloc(&self, _: *mut u8, _: Layout) {}
}

#[global_allocator]
static ALLOCATOR: NoMemory = NoMemory;

#[panic_handler]
fn panic(_: &core::panic::PanicInfo<'_>) -> ! {
    loop {}
}

/// Opens, verifies and asks, so that all of it is compiled.
pub fn probe(bytes: &[u8], target: &[u8], scratch: &mut Scratch) -> Option<bool> {
    let manifest = Manifest::open(bytes).ok()?;
    manifest.verify().ok()?;
    let path = RequestPath::parse(target, scratch).ok()?;
    Some(matches!(manifest.decide(&Request::get(path)), Decision::Assets(_)))
}
"#;

/// Makes the check; says how.
///
/// # Errors
/// What the compiler said, if the crate needs more than `core`.
pub(crate) fn check() -> Result<String> {
    let folder = repo::scratch("no-std");
    write_probe(&folder)?;
    let bare = build(&folder, &[])?;
    if !bare.success {
        bail!("a library with its own panic handler can't be built over `trailmark`:\n{}", bare.output);
    }
    let tables = build(&folder, &["--features", "trailmark/tables"])?;
    if !tables.success {
        bail!("the same library can't be built with feature `tables`:\n{}", tables.output);
    }
    let with_std = build(&folder, &["--features", "trailmark/mmap"])?;
    if with_std.success || !with_std.output.contains("panic_impl") {
        bail!("with `mmap`, which needs std, the same library should not build:\n{}", with_std.output);
    }
    let targets = bare_targets();
    for target in &targets {
        check_target(target)?;
    }
    let also = if targets.is_empty() {
        ", no bare target installed".to_owned()
    } else {
        format!(", and for {}", targets.join(", "))
    };
    Ok(format!("builds into a library with a panic handler of its own{also}"))
}

/// Writes the library as a package outside the workspace, held to the versions of the workspace.
fn write_probe(folder: &Path) -> Result<()> {
    let runtime = repo::root().join("runtime");
    let manifest = format!(
        "[package]\nname = \"no-std-probe\"\nversion = \"0.0.0\"\nedition = \"2024\"\n\n\
         [lib]\ncrate-type = [\"staticlib\"]\n\n\
         [dependencies]\ntrailmark = {{ path = {}, default-features = false }}\n\n\
         [profile.dev]\npanic = \"abort\"\n\n[workspace]\n",
        serde_json::to_string(&runtime)?
    );
    std::fs::create_dir_all(folder.join("src"))
        .with_context(|| format!("can't write {}", folder.display()))?;
    std::fs::write(folder.join("Cargo.toml"), manifest)?;
    std::fs::write(folder.join("src/lib.rs"), PROBE)?;
    std::fs::copy(repo::root().join("Cargo.lock"), folder.join("Cargo.lock"))?;
    Ok(())
}

fn build(folder: &Path, arguments: &[&str]) -> Result<repo::Finished> {
    let mut cargo = repo::cargo();
    cargo.args(["build", "--offline", "--target-dir"]).arg(folder.join("target"));
    cargo.args(arguments).current_dir(folder);
    repo::capture(&mut cargo)
}

/// The installed targets without an operating system.
fn bare_targets() -> Vec<String> {
    let listed = Command::new("rustup")
        .args(["target", "list", "--installed"])
        .stdin(Stdio::null())
        .output()
        .map(|output| String::from_utf8_lossy(&output.stdout).into_owned())
        .unwrap_or_default();
    let is_bare = |target: &&str| target.contains("-none") || target.starts_with("wasm32-unknown");
    listed.lines().filter(is_bare).map(str::to_owned).collect()
}

fn check_target(target: &str) -> Result<()> {
    let mut cargo = repo::cargo();
    cargo.args(["check", "--package", "trailmark", "--no-default-features", "--target", target]);
    let finished = repo::capture(&mut cargo)?;
    if !finished.success {
        bail!("{}\n{}", repo::show(&cargo), finished.output);
    }
    Ok(())
}
