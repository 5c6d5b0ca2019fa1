//! Sites made to hurt: deep, crowded, oddly named, huge, with links that lead elsewhere.

use std::fs;
use std::path::Path;
use std::process::Command;

use trailmark_compiler::{CompileError, CompileOptions, compile};

use super::*;
use crate::torture;

/// The manifest of a folder.
fn compiled(dist: &Path) -> Vec<u8> {
    compile(dist, &CompileOptions::default(), &()).unwrap().bytes
}

/// What a GET for the canonical encoding of a path is answered with.
fn status_of(manifest: &Manifest<'_>, site_path: &str) -> u16 {
    let mut scratch = Scratch::new();
    let target = trailmark::encode_site_path(site_path);
    manifest.lookup(&RequestPath::parse(&target, &mut scratch).unwrap()).status()
}

/// Folders within folders, with a page at the end.
fn chain(root: &Path, depth: usize) {
    let bottom = root.join("d/".repeat(depth));
    fs::create_dir_all(&bottom).unwrap();
    fs::write(bottom.join("x.html"), "").unwrap();
}

#[test]
fn thousands_of_levels_are_compiled_or_refused_by_name() {
    let root = tempfile::tempdir().unwrap();
    let real = root.path().canonicalize().unwrap();
    // As deep as the system's paths reach.
    let depth = (4096 - real.as_os_str().len() - "/x.html".len() - 1) / 2;
    chain(&real, depth);
    let bytes = compiled(&real);
    let manifest = Manifest::open(&bytes).unwrap();
    assert_eq!(manifest.verify(), Ok(()));
    assert_eq!(status_of(&manifest, &format!("{}/x", "/d".repeat(depth))), 200);
    // Two such chains, one moved to the end of the other: deeper than any path can name.
    let deeper = tempfile::tempdir().unwrap();
    let (first, second) = (deeper.path().join("1"), deeper.path().join("2"));
    for half in [&first, &second] {
        fs::create_dir(half).unwrap();
        chain(half, depth - 20);
    }
    fs::rename(&second, first.join("d/".repeat(depth - 20)).join("2")).unwrap();
    let error = compile(deeper.path(), &CompileOptions::default(), &()).map(|_| ()).unwrap_err();
    assert!(matches!(error, CompileError::Read { .. }), "{error}");
    // The standard library's own way of removing it wants a handle a level.
    let _ = Command::new("rm").arg("-rf").arg(deeper.path()).status();
}

#[test]
fn names_of_every_kind_are_served_under_their_encoding() {
    let root = tempfile::tempdir().unwrap();
    let long = format!("{}.html", "x".repeat(250));
    let names = [
        "new\nline.html",
        "tab\t.html",
        "\u{1b}[31mred.html",
        "quote\".html",
        "apostrophe'.html",
        "back\\slash.html",
        "\u{202e}lmth.thgir",
        "\u{200f}.html",
        "%00.html",
        "%2e%2e.html",
        "..html",
        "...html",
        " .html",
        "a b .html",
        "\u{7f}.html",
        "\u{85}.html",
        "\u{feff}.html",
        "site.trailmark",
        ".trailmark-abcdef.tmp",
        "a:b*c.html",
        "?.html",
        "#.html",
        "~",
        "-",
        "CON",
        long.as_str(),
    ];
    names.iter().for_each(|name| fs::write(root.path().join(name), name).unwrap());
    let bytes = compiled(root.path());
    let manifest = Manifest::open(&bytes).unwrap();
    assert_eq!((manifest.verify(), manifest.asset_count()), (Ok(()), names.len()));
    for asset in manifest.assets() {
        let path = asset.site_path().to_string();
        let Some(url) = asset.canonical_url() else { panic!("{path:?} is served nowhere") };
        let url = url.to_string();
        assert!(url.bytes().all(|byte| byte.is_ascii_graphic()), "{url:?}");
        let mut scratch = Scratch::new();
        let request = RequestPath::parse(&url, &mut scratch).unwrap();
        if request.path() != url {
            // `/.` and `/..` are no paths of their own for any URL parser; the platform serves these files nowhere.
            assert!(["/..html", "/...html"].contains(&path.as_str()), "{path:?} is served nowhere");
            continue;
        }
        let served = manifest.lookup(&request).asset().map(|asset| asset.site_path().to_string());
        assert_eq!(served, Some(path));
    }
}

