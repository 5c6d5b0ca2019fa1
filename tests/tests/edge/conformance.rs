//! Every recorded answer of the real servers, through the service and over real HTTP.

use std::sync::{Arc, Mutex};

use super::http1;
use super::kit::request;
use super::recorded::{
    Got, GroupFiles, OracleWorker, Recorded, ask, twin_of_head, whole, with_body_of_twin, with_worker,
};
use bytes::Bytes;
use http::Request;
use http_body_util::Empty;
use hyper::client::conn::http1::SendRequest;
use rayon::prelude::*;
use serde_json::Value;
use tokio::runtime::Runtime;
use trailmark::ManifestFile;
use trailmark_compiler::config::routes_json;
use trailmark_compiler::options::Platform;
use trailmark_compiler::router::{Router, ScriptFirst};
use trailmark_compiler::{RoutingOptions, SiteRules, manifest_with_rules};
use trailmark_edge::{Edge, EdgeOptions, LiveSite, Site, SiteFiles, SiteService};
use trailmark_tests::conformance::{Group, RecordedRequest, SUITES, load};

/// The suites of whole answers. `pages-routes` says only who answers, and has a test of its own; `url-normalize` is about parsing, and
/// no answer shows what came of it.
fn suites() -> impl Iterator<Item = &'static str> {
    SUITES.into_iter().filter(|name| !name.starts_with("pages-routes") && *name != "url-normalize")
}

/// The cases of a group: configuration, request, recorded answer.
fn cases(group: &Group) -> impl Iterator<Item = (usize, &RecordedRequest, &Value)> {
    let rows = group.results.as_array().into_iter().flatten().enumerate();
    rows.flat_map(move |(config, row)| {
        let row = row.as_array().into_iter().flatten();
        group.requests.iter().zip(row).map(move |(request, result)| {
            let recorded = result.as_u64().and_then(|index| group.outcomes.get(index as usize));
            (config, request, recorded.unwrap_or(&Value::Null))
        })
    })
}

#[derive(Default)]
struct Sum {
    equal: usize,
    total: usize,
    on_disk: usize,
    differences: Vec<String>,
}

impl Sum {
    fn record(&mut self, difference: Option<String>) {
        self.total += 1;
        self.equal += usize::from(difference.is_none());
        self.differences.extend(difference.filter(|_| self.differences.len() < 5));
    }

    fn add(mut self, other: Sum) -> Sum {
        self.equal += other.equal;
        self.total += other.total;
        self.on_disk += other.on_disk;
        self.differences.extend(other.differences);
        self.differences.truncate(5);
        self
    }
}

fn reports_no_difference(what: &str, suite: &str, sum: &Sum) -> bool {
    println!("{what} {suite} {}/{}, {} from files on disk", sum.equal, sum.total, sum.on_disk);
    for difference in &sum.differences {
        println!("{difference}\n");
    }
    assert!(sum.total > 0, "{suite} is empty");
    sum.equal == sum.total
}

#[test]
fn every_recorded_answer_comes_out_of_the_service() {
    let runtime = Runtime::new().unwrap();
    let mut all_equal = true;
    for name in suites() {
        let suite = load(name).unwrap();
        let edge = Edge::new(EdgeOptions::default());
        let through = |group: &Group| group_through_service(&runtime, &edge, group);
        let sum = suite.groups.par_iter().map(through).reduce(Sum::default, Sum::add);
        all_equal &= reports_no_difference("service", name, &sum);
        assert_eq!(edge.counters().files_that_do_not_fit.get(), 0);
        assert_eq!(edge.counters().bad_requests.get(), 0);
    }
    assert!(all_equal, "answers differ from the recorded ones; see above");
}

/// Sites are compiled outside the runtime: while compiling, a thread may take up another group, and that must not happen inside it.
fn group_through_service(runtime: &Runtime, edge: &Edge, group: &Group) -> Sum {
    let files = GroupFiles::write(group);
    let mut sum = Sum::default();
    for number in 0..group.configs.len() {
        let mut site = Recorded::new(edge, group, &group.configs[number], &files);
        runtime.block_on(async {
            for (_, request, recorded) in cases(group).filter(|(config, ..)| *config == number) {
                let asked = site.request(request).unwrap();
                let got = ask(&mut site.service, asked).await;
                sum.record(site.difference(request, recorded, &got));
                sum.on_disk += usize::from(files.is_on_disk());
            }
        });
    }
    sum
}

