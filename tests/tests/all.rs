//! The one integration test binary.

mod bad_rules;
mod batch;
mod cache;
mod canonical;
mod changing;
mod cli;
mod conformance;
mod corpus;
mod corruption;
mod dependencies;
mod exhaustive;
mod faults;
mod format_example;
mod golden;
mod hostile;
mod large_file;
mod plain_reader;
mod preflight;
mod properties;
mod random_sites;
mod regressions;
mod reproducible;
mod requests;
mod routing_docs;
mod scan;
mod torture;
