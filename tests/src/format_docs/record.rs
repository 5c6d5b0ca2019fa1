//! What a record of the format is: the tables of the page are made from it, and the example is read with it.

use std::fmt::Write;

/// A record of fixed length.
#[derive(Debug)]
pub struct Record {
    /// Its name, and that of its part of the page.
    pub name: &'static str,
    /// Its length as the code has it, bytes.
    pub len: usize,
    /// Its fields, one behind the other.
    pub fields: Vec<Field>,
}

/// A field of a record. Numbers are little-endian.
#[derive(Debug)]
pub struct Field {
    /// Where it begins, bytes.
    pub offset: usize,
    /// Its length, bytes.
    pub len: usize,
    /// Its name; empty if it is reserved, and zero.
    pub name: &'static str,
    /// What it says.
    pub meaning: String,
    /// Whether it is a number.
    pub is_number: bool,
}

impl Record {
    /// Kind (`u32`, or a number of bytes), name and meaning of each field.
    pub(super) fn new(
        name: &'static str,
        len: usize,
        fields: Vec<(&'static str, &'static str, String)>,
    ) -> Record {
        let mut offset = 0;
        let field = |(kind, name, meaning): (&'static str, &'static str, String)| {
            let bits = kind.strip_prefix('u').and_then(|bits| bits.parse::<usize>().ok());
            let len = bits.map_or_else(|| kind.parse().expect("a number of bytes"), |bits| bits / 8);
            offset += len;
            Field { offset: offset - len, len, name, meaning, is_number: bits.is_some() }
        };
        Record { name, len, fields: fields.into_iter().map(field).collect() }
    }

    /// As a table of the page.
    pub(super) fn table(&self) -> String {
        let mut text =
            format!("{} bytes:\n\n| offset | type | name | meaning |\n|---|---|---|---|\n", self.len);
        for Field { offset, len, name, meaning, is_number } in &self.fields {
            let kind = if *is_number { format!("u{}", len * 8) } else { format!("{len} bytes") };
            let _ = match *name {
                "" => writeln!(text, "| {offset} | {kind} | | reserved, zero |"),
                name => writeln!(text, "| {offset} | {kind} | `{name}` | {meaning} |"),
            };
        }
        text
    }

    /// The number in a field of the record at `start`.
    pub(super) fn number(&self, bytes: &[u8], start: usize, name: &str) -> u64 {
        let field = self.fields.iter().find(|field| field.name == name).expect("the record has this field");
        super::number(&bytes[start + field.offset..][..field.len])
    }
}
