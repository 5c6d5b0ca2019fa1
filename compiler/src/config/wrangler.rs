//! The site's own configuration: `wrangler.json`, `wrangler.jsonc` or `wrangler.toml`.
//!
//! Given: the text of such a file, and perhaps the name of one of its environments. Gives: the few values
//! that decide how requests are answered, as plain data, with warnings for keys that were probably meant to
//! be one of ours. What wrangler refuses is refused here too, with the place in the file. Only [`find()`],
//! [`find_env`] and [`read`] touch the disk.
//!
//! Source: the configuration reference of wrangler,
//! <https://developers.cloudflare.com/workers/wrangler/configuration/>, and where that says nothing, what
//! wrangler checks (workers-sdk: `workers-utils/src/config/validation.ts`, `validation-pages.ts`).

mod error;
mod find;
mod keys;
mod tree;

use std::path::Path;
use std::str::FromStr;

pub use self::error::{ConfigError, ConfigWarning};
pub use self::find::{FILE_NAMES, Found, find, find_env, read};
use self::keys::Scope;
use self::tree::{Member, Node, Object, Source, Value};
use super::run_worker_first::{RulesError, validate_rules};
use crate::options::{HtmlHandling, NotFoundHandling, Platform, UnknownSpelling};

/// The notation of a configuration file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Format {
    /// JSON with comments and trailing commas; wrangler reads `.json` files like this too.
    Jsonc,
    /// TOML.
    Toml,
}

impl Format {
    /// The notation that a file's extension stands for: `.json`, `.jsonc` or `.toml`, else `None`.
    pub fn of_path(path: &Path) -> Option<Self> {
        match path.extension()?.to_str()? {
            "json" | "jsonc" => Some(Self::Jsonc),
            "toml" => Some(Self::Toml),
            _ => None,
        }
    }
}

/// What a wrangler configuration says about how requests are answered. `None` is what the file leaves open;
/// the platform's defaults are not filled in.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Wrangler {
    /// `assets.directory`, as written: relative to the file's own folder.
    pub assets_directory: Option<String>,
    /// `assets.html_handling`.
    pub html_handling: Option<HtmlHandling>,
    /// `assets.not_found_handling`.
    pub not_found_handling: Option<NotFoundHandling>,
    /// `compatibility_date`: an existing date, as YYYY-MM-DD.
    pub compatibility_date: Option<String>,
    /// `compatibility_flags`, in their order; empty if the file has none.
    pub compatibility_flags: Vec<String>,
    /// `main`: the Worker script, as written. There is a Worker if this is set.
    pub main: Option<String>,
    /// `assets.run_worker_first`; a list has passed [`validate_rules`].
    pub run_worker_first: Option<RunWorkerFirst>,
    /// `assets.binding`: the name under which the Worker reaches the assets.
    pub assets_binding: Option<String>,
    /// Whether `assets` is there at all, be it empty.
    pub has_assets: bool,
    /// `pages_build_output_dir`, as written. It makes the project a Pages project.
    pub pages_build_output_dir: Option<String>,
    /// What is probably a mistake, in the order of the file.
    pub warnings: Vec<ConfigWarning>,
}

impl Wrangler {
    /// The platform the project is for: Pages if `pages_build_output_dir` is set, else Workers.
    pub fn platform(&self) -> Platform {
        match self.pages_build_output_dir {
            Some(_) => Platform::Pages,
            None => Platform::Workers,
        }
    }
}

/// `assets.run_worker_first`: which requests go to the Worker before the assets are asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RunWorkerFirst {
    /// All of them, or only those that no asset answers.
    Bool(bool),
    /// Those that the rules choose, as written. [`validate_rules`] splits them by their sign.
    Rules(Vec<String>),
}

/// Reads the top level of a configuration, without any environment. Cost: O(length of the text).
///
/// # Errors
///
/// Those of [`parse_env`], except for an unknown environment.
pub fn parse(text: &str, format: Format) -> Result<Wrangler, ConfigError> {
    parse_env(text, format, None)
}

