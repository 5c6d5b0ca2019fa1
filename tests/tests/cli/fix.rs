//! `trailmark fix`, the command: what it changes and leaves, what it prints, how it ends.

use std::io::{Read, Write};
use std::process::Command;

use super::support::{Place, Run, finish};

const HOST: [&str; 2] = ["--site", "https://s.test"];

/// A site with links of all styles that redirect.
fn place() -> Place {
    Place::with(&[
        (
            "dist/index.html",
            "<link rel=canonical href='https://s.test/index.html'>\r\n<a href=\"about.html?a=1&amp;b=2#team\">x</a> <a href=docs>\n\
             <a href=/docs/guide.html#x><img src=a.png srcset='/docs/guide.html 1x, a.png 2x'><a href=\"//s.test/about/\">\n\
             <a href='https://other.test/about.html'><!-- <a href=about.html> --><a href=/gone>",
        ),
        ("dist/about.html", "<a href=\"./index.html\">x</a><a href='#team'><p id=team>"),
        ("dist/docs/index.html", "<a href=../about.html><a href='guide.html#x'>"),
        ("dist/docs/guide.html", "<p id=x><a href=\"index.html\"><a href='./'>"),
        ("dist/a.png", "png"),
        (
            "dist/sitemap.xml",
            "<urlset><url><loc> https://s.test/about.html?a&amp;b </loc></url><url><loc>https://s.test/docs/</loc></url></urlset>",
        ),
    ])
}

fn fix(place: &Place, options: &[&str]) -> Run {
    place.run(["fix", "dist"].iter().chain(&HOST).chain(options))
}

#[track_caller]
fn says(place: &Place, path: &str, expected: &str) {
    assert_eq!(String::from_utf8(place.read(path)).unwrap(), expected, "{path}");
}

/// The links that an audit still finds to redirect.
fn redirects(place: &Place) -> u64 {
    let only = ["redirect", "redirect-chain", "canonical-redirects", "sitemap-redirects"];
    let options = only.iter().flat_map(|rule| ["--only", rule]);
    let run = ["audit", "dist", "-q", "--format", "json"].into_iter().chain(HOST).chain(options);
    let groups = place.run(run).exits(0).json()["groups"].clone();
    groups.as_array().unwrap().iter().map(|group| group["links"].as_u64().unwrap()).sum()
}

#[test]
fn links_get_the_url_that_is_served_and_keep_their_style() {
    let place = place();
    assert_eq!(redirects(&place), 11);
    let run = fix(&place, &[]).exits(0);
    run.prints(&[
        "changed redirect: costs a redirect",
        "changed canonical-redirects",
        "/about.html  leads to /about",
        "dist/index.html:2:10  about.html?a=1&b=2#team -> about?a=1&b=2#team",
        "dist: 5 files",
        "changed 11 links in 5 files",
    ])
    .says(&["files as they are now: `trailmark compile dist`"]);
    says(
        &place,
        "dist/index.html",
        "<link rel=canonical href='https://s.test/'>\r\n<a href=\"about?a=1&amp;b=2#team\">x</a> <a href=docs/>\n\
         <a href=/docs/guide#x><img src=a.png srcset='/docs/guide 1x, a.png 2x'><a href=\"//s.test/about\">\n\
         <a href='https://other.test/about.html'><!-- <a href=about.html> --><a href=/gone>",
    );
    says(&place, "dist/about.html", "<a href=\"./\">x</a><a href='#team'><p id=team>");
    says(&place, "dist/docs/index.html", "<a href=../about><a href='guide#x'>");
    says(&place, "dist/docs/guide.html", "<p id=x><a href=\"./\"><a href='./'>");
    says(
        &place,
        "dist/sitemap.xml",
        "<urlset><url><loc> https://s.test/about?a&amp;b </loc></url><url><loc>https://s.test/docs/</loc></url></urlset>",
    );
    assert_eq!(redirects(&place), 0);
    fix(&place, &[]).exits(0).prints(&["nothing to fix"]);
    fix(&place, &["--dry-run"]).exits(0);
    assert_eq!(place.names(), ["dist"]);
}

