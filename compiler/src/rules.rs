//! The rule table: how a path and the files of a site give an answer, on every platform.
//!
//! One row, one rule. The rows of a *handling* are read from top to bottom, and the first that applies answers; so row
//! order is precedence. A row applies to a path when
//! 1. the path has the row's *shape* (how it ends), and stands where the row wants it (at the root or not);
//! 2. the file that the row wants exists, and so does the other file, if it wants one;
//! 3. for a guarded redirect: nothing is served at the destination by that very name, and the destination, with
//!    redirects switched off, gives the same content (equal bytes, equal extension).
//!
//! Rows of kind [`Kind::Runtime`] are applied per request by the runtime, since they depend on more than the files; they
//! stand here so that the table is complete. `resolve.rs` interprets the table, `docs/ROUTING.md` is made from it, and a
//! row's name is what `trailmark explain` prints.
//!
//! `trimmed` below means the path without what its shape names: for `/foo/index.html` of shape "ends in `/index.html`"
//! it is `/foo`; for `/` it is empty.

mod advice;
mod make;
mod row;

use trailmark::RuleId;

pub use self::row::{Certainty, Effect, Handling, Kind, Name, PathRule, Place, Rule, Shape};

use self::advice::{
    ALL_SLASH, COMPETING, EXACT, FOLDER, LINK, LINK_OR_NONE, NO_SLASH, OWN_NAME, PAGE, PAGES, PAGES_PAGE,
    REDIRECTS, ROUTER, ROUTES, SERVED, WORKERS_NOT_FOUND,
};
use self::make::{PATH, TRIMMED, at, guarded, path, row, runtime, serve, trimmed, unguarded, with};

/// The number of the first rule that the compiler applies.
pub const FIRST_PATH_RULE: u16 = 64;

/// A row that needs no file, so that the runtime applies it too.
const fn everywhere(id: RuleId, shape: Shape) -> Rule {
    let effect = Effect::Redirect { file: None, to: trimmed("/"), guarded: false };
    let rule = RUNTIME_RULES[id.0 as usize];
    let place = Place::Anywhere;
    let runtime = Some(id);
    let kind = Kind::Path(PathRule { handling: Handling::Pages, shape, place, also: None, effect, runtime });
    Rule { kind, ..rule }
}

