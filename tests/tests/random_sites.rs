//! Random small sites made of the names that rules are about, and requests made from those sites.
//!
//! By default each property sees a fixed number of cases from a fixed seed: the same run everywhere, in a few seconds.
//! `cargo xtask torture` tries ten times as many, from another seed each time; `PROPTEST_CASES=100000` so many.

use std::collections::BTreeMap;

use proptest::prelude::*;
use proptest::sample::{Index, select};
use proptest::test_runner::RngSeed;
use trailmark_compiler::RoutingOptions;
use trailmark_compiler::options::{HtmlHandling, NotFoundHandling, Platform};
use trailmark_tests::reference;

use crate::torture;

/// How many cases a property tries if nobody says otherwise.
pub(crate) fn config(cases: u32) -> ProptestConfig {
    let default = ProptestConfig { failure_persistence: None, ..ProptestConfig::default() };
    if std::env::var_os("PROPTEST_CASES").is_some() {
        default
    } else if torture::is_on() {
        ProptestConfig { cases: cases * 10, ..default }
    } else {
        ProptestConfig { cases, rng_seed: RngSeed::Fixed(0x7261_696C), ..default }
    }
}

/// Names that rules are about, or that encoding is about.
const NAMES: &[&str] = &[
    "index",
    "index.html",
    "404.html",
    ".html",
    "a",
    "a.html",
    "b",
    "b.html",
    "a.html.html",
    "a.HTML",
    "404",
    "x y",
    "x y.html",
    "é.html",
    "[s]",
    "%41",
    "%41.html",
    "%2F.html",
    "a?b.html",
    "a+b;c@d.html",
    "v1.2",
    "Up.html",
    "b\\c.html",
    "\u{FEFF}.html",
    "line\nbreak.html",
    "\n.html",
    "trailing ",
    "app.js",
    "_headers",
    "node_modules",
    "a-name-so-long-that-its-stem-does-not-fit-into-the-slot-of-its-page.html",
];

/// Files with their contents; few contents, so that many files have equal bytes.
pub(crate) fn files() -> impl Strategy<Value = BTreeMap<String, String>> {
    let name = prop_oneof![3 => select(&NAMES[..8]), 1 => select(NAMES)];
    let path = prop::collection::vec(name, 1..=3).prop_map(|names| format!("/{}", names.join("/")));
    prop::collection::btree_map(path, select(&["one", "two", "three"][..]).prop_map(str::to_owned), 0..8)
}

/// The same as they can stand on a disk: no name is both a file and a folder.
pub(crate) fn files_on_disk() -> impl Strategy<Value = BTreeMap<String, String>> {
    files().prop_map(|files| {
        let is_folder = |path: &str| files.keys().any(|other| other.starts_with(&format!("{path}/")));
        files.iter().filter(|(path, _)| !is_folder(path)).map(|(k, v)| (k.clone(), v.clone())).collect()
    })
}

pub(crate) fn options() -> impl Strategy<Value = RoutingOptions> {
    let pages = RoutingOptions { platform: Platform::Pages, ..RoutingOptions::default() };
    let workers = (select(HtmlHandling::ALL), select(NotFoundHandling::ALL)).prop_map(|(html, not_found)| {
        RoutingOptions { platform: Platform::Workers, html_handling: html, not_found_handling: not_found }
    });
    prop_oneof![1 => Just(pages), 3 => workers]
}

