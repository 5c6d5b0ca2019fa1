//! How a folder is to be compiled: what the command line says, else the site's configuration, else the defaults.
//!
//! With a configuration file the platform's own defaults hold for what it leaves open. Without one, the options that suit
//! most sites are assumed, and the user is told so.

use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use clap::builder::{PossibleValuesParser, TypedValueParser};
use serde::Serialize;
use trailmark_compiler::config::wrangler::{self, ConfigWarning, Found, Wrangler};
use trailmark_compiler::hosts::Host;
use trailmark_compiler::options::{HtmlHandling, NotFoundHandling, Platform, UnknownSpelling};
use trailmark_compiler::{
    Base, CompileError, CompileOptions, Report, RoutingOptions, ScanNote, ScanProblem, ScriptOptions,
    Severity, warning_lines,
};

use crate::hosted;
use crate::output;
use crate::platform::{self, NamedPlatform};

const HEADING: &str = "How the site is served";

/// The arguments that say which configuration file counts.
#[derive(Debug, Clone, Default, clap::Args)]
pub(crate) struct ConfigArgs {
    /// The site's wrangler.jsonc, wrangler.json or wrangler.toml [default: the one beside DIST or in the working directory]
    #[arg(long, value_name = "FILE", help_heading = HEADING)]
    config: Option<PathBuf>,
    /// Use no configuration file, even if there is one
    #[arg(long, conflicts_with_all = ["config", "env"], help_heading = HEADING)]
    no_config: bool,
    /// The environment of the configuration file
    #[arg(long, value_name = "NAME", help_heading = HEADING)]
    env: Option<String>,
}

/// The arguments that say how a folder is compiled.
#[derive(Debug, Clone, Default, clap::Args)]
pub(crate) struct SiteArgs {
    #[command(flatten)]
    config: ConfigArgs,
    /// The platform whose answers are wanted: workers, pages, or another host, as github-pages, netlify, vercel:clean-urls
    #[arg(long, value_name = "PLATFORM", value_parser = platform::parse, long_help = platform::help(), help_heading = HEADING)]
    platform: Option<NamedPlatform>,
    /// Which URLs lead to a page [Workers only]
    #[arg(long, value_name = "HANDLING", value_parser = spelling(HtmlHandling::ALL, HtmlHandling::as_str), help_heading = HEADING)]
    html_handling: Option<HtmlHandling>,
    /// What a path gets that nothing answers [Workers only]
    #[arg(long, value_name = "HANDLING", value_parser = spelling(NotFoundHandling::ALL, NotFoundHandling::as_str), help_heading = HEADING)]
    not_found_handling: Option<NotFoundHandling>,
    /// The path below which the site hangs, where its build puts one into links but not into DIST: Astro's `base`, Gatsby's
    /// `pathPrefix`, Docusaurus' `baseUrl` [default: /]
    #[arg(long, value_name = "PATH", help_heading = HEADING)]
    base: Option<Base>,
}

/// A parser that takes the spellings of an option type, and lists them in the help.
fn spelling<T>(all: &'static [T], as_str: fn(T) -> &'static str) -> impl TypedValueParser<Value = T>
where
    T: std::str::FromStr<Err = UnknownSpelling> + Copy + Send + Sync + 'static,
{
    PossibleValuesParser::new(all.iter().map(|&value| as_str(value))).try_map(|text| text.parse::<T>())
}

impl SiteArgs {
    /// Whether anything was said.
    pub(crate) fn is_given(&self) -> bool {
        let SiteArgs { config, platform, html_handling, not_found_handling, base } = self;
        let ConfigArgs { config, no_config, env } = config;
        config.is_some()
            || *no_config
            || env.is_some()
            || platform.is_some()
            || html_handling.is_some()
            || not_found_handling.is_some()
            || base.is_some()
    }
}

impl SiteArgs {
    /// The host that is asked for, if it is none of Cloudflare's; and the base of the site.
    pub(crate) fn host(&self) -> Option<(Host, Option<&Base>)> {
        match self.platform {
            Some(NamedPlatform::Host(host)) => Some((host, self.base.as_ref())),
            _ => None,
        }
    }

