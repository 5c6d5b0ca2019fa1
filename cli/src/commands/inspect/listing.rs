//! Every stored answer, and every file.

use std::io::{self, Write};

use serde::Serialize;
use trailmark::{Asset, Manifest, RouteEffect, SitePath};

use crate::output::{self, BOLD, Cell, DIM, Format, Table, grouped, hex, status_style};

/// Something that is a row for people and an object for programs.
pub(super) trait Entry: Serialize {
    /// The names of the columns.
    const COLUMNS: &'static [&'static str];
    /// The row.
    fn row(&self) -> Vec<Cell>;
}

/// Prints entries one by one.
pub(super) fn print<E: Entry>(entries: impl Iterator<Item = E>, format: Format) -> io::Result<()> {
    match format {
        Format::Json => {
            let mut out = output::raw_stdout();
            for entry in entries {
                output::json_line(&mut out, &entry)?;
            }
            out.flush()
        }
        Format::Text => {
            let mut out = output::stdout();
            print_table(entries, &mut out)?;
            out.flush()
        }
    }
}

fn print_table<E: Entry>(entries: impl Iterator<Item = E>, out: &mut impl Write) -> io::Result<()> {
    const BATCH: usize = 1000;
    let mut table = Table::default();
    table.row(E::COLUMNS.iter().map(|name| Cell::new(name).styled(BOLD)).collect::<Vec<_>>());
    for entry in entries {
        table.row(entry.row());
        if table.len() == BATCH {
            table.write(out)?;
        }
    }
    table.write(out)
}

/// A stored answer.
#[derive(Debug, Serialize)]
pub(super) struct RouteEntry<'m> {
    path: String,
    status: u16,
    /// The site path that is redirected to.
    target: Option<String>,
    /// The site path of the file that is served.
    asset: Option<String>,
    rule: &'m str,
}

/// The stored answers, sorted by path.
pub(super) fn routes<'m>(manifest: &'m Manifest<'m>) -> impl Iterator<Item = RouteEntry<'m>> {
    let mut routes: Vec<_> = manifest.routes().collect();
    routes.sort_unstable_by(|a, b| path_bytes(&a.path).cmp(path_bytes(&b.path)));
    routes.into_iter().map(|route| {
        let (status, target, asset) = match route.effect {
            RouteEffect::Serve(asset) => (200, None, Some(asset.site_path().to_string())),
            RouteEffect::Redirect(target) => (manifest.redirect_status(), Some(target.to_string()), None),
        };
        RouteEntry {
            path: route.path.to_string(),
            status,
            target,
            asset,
            rule: manifest.rule_name(route.rule),
        }
    })
}

fn path_bytes<'p>(path: &SitePath<'p>) -> impl Iterator<Item = u8> + use<'p> {
    let (stem, suffix) = path.parts();
    stem.bytes().chain(suffix.bytes())
}

impl Entry for RouteEntry<'_> {
    const COLUMNS: &'static [&'static str] = &["PATH", "STATUS", "ANSWER", "RULE"];

    fn row(&self) -> Vec<Cell> {
        let answer = match (&self.target, &self.asset) {
            (Some(target), _) => format!("-> {target}"),
            (None, asset) => asset.clone().unwrap_or_default(),
        };
        let status = Cell::new(self.status.to_string()).styled(status_style(self.status));
        vec![Cell::new(&self.path), status, Cell::new(answer), Cell::new(self.rule).styled(DIM)]
    }
}

/// A file.
#[derive(Debug, Serialize)]
pub(super) struct AssetEntry<'m> {
    path: String,
    size: u64,
    sha256: String,
    etag: String,
    media_type: Option<&'m str>,
    canonical_url: Option<String>,
}

/// The files, sorted by path.
pub(super) fn assets<'m>(manifest: &'m Manifest<'m>) -> impl Iterator<Item = AssetEntry<'m>> {
    let mut assets: Vec<Asset<'m>> = manifest.assets().collect();
    assets.sort_unstable_by(|a, b| path_bytes(&a.site_path()).cmp(path_bytes(&b.site_path())));
    assets.into_iter().map(|asset| AssetEntry {
        path: asset.site_path().to_string(),
        size: asset.size(),
        sha256: hex(asset.fingerprint()),
        etag: asset.etag().to_string(),
        media_type: asset.media_type(),
        canonical_url: asset.canonical_url().map(|url| url.to_string()),
    })
}

impl Entry for AssetEntry<'_> {
    const COLUMNS: &'static [&'static str] = &["PATH", "BYTES", "SERVED AT", "MEDIA TYPE", "ETAG", "SHA-256"];

    fn row(&self) -> Vec<Cell> {
        let served_at = match &self.canonical_url {
            Some(url) => Cell::new(url),
            None => Cell::new("(nowhere)").styled(DIM),
        };
        let media_type = match self.media_type {
            Some(media_type) => Cell::new(media_type),
            None => Cell::new("(none)").styled(DIM),
        };
        vec![
            Cell::new(&self.path),
            Cell::number(grouped(self.size)),
            served_at,
            media_type,
            Cell::new(&self.etag),
            Cell::new(&self.sha256).styled(DIM),
        ]
    }
}
