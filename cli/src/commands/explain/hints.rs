//! Near misses: files that somebody who asked for a path may have had in mind.

use trailmark::split_stem;
use trailmark_compiler::Site;
use trailmark_compiler::resolve::{Finding, Step};

/// What the site has that is nearly, but not quite, what a miss asked for.
pub(super) fn for_miss(site: &Site, site_path: &str) -> Vec<String> {
    [other_case(site, site_path), slash_behind_file(site, site_path), folder_404(site, site_path)]
        .into_iter()
        .flatten()
        .collect()
}

/// The files for which the rules looked in vain, without those that nobody would make.
pub(super) fn files_that_would_answer(site: &Site, trace: &[Step]) -> Option<String> {
    let is_odd = |name: &str| {
        name.ends_with('/')
            || ["//", "/.html", ".html.html", ".html/index.html", "/index/index.html"]
                .iter()
                .any(|part| name.contains(part))
    };
    let wanted = trace.iter().filter_map(|step| match &step.finding {
        Finding::NoFile(name) if !is_odd(name) => site.base.below(name),
        _ => None,
    });
    let mut names: Vec<&str> = Vec::new();
    wanted.for_each(|name| {
        if !names.contains(&name) {
            names.push(name)
        }
    });
    let (last, others) = names.split_last()?;
    let others = others.join(", ");
    let names = if others.is_empty() { (*last).to_owned() } else { format!("{others} or {last}") };
    Some(format!("Something would be found here if the site had a file {names}."))
}

/// A path without the base that all of the site's paths have.
pub(super) fn outside_base(site: &Site, site_path: &str) -> Option<String> {
    let base = &site.base;
    (!base.contains(site_path)).then(|| {
        format!(
            "The site hangs below {base} (--base of the compilation), so nothing of it answers at {site_path}: link to \
             {base}{site_path}, or redirect in `_redirects`, whose rules name whole paths."
        )
    })
}

/// A name that differs in the case of its letters only. O(number of files).
fn other_case(site: &Site, site_path: &str) -> Option<String> {
    let lower = site_path.to_lowercase();
    let wanted = stem(&lower);
    let is_meant = |path: &str| {
        let path_lower = path.to_lowercase();
        path_lower.len() >= wanted.len() && (stem(&path_lower) == wanted || path_lower == lower)
    };
    let found = site.assets.iter().map(|asset| asset.site_path.as_str()).find(|path| is_meant(path))?;
    // The same name in the same case is no near miss of this kind.
    if stem(found) == stem(site_path) {
        return None;
    }
    let found = site.file_name(found);
    Some(format!("There is {found}: names are compared byte for byte, and upper and lower case differ."))
}

fn stem(path: &str) -> &str {
    let (stem, _) = split_stem(path.as_bytes());
    path.get(..stem.len()).unwrap_or(path)
}

/// `/style.css/`
fn slash_behind_file(site: &Site, site_path: &str) -> Option<String> {
    let name = site_path.strip_suffix('/')?;
    site.asset_at(name)?;
    let name = site.file_name(name);
    Some(format!("There is a file {name}, but a slash behind a file's name makes it another path."))
}

/// `/fr/404/index.html` where `/fr/404.html` would be taken.
fn folder_404(site: &Site, site_path: &str) -> Option<String> {
    let mut folder = site_path;
    while let Some(end) = folder.rfind('/') {
        folder = folder.get(..end)?;
        if site.asset_at(&format!("{folder}/404.html")).is_some() {
            return None;
        }
        let page = format!("{folder}/404/index.html");
        if site.asset_at(&page).is_some() {
            let (page, folder) = (site.file_name(&page), site.base.below(folder).unwrap_or_default());
            return Some(format!(
                "There is {page}, but only a file named exactly 404.html answers misses: write it to {folder}/404.html."
            ));
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use trailmark_compiler::{AssetFile, RoutingOptions};

    fn site(paths: &[&str]) -> Site {
        let asset = |path: &&str| AssetFile { site_path: (*path).to_owned(), size: 0, fingerprint: [0; 32] };
        Site::new(paths.iter().map(asset).collect(), RoutingOptions::default())
    }

    #[test]
    fn near_misses_are_named() {
        let site =
            site(&["/about.html", "/Team/index.html", "/style.css", "/fr/404/index.html", "/404.html"]);
        let hints = |path| for_miss(&site, path).join(" ");
        assert!(hints("/ABOUT").contains("/about.html"));
        assert!(hints("/about.HTML").contains("/about.html"));
        assert!(hints("/team/").contains("/Team/index.html"));
        assert!(hints("/style.css/").contains("another path"));
        assert!(hints("/fr/nowhere").contains("/fr/404.html"));
        assert_eq!(hints("/nowhere"), "");
    }
}
