//! A small part of JavaScript's regular expressions: those without flags, in the lenient syntax that browsers
//! keep for old pages, as far as they only say whether a text fits. All alternatives are run side by side, so
//! that no rule can make a request slow. Source: ECMA-262, section 22.2 and annex B.1.2.

use alloc::boxed::Box;
use alloc::vec;
use alloc::vec::Vec;

use RegexError::{Invalid, NotReproduced};

/// The most instructions of a compiled expression; counted repetitions are written out.
const MAX_INSTRUCTIONS: usize = 10_000;

/// The longest expression that is compiled, in UTF-16 units: more than any rule of `_routes.json` becomes, and few enough that
/// groups within groups can't exhaust a thread's stack.
const MAX_UNITS: usize = 500;

/// Whether an expression fits a text; `None` if it is no expression. Compiled anew each time: this serves only rules of
/// `_routes.json` with characters that hardly any has.
pub(crate) fn matches(expression: &str, text: &[u8]) -> Option<bool> {
    let text = core::str::from_utf8(text).unwrap_or_default();
    Some(Regex::new(expression).ok()?.is_match(text))
}

/// Why an expression can't be compiled.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RegexError {
    /// It is none.
    Invalid(&'static str),
    /// It uses this.
    NotReproduced(&'static str),
}

/// A compiled expression.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Regex {
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

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Assertion {
    Start,
    End,
    WordBoundary,
    NotWordBoundary,
}

/// Some UTF-16 units.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Set {
    ranges: Vec<(u16, u16)>,
    is_negated: bool,
}

impl Set {
    fn of(unit: u16) -> Self {
        Self { ranges: vec![(unit, unit)], is_negated: false }
    }

    /// The set of `d`, `s` or `w`; `None` for another letter. A capital means all other units.
    fn of_class(letter: u8) -> Option<Self> {
        let ranges: &[(u16, u16)] = match letter.to_ascii_lowercase() {
            b'd' => &[(0x30, 0x39)],
            b'w' => WORD,
            b's' => SPACE,
            _ => return None,
        };
        Some(Self { ranges: ranges.to_vec(), is_negated: letter.is_ascii_uppercase() })
    }

    fn contains(&self, unit: u16) -> bool {
        self.ranges.iter().any(|(first, last)| (*first..=*last).contains(&unit)) != self.is_negated
    }

