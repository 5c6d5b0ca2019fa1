//! The servers that are compared, and how each is set up: one worker a core, no access log, connections kept for as many requests as
//! it allows, and what its own documentation recommends for files.

use std::fs;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, Result};

use super::command::pinned;
use super::peers::{Peers, version};
use super::process::{Server, free_address};
use super::site::Site;
use super::{Programs, SERVER_CORES};
use crate::repo;

/// A server that runs.
#[derive(Debug)]
pub(super) struct Contestant {
    /// Its name.
    pub(super) name: &'static str,
    /// Its version.
    pub(super) version: String,
    /// The process.
    pub(super) server: Server,
}

/// How a server is started.
struct Setup {
    name: &'static str,
    /// Gets the version out of the program.
    version: &'static str,
    command: fn(&Place<'_>) -> Result<Command>,
}

/// What a server is started with.
struct Place<'p> {
    programs: &'p Programs,
    peers: &'p Peers,
    /// The program, for peers.
    program: PathBuf,
    site: &'p Site,
    /// For its configuration and what it writes.
    folder: PathBuf,
    address: SocketAddr,
}

/// The name of our own.
pub(super) const OURS: &str = "trailmark serve";

/// In the order of the table.
const SETUPS: [Setup; 5] = [
    Setup { name: OURS, version: "--version", command: trailmark },
    Setup { name: "nginx", version: "-v", command: nginx },
    Setup { name: "lighttpd", version: "-v", command: lighttpd },
    Setup { name: "static-web-server", version: "--version", command: static_web_server },
    Setup { name: "caddy", version: "version", command: caddy },
];

/// Starts all that are wanted and can be had; says which can't.
///
/// # Errors
/// Ours does not start.
pub(super) fn start(
    programs: &Programs,
    peers: &Peers,
    site: &Site,
    folder: &Path,
    only: &[String],
) -> Result<Vec<Contestant>> {
    let mut running = Vec::new();
    let is_wanted = |name: &str| name == OURS || only.is_empty() || only.iter().any(|wanted| wanted == name);
    for setup in SETUPS.iter().filter(|setup| is_wanted(setup.name)) {
        match start_one(setup, programs, peers, site, folder) {
            Ok(contestant) => running.push(contestant),
            Err(error) if setup.name == OURS => return Err(error),
            Err(error) => eprintln!("{} is left out: {error:#}", setup.name),
        }
    }
    Ok(running)
}

fn start_one(
    setup: &Setup,
    programs: &Programs,
    peers: &Peers,
    site: &Site,
    folder: &Path,
) -> Result<Contestant> {
    let program = match setup.name {
        OURS => programs.trailmark.clone(),
        name => peers.program(name).context("there is no such program")?,
    };
    let folder = folder.join(setup.name.replace(' ', "-"));
    fs::create_dir_all(&folder)?;
    let version = version(&program, setup.version);
    let place = Place { programs, peers, program, site, folder, address: free_address()? };
    let mut command = (setup.command)(&place)?;
    let log = fs::File::create(place.folder.join("log"))?;
    command.current_dir(&place.folder).stdin(Stdio::null()).stdout(log.try_clone()?).stderr(log);
    let server = Server::start(&mut command, place.address)
        .with_context(|| fs::read_to_string(place.folder.join("log")).unwrap_or_default())?;
    Ok(Contestant { name: setup.name, version, server })
}

impl Place<'_> {
    fn pinned(&self) -> Command {
        pinned(SERVER_CORES, &self.program)
    }

    /// Writes a configuration, with what depends on the machine filled in.
    fn write(&self, name: &str, text: &str) -> Result<PathBuf> {
        let user = repo::capture(Command::new("id").arg("-un"))?.output;
        let text = text
            .replace("{USER}", user.trim())
            .replace("{PORT}", &self.address.port().to_string())
            .replace("{FOLDER}", &self.folder.display().to_string())
            .replace("{DIST}", &self.site.dist.display().to_string());
        let path = self.folder.join(name);
        fs::write(&path, text)?;
        Ok(path)
    }
}

