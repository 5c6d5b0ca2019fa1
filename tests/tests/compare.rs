//! Two sites compared, and logs replayed: against a plain comparison that asks both about everything, and as properties of random
//! sites.

use std::collections::BTreeSet;

use proptest::prelude::*;
use trailmark::{Form, Manifest, RuleId, encode_site_path, split_stem};
use trailmark_compare::log::{Fate, Group, LogOptions, LogSource, changes, replay};
use trailmark_compare::{Comparison, Diff, Kind, Origin, Reason, Side, State};
use trailmark_compiler::config::redirects::{RedirectOptions, parse};
use trailmark_compiler::options::{HtmlHandling, NotFoundHandling, Platform};
use trailmark_compiler::{AssetFile, Base, RoutingOptions, SiteRules, compile_files_at};

/// A site in a few words: names with contents, options, lines of `_redirects`.
#[derive(Debug, Clone)]
struct Plan {
    files: Vec<(String, u8)>,
    routing: RoutingOptions,
    base: &'static str,
    redirects: Vec<String>,
}

impl Plan {
    fn of(files: &[(&str, u8)]) -> Plan {
        let files = files.iter().map(|(path, content)| ((*path).to_owned(), *content)).collect();
        Plan { files, routing: RoutingOptions::default(), base: "", redirects: Vec::new() }
    }

    fn with(self, redirects: &[&str]) -> Plan {
        Plan { redirects: redirects.iter().map(|line| (*line).to_owned()).collect(), ..self }
    }

    fn compile(&self) -> Vec<u8> {
        let asset = |(path, content): &(String, u8)| AssetFile {
            site_path: path.clone(),
            size: u64::from(*content) + 1,
            fingerprint: [*content; 32],
        };
        let RoutingOptions { platform, html_handling, .. } = self.routing;
        let text = self.redirects.join("\n");
        let redirects = Some(parse(&text, RedirectOptions { platform, html_handling }));
        let rules = SiteRules { redirects, ..SiteRules::default() };
        let base: Base = self.base.parse().unwrap();
        compile_files_at(self.files.iter().map(asset).collect(), self.routing, &base, &rules).unwrap().bytes
    }
}

