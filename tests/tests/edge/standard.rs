//! `Semantics::Standard`: what RFC 9110 and 9111 ask for beyond the platform.

use trailmark_edge::Semantics;

use super::kit::{Kit, header, noise};

const TEXT: &[u8] = b"0123456789";

fn kit() -> Kit {
    Kit::new(
        Semantics::Standard,
        &[("a.txt", TEXT), ("page.html", b"<p>page"), ("404.html", b"none"), ("empty.txt", b"")],
    )
}

#[tokio::test]
async fn if_none_match_takes_lists_and_stars() {
    let kit = kit();
    let tag = header(&kit.get("/a.txt").await, "etag").to_owned();
    for value in [tag.clone(), format!("W/{tag}"), format!("\"x\", W/\"y\",{tag}"), "*".to_owned()] {
        for method in ["GET", "HEAD"] {
            let got = kit.ask(method, "/a.txt", &[("if-none-match", &value)]).await;
            assert_eq!((got.status, got.body.len(), header(&got, "etag")), (304, 0, tag.as_str()), "{value}");
            assert_eq!(header(&got, "cache-control"), "public, max-age=0, must-revalidate");
            assert_eq!((header(&got, "content-type"), header(&got, "content-length")), ("", ""));
        }
    }
    let twice = [("if-none-match", "\"x\""), ("if-none-match", tag.as_str())];
    assert_eq!(kit.ask("GET", "/a.txt", &twice).await.status, 304);
    for value in ["\"x\"", "x", "", &tag[1..], &tag.to_uppercase()] {
        assert_eq!(kit.ask("GET", "/a.txt", &[("if-none-match", value)]).await.status, 200, "{value}");
    }
}

#[tokio::test]
async fn preconditions_count_only_where_the_answer_would_be_200() {
    let kit = kit();
    for condition in [("if-none-match", "*"), ("if-match", "\"x\""), ("range", "bytes=0-0")] {
        assert_eq!(kit.ask("GET", "/nowhere", &[condition]).await.status, 404, "{condition:?}");
        assert_eq!(kit.ask("GET", "/page.html", &[condition]).await.status, 307, "{condition:?}");
    }
}

#[tokio::test]
async fn if_match_compares_strongly() {
    let kit = kit();
    let tag = header(&kit.get("/a.txt").await, "etag").to_owned();
    for (value, status) in
        [(tag.clone(), 200), ("*".into(), 200), (format!("W/{tag}"), 412), ("\"x\"".into(), 412)]
    {
        let got = kit.ask("GET", "/a.txt", &[("if-match", &value)]).await;
        assert_eq!((got.status, got.body.is_empty()), (status, status == 412), "{value}");
    }
}

#[tokio::test]
async fn a_range_comes_as_206() {
    let kit = kit();
    for (range, content_range, body) in [
        ("bytes=0-3", "bytes 0-3/10", "0123"),
        ("bytes=8-", "bytes 8-9/10", "89"),
        ("bytes=-1", "bytes 9-9/10", "9"),
        ("bytes=0-5,3-7", "bytes 0-7/10", "01234567"),
        ("bytes=5-100", "bytes 5-9/10", "56789"),
    ] {
        let got = kit.ask("GET", "/a.txt", &[("range", range)]).await;
        assert_eq!(
            (got.status, header(&got, "content-range"), &got.body[..]),
            (206, content_range, body.as_bytes())
        );
        assert_eq!(header(&got, "content-length"), body.len().to_string());
        assert!(!header(&got, "etag").is_empty() && !header(&got, "content-type").is_empty());
    }
    assert_eq!(header(&kit.get("/a.txt").await, "accept-ranges"), "bytes");
}

#[tokio::test]
async fn ranges_that_the_file_does_not_have_get_416() {
    let kit = kit();
    for (target, range, size) in
        [("/a.txt", "bytes=10-", 10), ("/a.txt", "bytes=-0", 10), ("/empty.txt", "bytes=0-0", 0)]
    {
        let got = kit.ask("GET", target, &[("range", range)]).await;
        assert_eq!((got.status, got.body.len()), (416, 0), "{range}");
        assert_eq!(header(&got, "content-range"), format!("bytes */{size}"));
    }
}

