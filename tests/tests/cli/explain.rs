//! `trailmark explain`: on URLs that surprise people, it says what a newcomer needs to know.

use serde_json::json;

use crate::cli::support::Place;

/// Explains a URL of the small site, and looks for each part in the text.
#[track_caller]
fn explains(options: &[&str], url: &str, parts: &[&str]) {
    let place = Place::compiled(options);
    let run = place.run(["explain", "dist.trailmark", url]).exits(0).prints(parts);
    assert_eq!(run.stderr, "");
}

#[test]
fn html_suffix_is_redirected_because_the_short_url_shows_the_same() {
    let parts = [
        "ends in `.html`",
        "auto-trailing-slash/html/to-page",
        "there is a file /about.html, and /about shows the same content: redirect to /about",
        "307 Temporary Redirect",
        "location: /about",
        "200  /about.html",
        "Link to `/about`",
    ];
    explains(&[], "/about.html", &parts);
}

#[test]
fn slash_behind_a_page_leads_to_the_page() {
    explains(&[], "/about/", &["there is no file /about/index.html", "redirect to /about"]);
}

#[test]
fn index_slash_is_nothing_on_workers_and_a_redirect_on_pages() {
    explains(&[], "/nope/index/", &["/nope/404.html (no), /404.html (found)", "404 Not Found"]);
    let parts = ["308", "whether that exists or not", "Where the redirects end, at /nope/, there is nothing"];
    explains(&["--platform", "pages"], "/nope/index", &parts);
}

#[test]
fn escapes_that_need_not_be_are_redirected_to_the_canonical_spelling() {
    let parts = ["`%61bout` is `about`", "workers/canonical-encoding", "canonical spelling, which is /about"];
    explains(&[], "/%61bout", &parts);
    explains(&[], "/a+b", &["/a%2Bb", "workers/canonical-encoding", "there is nothing"]);
    explains(&["--platform", "pages"], "/%61bout", &["200 OK"]);
}

#[test]
fn two_slashes_are_a_path_and_count_as_one() {
    explains(&[], "//about", &["repeated slashes count as one", "location: /about"]);
}

#[test]
fn parser_and_decoder_say_what_they_changed() {
    let parts =
        ["`.` and `..` segments", "percent-encoded", "`%zz` stays as it is", "received  /x/../caf\u{e9}/%zz"];
    explains(&[], "/x/../café/%zz", &parts);
    explains(&["--platform", "pages"], "/%zz/%41", &["nothing at all is decoded"]);
}

#[test]
fn nearest_not_found_page_is_found_by_walking_up() {
    let parts = ["/docs/a/404.html (no), /docs/404.html (found)", "/docs/404.html with status 404"];
    explains(&[], "/docs/a/b", &parts);
}

#[test]
fn near_misses_are_pointed_out() {
    explains(&[], "/ABOUT", &["There is /about.html", "byte for byte"]);
    explains(&[], "/about.HTML", &["There is /about.html"]);
    explains(&[], "/style.css/", &["There is a file /style.css", "another path"]);
    explains(&[], "/fr/nowhere", &["/fr/404/index.html", "write it to /fr/404.html"]);
    explains(&[], "/nowhere", &["/nowhere.html or /nowhere/index.html"]);
}

#[test]
fn method_and_client_copy_have_the_last_word() {
    let place = Place::compiled(&[]);
    place.run(["explain", "dist.trailmark", "/about", "--method", "POST"]).exits(0).prints(&[
        "there is a file /about.html",
        "method-not-allowed",
        "405 Method Not Allowed",
        "no body",
    ]);
    let etag = place.run(["inspect", "dist.trailmark", "--assets", "--format", "json"]).exits(0).json_lines()
        [1]["etag"]
        .as_str()
        .unwrap()
        .to_owned();
    let header = format!("If-None-Match: {etag}");
    place
        .run(["explain", "dist.trailmark", "/about", "-H", &header])
        .exits(0)
        .prints(&["not-modified", "304 Not Modified"]);
}

#[test]
fn rules_of_the_site_are_part_of_the_story() {
    let place = Place::site();
    place.write("dist/_redirects", "/about.html /docs/ 301\n/app/* /about 200\n");
    place.write("dist/_headers", "/docs/*\n  X-Docs: yes\n");
    place.write(
        "wrangler.json",
        r#"{"main": "w.js", "assets": {"directory": "dist", "run_worker_first": ["/api/*", "!/api/docs"]}}"#,
    );
    place.run(["compile", "-q"]).exits(0);
    let explain = |url: &str| place.run(["explain", "dist.trailmark", url]).exits(0);
    explain("/about.html").prints(&[
        "line 1 matches /about.html: `/about.html /docs/ 301`",
        "Without the rule in `_redirects`, the answer would be 307 to /about",
    ]);
    explain("/app/x").prints(&[
        "rewritten /about",
        "its status 200 means",
        "there is a file /about.html",
        "200 OK",
    ]);
    explain("/docs/").prints(&["none of its 2 rules matches", "x-docs: yes", "_headers line 1"]);
    explain("/api/x").prints(&["`/api/*` of `run_worker_first` matches /api/x", "the Worker"]);
    explain("/api/docs").prints(&["`!/api/docs` of `run_worker_first` matches", "404 Not Found"]);
}

