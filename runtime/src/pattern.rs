//! The patterns of `_redirects` and `_headers`: `*` and `:name`, matched on a path (or, for a header rule
//! with a host, on `https://host/path`), and put into a target.
//!
//! The platform turns a rule into a JavaScript regular expression by replacing text: `*` becomes a group
//! called `splat` that takes anything, `:name` a group that takes one segment. What comes out is reproduced
//! here, with what is odd about it, by a match whose cost is bounded: O(length of the text x number of
//! tokens), whatever the rule. Source: `docs/ROUTING.md`, "`_redirects`", "matching" and "target".

use alloc::borrow::ToOwned;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;
use alloc::{fmt, vec};

/// The longest text that [`substitute`] makes, in bytes. The platform has no such limit, but a name inside
/// the value put in for another name is replaced in its turn, and a request could make that text as long as
/// it likes.
pub const MAX_SUBSTITUTED_LEN: usize = 1 << 20;

/// The name of the group that `*` makes.
const SPLAT: &str = "splat";

/// A rule's path (or `https://host/path`), compiled.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pattern {
    tokens: Vec<Token>,
    /// The length of the shortest text that fits, in bytes.
    shortest: usize,
}

/// A part of a pattern.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Token {
    /// Text that must be there as it is; not empty.
    Literal(String),
    /// `*`: any run of characters, also none; as long as possible.
    Splat,
    /// `:name`: one or more characters without `/`; as many as possible.
    Name {
        /// The name, without its colon.
        name: String,
        /// Whether the name stands in the host, where it does not take a `.` either.
        in_host: bool,
    },
}

/// A pattern that the platform drops without a word, because two of its groups have the same name. A rule
/// with such a pattern never matches.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InvalidPattern {
    /// The name, without its colon; `splat` for `*`.
    pub name: String,
}

impl fmt::Display for InvalidPattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { name } = self;
        write!(
            f,
            "two of its groups are called `{name}` (`*` is called `splat`, and `:{name}` is found in longer names too)"
        )
    }
}

impl core::error::Error for InvalidPattern {}

/// What the groups of a pattern took from a text, in the order of the pattern.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Captures {
    values: Vec<(String, String)>,
}

/// A substitution whose result would be longer than [`MAX_SUBSTITUTED_LEN`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SubstitutedTooLong;

impl fmt::Display for SubstitutedTooLong {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the text grows beyond {MAX_SUBSTITUTED_LEN} bytes when the captured values are put in")
    }
}

impl core::error::Error for SubstitutedTooLong {}

/// Whether a rule's path holds `*` or `:name`.
pub fn is_dynamic(rule: &str) -> bool {
    rule.contains('*') || names(rule).next().is_some()
}

/// The names (`:` and a letter, then letters, digits and `_`, all ASCII) in a text, in order, without their
/// colons.
pub fn names(text: &str) -> impl Iterator<Item = &str> {
    named(text).map(|(name, _)| name)
}

/// Each name with the text that follows it.
fn named(text: &str) -> impl Iterator<Item = (&str, &str)> {
    let after_colons = text.match_indices(':').filter_map(|(at, _)| text.get(at + 1..));
    after_colons.filter(|rest| rest.starts_with(|c: char| c.is_ascii_alphabetic())).map(|rest| {
        let end = rest.find(|c: char| !c.is_ascii_alphanumeric() && c != '_');
        rest.split_at(end.unwrap_or(rest.len()))
    })
}

/// Whether a stored pattern fits a text. The two commonest kinds, plain text and plain text before a final `*`, allocate
/// nothing. An invalid pattern fits nothing.
pub(crate) fn matches(rule: &str, text: &str) -> bool {
    let plain = |part: &str| !part.contains(['*', ':']);
    match rule.strip_suffix('*') {
        Some(start) if plain(start) => text.starts_with(start),
        None if plain(rule) => text == rule,
        _ => {
            let start = rule.split(['*', ':']).next().unwrap_or_default();
            text.starts_with(start)
                && compile_stored(rule).is_some_and(|pattern| pattern.captures(text).is_some())
        }
    }
}

/// The longest stored pattern that is compiled, in bytes: more than a line of 2,000 characters becomes when it is
/// percent-encoded.
const MAX_STORED_LEN: usize = 20_000;
/// The most colons in one; as many fit into such a line.
const MAX_STORED_COLONS: usize = 1000;

