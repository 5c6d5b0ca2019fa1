//! Help teaches, and says how a command ends.

use crate::cli::support::Place;

const COMMANDS: [&str; 14] = [
    "compile", "resolve", "explain", "hosts", "inspect", "verify", "diff", "replay", "bench", "codegen",
    "audit", "fix", "report", "serve",
];

#[test]
fn every_command_has_a_paragraph_examples_and_its_exit_status() {
    let place = Place::with(&[]);
    let overview = place.run(["--help"]).exits(0);
    for command in COMMANDS {
        assert!(overview.stdout.contains(&format!("  {command}")), "{}", overview.stdout);
        let help = place.run([command, "--help"]).exits(0).stdout;
        assert!(help.matches(&format!("trailmark {command} ")).count() >= 3, "{help}");
        let paragraph = help.split("\n\n").nth(1).unwrap();
        assert!(paragraph.split_whitespace().count() > 15, "{paragraph}");
        for part in ["Examples:", "Exit status:\n  0", "\n  2 "] {
            assert!(help.contains(part), "{part:?} is not in {help}");
        }
    }
}

#[test]
fn wrong_usage_cannot_run() {
    let place = Place::with(&[]);
    place.run::<&str>([]).exits(2);
    place.run(["frobnicate"]).fails(&["frobnicate"]);
    place.run(["resolve", "x.trailmark"]).fails(&["<URL>"]);
    place.run(["resolve", "x", "/", "--requests", "-"]).fails(&["--requests"]);
    place.run(["compile", "--html-handling", "auto", "dist"]).fails(&["auto-trailing-slash", "none"]);
    place.run(["compile", "--threads", "0", "dist"]).fails(&["0"]);
    place.run(["inspect", "x", "--routes", "--assets"]).fails(&["--assets"]);
    place.run(["explain", "x", "/", "--header", "nothing"]).fails(&["Name: value"]);
}

#[test]
fn version_is_printed() {
    let run = Place::with(&[]).run(["--version"]).exits(0);
    assert_eq!(run.stdout, format!("trailmark {}\n", env!("CARGO_PKG_VERSION")));
}
