//! Which keys belong where, and which one a misspelt key was probably meant to be.
//!
//! Given: a key and the object it stands in. Gives: the key that was meant, if one is near enough. Wrangler
//! has many more keys than these, so a key that is near none of them says nothing.

use super::tree::Object;
use super::{ConfigWarning, Source};

/// The keys of the top level that matter here.
const TOP: [&str; 6] =
    ["assets", "compatibility_date", "compatibility_flags", "env", "main", "pages_build_output_dir"];
/// Those of them that an environment can have too.
const ENVIRONMENT: [&str; 4] = ["assets", "compatibility_date", "compatibility_flags", "main"];
/// All keys of `assets`.
const ASSETS: [&str; 5] = ["binding", "directory", "html_handling", "not_found_handling", "run_worker_first"];
/// Those of them that mean nothing in any other object of a configuration.
const ASSETS_ONLY: [&str; 3] = ["html_handling", "not_found_handling", "run_worker_first"];

/// The kind of object in which a key stands.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Scope {
    Top,
    Environment,
    Assets,
}

/// Warns of the keys of `object` that are repeated, misspelt or misplaced. `prefix` is what precedes a key's
/// name in messages: empty, or the keys the object lies in, each with a `.`.
pub(super) fn check(
    source: &Source<'_>,
    object: &Object,
    scope: Scope,
    prefix: &str,
    warnings: &mut Vec<ConfigWarning>,
) {
    for (index, member) in object.members.iter().enumerate() {
        let key = format!("{prefix}{}", member.key);
        let at = || source.position(member.offset);
        if own_keys(scope).contains(&member.key.as_str()) {
            if object.members.iter().take(index).any(|before| before.key == member.key) {
                warnings.push(ConfigWarning::RepeatedKey { at: at(), key });
            }
            continue;
        }
        let suggestion = suggest(&member.key, scope, prefix);
        // Only `assets` is known completely.
        if suggestion.is_some() || scope == Scope::Assets {
            warnings.push(ConfigWarning::UnknownKey { at: at(), key, suggestion });
        }
    }
}

fn own_keys(scope: Scope) -> &'static [&'static str] {
    match scope {
        Scope::Top => &TOP,
        Scope::Environment => &ENVIRONMENT,
        Scope::Assets => &ASSETS,
    }
}

/// The full name of the key that `key` was probably meant to be: the nearest of this object's keys, else one
/// that belongs in another place.
fn suggest(key: &str, scope: Scope, prefix: &str) -> Option<String> {
    if let Some(own) = nearest(key, own_keys(scope)) {
        return Some(format!("{prefix}{own}"));
    }
    let outside = || match scope {
        Scope::Top => None,
        Scope::Environment => Some(""),
        Scope::Assets => prefix.strip_suffix("assets."),
    };
    let elsewhere = if scope == Scope::Assets { None } else { nearest(key, &ASSETS_ONLY) };
    match elsewhere {
        Some(name) => Some(format!("{prefix}assets.{name}")),
        None => outside().filter(|_| TOP.contains(&key)).map(|outer| format!("{outer}{key}")),
    }
}

/// The nearest of `candidates`, if it differs by at most a third of its letters (at least one) when case, `_`
/// and `-` are ignored.
fn nearest(key: &str, candidates: &[&'static str]) -> Option<&'static str> {
    let plain_key = plain(key);
    let distances = candidates.iter().map(|candidate| {
        let plain_candidate = plain(candidate);
        let allowed = (plain_candidate.len() / 3).max(1);
        (strsim::osa_distance(&plain_key, &plain_candidate), allowed, *candidate)
    });
    let near = distances.filter(|(distance, allowed, _)| distance <= allowed);
    near.min_by_key(|(distance, ..)| *distance).map(|(.., candidate)| candidate)
}

fn plain(key: &str) -> String {
    key.chars().filter(|char| !matches!(char, '_' | '-')).flat_map(char::to_lowercase).collect()
}
