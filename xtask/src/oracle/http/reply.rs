//! An answer as it came over HTTP, ready to be compared: without what servers and hops add, and with the platform's entity tags.

use std::collections::BTreeMap;
use std::fmt;

use anyhow::Result;

use crate::oracle::reply::Ours;
use crate::raw_http::RawReply;

/// Headers that belong to a connection, a moment or a server, and not to the site. Whether `Content-Length` and chunks are right is
/// checked while the answer is read.
pub(in crate::oracle) const NOT_COMPARED: [&str; 5] =
    ["date", "connection", "keep-alive", "transfer-encoding", "content-length"];

/// What the development server adds, and no deployment sends.
const THEIRS_ONLY: [&str; 2] = ["cf-cache-status", "x-mf-additional-response-log"];

/// Whose entity tags an answer has.
#[derive(Clone, Copy)]
pub(super) enum Tags<'o> {
    /// The platform's.
    Theirs,
    /// Ours: each stands for the platform's tag of the same content.
    Ours(&'o Ours),
}

/// An answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Reply {
    /// It came.
    Whole(Whole),
    /// It did not.
    Failed(String),
}

/// An answer that came.
#[derive(Debug, Clone)]
pub(super) struct Whole {
    /// HTTP status.
    pub(super) status: u16,
    /// Header lines by name, those of one name joined, but for `set-cookie`.
    pub(super) headers: BTreeMap<String, Vec<Vec<u8>>>,
    /// The length that it states.
    pub(super) stated: Option<Vec<u8>>,
    /// The body.
    pub(super) body: Vec<u8>,
}

impl PartialEq for Whole {
    fn eq(&self, other: &Self) -> bool {
        (self.status, &self.headers, &self.body) == (other.status, &other.headers, &other.body)
    }
}

impl Eq for Whole {}

impl Reply {
    /// What the client read.
    pub(super) fn of(raw: Result<RawReply>, tags: Tags<'_>) -> Reply {
        let raw = match raw {
            Ok(raw) => raw,
            Err(error) => return Reply::Failed(format!("{error:#}")),
        };
        let mut whole = Whole { status: raw.status, headers: BTreeMap::new(), stated: None, body: raw.body };
        for (name, mut value) in raw.headers {
            match name.as_str() {
                "content-length" => whole.stated = Some(value.clone()),
                "etag" => value = their_tag(value, tags),
                _ => {}
            }
            if NOT_COMPARED.contains(&name.as_str())
                || matches!(tags, Tags::Theirs) && THEIRS_ONLY.contains(&name.as_str())
            {
                continue;
            }
            let is_cookie = name == "set-cookie";
            let lines = whole.headers.entry(name).or_default();
            match lines.last_mut() {
                // One list, in one line or in several (RFC 9110, section 5.3): any hop may join them, and we do.
                Some(first) if !is_cookie => *first = [first, &b", "[..], &value].concat(),
                _ => lines.push(value),
            }
        }
        Reply::Whole(whole)
    }

    /// The status, if there is one.
    pub(super) fn status(&self) -> Option<u16> {
        match self {
            Reply::Whole(whole) => Some(whole.status),
            Reply::Failed(_) => None,
        }
    }
}

/// A tag that the site's own `_headers` set is the same on both sides, and stays.
fn their_tag(value: Vec<u8>, tags: Tags<'_>) -> Vec<u8> {
    let Tags::Ours(ours) = tags else { return value };
    match std::str::from_utf8(&value).ok().and_then(|text| ours.their_tag(text)) {
        Some(theirs) => theirs.as_bytes().to_vec(),
        None => value,
    }
}

impl fmt::Display for Reply {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Reply::Failed(error) => write!(f, "failed: {error}"),
            Reply::Whole(Whole { status, headers, body, stated }) => {
                write!(f, "{status} {{")?;
                for (name, value) in headers.iter().flat_map(|(name, all)| all.iter().map(move |v| (name, v)))
                {
                    write!(f, " {name}: {};", value.escape_ascii())?;
                }
                write!(f, " }} {} bytes", body.len())?;
                if let Some(stated) = stated {
                    write!(f, " (stated {})", stated.escape_ascii())?;
                }
                write!(f, " {:?}", String::from_utf8_lossy(&body[..body.len().min(60)]))
            }
        }
    }
}
