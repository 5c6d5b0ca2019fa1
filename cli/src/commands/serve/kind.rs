//! What is to be served: a site's build output, a manifest with its files, or a folder of sites.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};

use crate::output;
use crate::site::SiteArgs;
use crate::source::Source;

/// What the user says it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum As {
    /// A site's build output, to be compiled
    Dist,
    /// A manifest that `trailmark compile` wrote
    Manifest,
    /// A folder of manifests, one for each host name
    Sites,
}

/// What it is.
#[derive(Debug)]
pub(crate) enum Kind {
    /// A folder that is compiled; `None` for the one that the configuration names.
    Dist(Option<PathBuf>),
    Manifest {
        manifest: PathBuf,
        dist: PathBuf,
    },
    Sites(PathBuf),
}

impl Kind {
    /// # Errors
    /// There is no such thing, or it could be two.
    pub(crate) fn of(
        what: Option<&Path>,
        is: Option<As>,
        dist: Option<&Path>,
        site: &SiteArgs,
    ) -> anyhow::Result<Kind> {
        let kind = match what {
            None if matches!(is, None | Some(As::Dist)) => As::Dist,
            None => bail!("which one? name the manifest, or the folder of manifests"),
            Some(path) => is.map_or_else(|| guess(path), Ok)?,
        };
        if dist.is_some() && kind != As::Manifest {
            bail!("--dist names the files of a manifest, and this is {}", in_words(kind));
        }
        if site.is_given() && kind != As::Dist {
            bail!(
                "this is {}: how its site is served was decided when it was compiled; leave these options out, or \
                 name the site's folder",
                in_words(kind)
            );
        }
        Ok(match (kind, what) {
            (As::Manifest, Some(manifest)) => Kind::Manifest {
                manifest: manifest.to_owned(),
                dist: dist.map_or_else(|| beside(manifest), |dist| Ok(dist.to_owned()))?,
            },
            (As::Sites, Some(folder)) => Kind::Sites(folder.to_owned()),
            (_, dist) => Kind::Dist(dist.map(Path::to_owned)),
        })
    }
}

fn in_words(kind: As) -> &'static str {
    match kind {
        As::Dist => "a site's folder",
        As::Manifest => "a manifest",
        As::Sites => "a folder of manifests",
    }
}

fn guess(path: &Path) -> anyhow::Result<As> {
    let metadata = match std::fs::metadata(path) {
        Ok(metadata) => metadata,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => bail!(
            "no such file or folder: {}; build the site first, or name its build output, a manifest or a folder of manifests",
            path.display()
        ),
        Err(error) => return Err(error).with_context(|| format!("cannot read {}", path.display())),
    };
    if metadata.is_file() {
        return Ok(As::Manifest);
    }
    if !metadata.is_dir() {
        bail!("{} is neither a file nor a folder", path.display());
    }
    let (manifests, pages) = look_into(path)?;
    match (manifests, pages) {
        (Some(manifest), Some(page)) => bail!(
            "{} could be a folder of manifests ({}) or a site ({}): say --as sites or --as dist",
            path.display(),
            output::shown(&manifest),
            output::shown(&page)
        ),
        (Some(_), None) => Ok(As::Sites),
        (None, _) => Ok(As::Dist),
    }
}

/// A manifest and a page in a folder, if there are any.
fn look_into(folder: &Path) -> anyhow::Result<(Option<String>, Option<String>)> {
    let (mut manifest, mut page) = (None, None);
    let entries = std::fs::read_dir(folder).with_context(|| format!("cannot read {}", folder.display()))?;
    for entry in entries {
        let path = entry.with_context(|| format!("cannot read {}", folder.display()))?.path();
        let Some(name) = path.file_name().and_then(OsStr::to_str) else { continue };
        let kept = match path.extension().and_then(OsStr::to_str) {
            Some("trailmark") => &mut manifest,
            Some("html") => &mut page,
            _ => continue,
        };
        // The same for every order of entries.
        if path.is_file() && kept.as_deref().is_none_or(|known| name < known) {
            *kept = Some(name.to_owned());
        }
    }
    Ok((manifest, page))
}

/// The folder that `trailmark compile` writes such a manifest for.
fn beside(manifest: &Path) -> anyhow::Result<PathBuf> {
    let dist = manifest.with_extension("");
    if dist != manifest && dist.is_dir() {
        return Ok(dist);
    }
    // If it is none, that is what should be said.
    Source::open(manifest, &SiteArgs::default(), true)?;
    let manifest = manifest.display();
    bail!("where are the files of {manifest}? there is no folder {}; name it with --dist DIR", dist.display())
}