/// The rules that the runtime applies, in the order of their numbers ([`RuleId::OF_RUNTIME`]).
pub const RUNTIME_RULES: &[Rule] = &[
    runtime(
        "workers/canonical-encoding",
        "asset worker, canonical path encoding",
        "Something would be served, but the path is spelled differently from its canonical encoding (each segment as \
         `encodeURIComponent` writes it, no repeated slashes): redirect to that spelling, query kept.",
        "Link to `{to}`: that is the spelling under which the platform serves the file.",
    ),
    runtime(
        "not-found/none",
        WORKERS_NOT_FOUND,
        "Nothing answers this path and `not_found_handling` is `none`: an empty 404.",
        "Set `not_found_handling` to `404-page` and add a `404.html`, and visitors see a page of yours.",
    ),
    runtime(
        "not-found/404-page",
        WORKERS_NOT_FOUND,
        "Nothing answers this path: the `404.html` of the nearest folder on the way up, status 404.",
        "A `404.html` in a folder nearer to `{path}` would be taken instead of `{file}`.",
    ),
    runtime(
        "not-found/no-404-page",
        WORKERS_NOT_FOUND,
        "Nothing answers this path, `not_found_handling` is `404-page`, but no folder on the way up owns a file named \
         exactly `404.html`: an empty 404.",
        "Add a `/404.html`. Other names (`404/index.html`, `404.htm`) are never found.",
    ),
    runtime(
        "not-found/single-page-application",
        WORKERS_NOT_FOUND,
        "Nothing answers this path: the root `/index.html` with status 200, under the requested URL.",
        "This also answers missing scripts and images with HTML and status 200. `404-page` would answer 404.",
    ),
    runtime(
        "not-found/no-index-html",
        WORKERS_NOT_FOUND,
        "Nothing answers this path, `not_found_handling` is `single-page-application`, but there is no `/index.html`: an \
         empty 404.",
        "Add an `/index.html`.",
    ),
    runtime(
        "pages/not-found/404-page",
        PAGES,
        "Nothing answers this path: the `404.html` of the nearest folder on the way up, status 404, not cached.",
        "A `404.html` in a folder nearer to `{path}` would be taken instead of `{file}`.",
    ),
    runtime(
        "pages/not-found/single-page",
        PAGES,
        "Nothing answers this path and no folder on the way up owns a `404.html`: Pages takes the site for a single-page \
         application and answers with `/index.html`, status 200.",
        "Add a `/404.html`, and this answers 404.",
    ),
    runtime(
        "pages/not-found/nothing",
        PAGES,
        "Nothing answers this path, and there is neither a `404.html` on the way up nor an `/index.html`: an empty 404.",
        "Add a `/404.html`.",
    ),
    runtime(
        "pages/index/to-folder",
        PAGES,
        "A path that ends in `/index` and is no file is redirected to its folder, whether that exists or not.",
        LINK,
    ),
    runtime(
        "pages/index-slash/to-folder",
        PAGES,
        "A path that ends in `/index/` and is no folder with an index is redirected to the folder above, whether that \
         exists or not.",
        LINK,
    ),
    runtime(
        "pages/location-invalid",
        "Fetch, \"header value\"; Pages sends decoded paths in `Location`",
        "The redirect's target, decoded, would hold NUL, CR or LF, which no header may hold: the platform fails with 500.",
        "Do not link to such a path.",
    ),
    runtime(
        "method-not-allowed",
        "asset worker and Pages asset server, method check",
        "The method is neither GET nor HEAD: 405. On Workers only where something would answer a GET; on Pages always.",
        "Static assets answer GET and HEAD only; other methods need a Worker or a Function.",
    ),
    runtime(
        "not-modified",
        "asset worker and Pages asset server, `If-None-Match`",
        "`If-None-Match` is exactly the current ETag, or that behind `W/`: 304 without a body.",
        "The visitor's copy is current.",
    ),
    runtime(
        "router/run-worker-first",
        ROUTER,
        "A rule of `run_worker_first` matches: the Worker answers, whatever assets there are.",
        "A negative rule (`!/...`) keeps paths from the Worker.",
    ),
    runtime(
        "router/always",
        ROUTER,
        "`run_worker_first` is true (on Pages: there is a Function and no `_routes.json`): the script answers everything.",
        "Give `run_worker_first` a list of rules, and assets answer the rest without a script.",
    ),
    runtime(
        "router/miss",
        ROUTER,
        "There is a Worker, and no asset answers this path: the Worker does. Not-found handling counts only where \
         `run_worker_first` has rules, or for navigations.",
        "With rules in `run_worker_first`, or for navigations, the not-found page is taken instead.",
    ),
    runtime(
        "router/no-script",
        ROUTER,
        "`run_worker_first` sends the request to a Worker, and there is none: the platform fails with 500.",
        "Name the Worker with `main`, or take `run_worker_first` out.",
    ),
    runtime(
        "router/image-guard",
        ROUTER,
        "The path is that of a framework's image proxy, asked for an image of another host: the router blocks it.",
        "Fetch images from other hosts under another path.",
    ),
    runtime(
        "router/cdn-cgi",
        ROUTER,
        "`/cdn-cgi/` is spelled with a backslash: redirect to the path as a URL parser reads it.",
        "Do not link to `/cdn-cgi/`.",
    ),
    runtime(
        "redirects/rule",
        REDIRECTS,
        "A rule of `_redirects` matches the path as it was sent: redirect as it says. Static rules come before dynamic ones, \
         and both before any file.",
        LINK,
    ),
    runtime(
        "redirects/broken-target",
        REDIRECTS,
        "A rule of `_redirects` matches, but its target, filled in, is no URL: the platform fails with 500.",
        "Correct the rule's target.",
    ),
    runtime(
        "headers/broken-name",
        "asset worker and Pages asset server, `_headers`",
        "A rule of `_headers` matches that removes or sets a header which can have no such name or value: the platform fails \
         with 500.",
        "Correct the header line. `! Name` removes a header; exactly one blank must follow the `!`.",
    ),
    runtime(
        "pages/routes/include",
        ROUTES,
        "A rule of `include` in `_routes.json` matches, and none of `exclude`: the Function answers.",
        "A rule in `exclude` gives the path to the assets, which costs no Function call.",
    ),
    runtime(
        "pages/routes/broken",
        ROUTES,
        "A rule of `_routes.json` that is tried for this path is no regular expression once translated: the platform fails.",
        "Take `(`, `[` and their like out of the rule.",
    ),
];

