//! What happened to a path on its way from the request line to the name that is looked up, in words.

use trailmark::{DecodeMode, RequestPath, Scratch};

/// At most so many segments are named one by one.
const MOST_NAMED: usize = 3;

/// What the URL parser changed about a target; empty if nothing.
pub(super) fn parsing(target: &[u8], parsed: &RequestPath<'_>) -> Vec<String> {
    let path = before(before(target, b'#'), b'?');
    if path == parsed.path().as_bytes() && !target.contains(&b'#') {
        return Vec::new();
    }
    let has = |byte: u8| path.contains(&byte);
    let count = |bytes: &[u8]| bytes.iter().filter(|&&b| b == b'%').count();
    let reasons = [
        (target.contains(&b'#'), "what follows `#` never leaves the browser"),
        (has(b'\\'), "`\\` counts as `/`"),
        ([b'\t', b'\r', b'\n'].into_iter().any(has), "tabs and line breaks are dropped"),
        (has_dots(path), "`.` and `..` segments are resolved, as are their spellings with %2e"),
        (std::str::from_utf8(path).is_err(), "bytes that are not UTF-8 are replaced by U+FFFD"),
        (
            count(parsed.path().as_bytes()) > count(path),
            "characters that may not stand in a URL are percent-encoded",
        ),
    ];
    let reasons: Vec<_> =
        reasons.into_iter().filter(|(applies, _)| *applies).map(|(_, reason)| reason.to_owned()).collect();
    if reasons.is_empty() { vec!["a URL parser reads it like this".to_owned()] } else { reasons }
}

fn before(bytes: &[u8], end: u8) -> &[u8] {
    bytes.split(|&b| b == end).next().unwrap_or(bytes)
}

fn has_dots(path: &[u8]) -> bool {
    path.split(|&b| b == b'/' || b == b'\\').any(|segment| {
        let segment = String::from_utf8_lossy(segment).to_ascii_lowercase().replace("%2e", ".");
        segment == "." || segment == ".."
    })
}

/// What decoding changed about a path, and what it left as it was although it looks encoded.
pub(super) fn decoding(request: &RequestPath<'_>, mode: DecodeMode, site_path: &str) -> Vec<String> {
    let path = request.path();
    if !path.contains('%') {
        let collapses = path != site_path;
        return if collapses { vec![COLLAPSED.to_owned()] } else { Vec::new() };
    }
    match mode {
        DecodeMode::Segments => by_segment(path, site_path),
        DecodeMode::Whole if path == site_path => {
            vec![
                "it holds a `%` that begins no valid UTF-8 escape, and then nothing at all is decoded"
                    .to_owned(),
            ]
        }
        DecodeMode::Whole => {
            let named = path.split('/').filter_map(decoded_segment);
            vec![format!("percent-escapes are decoded: {}", list(named))]
        }
    }
}

const COLLAPSED: &str = "repeated slashes count as one";
const SLASH: &str = "an encoded slash (%2F) becomes a real one";

fn by_segment(path: &str, site_path: &str) -> Vec<String> {
    let mut reasons = Vec::new();
    let segments = || path.split('/').filter(|segment| segment.contains('%'));
    let mut decoded = segments().filter_map(decoded_segment).peekable();
    if decoded.peek().is_some() {
        reasons.push(format!("percent-escapes are decoded: {}", list(decoded)));
    }
    if segments()
        .any(|segment| decoded_segment(segment).is_some() && segment.to_ascii_lowercase().contains("%2f"))
    {
        reasons.push(SLASH.to_owned());
    }
    let mut malformed = segments().filter(|segment| decoded_segment(segment).is_none()).peekable();
    if malformed.peek().is_some() {
        let named = list(malformed.map(|segment| format!("`{segment}`")));
        reasons.push(format!("{named} stays as it is, as a whole: a `%` in it begins no valid UTF-8 escape"));
    }
    if path.contains("//") || site_path.matches('/').count() < path.matches('/').count() {
        reasons.push(COLLAPSED.to_owned());
    }
    reasons
}

/// A segment with what it decodes to; `None` if it stays as it is. Asks the runtime, by a path of this segment alone.
fn decoded_segment(segment: &str) -> Option<String> {
    let mut scratch = Scratch::new();
    let path = format!("/{segment}");
    let request = RequestPath::parse(&path, &mut scratch).ok()?;
    let decoded = site_path(&request, DecodeMode::Whole);
    (decoded != path).then(|| format!("`{segment}` is `{}`", decoded.get(1..).unwrap_or_default()))
}

fn list(mut texts: impl Iterator<Item = String>) -> String {
    let named: Vec<_> = texts.by_ref().take(MOST_NAMED).collect();
    match texts.count() {
        0 => named.join(", "),
        more => format!("{}, and {more} more", named.join(", ")),
    }
}

/// The name that is looked up for a path.
pub(super) fn site_path(request: &RequestPath<'_>, mode: DecodeMode) -> String {
    String::from_utf8_lossy(&request.decode(mode).collect::<Vec<_>>()).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reasons(target: &str, mode: DecodeMode) -> (String, String) {
        let mut scratch = Scratch::new();
        let request = RequestPath::parse(target, &mut scratch).unwrap();
        let decoded = site_path(&request, mode);
        (parsing(target.as_bytes(), &request).join("; "), decoding(&request, mode, &decoded).join("; "))
    }

    #[test]
    fn a_plain_path_needs_no_words() {
        assert_eq!(reasons("/about?x=%41", DecodeMode::Segments), (String::new(), String::new()));
    }

    #[test]
    fn every_change_of_the_parser_is_named() {
        let (parsing, _) = reasons("/a\\..\\b c#d", DecodeMode::Segments);
        for part in ["`#`", "`\\`", "`..`", "percent-encoded"] {
            assert!(parsing.contains(part), "{parsing}");
        }
    }

    #[test]
    fn decoding_by_segment_names_what_it_does() {
        let words = |target| reasons(target, DecodeMode::Segments).1;
        assert_eq!(words("/%41"), "percent-escapes are decoded: `%41` is `A`");
        assert_eq!(words("//a"), COLLAPSED);
        assert!(words("/a%2Fb").contains("real one"));
        assert!(words("/%zz/%41").contains("`%zz` stays"));
    }

    #[test]
    fn decoding_of_the_whole_is_all_or_nothing() {
        assert!(reasons("/%zz/%41", DecodeMode::Whole).1.contains("nothing at all"));
        assert!(reasons("/%41", DecodeMode::Whole).1.contains("is `A`"));
        assert_eq!(reasons("//a", DecodeMode::Whole).1, "");
    }
}