#[test]
fn a_dry_run_writes_nothing_and_tells() {
    let place = place();
    let before = place.read("dist/index.html");
    let run = fix(&place, &["--dry-run"]).exits(1);
    assert!(
        !run.prints(&["would change redirect", "would change 11 links in 5 files"])
            .stderr
            .contains("trailmark compile")
    );
    let json = fix(&place, &["-n", "--format", "json", "-q"]).exits(1).json();
    assert_eq!(
        (&json["written"], &json["changed_links"], &json["changed_files"]),
        (&false.into(), &11.into(), &5.into())
    );
    let target = &json["changed"][0]["targets"][1];
    assert_eq!(
        (&json["changed"][0]["name"], &target["from"], &target["to"]),
        (&"redirect".into(), &"/about.html".into(), &"/about".into())
    );
    assert_eq!(target["places"][0]["new"], "about?a=1&b=2#team");
    assert_eq!(place.read("dist/index.html"), before);
}

/// Runs a tool in the folder; `None` if the machine has none of that name.
fn tool(place: &Place, name: &str, arguments: &[&str], input: &[u8]) -> Option<Run> {
    Command::new(name).arg("--version").output().ok()?;
    let mut command = Command::new(name);
    command.args(arguments);
    place.prepare(&mut command);
    command.env("GIT_CEILING_DIRECTORIES", place.path("..").canonicalize().unwrap());
    Some(finish(&mut command, input))
}

#[test]
fn the_diff_applied_by_git_and_patch_gives_what_fix_writes() {
    let long = format!("<p>{}</p><a href=about.html>{}", "x".repeat(100_000), "y".repeat(100_000));
    let many: String = (0..60)
        .map(|line| format!("line {line} {}\n", if line % 9 == 4 { "<a href=/about.html>" } else { "" }))
        .collect();
    let prepare = || {
        let place = place();
        place.write("dist/long.html", &long);
        place.write("dist/sub folder/many é.html", &many);
        place.write("dist/crlf.html", &many.replace('\n', "\r\n"));
        place
    };
    let expected = prepare();
    fix(&expected, &["-q"]).exits(0);
    let names = [
        "index.html",
        "about.html",
        "docs/index.html",
        "sitemap.xml",
        "long.html",
        "sub folder/many é.html",
        "crlf.html",
    ];
    for (name, arguments) in [("git", &["apply", "-"][..]), ("patch", &["-p1", "--binary", "--quiet"])] {
        let place = prepare();
        let diff = fix(&place, &["--diff", "-q"]).exits(1);
        let Some(run) = tool(&place, name, arguments, &diff.bytes) else {
            eprintln!("left out: there is no {name}");
            continue;
        };
        run.exits(0);
        for name in names.map(|name| format!("dist/{name}")) {
            assert!(place.read(&name) == expected.read(&name), "{name}");
        }
        fix(&place, &["--diff"]).exits(0);
    }
    // From elsewhere, names begin in the site's folder.
    let place = prepare();
    let whole = place.path("dist");
    let run = place.run(["fix", whole.to_str().unwrap(), "--diff"].iter().chain(&HOST)).exits(1);
    run.says(&["patch -p1 -d"])
        .prints(&["--- a/about.html\n+++ b/about.html\n@@ -1,1 +1,1 @@\n-<a href=\"./index.html\">"]);
}

#[test]
fn redirects_of_ones_own_rules_count_if_they_are_permanent() {
    let rules = "/old /docs/guide 301\n/chat /docs/guide\n/away https://other.test/ 301\n/query /docs/guide?x=1 301\n/part /docs/guide#x 308\n";
    let site = || {
        let place = Place::with(&[
            ("dist/_redirects", rules),
            ("dist/docs/guide.html", "<p id=x>"),
            (
                "dist/index.html",
                "<a href=/old><a href=old?a=1#x><a href=/chat><a href=/away><a href=/query><a href=/part>",
            ),
        ]);
        place.write("dist/form.html", "<form action=/old></form>");
        place
    };
    let place = site();
    let run = fix(&place, &[]).exits(0).prints(&[
        "left temporary: a rule of _redirects calls the redirect temporary",
        "left away",
        "left changes-query",
        "left names-fragment",
        "left 4 links",
    ]);
    assert!(run.stdout.contains("changed 3 links in 2 files"), "{run:?}");
    says(
        &place,
        "dist/index.html",
        "<a href=/docs/guide><a href=docs/guide?a=1#x><a href=/chat><a href=/away><a href=/query><a href=/part>",
    );
    let place = site();
    fix(&place, &["--temporary", "-q"]).exits(0);
    assert!(
        String::from_utf8(place.read("dist/index.html"))
            .unwrap()
            .contains("#x><a href=/docs/guide><a href=/away>")
    );
}

