//! The common log format and what is like it: `host ident user [time] "GET /path HTTP/1.1" 200 123 "referer" "agent" ...`, with the
//! virtual host in front or not.

use std::borrow::Cow;

use super::record::{LogFormat, Read, Record, local_target, split_request, without_port};

pub(super) fn read(line: &[u8]) -> Read<'_> {
    let Some(start) = request_start(line) else {
        return Read::Damaged("neither a common log line nor a JSON object");
    };
    let (before, behind) = line.split_at(start);
    let Some((request, rest)) = quoted(behind) else {
        return Read::Damaged("the request has no closing quote");
    };
    let rest = rest.trim_ascii_start();
    let Some((status, rest)) = number(rest) else {
        return Read::Damaged("no status behind the request");
    };
    // A request that is none still has a status: that of the complaint.
    let Some(record) = record(request, before, status, rest) else { return Read::NotARequest };
    Read::Request(LogFormat::Common, record)
}

/// Where the quoted request begins: behind the time, or else at the first quote.
fn request_start(line: &[u8]) -> Option<usize> {
    let behind_time = memchr_pair(line, b"] \"").map(|at| at + 3);
    behind_time.or_else(|| Some(line.iter().position(|&b| b == b'"')? + 1))
}

fn memchr_pair(text: &[u8], wanted: &[u8; 3]) -> Option<usize> {
    let mut from = 0;
    while let Some(at) = text.get(from..)?.iter().position(|&b| b == wanted[0]) {
        let at = from + at;
        if text.get(at..at + 3) == Some(wanted) {
            return Some(at);
        }
        from = at + 1;
    }
    None
}

/// The text up to the closing quote, and what is behind it.
pub(super) fn quoted(text: &[u8]) -> Option<(&[u8], &[u8])> {
    let mut at = 0;
    loop {
        at += text.get(at..)?.iter().position(|b| matches!(b, b'"' | b'\\'))?;
        if text[at] == b'"' {
            return Some((&text[..at], &text[at + 1..]));
        }
        at += 2;
    }
}

/// A number of three digits.
fn number(text: &[u8]) -> Option<(u16, &[u8])> {
    let (digits, rest) = text.split_at_checked(3)?;
    if !digits.iter().all(u8::is_ascii_digit) || rest.first().is_some_and(|b| !b.is_ascii_whitespace()) {
        return None;
    }
    let status = digits.iter().fold(0, |number, digit| number * 10 + u16::from(digit - b'0'));
    Some((status, rest))
}

fn record<'l>(request: &'l [u8], before: &'l [u8], status: u16, rest: &'l [u8]) -> Option<Record<'l>> {
    let (method, target) = split_request(request)?;
    let (target, url_host) = local_target(unescaped(target))?;
    let host = url_host.map(Cow::Owned).or_else(|| virtual_host(before).map(Cow::Borrowed));
    Some(Record {
        method: String::from_utf8_lossy(method),
        target,
        host,
        status: Some(status),
        referer: referer(rest),
    })
}

/// The first of four words in front of the time, if the third is the `-` that nearly every server writes for the ident: without a
/// host, that is the second, and what follows is a user's name of several words.
fn virtual_host(before: &[u8]) -> Option<&str> {
    let end = before.iter().rposition(|&b| b == b'[')?;
    let mut words = before.get(..end)?.split(|&b| b == b' ').filter(|word| !word.is_empty());
    let (host, _, ident, _) = (words.next()?, words.next()?, words.next()?, words.next()?);
    (ident == b"-").then(|| std::str::from_utf8(host).ok().map(without_port)).flatten()
}

/// The first quoted text behind the size.
fn referer(rest: &[u8]) -> Option<Cow<'_, str>> {
    let start = rest.iter().position(|&b| b == b'"')?;
    let (text, _) = quoted(rest.get(start + 1..)?)?;
    if text.is_empty() || text == b"-" {
        return None;
    }
    Some(match unescaped(text) {
        Cow::Borrowed(text) => String::from_utf8_lossy(text),
        Cow::Owned(text) => Cow::Owned(String::from_utf8_lossy(&text).into_owned()),
    })
}

