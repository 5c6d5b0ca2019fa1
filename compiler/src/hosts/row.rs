//! What a row of a host's table is made of.

use crate::rules::{Certainty, Name, Place};

use super::host::Host;

/// A rule of a host: a row of its table.
///
/// It applies to a path if the path has the row's ending and place, and if all that it wants is so.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct HostRule {
    /// The name under which code, docs, tests and command line know it.
    pub name: &'static str,
    /// With which settings it holds.
    pub on: &'static [Host],
    /// The paths that it is about.
    pub ending: Ending,
    /// Where they are.
    pub place: Place,
    /// What must be so.
    pub wants: &'static [Want],
    /// What it does.
    pub does: Does,
    /// The same as a sentence.
    pub summary: &'static str,
    /// Where it comes from.
    pub source: &'static str,
    /// How well it is known.
    pub certainty: Certainty,
}

/// How a path ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ending {
    /// In anything.
    Any,
    /// In anything but `/`.
    NoSlash,
    /// In `/`.
    Slash,
    /// In `/index`.
    Index,
    /// In `/index/`.
    IndexSlash,
    /// In `/index.html`.
    IndexHtml,
    /// In `.html`.
    Html,
    /// In `/.html`.
    NamelessHtml,
    /// In neither `/` nor `.html`.
    NeitherSlashNorHtml,
    /// In `/index` or `/index.html`, with or without a slash behind it.
    AnyIndex,
    /// In `.html`, with or without a slash behind it.
    AnyHtml,
    /// In a segment without a dot and without a slash behind it, no segment being empty and `/.well-known` not the first.
    BareSegment,
    /// In a segment with an extension and a slash behind it, no segment being empty and `/.well-known` not the first.
    ExtensionSlash,
    /// In anything, with an upper-case letter somewhere.
    UpperCase,
}

impl Ending {
    /// What may be trimmed off a path with this ending; longer ones first.
    pub const fn suffixes(self) -> &'static [&'static str] {
        match self {
            Ending::Slash | Ending::ExtensionSlash => &["/"],
            Ending::Index => &["/index"],
            Ending::IndexSlash => &["/index/"],
            Ending::IndexHtml => &["/index.html"],
            Ending::Html | Ending::NamelessHtml => &[".html"],
            Ending::AnyIndex => &["/index.html/", "/index.html", "/index/", "/index"],
            Ending::AnyHtml => &[".html/", ".html"],
            Ending::Any
            | Ending::NoSlash
            | Ending::NeitherSlashNorHtml
            | Ending::BareSegment
            | Ending::UpperCase => &[""],
        }
    }

    /// The path without its ending; `None` if it has another.
    pub fn trim(self, path: &str) -> Option<&str> {
        let fits = match self {
            Ending::NoSlash => !path.ends_with('/'),
            Ending::NamelessHtml => path.ends_with("/.html"),
            Ending::NeitherSlashNorHtml => !path.ends_with('/') && !path.ends_with(".html"),
            Ending::BareSegment => is_plain_below_root(path) && !last_segment(path).contains('.'),
            Ending::ExtensionSlash => {
                path.strip_suffix('/').is_some_and(|bare| is_plain_below_root(bare) && has_extension(bare))
            }
            Ending::UpperCase => path.bytes().any(|byte| byte.is_ascii_uppercase()),
            _ => true,
        };
        let trimmed = self.suffixes().iter().find_map(|suffix| path.strip_suffix(suffix)).filter(|_| fits)?;
        // `//index` is no index.
        (self != Ending::AnyIndex || trimmed != "/").then_some(trimmed)
    }

    /// In words, for docs.
    pub const fn in_words(self) -> &'static str {
        match self {
            Ending::Any => "is any",
            Ending::NoSlash => "ends in no `/`",
            Ending::Slash => "ends in `/`",
            Ending::Index => "ends in `/index`",
            Ending::IndexSlash => "ends in `/index/`",
            Ending::IndexHtml => "ends in `/index.html`",
            Ending::Html => "ends in `.html`",
            Ending::NamelessHtml => "ends in `/.html`",
            Ending::NeitherSlashNorHtml => "ends in neither `/` nor `.html`",
            Ending::AnyIndex => "ends in `/index` or `/index.html`, maybe with a `/` behind",
            Ending::AnyHtml => "ends in `.html`, maybe with a `/` behind",
            Ending::BareSegment => "ends in a segment with no dot and no `/` behind, outside `/.well-known`",
            Ending::ExtensionSlash => {
                "ends in a segment with an extension and a `/` behind, outside `/.well-known`"
            }
            Ending::UpperCase => "has an upper-case letter",
        }
    }
}

