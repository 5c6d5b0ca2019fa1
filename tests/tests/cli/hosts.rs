//! `hosts`: URLs on every host of the table; and the table that others measured, cell by cell.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::Value;

use crate::cli::support::Place;

/// What the authors of the trailing-slash-guide saw on live hosts, with our names for them.
#[derive(Deserialize)]
struct Guide {
    site: Vec<String>,
    hosts: Vec<Column>,
}

#[derive(Deserialize)]
struct Column {
    host: String,
    answers: BTreeMap<String, Cell>,
}

/// Either a status or a redirect.
#[derive(Deserialize, Debug)]
struct Cell {
    status: Option<u64>,
    redirect: Option<String>,
}

/// Cells in which the guide notes where a redirect ends, and not the redirect. Vercel's options redirect whether or not
/// something is there (`@vercel/routing-utils`, convertTrailingSlash), here into a miss.
const ENDS_ONLY: [(&str, &str); 2] =
    [("vercel:trailing-slash=false", "/file/"), ("vercel:trailing-slash=true", "/file")];

#[test]
fn every_cell_of_the_trailing_slash_guide_is_reproduced() {
    let guide: Guide = serde_json::from_str(include_str!("../../hosts/trailing-slash-guide.json")).unwrap();
    let files: Vec<&str> = guide.site.iter().map(|path| &path[1..]).collect();
    let place = dist_of(&files);
    let urls: Vec<&str> = guide.hosts[0].answers.keys().map(String::as_str).collect();
    let run =
        place.run(["hosts", "dist", "--format", "json"].into_iter().chain(urls.iter().copied())).exits(0);
    let answers: BTreeMap<(String, String), Value> = run
        .stdout
        .lines()
        .map(|line| serde_json::from_str::<Value>(line).unwrap())
        .map(|answer| ((text(&answer["host"]), text(&answer["url"])), answer))
        .collect();
    let (mut cells, mut wrong) = (0, Vec::new());
    for column in &guide.hosts {
        for (url, cell) in &column.answers {
            cells += 1;
            let found = &answers[&(column.host.clone(), url.clone())];
            let (status, location) = (&found["status"], found["location"].as_str());
            let agrees = match (&cell.redirect, cell.status) {
                (Some(redirect), _) => location == Some(redirect),
                (None, Some(404)) if ENDS_ONLY.contains(&(column.host.as_str(), url.as_str())) => {
                    location.is_some() && found["ends"]["status"] == 404
                }
                (None, expected) => location.is_none() && status.as_u64() == expected,
            };
            if !agrees {
                wrong.push(format!("{} {url}: {cell:?}, but {found}", column.host));
            }
        }
    }
    assert_eq!(cells, 120);
    assert!(wrong.is_empty(), "{} cells:\n{}", wrong.len(), wrong.join("\n"));
}

/// A folder with a site of these files in `dist/`, each unlike the others.
fn dist_of(files: &[&str]) -> Place {
    let place = Place::with(&[]);
    files.iter().for_each(|file| place.write(&format!("dist/{file}"), file));
    place
}

fn text(value: &Value) -> String {
    value.as_str().unwrap().to_owned()
}

#[test]
fn answers_stand_in_a_table_with_where_redirects_end_and_how_well_a_rule_is_known() {
    let place = dist_of(&["about.html", "404.html"]);
    let run = place.run(["hosts", "dist", "--host", "netlify,vercel:clean-urls", "/About.html?x=1"]).exits(0);
    run.prints(&[
        "/About.html?x=1\n",
        "netlify                  301     -> /about.html?x=1   netlify/lower-case          measured\n",
        "netlify:pretty-urls=off  404     /404.html            netlify/not-found/404-page  certain\n",
        "vercel:clean-urls        308     -> /About?x=1 (404)  ",
    ]);
}

#[test]
fn a_manifest_answers_as_its_folder_does() {
    let place = dist_of(&["a/index.html"]);
    place.run(["compile", "dist", "--base", "/docs", "--quiet"]).exits(0);
    let of_folder = place.run(["hosts", "dist", "--base", "/docs", "/docs/a", "/a"]).exits(0);
    let of_manifest = place.run(["hosts", "dist.trailmark", "/docs/a", "/a"]).exits(0);
    assert_eq!(of_folder.stdout, of_manifest.stdout);
    of_manifest.prints(&["github-pages", "-> /docs/a/"]);
    place.run(["hosts", "dist.trailmark", "--base", "/docs", "/"]).fails(&["knows its base"]);
}

#[test]
fn unknown_hosts_get_the_nearest_names_and_bad_urls_a_reason() {
    let place = dist_of(&["a.html"]);
    place.run(["hosts", "dist", "--host", "netlfy", "/"]).fails(&["netlfy", "near: netlify"]);
    place.run(["hosts", "dist", "--host", "vercel:cleanurls", "/"]).fails(&["vercel:clean-urls"]);
    place.run(["hosts", "dist", "ftp://example.com/"]).fails(&["ftp://example.com/", "http"]);
    place.run(["hosts", "nowhere", "/"]).fails(&["nowhere"]);
}

#[test]
fn files_that_only_configure_a_host_are_named() {
    let place = dist_of(&["a.html", "_redirects"]);
    place.run(["hosts", "dist", "--host", "caddy", "/"]).exits(0).says(&["note: ", "_redirects"]);
    assert_eq!(place.run(["hosts", "dist", "--host", "caddy", "-q", "/"]).exits(0).stderr, "");
}