/// Compiles a pattern out of a manifest; `None` if it is invalid, or larger than any that the compiler writes.
pub(crate) fn compile_stored(rule: &str) -> Option<Pattern> {
    let fits = rule.len() <= MAX_STORED_LEN && rule.matches(':').count() <= MAX_STORED_COLONS;
    if fits { compile(rule).ok() } else { None }
}

/// A line end as JavaScript's `.` knows it, which never matches one.
const fn is_line_end(c: char) -> bool {
    matches!(c, '\n' | '\r' | '\u{2028}' | '\u{2029}')
}

/// Compiles a normalised rule path. Cost: O(length x number of names).
///
/// # Errors
/// [`InvalidPattern`] where the platform's regular expression is invalid. Names are replaced textually, each
/// one everywhere: so `*` twice, a name twice, `*` beside `:splat`, and a name that begins a later one are
/// invalid.
pub fn compile(rule: &str) -> Result<Pattern, InvalidPattern> {
    let mut tokens = joined(rule.split('*'), &Token::Splat);
    for name in host_names(rule) {
        tokens = with_name(tokens, name, true);
    }
    let path_names: Vec<String> = tokens.iter().flat_map(Token::names).map(str::to_owned).collect();
    for name in path_names {
        tokens = with_name(tokens, &name, false);
    }
    match repeated_group(&tokens) {
        Some(name) => Err(InvalidPattern { name: name.to_owned() }),
        None => Ok(Pattern { shortest: tokens.iter().map(Token::shortest).sum(), tokens }),
    }
}

/// The names in the host of `https://host/path` that do not take a `.`: those before a character which the
/// platform escapes in its regular expression.
fn host_names(rule: &str) -> impl Iterator<Item = &str> {
    const ESCAPED: [char; 15] = ['-', '/', '\\', '^', '$', '+', '?', '.', '(', ')', '|', '[', ']', '{', '}'];
    let host = rule.strip_prefix("https://").and_then(|rest| rest.split_inclusive('/').next());
    named(host.unwrap_or_default()).filter(|(_, rest)| rest.starts_with(ESCAPED)).map(|(name, _)| name)
}

/// Replaces every occurrence of `:name` in the literals, also where a longer name begins with it.
fn with_name(tokens: Vec<Token>, name: &str, in_host: bool) -> Vec<Token> {
    let wanted = format!(":{name}");
    let token = Token::Name { name: name.to_owned(), in_host };
    let mut replaced = Vec::with_capacity(tokens.len() + 2);
    for old in tokens {
        match old {
            Token::Literal(text) if text.contains(&wanted) => {
                replaced.extend(joined(text.split(&wanted), &token));
            }
            other => replaced.push(other),
        }
    }
    replaced
}

/// The pieces as literals, the empty ones left out, with a token between each two.
fn joined<'p>(pieces: impl Iterator<Item = &'p str>, between: &Token) -> Vec<Token> {
    let mut tokens = Vec::new();
    for (index, piece) in pieces.enumerate() {
        tokens.extend((index > 0).then(|| between.clone()));
        tokens.extend((!piece.is_empty()).then(|| Token::Literal(piece.to_owned())));
    }
    tokens
}

/// A name that two groups have.
fn repeated_group(tokens: &[Token]) -> Option<&str> {
    let mut groups: Vec<&str> = tokens.iter().filter_map(Token::group).collect();
    groups.sort_unstable();
    groups.windows(2).find_map(|pair| match pair {
        [first, second] if first == second => Some(*first),
        _ => None,
    })
}

impl Token {
    /// The name under which the token's text is captured; `None` for a literal.
    pub fn group(&self) -> Option<&str> {
        match self {
            Self::Literal(_) => None,
            Self::Splat => Some(SPLAT),
            Self::Name { name, .. } => Some(name),
        }
    }

    /// The length of the shortest text that the token takes, in bytes.
    fn shortest(&self) -> usize {
        match self {
            Self::Literal(text) => text.len(),
            Self::Splat => 0,
            Self::Name { .. } => 1,
        }
    }

    /// The names in a literal that have not been replaced.
    fn names(&self) -> impl Iterator<Item = &str> {
        match self {
            Self::Literal(text) => names(text),
            _ => names(""),
        }
    }

    /// Whether the group may take this byte of a text.
    fn takes(&self, byte: u8) -> bool {
        match self {
            Self::Literal(_) => false,
            // U+2028 and U+2029, which `.` does not match either, never arrive unencoded.
            Self::Splat => !is_line_end(char::from(byte)),
            Self::Name { in_host, .. } => byte != b'/' && !(*in_host && byte == b'.'),
        }
    }

