//! What concerns every path of a host: how it is decoded, what a redirect looks like, what a miss gets.

use super::host::Host;

/// What concerns every path of a host.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Policy {
    /// Status of its redirects.
    pub redirect_status: u16,
    /// How a path is decoded.
    pub decoding: Decoding,
    /// What is tidied up about it.
    pub cleaning: Cleaning,
    /// Whether files are found whatever the case of their letters; the exact name comes first.
    pub ignores_case: bool,
    /// How the path of a redirect is spelled.
    pub spelling: Spelling,
    /// Whether a redirect keeps the query.
    pub keeps_query: bool,
    /// What a miss gets.
    pub not_found: NotFound,
    /// Whether the page for misses has status 404 under its own name too.
    pub page_is_always_404: bool,
}

/// How a path is decoded: as a whole, all escapes at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Decoding {
    /// Before the rows are asked. A path with an escape that is none is left as it is.
    Lenient,
    /// Before the rows are asked. An escape that is none is answered with 400.
    Strict,
    /// The rows read the path as it was requested; names of files are decoded when they are looked up.
    AtLookup,
    /// The same, but escapes of `; / ? : @ & = + $ , #` stay (`decodeURI`).
    AtLookupUri,
}

/// What is tidied up about a path before the rows are asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cleaning {
    /// Nothing.
    Nothing,
    /// Runs of slashes become one.
    Slashes,
    /// The same, but only in the names of files and folders that the rows look for.
    SlashesAtLookup,
    /// Runs of slashes become one, and dot segments are resolved: at the end of a path they leave a slash, and above the root they are refused
    /// with 400.
    Dots,
    /// The same, but at the end of a path they leave no slash, and above the root they stay there.
    DotsOfGo,
}

/// How the path of a redirect is spelled.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Spelling {
    /// Percent-encoded, as far as a URL needs it.
    Encoded,
    /// The same, and all of `! ' ( ) * [ ]` as well, as Go does it.
    EncodedByGo,
    /// Decoded, but for what is not ASCII, which is escaped with lower-case digits.
    Decoded,
    /// As it was requested, where nothing is added or taken off.
    AsRequested,
}

/// What a miss gets, status 404 in any case.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NotFound {
    /// The `404.html` of the site's root, if there is one.
    RootPage,
    /// A page of the host's own.
    HostPage,
}

/// What most hosts have in common.
const COMMON: Policy = Policy {
    redirect_status: 301,
    decoding: Decoding::Lenient,
    cleaning: Cleaning::Nothing,
    ignores_case: false,
    spelling: Spelling::Encoded,
    keeps_query: true,
    not_found: NotFound::RootPage,
    page_is_always_404: false,
};

const VERCEL: Policy =
    Policy { redirect_status: 308, decoding: Decoding::AtLookup, spelling: Spelling::AsRequested, ..COMMON };

const FIREBASE: Policy = Policy {
    decoding: Decoding::AtLookupUri,
    cleaning: Cleaning::Slashes,
    spelling: Spelling::AsRequested,
    page_is_always_404: true,
    ..COMMON
};

const GITLAB_PAGES: Policy = Policy {
    redirect_status: 302,
    decoding: Decoding::Strict,
    cleaning: Cleaning::SlashesAtLookup,
    spelling: Spelling::EncodedByGo,
    ..COMMON
};

const S3_WEBSITE: Policy =
    Policy { redirect_status: 302, keeps_query: false, not_found: NotFound::HostPage, ..COMMON };

const NGINX: Policy =
    Policy { decoding: Decoding::Strict, cleaning: Cleaning::Dots, not_found: NotFound::HostPage, ..COMMON };

const CADDY: Policy = Policy {
    redirect_status: 308,
    decoding: Decoding::Strict,
    cleaning: Cleaning::DotsOfGo,
    spelling: Spelling::Decoded,
    keeps_query: false,
    not_found: NotFound::HostPage,
    ..COMMON
};

impl Policy {
    /// That of a host. `None` for those of Cloudflare, whose manifests say it.
    pub fn of(host: Host) -> Option<Policy> {
        let policy = match host.name() {
            "github-pages" | "render" => COMMON,
            "netlify" => Policy { ignores_case: host == Host::Netlify, ..COMMON },
            "vercel" => VERCEL,
            "azure" => Policy { not_found: NotFound::HostPage, ..COMMON },
            "firebase" => FIREBASE,
            "gitlab-pages" => GITLAB_PAGES,
            "s3-website" => S3_WEBSITE,
            "nginx" => NGINX,
            "caddy" => CADDY,
            _ => return None,
        };
        Some(policy)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_host_has_a_policy_but_cloudflares() {
        for &host in Host::ALL {
            assert_eq!(Policy::of(host).is_none(), host.cloudflare().is_some(), "{host}");
        }
    }
}
