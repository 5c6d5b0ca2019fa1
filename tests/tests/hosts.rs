//! The tables of other hosts over random sites, and by hand.

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;
use proptest::sample::select;
use trailmark::{RequestPath, Scratch};
use trailmark_compiler::Base;
use trailmark_compiler::hosts::{Files, Host, HostAnswer, HostedSite, compare, miss_rules, rules_of};

use crate::random_sites::{config, files};

fn ask(site: &HostedSite<'_>, target: &str) -> HostAnswer {
    let mut scratch = Scratch::new();
    site.answer(&RequestPath::parse(target, &mut scratch).expect("a path"))
}

/// What a site of these names answers: a file's name, `-> ` and a location, or a status.
fn told(host: Host, names: &[&str], target: &str) -> String {
    let files = Files::of_names(names.iter().copied(), &Base::default());
    let answer = ask(&HostedSite::new(&files, host).unwrap(), target);
    match (answer.location, answer.file) {
        (Some(location), _) => format!("{} -> {location}", answer.status),
        (None, Some(file)) => format!("{} {file}", answer.status),
        (None, None) => answer.status.to_string(),
    }
}

fn spelled(path: &str) -> String {
    trailmark::encode_site_path(path)
}

proptest! {
    #![proptest_config(config(300))]

    /// Whatever a file or folder has a part in is listed.
    #[test]
    fn paths_that_are_answered_because_of_a_file_are_listed(
        files in files(),
        host in select(Host::ALL),
        ending in select(&["", "/", ".html", "/index", "/index/", "/index.html", ".html/", "/x"][..]),
    ) {
        let names: Vec<&str> = files.keys().map(String::as_str).collect();
        let files = Files::of_names(names.iter().copied(), &Base::default());
        let site = HostedSite::new(&files, host).unwrap();
        let nothing = Files::of_names([], &Base::default());
        let empty = HostedSite::new(&nothing, host).unwrap();
        let listed: BTreeSet<String> = site.paths().into_iter().collect();
        for name in &names {
            for stem in stems(name) {
                let path = format!("{stem}{ending}");
                if !path.starts_with('/') || is_odd(&path) {
                    continue;
                }
                let (answer, without) = (ask(&site, &spelled(&path)), ask(&empty, &spelled(&path)));
                let lower_case = answer.rule.name == "netlify/lower-case";
                let is_miss = answer.rule.name.contains("not-found") || answer.rule.name == "workers/canonical-encoding";
                if !is_miss && !lower_case && answer != without {
                    prop_assert!(listed.contains(&path), "{path} on {host}: {answer:?} of {names:?}");
                }
            }
        }
    }

    /// What is listed has an answer.
    #[test]
    fn listed_paths_are_no_misses(files in files(), host in select(Host::ALL)) {
        let names: Vec<&str> = files.keys().map(String::as_str).collect();
        let files = Files::of_names(names.iter().copied(), &Base::default());
        let site = HostedSite::new(&files, host).unwrap();
        for path in site.paths() {
            if is_odd(&path) {
                continue;
            }
            let answer = ask(&site, &spelled(&path));
            let is_page = answer.file.as_deref() == Some("/404.html");
            prop_assert!(is_page || !answer.rule.name.contains("not-found"), "{path} on {host}: {answer:?}");
        }
    }

    /// Every answer is one that a host can give: a redirect has a location within the site, a file is one of the site's.
    #[test]
    fn answers_are_sound(files in files(), host in select(Host::ALL), target in "/[a-z./%0-9A-F]{0,12}") {
        let names: Vec<&str> = files.keys().map(String::as_str).collect();
        let site_files = Files::of_names(names.iter().copied(), &Base::default());
        let site = HostedSite::new(&site_files, host).unwrap();
        let answer = ask(&site, &target);
        prop_assert_ne!(answer.rule.name, "unknown");
        prop_assert_eq!(answer.location.is_some(), (300..400).contains(&answer.status));
        if let Some(location) = &answer.location {
            prop_assert!(location.starts_with('/') && !location.starts_with("//"), "{location}");
        }
        if let Some(file) = &answer.file {
            prop_assert!(names.contains(&file.as_str()), "{file}");
        }
        if host.cloudflare().is_none() {
            let known = rules_of(host).chain(miss_rules(host)).any(|rule| rule.name == answer.rule.name);
            prop_assert!(known, "{}", answer.rule.name);
        }
    }

    /// A move and the move back change the same URLs.
    #[test]
    fn moves_there_and_back_concern_the_same_urls(
        files in files(),
        from in select(Host::ALL),
        to in select(Host::ALL),
    ) {
        let files = Files::of_names(files.keys().map(String::as_str), &Base::default());
        let (from, to) = (HostedSite::new(&files, from).unwrap(), HostedSite::new(&files, to).unwrap());
        let paths = |one: &HostedSite<'_>, other: &HostedSite<'_>| -> Vec<String> {
            compare(one, other).moved.into_iter().map(|moved| moved.path).collect()
        };
        prop_assert_eq!(paths(&from, &to), paths(&to, &from));
    }
}

/// A name, its folders, and what is left without its ending.
fn stems(name: &str) -> BTreeSet<String> {
    let mut stems: BTreeSet<String> =
        name.match_indices('/').map(|(end, _)| name[..end].to_owned()).collect();
    stems.insert(name.to_owned());
    stems.extend(
        [".html", "/index.html", "/index"].iter().filter_map(|end| Some(name.strip_suffix(end)?.to_owned())),
    );
    stems
}

