//! Aligned columns for people.

use std::io::{self, Write};

use anstyle::Style;
use unicode_width::UnicodeWidthStr;

use super::shown;

/// A column is at most this wide; a longer text pushes the rest of its own row to the right, not that of all rows.
const WIDEST: usize = 60;
/// Between two columns.
const GAP: usize = 2;

/// A text in a table.
#[derive(Debug, Clone)]
pub(crate) struct Cell {
    text: String,
    style: Style,
    right: bool,
}

impl Cell {
    /// A text, escaped, in plain style.
    pub(crate) fn new(text: impl AsRef<str>) -> Cell {
        Cell { text: shown(text.as_ref()), style: Style::new(), right: false }
    }

    /// A number, at the right of its column.
    pub(crate) fn number(text: impl AsRef<str>) -> Cell {
        Cell { right: true, ..Cell::new(text) }
    }

    /// The same in another style.
    pub(crate) fn styled(self, style: Style) -> Cell {
        Cell { style, ..self }
    }

    fn width(&self) -> usize {
        self.text.width()
    }

    fn write(&self, out: &mut impl Write, room: usize) -> io::Result<()> {
        let Cell { text, style, right } = self;
        let padding = " ".repeat(room.saturating_sub(self.width()));
        let (before, after) = if *right { (padding.as_str(), "") } else { ("", padding.as_str()) };
        write!(out, "{before}{style}{text}{style:#}{after}")
    }
}

/// Rows that wait to be printed together. Widths are kept from one batch to the next, so a long stream stays aligned.
#[derive(Debug, Default)]
pub(crate) struct Table {
    indent: usize,
    widths: Vec<usize>,
    rows: Vec<Vec<Cell>>,
}

impl Table {
    /// A table so many columns from the left.
    pub(crate) fn indented(indent: usize) -> Table {
        Table { indent, ..Table::default() }
    }

    /// Adds a row.
    pub(crate) fn row(&mut self, cells: impl Into<Vec<Cell>>) {
        let cells = cells.into();
        self.widths.resize(self.widths.len().max(cells.len()), 0);
        for (width, cell) in self.widths.iter_mut().zip(&cells) {
            *width = cell.width().min(WIDEST).max(*width);
        }
        self.rows.push(cells);
    }

    /// Number of rows that wait.
    pub(crate) fn len(&self) -> usize {
        self.rows.len()
    }

    /// Writes the rows that wait.
    pub(crate) fn write(&mut self, out: &mut impl Write) -> io::Result<()> {
        for row in std::mem::take(&mut self.rows) {
            let last = row.iter().rposition(|cell| !cell.text.is_empty()).unwrap_or(0);
            write!(out, "{:1$}", "", self.indent)?;
            for (index, (cell, &width)) in row.iter().zip(&self.widths).enumerate().take(last + 1) {
                let room = if index == last && !cell.right { 0 } else { width };
                cell.write(out, room)?;
                if index < last {
                    write!(out, "{:1$}", "", GAP)?;
                }
            }
            writeln!(out)?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_aligned_by_what_the_eye_sees() {
        let mut table = Table::default();
        table.row([Cell::new("灯台"), Cell::number("7"), Cell::new("x")]);
        table.row([Cell::new("ab"), Cell::number("12"), Cell::new("a\tb")]);
        let mut out = Vec::new();
        table.write(&mut out).unwrap();
        assert_eq!(String::from_utf8(out).unwrap(), "灯台   7  x\nab    12  a\\u{9}b\n");
    }
}