    /// The same for another platform.
    pub(crate) fn on_platform(&self, platform: Platform) -> SiteArgs {
        SiteArgs { platform: Some(NamedPlatform::Platform(platform)), ..self.clone() }
    }

    /// The base that was given.
    pub(crate) fn base(&self) -> Option<&Base> {
        self.base.as_ref()
    }

    /// As if just this host had been given.
    pub(crate) fn of_host(host: Host, base: Base) -> SiteArgs {
        SiteArgs { platform: Some(NamedPlatform::Host(host)), base: Some(base), ..SiteArgs::default() }
    }

    /// As if just these options had been given.
    pub(crate) fn of(config: ConfigArgs, routing: RoutingOptions, base: Base) -> SiteArgs {
        let RoutingOptions { platform, html_handling, not_found_handling } = routing;
        let is_workers = platform == Platform::Workers;
        SiteArgs {
            config,
            platform: Some(NamedPlatform::Platform(platform)),
            html_handling: is_workers.then_some(html_handling),
            not_found_handling: is_workers.then_some(not_found_handling),
            base: Some(base),
        }
    }
}

/// Where a value comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Origin {
    /// An option of the command line.
    CommandLine,
    /// The configuration file.
    Config,
    /// The configuration file leaves it open, so the platform's default holds.
    PlatformDefault,
    /// Nothing says it.
    Assumed,
}

/// Where each option comes from.
#[derive(Debug, Clone, Copy, Serialize)]
pub(crate) struct Origins {
    pub(crate) platform: Origin,
    pub(crate) html_handling: Origin,
    pub(crate) not_found_handling: Origin,
}

/// A folder, and how it is compiled.
#[derive(Debug)]
pub(crate) struct Plan {
    /// The site's folder.
    pub(crate) dist: PathBuf,
    /// The configuration file that counts.
    pub(crate) config: Option<PathBuf>,
    /// How it is served on a platform of Cloudflare.
    pub(crate) routing: RoutingOptions,
    /// The other host that it is served on instead.
    pub(crate) host: Option<Host>,
    /// Where it hangs below its origin.
    pub(crate) base: Base,
    /// The user's own code beside the files.
    pub(crate) script: ScriptOptions,
    /// Who said so.
    pub(crate) origins: Origins,
    /// What is probably a mistake.
    pub(crate) warnings: Vec<String>,
    /// What is worth knowing.
    pub(crate) notes: Vec<String>,
}

impl Plan {
    /// Whether nobody said how the site is served.
    pub(crate) fn is_assumed(&self) -> bool {
        let Origins { platform, html_handling, not_found_handling } = self.origins;
        if self.host.is_some() {
            return false;
        }
        platform == Origin::Assumed
            || (self.routing.platform == Platform::Workers
                && [html_handling, not_found_handling].contains(&Origin::Assumed))
    }

    /// The options of the compilation.
    pub(crate) fn options(&self, strict: bool) -> CompileOptions {
        CompileOptions {
            routing: self.routing,
            host: self.host,
            base: self.base.clone(),
            script: self.script.clone(),
            strict,
            cache: None,
        }
    }

    /// How it is served, in a few words.
    pub(crate) fn in_words(&self) -> String {
        let RoutingOptions { platform, html_handling, not_found_handling } = self.routing;
        let options = match (self.host, platform) {
            (Some(host), _) => host.title().replace('`', ""),
            (None, Platform::Workers) => format!("Workers, {html_handling}, not-found {not_found_handling}"),
            (None, Platform::Pages) => "Pages".to_owned(),
        };
        let options = if self.base.is_root() { options } else { format!("{options}, below {}", self.base) };
        match &self.config {
            Some(config) => format!("{options} ({})", config.display()),
            None if self.is_assumed() => format!("{options} (assumed, for want of a configuration file)"),
            None => options,
        }
    }
}

