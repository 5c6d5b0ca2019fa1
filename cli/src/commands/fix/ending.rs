//! Ends in good order when the user wants it to: what has been begun is finished, and nothing unfinished stays behind.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use crate::output;

/// Waits for Ctrl-C, if files are written; the flag is set at the first. A second ends the process at once.
pub(super) fn watch(writes: bool) -> Arc<AtomicBool> {
    let flag = Arc::new(AtomicBool::new(false));
    if writes {
        let seen = Arc::clone(&flag);
        // Without signals, Ctrl-C ends the process at once: each file is whole even then.
        let _ = std::thread::Builder::new().name("signals".to_owned()).spawn(move || wait(&seen));
    }
    flag
}

fn wait(seen: &AtomicBool) {
    let Ok(runtime) = tokio::runtime::Builder::new_current_thread().enable_all().build() else { return };
    runtime.block_on(async {
        if signal().await.is_err() {
            return;
        }
        seen.store(true, Ordering::Relaxed);
        output::note("ending; the files that are being written are finished");
        if signal().await.is_ok() {
            std::process::exit(130);
        }
    });
}

#[cfg(unix)]
async fn signal() -> std::io::Result<()> {
    use tokio::signal::unix::{SignalKind, signal};
    let mut terminate = signal(SignalKind::terminate())?;
    tokio::select! {
        found = tokio::signal::ctrl_c() => found,
        _ = terminate.recv() => Ok(()),
    }
}

#[cfg(not(unix))]
async fn signal() -> std::io::Result<()> {
    tokio::signal::ctrl_c().await
}
