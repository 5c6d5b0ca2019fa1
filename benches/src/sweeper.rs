//! Leaves nothing behind, however a run ends.
//!
//! A process of its own waits until the run is gone, finished or interrupted or killed, and removes the folder that it worked
//! in. It knows by its standard input, which nobody writes to: it ends when the run does. Ctrl-C in a terminal does not reach
//! it, since it is in another process group.

use std::io::Read;
use std::path::Path;
use std::process::{Child, Stdio};
use std::time::Duration;

use anyhow::{Context, Result};

use crate::parts::itself;

/// Removes a folder when it is dropped, or when this process ends without dropping anything.
#[derive(Debug)]
pub struct Sweeper(Child);

impl Sweeper {
    /// Empties the folder, of what a machine that stopped may have left, and watches over it from now on.
    ///
    /// # Errors
    /// The process can't be started, or the folder can't be made.
    pub fn over(folder: &Path) -> Result<Sweeper> {
        remove(folder);
        std::fs::create_dir_all(folder).with_context(|| format!("can't make {}", folder.display()))?;
        let mut command = itself()?;
        command.arg("sweep").arg(folder).stdin(Stdio::piped());
        #[cfg(unix)]
        std::os::unix::process::CommandExt::process_group(&mut command, 0);
        Ok(Sweeper(command.spawn().context("can't start the process that cleans up")?))
    }
}

impl Drop for Sweeper {
    fn drop(&mut self) {
        drop(self.0.stdin.take());
        // If it is gone already, there is nothing to wait for.
        let _ = self.0.wait();
    }
}

/// The hidden half: waits for the end of the input, then removes the folder.
pub fn run(folder: &Path) {
    // An error is an end, too.
    let _ = std::io::stdin().read_to_end(&mut Vec::new());
    remove(folder);
}

/// Programs that the run has started may still write for a moment. What can't be removed does no harm where it is.
fn remove(folder: &Path) {
    for _ in 0..5 {
        match std::fs::remove_dir_all(folder) {
            Ok(()) => return,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return,
            Err(_) => std::thread::sleep(Duration::from_secs(1)),
        }
    }
}
