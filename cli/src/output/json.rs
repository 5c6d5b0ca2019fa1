//! JSON that is safe to look at: what is unprintable is written as `\uXXXX`, which means the same.

use std::io::{self, Write};

use serde::Serialize;
use serde_json::ser::{CompactFormatter, Formatter, PrettyFormatter, Serializer};

use super::is_unprintable;

/// Writes a value as one line.
pub(crate) fn json_line(out: &mut impl Write, value: &impl Serialize) -> io::Result<()> {
    write(out, value, CompactFormatter)
}

/// Writes a value on several lines, for one that stands alone.
pub(crate) fn json_pretty(out: &mut impl Write, value: &impl Serialize) -> io::Result<()> {
    write(out, value, PrettyFormatter::new())
}

fn write(out: &mut impl Write, value: &impl Serialize, formatter: impl Formatter) -> io::Result<()> {
    value.serialize(&mut Serializer::with_formatter(&mut *out, Safe(formatter)))?;
    out.write_all(b"\n")
}

/// A formatter that escapes more than JSON demands.
struct Safe<F>(F);

/// Hands methods on to the inner formatter.
macro_rules! hand_on {
    ($($name:ident($($argument:ident: $type:ty),*);)+) => {
        $(fn $name<W: ?Sized + Write>(&mut self, writer: &mut W $(, $argument: $type)*) -> io::Result<()> {
            self.0.$name(writer $(, $argument)*)
        })+
    };
}

impl<F: Formatter> Formatter for Safe<F> {
    hand_on! {
        begin_array();
        end_array();
        begin_array_value(first: bool);
        end_array_value();
        begin_object();
        end_object();
        begin_object_key(first: bool);
        end_object_key();
        begin_object_value();
        end_object_value();
    }

    fn write_string_fragment<W: ?Sized + Write>(&mut self, writer: &mut W, fragment: &str) -> io::Result<()> {
        // ASCII but for DEL is printable here: serde_json has escaped the other controls already.
        if fragment.bytes().all(|byte| byte < 0x7F) {
            return writer.write_all(fragment.as_bytes());
        }
        let mut units = [0; 2];
        for piece in fragment.split_inclusive(is_unprintable) {
            let last = piece.chars().next_back().filter(|&last| is_unprintable(last));
            let kept = last.map_or(piece, |last| piece.strip_suffix(last).unwrap_or(piece));
            writer.write_all(kept.as_bytes())?;
            for unit in last.iter().flat_map(|last| last.encode_utf16(&mut units).to_vec()) {
                write!(writer, "\\u{unit:04x}")?;
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unprintable_characters_are_escaped_and_read_back_the_same() {
        let text = "a\u{1b}\u{7f}\u{9b}\u{202e}é灯\"";
        let mut out = Vec::new();
        json_line(&mut out, &text).unwrap();
        let line = String::from_utf8(out).unwrap();
        assert_eq!(line, "\"a\\u001b\\u007f\\u009b\\u202eé灯\\\"\"\n");
        assert_eq!(serde_json::from_str::<String>(&line).unwrap(), text);
    }
}
