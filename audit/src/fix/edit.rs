//! The new bytes of a file: links replaced, all else as it was, and a second reading that proves it.

use super::judge::{Judge, Judged, Link};
use super::outcome::{Left, Outcome};
use super::read::{Input, Reader, read};
use super::spelling::{Spot, Written};
use crate::extract::Buffers;
use crate::hash::hash;
use crate::kind::LinkKind;
use crate::rules::RuleSet;
use crate::standpoint::Standpoint;

/// Bytes of a file that others take the place of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Edit {
    /// Where they begin.
    pub start: usize,
    /// Where they end.
    pub end: usize,
    /// What comes instead.
    pub new: Vec<u8>,
}

/// A link that has a finding.
#[derive(Debug)]
pub(super) struct Met {
    pub(super) kind: LinkKind,
    pub(super) outcome: Outcome,
    pub(super) target: u32,
    /// Where it stands in the file, and its text before and after.
    pub(super) offset: u32,
    pub(super) old: Box<[u8]>,
    pub(super) new: Option<Box<[u8]>>,
}

/// What is to be done to a file.
#[derive(Debug, Default)]
pub(super) struct Plan {
    /// In the order of the file.
    pub(super) edits: Vec<Edit>,
    pub(super) met: Vec<Met>,
    /// What will be read afterwards, hashed.
    expected: Vec<u64>,
}

/// Reads a file and works out what is to be done. `None` if it is not what its name says.
pub(super) fn plan(
    input: Input<'_>,
    off: RuleSet,
    judge: &mut Judge<'_>,
    buffers: &mut Buffers,
) -> Option<Plan> {
    let mut planner = Planner { bytes: input.bytes, off, judge, plan: Plan::default() };
    read(input, buffers, &mut planner)?;
    let mut plan = planner.plan;
    plan.edits.sort_unstable_by_key(|edit| edit.start);
    Some(plan)
}

struct Planner<'p, 's> {
    bytes: &'p [u8],
    off: RuleSet,
    judge: &'p mut Judge<'s>,
    plan: Plan,
}

/// What is expected of a link.
fn sign(kind: LinkKind, text: &[u8]) -> u64 {
    hash(text).rotate_left(8) ^ (kind as u64 + 1)
}

impl Reader for Planner<'_, '_> {
    fn link(&mut self, stand: &Standpoint<'_>, link: Link<'_>, spot: Spot<'_>) {
        let Some(Judged { mut outcome, target, mut new }) = self.judge.judge(stand, self.off, link) else {
            self.plan.expected.push(sign(link.kind, link.text));
            return;
        };
        if let Some(text) = &new {
            match edit(self.bytes, spot, link.text, text) {
                Some(edit) => self.plan.edits.push(edit),
                None => {
                    outcome = Outcome::Left(Left::Odd);
                    new = None;
                }
            }
        }
        self.plan.expected.push(sign(link.kind, new.as_deref().unwrap_or(link.text)));
        let offset = match spot {
            Spot::Attribute { start, at, .. } => start.saturating_add(at as u32),
            Spot::Plain { start, .. } | Spot::Json { start } | Spot::Xml { start } => start,
        };
        let old = link.text.into();
        self.plan.met.push(Met { kind: link.kind, outcome, target, offset, old, new: new.map(Into::into) });
    }

    fn mark(&mut self, text: &[u8]) {
        self.plan.expected.push(hash(text));
    }
}

/// The bytes that have to change for a link's text to become another: from the first character that differs to the last.
fn edit(bytes: &[u8], spot: Spot<'_>, old: &[u8], new: &[u8]) -> Option<Edit> {
    let written = Written::find(bytes, spot, old)?;
    let most = old.len().min(new.len());
    let mut head = old.iter().zip(new).take_while(|(a, b)| a == b).count();
    while !written.can_cut(head) {
        head -= 1;
    }
    let pairs = old.iter().rev().zip(new.iter().rev()).take(most - head);
    let mut tail = pairs.take_while(|(a, b)| a == b).count();
    while !written.can_cut(old.len() - tail) {
        tail -= 1;
    }
    let (start, end) = written.range(head, old.len() - tail)?;
    let new = written.write(new.get(head..new.len() - tail)?)?;
    Some(Edit { start: start as usize, end: end as usize, new })
}

/// Puts the edits in. `None` if two of them touch the same bytes.
pub(super) fn splice(bytes: &[u8], edits: &[Edit]) -> Option<Vec<u8>> {
    let grown: usize = edits.iter().map(|edit| edit.new.len()).sum();
    let mut out = Vec::with_capacity(bytes.len() + grown);
    let mut at = 0;
    for edit in edits {
        out.extend_from_slice(bytes.get(at..edit.start)?);
        out.extend_from_slice(&edit.new);
        at = edit.end;
    }
    out.extend_from_slice(bytes.get(at..)?);
    Some(out)
}

/// Whether the new bytes say what they are meant to: the same links, ids and bases in the same order, but for those that were to change.
pub(super) fn is_as_planned(input: Input<'_>, plan: &Plan, buffers: &mut Buffers) -> bool {
    struct Check<'p> {
        expected: std::slice::Iter<'p, u64>,
        holds: bool,
    }
    impl Reader for Check<'_> {
        fn link(&mut self, _: &Standpoint<'_>, link: Link<'_>, _: Spot<'_>) {
            self.holds &= self.expected.next() == Some(&sign(link.kind, link.text));
        }
        fn mark(&mut self, text: &[u8]) {
            self.holds &= self.expected.next() == Some(&hash(text));
        }
    }
    let mut check = Check { expected: plan.expected.iter(), holds: true };
    read(input, buffers, &mut check).is_some() && check.holds && check.expected.next().is_none()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_differs_is_replaced() {
        let page = b"<a href='../a.html#x'>";
        let spot = Spot::Attribute { start: 9, value: b"../a.html#x", at: 0, is_css: false };
        let found = edit(page, spot, b"../a.html#x", b"../a#x").unwrap();
        assert_eq!(found, Edit { start: 13, end: 18, new: Vec::new() });
        assert_eq!(splice(page, &[found]).unwrap(), b"<a href='../a#x'>");
        let found = edit(page, spot, b"../a.html#x", b"../a/#x").unwrap();
        assert_eq!(splice(page, &[found]).unwrap(), b"<a href='../a/#x'>");
        assert_eq!(edit(page, spot, b"../b.html#x", b"../a#x"), None);
    }

    #[test]
    fn edits_that_overlap_are_refused() {
        let edit = |start, end| Edit { start, end, new: b"x".to_vec() };
        assert_eq!(splice(b"abcd", &[edit(0, 1), edit(1, 3)]).unwrap(), b"xxd");
        assert_eq!(splice(b"abcd", &[edit(0, 2), edit(1, 3)]), None);
    }
}
