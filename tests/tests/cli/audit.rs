//! `trailmark audit`, the command: what it prints, when it fails, what it passes over.

use serde_json::Value;

use super::support::Place;

/// A site with a dead link, a redirect on every page, and an orphan.
fn place() -> Place {
    let nav = "<nav>\n<a href=/about.html>About</a>\n</nav>";
    Place::with(&[
        ("dist/index.html", &format!("{nav}<a href=/gone>x</a>")),
        ("dist/about.html", &format!("{nav}<a href=/>x</a>")),
        ("dist/alone.html", nav),
    ])
}

#[test]
fn what_a_template_gets_wrong_is_one_finding() {
    let run = place().run(["audit", "dist"]).exits(1);
    let run = run.prints(&[
        "error not-found: leads to nothing (404)",
        "warning redirect: costs a redirect",
        "3 links to 1 target, in 3 files",
        "/about.html  write /about",
        "answers 307 by auto-trailing-slash/html/to-page, which leads to /about",
        "3 links in 3 files (link):",
        "dist/index.html:2:9  /about.html",
        "note orphan-page",
        "dist: 3 pages",
        "error    1 not-found",
        "warning  3 redirect",
    ]);
    assert!(run.says(&["compiled in memory as Workers"]).stdout.matches("/about.html  write").count() == 1);
}

#[test]
fn the_exit_status_follows_fail_on() {
    let place = place();
    place.run(["audit", "dist", "-q", "--fail-on", "never"]).exits(0);
    place.run(["audit", "dist", "-q", "--allow", "not-found"]).exits(0);
    place.run(["audit", "dist", "-q", "--allow", "not-found", "--fail-on", "warning"]).exits(1);
    place.run(["audit", "dist", "-q", "--only", "orphan-page", "--fail-on", "note"]).exits(1);
    place.run(["audit", "dist", "-q", "--fail-on", "orphan-page"]).exits(1);
    place.run(["audit", "dist", "-q", "--fail-on", "missing-fragment"]).exits(0);
    let clean = Place::with(&[("dist/index.html", "<p>")]);
    clean.run(["audit", "dist", "-q", "--fail-on", "note"]).exits(0).prints(&["nothing to complain of"]);
}

#[test]
fn the_limit_cuts_what_is_shown_but_not_what_is_counted() {
    let links: String = (0..30).map(|number| format!("<a href=/gone{number}>")).collect();
    let place = Place::with(&[("dist/index.html", &links)]);
    place.run(["audit", "dist", "-q"]).exits(1).prints(&["30 links to 30 targets", "and 20 more"]);
    let all = place.run(["audit", "dist", "-q", "--limit", "0"]).exits(1);
    assert_eq!(all.stdout.matches("answers 404").count(), 30);
    let json = place.run(["audit", "dist", "-q", "--limit", "2", "--format", "json"]).exits(1).json();
    assert_eq!(json["groups"][0]["count"], 30);
    assert_eq!(json["groups"][0]["findings"].as_array().unwrap().len(), 2);
}

#[test]
fn the_ignore_file_passes_over_rules_targets_fragments_and_files() {
    let place = Place::with(&[
        ("dist/index.html", "<a href=/gone><a href=/old/x><a href=#1-2><a href=#no>"),
        ("dist/old/index.html", "<a href=/gone2>"),
        (
            ".trailmark-audit",
            "not-found /old/** an archive\nmissing-fragment #*-* a script\n* in:/old/** an archive\n",
        ),
    ]);
    let targets = |run: super::support::Run| -> Vec<String> {
        let groups = run.json()["groups"].as_array().unwrap().clone();
        let findings = groups.iter().flat_map(|group| group["findings"].as_array().unwrap().clone());
        findings.map(|finding| finding["target"].as_str().unwrap().to_owned()).collect()
    };
    let json = ["audit", "dist", "-q", "--format", "json", "--fail-on", "never"];
    assert_eq!(targets(place.run(json).exits(0)), ["/gone", "/#no"]);
    place.write("other", "not-found /gone on purpose\n");
    let others = targets(place.run(json.iter().chain(&["--ignore-file", "other"])).exits(0));
    assert!(others.contains(&"/gone2".to_owned()) && !others.contains(&"/gone".to_owned()), "{others:?}");
}

#[test]
fn a_bad_ignore_file_is_named_with_its_line() {
    let place = place();
    place.write("ignore", "\nredirects /x y\n");
    place.run(["audit", "dist", "-q", "--ignore-file", "ignore"]).fails(&["ignore", "line 2", "redirects"]);
    place.run(["audit", "dist", "-q", "--ignore-file", "missing"]).fails(&["missing"]);
    place.run(["audit", "dist", "--allow", "redirects"]).fails(&["redirects", "redirect-chain"]);
    place.run(["audit", "dist", "--fail-on", "redirects"]).fails(&["--rules"]);
    place.run(["audit", "dist", "--site", "not a host"]).fails(&["https://example.com"]);
}

#[test]
fn a_manifest_is_audited_with_the_folder_of_its_files() {
    let place = place();
    place.run(["compile", "dist", "-q", "--html-handling", "none"]).exits(0);
    // As the manifest says, `.html` is the page's own URL.
    let run = place.run(["audit", "dist.trailmark", "--dist", "dist", "--format", "json", "-q"]).exits(1);
    let rules: Vec<Value> =
        run.json()["groups"].as_array().unwrap().iter().map(|group| group["rule"].clone()).collect();
    assert_eq!(rules, ["not-found", "orphan-page"]);
    place.run(["audit", "dist.trailmark"]).fails(&["--dist"]);
    place.run(["audit", "dist", "--dist", "dist"]).fails(&["folder already"]);
    place.run(["audit", "nowhere"]).fails(&["no such folder: nowhere"]);
    place.run(["audit", "dist.trailmark", "--dist", "gone"]).fails(&["gone"]);
}

