//! The rules: what an audit looks for, one row each, in the order in which they are shown. `docs/AUDIT.md` is made from this table.

use serde::Serialize;

/// How bad a finding is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Level {
    /// Worth knowing.
    Note,
    /// Costs visitors or search engines something.
    Warning,
    /// Broken.
    Error,
}

impl Level {
    /// Every level, the mildest first.
    pub const ALL: &'static [Level] = &[Level::Note, Level::Warning, Level::Error];

    /// Its name in every output.
    pub const fn as_str(self) -> &'static str {
        match self {
            Level::Note => "note",
            Level::Warning => "warning",
            Level::Error => "error",
        }
    }
}

/// A row of the table.
#[derive(Debug, Clone, Copy)]
pub struct RuleRow {
    /// The rule.
    pub rule: Rule,
    /// Its name, everywhere.
    pub name: &'static str,
    /// How bad a finding is.
    pub level: Level,
    /// The heading of its findings.
    pub summary: &'static str,
    /// What is behind it.
    pub explanation: &'static str,
    /// What to do.
    pub fix: &'static str,
}

/// Defines the rules and their table together.
macro_rules! rules {
    ($($rule:ident = $name:literal, $level:ident, $summary:literal, $explanation:literal, $fix:literal;)+) => {
        /// What an audit looks for.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[repr(u8)]
        pub enum Rule { $(#[doc = $summary] $rule,)+ }

        /// Every rule, in the order in which they are shown.
        pub const RULES: &[RuleRow] = &[$(RuleRow {
            rule: Rule::$rule,
            name: $name,
            level: Level::$level,
            summary: $summary,
            explanation: $explanation,
            fix: $fix,
        },)+];
    };
}

rules! {
    NotFound = "not-found", Error,
        "leads to nothing (404)",
        "No file and no rule answers the URL, or a redirect ends where none does.",
        "Correct the link, or bring back the page, or add a redirect.";
    CaseDiffers = "case-differs", Error,
        "leads to nothing, but a file with other capitals exists",
        "Paths are case-sensitive on the platform, though not on the disks of many developers.",
        "Write the link as the file is called.";
    RelativeSlash = "relative-slash", Error,
        "leads to nothing from the page's URL, but would if that had (or had not) a slash at its end",
        "A relative link is resolved against the URL at which the page is served. This one was written for the page's other form, with or without the slash, from which visitors are redirected.",
        "Write the link from the root.";
    RelativeInNotFoundPage = "relative-in-not-found-page", Error,
        "relative link in a page that is served under any URL",
        "A not-found page, like the page of a single-page fallback, answers whatever URL was asked for, so a relative link in it leads elsewhere each time.",
        "Write the link from the root.";
    FallbackForFile = "fallback-for-file", Error,
        "a script, style sheet or image that is answered with the single-page fallback",
        "The file does not exist, so the platform answers with the root index.html and status 200: a page where a file was wanted.",
        "Correct the link, or bring back the file.";
    ServerError = "server-error", Error,
        "the platform fails (500)",
        "A rule of the site makes the platform answer with an error.",
        "Ask `trailmark explain` for the rule.";
    RedirectLoop = "redirect-loop", Error,
        "redirects without end",
        "The redirects lead back to where they began, or there are more than browsers follow.",
        "Correct the rules of `_redirects`.";
    OutsideBase = "outside-base", Error,
        "misses the site's base",
        "The site hangs below a base, which this link leaves out; with it, the link would lead to a file.",
        "Put the base in front.";
    MissingFragment = "missing-fragment", Warning,
        "the page exists, but no element has that id",
        "The browser opens the page at its top. Scripts may handle fragments by themselves; then ignore them by a pattern.",
        "Correct the fragment, or give the element that id.";
    RedirectChain = "redirect-chain", Warning,
        "costs several redirects",
        "Each redirect is a round trip to the server before the page begins to load.",
        "Link to the end of the chain.";
    Redirect = "redirect", Warning,
        "costs a redirect",
        "Each visitor who follows the link makes a round trip more, and search engines report the page as one with redirect.",
        "Link to the URL at which the page is served.";
    RedirectAway = "redirect-away", Note,
        "is redirected to another site",
        "A rule of `_redirects` leads elsewhere; a short link on purpose, perhaps.",
        "Link to the other site at once, or allow it.";
    CanonicalNotFound = "canonical-not-found", Error,
        "the canonical URL leads to nothing",
        "Search engines are told to index a URL that answers with 404.",
        "Name the URL at which the page is served.";
    CanonicalRedirects = "canonical-redirects", Warning,
        "the canonical URL redirects",
        "Search engines are told to index a URL that is not the one at which the page is served.",
        "Name the URL at which the page is served.";
    CanonicalElsewhere = "canonical-elsewhere", Note,
        "the canonical URL is that of another page",
        "Right where two pages have the same content, and wrong where a template names one page for all.",
        "Name the page's own URL, unless it is a copy.";
    CanonicalDuplicate = "canonical-duplicate", Warning,
        "more than one canonical URL",
        "With several that differ, search engines take none.",
        "Leave one.";
    CanonicalMissing = "canonical-missing", Note,
        "no canonical URL, though most pages have one",
        "The page can be indexed under any of its forms.",
        "Add one, as on the other pages.";
    SitemapNotFound = "sitemap-not-found", Error,
        "the sitemap names what leads to nothing",
        "Search engines visit each entry.",
        "Take it out, or bring back the page.";
    SitemapRedirects = "sitemap-redirects", Warning,
        "the sitemap names what redirects",
        "Search engines report the entry as a page with redirect and do not index it.",
        "Name the URL at which the page is served.";
    SitemapNotCanonical = "sitemap-not-canonical", Warning,
        "the sitemap names a page whose canonical URL is another",
        "A sitemap lists what is to be indexed, and the page says that it is not.",
        "Name the canonical URL.";
    HreflangNoReturn = "hreflang-no-return", Warning,
        "a translation does not name this page in return",
        "Search engines ignore the pair unless both pages name each other.",
        "Name this page on the other one too.";
    MixedForms = "mixed-forms", Note,
        "linked under several URLs",
        "Links lead to one page under different forms: with and without a slash, with `.html`, encoded otherwise.",
        "Choose the form at which it is served.";
    OrphanPage = "orphan-page", Note,
        "no link leads there, and no sitemap names it",
        "Only who knows the URL finds the page.",
        "Link to it, name it in the sitemap, or delete it.";
    Unreadable = "unreadable", Warning,
        "could not be looked into",
        "The file could not be read, or is not what its name says; links in it are unknown.",
        "See the message.";
}

impl Rule {
    /// Its row.
    pub fn row(self) -> &'static RuleRow {
        RULES.get(self as usize).unwrap_or(const { &RULES[0] })
    }

    /// Its name, everywhere.
    pub fn name(self) -> &'static str {
        self.row().name
    }

    /// Whether it is the same for all links to a target.
    pub(crate) fn is_of_target(self) -> bool {
        use Rule as R;
        matches!(
            self,
            R::NotFound
                | R::ServerError
                | R::RedirectLoop
                | R::OutsideBase
                | R::RedirectChain
                | R::Redirect
                | R::RedirectAway
        )
    }

    /// The rule of a name.
    pub fn from_name(name: &str) -> Option<Rule> {
        RULES.iter().find(|row| row.name == name).map(|row| row.rule)
    }
}