/// Names that reach a host as something else: a URL parser or the host's own tidying changes them.
fn is_odd(path: &str) -> bool {
    path.contains("//")
        || path.contains(['%', '\u{FEFF}', '\n', '\\', '?', '+', ';', '@'])
        || path.ends_with(' ')
}

#[test]
fn netlify_leads_upper_case_to_lower_case_in_one_step() {
    let site = ["/DataModel/index.html", "/About.html", "/app-BxY.js", "/Logo.PNG"];
    assert_eq!(told(Host::Netlify, &site, "/DataModel/"), "301 -> /datamodel/");
    assert_eq!(told(Host::Netlify, &site, "/DataModel"), "301 -> /datamodel/");
    assert_eq!(told(Host::Netlify, &site, "/datamodel/"), "200 /DataModel/index.html");
    assert_eq!(told(Host::Netlify, &site, "/About"), "301 -> /about");
    assert_eq!(told(Host::Netlify, &site, "/about"), "200 /About.html");
    assert_eq!(told(Host::Netlify, &site, "/app-BxY.js"), "200 /app-BxY.js");
    assert_eq!(told(Host::Netlify, &site, "/logo.png"), "200 /Logo.PNG");
    assert_eq!(told(Host::Netlify, &site, "/Nope"), "404");
    assert_eq!(told(Host::NetlifyPlain, &site, "/DataModel/"), "200 /DataModel/index.html");
    let twins = ["/A.html", "/a.html"];
    assert_eq!(told(Host::Netlify, &twins, "/a"), "200 /a.html");
}

#[test]
fn vercel_redirects_whether_or_not_anything_is_there() {
    let site = ["/a.html", "/404.html"];
    assert_eq!(told(Host::VercelClean, &site, "/nope.html?x=1"), "308 -> /nope?x=1");
    assert_eq!(told(Host::VercelClean, &site, "/nope"), "404 /404.html");
    assert_eq!(told(Host::VercelCleanSlash, &site, "/index.html"), "308 -> /");
    assert_eq!(told(Host::VercelSlash, &site, "/x/y"), "308 -> /x/y/");
    assert_eq!(told(Host::VercelSlash, &site, "/x.css/"), "308 -> /x.css");
    assert_eq!(told(Host::VercelSlash, &site, "/.well-known/x"), "404 /404.html");
    assert_eq!(told(Host::VercelNoSlash, &site, "/%41%20b/"), "308 -> /%41%20b");
}

#[test]
fn folders_without_an_index_are_treated_as_each_host_does() {
    let site = ["/x/y.html", "/x.html"];
    assert_eq!(told(Host::GitlabPages, &site, "/x"), "302 -> /x/");
    assert_eq!(told(Host::GitlabPages, &site, "/x/"), "404");
    assert_eq!(told(Host::Nginx, &site, "/x"), "301 -> /x/");
    assert_eq!(told(Host::Nginx, &site, "/x/"), "403");
    assert_eq!(told(Host::NginxTryFiles, &site, "/x"), "200 /x.html");
    assert_eq!(told(Host::Caddy, &site, "/x"), "404");
    assert_eq!(told(Host::S3Website, &site, "/x"), "404");
    assert_eq!(told(Host::GithubPages, &site, "/x"), "200 /x.html");
    assert_eq!(told(Host::GithubPages, &["/x/y.html"], "/x"), "301 -> /x/");
    assert_eq!(told(Host::GithubPages, &["/x/y.html"], "/x/"), "404");
}

#[test]
fn only_the_roots_page_answers_misses() {
    let site = ["/404.html", "/docs/404.html"];
    for &host in Host::ALL.iter().filter(|host| host.cloudflare().is_none()) {
        let found = told(host, &site, "/docs/nope.css");
        assert!(found == "404 /404.html" || found == "404", "{host}: {found}");
    }
    assert_eq!(told(Host::GithubPages, &site, "/docs/nope"), "404 /404.html");
    assert_eq!(told(Host::Azure, &site, "/docs/nope"), "404");
    assert_eq!(told(Host::Firebase, &site, "/404.html"), "404 /404.html");
}

#[test]
fn sites_below_a_base_have_their_page_for_misses_there() {
    let files = Files::of_names(["/404.html", "/a/index.html"], &"/repo".parse().unwrap());
    let site = HostedSite::new(&files, Host::GithubPages).unwrap();
    let file = |target: &str| ask(&site, target).file;
    assert_eq!(file("/repo/nope").as_deref(), Some("/404.html"));
    assert_eq!(file("/repo/a/").as_deref(), Some("/a/index.html"));
    assert_eq!(ask(&site, "/repo/a").location.as_deref(), Some("/repo/a/"));
    assert_eq!(file("/nope"), None);
}

#[test]
fn every_host_knows_its_own_names_of_files() {
    // A table that answered nothing but exact names would pass for a host: every host finds an index, or says why not.
    let found: BTreeMap<&str, String> =
        Host::ALL.iter().map(|&host| (host.as_str(), told(host, &["/index.html"], "/"))).collect();
    for (host, found) in found {
        assert_eq!(found, if host == "workers:none" { "404" } else { "200 /index.html" }, "{host}");
    }
}
