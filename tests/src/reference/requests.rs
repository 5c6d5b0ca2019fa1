//! Whole requests: who is asked, what the rules of `_redirects` do before the files, and what method and headers make of the
//! answer. The rules are applied as `compiler/src/config` reads them, one after the other; nothing is indexed.

use trailmark::url::{RequestUrl, Scheme};
use trailmark_compiler::config::headers::apply_headers;
use trailmark_compiler::config::redirects;
use trailmark_compiler::config::routes_json::Handler;
use trailmark_compiler::options::{NotFoundHandling, Platform};
use trailmark_compiler::router::ScriptFirst;
use trailmark_compiler::{Site, SiteRules};

use super::{Answer, answer_to_path, parse_target};

/// A request over `http`.
#[derive(Debug, Clone, Copy)]
pub struct Ask<'a> {
    /// The method.
    pub method: &'a str,
    /// Path and query, as they came on the wire.
    pub target: &'a [u8],
    /// The host, with its port if that is not 80.
    pub host: &'a str,
    /// `If-None-Match`.
    pub if_none_match: Option<&'a str>,
    /// `Sec-Fetch-Mode`.
    pub sec_fetch_mode: Option<&'a str>,
    /// `Sec-Fetch-Dest`.
    pub sec_fetch_dest: Option<&'a str>,
}

impl<'a> Ask<'a> {
    /// A GET for `example.com` without headers.
    pub fn get(target: &'a [u8]) -> Self {
        Ask {
            method: "GET",
            target,
            host: "example.com",
            if_none_match: None,
            sec_fetch_mode: None,
            sec_fetch_dest: None,
        }
    }
}

/// Who answers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict<'n> {
    /// The user's script.
    Script {
        /// The name of the rule.
        rule: &'n str,
    },
    /// The assets, or the router itself.
    Assets(Answer<'n>),
}

/// A site with its rules.
#[derive(Debug, Clone, Copy)]
pub struct Served<'s> {
    /// The files.
    pub site: &'s Site,
    /// The rules for requests.
    pub rules: &'s SiteRules,
}

/// Who answers a request, and what; `None` if the target is no path. `etag_of` gives the ETag of a file.
pub fn decide(
    served: Served<'_>,
    ask: &Ask<'_>,
    etag_of: impl Fn(&str) -> String,
) -> Option<Verdict<'static>> {
    let (path, query) = parse_target(ask.target)?;
    let is_workers = served.site.options.platform == Platform::Workers;
    let target = String::from_utf8_lossy(ask.target);
    let target = target.split('#').next().unwrap_or_default();
    if is_workers && target.contains("/cdn-cgi\\") && path.starts_with("/cdn-cgi/") {
        // The whole URL, so a `?` with nothing behind it stays.
        let query = if query.is_empty() && target.contains('?') { "?" } else { &query };
        let location = format!("http://{}{path}{query}", ask.host);
        return Some(Verdict::Assets(Answer::redirect(307, location, "router/cdn-cgi")));
    }
    let not_found = served.site.options.not_found_handling;
    let assets = || Verdict::Assets(assets(served, ask, not_found, &etag_of).0);
    let script = |rule| match rule {
        _ if !served.rules.router.has_script => Verdict::Assets(Answer::empty(500, "router/no-script")),
        _ if is_workers && is_astro_image_of_another_host(ask, &path, &query) => {
            Verdict::Assets(Answer::empty(403, "router/image-guard"))
        }
        rule => Verdict::Script { rule },
    };
    let ask_assets = |not_found| match self::assets(served, ask, not_found, &etag_of) {
        (_, CanAnswer::No) => script("router/miss"),
        (_, CanAnswer::Yes) => assets(),
    };
    let router = &served.rules.router;
    Some(match &router.first {
        ScriptFirst::Always | ScriptFirst::Everything => script("router/always"),
        ScriptFirst::Rules(rules) => {
            let any = |rules: &[String]| rules.iter().any(|rule| glob_fits(rule, &path));
            if any(&rules.exclude) {
                assets()
            } else if any(&rules.include) {
                script("router/run-worker-first")
            } else if router.has_script {
                ask_assets(not_found)
            } else {
                assets()
            }
        }
        ScriptFirst::Routes(routes) => match routes.handler(&path) {
            Handler::Assets => assets(),
            Handler::Function => script("pages/routes/include"),
            _ => Verdict::Assets(Answer::empty(500, "pages/routes/broken")),
        },
        ScriptFirst::Never if router.has_script => {
            let navigates = router.navigation && ask.sec_fetch_mode == Some("navigate");
            ask_assets(if navigates { not_found } else { NotFoundHandling::None })
        }
        ScriptFirst::Never => assets(),
    })
}

/// Whether `*` as any run of characters makes a rule fit the whole path: which parts of the path, from its start, fit the part
/// of the rule that was read, character by character.
fn glob_fits(glob: &str, path: &str) -> bool {
    let mut fitting = vec![false; path.len() + 1];
    fitting[0] = true;
    for character in glob.bytes() {
        if character == b'*' {
            let first = fitting.iter().position(|fits| *fits).unwrap_or(fitting.len());
            fitting[first..].fill(true);
        } else {
            for len in (1..=path.len()).rev() {
                fitting[len] = fitting[len - 1] && path.as_bytes()[len - 1] == character;
            }
            fitting[0] = false;
        }
    }
    fitting[path.len()]
}