fn trailmark(place: &Place<'_>) -> Result<Command> {
    let port = place.address.port().to_string();
    let can_serve = repo::capture(Command::new(&place.program).args(["serve", "--help"]))?.success;
    let mut command = if can_serve {
        let mut command = place.pinned();
        command.args(["serve", "--quiet", "--threads", "2", "--port", &port]).arg(&place.site.manifest);
        command
    } else {
        // The library's server, without the command.
        let mut command = pinned(SERVER_CORES, &place.programs.xtask);
        command.args(["load-server", "--stay", "--threads", "2", "--port", &port]);
        command.arg("--manifest").arg(&place.site.manifest);
        command
    };
    command.arg("--dist").arg(&place.site.dist);
    Ok(command)
}

/// <https://nginx.org/en/docs/http/ngx_http_core_module.html>: `open_file_cache`, `sendfile`, `tcp_nopush`, `reuseport`.
pub(super) const NGINX: &str = "\
user {USER};
worker_processes 2;
worker_rlimit_nofile 16384;
daemon off;
pid {FOLDER}/pid;
error_log {FOLDER}/error error;
events {
    worker_connections 4096;
    multi_accept on;
}
http {
    types { text/html html; }
    access_log off;
    sendfile on;
    tcp_nopush on;
    keepalive_timeout 65;
    keepalive_requests 1000000000;
    open_file_cache max=10000 inactive=60s;
    open_file_cache_valid 60s;
    client_body_temp_path {FOLDER}/1;
    proxy_temp_path {FOLDER}/2;
    fastcgi_temp_path {FOLDER}/3;
    uwsgi_temp_path {FOLDER}/4;
    scgi_temp_path {FOLDER}/5;
    server {
        listen 127.0.0.1:{PORT} reuseport backlog=4096;
        root {DIST};
    }
}
";

fn nginx(place: &Place<'_>) -> Result<Command> {
    let config = place.write("nginx.conf", NGINX)?;
    let mut command = place.pinned();
    command.arg("-p").arg(&place.folder).arg("-c").arg(config).arg("-e").arg(place.folder.join("error"));
    Ok(command)
}

/// <https://wiki.lighttpd.net/Docs_Performance>. A connection may carry 65,535 requests at most.
pub(super) const LIGHTTPD: &str = "\
server.document-root = \"{DIST}\"
server.bind = \"127.0.0.1\"
server.port = {PORT}
server.max-worker = 2
server.max-fds = 16384
server.max-connections = 8192
server.listen-backlog = 4096
server.max-keep-alive-requests = 65535
server.max-keep-alive-idle = 65
server.event-handler = \"linux-sysepoll\"
server.network-backend = \"sendfile\"
server.stat-cache-engine = \"simple\"
server.errorlog = \"{FOLDER}/error\"
mimetype.assign = ( \".html\" => \"text/html\" )
";

fn lighttpd(place: &Place<'_>) -> Result<Command> {
    let config = place.write("lighttpd.conf", LIGHTTPD)?;
    let mut command = place.pinned();
    command.arg("-D").arg("-f").arg(config).arg("-m").arg(place.peers.folder("usr/lib/lighttpd"));
    Ok(command)
}

/// Threads: as many as it may use processors, times one. It caches nothing in memory unless built for that.
pub(super) const STATIC_WEB_SERVER: &str = "static-web-server --host 127.0.0.1 --port {PORT} --root {DIST} --threads-multiplier 1 --log-level error --compression false";

fn static_web_server(place: &Place<'_>) -> Result<Command> {
    let port = place.address.port().to_string();
    let mut command = place.pinned();
    command.args(["--host", "127.0.0.1", "--port", &port, "--threads-multiplier", "1"]);
    command.args(["--log-level", "error", "--compression", "false", "--root"]).arg(&place.site.dist);
    Ok(command)
}

/// <https://caddyserver.com/docs/caddyfile/directives/file_server>; no access log unless asked for. `GOMAXPROCS=2`.
pub(super) const CADDY: &str = "\
{
	admin off
	auto_https off
	log {
		output discard
	}
}
http://:{PORT} {
	bind 127.0.0.1
	root * {DIST}
	file_server
}
";

fn caddy(place: &Place<'_>) -> Result<Command> {
    let config = place.write("Caddyfile", CADDY)?;
    let mut command = place.pinned();
    command.args(["run", "--adapter", "caddyfile", "--config"]).arg(config);
    for name in ["HOME", "XDG_DATA_HOME", "XDG_CONFIG_HOME"] {
        command.env(name, &place.folder);
    }
    command.env("GOMAXPROCS", "2");
    Ok(command)
}
