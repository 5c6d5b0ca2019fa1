//! The fuzz targets for what strangers write and others log: whole audits of sites made of any bytes, and lines of access logs.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{LazyLock, Mutex, PoisonError};

use serde_json::json;
use trailmark::Manifest;
use trailmark_audit::{AuditOptions, LinkPlace, audit as audit_site};
use trailmark_compare::log::{Read, Record, read_line};
use trailmark_compiler::{RoutingOptions, manifest_of};

use crate::conformance::assets_of;

/// The files of the site; the input is cut at NUL, a piece a file.
const FILES: [&str; 9] = [
    "index.html",
    "about.html",
    "404.html",
    "style.css",
    "sitemap.xml",
    "feed.xml",
    "app.webmanifest",
    "robots.txt",
    "packed.xml.gz",
];

/// The answers do not depend on what is in the files.
static MANIFEST: LazyLock<Vec<u8>> = LazyLock::new(|| {
    let files: BTreeMap<String, String> =
        FILES.iter().map(|name| (format!("/{name}"), (*name).to_owned())).collect();
    manifest_of(assets_of(&files), RoutingOptions::default()).expect("a small site")
});

/// One site at a time lies there.
static FOLDER: LazyLock<Mutex<PathBuf>> =
    LazyLock::new(|| Mutex::new(std::env::temp_dir().join(format!("trailmark-fuzz-{}", std::process::id()))));

/// A site whose pages, style sheets, sitemaps, feeds and web manifests are any bytes.
pub fn audit(data: &[u8]) {
    let folder = FOLDER.lock().unwrap_or_else(PoisonError::into_inner);
    fs::create_dir_all(&*folder).expect("a temporary folder");
    let mut pieces = data.splitn(FILES.len(), |&byte| byte == 0);
    for name in FILES {
        fs::write(folder.join(name), pieces.next().unwrap_or_default()).expect("a temporary file");
    }
    let manifest = Manifest::open(&MANIFEST).expect("a sound manifest");
    // The site's own host is known for one half of the inputs, and found for the other.
    let hosts = data.len().is_multiple_of(2).then(|| vec!["a.example".to_owned()]);
    let options = AuditOptions { hosts, ..AuditOptions::default() };
    let report = audit_site(&manifest, &folder, &options, &|_| {}).expect("the folder is there");
    assert!(serde_json::to_string(&report).is_ok());
    for group in &report.groups {
        assert!(group.count >= group.findings.len() as u64 && !group.findings.is_empty(), "{group:?}");
        group.findings.iter().flat_map(|finding| &finding.places).for_each(|place| is_there(&folder, place));
    }
    fs::remove_dir_all(&*folder).expect("the temporary folder");
}

/// A place must exist: the line, and so many characters in it.
fn is_there(folder: &Path, place: &LinkPlace) {
    let name = place.file.trim_start_matches('/');
    assert!(FILES.contains(&name), "{place:?}");
    let (Some(line), Some(column)) = (place.line, place.column) else { return };
    // Of a packed file the place is that in what comes out.
    if name.ends_with(".gz") {
        return;
    }
    let bytes = fs::read(folder.join(name)).expect("a temporary file");
    let text = bytes.split(|&byte| byte == b'\n').nth(line as usize - 1);
    let text = text.unwrap_or_else(|| panic!("{place:?}: there are not so many lines"));
    assert!((1..=text.len() + 1).contains(&(column as usize)), "{place:?}");
}

/// Lines of an access log. What was understood is understood again when it is written in the other notations.
pub fn log(data: &[u8]) {
    for line in data.split(|&byte| byte == b'\n') {
        match read_line(line) {
            Read::Request(_, record) => written_again(&record),
            Read::Damaged(why) => assert!(!why.is_empty()),
            Read::NotARequest | Read::Blank => {}
        }
    }
}

fn written_again(record: &Record<'_>) {
    assert_eq!(record.target.first(), Some(&b'/'), "{record:?}");
    let is_word = !record.method.is_empty() && record.method.bytes().all(|byte| byte.is_ascii_alphabetic());
    let Some(status) = record.status.filter(|status| is_word && (100..1000).contains(status)) else { return };
    let same = |line: &[u8], of: &str| {
        let Read::Request(_, again) = read_line(line) else {
            panic!("{of}: {record:?} became {:?}", read_line(line))
        };
        let (a, b) = (&again, record);
        assert_eq!((&a.method, &a.target, a.status), (&b.method, &b.target, b.status), "{of}");
    };
    let escaped: String = record
        .target
        .iter()
        .map(|&byte| match byte {
            b'!' | b'#'..=b'[' | b']'..=b'~' => char::from(byte).to_string(),
            _ => format!("\\x{byte:02X}"),
        })
        .collect();
    let common = format!(
        "1.2.3.4 - - [22/Nov/2026:08:15:00 +0000] \"{} {escaped} HTTP/1.1\" {status} 12",
        record.method
    );
    same(common.as_bytes(), "common");
    if let Ok(target) = std::str::from_utf8(&record.target) {
        let object = json!({"request_method": record.method, "request_uri": target, "status": status});
        same(object.to_string().as_bytes(), "JSON");
    }
}
