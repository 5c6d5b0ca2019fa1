//! The two formats of Amazon's that differ from all others: those of CloudFront (standard logs, a tab between fields) and of the
//! Application Load Balancer (a blank between fields, the status in front of the request).
//!
//! Sources: *Amazon CloudFront Developer Guide*, "Standard logging reference"; *Elastic Load Balancing*, "Access logs for your
//! Application Load Balancer".

use std::borrow::Cow;

use super::common::{quoted, unescaped};
use super::record::{LogFormat, Read, Record, local_target, split_request, without_port};

/// What a line of CloudFront is, whose first field is a date; `None` for a line of another format.
pub(super) fn cloudfront(line: &[u8]) -> Option<Read<'_>> {
    // Every line of every log comes by here, so what tells formats apart comes first, and costs little.
    let (date, rest) = line.split_at_checked(10)?;
    if rest.first() != Some(&b'\t') || !date.iter().all(|b| b.is_ascii_digit() || *b == b'-') {
        return None;
    }
    let fields = rest.get(1..)?.split(|&b| b == b'\t');
    // time, edge, bytes and client come first; agent, query, cookie, result and request id between referer and host.
    let mut fields = fields.skip(4);
    let (method, distribution, path) = (fields.next()?, fields.next()?, fields.next()?);
    let (status, referer) = (fields.next()?, fields.next()?);
    let host = fields.nth(5).filter(|host| !host.is_empty() && *host != b"-").unwrap_or(distribution);
    if path.first() != Some(&b'/') {
        return Some(Read::NotARequest);
    }
    let text = |field| String::from_utf8_lossy(field);
    Some(Read::Request(
        LogFormat::CloudFront,
        Record {
            method: text(method),
            target: Cow::Borrowed(path),
            host: std::str::from_utf8(host).ok().map(without_port).map(Cow::Borrowed),
            status: number(status),
            referer: (referer != b"-").then(|| text(referer)),
        },
    ))
}

/// What a line of a load balancer is, whose first word is the kind of the connection; `None` for a line of another format.
pub(super) fn load_balancer(line: &[u8]) -> Option<Read<'_>> {
    const KINDS: [&[u8]; 6] = [b"http", b"https", b"h2", b"grpcs", b"ws", b"wss"];
    let kind_len = line.iter().take(6).position(|&b| b == b' ')?;
    let (kind, rest) = line.split_at(kind_len);
    if !KINDS.contains(&kind) {
        return None;
    }
    let (before, behind) = rest.split_at(rest.iter().position(|&b| b == b'"')?);
    let mut words = before.split(|&b| b == b' ').filter(|word| !word.is_empty());
    // Time, balancer, client, target and three durations stand between; then the status of the balancer, and the target's.
    let status = words.nth(7)?;
    let (request, _) = quoted(behind.get(1..)?)?;
    let asked =
        split_request(request).and_then(|(method, target)| Some((method, local_target(unescaped(target))?)));
    let Some((method, (target, host))) = asked else { return Some(Read::NotARequest) };
    let record = Record {
        method: String::from_utf8_lossy(method),
        target,
        host: host.map(Cow::Owned),
        status: number(status),
        referer: None,
    };
    Some(Read::Request(LogFormat::LoadBalancer, record))
}

/// A status; none for `-` or `000`.
fn number(field: &[u8]) -> Option<u16> {
    let number: u16 = std::str::from_utf8(field).ok()?.parse().ok()?;
    (100..1000).contains(&number).then_some(number)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(read: Option<Read<'_>>) -> (String, String, Option<String>, Option<u16>, Option<String>) {
        match read {
            Some(Read::Request(_, record)) => (
                record.method.into_owned(),
                String::from_utf8(record.target.into_owned()).unwrap(),
                record.host.map(Cow::into_owned),
                record.status,
                record.referer.map(Cow::into_owned),
            ),
            other => panic!("{other:?}"),
        }
    }

    fn texts(
        method: &str,
        target: &str,
        host: &str,
        status: u16,
        referer: Option<&str>,
    ) -> (String, String, Option<String>, Option<u16>, Option<String>) {
        (method.into(), target.into(), Some(host.into()), Some(status), referer.map(str::to_owned))
    }

    #[test]
    fn cloudfront_has_a_tab_between_fields() {
        let line = "2026-11-22\t21:02:31\tLAX1\t392\t2001:db8::1\tGET\td111111abcdef8.cloudfront.net\t/caf%C3%A9/index.html\t200\thttps://www.example.com/from\tMozilla/5.0%20(x)\ta=1\t-\tHit\tid\tdocs.example.com\thttps\t23";
        let expected = texts(
            "GET",
            "/caf%C3%A9/index.html",
            "docs.example.com",
            200,
            Some("https://www.example.com/from"),
        );
        assert_eq!(told(cloudfront(line.as_bytes())), expected);
        let bare = line.replace("docs.example.com", "-").replace("https://www.example.com/from", "-");
        let expected = texts("GET", "/caf%C3%A9/index.html", "d111111abcdef8.cloudfront.net", 200, None);
        assert_eq!(told(cloudfront(bare.as_bytes())), expected);
        assert_eq!(cloudfront(b"2026-11-22 kernel: oops"), None);
        assert_eq!(cloudfront(b"h - - [t] \"GET /\t HTTP/1.1\" 200 1"), None);
    }

    #[test]
    fn a_load_balancer_has_the_status_first() {
        let line = r#"h2 2026-11-22T22:23:00.186641Z app/my-lb/50dc6c 10.0.1.252:48160 10.0.0.66:9000 0.000 0.002 0.000 404 200 5 257 "GET https://docs.example.com:443/a?b HTTP/2.0" "curl/7.46.0" ECDHE TLSv1.2"#;
        assert_eq!(told(load_balancer(line.as_bytes())), texts("GET", "/a?b", "docs.example.com", 404, None));
        let none =
            r#"http 2026-11-22T22:23:00Z app/x 10.0.1.252:1 - -1 -1 -1 400 - 0 0 "- http://x:80- -" "-" - -"#;
        assert_eq!(load_balancer(none.as_bytes()), Some(Read::NotARequest));
        assert_eq!(load_balancer(br#"h - - [t] "GET / HTTP/1.1" 200 1"#), None);
    }
}
