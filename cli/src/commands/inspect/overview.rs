//! A manifest in figures.

use std::collections::BTreeMap;
use std::io::{self, Write};
use std::path::Path;

use serde::Serialize;
use trailmark::{Manifest, RouteEffect};
use trailmark_compiler::Provenance;

use crate::output::{self, BOLD, Cell, DIM, Table, bytes, count, grouped, hex};

/// A manifest in figures.
#[derive(Debug, Serialize)]
pub(super) struct Overview<'m> {
    manifest: String,
    format_version: u32,
    sha256: String,
    bytes: u64,
    bytes_a_page: Option<u64>,
    provenance: Option<Provenance>,
    /// `/` for the root.
    base: &'m str,
    assets: usize,
    pages: usize,
    stems: u32,
    routes: Counts,
    rules: BTreeMap<&'m str, u64>,
    not_found_pages: usize,
    redirect_rules: usize,
    header_rules: usize,
    has_script: bool,
    script_rules: usize,
    probes: Probes,
    sections: Vec<Section>,
}

/// Stored answers by kind.
#[derive(Debug, Default, Serialize)]
struct Counts {
    all: u64,
    serve: u64,
    redirect: u64,
}

/// The most that one look-up touches.
#[derive(Debug, Serialize)]
struct Probes {
    /// Slots of the index.
    slots: u32,
    /// Entries of the not-found table, for a miss.
    not_found_at_most: u32,
}

/// A part of the file.
#[derive(Debug, Serialize)]
struct Section {
    name: &'static str,
    offset: u64,
    bytes: u64,
}

