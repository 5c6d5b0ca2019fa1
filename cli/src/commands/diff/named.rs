//! A site and what it is called.

use trailmark_compare::Side;

/// A site with the name that the user gave it.
pub(super) struct Named<'n> {
    pub(super) name: String,
    pub(super) side: Side<'n>,
}
