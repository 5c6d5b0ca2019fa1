//! What concerns every path of a host: how it is decoded, what a redirect looks like, what a miss gets.

use super::host::Host;

/// What concerns every path of a host.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Policy {
    /// Status of its redirects.
    pub redirect_status: u16,
    /// How a path is decoded.
    pub decoding: Decoding,
    /// Whether runs of slashes count as one, and dot segments that decoding brought to light are resolved.
    pub cleans: bool,
    /// Whether files are found whatever the case of their letters; the exact name comes first.
    pub ignores_case: bool,
    /// How the path of a redirect is spelled.
    pub spelling: Spelling,
    /// Whether a redirect keeps the query.
    pub keeps_query: bool,
    /// What a miss gets.
    pub not_found: NotFound,
}

/// How a path is decoded: as a whole, all escapes at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Decoding {
    /// A path with an escape that is none, or that gives no UTF-8, is left as it is.
    Lenient,
    /// An escape that is none is answered with 400.
    Strict,
}

/// How the path of a redirect is spelled.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Spelling {
    /// Percent-encoded, as far as a URL needs it.
    Encoded,
    /// Decoded, but for what is not ASCII.
    Decoded,
}

/// What a miss gets, status 404 in any case.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NotFound {
    /// The `404.html` of the site's root, if there is one.
    RootPage,
    /// A page of the host's own.
    HostPage,
}

impl Policy {
    /// That of a host; for those of Cloudflare it says only what the others have in common.
    pub const fn of(host: Host) -> Policy {
        let common = Policy {
            redirect_status: 301,
            decoding: Decoding::Lenient,
            cleans: false,
            ignores_case: false,
            spelling: Spelling::Encoded,
            keeps_query: true,
            not_found: NotFound::RootPage,
        };
        match host {
            Host::Workers | Host::WorkersForce | Host::WorkersDrop | Host::WorkersNone => {
                Policy { redirect_status: 307, ..common }
            }
            Host::Pages => Policy { redirect_status: 308, ..common },
            Host::Netlify => Policy { ignores_case: true, ..common },
            Host::Vercel
            | Host::VercelNoSlash
            | Host::VercelSlash
            | Host::VercelClean
            | Host::VercelCleanNoSlash
            | Host::VercelCleanSlash => Policy { redirect_status: 308, ..common },
            Host::Azure | Host::AzureAuto | Host::AzureAlways | Host::AzureNever => {
                Policy { not_found: NotFound::HostPage, ..common }
            }
            Host::Firebase
            | Host::FirebaseNoSlash
            | Host::FirebaseSlash
            | Host::FirebaseClean
            | Host::FirebaseCleanNoSlash
            | Host::FirebaseCleanSlash => Policy { cleans: true, ..common },
            Host::GitlabPages => Policy { redirect_status: 302, ..common },
            Host::S3Website => {
                Policy { redirect_status: 302, keeps_query: false, not_found: NotFound::HostPage, ..common }
            }
            Host::Nginx | Host::NginxTryFiles => {
                Policy { decoding: Decoding::Strict, cleans: true, not_found: NotFound::HostPage, ..common }
            }
            Host::Caddy => Policy {
                redirect_status: 308,
                decoding: Decoding::Strict,
                cleans: true,
                spelling: Spelling::Decoded,
                not_found: NotFound::HostPage,
                ..common
            },
            Host::GithubPages | Host::NetlifyPlain | Host::Render => common,
        }
    }
}
