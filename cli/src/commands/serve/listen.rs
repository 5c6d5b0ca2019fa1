//! Where connections are taken, and how that is told.

use std::io::{ErrorKind, Write};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, ToSocketAddrs};

use anyhow::{Context, anyhow};
use trailmark_edge::server::Listeners;

use super::Args;
use crate::output::{self, json_line};

/// Reads `127.0.0.1:8080`, `[::1]:8080`, `localhost:8080`.
pub(crate) fn address(text: &str) -> Result<SocketAddr, String> {
    let mut found =
        text.to_socket_addrs().map_err(|_| "an address is ADDR:PORT, as in 127.0.0.1:8080".to_owned())?;
    found.next().ok_or_else(|| "no such address".to_owned())
}

/// # Errors
/// Somebody else listens there, or it is not allowed.
pub(crate) fn bind(address: SocketAddr, threads: usize) -> anyhow::Result<Listeners> {
    Listeners::bind(address, threads).map_err(|error| match error.kind() {
        ErrorKind::AddrInUse => anyhow!(
            "{address} is taken: another program listens there; end it, or choose another port (port 0 takes a free one)"
        ),
        ErrorKind::AddrNotAvailable => {
            anyhow!("{address} is not an address of this machine; 127.0.0.1 is, and 0.0.0.0 stands for all it has")
        }
        ErrorKind::PermissionDenied => anyhow!(
            "this user may not listen on {address}: ports below 1024 are for the system's; take a higher one"
        ),
        _ => anyhow!(error).context(format!("cannot listen on {address}")),
    })
}

/// Prints the URL on stdout, the rest on stderr.
///
/// # Errors
/// Standard output can't be written to.
pub(crate) fn announce(
    args: &Args,
    address: SocketAddr,
    metrics: Option<&Listeners>,
    report: Option<&Listeners>,
) -> anyhow::Result<()> {
    let url = format!("http://{}/", reachable(address));
    let mut out = output::raw_stdout();
    let written = if args.json_log {
        json_line(&mut out, &serde_json::json!({"url": url}))
    } else {
        writeln!(out, "{url}")
    };
    // Who reads no URL gets none, and is served all the same.
    if let Err(error) = written.and_then(|()| out.flush())
        && error.kind() != ErrorKind::BrokenPipe
    {
        return Err(error).context("cannot print the URL");
    }
    if args.quiet {
        return Ok(());
    }
    if let Some(metrics) = metrics {
        output::note(&format!("metrics on http://{}/metrics", reachable(metrics.address())));
    }
    if let Some(report) = report {
        output::note(&format!("report on http://{}/", reachable(report.address())));
    }
    if address.ip().is_unspecified() {
        output::note("listening on all addresses of this machine");
    }
    Ok(())
}

/// An address that this machine can ask.
fn reachable(address: SocketAddr) -> SocketAddr {
    let ip = match address.ip() {
        IpAddr::V4(ip) if ip.is_unspecified() => Ipv4Addr::LOCALHOST.into(),
        IpAddr::V6(ip) if ip.is_unspecified() => Ipv6Addr::LOCALHOST.into(),
        ip => ip,
    };
    SocketAddr::new(ip, address.port())
}
