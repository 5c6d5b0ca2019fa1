//! What a line of the log looks like: for people, or JSON. Whatever a client sent is escaped.

use std::borrow::Cow;
use std::io::Write;
use std::net::SocketAddr;

use anstyle::Style;
use serde::Serialize;
use serde_json::{Map, Value};
use tracing::Level;
use trailmark_compiler::rules;
use trailmark_edge::server::Answered;

use super::clock::{Dated, Moment};
use crate::output::{self, CYAN, DIM, RED, Shown, YELLOW, json_line, status_style};

/// How lines look.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Look {
    pub(crate) is_json: bool,
    pub(crate) is_coloured: bool,
    /// Whether lines for people name the host.
    pub(crate) has_hosts: bool,
}

impl Look {
    fn style(self, style: Style) -> Style {
        if self.is_coloured { style } else { Style::new() }
    }
}

/// Columns for the path; longer ones push the rest aside.
const PATH_WIDTH: usize = 32;
/// Of a longer path, so much is shown.
const LONGEST_PATH: usize = 300;

#[derive(Serialize)]
struct AnsweredLine<'a> {
    time: String,
    client: String,
    method: &'a str,
    host: Option<Cow<'a, str>>,
    target: Cow<'a, str>,
    status: u16,
    rule: Option<&'a str>,
    bytes: u64,
    seconds: f64,
    whole: bool,
}

// Writing to memory does not fail, so what `write!` gives is not looked at.

/// A request and what became of it.
pub(crate) fn answered(out: &mut Vec<u8>, look: Look, now: Moment, answered: &Answered<'_>) {
    let target = answered.target.path_and_query().map_or_else(
        || Cow::Owned(answered.target.to_string()),
        |target| String::from_utf8_lossy(target.as_str().as_bytes()),
    );
    let host = answered.host.map(String::from_utf8_lossy);
    let rule = answered.rule.and_then(rules::rule).map(|rule| rule.name);
    if look.is_json {
        let line = AnsweredLine {
            time: Dated(now).to_string(),
            client: answered.peer.ip().to_string(),
            method: answered.method.as_str(),
            host,
            target,
            status: answered.status.as_u16(),
            rule,
            bytes: answered.sent,
            seconds: answered.took.as_micros() as f64 / 1e6,
            whole: answered.is_whole,
        };
        let _ = json_line(out, &line);
        return;
    }
    let (dim, status) = (look.style(DIM), look.style(status_style(answered.status.as_u16())));
    let path = match host.filter(|_| look.has_hosts) {
        Some(host) => Cow::Owned(format!("{host}{target}")),
        None => target,
    };
    let _ = write!(
        out,
        "{dim}{now}{dim:#}  {status}{}{status:#} {:<4} ",
        answered.status.as_u16(),
        method(answered)
    );
    let width = put_path(out, &path);
    for _ in width..PATH_WIDTH {
        out.push(b' ');
    }
    let size = if answered.sent == 0 { "-".to_owned() } else { output::bytes(answered.sent) };
    let _ = write!(out, " {size:>11} {:>9}", output::seconds(answered.took));
    match rule {
        Some(rule) => {
            let _ = write!(out, "  {rule}");
        }
        None => {
            let _ = write!(out, "  {dim}no rule{dim:#}");
        }
    }
    if !answered.is_whole {
        let red = look.style(RED);
        let _ = write!(out, "  {red}cut off{red:#}");
    }
    out.push(b'\n');
}

/// Methods are tokens, of any length.
fn method<'a>(answered: &Answered<'a>) -> &'a str {
    let method = answered.method.as_str();
    method.get(..method.len().min(16)).unwrap_or_default()
}

/// Writes a path, escaped, and says how wide it is, about.
fn put_path(out: &mut Vec<u8>, path: &str) -> usize {
    let is_plain = path.len() <= LONGEST_PATH && path.bytes().all(|byte| (b' '..0x7F).contains(&byte));
    if is_plain {
        out.extend_from_slice(path.as_bytes());
        return path.len();
    }
    let shown = output::shown(path);
    out.extend_from_slice(shown.as_bytes());
    shown.chars().count()
}

/// What was no request.
pub(crate) fn malformed(out: &mut Vec<u8>, look: Look, now: Moment, peer: SocketAddr, why: &str) {
    if look.is_json {
        let time = Dated(now).to_string();
        let _ = json_line(
            out,
            &serde_json::json!({"time": time, "client": peer.ip().to_string(), "malformed": why}),
        );
        return;
    }
    let (dim, yellow) = (look.style(DIM), look.style(YELLOW));
    let _ =
        writeln!(out, "{dim}{now}{dim:#}  {yellow}no request{yellow:#} from {}: {}", peer.ip(), Shown(why));
}

/// Something that happened.
pub(crate) fn event(
    out: &mut Vec<u8>,
    look: Look,
    now: Moment,
    level: Level,
    message: &str,
    fields: &[(&'static str, String)],
) {
    let label = match level {
        Level::ERROR => "error",
        Level::WARN => "warning",
        _ => "note",
    };
    if look.is_json {
        let mut line = Map::new();
        line.insert("time".to_owned(), Dated(now).to_string().into());
        line.insert("level".to_owned(), label.into());
        line.insert("message".to_owned(), message.into());
        line.extend(fields.iter().map(|(name, value)| ((*name).to_owned(), Value::from(value.as_str()))));
        let _ = json_line(out, &line);
        return;
    }
    let style = look.style(match level {
        Level::ERROR => RED.bold(),
        Level::WARN => YELLOW.bold(),
        _ => CYAN.bold(),
    });
    let dim = look.style(DIM);
    let _ = write!(out, "{dim}{now}{dim:#}  {style}{label}:{style:#} {}", Shown(message));
    for (index, (name, value)) in fields.iter().enumerate() {
        let mark = if index == 0 { ": " } else { ", " };
        let _ = match *name {
            // Says it all without its name.
            "error" | "problem" => write!(out, "{mark}{}", Shown(value)),
            _ => write!(out, "{mark}{name} {}", Shown(value)),
        };
    }
    out.push(b'\n');
}

/// Lines that could not be kept.
pub(crate) fn dropped(out: &mut Vec<u8>, look: Look, now: Moment, count: u64) {
    let count = usize::try_from(count).unwrap_or(usize::MAX);
    let message = format!("{} of the log dropped: its reader is too slow", output::count(count, "line"));
    event(out, look, now, Level::WARN, &message, &[]);
}
