//! Finds and reads the configuration file of a site.
//!
//! Given: the folder of the build output and the working directory. Gives: the file wrangler would take,
//! parsed, or nothing if there is none. Several files are fine as long as they say the same: a difference
//! would make the answer depend on where the command is run.

use std::io::ErrorKind;
use std::path::{Component, Path, PathBuf};
use std::{fs, io};

use super::{ConfigError, Format, RunWorkerFirst, Wrangler, parse_env};

/// The names of a configuration file, in the order in which wrangler prefers them.
pub const FILE_NAMES: [&str; 3] = ["wrangler.json", "wrangler.jsonc", "wrangler.toml"];

/// A configuration file and what it says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// The file. `assets.directory` and the like are relative to its folder.
    pub path: PathBuf,
    /// Its content.
    pub config: Wrangler,
}

/// Finds the configuration of a site, without any environment: [`find_env`] with no name.
///
/// # Errors
///
/// Those of [`find_env`].
pub fn find(dist: &Path, working_dir: &Path) -> Result<Option<Found>, ConfigError> {
    find_env(dist, working_dir, None)
}

/// Finds the configuration of a site, as it stands for the environment `env`.
///
/// Given: the folder of the build output, absolute or relative to `working_dir`. The files named
/// [`FILE_NAMES`] in its parent folder and in `working_dir` are read. Gives: the one whose name comes first,
/// and of two with the same name the one beside `dist`; `None` if there is none.
///
/// Unlike wrangler, which walks up from the working directory and takes the first file, this looks at both
/// folders and wants their files to agree. A `.wrangler/deploy/config.json` that points to a generated
/// configuration is not followed.
///
/// # Errors
///
/// [`ConfigError::Read`] or [`ConfigError::InFile`] with the path of a file that cannot be read or used, and
/// [`ConfigError::Disagreement`] if two of the files differ in a value.
pub fn find_env(dist: &Path, working_dir: &Path, env: Option<&str>) -> Result<Option<Found>, ConfigError> {
    let folders = folders(dist, working_dir);
    let mut files = Vec::new();
    for name in FILE_NAMES {
        for folder in &folders {
            let path = folder.join(name);
            if is_file(&path)? {
                files.push(read(&path, env)?);
            }
        }
    }
    let mut files = files.into_iter();
    let Some(first) = files.next() else { return Ok(None) };
    for other in files {
        agree(&first, &other)?;
    }
    Ok(Some(first))
}

/// Reads one configuration file, whose name ends in `.json`, `.jsonc` or `.toml`, as it stands for `env`.
///
/// # Errors
///
/// [`ConfigError::UnknownFormat`] for another name, [`ConfigError::Read`] if the file is missing, not
/// readable or not UTF-8, and [`ConfigError::InFile`] around any error of [`parse_env`].
pub fn read(path: &Path, env: Option<&str>) -> Result<Found, ConfigError> {
    let Some(format) = Format::of_path(path) else {
        return Err(ConfigError::UnknownFormat { path: path.to_owned() });
    };
    let text =
        fs::read_to_string(path).map_err(|source| ConfigError::Read { path: path.to_owned(), source })?;
    match parse_env(&text, format, env) {
        Ok(config) => Ok(Found { path: path.to_owned(), config }),
        Err(source) => Err(ConfigError::InFile { path: path.to_owned(), source: Box::new(source) }),
    }
}

/// The folder beside `dist` and the working directory, once if they are the same.
fn folders(dist: &Path, working_dir: &Path) -> Vec<PathBuf> {
    let dist = working_dir.join(dist);
    let parent = match dist.file_name() {
        Some(_) => dist.parent().map(Path::to_owned),
        // `.` and `..` have no parent in writing, only on disk.
        None => fs::canonicalize(&dist).ok().and_then(|dist| dist.parent().map(Path::to_owned)),
    };
    let mut folders: Vec<_> = parent.into_iter().collect();
    if !folders.iter().any(|parent| same_folder(parent, working_dir)) {
        folders.push(working_dir.to_owned());
    }
    folders
}

fn same_folder(left: &Path, right: &Path) -> bool {
    let real = |path| fs::canonicalize(or_dot(path));
    left == right || matches!((real(left), real(right)), (Ok(left), Ok(right)) if left == right)
}

/// The path, with `.` for an empty one: both mean the process's own directory.
fn or_dot(path: &Path) -> &Path {
    if path.as_os_str().is_empty() { Path::new(".") } else { path }
}

/// Whether there is a file at `path`. A folder of that name does not count, as in wrangler.
fn is_file(path: &Path) -> Result<bool, ConfigError> {
    match fs::metadata(path) {
        Ok(metadata) => Ok(metadata.is_file()),
        Err(error) if is_absence(&error) => Ok(false),
        Err(source) => Err(ConfigError::Read { path: path.to_owned(), source }),
    }
}