/// Reads a configuration as it stands for an environment. Cost: O(length of the text).
///
/// Given: the whole text (a byte order mark is skipped), its notation, and the name of an entry of `env`; no
/// name, or an empty one, means the top level. `assets`, `compatibility_date`, `compatibility_flags` and
/// `main` each come from the environment if it has them, else from the top level; `assets` is replaced as a
/// whole.
///
/// # Errors
///
/// [`ConfigError`] with the place in the file: the text is not valid JSONC or TOML; a key of ours has the
/// wrong type or an unknown value; `run_worker_first` breaks a rule of the platform; a Pages project has
/// `assets` or `main`. An environment that the file does not have is an error too, except `production` and
/// `preview` in a Pages project, which always exist.
///
/// Source: <https://developers.cloudflare.com/workers/wrangler/configuration/#environments>.
pub fn parse_env(text: &str, format: Format, env: Option<&str>) -> Result<Wrangler, ConfigError> {
    let source = Source { text: text.strip_prefix('\u{feff}').unwrap_or(text), format };
    let root = tree::parse(&source)?;
    let mut warnings = Vec::new();
    keys::check(&source, &root, Scope::Top, "", &mut warnings);
    let top = Section::read(&source, &root, "", &mut warnings)?;
    let pages = located(&source, &root, "", "pages_build_output_dir", string)?;
    let section = match environment(&source, &root, env, pages.is_some())? {
        Some((name, object)) => {
            let prefix = format!("env.{name}.");
            keys::check(&source, object, Scope::Environment, &prefix, &mut warnings);
            Section::read(&source, object, &prefix, &mut warnings)?.or(top)
        }
        None => top,
    };
    section.refuse_beside_pages(&source, pages.as_ref())?;
    section.warn_without_worker(&source, &mut warnings);
    warnings.sort_by_key(ConfigWarning::at);
    Ok(section.into_wrangler(pages.map(|pages| pages.value), warnings))
}

/// The object of the environment asked for, with its name; `None` stands for the top level.
fn environment<'r>(
    source: &Source<'_>,
    root: &'r Object,
    env: Option<&str>,
    pages: bool,
) -> Result<Option<(&'r str, &'r Object)>, ConfigError> {
    let environments = root.get("env").map(|member| object(source, "env", &member.node)).transpose()?;
    let Some(name) = env.filter(|name| !name.is_empty()) else { return Ok(None) };
    match environments.and_then(|all| all.get(name)) {
        Some(member) => Ok(Some((&member.key, object(source, &format!("env.{name}"), &member.node)?))),
        None if pages && matches!(name, "production" | "preview") => Ok(None),
        None => Err(ConfigError::UnknownEnvironment {
            name: name.to_owned(),
            existing: environments
                .map(|all| all.members.iter().map(|member| member.key.clone()).collect())
                .unwrap_or_default(),
        }),
    }
}

/// A value with its key, as written in full, and the offset of the key.
struct Located<T> {
    key: String,
    offset: usize,
    value: T,
}

/// The keys that the top level and an environment share.
struct Section {
    assets: Option<Located<Assets>>,
    compatibility_date: Option<String>,
    compatibility_flags: Option<Vec<String>>,
    main: Option<Located<String>>,
}

/// The keys of `assets`.
struct Assets {
    directory: Option<String>,
    html_handling: Option<HtmlHandling>,
    not_found_handling: Option<NotFoundHandling>,
    run_worker_first: Option<Located<RunWorkerFirst>>,
    binding: Option<Located<String>>,
}

impl Section {
    fn read(
        source: &Source<'_>,
        object: &Object,
        prefix: &str,
        warnings: &mut Vec<ConfigWarning>,
    ) -> Result<Self, ConfigError> {
        Ok(Self {
            assets: located(source, object, prefix, "assets", |source, key, node| {
                Assets::read(source, key, node, warnings)
            })?,
            compatibility_date: value(source, object, prefix, "compatibility_date", date)?,
            compatibility_flags: value(source, object, prefix, "compatibility_flags", strings)?,
            main: located(source, object, prefix, "main", string)?,
        })
    }

