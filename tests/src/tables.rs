//! Generated modules, compiled and asked: the judge of `trailmark codegen`.
//!
//! The modules of all sites become a few crates in a scratch folder, with a program over them; that is compiled once, offline, and
//! gets all requests in one file. Its replies are compared with what the manifest says to the same requests, byte for byte:
//! answers, headers, rules and lists.

use std::collections::HashMap;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use rayon::prelude::*;
use trailmark::{Answer, Manifest};
use trailmark_compiler::codegen;

mod recorded;

pub use recorded::{Recorded, judge_recorded};

include!("tables/replies.rs");
replies!(Manifest<'_>);

/// A request to a site.
#[derive(Debug, Clone, Default)]
pub struct Ask<'r> {
    /// The method; GET if empty.
    pub method: &'r str,
    /// example.com if empty.
    pub host: &'r str,
    /// Path and query.
    pub path: &'r [u8],
    /// Whether there is an `Authorization`, a `Range`; whether the Worker, if it is asked, asks its assets binding.
    pub flags: [bool; 3],
    /// `If-None-Match`, `Sec-Fetch-Mode`, `Sec-Fetch-Dest`.
    pub headers: [Option<String>; 3],
}

impl Ask<'_> {
    /// As the program reads it.
    pub fn record(&self) -> Vec<u8> {
        let mut record = Vec::new();
        let [authorization, range, binding] = self.flags.map(u32::from);
        put_number(&mut record, authorization | range << 1 | binding << 2);
        let or =
            |text: &str, default: &str| if text.is_empty() { default.to_owned() } else { text.to_owned() };
        put_text(&mut record, Some(&or(self.method, "GET")));
        put_text(&mut record, Some(&or(self.host, "example.com")));
        put_bytes(&mut record, Some(self.path));
        self.headers.iter().for_each(|header| put_text(&mut record, header.as_deref()));
        record
    }
}

/// A site, by its manifest, and what it is asked.
#[derive(Debug)]
pub struct Case {
    /// The manifest.
    pub manifest: Vec<u8>,
    /// Requests, as [`Ask::record`] gives them.
    pub requests: Vec<Vec<u8>>,
}

/// What the modules of many sites say.
#[derive(Debug)]
pub struct Asked {
    /// A reply for each request of each case.
    pub replies: Vec<Vec<Vec<u8>>>,
    /// Modules, equal ones counted once.
    pub modules: usize,
    /// Their size, bytes.
    pub bytes: usize,
    /// Where a reply is another than the manifest's: the first few.
    pub differences: Vec<String>,
    /// How long the compiler took.
    pub compile_time: std::time::Duration,
}

/// Crates into which the modules are divided, so that they are compiled at the same time.
const PARTS: usize = 8;

/// Generates a module for each case, compiles them all, asks them, and compares with the manifests.
///
/// # Errors
/// A text: a module could not be generated, or not be compiled.
pub fn ask(cases: &[Case], scratch: &Path) -> Result<Asked, String> {
    let texts: Result<Vec<String>, String> = cases
        .par_iter()
        .map(|case| {
            codegen::module(&case.manifest).map(|module| module.text).map_err(|error| error.to_string())
        })
        .collect();
    let texts = texts?;
    let mut number_of: HashMap<&str, usize> = HashMap::new();
    let mut modules: Vec<&str> = Vec::new();
    let numbers: Vec<usize> = texts
        .iter()
        .map(|text| {
            *number_of.entry(text).or_insert_with(|| {
                modules.push(text);
                modules.len() - 1
            })
        })
        .collect();
    write_crates(&modules, scratch).map_err(|error| format!("{}: {error}", scratch.display()))?;
    let started = std::time::Instant::now();
    let program = build(scratch)?;
    let compile_time = started.elapsed();
    let replies = run(&program, cases, &numbers, scratch)?;
    let differences: Vec<String> =
        cases.par_iter().zip(&replies).flat_map_iter(|(case, replies)| compare(case, replies)).collect();
    Ok(Asked {
        modules: modules.len(),
        bytes: modules.iter().map(|text| text.len()).sum(),
        replies: replies.into_iter().map(|mut replies| replies.split_off(1)).collect(),
        differences: differences.into_iter().take(10).collect(),
        compile_time,
    })
}

/// Where a module says something else than the manifest. The first reply is the listing.
fn compare(case: &Case, replies: &[Vec<u8>]) -> Vec<String> {
    let Ok(manifest) = Manifest::open(&case.manifest) else {
        return vec!["a manifest does not open".to_owned()];
    };
    let shown = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let ours = std::iter::once(listing(&manifest))
        .chain(case.requests.iter().map(|record| reply(&manifest, record)));
    let questions =
        std::iter::once("listing".to_owned()).chain(case.requests.iter().map(|record| shown(record)));
    let mut differences = Vec::new();
    for ((ours, theirs), question) in ours.zip(replies).zip(questions) {
        if ours != *theirs {
            differences.push(format!(
                "{question:?}\n  manifest {:?}\n  tables   {:?}",
                shown(&ours),
                shown(theirs)
            ));
        }
    }
    differences
}

fn repository() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

