//! A server that runs: its threads, what they counted, and how it ends.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use tokio::sync::watch;

use super::control::{Connections, Phase};
use super::exchange::{Answers, Told};
use super::limits::ServerLimits;
use super::listen::Listeners;
use super::log::RequestLog;
use super::registry::Registry;
use super::stats::{ServerStats, ThreadStats, sum};
use super::worker::{Worker, http};

/// Threads that read files for one thread that answers, at most.
const DISK_THREADS: usize = 32;

/// A server that runs. It ends at once when this is dropped; [`Running::shut_down`] lets it end what it has begun.
#[derive(Debug)]
pub struct Running {
    address: SocketAddr,
    phase: watch::Sender<Phase>,
    connections: Arc<Connections>,
    stats: Vec<Arc<ThreadStats>>,
    threads: Vec<JoinHandle<()>>,
}

/// Starts a server: a thread for each listener.
///
/// Bodies of requests are for the fallback service to read, and to limit. Where none does, they are not read.
///
/// # Errors
/// [`io::Error`] if the system gives no thread, or the listeners can't be waited for.
pub fn start<S: Answers>(
    listeners: Listeners,
    service: S,
    limits: &ServerLimits,
    log: Option<Arc<dyn RequestLog>>,
) -> io::Result<Running> {
    let (phase, receiver) = watch::channel(Phase::Serving);
    let mut running = Running {
        address: listeners.address(),
        phase,
        connections: Arc::new(Connections::new(limits.connections)),
        stats: Vec::new(),
        threads: Vec::new(),
    };
    for (thread, listener) in listeners.into_sockets().into_iter().enumerate() {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_io()
            .enable_time()
            .max_blocking_threads(DISK_THREADS)
            .build()?;
        let listener = {
            let _inside = runtime.enter();
            tokio::net::TcpListener::from_std(listener)?
        };
        let stats = Arc::new(ThreadStats::new());
        running.stats.push(Arc::clone(&stats));
        let worker = Worker {
            service: service.clone(),
            told: Told { thread, stats, log: log.clone() },
            connections: Arc::clone(&running.connections),
            registry: Registry::new(limits),
            http: http(limits),
            last_message: None,
        };
        let phase = receiver.clone();
        let run = move || {
            runtime.block_on(worker.run(listener, phase));
            // Nobody waits for a disk.
            runtime.shutdown_background();
        };
        running.threads.push(std::thread::Builder::new().name(format!("serve-{thread}")).spawn(run)?);
    }
    Ok(running)
}

impl Running {
    /// Where connections are taken.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// What was counted so far. Takes some ten thousand loads a thread; nobody waits for it.
    pub fn stats(&self) -> ServerStats {
        sum(&self.stats)
    }

    /// Takes no more connections, ends idle ones, and waits for the others to be answered, so long at most. Gives the number of
    /// connections that were cut off.
    pub async fn shut_down(&self, within: Duration) -> usize {
        let deadline = Instant::now().checked_add(within).unwrap_or_else(Instant::now);
        self.phase.send_if_modified(|phase| {
            let is_serving = *phase == Phase::Serving;
            if is_serving {
                *phase = Phase::Ending(deadline);
            }
            is_serving
        });
        self.ended().await
    }

    /// Ends at once; connections are cut off.
    pub fn stop(&self) {
        self.phase.send_replace(Phase::Stopped);
    }

    /// Waits until all threads have ended. Gives the number of connections that were cut off.
    pub async fn ended(&self) -> usize {
        // Each thread has a receiver until it ends.
        self.phase.closed().await;
        self.connections.were_cut_off()
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.stop();
        for thread in self.threads.drain(..) {
            // One that panicked has said so.
            let _ = thread.join();
        }
    }
}
