//! `trailmark compile`: where options come from, where the manifest goes, what is said about it.

use serde_json::json;

use crate::cli::support::Place;

#[test]
fn manifest_goes_beside_the_folder() {
    let place = Place::site();
    place.run(["compile", "dist"]).exits(0).prints(&["dist -> dist.trailmark", "9 files"]);
    assert_eq!(place.names(), ["dist", "dist.trailmark", "dist.trailmark.cache"]);
}

#[test]
fn without_configuration_the_summary_says_what_was_assumed_and_how_to_change_it() {
    let place = Place::site();
    let text =
        ["auto-trailing-slash (assumed)", "404-page (assumed)", "wrangler.jsonc", "--not-found-handling"];
    place.run(["compile", "dist"]).exits(0).prints(&text);
    let summary = place.run(["compile", "dist", "--format", "json"]).exits(0).json();
    assert_eq!(summary["platform"], "workers");
    assert_eq!(summary["html_handling"], "auto-trailing-slash");
    assert_eq!(summary["not_found_handling"], "404-page");
    let assumed = json!({"platform": "assumed", "html_handling": "assumed", "not_found_handling": "assumed"});
    assert_eq!((&summary["origins"], &summary["config"]), (&assumed, &json!(null)));
}

#[test]
fn summary_counts_what_the_manifest_holds() {
    let place = Place::site();
    place.write("dist/_redirects", "/old /about 301\n");
    let summary = place.run(["compile", "dist", "--format", "json"]).exits(0).json();
    let expected =
        [("files", 9), ("excluded", 1), ("pages", 8), ("not_found_pages", 2), ("redirect_rules", 1)];
    expected.iter().for_each(|(name, count)| assert_eq!(summary[name], *count, "{name} of {summary}"));
    let sum = summary["serves"].as_u64().unwrap() + summary["redirects"].as_u64().unwrap();
    assert_eq!(summary["routes"], sum);
    assert_eq!(summary["manifest_bytes"], place.read("dist.trailmark").len());
    let overview = place.run(["inspect", "dist.trailmark", "--format", "json"]).exits(0).json();
    assert_eq!(overview["sha256"], summary["sha256"]);
}

