//! The programs that are asked: where they come from, how they are started, which host each stands for.

use std::net::SocketAddr;
use std::path::Path;
use std::process::{Command, Stdio};

use anyhow::{Context, Result};
use trailmark_compiler::hosts::Host;

use crate::load::peers;
use crate::load::process::{self, Server};
use crate::{npm, repo};

/// A host that can be asked.
#[derive(Debug)]
pub(super) struct Asked {
    pub(super) host: Host,
    pub(super) address: SocketAddr,
}

impl Asked {
    /// The `Host` header that means a site; for the code from npm also the settings.
    pub(super) fn host_header(&self, site: &str) -> String {
        if !matches!(self.host.name(), "firebase" | "vercel") {
            return site.to_owned();
        }
        let settings = self.host.settings().replace("clean-urls", "clean").replace("trailing-slash=", "");
        format!("{site}.{}.{}", self.host.name(), settings.replace('+', ".")).trim_end_matches('.').to_owned()
    }
}

/// What runs, until it is dropped.
#[derive(Debug)]
pub(super) struct Servers {
    pub(super) asked: Vec<Asked>,
    /// What could not be started, and why.
    pub(super) left_out: Vec<String>,
    _running: Vec<Server>,
}

/// Sites are chosen by the request's host name.
const NGINX: &str = "\
worker_processes 1;
daemon off;
pid {FOLDER}/pid;
error_log {FOLDER}/error crit;
events { worker_connections 64; }
http {
    access_log off;
    client_body_temp_path {FOLDER}/1;
    proxy_temp_path {FOLDER}/2;
    fastcgi_temp_path {FOLDER}/3;
    uwsgi_temp_path {FOLDER}/4;
    scgi_temp_path {FOLDER}/5;
    server {
        listen 127.0.0.1:{PORT};
        root {SITES}/$host;
        location / { {DIRECTIVE} }
    }
}
";

const CADDY: &str = "\
{
	admin off
	auto_https off
	log {
		output discard
	}
}
http://:{PORT} {
	bind 127.0.0.1
	root * {SITES}/{host}
	file_server
}
";

impl Servers {
    /// Starts what can be had of the hosts whose name begins so.
    pub(super) fn start(sites: &Path, only: &str) -> Servers {
        let mut servers = Servers { asked: Vec::new(), left_out: Vec::new(), _running: Vec::new() };
        let programs: [(&[Host], Start); 4] = [
            (&[Host::Nginx], |sites| nginx(sites, "nginx", "")),
            (&[Host::NginxTryFiles], |sites| {
                nginx(sites, "nginx-try-files", "try_files $uri $uri.html $uri/ =404;")
            }),
            (&[Host::Caddy], caddy),
            (NPM, npm_code),
        ];
        for (hosts, start) in programs {
            let hosts: Vec<Host> =
                hosts.iter().copied().filter(|host| host.as_str().starts_with(only)).collect();
            if hosts.is_empty() {
                continue;
            }
            match start(sites) {
                Ok(server) => {
                    let address = server.address();
                    servers.asked.extend(hosts.into_iter().map(|host| Asked { host, address }));
                    servers._running.push(server);
                }
                Err(error) => {
                    let names: Vec<&str> = hosts.iter().map(|host| host.as_str()).collect();
                    servers.left_out.push(format!("{}: {error:#}", names.join(", ")));
                }
            }
        }
        servers
    }
}

type Start = fn(&Path) -> Result<Server>;

/// The hosts whose code comes from npm.
const NPM: &[Host] = &[
    Host::Firebase,
    Host::FirebaseNoSlash,
    Host::FirebaseSlash,
    Host::FirebaseClean,
    Host::FirebaseCleanNoSlash,
    Host::FirebaseCleanSlash,
    Host::Vercel,
    Host::VercelNoSlash,
    Host::VercelSlash,
    Host::VercelClean,
    Host::VercelCleanNoSlash,
    Host::VercelCleanSlash,
];

fn nginx(sites: &Path, name: &str, directive: &str) -> Result<Server> {
    let program = peers::debian("nginx")?;
    let address = process::free_address()?;
    let config = NGINX.replace("{DIRECTIVE}", directive);
    let (folder, config) = configured(name, "nginx.conf", &config, sites, address)?;
    let mut command = Command::new(program);
    command.arg("-p").arg(&folder).arg("-c").arg(config).arg("-e").arg(folder.join("error"));
    open_to_all(sites)?;
    Server::start(command.stdin(Stdio::null()), address)
}

/// nginx, started by root, works as another user, who must be able to read the sites.
#[cfg(unix)]
fn open_to_all(sites: &Path) -> Result<()> {
    use std::os::unix::fs::PermissionsExt;
    Ok(std::fs::set_permissions(sites, std::fs::Permissions::from_mode(0o755))?)
}

#[cfg(not(unix))]
fn open_to_all(_: &Path) -> Result<()> {
    Ok(())
}

fn caddy(sites: &Path) -> Result<Server> {
    let program = peers::debian("caddy")?;
    let address = process::free_address()?;
    let (folder, config) = configured("caddy", "Caddyfile", CADDY, sites, address)?;
    let mut command = Command::new(program);
    command.args(["run", "--adapter", "caddyfile", "--config"]).arg(config);
    for name in ["HOME", "XDG_DATA_HOME", "XDG_CONFIG_HOME"] {
        command.env(name, &folder);
    }
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    Server::start(&mut command, address)
}

fn npm_code(sites: &Path) -> Result<Server> {
    npm::HOSTS.install()?;
    let address = process::free_address()?;
    let mut command = Command::new("node");
    command.arg("judge.mjs").arg(sites).arg(address.port().to_string());
    command.current_dir(npm::HOSTS.folder()).stdin(Stdio::null());
    // It prints a trace for every path that it can't decode.
    command.stdout(Stdio::null()).stderr(Stdio::null());
    Server::start(&mut command, address)
}

/// Writes a configuration into a folder of the program's own: the folder and the file.
fn configured(
    name: &str,
    file: &str,
    text: &str,
    sites: &Path,
    address: SocketAddr,
) -> Result<(std::path::PathBuf, std::path::PathBuf)> {
    let folder = repo::scratch("hosts").join(name);
    std::fs::create_dir_all(&folder)?;
    let own = folder.to_str().context("the target folder is not UTF-8")?;
    let sites = sites.to_str().context("the folder of the sites is not UTF-8")?;
    let text = text
        .replace("{FOLDER}", own)
        .replace("{SITES}", sites)
        .replace("{PORT}", &address.port().to_string());
    let path = folder.join(file);
    repo::write(&path, &text)?;
    Ok((folder, path))
}
