//! Render's static sites.

use super::super::host::Host;
use super::super::row::{Does, Ending, HostRule, PATH, Want, path, row, trimmed};
use super::{EITHER, GUIDE};

const ON: &[Host] = &[Host::Render];

pub(super) const RULES: &[HostRule] = &[
    row(
        "render/exact",
        ON,
        Ending::NoSlash,
        &[Want::File(PATH)],
        Does::Serve(PATH),
        "A file of just this name is served.",
    )
    .measured(GUIDE),
    row(
        "render/both/folder",
        ON,
        Ending::Slash,
        &[Want::File(trimmed("/index.html")), Want::File(trimmed(".html"))],
        Does::Serve(trimmed("/index.html")),
        "`/foo/` serves `foo/index.html` where there is `foo.html` as well.",
    )
    .below_root()
    .assumed(EITHER),
    row(
        "render/both/page",
        ON,
        Ending::NoSlash,
        &[Want::File(path(".html")), Want::File(path("/index.html"))],
        Does::Serve(path(".html")),
        "`/foo` serves `foo.html` where there is `foo/index.html` as well.",
    )
    .assumed(EITHER),
    row(
        "render/folder",
        ON,
        Ending::Slash,
        &[Want::File(trimmed("/index.html"))],
        Does::Serve(trimmed("/index.html")),
        "`/foo/` serves `foo/index.html`.",
    )
    .measured(GUIDE),
    row(
        "render/slash/page",
        ON,
        Ending::Slash,
        &[Want::File(trimmed(".html"))],
        Does::Serve(trimmed(".html")),
        "`/foo/` serves `foo.html`.",
    )
    .below_root()
    .measured(GUIDE),
    row(
        "render/page",
        ON,
        Ending::NoSlash,
        &[Want::File(path(".html"))],
        Does::Serve(path(".html")),
        "`/foo` serves `foo.html`.",
    )
    .measured(GUIDE),
    row(
        "render/bare/folder",
        ON,
        Ending::NoSlash,
        &[Want::File(path("/index.html"))],
        Does::Serve(path("/index.html")),
        "`/foo` serves `foo/index.html`.",
    )
    .measured(GUIDE),
];
