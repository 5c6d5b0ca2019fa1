//! Every truncation and every changed byte of small manifests that use every section: an error, or safe answers.
//!
//! The test changes each byte to ten other values; with `TRAILMARK_TORTURE` set (`cargo xtask torture`), to all 255.

use std::time::{Duration, Instant};

use rayon::prelude::*;
use trailmark::Manifest;
use trailmark::format;
use trailmark_tests::mutate::{HOST_TARGETS, SAMPLE_TARGETS, interrogate, reseal, sample_manifests};

use crate::torture;

/// No single case may take anywhere near as long; a loop that does not end would.
const TOO_LONG: Duration = Duration::from_secs(20);

/// The values that a byte is changed to: each bit flipped, all bits off and on; under torture all of them.
fn other_values(byte: u8) -> Vec<u8> {
    let mut values: Vec<u8> = if torture::is_on() {
        (0..=u8::MAX).collect()
    } else {
        (0..8).map(|bit| byte ^ 1 << bit).chain([0, u8::MAX]).collect()
    };
    values.retain(|&value| value != byte);
    values
}

/// The targets that are asked about a byte changed to a value: all; under torture a third, another for each value.
fn targets_for(value: u8) -> Vec<&'static str> {
    let (start, step) = if torture::is_on() { (usize::from(value % 3), 3) } else { (0, 1) };
    SAMPLE_TARGETS.into_iter().chain(HOST_TARGETS).skip(start).step_by(step).collect()
}

/// Opens damaged bytes and, if that works, asks everything. Says whether it was refused.
fn try_all(bytes: &[u8], targets: &[&str], what: &str) -> bool {
    let started = Instant::now();
    let opened = Manifest::open(bytes);
    if let Ok(manifest) = &opened {
        interrogate(manifest, targets);
    }
    assert!(started.elapsed() < TOO_LONG, "{what} took {:?}", started.elapsed());
    opened.is_err()
}

fn detected(bytes: &[u8]) -> bool {
    Manifest::open(bytes).is_err_and(|error| !error.to_string().is_empty())
        || Manifest::open(bytes).is_ok_and(|manifest| manifest.verify().is_err())
}

#[test]
fn sample_manifests_use_every_section() {
    let manifests = sample_manifests();
    for kind in 1.. {
        let name = format::section_name(kind);
        if name == "unknown" {
            assert!(kind > 20);
            break;
        }
        let longest = manifests.iter().map(|bytes| {
            let manifest = Manifest::open(bytes).unwrap();
            manifest.verify().unwrap();
            manifest
                .sections()
                .filter(|section| section.0 == name)
                .map(|section| section.2)
                .max()
                .unwrap_or(0)
        });
        assert!(longest.max() > Some(0), "no manifest has anything in section {name}");
    }
}

#[test]
fn every_truncation_is_refused_or_leaves_safe_answers() {
    for bytes in sample_manifests() {
        (0..bytes.len()).into_par_iter().for_each(|len| {
            assert!(Manifest::open(&bytes[..len]).is_err(), "cut at {len}");
            let mut cut = bytes[..len].to_vec();
            reseal(&mut cut);
            try_all(&cut, &SAMPLE_TARGETS, &format!("cut at {len} and sealed again"));
        });
    }
}

#[test]
fn every_changed_byte_is_refused_or_found_by_verify() {
    let mut cases = 0;
    for bytes in sample_manifests() {
        cases += (0..bytes.len())
            .into_par_iter()
            .map(|at| {
                let mut damaged = bytes.clone();
                let values = other_values(bytes[at]);
                for &value in &values {
                    damaged[at] = value;
                    assert!(detected(&damaged), "byte {at} changed to {value:#04x}");
                }
                values.len()
            })
            .sum::<usize>();
    }
    println!("{cases} single-byte changes, all found");
}

#[test]
fn every_changed_byte_that_gets_past_the_checksums_leaves_safe_answers() {
    let (mut cases, mut refused) = (0, 0);
    for bytes in sample_manifests() {
        let counts = (0..bytes.len()).into_par_iter().map(|at| {
            let mut damaged = bytes.clone();
            let values = other_values(bytes[at]);
            let refused = values.iter().filter(|&&value| {
                damaged.copy_from_slice(&bytes);
                damaged[at] = value;
                reseal(&mut damaged);
                try_all(&damaged, &targets_for(value), &format!("byte {at} changed to {value:#04x}"))
            });
            (refused.count(), values.len())
        });
        let (no, all) = counts.reduce(|| (0, 0), |a, b| (a.0 + b.0, a.1 + b.1));
        (cases, refused) = (cases + all, refused + no);
    }
    println!("{cases} single-byte changes behind sound checksums, {refused} refused at open, none unsafe");
}
