//! Request targets that a tree suggests: its files in all their forms, spelled in all the ways a client may spell them, and
//! misses beside them.

use super::random::Random;
use super::tree::Tree;
use super::words::{ENDINGS, INSERTS, MISSES, QUERIES, SEGMENTS, SUFFIXES, UNPARSED};

/// How a target reaches the platform.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Wire {
    /// Byte for byte on the request line.
    Raw,
    /// Through a URL parser first, as a client does it.
    Parsed,
}

/// A target for this tree.
pub(super) fn target(tree: &Tree, wire: Wire, random: &mut Random) -> String {
    // A few tries always suffice: most targets are fine on both ways.
    for _ in 0..50 {
        let candidate = candidate(tree, wire, random);
        if wire == Wire::Parsed || fits_request_line(&candidate) {
            return candidate;
        }
    }
    "/".to_owned()
}

fn candidate(tree: &Tree, wire: Wire, random: &mut Random) -> String {
    let decoded = decoded_path(tree, random);
    let mut target = encode(&decoded, random);
    let mutations = random.weighted(&[(65, 0), (25, 1), (10, 2)]);
    for _ in 0..mutations {
        mutate(&mut target, wire, random);
    }
    if !target.starts_with('/') {
        target.insert(0, '/');
    }
    if random.chance(25) {
        target.push_str(random.pick(QUERIES));
    }
    target
}

/// A site path that exists, nearly exists, or does not.
fn decoded_path(tree: &Tree, random: &mut Random) -> String {
    let files: Vec<&String> = tree.files.keys().collect();
    let mut path = match random.below(100) {
        0..80 if !files.is_empty() => random.pick(&files).to_string(),
        0..92 => random.pick(&tree.folders()).to_owned(),
        _ => return random.pick(MISSES).to_owned(),
    };
    if random.chance(25) {
        return path;
    }
    if random.chance(80) {
        let fitting: Vec<&str> = ENDINGS.iter().copied().filter(|&ending| path.ends_with(ending)).collect();
        if !fitting.is_empty() {
            path.truncate(path.len() - random.pick(&fitting).len());
        }
    }
    path.push_str(random.pick(SUFFIXES));
    path
}

/// Spells a decoded path as a client might.
fn encode(path: &str, random: &mut Random) -> String {
    let style = random.weighted(&[(55, 0), (25, 1), (8, 2), (10, 3), (2, 4)]);
    match style {
        0 => percent_encode(path, |c| !is_canonical(c), Hex::Upper),
        1 => {
            percent_encode(path, |c| matches!(c, ' ' | '?' | '#' | '%' | '\\') || c.is_control(), Hex::Upper)
        }
        2 => percent_encode(path, |c| !is_canonical(c), Hex::Lower),
        3 => {
            let mut choices = random.clone();
            random.below(2);
            percent_encode(path, |c| c != '/' && (!is_canonical(c) || choices.chance(30)), Hex::Lower)
        }
        _ => {
            percent_encode(&percent_encode(path, |c| !is_canonical(c), Hex::Upper), |c| c == '%', Hex::Upper)
        }
    }
}

#[derive(Clone, Copy)]
enum Hex {
    Upper,
    Lower,
}

fn percent_encode(text: &str, mut wanted: impl FnMut(char) -> bool, hex: Hex) -> String {
    let mut encoded = String::new();
    for c in text.chars() {
        if !wanted(c) {
            encoded.push(c);
            continue;
        }
        for byte in c.encode_utf8(&mut [0; 4]).bytes() {
            encoded.push_str(&match hex {
                Hex::Upper => format!("%{byte:02X}"),
                Hex::Lower => format!("%{byte:02x}"),
            });
        }
    }
    encoded
}

/// What `encodeURIComponent` leaves alone, and the slash.
fn is_canonical(c: char) -> bool {
    c.is_ascii_alphanumeric() || "-_.!~*'()/".contains(c)
}

fn mutate(target: &mut String, wire: Wire, random: &mut Random) {
    match random.below(if wire == Wire::Parsed { 7 } else { 6 }) {
        0 => insert(target, "/", random),
        1 | 2 => insert(target, random.pick(INSERTS), random),
        3 => {
            let segment = random.pick(SEGMENTS);
            let slashes: Vec<usize> = target.match_indices('/').map(|(at, _)| at).collect();
            let at = if slashes.is_empty() { 0 } else { random.pick(&slashes) };
            target.insert_str(if random.chance(40) { target.len() } else { at }, segment);
        }
        4 => swap_case(target, random),
        5 => replace_slash(target, random),
        _ => insert(target, random.pick(UNPARSED), random),
    }
}

/// Puts a text in somewhere behind the first slash.
fn insert(target: &mut String, text: &str, random: &mut Random) {
    let places: Vec<usize> = target.char_indices().map(|(at, _)| at).skip(1).chain([target.len()]).collect();
    target.insert_str(random.pick(&places), text);
}

fn swap_case(target: &mut String, random: &mut Random) {
    let letters: Vec<(usize, char)> =
        target.char_indices().filter(|(_, c)| c.is_ascii_alphabetic()).collect();
    if letters.is_empty() {
        return;
    }
    let (at, letter) = random.pick(&letters);
    let other =
        if letter.is_ascii_uppercase() { letter.to_ascii_lowercase() } else { letter.to_ascii_uppercase() };
    target.replace_range(at..=at, &other.to_string());
}

fn replace_slash(target: &mut String, random: &mut Random) {
    let slashes: Vec<usize> = target.match_indices('/').map(|(at, _)| at).skip(1).collect();
    if !slashes.is_empty() {
        let at = random.pick(&slashes);
        target.replace_range(at..=at, random.pick(&["%2F", "%2f", "%5C", "//"]));
    }
}

/// Whether a target means the same on a request line as to a URL parser (`tests/oracle/README.md`, "Raw targets"): blanks and
/// control characters end or break the line there, and literal dot segments are taken out before escapes and backslashes are
/// looked at.
pub(super) fn fits_request_line(target: &str) -> bool {
    let path = target.split(['?', '#']).next().unwrap_or_default();
    let dots = path.split(['/', '\\']).any(|segment| matches!(segment, "." | ".."));
    let hides_dots = path.to_ascii_lowercase().contains("%2e") || path.contains('\\');
    target.chars().all(|c| c > ' ' && c != '\u{7f}') && !(dots && hides_dots)
}

/// Whether a target is ASCII, its escapes included.
pub(super) fn is_ascii_decoded(target: &str) -> bool {
    let escapes_more =
        |(at, _): (usize, &str)| target[at + 1..].starts_with(|c: char| c > '7' && c.is_ascii_hexdigit());
    target.is_ascii() && !target.match_indices('%').any(escapes_more)
}

/// The canonical encoding of a site path.
pub(super) fn canonical(path: &str) -> String {
    percent_encode(path, |c| !is_canonical(c), Hex::Upper)
}
