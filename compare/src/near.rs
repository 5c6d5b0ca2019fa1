//! Near names: for a path that is not there (any more), the one that was probably meant. Paths are filed under a few keys, so that
//! only those are compared that have something in common; a key that too many share is no key.

use rayon::prelude::*;
use rustc_hash::{FxHashMap, FxHashSet, FxHasher};
use std::hash::{Hash, Hasher};

/// Below this two names have too little in common.
const LOWEST: f64 = 0.72;
/// Two that are as near as that are equally near.
const TIE: f64 = 0.015;
/// Most paths of a key that are compared.
const MOST_OF_KEY: usize = 48;
/// Longest name that is compared letter by letter.
const LONGEST: usize = 120;

/// A path that is near.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Near {
    /// Its index in the list.
    pub index: usize,
    /// How near, from 0 to 1.
    pub score: f64,
    /// Whether its last segment is the same but for case, punctuation and ending.
    pub same_name: bool,
}

/// For each wanted path, the nearest of the candidates, if one is near enough and no other is as near. Request paths, of which
/// forms and percent-encoding play no part. O(candidates + wanted), on all threads.
pub fn nearest<S: AsRef<str> + Sync>(wanted: &[S], candidates: &[S]) -> Vec<Option<Near>> {
    let wanted_names: Vec<Name> = wanted.par_iter().map(|path| Name::new(path.as_ref())).collect();
    let keys: FxHashSet<u64> = wanted_names.iter().flat_map(Name::keys).collect();
    let filed: Vec<(u64, u32)> = candidates
        .par_iter()
        .zip(0..u32::MAX)
        .flat_map_iter(|(path, index)| {
            let name = Name::new(path.as_ref());
            name.keys().into_iter().filter(|key| keys.contains(key)).map(move |key| (key, index))
        })
        .collect();
    let mut by_key: FxHashMap<u64, Vec<u32>> = FxHashMap::default();
    for (key, index) in filed {
        let list = by_key.entry(key).or_default();
        if list.len() <= MOST_OF_KEY {
            list.push(index);
        }
    }
    by_key.retain(|_, list| list.len() <= MOST_OF_KEY);
    wanted_names.par_iter().map(|name| nearest_of(name, candidates, &by_key)).collect()
}

fn nearest_of<S: AsRef<str>>(
    name: &Name,
    candidates: &[S],
    by_key: &FxHashMap<u64, Vec<u32>>,
) -> Option<Near> {
    let mut indices: Vec<u32> =
        name.keys().iter().filter_map(|key| by_key.get(key)).flatten().copied().collect();
    indices.sort_unstable();
    indices.dedup();
    let mut found: Vec<Near> = indices
        .into_iter()
        .filter_map(|index| {
            let index = index as usize;
            let other = Name::new(candidates.get(index)?.as_ref());
            let score = name.score(&other);
            (score >= LOWEST).then_some(Near { index, score, same_name: name.plain == other.plain })
        })
        .collect();
    found.sort_by(|a, b| b.score.total_cmp(&a.score).then(a.index.cmp(&b.index)));
    match found.as_slice() {
        [first, second, ..] if first.score - second.score < TIE => None,
        [first, ..] => Some(*first),
        [] => None,
    }
}

/// A path, taken apart.
#[derive(Debug)]
struct Name {
    /// The folders above.
    folders: Vec<String>,
    /// The last segment without ending, in lower case, letters and digits only.
    plain: String,
    /// Its words.
    words: Vec<String>,
    /// Its ending, if it is no page.
    ending: String,
}

impl Name {
    fn new(path: &str) -> Name {
        let path = trailmark::decode_path(path, trailmark::DecodeMode::Whole).to_lowercase();
        let (stem, _) = trailmark::split_stem(path.as_bytes());
        let stem = path.get(..stem.len()).unwrap_or(&path);
        let stem = stem.trim_end_matches('/');
        let mut folders: Vec<String> =
            stem.split('/').filter(|segment| !segment.is_empty()).map(str::to_owned).collect();
        let last = folders.pop().unwrap_or_default();
        let (base, ending) = match last.rsplit_once('.') {
            Some((base, ending)) if !base.is_empty() && is_ending(ending) => (base, ending),
            _ => (last.as_str(), ""),
        };
        let ending = if ending == "htm" || ending == "xhtml" || ending == "php" { "" } else { ending };
        let words: Vec<String> = base
            .split(|c: char| !c.is_alphanumeric())
            .filter(|word| !word.is_empty())
            .map(str::to_owned)
            .collect();
        Name { folders, plain: words.concat(), words, ending: ending.to_owned() }
    }

    fn keys(&self) -> Vec<u64> {
        let parent = self.folders.last().map_or("", String::as_str);
        let mut sorted = self.words.clone();
        sorted.sort_unstable();
        let start: String = self.plain.chars().take(4).collect();
        let end: String = self.plain.chars().rev().take(4).collect();
        let whole = self.folders.concat() + &self.plain;
        let mut letters: Vec<char> = self.plain.chars().collect();
        letters.sort_unstable();
        let letters: String = letters.into_iter().collect();
        let mut keys = vec![
            key(0, &self.plain, &self.ending),
            key(1, &sorted.concat(), &self.ending),
            key(2, parent, &start),
            key(3, parent, &end),
            key(4, &whole, ""),
            key(6, &self.plain, parent),
            key(7, parent, &self.plain.chars().take(2).collect::<String>()),
            key(8, parent, &letters),
        ];
        if self.ending.is_empty() {
            keys.extend(
                self.words.iter().filter(|word| word.chars().count() >= 4).map(|word| key(5, word, "")),
            );
        }
        keys
    }

