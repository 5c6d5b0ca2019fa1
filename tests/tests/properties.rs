//! Properties that hold for every site and every path, tried on random ones (`random_sites.rs`).

use std::sync::LazyLock;

use proptest::prelude::*;
use proptest::sample::{Index, select};
use trailmark::{Manifest, RequestPath, Scratch};
use trailmark_compiler::options::{HtmlHandling, Platform};
use trailmark_compiler::resolve::{self, Outcome};
use trailmark_compiler::{AssetFile, RoutingOptions, Site, manifest_of, manifest_with_rules};
use trailmark_tests::conformance::assets_of;
use trailmark_tests::judge::looked_up;
use trailmark_tests::mutate::{interrogate, reseal};
use trailmark_tests::reference::{self, Answer, Found};

use crate::random_sites::{config, draft, files, files_on_disk, options};
use crate::requests::configured;

// -- The judges ------------------------------------------------------------------------------------------------------

fn shown(bytes: &[u8]) -> String {
    bytes.escape_ascii().to_string()
}

proptest! {
    #![proptest_config(config(1500))]

    #[test]
    fn the_encoded_manifest_answers_every_path_as_rules_and_reference_do(
        files in files(),
        options in options(),
        drafts in prop::collection::vec(draft(), 1..32),
    ) {
        let bytes = manifest_of(assets_of(&files), options).unwrap();
        let manifest = Manifest::open(&bytes).unwrap();
        manifest.verify().unwrap();
        let site = Site::new(assets_of(&files), options);
        let mut scratch = Scratch::new();
        for draft in drafts {
            let target = draft.target(&files);
            let expected = reference::answer(&site, &target);
            let found = looked_up(&manifest, &target, &mut scratch);
            prop_assert_eq!(found, expected, "{} with {:?}", shown(&target), options);
        }
    }
}

proptest! {
    #![proptest_config(config(1500))]

    #[test]
    fn the_rule_table_says_what_the_prose_says(
        files in files(),
        options in options(),
        drafts in prop::collection::vec(draft(), 1..32),
    ) {
        let site = Site::new(assets_of(&files), options);
        for draft in drafts {
            let target = draft.target(&files);
            let Some((path, _)) = reference::parse_target(&target) else { continue };
            let decoded = match options.platform {
                Platform::Workers => reference::decode_segments(&path),
                Platform::Pages => reference::decode_whole(&path),
            };
            let by_table = resolve::resolve(&site, &decoded).map(|hit| match hit.outcome {
                Outcome::Serve(asset) => Found::File(site.path_of(asset).to_owned()),
                redirect => Found::Redirect(redirect.target(&decoded).unwrap_or_default()),
            });
            let by_prose = reference::html_handling(&site, &decoded, true);
            prop_assert_eq!(by_table, by_prose, "{} with {:?}", decoded, options);
        }
    }

    #[test]
    fn a_redirect_leads_to_an_answer_or_into_a_chain_that_the_platform_has(
        files in files_on_disk(),
        options in options(),
        drafts in prop::collection::vec(draft(), 1..32),
    ) {
        let bytes = manifest_of(assets_of(&files), options).unwrap();
        let manifest = Manifest::open(&bytes).unwrap();
        let site = Site::new(assets_of(&files), options);
        for draft in drafts {
            let chain = follow(&manifest, &draft.target(&files));
            if let Err(reason) = check_chain(&site, &chain) {
                prop_assert!(false, "{reason} with {options:?}: {chain:#?}");
            }
        }
    }
}

