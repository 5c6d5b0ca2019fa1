//! Everything that reaches the user: data on stdout, messages on stderr.
//!
//! Names of files and URLs come from strangers, so control characters in them are escaped before they are printed; JSON
//! escapes them by its own rules. A reader that goes away early (`| head`) is no error.

mod base64;
mod html;
mod json;
mod markdown;
mod table;
mod units;

use std::fmt::{self, Write as _};
use std::io::{self, ErrorKind, Write};

use anstyle::{AnsiColor, Style};

pub(crate) use self::base64::Base64;
pub(crate) use self::html::{escaped, policy_hash};
pub(crate) use self::json::{json_line, json_pretty};
pub(crate) use self::markdown::code;
pub(crate) use self::table::{Cell, Table};
pub(crate) use self::units::{bytes, count, grouped, hex, seconds};

/// Headings.
pub(crate) const BOLD: Style = Style::new().bold();
/// What matters less.
pub(crate) const DIM: Style = Style::new().dimmed();
/// Good news.
pub(crate) const GREEN: Style = AnsiColor::Green.on_default();
/// Neither good nor bad.
pub(crate) const CYAN: Style = AnsiColor::Cyan.on_default();
/// Worth a look.
pub(crate) const YELLOW: Style = AnsiColor::Yellow.on_default();
/// Bad news.
pub(crate) const RED: Style = AnsiColor::Red.on_default();

/// How data is printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Format {
    /// For people
    Text,
    /// For programs
    Json,
}

/// How a report is printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum ReportFormat {
    /// For people
    Text,
    /// For programs
    Json,
    /// For a comment on a pull request
    Markdown,
}

/// When colours are used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Colour {
    /// On a terminal, unless NO_COLOR is set
    Auto,
    /// Always
    Always,
    /// Never
    Never,
}

impl Colour {
    /// Makes the choice hold for both streams.
    pub(crate) fn apply(self) {
        match self {
            Colour::Auto => anstream::ColorChoice::Auto,
            Colour::Always => anstream::ColorChoice::Always,
            Colour::Never => anstream::ColorChoice::Never,
        }
        .write_global();
    }
}

/// The style of an HTTP status.
pub(crate) fn status_style(status: u16) -> Style {
    match status {
        200..=299 => GREEN,
        300..=399 => CYAN,
        400..=499 => YELLOW,
        _ => RED,
    }
}

/// Whether a character must not reach a terminal as it is: controls, and what changes the direction or the lines of text.
pub(crate) fn is_unprintable(character: char) -> bool {
    character.is_control()
        || matches!(character, '\u{061C}' | '\u{200E}' | '\u{200F}' | '\u{2028}'..='\u{202E}' | '\u{2066}'..='\u{2069}' | '\u{FEFF}')
}

/// A text from outside, with what must not reach a terminal escaped as `\u{1b}`.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Shown<'t>(pub(crate) &'t str);

impl fmt::Display for Shown<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for character in self.0.chars() {
            if is_unprintable(character) {
                write!(f, "{}", character.escape_unicode())?;
            } else {
                f.write_char(character)?;
            }
        }
        Ok(())
    }
}

/// A text from outside, escaped, and cut if it is very long.
pub(crate) fn shown(text: &str) -> String {
    const LONGEST: usize = 300;
    match text.char_indices().nth(LONGEST) {
        None => Shown(text).to_string(),
        Some((end, _)) => {
            let start = text.get(..end).unwrap_or_default();
            format!("{}… ({} bytes)", Shown(start), grouped(text.len() as u64))
        }
    }
}

/// Stdout for data: buffered, and without styles unless they are wanted.
pub(crate) fn stdout() -> io::BufWriter<Stdout<anstream::AutoStream<io::Stdout>>> {
    io::BufWriter::with_capacity(64 * 1024, Stdout(anstream::AutoStream::auto(io::stdout())))
}

/// Stdout as bytes, for what holds no styles.
pub(crate) fn raw_stdout() -> io::BufWriter<Stdout<io::Stdout>> {
    io::BufWriter::with_capacity(64 * 1024, Stdout(io::stdout()))
}

