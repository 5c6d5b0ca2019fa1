//! Whether one pattern of `_redirects` matches everything that another one matches.
//!
//! Both are small automata. All states that the later one can be in are tried together with the set of states in which the
//! earlier one can be then, one character for all that neither pattern names. The answer is yes only if every way through the
//! later one ends where the earlier one may end too; so it is proved, or it is no.

use std::collections::HashSet;

use crate::config::rule_pattern::{Pattern, Token};

/// Steps that may be taken for all patterns of a site together; beyond them nothing is proved any more.
pub(super) const BUDGET: u32 = 4_000_000;

/// Whether `earlier` matches every path that `later` matches. Takes what it costs from the budget.
pub(super) fn covers(earlier: &Pattern, later: &Pattern, budget: &mut u32) -> bool {
    let (Some(earlier), Some(later)) = (parts(earlier), parts(later)) else { return false };
    let alphabet = alphabet(&earlier, &later);
    let mut to_do = vec![(0, closure(&earlier, vec![0]))];
    let mut seen: HashSet<(usize, Vec<usize>)> = to_do.iter().cloned().collect();
    while let Some((at, states)) = to_do.pop() {
        // From everywhere in the later pattern a path can be finished; here the earlier one has lost it.
        let is_lost = states.is_empty() || (at == later.len() && !states.contains(&earlier.len()));
        let cost = u32::try_from(states.len() * alphabet.len()).unwrap_or(u32::MAX);
        let Some(left) = budget.checked_sub(cost.saturating_add(1)) else { return false };
        *budget = left;
        if is_lost {
            return false;
        }
        for next in steps(&later, at, &earlier, &states, &alphabet) {
            if seen.insert(next.clone()) {
                to_do.push(next);
            }
        }
    }
    true
}

/// A part of a pattern: a byte, or any one of a class, or any number of a class.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Part {
    Byte(u8),
    One,
    /// Not `/`, unless `with_slash`.
    Any {
        with_slash: bool,
    },
}

/// `None` for a pattern with a host.
fn parts(pattern: &Pattern) -> Option<Vec<Part>> {
    let mut parts = Vec::new();
    for token in pattern.tokens() {
        match token {
            Token::Literal(text) => parts.extend(text.bytes().map(Part::Byte)),
            Token::Splat => parts.push(Part::Any { with_slash: true }),
            Token::Name { in_host: true, .. } => return None,
            Token::Name { .. } => parts.extend([Part::One, Part::Any { with_slash: false }]),
        }
    }
    Some(parts)
}

/// The bytes that some pattern names, `/`, and one that stands for all others.
fn alphabet(earlier: &[Part], later: &[Part]) -> Vec<u8> {
    let named = earlier.iter().chain(later).filter_map(|part| match part {
        Part::Byte(byte) => Some(*byte),
        _ => None,
    });
    let mut alphabet: Vec<u8> = named.chain([b'/']).collect();
    alphabet.sort_unstable();
    alphabet.dedup();
    let other = (b'!'..=0xff).find(|byte| !alphabet.contains(byte));
    alphabet.extend(other);
    alphabet
}

impl Part {
    fn takes(self, byte: u8) -> bool {
        match self {
            Part::Byte(own) => own == byte,
            Part::One => byte != b'/',
            Part::Any { with_slash } => with_slash || byte != b'/',
        }
    }
}

/// The states with those that are reached from them without a character; sorted.
fn closure(pattern: &[Part], mut states: Vec<usize>) -> Vec<usize> {
    states.sort_unstable();
    let mut closed: Vec<usize> = Vec::with_capacity(states.len() + 1);
    for mut state in states {
        // A state that is there already was followed as far as it goes.
        while closed.last().is_none_or(|last| *last < state) {
            closed.push(state);
            state += usize::from(matches!(pattern.get(state), Some(Part::Any { .. })));
        }
    }
    closed
}

/// The states after one more character.
fn advanced(pattern: &[Part], states: &[usize], byte: u8) -> Vec<usize> {
    let next = states.iter().filter_map(|&state| match pattern.get(state)? {
        part if !part.takes(byte) => None,
        Part::Any { .. } => Some(state),
        _ => Some(state + 1),
    });
    closure(pattern, next.collect())
}