/// Works out which folder is compiled, and how. Without `dist`, the configuration must name it.
///
/// # Errors
/// No such folder; a configuration that can't be used, or two that disagree.
pub(crate) fn plan(dist: Option<&Path>, args: &SiteArgs) -> anyhow::Result<Plan> {
    if let Some(dist) = dist {
        check_folder(dist)?;
    }
    if let Some((host, base)) = args.host() {
        return plan_for_host(dist, args, host, base);
    }
    let found = find_config(dist, &args.config)?;
    let dist = match (dist, &found) {
        (Some(dist), _) => dist.to_owned(),
        (None, found) => folder_of_config(found.as_ref())?,
    };
    let config = found.as_ref().map(|found| &found.config);
    let (routing, origins) = choose(args, config);
    let script = script(routing.platform, found.as_ref());
    let base = args.base.clone().unwrap_or_default();
    let mut plan = Plan {
        dist,
        config: None,
        routing,
        host: None,
        base,
        script,
        origins,
        warnings: Vec::new(),
        notes: Vec::new(),
    };
    plan.warn_of_ignored(args);
    if let Some(found) = found {
        plan.warnings.extend(found.config.warnings.iter().map(|warning| show_warning(&found.path, warning)));
        plan.note_other_folder(&found);
        plan.config = Some(found.path);
    }
    Ok(plan)
}

/// The same for a host other than Cloudflare's: no configuration is looked for, and what the site's folder holds of such is left out.
fn plan_for_host(
    dist: Option<&Path>,
    args: &SiteArgs,
    host: Host,
    base: Option<&Base>,
) -> anyhow::Result<Plan> {
    let ConfigArgs { config, env, .. } = &args.config;
    let of_cloudflare = [
        ("--html-handling", args.html_handling.is_some()),
        ("--not-found-handling", args.not_found_handling.is_some()),
        ("--config", config.is_some()),
        ("--env", env.is_some()),
    ];
    if let Some((name, _)) = of_cloudflare.iter().find(|(_, given)| *given) {
        bail!("{name} is about Cloudflare Workers and means nothing on {host}; leave it out");
    }
    let Some(dist) = dist else {
        bail!(
            "which folder? on {host} no configuration file names it; name it, as in `trailmark compile dist`"
        );
    };
    let given = Origin::CommandLine;
    Ok(Plan {
        dist: dist.to_owned(),
        config: None,
        routing: RoutingOptions::default(),
        host: Some(host),
        base: base.cloned().unwrap_or_default(),
        script: ScriptOptions::default(),
        origins: Origins { platform: given, html_handling: given, not_found_handling: given },
        warnings: Vec::new(),
        notes: hosted::left_out(dist).into_iter().collect(),
    })
}

impl Plan {
    fn warn_of_ignored(&mut self, args: &SiteArgs) {
        let ignored = [
            ("--html-handling", args.html_handling.is_some()),
            ("--not-found-handling", args.not_found_handling.is_some()),
        ];
        if self.routing.platform == Platform::Pages {
            let given = ignored.into_iter().filter(|(_, given)| *given);
            self.warnings.extend(given.map(|(name, _)| {
                format!("{name} has no effect: Pages knows no such option (use --platform workers for one that does)")
            }));
        }
    }

    /// Says so if the configuration is about another folder than the one that is compiled.
    fn note_other_folder(&mut self, found: &Found) {
        let Some((key, folder)) = named_folder(found) else {
            if self.routing.platform == Platform::Workers && !found.config.has_assets {
                let path = found.path.display();
                self.notes.push(format!("{path} has no `assets`; the platform's defaults hold"));
            }
            return;
        };
        let real = |path: &Path| path.canonicalize().unwrap_or(path.to_owned());
        if real(&folder) != real(&self.dist) {
            let (config, folder, dist) = (found.path.display(), folder.display(), self.dist.display());
            self.notes.push(format!(
                "{config} is about another folder: its `{key}` is {folder}, this compiles {dist}; \
                 its other settings are used all the same (--no-config ignores them)"
            ));
        }
    }
}

