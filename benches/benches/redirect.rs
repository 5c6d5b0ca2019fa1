//! Other forms of pages: `/about.html` to `/about`.

mod common;

use criterion::{Criterion, criterion_group, criterion_main};
use trailmark_benches::requests::Mix;

fn bench(criterion: &mut Criterion) {
    common::measure(criterion, "redirect", Mix::Redirect);
}

criterion_group!(benches, bench);
criterion_main!(benches);