/// The rules that the compiler applies, in order of precedence within each handling. The number of the first is
/// [`FIRST_PATH_RULE`].
#[rustfmt::skip]
pub const PATH_RULES: &[Rule] = { use Handling::{Auto, Drop, Exact, Force, Pages}; use Shape::{Any, Html, Index, IndexHtml, IndexSlash, NoSlash, Slash}; &[
    // -- auto-trailing-slash --------------------------------------------------------------------------------------
    row(Auto, "auto-trailing-slash/index/exact", Index, serve(PATH),
        "A file of just this name is served.", EXACT),
    row(Auto, "auto-trailing-slash/index/to-folder", Index, guarded(trimmed("/index.html"), trimmed("/")),
        "`/foo/index` leads to `/foo/` where `foo/index.html` is served.", LINK),
    row(Auto, "auto-trailing-slash/index/to-page", Index, guarded(trimmed(".html"), TRIMMED),
        "`/foo/index` leads to `/foo` where `foo.html` is served.", LINK),
    row(Auto, "auto-trailing-slash/index-html/to-folder", IndexHtml, guarded(PATH, trimmed("/")),
        "`/foo/index.html` leads to `/foo/`.", LINK_OR_NONE),
    row(Auto, "auto-trailing-slash/index-html/to-page", IndexHtml, guarded(trimmed(".html"), TRIMMED),
        "`/foo/index.html` leads to `/foo` where `foo.html` is served.", LINK),
    row(Auto, "auto-trailing-slash/slash/folder", Slash, serve(trimmed("/index.html")),
        "`/foo/` serves `foo/index.html`.", FOLDER),
    row(Auto, "auto-trailing-slash/slash/to-page", Slash, guarded(trimmed(".html"), TRIMMED),
        "`/foo/` leads to `/foo` where `foo.html` is served.", LINK),
    row(Auto, "auto-trailing-slash/html/to-page", Html, guarded(PATH, TRIMMED),
        "`/foo.html` leads to `/foo`.", LINK_OR_NONE),
    row(Auto, "auto-trailing-slash/html/to-folder", Html, guarded(trimmed("/index.html"), trimmed("/")),
        "`/foo.html` leads to `/foo/` where `foo/index.html` is served.", LINK),
    row(Auto, "auto-trailing-slash/exact", Any, serve(PATH),
        "A file of just this name is served.", EXACT),
    row(Auto, "auto-trailing-slash/page", Any, serve(path(".html")),
        "`/foo` serves `foo.html`.", PAGE),
    row(Auto, "auto-trailing-slash/to-folder", Any, guarded(path("/index.html"), path("/")),
        "`/foo` leads to `/foo/` where `foo/index.html` is served.", LINK),

    // -- force-trailing-slash -------------------------------------------------------------------------------------
    row(Force, "force-trailing-slash/index/exact", Index, serve(PATH),
        "A file of just this name is served.", EXACT),
    row(Force, "force-trailing-slash/index/to-folder", Index, guarded(trimmed("/index.html"), trimmed("/")),
        "`/foo/index` leads to `/foo/` where `foo/index.html` is served.", LINK),
    row(Force, "force-trailing-slash/index/to-page", Index, guarded(trimmed(".html"), trimmed("/")),
        "`/foo/index` leads to `/foo/` where `foo.html` is served.", LINK),
    row(Force, "force-trailing-slash/index-html/to-folder", IndexHtml, guarded(PATH, trimmed("/")),
        "`/foo/index.html` leads to `/foo/`.", LINK_OR_NONE),
    row(Force, "force-trailing-slash/index-html/to-page", IndexHtml, guarded(trimmed(".html"), trimmed("/")),
        "`/foo/index.html` leads to `/foo/` where `foo.html` is served.", LINK),
    row(Force, "force-trailing-slash/slash/folder", Slash, serve(trimmed("/index.html")),
        "`/foo/` serves `foo/index.html`.", ALL_SLASH),
    row(Force, "force-trailing-slash/slash/page", Slash, serve(trimmed(".html")),
        "`/foo/` serves `foo.html`.", ALL_SLASH),
    row(Force, "force-trailing-slash/html/to-page", Html, guarded(PATH, trimmed("/")),
        "`/foo.html` leads to `/foo/`.", LINK_OR_NONE),
    row(Force, "force-trailing-slash/html/exact", Html, serve(PATH),
        "`/foo.html` is served in place, because `/foo/` gives something else.", COMPETING),
    row(Force, "force-trailing-slash/html/to-folder", Html, guarded(trimmed("/index.html"), trimmed("/")),
        "`/foo.html` leads to `/foo/` where `foo/index.html` is served.", LINK),
    row(Force, "force-trailing-slash/exact", Any, serve(PATH),
        "A file of just this name is served.", EXACT),
    row(Force, "force-trailing-slash/to-page", Any, guarded(path(".html"), path("/")),
        "`/foo` leads to `/foo/` where `foo.html` is served.", LINK),
    row(Force, "force-trailing-slash/to-folder", Any, guarded(path("/index.html"), path("/")),
        "`/foo` leads to `/foo/` where `foo/index.html` is served.", LINK),

    // -- drop-trailing-slash --------------------------------------------------------------------------------------
    row(Drop, "drop-trailing-slash/index/exact", Index, serve(PATH),
        "A file of just this name is served.", EXACT),
    at(Place::Root, row(Drop, "drop-trailing-slash/index/to-root", Index, guarded(trimmed("/index.html"), trimmed("/")),
        "`/index` leads to `/`.", LINK)),
    at(Place::BelowRoot, row(Drop, "drop-trailing-slash/index/to-page", Index, guarded(trimmed(".html"), TRIMMED),
        "`/foo/index` leads to `/foo` where `foo.html` is served.", LINK)),
    at(Place::BelowRoot, row(Drop, "drop-trailing-slash/index/to-folder", Index, guarded(trimmed("/index.html"), TRIMMED),
        "`/foo/index` leads to `/foo` where `foo/index.html` is served.", LINK)),
    at(Place::Root, row(Drop, "drop-trailing-slash/index-html/to-root", IndexHtml, guarded(PATH, trimmed("/")),
        "`/index.html` leads to `/`.", LINK_OR_NONE)),
    at(Place::BelowRoot, row(Drop, "drop-trailing-slash/index-html/to-folder", IndexHtml, guarded(PATH, TRIMMED),
        "`/foo/index.html` leads to `/foo`.", LINK_OR_NONE)),
    at(Place::BelowRoot, row(Drop, "drop-trailing-slash/index-html/exact", IndexHtml, serve(PATH),
        "`/foo/index.html` is served in place, because `/foo` gives something else.", COMPETING)),
    at(Place::BelowRoot, row(Drop, "drop-trailing-slash/index-html/to-page", IndexHtml, guarded(trimmed(".html"), TRIMMED),
        "`/foo/index.html` leads to `/foo` where `foo.html` is served.", LINK)),
    at(Place::Root, row(Drop, "drop-trailing-slash/slash/root", Slash, serve(trimmed("/index.html")),
        "`/` serves `/index.html`.", SERVED)),
    at(Place::BelowRoot, row(Drop, "drop-trailing-slash/slash/to-page", Slash, guarded(trimmed(".html"), TRIMMED),
        "`/foo/` leads to `/foo` where `foo.html` is served.", LINK)),
    at(Place::BelowRoot, row(Drop, "drop-trailing-slash/slash/to-folder", Slash, guarded(trimmed("/index.html"), TRIMMED),
        "`/foo/` leads to `/foo` where `foo/index.html` is served.", LINK)),
    row(Drop, "drop-trailing-slash/html/to-page", Html, guarded(PATH, TRIMMED),
        "`/foo.html` leads to `/foo`.", LINK_OR_NONE),
    row(Drop, "drop-trailing-slash/html/to-folder", Html, guarded(trimmed("/index.html"), TRIMMED),
        "`/foo.html` leads to `/foo` where `foo/index.html` is served.", LINK),
    row(Drop, "drop-trailing-slash/exact", Any, serve(PATH),
        "A file of just this name is served.", EXACT),
    row(Drop, "drop-trailing-slash/page", Any, serve(path(".html")),
        "`/foo` serves `foo.html`.", NO_SLASH),
    row(Drop, "drop-trailing-slash/folder", Any, serve(path("/index.html")),
        "`/foo` serves `foo/index.html`.", NO_SLASH),

    // -- none -----------------------------------------------------------------------------------------------------
    row(Exact, "none/exact", Any, serve(PATH),
        "A file of just this name is served; `/` never stands for `/index.html`.", OWN_NAME),

    // -- Pages ----------------------------------------------------------------------------------------------------
    row(Pages, "pages/slash/folder", Slash, serve(trimmed("/index.html")),
        "`/foo/` serves `foo/index.html`.", PAGES_PAGE),
    everywhere(RuleId::PAGES_INDEX_SLASH, IndexSlash),
    row(Pages, "pages/slash/to-page", Slash, unguarded(trimmed(".html"), TRIMMED),
        "`/foo/` leads to `/foo`, because there is `foo.html` and no `foo/index.html`.", LINK),
    row(Pages, "pages/index-html/to-folder", IndexHtml, unguarded(PATH, trimmed("/")),
        "`/foo/index.html` leads to `/foo/`.", LINK),
    with(TRIMMED, row(Pages, "pages/html/bare-twin", Html, serve(PATH),
        "`/foo.html` is served in place, because a file `foo` takes the name without the suffix.", COMPETING)),
    at(Place::Nameless, row(Pages, "pages/html/nameless", Html, serve(PATH),
        "A file `.html` is served in place: without the suffix, nothing would be left.", SERVED)),
    row(Pages, "pages/html/to-page", Html, unguarded(PATH, TRIMMED),
        "`/foo.html` leads to `/foo`.", LINK),
    row(Pages, "pages/exact", NoSlash, serve(PATH),
        "A file of just this name is served.", EXACT),
    everywhere(RuleId::PAGES_INDEX, Index),
    row(Pages, "pages/page", NoSlash, serve(path(".html")),
        "`/foo` serves `foo.html`.", PAGES_PAGE),
    row(Pages, "pages/to-folder", NoSlash, unguarded(path("/index.html"), path("/")),
        "`/foo` leads to `/foo/`, because there is `foo/index.html` and no `foo.html`.", LINK),
] };

