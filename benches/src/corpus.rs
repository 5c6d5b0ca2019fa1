//! Sites to measure on: generated ones of any size, and the path lists of real ones in `tests/sites`.
//!
//! A generated site is a function of its page count, its seed and its not-found pages, on every machine. Its paths are of
//! the kinds that real builds write (dated posts, versioned docs, locales, a shop, a reference, listings, hashed assets),
//! pages in folders and pages in files mixed, 44 bytes long on average. Nothing touches the disk but the lists.

mod words;

use std::fmt::Write as _;
use std::io::Read;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, anyhow};
use trailmark_compiler::AssetFile;
use xxhash_rust::xxh3::xxh3_64_with_seed;

use crate::random::{Random, mix};
use words::WORDS;

/// Which folders of a generated site own a `404.html`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NotFoundPages {
    /// The root only, as nearly all sites have it.
    Root,
    /// The root, every locale, every version of the docs and every section of it, and folders 5, 10 and 20 deep: so many
    /// depths that a miss has something to walk for.
    Many,
}

/// Which site to generate.
#[derive(Debug, Clone, Copy)]
pub struct Corpus {
    /// HTML pages. Other files come on top: one for every eight pages.
    pub pages: usize,
    /// Another seed gives other paths.
    pub seed: u64,
    /// Not-found pages; more than one come on top of the pages.
    pub not_found: NotFoundPages,
}

const LOCALES: [&str; 6] = ["fr", "de", "ja", "pt-br", "es", "zh-cn"];
const LOCAL_SECTIONS: [&str; 4] = ["guides", "aide", "produits", "blog"];
/// Words with letters that are percent-encoded in URLs, for the locales that have them.
const FAR_WORDS: [&str; 16] = [
    "ガイド",
    "設定",
    "地図",
    "café",
    "über",
    "año",
    "naïve",
    "straße",
    "灯台",
    "開始",
    "größe",
    "été",
    "指南",
    "下载",
    "ação",
    "niño",
];
const VERSIONS: usize = 12;
const ENDINGS: [&str; 6] = ["js", "css", "js", "woff2", "webp", "js.map"];

impl Corpus {
    /// A site of so many pages with one not-found page.
    pub fn of(pages: usize) -> Corpus {
        Corpus { pages, seed: 1, not_found: NotFoundPages::Root }
    }

    /// All files, in no particular order. O(files), and no memory but the result.
    pub fn files(&self) -> Vec<AssetFile> {
        let assets = self.pages / 8;
        let mut files = Vec::with_capacity(self.pages + assets + 700);
        let fixed = ["/index.html", "/404.html", "/about.html", "/contact/index.html", "/search.html"];
        files.extend(fixed.iter().take(self.pages).map(|path| self.file(path)));
        let mut path = String::with_capacity(256);
        for number in 0..self.pages.saturating_sub(fixed.len()) {
            path.clear();
            self.page(number, &mut path);
            files.push(self.file(&path));
        }
        for number in 0..assets {
            path.clear();
            self.asset(number, &mut path);
            files.push(self.file(&path));
        }
        if self.not_found == NotFoundPages::Many {
            files.extend(self.not_found_pages().iter().map(|path| self.file(path)));
        }
        files
    }

    fn file(&self, path: &str) -> AssetFile {
        file(path, self.seed)
    }

    /// Writes the path of a page. Each kind counts its own pages, so that its names can be different by construction.
    fn page(&self, number: usize, path: &mut String) {
        let (round, place) = (number / 20, number % 20);
        let write = match place {
            0..6 => self.post(round * 6 + place, path),
            6..12 => self.doc(round * 6 + place - 6, path),
            12..15 => self.local(round * 3 + place - 12, path),
            15..18 => self.product(round * 3 + place - 15, path),
            18 => self.reference(round, path),
            _ => self.listing(round, path),
        };
        // Writing to a string cannot fail.
        let _ = write;
    }

    fn post(&self, id: usize, path: &mut String) -> std::fmt::Result {
        let bits = self.bits(1, id);
        let (year, month, day) = (2009 + bits % 17, 1 + (bits >> 8) % 12, 1 + (bits >> 16) % 28);
        let section = if bits >> 63 == 0 { "blog" } else { "news" };
        write!(path, "/{section}/{year}/{month:02}/{day:02}/")?;
        self.slug(1, id, path)?;
        path.write_str("/index.html")
    }

    fn doc(&self, id: usize, path: &mut String) -> std::fmt::Result {
        // The same pages in every version.
        let (id, version) = (id / VERSIONS, id % VERSIONS);
        let bits = self.bits(2, id);
        write!(path, "/docs/v{}.{}/{}/{}/", 1 + version / 4, version % 4, word(bits % 24), word(bits >> 8))?;
        self.slug(2, id, path)?;
        path.write_str(".html")
    }

