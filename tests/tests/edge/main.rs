//! `trailmark-edge`: sites as HTTP services.

mod conformance;
mod files;
mod hosts;
mod http1;
mod kit;
mod recorded;
mod service;
mod standard;
mod swap;
