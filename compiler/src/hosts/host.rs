//! The hosts, each with the settings on which its routing depends: a value a column of the table.

use std::str::FromStr;

use crate::options::{HtmlHandling, NotFoundHandling, Platform};
use crate::site::RoutingOptions;

/// Defines the hosts: variant, spelling, title.
macro_rules! hosts {
    ($($(#[$meta:meta])* $variant:ident = $text:literal, $title:literal;)+) => {
        /// A host with its settings.
        ///
        /// Spelled as a name and, behind a colon, the settings that are not the host's own defaults, joined with `+`:
        /// `vercel:clean-urls+trailing-slash=false`.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum Host { $($(#[$meta])* $variant,)+ }

        impl Host {
            /// Every host with every setting, in the order of the documentation.
            pub const ALL: &'static [Host] = &[$(Host::$variant,)+];

            /// How it is spelled on the command line.
            pub const fn as_str(self) -> &'static str {
                match self { $(Host::$variant => $text,)+ }
            }

            /// What people call it.
            pub const fn title(self) -> &'static str {
                match self { $(Host::$variant => $title,)+ }
            }
        }
    };
}

hosts! {
    /// Cloudflare Workers, `auto-trailing-slash`.
    Workers = "workers", "Workers";
    /// Cloudflare Workers, `force-trailing-slash`.
    WorkersForce = "workers:force-trailing-slash", "Workers, `force-trailing-slash`";
    /// Cloudflare Workers, `drop-trailing-slash`.
    WorkersDrop = "workers:drop-trailing-slash", "Workers, `drop-trailing-slash`";
    /// Cloudflare Workers, `none`.
    WorkersNone = "workers:none", "Workers, `none`";
    /// Cloudflare Pages.
    Pages = "pages", "Cloudflare Pages";
    /// GitHub Pages.
    GithubPages = "github-pages", "GitHub Pages";
    /// Netlify, "Pretty URLs" on.
    Netlify = "netlify", "Netlify";
    /// Netlify, "Pretty URLs" off.
    NetlifyPlain = "netlify:pretty-urls=off", "Netlify, Pretty URLs off";
    /// Vercel, neither option set.
    Vercel = "vercel", "Vercel";
    /// Vercel, `trailingSlash: false`.
    VercelNoSlash = "vercel:trailing-slash=false", "Vercel, `trailingSlash: false`";
    /// Vercel, `trailingSlash: true`.
    VercelSlash = "vercel:trailing-slash=true", "Vercel, `trailingSlash: true`";
    /// Vercel, `cleanUrls: true`.
    VercelClean = "vercel:clean-urls", "Vercel, `cleanUrls`";
    /// Vercel, `cleanUrls: true`, `trailingSlash: false`.
    VercelCleanNoSlash = "vercel:clean-urls+trailing-slash=false", "Vercel, `cleanUrls`, `trailingSlash: false`";
    /// Vercel, `cleanUrls: true`, `trailingSlash: true`.
    VercelCleanSlash = "vercel:clean-urls+trailing-slash=true", "Vercel, `cleanUrls`, `trailingSlash: true`";
    /// Azure Static Web Apps, `trailingSlash` not set.
    Azure = "azure", "Azure Static Web Apps";
    /// Azure Static Web Apps, `trailingSlash: auto`.
    AzureAuto = "azure:trailing-slash=auto", "Azure Static Web Apps, `trailingSlash: auto`";
    /// Azure Static Web Apps, `trailingSlash: always`.
    AzureAlways = "azure:trailing-slash=always", "Azure Static Web Apps, `trailingSlash: always`";
    /// Azure Static Web Apps, `trailingSlash: never`.
    AzureNever = "azure:trailing-slash=never", "Azure Static Web Apps, `trailingSlash: never`";
    /// Firebase Hosting, neither option set.
    Firebase = "firebase", "Firebase Hosting";
    /// Firebase Hosting, `trailingSlash: false`.
    FirebaseNoSlash = "firebase:trailing-slash=false", "Firebase Hosting, `trailingSlash: false`";
    /// Firebase Hosting, `trailingSlash: true`.
    FirebaseSlash = "firebase:trailing-slash=true", "Firebase Hosting, `trailingSlash: true`";
    /// Firebase Hosting, `cleanUrls: true`.
    FirebaseClean = "firebase:clean-urls", "Firebase Hosting, `cleanUrls`";
    /// Firebase Hosting, `cleanUrls: true`, `trailingSlash: false`.
    FirebaseCleanNoSlash = "firebase:clean-urls+trailing-slash=false", "Firebase Hosting, `cleanUrls`, `trailingSlash: false`";
    /// Firebase Hosting, `cleanUrls: true`, `trailingSlash: true`.
    FirebaseCleanSlash = "firebase:clean-urls+trailing-slash=true", "Firebase Hosting, `cleanUrls`, `trailingSlash: true`";
    /// Render.
    Render = "render", "Render";
    /// GitLab Pages.
    GitlabPages = "gitlab-pages", "GitLab Pages";
    /// A bucket of Amazon S3 as a website.
    S3Website = "s3-website", "S3 website";
    /// nginx: `root` and nothing else.
    Nginx = "nginx", "nginx";
    /// nginx: `try_files $uri $uri.html $uri/ =404`.
    NginxTryFiles = "nginx:try-files", "nginx, `try_files $uri $uri.html $uri/ =404`";
    /// Caddy: `file_server`.
    Caddy = "caddy", "Caddy, `file_server`";
}