    fn local(&self, id: usize, path: &mut String) -> std::fmt::Result {
        let (id, locale) = (id / LOCALES.len(), id % LOCALES.len());
        let bits = self.bits(3, id);
        write!(path, "/{}/{}/", LOCALES[locale], LOCAL_SECTIONS[(bits % 4) as usize])?;
        if bits >> 60 < 6 {
            write!(path, "{}-", FAR_WORDS[(bits >> 32) as usize % FAR_WORDS.len()])?;
        }
        self.slug(3, id, path)?;
        path.write_str(if locale.is_multiple_of(2) { "/index.html" } else { ".html" })
    }

    fn product(&self, id: usize, path: &mut String) -> std::fmt::Result {
        let bits = self.bits(4, id);
        write!(path, "/shop/{}/{}/", word(bits % 32), word(bits >> 8))?;
        self.slug(4, id, path)?;
        write!(path, "-{:06}.html", (bits >> 16) % 1_000_000)
    }

    fn reference(&self, id: usize, path: &mut String) -> std::fmt::Result {
        const KINDS: [&str; 8] = ["struct", "fn", "trait", "enum", "macro", "class", "operator=", "module"];
        let bits = self.bits(5, id);
        write!(
            path,
            "/reference/{}/{}.{}.",
            word(bits),
            KINDS[(bits >> 8) as usize % 8],
            capital(bits >> 16)
        )?;
        self.slug(5, id, path)?;
        path.write_str(".html")
    }

    fn listing(&self, id: usize, path: &mut String) -> std::fmt::Result {
        let (id, part) = (id / 4, id % 4);
        path.write_str("/tags/")?;
        self.slug(6, id, path)?;
        match part {
            0 => path.write_str("/index.html"),
            // A page in a file beside a folder of the same name, as some builds write it.
            1 => path.write_str(".html"),
            _ => write!(path, "/page/{part}/index.html"),
        }
    }

    /// Writes the path of a file that is no page.
    fn asset(&self, number: usize, path: &mut String) {
        let bits = self.bits(7, number);
        let write = if number.is_multiple_of(3) {
            write!(path, "/images/{}/{:02}/", 2009 + bits % 17, 1 + (bits >> 8) % 12)
                .and_then(|()| self.slug(7, number, path))
                .and_then(|()| write!(path, "-{}w.webp", 320 << ((bits >> 16) % 4)))
        } else {
            let mut hash = String::new();
            let letters = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-";
            hash.extend((0..8).map(|digit| char::from(letters[(bits >> (6 * digit) & 63) as usize])));
            let ending = ENDINGS[(bits >> 50) as usize % ENDINGS.len()];
            path.write_str("/_astro/")
                .and_then(|()| self.slug(8, number, path))
                .and_then(|()| write!(path, ".{hash}.{ending}"))
        };
        let _ = write;
    }

    /// Three words, in one case out of three four, that no other number of this kind has.
    fn slug(&self, kind: u64, id: usize, path: &mut String) -> std::fmt::Result {
        let id = id as u64;
        let scrambled = scramble(id & 0xFF_FFFF, mix(self.seed ^ kind));
        write!(path, "{}-{}-{}", word(scrambled), word(scrambled >> 8), word(scrambled >> 16))?;
        let bits = self.bits(kind + 16, id as usize);
        if bits.is_multiple_of(3) {
            write!(path, "-{}", word(bits >> 32))?;
        }
        if id >> 24 != 0 { write!(path, "-{}", id >> 24) } else { Ok(()) }
    }

    fn bits(&self, kind: u64, id: usize) -> u64 {
        mix(mix(self.seed.wrapping_mul(64).wrapping_add(kind)) ^ id as u64)
    }

    fn not_found_pages(&self) -> Vec<String> {
        let mut pages: Vec<String> = LOCALES.iter().map(|locale| format!("/{locale}/404.html")).collect();
        for version in 0..VERSIONS {
            let folder = format!("/docs/v{}.{}", 1 + version / 4, version % 4);
            pages.push(format!("{folder}/404.html"));
            pages.extend((0..24).map(|section| format!("{folder}/{}/404.html", word(section))));
        }
        for depth in [5, 10, 20] {
            let mut path = format!("/archive-{depth}");
            (1..depth).for_each(|level| path.push_str(&format!("/{}", word(level * 7 + depth))));
            pages.push(path + "/404.html");
        }
        pages
    }
}

/// A file with a size and a fingerprint made from its path.
fn file(path: &str, seed: u64) -> AssetFile {
    let mut random = Random::new(xxh3_64_with_seed(path.as_bytes(), seed));
    let size = 300 + random.next() % 60_000;
    file_of_size(path, size, &mut random)
}