/// Where the later pattern can go from one of its states, and where the earlier one is then.
fn steps(
    later: &[Part],
    at: usize,
    earlier: &[Part],
    states: &[usize],
    alphabet: &[u8],
) -> Vec<(usize, Vec<usize>)> {
    let Some(part) = later.get(at) else { return Vec::new() };
    let is_repeated = matches!(part, Part::Any { .. });
    let target = if is_repeated { at } else { at + 1 };
    let taken = alphabet.iter().filter(|byte| part.takes(**byte));
    let mut steps: Vec<_> = taken.map(|&byte| (target, advanced(earlier, states, byte))).collect();
    steps.extend(is_repeated.then(|| (at + 1, states.to_vec())));
    steps
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::rule_pattern::compile;

    fn is_covered(earlier: &str, later: &str) -> bool {
        covers(&compile(earlier).unwrap(), &compile(later).unwrap(), &mut BUDGET.clone())
    }

    #[test]
    fn pattern_covers_what_it_contains() {
        for (earlier, later) in [
            ("/*", "/a"),
            ("/*", "/a/*"),
            ("/*", "/:a/:b"),
            ("/a/*", "/a/b/*"),
            ("/a/*", "/a/"),
            ("/:a/b", "/a/b"),
            ("/:x/*", "/:y/:z"),
            ("/:x/:y", "/:a/b"),
            ("/a*", "/a:b"),
            ("/*/b", "/a/:x/b"),
            ("/*b", "/ab/*/ab"),
            ("/:a", "/x:b"),
            ("/:a", "/:b-:c"),
            ("*", "/x"),
        ] {
            assert!(is_covered(earlier, later), "{earlier} {later}");
        }
    }

    #[test]
    fn pattern_does_not_cover_more() {
        for (earlier, later) in [
            ("/a/*", "/a"),
            ("/a/*", "/*"),
            ("/a", "/b"),
            ("/:a/b", "/:a/:b"),
            ("/:a", "/*"),
            ("/:a", "/"),
            ("/:a/:b", "/:a/*"),
            ("/*/b", "/a/*"),
            ("/*b", "/*bc"),
            ("/:b-:c", "/:a"),
            ("/a:b", "/a*"),
            ("/A/*", "/a/b"),
        ] {
            assert!(!is_covered(earlier, later), "{earlier} {later}");
        }
    }

    /// Every pattern of up to four of these pieces against every other one, on every text of up to six characters.
    #[test]
    fn proofs_hold_for_every_short_path() {
        const PIECES: [&str; 5] = ["/", "a", "b", "*", ":x"];
        let longer = |texts: &[String], pieces: &[&str]| -> Vec<String> {
            texts.iter().flat_map(|text| pieces.iter().map(move |piece| format!("{text}{piece}"))).collect()
        };
        let all = |pieces: &[&str], count: usize| -> Vec<String> {
            let mut texts = vec![vec![String::from("/")]];
            for _ in 0..count {
                texts.push(longer(&texts[texts.len() - 1], pieces));
            }
            texts.concat()
        };
        let texts = all(&["/", "a", "b", "c"], 5);
        let patterns: Vec<_> = all(&PIECES, 3).iter().filter_map(|text| compile(text).ok()).collect();
        let fits: Vec<Vec<bool>> = patterns
            .iter()
            .map(|pattern| texts.iter().map(|text| pattern.captures(text).is_some()).collect())
            .collect();
        let mut proved = 0;
        for (earlier, earlier_fits) in patterns.iter().zip(&fits) {
            for (later, later_fits) in patterns.iter().zip(&fits) {
                let holds = later_fits.iter().zip(earlier_fits).all(|(later, earlier)| *earlier || !later);
                let is_proved = covers(earlier, later, &mut BUDGET.clone());
                // Texts of this length suffice to refute all that is wrong.
                assert_eq!(is_proved, holds, "{earlier:?} {later:?}");
                proved += usize::from(is_proved);
            }
        }
        assert!(proved > 1000, "{proved}");
    }

    #[test]
    fn budget_ends_the_search_with_no() {
        let (earlier, later) = (compile("/*").unwrap(), compile("/a/*").unwrap());
        assert!(!covers(&earlier, &later, &mut 3));
    }
}