fn is_absence(error: &io::Error) -> bool {
    matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory)
}

/// Refuses two files that differ in a value.
fn agree(first: &Found, second: &Found) -> Result<(), ConfigError> {
    let pairs = settings(first).into_iter().zip(settings(second));
    let difference = pairs.into_iter().find(|(left, right)| left.meaning != right.meaning);
    match difference {
        None => Ok(()),
        Some((left, right)) => Err(ConfigError::Disagreement {
            key: left.key,
            first: first.path.clone(),
            first_value: left.shown(),
            second: second.path.clone(),
            second_value: right.shown(),
        }),
    }
}

/// One value of a configuration, as written and as it is compared.
struct Setting {
    key: &'static str,
    written: Option<String>,
    meaning: Option<String>,
}

impl Setting {
    fn plain(key: &'static str, written: Option<String>) -> Self {
        Self { key, meaning: written.clone(), written }
    }

    /// A path, which means the same if it leads to the same place from the folder of its file.
    fn path(key: &'static str, written: Option<&String>, file: &Path) -> Self {
        let folder = or_dot(file.parent().unwrap_or(file));
        let folder = std::path::absolute(folder).unwrap_or_else(|_| folder.to_owned());
        let meaning = written.map(|path| normalize(&folder.join(path)).to_string_lossy().into_owned());
        Self { key, written: written.map(|path| format!("{path:?}")), meaning }
    }

    fn shown(self) -> String {
        self.written.unwrap_or_else(|| "not set".to_owned())
    }
}

/// Every value of a configuration, in the order in which differences are reported.
fn settings(found: &Found) -> [Setting; 10] {
    let Found { path, config } = found;
    [
        Setting::path("pages_build_output_dir", config.pages_build_output_dir.as_ref(), path),
        Setting::plain("assets", config.has_assets.then(|| "set".to_owned())),
        Setting::path("assets.directory", config.assets_directory.as_ref(), path),
        Setting::plain("assets.html_handling", config.html_handling.map(|value| value.to_string())),
        Setting::plain("assets.not_found_handling", config.not_found_handling.map(|value| value.to_string())),
        Setting::plain("assets.run_worker_first", config.run_worker_first.as_ref().map(show_worker_first)),
        Setting::plain("assets.binding", config.assets_binding.clone()),
        Setting::path("main", config.main.as_ref(), path),
        Setting::plain("compatibility_date", config.compatibility_date.clone()),
        Setting::plain("compatibility_flags", Some(format!("{:?}", config.compatibility_flags))),
    ]
}

fn show_worker_first(value: &RunWorkerFirst) -> String {
    match value {
        RunWorkerFirst::Bool(value) => value.to_string(),
        RunWorkerFirst::Rules(rules) => format!("{rules:?}"),
    }
}

