//! What the criterion benchmarks share: one kind of requests at three sizes, for the manifest, a `HashMap` and an automaton.

use std::hint::black_box;
use std::time::Duration;

use criterion::measurement::WallTime;
use criterion::{BenchmarkGroup, BenchmarkId, Criterion, Throughput};
use trailmark::{ManifestFile, Scratch};
use trailmark_benches::contestants::tables::{Tables, Walk};
use trailmark_benches::contestants::trailmark::Trailmark;
use trailmark_benches::contestants::{Buffer, Contestant, automaton, hash_maps, token_of};
use trailmark_benches::corpus::Corpus;
use trailmark_benches::requests::{Mix, Requests, Source};
use trailmark_compiler::{RoutingOptions, manifest_of};

/// Sizes of the sites, in files.
const SIZES: [usize; 3] = [100, 10_000, 100_000];
/// Requests that are asked in turn.
const REQUESTS: usize = 1 << 14;

/// Measures one kind of requests.
pub(crate) fn measure(criterion: &mut Criterion, name: &str, mix: Mix) {
    let mut group = criterion.benchmark_group(name);
    group.throughput(Throughput::Elements(1));
    group.warm_up_time(Duration::from_millis(500)).measurement_time(Duration::from_secs(2));
    for assets in SIZES {
        one_size(&mut group, assets, mix);
    }
    group.finish();
}

fn one_size(group: &mut BenchmarkGroup<'_, WallTime>, assets: usize, mix: Mix) {
    let mut files = Corpus::of(assets - assets / 9).files();
    files.truncate(assets);
    let bytes = manifest_of(files, RoutingOptions::default()).expect("the site is small");
    let file = ManifestFile::from_bytes(bytes).expect("the manifest was just made");
    let manifest = file.manifest();
    let requests = Source::new(manifest, 1).requests(mix, REQUESTS);
    if requests.is_empty() {
        return;
    }
    let (std_map, std_common) = hash_maps::std_map(manifest);
    let (fst_map, fst_common) = automaton::fst_map(manifest).expect("the routes are sorted");
    let std_tables = Tables { table: &std_map, common: &std_common, walk: Walk::OneTable };
    let fst_tables = Tables { table: &fst_map, common: &fst_common, walk: Walk::OneTable };
    let ours = Trailmark(manifest);
    let expected = answers(&ours, &requests);
    run(group, "Trailmark", assets, &ours, &requests, &expected);
    run(group, "HashMap", assets, &std_tables, &requests, &expected);
    run(group, "fst", assets, &fst_tables, &requests, &expected);
}

/// What each request should be answered, found in the slow way.
fn answers(ours: &Trailmark<'_>, requests: &Requests) -> Vec<u64> {
    let (mut scratch, mut buffer) = (Scratch::new(), Buffer::new());
    let records = requests.records(0..requests.len());
    records
        .iter()
        .map(|&record| token_of(&ours.spell(&requests.ask(record, &mut scratch), &mut buffer)))
        .collect()
}

/// One contestant; every answer is checked.
fn run(
    group: &mut BenchmarkGroup<'_, WallTime>,
    name: &str,
    assets: usize,
    contestant: &impl Contestant,
    requests: &Requests,
    expected: &[u64],
) {
    let (mut scratch, mut buffer) = (Scratch::new(), Buffer::new());
    let mut turns = requests.records(0..requests.len()).iter().zip(expected).cycle();
    group.bench_function(BenchmarkId::new(name, assets), |bencher| {
        bencher.iter(|| {
            if let Some((&record, &expected)) = turns.next() {
                let ask = requests.ask(record, &mut scratch);
                assert_eq!(black_box(contestant.answer(&ask, &mut buffer)), expected);
            }
        });
    });
}
