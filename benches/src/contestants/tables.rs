//! The way of a hash map: a table of every form of every page, and a walk up the folders for the nearest `404.html`.

use super::routes::{Common, Stored};
use super::{Buffer, Contestant, Spelled, site_path, token};
use crate::requests::Ask;

/// Something that maps site paths to answers.
pub trait Table {
    /// What a path answers.
    fn get(&self, site_path: &[u8]) -> Option<Stored>;
}

/// Where the walk looks for `404.html`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Walk {
    /// In the one table, as the platform looks in its one list of names: is there a file of that name?
    OneTable,
    /// In a map of the folders that own one. It is small and stays in the caches; somebody has to think of it.
    Folders,
}

/// A table, made to answer requests.
#[derive(Debug)]
pub struct Tables<'t, T> {
    /// Every form of every page.
    pub table: &'t T,
    /// What goes with it.
    pub common: &'t Common,
    /// How misses are answered.
    pub walk: Walk,
}

/// What is found.
enum Found<'a> {
    Serve(u32),
    Location(&'a [u8]),
    /// To the canonical spelling of the request's own path.
    Canonical,
    NotFoundPage(u32),
    Nothing,
}

const PAGE: &[u8] = b"/404.html";

impl<T: Table> Tables<'_, T> {
    #[inline(always)]
    fn find(&self, ask: &Ask<'_>, buffer: &mut Buffer) -> Found<'_> {
        let path = site_path(ask, buffer.path.as_mut_slice());
        let found = match self.table.get(path) {
            Some(stored) => match stored.asset() {
                Some(asset) => Found::Serve(asset),
                None => {
                    let (offset, len) = stored.location();
                    return Found::Location(
                        self.common.locations.get(offset..offset + len).unwrap_or_default(),
                    );
                }
            },
            None => match self.not_found(path, buffer.name.as_mut_slice()) {
                Some(asset) => Found::NotFoundPage(asset),
                None => return Found::Nothing,
            },
        };
        if ask.is_canonical() { found } else { Found::Canonical }
    }

    fn not_found(&self, path: &[u8], name: &mut [u8]) -> Option<u32> {
        if self.walk == Walk::OneTable {
            name.get_mut(..path.len())?.copy_from_slice(path);
        }
        let mut folder = path;
        while let Some(end) = folder.iter().rposition(|&b| b == b'/') {
            folder = folder.get(..end)?;
            if self.walk == Walk::OneTable {
                // What is behind the folder is not needed any more: the folders still to come are shorter.
                name.get_mut(end..end + PAGE.len())?.copy_from_slice(PAGE);
                if self.table.get(name.get(..end + PAGE.len())?).is_none() {
                    continue;
                }
            }
            if let Some(&asset) = self.common.not_found.get(folder) {
                return Some(asset);
            }
        }
        None
    }
}

impl<T: Table> Contestant for Tables<'_, T> {
    #[inline(always)]
    fn answer(&self, ask: &Ask<'_>, buffer: &mut Buffer) -> u64 {
        match self.find(ask, buffer) {
            Found::Serve(asset) => token(200, asset),
            Found::NotFoundPage(asset) => token(404, asset),
            Found::Location(_) | Found::Canonical => token(307, u32::MAX),
            Found::Nothing => token(404, u32::MAX),
        }
    }

    fn spell(&self, ask: &Ask<'_>, buffer: &mut Buffer) -> Spelled {
        let query = ask.request.query();
        let redirect =
            |path: &str| Spelled { status: 307, asset: None, location: Some(format!("{path}{query}")) };
        match self.find(ask, buffer) {
            Found::Serve(asset) => Spelled { status: 200, asset: Some(asset), location: None },
            Found::NotFoundPage(asset) => Spelled { status: 404, asset: Some(asset), location: None },
            Found::Location(path) => redirect(&String::from_utf8_lossy(path)),
            Found::Canonical => {
                let path = ::trailmark::decode_path(ask.request.path(), ::trailmark::DecodeMode::Segments);
                redirect(&::trailmark::encode_site_path(&path))
            }
            Found::Nothing => Spelled { status: 404, asset: None, location: None },
        }
    }
}
