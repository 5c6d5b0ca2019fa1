//! Firebase Hosting: `cleanUrls` and `trailingSlash`. Exact file, then folder, then page.

use super::super::host::Host;
use super::super::row::{Does, Ending, HostRule, PATH, TRIMMED, Want, path, row, trimmed};

/// In all its settings.
pub(super) const ALL: &[Host] = &[
    Host::Firebase,
    Host::FirebaseNoSlash,
    Host::FirebaseSlash,
    Host::FirebaseClean,
    Host::FirebaseCleanNoSlash,
    Host::FirebaseCleanSlash,
];
const CLEAN: &[Host] = &[Host::FirebaseClean, Host::FirebaseCleanNoSlash, Host::FirebaseCleanSlash];
const CLEAN_BARE: &[Host] = &[Host::FirebaseClean, Host::FirebaseCleanNoSlash];
const CLEAN_NO_SLASH: &[Host] = &[Host::FirebaseCleanNoSlash];
const CLEAN_SLASH: &[Host] = &[Host::FirebaseCleanSlash];
/// Folders at a URL with a slash.
const FOLDER_SLASH: &[Host] = &[Host::Firebase, Host::FirebaseSlash, Host::FirebaseCleanSlash];
const NO_SLASH: &[Host] = &[Host::FirebaseNoSlash, Host::FirebaseCleanNoSlash];
const FOLDER_BARE: &[Host] = &[Host::FirebaseNoSlash, Host::FirebaseClean, Host::FirebaseCleanNoSlash];

/// The host's own code, which its emulator runs.
const CODE: &str = "superstatic 10, middleware/files, asked live";

pub(super) const RULES: &[HostRule] = &[
    row(
        "firebase/clean-urls/root-index",
        CLEAN,
        Ending::IndexHtml,
        &[Want::File(PATH)],
        Does::Redirect(trimmed("/")),
        "`/index.html` leads to `/`.",
    )
    .at_root()
    .certain(CODE),
    row(
        "firebase/clean-urls/index-html",
        CLEAN_BARE,
        Ending::IndexHtml,
        &[Want::File(PATH)],
        Does::Redirect(TRIMMED),
        "`/foo/index.html` leads to `/foo`.",
    )
    .below_root()
    .certain(CODE),
    row(
        "firebase/clean-urls/index-html-to-slash",
        CLEAN_SLASH,
        Ending::IndexHtml,
        &[Want::File(PATH)],
        Does::Redirect(trimmed("/")),
        "`/foo/index.html` leads to `/foo/`.",
    )
    .below_root()
    .certain(CODE),
    row(
        "firebase/clean-urls/html",
        CLEAN_BARE,
        Ending::Html,
        &[Want::File(PATH)],
        Does::Redirect(TRIMMED),
        "`/foo.html` leads to `/foo`.",
    )
    .certain(CODE),
    row(
        "firebase/clean-urls/nameless",
        CLEAN_SLASH,
        Ending::NamelessHtml,
        &[Want::File(PATH)],
        Does::Redirect(TRIMMED),
        "A file `foo/.html` leads to `/foo/`.",
    )
    .certain(CODE),
    row(
        "firebase/clean-urls/html-to-slash",
        CLEAN_SLASH,
        Ending::Html,
        &[Want::File(PATH)],
        Does::Redirect(trimmed("/")),
        "`/foo.html` leads to `/foo/`.",
    )
    .certain(CODE),
    row(
        "firebase/exact",
        ALL,
        Ending::NoSlash,
        &[Want::File(PATH)],
        Does::Serve(PATH),
        "A file of just this name is served.",
    )
    .certain(CODE),
    row(
        "firebase/to-folder",
        FOLDER_SLASH,
        Ending::NoSlash,
        &[Want::File(path("/index.html"))],
        Does::Redirect(path("/")),
        "`/foo` leads to `/foo/` where there is `foo/index.html`.",
    )
    .certain(CODE),
    row(
        "firebase/folder-to-bare",
        NO_SLASH,
        Ending::Slash,
        &[Want::File(trimmed("/index.html"))],
        Does::Redirect(TRIMMED),
        "`/foo/` leads to `/foo` where there is `foo/index.html`.",
    )
    .below_root()
    .certain(CODE),
    row(
        "firebase/folder",
        ALL,
        Ending::Slash,
        &[Want::File(trimmed("/index.html"))],
        Does::Serve(trimmed("/index.html")),
        "`/foo/` serves `foo/index.html`.",
    )
    .certain(CODE),
    row(
        "firebase/bare/folder",
        FOLDER_BARE,
        Ending::NoSlash,
        &[Want::File(path("/index.html"))],
        Does::Serve(path("/index.html")),
        "`/foo` serves `foo/index.html`, also where there is `foo.html`.",
    )
    .certain(CODE),
    row(
        "firebase/clean-urls/slash-to-page",
        CLEAN_NO_SLASH,
        Ending::Slash,
        &[Want::File(trimmed(".html"))],
        Does::Redirect(TRIMMED),
        "`/foo/` leads to `/foo` where there is `foo.html`.",
    )
    .below_root()
    .certain(CODE),
    row(
        "firebase/clean-urls/index-to-slash",
        CLEAN_SLASH,
        Ending::Index,
        &[Want::File(path(".html"))],
        Does::Redirect(trimmed("/")),
        "`/foo/index` leads to `/foo/` where there is `foo/index.html`.",
    )
    .certain(CODE),
    row(
        "firebase/clean-urls/page-to-slash",
        CLEAN_SLASH,
        Ending::NoSlash,
        &[Want::File(path(".html"))],
        Does::Redirect(path("/")),
        "`/foo` leads to `/foo/` where there is `foo.html`.",
    )
    .certain(CODE),
    row(
        "firebase/clean-urls/root-index-name",
        CLEAN_BARE,
        Ending::Index,
        &[Want::File(path(".html"))],
        Does::Redirect(trimmed("/")),
        "`/index` leads to `/`.",
    )
    .at_root()
    .certain(CODE),
    row(
        "firebase/clean-urls/index",
        CLEAN_BARE,
        Ending::Index,
        &[Want::File(path(".html"))],
        Does::Redirect(TRIMMED),
        "`/foo/index` leads to `/foo` where there is `foo/index.html`.",
    )
    .below_root()
    .certain(CODE),
    row(
        "firebase/clean-urls/root-index-slash",
        CLEAN_SLASH,
        Ending::IndexSlash,
        &[Want::File(trimmed("/index.html"))],
        Does::Redirect(trimmed("/")),
        "`/index/` leads to `/`.",
    )
    .at_root()
    .certain(CODE),
    row(
        "firebase/clean-urls/index-slash",
        CLEAN_SLASH,
        Ending::IndexSlash,
        &[Want::File(trimmed("/index.html"))],
        Does::Redirect(TRIMMED),
        "`/foo/index/` leads to `/foo`, and from there to `/foo/`.",
    )
    .below_root()
    .certain(CODE),
    row(
        "firebase/clean-urls/page",
        CLEAN_BARE,
        Ending::NoSlash,
        &[Want::File(path(".html"))],
        Does::Serve(path(".html")),
        "`/foo` serves `foo.html`.",
    )
    .certain(CODE),
    row(
        "firebase/clean-urls/slash-page",
        CLEAN_SLASH,
        Ending::Slash,
        &[Want::File(trimmed(".html"))],
        Does::Serve(trimmed(".html")),
        "`/foo/` serves `foo.html`.",
    )
    .below_root()
    .certain(CODE),
];
