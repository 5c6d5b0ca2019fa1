//! The fuzz targets: each takes any bytes, and panics if something is wrong. `fuzz/` runs them under a fuzzer; the tests run
//! them over the seeds and over every input that once failed (`fuzz/seeds`, `fuzz/regressions`).

use std::collections::BTreeMap;
use std::sync::LazyLock;

use trailmark::format::{self, header};
use trailmark::{DecodeMode, Manifest, RequestPath, Scratch, decode_path};
use trailmark_compiler::config::redirects::{self, RedirectOptions};
use trailmark_compiler::config::wrangler::{self, Format};
use trailmark_compiler::config::{headers, routes_json, run_worker_first};
use trailmark_compiler::hosts::{Files, Host, HostedSite};
use trailmark_compiler::options::{HtmlHandling, NotFoundHandling, Platform};
use trailmark_compiler::router::{Router, ScriptFirst};
use trailmark_compiler::{
    Base, RoutingOptions, Site, SiteRules, compile_files_for, manifest_of, manifest_with_rules,
};

use crate::conformance::assets_of;
use crate::judge::{ask_manifest, looked_up, with_headers};
use crate::mutate::{
    SAMPLE_TARGETS, ask_in_a_batch, interrogate, list, put_section, reseal, sample_manifests, section_of,
};
use crate::reference::requests::{Ask, Served, Verdict, decide};
use crate::reference::{self, Found};
pub use crate::text_targets::{audit, log};

/// A fuzz target: name of its folder of seeds, and what it does with bytes.
pub type Target = (&'static str, fn(&[u8]));

/// Every target.
pub const TARGETS: [Target; 11] = [
    ("open", open),
    ("mutate", mutate),
    ("request_path", request_path),
    ("redirects", redirects),
    ("headers", headers),
    ("wrangler", wrangler),
    ("routes", routes),
    ("batch", batch),
    ("differential", differential),
    ("audit", audit),
    ("log", log),
];

/// Decisions drawn from bytes; zero when they are used up.
struct Choices<'b> {
    bytes: &'b [u8],
}

impl<'b> Choices<'b> {
    fn byte(&mut self) -> u8 {
        let (first, rest) = self.bytes.split_first().map_or((0, self.bytes), |(first, rest)| (*first, rest));
        self.bytes = rest;
        first
    }

    fn number(&mut self) -> u32 {
        u32::from_le_bytes([self.byte(), self.byte(), self.byte(), self.byte()])
    }

    /// A number below `count`, which is not zero.
    fn below(&mut self, count: usize) -> usize {
        let drawn = if count > 256 { self.number() as usize } else { usize::from(self.byte()) };
        drawn % count
    }

    fn one_of<T: Copy>(&mut self, options: &[T]) -> T {
        options[self.below(options.len())]
    }

    fn is_empty(&self) -> bool {
        self.bytes.is_empty()
    }
}

fn routing(choices: &mut Choices<'_>) -> RoutingOptions {
    RoutingOptions {
        platform: choices.one_of(&[Platform::Workers, Platform::Pages]),
        html_handling: choices.one_of(HtmlHandling::ALL),
        not_found_handling: choices.one_of(NotFoundHandling::ALL),
    }
}

// -- Manifests -------------------------------------------------------------------------------------------------------

static SAMPLES: LazyLock<Vec<Vec<u8>>> = LazyLock::new(sample_manifests);

/// Raw bytes behind a header that opens.
pub fn open(data: &[u8]) {
    let _ = Manifest::open(data);
    let mut bytes = data.to_vec();
    if bytes.len() >= format::HEADER_LEN {
        bytes[header::MAGIC..header::MAGIC + 8].copy_from_slice(&format::MAGIC);
        bytes[header::VERSION..header::VERSION + 4].copy_from_slice(&format::VERSION.to_le_bytes());
        bytes[header::PATH_KEY] = format::PATH_KEY_XXH3;
        bytes[header::PLATFORM] = bytes[header::PLATFORM] % 3 + 1;
        bytes[header::NOT_FOUND] %= 4;
        bytes[header::DECODE] %= 2;
        bytes[header::FLAGS] &= format::KNOWN_FLAGS as u8;
        bytes[header::FLAGS + 1] = 0;
        reseal(&mut bytes);
    }
    if let Ok(manifest) = Manifest::open(&bytes) {
        interrogate(&manifest, &SAMPLE_TARGETS);
    }
}