fn compared<T>(old: &Plan, new: &Plan, with: impl FnOnce(&Comparison<'_>) -> T) -> T {
    let (old, new) = (old.compile(), new.compile());
    let (old, new) = (Manifest::open(&old).unwrap(), Manifest::open(&new).unwrap());
    let origin = Origin::default();
    with(&Comparison::new(Side::new(&old, &origin), Side::new(&new, &origin), true))
}

fn urls(diff: &Diff<'_>, kinds: &[Kind]) -> BTreeSet<String> {
    let paths = diff.changes().iter().flat_map(|change| diff.paths_of(change));
    paths.filter(|(_, kind)| kinds.contains(kind)).map(|(path, _)| path).collect()
}

fn lines(found: &Comparison<'_>) -> Vec<String> {
    found.suggestions.lines.iter().map(trailmark_compare::Line::text).collect()
}

#[test]
fn a_page_with_many_forms_is_one_finding() {
    let old = Plan::of(&[("/about.html", 1), ("/index.html", 2)]);
    let new = Plan::of(&[("/index.html", 2)]);
    compared(&old, &new, |found| {
        let gone = found.diff.of_kind(Kind::Gone);
        assert_eq!(gone.len(), 1);
        let detail = found.diff.detail(&gone[0]).unwrap();
        assert_eq!(detail.main.path, "/about");
        assert_eq!(found.diff.count_of(Kind::Gone).urls, 3, "/about, /about/ and /about.html");
        assert!(found.suggestions.renames.is_empty());
    });
}

#[test]
fn a_page_that_changes_its_form_starts_to_redirect() {
    let (old, new) = (Plan::of(&[("/about.html", 1)]), Plan::of(&[("/about/index.html", 1)]));
    compared(&old, &new, |found| {
        assert_eq!(found.diff.count_of(Kind::Gone).urls, 0);
        assert_eq!(urls(&found.diff, &[Kind::RedirectStarts]), ["/about".to_owned()].into());
        assert_eq!(urls(&found.diff, &[Kind::RedirectStops]), ["/about/".to_owned()].into());
    });
}

#[test]
fn renames_are_found_by_content_before_names_and_keep_the_slash_that_is_served() {
    let old = Plan::of(&[("/team.html", 1), ("/blog/hello-world.html", 2), ("/logo.png", 9)]);
    let new = Plan::of(&[("/people/index.html", 1), ("/news/hello-world.html", 3), ("/logo.svg", 8)]);
    compared(&old, &new, |found| {
        let renames: Vec<_> = found
            .suggestions
            .renames
            .iter()
            .map(|rename| (rename.from.as_str(), rename.to.as_str(), rename.reason))
            .collect();
        assert_eq!(
            renames,
            [
                ("/blog/hello-world", "/news/hello-world", Reason::SameName),
                ("/team", "/people/", Reason::SameContent)
            ]
        );
        let lines = lines(found);
        assert!(lines.contains(&"/team /people/ 301".to_owned()), "{lines:?}");
        assert!(lines.contains(&"/blog/hello-world.html /news/hello-world 301".to_owned()), "{lines:?}");
    });
}

#[test]
fn a_folder_that_moved_is_one_pattern_unless_something_is_left_in_it() {
    let files = |folder: &str| -> Vec<(String, u8)> {
        (0..9).map(|n| (format!("{folder}/post-{n}.html"), n)).collect()
    };
    let mut old = Plan::of(&[]);
    old.files = files("/blog");
    let mut new = Plan::of(&[]);
    new.files = files("/articles");
    compared(&old, &new, |found| assert_eq!(lines(found), ["/blog/* /articles/:splat 301"]));
    new.files.push(("/blog/new.html".to_owned(), 77));
    compared(&old, &new, |found| {
        let lines = lines(found);
        assert!(lines.iter().all(|line| !line.contains('*')), "{lines:?}");
        assert!(lines.contains(&"/blog/post-3 /articles/post-3 301".to_owned()), "{lines:?}");
    });
    // One that went elsewhere, too.
    new.files.pop();
    new.files[4].0 = "/elsewhere/post-4.html".to_owned();
    compared(&old, &new, |found| {
        let lines = lines(found);
        assert!(lines.iter().all(|line| !line.contains('*')), "{lines:?}");
        assert!(lines.contains(&"/blog/post-4 /elsewhere/post-4 301".to_owned()), "{lines:?}");
    });
}

#[test]
fn rules_that_are_gone_are_proposed_again_and_chains_are_named() {
    let pages = [("/new.html", 1), ("/other.html", 2)];
    let old = Plan::of(&pages).with(&["/old /new 301", "/older /gone 301"]);
    let mut old = old;
    old.files.push(("/gone.html".to_owned(), 3));
    let mut new = Plan::of(&pages).with(&["/older /gone 301"]);
    new.files.push(("/went.html".to_owned(), 3));
    compared(&old, &new, |found| {
        let lines = lines(found);
        assert!(lines.contains(&"/old /new 301".to_owned()), "{lines:?}");
        assert!(lines.contains(&"/gone /went 301".to_owned()), "{lines:?}");
        assert_eq!(found.suggestions.repoint, [(1, "/older".to_owned(), "/went".to_owned())]);
        assert!(found.detours.iter().any(|detour| detour.path == "/older" && detour.is_dead_end));
        assert_eq!(found.rules.len(), 1);
    });
}

#[test]
fn patterns_are_compared_as_rules_with_an_example() {
    let pages = [("/new/a.html", 1)];
    let old = Plan::of(&pages).with(&["/old/* /new/:splat 301"]);
    let new = Plan::of(&pages).with(&["/old/* /:splat 302"]);
    compared(&old, &new, |found| {
        assert_eq!(found.rules.len(), 1);
        let example = found.rules[0].example.as_ref().unwrap();
        assert_eq!(
            (example.before.as_str(), example.after.as_str()),
            ("301 to /new/any/page", "302 to /any/page")
        );
        assert!(found.diff.changes().is_empty());
    });
}

#[test]
fn unknown_paths_are_compared_by_zone() {
    let old = Plan::of(&[("/404.html", 1), ("/docs/404.html", 2)]);
    let new = Plan::of(&[("/404.html", 1), ("/docs/404.html", 3)]);
    compared(&old, &new, |found| {
        let zones: Vec<_> =
            found.zones.iter().map(|zone| (zone.below.as_str(), zone.is_other_answer)).collect();
        assert_eq!(zones, [("/docs/", false)]);
    });
    let mut single = Plan::of(&[("/index.html", 1)]);
    let plain = single.clone();
    single.routing.not_found_handling = NotFoundHandling::SinglePageApplication;
    compared(&plain, &single, |found| {
        assert!(found.zones.iter().any(|zone| zone.below == "/" && zone.is_other_answer));
        assert_eq!(found.settings.len(), 1);
    });
}

#[test]
fn a_page_that_a_fallback_answers_now_is_gone() {
    let mut old = Plan::of(&[("/index.html", 1), ("/about.html", 2)]);
    old.routing.not_found_handling = NotFoundHandling::SinglePageApplication;
    let mut new = old.clone();
    new.files.pop();
    compared(&old, &new, |found| {
        let gone = found.diff.of_kind(Kind::Gone);
        assert_eq!(found.diff.detail(&gone[0]).unwrap().main.after.state, State::Fallback);
    });
}

#[test]
fn build_files_named_by_a_hash_are_apart() {
    let old = Plan::of(&[("/_astro/index.DxYz12_4.css", 1), ("/style.css", 2)]);
    let new = Plan::of(&[("/_astro/index.Bq7Kd0_p.css", 3)]);
    compared(&old, &new, |found| {
        assert_eq!(urls(&found.diff, &[Kind::Gone]), ["/style.css".to_owned()].into());
        assert_eq!(found.diff.count_of(Kind::GoneHashed).urls, 1);
        assert_eq!(found.diff.count_of(Kind::NewHashed).urls, 1);
    });
}

fn name() -> impl Strategy<Value = String> {
    let segment =
        prop_oneof!["[abc]", Just("index".to_owned()), Just("é x".to_owned()), Just("404".to_owned())];
    let end = prop_oneof![Just(".html"), Just("/index.html"), Just(""), Just(".css")];
    (proptest::collection::vec(segment, 1..4), end)
        .prop_map(|(segments, end)| format!("/{}{end}", segments.join("/")))
}

fn plan() -> impl Strategy<Value = Plan> {
    let rule = prop_oneof![
        ("[abcd]", "[abc]").prop_map(|(from, to)| format!("/{from} /{to} 301")),
        ("[abcd]", "[abc]").prop_map(|(from, to)| format!("/{from}/ https://example.com/{to} 302")),
        "[abcd]".prop_map(|from| format!("/{from}%20x /a 301")),
        ("[abcd]", "[abc]").prop_map(|(from, to)| format!("/{from}/* /{to}/:splat 308")),
        ("[abcd]", "[abc]").prop_map(|(from, to)| format!("/{from}.html /{to} 200")),
    ];
    let options = (
        proptest::sample::select(Platform::ALL),
        proptest::sample::select(HtmlHandling::ALL),
        proptest::sample::select(NotFoundHandling::ALL),
    );
    let files = proptest::collection::vec((name(), 0..6u8), 0..14);
    let base = proptest::sample::select(&["", "", "", "/a"][..]);
    (files, options, proptest::collection::vec(rule, 0..4), base).prop_map(
        |(files, options, redirects, base)| {
            // No path is file and folder at once.
            let names: Vec<String> = files.iter().map(|(name, _)| name.clone()).collect();
            let is_folder = |name: &str| names.iter().any(|other| other.starts_with(&format!("{name}/")));
            let mut files: Vec<_> = files.into_iter().filter(|(name, _)| !is_folder(name)).collect();
            files.sort();
            files.dedup_by(|a, b| a.0 == b.0);
            let (platform, html_handling, not_found_handling) = options;
            let routing = RoutingOptions { platform, html_handling, not_found_handling };
            Plan { files, routing, base, redirects }
        },
    )
}

/// Two sites: strangers, or one and its next version.
fn pair() -> impl Strategy<Value = (Plan, Plan)> {
    let change = (any::<proptest::sample::Index>(), 0..4u8, (name(), 0..6u8));
    let next = (plan(), proptest::collection::vec(change, 0..3)).prop_map(|(old, changes)| {
        let mut new = old.clone();
        for (index, what, (name, content)) in changes {
            let count = new.files.len();
            match what {
                0 if count > 0 => drop(new.files.remove(index.index(count))),
                1 if count > 0 => new.files[index.index(count)].1 = content,
                2 => drop(new.redirects.pop()),
                _ => {
                    let clashes = |other: &str| {
                        let inside = |one: &str, other: &str| one.starts_with(&format!("{other}/"));
                        other == name || inside(other, &name) || inside(&name, other)
                    };
                    if !new.files.iter().any(|(other, _)| clashes(other)) {
                        new.files.push((name, content));
                    }
                }
            }
        }
        (old, new)
    });
    prop_oneof![(plan(), plan()), next]
}

/// Every form of every file's stem and of every static rule's path, in both sites.
fn all_paths(plans: &[&Plan]) -> BTreeSet<String> {
    let mut paths = BTreeSet::new();
    for plan in plans {
        let files = plan.files.iter().map(|(name, _)| format!("{}{name}", plan.base));
        let rules = plan.redirects.iter().filter_map(|line| line.split(' ').next()).map(str::to_owned);
        for path in files.chain(rules.clone()) {
            let (stem, _) = split_stem(path.as_bytes());
            let stem = encode_site_path(&path[..stem.len()]);
            paths.extend(Form::ALL.map(|form| format!("{stem}{}", form.suffix())));
        }
        paths.extend(rules.filter(|from| !from.contains('*')));
    }
    paths
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn a_site_does_not_differ_from_itself(plan in plan()) {
        let is_same = compared(&plan, &plan, |found| found.is_same());
        prop_assert!(is_same);
    }

    #[test]
    fn what_one_way_is_gone_is_new_the_other_way((old, new) in pair()) {
        let there = compared(&old, &new, |found| [Kind::Gone, Kind::RedirectStarts, Kind::RedirectTarget, Kind::Content, Kind::Headers]
            .map(|kind| urls(&found.diff, &[kind])));
        let back = compared(&new, &old, |found| [Kind::New, Kind::RedirectStops, Kind::RedirectTarget, Kind::Content, Kind::Headers]
            .map(|kind| urls(&found.diff, &[kind])));
        prop_assert_eq!(there, back);
    }

    /// The comparison, which goes through slots, against one that asks about every path there could be.
    #[test]
    fn nothing_is_overlooked_and_nothing_made_up((old, new) in pair()) {
        let (old_bytes, new_bytes) = (old.compile(), new.compile());
        let (old_site, new_site) = (Manifest::open(&old_bytes).unwrap(), Manifest::open(&new_bytes).unwrap());
        let origin = Origin::default();
        let (old_side, new_side) = (Side::new(&old_site, &origin), Side::new(&new_site, &origin));
        let diff = Diff::new(old_side, new_side);
        let told = urls(&diff, Kind::ALL);
        let dynamic = |side: &Side<'_>, index: Option<usize>| index
            .and_then(|index| side.manifest().redirect_rule(index))
            .is_some_and(|rule| trailmark::pattern::is_dynamic(rule.from));
        for path in all_paths(&[&old, &new]).iter().chain(&told) {
            let (Some(before), Some(after)) = (old_side.ask(path), new_side.ask(path)) else { continue };
            // Pages answers `/index` behind any path, whether or not it knows it.
            let of_any_path = [RuleId::PAGES_INDEX, RuleId::PAGES_INDEX_SLASH];
            if of_any_path.contains(&before.rule) || of_any_path.contains(&after.rule) {
                continue;
            }
            // What only patterns answer is compared as rules.
            if dynamic(&old_side, before.redirect_rule) || dynamic(&new_side, after.redirect_rule) {
                continue;
            }
            let found = |state| matches!(state, State::Served | State::Redirect);
            let body = |reply: &trailmark_compare::Reply<'_>| reply.asset.map(|asset| *asset.fingerprint());
            let differs = before.state != after.state && (found(before.state) || found(after.state))
                || found(before.state) && (before.status, &before.location, body(&before)) != (after.status, &after.location, body(&after));
            let headers = |side: &Side<'_>| {
                let mut headers = side.headers(path);
                headers.retain(|(name, _)| !matches!(name.as_str(), "etag" | "location"));
                headers
            };
            let differs = differs || found(before.state) && found(after.state) && headers(&old_side) != headers(&new_side);
            if !matches!((before.state, after.state), (State::Failing, _) | (_, State::Failing)) {
                prop_assert_eq!(told.contains(path), differs, "{}: {:?} {:?}", path, before, after);
            }
        }
    }

    #[test]
    fn lines_that_are_proposed_keep_what_is_gone((old, new) in pair()) {
        let (lines, kept, had_gone) = compared(&old, &new, |found| {
            let kept: Vec<_> = found.suggestions.lines.iter().filter(|line| !line.is_pattern).map(|line| line.from.clone()).collect();
            (found.suggestions.lines.clone(), kept, urls(&found.diff, &[Kind::Gone]))
        });
        let fixed = lines.iter().filter(|line| !line.is_pattern).map(trailmark_compare::Line::text);
        let patterns = lines.iter().filter(|line| line.is_pattern).map(trailmark_compare::Line::text);
        let redirects = fixed.chain(new.redirects.iter().cloned()).chain(patterns).collect();
        let with_lines = Plan { redirects, ..new.clone() };
        compared(&old, &with_lines, |found| {
            let gone = urls(&found.diff, &[Kind::Gone]);
            for path in &kept {
                prop_assert!(had_gone.contains(path) && !gone.contains(path), "{} is still gone", path);
                let location = found.diff.new_side().ask(path).unwrap().location.unwrap();
                if location.starts_with('/') {
                    let end = found.diff.new_side().ask(&location).unwrap();
                    prop_assert!(matches!(end.state, State::Served), "{} leads to {:?}", path, end);
                }
            }
            prop_assert!(gone.is_subset(&had_gone));
            Ok(())
        })?;
        // Whatever the new site answers, it still answers.
        compared(&new, &with_lines, |found| {
            let harmed = urls(&found.diff, &[Kind::Gone, Kind::Failing, Kind::RedirectStarts, Kind::RedirectTarget, Kind::Content]);
            prop_assert!(harmed.is_empty(), "{:?}", harmed);
            Ok(())
        })?;
    }

    /// A log that asks for every URL that changes, each as often as its place in the list says.
    #[test]
    fn a_log_of_every_change_tells_of_each((old, new) in pair()) {
        let (old, new) = (old.compile(), new.compile());
        let (old, new) = (Manifest::open(&old).unwrap(), Manifest::open(&new).unwrap());
        let origin = Origin::default();
        let (old, new) = (Side::new(&old, &origin), Side::new(&new, &origin));
        let diff = Diff::new(old, new);
        let unhashed = |kind| match kind {
            Kind::GoneHashed => Kind::Gone,
            Kind::NewHashed => Kind::New,
            kind => kind,
        };
        let changed = diff.changes().iter().flat_map(|change| diff.paths_of(change));
        let wanted: Vec<(String, Kind)> = changed.filter(|(_, kind)| *kind != Kind::Spelling).collect();
        let mut log = String::new();
        for (index, (path, _)) in wanted.iter().enumerate() {
            let line = serde_json::json!({"path": format!("{path}?x={index}"), "status": 200});
            log.push_str(&format!("{line}\n").repeat(index % 3 + 1));
        }
        let source = LogSource { name: "log".to_owned(), input: Box::new(log.as_bytes()) };
        let found = changes(&old, &new, vec![source], &LogOptions::default()).unwrap();
        prop_assert_eq!(found.counts.requests, log.lines().count() as u64);
        let mut told = BTreeSet::new();
        for &kind in Kind::ALL {
            let top = found.top(&old, &new, kind, usize::MAX, 1);
            prop_assert_eq!(top.len() as u64, found.total_of(Fate::Changes(kind), 1).paths);
            told.extend(top.into_iter().map(|asked| (asked.detail.main.path, unhashed(kind), asked.requests)));
        }
        let wanted: BTreeSet<_> = wanted
            .into_iter()
            .enumerate()
            .map(|(index, (path, kind))| (path, unhashed(kind), index as u64 % 3 + 1))
            .collect();
        prop_assert_eq!(told, wanted);
    }

    #[test]
    fn no_log_harms(bytes in proptest::collection::vec(any::<u8>(), 0..2000)) {
        let site = Plan::of(&[("/index.html", 1)]).compile();
        let manifest = Manifest::open(&site).unwrap();
        let origin = Origin::default();
        let source = LogSource { name: "log".to_owned(), input: Box::new(&bytes[..]) };
        let side = Side::new(&manifest, &origin);
        let _ = replay(&side, vec![source], &LogOptions::default());
        let source = LogSource { name: "log".to_owned(), input: Box::new(&bytes[..]) };
        let _ = changes(&side, &side, vec![source], &LogOptions::default());
    }
}

