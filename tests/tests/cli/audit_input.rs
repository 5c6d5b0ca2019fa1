//! `trailmark audit` over what is no sound site: it says so, goes on, and ends.

use super::support::Place;

fn place() -> Place {
    Place::with(&[("dist/index.html", "<a href=/gone>")])
}

#[test]
fn bytes_that_are_no_text_are_read_all_the_same() {
    let place = place();
    place.write_bytes("dist/latin.html", b"<a href=/caf\xE9><a href='/\xFF\xFE'><p id=\xE9><a href=#\xE9>");
    place.write_bytes("dist/picture.html", b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR<a href=/no>");
    let run = place.run(["audit", "dist", "-q"]).exits(1);
    run.prints(&["/caf%EF%BF%BD", "unreadable", "NUL bytes", "picture.html"]);
}

#[test]
fn unfinished_and_huge_pages_end() {
    let place = place();
    place.write("dist/cut.html", "<a href='/cut");
    place.write("dist/open.html", "<script><a href=/no>");
    place.write("dist/line.html", &format!("{}<a href=/far>", "x".repeat(5 << 20)));
    place.write("dist/deep.html", &"<div><a href=/deeper>".repeat(200_000));
    place.write("dist/attributes.html", &format!("<a {} href=/many>", "x=y ".repeat(50_000)));
    place.write("dist/long.html", &format!("<a href='/{}'>", "y".repeat(20_000)));
    place.write("dist/dots.html", &format!("<a href='{}'>", "../".repeat(6_000)));
    let run = place.run(["audit", "dist", "-q", "--format", "text"]).exits(1);
    run.prints(&["/far", "line.html:1:5242889", "200,000 links", "/many", "server-error", "/deeper"]);
}

#[test]
fn broken_sitemaps_are_findings() {
    let place = place();
    place.write("dist/cut.xml", "<urlset><url><loc>/gone2</loc></url><url");
    place.write_bytes("dist/bad.xml.gz", b"\x1f\x8b\x08\0not gzip at all");
    place.write("dist/other.xml", "<svg><a href='/no'/></svg>");
    let run = place.run(["audit", "dist", "-q", "--fail-on", "unreadable"]).exits(1);
    run.prints(&["sitemap-not-found", "/gone2", "cut.xml", "it is no XML", "bad.xml.gz"]);
}

#[cfg(unix)]
#[test]
fn links_on_disk_and_pipes_are_not_followed_out_of_the_site() {
    use std::os::unix::fs::symlink;
    let place = place();
    place.write("secret.html", "<a href=/from-secret>");
    place.write("dist/real.html", "<a href=/gone>");
    symlink("real.html", place.path("dist/inside.html")).unwrap();
    symlink("nothing.html", place.path("dist/dangling.html")).unwrap();
    place.run(["compile", "dist", "-q"]).exits(0);
    let run = place.run(["audit", "dist", "-q", "--format", "json"]).exits(1).json();
    assert_eq!(run["pages"], 3, "the dangling link is no page");
    // After it was compiled, a page became a link that leaves the site, another a folder, another is gone.
    for name in ["real.html", "inside.html"] {
        std::fs::remove_file(place.path(&format!("dist/{name}"))).unwrap();
    }
    symlink("../secret.html", place.path("dist/real.html")).unwrap();
    std::fs::create_dir(place.path("dist/inside.html")).unwrap();
    let run = place.run(["audit", "dist.trailmark", "--dist", "dist", "-q"]).exits(1);
    let run = run.prints(&["leads out of the site's folder", "no regular file"]);
    assert!(!run.stdout.contains("from-secret"), "{}", run.stdout);
    std::fs::remove_file(place.path("dist/index.html")).unwrap();
    place
        .run(["audit", "dist.trailmark", "--dist", "dist", "-q"])
        .exits(0)
        .prints(&["could not be looked into"]);
}

#[test]
fn what_a_terminal_could_take_for_commands_is_escaped() {
    let place = place();
    place.write("dist/x.html", "<a href='/\u{1b}[31m\u{202e}'><a href='#\u{1b}[0m'>");
    for format in ["text", "json", "sarif", "github", "html"] {
        let run = place.run(["audit", "dist", "--format", format]).exits(1);
        assert!(!run.stdout.contains(['\u{1b}', '\u{202e}']), "{format}: {}", run.stdout);
    }
}

#[cfg(unix)]
#[test]
fn a_reader_that_goes_away_is_no_error() {
    let links: String = (0..20_000).map(|number| format!("<a href=/gone{number}>")).collect();
    let place = Place::with(&[("dist/index.html", &links)]);
    let binary = super::support::binary().display().to_string();
    let command = format!("{binary} audit dist --limit 0 -q | head -1");
    let output =
        std::process::Command::new("sh").arg("-c").arg(command).current_dir(place.path("")).output().unwrap();
    assert_eq!(String::from_utf8_lossy(&output.stderr), "");
}