impl Serialize for Rule {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.name())
    }
}

/// Several rules.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct RuleSet(u32);

const _: () = assert!(RULES.len() <= u32::BITS as usize);

impl RuleSet {
    /// Every rule.
    pub const ALL: RuleSet = RuleSet(u32::MAX);

    /// Puts a rule in.
    pub fn insert(&mut self, rule: Rule) {
        self.0 |= 1 << rule as u32;
    }

    /// Takes a rule out.
    pub fn remove(&mut self, rule: Rule) {
        self.0 &= !(1 << rule as u32);
    }

    /// Whether a rule is in.
    pub fn contains(self, rule: Rule) -> bool {
        self.0 >> rule as u32 & 1 == 1
    }

    pub(crate) fn union(self, other: RuleSet) -> RuleSet {
        RuleSet(self.0 | other.0)
    }

    pub(crate) fn iter(self) -> impl Iterator<Item = Rule> {
        RULES.iter().map(|row| row.rule).filter(move |&rule| self.contains(rule))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_stand_at_the_numbers_of_their_rules_and_names_are_kebab_case() {
        for (index, row) in RULES.iter().enumerate() {
            assert_eq!(row.rule as usize, index);
            assert_eq!(Rule::from_name(row.name), Some(row.rule));
            assert!(row.name.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'-'), "{}", row.name);
        }
    }
}
