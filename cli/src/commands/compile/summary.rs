//! What became of a site, for people and for programs.

use std::io::{self, Write};
use std::time::Duration;

use anstyle::Style;
use serde::Serialize;
use trailmark::Manifest;
use trailmark_compiler::hosts::Host;
use trailmark_compiler::options::Platform;
use trailmark_compiler::{Compiled, Report};

use crate::output::{self, BOLD, Cell, Table, YELLOW, bytes, count, grouped, hex, seconds};
use crate::site::{Origin, Origins, Plan};

/// What became of a site.
#[derive(Debug, Serialize)]
pub(super) struct Summary<'a> {
    dist: String,
    manifest: String,
    sha256: String,
    config: Option<String>,
    /// `/` for the root.
    base: String,
    #[serde(flatten, serialize_with = "without_ignored")]
    report: &'a Report,
    write_seconds: f64,
    /// The most memory that this process has had, bytes; null where the system does not say.
    peak_memory_bytes: Option<u64>,
    origins: Origins,
    config_warnings: &'a [String],
    #[serde(skip)]
    plan: &'a Plan,
    #[serde(skip)]
    write_time: Duration,
}

/// Pages has no html handling and no not-found handling: `null`, not what a Workers configuration happens to say.
fn without_ignored<S: serde::Serializer>(report: &&Report, serializer: S) -> Result<S::Ok, S::Error> {
    let mut value = serde_json::to_value(report).map_err(serde::ser::Error::custom)?;
    if report.options.is_none_or(|options| options.platform == Platform::Pages) {
        value["html_handling"] = serde_json::Value::Null;
        value["not_found_handling"] = serde_json::Value::Null;
    }
    value.serialize(serializer)
}

