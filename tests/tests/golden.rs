//! Manifests of this format version, committed with a readable dump: they must open and say the same for ever.
//!
//! `TRAILMARK_BLESS=1 cargo test -p trailmark-tests --test all golden` writes them anew; that belongs into a commit that raises
//! the format version. Files of older versions stay, to be refused with a message that helps.

use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf};

use trailmark::format::{self, header};
use trailmark::{Manifest, OpenError, Request, RequestPath, RouteEffect, Scratch};
use trailmark_tests::mutate::{BASE_TARGETS, HOST_TARGETS, SAMPLE_TARGETS, reseal, sample_manifests};

/// What the sample manifests are called.
const NAMES: [&str; 6] = ["workers", "pages", "base", "vercel", "nginx", "netlify"];

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("golden")
}

fn path_of(platform: &str, extension: &str) -> PathBuf {
    folder().join(format!("v{}-{platform}.{extension}", format::VERSION))
}

/// All that a manifest says, readable.
fn dump(manifest: &Manifest<'_>) -> String {
    let mut out = String::new();
    let version = manifest.format_version();
    writeln!(out, "version {version}, {:?}, {} bytes\n\nsections", manifest.platform(), manifest.len())
        .unwrap();
    for (name, offset, len) in manifest.sections() {
        writeln!(out, "  {name}: {len} bytes at {offset}").unwrap();
    }
    if let Some(host) = manifest.host() {
        writeln!(out, "\nhost\n  {host}").unwrap();
    }
    writeln!(out, "\nassets").unwrap();
    for asset in manifest.assets() {
        let canonical = asset.canonical_url().map_or("-".to_owned(), |url| url.to_string());
        let media_type = asset.media_type().unwrap_or("-");
        let path = asset.site_path();
        writeln!(
            out,
            "  {} {path} {} bytes {media_type} {} at {canonical}",
            asset.index(),
            asset.size(),
            asset.etag()
        )
        .unwrap();
    }
    writeln!(out, "\nroutes").unwrap();
    for route in manifest.routes() {
        let effect = match route.effect {
            RouteEffect::Serve(asset) => format!("serves {}", asset.site_path()),
            RouteEffect::Redirect(target) => format!("redirects to {target}"),
        };
        writeln!(out, "  {} {effect} ({})", route.path, manifest.rule_name(route.rule)).unwrap();
    }
    writeln!(out, "\nredirects").unwrap();
    for rule in manifest.redirect_rules() {
        writeln!(out, "  line {}: {} {} {}", rule.line, rule.from, rule.target(), rule.status).unwrap();
    }
    writeln!(out, "\nheaders").unwrap();
    for rule in manifest.header_rules() {
        let (removals, sets): (Vec<_>, Vec<_>) = (rule.removals().collect(), rule.sets().collect());
        writeln!(out, "  line {}: {} removes {removals:?} sets {sets:?}", rule.line, rule.path).unwrap();
    }
    writeln!(out, "\nrouter").unwrap();
    for (excludes, text) in manifest.router_rules() {
        writeln!(out, "  {}{text}", if excludes { "!" } else { "" }).unwrap();
    }
    writeln!(out, "\nanswers").unwrap();
    let mut scratch = Scratch::new();
    let below_base = BASE_TARGETS.into_iter().filter(|_| !manifest.base().is_empty());
    let on_host = HOST_TARGETS.into_iter().filter(|_| manifest.host().is_some());
    for target in SAMPLE_TARGETS.into_iter().chain(below_base).chain(on_host) {
        let request = RequestPath::parse(target, &mut scratch).unwrap();
        let answer = manifest.answer(&Request::get(request));
        writeln!(out, "  {target} {} ({})", answer.status, manifest.rule_name(answer.rule)).unwrap();
        for (name, value) in answer.headers() {
            writeln!(out, "    {name}: {value}").unwrap();
        }
    }
    out
}

#[test]
fn golden_manifests_open_and_say_what_they_always_said() {
    if std::env::var_os("TRAILMARK_BLESS").is_some() {
        bless();
    }
    let mut count = 0;
    for entry in fs::read_dir(folder()).unwrap() {
        let binary = entry.unwrap().path();
        if binary.extension().is_none_or(|extension| extension != "bin") {
            continue;
        }
        let bytes = fs::read(&binary).unwrap();
        let manifest =
            Manifest::open(&bytes).unwrap_or_else(|error| panic!("{}: {error}; {HINT}", binary.display()));
        assert_eq!(manifest.verify(), Ok(()));
        let expected = fs::read_to_string(binary.with_extension("txt")).unwrap();
        assert_eq!(dump(&manifest), expected, "{}: {HINT}", binary.display());
        count += 1;
    }
    // Those of now, and those from before the sections that every look-up reads stood first.
    assert!(count > 4, "{count} golden manifests");
}

fn bless() {
    for (platform, made_now) in NAMES.into_iter().zip(sample_manifests()) {
        fs::create_dir_all(folder()).unwrap();
        fs::write(path_of(platform, "bin"), &made_now).unwrap();
        fs::write(path_of(platform, "txt"), dump(&Manifest::open(&made_now).unwrap())).unwrap();
        let seeds = folder().join("../../fuzz/seeds/open");
        fs::create_dir_all(&seeds).unwrap();
        fs::write(seeds.join(platform), &made_now).unwrap();
    }
}

const HINT: &str = "if the format changed, raise its version, then TRAILMARK_BLESS=1 cargo test -p trailmark-tests --test all golden";

#[test]
fn the_compiler_still_writes_the_golden_manifests_byte_by_byte() {
    for (platform, made_now) in NAMES.into_iter().zip(sample_manifests()) {
        let bytes = fs::read(path_of(platform, "bin")).unwrap();
        assert!(bytes == made_now, "{platform}: the same input gives other bytes than before; {HINT}");
    }
}

#[test]
fn manifests_of_other_versions_are_refused_with_versions_and_remedy() {
    let bytes = fs::read(path_of("workers", "bin")).unwrap();
    for found in [0, format::VERSION + 1, u32::MAX] {
        let mut other = bytes.clone();
        other[header::VERSION..header::VERSION + 4].copy_from_slice(&found.to_le_bytes());
        reseal(&mut other);
        let error = Manifest::open(&other).map(|_| ()).unwrap_err();
        assert_eq!(error, OpenError::Version { found });
        let message = error.to_string();
        let versions = [found.to_string(), format::VERSION.to_string()];
        for part in [versions[0].as_str(), &versions[1], "compile the site again"] {
            assert!(message.contains(part), "{part:?} is not in {message:?}");
        }
    }
}

/// Whatever version wrote them, committed manifests are opened or refused by version, nothing else.
#[test]
fn golden_manifests_of_every_version_are_opened_or_refused_by_their_version() {
    for entry in fs::read_dir(folder()).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_some_and(|extension| extension == "bin") {
            match Manifest::open(&fs::read(&path).unwrap()) {
                Ok(manifest) => assert_eq!(manifest.verify(), Ok(()), "{}", path.display()),
                Err(error) => {
                    assert!(matches!(error, OpenError::Version { .. }), "{}: {error}", path.display())
                }
            }
        }
    }
}
