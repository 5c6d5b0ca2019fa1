//! What compiled-in tables cost, beside an embedded manifest: time and memory of the compiler, size of the program, time of a look-up.
//! Prints the table of `docs/CODEGEN.md`.
//!
//! `cargo run --release --package trailmark-benches --bin codegen [PAGES]...`

use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, ensure};
use trailmark::Manifest;
use trailmark_benches::corpus::Corpus;
use trailmark_benches::parts::child::{self, Taken};
use trailmark_benches::requests::{Mix, Source};
use trailmark_compiler::codegen;
use trailmark_compiler::{RoutingOptions, manifest_of};

const SIZES: [usize; 4] = [100, 1_000, 10_000, 50_000];
const REQUESTS: usize = 50_000;

fn main() -> Result<()> {
    let arguments: Vec<OsString> = std::env::args_os().skip(1).collect();
    if arguments.first().is_some_and(|first| first == "child") {
        let words = arguments.get(2..).unwrap_or_default();
        println!("{}", serde_json::to_string(&child::run(words)?)?);
        return Ok(());
    }
    let sizes =
        arguments.iter().map(|size| Ok(size.to_string_lossy().parse()?)).collect::<Result<Vec<_>>>()?;
    let sizes = if sizes.is_empty() { SIZES.to_vec() } else { sizes };
    let scratch = tempfile::tempdir().context("no temporary folder")?;
    println!(
        "| pages | | source | written in | debug build | its memory | release build | its memory | program | hit | miss | answer |"
    );
    println!("|---|---|---|---|---|---|---|---|---|---|---|---|");
    for pages in sizes {
        measure(pages, scratch.path())?;
    }
    Ok(())
}

fn measure(pages: usize, scratch: &Path) -> Result<()> {
    let manifest = manifest_of(Corpus::of(pages).files(), RoutingOptions::default())?;
    let started = std::time::Instant::now();
    let module = codegen::module(&manifest)?;
    let written = started.elapsed().as_secs_f64();
    let (hits, misses) = targets(&manifest, scratch)?;
    let tables = Crate::new(scratch, "tables")?;
    fs::write(tables.folder.join("src/routes.rs"), &module.text)?;
    let embedded = Crate::new(scratch, "embedded")?;
    fs::write(embedded.folder.join("src/site.trailmark"), &manifest)?;
    let sources = [
        (tables, "mod routes;\nuse routes::SITE;\n", "&SITE", module.text.len(), format!("{written:.2} s")),
        (
            embedded,
            "#[repr(C, align(64))]\nstruct Aligned<B: ?Sized>(B);\n\
             static MANIFEST: &Aligned<[u8]> = &Aligned(*include_bytes!(\"site.trailmark\"));\n",
            "&trailmark::Manifest::open(&MANIFEST.0).unwrap()",
            manifest.len(),
            String::new(),
        ),
    ];
    for (package, items, site, source, written) in sources {
        let built =
            package.build(&format!("{items}{}", include_str!("program.rs").replace("SITE_HERE", site)))?;
        let [hit, miss, answer] = run(&built.program, &hits, &misses)?;
        let Taken { seconds: debug, peak: debug_peak, .. } = built.debug;
        let Taken { seconds: release, peak: release_peak, .. } = built.release;
        println!(
            "| {pages} | {} | {} | {written} | {debug:.1} s | {} | {release:.1} s | {} | {} | {hit:.0} ns | {miss:.0} ns | {answer:.0} ns |",
            if items.starts_with("mod") { "tables" } else { "manifest" },
            size(source as u64),
            size(debug_peak),
            size(release_peak),
            size(built.len),
        );
    }
    Ok(())
}

fn size(bytes: u64) -> String {
    match bytes {
        0..1_000_000 => format!("{} kB", bytes.div_ceil(1000)),
        1_000_000..10_000_000 => format!("{:.1} MB", bytes as f64 / 1e6),
        _ => format!("{:.0} MB", bytes as f64 / 1e6),
    }
}

/// Files of requests that hit and that miss, in random order.
fn targets(manifest: &[u8], scratch: &Path) -> Result<(PathBuf, PathBuf)> {
    let manifest = Manifest::open(manifest)?;
    let mut source = Source::new(&manifest, 7);
    let mut write = |mix: Mix, name: &str| {
        let requests = source.requests(mix, REQUESTS);
        let lines: Vec<_> = requests.targets(0..requests.len()).map(String::from_utf8_lossy).collect();
        let path = scratch.join(name);
        fs::write(&path, lines.join("\n"))?;
        Ok(path)
    };
    let write: &mut dyn FnMut(Mix, &str) -> Result<PathBuf> = &mut write;
    Ok((write(Mix::Hit, "hits")?, write(Mix::Miss, "misses")?))
}

/// A program's folder.
struct Crate {
    folder: PathBuf,
    target: PathBuf,
}

/// A program, built twice.
struct Built {
    debug: Taken,
    release: Taken,
    program: PathBuf,
    /// Length of the release build, bytes.
    len: u64,
}

impl Crate {
    /// A program of its own that does nothing yet, and whose dependencies are built.
    fn new(scratch: &Path, name: &str) -> Result<Crate> {
        let folder = scratch.join(name);
        fs::create_dir_all(folder.join("src"))?;
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..").canonicalize()?;
        fs::write(
            folder.join("Cargo.toml"),
            format!(
                "[package]\nname = \"{name}\"\nversion = \"0.0.0\"\nedition = \"2024\"\n\n[workspace]\n\n[dependencies]\n\
                 trailmark = {{ path = {:?}, default-features = false, features = [\"tables\"] }}\n\n[profile.release]\nstrip = true\n",
                root.join("runtime").display().to_string()
            ),
        )?;
        fs::copy(root.join("Cargo.lock"), folder.join("Cargo.lock"))?;
        let package = Crate { folder, target: scratch.join("target") };
        fs::write(package.folder.join("src/main.rs"), "fn main() {}\n")?;
        package.cargo_build(&[])?;
        package.cargo_build(&["--release"])?;
        Ok(package)
    }

    fn build(&self, main: &str) -> Result<Built> {
        fs::write(self.folder.join("src/main.rs"), main)?;
        let (debug, release) = (self.cargo_build(&[])?, self.cargo_build(&["--release"])?);
        let name = self.folder.file_name().context("a folder has a name")?;
        let program = self.target.join("release").join(name).with_extension(std::env::consts::EXE_EXTENSION);
        let len = fs::metadata(&program)?.len();
        Ok(Built { debug, release, program, len })
    }

    fn cargo_build(&self, more: &[&str]) -> Result<Taken> {
        let mut cargo = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
        cargo.args(["build", "--offline", "--quiet"]).args(more).arg("--target-dir").arg(&self.target);
        cargo.current_dir(&self.folder);
        child::measured(&cargo)
    }
}

/// Nanoseconds of a hit and of a miss by path, and of a hit as a whole answer; parsing included.
fn run(program: &Path, hits: &Path, misses: &Path) -> Result<[f64; 3]> {
    let output = Command::new(program).arg(hits).arg(misses).output()?;
    ensure!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let text = String::from_utf8(output.stdout)?;
    let numbers: Vec<f64> = text.split_whitespace().map(str::parse).collect::<Result<_, _>>()?;
    numbers.try_into().ok().context("the program prints three numbers")
}