impl<'a> Summary<'a> {
    pub(super) fn new(
        plan: &'a Plan,
        output: String,
        compiled: &'a Compiled,
        manifest: &Manifest<'_>,
        write_time: Duration,
    ) -> Summary<'a> {
        Summary {
            dist: plan.dist.display().to_string(),
            manifest: output,
            sha256: hex(&manifest.sha256()),
            config: plan.config.as_ref().map(|config| config.display().to_string()),
            base: plan.base.to_string(),
            report: &compiled.report,
            write_seconds: (write_time.as_secs_f64() * 1e6).round() / 1e6,
            peak_memory_bytes: peak_memory(),
            origins: plan.origins,
            config_warnings: &plan.warnings,
            plan,
            write_time,
        }
    }

    pub(super) fn print_json(&self) -> io::Result<()> {
        let mut out = output::raw_stdout();
        output::json_pretty(&mut out, self)?;
        out.flush()
    }

    pub(super) fn print_text(&self) -> io::Result<()> {
        let mut out = output::stdout();
        self.write_text(&mut out)?;
        out.flush()
    }

    /// The text without styles.
    pub(super) fn text(&self) -> io::Result<String> {
        let mut out = anstream::StripStream::new(Vec::new());
        self.write_text(&mut out)?;
        Ok(String::from_utf8_lossy(&out.into_inner()).into_owned())
    }

    fn write_text(&self, out: &mut impl Write) -> io::Result<()> {
        writeln!(out, "{BOLD}{} -> {}{BOLD:#}", output::shown(&self.dist), output::shown(&self.manifest))?;
        let mut table = Table::indented(2);
        self.add_options(&mut table);
        self.add_figures(&mut table);
        table.write(out)?;
        if self.plan.is_assumed() {
            writeln!(
                out,
                "{YELLOW}No configuration file was found, so what is marked \"assumed\" was taken.{YELLOW:#} Say otherwise in\n\
                 a wrangler.jsonc beside the folder, or with --platform, --html-handling, --not-found-handling."
            )?;
        }
        Ok(())
    }

    fn add_options(&self, table: &mut Table) {
        let mut add = |name, value: &str, origin: Origin| {
            let style = if origin == Origin::Assumed { YELLOW } else { Style::new() };
            table.row([
                Cell::new(name),
                Cell::new(format!("{value} ({})", self.origin(origin))).styled(style),
            ]);
        };
        let Report { options, .. } = self.report;
        let Origins { platform, html_handling, not_found_handling } = self.plan.origins;
        match options.map(|options| (options.platform, options)) {
            None => {
                let title = self.report.host.map_or("another host", Host::title).replace('`', "");
                add("platform", &title, platform);
            }
            Some((Platform::Workers, options)) => {
                add("platform", "Workers static assets", platform);
                add("html handling", options.html_handling.as_str(), html_handling);
                add("not-found handling", options.not_found_handling.as_str(), not_found_handling);
            }
            Some((Platform::Pages, _)) => add("platform", "Pages", platform),
        }
        if !self.plan.base.is_root() {
            add("base", &self.base, Origin::CommandLine);
        }
    }

    fn origin(&self, origin: Origin) -> String {
        let config = self.config.as_deref().unwrap_or_default();
        match origin {
            Origin::CommandLine => "from the command line".to_owned(),
            Origin::Config => format!("from {config}"),
            Origin::PlatformDefault => format!("the platform's default; {config} leaves it open"),
            Origin::Assumed => "assumed".to_owned(),
        }
    }

    fn add_figures(&self, table: &mut Table) {
        let report = self.report;
        let mut add = |name, value: String| table.row([Cell::new(name), Cell::new(value)]);
        add("files", format!("{}, {}", count(report.files, "file"), bytes(report.bytes)));
        add("hashed", self.hashed());
        if report.excluded > 0 {
            add("left out", format!("{} that the platform never serves", count(report.excluded, "file")));
        }
        if report.redirect_rules + report.header_rules > 0 || report.has_script {
            add("rules", self.rules());
        }
        add("pages", grouped(report.pages as u64));
        add("routes", self.routes());
        add("404 pages", self.not_found_pages());
        add("manifest", self.manifest_size());
        add("sha256", self.sha256.clone());
        add("time", self.times());
        if let Some(peak) = self.peak_memory_bytes {
            add("memory", format!("{} at most", bytes(peak)));
        }
    }

    fn hashed(&self) -> String {
        let Report { hashed, hashed_bytes, from_cache, .. } = *self.report;
        let hashed = format!("{}, {}", count(hashed, "file"), bytes(hashed_bytes));
        match from_cache {
            0 => hashed,
            known => format!("{hashed}; {} unchanged since the last time", grouped(known as u64)),
        }
    }

    fn rules(&self) -> String {
        let Report { redirect_rules, header_rules, has_script, .. } = *self.report;
        let is_pages = self.report.options.is_some_and(|options| options.platform == Platform::Pages);
        let script = match (has_script, is_pages) {
            (false, _) => "",
            (true, false) => ", a Worker",
            (true, true) => ", Functions",
        };
        format!(
            "{} of _redirects, {} of _headers{script}",
            grouped(redirect_rules as u64),
            grouped(header_rules as u64)
        )
    }

    fn routes(&self) -> String {
        let Report { routes, serves, redirects, .. } = *self.report;
        let grouped = |number: usize| grouped(number as u64);
        format!("{}: {} serve a file, {} redirect", grouped(routes), grouped(serves), grouped(redirects))
    }

    fn not_found_pages(&self) -> String {
        match self.report.not_found_pages {
            0 => "no folder has a 404.html".to_owned(),
            1 => "1 folder has a 404.html".to_owned(),
            many => format!("{} folders have a 404.html", grouped(many as u64)),
        }
    }

    fn manifest_size(&self) -> String {
        let size = self.report.manifest_bytes;
        match size.checked_div(self.report.pages) {
            Some(each) => format!("{}, {} bytes a page", bytes(size as u64), grouped(each as u64)),
            None => bytes(size as u64),
        }
    }

    fn times(&self) -> String {
        let times = &self.report.seconds;
        let total = times.total() + self.write_time;
        let stages = [
            ("scan", times.scan),
            ("hash", times.hash),
            ("resolve", times.resolve),
            ("index", times.index),
            ("encode", times.encode),
            ("check", times.check),
            ("write", self.write_time),
        ];
        // Where the walk itself reads the files there is no time for it alone.
        let stages = stages.iter().filter(|(_, time)| !time.is_zero());
        let stages: Vec<_> = stages.map(|(name, time)| format!("{name} {}", seconds(*time))).collect();
        format!("{} ({})", seconds(total), stages.join(", "))
    }
}

/// The most memory that this process has had, bytes; `None` where the system does not say (`/proc`, so Linux only).
fn peak_memory() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    line.trim().strip_suffix(" kB")?.trim().parse::<u64>().ok().map(|kib| kib * 1024)
}
