//! Azure Static Web Apps: `trailingSlash` not set, `auto`, `always`, `never`.

use super::super::host::Host;
use super::super::row::{Does, Ending, HostRule, PATH, TRIMMED, Want, path, row, trimmed};
use super::GUIDE;

const ALL: &[Host] = &[Host::Azure, Host::AzureAuto, Host::AzureAlways, Host::AzureNever];
/// With `trailingSlash` set.
const SET: &[Host] = &[Host::AzureAuto, Host::AzureAlways, Host::AzureNever];
const FOLDERS_SLASH: &[Host] = &[Host::AzureAuto, Host::AzureAlways];
const PAGES_BARE: &[Host] = &[Host::AzureAuto, Host::AzureNever];
const ALWAYS: &[Host] = &[Host::AzureAlways];
const NEVER: &[Host] = &[Host::AzureNever];
const DEFAULT: &[Host] = &[Host::Azure];
const DEFAULT_OR_BARE: &[Host] = &[Host::Azure, Host::AzureAuto, Host::AzureNever];
const NOT_NEVER: &[Host] = &[Host::Azure, Host::AzureAuto, Host::AzureAlways];
const DEFAULT_OR_NEVER: &[Host] = &[Host::Azure, Host::AzureNever];

const DOCS: &str =
    "Azure Static Web Apps, \"Configure\", \"Trailing slash\"; Azure/static-web-apps-cli issue 418";
const NO_WORD: &str = "none: the documentation has no word on a page and a folder of one name";

pub(super) const RULES: &[HostRule] = &[
    row(
        "azure/root-index",
        SET,
        Ending::IndexHtml,
        &[Want::File(PATH)],
        Does::Redirect(trimmed("/")),
        "`/index.html` leads to `/`.",
    )
    .at_root()
    .certain(DOCS),
    row(
        "azure/index-html/to-slash",
        FOLDERS_SLASH,
        Ending::IndexHtml,
        &[Want::File(PATH)],
        Does::Redirect(trimmed("/")),
        "`/foo/index.html` leads to `/foo/`.",
    )
    .below_root()
    .certain(DOCS),
    row(
        "azure/index-html/to-bare",
        NEVER,
        Ending::IndexHtml,
        &[Want::File(PATH)],
        Does::Redirect(TRIMMED),
        "`/foo/index.html` leads to `/foo`.",
    )
    .below_root()
    .certain(DOCS),
    row(
        "azure/html/to-bare",
        PAGES_BARE,
        Ending::Html,
        &[Want::File(PATH)],
        Does::Redirect(TRIMMED),
        "`/foo.html` leads to `/foo`.",
    )
    .certain(DOCS),
    row(
        "azure/html/to-slash",
        ALWAYS,
        Ending::Html,
        &[Want::File(PATH)],
        Does::Redirect(trimmed("/")),
        "`/foo.html` leads to `/foo/`.",
    )
    .certain(DOCS),
    row(
        "azure/exact",
        ALL,
        Ending::NoSlash,
        &[Want::File(PATH)],
        Does::Serve(PATH),
        "A file of just this name is served.",
    )
    .certain(DOCS),
    row(
        "azure/slash/to-bare-folder",
        NEVER,
        Ending::Slash,
        &[Want::File(trimmed("/index.html"))],
        Does::Redirect(TRIMMED),
        "`/foo/` leads to `/foo` where there is `foo/index.html`.",
    )
    .below_root()
    .certain(DOCS),
    row(
        "azure/root",
        NEVER,
        Ending::Slash,
        &[Want::File(trimmed("/index.html"))],
        Does::Serve(trimmed("/index.html")),
        "`/` serves `index.html`.",
    )
    .at_root()
    .certain(DOCS),
    row(
        "azure/both/folder",
        FOLDERS_SLASH,
        Ending::Slash,
        &[Want::File(trimmed("/index.html")), Want::File(trimmed(".html"))],
        Does::Serve(trimmed("/index.html")),
        "`/foo/` serves `foo/index.html` where there is `foo.html` as well.",
    )
    .below_root()
    .assumed(NO_WORD),
    row(
        "azure/folder",
        NOT_NEVER,
        Ending::Slash,
        &[Want::File(trimmed("/index.html"))],
        Does::Serve(trimmed("/index.html")),
        "`/foo/` serves `foo/index.html`.",
    )
    .certain(DOCS),
    row(
        "azure/slash/to-page",
        DEFAULT,
        Ending::Slash,
        &[Want::File(trimmed(".html"))],
        Does::Redirect(TRIMMED),
        "`/foo/` leads to `/foo` where there is `foo.html`. (The documentation has it that `foo.html` is served there.)",
    )
    .below_root()
    .measured(GUIDE),
    row(
        "azure/slash/to-bare",
        PAGES_BARE,
        Ending::Slash,
        &[Want::File(trimmed(".html"))],
        Does::Redirect(TRIMMED),
        "`/foo/` leads to `/foo` where there is `foo.html`.",
    )
    .below_root()
    .certain(DOCS),
    row(
        "azure/slash/page",
        ALWAYS,
        Ending::Slash,
        &[Want::File(trimmed(".html"))],
        Does::Serve(trimmed(".html")),
        "`/foo/` serves `foo.html`.",
    )
    .below_root()
    .certain(DOCS),
    row(
        "azure/both/page",
        DEFAULT_OR_BARE,
        Ending::NoSlash,
        &[Want::File(path(".html")), Want::File(path("/index.html"))],
        Does::Serve(path(".html")),
        "`/foo` serves `foo.html` where there is `foo/index.html` as well.",
    )
    .assumed(NO_WORD),
    row(
        "azure/page",
        DEFAULT_OR_BARE,
        Ending::NoSlash,
        &[Want::File(path(".html"))],
        Does::Serve(path(".html")),
        "`/foo` serves `foo.html`.",
    )
    .certain(DOCS),
    row(
        "azure/bare/to-page",
        ALWAYS,
        Ending::NoSlash,
        &[Want::File(path(".html"))],
        Does::Redirect(path("/")),
        "`/foo` leads to `/foo/` where there is `foo.html`.",
    )
    .certain(DOCS),
    row(
        "azure/bare/to-folder",
        FOLDERS_SLASH,
        Ending::NoSlash,
        &[Want::File(path("/index.html"))],
        Does::Redirect(path("/")),
        "`/foo` leads to `/foo/` where there is `foo/index.html`.",
    )
    .certain(DOCS),
    row(
        "azure/bare/folder",
        DEFAULT_OR_NEVER,
        Ending::NoSlash,
        &[Want::File(path("/index.html"))],
        Does::Serve(path("/index.html")),
        "`/foo` serves `foo/index.html`.",
    )
    .certain(DOCS),
];