#[tokio::test]
async fn what_is_no_sensible_range_gets_the_whole_file() {
    let kit = kit();
    let many = format!("bytes={}", ["0-0"; 1000].join(","));
    for range in ["bytes=3-1", "lines=0-1", "bytes=a-b", many.as_str()] {
        let got = kit.ask("GET", "/a.txt", &[("range", range)]).await;
        assert_eq!((got.status, &got.body[..]), (200, TEXT), "{range}");
    }
    let got = kit.ask("HEAD", "/a.txt", &[("range", "bytes=0-0")]).await;
    assert_eq!((got.status, header(&got, "content-length")), (200, "10"));
    let twice = [("range", "bytes=0-0"), ("range", "bytes=1-1")];
    assert_eq!(kit.ask("GET", "/a.txt", &twice).await.status, 200);
}

#[tokio::test]
async fn if_range_wants_the_same_version() {
    let kit = kit();
    let tag = header(&kit.get("/a.txt").await, "etag").to_owned();
    let weak = format!("W/{tag}");
    for (value, status) in
        [(tag.as_str(), 206), (&weak, 200), ("\"x\"", 200), ("Sat, 29 Oct 1994 19:43:31 GMT", 200)]
    {
        let got = kit.ask("GET", "/a.txt", &[("range", "bytes=0-0"), ("if-range", value)]).await;
        assert_eq!(got.status, status, "{value}");
    }
}

/// The parts of a multipart body: `Content-Range` and bytes.
fn parts(content_type: &str, body: &[u8]) -> Vec<(String, Vec<u8>)> {
    let boundary = content_type.strip_prefix("multipart/byteranges; boundary=").unwrap();
    let mark = format!("--{boundary}").into_bytes();
    let starts: Vec<usize> =
        (0..=body.len() - mark.len()).filter(|at| body[*at..].starts_with(&mark)).collect();
    assert!(body[starts[starts.len() - 1]..].ends_with(b"--\r\n"));
    let part = |pair: &[usize]| {
        let part = &body[pair[0] + mark.len() + 2..pair[1] - 2];
        let end = part.windows(4).position(|four| four == b"\r\n\r\n").unwrap();
        let head = String::from_utf8(part[..end].to_vec()).unwrap();
        let range = head.lines().find_map(|line| line.strip_prefix("Content-Range: ")).unwrap();
        (range.to_owned(), part[end + 4..].to_vec())
    };
    starts.windows(2).map(part).collect()
}

#[tokio::test]
async fn several_ranges_come_as_multipart_from_memory_and_from_disk() {
    let large = noise(300_000, 9);
    let kit = Kit::new(Semantics::Standard, &[("a.txt", TEXT), ("large.bin", &large)]);
    for (target, file, ranges) in [
        ("/a.txt", TEXT, vec![(7, 8), (0, 1), (4, 4)]),
        ("/large.bin", &large[..], vec![(0, 199_999), (250_000, 250_000), (299_990, 299_999)]),
    ] {
        let asked: Vec<String> = ranges.iter().map(|(first, last)| format!("{first}-{last}")).collect();
        let got = kit.ask("GET", target, &[("range", &format!("bytes={}", asked.join(", ")))]).await;
        assert_eq!((got.status, header(&got, "content-length")), (206, got.body.len().to_string().as_str()));
        assert_eq!(header(&got, "content-range"), "");
        let expected: Vec<(String, Vec<u8>)> = ranges
            .iter()
            .map(|(first, last)| {
                (format!("bytes {first}-{last}/{}", file.len()), file[*first..=*last].to_vec())
            })
            .collect();
        assert!(parts(header(&got, "content-type"), &got.body) == expected, "{target}");
    }
}

