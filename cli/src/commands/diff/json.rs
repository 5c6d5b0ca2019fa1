//! The comparison for programs: one object. Changes are made one by one while they are written.

use std::io::{self, Write};

use serde::Serialize;
use serde::ser::{SerializeMap, Serializer};
use trailmark_compare::{
    Change, Comparison, Count, Detour, Diff, FormDetail, Kind, Rename, Reply, RuleChange, Setting, Zone,
};

use super::groups::header_difference;
use super::named::Named;
use crate::output;

pub(super) fn write(
    out: &mut impl Write,
    found: &Comparison<'_>,
    old: &Named<'_>,
    new: &Named<'_>,
    limit: usize,
) -> io::Result<()> {
    let report = Report {
        old: Site::of(old),
        new: Site::of(new),
        is_same: found.is_same(),
        asked_urls: found.diff.asked,
        same_urls: found.diff.same,
        counts: Counts(&found.diff),
        settings: &found.settings,
        rules: &found.rules,
        unknown_paths: &found.zones,
        detours: &found.detours,
        renames: found.suggestions.renames.get(..limit).unwrap_or(&found.suggestions.renames),
        redirect_lines: found.suggestions.lines.iter().map(trailmark_compare::Line::text).collect(),
        redirect_lines_left_out: found.suggestions.left_out,
        successors_not_looked_for: found.suggestions.not_looked_for,
        changes: Changes { diff: &found.diff, limit },
    };
    output::json_pretty(out, &report)
}

#[derive(Serialize)]
struct Report<'r, 'd> {
    old: Site<'r>,
    new: Site<'r>,
    is_same: bool,
    asked_urls: usize,
    same_urls: usize,
    counts: Counts<'r, 'd>,
    settings: &'r [Setting],
    rules: &'r [RuleChange],
    unknown_paths: &'r [Zone],
    detours: &'r [Detour],
    renames: &'r [Rename],
    redirect_lines: Vec<String>,
    redirect_lines_left_out: usize,
    successors_not_looked_for: usize,
    changes: Changes<'r, 'd>,
}

#[derive(Serialize)]
pub(super) struct Site<'r> {
    name: &'r str,
    sha256: String,
    files: usize,
}

impl<'r> Site<'r> {
    pub(super) fn of(named: &'r Named<'_>) -> Site<'r> {
        let manifest = named.side.manifest();
        Site { name: &named.name, sha256: output::hex(&manifest.sha256()), files: manifest.asset_count() }
    }
}

struct Counts<'r, 'd>(&'r Diff<'d>);

impl Serialize for Counts<'_, '_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(Kind::ALL.len()))?;
        for &kind in Kind::ALL {
            let count: Count = self.0.count_of(kind);
            map.serialize_entry(kind.as_str(), &count)?;
        }
        map.end()
    }
}

struct Changes<'r, 'd> {
    diff: &'r Diff<'d>,
    limit: usize,
}

impl Serialize for Changes<'_, '_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let of_kind = |&kind: &Kind| self.diff.of_kind(kind).iter().take(self.limit);
        serializer.collect_seq(Kind::ALL.iter().flat_map(of_kind).filter_map(|change| self.page(change)))
    }
}

impl Changes<'_, '_> {
    fn page(&self, change: &Change) -> Option<Page> {
        let detail = self.diff.detail(change)?;
        let others = detail.others.iter().map(Url::of).collect();
        let headers = (detail.kind == Kind::Headers).then(|| header_difference(self.diff, &detail.main));
        Some(Page { main: Url::of(&detail.main), headers, other_urls: others })
    }
}

#[derive(Serialize)]
struct Page {
    #[serde(flatten)]
    main: Url,
    /// What differs, if it is headers.
    #[serde(skip_serializing_if = "Option::is_none")]
    headers: Option<String>,
    other_urls: Vec<Url>,
}

#[derive(Serialize)]
pub(super) struct Url {
    url: String,
    kind: Kind,
    before: Answer,
    after: Answer,
}

impl Url {
    pub(super) fn of(form: &FormDetail<'_>) -> Url {
        Url {
            url: form.path.clone(),
            kind: form.kind,
            before: Answer::of(&form.before),
            after: Answer::of(&form.after),
        }
    }
}

#[derive(Serialize)]
struct Answer {
    state: trailmark_compare::State,
    #[serde(skip_serializing_if = "Option::is_none")]
    status: Option<u16>,
    #[serde(skip_serializing_if = "Option::is_none")]
    location: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    asset: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    sha256: Option<String>,
}

impl Answer {
    fn of(reply: &Reply<'_>) -> Answer {
        Answer {
            state: reply.state,
            status: (reply.status > 0).then_some(reply.status),
            location: reply.location.clone(),
            asset: reply.asset.map(|asset| asset.site_path().to_string()),
            sha256: reply.asset.map(|asset| output::hex(asset.fingerprint())),
        }
    }
}