/// The path without `.` and `..`, by its writing alone.
fn normalize(path: &Path) -> PathBuf {
    let mut normal = PathBuf::new();
    for component in path.components() {
        match component {
            Component::CurDir => {}
            Component::ParentDir => {
                normal.pop();
            }
            other => normal.push(other),
        }
    }
    normal
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A folder with the given files, as (path, content).
    fn tree(files: &[(&str, &str)]) -> tempfile::TempDir {
        let dir = tempfile::tempdir().unwrap();
        for (path, content) in files {
            let path = dir.path().join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, content).unwrap();
        }
        dir
    }

    const SPA_JSON: &str =
        r#"{"assets": {"directory": "./dist", "not_found_handling": "single-page-application"}}"#;
    const SPA_TOML: &str = "[assets]\ndirectory = 'dist/'\nnot_found_handling = 'single-page-application'\n";
    const PLAIN_JSON: &str = r#"{"assets": {"directory": "./dist"}}"#;

    #[test]
    fn site_without_a_configuration_has_none() {
        let dir = tree(&[("dist/index.html", "")]);
        assert_eq!(find(&dir.path().join("dist"), dir.path()).unwrap(), None);
        assert_eq!(find(Path::new("no/such/folder"), &dir.path().join("nor-this")).unwrap(), None);
    }

    #[test]
    fn configuration_is_found_beside_dist_and_in_the_working_directory() {
        let dir = tree(&[("site/dist/index.html", ""), ("site/wrangler.toml", SPA_TOML)]);
        let path = dir.path().join("site/wrangler.toml");
        let elsewhere = tree(&[]);
        let found = find(&dir.path().join("site/dist"), elsewhere.path()).unwrap().unwrap();
        assert_eq!(found.path, path);
        assert_eq!(found.config.assets_directory.as_deref(), Some("dist/"));
        assert_eq!(find(elsewhere.path(), &dir.path().join("site")).unwrap().unwrap().path, path);
        assert_eq!(find(Path::new("site/dist/"), dir.path()).unwrap().unwrap().path, path);
    }

    #[test]
    fn dot_as_dist_is_looked_beside_on_disk() {
        let dir = tree(&[("dist/index.html", ""), ("wrangler.json", SPA_JSON)]);
        let found = find(Path::new("."), &dir.path().join("dist")).unwrap().unwrap();
        assert_eq!(found.path.file_name().unwrap(), "wrangler.json");
    }

    #[test]
    fn files_that_agree_are_taken_in_the_order_of_wrangler() {
        let dir = tree(&[("wrangler.toml", SPA_TOML), ("wrangler.jsonc", SPA_JSON)]);
        let found = find(&dir.path().join("dist"), dir.path()).unwrap().unwrap();
        assert_eq!(found.path, dir.path().join("wrangler.jsonc"));
        fs::write(dir.path().join("wrangler.json"), SPA_JSON).unwrap();
        let found = find(&dir.path().join("dist"), dir.path()).unwrap().unwrap();
        assert_eq!(found.path, dir.path().join("wrangler.json"));
    }

    #[test]
    fn files_that_disagree_are_refused_with_both_values() {
        let dir = tree(&[("wrangler.toml", SPA_TOML), ("wrangler.json", PLAIN_JSON)]);
        match find(&dir.path().join("dist"), dir.path()).unwrap_err() {
            ConfigError::Disagreement { key, first, first_value, second, second_value } => {
                assert_eq!(key, "assets.not_found_handling");
                assert_eq!(first, dir.path().join("wrangler.json"));
                assert_eq!(second, dir.path().join("wrangler.toml"));
                assert_eq!(
                    (first_value.as_str(), second_value.as_str()),
                    ("not set", "single-page-application")
                );
            }
            other => panic!("unexpected {other:?}"),
        }
    }

    #[test]
    fn files_in_two_folders_mean_their_own_directories() {
        let inner = r#"{"assets": {"directory": "dist"}}"#;
        let dir = tree(&[("site/wrangler.json", inner), ("wrangler.json", inner)]);
        let error = find(Path::new("site/dist"), dir.path()).unwrap_err();
        assert!(matches!(error, ConfigError::Disagreement { key: "assets.directory", .. }), "{error}");
        fs::write(dir.path().join("wrangler.json"), r#"{"assets": {"directory": "./site/x/../dist"}}"#)
            .unwrap();
        let found = find(Path::new("site/dist"), dir.path()).unwrap().unwrap();
        assert_eq!(found.path, dir.path().join("site/wrangler.json"));
    }

    #[test]
    fn error_in_a_file_names_the_file() {
        let dir = tree(&[("wrangler.jsonc", "{")]);
        let error = find(&dir.path().join("dist"), dir.path()).unwrap_err();
        assert!(matches!(&error, ConfigError::InFile { path, .. } if path.ends_with("wrangler.jsonc")));
    }

    #[test]
    fn file_that_is_not_utf_8_is_refused_by_name() {
        let dir = tree(&[]);
        fs::write(dir.path().join("wrangler.toml"), [0xff, 0xfe, b'a', 0]).unwrap();
        let error = find(&dir.path().join("dist"), dir.path()).unwrap_err();
        assert!(matches!(&error, ConfigError::Read { path, .. } if path.ends_with("wrangler.toml")));
    }

    #[test]
    fn folder_named_like_a_configuration_is_ignored() {
        let dir = tree(&[("wrangler.json/x", ""), ("wrangler.toml", SPA_TOML)]);
        let found = find(&dir.path().join("dist"), dir.path()).unwrap().unwrap();
        assert_eq!(found.path, dir.path().join("wrangler.toml"));
    }

    #[test]
    fn environment_is_chosen_while_finding() {
        let dir = tree(&[("wrangler.json", r#"{"main": "a.js", "env": {"next": {"main": "b.js"}}}"#)]);
        let found = find_env(Path::new("dist"), dir.path(), Some("next")).unwrap().unwrap();
        assert_eq!(found.config.main.as_deref(), Some("b.js"));
        assert!(find_env(Path::new("dist"), dir.path(), Some("nxt")).is_err());
    }

    #[test]
    fn file_of_another_notation_is_refused() {
        let error = read(Path::new("wrangler.yaml"), None).unwrap_err();
        assert!(matches!(error, ConfigError::UnknownFormat { .. }));
    }
}
