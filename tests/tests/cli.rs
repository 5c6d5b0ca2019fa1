//! The built command, as its users meet it: what it prints, where, and how it ends.

mod audit;
mod audit_input;
mod audit_rules;
mod bad_input;
mod bench;
mod codegen;
mod compile;
mod diff;
mod diff_log;
mod explain;
mod fix;
mod help;
mod host_platforms;
mod hosts;
mod inspect;
mod replay;
mod report;
mod resolve;
pub(crate) mod support;
mod terminal;
mod verify;
