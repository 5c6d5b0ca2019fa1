//! URLs in JSON: those of JSON-LD that are plainly meant to be fetched, and those of a web manifest.

use memchr::memmem;
use serde_json::Value;

use crate::kind::LinkKind;

/// The properties of JSON-LD whose values are URLs of pages or pictures.
const PROPERTIES: &[&str] =
    &["url", "item", "image", "logo", "contentUrl", "thumbnailUrl", "mainEntityOfPage", "target", "embedUrl"];

/// Gives each absolute URL of JSON-LD that stands at a property that names pages or pictures, and where it first stands in the text.
/// What is no JSON gives none.
pub(crate) fn own_urls(text: &[u8], mut each: impl FnMut(&[u8], u32)) {
    let Ok(value) = serde_json::from_slice::<Value>(text) else { return };
    walk(&value, false, &mut |url| {
        // Relative ones may be names (`#author`), and templates are none (`{search_term}`).
        if url.starts_with("http") && !url.contains('{') {
            each(url.as_bytes(), place(text, url));
        }
    });
}

fn walk(value: &Value, is_url: bool, each: &mut impl FnMut(&str)) {
    match value {
        Value::String(text) if is_url => each(text),
        Value::Array(values) => values.iter().for_each(|value| walk(value, is_url, each)),
        Value::Object(members) => {
            for (name, value) in members {
                // `"item": {"@id": "https://..."}` is another way to write it.
                let of_object = is_url && name == "@id";
                walk(value, of_object || PROPERTIES.contains(&name.as_str()), each);
            }
        }
        _ => {}
    }
}

/// Gives each URL of a web manifest with its place. What is no JSON gives none.
pub(crate) fn app_manifest(text: &[u8], mut each: impl FnMut(LinkKind, &[u8], u32)) {
    let Ok(value) = serde_json::from_slice::<Value>(text) else { return };
    let mut give = |kind, url: Option<&Value>| {
        if let Some(url) = url.and_then(Value::as_str).filter(|url| !url.is_empty()) {
            each(kind, url.as_bytes(), place(text, url));
        }
    };
    give(LinkKind::AppManifest, value.get("start_url"));
    let list = |name: &str| value.get(name).and_then(Value::as_array).into_iter().flatten();
    for picture in list("icons").chain(list("screenshots")) {
        give(LinkKind::Image, picture.get("src"));
    }
    for shortcut in list("shortcuts") {
        give(LinkKind::AppManifest, shortcut.get("url"));
        for picture in shortcut.get("icons").and_then(Value::as_array).into_iter().flatten() {
            give(LinkKind::Image, picture.get("src"));
        }
    }
}

/// Where a string first stands; at the beginning if it is written with escapes.
fn place(text: &[u8], string: &str) -> u32 {
    memmem::find(text, format!("\"{string}\"").as_bytes()).map_or(0, |at| at as u32 + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn json_ld_gives_the_urls_of_pages_and_pictures() {
        let text = br#"{"@context":"https://schema.org","@id":"https://a.b/no","url":"https://a.b/x","author":{"url":["https://a.b/y"]},
            "item":{"@id":"https://a.b/z"},"name":"https://a.b/no","target":"https://a.b/s?q={q}","image":"rel.png"}"#;
        let mut found = Vec::new();
        own_urls(text, |url, at| {
            let at = at as usize;
            assert_eq!(text.get(at..at + url.len()), Some(url));
            found.push(String::from_utf8_lossy(url).into_owned());
        });
        assert_eq!(found, ["https://a.b/x", "https://a.b/y", "https://a.b/z"]);
        own_urls(b"{ not json", |_, _| panic!());
    }

    #[test]
    fn web_manifests_name_pages_and_icons() {
        let text = br#"{"start_url":".","icons":[{"src":"i.png"},{}],"shortcuts":[{"url":"/s","icons":[{"src":"j.png"}]}]}"#;
        let mut found = Vec::new();
        app_manifest(text, |_, url, _| found.push(String::from_utf8_lossy(url).into_owned()));
        assert_eq!(found, [".", "i.png", "/s", "j.png"]);
        app_manifest(b"[1]", |_, _, _| panic!());
    }
}
