use std::hint::black_box;
use std::time::Instant;

use trailmark::{Request, RequestPath, Scratch};

fn main() {
    let files: Vec<String> = std::env::args().skip(1).map(|file| std::fs::read_to_string(file).unwrap()).collect();
    let site = SITE_HERE;
    let mut scratch = Scratch::new();
    let mut each = |file: usize, answers: bool| {
        let targets: Vec<&str> = files[file].lines().collect();
        let mut rounds: Vec<f64> = (0..31)
            .map(|_| {
                let started = Instant::now();
                for target in &targets {
                    let path = RequestPath::parse(black_box(*target), &mut scratch).unwrap();
                    if answers {
                        black_box(site.answer(&Request::get(path)).status);
                    } else {
                        black_box(site.lookup(&path).status());
                    }
                }
                started.elapsed().as_secs_f64() * 1e9 / targets.len() as f64
            })
            .collect();
        rounds.sort_by(f64::total_cmp);
        rounds[0]
    };
    println!("{} {} {}", each(0, false), each(1, false), each(0, true));
}
