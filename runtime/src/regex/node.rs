//! What an expression says, as a tree: assertions and sets of UTF-16 units, in sequences, choices and repetitions.

use alloc::boxed::Box;
use alloc::vec;
use alloc::vec::Vec;

/// Why an expression can't be compiled.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RegexError {
    /// It is none.
    Invalid(&'static str),
    /// It uses this.
    NotReproduced(&'static str),
}

/// An expression's parts, before they become instructions.
#[derive(Debug, Clone)]
pub(super) enum Node {
    Take(Set),
    Assert(Assertion),
    Sequence(Vec<Node>),
    Choice(Vec<Node>),
    Repeat { node: Box<Node>, least: usize, most: Option<usize> },
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Assertion {
    Start,
    End,
    WordBoundary,
    NotWordBoundary,
}

impl Assertion {
    pub(super) fn holds(self, before: Option<u16>, after: Option<u16>) -> bool {
        let is_word = |unit: Option<u16>| {
            unit.is_some_and(|unit| WORD.iter().any(|(first, last)| (*first..=*last).contains(&unit)))
        };
        match self {
            Self::Start => before.is_none(),
            Self::End => after.is_none(),
            Self::WordBoundary => is_word(before) != is_word(after),
            Self::NotWordBoundary => is_word(before) == is_word(after),
        }
    }
}

/// Some UTF-16 units.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Set {
    pub(super) ranges: Vec<(u16, u16)>,
    pub(super) is_negated: bool,
}

impl Set {
    pub(super) fn of(unit: u16) -> Self {
        Self { ranges: vec![(unit, unit)], is_negated: false }
    }

    /// The set of `d`, `s` or `w`; `None` for another letter. A capital means all other units.
    pub(super) fn of_class(letter: u8) -> Option<Self> {
        let ranges: &[(u16, u16)] = match letter.to_ascii_lowercase() {
            b'd' => &[(0x30, 0x39)],
            b'w' => WORD,
            b's' => SPACE,
            _ => return None,
        };
        Some(Self { ranges: ranges.to_vec(), is_negated: letter.is_ascii_uppercase() })
    }

    pub(super) fn contains(&self, unit: u16) -> bool {
        self.ranges.iter().any(|(first, last)| (*first..=*last).contains(&unit)) != self.is_negated
    }

    /// The only unit of the set.
    pub(super) fn single(&self) -> Option<u16> {
        match self.ranges.as_slice() {
            [(first, last)] if first == last && !self.is_negated => Some(*first),
            _ => None,
        }
    }

    /// The ranges, a negation carried out.
    pub(super) fn into_ranges(mut self) -> Vec<(u16, u16)> {
        if !self.is_negated {
            return self.ranges;
        }
        self.ranges.sort_unstable();
        let starts = core::iter::once(Some(0)).chain(self.ranges.iter().map(|(_, last)| last.checked_add(1)));
        let ends = self.ranges.iter().map(|(first, _)| first.checked_sub(1)).chain([Some(u16::MAX)]);
        starts
            .zip(ends)
            .filter_map(|(start, end)| Some((start?, end?)).filter(|(start, end)| start <= end))
            .collect()
    }
}

const WORD: &[(u16, u16)] = &[(0x30, 0x39), (0x41, 0x5a), (0x5f, 0x5f), (0x61, 0x7a)];

const SPACE: &[(u16, u16)] = &[
    (0x9, 0xd),
    (0x20, 0x20),
    (0xa0, 0xa0),
    (0x1680, 0x1680),
    (0x2000, 0x200a),
    (0x2028, 0x2029),
    (0x202f, 0x202f),
    (0x205f, 0x205f),
    (0x3000, 0x3000),
    (0xfeff, 0xfeff),
];

pub(super) const LINE_ENDS: &[(u16, u16)] = &[(0xa, 0xa), (0xd, 0xd), (0x2028, 0x2029)];
