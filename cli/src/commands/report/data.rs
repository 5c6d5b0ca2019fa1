//! What the page is told of a site; `integrations/report/src/data.ts` is its other side.

use std::collections::BTreeMap;

use serde::Serialize;
use trailmark::{Asset, Manifest, Platform, RuleId};
use trailmark_audit::{Group, LinkCounts, RULES, Report};
use trailmark_compiler::hosts::{self, Host};
use trailmark_compiler::{Provenance, rules};

use crate::output::hex;

/// Everything but the manifest itself. Files are columns, for there may be very many.
#[derive(Debug, Serialize)]
pub(super) struct Data<'d> {
    name: &'d str,
    version: &'static str,
    platform: &'d str,
    html_handling: Option<String>,
    not_found_handling: Option<String>,
    base: &'d str,
    sha256: String,
    manifest_bytes: usize,
    has_script: bool,
    script_rules: Vec<(bool, &'d str)>,
    header_rules: usize,
    redirects: Vec<Redirect>,
    rules: Vec<RuleRow>,
    types: Vec<&'d str>,
    /// Folder by folder, separated by NUL, which no path holds.
    paths: String,
    sizes: Vec<u64>,
    type_of: Vec<usize>,
    audit: Option<Audit<'d>>,
    audit_rules: Vec<AuditRule>,
}

/// A rule of `_redirects`.
#[derive(Debug, Serialize)]
struct Redirect {
    line: u32,
    from: String,
    to: String,
    status: u16,
}

/// A rule of the platform, and how many stored paths it answers.
#[derive(Debug, Serialize)]
struct RuleRow {
    name: &'static str,
    summary: &'static str,
    advice: &'static str,
    source: &'static str,
    certainty: &'static str,
    paths: u64,
}

#[derive(Debug, Serialize)]
struct Audit<'d> {
    pages: u64,
    links: LinkCounts,
    groups: &'d [Group],
}

/// What a rule of the audit means.
#[derive(Debug, Serialize)]
struct AuditRule {
    name: &'static str,
    summary: &'static str,
    explanation: &'static str,
    fix: &'static str,
}

impl<'d> Data<'d> {
    /// Collects it. O(files x log files + stored paths).
    pub(super) fn new(name: &'d str, manifest: &'d Manifest<'d>, audit: Option<&'d Report>) -> Data<'d> {
        let files = files(manifest);
        let types: Vec<&str> = types(&files);
        let type_of = |asset: &Asset<'d>| types.binary_search(&asset.media_type().unwrap_or_default());
        let provenance = Provenance::read(manifest).ok();
        let is_workers = manifest.platform() == Platform::Workers;
        let option = |of: fn(Provenance) -> String| provenance.clone().filter(|_| is_workers).map(of);
        Data {
            name,
            version: env!("CARGO_PKG_VERSION"),
            platform: match manifest.platform() {
                Platform::Workers => "workers",
                Platform::Pages => "pages",
                _ => manifest.host().unwrap_or("another host"),
            },
            html_handling: option(|provenance| provenance.html_handling),
            not_found_handling: option(|provenance| provenance.not_found_handling),
            base: manifest.base(),
            sha256: hex(&manifest.sha256()),
            manifest_bytes: manifest.len(),
            has_script: manifest.has_script(),
            script_rules: manifest.router_rules().collect(),
            header_rules: manifest.header_rules().count(),
            redirects: redirects(manifest),
            rules: rule_rows(manifest),
            type_of: files.iter().map(|(_, asset)| type_of(asset).unwrap_or_default()).collect(),
            sizes: files.iter().map(|(_, asset)| asset.size()).collect(),
            paths: files.iter().map(|(path, _)| path.as_str()).collect::<Vec<_>>().join("\0"),
            audit: audit.map(|report| Audit {
                pages: report.pages,
                links: report.links,
                groups: &report.groups,
            }),
            audit_rules: audit.map(audit_rules).unwrap_or_default(),
            types,
        }
    }
}

/// The files, so that what is in a folder stands together.
fn files<'d>(manifest: &'d Manifest<'d>) -> Vec<(String, Asset<'d>)> {
    let mut files: Vec<_> = manifest.assets().map(|asset| (asset.site_path().to_string(), asset)).collect();
    files.sort_by(|(a, _), (b, _)| a.split('/').cmp(b.split('/')));
    files
}

fn types<'d>(files: &[(String, Asset<'d>)]) -> Vec<&'d str> {
    let mut types: Vec<&str> =
        files.iter().map(|(_, asset)| asset.media_type().unwrap_or_default()).collect();
    types.sort_unstable();
    types.dedup();
    types
}

fn redirects(manifest: &Manifest<'_>) -> Vec<Redirect> {
    let rules = manifest.redirect_rules();
    rules
        .map(|rule| Redirect {
            line: rule.line,
            from: rule.from.to_string(),
            to: rule.target().to_string(),
            status: rule.status,
        })
        .collect()
}

fn rule_rows(manifest: &Manifest<'_>) -> Vec<RuleRow> {
    let mut paths: BTreeMap<&str, u64> = BTreeMap::new();
    for route in manifest.routes() {
        *paths.entry(manifest.rule_name(route.rule)).or_default() += 1;
    }
    let row = |name: &'static str| paths.get(name).copied().unwrap_or_default();
    if let Some(host) = manifest.host().and_then(|host| host.parse::<Host>().ok()) {
        let of_runtime =
            rules::all().filter(|(id, _)| [RuleId::METHOD_NOT_ALLOWED, RuleId::NOT_MODIFIED].contains(id));
        let own = hosts::rules_of(host).chain(hosts::miss_rules(host)).map(|rule| RuleRow {
            name: rule.name,
            summary: rule.summary,
            advice: "",
            source: rule.source,
            certainty: rule.certainty.as_str(),
            paths: row(rule.name),
        });
        return own.chain(of_runtime.map(|(_, rule)| rule_row(rule, row(rule.name)))).collect();
    }
    rules::all().map(|(_, rule)| rule_row(rule, row(rule.name))).collect()
}

fn rule_row(rule: &rules::Rule, paths: u64) -> RuleRow {
    RuleRow {
        name: rule.name,
        summary: rule.summary,
        advice: rule.advice,
        source: rule.source,
        certainty: rule.certainty.as_str(),
        paths,
    }
}

fn audit_rules(report: &Report) -> Vec<AuditRule> {
    let is_found = |name| report.groups.iter().any(|group| group.rule.name() == name);
    let rows = RULES.iter().filter(|row| is_found(row.name));
    rows.map(|row| AuditRule {
        name: row.name,
        summary: row.summary,
        explanation: row.explanation,
        fix: row.fix,
    })
    .collect()
}
