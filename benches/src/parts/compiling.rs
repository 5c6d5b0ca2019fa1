//! Compiling a folder, beside the floor (read and hash every file in parallel, and nothing else) and what others do with the
//! same folder. Every run is a process of its own, all of them in turns, the page cache warm.

use std::cell::RefCell;
use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Instant;

use anyhow::{Context, Result, ensure};
use rayon::prelude::*;
use sha2::{Digest, Sha256};

use super::child::{self, Taken};
use super::trees::Folder;
use super::{Plan, itself, json_of, lookup};
use crate::machine::version;
use crate::memory;
use crate::numbers::count as number;
use crate::progress::say;
use crate::results::{Compiling, Run, Tree, TreeKind};

/// Names of the runs.
pub mod name {
    #![allow(missing_docs, reason = "they say it themselves")]
    pub const COMPILE: &str = "`trailmark compile`";
    pub const AGAIN: &str = "`trailmark compile` again, nothing changed";
    pub const FLOOR: &str = "floor: read and SHA-256 in parallel, nothing else";
    pub const WALK: &str = "bare walk with `lstat`";
    pub const B3SUM: &str = "`b3sum`";
    pub const SHA256SUM: &str = "`sha256sum`";
    pub const WRANGLER: &str = "wrangler's hashing step, in Node";
}

/// Measures all folders.
///
/// # Errors
/// A file can't be written, or a program fails.
pub fn measure(plan: &Plan) -> Result<Compiling> {
    let tools = Tools::find(plan)?;
    let small = if plan.quick { 10_000 } else { 100_000 };
    let large = if plan.quick { 4 } else { 20 };
    let tiny: &[usize] = if plan.quick { &[1_000, 10_000] } else { &[1_000, 10_000, 100_000, 1_000_000] };
    // The largest of them needs room, and the manifests of other parts are of no use any more.
    lookup::remove_manifests(&plan.scratch);
    let kinds = [(TreeKind::Small, small), (TreeKind::Flat, small), (TreeKind::Large, large)];
    let mut figures = Compiling { versions: tools.versions(), ..Compiling::default() };
    for (kind, count) in kinds.into_iter().chain(tiny.iter().map(|&count| (TreeKind::Tiny, count))) {
        // A disk that is too small for one folder is no reason to lose what was measured of another.
        match tools.tree(plan, kind, count) {
            Ok(tree) => figures.trees.push(tree),
            Err(error) => {
                let what = format!("{} {}", number(count), kind.text());
                say(format_args!("error: {what}: {error:#}"));
                figures.failures.push(what);
            }
        }
    }
    ensure!(!figures.trees.is_empty(), "no folder could be measured");
    Ok(figures)
}

/// The programs that are compared.
struct Tools {
    trailmark: PathBuf,
    b3sum: Option<PathBuf>,
    has_sha256sum: bool,
    has_node: bool,
}

impl Tools {
    fn find(plan: &Plan) -> Result<Tools> {
        let trailmark = PathBuf::from(itself()?.get_program()).with_file_name("trailmark");
        let trailmark = trailmark.with_extension(std::env::consts::EXE_EXTENSION);
        ensure!(trailmark.exists(), "no {}: build trailmark-cli first", trailmark.display());
        let tools = Tools {
            trailmark,
            b3sum: b3sum(plan),
            has_sha256sum: version("sha256sum", &["--version"]).is_some(),
            has_node: wrangler_packages().is_dir() && version("node", &["--version"]).is_some(),
        };
        for (name, is_there) in [
            ("b3sum (a full run installs it)", tools.b3sum.is_some()),
            ("sha256sum", tools.has_sha256sum),
            ("Node with wrangler's packages", tools.has_node),
        ] {
            if !is_there {
                say(format_args!("no {name}: its row is left empty"));
            }
        }
        Ok(tools)
    }

    fn versions(&self) -> Vec<(String, String)> {
        let mut versions = Vec::new();
        let mut add = |name: &str, text: Option<String>| {
            versions.push((name.to_owned(), text.unwrap_or_else(|| "not installed, left out".to_owned())));
        };
        add("b3sum", self.b3sum.as_ref().and_then(|path| version(path.to_str()?, &["--version"])));
        add("sha256sum", version("sha256sum", &["--version"]));
        add("node", version("node", &["--version"]).filter(|_| self.has_node));
        for package in ["wrangler", "blake3-wasm"] {
            let read = std::fs::read_to_string(wrangler_packages().join(package).join("package.json"));
            let json = read.ok().and_then(|text| serde_json::from_str::<serde_json::Value>(&text).ok());
            add(package, json.and_then(|json| Some(json.get("version")?.as_str()?.to_owned())));
        }
        versions
    }

