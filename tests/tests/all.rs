//! The one integration test binary.

mod batch;
mod cli;
mod conformance;
mod corpus;
mod corruption;
mod hostile;
mod preflight;
mod properties;
mod random_sites;
mod requests;
mod routing_docs;
mod scan;
mod torture;