#[test]
fn a_move_between_hosts_lists_what_it_changes() {
    let place = dist_of(&["index.html", "a.html", "b/index.html", "404.html"]);
    let run = place.run(["hosts", "dist", "--move", "github-pages,nginx"]).exits(0);
    run.prints(&[
        "From github-pages to nginx: ",
        "4 URLs found before, not found after\n",
        "/a        /a.html",
        "now 404\n",
    ]);
    let lines =
        place.run(["hosts", "dist", "--move", "netlify,workers", "--format", "json"]).exits(0).json_lines();
    let changed = |url: &str| {
        lines.iter().find(|line| line["url"] == url).unwrap_or_else(|| panic!("{url}: {lines:#?}"))
    };
    assert_eq!(changed("/a.html")["kind"], "redirects");
    assert_eq!(changed("/b")["kind"], "other-status");
    assert_eq!(changed("/a/")["after"]["status"], 307);
    assert_eq!(changed("/a/")["before"]["rule"], "netlify/slash/to-page");
    place.run(["hosts", "dist", "--move", "caddy,caddy"]).exits(0).prints(&["No difference: "]);
    place.run(["hosts", "dist", "--move", "netlify"]).fails(&["netlify,workers"]);
    place.run(["hosts", "dist", "--move", "netlify,vercle"]).fails(&["vercle", "near: vercel"]);
    place.run(["hosts", "dist", "--move", "netlify,caddy", "/a"]).fails(&["--move"]);
    let limited = place.run(["hosts", "dist", "--move", "github-pages,nginx", "--limit", "1"]).exits(0);
    limited.prints(&["  and 3 more\n"]);
}

#[test]
fn reasons_are_told_with_their_sources() {
    let place = dist_of(&["a.html"]);
    let run = place.run(["hosts", "dist", "--host", "gitlab-pages,netlify", "--why", "/a/"]).exits(0);
    run.prints(&[
        "  netlify/slash/to-page\n    `/foo/` leads to `/foo`",
        "measured: slorber/trailing-slash-guide",
    ]);
    place
        .run(["hosts", "dist", "--host", "gitlab-pages", "--why", "/a"])
        .exits(0)
        .prints(&["certain: gitlab-pages, internal/"]);
}

#[test]
fn resolve_and_explain_take_other_hosts_as_platforms() {
    let place = dist_of(&["About.html", "404.html"]);
    let run = place.run(["resolve", "dist", "--platform", "netlify", "/About?x", "/about", "/nope"]).exits(0);
    run.prints(&["301     -> /about?x", "/About.html", "netlify/not-found/404-page"]);
    let lines = place
        .run_with(
            ["resolve", "dist", "--platform", "vercel:clean-urls", "--requests", "-"],
            b"{\"url\": \"/a.html\"}\n",
        )
        .exits(0)
        .json_lines();
    assert_eq!(lines[0]["status"], 308);
    assert_eq!(lines[0]["headers"]["location"], "/a");
    assert_eq!(lines[0]["rule"], "vercel/clean-urls/html");
    let run = place.run(["explain", "dist", "--platform", "netlify", "/About"]).exits(0);
    run.prints(&[
        "GET /About  (Netlify)",
        "no  netlify/exact",
        "there is no file /About\n",
        "yes netlify/lower-case",
        "301 Moved",
        "this rule is measured, not proven",
        "Where it leads\n  200 OK\n  body: /About.html",
    ]);
    let story =
        place.run(["explain", "dist", "--platform", "nginx", "/%zz", "--format", "json"]).exits(0).json();
    assert_eq!(story["rule"]["name"], "nginx/bad-request");
    assert_eq!(story["rule"]["certainty"], "certain");
    assert_eq!(story["path"], Value::Null);
    place.run(["resolve", "dist", "--platform", "netlify", "-X", "POST", "/about"]).exits(0).prints(&["405"]);
}

#[test]
fn misspelled_platforms_get_the_nearest_names() {
    let place = dist_of(&["a.html"]);
    place.run(["compile", "dist", "--platform", "page"]).fails(&["near: pages"]);
    place.run(["resolve", "dist", "--platform", "vercel:clean", "/"]).fails(&["near: vercel:clean-urls"]);
    place.run(["compile", "dist", "--platform", "workers:none"]).fails(&["--html-handling"]);
}

#[test]
fn diff_compares_any_two_platforms() {
    let place = dist_of(&["index.html", "a.html", "b/index.html", "404.html"]);
    let by_hosts = place.run(["hosts", "dist", "--move", "netlify,workers"]).exits(0);
    let by_diff = place.run(["diff", "--platforms", "netlify,workers", "dist"]).exits(0);
    assert_eq!(by_hosts.stdout, by_diff.stdout);
    let gone = ["diff", "--platforms", "github-pages,nginx", "dist", "--fail-on", "gone"];
    place.run(gone).exits(1).says(&["--fail-on: 4 URLs"]);
    place.run(["diff", "--platforms", "caddy,nginx", "dist", "--fail-on", "gone"]).exits(0);
    place.run(["diff", "--platforms", "workers,netlify", "dist", "dist"]).fails(&["leave dist out"]);
    place.run(["diff", "--platforms", "workers,netlfy", "dist"]).fails(&["near: netlify"]);
    place.run(["diff", "--platforms", "netlify,workers", "dist", "--format", "markdown"]).exits(0).prints(&[
        "### What a move from netlify to workers changes",
        "| answered alike |",
        "<details",
        "- `/a.html`: ",
    ]);
    place
        .run(["diff", "--platforms", "netlify,workers", "dist", "--log", "x"])
        .fails(&["no log is asked for"]);
    // Workers and Pages are compared by their manifests, rule files and all.
    place.run(["diff", "--platforms", "workers,pages", "dist"]).exits(0).prints(&["dist on workers"]);
}
