//! Random cases. Seed, platform and number determine all of a case, whatever else runs.

use anyhow::Result;
use trailmark_compiler::options::{HtmlHandling, NotFoundHandling, Platform};

use super::case::{Ask, Case, Condition};
use super::random::Random;
use super::rules::{self, RuleFile};
use super::script::Script;
use super::targets::{Wire, canonical, is_ascii_decoded, target};
use super::tree::Tree;
use super::words::{AROUND_TAG, GUARDED, HEADERS, HOSTS, METHODS};
use crate::repo;

/// Requests of each case.
pub(super) const REQUESTS: usize = 50;

/// The case of this number.
///
/// # Errors
/// If an example site can't be read.
pub(super) fn case(platform: Platform, seed: u64, number: u64) -> Result<Case> {
    let salt = Platform::ALL.iter().position(|&other| other == platform).unwrap_or(0) as u64;
    let mut random = Random::new(seed.wrapping_mul(2).wrapping_add(salt), number);
    let (title, mut tree) = site(number, &mut random)?;
    let (html_handling, not_found_handling) = handling(number);
    let redirects = random.chance(40).then(|| rules::redirects(&tree, &mut random));
    let headers = random.chance(35).then(|| rules::headers(&tree, &mut random));
    let ignored = platform == Platform::Workers && random.chance(12);
    let ignore = ignored.then(|| rules::ignore(&mut random));
    if ignore.is_some() {
        // `**` on the platform's side stops at the end of a line, which nobody has in the name of a file.
        tree.files.retain(|path, _| !path.contains(['\n', '\u{2028}']));
    }
    let script = script(platform, &tree, &mut random);
    let aims = aims(&[&redirects, &headers], script.as_ref());
    let mut case = Case {
        number,
        title: title.to_owned(),
        again: format!("--platform {platform} --seed {seed} --case {number}"),
        tree,
        platform,
        html_handling,
        not_found_handling,
        redirects: redirects.map(|file| file.text),
        headers: headers.map(|file| file.text),
        ignore,
        script,
        wire: if random.chance(50) { Wire::Raw } else { Wire::Parsed },
        requests: Vec::new(),
    };
    case.requests = (0..REQUESTS).map(|_| ask(&case, &aims, &mut random)).collect();
    Ok(case)
}

/// One site in four is an example, the others are random.
fn site(number: u64, random: &mut Random) -> Result<(&'static str, Tree)> {
    let round = number / handling_count();
    if !(number + round).is_multiple_of(4) {
        return Ok(("random site", Tree::random(random)));
    }
    let name = ["examples/astro-lighthouse/dist", "examples/plain-html"][(round % 2) as usize];
    Ok((name, Tree::read(&repo::root().join(name))?))
}

/// Each combination in turn.
fn handling(number: u64) -> (HtmlHandling, NotFoundHandling) {
    let index = (number % handling_count()) as usize;
    let per_html = NotFoundHandling::ALL.len();
    (HtmlHandling::ALL[index / per_html], NotFoundHandling::ALL[index % per_html])
}

fn handling_count() -> u64 {
    (HtmlHandling::ALL.len() * NotFoundHandling::ALL.len()) as u64
}

/// The user's own code in a third of the cases. On Pages, a `_worker.js` among the files is that code.
fn script(platform: Platform, tree: &Tree, random: &mut Random) -> Option<Script> {
    let in_files = platform == Platform::Pages && tree.files.contains_key("/_worker.js");
    let mut script = (in_files || random.chance(35)).then(|| Script::random(platform, tree, random))?;
    script.exists |= in_files;
    Some(script)
}

/// What the rules are about.
fn aims(files: &[&Option<RuleFile>], script: Option<&Script>) -> Vec<String> {
    let of_files = files.iter().copied().flatten().flat_map(|file| &file.aims);
    of_files.chain(script.into_iter().flat_map(|script| &script.aims)).cloned().collect()
}

fn ask(case: &Case, aims: &[String], random: &mut Random) -> Ask {
    let mut ask = Ask::get(ask_target(case, aims, random));
    ask.method = random.weighted(METHODS).to_owned();
    ask.host = random.weighted(HOSTS);
    if random.chance(15) {
        add_header(&mut ask, random.pick(HEADERS));
    }
    if case.script.is_some() {
        add_script_headers(&mut ask, random);
    }
    if ask.header("if-none-match").is_none() && random.chance(15) && !case.tree.files.is_empty() {
        aim_condition(&mut ask, &case.tree, random);
    }
    ask
}

fn ask_target(case: &Case, aims: &[String], random: &mut Random) -> String {
    let mut choose = || match random.below(100) {
        0..35 if !aims.is_empty() => rules::target_for(&aims[random.below(aims.len())], random),
        35..37 if case.script.is_some() => random.pick(GUARDED).to_owned(),
        _ => target(&case.tree, case.wire, random),
    };
    // A host in other alphabets is put in ASCII form by tables of a megabyte, which Trailmark does without; only a rule that
    // takes the host from the request's path can meet one.
    let fills_host = |line: &str| line.contains("https://:") || line.contains("https:///:");
    if !case.redirects.as_deref().is_some_and(|text| text.lines().any(fills_host)) {
        return choose();
    }
    let found = (0..50).map(|_| choose()).find(|target| is_ascii_decoded(target));
    found.unwrap_or_else(|| "/".to_owned())
}

fn add_header(ask: &mut Ask, (name, value): (&str, &str)) {
    if ask.header(name).is_none() {
        ask.headers.push((name.to_owned(), value.to_owned()));
    }
}

/// What the router and the built-in Worker look at.
fn add_script_headers(ask: &mut Ask, random: &mut Random) {
    if random.chance(40) {
        add_header(ask, ("sec-fetch-mode", random.pick(&["navigate", "navigate", "cors", "Navigate"])));
    }
    if random.chance(35) {
        add_header(ask, ("x-oracle-mode", "assets"));
    }
    if random.chance(5) {
        add_header(ask, ("sec-fetch-dest", random.pick(&["image", "document"])));
    }
}

/// Adds an `If-None-Match`, half of the time with the tag of the file that is then asked for.
pub(super) fn aim_condition(ask: &mut Ask, tree: &Tree, random: &mut Random) {
    let files: Vec<&String> = tree.files.keys().collect();
    let file = random.pick(&files).clone();
    if random.chance(50) {
        let folder = file.strip_suffix("/index.html").map(|folder| format!("{folder}/"));
        ask.target = canonical(&folder.unwrap_or_else(|| file.trim_end_matches(".html").to_owned()));
    }
    let (before, behind) = random.pick(AROUND_TAG);
    ask.if_none_match = Some(Condition { before: before.to_owned(), file, behind: behind.to_owned() });
}