#[test]
fn with_a_configuration_file_the_defaults_of_the_platform_hold() {
    let place = Place::site();
    place.write("wrangler.jsonc", r#"{ "assets": { "directory": "./dist", }, /* c */ }"#);
    let summary = place.run(["compile", "dist", "--format", "json"]).exits(0).json();
    assert_eq!(
        (&summary["not_found_handling"], &summary["config"]),
        (&json!("none"), &json!("wrangler.jsonc"))
    );
    assert_eq!(summary["origins"]["not_found_handling"], "platform-default");
    assert_eq!(summary["origins"]["platform"], "config");
}

#[test]
fn command_line_wins_over_the_file_and_the_file_over_defaults() {
    let place = Place::site();
    place.write(
        "wrangler.toml",
        "[assets]\ndirectory = 'dist'\nhtml_handling = 'none'\nnot_found_handling = '404-page'\n",
    );
    let arguments = ["compile", "dist", "--html-handling", "drop-trailing-slash", "--format", "json"];
    let summary = place.run(arguments).exits(0).json();
    assert_eq!(
        (&summary["html_handling"], &summary["origins"]["html_handling"]),
        (&json!("drop-trailing-slash"), &json!("command-line"))
    );
    assert_eq!(
        (&summary["not_found_handling"], &summary["origins"]["not_found_handling"]),
        (&json!("404-page"), &json!("config"))
    );
    let summary = place.run(["compile", "dist", "--no-config", "--format", "json"]).exits(0).json();
    assert_eq!(summary["config"], json!(null));
}

#[test]
fn folder_may_be_left_out_where_the_configuration_names_it() {
    let place = Place::site();
    place.write("wrangler.json", r#"{"assets": {"directory": "./dist"}}"#);
    place.run(["compile"]).exits(0).prints(&["dist -> dist.trailmark"]);
    place.write("wrangler.json", r#"{"pages_build_output_dir": "dist"}"#);
    let summary = place.run(["compile", "--format", "json"]).exits(0).json();
    assert_eq!(summary["platform"], "pages");
    assert_eq!(summary["html_handling"], json!(null), "Pages has no such option");
    // Relative to the file, not to the working directory.
    place.write("elsewhere/wrangler.json", r#"{"assets": {"directory": "../dist"}}"#);
    place.run(["compile", "--config", "elsewhere/wrangler.json", "-o", "x.trailmark", "-q"]).exits(0);
    assert!(place.path("x.trailmark").is_file());
}

#[test]
fn configuration_for_another_folder_is_pointed_out() {
    let place = Place::site();
    place.write("wrangler.json", r#"{"assets": {"directory": "build"}}"#);
    place.run(["compile", "dist"]).exits(0).says(&["note: ", "assets.directory", "build", "dist"]);
    place.write("wrangler.json", r#"{"assets": {"directory": "./dist/."}}"#);
    assert!(!place.run(["compile", "dist"]).exits(0).stderr.contains("note: "));
}

#[test]
fn environment_of_the_configuration_can_be_chosen() {
    let place = Place::site();
    let config = r#"{"assets": {"directory": "dist"},
        "env": {"next": {"assets": {"directory": "dist", "not_found_handling": "single-page-application"}}}}"#;
    place.write("wrangler.json", config);
    let summary = place.run(["compile", "dist", "--env", "next", "--format", "json"]).exits(0).json();
    assert_eq!(summary["not_found_handling"], "single-page-application");
    place.run(["compile", "dist", "--env", "nxt"]).fails(&["no environment `nxt`", "next"]);
}

#[test]
fn odd_configuration_is_a_warning_with_its_place_and_an_error_if_strict() {
    let place = Place::site();
    place.write("wrangler.json", "{\"assets\": {\"directory\": \"dist\",\n  \"html_handlign\": \"none\"}}");
    let place_and_hint = ["wrangler.json:2:3: ", "did you mean `assets.html_handling`"];
    place.run(["compile", "dist"]).exits(0).says(&["warning: "]).says(&place_and_hint);
    std::fs::remove_file(place.path("dist.trailmark")).unwrap();
    place.run(["compile", "dist", "--strict"]).fails(&place_and_hint);
    assert_eq!(place.names(), ["dist", "dist.trailmark.cache", "wrangler.json"]);
}

#[test]
fn manifest_inside_the_site_is_refused() {
    let place = Place::site();
    for output in ["dist/site.trailmark", "dist/docs/../x", "./dist/docs/x"] {
        place.run(["compile", "dist", "-o", output]).fails(&["inside the site", "as an asset"]);
    }
    assert_eq!(std::fs::read_dir(place.path("dist")).unwrap().count(), 6);
}

#[test]
fn manifest_can_go_to_standard_output() {
    let place = Place::site();
    let run = place.run(["compile", "dist", "-o", "-"]).exits(0).says(&["dist -> standard output"]);
    assert_eq!(place.names(), ["dist"]);
    place.run(["compile", "dist", "-q"]).exits(0);
    assert_eq!(run.bytes, place.read("dist.trailmark"));
    place.run(["compile", "dist", "-o", "-", "--format", "json"]).fails(&["standard output"]);
}

#[test]
fn any_number_of_threads_gives_the_same_bytes() {
    let place = Place::site();
    for threads in ["1", "2", "7"] {
        place
            .run(["compile", "dist", "-q", "--threads", threads, "-o", &format!("{threads}.trailmark")])
            .exits(0);
    }
    assert_eq!(place.read("1.trailmark"), place.read("2.trailmark"));
    assert_eq!(place.read("1.trailmark"), place.read("7.trailmark"));
}

#[test]
fn quiet_is_silent_and_pipes_see_no_progress() {
    let place = Place::site();
    let run = place.run(["compile", "dist", "--quiet"]).exits(0);
    assert_eq!((run.stdout.as_str(), run.stderr.as_str()), ("", ""));
    std::fs::remove_dir_all(place.path("dist/fr/404")).unwrap(); // There is a warning about it.
    assert_eq!(place.run(["compile", "dist"]).exits(0).stderr, "");
}

#[test]
fn lines_that_the_platform_ignores_are_noted() {
    let place = Place::site();
    place.write("dist/_redirects", "/a /b 999\n");
    place.run(["compile", "dist"]).exits(0).says(&["note: ", "_redirects line 1", "999"]);
    place.run(["compile", "dist", "--strict"]).fails(&["_redirects line 1"]);
}

#[test]
fn options_that_pages_does_not_have_are_a_warning() {
    let place = Place::site();
    let arguments = ["compile", "dist", "--platform", "pages", "--html-handling", "none"];
    place.run(arguments).exits(0).says(&["--html-handling has no effect"]);
}

#[cfg(unix)]
#[test]
fn links_that_are_not_followed_are_noted() {
    let place = Place::site();
    std::os::unix::fs::symlink("/nowhere/at/all", place.path("dist/gone.html")).unwrap();
    place.run(["compile", "dist"]).exits(0).says(&["note: /gone.html: dangling link"]);
    place.run(["compile", "dist", "--strict"]).fails(&["/gone.html: dangling link"]);
}

#[cfg(unix)]
#[test]
fn links_and_devices_keep_their_place() {
    let place = Place::site();
    std::os::unix::fs::symlink("real.trailmark", place.path("link.trailmark")).unwrap();
    place.write("real.trailmark", "old");
    place.run(["compile", "dist", "-q", "-o", "link.trailmark"]).exits(0);
    assert!(place.path("link.trailmark").is_symlink());
    assert!(place.read("real.trailmark").len() > 1000);
    place.run(["compile", "dist", "-q", "-o", "/dev/null"]).exits(0);
    use std::os::unix::fs::FileTypeExt;
    assert!(std::fs::metadata("/dev/null").unwrap().file_type().is_char_device());
}
