//! GitLab Pages: a folder comes before a page of the same name, whatever is in it.

use super::super::host::Host;
use super::super::row::{Does, Ending, HostRule, PATH, TRIMMED, Want, path, row, trimmed};

const ON: &[Host] = &[Host::GitlabPages];

const CODE: &str = "gitlab-pages, internal/serving/disk/reader.go, tryFile and resolvePath, read and run";

pub(super) const RULES: &[HostRule] = &[
    row(
        "gitlab-pages/exact",
        ON,
        Ending::NoSlash,
        &[Want::File(PATH)],
        Does::Serve(PATH),
        "A file of just this name is served.",
    )
    .certain(CODE),
    row(
        "gitlab-pages/to-folder",
        ON,
        Ending::NoSlash,
        &[Want::Folder(PATH)],
        Does::Redirect(path("/")),
        "`/foo` leads to `/foo/` where there is a folder `foo`, with or without an index.",
    )
    .certain(CODE),
    row(
        "gitlab-pages/folder",
        ON,
        Ending::Slash,
        &[Want::File(trimmed("/index.html"))],
        Does::Serve(trimmed("/index.html")),
        "`/foo/` serves `foo/index.html`.",
    )
    .certain(CODE),
    row(
        "gitlab-pages/folder-without-index",
        ON,
        Ending::Slash,
        &[Want::Folder(TRIMMED)],
        Does::Miss,
        "A folder without `index.html` is a miss, even beside a page of its name.",
    )
    .certain(CODE),
    row(
        "gitlab-pages/page",
        ON,
        Ending::NeitherSlashNorHtml,
        &[Want::File(path(".html"))],
        Does::Serve(path(".html")),
        "`/foo` serves `foo.html`.",
    )
    .certain(CODE),
    row(
        "gitlab-pages/slash/page",
        ON,
        Ending::Slash,
        &[Want::File(trimmed(".html"))],
        Does::Serve(trimmed(".html")),
        "`/foo/` serves `foo.html`.",
    )
    .below_root()
    .certain(CODE),
];
