//! The hash cache: it saves work, and never changes what is compiled.

use std::fs;
use std::path::Path;
use std::time::{Duration, SystemTime};

use serde_json::Value;
use trailmark::key::checksum;
use trailmark_compiler::{CompileOptions, compile};

use crate::cli::support::{Place, Run};

const CACHE: &str = "dist.trailmark.cache";
/// Length of the cache's first line.
const KIND_LEN: usize = 23;
/// Files of the small site.
const FILES: u64 = 9;

/// Waits until files that were just written can no longer be confused with later ones.
fn settle() {
    std::thread::sleep(Duration::from_millis(2700));
}

/// The small site, settled and compiled, so that the cache knows every file.
fn cached() -> Place {
    let place = Place::site();
    settle();
    let first = compiled(&place, &[]);
    assert_eq!(counts(&first), (FILES, 0));
    place
}

fn run(place: &Place, options: &[&str]) -> Run {
    place.run(["compile", "dist", "--format", "json"].iter().chain(options)).exits(0)
}

fn compiled(place: &Place, options: &[&str]) -> Value {
    run(place, options).json()
}

/// Files that were hashed, and files from the cache.
fn counts(summary: &Value) -> (u64, u64) {
    (summary["hashed"].as_u64().unwrap(), summary["from_cache"].as_u64().unwrap())
}

/// Compiles with the cache; the manifest must be the one that is compiled without.
#[track_caller]
fn counts_of_right_compile(place: &Place) -> (u64, u64) {
    let counts = counts(&compiled(place, &[]));
    let with = place.read("dist.trailmark");
    compiled(place, &["--no-cache", "-o", "other.trailmark"]);
    assert!(with == place.read("other.trailmark"), "the cache changes the manifest");
    counts
}

fn set_modified(path: &Path, time: SystemTime) {
    fs::File::options().write(true).open(path).unwrap().set_modified(time).unwrap();
}

// -- What is taken from the cache --------------------------------------------------------------------------------------

#[test]
fn an_unchanged_site_is_not_read_again() {
    let place = cached();
    let (manifest, cache) = (place.read("dist.trailmark"), place.read(CACHE));
    let again = compiled(&place, &[]);
    assert_eq!(counts(&again), (0, FILES));
    assert_eq!(again["hashed_bytes"], 0);
    assert_eq!(again["cache_note"], Value::Null);
    assert!(place.read("dist.trailmark") == manifest && place.read(CACHE) == cache);
    place.run(["compile", "dist"]).exits(0).prints(&["0 files, 0 bytes; 9 unchanged since the last time"]);
}

#[test]
fn only_what_changed_is_read_whatever_the_change() {
    let place = cached();
    let old = fs::metadata(place.path("dist/about.html")).unwrap().modified().unwrap();
    place.write("dist/index.html", "another length");
    assert_eq!(counts_of_right_compile(&place), (1, FILES - 1), "another length");
    place.write("dist/new.html", "new");
    fs::remove_file(place.path("dist/404.html")).unwrap();
    settle();
    assert_eq!(counts_of_right_compile(&place), (2, FILES - 2), "one is new, one had just been written");
    set_modified(&place.path("dist/about.html"), old - Duration::from_secs(5));
    settle();
    assert_eq!(counts_of_right_compile(&place), (1, FILES - 1), "another time");
    fs::rename(place.path("dist/style.css"), place.path("dist/print.css")).unwrap();
    fs::rename(place.path("dist/docs"), place.path("dist/manual")).unwrap();
    settle();
    assert_eq!(counts_of_right_compile(&place), (4, FILES - 4), "other names");
    assert_eq!(counts_of_right_compile(&place), (0, FILES));
}

#[cfg(unix)]
#[test]
fn content_of_the_same_length_is_noticed_although_the_time_was_set_back() {
    let place = cached();
    let path = place.path("dist/about.html");
    let old = fs::metadata(&path).unwrap().modified().unwrap();
    place.write("dist/about.html", "ABOUT");
    set_modified(&path, old);
    assert_eq!(counts_of_right_compile(&place), (1, FILES - 1));
}

#[cfg(unix)]
#[test]
fn files_that_change_places_are_noticed() {
    let place = Place::site();
    place.write("dist/a.html", "first!");
    place.write("dist/b.html", "second");
    let time = SystemTime::now() - Duration::from_secs(1000);
    for path in ["dist/a.html", "dist/b.html"] {
        set_modified(&place.path(path), time);
    }
    settle();
    compiled(&place, &[]);
    for (from, to) in [("a", "c"), ("b", "a"), ("c", "b")] {
        let [from, to] = [from, to].map(|name| place.path(&format!("dist/{name}.html")));
        fs::rename(from, to).unwrap();
    }
    assert_eq!(counts_of_right_compile(&place), (2, FILES));
}