impl<'m> Overview<'m> {
    pub(super) fn new(path: &Path, manifest: &'m Manifest<'m>) -> Overview<'m> {
        let provenance = Provenance::read(manifest);
        if let Err(error) = &provenance {
            output::warning(&error.to_string());
        }
        let names = || manifest.assets().map(|asset| asset.site_path().to_string());
        let pages = names().filter(|name| name.ends_with(".html")).count();
        let (routes, rules) = counts(manifest);
        Overview {
            manifest: path.display().to_string(),
            format_version: manifest.format_version(),
            sha256: hex(&manifest.sha256()),
            bytes: manifest.len() as u64,
            bytes_a_page: (manifest.len() as u64).checked_div(pages as u64),
            provenance: provenance.ok(),
            base: Some(manifest.base()).filter(|base| !base.is_empty()).unwrap_or("/"),
            assets: manifest.asset_count(),
            pages,
            stems: manifest.stem_count(),
            routes,
            rules,
            not_found_pages: names().filter(|name| name.ends_with("/404.html")).count(),
            redirect_rules: manifest.redirect_rules().len(),
            header_rules: manifest.header_rules().count(),
            has_script: manifest.has_script(),
            script_rules: manifest.router_rules().count(),
            probes: Probes { slots: 1, not_found_at_most: manifest.not_found_probe_limit() },
            sections: manifest
                .sections()
                .map(|(name, offset, bytes)| Section { name, offset, bytes })
                .collect(),
        }
    }

    pub(super) fn write_text(&self, out: &mut impl Write) -> io::Result<()> {
        writeln!(out, "{BOLD}{}{BOLD:#}", output::shown(&self.manifest))?;
        self.facts().write(out)?;
        writeln!(out, "\n{BOLD}How the site is served{BOLD:#}")?;
        self.options().write(out)?;
        writeln!(out, "\n{BOLD}Stored answers{BOLD:#}")?;
        self.answers().write(out)?;
        writeln!(out, "\n{BOLD}Sections{BOLD:#}")?;
        self.section_table().write(out)
    }

    fn facts(&self) -> Table {
        let mut table = Table::indented(2);
        let mut add = |name, value: String| table.row([Cell::new(name), Cell::new(value)]);
        add("format", format!("version {}", self.format_version));
        add("sha256", self.sha256.clone());
        let each = self.bytes_a_page.map(|each| format!(", {} a page", grouped(each)));
        add("size", format!("{} bytes{}", grouped(self.bytes), each.unwrap_or_default()));
        let files = match &self.provenance {
            Some(provenance) => format!("{}, {}", count(self.assets, "file"), bytes(provenance.asset_bytes)),
            None => count(self.assets, "file"),
        };
        add("site", format!("{files}; {}, {}", count(self.pages, "page"), self.not_found_in_words()));
        add("probes", self.probes.in_words());
        table
    }

    fn not_found_in_words(&self) -> String {
        match self.not_found_pages {
            0 => "no 404.html".to_owned(),
            many => format!("404.html in {}", count(many, "folder")),
        }
    }

    fn rules_in_words(&self) -> String {
        let number = |number: usize| grouped(number as u64);
        let script = match (self.has_script, self.script_rules) {
            (false, 0) => "no script".to_owned(),
            (false, rules) => format!("{} for a script that is not there", number(rules)),
            (true, 0) => "a script".to_owned(),
            (true, rules) => format!("a script with {}", count(rules, "rule")),
        };
        format!(
            "{} of _redirects, {} of _headers, {script}",
            number(self.redirect_rules),
            number(self.header_rules)
        )
    }

    fn options(&self) -> Table {
        let mut table = Table::indented(2);
        let Some(provenance) = &self.provenance else {
            table.row([Cell::new("not known: the provenance section can't be read").styled(DIM)]);
            return table;
        };
        let mut add = |name, value: &str| table.row([Cell::new(name), Cell::new(value)]);
        add("platform", &provenance.platform);
        if provenance.platform != "pages" && provenance.host().is_none() {
            add("html handling", &provenance.html_handling);
            add("not-found handling", &provenance.not_found_handling);
        }
        if self.base != "/" {
            add("base", self.base);
        }
        add("rules", &self.rules_in_words());
        let left_out = provenance.excluded_count.to_string();
        add("files left out", &left_out);
        add("compiled by", &format!("trailmark {}", provenance.compiler));
        table
    }

    fn answers(&self) -> Table {
        let mut table = Table::indented(2);
        let mut add = |number: u64, what: &str| table.row([Cell::number(grouped(number)), Cell::new(what)]);
        add(self.routes.all, "paths with a stored answer");
        add(self.routes.serve, "  serve a file");
        add(self.routes.redirect, "  redirect");
        for (rule, &number) in &self.rules {
            add(number, rule);
        }
        table
    }

    fn section_table(&self) -> Table {
        let mut table = Table::indented(2);
        table.row(["name", "offset", "bytes", "share"].map(|name| Cell::number(name).styled(DIM)));
        for Section { name, offset, bytes } in &self.sections {
            let share = *bytes as f64 / self.bytes.max(1) as f64 * 100.0;
            table.row([
                Cell::number(name),
                Cell::number(grouped(*offset)),
                Cell::number(grouped(*bytes)),
                Cell::number(format!("{share:.1} %")),
            ]);
        }
        table
    }
}

impl Probes {
    fn in_words(&self) -> String {
        let not_found = match self.not_found_at_most {
            0 => "not probed".to_owned(),
            most => format!("at most {} for a miss", grouped(most.into())),
        };
        format!("{} slot for each look-up; not-found table: {not_found}", self.slots)
    }
}

fn counts<'m>(manifest: &'m Manifest<'m>) -> (Counts, BTreeMap<&'m str, u64>) {
    let mut counts = Counts::default();
    let mut rules = BTreeMap::new();
    for route in manifest.routes() {
        counts.all += 1;
        match route.effect {
            RouteEffect::Serve(_) => counts.serve += 1,
            RouteEffect::Redirect(_) => counts.redirect += 1,
        }
        *rules.entry(manifest.rule_name(route.rule)).or_default() += 1;
    }
    (counts, rules)
}