fn write_crates(modules: &[&str], scratch: &Path) -> std::io::Result<()> {
    let runtime = repository().join("runtime").canonicalize()?;
    let dependency = format!(
        "trailmark = {{ path = {:?}, default-features = false, features = [\"tables\"] }}\n",
        runtime.display().to_string()
    );
    let package =
        |name: &str| format!("[package]\nname = \"{name}\"\nversion = \"0.0.0\"\nedition = \"2024\"\n\n");
    let parts = PARTS.min(modules.len().max(1));
    let members: Vec<String> = (0..parts).map(|part| format!("\"part{part}\"")).collect();
    let workspace = format!(
        "{}[dependencies]\n{dependency}{}\n[workspace]\nmembers = [{}]\n\n\
         [profile.dev]\nopt-level = 0\ndebug = false\nincremental = false\n\n[profile.dev.package.\"*\"]\nopt-level = 1\n",
        package("program"),
        (0..parts).fold(String::new(), |mut all, part| {
            let _ = writeln!(all, "part{part} = {{ path = \"part{part}\" }}");
            all
        }),
        members.join(", ")
    );
    put(&scratch.join("Cargo.toml"), &workspace)?;
    fs::copy(repository().join("Cargo.lock"), scratch.join("Cargo.lock"))?;
    let mut all_sites =
        String::from("\nfn all_sites() -> Vec<&'static Site> {\n    let mut sites = Vec::new();\n");
    let size = modules.len().div_ceil(parts).max(1);
    for part in 0..parts {
        let own = modules.iter().skip(part * size).take(size);
        let folder = scratch.join(format!("part{part}"));
        put(
            &folder.join("Cargo.toml"),
            &format!("{}[dependencies]\n{dependency}", package(&format!("part{part}"))),
        )?;
        let mut lib = String::new();
        let mut sites = String::new();
        for (number, text) in own.enumerate() {
            put(&folder.join(format!("src/m{number}.rs")), text)?;
            let _ = writeln!(lib, "pub mod m{number};");
            let _ = writeln!(sites, "    &m{number}::SITE,");
        }
        put(
            &folder.join("src/lib.rs"),
            &format!("{lib}pub static SITES: &[&trailmark::tables::Site] = &[\n{sites}];\n"),
        )?;
        let _ = writeln!(all_sites, "    sites.extend_from_slice(part{part}::SITES);");
    }
    all_sites.push_str("    sites\n}\n");
    put(&scratch.join("src/replies.rs"), include_str!("tables/replies.rs"))?;
    put(&scratch.join("src/main.rs"), &format!("{}{all_sites}", include_str!("tables/program.rs")))
}

/// Writes a file unless it is as it should be, so that what has not changed is not compiled again.
fn put(path: &Path, text: &str) -> std::io::Result<()> {
    if fs::read_to_string(path).is_ok_and(|found| found == text) {
        return Ok(());
    }
    path.parent().map_or(Ok(()), fs::create_dir_all)?;
    fs::write(path, text)
}

/// Compiles the crates; the program.
fn build(scratch: &Path) -> Result<PathBuf, String> {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let target = scratch.join("target");
    let mut command = Command::new(cargo);
    command.args(["build", "--offline", "--quiet", "--target-dir"]).arg(&target).current_dir(scratch);
    command.env_remove("RUSTFLAGS").env_remove("CARGO_TARGET_DIR");
    let output = command.output().map_err(|error| format!("cargo can't be started: {error}"))?;
    if !output.status.success() {
        let text = String::from_utf8_lossy(&output.stderr);
        let text: String = text.chars().take(4000).collect();
        return Err(format!("the generated modules do not compile:\n{text}"));
    }
    Ok(target.join("debug").join(format!("program{}", std::env::consts::EXE_SUFFIX)))
}

/// Asks everything at once: a listing of each case, and its requests.
fn run(
    program: &Path,
    cases: &[Case],
    numbers: &[usize],
    scratch: &Path,
) -> Result<Vec<Vec<Vec<u8>>>, String> {
    let mut requests = Vec::new();
    for (case, &number) in cases.iter().zip(numbers) {
        for record in std::iter::once(&Vec::new()).chain(&case.requests) {
            put_number(&mut requests, number as u32);
            put_number(&mut requests, record.len() as u32);
            requests.extend_from_slice(record);
        }
    }
    let (asked, answered) = (scratch.join("requests.bin"), scratch.join("replies.bin"));
    let failed = |error: std::io::Error| format!("{}: {error}", scratch.display());
    fs::write(&asked, requests).map_err(failed)?;
    let output = Command::new(program).arg(&asked).arg(&answered).output().map_err(failed)?;
    if !output.status.success() {
        return Err(format!("the program failed: {}", String::from_utf8_lossy(&output.stderr)));
    }
    let bytes = fs::read(&answered).map_err(failed)?;
    let mut left = bytes.as_slice();
    let mut next = || {
        let len = number(&mut left) as usize;
        let (reply, rest) = left.split_at_checked(len)?;
        left = rest;
        Some(reply.to_vec())
    };
    let replies: Option<Vec<_>> =
        cases.iter().map(|case| (0..=case.requests.len()).map(|_| next()).collect()).collect();
    replies.ok_or_else(|| "there are fewer replies than requests".to_owned())
}