#[test]
fn rules_kinds_and_the_ignore_file_say_what_is_changed() {
    let place = place();
    let changed =
        |options: &[&str]| fix(&place, &[options, &["-n", "-q", "--format", "json"]].concat()).json();
    assert_eq!(changed(&["--only", "sitemap-redirects"])["changed_links"], 1);
    assert_eq!(changed(&["--allow", "redirect"])["changed_links"], 2);
    assert_eq!(changed(&["--kind", "canonical", "--kind", "sitemap"])["changed_links"], 2);
    assert_eq!(changed(&["--kind", "image"])["changed_links"], 1);
    place.write(".trailmark-audit", "redirect /about* on purpose\n* in:/docs/** frozen\n");
    let report = changed(&[]);
    assert_eq!((&report["changed_links"], &report["ignored"]), (&7.into(), &4.into()));
    fix(&place, &["--only", "not-found"]).fails(&["not-found", "redirect-chain"]);
    fix(&place, &["--kind", "links"]).fails(&["canonical"]);
    place.run(["fix", "nowhere"]).fails(&["no such folder"]);
}

#[test]
fn links_that_lead_to_nothing_are_repaired_only_if_asked_for() {
    let page = "<a href=../part/sub><a href=sub>";
    let site = || {
        Place::with(&[
            ("dist/part.html", "<a href=sub><a href=/Part><a href=/PART/sub#x>"),
            ("dist/part/sub.html", page),
            ("dist/404.html", "<img src=a.png><a href=part.html>"),
            ("dist/a.png", "x"),
        ])
    };
    let place = site();
    fix(&place, &[]).exits(0).prints(&["nothing to fix"]);
    let also = ["--also", "relative-slash", "--also", "case-differs", "--also", "relative-in-not-found-page"];
    fix(&place, &also).exits(0).prints(&["changed case-differs", "changed relative-slash"]);
    says(&place, "dist/part.html", "<a href=part/sub><a href=/part><a href=/part/sub#x>");
    says(&place, "dist/part/sub.html", page);
    says(&place, "dist/404.html", "<img src=/a.png><a href=/part>");
    let place = site();
    place.write("dist/part.html", "<a href=/part/sub.html><a href=/b/part/sub.html>");
    fix(&place, &["--base", "/b"]).exits(0);
    says(&place, "dist/part.html", "<a href=/part/sub.html><a href=/b/part/sub>");
    fix(&place, &["--base", "/b", "--also", "outside-base"]).exits(0);
    says(&place, "dist/part.html", "<a href=/b/part/sub><a href=/b/part/sub>");
}

#[test]
fn relative_links_stay_in_pages_that_are_served_elsewhere_too() {
    let links = "<a href=a.html><a href=/a.html>";
    let fixed = "<a href=a.html><a href=/a>";
    let site = |rules: &str| {
        Place::with(&[
            ("dist/index.html", links),
            ("dist/404.html", links),
            ("dist/a.html", "x"),
            ("dist/docs/page.html", "<a href=../a.html><a href=/a.html>"),
            ("dist/_redirects", rules),
        ])
    };
    let place = site("/elsewhere/* /docs/:splat 200\n/near /index.html 200");
    fix(&place, &[]).exits(0).prints(&["left served-anywhere"]);
    says(&place, "dist/index.html", "<a href=a><a href=/a>");
    says(&place, "dist/404.html", fixed);
    says(&place, "dist/docs/page.html", "<a href=../a.html><a href=/a>");
    let place = site("");
    fix(&place, &["--not-found-handling", "single-page-application"]).exits(0);
    says(&place, "dist/index.html", fixed);
    place.write("dist/404.html", "<base href=/docs/><a href=page.html>");
    fix(&place, &["-q"]).exits(0);
    says(&place, "dist/404.html", "<base href=/docs/><a href=page>");
}