/// One change to the path of a file, on the way to a request.
#[derive(Debug, Clone)]
pub(crate) enum Change {
    /// Cut so many segments off the end.
    Cut(usize),
    /// Take this off the end, if it is there.
    Without(&'static str),
    /// Add this to the end.
    With(&'static str),
    /// Put this somewhere into it.
    Insert(Index, &'static str),
    /// Write one byte as `%xx`, in upper or lower case.
    Escape(Index, bool),
    /// Write everything as the canonical encoding does.
    Encode,
}

const SUFFIXES: &[&str] = &["/index.html", "index.html", ".html", "/index", "/", "index"];
const ADDITIONS: &[&str] = &[
    "/",
    ".html",
    "/index",
    "/index.html",
    "/index/",
    "/index/index",
    "/index/index.html",
    "index/",
    "//",
    "/x",
    "/a",
    "/404",
    "/404.html",
    "%",
    "%20",
    "?q",
    "?a=b c&d",
    "?",
    "#f",
    " ",
];
const INSERTIONS: &[&str] = &[
    "/", "//", "%2F", "%2f", "%5C", "\\", "./", "../", "%2e/", "/.", "%", "%C3", "%00", "%0A", "%0d", "\t",
    " ", "é", "%c3%a9", "^", "+",
];

fn change() -> impl Strategy<Value = Change> {
    prop_oneof![
        2 => (0usize..2).prop_map(Change::Cut),
        3 => select(SUFFIXES).prop_map(Change::Without),
        4 => select(ADDITIONS).prop_map(Change::With),
        1 => (any::<Index>(), select(INSERTIONS)).prop_map(|(place, text)| Change::Insert(place, text)),
        1 => (any::<Index>(), any::<bool>()).prop_map(|(place, upper)| Change::Escape(place, upper)),
        2 => Just(Change::Encode),
    ]
}

/// A request that is made from a file of the site, or from nothing.
#[derive(Debug, Clone)]
pub(crate) enum Draft {
    Near(Index, Vec<Change>),
    Raw(Vec<u8>),
}

pub(crate) fn draft() -> impl Strategy<Value = Draft> {
    let byte = prop_oneof![
        3 => select(&b"/.%2eEaindexhtml?#\\ 0123456789ABCDEF"[..]),
        1 => any::<u8>(),
    ];
    prop_oneof![
        9 => (any::<Index>(), prop::collection::vec(change(), 0..4)).prop_map(|(file, changes)| Draft::Near(file, changes)),
        1 => prop::collection::vec(byte, 0..24).prop_map(|bytes| Draft::Raw([b"/", bytes.as_slice()].concat())),
    ]
}

impl Draft {
    /// The request target.
    pub(crate) fn target(&self, files: &BTreeMap<String, String>) -> Vec<u8> {
        let (file, changes) = match self {
            Draft::Raw(bytes) => return bytes.clone(),
            Draft::Near(file, changes) => (file, changes),
        };
        let root = "/".to_owned();
        let mut bytes =
            files.keys().nth(file.index(files.len().max(1))).unwrap_or(&root).clone().into_bytes();
        for change in changes {
            apply(change, &mut bytes);
        }
        if bytes.first() != Some(&b'/') {
            bytes.insert(0, b'/');
        }
        bytes
    }
}

fn apply(change: &Change, bytes: &mut Vec<u8>) {
    let place = |place: &Index, bytes: &[u8]| place.index(bytes.len() + 1);
    match change {
        Change::Cut(count) => {
            for _ in 0..*count {
                bytes.truncate(bytes.iter().rposition(|&b| b == b'/').unwrap_or(0));
            }
        }
        Change::Without(suffix) => {
            if let Some(shorter) = bytes.strip_suffix(suffix.as_bytes()) {
                bytes.truncate(shorter.len());
            }
        }
        Change::With(suffix) => bytes.extend_from_slice(suffix.as_bytes()),
        Change::Insert(at, text) => {
            let at = place(at, bytes);
            bytes.splice(at..at, text.bytes());
        }
        Change::Escape(at, upper) => {
            let at = place(at, bytes).min(bytes.len().saturating_sub(1));
            if let Some(&byte) = bytes.get(at) {
                let escaped = if *upper { format!("%{byte:02X}") } else { format!("%{byte:02x}") };
                bytes.splice(at..=at, escaped.into_bytes());
            }
        }
        Change::Encode => {
            if let Ok(text) = std::str::from_utf8(bytes) {
                *bytes = reference::encode_segments(text).into_bytes();
            }
        }
    }
}