    /// How near another is.
    fn score(&self, other: &Name) -> f64 {
        if self.ending != other.ending || self.plain.is_empty() || other.plain.is_empty() {
            return 0.0;
        }
        let folders = self.shared_folders(other);
        if self.plain == other.plain {
            // A name that says nothing, such as `intro` or `1`, needs folders that agree.
            let says_much = self.plain.chars().count() >= 8 || self.words.len() >= 2;
            let is_number = self.plain.bytes().all(|b| b.is_ascii_digit());
            return match (is_number, says_much) {
                (true, _) => 0.4 + 0.6 * folders,
                (false, true) => 0.8 + 0.2 * folders,
                (false, false) => 0.6 + 0.4 * folders,
            };
        }
        // Other numbers are other pages: `chapter-1` is not `chapter-2`, nor 2023 2024.
        if numbers(&self.plain) != numbers(&other.plain) {
            return 0.0;
        }
        let cut = |text: &str| text.chars().take(LONGEST).collect::<String>();
        let letters = strsim::normalized_damerau_levenshtein(&cut(&self.plain), &cut(&other.plain));
        let same = letters.max(self.shared_words(other));
        if same < 0.6 { 0.0 } else { 0.65 * same + 0.35 * folders }
    }

    /// The share of folders, from above and from below, that both have.
    fn shared_folders(&self, other: &Name) -> f64 {
        let count = self.folders.len() + other.folders.len();
        if count == 0 {
            return 1.0;
        }
        let pairs = || self.folders.iter().zip(&other.folders);
        let above = pairs().take_while(|(one, other)| one == other).count();
        let least = self.folders.len().min(other.folders.len());
        let below = self.folders.iter().rev().zip(other.folders.iter().rev());
        let below = below.take(least - above).take_while(|(one, other)| one == other).count();
        2.0 * (above + below) as f64 / count as f64
    }

    fn shared_words(&self, other: &Name) -> f64 {
        let shared = self.words.iter().filter(|word| other.words.contains(word)).count();
        let all = self.words.len() + other.words.len() - shared.min(other.words.len());
        if all == 0 || shared < 2 { 0.0 } else { shared as f64 / all as f64 }
    }
}

/// `html`, `png`, `woff2`; no number, as in `v1.2`.
fn is_ending(text: &str) -> bool {
    text.len() <= 5
        && text.bytes().all(|b| b.is_ascii_alphanumeric())
        && text.starts_with(|c: char| c.is_ascii_alphabetic())
}

fn numbers(text: &str) -> Vec<&str> {
    text.split(|c: char| !c.is_ascii_digit()).filter(|number| !number.is_empty()).collect()
}

fn key(kind: u8, one: &str, other: &str) -> u64 {
    let mut hasher = FxHasher::default();
    (kind, one, other).hash(&mut hasher);
    hasher.finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn near<'c>(path: &str, candidates: &[&'c str]) -> Option<&'c str> {
        nearest(&[path], candidates)[0].map(|near| candidates[near.index])
    }

    #[test]
    fn renamed_pages_are_found() {
        assert_eq!(
            near("/blog/hello-world", &["/articles/hello-world/", "/about"]),
            Some("/articles/hello-world/")
        );
        assert_eq!(
            near("/docs/getting_started", &["/docs/getting-started", "/docs/faq"]),
            Some("/docs/getting-started")
        );
        assert_eq!(
            near("/docs/instalation", &["/docs/installation", "/docs/faq"]),
            Some("/docs/installation")
        );
        assert_eq!(near("/abuot", &["/about", "/faq"]), Some("/about"));
        assert_eq!(near("/About-Us.html", &["/about-us", "/"]), Some("/about-us"));
        assert_eq!(near("/guide/api/errors", &["/guide/reference/errors"]), Some("/guide/reference/errors"));
        assert_eq!(near("/blog/2024/my-first-post", &["/blog/my-first-post"]), Some("/blog/my-first-post"));
    }

    #[test]
    fn what_only_looks_alike_is_not() {
        assert_eq!(near("/chapter-1", &["/chapter-2"]), None);
        assert_eq!(near("/release/2023", &["/release/2024"]), None);
        assert_eq!(near("/a/intro", &["/x/y/intro"]), None);
        assert_eq!(near("/logo.png", &["/logo.svg"]), None);
        assert_eq!(near("/", &["/index-of-things"]), None);
        // Two that are equally near leave the choice to a person.
        assert_eq!(near("/blog/hello-world", &["/a/hello-world", "/b/hello-world"]), None);
    }

    #[test]
    fn a_key_that_all_share_costs_nothing() {
        let candidates: Vec<String> = (0..20_000).map(|n| format!("/page/item-{n}-of-many")).collect();
        let wanted: Vec<String> = (0..20_000).map(|n| format!("/page/item-{n}-of-the-many")).collect();
        assert_eq!(nearest(&wanted, &candidates).len(), wanted.len());
    }
}
