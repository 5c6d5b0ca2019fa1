//! What hosts answer where no row of their table does.

use super::super::host::Host;
use super::super::row::{Does, Ending, HostRule, row};
use super::{GUIDE, firebase, vercel};

/// The two rules of misses of a host.
struct Misses {
    /// With a `404.html` at the root of the site; on hosts that look for one.
    page: Option<HostRule>,
    /// Without.
    none: HostRule,
}

const PAGE: &str = "Nothing answers this path: the `404.html` of the site's root, status 404.";
const NO_PAGE: &str = "Nothing answers this path, and there is no `404.html` at the root: a page of the host's own, status 404.";

const fn page(name: &'static str, on: &'static [Host]) -> HostRule {
    row(name, on, Ending::Any, &[], Does::NotFoundPage, PAGE)
}

const fn none(name: &'static str, on: &'static [Host], summary: &'static str) -> HostRule {
    row(name, on, Ending::Any, &[], Does::Refuse(404), summary)
}

const GITHUB: &[Host] = &[Host::GithubPages];
const GITHUB_DOCS: &str = "GitHub Pages, \"Creating a custom 404 page\"";
static GITHUB_PAGES: Misses = Misses {
    page: Some(page("github-pages/not-found/404-page", GITHUB).certain(GITHUB_DOCS)),
    none: none("github-pages/not-found/none", GITHUB, NO_PAGE).certain(GITHUB_DOCS),
};

const NETLIFY_ON: &[Host] = &[Host::Netlify, Host::NetlifyPlain];
const NETLIFY_DOCS: &str = "Netlify, \"Redirect options\", \"Custom 404 page handling\"";
static NETLIFY: Misses = Misses {
    page: Some(page("netlify/not-found/404-page", NETLIFY_ON).certain(NETLIFY_DOCS)),
    none: none("netlify/not-found/none", NETLIFY_ON, NO_PAGE).certain(NETLIFY_DOCS),
};

const VERCEL_SOURCE: &str = "none: taken to be as on most hosts, for the page";
static VERCEL: Misses = Misses {
    page: Some(page("vercel/not-found/404-page", vercel::ALL).assumed(VERCEL_SOURCE)),
    none: none("vercel/not-found/none", vercel::ALL, NO_PAGE).measured(GUIDE),
};

const AZURE_ON: &[Host] = &[Host::Azure, Host::AzureAuto, Host::AzureAlways, Host::AzureNever];
static AZURE: Misses = Misses {
    page: None,
    none: none(
        "azure/not-found/none",
        AZURE_ON,
        "Nothing answers this path: a page of the host's own, status 404. Another takes a line of `responseOverrides` or \
         `navigationFallback`.",
    )
    .certain("Azure Static Web Apps, \"Configure\", \"Response overrides\""),
};

const FIREBASE_DOCS: &str = "Firebase Hosting, \"Customize a 404/Not Found page\"";
static FIREBASE: Misses = Misses {
    page: Some(page("firebase/not-found/404-page", firebase::ALL).certain(FIREBASE_DOCS)),
    none: none("firebase/not-found/none", firebase::ALL, NO_PAGE).certain(FIREBASE_DOCS),
};

const RENDER_ON: &[Host] = &[Host::Render];
const RENDER_SOURCE: &str = "none: taken to be as on most hosts";
static RENDER: Misses = Misses {
    page: Some(page("render/not-found/404-page", RENDER_ON).assumed(RENDER_SOURCE)),
    none: none("render/not-found/none", RENDER_ON, NO_PAGE).assumed(RENDER_SOURCE),
};

const GITLAB_ON: &[Host] = &[Host::GitlabPages];
const GITLAB_CODE: &str = "gitlab-pages, internal/serving/disk/reader.go, tryNotFound";
static GITLAB_PAGES: Misses = Misses {
    page: Some(page("gitlab-pages/not-found/404-page", GITLAB_ON).certain(GITLAB_CODE)),
    none: none(
        "gitlab-pages/not-found/none",
        GITLAB_ON,
        "Nothing answers this path, and there is no `404.html` at the root: that of the namespace's own site, else a page of the \
         host's own, status 404.",
    )
    .certain(GITLAB_CODE),
};

