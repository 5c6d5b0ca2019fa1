//! The lines of `_redirects` that would keep what is gone: one for each URL of a page that went elsewhere, or one pattern for a folder
//! that went as a whole. No line is suggested that was not tried: the new site is compiled once more, in memory, with the lines in
//! place, and asked.

use rayon::prelude::*;
use rustc_hash::{FxHashMap, FxHashSet};
use trailmark::pattern::is_dynamic;
use trailmark_compiler::config::redirects::{MAX_DYNAMIC_RULES, MAX_STATIC_RULES, RedirectOptions, parse};
use trailmark_compiler::{AssetFile, Base, Provenance, SiteRules, compile_files_at};

use crate::diff::Diff;
use crate::kind::Kind;
use crate::rename::{MOST_GUESSED, Reason, Rename};
use crate::side::{Side, State};

/// A folder is taken for moved if so many of its pages are.
const LEAST_OF_FOLDER: usize = 3;

/// A line for `_redirects`.
#[derive(Debug, Clone, PartialEq, serde::Serialize)]
pub struct Line {
    /// The path or pattern.
    pub from: String,
    /// Where it leads.
    pub to: String,
    /// Whether it is a pattern, for the end of the file; others stand at its top, before all patterns.
    pub is_pattern: bool,
    /// How many pages it keeps; 0 for a further URL of a page that another line keeps.
    pub pages: usize,
    /// Why; for a pattern, the weakest reason of its pages.
    pub reason: Reason,
}

impl Line {
    /// As the file has it.
    pub fn text(&self) -> String {
        format!("{} {} 301", self.from, self.to)
    }
}

/// What could be done about pages that are gone.
#[derive(Debug, Default)]
pub struct Suggestions {
    /// Where pages went, as far as it could be guessed.
    pub renames: Vec<Rename>,
    /// The lines that keep them, tried. Those for pages first, then those for their further URLs, then patterns.
    pub lines: Vec<Line>,
    /// Pages that are gone and whose successors were not looked for, since there are too many.
    pub not_looked_for: usize,
    /// Lines that found no place in the limits of the platform.
    pub left_out: usize,
    /// Lines that did not do what they should when they were tried.
    pub refused: usize,
    /// Rules of the new site that lead to what is gone, as line and path: they should lead to its successor at once.
    pub repoint: Vec<(u32, String, String)>,
    /// Why there are no lines although there are guesses.
    pub problem: Option<String>,
}

/// Works out and tries lines for guesses.
pub(crate) fn suggestions(diff: &Diff<'_>, renames: Vec<Rename>) -> Suggestions {
    let not_looked_for = diff.of_kind(Kind::Gone).len().saturating_sub(MOST_GUESSED);
    let mut suggestions = Suggestions { renames, not_looked_for, ..Suggestions::default() };
    if suggestions.renames.is_empty() {
        return suggestions;
    }
    let new = diff.new_side();
    suggestions.repoint = repoint(&new, &suggestions.renames);
    let mut forbidden = FxHashSet::default();
    // A pattern that catches what it should not is given up, and its pages get lines of their own.
    for _ in 0..3 {
        let mut lines = lines(diff, &suggestions.renames, &forbidden);
        let left_out = keep_limits(&new, &mut lines);
        match tried(diff, &suggestions.renames, lines) {
            Ok(Tried { lines, refused, caught }) if caught.is_empty() => {
                return Suggestions { lines, left_out, refused, ..suggestions };
            }
            Ok(Tried { caught, .. }) => forbidden.extend(caught),
            Err(problem) => return Suggestions { problem: Some(problem), ..suggestions },
        }
    }
    suggestions
}

/// Rules that lead to a page that is gone: with a new line they would make a chain.
fn repoint(new: &Side<'_>, renames: &[Rename]) -> Vec<(u32, String, String)> {
    let to: FxHashMap<&str, &str> =
        renames.iter().map(|rename| (rename.from.as_str(), rename.to.as_str())).collect();
    let rules = new.manifest().redirect_rules().filter(|rule| !rule.is_dynamic);
    rules
        .filter_map(|rule| {
            let target = crate::rules::local_path(&rule.target().to_string(), new)?;
            Some((rule.line, rule.from.to_owned(), (*to.get(target.as_str())?).to_owned()))
        })
        .collect()
}