/// Prints a report in the wanted form.
pub(crate) fn print_report(
    format: ReportFormat,
    text: impl FnOnce(&mut dyn Write) -> io::Result<()>,
    json: impl FnOnce(&mut dyn Write) -> io::Result<()>,
    markdown: impl FnOnce() -> String,
) -> anyhow::Result<()> {
    match format {
        ReportFormat::Text => {
            let mut out = stdout();
            text(&mut out)?;
            Ok(out.flush()?)
        }
        ReportFormat::Json => {
            let mut out = raw_stdout();
            json(&mut out)?;
            Ok(out.flush()?)
        }
        ReportFormat::Markdown => {
            let mut out = raw_stdout();
            out.write_all(markdown().as_bytes())?;
            Ok(out.flush()?)
        }
    }
}

/// The process's stdout, whose errors can be told from those of other files.
#[derive(Debug)]
pub(crate) struct Stdout<W>(W);

/// An error of stdout.
#[derive(Debug)]
struct StdoutError(io::Error);

impl fmt::Display for StdoutError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "cannot write to standard output: {}", self.0)
    }
}

impl std::error::Error for StdoutError {}

fn of_stdout<T>(result: io::Result<T>) -> io::Result<T> {
    result.map_err(|error| io::Error::new(error.kind(), StdoutError(error)))
}

impl<W: Write> Write for Stdout<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        of_stdout(self.0.write(bytes))
    }

    fn flush(&mut self) -> io::Result<()> {
        of_stdout(self.0.flush())
    }
}

/// Whether a command ended because nobody reads its output any more.
pub(crate) fn is_closed_pipe(error: &anyhow::Error) -> bool {
    error.chain().filter_map(|cause| cause.downcast_ref::<io::Error>()).any(|error| {
        error.kind() == ErrorKind::BrokenPipe
            && error.get_ref().is_some_and(|inner| inner.is::<StdoutError>())
    })
}

/// Prints an error with its causes, each once: some messages repeat what lies behind them.
pub(crate) fn error(error: &anyhow::Error) {
    let mut message = String::new();
    for cause in error.chain().map(ToString::to_string) {
        if message.is_empty() {
            message = cause;
        } else if !message.contains(&cause) {
            message = format!("{message}: {cause}");
        }
    }
    say("error", RED.bold(), &message);
}

/// Prints something that is probably not meant to be so.
pub(crate) fn warning(message: &str) {
    say("warning", YELLOW.bold(), message);
}

/// Prints something worth knowing.
pub(crate) fn note(message: &str) {
    say("note", CYAN.bold(), message);
}

/// Prints a message without a label.
pub(crate) fn plain_message(message: &str) {
    write_message(format_args!("{}", Lines(message)));
}

fn say(label: &str, style: Style, message: &str) {
    write_message(format_args!("{style}{label}:{style:#} {}\n", Lines(message)));
}

/// Where not even a message can be printed, there is nobody to tell.
fn write_message(message: fmt::Arguments<'_>) {
    let _ = anstream::stderr().lock().write_fmt(message);
}

/// A message of one or more lines, escaped but for its line breaks.
struct Lines<'t>(&'t str);

impl fmt::Display for Lines<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, line) in self.0.split('\n').enumerate() {
            if index > 0 {
                f.write_char('\n')?;
            }
            write!(f, "{}", Shown(line))?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn controls_and_direction_marks_are_escaped() {
        assert_eq!(Shown("a\u{1b}[31mb\u{7f}\u{9b}").to_string(), "a\\u{1b}[31mb\\u{7f}\\u{9b}");
        assert_eq!(Shown("x\u{202e}y\nz").to_string(), "x\\u{202e}y\\u{a}z");
        assert_eq!(Shown("à propos/灯台 \\").to_string(), "à propos/灯台 \\");
    }

    #[test]
    fn messages_keep_their_line_breaks_only() {
        assert_eq!(Lines("a\nb\rc").to_string(), "a\nb\\u{d}c");
    }

    #[test]
    fn only_a_pipe_of_stdout_counts_as_closed() {
        let broken = || io::Error::from(ErrorKind::BrokenPipe);
        assert!(!is_closed_pipe(&broken().into()));
        let of_stdout: anyhow::Error = of_stdout::<()>(Err(broken())).unwrap_err().into();
        assert!(is_closed_pipe(&of_stdout.context("printing")));
    }
}
