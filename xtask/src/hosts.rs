//! `cargo xtask hosts`: hosts whose code can be had are asked, and their answers compared with those of the tables and of manifests.
//!
//! nginx and Caddy come from Debian's archive; Firebase's and Vercel's code from npm (`tests/hosts`). All of them run on 127.0.0.1 for
//! as long as it takes. A site is a folder of files whose content is their own name, so that a body says which file it is.

mod servers;
mod site;

use std::collections::BTreeSet;

use anyhow::{Context, Result, bail};
use trailmark::{Manifest, RequestPath, Scratch};
use trailmark_compiler::hosts::{self, Does, Files, Host, HostAnswer, HostedSite};
use trailmark_compiler::{Base, compile_files_for};

use crate::Exit;
use crate::raw_http::{Client, RawReply};
use servers::{Asked, Servers};
use site::RandomSite;

/// Compare the tables of other hosts with the hosts' own code, live
///
/// nginx (alone, and with try_files) and Caddy are downloaded with apt-get and unpacked, Firebase's and Vercel's code is installed with
/// npm; nothing is installed on the system. All run on 127.0.0.1 over random small sites. Of Vercel, redirects are compared; of the
/// others status, redirect and the file that is served. Manifests are asked the same, and must answer as the tables do. Every difference is printed; exit status 1 if there is one.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Determines sites and requests
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// How many random sites
    #[arg(long, default_value_t = 60)]
    sites: u64,
    /// How many differences to print in full
    #[arg(long, default_value_t = 20)]
    show: usize,
    /// Only hosts whose name begins so
    #[arg(long, value_name = "NAME", default_value = "")]
    only: String,
}

/// Runs the task.
pub(crate) fn run(args: &Args) -> Result<Exit> {
    let report = judge(args)?;
    if report.by_host.is_empty() {
        bail!("no host can be asked: {}", report.left_out.join("; "));
    }
    for difference in report.differences.iter().take(args.show) {
        println!("{difference}\n");
    }
    println!("{}", report.line());
    Ok(Exit::finding_if(!report.differences.is_empty() || !report.unhit.is_empty()))
}

/// A few sites, for `cargo xtask test`: what was compared; `None` if no host can be asked.
///
/// # Errors
/// There is a difference, or a host fails.
pub(crate) fn short(seed: u64) -> Result<Option<String>> {
    let report = judge(&Args { seed, sites: 12, show: 0, only: String::new() })?;
    if let Some(difference) = report.differences.first() {
        bail!("{} differences; the first: {difference}", report.differences.len());
    }
    let answers: u64 = report.by_host.iter().map(|(_, answers, _)| answers).sum();
    let left_out: String = report.left_out.iter().map(|why| format!("; left out: {why}")).collect();
    let hosts = report.by_host.len();
    Ok((hosts > 0).then(|| format!("{answers} answers of {hosts} hosts and settings, all alike{left_out}")))
}

/// What was found.
struct Report {
    by_host: Vec<(Host, u64, u64)>,
    /// Rules that no answer was given by.
    unhit: Vec<String>,
    left_out: Vec<String>,
    differences: Vec<String>,
}

impl Report {
    fn line(&self) -> String {
        let hosts: Vec<String> = self
            .by_host
            .iter()
            .map(|(host, answers, wrong)| format!("{host:<41} {answers:>7} answers, {wrong} differences"))
            .collect();
        let left_out = self.left_out.iter().map(|why| format!("left out: {why}"));
        hosts
            .into_iter()
            .chain(self.unhit.iter().map(|rule| format!("no answer by {rule}")))
            .chain(left_out)
            .collect::<Vec<_>>()
            .join("\n")
    }
}

fn judge(args: &Args) -> Result<Report> {
    let folder = tempfile::tempdir().context("no folder for the sites")?;
    let sites: Vec<RandomSite> = (0..args.sites).map(|number| RandomSite::new(args.seed, number)).collect();
    for (number, site) in sites.iter().enumerate() {
        site.write(&folder.path().join(site_name(number)))?;
    }
    let servers = Servers::start(folder.path(), &args.only);
    let left_out = servers.left_out.clone();
    let mut report = Report { by_host: Vec::new(), unhit: Vec::new(), left_out, differences: Vec::new() };
    for asked in &servers.asked {
        let (mut answers, before, mut hit) = (0, report.differences.len(), BTreeSet::new());
        for (number, site) in sites.iter().enumerate() {
            answers += ask_all(asked, &site_name(number), site, &mut report.differences, &mut hit)?;
        }
        let rules = hosts::rules_of(asked.host).chain(hosts::miss_rules(asked.host));
        // Who gives up leaves the answer to the rules of misses.
        let rules = rules.filter(|rule| rule.does != Does::Miss).map(|rule| rule.name);
        report
            .unhit
            .extend(rules.filter(|name| !hit.contains(name)).map(|name| format!("{name} on {}", asked.host)));
        report.by_host.push((asked.host, answers, (report.differences.len() - before) as u64));
    }
    Ok(report)
}

