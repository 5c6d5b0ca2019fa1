//! A site from its folder, compiled in memory, again and again if it is watched.

use std::path::{Path, PathBuf};
use std::time::Instant;

use anyhow::Context;
use trailmark::ManifestFile;
use trailmark_compiler::{CompileOptions, Compiled, Observer, compile, warning_lines};
use trailmark_edge::{LiveSite, Site, SiteFiles};

use super::watch::{Place, Watched, place_of};
use crate::output;
use crate::progress::Progress;
use crate::site::{self, Plan, SiteArgs};

/// How a folder becomes a site.
pub(crate) struct Build {
    plan: Plan,
    args: SiteArgs,
    quiet: bool,
    /// Where the hashes of files are kept between compilations.
    cache: PathBuf,
    /// What was said about the site last.
    said: Vec<String>,
    /// Which folder its files are in.
    place: Option<Place>,
}

impl Build {
    /// Works out which folder it is, and how it is served. Hashes go to a folder that lasts as long.
    ///
    /// # Errors
    /// No such folder, or a configuration that can't be used.
    pub(crate) fn new(
        dist: Option<PathBuf>,
        args: SiteArgs,
        quiet: bool,
        hashes: &Path,
    ) -> anyhow::Result<Build> {
        let plan = site::plan(dist.as_deref(), &args)?;
        let cache = hashes.join("hashes");
        Ok(Build { plan, args, quiet, cache, said: Vec::new(), place: None })
    }

    /// The site for the first time.
    ///
    /// # Errors
    /// The folder can't be compiled.
    pub(crate) fn first(&mut self) -> anyhow::Result<Site> {
        let progress = Progress::new(self.quiet);
        let compiled = self.compile(&progress);
        progress.finish();
        let compiled = compiled?;
        if !self.quiet {
            let dist = self.plan.dist.display();
            output::note(&format!(
                "{dist} is a site's folder: compiled in memory as {}",
                self.plan.in_words()
            ));
        }
        if compiled.report.files == 0 {
            output::warning(&format!(
                "{} holds no file that can be served, so every request is a miss; has the site been built, and into this folder?",
                self.plan.dist.display()
            ));
        }
        self.site(compiled.bytes)
    }

    /// Compiles again, and swaps. Whatever is wrong is logged, and leaves the version that is there.
    pub(crate) fn again(&mut self, live: &LiveSite) {
        let started = Instant::now();
        let next = self.plan_again().and_then(|()| {
            let place = place_of(&self.plan.dist);
            Ok((self.compile(&())?, place))
        });
        let (compiled, place) = match next {
            Ok(next) => next,
            Err(error) => return live.keep(error.as_ref()),
        };
        let present = live.current();
        let files = compiled.report.files;
        if files == 0 && present.manifest().asset_count() > 0 {
            tracing::warn!(
                "{} is empty: the present version stays until it is not",
                self.plan.dist.display()
            );
            return;
        }
        let is_same = ManifestFile::from_bytes(compiled.bytes.clone())
            .is_ok_and(|next| next.manifest().sha256() == present.manifest().sha256());
        if is_same && place == self.place {
            return;
        }
        match self.site(compiled.bytes) {
            Ok(site) => {
                let took = output::seconds(started.elapsed());
                tracing::info!("compiled {} in {took}", output::count(files, "file"));
                live.swap(site);
            }
            Err(error) => live.keep(error.as_ref()),
        }
    }

    /// What a new version depends on.
    pub(crate) fn watched(&self) -> Vec<Watched> {
        const CONFIGS: [&str; 3] = ["wrangler.jsonc", "wrangler.json", "wrangler.toml"];
        let dist = &self.plan.dist;
        let beside = dist.parent().unwrap_or(Path::new(""));
        let folders = [beside, Path::new("")];
        let configs = folders.iter().flat_map(|folder| CONFIGS.map(|name| folder.join(name)));
        let mut files: Vec<PathBuf> = configs.chain(self.plan.config.clone()).collect();
        files.sort();
        files.dedup();
        let functions = self.plan.config.as_deref().and_then(Path::parent).unwrap_or(Path::new(""));
        let places = [Watched::Place(functions.join("functions"))];
        let tree = [Watched::Tree(dist.clone())];
        tree.into_iter().chain(files.into_iter().map(Watched::File)).chain(places).collect()
    }

    /// The configuration may be another now.
    fn plan_again(&mut self) -> anyhow::Result<()> {
        self.plan = site::plan(Some(&self.plan.dist), &self.args)?;
        Ok(())
    }

    fn compile(&mut self, observer: &dyn Observer) -> anyhow::Result<Compiled> {
        let options = CompileOptions { cache: Some(self.cache.clone()), ..self.plan.options(false) };
        let compiled = compile(&self.plan.dist, &options, observer)?;
        if let Some(cache) = &compiled.cache {
            // Without it the next compilation takes longer, and that is all.
            let _ = cache.write();
        }
        self.say(&compiled);
        Ok(compiled)
    }

    /// Says what is odd about the site, unless it was said the last time.
    fn say(&mut self, compiled: &Compiled) {
        let report = &compiled.report;
        let notes = report.notes.iter().map(ToString::to_string);
        let rule_notes = report.rule_notes.iter().map(ToString::to_string);
        let warnings = warning_lines(&report.warnings).into_iter().map(|(_, line)| line);
        let plan = self.plan.warnings.iter().chain(&self.plan.notes).cloned();
        let said: Vec<String> = plan.chain(notes).chain(rule_notes).chain(warnings).collect();
        if said == self.said {
            return;
        }
        self.said = said;
        self.plan.warnings.iter().for_each(|warning| output::warning(warning));
        if !self.quiet {
            self.plan.notes.iter().for_each(|note| output::note(note));
            site::report_notes(report);
        }
    }

    fn site(&mut self, manifest: Vec<u8>) -> anyhow::Result<Site> {
        let dist = &self.plan.dist;
        self.place = place_of(dist);
        let manifest =
            ManifestFile::from_bytes(manifest).context("the manifest just made can't be opened: a bug")?;
        let files = SiteFiles::folder(dist).with_context(|| format!("cannot open {}", dist.display()))?;
        Ok(Site::new(manifest, files).named(&dist.display().to_string()))
    }
}