/// `/_image` with `href=//other-host/...`.
fn is_astro_image_of_another_host(ask: &Ask<'_>, path: &str, query: &str) -> bool {
    let mut parameters = query.trim_start_matches('?').split('&');
    let href = parameters.find_map(|pair| pair.strip_prefix("href=")).unwrap_or_default();
    let href = href.replace("%2F", "/").replace("%2f", "/");
    let name = |host: &str| host.split(':').next().unwrap_or_default().to_owned();
    let own = name(ask.host);
    let other =
        href.strip_prefix("//").map_or(own.clone(), |rest| name(rest.split('/').next().unwrap_or_default()));
    path == "/_image" && other != own && ask.sec_fetch_dest != Some("image")
}

/// Whether the assets have something for a path, so that no script is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum CanAnswer {
    Yes,
    No,
}

/// What the assets answer.
fn assets(
    served: Served<'_>,
    ask: &Ask<'_>,
    not_found: NotFoundHandling,
    etag_of: impl Fn(&str) -> String,
) -> (Answer<'static>, CanAnswer) {
    let (path, query) = parse_target(ask.target).unwrap_or_default();
    let (answer, can) = redirected_or_found(served, ask, (&path, &query), not_found, etag_of);
    // The headers themselves do not matter here, only whether there is one that the platform can't send.
    let host = ask.host.split(':').next().unwrap_or_default();
    let headers = served.rules.headers.as_ref().map(|rules| apply_headers(rules, host, &path, Vec::new()));
    if let Some(Err(_)) = headers {
        return (Answer::empty(500, "headers/broken-name"), can);
    }
    (answer, can)
}

fn redirected_or_found(
    served: Served<'_>,
    ask: &Ask<'_>,
    (path, query): (&str, &str),
    not_found: NotFoundHandling,
    etag_of: impl Fn(&str) -> String,
) -> (Answer<'static>, CanAnswer) {
    let url = RequestUrl { scheme: Scheme::Http, host: ask.host, path, query };
    let rules = served.rules.redirects.as_ref();
    let Some((rules, matched)) = rules.and_then(|rules| Some((rules, redirects::redirect(rules, path)?)))
    else {
        let answer = answer_to_path(served.site, not_found, path, query);
        let can = if answer.is_nothing() { CanAnswer::No } else { CanAnswer::Yes };
        return (with_method(served.site, ask, answer, etag_of), can);
    };
    let status = rules.rules[matched.rule_index].status;
    let made = if status == 200 {
        redirects::rewrite(rules, &matched, &url)
    } else {
        redirects::location(rules, &matched, &url)
    };
    let answer = match made {
        Err(_) => Answer::empty(500, "redirects/broken-target"),
        Ok(path) if status == 200 => {
            with_method(served.site, ask, answer_to_path(served.site, not_found, &path, query), etag_of)
        }
        Ok(location) => Answer::redirect(status, location, "redirects/rule"),
    };
    (answer, CanAnswer::Yes)
}

/// What method and `If-None-Match` make of the answer to a GET.
fn with_method(
    site: &Site,
    ask: &Ask<'_>,
    answer: Answer<'static>,
    etag_of: impl Fn(&str) -> String,
) -> Answer<'static> {
    let is_pages = site.options.platform == Platform::Pages;
    let has_something = !answer.is_nothing();
    if !matches!(ask.method, "GET" | "HEAD") && (is_pages || has_something) {
        return Answer::empty(405, "method-not-allowed");
    }
    let has_etag = !(is_pages && answer.status == 404);
    if let (Some(tag), Some(asset), true) = (ask.if_none_match, &answer.asset, has_etag) {
        let etag = etag_of(asset);
        if tag == etag || tag == format!("W/{etag}") {
            return Answer::empty(304, "not-modified");
        }
    }
    answer
}

#[cfg(test)]
mod tests {
    use super::glob_fits;

    #[test]
    fn stars_stand_for_any_run_and_the_rest_for_itself() {
        for (glob, path, fits) in [
            ("/a", "/a", true),
            ("/a", "/ab", false),
            ("/a", "/", false),
            ("/*", "/", true),
            ("/*", "", false),
            ("/a*b", "/ab", true),
            ("/a*b", "/axbxb", true),
            ("/a*b", "/axbx", false),
            ("*", "", true),
            ("/*a**b*", "/xaxxby", true),
        ] {
            assert_eq!(glob_fits(glob, path), fits, "{glob} {path}");
        }
    }

    #[test]
    fn regression_5_many_stars_are_judged_without_trying_every_split() {
        let path = "a".repeat(1000);
        assert!(!glob_fits(&format!("{}b", "*a".repeat(100)), &path));
        assert!(!glob_fits(&format!("/{}b", "*".repeat(1000)), &path));
    }
}
