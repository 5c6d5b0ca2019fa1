//! `docs/ROUTING.md`: prose from a template, and everything that the code knows better put in by the code: the rules, and tables
//! of what requests get, worked out by the rule interpreter.

use std::collections::BTreeSet;
use std::fmt::Write;

use trailmark::{Manifest, Request, RequestHeaders, RequestPath, Scratch};
use trailmark_compiler::options::{HtmlHandling, NotFoundHandling, Platform};
use trailmark_compiler::rules::{self, Certainty, Effect, Handling, PathRule, Place, Rule};
use trailmark_compiler::{AssetFile, RoutingOptions, Site, manifest_of};

use crate::reference::{self, Answer};
use crate::sites::sha256;

const TEMPLATE: &str = include_str!("routing_docs/template.md");

/// The whole page.
pub fn render() -> String {
    let mut page = String::new();
    let mut shown = BTreeSet::new();
    let mut rest = TEMPLATE;
    while let Some((before, behind)) = rest.split_once("{{") {
        let (marker, behind) = behind.split_once("}}").unwrap_or((behind, ""));
        page.push_str(before);
        page.push_str(fill(marker, &mut shown).trim_end());
        rest = behind;
    }
    page.push_str(rest);
    tidy(&page)
}

/// At most one empty line in a row, and one line end at the end.
fn tidy(page: &str) -> String {
    let mut tidy = String::new();
    for line in page.lines().map(str::trim_end) {
        if !(line.is_empty() && tidy.ends_with("\n\n")) {
            tidy.push_str(line);
            tidy.push('\n');
        }
    }
    tidy
}

/// What stands for a marker of the template. Rules are shown once, at the first marker that wants them.
fn fill(marker: &str, shown: &mut BTreeSet<&'static str>) -> String {
    match marker.split_once(' ') {
        Some(("rules", prefix)) => runtime_rules(prefix, shown),
        None => match marker {
            "matrices" => matrices(),
            "root-matrix" => root_matrix(),
            "encoding-files" => code_list(ENCODING_FILES),
            "encoding" => encoding(),
            "handlings" => handlings(shown),
            "misses" => misses(),
            "headers" => headers(),
            "rules-left" => rules_left(shown),
            other => panic!("the template has an unknown marker: {other}"),
        },
        Some(_) => panic!("the template has an unknown marker: {marker}"),
    }
}

// -- Rules -----------------------------------------------------------------------------------------------------------

/// The runtime's rules whose names begin so.
fn runtime_rules(prefix: &str, shown: &mut BTreeSet<&'static str>) -> String {
    let in_handling: BTreeSet<&str> =
        rules::rows_of(Handling::Pages).filter_map(|(id, _)| Some(rules::rule(id)?.name)).collect();
    let longer = ["pages/not-found/", "pages/routes/"];
    let fits = |rule: &&Rule| {
        rule.name.starts_with(prefix)
            && !in_handling.contains(rule.name)
            && !longer.iter().any(|other| other.len() > prefix.len() && rule.name.starts_with(other))
    };
    let found: Vec<&Rule> =
        rules::RUNTIME_RULES.iter().filter(fits).filter(|rule| shown.insert(rule.name)).collect();
    assert!(!found.is_empty(), "no rule begins with {prefix}");
    rule_sections(&found)
}

/// The rules that the template has forgotten.
fn rules_left(shown: &mut BTreeSet<&'static str>) -> String {
    let left: Vec<&Rule> =
        rules::all().map(|(_, rule)| rule).filter(|rule| shown.insert(rule.name)).collect();
    if left.is_empty() { String::new() } else { format!("## Other rules\n\n{}", rule_sections(&left)) }
}

/// A heading and a paragraph for each rule. What all have in common is said once, at the end.
fn rule_sections(rules: &[&Rule]) -> String {
    let mut text = String::new();
    let common = rules.first().map(|rule| origin(rule));
    let common = common.filter(|common| rules.len() > 1 && rules.iter().all(|rule| origin(rule) == *common));
    for rule in rules {
        let _ = write!(text, "#### `{}`\n\n{} {}\n\n", rule.name, rule.summary, advice(rule));
        if common.is_none() {
            let _ = write!(text, "*{}*\n\n", origin(rule));
        }
    }
    if let Some(common) = common {
        let _ = write!(text, "*{}*\n\n", common.replacen("Source:", "Source of all of these:", 1));
    }
    text
}

