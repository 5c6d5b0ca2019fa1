//! Whole requests over random sites with random `_redirects`, `_headers` and routers: the encoded manifest against the rules
//! applied one after the other.

use std::collections::BTreeMap;

use proptest::prelude::*;
use proptest::sample::select;
use trailmark::{Manifest, Scratch};
use trailmark_compiler::config::headers;
use trailmark_compiler::config::redirects::{self, RedirectOptions};
use trailmark_compiler::config::{routes_json, run_worker_first};
use trailmark_compiler::options::Platform;
use trailmark_compiler::router::{Router, ScriptFirst};
use trailmark_compiler::{RoutingOptions, Site, SiteRules, manifest_with_rules};
use trailmark_tests::conformance::assets_of;
use trailmark_tests::judge::{ask_manifest, with_headers};
use trailmark_tests::reference::requests::{Ask, Served, Verdict, decide};

use crate::random_sites::{Draft, config, draft, files, options};

const HOSTS: &[&str] = &["example.com", "example.com:8080", "www.example.com"];

/// Paths for rules: those of files and around them, and patterns.
fn rule_path() -> impl Strategy<Value = String> {
    let segment = prop_oneof![
        6 => select(&["a", "b", "index", "index.html", "a.html", "404", "x%20y", "%C3%A9", "%c3%a9", "é", "[s]", "%5Bs%5D"][..]),
        1 => Just(":name"),
        1 => Just(":other.html"),
        1 => Just("*"),
        1 => Just("a*"),
        1 => Just(""),
    ];
    prop::collection::vec(segment, 1..=3).prop_map(|segments| format!("/{}", segments.join("/")))
}

fn redirect_line() -> impl Strategy<Value = String> {
    let target = prop_oneof![
        4 => rule_path(),
        1 => select(&[
            "/:splat", "/a/:splat?from=:splat", "/:name/:name", "//:splat", "/a//b", "/b?x=1#part", "/x#:name", "/nowhere",
            "https://other.example/:splat", "https://example.com/a", "https://:name/x", "https://[bad/:splat", "/a/../..",
        ][..]).prop_map(str::to_owned),
    ];
    let status = select(&["", " 200", " 200", " 301", " 308"][..]);
    (rule_path(), target, status).prop_map(|(from, to, status)| format!("{from} {to}{status}"))
}

fn header_rule() -> impl Strategy<Value = String> {
    let host =
        prop_oneof![5 => Just(""), 1 => Just("https://example.com"), 1 => Just("https://:host.example.com")];
    let line = select(
        &[
            "X-One: a",
            "X-One: b",
            "X-Two: :splat and :name",
            "! X-One",
            "! ETag",
            "! Cache-Control",
            "Cache-Control: x",
            "Set-Cookie: c=:host",
            "Location: /changed",
            "!  bad",
            "Content-Type: text/x",
        ][..],
    );
    (host, rule_path(), prop::collection::vec(line, 1..4))
        .prop_map(|(host, path, lines)| format!("{host}{path}\n  {}", lines.join("\n  ")))
}

fn run_worker_first_rules() -> impl Strategy<Value = Vec<String>> {
    let rule = (any::<bool>(), rule_path())
        .prop_map(|(excludes, path)| if excludes { format!("!{path}") } else { path });
    prop::collection::vec(rule, 1..4)
}

fn routes_text() -> impl Strategy<Value = String> {
    let rule =
        prop_oneof![6 => rule_path(), 1 => select(&["/a(", "/a|b", "/a+"][..]).prop_map(str::to_owned)];
    let rules = || prop::collection::vec(rule.clone(), 0..3);
    (rules(), rules()).prop_map(|(include, exclude)| {
        serde_json::json!({ "version": 1, "include": include, "exclude": exclude }).to_string()
    })
}

/// What configures a site besides its files, as text.
#[derive(Debug, Clone)]
pub(crate) struct Configured {
    redirects: Vec<String>,
    headers: Vec<String>,
    script: bool,
    always: bool,
    navigation: bool,
    run_worker_first: Option<Vec<String>>,
    routes: Option<String>,
}

pub(crate) fn configured() -> impl Strategy<Value = Configured> {
    (
        prop::collection::vec(redirect_line(), 0..5),
        prop::collection::vec(header_rule(), 0..4),
        any::<[bool; 2]>(),
        prop::bool::weighted(0.1),
        proptest::option::of(run_worker_first_rules()),
        proptest::option::of(routes_text()),
    )
        .prop_map(|(redirects, headers, [script, navigation], always, run_worker_first, routes)| {
            Configured { redirects, headers, script, always, navigation, run_worker_first, routes }
        })
}

