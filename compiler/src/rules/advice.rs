//! What many rows of the rule table say alike: where they come from, and what the owner of a site can do.

pub(super) const WORKERS: &str = "Workers static assets, \"HTML handling\"; asset worker, html handling";
pub(super) const WORKERS_NOT_FOUND: &str =
    "Workers static assets, \"Not found handling\"; asset worker, not-found handling";
pub(super) const PAGES: &str = "Pages, \"Serving Pages\"; Pages asset server, handler";

pub(super) const ROUTER: &str = "Workers static assets, \"Worker script first\"; router worker";
pub(super) const REDIRECTS: &str =
    "Workers and Pages, \"Redirects\"; asset worker and Pages asset server, rules engine";
pub(super) const ROUTES: &str = "Pages, \"Functions invocation routes\"";

pub(super) const SERVED: &str = "`{path}` costs no redirect.";
pub(super) const EXACT: &str = "`{path}` costs no redirect. A file's own name comes before every page: rename `{file}`, and the next rule \
                     is asked.";
pub(super) const PAGE: &str = "`{path}` costs no redirect. A page at a URL that ends in `/` is a file `foo/index.html`, or any page with \
                    `html_handling = \"force-trailing-slash\"`.";
pub(super) const FOLDER: &str = "`{path}` costs no redirect. A page at a URL without the `/` is a file `foo.html`, or any page with \
                      `html_handling = \"drop-trailing-slash\"`.";
pub(super) const ALL_SLASH: &str = "`{path}` costs no redirect. For URLs without the `/`, set `html_handling` to `drop-trailing-slash`, or \
                         to `auto-trailing-slash` for those of files like `foo.html`.";
pub(super) const NO_SLASH: &str = "`{path}` costs no redirect. For URLs with the `/`, set `html_handling` to `force-trailing-slash`, or to \
                        `auto-trailing-slash` for those of files like `foo/index.html`.";
pub(super) const OWN_NAME: &str =
    "`{path}` costs no redirect. Any other `html_handling` gives pages URLs without `.html`.";
pub(super) const COMPETING: &str = "Two files compete for one URL. Rename `{file}` or the other one, and each is found under a URL without \
                         `.html`.";
pub(super) const PAGES_PAGE: &str =
    "`{path}` costs no redirect. Pages serves a file `foo.html` at `/foo`, and `foo/index.html` at `/foo/`.";
pub(super) const LINK: &str = "Link to `{to}` and the redirect is saved.";
pub(super) const LINK_OR_NONE: &str = "Link to `{to}` and the redirect is saved; with `html_handling = \"none\"` files answer under their own names only.";
