//! Random small sites, of names that rules are about, and requests made from them.

use std::collections::BTreeSet;
use std::path::Path;

use anyhow::{Context, Result};

use crate::oracle::random::Random;

const FOLDERS: &[&str] = &["a", "b", "index", "x y", "Up", "dir.html", "v1.2", "é", ".well-known"];
const FILES: &[&str] = &[
    "index.html",
    "index.html",
    "index.txt",
    "404.html",
    "a.html",
    "b.html",
    "a",
    "b",
    "index",
    ".html",
    "x y.html",
    "é.html",
    "Up.html",
    "up.html",
    "app.js",
    "a.html.html",
    "[s].html",
    "%41.html",
    "a+b.html",
    "no.ext-x",
    "v1.2.html",
    "a'b(c).txt",
];
const ENDINGS: &[&str] = &[
    "",
    "/",
    ".html",
    ".html/",
    "/index",
    "/index/",
    "/index.html",
    "/index.html/",
    "/x",
    ".txt",
    "//",
    "/a",
    "/.",
    "/..",
];

/// A site and what it is asked.
#[derive(Debug)]
pub(super) struct RandomSite {
    /// Names, decoded; no file has the name of a folder.
    pub(super) files: Vec<String>,
    /// Request targets.
    pub(super) targets: Vec<String>,
}

impl RandomSite {
    /// The site with this number.
    pub(super) fn new(seed: u64, number: u64) -> RandomSite {
        let mut random = Random::new(seed, number);
        let wanted = 1 + random.below(9);
        let mut drawn: BTreeSet<String> = (0..wanted).map(|_| file(&mut random)).collect();
        if random.chance(30) {
            let page = drawn
                .iter()
                .filter_map(|path| path.strip_suffix(".html"))
                .find(|page| !page.ends_with('/'))
                .unwrap_or("/a")
                .to_owned();
            drawn.extend([format!("{page}.html"), format!("{page}/index.html")]);
        }
        let is_folder = |path: &String| drawn.iter().any(|other| other.starts_with(&format!("{path}/")));
        let files: Vec<String> = drawn.iter().filter(|path| !is_folder(path)).cloned().collect();
        let targets = targets(&files, &mut random);
        RandomSite { files, targets }
    }

    /// Writes it into a folder.
    ///
    /// # Errors
    /// It can't be written.
    pub(super) fn write(&self, folder: &Path) -> Result<()> {
        std::fs::create_dir_all(folder)?;
        for file in &self.files {
            let path = folder.join(file.trim_start_matches('/'));
            std::fs::create_dir_all(path.parent().unwrap_or(folder))?;
            std::fs::write(&path, file).with_context(|| format!("can't write {}", path.display()))?;
        }
        Ok(())
    }
}

fn file(random: &mut Random) -> String {
    let depth = random.weighted(&[(4, 0), (4, 1), (1, 2)]);
    let mut path = String::new();
    for _ in 0..depth {
        path.push('/');
        path.push_str(random.pick(FOLDERS));
    }
    format!("{path}/{}", random.pick(FILES))
}

/// Files and folders under every form, some spelled in other ways.
fn targets(files: &[String], random: &mut Random) -> Vec<String> {
    let mut stems: BTreeSet<String> = BTreeSet::from([String::new(), "/nope".to_owned()]);
    for file in files {
        stems.insert(file.clone());
        stems.extend(file.match_indices('/').map(|(end, _)| file[..end].to_owned()));
        for suffix in [".html", "/index.html", ".txt"] {
            stems.extend(file.strip_suffix(suffix).map(str::to_owned));
        }
    }
    let mut targets = BTreeSet::new();
    for stem in stems {
        for ending in ENDINGS {
            let path = format!("{stem}{ending}");
            let path = if path.starts_with('/') { path } else { format!("/{path}") };
            let mut target = trailmark::encode_site_path(&path);
            if random.chance(15) {
                target = respelled(&target, random);
            }
            if random.chance(15) {
                target.push_str(random.pick(&["?q=1", "?", "?a=b%20c"]));
            }
            targets.insert(target);
        }
    }
    targets.into_iter().collect()
}

fn respelled(target: &str, random: &mut Random) -> String {
    match random.below(6) {
        0 => target.replacen('/', "//", 1),
        1 => target.replacen('a', "%61", 1),
        2 => target.replacen(".html", "%2Ehtml", 1),
        3 => target.to_ascii_uppercase().replace("%C3%A9", "%c3%a9"),
        4 => target.get(1..).map_or_else(String::new, |rest| format!("/{}", rest.replacen('/', "%2F", 1))),
        _ => format!("{target}%zz"),
    }
}