    /// Given for each position whether the tokens behind this one fit from there to the end, the same for
    /// this one and those behind it.
    fn fits(&self, text: &str, behind: &[bool]) -> Vec<bool> {
        match self {
            Self::Literal(literal) => {
                let starts = occurrences(literal.as_bytes(), text.as_bytes());
                let ends = behind.iter().skip(literal.len()).chain(core::iter::repeat(&false));
                starts.into_iter().zip(ends).map(|(start, end)| start && *end).collect()
            }
            Self::Splat | Self::Name { .. } => self.group_fits(text, behind),
        }
    }

    fn group_fits(&self, text: &str, behind: &[bool]) -> Vec<bool> {
        // Walked from the end: `reached` is whether some end of the group can be reached from the position.
        let mut reached = false;
        let mut fits = vec![false; text.len() + 1];
        for (at, (place, end_here)) in fits.iter_mut().zip(behind).enumerate().rev() {
            let longer = reached && text.as_bytes().get(at).is_some_and(|byte| self.takes(*byte));
            reached = *end_here || longer;
            *place = if *self == Self::Splat { reached } else { longer } && text.is_char_boundary(at);
        }
        fits
    }

    /// The last position at which this token, begun at `start`, can end so that the tokens behind it fit.
    fn longest_end(&self, text: &str, start: usize, behind: &[bool]) -> Option<usize> {
        if let Self::Literal(literal) = self {
            return Some(start + literal.len());
        }
        let taken = text.bytes().skip(start).take_while(|byte| self.takes(*byte)).count();
        let shortest = start + usize::from(*self != Self::Splat);
        (shortest..=start + taken).rev().find(|end| behind.get(*end) == Some(&true))
    }
}

impl Pattern {
    /// The parts of the pattern, in order. No two literals are neighbours.
    pub fn tokens(&self) -> &[Token] {
        &self.tokens
    }

    /// What the groups take from a text, if the pattern fits the whole of it. Each group takes as much as it
    /// can, an earlier one before a later one, as in a backtracking regular expression; the cost is O(length
    /// x tokens).
    pub fn captures(&self, text: &str) -> Option<Captures> {
        if !self.may_fit(text) {
            return None;
        }
        let mut end = vec![false; text.len()];
        end.push(true);
        let mut rows = vec![end];
        for token in self.tokens.iter().rev() {
            let row = rows.last().map(|behind| token.fits(text, behind))?;
            rows.push(row);
        }
        rows.reverse();
        self.walk(text, &rows)
    }

    /// A quick test that turns most texts away: the length, and the literals at both ends.
    fn may_fit(&self, text: &str) -> bool {
        let fits_start = match self.tokens.first() {
            Some(Token::Literal(literal)) => text.starts_with(literal),
            _ => true,
        };
        let fits_end = match self.tokens.last() {
            Some(Token::Literal(literal)) => text.ends_with(literal),
            _ => true,
        };
        text.len() >= self.shortest && fits_start && fits_end
    }

    /// Goes through the text from the start, giving every group the most it can have. `rows` says for each
    /// number of tokens passed and each position whether the rest fits.
    fn walk(&self, text: &str, rows: &[Vec<bool>]) -> Option<Captures> {
        let mut captures = Captures::default();
        let mut at = 0;
        rows.first()?.first().filter(|fits| **fits)?;
        for (token, behind) in self.tokens.iter().zip(rows.iter().skip(1)) {
            let end = token.longest_end(text, at, behind)?;
            if let Some(name) = token.group() {
                captures.values.push((name.to_owned(), text.get(at..end)?.to_owned()));
            }
            at = end;
        }
        Some(captures)
    }
}

/// For every position of a text, whether the wanted bytes stand there. Knuth, Morris and Pratt's way, since a
/// plain search is not linear.
fn occurrences(wanted: &[u8], text: &[u8]) -> Vec<bool> {
    let borders = borders(wanted);
    let mut found = vec![false; text.len() + 1];
    let mut matched = 0;
    for (at, byte) in text.iter().enumerate() {
        matched = extended(wanted, &borders, matched, *byte);
        if matched == wanted.len()
            && let Some(start) = found.get_mut(at + 1 - wanted.len())
        {
            *start = true;
        }
    }
    found
}

/// For every prefix of the wanted bytes, the length of its longest proper border.
fn borders(wanted: &[u8]) -> Vec<usize> {
    let mut borders = vec![0];
    for byte in wanted.iter().skip(1) {
        let longest = borders.last().copied().unwrap_or_default();
        let next = extended(wanted, &borders, longest, *byte);
        borders.push(next);
    }
    borders
}