impl Configured {
    /// The rules; lists that the platform refuses are left out.
    pub(crate) fn rules(&self, options: RoutingOptions) -> SiteRules {
        let RoutingOptions { platform, html_handling, .. } = options;
        let rules =
            self.run_worker_first.as_ref().and_then(|rules| run_worker_first::validate_rules(rules).ok());
        let routes = self.routes.as_ref().and_then(|text| routes_json::parse(text).ok());
        let first = match (platform, rules, routes) {
            _ if self.always => ScriptFirst::Always,
            (Platform::Workers, Some(rules), _) => ScriptFirst::Rules(rules),
            (Platform::Pages, _, Some(routes)) if self.script => ScriptFirst::Routes(routes),
            _ => ScriptFirst::Never,
        };
        let has_script =
            self.script && (platform == Platform::Workers || !matches!(first, ScriptFirst::Never));
        let text = self.redirects.join("\n");
        SiteRules {
            redirects: Some(redirects::parse(&text, RedirectOptions { platform, html_handling })),
            headers: Some(headers::parse(&self.headers.join("\n"))),
            router: Router { has_script, first, navigation: self.navigation },
        }
    }
}

/// A request: its target is that of a draft, or near the path of a rule.
#[derive(Debug, Clone)]
pub(crate) struct Asked {
    target: Target,
    pub(crate) method: &'static str,
    pub(crate) host: &'static str,
    pub(crate) tag: Option<&'static str>,
    pub(crate) navigates: bool,
}

#[derive(Debug, Clone)]
enum Target {
    NearFile(Draft),
    NearRule(String),
}

pub(crate) fn asked() -> impl Strategy<Value = Asked> {
    let near_rule =
        (rule_path(), select(&["", "", "/", "/x/y", "?q=1", "?q=$&"][..])).prop_map(|(path, suffix)| {
            let path = path.replace(":name", "$x").replace(":other", "o").replace('*', "one//two");
            Target::NearRule(format!("{path}{suffix}"))
        });
    let special = select(
        &[
            "/cdn-cgi\\a",
            "/cdn-cgi/a?b=/cdn-cgi\\",
            "/cdn-cgi\\?",
            "/a?b=/cdn-cgi\\",
            "/_image?href=//other.example/x",
            "/_image?href=%2F%2Fother.example/x",
            "/_image?href=/x",
            "/_image?x=1&href=//example.com/x",
        ][..],
    );
    let target = prop_oneof![
        10 => draft().prop_map(Target::NearFile),
        10 => near_rule,
        1 => special.prop_map(|target| Target::NearRule(target.to_owned())),
    ];
    let method = prop_oneof![6 => Just("GET"), 1 => Just("HEAD"), 1 => Just("POST")];
    (target, method, select(HOSTS), proptest::option::weighted(0.2, select(&["", "W/"][..])), any::<bool>())
        .prop_map(|(target, method, host, tag, navigates)| Asked { target, method, host, tag, navigates })
}

impl Asked {
    pub(crate) fn target(&self, files: &BTreeMap<String, String>) -> Vec<u8> {
        match &self.target {
            Target::NearFile(draft) => draft.target(files),
            Target::NearRule(target) => target.clone().into_bytes(),
        }
    }
}

proptest! {
    #![proptest_config(config(1500))]

    #[test]
    fn the_encoded_manifest_decides_every_request_as_the_rules_do_one_after_the_other(
        files in files(),
        options in options(),
        configured in configured(),
        requests in prop::collection::vec(asked(), 1..24),
    ) {
        let rules = configured.rules(options);
        let bytes = manifest_with_rules(assets_of(&files), options, &rules).unwrap();
        let manifest = Manifest::open(&bytes).unwrap();
        prop_assert_eq!(manifest.verify(), Ok(()));
        let plain_rules = SiteRules { headers: None, ..rules.clone() };
        let plain_bytes = manifest_with_rules(assets_of(&files), options, &plain_rules).unwrap();
        let plain = Manifest::open(&plain_bytes).unwrap();
        let site = Site::new(assets_of(&files), options);
        let etag_of = |path: &str| {
            manifest.assets().find(|asset| asset.site_path() == path).map(|asset| asset.etag().to_string()).unwrap_or_default()
        };
        for asked in requests {
            let target = asked.target(&files);
            // A tag that fits the first file; whether that is the answer's, the judges must find out.
            let tag = asked.tag.map(|prefix| format!("{prefix}{}", files.keys().next().map(|path| etag_of(path)).unwrap_or_default()));
            let mode = asked.navigates.then_some("navigate");
            let ask = Ask {
                method: asked.method,
                host: asked.host,
                if_none_match: tag.as_deref(),
                sec_fetch_mode: mode,
                ..Ask::get(&target)
            };
            let expected = decide(Served { site: &site, rules: &rules }, &ask, etag_of);
            let (mut scratch, mut plain_scratch) = (Scratch::new(), Scratch::new());
            let found = ask_manifest(&manifest, &ask, &mut scratch);
            let shown = format!("{} {ask:?}", target.escape_ascii());
            prop_assert_eq!(found.as_ref().map(|(verdict, _)| verdict), expected.as_ref(), "{}", &shown);
            let Some((Verdict::Assets(answer), found_lines)) = found else { continue };
            let Some((_, base)) = ask_manifest(&plain, &ask, &mut plain_scratch) else { continue };
            if let Some(expected_lines) = with_headers(&rules, options.platform, &ask, &answer, base) {
                prop_assert_eq!(found_lines, expected_lines, "{}", &shown);
            }
        }
    }
}