#[test]
fn a_file_that_may_have_been_written_a_moment_ago_is_hashed_every_time() {
    let place = Place::site();
    settle();
    // As if it were written in this very tick of the clock, however long the test takes.
    set_modified(&place.path("dist/about.html"), SystemTime::now() + Duration::from_secs(3600));
    compiled(&place, &[]);
    assert_eq!(counts_of_right_compile(&place), (1, FILES - 1));
    assert_eq!(counts_of_right_compile(&place), (1, FILES - 1));
}

#[test]
fn a_link_to_another_file_is_noticed() {
    #[cfg(unix)]
    {
        let place = Place::site();
        let link = place.path("dist/link.html");
        std::os::unix::fs::symlink("about.html", &link).unwrap();
        settle();
        compiled(&place, &[]);
        fs::remove_file(&link).unwrap();
        std::os::unix::fs::symlink("index.html", &link).unwrap();
        assert_eq!(counts_of_right_compile(&place), (1, FILES));
    }
}

// -- Caches that can't be used -----------------------------------------------------------------------------------------

#[test]
fn a_broken_cache_is_ignored_with_a_note_and_replaced() {
    let place = cached();
    let (good, manifest) = (place.read(CACHE), place.read("dist.trailmark"));
    let changed = |at: usize| {
        let mut bytes = good.clone();
        bytes[at] ^= 1;
        bytes
    };
    let mut broken: Vec<(Vec<u8>, &str)> = vec![
        (Vec::new(), "is damaged"),
        (good[..10].to_vec(), "is damaged"),
        (good[..good.len() - 1].to_vec(), "is damaged"),
        ([good.as_slice(), b"more"].concat(), "is damaged"),
        (b"{ \"name\": \"something else\" }".to_vec(), "is no hash cache"),
        (vec![0; 100_000], "is no hash cache"),
        (good[..KIND_LEN + 8].to_vec(), "is damaged"),
        (changed(KIND_LEN - 2), "was written by another version"),
    ];
    broken.extend([0, KIND_LEN / 2].map(|at| (changed(at), "is no hash cache")));
    broken.extend(
        [KIND_LEN, KIND_LEN + 8, good.len() / 2, good.len() - 1].map(|at| (changed(at), "is damaged")),
    );
    for (bytes, problem) in broken {
        fs::write(place.path(CACHE), &bytes).unwrap();
        let run =
            run(&place, &[]).says(&["warning: the hash cache", CACHE, problem, "every file was hashed"]);
        let summary = run.json();
        assert!(summary["cache_note"].as_str().unwrap().contains(problem));
        assert_eq!(counts(&summary), (FILES, 0), "{problem}");
        assert!(place.read("dist.trailmark") == manifest);
        assert!(place.read(CACHE) == good, "it is replaced by a good one");
    }
    fs::remove_file(place.path(CACHE)).unwrap();
    let silent = run(&place, &[]);
    assert!(!silent.stderr.contains("cache") && silent.json()["cache_note"].is_null(), "{silent:?}");
}

#[test]
fn strict_does_not_fail_because_of_a_broken_cache() {
    let place = Place::with(&[("dist/index.html", "home")]);
    fs::write(place.path(CACHE), "broken").unwrap();
    run(&place, &["--strict"]).says(&["is no hash cache"]);
}

#[test]
fn a_cache_whose_lengths_lie_is_damaged_and_costs_nothing() {
    let place = cached();
    let good = place.read(CACHE);
    // The body begins with 32 bytes of identity; then comes the length of the names.
    for len in [[0xfc, 0xff, 0xff, 0xff, 0x7f], [0xfd, 0xff, 0xff, 0xff, 0xff]] {
        let body = [&good[KIND_LEN + 8..KIND_LEN + 8 + 32], &len, &[0xff; 60]].concat();
        fs::write(place.path(CACHE), sealed(&good, &body)).unwrap();
        run(&place, &[]).says(&["is damaged"]);
    }
    let file = fs::File::create(place.path(CACHE)).unwrap();
    file.set_len(1 << 40).unwrap();
    run(&place, &[]).says(&["is no hash cache"]);
    let mut huge = good.clone();
    huge.truncate(KIND_LEN + 8);
    fs::write(place.path(CACHE), &huge).unwrap();
    fs::File::options().write(true).open(place.path(CACHE)).unwrap().set_len(1 << 40).unwrap();
    run(&place, &[]).says(&["is damaged"]);
}

/// A cache with this body, and the checksum that it should have.
fn sealed(good: &[u8], body: &[u8]) -> Vec<u8> {
    [&good[..KIND_LEN], &checksum(body).to_le_bytes(), body].concat()
}