#[tokio::test]
async fn one_range_of_a_large_file_is_read_alone() {
    let large = noise(5_000_000, 10);
    let kit = Kit::new(Semantics::Standard, &[("large.bin", &large)]);
    let got = kit.ask("GET", "/large.bin", &[("range", "bytes=4000000-4300000")]).await;
    assert_eq!((got.status, header(&got, "content-length")), (206, "300001"));
    assert!(got.body == large[4_000_000..=4_300_000]);
}

#[tokio::test]
async fn precompressed_siblings_are_chosen_by_what_the_client_likes() {
    let files: &[(&str, &[u8])] = &[
        ("app.js", b"plain"),
        ("app.js.br", b"brotli"),
        ("app.js.gz", b"gzip"),
        ("page.html", b"page"),
        ("page.html.zst", b"zstandard"),
        ("alone.css", b"alone"),
    ];
    let kit = Kit::new(Semantics::Standard, files);
    let mut tags = Vec::new();
    for (accept, coding, body) in [
        ("", "", "plain"),
        ("br", "br", "brotli"),
        ("gzip, deflate, br, zstd", "br", "brotli"),
        ("gzip, br;q=0.5", "gzip", "gzip"),
        ("GZIP", "gzip", "gzip"),
        ("br;q=0, *;q=0.1", "gzip", "gzip"),
        ("*", "br", "brotli"),
        ("identity, br;q=0.5", "", "plain"),
        ("deflate", "", "plain"),
        ("br;q=7, gzip;q=x", "", "plain"),
        ("zstd", "", "plain"),
    ] {
        let got = kit.ask("GET", "/app.js", &[("accept-encoding", accept)]).await;
        assert_eq!(
            (got.status, header(&got, "content-encoding"), &got.body[..]),
            (200, coding, body.as_bytes()),
            "{accept}"
        );
        assert_eq!(header(&got, "content-type"), "text/javascript; charset=utf-8");
        assert_eq!(header(&got, "vary"), "accept-encoding");
        assert_eq!(header(&got, "content-length"), body.len().to_string());
        tags.push((body, header(&got, "etag").to_owned()));
        let tag = tags.last().unwrap().1.as_str();
        let got = kit.ask("GET", "/app.js", &[("accept-encoding", accept), ("if-none-match", tag)]).await;
        assert_eq!((got.status, header(&got, "vary")), (304, "accept-encoding"));
    }
    tags.sort();
    tags.dedup();
    assert_eq!(tags.len(), 3, "a tag for each encoding");
    let got = kit.ask("GET", "/page", &[("accept-encoding", "zstd")]).await;
    assert_eq!(
        (header(&got, "content-encoding"), header(&got, "content-type")),
        ("zstd", "text/html; charset=utf-8")
    );
    let got = kit.ask("GET", "/alone.css", &[("accept-encoding", "br")]).await;
    assert_eq!((header(&got, "vary"), header(&got, "content-encoding")), ("", ""));
    let got = kit.ask("GET", "/app.js", &[("accept-encoding", "br"), ("range", "bytes=1-2")]).await;
    assert_eq!((&got.body[..], header(&got, "content-range")), (&b"ro"[..], "bytes 1-2/6"));
}

#[tokio::test]
async fn a_405_says_what_is_allowed() {
    let got = kit().ask("POST", "/page", &[]).await;
    assert_eq!((got.status, header(&got, "allow")), (405, "GET, HEAD"));
}

#[tokio::test]
async fn platform_semantics_have_none_of_this() {
    let kit = Kit::new(Semantics::Platform, &[("a.txt", TEXT), ("a.txt.br", b"br")]);
    let headers = [("range", "bytes=0-0"), ("if-none-match", "*"), ("accept-encoding", "br")];
    let got = kit.ask("GET", "/a.txt", &headers).await;
    assert_eq!((got.status, &got.body[..]), (200, TEXT));
    let mut names: Vec<&str> = got.headers.keys().map(http::HeaderName::as_str).collect();
    names.sort_unstable();
    assert_eq!(
        names,
        ["content-length", "content-type", "etag"],
        "no Cache-Control with Range, as the platform has it"
    );
}