fn lines(diff: &Diff<'_>, renames: &[Rename], forbidden: &FxHashSet<String>) -> Vec<Line> {
    let folders = folders(diff, renames, forbidden);
    let moved: FxHashSet<&str> = folders.iter().map(|folder| folder.from.as_str()).collect();
    let mut pages: Vec<Line> = Vec::new();
    let mut forms: Vec<Line> = Vec::new();
    for rename in renames {
        let Some(change) = diff.changes().get(rename.change) else { continue };
        for (path, kind) in diff.paths_of(change) {
            let is_caught = || above(&path).any(|folder| moved.contains(folder));
            if kind != Kind::Gone || is_dynamic(&path) || is_caught() {
                continue;
            }
            let is_main = path == rename.from;
            let line = Line {
                from: path,
                to: rename.to.clone(),
                is_pattern: false,
                pages: usize::from(is_main),
                reason: rename.reason,
            };
            if is_main { pages.push(line) } else { forms.push(line) }
        }
    }
    pages.sort_by(|a, b| a.reason.cmp(&b.reason).then_with(|| a.from.cmp(&b.from)));
    forms.sort_by(|a, b| a.from.cmp(&b.from));
    let patterns = folders.into_iter().map(|folder| Line {
        from: format!("{}/*", folder.from),
        to: format!("{}/:splat", folder.to),
        is_pattern: true,
        pages: folder.pages,
        reason: folder.reason,
    });
    pages.extend(forms);
    pages.extend(patterns);
    pages
}

/// A folder that went elsewhere as a whole.
struct Folder {
    from: String,
    to: String,
    pages: usize,
    reason: Reason,
}

/// Folders all of whose pages went to the same other folder under the same names, and in which nothing is left.
fn folders(diff: &Diff<'_>, renames: &[Rename], forbidden: &FxHashSet<String>) -> Vec<Folder> {
    let mut by_folder: FxHashMap<(String, String), (usize, Reason)> = FxHashMap::default();
    for rename in renames {
        let Some((from, to)) = moved_folder(&rename.from, &rename.to) else { continue };
        let (pages, reason) = by_folder.entry((from, to)).or_insert((0, rename.reason));
        *pages += 1;
        *reason = rename.reason.max(*reason);
    }
    by_folder.retain(|(from, to), (pages, _)| {
        let is_plain = |text: &str| !text.is_empty() && !is_dynamic(text);
        // What leads below itself would be caught again.
        let is_inside =
            to.strip_prefix(from.as_str()).is_some_and(|rest| rest.starts_with('/') || rest.is_empty());
        *pages >= LEAST_OF_FOLDER && is_plain(from) && is_plain(to) && !is_inside && !forbidden.contains(from)
    });
    if by_folder.is_empty() {
        return Vec::new();
    }
    let mut targets: FxHashMap<&str, Option<&str>> = FxHashMap::default();
    for (from, to) in by_folder.keys() {
        // A folder that went to two places went to none.
        targets.entry(from).and_modify(|known| *known = None).or_insert(Some(to));
    }
    let occupied = occupied(diff, renames, &targets);
    let mut folders: Vec<Folder> = by_folder
        .iter()
        .filter(|((from, _), _)| targets.get(from.as_str()).is_some_and(Option::is_some))
        .filter(|((from, _), _)| !occupied.contains(from))
        .map(|((from, to), (pages, reason))| Folder {
            from: from.clone(),
            to: to.clone(),
            pages: *pages,
            reason: *reason,
        })
        .collect();
    folders.sort_by(|a, b| a.from.cmp(&b.from));
    // One inside another is the outer one's work.
    let outer: FxHashSet<String> = folders.iter().map(|folder| folder.from.clone()).collect();
    folders.retain(|folder| !above(&folder.from).any(|above| outer.contains(above)));
    folders
}