/// Takes back `\"`, `\\`, and `\xC3`.
pub(super) fn unescaped(text: &[u8]) -> Cow<'_, [u8]> {
    if !text.contains(&b'\\') {
        return Cow::Borrowed(text);
    }
    let hex = |byte: Option<&u8>| byte.and_then(|&byte| char::from(byte).to_digit(16));
    let mut plain = Vec::with_capacity(text.len());
    let mut at = 0;
    while let Some(&byte) = text.get(at) {
        let (byte, len) = match (byte, text.get(at + 1)) {
            (b'\\', Some(&escaped @ (b'"' | b'\\'))) => (escaped, 2),
            (b'\\', Some(b'x')) => match (hex(text.get(at + 2)), hex(text.get(at + 3))) {
                (Some(high), Some(low)) => ((high * 16 + low) as u8, 4),
                _ => (byte, 1),
            },
            _ => (byte, 1),
        };
        plain.push(byte);
        at += len;
    }
    Cow::Owned(plain)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn request(line: &str) -> Record<'_> {
        match read(line.as_bytes()) {
            Read::Request(LogFormat::Common, record) => record,
            other => panic!("{line}: {other:?}"),
        }
    }

    #[test]
    fn common_combined_and_with_the_host_in_front() {
        let common =
            request(r#"127.0.0.1 - frank [10/Oct/2000:13:55:36 -0700] "GET /a?b HTTP/1.0" 200 2326"#);
        assert_eq!((&*common.method, &*common.target, common.status), ("GET", &b"/a?b"[..], Some(200)));
        assert_eq!((common.host, common.referer), (None, None));
        let combined = request(
            r#"::1 - - [10/Oct/2000:13:55:36 -0700] "HEAD / HTTP/2.0" 304 0 "https://x.example/a?q=\"b\"" "Mozilla/5.0 (a [b])" rt=0.1"#,
        );
        assert_eq!(combined.referer.as_deref(), Some("https://x.example/a?q=\"b\""));
        let host = request(r#"docs.example:443 10.0.0.1 - - [t] "GET /x HTTP/1.1" 404 1 "-" "-""#);
        assert_eq!((host.host.as_deref(), host.referer), (Some("docs.example"), None));
    }

    #[test]
    fn escapes_spaces_and_absolute_targets() {
        let target = |request_line: &str| {
            let line = format!(r#"h - - [t] "{request_line}" 200 1"#);
            request(&line).target.into_owned()
        };
        assert_eq!(target(r"GET /caf\xC3\xA9 HTTP/1.1"), "/café".as_bytes());
        assert_eq!(target(r#"GET /a\"b HTTP/1.1"#), b"/a\"b");
        assert_eq!(target(r"GET /a\x22b\x5Cc HTTP/2.0"), b"/a\"b\\c");
        assert_eq!(target("GET /a b HTTP/1.1"), b"/a b");
        assert_eq!(target("GET /old"), b"/old");
        assert_eq!(target("GET http://h.example:80/p?q HTTP/1.1"), b"/p?q");
        assert_eq!(target("GET https://h.example?q HTTP/2.0"), b"/?q");
        let line = r#"::1 - - [t] "GET HTTPS://u@H.example:8443/p HTTP/1.1" 200 1"#;
        assert_eq!(request(line).host.as_deref(), Some("h.example"));
    }

    #[test]
    fn clients_of_every_kind_and_names_of_several_words() {
        for client in ["unix:", "::1", "2001:db8::5", "fe80::1%eth0", "10.0.0.1", "crawl.example", "-"] {
            let line = format!(r#"{client} - - [t] "GET /x HTTP/2.0" 200 1 "-" "-""#);
            assert_eq!((request(&line).host, request(&line).status), (None, Some(200)), "{client}");
            let line = format!(r#"docs.example:443 {client} - - [t] "GET /x HTTP/3" 200 1"#);
            assert_eq!(request(&line).host.as_deref(), Some("docs.example"), "{client}");
        }
        assert_eq!(request(r#"10.0.0.1 - frank n. stein [t] "GET /x HTTP/1.1" 200 1"#).host, None);
        let ipv6 = request(r#"[2001:db8::1]:443 ::1 - - [t] "GET /x HTTP/1.1" 200 1"#);
        assert_eq!(ipv6.host.as_deref(), Some("[2001:db8::1]"));
    }

    #[test]
    fn what_is_no_request_is_told_from_what_is_damaged() {
        for line in [
            r#"h - - [t] "-" 408 0"#,
            r#"h - - [t] "\x16\x03\x01" 400 150"#,
            r#"h - - [t] "OPTIONS * HTTP/1.0" 200 1"#,
        ] {
            assert_eq!(read(line.as_bytes()), Read::NotARequest, "{line}");
        }
        for line in [
            "Nov 22 kernel: x",
            r#"h - - [t] "GET / HTTP/1.1"#,
            r#"h - - [t] "GET / HTTP/1.1" - 1"#,
            "\u{0}\u{1}",
        ] {
            assert!(matches!(read(line.as_bytes()), Read::Damaged(_)), "{line}");
        }
    }
}