/// The longest prefix of the wanted bytes that ends with this byte, after one of `matched` bytes.
fn extended(wanted: &[u8], borders: &[usize], mut matched: usize, byte: u8) -> usize {
    while wanted.get(matched) != Some(&byte) {
        match matched.checked_sub(1).and_then(|last| borders.get(last)) {
            Some(shorter) => matched = *shorter,
            None => return 0,
        }
    }
    matched + 1
}

impl Captures {
    /// The names and values, in the order of the pattern; `*` is called `splat`.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.values.iter().map(|(name, value)| (name.as_str(), value.as_str()))
    }

    /// The value of a name.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.iter().find(|(other, _)| *other == name).map(|(_, value)| value)
    }
}

/// Puts captured values into a target or a header value: for each name in turn, every `:name` in the text,
/// textually, as JavaScript's `replaceAll` does it. So `:a` also hits the start of `:ab`, a `:b` inside the
/// value of `:a` is replaced when `b` has its turn, and `$$`, `$&`, `` $` `` and `$'` in a value mean `$`,
/// the replaced name, and what stands before and behind it.
///
/// # Errors
/// [`SubstitutedTooLong`] when the result would be longer than [`MAX_SUBSTITUTED_LEN`].
pub fn substitute(template: &str, captures: &Captures) -> Result<String, SubstitutedTooLong> {
    captures.iter().try_fold(template.to_owned(), |text, (name, value)| with_value(text, name, value))
}

fn with_value(text: String, name: &str, value: &str) -> Result<String, SubstitutedTooLong> {
    let wanted = format!(":{name}");
    let mut replaced = String::new();
    let mut done = 0;
    for (at, _) in text.match_indices(&wanted) {
        let (before, rest) = text.split_at(at);
        let around = Around { wanted: &wanted, before, behind: rest.get(wanted.len()..).unwrap_or_default() };
        push(&mut replaced, before.get(done..).unwrap_or_default())?;
        around.push_value(&mut replaced, value)?;
        done = at + wanted.len();
    }
    push(&mut replaced, text.get(done..).unwrap_or_default())?;
    Ok(replaced)
}

/// A name to be replaced, and the text on both sides of it.
struct Around<'t> {
    wanted: &'t str,
    before: &'t str,
    behind: &'t str,
}

impl Around<'_> {
    /// Appends a value, its JavaScript replacement patterns carried out.
    fn push_value(&self, replaced: &mut String, value: &str) -> Result<(), SubstitutedTooLong> {
        let mut rest = value;
        while let Some(dollar) = rest.find('$') {
            let (plain, from_dollar) = rest.split_at(dollar);
            push(replaced, plain)?;
            let meaning = match from_dollar.as_bytes().get(1) {
                Some(b'$') => Some("$"),
                Some(b'&') => Some(self.wanted),
                Some(b'`') => Some(self.before),
                Some(b'\'') => Some(self.behind),
                _ => None,
            };
            push(replaced, meaning.unwrap_or("$"))?;
            rest = from_dollar.get(if meaning.is_some() { 2 } else { 1 }..).unwrap_or_default();
        }
        push(replaced, rest)
    }
}