const S3_ON: &[Host] = &[Host::S3Website];
static S3_WEBSITE: Misses = Misses {
    page: None,
    none: none(
        "s3-website/not-found/none",
        S3_ON,
        "Nothing answers this path: status 404 and the error document that the bucket names, if it does. (403 where the public may \
         not list the bucket.)",
    )
    .certain("Amazon S3, \"Configuring a custom error document\""),
};

const NGINX_ON: &[Host] = &[Host::Nginx, Host::NginxTryFiles];
const NGINX_ASKED: &str = "nginx 1.22, asked live (`cargo xtask hosts`)";
static NGINX: Misses = Misses {
    page: None,
    none: none(
        "nginx/not-found/none",
        NGINX_ON,
        "Nothing answers this path: a page of the server's own, status 404. Another takes `error_page`.",
    )
    .certain(NGINX_ASKED),
};

const CADDY_ON: &[Host] = &[Host::Caddy];
const CADDY_ASKED: &str = "Caddy 2.6, asked live (`cargo xtask hosts`)";
static CADDY: Misses = Misses {
    page: None,
    none: none(
        "caddy/not-found/none",
        CADDY_ON,
        "Nothing answers this path: an empty 404. A page takes `handle_errors`.",
    )
    .certain(CADDY_ASKED),
};

static NGINX_BAD_REQUEST: HostRule = row(
    "nginx/bad-request",
    NGINX_ON,
    Ending::Any,
    &[],
    Does::Refuse(400),
    "The path holds a `%` that begins no escape, or leaves the root by `..` once decoded: status 400.",
)
.certain(NGINX_ASKED);

static CADDY_BAD_REQUEST: HostRule = row(
    "caddy/bad-request",
    CADDY_ON,
    Ending::Any,
    &[],
    Does::Refuse(400),
    "The path holds a `%` that begins no escape: status 400.",
)
.certain(CADDY_ASKED);

static GITLAB_BAD_REQUEST: HostRule = row(
    "gitlab-pages/bad-request",
    GITLAB_ON,
    Ending::Any,
    &[],
    Does::Refuse(400),
    "The path holds a `%` that begins no escape: status 400.",
)
.certain("Go, net/http, which gitlab-pages is served by");

fn misses_of(host: Host) -> Option<&'static Misses> {
    let misses = match host.name() {
        "github-pages" => &GITHUB_PAGES,
        "netlify" => &NETLIFY,
        "vercel" => &VERCEL,
        "azure" => &AZURE,
        "firebase" => &FIREBASE,
        "render" => &RENDER,
        "gitlab-pages" => &GITLAB_PAGES,
        "s3-website" => &S3_WEBSITE,
        "nginx" => &NGINX,
        "caddy" => &CADDY,
        _ => return None,
    };
    Some(misses)
}

/// The rule for a miss on a host, where the site has a `404.html` at its root or not. `None` for the hosts of Cloudflare.
pub(crate) fn miss(host: Host, has_page: bool) -> Option<&'static HostRule> {
    let misses = misses_of(host)?;
    let page = misses.page.as_ref().filter(|_| has_page);
    Some(page.unwrap_or(&misses.none))
}

/// The rule for a path that can't be decoded, on hosts that refuse one.
pub(crate) fn bad_request(host: Host) -> Option<&'static HostRule> {
    match host {
        Host::Nginx | Host::NginxTryFiles => Some(&NGINX_BAD_REQUEST),
        Host::Caddy => Some(&CADDY_BAD_REQUEST),
        Host::GitlabPages => Some(&GITLAB_BAD_REQUEST),
        _ => None,
    }
}

/// The rules of a host for what its rows do not answer. Empty for Cloudflare.
pub fn miss_rules(host: Host) -> impl Iterator<Item = &'static HostRule> {
    let misses = misses_of(host);
    let none = misses.map(|misses| &misses.none);
    misses.and_then(|misses| misses.page.as_ref()).into_iter().chain(none).chain(bad_request(host))
}