#[test]
fn the_cache_of_another_folder_is_ignored() {
    let place = cached();
    for (path, content) in [("index.html", "other"), ("about.html", "pages")] {
        place.write(&format!("elsewhere/{path}"), content);
    }
    let arguments = ["compile", "elsewhere", "--cache", CACHE, "--format", "json"];
    let run = place.run(arguments).exits(0).says(&["belongs to another folder"]);
    assert_eq!(counts(&run.json()), (2, 0));
}

#[test]
fn a_cache_that_lies_is_found_out_by_verify_and_by_no_cache() {
    let place = cached();
    let good = place.read(CACHE);
    let mut body = good[KIND_LEN + 8..].to_vec();
    *body.last_mut().unwrap() ^= 1;
    fs::write(place.path(CACHE), sealed(&good, &body)).unwrap();
    assert_eq!(counts(&compiled(&place, &[])), (0, FILES));
    place.run(["verify", "dist.trailmark", "--dist", "dist"]).exits(1).prints(&["changed", "/style.css"]);
    compiled(&place, &["--no-cache"]);
    place.run(["verify", "dist.trailmark", "--dist", "dist"]).exits(0);
}

// -- Where it is kept --------------------------------------------------------------------------------------------------

#[test]
fn no_cache_neither_reads_nor_writes_one() {
    let place = Place::site();
    compiled(&place, &["--no-cache"]);
    assert_eq!(place.names(), ["dist", "dist.trailmark"]);
    fs::write(place.path(CACHE), "whatever").unwrap();
    let run = run(&place, &["--no-cache"]);
    assert!(!run.stderr.contains("cache"), "{run:?}");
    assert_eq!(place.read(CACHE), b"whatever");
    place.run(["compile", "dist", "--no-cache", "--cache", "x"]).exits(2);
}

#[test]
fn the_cache_can_be_kept_anywhere_but_in_the_site() {
    let place = Place::site();
    compiled(&place, &["--cache", "hashes"]);
    compiled(&place, &["--cache", "-o", "out.trailmark"]);
    assert_eq!(place.names(), ["dist", "dist.trailmark", "hashes", "out.trailmark", "out.trailmark.cache"]);
    let inside = ["compile", "dist", "--cache", "dist/hashes"];
    place.run(inside).fails(&["dist/hashes lies inside the site", "choose a place outside"]);
    place.run(["compile", "--cache", "dist"]).fails(&["is a directory", "--cache FILE"]);
    assert!(!place.path("dist/hashes").exists());
}

#[test]
fn a_manifest_that_has_no_place_has_no_cache_beside_it() {
    let place = Place::site();
    let run = place.run(["compile", "dist", "-o", "-"]).exits(0);
    assert!(!run.bytes.is_empty());
    assert_eq!(place.names(), ["dist"]);
    #[cfg(unix)]
    {
        place.run(["compile", "dist", "-o", "/dev/null"]).exits(0);
        assert!(!Path::new("/dev/null.cache").exists());
    }
}

#[test]
fn a_cache_that_cannot_be_written_is_a_warning() {
    let place = Place::site();
    let run = run(&place, &["--cache", "nowhere/hashes"])
        .says(&["warning: the hash cache nowhere/hashes can't be written"]);
    assert_eq!(counts(&run.json()), (FILES, 0));
    place.run(["verify", "dist.trailmark", "--dist", "dist"]).exits(0);
}

#[test]
fn a_compile_that_fails_leaves_the_cache_as_it_was() {
    let place = cached();
    let good = place.read(CACHE);
    place.write("dist/about.html", "changed");
    place.write("dist/_redirects", "/a\n");
    place.run(["compile", "dist", "--strict"]).exits(2);
    assert!(place.read(CACHE) == good);
}

#[test]
fn compiles_at_once_leave_one_whole_cache() {
    let place = Place::site();
    settle();
    let mut children: Vec<_> =
        (0..6).map(|_| place.command(["compile", "dist", "--quiet"]).spawn().unwrap()).collect();
    for child in &mut children {
        assert!(child.wait().unwrap().success());
    }
    assert_eq!(place.names(), ["dist", "dist.trailmark", CACHE]);
    assert_eq!(counts_of_right_compile(&place), (0, FILES));
}

#[test]
fn the_library_keeps_no_cache_unless_told_where() {
    let place = Place::site();
    let dist = place.path("dist");
    let without = compile(&dist, &CompileOptions::default(), &()).unwrap();
    assert!(without.cache.is_none());
    let options = CompileOptions { cache: Some(place.path("hashes")), ..CompileOptions::default() };
    let with = compile(&dist, &options, &()).unwrap();
    assert!(with.bytes == without.bytes);
    assert_eq!(place.names(), ["dist"], "compiling alone writes nothing");
    with.cache.unwrap().write().unwrap();
    assert_eq!(place.names(), ["dist", "hashes"]);
}
