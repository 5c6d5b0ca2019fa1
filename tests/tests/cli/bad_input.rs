//! What can't work says so once, names the path and what to do, ends with status 2 and leaves nothing behind.

use crate::cli::support::{Place, Run};
#[cfg(unix)]
use crate::cli::support::{binary, finish};

#[test]
fn folder_that_is_not_there_or_no_folder() {
    let place = Place::with(&[("file", "x")]);
    place.run(["compile", "nowhere"]).fails(&["nowhere", "build the site first"]);
    place.run(["compile", "no/such/dist"]).fails(&["no/such/dist"]);
    place.run(["compile", "file"]).fails(&["file is not a directory", "name the directory"]);
    place.run(["compile"]).fails(&["which folder?", "trailmark compile dist"]);
    assert_eq!(place.names(), ["file"]);
}

#[test]
fn empty_folder_compiles_with_a_warning() {
    let place = Place::with(&[]);
    std::fs::create_dir(place.path("dist")).unwrap();
    place.run(["compile", "dist", "--strict"]).fails(&["dist holds no file"]);
    assert_eq!(place.names(), ["dist"]);
    place.run(["compile", "dist"]).exits(0).says(&["warning: ", "dist holds no file"]);
    place.run(["resolve", "dist.trailmark", "/"]).exits(0).prints(&["404"]);
}

#[test]
fn output_that_cannot_be_written() {
    let place = Place::site();
    place.run(["compile", "dist", "-o", "no/such/x"]).fails(&["no/such/x", "create it first"]);
    place.run(["compile", "dist", "-o", "dist"]).fails(&["dist", "name a file"]);
    assert_eq!(place.names(), ["dist"]);
}

#[cfg(target_os = "linux")]
#[test]
fn output_folder_that_takes_no_files() {
    let place = Place::site();
    place
        .run(["compile", "dist", "-o", "/proc/x.trailmark"])
        .fails(&["/proc/x.trailmark", "no file can be created"]);
    place.run(["compile", "dist", "-o", "/dev/full"]).fails(&["/dev/full", "No space left"]);
}

/// A limit on the size of files stands in for a full disk: the file system says no in the middle of writing.
#[cfg(target_os = "linux")]
#[test]
fn full_disk_leaves_the_old_manifest_whole_and_nothing_else() {
    let place = Place::compiled(&[]);
    let old = place.read("dist.trailmark");
    for number in 0..300 {
        place.write(&format!("dist/page {number}.html"), "x");
    }
    let mut command = std::process::Command::new("sh");
    command.arg("-c").arg("trap '' XFSZ; ulimit -f 8; exec \"$0\" compile dist").arg(binary());
    place.prepare(&mut command);
    finish(&mut command, b"").fails(&["cannot write dist.trailmark", "nothing was changed"]);
    assert_eq!(place.names(), ["dist", "dist.trailmark", "dist.trailmark.cache"]);
    assert!(place.read("dist.trailmark") == old);
}

/// Runs the command as somebody who is bound by permissions; `None`, with the reason, where that is not possible.
#[cfg(unix)]
pub(super) fn run_unprivileged(place: &Place, arguments: &[&str]) -> Option<Run> {
    use std::os::unix::fs::PermissionsExt;
    place.write("locked", "");
    let locked = place.path("locked");
    std::fs::set_permissions(&locked, PermissionsExt::from_mode(0o000)).unwrap();
    if std::fs::read(&locked).is_err() {
        return Some(place.run(arguments));
    }
    // Root reads everything, so become nobody.
    std::fs::set_permissions(place.path(""), PermissionsExt::from_mode(0o777)).unwrap();
    let nobody = |arguments: &[&str]| {
        let mut command = std::process::Command::new("setpriv");
        command.args(["--reuid=65534", "--regid=65534", "--clear-groups"]).arg(binary()).args(arguments);
        place.prepare(&mut command);
        command
    };
    if !nobody(&["--version"]).output().is_ok_and(|output| output.status.success()) {
        println!("left out: the tests run as root, and setpriv can't run the command as nobody");
        return None;
    }
    Some(finish(&mut nobody(arguments), b""))
}

#[cfg(unix)]
#[test]
fn file_or_folder_without_permission_is_named() {
    use std::os::unix::fs::PermissionsExt;
    for (closed, names) in [("dist/about.html", "about.html"), ("dist/docs", "docs")] {
        let place = Place::site();
        std::fs::set_permissions(place.path(closed), PermissionsExt::from_mode(0o000)).unwrap();
        let run = run_unprivileged(&place, &["compile", "dist"]);
        std::fs::set_permissions(place.path(closed), PermissionsExt::from_mode(0o755)).unwrap();
        if let Some(run) = run {
            run.fails(&["cannot read", names, "ermission denied"]);
            assert!(!place.path("dist.trailmark").exists());
        }
    }
}