/// A sound manifest, changed where it matters: fields set to telling values, records moved, sections cut and exchanged.
pub fn mutate(data: &[u8]) {
    let mut choices = Choices { bytes: data };
    let mut bytes = SAMPLES[choices.below(SAMPLES.len())].clone();
    for _ in 0..32 {
        if choices.is_empty() {
            break;
        }
        change(&mut bytes, &mut choices);
    }
    reseal(&mut bytes);
    if let Ok(manifest) = Manifest::open(&bytes) {
        interrogate(&manifest, &SAMPLE_TARGETS);
    }
}

fn change(bytes: &mut Vec<u8>, choices: &mut Choices<'_>) {
    let kind = choices.below(20) as u32 + 1;
    let range = section_of(bytes, kind);
    let Some(content) = bytes.get(range.clone()).map(<[u8]>::to_vec) else { return };
    let at = choices.below(content.len().max(1));
    match choices.below(8) {
        0 => bytes.iter_mut().skip(range.start + at).take(1).for_each(|byte| *byte = choices.byte()),
        1..=3 => {
            let extremes = [0, 1, 2, 7, 8, 0xFF, 0x7FFF, 0xFFFE, 0xFFFF, 0x7FFF_FFFF, u32::MAX - 1, u32::MAX];
            let value = choices.one_of(&extremes).to_le_bytes();
            let width = choices.one_of(&[1, 2, 4]);
            // Fields lie at multiples of two.
            let places = bytes.iter_mut().skip(range.start + (at & !1)).take(width);
            places.zip(value).for_each(|(place, byte)| *place = byte);
        }
        4 => {
            let value = choices.number().to_le_bytes();
            bytes.iter_mut().skip(range.start + (at & !3)).zip(value).for_each(|(place, byte)| *place = byte);
        }
        5 => {
            let record = choices.one_of(&[8, 16, 24, 32, 40, 48, 64, 192]);
            let (from, to) = (at / record * record, choices.below(content.len().max(1)) / record * record);
            let copied = content.get(from..from + record).unwrap_or_default().to_vec();
            bytes.iter_mut().skip(range.start + to).zip(copied).for_each(|(place, byte)| *place = byte);
        }
        6 => put_section(bytes, kind, content.get(..at).unwrap_or_default()),
        _ => put_section(bytes, choices.below(20) as u32 + 1, &content),
    }
}

/// A batch of request targets, a line each, must be answered as one by one.
pub fn batch(data: &[u8]) {
    let targets: Vec<&[u8]> = data.split(|&byte| byte == b'\n').collect();
    for bytes in &*SAMPLES {
        ask_in_a_batch(&Manifest::open(bytes).expect("a sound manifest"), &targets);
    }
}

// -- Requests --------------------------------------------------------------------------------------------------------

/// A request target: parsed and decoded as the reference says, and found under the path that it decodes to.
pub fn request_path(data: &[u8]) {
    let mut scratch = Scratch::new();
    let parsed = RequestPath::parse(data, &mut scratch).ok();
    let parts = parsed.map(|request| (request.path().to_owned(), request.query().to_owned()));
    let expected = reference::parse_target(data);
    let Some((path, _)) = &parts else {
        // The reference knows no limit of length.
        assert!(expected.is_none_or(|(path, query)| data.len().max(path.len() + query.len()) > 16 * 1024));
        return;
    };
    assert_eq!(parts, expected);
    for (mode, judge) in [
        (DecodeMode::Segments, reference::decode_segments as fn(&str) -> String),
        (DecodeMode::Whole, reference::decode_whole),
    ] {
        assert_eq!(decode_path(path, mode), judge(path));
    }
    for (platform, mode) in [(Platform::Workers, DecodeMode::Segments), (Platform::Pages, DecodeMode::Whole)]
    {
        let site_path = decode_path(path, mode);
        let options =
            RoutingOptions { platform, html_handling: HtmlHandling::None, ..RoutingOptions::default() };
        let files =
            BTreeMap::from([(site_path, "content".to_owned()), ("/a/404.html".to_owned(), String::new())]);
        let bytes = manifest_of(assets_of(&files), options).expect("a small site");
        let manifest = Manifest::open(&bytes).expect("a sound manifest");
        let site = Site::new(assets_of(&files), options);
        assert_eq!(looked_up(&manifest, data, &mut Scratch::new()), reference::answer(&site, data));
    }
}

// -- Configuration ---------------------------------------------------------------------------------------------------

const RULE_FILES: [&str; 6] =
    ["/index.html", "/404.html", "/a/index.html", "/a/b.html", "/x y.html", "/caf\u{e9}.html"];

fn rule_files() -> BTreeMap<String, String> {
    RULE_FILES.map(|path| (path.to_owned(), path.to_owned())).into()
}