    fn tree(&self, plan: &Plan, kind: TreeKind, count: usize) -> Result<Tree> {
        let what = format!("{} {}", number(count), kind.text());
        say(format_args!("writing {what}"));
        let folder = Folder::write(plan.scratch.join(format!("tree-{count}")), kind, count)?;
        let list = plan.scratch.join("files.list");
        folder.write_list(&list)?;
        // Once for nobody: the page cache and the system's directory cache are warm from here on.
        let _: Taken = json_of(itself()?.arg("floor").arg(&list))?;
        say(format_args!("compiling and hashing {what}"));
        let mut runs: Vec<Run> = Vec::new();
        let rounds = match (plan.quick, kind, count) {
            (true, ..) => 3,
            (_, TreeKind::Tiny, 1_000_000..) => 3,
            _ => 7,
        };
        for round in 0..rounds {
            let mut add = |name: &str, taken: Taken| record(&mut runs, name, taken);
            let output = fresh(plan)?;
            let compile = self.compile(&folder.path, &output);
            add(name::COMPILE, child::measured(&compile)?);
            add(name::FLOOR, json_of(itself()?.arg("floor").arg(&list))?);
            // With the cache that the first compilation has left beside the manifest.
            add(name::AGAIN, child::measured(&compile)?);
            add(name::WALK, json_of(itself()?.arg("walk").arg(&folder.path))?);
            let slow_rounds = if plan.quick { 1 } else { 3 };
            if matches!(kind, TreeKind::Small | TreeKind::Large) && round < slow_rounds {
                for (name, command) in self.others(&folder.path, kind) {
                    add(name, child::measured(&command)?);
                }
            }
        }
        let output = fresh(plan)?;
        let (stages, stages_again) =
            (self.stages(&folder.path, &output)?, self.stages(&folder.path, &output)?);
        let Folder { bytes, folders, .. } = folder;
        Ok(Tree { kind, folders, files: folder.files.len(), bytes, runs, stages, stages_again })
    }

    fn compile(&self, tree: &Path, output: &Path) -> Command {
        let mut command = Command::new(&self.trailmark);
        command.args(["compile", "--quiet", "-o"]).arg(output.join("site.trailmark")).arg(tree);
        command
    }

    /// The programs that hash the same files, each in the way that suits it best.
    fn others(&self, tree: &Path, kind: TreeKind) -> Vec<(&'static str, Command)> {
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        let batch = if kind == TreeKind::Large { 5 } else { 250 };
        let xargs = |program: &str| {
            let mut shell = Command::new("sh");
            let script = format!("find \"$0\" -type f -print0 | xargs -0 -P {cores} -n {batch} {program}");
            shell.args(["-c", &script]).arg(tree);
            shell
        };
        let mut others = Vec::new();
        if let Some(b3sum) = self.b3sum.as_ref().and_then(|path| path.to_str()) {
            // It hashes one large file with all cores, and one file after the other.
            let command = match kind {
                TreeKind::Large => {
                    let mut shell = Command::new("sh");
                    shell.args(["-c", "find \"$0\" -type f -print0 | xargs -0 \"$1\""]).arg(tree).arg(b3sum);
                    shell
                }
                _ => xargs(&format!("'{b3sum}' --num-threads 1")),
            };
            others.push((name::B3SUM, command));
        }
        if self.has_sha256sum {
            others.push((name::SHA256SUM, xargs("sha256sum")));
        }
        if self.has_node {
            let mut node = Command::new("node");
            node.arg(here().join("wrangler-hash.mjs"))
                .arg(here().join("../tests/oracle/package.json"))
                .arg(tree);
            others.push((name::WRANGLER, node));
        }
        others
    }

    /// What one compilation tells of its stages.
    fn stages(&self, tree: &Path, output: &Path) -> Result<Vec<(String, f64)>> {
        let told = Command::new(&self.trailmark)
            .args(["compile", "--format", "json", "-o"])
            .arg(output.join("site.trailmark"))
            .arg(tree)
            .output()?;
        let json: serde_json::Value =
            serde_json::from_slice(&told.stdout).context("no summary from trailmark")?;
        let stages = json.get("seconds").and_then(serde_json::Value::as_object).into_iter().flatten();
        let mut stages: Vec<(String, f64)> =
            stages.filter_map(|(name, value)| Some((name.clone(), value.as_f64()?))).collect();
        stages.extend(
            json.get("write_seconds")
                .and_then(|value| value.as_f64())
                .map(|value| ("write".to_owned(), value)),
        );
        Ok(stages)
    }
}