/// Where a rule comes from, and how well it is known.
fn origin(rule: &Rule) -> String {
    let certainty = match rule.certainty {
        Certainty::Certain => "certain (read in the platform's code, and seen in its answers)",
        Certainty::Measured => "measured (seen on the running platform)",
        Certainty::Assumed => "assumed",
    };
    format!("Source: {}. Certainty: {certainty}.", rule.source)
}

/// The advice, for no path in particular.
fn advice(rule: &Rule) -> String {
    let general = rule
        .advice
        .replace("`{path}`", "the path")
        .replace("`{to}`", "the destination")
        .replace("`{file}`", "this one");
    let mut characters = general.chars();
    let first = characters.next().map(|c| c.to_uppercase().to_string()).unwrap_or_default();
    first + characters.as_str()
}

/// The handlings, each as a table and its rules.
fn handlings(shown: &mut BTreeSet<&'static str>) -> String {
    let mut text = String::new();
    for handling in Handling::ALL {
        let _ = writeln!(text, "### {}\n", handling.title());
        text.push_str("| | the path | wants | does | rule |\n|---|---|---|---|---|\n");
        let mut own = Vec::new();
        for (position, (id, row)) in rules::rows_of(handling).enumerate() {
            let Some(rule) = rules::rule(id) else { continue };
            let _ = writeln!(
                text,
                "| {} | {} | {} | {} | [`{}`](#{}) |",
                position + 1,
                shape(row),
                wants(row),
                effect(row),
                rule.name,
                anchor(rule.name)
            );
            if shown.insert(rule.name) {
                own.push(rule);
            }
        }
        let _ = writeln!(text, "\n{}", rule_sections(&own));
    }
    text
}

/// The anchor that a heading with this text gets.
fn anchor(name: &str) -> String {
    name.chars().filter(|c| c.is_ascii_alphanumeric() || *c == '-' || *c == '_').collect()
}

fn shape(row: &PathRule) -> String {
    let place = match row.place {
        Place::Anywhere => "",
        Place::Root => ", and is the root's own",
        Place::BelowRoot => ", below the root",
        Place::Nameless => ", and is nothing else",
    };
    match row.shape.in_words() {
        "any path" => format!("is any{place}"),
        words => format!("{words}{place}"),
    }
}

fn wants(row: &PathRule) -> String {
    let files = [row.also, row.effect.file()];
    files.iter().flatten().map(|file| file.in_words()).collect::<Vec<_>>().join(" and ")
}

fn effect(row: &PathRule) -> String {
    match row.effect {
        Effect::Serve(file) => format!("serves {}", file.in_words()),
        Effect::Redirect { to, guarded, .. } => {
            let safe = if guarded { ", safe only" } else { "" };
            format!("redirects to {}{safe}", to.in_words())
        }
    }
}

// -- Tables of answers -----------------------------------------------------------------------------------------------

/// A site whose files have their own paths as content, but those of `same` all the same.
fn site(files: &[&str], same: bool, options: RoutingOptions) -> Site {
    Site::new(assets(files, same), options)
}

fn assets(files: &[&str], same: bool) -> Vec<AssetFile> {
    let asset = |path: &&str| {
        let content = if same { "the same" } else { path };
        AssetFile {
            site_path: (*path).to_owned(),
            size: content.len() as u64,
            fingerprint: sha256(content.as_bytes()),
        }
    };
    files.iter().map(asset).collect()
}

fn answer(site: &Site, target: &str) -> Answer<'static> {
    reference::answer(site, target.as_bytes()).expect("the page asks for paths only")
}

