//! `docs/HOSTS.md`: prose from a template, and the tables of the code put in by the code.

use std::collections::BTreeSet;
use std::fmt::Write;

use trailmark::{RequestPath, Scratch};
use trailmark_compiler::Base;
use trailmark_compiler::hosts::{
    self, Cleaning, Decoding, Does, Files, Host, HostAnswer, HostRule, HostedSite, NotFound, Policy,
    Spelling, Want,
};
use trailmark_compiler::rules::{Certainty, Place};

const TEMPLATE: &str = include_str!("hosts_docs/template.md");

/// The whole page.
pub fn render() -> String {
    TEMPLATE
        .replace("{{matrix}}", matrix().trim_end())
        .replace("{{policies}}", policies().trim_end())
        .replace("{{rules}}", rules().trim_end())
}

const SITE: [&str; 4] = ["/file.html", "/folder/index.html", "/both.html", "/both/index.html"];
const URLS: [&str; 10] = [
    "/file",
    "/file/",
    "/file.html",
    "/folder",
    "/folder/",
    "/folder/index.html",
    "/both",
    "/both/",
    "/both.html",
    "/both/index.html",
];

/// What the guide's site answers on every host.
fn matrix() -> String {
    let files = Files::of_names(SITE, &Base::default());
    let mut text = String::from("| |");
    URLS.iter().for_each(|url| {
        let _ = write!(text, " `{url}` |");
    });
    let _ = writeln!(text, "\n|---|{}", "---|".repeat(URLS.len()));
    for &host in Host::ALL {
        let site = HostedSite::new(&files, host).expect("four files");
        let _ = write!(text, "| {} |", host.title());
        for url in URLS {
            let mut scratch = Scratch::new();
            let answer = site.answer(&RequestPath::parse(url, &mut scratch).expect("it is a path"));
            let star = if answer.rule.certainty == Certainty::Assumed { " *" } else { "" };
            let _ = write!(text, " {}{star} |", short(&site, &answer));
        }
        text.push('\n');
    }
    text
}

fn short(site: &HostedSite<'_>, answer: &HostAnswer) -> String {
    match (&answer.location, &answer.file) {
        (Some(location), _) => match site.end_of(answer).map(|end| end.status) {
            Some(200) => format!("→ `{location}`"),
            Some(status) => format!("→ `{location}` ({status})"),
            None => format!("→ `{location}` ?"),
        },
        (None, Some(file)) => format!("`{}`", file.trim_start_matches('/')),
        (None, None) => answer.status.to_string(),
    }
}

fn policies() -> String {
    let mut text = String::from(
        "| host | redirects | query | escapes | slashes and dots | letters | a miss |\n|---|---|---|---|---|---|---|\n",
    );
    let mut last: Option<Policy> = None;
    for &host in Host::ALL {
        let Some(policy) = Policy::of(host) else { continue };
        // The settings of a host mostly have one policy.
        if host.settings().is_empty() || last != Some(policy) {
            let _ = writeln!(text, "{}", policy_row(host, &policy));
        }
        last = Some(policy);
    }
    text
}

fn policy_row(host: Host, policy: &Policy) -> String {
    let escapes = match policy.decoding {
        Decoding::Lenient => "decoded; a `%` that begins none stays",
        Decoding::Strict => "decoded; a `%` that begins none is answered with 400",
        Decoding::AtLookup => "as requested",
        Decoding::AtLookupUri => "as requested; `%2F`, `%2B` and the like stay in names of files too",
    };
    let cleaning = match policy.cleaning {
        Cleaning::Nothing => "as they are",
        Cleaning::Slashes => "`//` is `/`",
        Cleaning::SlashesAtLookup => "`//` is `/` in names of files",
        Cleaning::Dots | Cleaning::DotsOfGo => "`//` is `/`; dot segments are resolved after decoding",
    };
    let spelling = match policy.spelling {
        Spelling::Encoded | Spelling::EncodedByGo => "",
        Spelling::Decoded => ", decoded",
        Spelling::AsRequested => ", as requested",
    };
    format!(
        "| {} | {}{spelling} | {} | {escapes} | {cleaning} | {} | {} |",
        host.title(),
        policy.redirect_status,
        if policy.keeps_query { "kept" } else { "dropped" },
        if policy.ignores_case { "upper case leads to lower case" } else { "distinguished" },
        match policy.not_found {
            NotFound::RootPage => "`/404.html`",
            NotFound::HostPage => "a page of the host's own",
        }
    )
}

fn rules() -> String {
    let mut text = String::new();
    let mut names: Vec<&str> = Vec::new();
    for host in Host::ALL.iter().filter(|host| host.cloudflare().is_none()) {
        if !names.contains(&host.name()) {
            names.push(host.name());
            let _ = writeln!(text, "### {}\n", host.title());
            let of_name: Vec<&HostRule> =
                hosts::rules().filter(|rule| rule.on.contains(host) || is_of(rule, host.name())).collect();
            let settings: Vec<Host> =
                Host::ALL.iter().copied().filter(|other| other.name() == host.name()).collect();
            text.push_str(&section(&of_name, &settings));
            let misses: Vec<&HostRule> = hosts::miss_rules(*host).collect();
            text.push_str(&section(&misses, &settings));
        }
    }
    text
}

fn is_of(rule: &HostRule, name: &str) -> bool {
    rule.on.iter().any(|host| host.name() == name)
}

fn section(rules: &[&HostRule], settings: &[Host]) -> String {
    let mut text = String::new();
    for rule in rules {
        let _ = writeln!(
            text,
            "- **`{}`**{}: {} *{}; {}.*\n  {}",
            rule.name,
            on(rule, settings),
            rule.summary,
            capital(rule.certainty.as_str()),
            rule.source,
            mechanics(rule)
        );
    }
    text.push('\n');
    text
}

/// With which settings it holds, if not with all.
fn on(rule: &HostRule, settings: &[Host]) -> String {
    if rule.on.len() == settings.len() {
        return String::new();
    }
    let named: Vec<String> = rule.on.iter().map(|host| format!("`{host}`")).collect();
    format!(" ({})", named.join(", "))
}

fn capital(word: &str) -> String {
    let mut characters = word.chars();
    characters.next().map(|first| first.to_ascii_uppercase()).into_iter().chain(characters).collect()
}

/// The row itself, in words.
fn mechanics(rule: &HostRule) -> String {
    let place = match rule.place {
        Place::Anywhere => "",
        Place::Root => ", and is the root's own",
        Place::BelowRoot => ", below the root",
        Place::Nameless => ", and is nothing else",
    };
    let wants: BTreeSet<String> = rule
        .wants
        .iter()
        .map(|want| match want {
            Want::File(name) => format!("a file {}", name.in_words()),
            Want::FileExactly(name) => format!("a file {}, in just these letters", name.in_words()),
            Want::Folder(name) => format!("a folder {}", name.in_words()),
        })
        .collect();
    let wants = if wants.is_empty() {
        String::new()
    } else {
        format!("; there is {}", wants.into_iter().collect::<Vec<_>>().join(" and "))
    };
    let does = match rule.does {
        Does::Serve(name) => format!("serves {}", name.in_words()),
        Does::Redirect(name) => format!("redirects to {}", name.in_words()),
        Does::LowerCase => "redirects to the path in lower case, or to where that leads".to_owned(),
        Does::Refuse(status) => format!("answers {status}"),
        Does::Miss => "gives up: a miss".to_owned(),
        Does::NotFoundPage => "serves the root's `404.html` with status 404".to_owned(),
    };
    format!("The path {}{place}{wants}: {does}.", rule.ending.in_words())
}