/// Requests near the paths that a text of rules names.
fn targets_near(text: &str) -> Vec<Vec<u8>> {
    let words = text.split_whitespace().filter(|word| word.starts_with('/')).take(6);
    let near = words.flat_map(|word| {
        let filled = word.replace('*', "x/y").replace(':', "");
        [word.to_owned(), filled.clone(), format!("{filled}/?q=$&")]
    });
    near.map(String::into_bytes)
        .chain(SAMPLE_TARGETS.iter().step_by(4).map(|target| target.as_bytes().to_vec()))
        .collect()
}

/// Compiles rules with a few files, and holds the manifest against the rules applied one after the other.
fn judge_rules(options: RoutingOptions, rules: &SiteRules, targets: &[Vec<u8>]) {
    let files = rule_files();
    let bytes = manifest_with_rules(assets_of(&files), options, rules).expect("a small site");
    let manifest = Manifest::open(&bytes).expect("a sound manifest");
    assert_eq!(manifest.verify(), Ok(()));
    let plain_rules = SiteRules { headers: None, ..rules.clone() };
    let plain_bytes = manifest_with_rules(assets_of(&files), options, &plain_rules).expect("a small site");
    let plain = Manifest::open(&plain_bytes).expect("a sound manifest");
    let site = Site::new(assets_of(&files), options);
    for target in targets {
        for host in ["example.com", "www.example.com:8080"] {
            let ask = Ask { host, ..Ask::get(target) };
            let expected = decide(Served { site: &site, rules }, &ask, |_| String::new());
            let found = ask_manifest(&manifest, &ask, &mut Scratch::new());
            let shown = target.escape_ascii();
            assert_eq!(found.as_ref().map(|(verdict, _)| verdict), expected.as_ref(), "{shown}");
            let Some((Verdict::Assets(answer), lines)) = found else { continue };
            let Some((_, base)) = ask_manifest(&plain, &ask, &mut Scratch::new()) else { continue };
            if let Some(expected) = with_headers(rules, options.platform, &ask, &answer, base) {
                assert_eq!(lines, expected, "{shown}");
            }
        }
    }
    ask_in_a_batch(&manifest, targets);
    list(&manifest);
}

/// A `_redirects` file.
pub fn redirects(data: &[u8]) {
    let mut choices = Choices { bytes: data };
    let options = routing(&mut choices);
    let text = String::from_utf8_lossy(choices.bytes);
    let RoutingOptions { platform, html_handling, .. } = options;
    let parsed = redirects::parse(&text, RedirectOptions { platform, html_handling });
    parsed.notes.iter().for_each(|note| assert!(!note.reason.to_string().is_empty()));
    let rules = SiteRules { redirects: Some(parsed), ..SiteRules::default() };
    judge_rules(options, &rules, &targets_near(&text));
}

/// A `_headers` file.
pub fn headers(data: &[u8]) {
    let mut choices = Choices { bytes: data };
    let options = routing(&mut choices);
    let text = String::from_utf8_lossy(choices.bytes);
    let parsed = headers::parse(&text);
    parsed.notes.iter().for_each(|note| assert!(!note.reason.to_string().is_empty()));
    let rules = SiteRules { headers: Some(parsed), ..SiteRules::default() };
    judge_rules(options, &rules, &targets_near(&text));
}

/// A wrangler configuration, in both notations.
pub fn wrangler(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    for notation in [Format::Jsonc, Format::Toml] {
        for env in [None, Some("production")] {
            match wrangler::parse_env(&text, notation, env) {
                Ok(config) => {
                    assert_eq!(Ok(config), wrangler::parse_env(&text, notation, env).map_err(|_| ()))
                }
                Err(error) => assert!(!error.to_string().is_empty()),
            }
        }
    }
}

/// `_routes.json`, rules of `run_worker_first`, and the regular expressions that the former become.
pub fn routes(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    if let Ok(regex) = trailmark::regex::Regex::new(&text) {
        ["", "/", "/a/b", &text].into_iter().for_each(|text| _ = regex.is_match(text));
    }
    let near = targets_near(&text.replace(['"', ',', '!'], " "));
    match routes_json::parse(&text) {
        Ok(routes) => {
            let router = Router { has_script: true, first: ScriptFirst::Routes(routes), navigation: false };
            let options = RoutingOptions { platform: Platform::Pages, ..RoutingOptions::default() };
            judge_rules(options, &SiteRules { router, ..SiteRules::default() }, &near);
        }
        Err(error) => assert!(!error.to_string().is_empty()),
    }
    let lines: Vec<String> = text.lines().map(str::to_owned).collect();
    if let Ok(rules) = run_worker_first::validate_rules(&lines) {
        let router = Router { has_script: true, first: ScriptFirst::Rules(rules), navigation: true };
        judge_rules(RoutingOptions::default(), &SiteRules { router, ..SiteRules::default() }, &near);
    }
}

