//! Answers as RFC 9110 and 9111 ask for them, where the platform does less: encodings, conditional requests, ranges, `Allow`.
//!
//! Given: the manifest's answer to the request without its conditional headers. Gives: the plan. The order is that of RFC 9110: the
//! representation is chosen (section 12), then preconditions are looked at (13.2.2), then ranges (14.2); the last two only where
//! the answer would be 200 (13.2.1).

mod conditional;
mod encoding;
mod ranges;

use bytes::Bytes;
use http::header::{
    ACCEPT_ENCODING, ACCEPT_RANGES, ALLOW, CACHE_CONTROL, CONTENT_ENCODING, CONTENT_RANGE, CONTENT_TYPE,
    ETAG, IF_MATCH, IF_NONE_MATCH, VARY,
};
use http::{HeaderMap, HeaderValue, Method, StatusCode};
use trailmark::{Answer, Asset, Request, RuleId};

use crate::asked::Asked;
use crate::edge::Edge;
use crate::plan::{Content, FileContent, Parts, Plan};
use crate::site::Site;
use ranges::Asks;

/// The request without the headers that are looked at here.
pub(crate) fn unconditional<'r>(request: &Request<'r>) -> Request<'r> {
    let mut plain = *request;
    plain.headers.if_none_match = None;
    plain.headers.has_range = false;
    plain
}

/// What to answer.
pub(crate) fn plan(edge: &Edge, site: &Site, asked: &Asked<'_>, answer: &Answer<'_, '_>) -> Plan {
    let mut plan = Plan::of_answer(site, answer);
    if plan.status == StatusCode::METHOD_NOT_ALLOWED {
        plan.headers.insert(ALLOW, HeaderValue::from_static("GET, HEAD"));
    }
    let Some(asset) = answer.body else { return plan };
    let selected = select(site, asked, &asset, &mut plan);
    if plan.status != StatusCode::OK {
        return plan;
    }
    plan.headers.entry(ACCEPT_RANGES).or_insert(HeaderValue::from_static("bytes"));
    let etag = selected.etag();
    if asked.headers.contains_key(IF_MATCH)
        && !conditional::any_matches(asked.headers, &IF_MATCH, &etag, true)
    {
        return without_representation(plan, StatusCode::PRECONDITION_FAILED, RuleId::NOT_MODIFIED);
    }
    if conditional::any_matches(asked.headers, &IF_NONE_MATCH, &etag, false) {
        return without_representation(plan, StatusCode::NOT_MODIFIED, RuleId::NOT_MODIFIED);
    }
    if *asked.method != Method::GET || !conditional::range_counts(asked.headers, &etag) {
        return plan;
    }
    match ranges::asked_for(asked.headers, selected.size(), edge.options().max_ranges) {
        Asks::Everything => plan,
        Asks::Nothing => {
            let mut plan = without_representation(plan, StatusCode::RANGE_NOT_SATISFIABLE, answer.rule);
            plan.headers.remove(ETAG);
            plan.headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
            if let Ok(value) = HeaderValue::try_from(format!("bytes */{}", selected.size())) {
                plan.headers.insert(CONTENT_RANGE, value);
            }
            plan
        }
        Asks::Parts(parts) => partial(plan, &selected, &parts),
    }
}

/// Chooses between the file and its precompressed siblings, and puts what that changes into the plan.
fn select<'m>(site: &'m Site, asked: &Asked<'_>, asset: &Asset<'m>, plan: &mut Plan) -> Asset<'m> {
    if plan.headers.contains_key(CONTENT_ENCODING) {
        return *asset;
    }
    let siblings = encoding::siblings(site.manifest(), asset);
    if siblings.iter().all(Option::is_none) {
        return *asset;
    }
    plan.headers.append(VARY, HeaderValue::from(ACCEPT_ENCODING));
    let Some((coding, sibling)) = encoding::choose(asked.headers, &siblings) else { return *asset };
    plan.headers.insert(CONTENT_ENCODING, HeaderValue::from_static(coding));
    // Only the file's own tag can be put right; one from `_headers` would stand for both.
    let is_own = plan.headers.get(ETAG).is_some_and(|tag| tag.as_bytes() == asset.etag().as_str().as_bytes());
    match HeaderValue::from_str(sibling.etag().as_str()) {
        Ok(tag) if is_own => plan.headers.insert(ETAG, tag),
        _ => plan.headers.remove(ETAG),
    };
    plan.content = Content::File(FileContent::whole(site, &sibling));
    sibling
}

/// An answer about a file that does not send it.
fn without_representation(mut plan: Plan, status: StatusCode, rule: RuleId) -> Plan {
    for name in [CONTENT_TYPE, CONTENT_ENCODING] {
        plan.headers.remove(name);
    }
    Plan { status, rule, content: Content::Bytes(Bytes::new()), ..plan }
}

/// 206, with one part as it is, or several wrapped (RFC 9110, section 15.3.7).
fn partial(mut plan: Plan, asset: &Asset<'_>, parts: &[(u64, u64)]) -> Plan {
    let Content::File(file) = plan.content else { return plan };
    let size = file.size;
    let content_range = |(offset, len): (u64, u64)| {
        format!("bytes {offset}-{}/{size}", offset.saturating_add(len).saturating_sub(1))
    };
    let parts = if let [part] = parts {
        if let Ok(value) = HeaderValue::try_from(content_range(*part)) {
            plan.headers.insert(CONTENT_RANGE, value);
        }
        Parts { parts: vec![(Bytes::new(), *part)], end: Bytes::new() }
    } else {
        wrapped(&mut plan.headers, asset, parts, content_range)
    };
    plan.content = Content::File(FileContent { parts: Some(parts), ..file });
    plan.status = StatusCode::PARTIAL_CONTENT;
    plan
}

/// The parts as `multipart/byteranges`. The boundary is half of the file's SHA-256: no file holds its own.
fn wrapped(
    headers: &mut HeaderMap,
    asset: &Asset<'_>,
    parts: &[(u64, u64)],
    content_range: impl Fn((u64, u64)) -> String,
) -> Parts {
    let boundary: String =
        asset.fingerprint().iter().rev().take(16).map(|byte| format!("{byte:02x}")).collect();
    let multipart = HeaderValue::try_from(format!("multipart/byteranges; boundary={boundary}")).ok();
    let own_type = match multipart {
        Some(multipart) => headers.insert(CONTENT_TYPE, multipart),
        None => None,
    };
    let type_line =
        own_type.map_or_else(Vec::new, |own| [b"Content-Type: ", own.as_bytes(), b"\r\n"].concat());
    let before = |index: usize, part: (u64, u64)| {
        let line_break = if index == 0 { "" } else { "\r\n" };
        let start = format!("{line_break}--{boundary}\r\n").into_bytes();
        let range = format!("Content-Range: {}\r\n\r\n", content_range(part)).into_bytes();
        (Bytes::from([start, type_line.clone(), range].concat()), part)
    };
    let parts = parts.iter().enumerate().map(|(index, part)| before(index, *part)).collect();
    Parts { parts, end: format!("\r\n--{boundary}--\r\n").into() }
}