#[test]
fn every_request_is_in_one_group_whatever_the_memory() {
    let site = Plan::of(&[("/index.html", 1), ("/about.html", 2)]).with(&["/old /about 301"]).compile();
    let manifest = Manifest::open(&site).unwrap();
    let origin = Origin::default();
    let side = Side::new(&manifest, &origin);
    let mut log = String::new();
    for n in 0..5000 {
        let (path, status) = match n % 5 {
            0 => ("/about?x=1".to_owned(), 200),
            1 => ("/about.html".to_owned(), 200),
            2 => ("/old".to_owned(), 301),
            3 => (format!("/lost/{n}"), 200),
            _ => (format!("/never/{n}.php"), 404),
        };
        log.push_str(&format!("1.2.3.4 - - [t] \"GET {path} HTTP/1.1\" {status} 5\n"));
    }
    for (most_paths, threads) in [(1_000_000, 1), (1_000_000, 4), (16, 2)] {
        let source = LogSource { name: "log".to_owned(), input: Box::new(log.as_bytes()) };
        let options = LogOptions { host: None, most_paths, threads };
        let report = replay(&side, vec![source], &options).unwrap();
        let totals: Vec<_> =
            report.totals().into_iter().map(|(group, total)| (group, total.requests)).collect();
        assert_eq!(
            totals,
            [
                (Group::Breaks, 1000),
                (Group::Redirects, 1000),
                (Group::StillRedirects, 1000),
                (Group::Probes, 1000),
                (Group::Same, 1000)
            ]
        );
        assert_eq!(report.folded().1 > 0, most_paths == 16);
        assert_eq!(report.top(&side, Group::Redirects, 5, 1, false)[0].location.as_deref(), Some("/about"));
    }
}

#[test]
fn a_damaged_manifest_never_makes_a_comparison_panic() {
    let sound = Plan::of(&[("/index.html", 1), ("/docs/a.html", 2), ("/404.html", 3), ("/b/index.html", 4)])
        .with(&["/old /docs/a 301", "/x/* /docs/:splat 302", "/c%20d /b/ 301"]);
    let mut moved = sound.clone();
    moved.files[1].0 = "/guide/a.html".to_owned();
    let (sound, other) = (sound.compile(), moved.compile());
    let origin = Origin::default();
    let manifest = Manifest::open(&sound).unwrap();
    let side = Side::new(&manifest, &origin);
    let mut opened = 0;
    for at in (0..other.len()).step_by(3) {
        let mut damaged = other.clone();
        damaged[at] ^= 0x55;
        let Ok(damaged) = Manifest::open(&damaged) else { continue };
        opened += 1;
        let damaged = Side::new(&damaged, &origin);
        for found in [Comparison::new(side, damaged, true), Comparison::new(damaged, side, true)] {
            for change in found.diff.changes() {
                let _ = found.diff.detail(change);
            }
        }
    }
    assert!(opened > 100, "{opened}");
}
