//! Random `_redirects` and `_headers`: rules that hit the tree, rules that only nearly do, lines the platforms ignore, and now
//! and then more than they take.

use std::fmt::Write;

use super::random::Random;
use super::targets::canonical;
use super::tree::Tree;
use super::words::{
    BROKEN_HEADER_LINES, GAPS, HEADER_LINES, HOST_PATHS, IGNORE_LINES, LINE_ENDS, OTHER_LINES, PATTERNS,
    STATUSES, TARGETS, VALUES,
};

/// The text of a rule file, and the paths and patterns its rules are about.
#[derive(Debug, Clone, Default)]
pub(super) struct RuleFile {
    /// What is in the file.
    pub(super) text: String,
    /// What requests should aim at.
    pub(super) aims: Vec<String>,
}

/// A `_redirects` for this tree.
pub(super) fn redirects(tree: &Tree, random: &mut Random) -> RuleFile {
    let mut file = RuleFile::default();
    if random.chance(4) {
        file.fill_static(random);
    }
    if random.chance(4) {
        file.fill_dynamic(random);
    }
    for _ in 0..=random.below(8) {
        file.add_redirect(tree, random);
    }
    file
}

/// A `_headers` for this tree.
pub(super) fn headers(tree: &Tree, random: &mut Random) -> RuleFile {
    let mut file = RuleFile::default();
    if random.chance(5) {
        file.text.push_str("  x-before: any path\n");
    }
    if random.chance(4) {
        file.fill_headers(random);
    }
    for _ in 0..=random.below(5) {
        file.add_header_rule(tree, random);
    }
    file
}

/// An `.assetsignore`.
pub(super) fn ignore(random: &mut Random) -> String {
    let lines = (0..=random.below(4)).map(|_| random.pick(IGNORE_LINES));
    lines.flat_map(|line| [line, "\n"]).collect()
}

impl RuleFile {
    fn add_redirect(&mut self, tree: &Tree, random: &mut Random) {
        match random.below(100) {
            0..8 => return self.text.push_str(random.pick(OTHER_LINES)),
            8..10 => return self.add_long_line("/long /x", random),
            _ => {}
        }
        let from = path_or_pattern(tree, random);
        let to = match random.below(100) {
            0..30 => path_in(tree, random),
            _ => random.pick(TARGETS).to_owned(),
        };
        let (gap, status) = (random.weighted(GAPS), random.weighted(STATUSES));
        let _ = write!(self.text, "{from}{gap}{to}{gap}{status}{}", random.weighted(LINE_ENDS));
        self.aims.push(from);
    }

    /// Just under, at, or over the number of static rules that are taken; some lines count and fail.
    fn fill_static(&mut self, random: &mut Random) {
        for number in 0..1990 + random.below(20) {
            let _ = match random.below(400) {
                0 => writeln!(self.text, "/s{number} nowhere"),
                1 => writeln!(self.text, "/s{number} /x 404"),
                2 => writeln!(self.text, "/s{number}/ /index"),
                3 => writeln!(self.text, "/s1 /again"),
                4 => writeln!(self.text, "/s{number} https://h.example/ 200"),
                5 => writeln!(self.text, "# /s{number} /x"),
                6 => writeln!(self.text, "https://h.example/s{number} /x"),
                _ => writeln!(self.text, "/s{number} /t{number}"),
            };
        }
        self.aims.extend((1985..2012).step_by(3).map(|number| format!("/s{number}")));
    }

    /// The same for dynamic rules.
    fn fill_dynamic(&mut self, random: &mut Random) {
        for number in 0..92 + random.below(14) {
            let _ = match random.below(30) {
                0 => writeln!(self.text, "/d{number}/* nowhere"),
                1 => writeln!(self.text, "/d{number}/:a /x 404"),
                2 => writeln!(self.text, "/d{number}/* /index"),
                3 => writeln!(self.text, "/d1/* /again"),
                4 => writeln!(self.text, "/d{number}/* https://h.example/ 200"),
                5 => writeln!(self.text, "/d{number}/*/* /x"),
                6 => writeln!(self.text, "/d{number}/x /static"),
                _ => writeln!(self.text, "/d{number}/:a /t{number}/:a"),
            };
        }
        self.aims.extend((88..106).map(|number| format!("/d{number}/x")));
    }

