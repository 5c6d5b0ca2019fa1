//! Pipes, terminals and hostile names.

use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};

use crate::cli::support::{Place, Run, binary, finish};

#[test]
fn reader_that_goes_away_is_no_error() {
    let place = Place::compiled(&[]);
    let requests: String = (0..200_000).map(|number| format!("{{\"url\": \"/{number}\"}}\n")).collect();
    place.write("requests", &requests);
    let commands: [&[&str]; 2] = [
        &["resolve", "dist.trailmark", "--requests", "requests"],
        &["resolve", "dist.trailmark", "--requests", "requests", "--format", "text"],
    ];
    for command in commands {
        let mut child = place.command(command).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let mut first = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut first).unwrap();
        let output = child.wait_with_output().unwrap();
        assert!(!first.is_empty());
        assert_eq!((output.status.code(), String::from_utf8_lossy(&output.stderr).as_ref()), (Some(0), ""));
    }
}

#[cfg(target_os = "linux")]
#[test]
fn output_that_is_full_is_an_error() {
    let place = Place::compiled(&[]);
    let full = || std::fs::OpenOptions::new().write(true).open("/dev/full").unwrap();
    let commands: [&[&str]; 4] = [
        &["resolve", "dist.trailmark", "/"],
        &["explain", "dist.trailmark", "/"],
        &["inspect", "dist.trailmark"],
        &["compile", "dist", "-o", "-"],
    ];
    for command in commands {
        let output = place.command(command).stdout(full()).stderr(Stdio::piped()).output().unwrap();
        let message = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(2), "{message}");
        assert!(message.contains("cannot write to standard output"), "{message}");
    }
}

#[test]
fn pipes_get_no_colours_unless_asked_for() {
    let place = Place::compiled(&[]);
    for command in
        [&["explain", "dist.trailmark", "/about/"][..], &["inspect", "dist.trailmark"], &["compile", "dist"]]
    {
        let run = place.run(command).exits(0);
        assert!(!run.stdout.contains('\u{1b}') && !run.stderr.contains('\u{1b}'), "{run:#?}");
        let run = place.run(command.iter().chain(&["--color", "always"])).exits(0);
        assert!(run.stdout.contains("\u{1b}["), "{run:#?}");
    }
    let run = place.run(["compile", "nowhere", "--color", "always"]).exits(2);
    assert!(run.stderr.contains("\u{1b}["));
}

/// Runs the command on a terminal; `None`, with the reason, where there is no tool for it.
fn on_terminal(place: &Place, line: &str, environment: &[(&str, &str)]) -> Option<Run> {
    let mut command = Command::new("script");
    command.args(["-qec", &format!("'{}' {line}", binary().display()), "/dev/null"]);
    place.prepare(&mut command);
    command.env("TERM", "xterm").envs(environment.iter().copied());
    if !cfg!(target_os = "linux") || Command::new("script").arg("--version").output().is_err() {
        println!("left out: `script` (util-linux) is not there, so there is no terminal to test on");
        return None;
    }
    Some(finish(&mut command, b""))
}

#[test]
fn terminals_get_colours_unless_no_color_is_set() {
    let place = Place::compiled(&[]);
    let line = "explain dist.trailmark /about/";
    let Some(run) = on_terminal(&place, line, &[]) else { return };
    assert!(run.exits(0).stdout.contains("\u{1b}["));
    let run = on_terminal(&place, line, &[("NO_COLOR", "1")]).unwrap();
    assert!(!run.exits(0).stdout.contains("\u{1b}["));
}

#[test]
fn terminals_get_no_manifest() {
    let place = Place::site();
    let Some(run) = on_terminal(&place, "compile dist -o -", &[]) else { return };
    run.exits(2).prints(&["the manifest is no text"]);
}

#[test]
fn terminals_see_progress_and_pipes_do_not() {
    let place = Place::site();
    let Some(run) = on_terminal(&place, "compile dist", &[]) else { return };
    let quiet = on_terminal(&place, "compile dist --quiet", &[]).unwrap();
    assert!(run.exits(0).stdout.contains("dist -> dist.trailmark"));
    assert_eq!(quiet.exits(0).stdout, "");
}