// -- Differential ----------------------------------------------------------------------------------------------------

/// Parts of file names, and of requests.
const PARTS: [&str; 24] = [
    "/index",
    ".html",
    "/index.html",
    "/404.html",
    "/a",
    "/b",
    "/",
    "//",
    "a",
    "%41",
    "%2F",
    "%",
    ".",
    "/..",
    "?q=1",
    "\u{e9}",
    "%C3%A9",
    " ",
    "%20",
    "\\",
    "[s]",
    "\u{feff}",
    "/a-name-so-long-that-its-stem-does-not-fit-into-the-slot",
    "\n",
];

fn assembled(choices: &mut Choices<'_>) -> String {
    let count = choices.below(6) + 1;
    (0..count).map(|_| choices.one_of(&PARTS)).collect()
}

/// A tree of files, options and paths: what the encoded manifest answers, against the rule interpreter and the reference.
pub fn differential(data: &[u8]) {
    let mut choices = Choices { bytes: data };
    let options = routing(&mut choices);
    let mut files = BTreeMap::new();
    for _ in 0..choices.below(10) {
        let path = assembled(&mut choices);
        let path = format!("/{}", path.trim_matches('/'));
        files.insert(path, choices.one_of(&["one", "two"]).to_owned());
    }
    let bytes = manifest_of(assets_of(&files), options).expect("a small site");
    let manifest = Manifest::open(&bytes).expect("a sound manifest");
    assert_eq!(manifest.verify(), Ok(()));
    let site = Site::new(assets_of(&files), options);
    let mut targets: Vec<String> = files.keys().cloned().collect();
    while !choices.is_empty() && targets.len() < 40 {
        let near = targets.get(choices.below(12)).cloned().unwrap_or_default();
        targets.push(format!("/{}{}", near.trim_start_matches('/'), assembled(&mut choices)));
    }
    for target in &targets {
        let found = looked_up(&manifest, target.as_bytes(), &mut Scratch::new());
        assert_eq!(found, reference::answer(&site, target.as_bytes()), "{target:?} {options:?} {files:?}");
        let Some((path, _)) = reference::parse_target(target.as_bytes()) else { continue };
        let decoded = decode_path(&path, manifest.decode_mode());
        let by_table = trailmark_compiler::resolve::resolve(&site, &decoded).map(|hit| {
            match hit.outcome.target(&decoded) {
                Some(target) => Found::Redirect(target),
                None => Found::File(file_of(&site, hit.outcome)),
            }
        });
        assert_eq!(
            by_table,
            reference::html_handling(&site, &decoded, true),
            "{decoded:?} {options:?} {files:?}"
        );
    }
    judge_host(&files, &targets);
}

/// The same files on another host, one of all: what its manifest answers, against its table.
fn judge_host(files: &BTreeMap<String, String>, targets: &[String]) {
    let hosts: Vec<Host> = Host::ALL.iter().copied().filter(|host| host.cloudflare().is_none()).collect();
    let lengths: usize = files.keys().chain(targets).map(String::len).sum();
    let host = hosts[lengths % hosts.len()];
    let base = Base::default();
    let compiled = compile_files_for(assets_of(files), host, &base).expect("a small site");
    let manifest = Manifest::open(&compiled.bytes).expect("a sound manifest");
    assert_eq!(manifest.verify(), Ok(()));
    let of_host = Files::new(assets_of(files), &base);
    let site = HostedSite::new(&of_host, host).expect("a host that is not Cloudflare's");
    let mut scratch = Scratch::new();
    for target in targets {
        let Ok(path) = RequestPath::parse(target, &mut scratch) else { continue };
        let (found, expected) = (manifest.lookup(&path), site.answer(&path));
        let file = found.asset().map(|asset| asset.site_path().to_string());
        let location = found.location().map(|location| location.to_string());
        let rule = manifest.rule_name(found.rule());
        assert_eq!(
            (found.status(), location, file, rule),
            (expected.status, expected.location, expected.file, expected.rule.name),
            "{target:?} on {host} {files:?}"
        );
    }
}

fn file_of(site: &Site, outcome: trailmark_compiler::resolve::Outcome) -> String {
    match outcome {
        trailmark_compiler::resolve::Outcome::Serve(asset) => site.path_of(asset).to_owned(),
        trailmark_compiler::resolve::Outcome::Redirect { .. } => String::new(),
    }
}
