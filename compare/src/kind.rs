//! The kinds of change, most severe first.

use trailmark::Form;

use crate::side::{Differs, State};

/// Defines the kinds with their names and meanings.
macro_rules! kinds {
    ($($(#[$meta:meta])* $name:ident = $text:literal, $heading:literal, $meaning:literal;)+) => {
        /// How the answer to a URL changes. Ordered: the most severe first.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[repr(u8)]
        pub enum Kind { $($(#[$meta])* $name,)+ }

        impl Kind {
            /// Every kind, the most severe first.
            pub const ALL: &'static [Kind] = &[$(Kind::$name,)+];

            /// Its name, as options and JSON have it.
            pub const fn as_str(self) -> &'static str {
                match self { $(Kind::$name => $text,)+ }
            }

            /// Its name, for people.
            pub const fn heading(self) -> &'static str {
                match self { $(Kind::$name => $heading,)+ }
            }

            /// What it means, in a sentence.
            pub const fn meaning(self) -> &'static str {
                match self { $(Kind::$name => $meaning,)+ }
            }
        }
    };
}

kinds! {
    /// Found before, not found now.
    Gone = "gone", "Gone", "were served or redirected, and are not found now";
    /// The platform fails now.
    Failing = "failing", "Failing", "get an error from the platform now: a rule leads nowhere";
    /// Served before, redirected now.
    RedirectStarts = "redirect-starts", "Start to redirect", "were served, and cost a redirect now";
    /// Redirected before, served now.
    RedirectStops = "redirect-stops", "Stop redirecting", "redirected, and are served now";
    /// Redirected elsewhere.
    RedirectTarget = "redirect-target", "Redirect elsewhere", "redirect to another place, or with another status";
    /// Handed over to the Worker, or no longer.
    Worker = "worker", "Worker", "are handed over to your own code now, or no longer";
    /// Another body.
    Content = "content", "Content", "are served with other bytes";
    /// The same body with other headers.
    Headers = "headers", "Headers", "are served as before, with other headers";
    /// Not found before.
    New = "new", "New", "were not found, and are now";
    /// A redirect from a spelling that no file has, `/page/index/` or the like.
    Spelling = "spelling", "Other spellings", "redirect to a page from a spelling that nobody links to, such as `/page/index/`; they come and go with the page's form";
    /// Gone, a file whose name holds a hash of its content.
    GoneHashed = "gone-hashed", "Gone build files",
        "have a hash of their content in their name: they go with each build, but a page that somebody opened before it still asks for them";
    /// New, a file whose name holds a hash of its content.
    NewHashed = "new-hashed", "New build files", "have a hash of their content in their name";
}

impl std::fmt::Display for Kind {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(self.as_str())
    }
}

impl serde::Serialize for Kind {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl Kind {
    /// What a difference is called; `None` if there is none that concerns this path alone. What paths get that neither site
    /// knows is looked at zone by zone.
    pub(crate) fn of(differs: &Differs) -> Option<Kind> {
        use State::{Failing, Fallback, Missing, Redirect, Served, Worker};
        match (differs.old, differs.new) {
            (Worker, Worker) | (Failing, Failing) => None,
            (Missing | Fallback, Missing | Fallback) => None,
            (Worker, _) | (_, Worker) => Some(Kind::Worker),
            (_, Failing) => Some(Kind::Failing),
            (Served | Redirect, Missing | Fallback) => Some(Kind::Gone),
            (Missing | Fallback | Failing, Served | Redirect) => Some(Kind::New),
            (Failing, Missing | Fallback) => None,
            (Served, Redirect) => Some(Kind::RedirectStarts),
            (Redirect, Served) => Some(Kind::RedirectStops),
            (Redirect, Redirect) if differs.target => Some(Kind::RedirectTarget),
            (Served, Served) if differs.body || differs.target => Some(Kind::Content),
            (Served, Served) | (Redirect, Redirect) => differs.headers.then_some(Kind::Headers),
        }
    }

    /// The same for a form of a page. `is_file`: whether one of the sites has a file of just that name.
    pub(crate) fn of_form(self, form: Form, is_file: impl Fn() -> bool) -> Kind {
        let is_odd = match form {
            Form::Bare | Form::Slash => false,
            Form::Html | Form::IndexHtml => !is_file(),
            Form::Index | Form::IndexSlash | Form::IndexIndex | Form::IndexIndexHtml => true,
        };
        if is_odd { Kind::Spelling } else { self }
    }

    /// Whether somebody who asks for a path was and is led elsewhere at best, and not by a rule of its own.
    pub(crate) fn only_leads(differs: &Differs) -> bool {
        let leads = |state| matches!(state, State::Redirect | State::Missing | State::Fallback);
        leads(differs.old) && leads(differs.new) && !differs.by_rule
    }

    /// The same for a file whose name holds a hash.
    pub(crate) fn of_hashed(self) -> Kind {
        match self {
            Kind::Gone => Kind::GoneHashed,
            Kind::New => Kind::NewHashed,
            kind => kind,
        }
    }
}
