//! `--platform HOST`, with every command that takes it.

use serde_json::Value;
use trailmark_compiler::hosts::Host;

use crate::cli::support::Place;

/// A site that hosts answer differently.
fn place() -> Place {
    let place = Place::with(&[]);
    place.write(
        "dist/index.html",
        "<link rel=canonical href=https://example.com/><a href=/about>x</a><a href=/blog>x</a>",
    );
    place.write("dist/about.html", "<link rel=canonical href=https://example.com/about><a href=/>x</a>");
    place.write(
        "dist/blog/index.html",
        "<link rel=canonical href=https://example.com/blog/><a href=../about>x</a>",
    );
    place.write("dist/404.html", "lost");
    place
}

#[test]
fn a_manifest_for_another_host_is_compiled_asked_and_verified() {
    let place = place();
    let run = place.run(["compile", "dist", "--platform", "vercel:clean-urls+trailing-slash=true"]).exits(0);
    run.prints(&["Vercel, cleanUrls, trailingSlash: true", "from the command line"]);
    place.run(["resolve", "dist.trailmark", "/nope.html?x", "/about/", "/blog"]).exits(0).prints(&[
        "308     -> /nope/?x",
        "/about.html",
        "-> /blog/",
        "vercel/clean-urls/html-to-slash",
    ]);
    place.run(["explain", "dist.trailmark", "/about"]).exits(0).prints(&[
        "vercel/trailing-slash/add",
        "308 Permanent Redirect",
        "certain",
    ]);
    place.run(["verify", "dist.trailmark", "--dist", "dist"]).exits(0);
    place.write("dist/new.html", "new");
    place.run(["verify", "dist.trailmark", "--dist", "dist"]).exits(1).prints(&["/new.html"]);
    place
        .run(["inspect", "dist.trailmark"])
        .exits(0)
        .prints(&["vercel:clean-urls+trailing-slash=true", "host"]);
    place
        .run(["codegen", "dist", "--platform", "nginx", "-q", "-o", "-"])
        .fails(&["Workers and Pages alone", "include_bytes!"]);
    place.run(["compile", "dist.trailmark", "--platform", "netlify"]).fails(&["is not a directory"]);
}

#[test]
fn the_summary_in_json_names_the_host_and_no_options_of_workers() {
    let place = place();
    let summary =
        place.run(["compile", "dist", "--platform", "github-pages", "--format", "json"]).exits(0).json();
    assert_eq!(summary["platform"], "github-pages");
    assert_eq!((&summary["html_handling"], &summary["not_found_handling"]), (&Value::Null, &Value::Null));
    assert_eq!(summary["origins"]["platform"], "command-line");
    assert!(summary["redirects"].as_u64() > Some(0), "{summary}");
}

#[test]
fn what_configures_cloudflare_is_left_out_and_named() {
    let place = place();
    place.write("dist/_redirects", "/old /about 301\n");
    place.write("dist/_headers", "/*\n  X-A: b\n");
    place.write("dist/.assetsignore", "about.html\n");
    place.write("wrangler.jsonc", "{\"assets\": {\"directory\": \"dist\", \"html_handling\": \"none\"}}");
    let run =
        place.run(["resolve", "dist", "--platform", "netlify", "/old", "/about", "/_redirects"]).exits(0);
    let run =
        run.says(&["note: these answers are of the files alone", "_redirects, _headers, .assetsignore"]);
    run.prints(&["/old", "netlify/not-found/404-page", "/about.html"]);
    let options = [
        vec!["--html-handling", "none"],
        vec!["--not-found-handling", "none"],
        vec!["--config", "wrangler.jsonc"],
    ];
    for option in options {
        let arguments = [vec!["compile", "dist", "--platform", "caddy"], option].concat();
        place.run(arguments.iter().copied()).fails(&["means nothing on caddy"]);
    }
    place.run(["compile", "--platform", "caddy"]).fails(&["which folder?", "caddy"]);
}