#[test]
fn what_names_an_entry_or_has_a_hash_stays() {
    let place = Place::with(&[
        ("dist/a.html", "x"),
        ("dist/_redirects", "/i.png /j.png 301"),
        ("dist/j.png", "x"),
        (
            "dist/feed.xml",
            "<rss><channel><item><link>https://s.test/a.html</link><guid>https://s.test/a.html</guid></item></channel></rss>",
        ),
        (
            "dist/index.html",
            "<script type='application/ld+json'>{\"url\":\"https:\\/\\/s.test\\/a.html\",\"item\":{\"@id\":\"https://s.test/a.html\"}}</script>\
             <link rel=stylesheet href=/s.css integrity=sha256-x><style>a{b:url(/i.png)}</style>",
        ),
        ("dist/plain.html", "<style>a{b:url(/i.png)}</style>"),
        ("dist/s.css", "a{b:url(/i.png)}"),
    ]);
    fix(&place, &[]).exits(0).prints(&["left hashed", "2 links: 2 hashed"]);
    says(
        &place,
        "dist/feed.xml",
        "<rss><channel><item><link>https://s.test/a</link><guid>https://s.test/a.html</guid></item></channel></rss>",
    );
    assert!(
        String::from_utf8(place.read("dist/index.html"))
            .unwrap()
            .contains("\"https:\\/\\/s.test\\/a\",\"item\":{\"@id\":\"https://s.test/a.html\"")
    );
    says(&place, "dist/plain.html", "<style>a{b:url(/j.png)}</style>");
    says(&place, "dist/s.css", "a{b:url(/i.png)}");
}

#[test]
fn packed_sitemaps_are_packed_again_and_stale_copies_are_named() {
    let place = place();
    let mut packer = flate2::GzBuilder::new().mtime(7).write(Vec::new(), flate2::Compression::fast());
    packer.write_all(&place.read("dist/sitemap.xml")).unwrap();
    place.write_bytes("dist/sitemap.xml.gz", &packer.finish().unwrap());
    place.write("dist/about.html.br", "packed");
    place.write("dist.trailmark", "old");
    let run = fix(&place, &[]).exits(0);
    run.says(&[
        "1 packed copy of a page as it was before",
        "/about.html.br",
        "dist.trailmark describes the files as they were: run `trailmark compile dist` again",
    ]);
    let mut unpacked = Vec::new();
    flate2::read::GzDecoder::new(place.read("dist/sitemap.xml.gz").as_slice())
        .read_to_end(&mut unpacked)
        .unwrap();
    assert_eq!(unpacked, place.read("dist/sitemap.xml"));
    fix(&place, &[]).exits(0).prints(&["nothing to fix"]);
}

#[test]
fn a_manifest_says_what_is_served() {
    let place = place();
    place.run(["compile", "dist", "-q", "--html-handling", "none"]).exits(0);
    let run = place.run(["fix", "dist.trailmark", "--dist", "dist", "-n"].iter().chain(&HOST)).exits(0);
    run.prints(&["nothing to fix"]);
    place.run(["fix", "dist.trailmark"]).fails(&["--dist"]);
}

#[test]
fn pages_that_become_equal_are_asked_about_again() {
    let place = Place::with(&[
        ("dist/index.html", "<a href=/x>"),
        ("dist/a.html", "a"),
        ("dist/both.html", "<a href=/a.html>"),
        ("dist/both/index.html", "<a href=/a>"),
        ("dist/_redirects", "/x /both/index.html 301"),
    ]);
    let dropped = ["--html-handling", "drop-trailing-slash"];
    let run = fix(&place, &dropped).exits(1).says(&["/both/index.html: pages that differed", "fix` again"]);
    run.prints(&["changed 2 links"]);
    says(&place, "dist/index.html", "<a href=/both/index.html>");
    fix(&place, &dropped).exits(0).prints(&["changed 1 link in"]);
    says(&place, "dist/index.html", "<a href=/both>");
    fix(&place, &dropped).exits(0).prints(&["nothing to fix"]);
}

#[cfg(unix)]
mod unix {
    use std::fs;
    use std::os::unix::fs::{PermissionsExt, symlink};
    use std::time::{Duration, Instant};

    use super::*;