/// Options by what a reader calls them. Misses are left alone.
fn modes() -> [(&'static str, RoutingOptions); 5] {
    let workers = |html_handling| RoutingOptions {
        platform: Platform::Workers,
        html_handling,
        not_found_handling: NotFoundHandling::None,
    };
    let pages = RoutingOptions { platform: Platform::Pages, ..workers(HtmlHandling::None) };
    [
        ("Workers, `auto-trailing-slash` (the default)", workers(HtmlHandling::AutoTrailingSlash)),
        ("Workers, `force-trailing-slash`", workers(HtmlHandling::ForceTrailingSlash)),
        ("Workers, `drop-trailing-slash`", workers(HtmlHandling::DropTrailingSlash)),
        ("Workers, `none`", workers(HtmlHandling::None)),
        ("Pages", pages),
    ]
}

const FORMS: &[&str] = &["/foo", "/foo/", "/foo.html", "/foo/index", "/foo/index/", "/foo/index.html"];

/// Sites by their files; the last field: all with the same bytes.
const SITES: &[(&[&str], bool)] = &[
    (&["/foo.html"], false),
    (&["/foo/index.html"], false),
    (&["/foo.html", "/foo/index.html"], false),
    (&["/foo.html", "/foo/index.html"], true),
    (&["/foo"], false),
    (&["/foo", "/foo.html"], false),
    (&["/foo/index"], false),
    (&["/foo/index", "/foo/index.html"], false),
    (&["/foo.html", "/foo/index"], false),
];

fn code_list(files: &[&str]) -> String {
    let names: Vec<String> = files.iter().map(|file| format!("`{}`", &file[1..])).collect();
    names.join(", ")
}

fn row(first: &str, cells: impl Iterator<Item = String>) -> String {
    let cells: Vec<String> = cells.collect();
    format!("| {first} | {} |\n", cells.join(" | "))
}

fn head(first: &str, columns: &[&str]) -> String {
    row(first, columns.iter().map(|column| (*column).to_owned()))
        + &row("---", columns.iter().map(|_| "---".to_owned()))
            .replace("| ---", "|---")
            .replace("--- |", "---|")
}

fn matrices() -> String {
    let columns: Vec<String> = FORMS.iter().map(|form| format!("`{form}`")).collect();
    let columns: Vec<&str> = columns.iter().map(String::as_str).collect();
    let mut text = String::new();
    for (title, options) in modes() {
        let _ = write!(text, "**{title}**\n\n{}", head("the site holds", &columns));
        for (files, same) in SITES {
            let site = site(files, *same, options);
            let first = format!("{}{}", code_list(files), if *same { " with equal bytes" } else { "" });
            text.push_str(&row(&first, FORMS.iter().map(|form| short(&answer(&site, form)))));
        }
        text.push('\n');
    }
    text
}

fn root_matrix() -> String {
    let forms = ["/", "//", "/index", "/index/", "/index.html", "/index/index.html"];
    let mut text = head("", &forms.map(|form| format!("`{form}`")).each_ref().map(String::as_str));
    for (title, options) in modes() {
        let site = site(&["/index.html"], false, options);
        // On Pages such a site answers misses with its index; here it is the forms that matter.
        let cell = |form: &&str| match answer(&site, form) {
            miss if miss.rule.contains("not-found") => short(&Answer { asset: None, status: 404, ..miss }),
            other => short(&other),
        };
        text.push_str(&row(title, forms.iter().map(cell)));
    }
    text
}

/// An answer for a cell of a table.
fn short(answer: &Answer<'_>) -> String {
    match (&answer.location, &answer.asset) {
        (Some(location), _) => format!("→ `{location}`"),
        (None, Some(asset)) if answer.status == 200 => format!("`{}`", &asset[1..]),
        (None, Some(asset)) => format!("{} `{}`", answer.status, &asset[1..]),
        (None, None) if answer.status == 404 => "–".to_owned(),
        (None, None) => answer.status.to_string(),
    }
}

const ENCODING_FILES: &[&str] = &["/a b.html", "/[x].html", "/é.html", "/50%.html", "/docs/page.html"];

fn encoding() -> String {
    let requests = [
        "/a%20b",
        "/a b",
        "/[x]",
        "/%5Bx%5D",
        "/%5bx%5d",
        "/[x].html?q=1",
        "/%C3%A9",
        "/%c3%a9.html",
        "/50%25",
        "/50%",
        "/docs//page",
        "/docs%2Fpage",
        "/docs/./page.html",
        "/docs\\page",
    ];
    let [(_, workers), .., (_, pages)] = modes();
    let (on_workers, on_pages) = (site(ENCODING_FILES, false, workers), site(ENCODING_FILES, false, pages));
    let mut text = head("request", &["site path on Workers", "Workers", "site path on Pages", "Pages"]);
    for request in requests {
        let (path, _) = reference::parse_target(request.as_bytes()).unwrap_or_default();
        let cells = [
            format!("`{}`", reference::decode_segments(&path)),
            short(&answer(&on_workers, request)),
            format!("`{}`", reference::decode_whole(&path)),
            short(&answer(&on_pages, request)),
        ];
        text.push_str(&row(&format!("`{request}`"), cells.into_iter()));
    }
    text
}

fn misses() -> String {
    let workers = |not_found_handling| RoutingOptions {
        platform: Platform::Workers,
        html_handling: HtmlHandling::AutoTrailingSlash,
        not_found_handling,
    };
    let pages = RoutingOptions { platform: Platform::Pages, ..RoutingOptions::default() };
    let options = [
        workers(NotFoundHandling::None),
        workers(NotFoundHandling::Page404),
        workers(NotFoundHandling::SinglePageApplication),
        pages,
    ];
    let sites: [&[&str]; 6] = [
        &["/about.html"],
        &["/index.html"],
        &["/404.html"],
        &["/index.html", "/404.html"],
        &["/index.html", "/docs/404.html"],
        &["/index.html", "/404.html", "/docs/404.html"],
    ];
    let columns = [
        "Workers, `none` (the default)",
        "Workers, `404-page`",
        "Workers, `single-page-application`",
        "Pages",
    ];
    let mut text = head("the site holds", &columns);
    for files in sites {
        let cell = |options: RoutingOptions| match answer(&site(files, false, options), "/docs/nope") {
            Answer { asset: Some(asset), status, .. } => format!("{status} `{}`", &asset[1..]),
            other => format!("{}, empty", other.status),
        };
        text.push_str(&row(&code_list(files), options.into_iter().map(cell)));
    }
    text
}

/// Which headers come with which answer.
fn headers() -> String {
    let [(_, workers), .., (_, pages)] = modes();
    let workers = RoutingOptions { not_found_handling: NotFoundHandling::Page404, ..workers };
    let mut text = String::new();
    for (title, options) in [("Workers", workers), ("Pages", pages)] {
        let with_page =
            manifest_of(assets(&["/foo.html", "/404.html"], false), options).expect("it is small");
        let without = manifest_of(assets(&["/foo.html"], false), options).expect("it is small");
        let answers = [
            ("file", header_lines(&with_page, "GET", "/foo", false)),
            ("304", header_lines(&with_page, "GET", "/foo", true)),
            ("redirect", header_lines(&with_page, "GET", "/foo.html", false)),
            ("404 with a page", header_lines(&with_page, "GET", "/nope", false)),
            ("404 without", header_lines(&without, "GET", "/nope", false)),
            ("405", header_lines(&with_page, "POST", "/foo", false)),
        ];
        let names: BTreeSet<&String> =
            answers.iter().flat_map(|(_, lines)| lines.iter().map(|(name, _)| name)).collect();
        let columns: Vec<&str> = answers.iter().map(|(title, _)| *title).collect();
        let _ = write!(text, "**{title}**\n\n{}", head("", &columns));
        for name in names {
            let cell = |(_, lines): &(&str, Vec<(String, String)>)| {
                let line = lines.iter().find(|(found, _)| found == name);
                line.map_or("–".to_owned(), |(_, value)| format!("`{value}`"))
            };
            text.push_str(&row(&format!("`{name}`"), answers.iter().map(cell)));
        }
        text.push('\n');
    }
    text
}

fn header_lines(bytes: &[u8], method: &str, target: &str, current: bool) -> Vec<(String, String)> {
    let manifest = Manifest::open(bytes).expect("what was compiled opens");
    let mut scratch = Scratch::new();
    let path = RequestPath::parse(target, &mut scratch).expect("it is a path");
    let plain = manifest.answer(&Request::new("GET", path, RequestHeaders::default()));
    let tag = plain.etag().map(|tag| tag.to_string());
    let mut headers = RequestHeaders::default();
    headers.if_none_match = tag.as_deref().filter(|_| current).map(str::as_bytes);
    let answer = manifest.answer(&Request::new(method, path, headers));
    let shown = |(name, value): (&str, trailmark::HeaderValue<'_, '_>)| match name {
        "etag" => (name.to_owned(), "\"…\"".to_owned()),
        _ => (name.to_owned(), value.to_string()),
    };
    answer.headers().map(shown).collect()
}
