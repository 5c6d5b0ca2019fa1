//! Builds the command once, and runs it over small sites in folders of their own.

use std::ffi::OsStr;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::OnceLock;

use serde_json::Value;
use tempfile::TempDir;

/// The command, built as these tests were. Cargo builds no binaries of other packages for tests, and a fresh clone has
/// none lying about.
pub(crate) fn binary() -> &'static Path {
    static BINARY: OnceLock<PathBuf> = OnceLock::new();
    BINARY.get_or_init(build)
}

fn build() -> PathBuf {
    // .../target/debug/deps/all-0123456789abcdef
    let this = std::env::current_exe().unwrap();
    let profile_dir = this.parent().unwrap().parent().unwrap();
    let profile = match profile_dir.file_name().unwrap().to_str().unwrap() {
        "debug" => "dev",
        other => other,
    };
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let output = Command::new(cargo)
        .args(["build", "--package", "trailmark-cli", "--bin", "trailmark", "--profile", profile])
        .args(["--message-format=json-render-diagnostics", "--target-dir"])
        .arg(profile_dir.parent().unwrap())
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .stderr(Stdio::inherit())
        .output()
        .expect("cargo runs");
    assert!(output.status.success(), "the command does not build");
    let lines = output.stdout.split(|&b| b == b'\n').filter_map(|line| serde_json::from_slice(line).ok());
    let mut executable = lines.filter_map(|message: Value| {
        let is_ours = message["target"]["name"] == "trailmark" && message["target"]["kind"][0] == "bin";
        message["executable"].as_str().filter(|_| is_ours).map(PathBuf::from)
    });
    executable.next_back().expect("cargo names the command it built")
}

/// How a run ended.
pub(crate) struct Run {
    pub(crate) status: Option<i32>,
    pub(crate) bytes: Vec<u8>,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl std::fmt::Debug for Run {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Run { status, stdout, stderr, .. } = self;
        write!(f, "status {status:?}\nstdout:\n{stdout}\nstderr:\n{stderr}")
    }
}

impl Run {
    /// Checks the exit status.
    #[track_caller]
    pub(crate) fn exits(self, status: i32) -> Run {
        assert_eq!(self.status, Some(status), "{self:#?}");
        self
    }

    /// Checks that it could not run, said why once and on stderr, and put nothing on stdout.
    #[track_caller]
    pub(crate) fn fails(self, parts: &[&str]) -> Run {
        let run = self.exits(2).says(parts);
        assert_eq!(run.stdout, "");
        assert_eq!(run.stderr.matches("error: ").count(), 1, "{}", run.stderr);
        run
    }

    /// Checks that each part stands in a message.
    #[track_caller]
    pub(crate) fn says(self, parts: &[&str]) -> Run {
        parts.iter().for_each(|part| assert!(self.stderr.contains(part), "{part:?} is not in {self:#?}"));
        self
    }

    /// Checks that each part stands in the output.
    #[track_caller]
    pub(crate) fn prints(self, parts: &[&str]) -> Run {
        parts.iter().for_each(|part| assert!(self.stdout.contains(part), "{part:?} is not in {self:#?}"));
        self
    }

    /// The output as one JSON value.
    #[track_caller]
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.stdout).unwrap_or_else(|error| panic!("{error}: {self:#?}"))
    }

    /// The output as JSON lines.
    #[track_caller]
    pub(crate) fn json_lines(&self) -> Vec<Value> {
        let parse = |line| serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}"));
        self.stdout.lines().map(parse).collect()
    }
}

/// A folder of its own, in which the command is run.
#[derive(Debug)]
pub(crate) struct Place {
    dir: TempDir,
}

impl Place {
    /// A folder with these files.
    pub(crate) fn with(files: &[(&str, &str)]) -> Place {
        let place = Place { dir: tempfile::tempdir().unwrap() };
        files.iter().for_each(|(path, content)| place.write(path, content));
        place
    }

    /// A small site in `dist/`, without configuration.
    pub(crate) fn site() -> Place {
        Place::with(SITE)
    }

    /// The small site, compiled into `dist.trailmark`.
    pub(crate) fn compiled(options: &[&str]) -> Place {
        let place = Place::site();
        let arguments = ["compile", "dist", "--quiet"].iter().chain(options);
        place.run(arguments).exits(0);
        place
    }

    pub(crate) fn path(&self, path: &str) -> PathBuf {
        self.dir.path().join(path)
    }

    pub(crate) fn write(&self, path: &str, content: &str) {
        self.write_bytes(path, content.as_bytes());
    }

    pub(crate) fn write_bytes(&self, path: &str, content: &[u8]) {
        let path = self.path(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, content).unwrap();
    }

    pub(crate) fn read(&self, path: &str) -> Vec<u8> {
        std::fs::read(self.path(path)).unwrap()
    }

    /// The names in the folder, sorted.
    pub(crate) fn names(&self) -> Vec<String> {
        let entries = std::fs::read_dir(self.dir.path()).unwrap();
        let mut names: Vec<_> =
            entries.map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned()).collect();
        names.sort();
        names
    }

    /// The command with these arguments, to be run in this folder.
    pub(crate) fn command<A: AsRef<OsStr>>(&self, arguments: impl IntoIterator<Item = A>) -> Command {
        let mut command = Command::new(binary());
        command.args(arguments);
        self.prepare(&mut command);
        command
    }

    /// Makes any command run in this folder, and the same whatever the environment of the tests.
    pub(crate) fn prepare(&self, command: &mut Command) {
        command.current_dir(self.dir.path());
        for name in ["NO_COLOR", "CLICOLOR", "CLICOLOR_FORCE", "COLUMNS"] {
            command.env_remove(name);
        }
    }

    pub(crate) fn run<A: AsRef<OsStr>>(&self, arguments: impl IntoIterator<Item = A>) -> Run {
        self.run_with(arguments, b"")
    }

    /// Runs the command with something on stdin.
    pub(crate) fn run_with<A: AsRef<OsStr>>(
        &self,
        arguments: impl IntoIterator<Item = A>,
        input: &[u8],
    ) -> Run {
        finish(&mut self.command(arguments), input)
    }
}

/// Runs a command to its end.
pub(crate) fn finish(command: &mut Command, input: &[u8]) -> Run {
    let mut child =
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let mut stdin = child.stdin.take().unwrap();
    let output = std::thread::scope(|scope| {
        // A command that ends before it has read everything is no fault of the test.
        scope.spawn(move || drop(stdin.write_all(input)));
        child.wait_with_output().unwrap()
    });
    Run {
        status: output.status.code(),
        stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
        stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
        bytes: output.stdout,
    }
}

/// A small site: pages of both shapes, two not-found pages, names that need encoding.
const SITE: &[(&str, &str)] = &[
    ("dist/index.html", "home"),
    ("dist/about.html", "about"),
    ("dist/404.html", "not found"),
    ("dist/docs/index.html", "docs"),
    ("dist/docs/404.html", "no such page of the docs"),
    ("dist/docs/first steps.html", "first steps"),
    ("dist/fr/404/index.html", "introuvable"),
    ("dist/fr/légendes/index.html", "légendes"),
    ("dist/style.css", "body {}"),
];
