//! Canonical URLs: the file is served.

mod common;

use criterion::{Criterion, criterion_group, criterion_main};
use trailmark_benches::requests::Mix;

fn bench(criterion: &mut Criterion) {
    common::measure(criterion, "hit", Mix::Hit);
}

criterion_group!(benches, bench);
criterion_main!(benches);
