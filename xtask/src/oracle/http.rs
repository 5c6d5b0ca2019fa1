//! The same judge over HTTP: each site is served by `trailmark-edge` on 127.0.0.1, beside the platform's own code, and the same bytes
//! are sent to both. Status, body and every header are compared; [`reply`] names the few headers that are not.

mod asks;
mod compare;
mod reply;
mod server;
#[rustfmt::skip]
mod words;

use std::path::Path;

use anyhow::{Context, Result, bail};

use super::case::Case;
use super::compare::Verdict;
use super::driver::{ATTEMPTS, Driver};
use super::reply::{Ours, production_tag, unknown_tag};
use super::report::{self, Report};
use crate::raw_http::Client;
use asks::HttpAsk;
use reply::{Reply, Tags};
use server::Server;

pub(super) use compare::artefacts;
pub(super) use reply::NOT_COMPARED;

/// Our server, and what the cases of one share are put to it with.
#[derive(Debug)]
pub(super) struct Judge {
    server: Server,
    seed: u64,
    tells_all: bool,
}

impl Judge {
    /// Starts our server.
    ///
    /// # Errors
    /// If no port is free.
    pub(super) fn start(seed: u64, tells_all: bool) -> Result<Judge> {
        Ok(Judge { server: Server::start()?, seed, tells_all })
    }

    /// Writes the site, has both sides serve it, asks both, compares.
    ///
    /// # Errors
    /// If the platform can't be asked, or takes a site that we do not, or the other way round.
    pub(super) fn judge(&self, mut case: Case, driver: &mut Driver, report: &mut Report) -> Result<()> {
        let folder = tempfile::tempdir().context("no temporary folder")?;
        case.again.push_str(" --http");
        case.write(folder.path())?;
        let asks = asks::of_case(&case, self.seed);
        let ours = Ours::compile(&case, folder.path());
        let theirs = match (self.ask_platform(&case, folder.path(), &asks, driver)?, &ours) {
            (Ok(theirs), _) => theirs,
            (Err(_), Err(_)) => {
                report.count_refused();
                return Ok(());
            }
            (Err(error), Ok(_)) => {
                bail!("the platform does not take the case, and we do: {error}\n{}", report::describe(&case))
            }
        };
        let ours = ours.with_context(|| report::describe(&case))?;
        self.server.serve(&ours, folder.path())?;
        let own_tag = ours.own_tags(&case.tree);
        let mut client = Client::to(self.server.address());
        for (ask, theirs) in asks.iter().zip(theirs) {
            let reply = client.ask(&ask.bytes(&own_tag), ask.is_head());
            let reply = Reply::of(reply, Tags::Ours(&ours));
            self.count(&case, ask, &theirs, &reply, &self.server.rule()?, report);
        }
        Ok(())
    }

    fn count(
        &self,
        case: &Case,
        ask: &HttpAsk,
        theirs: &Reply,
        ours: &Reply,
        rule: &str,
        report: &mut Report,
    ) {
        let verdict = compare::compare(ask, theirs, ours);
        if self.tells_all {
            println!("{verdict:?} {ask}\n  theirs {theirs}\n  ours   {ours} ({rule})");
        }
        report.count(verdict, case, rule, theirs.status());
        ask.kinds().for_each(|kind| report.count_header(kind));
        if verdict == Verdict::Different {
            report.tell(case, ask, theirs, &format!("{ours} ({rule})"));
        }
    }

    /// The platform's answers; the error inside is why it does not take the case.
    fn ask_platform(
        &self,
        case: &Case,
        folder: &Path,
        asks: &[HttpAsk],
        driver: &mut Driver,
    ) -> Result<Result<Vec<Reply>, String>> {
        let tag = |file: &str| production_tag(&case.tree, file).unwrap_or_else(unknown_tag);
        let mut input = case.to_driver(folder, tag);
        input["requests"] = serde_json::json!([]);
        let mut attempt = 1;
        loop {
            let started = driver.ask(&input)?;
            let address = match (started.error, started.address) {
                (Some(error), _) => return Ok(Err(error)),
                (None, address) => address.context("the driver names no address")?,
            };
            let mut client = Client::to(address);
            let ask = |ask: &HttpAsk| {
                let reply = client.ask(&ask.bytes(tag), ask.is_head());
                Reply::of(reply, Tags::Theirs)
            };
            let replies: Vec<Reply> = asks.iter().map(ask).collect();
            // A port that something else took at that moment, a machine that is too busy: the next time it works.
            if attempt == ATTEMPTS || !replies.iter().any(|reply| matches!(reply, Reply::Failed(_))) {
                return Ok(Ok(replies));
            }
            attempt += 1;
        }
    }
}
