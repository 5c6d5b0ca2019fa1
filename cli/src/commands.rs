//! The subcommands: a file each, with its arguments and `run`.

pub(crate) mod audit;
pub(crate) mod bench;
pub(crate) mod codegen;
pub(crate) mod compile;
pub(crate) mod diff;
pub(crate) mod explain;
pub(crate) mod fix;
pub(crate) mod hosts;
pub(crate) mod inspect;
pub(crate) mod replay;
pub(crate) mod report;
pub(crate) mod resolve;
pub(crate) mod serve;
pub(crate) mod verify;
