//! The requests of a case as they go over the wire. Targets and the rest are those of the case; on top come headers that a server of
//! files might look at, more conditions, other methods, bodies. Seed and case determine all of them.

use std::fmt;

use super::words::{BODIES, CHOICES, HTTP_CHOICES, OTHER_METHODS};
use crate::oracle::case::{Ask, Case};
use crate::oracle::generate::aim_condition;
use crate::oracle::random::Random;
use crate::oracle::reply::sent;

/// A request as it goes over the wire.
#[derive(Debug)]
pub(super) struct HttpAsk {
    ask: Ask,
    target: String,
    /// Headers on top; `{}` stands for the tag of this file.
    more: Vec<(&'static str, &'static str, String)>,
    body: Option<&'static str>,
}

/// The requests of a case.
pub(super) fn of_case(case: &Case, seed: u64) -> Vec<HttpAsk> {
    let salt = case
        .title
        .bytes()
        .fold(u64::from(case.platform as u8), |salt, b| salt.wrapping_mul(31).wrapping_add(u64::from(b)));
    let mut random = Random::new(seed ^ 0x4854_5450, case.number ^ (salt << 20));
    case.requests.iter().map(|ask| one(case, ask.clone(), &mut random)).collect()
}

fn one(case: &Case, mut ask: Ask, random: &mut Random) -> HttpAsk {
    let files: Vec<&String> = case.tree.files.keys().collect();
    let is_free = ask.if_none_match.is_none() && ask.header("if-none-match").is_none();
    if random.chance(6) {
        ask.method = random.pick(OTHER_METHODS).to_owned();
    }
    if is_free && !files.is_empty() && random.chance(20) {
        aim_condition(&mut ask, &case.tree, random);
    }
    let mut more: Vec<(&str, &str, String)> = Vec::new();
    while random.chance(45) {
        let list = if random.chance(75) { &CHOICES[..HTTP_CHOICES] } else { &CHOICES[HTTP_CHOICES..] };
        let (name, values) = random.pick(list);
        let file = if files.is_empty() { "/".to_owned() } else { random.pick(&files).clone() };
        let is_known = ask.header(name).is_some()
            || name == "if-none-match" && ask.if_none_match.is_some()
            || more.iter().any(|(known, ..)| *known == name);
        // Now and then a header comes twice.
        if !is_known || random.chance(20) {
            more.push((name, random.pick(values), file));
        }
    }
    let takes_body = !matches!(ask.method.as_str(), "GET" | "HEAD" | "OPTIONS" | "TRACE" | "DELETE");
    let body = (takes_body && random.chance(60)).then(|| random.pick(BODIES));
    HttpAsk { target: sent(&ask, case.wire), ask, more, body }
}

impl HttpAsk {
    /// The request; `tag` gives the tag of a file as the server asked has it.
    pub(super) fn bytes(&self, tag: impl Fn(&str) -> String) -> Vec<u8> {
        let mut text = format!("{} {} HTTP/1.1\r\nhost: {}\r\n", self.ask.method, self.target, self.ask.host);
        for (name, value) in self.ask.headers_with(&tag) {
            text.extend([name.as_str(), ": ", &value, "\r\n"]);
        }
        for (name, value, file) in &self.more {
            text.extend([name, ": ", value.replace("{}", &tag(file)).as_str(), "\r\n"]);
        }
        if let Some(body) = self.body {
            text.extend(["content-length: ", &body.len().to_string(), "\r\n"]);
        }
        text.push_str("\r\n");
        text.push_str(self.body.unwrap_or_default());
        text.into_bytes()
    }

    /// Path and query as they are sent.
    pub(super) fn target(&self) -> &str {
        &self.target
    }

    /// Whether the answer has no body.
    pub(super) fn is_head(&self) -> bool {
        self.ask.method == "HEAD"
    }

    /// The headers that a server of files might look at.
    pub(super) fn kinds(&self) -> impl Iterator<Item = &str> {
        let condition = self.ask.if_none_match.as_ref().map(|_| "if-none-match");
        let own = self.ask.headers.iter().map(|(name, _)| name.as_str());
        let mut names: Vec<&str> =
            own.chain(condition).chain(self.more.iter().map(|(name, ..)| *name)).collect();
        names.sort_unstable();
        names.dedup();
        names.into_iter().filter(|name| CHOICES[..HTTP_CHOICES].iter().any(|(known, _)| known == name))
    }
}

impl fmt::Display for HttpAsk {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} (on the wire {:?})", self.ask, self.target)?;
        for (name, value, file) in &self.more {
            write!(f, ", {name}: {value}")?;
            if value.contains("{}") {
                write!(f, " with the tag of {file:?}")?;
            }
        }
        match self.body {
            Some(body) => write!(f, ", body {body:?}"),
            None => Ok(()),
        }
    }
}
