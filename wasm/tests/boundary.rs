//! The boundary as JavaScript uses it: texts go in and come out, and nothing that is wrong ends the instance.

use std::collections::BTreeMap;

use trailmark_compiler::options::NotFoundHandling;
use trailmark_compiler::{AssetFile, RoutingOptions, SiteRules, manifest_with_rules};
use trailmark_wasm::{Boundary, Failure, Handle};

fn manifest(paths: &[&str]) -> Vec<u8> {
    let files =
        paths.iter().map(|path| AssetFile { site_path: (*path).to_owned(), size: 7, fingerprint: [9; 32] });
    let options =
        RoutingOptions { not_found_handling: NotFoundHandling::Page404, ..RoutingOptions::default() };
    manifest_with_rules(files.collect(), options, &SiteRules::default()).unwrap()
}

fn opened(boundary: &mut Boundary, bytes: &[u8]) -> Option<Handle> {
    boundary.room(bytes.len()).unwrap().copy_from_slice(bytes);
    boundary.open()
}

/// The fields of the answer to a request in the form of `wire`.
fn ask(boundary: &mut Boundary, handle: Handle, request: &str) -> Result<Vec<String>, Failure> {
    boundary.input(request.len()).unwrap()[..request.len()].copy_from_slice(request.as_bytes());
    boundary.answer(handle, request.len())?;
    let text = std::str::from_utf8(boundary.output()).unwrap();
    Ok(text.split('\0').map(str::to_owned).collect())
}

fn headers(fields: &[String]) -> BTreeMap<&str, &str> {
    fields[4..].chunks(2).map(|pair| (pair[0].as_str(), pair[1].as_str())).collect()
}

#[test]
fn pages_redirects_and_misses_are_answered() {
    let mut boundary = Boundary::new();
    let handle = opened(&mut boundary, &manifest(&["/about.html", "/404.html"])).unwrap();
    let page = ask(&mut boundary, handle, "@GET\0\0/about").unwrap();
    assert_eq!(page[..4], ["200", "auto-trailing-slash/page", "7", "/about.html"]);
    let etag = headers(&page)["etag"].to_owned();
    let redirect = ask(&mut boundary, handle, "@GET\0\0https://h.example/about/?x=1").unwrap();
    assert_eq!(
        (redirect[0].as_str(), redirect[3].as_str(), headers(&redirect)["location"]),
        ("307", "", "/about?x=1")
    );
    let miss = ask(&mut boundary, handle, "@GET\0\0/nope/caf\u{e9}").unwrap();
    assert_eq!((miss[0].as_str(), miss[3].as_str()), ("404", "/404.html"));
    let current = ask(&mut boundary, handle, &format!("AGET\0\0{etag}\0/about")).unwrap();
    assert_eq!(current[0], "304");
    assert_eq!(ask(&mut boundary, handle, "@POST\0\0/about").unwrap()[0], "405");
}

#[test]
fn handle_that_was_closed_is_refused_and_its_place_serves_another_manifest() {
    let mut boundary = Boundary::new();
    let (one, two) = (manifest(&["/one.html"]), manifest(&["/two.html"]));
    let first = opened(&mut boundary, &one).unwrap();
    assert!(boundary.close(first));
    let second = opened(&mut boundary, &two).unwrap();
    assert_eq!(ask(&mut boundary, first, "@GET\0\0/two"), Err(Failure::Handle));
    assert_eq!(ask(&mut boundary, second, "@GET\0\0/two").unwrap()[0], "200");
    assert!(!boundary.close(first) && boundary.open_count() == 1);
}

#[test]
fn what_is_no_manifest_is_refused_with_code_and_remedy() {
    let mut boundary = Boundary::new();
    let whole = manifest(&["/a.html"]);
    let mut other_version = whole.clone();
    other_version[8] ^= 0x40;
    let cut = &whole[..whole.len() - 1];
    let longer = [&whole[..], b"x"].concat();
    for (bytes, code, remedy) in [
        (&b"<!doctype html>"[..], "not-a-manifest", "not a manifest"),
        (b"", "not-a-manifest", "empty"),
        (cut, "cut-off", "copy it again"),
        (&longer, "damaged", "compile again"),
        (&other_version, "version", "compile the site again"),
    ] {
        assert_eq!(opened(&mut boundary, bytes), None);
        let said = std::str::from_utf8(boundary.output()).unwrap();
        let (found, message) = said.split_once('\0').unwrap();
        assert_eq!(found, code, "{message}");
        assert!(message.contains(remedy), "{message}");
    }
    assert_eq!(boundary.open(), None, "without any bytes");
    assert_eq!(boundary.open_count(), 0);
}

#[test]
fn texts_that_are_no_requests_are_failures() {
    let mut boundary = Boundary::new();
    let handle = opened(&mut boundary, &manifest(&["/a.html"])).unwrap();
    let long = format!("@GET\0\0/{}", "a".repeat(16 * 1024));
    for (request, failure) in [
        ("", Failure::Form),
        ("@GET", Failure::Form),
        ("AGET\0\0/a", Failure::Form),
        ("@GET\0\0about", Failure::NotAPath),
        ("@GET\0\0*", Failure::NotAPath),
        ("@GET\0\0ftp://h/", Failure::Scheme),
        ("@GET\0\0http:///a", Failure::NoHost),
        (&long, Failure::TooLong),
    ] {
        assert_eq!(ask(&mut boundary, handle, request), Err(failure), "{request:?}");
    }
    let longer_than_the_input = boundary.input(0).unwrap().len() + 1;
    assert_eq!(boundary.answer(handle, longer_than_the_input), Err(Failure::Form));
    assert_eq!(ask(&mut boundary, handle, "@GET\0\0/a").unwrap()[0], "200");
}

#[test]
fn no_bytes_of_a_manifest_and_no_text_of_a_request_end_the_instance() {
    let mut boundary = Boundary::new();
    let whole = manifest(&["/about.html", "/docs/index.html", "/404.html"]);
    for at in 0..whole.len() {
        let mut damaged = whole.clone();
        damaged[at] ^= 0xA5;
        if let Some(handle) = opened(&mut boundary, &damaged) {
            for request in [
                "@GET\0\0/about",
                "@GET\0\0/docs/",
                "@GET\0\0/x",
                "`GET\0\0/docs/index.html",
                "\u{7f}a\0b\0c\0d\0e\0f",
            ] {
                let _ = ask(&mut boundary, handle, request);
            }
            assert!(boundary.close(handle));
        }
    }
    assert_eq!(boundary.open_count(), 0);
}
