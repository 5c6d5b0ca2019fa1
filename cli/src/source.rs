//! Where a manifest comes from: a file, or a folder that is compiled in memory.

use std::path::Path;

use anyhow::{Context, bail};
use trailmark::Manifest;
use trailmark_compiler::{CompileError, CompileOptions, Compiled, Observer, compile, compile_routes};

use crate::output;
use crate::site::{self, SiteArgs};

/// The bytes of a manifest that is sound enough to be opened.
#[derive(Debug)]
pub(crate) struct Source {
    bytes: Vec<u8>,
}

impl Source {
    /// Reads a manifest, or compiles a folder with the options given or found; nothing is written.
    ///
    /// # Errors
    /// There is nothing at `path`, it is no manifest, or the folder can't be compiled.
    pub(crate) fn open(path: &Path, site: &SiteArgs, quiet: bool) -> anyhow::Result<Source> {
        Source::made_by(compile, path, site, quiet, &())
    }

    /// The same for one who asks only what paths answer, not for entity tags: of a folder, few files are read.
    ///
    /// # Errors
    /// The same.
    pub(crate) fn open_routes(
        path: &Path,
        site: &SiteArgs,
        quiet: bool,
        observer: &dyn Observer,
    ) -> anyhow::Result<Source> {
        Source::made_by(compile_routes, path, site, quiet, observer)
    }

    fn made_by(
        compiler: Compiler,
        path: &Path,
        site: &SiteArgs,
        quiet: bool,
        observer: &dyn Observer,
    ) -> anyhow::Result<Source> {
        let bytes = if path.is_dir() {
            compile_here(compiler, path, site, quiet, observer)?
        } else {
            read(path, site)?
        };
        Manifest::open(&bytes).with_context(|| unusable(path))?;
        Ok(Source { bytes })
    }

    /// Its bytes.
    pub(crate) fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// The manifest.
    ///
    /// # Errors
    /// None, since [`Source::open`] has opened it before.
    pub(crate) fn manifest(&self) -> anyhow::Result<Manifest<'_>> {
        Ok(Manifest::open(&self.bytes)?)
    }
}

/// What is said before the reason why a file is no manifest.
pub(crate) fn unusable(path: &Path) -> String {
    format!("cannot use {} (`trailmark compile <DIST> -o {0}` makes a new one)", path.display())
}

/// Reads a manifest file whole.
///
/// # Errors
/// It can't be read.
pub(crate) fn read_file(path: &Path) -> anyhow::Result<Vec<u8>> {
    match std::fs::read(path) {
        Ok(bytes) => Ok(bytes),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            bail!("no such file: {}; `trailmark compile <DIST>` writes a manifest", path.display())
        }
        Err(error) => Err(error).with_context(|| format!("cannot read {}", path.display())),
    }
}

fn read(path: &Path, site: &SiteArgs) -> anyhow::Result<Vec<u8>> {
    let bytes = read_file(path)?;
    if site.is_given() {
        bail!(
            "{} is a manifest: how its site is served was decided when it was compiled; leave these options out, or \
             name the site's folder",
            path.display()
        );
    }
    Ok(bytes)
}

/// A way to compile a folder.
type Compiler = fn(&Path, &CompileOptions, &dyn Observer) -> Result<Compiled, CompileError>;

fn compile_here(
    compiler: Compiler,
    dist: &Path,
    site: &SiteArgs,
    quiet: bool,
    observer: &dyn Observer,
) -> anyhow::Result<Vec<u8>> {
    let plan = site::plan(Some(dist), site)?;
    for warning in &plan.warnings {
        output::warning(warning);
    }
    let compiled = compiler(&plan.dist, &plan.options(false), observer)?;
    if !quiet {
        plan.notes.iter().for_each(|note| output::note(note));
        site::report_notes(&compiled.report);
        output::note(&format!("{} is a folder: compiled in memory as {}", dist.display(), plan.in_words()));
    }
    Ok(compiled.bytes)
}
