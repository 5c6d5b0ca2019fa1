//! URLs in JSON: those of JSON-LD that are plainly meant to be fetched, and those of a web manifest. Each comes with its place.

use serde::de::IgnoredAny;

use crate::kind::LinkKind;

/// The properties of JSON-LD whose values are URLs of pages or pictures.
const PROPERTIES: &[&str] =
    &["url", "item", "image", "logo", "contentUrl", "thumbnailUrl", "mainEntityOfPage", "target", "embedUrl"];

/// Gives each absolute URL of JSON-LD that stands at a property that names pages or pictures, and where it stands in the text.
/// What is no JSON gives none.
pub(crate) fn own_urls(text: &[u8], mut each: impl FnMut(LinkKind, &[u8], u32)) {
    let is_property = |name: &str| PROPERTIES.contains(&name);
    strings(text, |names, url, at| {
        let (is_url, kind) = match names {
            // `"item": {"@id": "https://..."}` is another way to write it.
            [.., outer, "@id"] => (is_property(outer), LinkKind::Identifier),
            [.., name] => (is_property(name), LinkKind::JsonLd),
            [] => return,
        };
        // Relative ones may be names (`#author`), and templates are none (`{search_term}`).
        if is_url && url.starts_with("http") && !url.contains('{') {
            each(kind, url.as_bytes(), at);
        }
    });
}

/// Gives each URL of a web manifest with its place. What is no JSON gives none.
pub(crate) fn app_manifest(text: &[u8], mut each: impl FnMut(LinkKind, &[u8], u32)) {
    strings(text, |names, url, at| {
        let kind = match names {
            ["start_url"] | ["shortcuts", "url"] => LinkKind::AppManifest,
            ["icons" | "screenshots", "src"] | ["shortcuts", "icons", "src"] => LinkKind::Image,
            _ => return,
        };
        if !url.is_empty() {
            each(kind, url.as_bytes(), at);
        }
    });
}

/// Gives each string of a JSON text that is no name, with the names of the members in which it lies, the outermost first, and the place
/// behind its quote.
fn strings<'t>(text: &'t [u8], mut each: impl FnMut(&[&'t str], &str, u32)) {
    if serde_json::from_slice::<IgnoredAny>(text).is_err() {
        return;
    }
    // What follows may take for granted that it is JSON.
    let mut names: Vec<&str> = Vec::new();
    // Of each open bracket, whether it is that of an object, and how many names lie outside.
    let mut open: Vec<(bool, usize)> = Vec::new();
    let mut is_name = false;
    let mut at = 0;
    while let Some(&byte) = text.get(at) {
        at += 1;
        match byte {
            b'{' | b'[' => {
                open.push((byte == b'{', names.len()));
                is_name = byte == b'{';
            }
            b'}' | b']' => {
                let outside = open.pop().map_or(0, |(_, outside)| outside);
                names.truncate(outside);
            }
            b',' => {
                let (is_object, outside) = open.last().copied().unwrap_or_default();
                names.truncate(outside);
                is_name = is_object;
            }
            b'"' => {
                let Some(len) = text.get(at..).and_then(string_len) else { return };
                let inner = text.get(at..at + len).unwrap_or_default();
                if is_name {
                    names.push(std::str::from_utf8(inner).unwrap_or_default());
                    is_name = false;
                } else if let Ok(place) = u32::try_from(at)
                    && let Some(string) = unescaped(inner)
                {
                    each(&names, &string, place);
                }
                at += len + 1;
            }
            _ => {}
        }
    }
}

/// The length of a string's content, up to its quote.
pub(crate) fn string_len(text: &[u8]) -> Option<usize> {
    let mut at = 0;
    loop {
        at += memchr::memchr2(b'"', b'\\', text.get(at..)?)?;
        if text.get(at) == Some(&b'"') {
            return Some(at);
        }
        at += 2;
    }
}

/// What stands between the quotes of a string, without its escapes.
fn unescaped(inner: &[u8]) -> Option<std::borrow::Cow<'_, str>> {
    if memchr::memchr(b'\\', inner).is_none() {
        return std::str::from_utf8(inner).ok().map(Into::into);
    }
    let quoted = [b"\"", inner, b"\""].concat();
    serde_json::from_slice::<String>(&quoted).ok().map(Into::into)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn json_ld_gives_the_urls_of_pages_and_pictures() {
        let text = br#"{"@context":"https://schema.org","@id":"https://a.b/no","url":"https://a.b/x","author":{"url":["https://a.b/y"]},
            "item":{"@id":"https://a.b/z"},"name":"https://a.b/no","target":"https://a.b/s?q={q}","image":"rel.png"}"#;
        let mut found = Vec::new();
        own_urls(text, |_, url, at| {
            let at = at as usize;
            assert_eq!(text.get(at..at + url.len()), Some(url));
            found.push(String::from_utf8_lossy(url).into_owned());
        });
        assert_eq!(found, ["https://a.b/x", "https://a.b/y", "https://a.b/z"]);
        own_urls(b"{ not json", |_, _, _| panic!());
    }

    #[test]
    fn each_place_is_the_strings_own_whatever_it_holds() {
        let text = br#"[{"name": "\"url\": \"", "url": "https:\/\/a.b\/x"}, {"x": [{}, [], 1, null], "url": "https://a.b/x", "y": ["https://a.b/no"]},
            {"url": ["https://a.b/1", {"name": "https://a.b/no", "@id": "https://a.b/2"}]}]"#;
        let mut found = Vec::new();
        own_urls(text, |_, url, at| {
            let written = &text[at as usize..at as usize + string_len(&text[at as usize..]).unwrap()];
            found.push((
                String::from_utf8_lossy(url).into_owned(),
                String::from_utf8_lossy(written).into_owned(),
            ));
        });
        let pair = |a: &str, b: &str| (a.to_owned(), b.to_owned());
        assert_eq!(
            found,
            [
                pair("https://a.b/x", "https:\\/\\/a.b\\/x"),
                pair("https://a.b/x", "https://a.b/x"),
                pair("https://a.b/1", "https://a.b/1"),
                pair("https://a.b/2", "https://a.b/2"),
            ]
        );
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