/// The folders that differ between two paths that end alike.
fn moved_folder(from: &str, to: &str) -> Option<(String, String)> {
    let (mut one, mut other) = (from, to);
    while let (Some(at), Some(other_at)) = (one.rfind('/'), other.rfind('/')) {
        if one[at..] != other[other_at..] || at == 0 {
            break;
        }
        (one, other) = (&one[..at], &other[..other_at]);
    }
    (one != from && one != other && other.starts_with('/')).then(|| (one.to_owned(), other.to_owned()))
}

/// Of these folders, those in which the new site still has something, or in which something is gone that went elsewhere or nobody
/// knows where to.
fn occupied(
    diff: &Diff<'_>,
    renames: &[Rename],
    targets: &FxHashMap<&str, Option<&str>>,
) -> FxHashSet<String> {
    let new = diff.new_side();
    let hit = |path: &str| -> Vec<String> {
        above(path).filter(|folder| targets.contains_key(folder)).map(str::to_owned).collect()
    };
    let mut occupied: FxHashSet<String> = (0..new.place_count())
        .into_par_iter()
        .filter_map(|place| new.stem_in(place).filter(|stored| stored.forms != 0))
        .flat_map_iter(|stored| hit(&format!("{}/", trailmark::encode_site_path(stored.stem))))
        .collect();
    let to: FxHashMap<usize, &Rename> = renames.iter().map(|rename| (rename.change, rename)).collect();
    let first = diff.changes().partition_point(|change| change.kind() < Kind::Gone);
    for (index, change) in (first..).zip(diff.of_kind(Kind::Gone)) {
        let rename = to.get(&index);
        for (path, _) in diff.paths_of(change).take(1) {
            let folders = hit(rename.map_or(path.as_str(), |rename| rename.from.as_str()));
            let differs = |folder: &String| {
                let goes = rename.and_then(|rename| {
                    let rest = rename.from.strip_prefix(folder.as_str())?;
                    let target = targets.get(folder.as_str()).copied().flatten()?;
                    Some(rename.to.strip_prefix(target)? == rest)
                });
                goes != Some(true)
            };
            occupied.extend(folders.into_iter().filter(differs));
        }
    }
    occupied
}

/// The folders above a path, the nearest first, without slash at their end; not the root.
fn above(path: &str) -> impl Iterator<Item = &str> {
    let mut rest = path;
    std::iter::from_fn(move || {
        rest = rest.get(..rest.rfind('/')?)?;
        (!rest.is_empty()).then_some(rest)
    })
}

/// Leaves out what the platform would not read; gives how many lines that were.
fn keep_limits(new: &Side<'_>, lines: &mut Vec<Line>) -> usize {
    let is_pattern = |rule: &trailmark::RedirectRule<'_>| rule.is_dynamic;
    let patterns = new.manifest().redirect_rules().filter(is_pattern).count();
    let fixed = new.manifest().redirect_rules().len() - patterns;
    let mut room = [MAX_STATIC_RULES.saturating_sub(fixed), MAX_DYNAMIC_RULES.saturating_sub(patterns)];
    let before = lines.len();
    lines.retain(|line| {
        let room = &mut room[usize::from(line.is_pattern)];
        let fits = *room > 0;
        *room -= usize::from(fits);
        fits
    });
    before - lines.len()
}

/// What became of lines that were tried.
struct Tried {
    lines: Vec<Line>,
    refused: usize,
    /// Folders whose patterns caught what they should not.
    caught: Vec<String>,
}

