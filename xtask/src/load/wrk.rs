//! `wrk`: how it is called, and what it says.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};

use anyhow::{Context, Result, bail};
use serde::{Deserialize, Serialize};

use super::CLIENT_CORES;
use super::command::pinned;
use super::peers::Peers;
use crate::repo;

/// The program, and where its library is.
#[derive(Debug)]
pub(super) struct Wrk {
    program: PathBuf,
    /// Libraries that the system may not have.
    libraries: PathBuf,
}

/// What one run measured.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub(super) struct Run {
    /// Requests a second.
    pub(super) rate: f64,
    /// Latency that half of the requests did not exceed, seconds.
    pub(super) p50: f64,
    /// Latency that 99 of 100 requests did not exceed, seconds.
    pub(super) p99: f64,
    /// Requests answered.
    pub(super) requests: u64,
    /// Errors of sockets, and answers other than 2xx and 3xx.
    pub(super) errors: u64,
}

impl Wrk {
    /// The one that was fetched.
    ///
    /// # Errors
    /// There is none.
    pub(super) fn of(peers: &Peers) -> Result<Wrk> {
        let program = peers.program("wrk").context("without wrk nothing can be measured")?;
        Ok(Wrk { program, libraries: peers.libraries() })
    }

    /// A run of so many seconds.
    ///
    /// # Errors
    /// It can't be started, or says something else.
    pub(super) fn run(&self, to: SocketAddr, path: &str, connections: usize, seconds: u64) -> Result<Run> {
        let mut command = self.command(to, path, connections, seconds);
        let finished = repo::capture(&mut command)?;
        parse(&finished.output).with_context(|| finished.output)
    }

    /// The same, without waiting for the end.
    ///
    /// # Errors
    /// It can't be started.
    pub(super) fn start(
        &self,
        to: SocketAddr,
        path: &str,
        connections: usize,
        seconds: u64,
    ) -> Result<Child> {
        let mut command = self.command(to, path, connections, seconds);
        command.stdout(Stdio::piped()).spawn().context("can't start wrk")
    }

    fn command(&self, to: SocketAddr, path: &str, connections: usize, seconds: u64) -> Command {
        let mut command = pinned(CLIENT_CORES, &self.program);
        command.args(["-t2", &format!("-c{connections}"), &format!("-d{seconds}s"), "--latency"]);
        command.arg(format!("http://{to}{path}")).env("LD_LIBRARY_PATH", &self.libraries);
        command
    }
}

/// Waits for a run that was started.
///
/// # Errors
/// It says something else than it should.
pub(super) fn finish(child: Child) -> Result<Run> {
    let output = child.wait_with_output()?;
    let text = String::from_utf8_lossy(&output.stdout);
    parse(&text).with_context(|| text.into_owned())
}

fn parse(text: &str) -> Result<Run> {
    let mut run = Run::default();
    for line in text.lines().map(str::trim) {
        let words: Vec<&str> = line.split_whitespace().collect();
        match words.as_slice() {
            ["50%", time] => run.p50 = seconds(time)?,
            ["99%", time] => run.p99 = seconds(time)?,
            [count, "requests", "in", ..] => run.requests = count.parse()?,
            ["Requests/sec:", rate] => run.rate = rate.parse()?,
            ["Socket", "errors:", rest @ ..] => {
                let numbers = rest.iter().filter_map(|word| word.trim_end_matches(',').parse::<u64>().ok());
                run.errors += numbers.sum::<u64>();
            }
            ["Non-2xx", .., count] => run.errors += count.parse::<u64>()?,
            _ => {}
        }
    }
    if run.rate == 0.0 || run.p50 == 0.0 {
        bail!("wrk says no rate");
    }
    Ok(run)
}

/// `635.00us`, `1.20ms`, `2.01s`.
fn seconds(text: &str) -> Result<f64> {
    let units = [("us", 1e-6), ("ms", 1e-3), ("s", 1.0), ("m", 60.0)];
    let found = units.iter().find_map(|(unit, factor)| Some((text.strip_suffix(unit)?, factor)));
    let (number, factor) = found.with_context(|| format!("a time of {text:?}"))?;
    Ok(number.parse::<f64>()? * factor)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_it_says_is_understood() {
        let text = "Running 6s test @ http://127.0.0.1:1/\n  2 threads and 64 connections\n  Latency Distribution\n     50%  635.00us\n     \
                    75%    0.90ms\n     90%    1.00ms\n     99%    1.20ms\n  4500 requests in 6.00s, 1.77MB read\n  Socket errors: connect 0, \
                    read 1, write 2, timeout 0\n  Non-2xx or 3xx responses: 4\nRequests/sec: 750.50\nTransfer/sec: 1MB\n";
        let run = parse(text).unwrap();
        assert_eq!((run.rate, run.requests, run.errors), (750.5, 4500, 7));
        assert!((run.p50 - 635e-6).abs() < 1e-9 && (run.p99 - 1.2e-3).abs() < 1e-9);
        assert!(parse("unable to connect").is_err());
    }
}