    #[test]
    fn a_read_only_file_is_left_and_said() {
        let place = place();
        fs::set_permissions(place.path("dist/about.html"), fs::Permissions::from_mode(0o444)).unwrap();
        fs::set_permissions(place.path("dist/index.html"), fs::Permissions::from_mode(0o604)).unwrap();
        let run = fix(&place, &[]).exits(2).says(&["1 file could not be changed"]);
        run.prints(&["dist/about.html: it is read-only", "changed 10 links in 4 files"]);
        says(&place, "dist/about.html", "<a href=\"./index.html\">x</a><a href='#team'><p id=team>");
        assert_eq!(fs::metadata(place.path("dist/index.html")).unwrap().permissions().mode() & 0o777, 0o604);
        fs::set_permissions(place.path("dist/about.html"), fs::Permissions::from_mode(0o644)).unwrap();
        fix(&place, &[]).exits(0).prints(&["changed 1 link in 1 file"]);
    }

    #[test]
    fn symbolic_links_are_followed_to_files_of_the_site_only() {
        let place = Place::with(&[
            ("dist/a.html", "x"),
            ("dist/docs/real.html", "<a href=../a.html><a href=/a.html>"),
            ("outside.html", "<a href=/a.html>"),
        ]);
        symlink("docs/real.html", place.path("dist/alias.html")).unwrap();
        symlink("../outside.html", place.path("dist/out.html")).unwrap();
        fs::hard_link(place.path("dist/docs/real.html"), place.path("other-name.html")).unwrap();
        let run = fix(&place, &[]).exits(0).prints(&["left served-anywhere", "changed 1 link in 1 file"]);
        run.says(&["hard links"]);
        says(&place, "dist/docs/real.html", "<a href=../a.html><a href=/a>");
        says(&place, "outside.html", "<a href=/a.html>");
        says(&place, "other-name.html", "<a href=../a.html><a href=/a.html>");
        assert!(fs::symlink_metadata(place.path("dist/alias.html")).unwrap().is_symlink());
    }

    /// A site that takes a while.
    fn large() -> (Place, String, String) {
        let links = |link: &str| format!("<p>{}</p><a href={link}>\n", "x".repeat(2000)).repeat(20);
        let (old, new) = (links("/index.html"), links("/"));
        let place = Place::with(&[]);
        (0..1500).for_each(|number| place.write(&format!("dist/{number}.html"), &old));
        place.write("dist/index.html", "x");
        (place, old, new)
    }

    #[test]
    fn a_fix_that_is_killed_leaves_whole_files_and_can_go_on() {
        let (place, old, new) = large();
        let mut done = 0;
        for delay in [5, 20, 40, 60, 80, 100] {
            let mut child = place.command(["fix", "dist", "-q"]).spawn().unwrap();
            std::thread::sleep(Duration::from_millis(delay));
            let _ = child.kill();
            child.wait().unwrap();
            let files = (0..1500)
                .map(|number| String::from_utf8(place.read(&format!("dist/{number}.html"))).unwrap());
            let now = files
                .inspect(|text| assert!(*text == old || *text == new))
                .filter(|text| *text == new)
                .count();
            assert!(now >= done);
            done = now;
        }
        // What a killed run has left behind is taken away once it is surely nobody's.
        std::thread::sleep(Duration::from_millis(2100));
        fix(&place, &["-q"]).exits(0);
        assert_eq!(redirects(&place), 0);
        let names = fs::read_dir(place.path("dist")).unwrap().map(|entry| entry.unwrap().file_name());
        assert_eq!(names.filter(|name| name.to_string_lossy().starts_with('.')).count(), 0);
    }

    #[test]
    fn an_interrupted_fix_ends_in_good_order() {
        let (place, _, new) = large();
        let mut command = place.command(["fix", "dist"]);
        let mut child =
            command.stderr(std::process::Stdio::piped()).stdout(std::process::Stdio::null()).spawn().unwrap();
        let start = Instant::now();
        let is_begun =
            || (0..1500).any(|number| place.read(&format!("dist/{number}.html")).len() == new.len());
        while !is_begun() && start.elapsed() < Duration::from_secs(20) {}
        let kill = Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap();
        let mut said = String::new();
        child.stderr.take().unwrap().read_to_string(&mut said).unwrap();
        let status = child.wait().unwrap().code();
        // It may have been done just before.
        assert!(
            status == Some(0) || (kill.success() && status == Some(2) && said.contains("does the rest")),
            "{status:?} {said}"
        );
        let names = fs::read_dir(place.path("dist")).unwrap().map(|entry| entry.unwrap().file_name());
        assert_eq!(names.filter(|name| name.to_string_lossy().starts_with('.')).count(), 0);
        fix(&place, &["-q"]).exits(0);
        assert_eq!(redirects(&place), 0);
    }
}