#[test]
fn an_audit_knows_what_links_cost_on_another_host() {
    let place = place();
    let of = |platform: &str| {
        place.run([
            "audit",
            "dist",
            "--platform",
            platform,
            "--site",
            "https://example.com",
            "--format",
            "json",
        ])
    };
    let rules = |platform: &str| -> Vec<(String, u64)> {
        let found = of(platform).json();
        let groups = found["groups"].as_array().unwrap().clone();
        groups
            .iter()
            .map(|group| (group["rule"].as_str().unwrap().to_owned(), group["count"].as_u64().unwrap()))
            .collect()
    };
    // Both forms of a page answer there; only the folder redirects.
    assert_eq!(rules("github-pages"), [("redirect".to_owned(), 1)]);
    // nginx alone knows no `/about`; its canonical URL is that of nothing.
    let nginx = rules("nginx");
    assert!(nginx.contains(&("not-found".to_owned(), 1)), "{nginx:?}");
    assert!(nginx.contains(&("canonical-not-found".to_owned(), 1)), "{nginx:?}");
    // Without slashes, the links are right and the canonical URL of the folder redirects.
    let never = rules("azure:trailing-slash=never");
    assert!(never.contains(&("canonical-redirects".to_owned(), 1)), "{never:?}");
}

#[test]
fn two_hosts_are_compared_by_their_manifests() {
    let place = place();
    for platform in ["github-pages", "nginx"] {
        place.run(["compile", "dist", "--platform", platform, "-o", platform, "--quiet"]).exits(0);
    }
    let run = place.run(["diff", "github-pages", "nginx", "--fail-on", "gone"]).exits(1);
    run.prints(&["/about", "platform"]);
    place.run(["diff", "nginx", "nginx"]).exits(0);
    place.run(["diff", "nginx", "dist", "--platform", "nginx"]).exits(0);
}

#[test]
fn replay_and_report_take_another_host() {
    let place = place();
    place.write("access.log", "127.0.0.1 - - [22/Nov/2026:08:00:00 +0000] \"GET /About HTTP/1.1\" 200 1\n");
    place.run(["replay", "dist", "access.log", "--platform", "netlify"]).exits(0).prints(&["/About"]);
    place.run(["report", "dist", "--platform", "firebase:clean-urls", "-o", "page.html", "--quiet"]).exits(0);
}

#[test]
fn help_lists_every_host_with_its_settings() {
    let place = Place::with(&[]);
    let help = place.run(["compile", "--help"]).exits(0);
    let help: String = help.stdout.split_whitespace().collect::<Vec<_>>().join(" ");
    for host in Host::ALL.iter().filter(|host| host.cloudflare().is_none()) {
        assert!(help.contains(&format!(" {host}")), "{host}");
    }
}

#[test]
fn links_are_fixed_for_the_host_on_which_they_redirect() {
    let place = place();
    // There /about leads to nothing, which is no redirect.
    let run = place.run(["fix", "dist", "--platform", "nginx", "--site", "https://example.com"]).exits(0);
    run.prints(&["/blog  leads to /blog/", "changed 1 link in 1 file"]);
    let home = String::from_utf8(place.read("dist/index.html")).unwrap();
    assert!(home.contains("<a href=/about>x</a><a href=/blog/>x</a>"), "{home}");
    let audit = ["audit", "dist", "--platform", "nginx", "--only", "redirect", "-q"];
    place.run(audit).exits(0).prints(&["nothing to complain of"]);
    place.run(["compile", "dist", "--platform", "nginx", "-q"]).exits(0);
    place.run(["bench", "dist.trailmark", "--seconds", "0.05"]).exits(0);
}

#[test]
fn manifests_of_two_hosts_differ_in_the_host_and_what_it_answers() {
    let place = place();
    place.run(["compile", "dist", "-o", "a.trailmark", "--platform", "netlify", "-q"]).exits(0);
    place.run(["compile", "dist", "-o", "b.trailmark", "-q"]).exits(0);
    let diff = place.run(["diff", "a.trailmark", "b.trailmark", "--format", "json"]).exits(0).json();
    let settings: Vec<&str> =
        diff["settings"].as_array().unwrap().iter().map(|one| one["name"].as_str().unwrap()).collect();
    assert_eq!(settings, ["platform"]);
}