/// An empty folder for the manifest, so that no cache lies beside it.
fn fresh(plan: &Plan) -> Result<PathBuf> {
    let output = plan.scratch.join("compiled");
    // It is not there the first time.
    let _ = std::fs::remove_dir_all(&output);
    std::fs::create_dir_all(&output)?;
    Ok(output)
}

fn record(runs: &mut Vec<Run>, name: &str, taken: Taken) {
    let run = match runs.iter_mut().position(|run| run.name == name) {
        Some(place) => &mut runs[place],
        None => {
            runs.push(Run { name: name.to_owned(), seconds: Vec::new(), cpu_seconds: Vec::new(), peak: 0 });
            let last = runs.len() - 1;
            &mut runs[last]
        }
    };
    run.seconds.push(taken.seconds);
    run.cpu_seconds.push(taken.cpu_seconds);
    run.peak = run.peak.max(taken.peak);
}

fn here() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn wrangler_packages() -> PathBuf {
    here().join("../tests/oracle/node_modules")
}

/// The program, if it is installed; a full run installs it.
fn b3sum(plan: &Plan) -> Option<PathBuf> {
    let runs = |path: &PathBuf| version(path.to_str()?, &["--version"]).map(|_| path.clone());
    let own = &plan.tools;
    let found = [PathBuf::from("b3sum"), own.join("bin/b3sum")].iter().find_map(runs);
    if found.is_some() || plan.quick {
        return found;
    }
    say("installing b3sum");
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut install = Command::new(cargo);
    install.args(["install", "--quiet", "--locked", "b3sum", "--root"]).arg(own);
    install.env_remove("CARGO_TARGET_DIR");
    let done = install.status().is_ok_and(|status| status.success());
    if done { runs(&own.join("bin/b3sum")) } else { None }
}

/// The hidden half of the floor: reads and hashes every file of a list, and nothing else. The list is in memory before the
/// clock starts.
///
/// # Errors
/// A file can't be read.
pub fn floor(list: &Path) -> Result<Taken> {
    let list = std::fs::read(list)?;
    let names: Result<Vec<&str>, _> =
        list.split(|&b| b == 0).filter(|name| !name.is_empty()).map(std::str::from_utf8).collect();
    let names = names.context("a name is not UTF-8")?;
    let started = Instant::now();
    // A few files at a time, and one if there are few.
    let at_once = (names.len() / 64).clamp(1, 16);
    let sum: Result<u64> = names.par_iter().with_max_len(at_once).map(|name| hash(Path::new(name))).sum();
    std::hint::black_box(sum?);
    Ok(Taken {
        seconds: started.elapsed().as_secs_f64(),
        cpu_seconds: own_cpu(),
        peak: memory::peak().unwrap_or(0),
    })
}

const BUFFER_LEN: usize = 256 * 1024;

fn hash(path: &Path) -> Result<u64> {
    thread_local! {
        static BUFFER: RefCell<Vec<u8>> = RefCell::new(vec![0; BUFFER_LEN]);
    }
    BUFFER.with_borrow_mut(|buffer| {
        let mut file = File::open(path)?;
        let mut sha256 = Sha256::new();
        loop {
            let len = file.read(buffer)?;
            if len == 0 {
                break;
            }
            sha256.update(buffer.get(..len).unwrap_or_default());
        }
        let digest: [u8; 32] = sha256.finalize().into();
        Ok(u64::from(digest[0]))
    })
}

/// The hidden half of the walk: every entry below a folder, asked what it is and how large.
///
/// # Errors
/// A folder can't be read.
pub fn walk(folder: &Path) -> Result<Taken> {
    let started = Instant::now();
    let mut bytes = 0;
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder)? {
            // Does not follow links.
            let entry = entry?;
            let metadata = entry.metadata()?;
            bytes += metadata.len();
            if metadata.is_dir() {
                folders.push(entry.path());
            }
        }
    }
    std::hint::black_box(bytes);
    Ok(Taken {
        seconds: started.elapsed().as_secs_f64(),
        cpu_seconds: own_cpu(),
        peak: memory::peak().unwrap_or(0),
    })
}

#[cfg(unix)]
fn own_cpu() -> f64 {
    use nix::sys::resource::{UsageWho, getrusage};
    let Ok(usage) = getrusage(UsageWho::RUSAGE_SELF) else { return 0.0 };
    let seconds = |time: nix::sys::time::TimeVal| time.tv_sec() as f64 + time.tv_usec() as f64 / 1e6;
    seconds(usage.user_time()) + seconds(usage.system_time())
}

#[cfg(not(unix))]
fn own_cpu() -> f64 {
    0.0
}
