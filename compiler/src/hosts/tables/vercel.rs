//! Vercel: `cleanUrls` and `trailingSlash`. The redirects come first and do not ask what is there.

use super::super::host::Host;
use super::super::row::{Does, Ending, HostRule, PATH, TRIMMED, Want, path, row, trimmed};
use super::{EITHER, GUIDE};

/// In all its settings.
pub(super) const ALL: &[Host] = &[
    Host::Vercel,
    Host::VercelNoSlash,
    Host::VercelSlash,
    Host::VercelClean,
    Host::VercelCleanNoSlash,
    Host::VercelCleanSlash,
];
const CLEAN: &[Host] = &[Host::VercelClean, Host::VercelCleanNoSlash, Host::VercelCleanSlash];
/// Clean URLs that end in no slash.
const CLEAN_BARE: &[Host] = &[Host::VercelClean, Host::VercelCleanNoSlash];
/// Clean URLs that may end in a slash.
const CLEAN_ANY_SLASH: &[Host] = &[Host::VercelClean, Host::VercelCleanSlash];
const CLEAN_SLASH: &[Host] = &[Host::VercelCleanSlash];
const SLASH: &[Host] = &[Host::VercelSlash, Host::VercelCleanSlash];
const NO_SLASH: &[Host] = &[Host::VercelNoSlash, Host::VercelCleanNoSlash];

/// The host's own code: from its options to regular expressions.
const CODE: &str = "@vercel/routing-utils, convertCleanUrls and convertTrailingSlash";

pub(super) const RULES: &[HostRule] = &[
    row(
        "vercel/clean-urls/root-index",
        CLEAN,
        Ending::AnyIndex,
        &[],
        Does::Redirect(trimmed("/")),
        "`/index` and `/index.html` lead to `/`.",
    )
    .at_root()
    .certain(CODE),
    row(
        "vercel/clean-urls/index",
        CLEAN_BARE,
        Ending::AnyIndex,
        &[],
        Does::Redirect(TRIMMED),
        "`/foo/index` and `/foo/index.html` lead to `/foo`, whether anything is there or not.",
    )
    .below_root()
    .certain(CODE),
    row(
        "vercel/clean-urls/index-to-slash",
        CLEAN_SLASH,
        Ending::AnyIndex,
        &[],
        Does::Redirect(trimmed("/")),
        "`/foo/index` and `/foo/index.html` lead to `/foo/`, whether anything is there or not.",
    )
    .below_root()
    .certain(CODE),
    row(
        "vercel/clean-urls/html",
        CLEAN_BARE,
        Ending::AnyHtml,
        &[],
        Does::Redirect(TRIMMED),
        "`/foo.html` leads to `/foo`, whether anything is there or not.",
    )
    .certain(CODE),
    row(
        "vercel/clean-urls/html-to-slash",
        CLEAN_SLASH,
        Ending::AnyHtml,
        &[],
        Does::Redirect(trimmed("/")),
        "`/foo.html` leads to `/foo/`, whether anything is there or not.",
    )
    .certain(CODE),
    row(
        "vercel/trailing-slash/add",
        SLASH,
        Ending::BareSegment,
        &[],
        Does::Redirect(path("/")),
        "A path whose last segment has no dot leads to the same with a slash, whether anything is there or not.",
    )
    .certain(CODE),
    row(
        "vercel/trailing-slash/extension",
        SLASH,
        Ending::ExtensionSlash,
        &[],
        Does::Redirect(TRIMMED),
        "A slash behind a name with an extension is taken off, whether anything is there or not.",
    )
    .certain(CODE),
    row(
        "vercel/trailing-slash/remove",
        NO_SLASH,
        Ending::Slash,
        &[],
        Does::Redirect(TRIMMED),
        "Every path that ends in a slash, the root aside, leads to the same without, whether anything is there or not.",
    )
    .below_root()
    .certain(CODE),
    row(
        "vercel/exact",
        ALL,
        Ending::NoSlash,
        &[Want::File(PATH)],
        Does::Serve(PATH),
        "A file of just this name is served.",
    )
    .measured(GUIDE),
    row(
        "vercel/both/page",
        CLEAN,
        Ending::NoSlash,
        &[Want::File(path(".html")), Want::File(path("/index.html"))],
        Does::Serve(path(".html")),
        "`/foo` serves `foo.html` where there is `foo/index.html` as well.",
    )
    .assumed(EITHER),
    row(
        "vercel/both/slash-page",
        CLEAN_ANY_SLASH,
        Ending::Slash,
        &[Want::File(trimmed(".html")), Want::File(trimmed("/index.html"))],
        Does::Serve(trimmed(".html")),
        "`/foo/` serves `foo.html` where there is `foo/index.html` as well.",
    )
    .below_root()
    .assumed(EITHER),
    row(
        "vercel/page",
        CLEAN,
        Ending::NoSlash,
        &[Want::File(path(".html"))],
        Does::Serve(path(".html")),
        "`/foo` serves `foo.html`: with `cleanUrls`, pages are deployed without the suffix.",
    )
    .measured(GUIDE),
    row(
        "vercel/slash/page",
        CLEAN_ANY_SLASH,
        Ending::Slash,
        &[Want::File(trimmed(".html"))],
        Does::Serve(trimmed(".html")),
        "`/foo/` serves `foo.html`.",
    )
    .below_root()
    .measured(GUIDE),
    row(
        "vercel/folder",
        ALL,
        Ending::Slash,
        &[Want::File(trimmed("/index.html"))],
        Does::Serve(trimmed("/index.html")),
        "`/foo/` serves `foo/index.html`.",
    )
    .measured(GUIDE),
    row(
        "vercel/bare/folder",
        ALL,
        Ending::NoSlash,
        &[Want::File(path("/index.html"))],
        Does::Serve(path("/index.html")),
        "`/foo` serves `foo/index.html`.",
    )
    .measured(GUIDE),
];