/// Every rule with its number, in the order of the numbers.
pub fn all() -> impl Iterator<Item = (RuleId, &'static Rule)> {
    let path_rules = (FIRST_PATH_RULE..).map(RuleId).zip(PATH_RULES);
    let is_own = |rule: &Rule| !matches!(rule.kind, Kind::Path(PathRule { runtime: Some(_), .. }));
    (0..).map(RuleId).zip(RUNTIME_RULES).chain(path_rules.filter(move |(_, rule)| is_own(rule)))
}

/// The rule with this number.
pub fn rule(id: RuleId) -> Option<&'static Rule> {
    match id.0.checked_sub(FIRST_PATH_RULE) {
        Some(index) => PATH_RULES.get(usize::from(index)),
        None => RUNTIME_RULES.get(usize::from(id.0)),
    }
}

/// The rule with this name.
pub fn named(name: &str) -> Option<(RuleId, &'static Rule)> {
    all().find(|(_, rule)| rule.name == name)
}

/// The rows of a handling with their numbers, in order of precedence.
pub fn rows_of(handling: Handling) -> impl Iterator<Item = (RuleId, &'static PathRule)> {
    (FIRST_PATH_RULE..).map(RuleId).zip(PATH_RULES).filter_map(move |(id, rule)| match &rule.kind {
        Kind::Path(path_rule) if path_rule.handling == handling => {
            Some((path_rule.runtime.unwrap_or(id), path_rule))
        }
        _ => None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn runtime_rows_stand_at_the_numbers_that_the_runtime_uses() {
        assert_eq!(RuleId::OF_RUNTIME.len(), RUNTIME_RULES.len());
        for (position, id) in RuleId::OF_RUNTIME.iter().enumerate() {
            assert_eq!(usize::from(id.0), position);
        }
        let name = |id| rule(id).map(|rule| rule.name);
        assert_eq!(name(RuleId::CANONICAL_ENCODING), Some("workers/canonical-encoding"));
        assert_eq!(name(RuleId::SINGLE_PAGE), Some("not-found/single-page-application"));
        assert_eq!(name(RuleId::PAGES_NOTHING), Some("pages/not-found/nothing"));
        assert_eq!(name(RuleId::PAGES_INDEX), Some("pages/index/to-folder"));
        assert_eq!(name(RuleId::LOCATION_INVALID), Some("pages/location-invalid"));
        assert_eq!(name(RuleId::NOT_MODIFIED), Some("not-modified"));
        assert!(RUNTIME_RULES.len() < usize::from(FIRST_PATH_RULE));
    }

    #[test]
    fn names_are_unique_and_lead_back_to_their_row() {
        for (id, rule) in all() {
            assert_eq!(named(rule.name).map(|(id, _)| id), Some(id), "{}", rule.name);
            assert_eq!(super::rule(id), Some(rule));
        }
    }

    #[test]
    fn shapes_trim_their_own_suffix_only() {
        assert_eq!(Shape::IndexHtml.trim("/foo/index.html"), Some("/foo"));
        assert_eq!(Shape::Html.trim("/foo/index.html"), None);
        assert_eq!(Shape::Html.trim("/foo.html"), Some("/foo"));
        assert_eq!(Shape::Slash.trim("/"), Some(""));
        assert_eq!(Shape::NoSlash.trim("/foo/"), None);
    }
}