/// What a walk passed over: three of each cause, and how many more there are.
fn passed_over_lines(notes: &[ScanNote]) -> Vec<String> {
    const SHOWN: usize = 3;
    let mut causes: Vec<ScanProblem> = Vec::new();
    for note in notes {
        if !causes.contains(&note.problem) {
            causes.push(note.problem);
        }
    }
    let of_cause = |cause: ScanProblem| {
        let alike: Vec<&ScanNote> = notes.iter().filter(|note| note.problem == cause).collect();
        // One line more says as much as "and 1 more".
        let shown = if alike.len() <= SHOWN + 1 { alike.len() } else { SHOWN };
        let more = alike.len() - shown;
        let rest = (more > 0)
            .then(|| format!("and {more} more: {cause}; `trailmark compile --format json` lists all"));
        alike.iter().take(shown).map(ToString::to_string).chain(rest).collect::<Vec<_>>()
    };
    causes.into_iter().flat_map(of_cause).collect()
}

/// Says what a compilation passed over, what the platform ignores in the files that configure it, and what the site's owner
/// may not have meant.
pub(crate) fn report_notes(report: &Report) {
    const MOST: usize = 20;
    let passed_over = passed_over_lines(&report.notes);
    let notes: Vec<_> =
        passed_over.into_iter().chain(report.rule_notes.iter().map(ToString::to_string)).collect();
    notes.iter().take(MOST).for_each(|note| output::note(note));
    if let Some(more) = notes.len().checked_sub(MOST).filter(|&more| more > 0) {
        output::note(&format!("and {more} more; `trailmark compile --format json` lists all"));
    }
    for (severity, line) in warning_lines(&report.warnings) {
        match severity {
            Severity::Warning => output::warning(&line),
            Severity::Information => output::note(&line),
        }
    }
}

fn find_config(dist: Option<&Path>, args: &ConfigArgs) -> anyhow::Result<Option<Found>> {
    let env = args.env.as_deref();
    if args.no_config {
        return Ok(None);
    }
    if let Some(path) = &args.config {
        return Ok(Some(wrangler::read(path, env)?));
    }
    let working_dir = std::env::current_dir().context("cannot tell the working directory")?;
    // Without a folder there is only one place to look.
    let beside = dist.map_or_else(|| working_dir.join("dist"), Path::to_owned);
    let found = wrangler::find_env(&beside, &working_dir, env).context(
        "the site's configuration can't be used (--config FILE names one, --no-config ignores it)",
    )?;
    if let (None, Some(name)) = (&found, env) {
        bail!(
            "--env {name} needs a configuration file, and there is none beside the site or in the working directory"
        );
    }
    Ok(found.map(|found| Found { path: relative(&found.path, &working_dir), ..found }))
}

/// The path as somebody in the working directory would write it.
fn relative(path: &Path, working_dir: &Path) -> PathBuf {
    path.strip_prefix(working_dir).unwrap_or(path).to_owned()
}

/// The folder that a configuration names, and the key that names it.
fn named_folder(found: &Found) -> Option<(&'static str, PathBuf)> {
    let Wrangler { pages_build_output_dir, assets_directory, .. } = &found.config;
    let (key, folder) = match (pages_build_output_dir, assets_directory) {
        (Some(folder), _) => ("pages_build_output_dir", folder),
        (None, Some(folder)) => ("assets.directory", folder),
        (None, None) => return None,
    };
    let folder = Path::new(folder);
    let folder = folder.strip_prefix(".").unwrap_or(folder);
    let folder = found.path.parent().unwrap_or(Path::new("")).join(folder);
    Some((key, if folder.as_os_str().is_empty() { PathBuf::from(".") } else { folder }))
}

fn folder_of_config(found: Option<&Found>) -> anyhow::Result<PathBuf> {
    let Some(found) = found else {
        bail!(
            "which folder? name the site's build output, as in `trailmark compile dist` and `trailmark serve dist`, or run this where a \
             wrangler.jsonc names it"
        );
    };
    let path = found.path.display();
    let Some((key, folder)) = named_folder(found) else {
        bail!(
            "{path} names no folder; add `assets.directory`, or name the folder, as in `trailmark compile dist`"
        );
    };
    check_folder(&folder).with_context(|| format!("`{key}` in {path}"))?;
    Ok(folder)
}

