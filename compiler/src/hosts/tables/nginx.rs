//! nginx: `root` alone, and with `try_files $uri $uri.html $uri/ =404`.

use super::super::host::Host;
use super::super::row::{Does, Ending, HostRule, PATH, TRIMMED, Want, path, row, trimmed};

const BOTH: &[Host] = &[Host::Nginx, Host::NginxTryFiles];
const TRY_FILES: &[Host] = &[Host::NginxTryFiles];

/// `cargo xtask hosts` puts random sites and requests to both.
const ASKED: &str = "nginx 1.22, asked live (`cargo xtask hosts`)";

pub(super) const RULES: &[HostRule] = &[
    row(
        "nginx/exact",
        BOTH,
        Ending::NoSlash,
        &[Want::File(PATH)],
        Does::Serve(PATH),
        "A file of just this name is served.",
    )
    .certain(ASKED),
    row(
        "nginx/try-files/page",
        TRY_FILES,
        Ending::Any,
        &[Want::File(path(".html"))],
        Does::Serve(path(".html")),
        "`/foo` serves `foo.html`: `$uri.html` stands before `$uri/`.",
    )
    .certain(ASKED),
    row(
        "nginx/to-folder",
        BOTH,
        Ending::NoSlash,
        &[Want::Folder(PATH)],
        Does::Redirect(path("/")),
        "`/foo` leads to `/foo/` where there is a folder `foo`, with or without an index.",
    )
    .certain(ASKED),
    row(
        "nginx/folder",
        BOTH,
        Ending::Slash,
        &[Want::File(trimmed("/index.html"))],
        Does::Serve(trimmed("/index.html")),
        "`/foo/` serves `foo/index.html`.",
    )
    .certain(ASKED),
    row(
        "nginx/folder-without-index",
        BOTH,
        Ending::Slash,
        &[Want::Folder(TRIMMED)],
        Does::Refuse(403),
        "A folder without `index.html` is refused: listing is off.",
    )
    .certain(ASKED),
];
