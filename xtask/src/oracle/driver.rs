//! The Node half, `tests/oracle/driver.mjs`: a case in, the platform's answers out. Its README gives the two formats.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Write};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use anyhow::{Context, Result, bail};
use serde::Deserialize;
use serde_json::Value;

use crate::npm;

/// A running driver.
#[derive(Debug)]
pub(super) struct Driver {
    child: Child,
    input: Option<ChildStdin>,
    output: BufReader<ChildStdout>,
}

/// What the driver says about a case.
#[derive(Debug, Deserialize)]
pub(super) struct CaseReply {
    /// One answer a request; none if the case could not start.
    pub(super) answers: Vec<DriverAnswer>,
    /// Why the case could not start.
    pub(super) error: Option<String>,
    /// Where the site goes on being served until the next case.
    #[serde(default)]
    pub(super) address: Option<String>,
}

/// What the platform answered to one request.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
pub(super) enum DriverAnswer {
    /// The request could not be made.
    Failed {
        /// Why.
        error: String,
    },
    /// An answer.
    Answered {
        /// HTTP status.
        status: u16,
        /// Header lines, by name in lower case: a text, or a list of them.
        headers: BTreeMap<String, Value>,
        /// SHA-256 of the body, in hex; `None` if it is empty.
        body_sha256: Option<String>,
        /// `assets`, `worker` or `binding`.
        by: String,
    },
}

/// How often something is tried that may have failed because of the machine.
pub(super) const ATTEMPTS: usize = 4;

/// What a server or a connection says that failed for reasons of its own: a port that something else took at that moment, a
/// machine that is too busy.
const MACHINE_FAULTS: [&str; 6] = [
    "Address already in use",
    "did not start within",
    "no answer within",
    "ECONNRESET",
    "ECONNREFUSED",
    "socket hang up",
];

impl CaseReply {
    /// Whether something failed that would not fail again.
    fn blames_the_machine(&self) -> bool {
        let failed = self.answers.iter().filter_map(|answer| match answer {
            DriverAnswer::Failed { error } => Some(error),
            DriverAnswer::Answered { .. } => None,
        });
        failed.chain(&self.error).any(|error| MACHINE_FAULTS.iter().any(|fault| error.contains(fault)))
    }
}

impl Driver {
    /// Starts one.
    ///
    /// # Errors
    /// If Node can't be started.
    pub(super) fn start() -> Result<Driver> {
        let mut child = Command::new("node")
            .arg("driver.mjs")
            .current_dir(npm::ORACLE.folder())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .context("can't start node")?;
        let input = child.stdin.take();
        let output = BufReader::new(child.stdout.take().context("no pipe from node")?);
        Ok(Driver { child, input, output })
    }

    /// Puts a case to the platform; more than once where the machine was at fault.
    ///
    /// # Errors
    /// If the driver itself fails.
    pub(super) fn ask(&mut self, case: &Value) -> Result<CaseReply> {
        for _ in 1..ATTEMPTS {
            let reply = self.ask_once(case)?;
            if !reply.blames_the_machine() {
                return Ok(reply);
            }
        }
        self.ask_once(case)
    }

    fn ask_once(&mut self, case: &Value) -> Result<CaseReply> {
        let input = self.input.as_mut().context("the driver's input is closed")?;
        writeln!(input, "{case}").context("the driver does not listen")?;
        input.flush()?;
        let mut line = String::new();
        if self.output.read_line(&mut line)? == 0 {
            bail!("the driver ended");
        }
        serde_json::from_str(&line).with_context(|| format!("the driver said {line:?}"))
    }
}

impl Drop for Driver {
    fn drop(&mut self) {
        // It ends when its input closes, and takes workerd with it.
        drop(self.input.take());
        let _ = self.child.wait();
    }
}
