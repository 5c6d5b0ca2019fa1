//! Netlify, with its "Pretty URLs" on (the default) and off.

use super::super::host::Host;
use super::super::row::{Does, Ending, HostRule, PATH, TRIMMED, Want, path, row, trimmed};
use super::{EITHER, GUIDE};

const PRETTY: &[Host] = &[Host::Netlify];
const PLAIN: &[Host] = &[Host::NetlifyPlain];
const BOTH: &[Host] = &[Host::Netlify, Host::NetlifyPlain];

/// Reports of what running sites did: mixed-case pages redirected to lower case, and not any more with Pretty URLs off.
const CASE: &str = "mdn/yari issue 35, mkdocs/mkdocs issue 1899, pester/docs issue 36: seen on running sites";

pub(super) const RULES: &[HostRule] = &[
    row(
        "netlify/exact",
        BOTH,
        Ending::NoSlash,
        &[Want::FileExactly(PATH)],
        Does::Serve(PATH),
        "A file of just this name is served, upper-case letters and all.",
    )
    .measured(GUIDE),
    row(
        "netlify/lower-case",
        PRETTY,
        Ending::UpperCase,
        &[],
        Does::LowerCase,
        "A path with upper-case letters that is no file's name leads to the same path in lower case (or to where that leads), if \
         something answers there. Names of files are compared without regard to case from here on.",
    )
    .measured(CASE),
    row(
        "netlify/any-case",
        PRETTY,
        Ending::NoSlash,
        &[Want::File(PATH)],
        Does::Serve(PATH),
        "A file whose name differs in case alone is served.",
    )
    .assumed(CASE),
    row(
        "netlify/slash/to-page",
        PRETTY,
        Ending::Slash,
        &[Want::File(trimmed(".html"))],
        Does::Redirect(TRIMMED),
        "`/foo/` leads to `/foo` where there is `foo.html`, even beside `foo/index.html`.",
    )
    .below_root()
    .measured(GUIDE),
    row(
        "netlify/both/folder",
        PLAIN,
        Ending::Slash,
        &[Want::File(trimmed("/index.html")), Want::File(trimmed(".html"))],
        Does::Serve(trimmed("/index.html")),
        "`/foo/` serves `foo/index.html` where there is `foo.html` as well.",
    )
    .below_root()
    .assumed(EITHER),
    row(
        "netlify/folder",
        BOTH,
        Ending::Slash,
        &[Want::File(trimmed("/index.html"))],
        Does::Serve(trimmed("/index.html")),
        "`/foo/` serves `foo/index.html`.",
    )
    .measured(GUIDE),
    row(
        "netlify/both/page",
        PLAIN,
        Ending::NoSlash,
        &[Want::File(path(".html")), Want::File(path("/index.html"))],
        Does::Serve(path(".html")),
        "`/foo` serves `foo.html` where there is `foo/index.html` as well.",
    )
    .assumed(EITHER),
    row(
        "netlify/slash/page",
        PLAIN,
        Ending::Slash,
        &[Want::File(trimmed(".html"))],
        Does::Serve(trimmed(".html")),
        "`/foo/` serves `foo.html`.",
    )
    .below_root()
    .measured(GUIDE),
    row(
        "netlify/page",
        BOTH,
        Ending::NoSlash,
        &[Want::File(path(".html"))],
        Does::Serve(path(".html")),
        "`/foo` serves `foo.html`, also where there is a folder `foo`.",
    )
    .measured(GUIDE),
    row(
        "netlify/to-folder",
        PRETTY,
        Ending::NoSlash,
        &[Want::File(path("/index.html"))],
        Does::Redirect(path("/")),
        "`/foo` leads to `/foo/` where there is `foo/index.html`.",
    )
    .measured(GUIDE),
    row(
        "netlify/bare/folder",
        PLAIN,
        Ending::NoSlash,
        &[Want::File(path("/index.html"))],
        Does::Serve(path("/index.html")),
        "`/foo` serves `foo/index.html`.",
    )
    .measured(GUIDE),
];
