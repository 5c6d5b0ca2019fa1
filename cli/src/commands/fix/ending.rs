//! Ends in good order when the user wants it to: what has been begun is finished, and nothing unfinished stays behind.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Sender, channel};

use crate::commands::serve::signals::Signals;
use crate::output;

/// Waits for Ctrl-C, if files are written; the flag is set at the first. A second ends the process at once.
pub(super) fn watch(writes: bool) -> Arc<AtomicBool> {
    let flag = Arc::new(AtomicBool::new(false));
    if writes {
        let seen = Arc::clone(&flag);
        let (ready, is_ready) = channel();
        // Without signals, Ctrl-C ends the process at once: each file is whole even then.
        let _ = std::thread::Builder::new().name("signals".to_owned()).spawn(move || wait(&seen, &ready));
        // An error says that there are none.
        let _ = is_ready.recv();
    }
    flag
}

fn wait(seen: &AtomicBool, ready: &Sender<()>) {
    let Ok(runtime) = tokio::runtime::Builder::new_current_thread().enable_all().build() else { return };
    runtime.block_on(async {
        let Ok(mut signals) = Signals::new() else { return };
        let _ = ready.send(());
        signals.next().await;
        seen.store(true, Ordering::Relaxed);
        output::note("ending; the files that are being written are finished");
        signals.next().await;
        std::process::exit(130);
    });
}
