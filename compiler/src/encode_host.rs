//! The section that tells what concerns every path on a host other than Cloudflare's, with the rows of its table where the host reads
//! paths undecoded. Part of `encode.rs`.

use trailmark::RuleId;
use trailmark::format;

use crate::encode::{Strings, put};
use crate::hosts::numbers::number_of;
use crate::hosts::{
    Cleaning, Decoding, Does, Host, HostRule, Policy, Spelling, Want, bad_request_rule, miss_rule, rules_of,
};
use crate::rules::{Name, Place};

/// GitLab Pages looks for the page of `/foo//` as `foo/.html`, in a folder that is there or not; so what is stored for `/foo/` is
/// not its answer.
const ONE_SLASH: &str = "gitlab-pages/slash/page";

/// The bytes of the section.
pub(crate) fn host_section(host: Host, policy: &Policy, strings: &mut Strings) -> Vec<u8> {
    let name = host.as_str();
    let rules: Vec<&HostRule> = rules_of(host).collect();
    let named = |name: &str| rules.iter().find(|rule| rule.name == name).map(|rule| number_of(rule.name));
    let lowers = rules.iter().find(|rule| rule.does == Does::LowerCase).map(|rule| number_of(rule.name));
    let page = miss_rule(host, true).filter(|rule| rule.does == Does::NotFoundPage);
    let numbers = [
        page.map(|rule| number_of(rule.name)),
        miss_rule(host, false).map(|rule| number_of(rule.name)),
        bad_request_rule(host).map(|rule| number_of(rule.name)),
        lowers.filter(|_| policy.ignores_case),
        named(ONE_SLASH),
    ];
    let mut bytes = vec![0; format::HOST_HEADER_LEN];
    put(&mut bytes, 0, &strings.add(name).to_le_bytes());
    put(&mut bytes, 8, &(name.len() as u16).to_le_bytes());
    put(&mut bytes, 10, &flags(policy).to_le_bytes());
    put(&mut bytes, 12, &[decoding(policy.decoding), cleaning(policy.cleaning), spelling(policy.spelling)]);
    for (number, place) in numbers.into_iter().zip((16..).step_by(2)) {
        put(&mut bytes, place, &number.unwrap_or(RuleId(format::NONE_U16)).0.to_le_bytes());
    }
    if matches!(policy.decoding, Decoding::AtLookup | Decoding::AtLookupUri) {
        bytes.extend(rules.iter().filter_map(|rule| row(rule)).flatten());
    }
    bytes
}

fn flags(policy: &Policy) -> u16 {
    let drops_query = if policy.keeps_query { 0 } else { format::HOST_DROPS_QUERY };
    let always_404 = if policy.page_is_always_404 { format::HOST_PAGE_ALWAYS_404 } else { 0 };
    drops_query | always_404
}

fn decoding(decoding: Decoding) -> u8 {
    match decoding {
        Decoding::Lenient => format::HOST_DECODE_LENIENT,
        Decoding::Strict => format::HOST_DECODE_STRICT,
        Decoding::AtLookup => format::HOST_DECODE_AT_LOOKUP,
        Decoding::AtLookupUri => format::HOST_DECODE_AT_LOOKUP_URI,
    }
}

fn cleaning(cleaning: Cleaning) -> u8 {
    match cleaning {
        Cleaning::Nothing => format::HOST_CLEAN_NOTHING,
        Cleaning::Slashes => format::HOST_CLEAN_SLASHES,
        Cleaning::SlashesAtLookup => format::HOST_CLEAN_SLASHES_AT_LOOKUP,
        Cleaning::Dots => format::HOST_CLEAN_DOTS,
        Cleaning::DotsOfGo => format::HOST_CLEAN_DOTS_GO,
    }
}

fn spelling(spelling: Spelling) -> u8 {
    match spelling {
        Spelling::Encoded => format::HOST_SPELL_ENCODED,
        Spelling::EncodedByGo => format::HOST_SPELL_GO,
        Spelling::Decoded => format::HOST_SPELL_DECODED,
        Spelling::AsRequested => format::HOST_SPELL_REQUESTED,
    }
}

/// A row as the manifest holds it; `None` for one that it can't hold, of which there are none on hosts that need rows (a test).
fn row(rule: &HostRule) -> Option<[u8; format::HOST_ROW_LEN]> {
    let [high, low] = number_of(rule.name).0.to_be_bytes();
    let place = match rule.place {
        Place::Anywhere => format::HOST_PLACE_ANYWHERE,
        Place::Root => format::HOST_PLACE_ROOT,
        Place::BelowRoot => format::HOST_PLACE_BELOW_ROOT,
        Place::Nameless => format::HOST_PLACE_NAMELESS,
    };
    let wants: Vec<u8> = rule.wants.iter().map(want).collect::<Option<_>>()?;
    let wants = match wants[..] {
        [] => [0, 0],
        [one] => [one, 0],
        [one, other] => [one, other],
        _ => return None,
    };
    let (action, target) = match rule.does {
        Does::Serve(name) => (format::ACTION_SERVE, made_name(name)?),
        // What a redirect adds is a slash or nothing.
        Does::Redirect(name) if matches!(name.suffix, "" | "/") => {
            (format::ACTION_REDIRECT, made_name(name)?)
        }
        _ => return None,
    };
    Some([low, high, rule.ending as u8, place, wants[0], wants[1], action, target])
}

fn want(want: &Want) -> Option<u8> {
    match want {
        Want::File(name) | Want::FileExactly(name) => made_name(*name),
        Want::Folder(_) => None,
    }
}

fn made_name(name: Name) -> Option<u8> {
    let place = format::HOST_NAME_SUFFIXES.iter().position(|suffix| *suffix == name.suffix)?;
    let trimmed = if name.trimmed { format::HOST_NAME_TRIMMED } else { 0 };
    Some(trimmed | (place as u8 + 1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hosts_that_read_paths_undecoded_have_all_their_rows_in_the_manifest() {
        for &host in Host::ALL {
            let Some(policy) = Policy::of(host) else { continue };
            let section = host_section(host, &policy, &mut Strings::default());
            let rows = (section.len() - format::HOST_HEADER_LEN) / format::HOST_ROW_LEN;
            let at_lookup = matches!(policy.decoding, Decoding::AtLookup | Decoding::AtLookupUri);
            assert_eq!(rows, if at_lookup { rules_of(host).count() } else { 0 }, "{host}");
        }
    }

    #[test]
    fn gitlab_has_a_rule_for_one_slash_only() {
        assert!(rules_of(Host::GitlabPages).any(|rule| rule.name == ONE_SLASH));
    }
}
