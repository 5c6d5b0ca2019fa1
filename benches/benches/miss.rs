//! Paths that do not exist: the nearest `404.html`, with a walk up the folders.

mod common;

use criterion::{Criterion, criterion_group, criterion_main};
use trailmark_benches::requests::Mix;

fn bench(criterion: &mut Criterion) {
    common::measure(criterion, "miss", Mix::Miss);
}

criterion_group!(benches, bench);
criterion_main!(benches);
