//! A second reader of manifests, written from `docs/FORMAT.md` alone: its numbers are those of the page, and it shares no code
//! with the runtime but XXH3. Where both give the same answers, the page tells enough to write one in another language.

use proptest::prelude::*;
use trailmark::key::path_key as xxh3;
use trailmark::{Manifest, RequestPath, Scratch};
use trailmark_compiler::manifest_of;
use trailmark_tests::conformance::assets_of;
use trailmark_tests::reference::{
    decode_segments, decode_whole, encode_segments, pages_location, parse_target,
};

use crate::random_sites::{config, draft, files, options};

struct PlainReader<'a> {
    bytes: &'a [u8],
}

/// Status, location, path of the asset, and the rule's name where the manifest says it.
type Said = (u16, Option<String>, Option<String>, Option<String>);

const SUFFIXES: [&str; 8] =
    ["", "/", ".html", "/index", "/index.html", "/index/", "/index/index", "/index/index.html"];

impl<'a> PlainReader<'a> {
    fn open(bytes: &'a [u8]) -> Self {
        let reader = PlainReader { bytes };
        assert_eq!(&bytes[..8], b"\x89TRL\r\n\x1A\n");
        assert_eq!(reader.number(8, 4), 1);
        assert_eq!(reader.number(16, 8), bytes.len() as u64);
        let table = &bytes[128..128 + 24 * reader.number(12, 4) as usize];
        assert_eq!(reader.number(120, 8), xxh3(table, xxh3(&bytes[..120], 0)));
        assert_eq!(reader.number(96, 8), xxh3(&bytes[128..], 0));
        reader
    }

    fn number(&self, at: usize, len: usize) -> u64 {
        self.bytes[at..at + len].iter().rev().fold(0, |number, &byte| number << 8 | u64::from(byte))
    }

    fn section(&self, kind: u64) -> (usize, usize) {
        let entries = (0..self.number(12, 4) as usize).map(|position| 128 + 24 * position);
        let found = entries.into_iter().find(|&at| self.number(at, 4) == kind);
        found.map_or((0, 0), |at| (self.number(at + 8, 8) as usize, self.number(at + 16, 8) as usize))
    }

