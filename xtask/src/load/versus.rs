//! Ours beside others: the same site, the same tool, strictly in turns. All servers run from the beginning to the end; only one is
//! asked at a time.

use std::net::SocketAddr;

use anyhow::{Context, Result, ensure};
use serde::{Deserialize, Serialize};

use super::memory::Memory;
use super::peers;
use super::servers::{self, Contestant};
use super::wrk::{Run, Wrk};
use super::{Programs, machine, site};
use crate::raw_http::Client;
use crate::repo;

/// Connections at once.
pub(super) const CONNECTIONS: [usize; 2] = [64, 1000];
/// The page that is asked for.
const PAGE: usize = 123;

/// The whole comparison.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(super) struct Versus {
    /// What it was measured on.
    pub(super) machine: machine::Machine,
    /// How often each was asked with each number of connections.
    pub(super) rounds: usize,
    /// Seconds each time.
    pub(super) seconds: u64,
    /// The servers.
    pub(super) rows: Vec<Row>,
}

/// A server.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(super) struct Row {
    /// Its name.
    pub(super) name: String,
    /// Its version.
    pub(super) version: String,
    /// Bytes of a whole answer, head included.
    pub(super) answer_len: usize,
    /// All runs, a list for each number of connections.
    pub(super) runs: Vec<Vec<Run>>,
    /// At the end.
    pub(super) memory: Memory,
}

/// Measures.
///
/// # Errors
/// Ours does not start, there is no `wrk`, or a server answers something else.
pub(super) fn measure(programs: &Programs, only: &[String], quick: bool) -> Result<Versus> {
    let peers = peers::fetch(true);
    let wrk = Wrk::of(&peers)?;
    let folder = tempfile::tempdir_in(scratch()?)?;
    let site = site::write(folder.path(), 0, false)?;
    let running = servers::start(programs, &peers, &site, folder.path(), only)?;
    let (rounds, seconds) = if quick { (2, 2) } else { (7, 6) };
    let mut versus = Versus { machine: machine::here(), rounds, seconds, rows: Vec::new() };
    for contestant in &running {
        let answer_len = check(contestant)?;
        versus.rows.push(Row {
            name: contestant.name.to_owned(),
            version: contestant.version.clone(),
            answer_len,
            runs: vec![Vec::new(); CONNECTIONS.len()],
            memory: Memory::default(),
        });
    }
    let path = site::path(PAGE);
    for (number, &connections) in CONNECTIONS.iter().enumerate() {
        for contestant in &running {
            // Warm up.
            wrk.run(contestant.server.address(), &path, connections, 1)?;
        }
        for round in 0..rounds {
            // Nobody always comes first.
            for place in 0..running.len() {
                let place = (place + round) % running.len();
                let run = wrk.run(running[place].server.address(), &path, connections, seconds)?;
                eprintln!(
                    "{connections} connections, round {}: {} {:.0} requests/s, p99 {:.2} ms, {} errors",
                    round + 1,
                    running[place].name,
                    run.rate,
                    run.p99 * 1e3,
                    run.errors
                );
                versus.rows[place].runs[number].push(run);
            }
        }
    }
    for (row, contestant) in versus.rows.iter_mut().zip(&running) {
        row.memory = contestant.server.memory();
    }
    Ok(versus)
}

/// Where a run keeps its files.
///
/// # Errors
/// The disk is full.
pub(super) fn scratch() -> Result<std::path::PathBuf> {
    let folder = repo::scratch("load");
    std::fs::create_dir_all(&folder)?;
    Ok(folder)
}

/// The page as it should be, from every server; the length of the answer.
fn check(contestant: &Contestant) -> Result<usize> {
    let address = contestant.server.address();
    for page in [0, PAGE, site::PAGES - 1] {
        ask(address, &site::path(page), &site::text(0, page)).with_context(|| contestant.name)?;
    }
    ask(address, &site::path(PAGE), &site::text(0, PAGE))
}

fn ask(address: SocketAddr, path: &str, expected: &str) -> Result<usize> {
    let reply = Client::to(address).ask(&request(path, "localhost"), false)?;
    ensure!(reply.status == 200, "status {}", reply.status);
    ensure!(reply.body == expected.as_bytes(), "another body");
    let head = reply.headers.iter().map(|(name, value)| name.len() + value.len() + 4).sum::<usize>();
    Ok("HTTP/1.1 200 OK\r\n\r\n".len() + head + reply.body.len())
}

/// A plain request.
pub(super) fn request(path: &str, host: &str) -> Vec<u8> {
    format!("GET {path} HTTP/1.1\r\nhost: {host}\r\n\r\n").into_bytes()
}