/// No run may print a control character other than line feeds, nor a mark that turns text round.
#[track_caller]
fn is_clean(run: &Run) {
    for text in [&run.stdout, &run.stderr] {
        let hostile = |c: char| {
            (c.is_control() && c != '\n')
                || matches!(c, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
        };
        assert!(!text.contains(hostile), "{text:?}");
    }
}

#[cfg(unix)]
#[test]
fn names_of_files_cannot_steer_the_terminal() {
    let place = Place::with(&[
        ("d\u{1b}[2Jist/a\u{1b}]0;x\u{7}.html", "x"),
        ("d\u{1b}[2Jist/b\u{9b}31m/404.html", "y"),
        ("d\u{1b}[2Jist/\u{202e}lmth.evil", "z"),
        ("d\u{1b}[2Jist/\u{61c}\u{200f}\u{2067}marks", "z"),
        ("d\u{1b}[2Jist/line\nbreak.html", "z"),
        ("d\u{1b}[2Jist/_redirects", "/a\u{1b}[2J /b\u{202e}c 999\n/\u{200f}x\u{7} y\u{1b}]0;z\n"),
        ("d\u{1b}[2Jist/_headers", "/a\u{1b}c\n  X-\u{1b}[2J\u{2067}: v\n  no colon \u{1b}[2J\n"),
    ]);
    let (dist, manifest) = ("d\u{1b}[2Jist", "m\u{1b}c.trailmark");
    std::os::unix::fs::symlink("/nowhere", place.path(dist).join("l\u{1b}k")).unwrap();
    let run = place.run(["compile", dist, "-o", manifest]).exits(0);
    assert!(run.stdout.contains("\\u{1b}[2J"), "{run:#?}");
    is_clean(&run);
    is_clean(&place.run(["compile", dist, "-o", manifest, "--strict"]).exits(2));
    for format in ["text", "json"] {
        is_clean(&place.run(["inspect", manifest, "--routes", "--format", format]).exits(0));
        is_clean(&place.run(["inspect", manifest, "--assets", "--format", format]).exits(0));
        is_clean(&place.run(["inspect", manifest, "--format", format]).exits(0));
        let urls = ["/a%1B]0;x%07", "/\u{1b}[31m\u{202e}", "/b%C2%9B31m/x"];
        for command in ["resolve", "explain"] {
            is_clean(&place.run([command, manifest, "--format", format].iter().chain(&urls)).exits(0));
            is_clean(&place.run([command, dist, "--format", format].iter().chain(&urls)).exits(0));
        }
        place.write(&format!("{dist}/n\u{1b}w.html"), "new");
        is_clean(&place.run(["verify", manifest, "--dist", dist, "--format", format]).exits(1));
    }
    let bench = ["bench", manifest, "--seconds", "0.002", "--count", "50", "--threads", "0"];
    is_clean(&place.run(bench).exits(0));
    let requests = b"/a\x1b[2J\n\xe2\x80\xaex\nnot a \x1b[2J request\n{\"url\": \"\x1b[2J\n";
    for command in [
        &["resolve", manifest, "--requests", "-", "--format", "text"][..],
        &bench,
        &["resolve", manifest, "--requests", "-"],
    ] {
        let command = command
            .iter()
            .copied()
            .chain((command[0] == "bench").then_some(["--requests", "-"]).into_iter().flatten());
        is_clean(&place.run_with(command, requests));
    }
    for command in ["verify", "inspect", "explain", "bench"] {
        let url = (command == "explain").then_some("/");
        is_clean(&place.run([command, "no\u{1b}[2J"].into_iter().chain(url)).exits(2));
    }
    is_clean(&place.run(["resolve", "no\u{1b}[2J", "/"]).exits(2));
    is_clean(&place.run(["compile", dist, "b\u{1b}[2J"]).exits(2));
    is_clean(&place.run(["compile", "--platform", "\u{1b}[2J", dist]).exits(2));
}

#[test]
fn locations_of_pages_cannot_steer_the_terminal() {
    let place = Place::compiled(&["--platform", "pages"]);
    // Pages sends decoded paths in `Location`.
    let run = place.run(["resolve", "dist.trailmark", "/%1B[2J/index"]).exits(0);
    assert!(run.stdout.contains("-> /\\u{1b}[2J/"), "{run:#?}");
    is_clean(&run);
    is_clean(&place.run(["explain", "dist.trailmark", "/%1B[2J/index"]).exits(0));
}
