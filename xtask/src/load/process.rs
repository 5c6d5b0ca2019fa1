//! A server that runs, and how it ends: by its own process id.

use std::net::{SocketAddr, TcpListener, TcpStream};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};

use super::memory::{self, Memory};
use crate::repo;

const START_TIME: Duration = Duration::from_secs(20);
const END_TIME: Duration = Duration::from_secs(5);

/// A server that runs. It ends when this is dropped.
#[derive(Debug)]
pub(crate) struct Server {
    child: Child,
    address: SocketAddr,
}

impl Server {
    /// Starts it, and waits until it takes connections there.
    ///
    /// # Errors
    /// It can't be started, ends, or does not listen.
    pub(crate) fn start(command: &mut Command, address: SocketAddr) -> Result<Server> {
        // Some servers signal their whole group when they end.
        #[cfg(unix)]
        std::os::unix::process::CommandExt::process_group(command, 0);
        let child = command.spawn().with_context(|| format!("can't start {}", repo::show(command)))?;
        let mut server = Server { child, address };
        let deadline = Instant::now() + START_TIME;
        while TcpStream::connect(address).is_err() {
            if let Some(status) = server.child.try_wait()? {
                bail!("{} ended: {status}", repo::show(command));
            }
            if Instant::now() > deadline {
                bail!("{} does not listen", repo::show(command));
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        Ok(server)
    }

    /// A server that says itself where it listens.
    pub(crate) fn listening(child: Child, address: SocketAddr) -> Server {
        Server { child, address }
    }

    /// Where it listens.
    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    /// What it takes now, its children included.
    pub(in crate::load) fn memory(&self) -> Memory {
        memory::of_tree(self.child.id())
    }

    fn end(&mut self) -> Result<()> {
        let pid = self.child.id().to_string();
        Command::new("kill").args(["-TERM", &pid]).stderr(Stdio::null()).status()?;
        let deadline = Instant::now() + END_TIME;
        while self.child.try_wait()?.is_none() {
            if Instant::now() > deadline {
                self.child.kill()?;
                self.child.wait()?;
                break;
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        Ok(())
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        if let Err(error) = self.end() {
            eprintln!("a server did not end: {error:#}");
        }
    }
}

/// An address on this machine that nobody listens to.
///
/// # Errors
/// No port is free.
pub(crate) fn free_address() -> Result<SocketAddr> {
    let listener = TcpListener::bind("127.0.0.1:0").context("no port is free")?;
    Ok(listener.local_addr()?)
}