    /// The values of this section, and for those it lacks the ones of `top`.
    fn or(self, top: Self) -> Self {
        Self {
            assets: self.assets.or(top.assets),
            compatibility_date: self.compatibility_date.or(top.compatibility_date),
            compatibility_flags: self.compatibility_flags.or(top.compatibility_flags),
            main: self.main.or(top.main),
        }
    }

    /// "Configuration file for Pages projects does not support …": wrangler takes neither key in such a
    /// project.
    fn refuse_beside_pages(
        &self,
        source: &Source<'_>,
        pages: Option<&Located<String>>,
    ) -> Result<(), ConfigError> {
        let main = self.main.as_ref().map(|main| (&main.key, main.offset));
        let assets = self.assets.as_ref().map(|assets| (&assets.key, assets.offset));
        match (pages, main.or(assets)) {
            (Some(pages), Some((key, offset))) => Err(ConfigError::PagesAndWorker {
                at: source.position(offset),
                key: key.clone(),
                pages_at: source.position(pages.offset),
            }),
            _ => Ok(()),
        }
    }

    /// Without `main`, wrangler refuses a binding and any `run_worker_first` but `false`. The script may be
    /// named on its command line, though, so this is no error here.
    fn warn_without_worker(&self, source: &Source<'_>, warnings: &mut Vec<ConfigWarning>) {
        let Some(Located { value: assets, .. }) = self.assets.as_ref().filter(|_| self.main.is_none()) else {
            return;
        };
        let worker_first =
            assets.run_worker_first.as_ref().filter(|first| first.value != RunWorkerFirst::Bool(false));
        let needs_worker = worker_first
            .map(|first| (&first.key, first.offset))
            .into_iter()
            .chain(assets.binding.as_ref().map(|binding| (&binding.key, binding.offset)));
        warnings.extend(needs_worker.map(|(key, offset)| ConfigWarning::WithoutWorker {
            at: source.position(offset),
            key: key.clone(),
        }));
    }

    fn into_wrangler(self, pages_build_output_dir: Option<String>, warnings: Vec<ConfigWarning>) -> Wrangler {
        let mut wrangler = Wrangler {
            compatibility_date: self.compatibility_date,
            compatibility_flags: self.compatibility_flags.unwrap_or_default(),
            main: self.main.map(|main| main.value),
            has_assets: self.assets.is_some(),
            pages_build_output_dir,
            warnings,
            ..Wrangler::default()
        };
        if let Some(Located { value: assets, .. }) = self.assets {
            wrangler.assets_directory = assets.directory;
            wrangler.html_handling = assets.html_handling;
            wrangler.not_found_handling = assets.not_found_handling;
            wrangler.run_worker_first = assets.run_worker_first.map(|first| first.value);
            wrangler.assets_binding = assets.binding.map(|binding| binding.value);
        }
        wrangler
    }
}

impl Assets {
    fn read(
        source: &Source<'_>,
        key: &str,
        node: &Node,
        warnings: &mut Vec<ConfigWarning>,
    ) -> Result<Self, ConfigError> {
        let assets = object(source, key, node)?;
        let prefix = format!("{key}.");
        keys::check(source, assets, Scope::Assets, &prefix, warnings);
        Ok(Self {
            directory: value(source, assets, &prefix, "directory", string)?,
            html_handling: value(source, assets, &prefix, "html_handling", spelled)?,
            not_found_handling: value(source, assets, &prefix, "not_found_handling", spelled)?,
            run_worker_first: located(source, assets, &prefix, "run_worker_first", run_worker_first)?,
            binding: located(source, assets, &prefix, "binding", string)?,
        })
    }
}

/// The member `name` of `object`, read by `read`, which is given the full key for its messages; `None` if the
/// object has no such member.
fn located<'n, T>(
    source: &Source<'_>,
    object: &'n Object,
    prefix: &str,
    name: &str,
    read: impl FnOnce(&Source<'_>, &str, &'n Node) -> Result<T, ConfigError>,
) -> Result<Option<Located<T>>, ConfigError> {
    let Some(Member { offset, node, .. }) = object.get(name) else { return Ok(None) };
    let key = format!("{prefix}{name}");
    let value = read(source, &key, node)?;
    Ok(Some(Located { key, offset: *offset, value }))
}