    fn string(&self, offset: u64, len: u64) -> &'a str {
        let start = self.section(9).0 + offset as usize;
        std::str::from_utf8(&self.bytes[start..start + len as usize]).unwrap()
    }

    fn stem_at(&self, slot: usize) -> Option<&'a str> {
        let at = self.section(2).0 + 64 * slot;
        match self.number(at, 2) {
            0xFFFF => None,
            len if len <= 56 => std::str::from_utf8(&self.bytes[at + 8..at + 8 + len as usize]).ok(),
            len => Some(self.string(self.number(at + 8, 8), len)),
        }
    }

    /// The slot of a stem, if it is there.
    fn slot_of(&self, stem: &str) -> Option<usize> {
        let (index, _) = self.section(1);
        let [parts, buckets, slots] = [0, 4, 8].map(|at| self.number(index + at, 4));
        if parts == 0 {
            return None;
        }
        let product = |a: u64, b: u64| u128::from(a) * u128::from(b);
        let (high, low) = (|a, b| (product(a, b) >> 64) as u64, |a, b| product(a, b) as u64);
        let key = xxh3(stem.as_bytes(), self.number(24, 8));
        let part = high(key, parts);
        let bucket = part * buckets + high(low(key, parts), buckets);
        let pilot = u64::from(self.bytes[index + 32 + bucket as usize]);
        let mixed = (key ^ pilot.wrapping_mul(0x9E37_79B9_7F4A_7C15)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let slot = (part * slots + high(mixed, slots)) as usize;
        let tag = self.bytes[self.section(20).0 + slot];
        let same_tag = tag == (key as u8).max(1);
        let found = self.stem_at(slot).filter(|found| *found == stem);
        assert!(found.is_none() || same_tag, "the tag of a stem that is there must fit");
        (same_tag && found.is_some()).then_some(slot)
    }

    /// Action, rule, and what the action is about: an asset, or a site path.
    fn entry(&self, stem: &str, form: usize) -> Option<(u64, u64, u64, String)> {
        let slot = self.section(2).0 + 64 * self.slot_of(stem)?;
        let base = self.number(slot + 4, 4);
        match self.number(slot + 2, 2) {
            0xFFFF => {
                let at = self.section(7).0 + 192 * base as usize + 24 * form;
                let target = match self.number(at, 1) {
                    2 => self.string(self.number(at + 8, 8), self.number(at + 16, 4)).to_owned(),
                    _ => String::new(),
                };
                Some((self.number(at, 1), self.number(at + 2, 2), self.number(at + 4, 4), target))
            }
            shape => {
                let at = self.section(3).0 + 64 * shape as usize + 8 * form;
                let argument = self.number(at + 1, 1);
                let target = SUFFIXES.get(argument as usize).map(|suffix| format!("{stem}{suffix}"));
                Some((
                    self.number(at, 1),
                    self.number(at + 2, 2),
                    base + argument,
                    target.unwrap_or_default(),
                ))
            }
        }
    }

    fn asset_path(&self, index: u64) -> String {
        let at = self.section(4).0 + 48 * index as usize;
        let stem = self.stem_at(self.number(at + 44, 4) as usize).unwrap();
        format!("{stem}{}", SUFFIXES[self.number(at + 38, 1) as usize])
    }

    fn rule_name(&self, id: u64) -> Option<String> {
        let (start, len) = self.section(8);
        let found = (start..start + len).step_by(16).find(|&at| self.number(at, 2) == id)?;
        Some(self.string(self.number(found + 8, 8), self.number(found + 2, 2)).to_owned())
    }

    fn nearest_404(&self, site_path: &str) -> Option<u64> {
        let (start, len) = self.section(6);
        let (mask, longest, probe) =
            (self.number(start, 8), self.number(start + 8, 4), self.number(start + 12, 4));
        let entries = (len - 16) as u64 / 24;
        let mut folder = site_path;
        while let Some(cut) = folder.rfind('/') {
            folder = &folder[..cut];
            let depth = folder.matches('/').count().min(63);
            if folder.is_empty() || mask >> depth & 1 == 0 || folder.len() as u64 > longest {
                continue;
            }
            let key = xxh3(folder.as_bytes(), self.number(24, 8));
            for step in 0..=probe {
                let at = start + 16 + 24 * ((key.wrapping_add(step)) % entries) as usize;
                let asset = self.number(at + 20, 4);
                if asset == 0xFFFF_FFFF {
                    break;
                }
                if self.number(at, 8) == key
                    && self.string(self.number(at + 8, 8), self.number(at + 16, 4)) == folder
                {
                    return Some(asset);
                }
            }
        }
        Some(self.number(44, 4)).filter(|&asset| asset != 0xFFFF_FFFF)
    }

    fn get(&self, target: &[u8]) -> Option<Said> {
        let (path, query) = parse_target(target)?;
        let is_whole = self.number(35, 1) == 1;
        let site_path = if is_whole { decode_whole(&path) } else { decode_segments(&path) };
        // The longest suffix wins; the bare form always fits.
        let fitting = (0..8).filter(|&form| site_path.ends_with(SUFFIXES[form]));
        let form = fitting.max_by_key(|&form| SUFFIXES[form].len())?;
        let stem = &site_path[..site_path.len() - SUFFIXES[form].len()];
        let flags = self.number(38, 2);
        let served = |status, asset, rule| {
            let canonical = encode_segments(&site_path);
            if flags & 1 != 0 && canonical != path {
                let location = Some(canonical + &query);
                return (self.number(36, 2) as u16, location, None, None);
            }
            (status, None, Some(self.asset_path(asset)), rule)
        };
        Some(match self.entry(stem, form) {
            Some((1, rule, asset, _)) => served(200, asset, self.rule_name(rule)),
            Some((2, rule, _, to)) => self.redirect(&to, &query, self.rule_name(rule)),
            _ if flags & 2 != 0 && site_path.ends_with("/index/") => {
                self.redirect(&site_path[..site_path.len() - "index/".len()], &query, None)
            }
            _ if flags & 2 != 0 && site_path.ends_with("/index") => {
                self.redirect(&site_path[..site_path.len() - "index".len()], &query, None)
            }
            _ => {
                let single = Some(self.number(40, 4)).filter(|&asset| asset != 0xFFFF_FFFF);
                let (page, single) = match self.number(34, 1) {
                    0 => (None, None),
                    1 => (self.nearest_404(&site_path), None),
                    2 => (None, single),
                    _ => (self.nearest_404(&site_path), single),
                };
                match (page, single) {
                    (Some(asset), _) => served(404, asset, None),
                    (None, Some(asset)) => served(200, asset, None),
                    (None, None) => (404, None, None, None),
                }
            }
        })
    }

    fn redirect(&self, to: &str, query: &str, rule: Option<String>) -> Said {
        let location = match self.number(33, 1) {
            1 => Some(encode_segments(to) + query),
            _ => pages_location(&format!("{to}{query}")),
        };
        if location.is_some() {
            (self.number(36, 2) as u16, location, None, rule)
        } else {
            (500, None, None, None)
        }
    }
}

proptest! {
    #![proptest_config(config(1000))]

    #[test]
    fn a_reader_written_from_the_format_page_gives_the_same_answers(
        files in files(),
        options in options(),
        drafts in prop::collection::vec(draft(), 1..32),
    ) {
        let bytes = manifest_of(assets_of(&files), options).unwrap();
        let manifest = Manifest::open(&bytes).unwrap();
        let reader = PlainReader::open(&bytes);
        let mut scratch = Scratch::new();
        for draft in drafts {
            let target = draft.target(&files);
            let Ok(request) = RequestPath::parse(&target, &mut scratch) else { continue };
            let answer = manifest.lookup(&request);
            let (status, location, asset, rule) = reader.get(&target).unwrap();
            let shown = target.escape_ascii().to_string();
            prop_assert_eq!(status, answer.status(), "{}", &shown);
            prop_assert_eq!(location, answer.location().map(|location| location.to_string()), "{}", &shown);
            prop_assert_eq!(asset, answer.asset().map(|asset| asset.site_path().to_string()), "{}", &shown);
            if let Some(rule) = rule {
                prop_assert_eq!(rule, manifest.rule_name(answer.rule()), "{}", &shown);
            }
        }
        for asset in manifest.assets() {
            prop_assert_eq!(reader.asset_path(asset.index().into()), asset.site_path().to_string());
        }
    }
}