/// Compiles the new site with the lines and asks it.
fn tried(diff: &Diff<'_>, renames: &[Rename], mut lines: Vec<Line>) -> Result<Tried, String> {
    let new = diff.new_side();
    let bytes = compiled_with(&new, &lines)?;
    let manifest = trailmark::Manifest::open(&bytes).map_err(|error| error.to_string())?;
    let with_lines = Side::new(&manifest, new.origin());
    let works = |line: &Line| {
        with_lines.ask(&line.from).is_some_and(|reply| reply.location.as_ref() == Some(&line.to))
            && is_reached(&with_lines, &line.to)
    };
    let before = lines.len();
    lines.retain(|line| line.is_pattern || works(line));
    let refused = before - lines.len();
    let mut caught = Vec::new();
    let patterns: Vec<&Line> = lines.iter().filter(|line| line.is_pattern).collect();
    if !patterns.is_empty() {
        let folder_of = |path: &str| {
            let folder =
                |line: &&&Line| line.from.strip_suffix('*').is_some_and(|folder| path.starts_with(folder));
            patterns.iter().find(folder).and_then(|line| line.from.strip_suffix("/*")).map(str::to_owned)
        };
        let effect = Diff::new(new, with_lines);
        let harmed = effect.changes().iter().filter(|change| change.kind() < Kind::New);
        caught.extend(
            harmed.flat_map(|change| effect.paths_of(change)).filter_map(|(path, _)| folder_of(&path)),
        );
        caught.extend(renames.iter().filter_map(|rename| {
            let folder = folder_of(&rename.from)?;
            let location = with_lines.ask(&rename.from)?.location;
            (location.as_ref() != Some(&rename.to) || !is_reached(&with_lines, &rename.to)).then_some(folder)
        }));
        caught.sort_unstable();
        caught.dedup();
    }
    Ok(Tried { lines, refused, caught })
}

/// Whether a target answers without a further redirect; what is on another host is taken on trust.
fn is_reached(side: &Side<'_>, to: &str) -> bool {
    let Some(path) = crate::rules::local_path(to, side) else { return true };
    side.ask(&path).is_some_and(|reply| matches!(reply.state, State::Served | State::Worker))
}

/// The new site with these lines in its `_redirects`: from what the manifest says about its files and redirects.
fn compiled_with(new: &Side<'_>, lines: &[Line]) -> Result<Vec<u8>, String> {
    let manifest = new.manifest();
    if let Some(host) = manifest.host() {
        return Err(format!(
            "lines of _redirects are tried on Workers and Pages alone, and the new site is for {host}"
        ));
    }
    let routing =
        Provenance::read(manifest).and_then(|built| built.options()).map_err(|error| error.to_string())?;
    let base = Base::from_decoded(manifest.base()).map_err(|error| error.to_string())?;
    let mut text = String::new();
    let mut put = |line: String| {
        text.push_str(&line);
        text.push('\n');
    };
    let rule = |rule: trailmark::RedirectRule<'_>| format!("{} {} {}", rule.from, rule.target(), rule.status);
    lines.iter().filter(|line| !line.is_pattern).for_each(|line| put(line.text()));
    manifest.redirect_rules().for_each(|known| put(rule(known)));
    lines.iter().filter(|line| line.is_pattern).for_each(|line| put(line.text()));
    let options = RedirectOptions { platform: routing.platform, html_handling: routing.html_handling };
    let rules = SiteRules { redirects: Some(parse(&text, options)), ..SiteRules::default() };
    let count = u32::try_from(manifest.asset_count()).unwrap_or(u32::MAX);
    let assets = (0..count).into_par_iter().filter_map(|index| {
        let asset = manifest.asset(index)?;
        Some(AssetFile {
            site_path: asset.site_path().to_string(),
            size: asset.size(),
            fingerprint: *asset.fingerprint(),
        })
    });
    let compiled = compile_files_at(assets.collect(), routing, &base, &rules);
    compiled.map(|compiled| compiled.bytes).map_err(|error| error.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_moved_folder_is_what_differs_in_front() {
        let moved = |from, to| moved_folder(from, to).map(|(from, to)| format!("{from} {to}"));
        assert_eq!(moved("/blog/2020/x", "/articles/2020/x").as_deref(), Some("/blog /articles"));
        assert_eq!(moved("/blog/x/", "/articles/x/").as_deref(), Some("/blog /articles"));
        assert_eq!(moved("/blog/x", "/docs/blog/x").as_deref(), Some("/blog /docs/blog"));
        assert_eq!(moved("/blog/x", "/articles/y"), None);
        assert_eq!(moved("/x", "/docs/x"), None);
    }
}