    /// The ranges, a negation carried out.
    fn into_ranges(mut self) -> Vec<(u16, u16)> {
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

const LINE_ENDS: &[(u16, u16)] = &[(0xa, 0xa), (0xd, 0xd), (0x2028, 0x2029)];

/// An expression's parts, before they become instructions.
#[derive(Debug, Clone)]
enum Node {
    Take(Set),
    Assert(Assertion),
    Sequence(Vec<Node>),
    Choice(Vec<Node>),
    Repeat { node: Box<Node>, least: usize, most: Option<usize> },
}

impl Regex {
    /// Compiles an expression.
    pub fn new(source: &str) -> Result<Self, RegexError> {
        let units: Vec<u16> = source.encode_utf16().take(MAX_UNITS + 1).collect();
        if units.len() > MAX_UNITS {
            return Err(NotReproduced("more than 500 characters"));
        }
        let mut parser = Parser::new(&units);
        let node = parser.choice()?;
        if parser.peek().is_some() {
            return Err(Invalid("a `)` has no `(`"));
        }
        let mut instructions = Vec::new();
        emit(&node, &mut instructions)?;
        instructions.push(Instruction::Fit);
        Ok(Self { instructions })
    }

    /// Whether the expression fits somewhere in the text.
    pub fn is_match(&self, text: &str) -> bool {
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

impl Assertion {
    fn holds(self, before: Option<u16>, after: Option<u16>) -> bool {
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

/// Reads an expression, one method for each rule of the grammar (ECMA-262, section 22.2.1 and annex
/// B.1.2).
struct Parser<'u> {
    units: &'u [u16],
    at: usize,
    /// How many capturing groups the whole expression has.
    group_count: usize,
    /// For each capturing group that has been opened, whether it has been closed.
    is_closed: Vec<bool>,
}

impl<'u> Parser<'u> {
    fn new(units: &'u [u16]) -> Self {
        Self { units, at: 0, group_count: count_groups(units), is_closed: Vec::new() }
    }

    fn peek(&self) -> Option<u16> {
        self.units.get(self.at).copied()
    }

    /// The next unit as a byte, `0xff` standing for what is not ASCII.
    fn peek_byte(&self) -> Option<u8> {
        self.peek().map(|unit| u8::try_from(unit).ok().filter(u8::is_ascii).unwrap_or(0xff))
    }

    fn next(&mut self) -> Option<u16> {
        let unit = self.peek();
        self.at += usize::from(unit.is_some());
        unit
    }

    /// Steps over this text if it comes next.
    fn eat(&mut self, text: &str) -> bool {
        let is_next =
            text.bytes().map(u16::from).eq(self.units.iter().copied().skip(self.at).take(text.len()));
        if is_next {
            self.at += text.len();
        }
        is_next
    }

    fn choice(&mut self) -> Result<Node, RegexError> {
        let mut nodes = vec![self.sequence()?];
        while self.eat("|") {
            nodes.push(self.sequence()?);
        }
        Ok(Node::Choice(nodes))
    }

    fn sequence(&mut self) -> Result<Node, RegexError> {
        let mut nodes = Vec::new();
        while self.peek_byte().is_some_and(|byte| byte != b'|' && byte != b')') {
            nodes.push(self.term()?);
        }
        Ok(Node::Sequence(nodes))
    }

    fn term(&mut self) -> Result<Node, RegexError> {
        let assertions = [
            ("^", Assertion::Start),
            ("$", Assertion::End),
            ("\\b", Assertion::WordBoundary),
            ("\\B", Assertion::NotWordBoundary),
        ];
        if let Some((_, assertion)) = assertions.into_iter().find(|(text, _)| self.eat(text)) {
            return Ok(Node::Assert(assertion));
        }
        let node = self.atom()?;
        let Some((least, most)) = self.quantifier() else { return Ok(node) };
        self.eat("?");
        if most.is_some_and(|most| most < least) {
            return Err(Invalid("a repetition has its numbers in the wrong order"));
        }
        Ok(Node::Repeat { node: Box::new(node), least, most })
    }

    fn quantifier(&mut self) -> Option<(usize, Option<usize>)> {
        let counted = [("*", (0, None)), ("+", (1, None)), ("?", (0, Some(1)))];
        let found = counted.into_iter().find(|(text, _)| self.eat(text));
        found.map(|(_, counts)| counts).or_else(|| self.braces())
    }

    /// `{n}`, `{n,}` or `{n,m}`; anything else is left as text.
    fn braces(&mut self) -> Option<(usize, Option<usize>)> {
        let start = self.at;
        let counts = self.braces_or_less();
        if counts.is_none() {
            self.at = start;
        }
        counts
    }

    fn braces_or_less(&mut self) -> Option<(usize, Option<usize>)> {
        let least = if self.eat("{") { self.number()? } else { return None };
        let most = if self.eat(",") { self.number() } else { Some(least) };
        self.eat("}").then_some((least, most))
    }

    fn number(&mut self) -> Option<usize> {
        let mut value: Option<usize> = None;
        while let Some(digit) = self.peek_byte().filter(u8::is_ascii_digit) {
            value = Some(value.unwrap_or(0).saturating_mul(10).saturating_add(usize::from(digit - b'0')));
            self.at += 1;
        }
        value
    }

    fn atom(&mut self) -> Result<Node, RegexError> {
        if self.peek_byte().is_some_and(|byte| b"*+?".contains(&byte)) || self.braces().is_some() {
            return Err(Invalid("there is nothing to repeat"));
        }
        if self.eat(".") {
            return Ok(Node::Take(Set { ranges: LINE_ENDS.to_vec(), is_negated: true }));
        }
        if self.eat("(") {
            return self.group();
        }
        if self.eat("[") {
            return Ok(Node::Take(self.class()?));
        }
        if self.eat("\\") {
            return self.escape();
        }
        Ok(self.next().map_or(Node::Sequence(Vec::new()), |unit| Node::Take(Set::of(unit))))
    }

    /// What follows a `(`.
    fn group(&mut self) -> Result<Node, RegexError> {
        let index = self.open_group()?;
        let node = self.choice()?;
        if !self.eat(")") {
            return Err(Invalid("a `(` has no `)`"));
        }
        if let Some(is_closed) = index.and_then(|index| self.is_closed.get_mut(index)) {
            *is_closed = true;
        }
        Ok(node)
    }

    /// Reads what a `(?` group begins with; gives the position of a capturing group.
    fn open_group(&mut self) -> Result<Option<usize>, RegexError> {
        if self.eat("?:") {
            return Ok(None);
        }
        if ["?=", "?!", "?<=", "?<!"].into_iter().any(|look| self.eat(look)) {
            return Err(NotReproduced("a lookahead or lookbehind"));
        }
        if self.eat("?<") {
            return Err(NotReproduced("named groups"));
        }
        if self.eat("?") {
            let has_flags = self.peek_byte().is_some_and(|byte| b"ims-".contains(&byte));
            return Err(if has_flags { NotReproduced("flags") } else { Invalid("a group begins with `(?`") });
        }
        self.is_closed.push(false);
        Ok(Some(self.is_closed.len() - 1))
    }

    /// What follows a `\` outside of a class.
    fn escape(&mut self) -> Result<Node, RegexError> {
        if let Some(node) = self.back_reference()? {
            return Ok(node);
        }
        let set = self.peek_byte().and_then(Set::of_class);
        if let Some(set) = set {
            self.at += 1;
            return Ok(Node::Take(set));
        }
        Ok(Node::Take(Set::of(self.character_escape(false)?)))
    }

    /// `\1` and so on. Behind its group it cannot be reproduced; in or before it, it is always empty.
    fn back_reference(&mut self) -> Result<Option<Node>, RegexError> {
        let start = self.at;
        match self.number().filter(|_| self.units.get(start) != Some(&u16::from(b'0'))) {
            Some(index) if index <= self.group_count => {
                let is_closed = self.is_closed.get(index - 1).copied().unwrap_or(false);
                if is_closed {
                    Err(NotReproduced("a back reference"))
                } else {
                    Ok(Some(Node::Sequence(Vec::new())))
                }
            }
            _ => {
                self.at = start;
                Ok(None)
            }
        }
    }

    /// What follows a `\` and stands for one unit.
    fn character_escape(&mut self, in_class: bool) -> Result<u16, RegexError> {
        let Some(byte) = self.peek_byte() else { return Err(Invalid("it ends in `\\`")) };
        if matches!(byte, b'0'..=b'7') {
            return Ok(self.octal());
        }
        if byte == b'c' {
            return Ok(self.control_letter(in_class));
        }
        let unit = self.next().unwrap_or_default();
        Ok(match byte {
            b't' => 0x9,
            b'n' => 0xa,
            b'v' => 0xb,
            b'f' => 0xc,
            b'r' => 0xd,
            b'x' => self.hex(2).unwrap_or(unit),
            b'u' => self.hex(4).unwrap_or(unit),
            _ => unit,
        })
    }

    /// Up to three octal digits, of a value below 256.
    fn octal(&mut self) -> u16 {
        let mut value = 0;
        for _ in 0..3 {
            match self.peek_byte() {
                Some(digit @ b'0'..=b'7') if value < 0o40 => value = value * 8 + u16::from(digit - b'0'),
                _ => break,
            }
            self.at += 1;
        }
        value
    }

    /// `\cX`; where no letter follows, the `\` stands for itself and the `c` is still to be read.
    fn control_letter(&mut self, in_class: bool) -> u16 {
        let letter = self.units.get(self.at + 1).and_then(|unit| u8::try_from(*unit).ok());
        let is_control =
            |byte: &u8| byte.is_ascii_alphabetic() || in_class && (byte.is_ascii_digit() || *byte == b'_');
        match letter.filter(is_control) {
            Some(letter) => {
                self.at += 2;
                u16::from(letter % 32)
            }
            None => u16::from(b'\\'),
        }
    }

    /// Exactly so many hexadecimal digits, or nothing is read.
    fn hex(&mut self, count: usize) -> Option<u16> {
        let digits = self.units.get(self.at..self.at + count)?;
        let value = digits.iter().try_fold(0, |value, unit| {
            let digit = char::from_u32(u32::from(*unit))?.to_digit(16)?;
            Some(value * 16 + u16::try_from(digit).ok()?)
        })?;
        self.at += count;
        Some(value)
    }

    /// What follows a `[`.
    fn class(&mut self) -> Result<Set, RegexError> {
        let is_negated = self.eat("^");
        let mut ranges = Vec::new();
        while !self.eat("]") {
            let first = self.class_atom()?;
            let is_range =
                self.peek_byte() == Some(b'-') && self.units.get(self.at + 1) != Some(&u16::from(b']'));
            if !is_range {
                ranges.extend(first.into_ranges());
                continue;
            }
            self.at += 1;
            let last = self.class_atom()?;
            ranges.extend(class_range(first, last)?);
        }
        Ok(Set { ranges, is_negated })
    }

    fn class_atom(&mut self) -> Result<Set, RegexError> {
        if !self.eat("\\") {
            return self.next().map(Set::of).ok_or(Invalid("a `[` has no `]`"));
        }
        if self.eat("b") {
            return Ok(Set::of(0x8));
        }
        match self.peek_byte().and_then(Set::of_class) {
            Some(set) => {
                self.at += 1;
                Ok(set)
            }
            None => Ok(Set::of(self.character_escape(true)?)),
        }
    }
}

/// `a-b` in a class; where one side is a class of its own, the `-` stands for itself.
fn class_range(first: Set, last: Set) -> Result<Vec<(u16, u16)>, RegexError> {
    match (first.single(), last.single()) {
        (Some(first), Some(last)) if first > last => Err(Invalid("a range in `[...]` is in the wrong order")),
        (Some(first), Some(last)) => Ok(vec![(first, last)]),
        _ => {
            let dash = Set::of(u16::from(b'-'));
            Ok([first, dash, last].into_iter().flat_map(Set::into_ranges).collect())
        }
    }
}

impl Set {
    /// The only unit of the set.
    fn single(&self) -> Option<u16> {
        match self.ranges.as_slice() {
            [(first, last)] if first == last && !self.is_negated => Some(*first),
            _ => None,
        }
    }
}

/// Counts the groups that capture. A named one does too, but [`Parser::open_group`] refuses it.
fn count_groups(units: &[u16]) -> usize {
    let (mut count, mut in_class) = (0, false);
    let mut units = units.iter().map(|unit| u8::try_from(*unit).unwrap_or(0xff)).peekable();
    while let Some(unit) = units.next() {
        match unit {
            b'\\' => _ = units.next(),
            b'[' => in_class = true,
            b']' => in_class = false,
            b'(' if !in_class && units.peek() != Some(&b'?') => count += 1,
            _ => {}
        }
    }
    count
}
