//! Answers that are compiled in: the routes of a site as tables of a Rust module, which `trailmark codegen` (or
//! `trailmark_compiler::codegen`, from a build script) writes. No file is opened, mapped or embedded; the answers are those of
//! [`Manifest`](crate::Manifest), and so are the names of the methods.
//!
//! What a generated module holds is data: a [`Site`], whose types are described here so that the tables can be read. Everything
//! that looks up and answers is in this crate, and shared with manifests where that costs nothing. The types of the tables are no
//! interface for other code: a module is to be generated with the version of this crate that it is compiled with ([`VERSION`]).
//!
//! ```text
//! mod routes; // written by `trailmark codegen dist -o src/routes.rs`
//!
//! let mut scratch = trailmark::Scratch::new();
//! let path = trailmark::RequestPath::parse("/about.html", &mut scratch)?;
//! let answer = routes::SITE.answer(&trailmark::Request::get(path));
//! assert_eq!(answer.status, 307);
//! assert_eq!(answer.location().unwrap().to_string(), "/about");
//! ```

mod asset;
mod contents;
mod lookup;
mod rows;
mod site;

pub use asset::{Asset, AssetRow};
pub use contents::{Contents, ContentsHeaderRule, FormContents, StemContents, StoredAnswer};
pub use phf;
pub use rows::{
    Dispatch, Effect, Entry, HeaderRule, HeaderRuleRow, HeaderSet, Misses, NotFound, RedirectKind,
    RedirectRow, Router, RouterFirst, RouterKind, Shape, Stem,
};
pub use site::{Answer, Decision, Resolution, Route, Site};

pub use crate::manifest::Policy;

/// Number of the layout of these tables. A generated module names the one that it is written for, and does not compile with another:
/// generate it again then.
pub const VERSION: u32 = 1;
