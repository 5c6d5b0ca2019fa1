// Requests and replies as bytes. This file is compiled twice: with the judge, over manifests, and with the generated modules, over
// their tables. So replies can be compared byte for byte.

/// Defines what asks a kind of site.
macro_rules! replies {
    ($site:ty) => {
        /// Answers a request, as bytes: who answers, and all that the answer says.
        pub fn reply(site: &$site, mut record: &[u8]) -> Vec<u8> {
            let mut out = Vec::new();
            let flags = number(&mut record);
            let [method, host] = [(); 2].map(|()| text(&mut record).unwrap_or_default());
            let path = bytes(&mut record).unwrap_or_default();
            let mut headers = trailmark::RequestHeaders::default();
            headers.has_authorization = flags & 1 != 0;
            headers.has_range = flags & 2 != 0;
            headers.if_none_match = text(&mut record).map(str::as_bytes);
            headers.sec_fetch_mode = text(&mut record).map(str::as_bytes);
            headers.sec_fetch_dest = text(&mut record).map(str::as_bytes);
            let mut scratch = trailmark::Scratch::new();
            let Ok(path) = trailmark::RequestPath::parse(path, &mut scratch) else { return out };
            let mut request = trailmark::Request::new(method, path, headers);
            request.host = host;
            let looked_up = site.lookup(&path);
            put_number(&mut out, looked_up.status().into());
            put_text(&mut out, Some(site.rule_name(looked_up.rule())));
            put_text(&mut out, looked_up.location().map(|to| to.to_string()).as_deref());
            put_text(&mut out, looked_up.asset().map(|asset| asset.site_path().to_string()).as_deref());
            let answer = site.answer(&request);
            match site.decide(&request) {
                trailmark::Decision::Assets(answer) => put_answer(&mut out, 0, site, &answer),
                // The recorded Worker hands such a request to its assets binding, and passes the answer on.
                trailmark::Decision::Worker { .. } if flags & 4 != 0 => {
                    let content_type = answer.headers().filter(|(name, _)| *name == "content-type");
                    let content_type: Vec<String> = content_type.map(|(_, value)| value.to_string()).collect();
                    let content_type = (!content_type.is_empty()).then(|| content_type.join(", "));
                    match site.guard_worker_answer(&request, answer.status, content_type.as_deref()) {
                        Some(blocked) => put_answer(&mut out, 0, site, &blocked),
                        None => put_answer(&mut out, 2, site, &answer),
                    }
                }
                trailmark::Decision::Worker { rule, router_match } => {
                    put_number(&mut out, 1);
                    put_text(&mut out, Some(site.rule_name(rule)));
                    put_text(&mut out, router_match.map(|found| site.router_rule(found)));
                    put_answer(&mut out, 0, site, &answer);
                }
                _ => {}
            }
            out
        }

        /// Everything that can be listed, as text.
        pub fn listing(site: &$site) -> Vec<u8> {
            use std::fmt::Write;
            let mut out = String::new();
            let _ = writeln!(out, "{:?} {} {:?}", site.platform(), site.redirect_status(), site.decode_mode());
            let _ = writeln!(out, "{:?} {} {}", site.base(), site.asset_count(), site.is_empty());
            for asset in site.assets() {
                let (path, media_type) = (asset.site_path().to_string(), asset.media_type());
                let canonical = asset.canonical_url().map(|url| url.to_string());
                let _ = writeln!(out, "{} {path:?} {media_type:?} {canonical:?}", asset.index());
                let _ = writeln!(out, "{} {} {:?}", asset.size(), asset.etag(), asset.fingerprint());
            }
            let mut routes: Vec<String> = site
                .routes()
                .map(|route| format!("{:?} {}", route.path.to_string(), site.rule_name(route.rule)))
                .collect();
            routes.sort_unstable();
            let _ = writeln!(out, "{routes:?}");
            for rule in site.redirect_rules() {
                let _ = writeln!(out, "{} {} {:?} {}", rule.line, rule.status, rule.from, rule.target());
            }
            for rule in site.header_rules() {
                let (removals, sets): (Vec<_>, Vec<_>) = (rule.removals().collect(), rule.sets().collect());
                let _ = writeln!(out, "{} {:?} {removals:?} {sets:?} {}", rule.line, rule.path, rule.is_broken());
            }
            let router: Vec<_> = site.router_rules().collect();
            let _ = writeln!(out, "{} {router:?}", site.has_script());
            out.into_bytes()
        }

        fn put_answer(out: &mut Vec<u8>, by: u32, site: &$site, answer: &Answer<'_, '_>) {
            put_number(out, by);
            put_number(out, answer.status.into());
            put_text(out, answer.body.map(|asset| asset.site_path().to_string()).as_deref());
            let headers: Vec<_> = answer.headers().collect();
            put_number(out, headers.len() as u32);
            for (name, value) in headers {
                put_number(out, u32::from(matches!(value, trailmark::HeaderValue::ETag(_))));
                put_text(out, Some(name));
                put_text(out, Some(&value.to_string()));
            }
            put_text(out, Some(site.rule_name(answer.rule)));
            put_number(out, answer.redirect.map_or(u32::MAX, |index| index as u32));
            put_text(out, answer.location().map(|to| to.to_string()).as_deref());
            for rule in answer.matched_header_rules() {
                put_number(out, rule.line);
            }
        }
    };
}

/// Takes a number off the front; zero if there is none.
pub(crate) fn number(bytes: &mut &[u8]) -> u32 {
    let Some((first, rest)) = bytes.split_first_chunk() else { return 0 };
    *bytes = rest;
    u32::from_le_bytes(*first)
}

/// Takes bytes off the front.
pub(crate) fn bytes<'b>(record: &mut &'b [u8]) -> Option<&'b [u8]> {
    let len = number(record);
    if len == u32::MAX {
        return None;
    }
    let (bytes, rest) = record.split_at_checked(len as usize)?;
    *record = rest;
    Some(bytes)
}

/// Takes a text off the front.
pub(crate) fn text<'b>(record: &mut &'b [u8]) -> Option<&'b str> {
    std::str::from_utf8(bytes(record)?).ok()
}

/// Adds a number.
pub(crate) fn put_number(out: &mut Vec<u8>, number: u32) {
    out.extend_from_slice(&number.to_le_bytes());
}

/// Adds a text, or that there is none.
pub(crate) fn put_text(out: &mut Vec<u8>, text: Option<&str>) {
    put_bytes(out, text.map(str::as_bytes));
}

/// Adds bytes, or that there are none.
pub(crate) fn put_bytes(out: &mut Vec<u8>, bytes: Option<&[u8]>) {
    put_number(out, bytes.map_or(u32::MAX, |bytes| bytes.len() as u32));
    out.extend_from_slice(bytes.unwrap_or_default());
}
