//! A bucket of Amazon S3, as a website with the index document `index.html`.

use super::super::host::Host;
use super::super::row::{Does, Ending, HostRule, PATH, Want, path, row, trimmed};

const ON: &[Host] = &[Host::S3Website];

const DOCS: &str = "Amazon S3, \"Configuring an index document\"";

pub(super) const RULES: &[HostRule] = &[
    row(
        "s3-website/exact",
        ON,
        Ending::NoSlash,
        &[Want::File(PATH)],
        Does::Serve(PATH),
        "An object of just this name is served.",
    )
    .certain(DOCS),
    row(
        "s3-website/folder",
        ON,
        Ending::Slash,
        &[Want::File(trimmed("/index.html"))],
        Does::Serve(trimmed("/index.html")),
        "`/foo/` serves `foo/index.html`.",
    )
    .certain(DOCS),
    row(
        "s3-website/to-folder",
        ON,
        Ending::NoSlash,
        &[Want::File(path("/index.html"))],
        Does::Redirect(path("/")),
        "`/foo` leads to `/foo/` where there is `foo/index.html`.",
    )
    .certain(DOCS),
];
