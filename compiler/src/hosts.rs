//! Other hosts: what a site's files answer on GitHub Pages, Netlify, Vercel, Azure Static Web Apps, Firebase Hosting, Render, GitLab
//! Pages, an S3 website, nginx and Caddy, beside what they answer on Workers and Pages.
//!
//! The rules of a host are rows of a table (`tables/`, a file a host), read from top to bottom as those of `rules.rs`; each says how
//! well it is known, and from where. `host.rs` names the hosts with their settings, `policy.rs` says what concerns all paths of a
//! host (status of redirects, decoding, misses), `interpret.rs` applies both. Pure: no disk, no clock.
//!
//! What is asked is the files alone. What a host reads beside them (its redirect and header files, its configuration) is left out;
//! `docs/HOSTS.md` lists that host by host.
//!
//! ```
//! use trailmark::{RequestPath, Scratch};
//! use trailmark_compiler::Base;
//! use trailmark_compiler::hosts::{Files, Host, HostedSite};
//!
//! let files = Files::of_names(["/about.html"], &Base::default());
//! let hosted = HostedSite::new(&files, "vercel:clean-urls".parse::<Host>()?)?;
//! let mut scratch = Scratch::new();
//! let answer = hosted.answer(&RequestPath::parse("/about.html", &mut scratch)?);
//! assert_eq!((answer.status, answer.location.as_deref()), (308, Some("/about")));
//! assert_eq!(answer.rule.name, "vercel/clean-urls/html");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod compare;
mod files;
mod host;
mod hosted;
mod interpret;
pub(crate) mod numbers;
mod paths;
mod policy;
mod routes;
mod row;
mod spelling;
mod tables;

pub use compare::{Comparison, Move, Moved, compare};
pub use files::Files;
pub use host::{Host, UnknownHost};
pub use hosted::{HostAnswer, HostedSite, RuleNote};
pub use interpret::Finding;
pub use numbers::{FIRST_HOST_RULE, numbered_rules};
pub use policy::{Cleaning, Decoding, NotFound, Policy, Spelling};
pub(crate) use routes::{HostRoutes, routes};
pub use row::{Does, Ending, HostRule, Want};
pub(crate) use tables::{bad_request as bad_request_rule, miss as miss_rule};
pub use tables::{miss_rules, rules, rules_of};