fn last_segment(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or_default()
}

/// Whether a path is `/`, and segments that are not empty, the first of which is not `.well-known`.
fn is_plain_below_root(path: &str) -> bool {
    let mut segments = path.split('/').skip(1).peekable();
    segments.peek().is_some_and(|first| *first != ".well-known")
        && segments.all(|segment| !segment.is_empty())
}

/// Whether a name ends in a dot and letters, digits or `_`, with something before the dot.
fn has_extension(path: &str) -> bool {
    let found = last_segment(path).rsplit_once('.');
    found.is_some_and(|(stem, extension)| {
        let is_word = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
        !stem.is_empty() && !extension.is_empty() && extension.bytes().all(is_word)
    })
}

/// What must be so for a row to apply.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Want {
    /// There is a file of this name; on a host that knows no case, in any.
    File(Name),
    /// There is a file of just this name.
    FileExactly(Name),
    /// There is a folder of this name, that is, a file somewhere below it.
    Folder(Name),
}

/// What a row does when it applies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Does {
    /// Serves this file; the row wants it.
    Serve(Name),
    /// Redirects there.
    Redirect(Name),
    /// Redirects to the path in lower case, or to where that redirects, if it answers at all; else the row does not apply.
    LowerCase,
    /// Answers with this status and no file of the site.
    Refuse(u16),
    /// Asks no further row: a miss.
    Miss,
    /// Answers a miss with the `404.html` of the site's root.
    NotFoundPage,
}

/// The whole path, and something behind it.
pub(super) const fn path(suffix: &'static str) -> Name {
    Name { trimmed: false, suffix }
}

/// The path without its ending, and something behind it.
pub(super) const fn trimmed(suffix: &'static str) -> Name {
    Name { trimmed: true, suffix }
}

/// The whole path.
pub(super) const PATH: Name = path("");
/// The path without its ending.
pub(super) const TRIMMED: Name = trimmed("");

/// The beginning of a row, which the functions below go on with.
pub(super) const fn row(
    name: &'static str,
    on: &'static [Host],
    ending: Ending,
    wants: &'static [Want],
    does: Does,
    summary: &'static str,
) -> HostRule {
    let (source, certainty) = ("", Certainty::Assumed);
    HostRule { name, on, ending, place: Place::Anywhere, wants, does, summary, source, certainty }
}

impl HostRule {
    /// Read in the host's code or documentation, or its code was asked.
    pub(super) const fn certain(self, source: &'static str) -> HostRule {
        HostRule { source, certainty: Certainty::Certain, ..self }
    }

    /// Seen on the running host.
    pub(super) const fn measured(self, source: &'static str) -> HostRule {
        HostRule { source, certainty: Certainty::Measured, ..self }
    }

    /// Taken to be so.
    pub(super) const fn assumed(self, source: &'static str) -> HostRule {
        HostRule { source, ..self }
    }

    /// Of paths that are something but their ending.
    pub(super) const fn below_root(self) -> HostRule {
        HostRule { place: Place::BelowRoot, ..self }
    }

    /// Of paths that are nothing but their ending.
    pub(super) const fn at_root(self) -> HostRule {
        HostRule { place: Place::Root, ..self }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn endings_trim_what_they_are_about_and_nothing_else() {
        assert_eq!(Ending::AnyIndex.trim("/a/index.html/"), Some("/a"));
        assert_eq!(Ending::AnyIndex.trim("/index"), Some(""));
        assert_eq!(Ending::AnyIndex.trim("/reindex"), None);
        assert_eq!(Ending::AnyIndex.trim("//index/"), None);
        assert_eq!(Ending::AnyHtml.trim("/a.html/"), Some("/a"));
        assert_eq!(Ending::NeitherSlashNorHtml.trim("/a.html"), None);
        assert_eq!(Ending::UpperCase.trim("/a"), None);
    }

    #[test]
    fn segments_with_and_without_extension_are_told_apart() {
        assert_eq!(Ending::BareSegment.trim("/a/b"), Some("/a/b"));
        for other in ["/", "/a/", "/a.b", "/a//b", "/.well-known/x", "/.well-known"] {
            assert_eq!(Ending::BareSegment.trim(other), None, "{other}");
        }
        assert_eq!(Ending::ExtensionSlash.trim("/a/b.txt/"), Some("/a/b.txt"));
        for other in ["/a/", "/a.b", "/.txt/", "/a.b-c/", "/a./", "/.well-known/a.b/"] {
            assert_eq!(Ending::ExtensionSlash.trim(other), None, "{other}");
        }
    }
}
