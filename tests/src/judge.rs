//! What an encoded manifest says, in the terms of the reference (`reference.rs`), so that the two can be compared.

use trailmark::{Decision, HeaderValue, Manifest, Request, RequestHeaders, RequestPath, Scratch};
use trailmark_compiler::SiteRules;
use trailmark_compiler::config::headers::apply_headers;
use trailmark_compiler::options::Platform;

use crate::reference::requests::{Ask, Verdict};
use crate::reference::{self, Answer};

/// What the encoded manifest answers to a GET, in the terms of the reference; `None` if the target is no path.
pub fn looked_up<'m>(manifest: &'m Manifest<'_>, target: &[u8], scratch: &mut Scratch) -> Option<Answer<'m>> {
    let request = RequestPath::parse(target, scratch).ok()?;
    let answer = manifest.lookup(&request);
    Some(Answer {
        status: answer.status(),
        location: answer.location().map(|location| location.to_string()),
        asset: answer.asset().map(|asset| asset.site_path().to_string()),
        rule: manifest.rule_name(answer.rule()),
    })
}

/// The response headers that both ways must agree on.
pub type Lines = Vec<(String, String)>;

/// The header lines of an answer, by name.
fn lines(answer: &trailmark::Answer<'_, '_>) -> Lines {
    let mut lines: Lines = answer
        .headers()
        .map(|(name, value): (_, HeaderValue<'_, '_>)| (name.to_owned(), value.to_string()))
        .collect();
    // The order of different headers means nothing; that of the lines of one does, and stays.
    lines.sort_by(|(a, _), (b, _)| a.cmp(b));
    lines
}

/// Who answers a request, and with which headers, says the manifest; `None` if the target is no path.
pub fn ask_manifest<'m>(
    manifest: &'m Manifest<'_>,
    ask: &Ask<'_>,
    scratch: &mut Scratch,
) -> Option<(Verdict<'m>, Lines)> {
    let path = RequestPath::parse(ask.target, scratch).ok()?;
    let mut headers = RequestHeaders::default();
    headers.if_none_match = ask.if_none_match.map(str::as_bytes);
    headers.sec_fetch_mode = ask.sec_fetch_mode.map(str::as_bytes);
    let mut request = Request::new(ask.method, path, headers);
    request.host = ask.host;
    Some(match manifest.decide(&request) {
        Decision::Worker { rule, .. } => (Verdict::Script { rule: manifest.rule_name(rule) }, Lines::new()),
        Decision::Assets(answer) => {
            let verdict = Verdict::Assets(Answer {
                status: answer.status,
                location: answer.location().map(|location| location.to_string()),
                asset: answer.body.map(|asset| asset.site_path().to_string()),
                rule: manifest.rule_name(answer.rule),
            });
            (verdict, lines(&answer))
        }
        other => panic!("an unknown decision: {other:?}"),
    })
}

/// What the rules of `_headers` make of the headers that are sent without them; `None` where nothing can be said.
pub fn with_headers(
    rules: &SiteRules,
    platform: Platform,
    ask: &Ask<'_>,
    answer: &Answer<'_>,
    base: Lines,
) -> Option<Lines> {
    if answer.status == 500 {
        return None;
    }
    // To what the router itself sends, no rule is applied.
    if answer.rule.starts_with("router/") {
        return Some(base);
    }
    let (path, _) = reference::parse_target(ask.target)?;
    let host = ask.host.split(':').next()?;
    let mut lines = apply_headers(rules.headers.as_ref()?, host, &path, base).ok()?;
    if platform == Platform::Pages && answer.status == 404 {
        lines.retain(|(name, _)| name != "cache-control");
        lines.push(("cache-control".to_owned(), "no-store".to_owned()));
    }
    lines.sort_by(|(a, _), (b, _)| a.cmp(b));
    Some(lines)
}
