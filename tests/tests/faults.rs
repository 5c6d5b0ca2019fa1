//! A compile that is killed, runs beside another or runs out of something leaves the old manifest or a new one, whole, and no
//! litter that grows. `TRAILMARK_TORTURE` (`cargo xtask torture`) tries more often.
#![cfg(unix)]

mod system;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::time::{Duration, SystemTime};

use tempfile::TempDir;
use trailmark::Manifest;

use crate::cli::support::binary;
use crate::torture;

/// Two versions of a site, and a place for the manifest.
struct Place {
    _root: TempDir,
    dists: [PathBuf; 2],
    output: PathBuf,
}

/// As many pages as give a kill something to hit.
fn place(pages: usize) -> Place {
    let root = tempfile::tempdir().unwrap();
    let dists = ["old", "new"].map(|version| {
        let dist = root.path().join(version);
        for number in 0..pages {
            let folder = dist.join(format!("{}/{number}", number % 10));
            fs::create_dir_all(&folder).unwrap();
            fs::write(folder.join("index.html"), format!("{version} {number}")).unwrap();
        }
        dist
    });
    fs::create_dir(root.path().join("out")).unwrap();
    let output = root.path().join("out/site.trailmark");
    Place { dists, output, _root: root }
}

fn compile(dist: &Path, output: &Path) -> Command {
    let mut command = Command::new(binary());
    command.args(["compile", "--quiet"]).arg(dist).arg("-o").arg(output);
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    command
}

impl Place {
    /// The manifests of both versions, and the time that a compile takes.
    fn expected(&self) -> ([Vec<u8>; 2], Duration) {
        let started = std::time::Instant::now();
        let manifests = [0, 1].map(|version| {
            assert!(compile(&self.dists[version], &self.output).status().unwrap().success());
            fs::read(&self.output).unwrap()
        });
        (manifests, started.elapsed() / 2)
    }

    fn litter(&self) -> Vec<PathBuf> {
        let entries = fs::read_dir(self.output.parent().unwrap()).unwrap();
        let wanted = [self.output.clone(), self.output.with_extension("trailmark.cache")];
        entries.map(|entry| entry.unwrap().path()).filter(|path| !wanted.contains(path)).collect()
    }

    /// That the manifest is one of the two, whole.
    #[track_caller]
    fn check(&self, expected: &[Vec<u8>; 2]) {
        let found = fs::read(&self.output).unwrap();
        assert!(expected.contains(&found), "neither the old manifest nor the new one: {} bytes", found.len());
        Manifest::open(&found).unwrap().verify().unwrap();
        let cache = self.output.with_extension("trailmark.cache");
        if let Ok(cache) = fs::read(cache) {
            // A line, a checksum, and what it is of.
            let (sum, body) = cache.split_at(23).1.split_at(8);
            assert_eq!(sum, trailmark::key::checksum(body).to_le_bytes(), "a torn cache");
        }
    }
}

/// Runs a shell line with the binary as `$0`.
fn shell(line: &str, arguments: &[&Path]) -> Output {
    Command::new("sh").args(["-c", line]).arg(binary()).args(arguments).stdin(Stdio::null()).output().unwrap()
}

#[test]
fn a_compile_killed_at_any_moment_leaves_the_old_manifest_or_the_new_one() {
    let place = place(300);
    let (expected, took) = place.expected();
    // On a busy machine a compile takes long, and a few hundred of them would take the time of everything else.
    let (most, started) = (if torture::is_on() { 300 } else { 20 }, std::time::Instant::now());
    let mut kills = 0;
    let mut random = 0x2545_F491_4F6C_DD1Du64;
    let mut most_litter = 0;
    while kills < most && started.elapsed() < Duration::from_secs(150) {
        let mut child = compile(&place.dists[kills % 2], &place.output).spawn().unwrap();
        kills += 1;
        random = random.wrapping_mul(0xD134_2543_DE82_EF95).wrapping_add(1);
        // The end, where the manifest is written, is hit more often than the long reading before it.
        let part = f64::from((random >> 40) as u32) / f64::from(1u32 << 24);
        std::thread::sleep(took.mul_f64(part.sqrt() * 1.1));
        let _ = child.kill();
        child.wait().unwrap();
        place.check(&expected);
        most_litter = most_litter.max(place.litter().len());
    }
    let left = place.litter();
    for path in &left {
        let long_ago = SystemTime::now() - Duration::from_secs(2 * 3600);
        fs::File::options().write(true).open(path).unwrap().set_modified(long_ago).unwrap();
    }
    assert!(compile(&place.dists[0], &place.output).status().unwrap().success());
    assert_eq!(place.litter(), Vec::<PathBuf>::new(), "what killed compiles left goes after an hour");
    println!("killed {kills} times: never a torn manifest, at most {most_litter} temporary files left over");
}

