#![doc = include_str!("../README.md")]

mod diff;
mod hashed;
mod kind;
pub mod log;
mod near;
mod rename;
mod report;
mod rules;
mod settings;
mod side;
mod suggest;
mod zones;

pub use diff::{Change, Count, Detail, Diff, FormDetail};
pub use kind::Kind;
pub use near::{Near, nearest};
pub use rename::{MOST_GUESSED, Reason, Rename};
pub use report::Comparison;
pub use rules::{Detour, Example, RuleChange, RuleFile, in_words};
pub use settings::Setting;
pub use side::{Origin, Reply, Side, State};
pub use suggest::{Line, Suggestions};
pub use zones::Zone;
