//! What to write instead of a link so that it leads to a path at once: in the style of the link, with as little changed as may be.

use crate::reference::{PathKind, origin_len};

/// The path part of a link, without query and fragment, [`cleaned`](crate::reference::cleaned).
#[derive(Debug, Clone, Copy)]
pub(super) struct Old<'t> {
    pub(super) text: &'t [u8],
    pub(super) kind: PathKind,
}

/// The first text that `leads` there. One that names a host keeps it as it is written, one from the root stays one, and a relative one
/// stays relative. `target` and `from` are paths as a URL parser leaves them. `None` if no text does.
pub(super) fn respell(
    old: Old<'_>,
    from: &str,
    target: &str,
    mut leads: impl FnMut(&[u8]) -> bool,
) -> Option<Vec<u8>> {
    let text = old.text;
    match old.kind {
        // It names the page itself, or its base.
        PathKind::Same => None,
        PathKind::Absolute => {
            let origin = text.get(..origin_len(text))?;
            Some([origin, target.as_bytes()].concat()).filter(|text| leads(text))
        }
        PathKind::Relative => {
            let folder = from.get(..=from.rfind('/')?)?;
            let candidates: [&dyn Fn() -> Option<Vec<u8>>; 8] = [
                &|| without(text, b".html").filter(|text| !text.ends_with(b"/")),
                &|| without_file(text, b"index.html"),
                &|| without_file(text, b"index"),
                &|| (!text.ends_with(b"/")).then(|| [text, b"/"].concat()),
                &|| without(text, b"/"),
                &|| with_last_segment(text, target),
                &|| Some(relative(folder, target)),
                &|| Some([b"./", relative(folder, target).as_slice()].concat()),
            ];
            candidates.iter().filter_map(|candidate| candidate()).find(|text| !text.is_empty() && leads(text))
        }
    }
}

fn without(text: &[u8], ending: &[u8]) -> Option<Vec<u8>> {
    text.strip_suffix(ending).map(<[u8]>::to_vec)
}

/// The folder of a file that is called so.
fn without_file(text: &[u8], name: &[u8]) -> Option<Vec<u8>> {
    let folder = text.strip_suffix(name)?;
    match folder {
        [] => Some(b"./".to_vec()),
        [.., b'/'] => Some(folder.to_vec()),
        _ => None,
    }
}

fn with_last_segment(text: &[u8], target: &str) -> Option<Vec<u8>> {
    let folder = text.get(..=memchr::memrchr(b'/', text.strip_suffix(b"/").unwrap_or(text))?)?;
    let start = target.strip_suffix('/').unwrap_or(target).rfind('/')? + 1;
    Some([folder, target.get(start..)?.as_bytes()].concat())
}

/// The way from a folder to a path.
fn relative(folder: &str, target: &str) -> Vec<u8> {
    let matching = folder.bytes().zip(target.bytes()).take_while(|(a, b)| a == b).count();
    let common = folder.get(..matching).and_then(|common| common.rfind('/')).map_or(1, |slash| slash + 1);
    let up = folder.get(common..).unwrap_or_default().matches('/').count();
    let way = format!("{}{}", "../".repeat(up), target.get(common..).unwrap_or_default());
    if way.is_empty() { b"./".to_vec() } else { way.into_bytes() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::reference::{From, Origins, Reference, resolve};

    /// What is written instead of a link on the page `from` that ought to lead to `target`.
    fn respelled(from: &str, old: &str, target: &str) -> String {
        let origins = Origins::new(["a.b".to_owned()]);
        let at = From::at(from);
        let mut path = Vec::new();
        let Reference::Path(found) = resolve(&at, old.as_bytes(), &origins, &mut path) else {
            panic!("{old}")
        };
        let leads = |text: &[u8]| {
            let mut path = Vec::new();
            let reference = resolve(&at, text, &origins, &mut path);
            let mut scratch = trailmark::Scratch::new();
            matches!(reference, Reference::Path(_))
                && trailmark::RequestPath::parse(&path, &mut scratch).is_ok_and(|path| path.path() == target)
        };
        let new = respell(Old { text: old.as_bytes(), kind: found.kind }, from, target, leads);
        new.map_or_else(|| "none".to_owned(), |new| String::from_utf8(new).unwrap())
    }

    #[test]
    fn relative_links_stay_relative_and_change_little() {
        assert_eq!(respelled("/docs/a", "./b.html", "/docs/b"), "./b");
        assert_eq!(respelled("/docs/a", "x/../b.html", "/docs/b"), "x/../b");
        assert_eq!(respelled("/docs/", "index.html", "/docs/"), "./");
        assert_eq!(respelled("/docs/", "../index.html", "/"), "../");
        assert_eq!(respelled("/docs/", "../x/index", "/x/"), "../x/");
        assert_eq!(respelled("/docs/", "guide", "/docs/guide/"), "guide/");
        assert_eq!(respelled("/docs/", "guide/", "/docs/guide"), "guide");
        assert_eq!(respelled("/docs/", "../docs/guide.html", "/docs/guide"), "../docs/guide");
        assert_eq!(respelled("/a", "a.html", "/a"), "a");
        assert_eq!(respelled("/a/b", "./", "/a"), "../a");
        assert_eq!(respelled("/a/b", "..", "/a/b"), "b");
    }

    #[test]
    fn links_to_somewhere_else_find_a_way() {
        assert_eq!(respelled("/a/b/c", "old", "/x/y"), "../../x/y");
        assert_eq!(respelled("/a/b/c", "old", "/a/b/new"), "new");
        assert_eq!(respelled("/a/b/c", "../old.html", "/a/new/"), "../new/");
        assert_eq!(respelled("/a/b/c", "old", "/a/b/"), "./");
        assert_eq!(respelled("/a/b/c", "old", "/a/b/x:y"), "./x:y");
        assert_eq!(respelled("/ab/c", "old", "/abc/d"), "../abc/d");
        assert_eq!(respelled("/", "old.html", "/"), "./");
    }

    #[test]
    fn other_links_keep_their_beginning() {
        assert_eq!(respelled("/x", "/a.html", "/a"), "/a");
        assert_eq!(respelled("/x", "HTTPS://A.b:443/a.html", "/a"), "HTTPS://A.b:443/a");
        assert_eq!(respelled("/x", "//a.b/a.html", "/a"), "//a.b/a");
        assert_eq!(respelled("/x", "https://a.b", "/docs/"), "https://a.b/docs/");
        assert_eq!(respelled("/x", "\\\\a.b\\a.html", "/a"), "\\\\a.b/a");
        assert_eq!(respelled("/x", "/a", "//x/y"), "none", "it would name a host");
        assert_eq!(respelled("/x", "", "/x/"), "none");
    }
}
