//! From the tree of an expression to instructions, which are followed side by side.

use alloc::vec;
use alloc::vec::Vec;

use super::node::RegexError::{self, NotReproduced};
use super::node::{Assertion, Node, Set};

/// The most instructions of an expression; counted repetitions are written out.
const MAX_INSTRUCTIONS: usize = 10_000;

/// The instructions of an expression.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Program {
    instructions: Vec<Instruction>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Instruction {
    /// Takes one unit of the set.
    Take(Set),
    /// Goes on if the assertion holds.
    Assert(Assertion),
    /// Goes on at both places.
    Fork(usize, usize),
    /// Goes on elsewhere.
    Jump(usize),
    /// The text fits.
    Fit,
}

impl Program {
    /// The instructions for a tree.
    pub(super) fn of(node: &Node) -> Result<Self, RegexError> {
        let mut instructions = Vec::new();
        emit(node, &mut instructions)?;
        instructions.push(Instruction::Fit);
        Ok(Self { instructions })
    }

    /// Whether the expression fits somewhere in the text.
    pub(super) fn is_match(&self, text: &str) -> bool {
        let units: Vec<u16> = text.encode_utf16().collect();
        let mut before = None;
        let mut reached = Vec::new();
        for after in units.iter().copied().map(Some).chain([None]) {
            reached.push(0);
            let Some(takes) = self.follow(reached, before, after) else { return true };
            let next = takes.into_iter().filter(|(_, set)| after.is_some_and(|unit| set.contains(unit)));
            reached = next.map(|(at, _)| at + 1).collect();
            before = after;
        }
        false
    }

    /// Follows all that takes no text, and gives the instructions that do; `None` if the text fits.
    fn follow(
        &self,
        mut todo: Vec<usize>,
        before: Option<u16>,
        after: Option<u16>,
    ) -> Option<Vec<(usize, &Set)>> {
        let mut is_seen = vec![false; self.instructions.len()];
        let mut takes = Vec::new();
        while let Some(at) = todo.pop() {
            if is_seen.get_mut(at).is_none_or(|seen| core::mem::replace(seen, true)) {
                continue;
            }
            match self.instructions.get(at)? {
                Instruction::Take(set) => takes.push((at, set)),
                Instruction::Assert(assertion) if assertion.holds(before, after) => todo.push(at + 1),
                Instruction::Assert(_) => {}
                Instruction::Fork(first, second) => todo.extend([*first, *second]),
                Instruction::Jump(target) => todo.push(*target),
                Instruction::Fit => return None,
            }
        }
        Some(takes)
    }
}

fn emit(node: &Node, to: &mut Vec<Instruction>) -> Result<(), RegexError> {
    match node {
        Node::Take(set) => push(to, Instruction::Take(set.clone()))?,
        Node::Assert(assertion) => push(to, Instruction::Assert(*assertion))?,
        Node::Sequence(nodes) => nodes.iter().try_for_each(|node| emit(node, to))?,
        Node::Choice(nodes) => emit_choice(nodes, to)?,
        Node::Repeat { node, least, most } => emit_repeat(node, *least, *most, to)?,
    }
    Ok(())
}

fn push(to: &mut Vec<Instruction>, instruction: Instruction) -> Result<(), RegexError> {
    if to.len() >= MAX_INSTRUCTIONS {
        return Err(NotReproduced("very large repetitions"));
    }
    to.push(instruction);
    Ok(())
}

/// Replaces a placeholder, now that the place to go to is known.
fn set(to: &mut [Instruction], at: usize, instruction: Instruction) {
    if let Some(placeholder) = to.get_mut(at) {
        *placeholder = instruction;
    }
}

fn emit_choice(nodes: &[Node], to: &mut Vec<Instruction>) -> Result<(), RegexError> {
    let Some((last, others)) = nodes.split_last() else { return Ok(()) };
    let mut jumps = Vec::new();
    for node in others {
        let fork = to.len();
        push(to, Instruction::Fit)?;
        emit(node, to)?;
        jumps.push(to.len());
        push(to, Instruction::Fit)?;
        let next = to.len();
        set(to, fork, Instruction::Fork(fork + 1, next));
    }
    emit(last, to)?;
    let end = to.len();
    jumps.into_iter().for_each(|jump| set(to, jump, Instruction::Jump(end)));
    Ok(())
}

fn emit_repeat(
    node: &Node,
    least: usize,
    most: Option<usize>,
    to: &mut Vec<Instruction>,
) -> Result<(), RegexError> {
    for _ in 0..least {
        let start = to.len();
        emit(node, to)?;
        if to.len() == start {
            return Ok(());
        }
    }
    let Some(most) = most else { return emit_star(node, to) };
    let mut forks = Vec::new();
    for _ in least..most {
        forks.push(to.len());
        push(to, Instruction::Fit)?;
        emit(node, to)?;
    }
    let end = to.len();
    forks.into_iter().for_each(|fork| set(to, fork, Instruction::Fork(fork + 1, end)));
    Ok(())
}

fn emit_star(node: &Node, to: &mut Vec<Instruction>) -> Result<(), RegexError> {
    let fork = to.len();
    push(to, Instruction::Fit)?;
    emit(node, to)?;
    push(to, Instruction::Jump(fork))?;
    let end = to.len();
    set(to, fork, Instruction::Fork(fork + 1, end));
    Ok(())
}