/// A request and every redirect after it, as a browser follows them. Stops at a target that it saw before, and at one that
/// a browser takes for another host.
fn follow<'m>(manifest: &'m Manifest<'_>, target: &[u8]) -> Vec<(String, Answer<'m>)> {
    let mut scratch = Scratch::new();
    let mut target = target.to_vec();
    let mut chain: Vec<(String, Answer<'m>)> = Vec::new();
    while let Some(answer) = looked_up(manifest, &target, &mut scratch) {
        let seen = chain.iter().any(|(path, _)| path.as_bytes() == target);
        chain.push((String::from_utf8_lossy(&target).into_owned(), answer.clone()));
        match answer.location {
            Some(location) if !seen && !location.starts_with("//") => target = location.into_bytes(),
            _ => break,
        }
    }
    chain
}

fn check_chain(site: &Site, chain: &[(String, Answer<'_>)]) -> Result<(), &'static str> {
    let [(first_path, first), .., (_, last)] = chain else { return Ok(()) };
    let hops = chain.len() - 1;
    if site.options.platform == Platform::Pages {
        // Each `/index` at the end goes by a redirect of its own, whether or not anything exists; then come at most the page
        // without its slash, and where `%` or blanks in names are lost on the way, wherever that leads.
        let indices = first_path.to_lowercase().matches("index").count();
        return if last.location.is_none() && hops <= 3 + indices { Ok(()) } else { Err("it does not end") };
    }
    if first.rule != "workers/canonical-encoding" {
        // The rules make the target from the decoded path and look at it as it is; slashes collapse when it is requested.
        let target = reference::decode_whole(without_query(first));
        if !matches!(reference::html_handling(site, &target, false), Some(Found::File(_))) {
            return Err("with redirects off, the target shows nothing");
        }
    }
    if last.location.is_some() {
        // A file that is called just `.html` is the page of the folder `//`, and `//` is its own canonical place.
        let nameless = site.assets.iter().any(|asset| asset.site_path.ends_with("/.html"));
        let forced = site.options.html_handling == HtmlHandling::ForceTrailingSlash;
        let ends_in_two = without_query(last).ends_with("//");
        return if forced && nameless && ends_in_two { Ok(()) } else { Err("it does not end") };
    }
    let most = match site.options.html_handling {
        HtmlHandling::AutoTrailingSlash | HtmlHandling::DropTrailingSlash => 3,
        HtmlHandling::ForceTrailingSlash => 2,
        HtmlHandling::None => 1,
    };
    if hops > most {
        return Err("too many hops");
    }
    let to_canonical_miss = hops == 1 && first.rule == "workers/canonical-encoding";
    if last.status == 200 || to_canonical_miss { Ok(()) } else { Err("it leads to a miss") }
}

/// The path of an answer's location.
fn without_query<'l>(answer: &'l Answer<'_>) -> &'l str {
    answer.location.as_deref().and_then(|location| location.split('?').next()).unwrap_or_default()
}

// -- Bytes -----------------------------------------------------------------------------------------------------------

fn pool(threads: usize) -> rayon::ThreadPool {
    rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap()
}

static POOLS: LazyLock<[rayon::ThreadPool; 3]> = LazyLock::new(|| [pool(1), pool(2), pool(4)]);

proptest! {
    #![proptest_config(config(250))]

    #[test]
    fn any_input_order_and_any_number_of_threads_give_the_same_bytes(
        (sorted, shuffled) in files().prop_flat_map(|files| {
            let assets = assets_of(&files);
            (Just(assets.clone()), Just(assets).prop_shuffle())
        }),
        options in options(),
    ) {
        let expected = manifest_of(sorted, options).unwrap();
        for pool in POOLS.iter() {
            let bytes = pool.install(|| manifest_of(shuffled.clone(), options)).unwrap();
            prop_assert!(bytes == expected, "with {} threads", pool.current_num_threads());
        }
    }
}

#[test]
fn a_site_with_several_index_parts_has_the_same_bytes_with_any_number_of_threads() {
    let asset = |number: u32| AssetFile {
        site_path: format!("/posts/{number}.html"),
        size: number.into(),
        fingerprint: trailmark_tests::sites::sha256(&number.to_le_bytes()),
    };
    let assets: Vec<AssetFile> = (0..70_000).map(asset).collect();
    let options = RoutingOptions::default();
    let [first, rest @ ..] = &*POOLS;
    let expected = first.install(|| manifest_of(assets.clone(), options)).unwrap();
    for pool in rest {
        let reversed = assets.iter().rev().cloned().collect();
        assert!(pool.install(|| manifest_of(reversed, options)).unwrap() == expected);
    }
}

// -- Any bytes -------------------------------------------------------------------------------------------------------

proptest! {
    #![proptest_config(config(3000))]

    #[test]
    fn parsing_takes_any_bytes_and_changes_nothing_the_second_time(
        target in prop_oneof![
            prop::collection::vec(any::<u8>(), 0..64),
            prop::collection::vec(select(&b"/\\.%2eE?#\t\r\n \x00\x7f\xc3\xa9'\"^|a"[..]), 0..32)
                .prop_map(|bytes| [b"/", bytes.as_slice()].concat()),
        ],
    ) {
        let mut scratch = Scratch::new();
        let parsed = RequestPath::parse(&target, &mut scratch).map(|request| (request.path().to_owned(), request.query().to_owned()));
        prop_assert_eq!(parsed.clone().ok(), reference::parse_target(&target), "{}", shown(&target));
        let Ok((path, query)) = parsed else { return Ok(()) };
        let again = format!("{path}{query}");
        let mut scratch = Scratch::new();
        let second = RequestPath::parse(&again, &mut scratch).map(|request| (request.path().to_owned(), request.query().to_owned()));
        prop_assert_eq!(second, Ok((path, query)), "{}", shown(&target));
    }
}

/// Damage to the bytes of a manifest.
#[derive(Debug, Clone)]
enum Damage {
    Byte(Index, u8),
    Number(Index, u32),
    Copy(Index, Index, usize),
    Cut(Index),
    Append(Vec<u8>),
}

fn damage() -> impl Strategy<Value = Damage> {
    let extreme =
        prop_oneof![select(&[0, 1, 2, 0x7FFF_FFFF, 0x8000_0000, u32::MAX - 1, u32::MAX][..]), any::<u32>()];
    prop_oneof![
        6 => (any::<Index>(), any::<u8>()).prop_map(|(at, byte)| Damage::Byte(at, byte)),
        6 => (any::<Index>(), extreme).prop_map(|(at, number)| Damage::Number(at, number)),
        3 => (any::<Index>(), any::<Index>(), 1usize..128).prop_map(|(from, to, len)| Damage::Copy(from, to, len)),
        1 => any::<Index>().prop_map(Damage::Cut),
        1 => prop::collection::vec(any::<u8>(), 1..64).prop_map(Damage::Append),
    ]
}

fn harm(damage: &Damage, bytes: &mut Vec<u8>) {
    let len = bytes.len().max(1);
    match damage {
        Damage::Byte(at, byte) => {
            bytes.iter_mut().skip(at.index(len)).take(1).for_each(|place| *place = *byte)
        }
        Damage::Number(at, number) => {
            let at = at.index(len) & !3;
            bytes.iter_mut().skip(at).zip(number.to_le_bytes()).for_each(|(place, byte)| *place = byte);
        }
        Damage::Copy(from, to, count) => {
            let copied: Vec<u8> = bytes.iter().skip(from.index(len)).take(*count).copied().collect();
            bytes.iter_mut().skip(to.index(len)).zip(copied).for_each(|(place, byte)| *place = byte);
        }
        Damage::Cut(at) => bytes.truncate(at.index(len)),
        Damage::Append(more) => bytes.extend_from_slice(more),
    }
}

proptest! {
    #![proptest_config(config(1500))]

    #[test]
    fn damaged_manifests_are_refused_or_answer_without_panic(
        files in files(),
        options in options(),
        configured in configured(),
        drafts in prop::collection::vec(draft(), 1..8),
        damages in prop::collection::vec(damage(), 1..6),
        resealed in any::<bool>(),
    ) {
        let mut bytes = manifest_with_rules(assets_of(&files), options, &configured.rules(options)).unwrap();
        damages.iter().for_each(|damage| harm(damage, &mut bytes));
        if resealed {
            reseal(&mut bytes);
        }
        if let Ok(manifest) = Manifest::open(&bytes) {
            let targets: Vec<Vec<u8>> = drafts.iter().map(|draft| draft.target(&files)).collect();
            interrogate(&manifest, &targets);
        }
    }
}
