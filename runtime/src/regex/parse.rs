//! From the text of an expression to its tree.

use alloc::boxed::Box;
use alloc::vec;
use alloc::vec::Vec;

use super::node::RegexError::{self, Invalid, NotReproduced};
use super::node::{Assertion, LINE_ENDS, Node, Set};

/// The longest expression that is compiled, in UTF-16 units: more than any rule of `_routes.json` becomes, and few enough that
/// groups within groups can't exhaust a thread's stack.
const MAX_UNITS: usize = 500;

/// The tree of an expression.
pub(super) fn parse(source: &str) -> Result<Node, RegexError> {
    let units: Vec<u16> = source.encode_utf16().take(MAX_UNITS + 1).collect();
    if units.len() > MAX_UNITS {
        return Err(NotReproduced("more than 500 characters"));
    }
    let mut parser = Parser::new(&units);
    let node = parser.choice()?;
    match parser.peek() {
        None => Ok(node),
        Some(_) => Err(Invalid("a `)` has no `(`")),
    }
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
