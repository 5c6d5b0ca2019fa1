//! Every row of the corpus, before two judges: the rules applied in memory, and the look-up over the encoded manifest. And
//! every rule of the table, held against the corpus: one that no row reaches is either untested or dead.

use std::collections::BTreeSet;

use trailmark::{Decision, Manifest, Request, RequestHeaders, RequestPath, Scratch};
use trailmark_compiler::{Site, SiteRules, manifest_with_rules, rules};
use trailmark_tests::corpus::{self, Row, SiteCase, Title};
use trailmark_tests::reference::Answer;
use trailmark_tests::reference::requests::{Ask, Served, Verdict, decide};

const HOST: &str = "example.com";

/// Puts every row to a judge that is made for each site, and lists the rows about which it says something else. A judge says
/// what it found, and what is wrong with the response headers.
fn judge_all<J>(
    make: impl Fn(&SiteCase) -> J,
    judge: impl Fn(&J, &Row) -> (Verdict<'static>, Option<String>),
) {
    let sites = corpus::load().unwrap();
    let mut wrong = Vec::new();
    for site in &sites {
        let state = make(site);
        for row in &site.rows {
            let (found, headers) = judge(&state, row);
            if found != row.expected() {
                wrong.push(format!("{}\n  but found {found:?}", Title(site, row)));
            } else if let Some(difference) = headers {
                wrong.push(format!("{}\n  but {difference}", Title(site, row)));
            }
        }
    }
    let count: usize = sites.iter().map(|site| site.rows.len()).sum();
    assert!(count > 0, "the corpus is empty");
    assert!(wrong.is_empty(), "{} of {count} rows:\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn every_row_of_the_corpus_holds_for_the_rules_in_memory() {
    judge_all(
        |case| (Site::new(case.assets(), case.options.routing()), case.rules()),
        |(site, rules): &(Site, SiteRules), row| {
            let etag_of = |asset: &str| format!("\"etag of {asset}\"");
            let header = |name: &str| row.header(name, etag_of);
            let (tag, mode, dest) =
                (header("if-none-match"), header("sec-fetch-mode"), header("sec-fetch-dest"));
            let ask = Ask {
                method: row.method(),
                if_none_match: tag.as_deref(),
                sec_fetch_mode: mode.as_deref(),
                sec_fetch_dest: dest.as_deref(),
                ..Ask::get(row.target().as_bytes())
            };
            (decide(Served { site, rules }, &ask, etag_of).expect("every row asks for a path"), None)
        },
    );
}

#[test]
fn every_row_of_the_corpus_holds_for_the_encoded_manifest() {
    judge_all(
        |case| manifest_with_rules(case.assets(), case.options.routing(), &case.rules()).unwrap(),
        |bytes, row| look_up(bytes, row),
    );
}

fn look_up(bytes: &[u8], row: &Row) -> (Verdict<'static>, Option<String>) {
    let manifest = Manifest::open(bytes).unwrap();
    manifest.verify().unwrap();
    let etag_of = |path: &str| {
        let asset = manifest.assets().find(|asset| asset.site_path() == path);
        asset.unwrap_or_else(|| panic!("no file {path}")).etag().to_string()
    };
    let sent: Vec<(&str, String)> =
        row.with.keys().filter_map(|name| Some((name.as_str(), row.header(name, etag_of)?))).collect();
    let mut scratch = Scratch::new();
    let path = RequestPath::parse(row.target(), &mut scratch).unwrap();
    let headers = RequestHeaders::from_list(sent.iter().map(|(name, value)| (*name, value.as_str())));
    let mut request = Request::new(row.method(), path, headers);
    request.host = HOST;
    match manifest.decide(&request) {
        Decision::Worker { rule, .. } => (Verdict::Script { rule: name_of(&manifest, rule) }, None),
        Decision::Assets(answer) => {
            let verdict = Verdict::Assets(Answer {
                status: answer.status,
                location: answer.location().map(|location| location.to_string()),
                asset: answer.body.map(|asset| asset.site_path().to_string()),
                rule: name_of(&manifest, answer.rule),
            });
            (verdict, header_difference(row, &answer))
        }
        other => panic!("an unknown decision: {other:?}"),
    }
}

/// The name that the manifest gives a rule, out of the table.
fn name_of(manifest: &Manifest<'_>, rule: trailmark::RuleId) -> &'static str {
    rules::named(manifest.rule_name(rule)).map_or("no rule of the table", |(_, rule)| rule.name)
}

fn header_difference(row: &Row, answer: &trailmark::Answer<'_, '_>) -> Option<String> {
    row.headers.iter().find_map(|(name, expected)| {
        let lines: Vec<String> =
            answer.headers().filter(|(found, _)| found == name).map(|(_, value)| value.to_string()).collect();
        let found = lines.join(", ");
        (found != *expected).then(|| format!("the header {name} is {found:?}, not {expected:?}"))
    })
}

#[test]
fn every_rule_is_hit_by_a_row_of_the_corpus() {
    let sites = corpus::load().unwrap();
    let hit: BTreeSet<&str> = sites.iter().flat_map(|site| &site.rows).map(|row| row.rule.as_str()).collect();
    let missed: Vec<&str> =
        rules::all().map(|(_, rule)| rule.name).filter(|name| !hit.contains(name)).collect();
    assert!(missed.is_empty(), "no row of tests/corpus is answered by: {missed:#?}");
}

#[test]
fn no_two_sites_of_the_corpus_ask_the_same() {
    let sites = corpus::load().unwrap();
    let mut titles = BTreeSet::new();
    for site in &sites {
        for row in &site.rows {
            let asked = format!("{} {:?}", Title(site, row), site.files);
            assert!(titles.insert(asked), "twice: {}", Title(site, row));
        }
    }
}