fn push(text: &mut String, piece: &str) -> Result<(), SubstitutedTooLong> {
    if text.len() + piece.len() > MAX_SUBSTITUTED_LEN {
        return Err(SubstitutedTooLong);
    }
    text.push_str(piece);
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn captured(rule: &str, text: &str) -> Option<Vec<(String, String)>> {
        compile(rule).expect("valid pattern").captures(text).map(|captures| captures.values)
    }

    fn pairs(expected: &[(&str, &str)]) -> Option<Vec<(String, String)>> {
        Some(expected.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect())
    }

    fn invalid(rule: &str) -> String {
        compile(rule).expect_err("invalid pattern").name
    }

    fn substituted(template: &str, rule: &str, text: &str) -> String {
        substitute(template, &compile(rule).unwrap().captures(text).unwrap()).unwrap()
    }

    #[test]
    fn splat_takes_any_run_and_also_none() {
        assert_eq!(captured("/a/*", "/a/"), pairs(&[("splat", "")]));
        assert_eq!(captured("/a/*", "/a/b/c"), pairs(&[("splat", "b/c")]));
        assert_eq!(captured("/a/*", "/a"), None);
        assert_eq!(captured("/a*t", "/atbt"), pairs(&[("splat", "tb")]));
    }

    #[test]
    fn name_takes_one_segment_and_never_none() {
        assert_eq!(captured("/p/:id", "/p/x.y"), pairs(&[("id", "x.y")]));
        assert_eq!(captured("/p/:id", "/p/"), None);
        assert_eq!(captured("/p/:id", "/p/x/y"), None);
        assert_eq!(captured("/c/:a.html", "/c/x.html.html"), pairs(&[("a", "x.html")]));
    }

    #[test]
    fn earlier_groups_take_as_much_as_they_can() {
        assert_eq!(captured("/:a:b", "/xyz"), pairs(&[("a", "xy"), ("b", "z")]));
        assert_eq!(captured("/*-:a", "/1-2-3"), pairs(&[("splat", "1-2"), ("a", "3")]));
        assert_eq!(captured("/:a-*", "/1-2-3"), pairs(&[("a", "1-2"), ("splat", "3")]));
    }

    #[test]
    fn literal_that_overlaps_itself_is_found_everywhere() {
        assert_eq!(captured("/:x-aa:y", "/z-aaaa"), pairs(&[("x", "z"), ("y", "aa")]));
        assert_eq!(captured("/*aa:y", "/aaaa"), pairs(&[("splat", "a"), ("y", "a")]));
    }

    #[test]
    fn colon_without_a_letter_is_literal() {
        assert_eq!(captured("/num/:1x", "/num/:1x"), pairs(&[]));
        assert_eq!(captured("/und/:_x", "/und/:_x"), pairs(&[]));
        assert_eq!(captured("/:", "/:"), pairs(&[]));
        assert!(!is_dynamic("/:1x") && !is_dynamic("/:_x") && is_dynamic("/x:y") && is_dynamic("/*"));
    }

    #[test]
    fn groups_of_one_name_make_the_pattern_invalid() {
        assert_eq!(invalid("/*/*"), "splat");
        assert_eq!(invalid("/:x/:x"), "x");
        assert_eq!(invalid("/:splat/*"), "splat");
        assert_eq!(invalid("/:a/:ab"), "a");
        assert!(compile("/:ab/:a").is_ok());
    }

    #[test]
    fn host_name_stops_at_a_dot_and_a_name_in_the_path_does_not() {
        let rule = "https://:sub.example/:page";
        assert_eq!(captured(rule, "https://a.example/b.c"), pairs(&[("sub", "a"), ("page", "b.c")]));
        assert_eq!(captured(rule, "https://a.b.example/b"), None);
        assert_eq!(invalid("https://:a.example/:ab"), "a");
    }

    #[test]
    fn long_hostile_paths_cost_little() {
        let rule = format!("/{}", (0..300).map(|i| format!(":n{i:03}")).collect::<String>());
        let path = format!("/{}", "a".repeat(16 * 1024));
        let start = std::time::Instant::now();
        assert!(compile(&rule).unwrap().captures(&path).is_some());
        assert!(compile(&format!("/*{}b:x", "a".repeat(1900))).unwrap().captures(&path).is_none());
        assert!(start.elapsed() < std::time::Duration::from_secs(5));
    }

    #[test]
    fn values_go_in_textually_in_the_order_of_the_pattern() {
        assert_eq!(substituted("/x/:b/:a", "/p2/:a/:b", "/p2/1/2"), "/x/2/1");
        assert_eq!(substituted("/x/:ab/:zz", "/:a", "/1"), "/x/1b/:zz");
        assert_eq!(substituted("/x/:a", "/:a/:b", "/:b/2"), "/x/2");
        assert_eq!(substituted("/x/:b", "/:a/:b", "/1/:a"), "/x/:a");
    }

    #[test]
    fn dollar_patterns_in_values_act_as_in_javascript() {
        assert_eq!(substituted("/x/:splat", "/dol/*", "/dol/$&"), "/x/:splat");
        assert_eq!(substituted("/x/:splat", "/dol/*", "/dol/$$x"), "/x/$x");
        assert_eq!(substituted("/x/:splat", "/dol/*", "/dol/$1$"), "/x/$1$");
        assert_eq!(substituted("/x/:splat-z", "/dol/*", "/dol/$'"), "/x/-z-z");
        assert_eq!(substituted("/x/:splat-z", "/dol/*", "/dol/$`"), "/x//x/-z");
    }

    #[test]
    fn values_that_multiply_are_refused() {
        let captures = compile("/:a/:b/:c").unwrap();
        let path = format!("/{}/{}/{}", ":b".repeat(2000), ":c".repeat(2000), "x".repeat(4000));
        assert_eq!(substitute(":a", &captures.captures(&path).unwrap()), Err(SubstitutedTooLong));
    }
}