impl Host {
    /// The name without the settings: what several columns of the table have in common.
    pub fn name(self) -> &'static str {
        self.as_str().split(':').next().unwrap_or_default()
    }

    /// The settings that are not the host's own defaults; empty if there are none.
    pub fn settings(self) -> &'static str {
        self.as_str().split_once(':').map_or("", |(_, settings)| settings)
    }

    /// The options of the platform, for those of Cloudflare. Misses get the nearest `404.html`.
    pub fn cloudflare(self) -> Option<RoutingOptions> {
        let workers = |html_handling| RoutingOptions {
            platform: Platform::Workers,
            html_handling,
            not_found_handling: NotFoundHandling::Page404,
        };
        match self {
            Host::Workers => Some(workers(HtmlHandling::AutoTrailingSlash)),
            Host::WorkersForce => Some(workers(HtmlHandling::ForceTrailingSlash)),
            Host::WorkersDrop => Some(workers(HtmlHandling::DropTrailingSlash)),
            Host::WorkersNone => Some(workers(HtmlHandling::None)),
            Host::Pages => Some(RoutingOptions { platform: Platform::Pages, ..RoutingOptions::default() }),
            _ => None,
        }
    }

    /// The hosts that a text means: one, if it names settings; all of that name, if it does not.
    ///
    /// # Errors
    /// [`UnknownHost`] if there is none.
    pub fn all_named(text: &str) -> Result<Vec<Host>, UnknownHost> {
        let named: Vec<Host> = Host::ALL.iter().copied().filter(|host| host.name() == text).collect();
        if named.is_empty() { text.parse().map(|host| vec![host]) } else { Ok(named) }
    }
}

impl std::fmt::Display for Host {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(self.as_str())
    }
}

/// No host is spelled like this.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("no host or setting `{found}`; near: {}", nearest.join(", "))]
pub struct UnknownHost {
    /// What was given.
    pub found: String,
    /// What would have been understood and looks most like it, best first.
    pub nearest: Vec<&'static str>,
}

impl FromStr for Host {
    type Err = UnknownHost;

    /// Settings may stand in any order.
    fn from_str(text: &str) -> Result<Host, UnknownHost> {
        let wanted = parts(text);
        let found = Host::ALL.iter().copied().find(|host| parts(host.as_str()) == wanted);
        found.ok_or_else(|| UnknownHost { found: text.to_owned(), nearest: nearest(text) })
    }
}

/// The name, and the settings in order.
fn parts(text: &str) -> (&str, Vec<&str>) {
    let (name, settings) = text.split_once(':').unwrap_or((text, ""));
    let mut settings: Vec<&str> = settings.split('+').filter(|setting| !setting.is_empty()).collect();
    settings.sort_unstable();
    (name, settings)
}

/// The spellings that look most like a text: those of the same host, else those of the host whose name is nearest.
fn nearest(text: &str) -> Vec<&'static str> {
    let (name, _) = parts(text);
    let likeness = |host: &Host| {
        // `github` and `cloudflare-pages` mean what begins or ends so.
        let own = host.name();
        let is_part = !name.is_empty() && (own.contains(name) || name.contains(own));
        strsim::jaro_winkler(own, name) + if is_part { 1.0 } else { 0.0 }
    };
    let best = Host::ALL.iter().copied().max_by(|a, b| likeness(a).total_cmp(&likeness(b)));
    let Some(best) = best else { return Vec::new() };
    let mut of_name: Vec<&'static str> =
        Host::ALL.iter().filter(|host| host.name() == best.name()).map(|host| host.as_str()).collect();
    of_name.sort_by(|a, b| strsim::jaro_winkler(b, text).total_cmp(&strsim::jaro_winkler(a, text)));
    of_name
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_spelling_leads_back_to_its_host_and_settings_stand_in_any_order() {
        for &host in Host::ALL {
            assert_eq!(host.as_str().parse(), Ok(host));
        }
        assert_eq!("vercel:trailing-slash=true+clean-urls".parse(), Ok(Host::VercelCleanSlash));
    }

    #[test]
    fn a_name_alone_means_all_settings() {
        assert_eq!(Host::all_named("vercel").unwrap().len(), 6);
        assert_eq!(Host::all_named("azure:trailing-slash=never"), Ok(vec![Host::AzureNever]));
    }

    #[test]
    fn unknown_hosts_get_the_nearest_names() {
        let nearest = |text: &str| text.parse::<Host>().unwrap_err().nearest;
        assert_eq!(nearest("github"), ["github-pages"]);
        assert_eq!(nearest("netlfy")[0], "netlify");
        assert_eq!(nearest("vercel:cleanurls")[0], "vercel:clean-urls");
        assert_eq!(nearest("s3"), ["s3-website"]);
        assert!("nginx:try_files".parse::<Host>().unwrap_err().to_string().contains("nginx:try-files"));
    }
}
