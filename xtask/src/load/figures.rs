//! The figures of the last runs, beside the page that is made of them.

use std::path::PathBuf;

use anyhow::{Context, Result};
use serde::{Deserialize, Serialize};

use super::sites::ManySites;
use super::swaps::Swaps;
use super::versus::Versus;
use crate::repo;

/// Of each part, the last run.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(super) struct Figures {
    /// Beside other servers.
    pub(super) versus: Option<Versus>,
    /// While versions change.
    pub(super) swaps: Option<Swaps>,
    /// Ten thousand sites.
    pub(super) sites: Option<ManySites>,
}

fn file() -> PathBuf {
    repo::root().join("docs/bench/serving.json")
}

impl Figures {
    /// Those that are there.
    ///
    /// # Errors
    /// They can't be read.
    pub(super) fn load() -> Result<Figures> {
        match std::fs::read(file()) {
            Ok(text) => {
                serde_json::from_slice(&text).context("docs/bench/serving.json is of another version")
            }
            Err(_) => Ok(Figures::default()),
        }
    }

    /// Keeps them.
    ///
    /// # Errors
    /// They can't be written.
    pub(super) fn save(&self) -> Result<()> {
        repo::write(&file(), &(serde_json::to_string_pretty(self)? + "\n"))
    }
}
