//! Tables of comma-separated text, by the names of their columns.

use csv_core::{ReadRecordResult, Reader};

use crate::path::Path;
use crate::serde_text::excerpt;

use super::error::{COLUMN, CSV, ImportError};

/// A table: a header and rows of as many cells.
pub(super) struct Table {
    header: Vec<String>,
    rows: Vec<Vec<String>>,
}

/// A row with its number, as a spreadsheet counts: the header is row 1.
#[derive(Clone, Copy)]
pub(super) struct Row<'t> {
    table: &'t Table,
    cells: &'t [String],
    pub(super) number: u64,
}

impl Table {
    pub(super) fn read(text: &str) -> Result<Self, ImportError> {
        // Quotes stand around cells or are doubled within them: their number is even.
        let quotes = text.bytes().filter(|byte| *byte == b'"').count();
        if quotes % 2 != 0 {
            let found = format_args!("{quotes} quotation marks");
            let allowed = "an even number: the text is cut off, or a quote is not doubled";
            return Err(ImportError::new(CSV, Path::root(), found, allowed));
        }
        let mut records = records(text.trim_start_matches('\u{feff}')).into_iter();
        let header: Vec<String> = records.next().unwrap_or_default();
        let header: Vec<String> = header.iter().map(|name| name.trim().to_owned()).collect();
        if header.iter().all(String::is_empty) {
            let allowed = "a header with the names of the columns";
            return Err(ImportError::new(CSV, Path::root(), "no header", allowed));
        }
        let table = Self {
            rows: records.collect(),
            header,
        };
        for (cells, number) in table.rows.iter().zip(2_u64..) {
            if cells.len() != table.header.len() {
                let found = format_args!("{} cells", cells.len());
                let allowed = format_args!("{} cells, as the header has", table.header.len());
                let path = Path::root().key(&number.to_string());
                return Err(ImportError::new(CSV, path, found, allowed).in_row(number));
            }
        }
        Ok(table)
    }

    pub(super) fn rows(&self) -> impl Iterator<Item = Row<'_>> {
        let rows = self.rows.iter().zip(2_u64..);
        rows.map(|(cells, number)| Row {
            table: self,
            cells,
            number,
        })
    }

    pub(super) fn has(&self, column: &str) -> bool {
        self.header.iter().any(|name| name == column)
    }

    /// Refuses a table without a column, or with two of its name.
    pub(super) fn require(&self, column: &str) -> Result<(), ImportError> {
        let found = match self.header.iter().filter(|name| *name == column).count() {
            1 => return Ok(()),
            0 => format!("the columns {}", excerpt(&self.header.join(", "))),
            count => format!("{count} columns named {column:?}"),
        };
        let path = Path::root().key(column);
        let allowed = format_args!("one column named {column:?}");
        Err(ImportError::new(COLUMN, path, found, allowed))
    }
}

impl<'t> Row<'t> {
    /// The cell of a column without spaces around it; empty where the table has no such column.
    pub(super) fn get(&self, column: &str) -> &'t str {
        let place = self.table.header.iter().position(|name| name == column);
        let cell = place.and_then(|place| self.cells.get(place));
        cell.map_or("", |cell| cell.trim())
    }

    /// An error about a cell.
    pub(super) fn error(
        &self,
        code: &'static str,
        column: &str,
        allowed: impl std::fmt::Display,
    ) -> ImportError {
        let path = Path::root().key(&self.number.to_string()).key(column);
        let found = match self.get(column) {
            "" => "nothing".to_owned(),
            cell => format!("{:?}", excerpt(cell)),
        };
        ImportError::new(code, path, found, allowed).in_row(self.number)
    }
}

/// The records of a text; lines without anything are left out.
fn records(text: &str) -> Vec<Vec<String>> {
    let mut reader = Reader::new();
    // What is unquoted is no longer than what stands there.
    let mut cells = vec![0_u8; text.len().saturating_add(1)];
    let mut ends = vec![0_usize; 16];
    let (mut records, mut rest) = (Vec::new(), text.as_bytes());
    let (mut written, mut ended) = (0_usize, 0_usize);
    loop {
        let into = cells.get_mut(written..).unwrap_or_default();
        let marks = ends.get_mut(ended..).unwrap_or_default();
        let (result, read, wrote, marked) = reader.read_record(rest, into, marks);
        rest = rest.get(read..).unwrap_or_default();
        written = written.saturating_add(wrote);
        ended = ended.saturating_add(marked);
        match result {
            ReadRecordResult::InputEmpty => {}
            ReadRecordResult::OutputFull => cells.resize(cells.len().saturating_mul(2), 0),
            ReadRecordResult::OutputEndsFull => ends.resize(ends.len().saturating_mul(2), 0),
            ReadRecordResult::Record => {
                records.push(split(&cells, ends.get(..ended).unwrap_or_default()));
                (written, ended) = (0, 0);
            }
            ReadRecordResult::End => return records,
        }
    }
}

fn split(cells: &[u8], ends: &[usize]) -> Vec<String> {
    let starts = std::iter::once(0).chain(ends.iter().copied());
    starts
        .zip(ends)
        .map(|(start, end)| {
            let cell = cells.get(start..*end).unwrap_or_default();
            String::from_utf8_lossy(cell).into_owned()
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quotes_lines_and_marks_of_windows() {
        let text = "\u{feff}Name , Note\r\n#1,\"a, \"\"b\"\"\nc\"\r\n\r\n#2,é\r\n";
        let table = Table::read(text).unwrap();
        let rows: Vec<Row<'_>> = table.rows().collect();
        let cells: Vec<_> = rows
            .iter()
            .map(|row| (row.number, row.get("Note")))
            .collect();
        assert_eq!(cells, [(2, "a, \"b\"\nc"), (3, "é")]);
        assert!(table.require("Name").is_ok() && !table.has("name"));
        assert_eq!(rows.first().unwrap().get("Other"), "");
    }

    #[test]
    fn more_cells_than_the_first_guess() {
        let header: Vec<String> = (0..100).map(|place| format!("c{place}")).collect();
        let text = format!("{}\n{}\n", header.join(","), vec!["x"; 100].join(","));
        let table = Table::read(&text).unwrap();
        assert_eq!(table.rows().next().unwrap().get("c99"), "x");
    }

    #[test]
    fn what_is_no_table() {
        for (text, code, row) in [
            ("", "import.csv", None),
            ("\n\n", "import.csv", None),
            ("a,b\n1,\"2\n", "import.csv", None),
            ("a,b\n1,2\n1\n", "import.csv", Some(3)),
        ] {
            let error = Table::read(text).err().unwrap();
            assert_eq!((error.code, error.row), (code, row), "{text:?}");
        }
        let table = Table::read("a,a,b\n").unwrap();
        assert_eq!(table.require("a").unwrap_err().code, "import.column");
        assert_eq!(table.require("c").unwrap_err().path.to_string(), "/c");
    }
}