/// As [`located`], without the place.
fn value<'n, T>(
    source: &Source<'_>,
    object: &'n Object,
    prefix: &str,
    name: &str,
    read: impl FnOnce(&Source<'_>, &str, &'n Node) -> Result<T, ConfigError>,
) -> Result<Option<T>, ConfigError> {
    Ok(located(source, object, prefix, name, read)?.map(|found| found.value))
}

fn object<'n>(source: &Source<'_>, key: &str, node: &'n Node) -> Result<&'n Object, ConfigError> {
    match &node.value {
        Value::Object(object) => Ok(object),
        _ => Err(wrong_type(source, key, source.object_name(), node)),
    }
}

fn string(source: &Source<'_>, key: &str, node: &Node) -> Result<String, ConfigError> {
    match &node.value {
        Value::String(text) => Ok(text.clone()),
        _ => Err(wrong_type(source, key, "a string", node)),
    }
}

fn strings(source: &Source<'_>, key: &str, node: &Node) -> Result<Vec<String>, ConfigError> {
    let Value::Array(elements) = &node.value else {
        return Err(wrong_type(source, key, "an array of strings", node));
    };
    let numbered = elements.iter().enumerate();
    numbered.map(|(index, element)| string(source, &format!("{key}[{index}]"), element)).collect()
}

/// One of the values of an option type, in Cloudflare's spelling.
fn spelled<T: FromStr<Err = UnknownSpelling>>(
    source: &Source<'_>,
    key: &str,
    node: &Node,
) -> Result<T, ConfigError> {
    string(source, key, node)?.parse().map_err(|UnknownSpelling { found, allowed }| {
        ConfigError::UnknownValue { at: source.position(node.offset), key: key.to_owned(), found, allowed }
    })
}

fn date(source: &Source<'_>, key: &str, node: &Node) -> Result<String, ConfigError> {
    let text = string(source, key, node)?;
    if is_date(&text) {
        return Ok(text);
    }
    Err(ConfigError::InvalidDate { at: source.position(node.offset), key: key.to_owned(), found: text })
}

/// Whether `text` is YYYY-MM-DD and such a day exists.
fn is_date(text: &str) -> bool {
    let is_number = |part: &str, len| part.len() == len && part.bytes().all(|byte| byte.is_ascii_digit());
    let parts: Vec<_> = text.split('-').collect();
    let [year, month, day] = parts[..] else { return false };
    if !(is_number(year, 4) && is_number(month, 2) && is_number(day, 2)) {
        return false;
    }
    let (Ok(year), Ok(month), Ok(day)) = (year.parse::<u16>(), month.parse::<u8>(), day.parse::<u8>()) else {
        return false;
    };
    let leap = year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400));
    let month_len = match month {
        1 | 3 | 5 | 7 | 8 | 10 | 12 => 31,
        4 | 6 | 9 | 11 => 30,
        2 if leap => 29,
        2 => 28,
        _ => 0,
    };
    (1..=month_len).contains(&day)
}

fn run_worker_first(source: &Source<'_>, key: &str, node: &Node) -> Result<RunWorkerFirst, ConfigError> {
    let elements = match &node.value {
        Value::Bool(value) => return Ok(RunWorkerFirst::Bool(*value)),
        Value::Array(elements) => elements,
        _ => return Err(wrong_type(source, key, "true, false or an array of strings", node)),
    };
    let rules = strings(source, key, node)?;
    match validate_rules(&rules) {
        Ok(_) => Ok(RunWorkerFirst::Rules(rules)),
        Err(error) => {
            let first = match &error {
                RulesError::Invalid { rules } => rules.first().and_then(|rule| elements.get(rule.index)),
                _ => None,
            };
            let at = source.position(first.unwrap_or(node).offset);
            Err(ConfigError::InvalidRules { at, key: key.to_owned(), source: error })
        }
    }
}

fn wrong_type(source: &Source<'_>, key: &str, expected: &'static str, node: &Node) -> ConfigError {
    ConfigError::WrongType {
        at: source.position(node.offset),
        key: key.to_owned(),
        expected,
        found: node.describe(source),
    }
}

#[cfg(test)]
mod tests;
