//! Percent-encoded paths: decoded, and redirected where they need not be encoded.

mod common;

use criterion::{Criterion, criterion_group, criterion_main};
use trailmark_benches::requests::Mix;

fn bench(criterion: &mut Criterion) {
    common::measure(criterion, "encoded", Mix::Encoded);
}

criterion_group!(benches, bench);
criterion_main!(benches);