#[test]
fn the_own_host_is_found_and_said() {
    let page = |path: &str| {
        format!(
            "<link rel=canonical href=https://www.example.org{path}><a href=https://www.example.org/gone>"
        )
    };
    let place = Place::with(&[("dist/index.html", &page("/")), ("dist/a.html", &page("/a"))]);
    let run = place.run(["audit", "dist"]).exits(1).says(&["took www.example.org for the site's own host"]);
    run.prints(&["/gone"]);
    // Another site's copy: its canonical URLs do not lead here.
    let copy = "<link rel=canonical href=https://en.example.org/w/x><a href=https://en.example.org/gone>";
    let place = Place::with(&[("dist/index.html", copy), ("dist/a.html", copy)]);
    place.run(["audit", "dist"]).exits(0).prints(&["4 links leave it"]);
}

#[test]
fn sarif_names_rules_levels_and_lines() {
    let log = place().run(["audit", "dist", "-q", "--format", "sarif"]).exits(1).json();
    assert_eq!(log["version"], "2.1.0");
    let run = &log["runs"][0];
    let rules = run["tool"]["driver"]["rules"].as_array().unwrap();
    for result in run["results"].as_array().unwrap() {
        assert_eq!(rules[result["ruleIndex"].as_u64().unwrap() as usize]["id"], result["ruleId"]);
    }
    let redirect =
        run["results"].as_array().unwrap().iter().find(|result| result["ruleId"] == "redirect").unwrap();
    assert_eq!(redirect["level"], "warning");
    let place = &redirect["locations"][0]["physicalLocation"];
    assert_eq!(place["artifactLocation"]["uri"], "dist/index.html");
    assert_eq!((&place["region"]["startLine"], &place["region"]["startColumn"]), (&2.into(), &9.into()));
    assert_eq!(redirect["relatedLocations"].as_array().unwrap().len(), 2);
    let text = redirect["message"]["text"].as_str().unwrap();
    assert!(text.contains("write /about") && text.contains("the same in 3 files"), "{text}");
}

#[test]
fn github_gets_an_annotation_for_each_finding() {
    let place = place();
    place.write("dist/odd,name:x.html", "<a href='/a%0Ab'>");
    let run = place.run(["audit", "dist", "-q", "--format", "github"]).exits(1);
    let run = run.prints(&[
        "::warning file=dist/index.html,line=2,col=9,title=trailmark redirect::/about.html: costs a redirect",
    ]);
    let run = run.prints(&["::notice file=dist/alone.html,title=trailmark orphan-page::/alone"]);
    run.prints(&["::error file=dist/odd%2Cname%3Ax.html,line=1,col=10,title=trailmark not-found::/a%250Ab"]);
}

#[test]
fn a_page_holds_all_findings_as_text_and_loads_nothing() {
    let place = place();
    place.write("dist/<b>&\".html", "<a href='/gone#<script>'>");
    let page = place.run(["audit", "dist", "-q", "--format", "html"]).exits(1).prints(&[
        "<!doctype html>",
        "<h1>Audit of <bdi>dist</bdi></h1>",
        "content=\"default-src 'none'; script-src 'sha256-",
        "<h2><span class=\"level error\">error</span> not-found: leads to nothing (404)</h2>",
        "<code class=\"target\">/about.html</code> <span class=\"write\">write</span> <code class=\"fix\">/about</code>",
        "dist/&lt;b&gt;&amp;&quot;.html:1:10</code> <code class=\"dim\">/gone#&lt;script&gt;</code>",
    ]);
    for wrong in ["<b>", "src=", "url(", "http://", "https://", "style=\"", "onclick"] {
        assert!(!page.stdout.contains(wrong), "{wrong}");
    }
    let again = place.run(["audit", "dist", "-q", "--format", "html"]).exits(1);
    assert_eq!(again.stdout, page.stdout);
    let cut = place.run(["audit", "dist", "-q", "--format", "html", "--limit", "1"]).exits(1);
    cut.prints(&["and 1 more; <code>--limit 0</code> puts all into the page"]);
}

#[test]
fn the_rules_are_listed() {
    place().run(["audit", "--rules"]).exits(0).prints(&["not-found", "error", "mixed-forms", "note"]);
}

#[test]
fn the_same_site_gives_the_same_report() {
    let pages: Vec<(String, String)> = (0..200)
        .map(|number| {
            (
                format!("dist/p{number}.html"),
                format!("<a href=/gone{}><a href=p{}.html#x>", number % 7, number / 2),
            )
        })
        .collect();
    let pages: Vec<(&str, &str)> = pages.iter().map(|(path, page)| (path.as_str(), page.as_str())).collect();
    let place = Place::with(&pages);
    let report = || place.run(["audit", "dist", "-q", "--format", "json"]).exits(1).stdout;
    let first = report();
    (0..5).for_each(|_| assert_eq!(report(), first));
}

#[test]
fn what_lies_on_the_disk_where_nothing_is_served_is_said() {
    let place = Place::with(&[
        ("dist/.assetsignore", "private.html\n"),
        ("dist/index.html", "<a href=/docs/media/><a href=/docs/private.html><a href=/docs/nothing>"),
        ("dist/media/film.webm", "x"),
        ("dist/private.html", "x"),
    ]);
    let run = place.run(["audit", "dist", "-q", "--only", "not-found", "--base", "/docs"]).exits(1);
    let run = run.prints(&[
        "/media is a folder without an index.html",
        "the file /private.html exists, but is not served: .assetsignore",
    ]);
    assert_eq!(run.stdout.matches("on the disk").count() + run.stdout.matches("exists, but").count(), 1);
}