fn site_name(number: usize) -> String {
    format!("s{number}")
}

/// Puts all requests of a site to a host, and to its table.
fn ask_all(
    asked: &Asked,
    name: &str,
    site: &RandomSite,
    differences: &mut Vec<String>,
    hit: &mut BTreeSet<&'static str>,
) -> Result<u64> {
    let files = Files::of_names(site.files.iter().map(String::as_str), &Base::default());
    let hosted = HostedSite::new(&files, asked.host)?;
    let compiled = compile_files_for(files.assets().to_vec(), asked.host, &Base::default())?;
    let manifest = Manifest::open(&compiled.bytes)?;
    let host_header = asked.host_header(name);
    let mut client = Client::to(asked.address);
    let mut scratch = Scratch::new();
    for target in &site.targets {
        let Ok(path) = RequestPath::parse(target, &mut scratch) else { continue };
        let line = format!("GET {}{} HTTP/1.1\r\nHost: {host_header}\r\n\r\n", path.path(), path.query());
        let reply =
            client.ask(line.as_bytes(), false).with_context(|| format!("{}: {line:?}", asked.host))?;
        let ours = hosted.answer(&path);
        hit.insert(ours.rule.name);
        if let Some(difference) = manifest_difference(&manifest, &path, &ours) {
            differences.push(format!(
                "{} GET {}{} of {:?}: {difference}",
                asked.host,
                path.path(),
                path.query(),
                site.files
            ));
        }
        if let Some(difference) = difference(asked.host, &host_header, &ours, &reply, &site.files) {
            differences.push(format!(
                "{} GET {}{} of {:?}: {difference}\n  ours: {ours:?}",
                asked.host,
                path.path(),
                path.query(),
                site.files
            ));
        }
    }
    Ok(site.targets.len() as u64)
}

/// What a manifest answers, if that is not what the table does.
fn manifest_difference(manifest: &Manifest<'_>, path: &RequestPath<'_>, ours: &HostAnswer) -> Option<String> {
    let found = manifest.lookup(path);
    let location = found.location().map(|location| location.to_string());
    let file = found.asset().map(|asset| asset.site_path().to_string());
    let rule = manifest.rule_name(found.rule());
    let is_same = found.status() == ours.status
        && location == ours.location
        && file == ours.file
        && rule == ours.rule.name;
    (!is_same).then(|| {
        format!("the manifest answers {} {location:?} {file:?} by {rule}, the table {ours:?}", found.status())
    })
}

/// What is different about an answer, if something is.
fn difference(
    host: Host,
    name: &str,
    ours: &HostAnswer,
    reply: &RawReply,
    files: &[String],
) -> Option<String> {
    if host.name() == "firebase" && reply.status == 500 {
        // What its emulator makes of a `%` that begins no escape is no answer of the host's.
        return None;
    }
    let location = reply.header("location").map(|value| path_of(&String::from_utf8_lossy(value), name));
    if location != ours.location {
        return Some(format!("status {}, location {location:?}", reply.status));
    }
    if host.name() == "vercel" {
        // Its code is asked for redirects only.
        return None;
    }
    if reply.status != ours.status {
        return Some(format!("status {}, body {:?}", reply.status, String::from_utf8_lossy(&reply.body)));
    }
    let body = String::from_utf8_lossy(&reply.body).into_owned();
    let body = files.contains(&body).then_some(body);
    (body != ours.file).then(|| format!("status {}, file {body:?}", reply.status))
}

/// A location as path and query. With a host, it is a whole URL, or one without its scheme.
fn path_of(location: &str, host: &str) -> String {
    let rest = location
        .split_once("://")
        .map_or(location, |(_, rest)| rest.find('/').and_then(|start| rest.get(start..)).unwrap_or("/"));
    let rest = rest.strip_prefix("//").and_then(|rest| rest.strip_prefix(host)).unwrap_or(rest);
    // Two slashes in front, which is what these options make of some paths, would name another host.
    format!("/{}", rest.trim_start_matches('/'))
}
