//! Caddy: `file_server` alone.

use super::super::host::Host;
use super::super::row::{Does, Ending, HostRule, PATH, Want, path, row, trimmed};

const ON: &[Host] = &[Host::Caddy];

/// `cargo xtask hosts` puts random sites and requests to it.
const ASKED: &str = "Caddy 2.6, asked live (`cargo xtask hosts`)";

pub(super) const RULES: &[HostRule] = &[
    row(
        "caddy/exact",
        ON,
        Ending::NoSlash,
        &[Want::File(PATH)],
        Does::Serve(PATH),
        "A file of just this name is served.",
    )
    .certain(ASKED),
    row(
        "caddy/folder",
        ON,
        Ending::Slash,
        &[Want::File(trimmed("/index.html"))],
        Does::Serve(trimmed("/index.html")),
        "`/foo/` serves `foo/index.html`.",
    )
    .certain(ASKED),
    row(
        "caddy/folder-text",
        ON,
        Ending::Slash,
        &[Want::File(trimmed("/index.txt"))],
        Does::Serve(trimmed("/index.txt")),
        "`/foo/` serves `foo/index.txt` where there is no `foo/index.html`.",
    )
    .certain(ASKED),
    row(
        "caddy/to-folder",
        ON,
        Ending::NoSlash,
        &[Want::File(path("/index.html"))],
        Does::Redirect(path("/")),
        "`/foo` leads to `/foo/` where there is `foo/index.html`.",
    )
    .certain(ASKED),
    row(
        "caddy/to-folder-text",
        ON,
        Ending::NoSlash,
        &[Want::File(path("/index.txt"))],
        Does::Redirect(path("/")),
        "`/foo` leads to `/foo/` where there is `foo/index.txt`.",
    )
    .certain(ASKED),
];