/// The folder is there; said before anything else is looked at.
fn check_folder(dist: &Path) -> Result<(), CompileError> {
    let path = dist.to_owned();
    match std::fs::metadata(dist) {
        Ok(metadata) if metadata.is_dir() => Ok(()),
        Ok(_) => Err(CompileError::NotADirectory { path }),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            Err(CompileError::NoSuchDirectory { path })
        }
        Err(source) => Err(CompileError::Read { path, source }),
    }
}

fn choose(args: &SiteArgs, config: Option<&Wrangler>) -> (RoutingOptions, Origins) {
    let assumed = RoutingOptions::default();
    let wanted = match args.platform {
        Some(NamedPlatform::Platform(platform)) => Some(platform),
        _ => None,
    };
    let (platform, of_platform) =
        pick(wanted, config.map(|config| Some(config.platform())), assumed.platform, Platform::Workers);
    let (html_handling, of_html) = pick(
        args.html_handling,
        config.map(|config| config.html_handling),
        assumed.html_handling,
        HtmlHandling::AutoTrailingSlash,
    );
    let (not_found_handling, of_not_found) = pick(
        args.not_found_handling,
        config.map(|config| config.not_found_handling),
        assumed.not_found_handling,
        NotFoundHandling::None,
    );
    let origins = Origins { platform: of_platform, html_handling: of_html, not_found_handling: of_not_found };
    (RoutingOptions { platform, html_handling, not_found_handling }, origins)
}

/// The code beside the files: the Worker of a configuration, or the Functions of a Pages project, which lie in a folder
/// `functions` beside its configuration (or in the working directory).
fn script(platform: Platform, found: Option<&Found>) -> ScriptOptions {
    let project = found.and_then(|found| found.path.parent()).unwrap_or(Path::new(""));
    let config = found.map(|found| &found.config);
    match (platform, config) {
        (Platform::Pages, _) => {
            ScriptOptions { has_script: project.join("functions").is_dir(), ..ScriptOptions::default() }
        }
        (Platform::Workers, None) => ScriptOptions::default(),
        (Platform::Workers, Some(config)) => ScriptOptions {
            has_script: config.main.is_some(),
            run_worker_first: config.run_worker_first.clone(),
            compatibility_date: config.compatibility_date.clone(),
            compatibility_flags: config.compatibility_flags.clone(),
        },
    }
}

/// The value that counts. `config` is `None` without a file, `Some(None)` if the file leaves the value open.
fn pick<T>(command_line: Option<T>, config: Option<Option<T>>, assumed: T, default: T) -> (T, Origin) {
    match (command_line, config) {
        (Some(value), _) => (value, Origin::CommandLine),
        (None, Some(Some(value))) => (value, Origin::Config),
        (None, Some(None)) => (default, Origin::PlatformDefault),
        (None, None) => (assumed, Origin::Assumed),
    }
}

/// A warning as editors and terminals link it: `file:line:column: what`.
fn show_warning(path: &Path, warning: &ConfigWarning) -> String {
    let at = warning.at();
    let text = warning.to_string();
    let text = text.strip_prefix(&format!("{at}: ")).unwrap_or(&text);
    format!("{}:{}:{}: {text}", path.display(), at.line, at.column)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_passed_over_is_told_by_cause_and_not_by_the_hundred() {
        let note = |site_path: &str, problem| ScanNote { site_path: site_path.to_owned(), problem };
        let mut notes: Vec<_> = (0..9).map(|n| note(&format!("/{n}"), ScanProblem::DanglingLink)).collect();
        notes.extend((0..4).map(|n| note(&format!("/d{n}"), ScanProblem::LinkedDirectory)));
        let lines = passed_over_lines(&notes);
        assert_eq!(lines.len(), 3 + 1 + 4, "{lines:?}");
        assert_eq!(lines[3], "and 6 more: dangling link; `trailmark compile --format json` lists all");
        assert_eq!(lines[7], "/d3: link to a directory, not followed");
    }
}