#[test]
fn no_request_path_leaves_the_root() {
    let root = tempfile::tempdir().unwrap();
    fs::create_dir(root.path().join("dist")).unwrap();
    fs::write(root.path().join("secret.html"), "outside").unwrap();
    fs::write(root.path().join("dist/index.html"), "home").unwrap();
    let bytes = compiled(&root.path().join("dist"));
    let manifest = Manifest::open(&bytes).unwrap();
    let mut scratch = Scratch::new();
    for climb in
        ["..", "%2e%2e", ".%2E", "..%2f..", "%2e%2e%2f", "..\\..", "..%5c", "..;", "%252e%252e", "....//"]
    {
        for target in [
            format!("/{climb}/secret.html"),
            format!("/x/{climb}/{climb}/secret"),
            format!("//{climb}/secret"),
        ] {
            let resolution = manifest.lookup(&RequestPath::parse(&target, &mut scratch).unwrap());
            assert_eq!(resolution.asset().map(|asset| asset.site_path().to_string()), None, "{target}");
        }
    }
}

#[test]
fn a_folder_with_very_many_entries_is_compiled() {
    let memory = Path::new("/dev/shm");
    let root = if memory.is_dir() { tempfile::tempdir_in(memory) } else { tempfile::tempdir() }.unwrap();
    let count = if torture::is_on() { 1_000_000 } else { 3000 };
    let first = root.path().join("0.html");
    fs::write(&first, "").unwrap();
    (1..count).for_each(|number| drop(fs::File::create(root.path().join(format!("{number}.html"))).unwrap()));
    let started = Instant::now();
    let bytes = compiled(root.path());
    println!("{count} entries of one folder: {:?}", started.elapsed());
    let manifest = Manifest::open(&bytes).unwrap();
    assert_eq!(manifest.asset_count(), count);
    assert_eq!(status_of(&manifest, &format!("/{}", count - 1)), 200);
}

#[test]
fn a_huge_sparse_file_is_hashed_in_little_memory() {
    let root = tempfile::tempdir().unwrap();
    let size = if torture::is_on() { 10 << 30 } else { 16 << 20 };
    fs::File::create(root.path().join("huge.bin")).unwrap().set_len(size).unwrap();
    let started = Instant::now();
    let bytes = compiled(root.path());
    println!("a sparse file of {size} bytes: {:?}", started.elapsed());
    let manifest = Manifest::open(&bytes).unwrap();
    assert_eq!(manifest.assets().next().unwrap().size(), size);
}

#[test]
fn a_rule_file_that_is_a_link_out_of_the_site_is_refused_unread() {
    let root = tempfile::tempdir().unwrap();
    let dist = root.path().join("dist");
    fs::create_dir(&dist).unwrap();
    fs::write(root.path().join("secret"), "/* a secret line of another file").unwrap();
    for name in ["_redirects", "_headers", ".assetsignore"] {
        std::os::unix::fs::symlink("../secret", dist.join(name)).unwrap();
        let error = compile(&dist, &CompileOptions::default(), &()).map(|_| ()).unwrap_err().to_string();
        assert!(error.contains(name) && error.contains("leaves the site"), "{error}");
        assert!(!error.contains("a secret line"), "{error}");
        fs::remove_file(dist.join(name)).unwrap();
    }
    // Within the site, links are as good as files.
    fs::write(dist.join("rules.txt"), "/old /new\n").unwrap();
    std::os::unix::fs::symlink("rules.txt", dist.join("_redirects")).unwrap();
    let bytes = compiled(&dist);
    let manifest = Manifest::open(&bytes).unwrap();
    assert_eq!(manifest.redirect_rules().map(|rule| rule.from.to_string()).collect::<Vec<_>>(), ["/old"]);
}

#[test]
fn a_rule_file_of_gigabytes_is_refused_without_reading_it_all() {
    for name in ["_redirects", "_headers", ".assetsignore"] {
        let root = tempfile::tempdir().unwrap();
        fs::File::create(root.path().join(name)).unwrap().set_len(10 << 30).unwrap();
        let path = root.path().to_owned();
        let error = in_time("ten gigabytes of rules", move || {
            compile(&path, &CompileOptions::default(), &()).map(|_| ()).unwrap_err().to_string()
        });
        assert!(error.contains(name) && error.contains("longer than"), "{error}");
    }
}

#[test]
fn a_name_with_line_breaks_stays_on_one_line_of_a_message() {
    let root = tempfile::tempdir().unwrap();
    let missing = root.path().join("no\nerror: all is well\u{1b}[2J");
    let error = compile(&missing, &CompileOptions::default(), &()).map(|_| ()).unwrap_err().to_string();
    assert!(!error.contains(['\n', '\u{1b}']), "{error:?}");
}
