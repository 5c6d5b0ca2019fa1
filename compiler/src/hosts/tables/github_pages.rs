//! GitHub Pages.

use super::super::host::Host;
use super::super::row::{Does, Ending, HostRule, PATH, Want, path, row, trimmed};
use super::GUIDE;

const ON: &[Host] = &[Host::GithubPages];

pub(super) const RULES: &[HostRule] = &[
    row(
        "github-pages/exact",
        ON,
        Ending::NoSlash,
        &[Want::File(PATH)],
        Does::Serve(PATH),
        "A file of just this name is served.",
    )
    .measured(GUIDE),
    row(
        "github-pages/folder",
        ON,
        Ending::Slash,
        &[Want::File(trimmed("/index.html"))],
        Does::Serve(trimmed("/index.html")),
        "`/foo/` serves `foo/index.html`.",
    )
    .measured(GUIDE),
    row(
        "github-pages/page",
        ON,
        Ending::NoSlash,
        &[Want::File(path(".html"))],
        Does::Serve(path(".html")),
        "`/foo` serves `foo.html`, also where there is a folder `foo`.",
    )
    .measured(GUIDE),
    row(
        "github-pages/to-folder",
        ON,
        Ending::NoSlash,
        &[Want::File(path("/index.html"))],
        Does::Redirect(path("/")),
        "`/foo` leads to `/foo/` where there is `foo/index.html`.",
    )
    .measured(GUIDE),
    row(
        "github-pages/to-folder-without-index",
        ON,
        Ending::NoSlash,
        &[Want::Folder(PATH)],
        Does::Redirect(path("/")),
        "`/foo` leads to `/foo/`, and there to a miss, where there is a folder `foo` without `index.html`.",
    )
    .measured("isaacs/github issue 289, seen on running sites in 2018"),
];