fn file_of_size(path: &str, size: u64, random: &mut Random) -> AssetFile {
    let mut fingerprint = [0; 32];
    fingerprint.chunks_exact_mut(8).for_each(|part| part.copy_from_slice(&random.next().to_le_bytes()));
    AssetFile { site_path: path.to_owned(), size, fingerprint }
}

fn word(number: u64) -> &'static str {
    WORDS[(number & 255) as usize]
}

fn capital(number: u64) -> String {
    let word = word(number);
    word[..1].to_ascii_uppercase() + &word[1..]
}

/// A bijection of 24-bit numbers.
fn scramble(number: u64, key: u64) -> u64 {
    let step = |value: u64, factor: u64| (value ^ (value >> 11)).wrapping_mul(factor | 1) & 0xFF_FFFF;
    step(step(number ^ (key & 0xFF_FFFF), key >> 24), 0x9E_3779)
}

/// A real site: the names and sizes of its files.
#[derive(Debug)]
pub struct RealSite {
    /// Name of its list.
    pub name: String,
    /// Its files, with fingerprints made from their paths.
    pub files: Vec<AssetFile>,
}

/// Ending of the lists.
const LIST: &str = ".tsv.gz";

/// The names of the lists of real sites, sorted.
///
/// # Errors
/// The folder `tests/sites` can't be read.
pub fn real_sites() -> Result<Vec<String>> {
    let folder = lists();
    let entries = std::fs::read_dir(&folder).with_context(|| format!("can't read {}", folder.display()))?;
    let names: std::io::Result<Vec<_>> = entries.map(|entry| Ok(entry?.file_name())).collect();
    let names = names.with_context(|| format!("can't read {}", folder.display()))?;
    let list = |name: &std::ffi::OsString| Some(name.to_str()?.strip_suffix(LIST)?.to_owned());
    let mut names: Vec<String> = names.iter().filter_map(list).collect();
    names.sort();
    Ok(names)
}

impl RealSite {
    /// Reads a list.
    ///
    /// # Errors
    /// There is none of that name, or a line is not `size <TAB> path`.
    pub fn load(name: &str) -> Result<RealSite> {
        let path = lists().join(format!("{name}{LIST}"));
        let at = || format!("can't read {}", path.display());
        let mut text = String::new();
        let file = std::fs::File::open(&path).with_context(at)?;
        flate2::read::GzDecoder::new(file).read_to_string(&mut text).with_context(at)?;
        let files: Result<Vec<_>> = text.lines().map(list_line).collect();
        Ok(RealSite { name: name.to_owned(), files: files.with_context(at)? })
    }
}

fn list_line(line: &str) -> Result<AssetFile> {
    let (size, path) = line.split_once('\t').ok_or_else(|| anyhow!("no tab in {line:?}"))?;
    let mut random = Random::new(xxh3_64_with_seed(path.as_bytes(), 0));
    Ok(file_of_size(path, size.parse().with_context(|| format!("no size in {line:?}"))?, &mut random))
}

fn lists() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/sites")
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn paths_are_different_and_of_the_length_they_should_have() {
        for (pages, not_found) in [(10, NotFoundPages::Root), (100_000, NotFoundPages::Many)] {
            let files = Corpus { pages, seed: 1, not_found }.files();
            let paths: HashSet<&str> = files.iter().map(|file| file.site_path.as_str()).collect();
            assert_eq!(paths.len(), files.len());
            let total: usize = paths.iter().map(|path| path.len()).sum();
            let mean = total as f64 / files.len() as f64;
            assert!(pages < 1000 || (43.0..46.0).contains(&mean), "{mean}");
            let html = paths.iter().filter(|path| path.ends_with(".html")).count();
            assert!(html == pages || not_found == NotFoundPages::Many);
        }
    }

    #[test]
    fn the_same_seed_gives_the_same_site_and_another_one_another() {
        let paths = |seed| -> Vec<String> {
            let corpus = Corpus { seed, ..Corpus::of(1000) };
            corpus.files().into_iter().map(|file| file.site_path).collect()
        };
        assert_eq!(paths(1), paths(1));
        let (first, second): (HashSet<_>, HashSet<_>) =
            (paths(1).into_iter().collect(), paths(2).into_iter().collect());
        assert!(first.intersection(&second).count() < 20);
    }

    #[test]
    fn scrambling_is_a_bijection() {
        let key = mix(7);
        let mut seen = vec![false; 1 << 24];
        (0..1 << 24).for_each(|number| seen[scramble(number, key) as usize] = true);
        assert!(seen.iter().all(|&seen| seen));
    }

    #[test]
    fn lists_of_real_sites_can_be_read() {
        let names = real_sites().unwrap();
        assert!(names.len() >= 15);
        assert_eq!(RealSite::load("vite-spa").unwrap().files.len(), 8);
    }
}
