//! What is going on during a long compilation, on a terminal.

use std::io::IsTerminal;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use trailmark_compiler::{Observer, Stage};

use crate::output;

/// A line that tells stage, files, bytes and rate, and is gone in the end.
#[derive(Debug)]
pub(crate) struct Progress {
    bar: ProgressBar,
    shows: bool,
    /// Whether the position is a number of files, and not of bytes.
    counts_files: AtomicBool,
    files: AtomicU64,
    file_count: AtomicU64,
}

impl Progress {
    /// Shows nothing if stderr is no terminal, or nothing is wanted.
    pub(crate) fn new(quiet: bool) -> Progress {
        let shows = !quiet && std::io::stderr().is_terminal();
        let target = if shows { ProgressDrawTarget::stderr() } else { ProgressDrawTarget::hidden() };
        let bar = ProgressBar::with_draw_target(None, target);
        Progress {
            bar,
            shows,
            counts_files: AtomicBool::new(false),
            files: AtomicU64::new(0),
            file_count: AtomicU64::new(0),
        }
    }

    /// Takes the line away.
    pub(crate) fn finish(&self) {
        self.bar.finish_and_clear();
    }

    /// Begins to count files.
    pub(crate) fn counts(&self, what: &'static str, file_count: usize) {
        // The stage before shows no figures, so these may come before the shape.
        self.bar.set_length(file_count as u64);
        self.bar.reset();
        self.bar.set_message(what);
        self.show("{msg} [{wide_bar}] {pos}/{len} files, {eta} left");
        self.bar.tick();
    }

    /// So many more.
    pub(crate) fn counted(&self, file_count: usize) {
        if self.shows {
            self.bar.inc(file_count as u64);
        }
    }

    fn show(&self, template: &str) {
        // A template that is wrong would only look different.
        if let Ok(style) = ProgressStyle::with_template(template) {
            self.bar.set_style(style.progress_chars("=> "));
        }
    }
}

impl Observer for Progress {
    fn begins(&self, stage: Stage, file_count: usize, byte_count: u64) {
        self.file_count.store(file_count as u64, Ordering::Relaxed);
        self.counts_files.store(stage == Stage::Scan, Ordering::Relaxed);
        // First the shape, or the line would for a moment show the new figures in the old one.
        match stage {
            Stage::Hash => {
                self.show("{msg} [{wide_bar}] {bytes}/{total_bytes} {bytes_per_sec}, {prefix}, {eta} left");
                self.bar.set_length(byte_count);
            }
            Stage::Scan => self.show("{spinner} {msg} {pos} files"),
            Stage::Read => self.show("{spinner} {msg} {bytes} {bytes_per_sec}, {prefix}"),
            _ => self.show("{spinner} {msg}"),
        }
        self.bar.set_message(stage.to_string());
        self.bar.reset();
        self.bar.tick();
    }

    fn scanned(&self, file_count: usize) {
        if self.shows && self.counts_files.load(Ordering::Relaxed) {
            self.bar.set_position(file_count as u64);
        }
    }

    fn hashed_bytes(&self, byte_count: u64) {
        // Even a bar that nobody sees works out its rate.
        if self.shows {
            self.bar.inc(byte_count);
        }
    }

    fn hashed_file(&self) {
        const EVERY: u64 = 16;
        if !self.shows {
            return;
        }
        let files = self.files.fetch_add(1, Ordering::Relaxed) + 1;
        let count = self.file_count.load(Ordering::Relaxed);
        if files.is_multiple_of(EVERY) || files == count {
            // How many there will be is not known while the walk goes on.
            let of = if count == 0 { String::new() } else { format!("/{}", output::grouped(count)) };
            self.bar.set_prefix(format!("{}{of} files", output::grouped(files)));
        }
    }
}
