//! Names that builds give to files, with a hash of their content in them: such a file goes with each build, and nobody links to it
//! from elsewhere.

/// Endings that builds give hashed names to.
const ENDINGS: &[&str] = &[
    "js",
    "mjs",
    "css",
    "map",
    "json",
    "wasm",
    "woff",
    "woff2",
    "ttf",
    "otf",
    "eot",
    "png",
    "jpg",
    "jpeg",
    "gif",
    "webp",
    "avif",
    "svg",
    "ico",
    "mp4",
    "webm",
    "mp3",
    "txt",
    "pf_meta",
    "pf_index",
    "pf_fragment",
    "data",
    "bin",
];

/// Shortest text that is taken for a hash.
const SHORTEST: usize = 8;
/// Words are longer, on the whole.
const LONGEST_RUN: f64 = 3.0;

/// Folders in which builds put nothing but files with hashed names.
const FOLDERS: &[&str] = &["_astro", "_next/static", "_nuxt", "_app/immutable"];

/// Whether the name of a file, or of a folder right above it, holds what looks like a hash. O(length).
pub(crate) fn is_hashed(path: &str) -> bool {
    let (folder, name) = path.rsplit_once('/').unwrap_or(("", path));
    let Some((base, ending)) = name.rsplit_once('.') else { return false };
    if !ENDINGS.contains(&ending.to_ascii_lowercase().as_str()) {
        return false;
    }
    let base = base.strip_suffix(&format!(".{ending}")).unwrap_or(base);
    let is_build = |name: &str| {
        folder.split_once(name).is_some_and(|(before, behind)| {
            before.ends_with('/') && (behind.is_empty() || behind.starts_with('/'))
        })
    };
    let looks = |text: &str| text.split(['.', '~', '@']).any(has_hash);
    let ends = base.rsplit_once(['.', '-', '_']).is_some_and(|(_, end)| is_short_hash(end));
    FOLDERS.iter().any(|name| is_build(name))
        || looks(base)
        || ends
        || folder.rsplit('/').next().is_some_and(is_hash)
}

/// A hash may hold `-` and `_`, and stands at the end, behind one of them, or alone.
fn has_hash(part: &str) -> bool {
    is_hash(part)
        || part
            .char_indices()
            .filter(|(_, c)| matches!(c, '-' | '_'))
            .any(|(at, _)| part.get(at + 1..).is_some_and(is_hash) || part.get(..at).is_some_and(is_hex))
}

fn is_hex(text: &str) -> bool {
    text.len() >= SHORTEST
        && text.bytes().all(|b| b.is_ascii_hexdigit())
        && text.bytes().any(|b| b.is_ascii_digit())
        && text.bytes().any(|b| b.is_ascii_alphabetic())
}

/// Hex, or letters and digits in runs too short for words.
fn is_hash(text: &str) -> bool {
    if text.len() < SHORTEST || !text.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_')) {
        return false;
    }
    is_hex(text) || (!text.split(['-', '_']).all(is_simple) && mean_run(text) < LONGEST_RUN)
}

/// What Rollup, Vite and webpack put behind a name: eight characters of both cases that are no words.
fn is_short_hash(text: &str) -> bool {
    let has = |test: fn(&u8) -> bool| text.as_bytes().iter().any(test);
    text.len() == SHORTEST
        && text.bytes().all(|b| b.is_ascii_alphanumeric())
        && has(u8::is_ascii_uppercase)
        && has(u8::is_ascii_lowercase)
        && !is_simple(text)
        && !is_words(text)
}

/// `MyHoliday`
fn is_words(text: &str) -> bool {
    let capitals = text.bytes().filter(u8::is_ascii_uppercase).count();
    let doubled = text.as_bytes().windows(2).any(|pair| pair.iter().all(u8::is_ascii_uppercase));
    !doubled && capitals * 3 <= text.len()
}

/// A word, a number, or a word with a number behind it.
fn is_simple(piece: &str) -> bool {
    let letters = piece.trim_end_matches(|c: char| c.is_ascii_digit());
    let rest = letters.get(1..).unwrap_or_default();
    letters.bytes().all(|b| b.is_ascii_alphabetic())
        && (rest.bytes().all(|b| b.is_ascii_lowercase()) || letters.bytes().all(|b| b.is_ascii_uppercase()))
}

/// Mean length of the runs of a text: capitals with the small letters behind them, and digits.
fn mean_run(text: &str) -> f64 {
    let class = |b: u8| match b {
        b'0'..=b'9' => 0,
        b'A'..=b'Z' => 1,
        b'a'..=b'z' => 2,
        _ => 3,
    };
    let (mut runs, mut letters, mut before) = (0, 0, 3);
    for class in text.bytes().map(class) {
        letters += usize::from(class != 3);
        runs += usize::from(class != 3 && class != before && (before, class) != (1, 2));
        before = class;
    }
    letters as f64 / runs.max(1) as f64
}

#[cfg(test)]
mod tests {
    use super::is_hashed;

    #[test]
    fn hashed_names_of_the_usual_builds_are_known() {
        for path in [
            "/_astro/index.DxYz12_4.css",
            "/docs/_astro/logo.D_OIpkis.png",
            "/assets/black-dark.UHOXNmwm.png",
            "/assets/index-nfCgsHHB.js",
            "/assets/docs.app-BSJLRDjf.png",
            "/_astro/hoisted.B0aQm3xk.js",
            "/assets/index-BtD3x_9k.js",
            "/assets/index-4sK2uD8e.css",
            "/_next/static/chunks/117-b3d41c8a0e.js",
            "/_next/static/k3Jd92Lx0aQ1/_buildManifest.js",
            "/app-0f3b9c2d1e4a5b6c7d8e.js",
            "/app-0f3b9c2d1e4a5b6c7d8e.js.map",
            "/assets/js/17896441.5ed0a0f8.js",
            "/assets/css/styles.7f3c9a1b.css",
            "/main.8f3a1c9d.js",
            "/static/d3f1a2b4c5/logo.png",
        ] {
            assert!(is_hashed(path), "{path}");
        }
    }

    #[test]
    fn names_that_people_give_are_not() {
        for path in [
            "/style.css",
            "/jquery-3.7.1.min.js",
            "/img/screenshot-20240101.png",
            "/assets/bootstrap.bundle.min.js",
            "/images/IMG_20230405_123456.jpg",
            "/fonts/OpenSans-Regular.woff2",
            "/search/search_index.json",
            "/documentation.js",
            "/img/MyHolidayInRome.jpg",
            "/about.html",
            "/0f3b9c2d1e4a5b6c7d8e.html",
            "/downloads/trailmark-v1.2.3-linux.bin",
            "/images/header-background.png",
            "/img/q1-2024-kpi.png",
            "/img/the-SeaShore.png",
            "/my_astro/logo.png",
            "/fonts/OpenSans2Regular.woff2",
        ] {
            assert!(!is_hashed(path), "{path}");
        }
    }
}