#[test]
fn two_compiles_at_once_to_one_place_leave_one_manifest_whole() {
    let place = place(100);
    let (expected, _) = place.expected();
    for _ in 0..if torture::is_on() { 50 } else { 5 } {
        let mut children =
            [0, 1, 0, 1].map(|version| compile(&place.dists[version], &place.output).spawn().unwrap());
        for child in &mut children {
            assert!(child.wait().unwrap().success());
        }
        place.check(&expected);
        assert_eq!(place.litter(), Vec::<PathBuf>::new());
    }
}

#[test]
fn a_write_that_fails_in_the_middle_changes_nothing() {
    let place = place(300);
    let (expected, _) = place.expected();
    // Files may have 8 blocks of 512 bytes (1024 in some shells), less than the manifest; the signal for it is ignored, so the
    // write fails as on a full disk.
    let output = shell(
        "trap '' XFSZ; ulimit -f 8; exec \"$0\" compile \"$1\" -o \"$2\"",
        &[&place.dists[0], &place.output],
    );
    let message = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(2), "{message}");
    assert!(message.contains("nothing was changed"), "{message}");
    assert!(fs::read(&place.output).unwrap() == expected[1]);
    assert_eq!(place.litter(), Vec::<PathBuf>::new());
}

#[test]
fn a_compile_needs_few_file_handles() {
    let place = place(2000);
    let (expected, _) = place.expected();
    let line = "ulimit -n 64; exec \"$0\" compile --quiet \"$1\" -o \"$2\"";
    let output = shell(line, &[&place.dists[0], &place.output]);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    assert!(fs::read(&place.output).unwrap() == expected[0]);
}

#[test]
fn a_compile_without_file_handles_fails_and_changes_nothing() {
    let place = place(20);
    let (expected, _) = place.expected();
    for limit in 4..10 {
        let line = format!("ulimit -n {limit}; exec \"$0\" compile --quiet \"$1\" -o \"$2\"");
        let output = shell(&line, &[&place.dists[0], &place.output]);
        // With very few even the program itself may not start.
        assert!(output.status.code().is_some_and(|code| code != 101), "{output:?}");
        place.check(&expected);
    }
}

#[test]
fn a_file_that_becomes_a_link_or_a_folder_is_an_error_or_the_old_file() {
    use std::sync::atomic::{AtomicBool, Ordering};
    let root = tempfile::tempdir().unwrap();
    let dist = root.path().join("dist");
    fs::create_dir(&dist).unwrap();
    fs::write(root.path().join("secret"), "outside").unwrap();
    (0..50).for_each(|number| fs::write(dist.join(format!("{number}.html")), "page").unwrap());
    let changing = dist.join("25.html");
    let done = AtomicBool::new(false);
    let options = trailmark_compiler::CompileOptions::default();
    std::thread::scope(|scope| {
        scope.spawn(|| {
            while !done.load(Ordering::Relaxed) {
                let _ = fs::remove_file(&changing);
                let _ = std::os::unix::fs::symlink(root.path().join("secret"), &changing);
                let _ = fs::remove_file(&changing);
                let _ = fs::create_dir(&changing);
                let _ = fs::remove_dir(&changing);
                let _ = fs::write(&changing, "page");
            }
        });
        let secret = trailmark_tests::sites::sha256(b"outside");
        for _ in 0..if torture::is_on() { 1000 } else { 100 } {
            let Ok(compiled) = trailmark_compiler::compile(&dist, &options, &()) else { continue };
            let manifest = Manifest::open(&compiled.bytes).unwrap();
            assert!(manifest.assets().all(|asset| *asset.fingerprint() != secret), "a file outside was read");
        }
        done.store(true, Ordering::Relaxed);
    });
}
