//! The limits as options: defaults, spellings, and what the system allows.

use std::time::Duration;

use trailmark_edge::server::ServerLimits;

use crate::output;

const HEADING: &str = "Limits";

/// Unless the system allows fewer, or the user says otherwise.
const MOST_CONNECTIONS: u64 = 20_000;

/// File descriptors that are not for connections: files being read, open sites, the process itself.
const RESERVED_FILES: u64 = 1024;

/// The limits that can be set.
#[derive(Debug, clap::Args)]
pub(crate) struct LimitArgs {
    /// The most connections at once; at the limit, idle ones are closed, and new ones wait [default: 20,000, or as many as the
    /// system allows]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..), help_heading = HEADING)]
    max_connections: Option<u32>,
    /// How long a client may take to send the head of a request
    #[arg(long, value_name = "TIME", default_value = "10s", value_parser = time, help_heading = HEADING)]
    head_time: Duration,
    /// How long a connection is kept between requests
    #[arg(long, value_name = "TIME", default_value = "60s", value_parser = time, help_heading = HEADING)]
    idle_time: Duration,
    /// How long a client may take nothing of its answer
    #[arg(long, value_name = "TIME", default_value = "30s", value_parser = time, help_heading = HEADING)]
    stall_time: Duration,
    /// How long answers may go on after SIGINT or SIGTERM
    #[arg(long, value_name = "TIME", default_value = "10s", value_parser = time, help_heading = HEADING)]
    pub(crate) shutdown_time: Duration,
    /// The longest head of a request, 8K at least; longer ones get 431
    #[arg(long, value_name = "SIZE", default_value = "32K", value_parser = head_size, help_heading = HEADING)]
    max_head: u64,
    /// The most header fields of a request; more get 431
    #[arg(long, value_name = "N", default_value_t = 100, value_parser = clap::value_parser!(u16).range(1..=10_000), help_heading = HEADING)]
    max_fields: u16,
    /// Memory for the bodies of small files, over all sites
    #[arg(long, value_name = "SIZE", default_value = "128M", value_parser = size, help_heading = HEADING)]
    pub(crate) body_memory: u64,
    /// The most sites that are open at once, in a folder of sites
    #[arg(long, value_name = "N", default_value_t = 512, value_parser = clap::value_parser!(u64).range(16..), help_heading = HEADING)]
    pub(crate) max_open_sites: u64,
}

impl LimitArgs {
    /// The server's limits, where the process may have so many file descriptors.
    pub(crate) fn server(&self, files: Option<u64>) -> ServerLimits {
        let wanted = self.max_connections.map_or(MOST_CONNECTIONS, u64::from);
        let reserved = RESERVED_FILES.max(self.max_open_sites + 512);
        let room = files.map_or(wanted, |files| files.saturating_sub(reserved.min(files / 2)));
        if room < wanted && self.max_connections.is_some() {
            output::note(&format!(
                "room for {} connections instead of {}: the system allows this process {} file descriptors (`ulimit -n`)",
                output::grouped(room),
                output::grouped(wanted),
                output::grouped(files.unwrap_or_default())
            ));
        }
        let mut limits = ServerLimits::default();
        limits.connections = usize::try_from(wanted.min(room)).unwrap_or(usize::MAX);
        limits.head_time = self.head_time;
        limits.idle_time = self.idle_time;
        limits.stall_time = self.stall_time;
        limits.head_bytes = usize::try_from(self.max_head).unwrap_or(usize::MAX);
        limits.head_fields = self.max_fields.into();
        limits
    }
}

/// Reads `10s`, `500ms`, `2m`, or seconds without a unit.
fn time(text: &str) -> Result<Duration, String> {
    let digits = text.trim_end_matches(|character: char| character.is_ascii_alphabetic());
    let millis = match text.get(digits.len()..) {
        Some("ms") => 1,
        Some("s" | "") => 1000,
        Some("m") => 60_000,
        _ => return Err("a time is a number with ms, s or m, as in 10s".to_owned()),
    };
    let number: u64 = digits.parse().map_err(|_| "a time is a number with ms, s or m, as in 10s")?;
    let time = number.checked_mul(millis).filter(|millis| (1..=86_400_000).contains(millis));
    time.map(Duration::from_millis).ok_or_else(|| "between 1ms and a day (1440m)".to_owned())
}

/// Reads `64K`, `128M`, `1G`, or bytes without a unit.
fn size(text: &str) -> Result<u64, String> {
    let digits = text.trim_end_matches(|character: char| character.is_ascii_alphabetic());
    let shift = match text.get(digits.len()..) {
        Some("") => 0,
        Some("K" | "k" | "KiB") => 10,
        Some("M" | "MiB") => 20,
        Some("G" | "GiB") => 30,
        _ => return Err("a size is a number with K, M or G, as in 64K".to_owned()),
    };
    let number: u64 = digits.parse().map_err(|_| "a size is a number with K, M or G, as in 64K")?;
    let size = number.checked_shl(shift).filter(|size| size >> shift == number && *size <= 1 << 40);
    size.ok_or_else(|| "at most 1024G".to_owned())
}

fn head_size(text: &str) -> Result<u64, String> {
    let size = size(text)?;
    if (8 << 10..=1 << 20).contains(&size) { Ok(size) } else { Err("between 8K and 1M".to_owned()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_and_sizes_have_units() {
        assert_eq!(time("10"), Ok(Duration::from_secs(10)));
        assert_eq!(time("250ms"), Ok(Duration::from_millis(250)));
        assert_eq!(time("2m"), Ok(Duration::from_secs(120)));
        assert_eq!((size("64K"), size("1G"), size("12")), (Ok(64 << 10), Ok(1 << 30), Ok(12)));
        for bad in ["", "s", "-1s", "0", "1h", "9999999999999999999s", "1.5s", "ten"] {
            assert!(time(bad).is_err(), "{bad}");
        }
        for bad in ["", "K", "-1", "1T", "99999999999999G", "1.5M"] {
            assert!(size(bad).is_err(), "{bad}");
        }
        assert!(head_size("1K").is_err() && head_size("8K").is_ok());
    }
}