#[cfg(unix)]
#[test]
fn output_folder_without_permission_is_named_before_anything_is_read() {
    use std::os::unix::fs::PermissionsExt;
    let place = Place::site();
    std::fs::create_dir(place.path("out")).unwrap();
    std::fs::set_permissions(place.path("out"), PermissionsExt::from_mode(0o555)).unwrap();
    if let Some(run) = run_unprivileged(&place, &["compile", "dist", "-o", "out/x.trailmark"]) {
        run.fails(&["out/x.trailmark", "no file can be created in out", "permission denied"]);
    }
}

#[cfg(target_os = "linux")]
#[test]
fn names_that_are_not_utf8_are_all_listed() {
    use std::os::unix::ffi::OsStrExt;
    let place = Place::site();
    for name in [&b"dist/a\xFF.html"[..], b"dist/docs/\xFE"] {
        std::fs::write(place.path("").join(std::ffi::OsStr::from_bytes(name)), "x").unwrap();
    }
    let run = place.run(["compile", "dist"]).fails(&["2 names are not UTF-8", "rename"]);
    assert_eq!(run.stderr.matches("dist/").count(), 2, "{}", run.stderr);
}

#[test]
fn configurations_that_disagree_or_cannot_be_used() {
    let place = Place::site();
    place.write("wrangler.json", r#"{"assets": {"directory": "dist"}}"#);
    place.write("wrangler.toml", "[assets]\ndirectory = 'dist'\nhtml_handling = 'none'\n");
    place.run(["compile", "dist"]).fails(&[
        "wrangler.json",
        "wrangler.toml",
        "disagree on `assets.html_handling`",
        "--config",
    ]);
    place.run(["compile", "dist", "--config", "wrangler.json", "-q"]).exits(0);
    place.write("wrangler.toml", "[assets]\ndirectory = 'dist'\nhtml_handling = 'auto'\n");
    let allowed =
        ["wrangler.toml", "line 3", "unknown value `auto`", "auto-trailing-slash", "drop-trailing-slash"];
    place.run(["compile", "dist", "--config", "wrangler.toml"]).fails(&allowed);
    place.run(["compile", "dist", "--config", "none.json"]).fails(&["none.json"]);
    place.run(["compile", "dist", "--config", "dist/style.css"]).fails(&["style.css", ".jsonc or .toml"]);
}

#[test]
fn what_is_no_manifest_is_told_apart() {
    let place = Place::compiled(&[]);
    let whole = place.read("dist.trailmark");
    let mut other_version = whole.clone();
    other_version[8] = 99;
    let mut longer = whole.clone();
    longer.push(0);
    let files: [(&str, &[u8], &str); 6] = [
        ("empty", b"", "the file is empty"),
        ("text", b"hello, this is not a manifest, however long it may be ......................................................................", "not a manifest"),
        ("cut", &whole[..300], "cut off: 300 of"),
        ("cut-header", &whole[..40], "cut off"),
        ("other-version", &other_version, "format version 99"),
        ("longer", &longer, "its header says"),
    ];
    for (name, bytes, reason) in files {
        std::fs::write(place.path(name), bytes).unwrap();
        let commands: [&[&str]; 4] =
            [&["resolve", name, "/"], &["explain", name, "/"], &["inspect", name], &["verify", name]];
        for command in commands {
            place.run(command).fails(&[name, reason, "trailmark compile"]);
        }
    }
    place
        .run(["resolve", "nowhere.trailmark", "/"])
        .fails(&["no such file: nowhere.trailmark", "trailmark compile"]);
}

#[test]
fn options_for_compiling_make_no_sense_with_a_manifest() {
    let place = Place::compiled(&[]);
    place
        .run(["resolve", "dist.trailmark", "/", "--platform", "pages"])
        .fails(&["dist.trailmark is a manifest"]);
}

#[test]
fn strange_urls_have_answers_and_impossible_ones_are_errors_in_their_place() {
    let place = Place::compiled(&[]);
    let long = format!("/{}", "a".repeat(1 << 20));
    let urls = ["/%", "/%zz", "/%00", "/a%ff", "about", "*", "ftp://h/x", long.as_str()];
    // So long an argument can't be passed everywhere; in a file it can.
    let requests: String = urls.iter().map(|url| format!("{{\"url\": \"{url}\"}}\n")).collect();
    place.write("requests", &requests);
    let run = place.run(["resolve", "dist.trailmark", "--requests", "requests"]).exits(2);
    let lines = run.json_lines();
    assert_eq!(lines.len(), urls.len());
    assert!(lines[..4].iter().all(|line| line["status"].is_u64()), "{lines:#?}");
    assert!(lines[4..].iter().all(|line| line["error"].is_string()), "{lines:#?}");
    assert!(lines[7]["error"].as_str().unwrap().contains("limit"));
    assert_eq!(lines[0]["location"], "/%25");
    let run = place
        .run(["resolve", "dist.trailmark", "/%", "about"])
        .exits(2)
        .prints(&["/%25", "must begin with `/`"]);
    assert!(run.stderr.contains("1 of 2"), "{}", run.stderr);
    place.run(["explain", "dist.trailmark", "about"]).fails(&["cannot explain about", "must begin with `/`"]);
}
