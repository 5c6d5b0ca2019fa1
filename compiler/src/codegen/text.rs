//! Rust source, line by line.

use std::fmt::{Display, Write};

/// A text that grows.
#[derive(Debug, Default)]
pub(super) struct Text {
    text: String,
}

impl Text {
    pub(super) fn line(&mut self, line: &str) {
        self.text.push_str(line);
        self.text.push('\n');
    }

    /// A static slice with a row a line.
    pub(super) fn table<T>(
        &mut self,
        docs: &str,
        name: &str,
        of: &str,
        rows: impl ExactSizeIterator<Item = T>,
        show: impl Fn(T) -> String,
    ) {
        self.docs(docs);
        if rows.len() == 0 {
            self.line(&format!("static {name}: &[{of}] = &[];"));
            return;
        }
        self.line(&format!("static {name}: &[{of}] = &["));
        for row in rows {
            self.line(&format!("    {},", show(row)));
        }
        self.line("];");
    }

    /// A static perfect-hash map.
    pub(super) fn map(&mut self, docs: &str, name: &str, of: &str, map: impl Display) {
        self.docs(docs);
        // Writing to a string does not fail.
        let _ = writeln!(self.text, "static {name}: phf::Map<&str, {of}> = {map};");
    }

    fn docs(&mut self, docs: &str) {
        self.line("");
        self.line(&format!("/// {docs}"));
    }

    pub(super) fn finish(self) -> String {
        self.text
    }
}

/// A text as a literal: what does not print, quotes and backslashes are escaped.
pub(super) fn quoted(text: &str) -> String {
    format!("{text:?}")
}

/// Bytes as a literal of an array.
pub(super) fn byte_array(bytes: &[u8]) -> String {
    let mut literal = String::with_capacity(4 + bytes.len() * 4);
    literal.push_str("*b\"");
    for byte in bytes {
        let _ = write!(literal, "\\x{byte:02x}");
    }
    literal.push('"');
    literal
}