#[test]
fn every_recorded_answer_comes_over_real_http() {
    let mut all_equal = true;
    for name in suites() {
        let suite = load(name).unwrap();
        let edge = Edge::new(EdgeOptions::default());
        let over_http = |group: &Group| group_over_http(&edge, group);
        let sum = suite.groups.par_iter().map(over_http).reduce(Sum::default, Sum::add);
        all_equal &= reports_no_difference("HTTP", name, &sum);
    }
    assert!(all_equal, "answers differ from the recorded ones; see above");
}

/// A server, a connection to it, and the service that answers now.
struct Http {
    cell: Arc<Mutex<SiteService<OracleWorker>>>,
    client: SendRequest<Empty<Bytes>>,
}

impl Http {
    async fn start(service: SiteService<OracleWorker>) -> Http {
        let cell = Arc::new(Mutex::new(service));
        let address = http1::serve(Arc::clone(&cell)).await;
        Http { cell, client: http1::connect(address).await }
    }

    async fn ask(&mut self, request: Request<Empty<Bytes>>) -> Got {
        self.client.ready().await.unwrap();
        let got = whole(self.client.send_request(request).await.unwrap()).await;
        assert!(got.headers.contains_key("date"), "{got:?}");
        got
    }
}

/// The group's sites are compiled outside the runtime, as above; all are asked over one connection.
fn group_over_http(edge: &Edge, group: &Group) -> Sum {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let files = GroupFiles::write(group);
    let mut http = None;
    let mut sum = Sum::default();
    for number in 0..group.configs.len() {
        let site = Recorded::new(edge, group, &group.configs[number], &files);
        runtime.block_on(async {
            let http = match &mut http {
                None => http.insert(Http::start(site.service.clone()).await),
                Some(http) => {
                    *http.cell.lock().unwrap() = site.service.clone();
                    http
                }
            };
            for (_, request, recorded) in cases(group).filter(|(config, ..)| *config == number) {
                let asked = site.request(request).unwrap();
                let twin = twin_of_head(&asked);
                let mut got = http.ask(asked).await;
                if let Some(twin) = twin {
                    got = with_body_of_twin(got, http.ask(twin).await);
                }
                sum.record(site.difference(request, recorded, &got));
                sum.on_disk += usize::from(files.is_on_disk());
            }
        });
    }
    sum
}

#[test]
fn functions_are_asked_where_routes_json_says() {
    let runtime = Runtime::new().unwrap();
    let edge = Edge::new(EdgeOptions::default());
    for name in ["pages-routes", "pages-routes-random"] {
        let suite = load(name).unwrap();
        let mut sum = Sum::default();
        for group in suite.groups.iter().filter(|group| group.valid) {
            let mut service = with_worker(SiteService::new(LiveSite::new(&edge, site_with_routes(group))));
            let results = group.results.as_array().into_iter().flatten();
            for (path, result) in suite.paths.iter().zip(results) {
                let got =
                    runtime.block_on(ask(&mut service, request("GET", path, &[("host", "example.com")])));
                let is_function = got.headers.contains_key("x-oracle-by");
                let differs = result.as_u64() != Some(is_function.into());
                sum.record(differs.then(|| {
                    format!("{} {path}\n  routes   {}\n  recorded {result}", group.id, group.routes)
                }));
            }
        }
        assert!(reports_no_difference("service", name, &sum), "answers differ; see above");
    }
}

/// A site on Pages without files.
fn site_with_routes(group: &Group) -> Site {
    let routes = routes_json::parse(&group.routes.to_string()).unwrap();
    let router = Router { has_script: true, first: ScriptFirst::Routes(routes), navigation: false };
    let rules = SiteRules { router, ..SiteRules::default() };
    let options = RoutingOptions { platform: Platform::Pages, ..RoutingOptions::default() };
    let bytes = manifest_with_rules(Vec::new(), options, &rules).unwrap();
    Site::new(ManifestFile::from_bytes(bytes).unwrap(), SiteFiles::memory([]))
}
