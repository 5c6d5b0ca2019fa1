//! How a path ends, as rows of the tables of other hosts ask. The compiler's tables and the rows that stand in a manifest (`host.rs`)
//! have it from here, so that both mean the same.

/// How a path ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub enum Ending {
    /// In anything.
    Any = 0,
    /// In anything but `/`.
    NoSlash = 1,
    /// In `/`.
    Slash = 2,
    /// In `/index`.
    Index = 3,
    /// In `/index/`.
    IndexSlash = 4,
    /// In `/index.html`.
    IndexHtml = 5,
    /// In `.html`.
    Html = 6,
    /// In `/.html`.
    NamelessHtml = 7,
    /// In neither `/` nor `.html`.
    NeitherSlashNorHtml = 8,
    /// In `/index` or `/index.html`, with or without a slash behind it.
    AnyIndex = 9,
    /// In `.html`, with or without a slash behind it.
    AnyHtml = 10,
    /// In a segment without a dot and without a slash behind it, no segment being empty and `/.well-known` not the first.
    BareSegment = 11,
    /// In a segment with an extension and a slash behind it, no segment being empty and `/.well-known` not the first.
    ExtensionSlash = 12,
    /// In anything, with an upper-case letter somewhere.
    UpperCase = 13,
}

impl Ending {
    /// Every ending, in the order of their numbers.
    pub const ALL: [Ending; 14] = [
        Ending::Any,
        Ending::NoSlash,
        Ending::Slash,
        Ending::Index,
        Ending::IndexSlash,
        Ending::IndexHtml,
        Ending::Html,
        Ending::NamelessHtml,
        Ending::NeitherSlashNorHtml,
        Ending::AnyIndex,
        Ending::AnyHtml,
        Ending::BareSegment,
        Ending::ExtensionSlash,
        Ending::UpperCase,
    ];

    /// The ending with this number.
    pub fn from_number(number: u8) -> Option<Ending> {
        Ending::ALL.get(usize::from(number)).copied()
    }

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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_lead_back_to_their_endings() {
        for (number, ending) in Ending::ALL.into_iter().enumerate() {
            assert_eq!(ending as usize, number);
            assert_eq!(Ending::from_number(number as u8), Some(ending));
        }
        assert_eq!(Ending::from_number(Ending::ALL.len() as u8), None);
    }

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