#[test]
fn advice_is_to_link_to_where_the_redirects_end() {
    let place = Place::site();
    place.write("dist/_redirects", "/old /older\n/older /about.html\n/gone https://else.example/x\n");
    place.run(["compile", "dist", "-q"]).exits(0);
    let explain = |url: &str| place.run(["explain", "dist.trailmark", url]).exits(0);
    explain("/old").prints(&["Link to `/about` and"]);
    explain("/gone").prints(&["Link to `https://else.example/x` and"]);
}

#[test]
fn redirects_in_a_circle_are_noticed() {
    let place = Place::site();
    place.write("dist/_redirects", "/a /b\n/b /a\n/out https://else.example/\n/odd //else.example/\n");
    place.run(["compile", "dist", "-q"]).exits(0);
    let explain = |url: &str| place.run(["explain", "dist.trailmark", url]).exits(0);
    explain("/a").prints(&["go round in a circle"]);
    explain("/out").prints(&["https://else.example/ is on another site"]);
    explain("/odd").prints(&["else.example"]);
}

#[test]
fn json_tells_the_same_and_its_answer_is_that_of_resolve() {
    let place = Place::compiled(&[]);
    let urls =
        ["/", "/about.html?x=1", "//about", "/%", "/docs/first%20steps", "/nope/index/", "/fr/l%C3%A9gendes"];
    let with = |command: &'static str| {
        let arguments = [command, "dist.trailmark", "--format", "json"].into_iter().chain(urls);
        place.run(arguments).exits(0).json_lines()
    };
    for (story, answer) in with("explain").iter().zip(with("resolve")) {
        assert_eq!(story["answer"], answer);
        assert_eq!(story["bug"], json!(null));
        assert_eq!(story["rule"]["name"], answer["rule"]);
        assert!(story["steps"].as_array().unwrap().iter().any(|step| step["applies"] == true), "{story}");
    }
}

/// Whatever the options and the URL, the steps lead to the manifest's own answer.
#[test]
fn story_and_answer_agree_in_every_mode() {
    let place = Place::site();
    let forms = [
        "",
        "/",
        ".html",
        "/index",
        "/index.html",
        "/index/",
        "/index/index",
        ".HTML",
        "/404",
        "%2F",
        "//x",
        "/%zz",
    ];
    let stems = [
        "",
        "/about",
        "/docs",
        "/docs/first%20steps",
        "/docs/first steps",
        "/fr",
        "/fr/404",
        "/nope/deep",
        "/style.css",
    ];
    let urls: Vec<String> = stems
        .iter()
        .flat_map(|stem| forms.iter().map(move |form| format!("{stem}{form}")))
        .filter(|url| url.starts_with('/'))
        .collect();
    for html in ["auto-trailing-slash", "force-trailing-slash", "drop-trailing-slash", "none", "pages"] {
        for not_found in ["none", "404-page", "single-page-application"] {
            let options: &[&str] = match html {
                "pages" => &["--platform", "pages"],
                _ => &["--html-handling", html, "--not-found-handling", not_found],
            };
            let arguments = ["explain", "dist", "--quiet", "--format", "json"].iter().chain(options).copied();
            let stories = place.run(arguments.chain(urls.iter().map(String::as_str))).exits(0).json_lines();
            assert_eq!(stories.len(), urls.len());
            for story in stories {
                let last = story["steps"].as_array().unwrap().iter().rfind(|step| step["applies"] == true);
                assert_eq!(last.unwrap()["rule"], story["answer"]["rule"], "{options:?} {story:#}");
            }
        }
    }
}

#[test]
fn explanations_in_the_docs_are_what_it_prints() {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let example = root.join("examples/moved-docs");
    let place = Place::site();
    let (public, config) = (example.join("public"), example.join("wrangler.jsonc"));
    let args =
        ["compile", "-q", "--no-cache", "-o", "moved.trailmark", "--config"].map(std::ffi::OsString::from);
    place.run(args.into_iter().chain([config.into(), public.into()])).exits(0);
    let page = std::fs::read_to_string(root.join("docs/REDIRECTS.md")).unwrap();
    let mut shown = 0;
    for block in page.split("```text\n").skip(1).filter_map(|behind| behind.split("```").next()) {
        let Some((command, expected)) = block.split_once('\n') else { continue };
        let Some(url) = command.strip_prefix("$ trailmark explain examples/moved-docs/public.trailmark ")
        else {
            continue;
        };
        let run = place.run(["explain", "moved.trailmark", url.trim_matches('\'')]).exits(0);
        assert_eq!(run.stdout.trim_end(), expected.trim_end(), "{command}");
        shown += 1;
    }
    assert!(shown >= 5, "only {shown} found");
}
