//! Waits until the process is told to end, and ends in good order.

use std::time::Duration;

use anyhow::Context;
use tokio::runtime::Runtime;
use trailmark_edge::server::Running;

use crate::output;

/// Hears signals from now on, so that they end the process in good order and not at once.
pub(crate) struct Ending {
    runtime: Runtime,
    signals: Signals,
}

impl Ending {
    /// # Errors
    /// The system gives no runtime, or no signals.
    pub(crate) fn hear() -> anyhow::Result<Ending> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        let runtime = runtime.context("cannot wait for signals")?;
        let signals = {
            let _inside = runtime.enter();
            Signals::new().context("cannot wait for signals")?
        };
        Ok(Ending { runtime, signals })
    }

    /// Does what is to be done `beside` until SIGINT or SIGTERM; then shuts the server down. A second signal ends it at once.
    pub(crate) fn wait(self, running: &Running, beside: impl Future<Output = ()>, shutdown_time: Duration) {
        let Ending { runtime, mut signals } = self;
        runtime.block_on(async {
            tokio::select! {
                () = signals.next() => {}
                () = beside => {}
            }
            let open = running.stats().open;
            if open > 0 {
                output::note(&format!(
                    "ending: {} may take {} more; a second signal ends at once",
                    output::count(usize::try_from(open).unwrap_or(usize::MAX), "connection"),
                    output::seconds(shutdown_time)
                ));
            }
            let cut_off = tokio::select! {
                cut_off = running.shut_down(shutdown_time) => cut_off,
                () = signals.next() => {
                    running.stop();
                    running.ended().await
                }
            };
            if cut_off > 0 {
                output::warning(&format!("{} cut off", output::count(cut_off, "connection")));
            }
        });
        runtime.shutdown_background();
    }
}

/// What asks the process to end.
#[cfg(unix)]
pub(in crate::commands) struct Signals {
    interrupt: tokio::signal::unix::Signal,
    terminate: tokio::signal::unix::Signal,
}

#[cfg(unix)]
impl Signals {
    pub(in crate::commands) fn new() -> std::io::Result<Self> {
        use tokio::signal::unix::{SignalKind, signal};
        Ok(Signals {
            interrupt: signal(SignalKind::interrupt())?,
            terminate: signal(SignalKind::terminate())?,
        })
    }

    pub(in crate::commands) async fn next(&mut self) {
        tokio::select! {
            _ = self.interrupt.recv() => {}
            _ = self.terminate.recv() => {}
        }
    }
}

#[cfg(not(unix))]
pub(in crate::commands) struct Signals;

#[cfg(not(unix))]
impl Signals {
    pub(in crate::commands) fn new() -> std::io::Result<Self> {
        Ok(Signals)
    }

    pub(in crate::commands) async fn next(&mut self) {
        if tokio::signal::ctrl_c().await.is_err() {
            pending::<()>().await;
        }
    }
}