    fn add_header_rule(&mut self, tree: &Tree, random: &mut Random) {
        let path = match random.below(100) {
            0..15 => random.pick(HOST_PATHS).to_owned(),
            15..30 => "/*".to_owned(),
            _ => path_or_pattern(tree, random),
        };
        let _ = writeln!(self.text, "{path}");
        for _ in 0..random.below(4) {
            let line = match random.below(100) {
                0..2 => random.pick(BROKEN_HEADER_LINES),
                2..3 => return self.add_long_line("x-long: ", random),
                _ => random.pick(HEADER_LINES),
            };
            let end = if random.chance(5) { "\r\n" } else { "\n" };
            let _ = write!(self.text, "  {line}{end}");
        }
        self.aims.push(path);
    }

    /// Just under, at, or over the number of header rules that are taken; some are repeated or have no lines.
    fn fill_headers(&mut self, random: &mut Random) {
        for number in 0..94 + random.below(14) {
            let _ = match random.below(25) {
                0 => writeln!(self.text, "/h{number}"),
                1 => writeln!(self.text, "/h1\n  x-h: again {number}"),
                2 => writeln!(self.text, "http://h.example/{number}\n  x-h: {number}"),
                3 => writeln!(self.text, "/h{number}\n  bad name: {number}"),
                4 => writeln!(self.text, "/h{number}/*/*\n  x-h: {number}"),
                _ => writeln!(self.text, "/h{number}\n  x-h: {number}"),
            };
        }
        self.aims.extend((90..108).chain([1]).map(|number| format!("/h{number}")));
    }

    /// A line about as long as a line may be, in UTF-16 units.
    fn add_long_line(&mut self, start: &str, random: &mut Random) {
        let wanted = 1995 + random.below(10);
        let filler = random.pick(&["x", "é", "😀"]);
        let used = start.encode_utf16().count();
        let units = filler.encode_utf16().count();
        let _ = writeln!(self.text, "{start}{}", filler.repeat((wanted - used) / units));
        self.aims.push("/long".to_owned());
    }
}

fn path_or_pattern(tree: &Tree, random: &mut Random) -> String {
    match random.below(100) {
        0..35 => path_in(tree, random),
        35..50 => format!("{}/*", canonical(random.pick(&tree.folders()))),
        50..58 => format!("{}/:a", canonical(random.pick(&tree.folders()))),
        _ => random.pick(PATTERNS).to_owned(),
    }
}

/// A path of the tree, as a rule file spells it.
fn path_in(tree: &Tree, random: &mut Random) -> String {
    let files: Vec<&String> = tree.files.keys().collect();
    if files.is_empty() {
        return "/".to_owned();
    }
    let path = random.pick(&files);
    let stem = path.strip_suffix(".html").filter(|_| random.chance(70)).unwrap_or(path);
    let stem = stem.strip_suffix("index").filter(|_| random.chance(70)).unwrap_or(stem);
    match random.below(10) {
        0 => stem.replace(['\n', '\r'], ""),
        _ => canonical(stem),
    }
}

/// A request target that the path or pattern is about, or nearly.
pub(super) fn target_for(aim: &str, random: &mut Random) -> String {
    let path = match aim.split_once("://") {
        Some((_, rest)) => rest.find('/').map_or("/", |at| &rest[at..]),
        None => aim,
    };
    let mut target = filled(path, random);
    if !target.starts_with('/') {
        target.insert(0, '/');
    }
    match random.below(20) {
        0 => target.push('/'),
        1..5 => target.push_str(random.pick(&["?k=v", "?", "?a=1&b=/../x", "?é"])),
        _ => {}
    }
    target
}

/// A pattern with values in place of its names and stars.
fn filled(pattern: &str, random: &mut Random) -> String {
    let mut target = String::new();
    let mut rest = pattern;
    while let Some(first) = rest.chars().next() {
        let behind = &rest[first.len_utf8()..];
        let name_len = behind.find(|c: char| !c.is_ascii_alphanumeric() && c != '_').unwrap_or(behind.len());
        rest = behind;
        match first {
            '*' => target.push_str(random.pick(VALUES)),
            ':' if name_len > 0 && !random.chance(5) => {
                target.push_str(random.pick(VALUES));
                rest = &behind[name_len..];
            }
            ' ' => target.push_str("%20"),
            '\\' => target.push_str(random.pick(&["%5C", "/"])),
            c if c.is_control() => target.push_str("%0A"),
            other => target.push(other),
        }
    }
    target
}
