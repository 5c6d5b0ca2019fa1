//! A folder of sites.

use std::path::Path;

use anyhow::{Context, bail};
use trailmark_edge::{Edge, Sites, SitesOptions};

use crate::output;

/// Opens it, and says what is in it.
///
/// # Errors
/// It can't be read, holds no manifest, or not the default's.
pub(crate) fn open(
    edge: &Edge,
    folder: &Path,
    default_site: Option<String>,
    max_open: u64,
    quiet: bool,
) -> anyhow::Result<Sites> {
    let names = names(folder)?;
    let [first, ..] = names.as_slice() else {
        bail!(
            "{} holds no manifest; `trailmark compile dist -o {0}/example.com.trailmark` writes one",
            folder.display()
        );
    };
    if let Some(name) = &default_site
        && !names.contains(name)
    {
        bail!("--default-site {name}: there is no {}", folder.join(format!("{name}.trailmark")).display());
    }
    let is_only = names.len() == 1 && !first.starts_with('+');
    let default_site = default_site.or_else(|| is_only.then(|| first.clone()));
    let answers = match &default_site {
        Some(name) => format!("other hosts get {}", output::shown(name)),
        None => "other hosts get 404 (--default-site)".to_owned(),
    };
    let said = format!(
        "{} is a folder of manifests: {}, as {}; {answers}",
        folder.display(),
        output::count(names.len(), "site"),
        output::shown(first)
    );
    if !quiet {
        output::note(&said);
    }
    let mut options = SitesOptions::default();
    options.default_site = default_site;
    options.max_open = max_open;
    Ok(Sites::new(edge, folder, options))
}

/// The sites' names, sorted.
fn names(folder: &Path) -> anyhow::Result<Vec<String>> {
    let entries = std::fs::read_dir(folder).with_context(|| format!("cannot read {}", folder.display()))?;
    let mut names = Vec::new();
    for entry in entries {
        let name = entry.with_context(|| format!("cannot read {}", folder.display()))?.file_name();
        names.extend(name.to_str().and_then(|name| name.strip_suffix(".trailmark")).map(str::to_owned));
    }
    names.sort();
    Ok(names)
}
