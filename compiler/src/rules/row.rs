//! What a row of the rule table is made of: plain data, and its words for docs and `explain`.

use trailmark::RuleId;

use crate::options::{HtmlHandling, Platform};

/// A set of rows that belong together: one platform in one mode.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Handling {
    /// Workers, `auto-trailing-slash`.
    Auto,
    /// Workers, `force-trailing-slash`.
    Force,
    /// Workers, `drop-trailing-slash`.
    Drop,
    /// Workers, `none`.
    Exact,
    /// Pages.
    Pages,
}

impl Handling {
    /// Every handling.
    pub const ALL: [Handling; 5] =
        [Handling::Auto, Handling::Force, Handling::Drop, Handling::Exact, Handling::Pages];

    /// The handling that a platform and its option select.
    pub fn of(platform: Platform, html: HtmlHandling) -> Handling {
        match (platform, html) {
            (Platform::Pages, _) => Handling::Pages,
            (_, HtmlHandling::AutoTrailingSlash) => Handling::Auto,
            (_, HtmlHandling::ForceTrailingSlash) => Handling::Force,
            (_, HtmlHandling::DropTrailingSlash) => Handling::Drop,
            (_, HtmlHandling::None) => Handling::Exact,
        }
    }

    /// A heading for it.
    pub fn title(self) -> &'static str {
        match self {
            Handling::Auto => "Workers, `html_handling = \"auto-trailing-slash\"`",
            Handling::Force => "Workers, `html_handling = \"force-trailing-slash\"`",
            Handling::Drop => "Workers, `html_handling = \"drop-trailing-slash\"`",
            Handling::Exact => "Workers, `html_handling = \"none\"`",
            Handling::Pages => "Pages",
        }
    }
}

/// How a path ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shape {
    /// In `/index`.
    Index,
    /// In `/index.html`.
    IndexHtml,
    /// In `/`.
    Slash,
    /// In `/index/`.
    IndexSlash,
    /// In `.html`, but not in `/index.html`.
    Html,
    /// In anything.
    Any,
    /// In anything but `/`.
    NoSlash,
}

impl Shape {
    /// What is trimmed off a path of this shape.
    pub const fn suffix(self) -> &'static str {
        match self {
            Shape::Index => "/index",
            Shape::IndexHtml => "/index.html",
            Shape::Slash => "/",
            Shape::IndexSlash => "/index/",
            Shape::Html => ".html",
            Shape::Any | Shape::NoSlash => "",
        }
    }

    /// The path without the shape's suffix; `None` if it has another shape.
    pub fn trim(self, path: &str) -> Option<&str> {
        match self {
            Shape::Html if path.ends_with(Shape::IndexHtml.suffix()) => None,
            Shape::NoSlash if path.ends_with('/') => None,
            _ => path.strip_suffix(self.suffix()),
        }
    }

    /// In words, for docs and `explain`.
    pub const fn in_words(self) -> &'static str {
        match self {
            Shape::Index => "ends in `/index`",
            Shape::IndexHtml => "ends in `/index.html`",
            Shape::Slash => "ends in `/`",
            Shape::IndexSlash => "ends in `/index/`",
            Shape::Html => "ends in `.html`",
            Shape::Any => "any path",
            Shape::NoSlash => "ends in no `/`",
        }
    }
}

/// Where the trimmed path must be for a row to apply.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// Anywhere.
    Anywhere,
    /// It must be empty: the path is one of the root's own names.
    Root,
    /// It must not be empty.
    BelowRoot,
    /// It must be `/`: the path is a root file with nothing before its suffix.
    Nameless,
}

/// A path made from the request's: the trimmed or the whole path, and a suffix.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Name {
    /// Whether the shape's suffix is trimmed off first.
    pub trimmed: bool,
    /// What is added.
    pub suffix: &'static str,
}

impl Name {
    /// Bytes of the path that stay, of a path with `path_len` bytes of which `trimmed_len` are left after trimming.
    pub const fn kept_len(self, path_len: usize, trimmed_len: usize) -> usize {
        if self.trimmed { trimmed_len } else { path_len }
    }

    /// In words: `<trimmed>.html` or `<path>/index.html`.
    pub fn in_words(self) -> String {
        format!("`<{}>{}`", if self.trimmed { "trimmed" } else { "path" }, self.suffix)
    }
}

/// What a row does when it applies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Effect {
    /// Serve this file, if it exists.
    Serve(Name),
    /// Redirect to `to`, if the file exists (where one is named).
    Redirect {
        /// The file that must exist.
        file: Option<Name>,
        /// The destination.
        to: Name,
        /// Whether the destination must give the same content and be no file by name.
        guarded: bool,
    },
}

impl Effect {
    /// The file without which the row does not apply.
    pub const fn file(self) -> Option<Name> {
        match self {
            Effect::Serve(file) => Some(file),
            Effect::Redirect { file, .. } => file,
        }
    }
}

/// A row that the compiler applies to the files of the site.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PathRule {
    /// To which set of rows it belongs.
    pub handling: Handling,
    /// The paths it is about.
    pub shape: Shape,
    /// Where they are.
    pub place: Place,
    /// A second file that must exist.
    pub also: Option<Name>,
    /// What it does.
    pub effect: Effect,
    /// The number of the rule under which the runtime does the same for paths about which nothing is stored. The row then has
    /// this number instead of its own.
    pub runtime: Option<RuleId>,
}

/// Who applies a rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// The runtime, for each request.
    Runtime,
    /// The compiler, once.
    Path(PathRule),
}

/// How well a rule is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Certainty {
    /// Read in the platform's code and seen in its recorded answers.
    Certain,
    /// Seen on the running platform.
    Measured,
    /// Taken to be so.
    Assumed,
}

impl Certainty {
    /// In a word.
    pub const fn as_str(self) -> &'static str {
        match self {
            Certainty::Certain => "certain",
            Certainty::Measured => "measured",
            Certainty::Assumed => "assumed",
        }
    }
}

/// A rule: a row of the table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rule {
    /// The name under which code, docs, tests and command line know it.
    pub name: &'static str,
    /// Who applies it, and how.
    pub kind: Kind,
    /// What it does, as a sentence.
    pub summary: &'static str,
    /// What the owner of the site can do about it. `{path}`, `{file}` and `{to}` stand for the case at hand.
    pub advice: &'static str,
    /// Where the rule comes from.
    pub source: &'static str,
    /// How well it is known.
    pub certainty: Certainty,
}
