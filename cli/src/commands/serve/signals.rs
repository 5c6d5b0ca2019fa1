//! Waits until the process is told to end, and ends in good order.

use std::time::Duration;

use anyhow::Context;
use trailmark_edge::server::Running;

use crate::output;

/// Does what is to be done `beside` until SIGINT or SIGTERM; then shuts the server down. A second signal ends it at once.
///
/// # Errors
/// The system gives no runtime, or no signals.
pub(crate) fn until_ended(
    running: &Running,
    beside: impl Future<Output = ()>,
    shutdown_time: Duration,
) -> anyhow::Result<()> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let runtime = runtime.context("cannot wait for signals")?;
    let ended = runtime.block_on(async {
        let mut signals = Signals::new().context("cannot wait for signals")?;
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
        Ok(())
    });
    runtime.shutdown_background();
    ended
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
