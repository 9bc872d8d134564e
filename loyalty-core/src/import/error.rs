//! What can be wrong with an export.

use std::fmt;

use crate::path::Path;
use crate::read::{ReadError, codes};

codes! {
    /// Every code that an [`ImportError`] can have beside those of reading JSON, in the order of the
    /// alphabet. `docs/errors.md` says what each means.
    AMOUNT = "import.amount";
    COLUMN = "import.column";
    CSV = "import.csv";
    CURRENCY = "import.currency";
    CUSTOMER = "import.customer";
    EDITED = "import.edited";
    ID = "import.id";
    LINES = "import.lines";
    QUANTITY = "import.quantity";
    REFUND = "import.refund";
    REFUND_TIME = "import.refund_time";
    RETURNED_LESS = "import.returned_less";
    REVIVED = "import.revived";
    STATUS = "import.status";
    SUMS = "import.sums";
    TIME = "import.time";
}

/// The first thing that is wrong with an export, or with two states of an order. Nothing was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ImportError {
    /// The stable code: one of [`CODES`], or a code of reading JSON such as `read.syntax`.
    pub code: &'static str,
    /// Where: a JSON pointer into the document, or `/row/column` of a table.
    pub path: Path,
    /// The row of a table, as a spreadsheet numbers it: the header is row 1.
    pub row: Option<u64>,
    /// What stands there.
    pub found: String,
    /// What could stand there.
    pub allowed: String,
}

impl fmt::Display for ImportError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            code,
            path,
            found,
            allowed,
            ..
        } = self;
        if path.is_root() {
            write!(formatter, "{code}: found {found}, allowed is {allowed}")
        } else {
            write!(
                formatter,
                "{code} at {path}: found {found}, allowed is {allowed}"
            )
        }
    }
}

impl std::error::Error for ImportError {}

impl From<ReadError> for ImportError {
    fn from(error: ReadError) -> Self {
        Self {
            code: error.code,
            path: error.path,
            row: None,
            found: error.found,
            allowed: error.allowed,
        }
    }
}

impl ImportError {
    pub(super) fn new(
        code: &'static str,
        path: Path,
        found: impl fmt::Display,
        allowed: impl fmt::Display,
    ) -> Self {
        Self {
            code,
            path,
            row: None,
            found: found.to_string(),
            allowed: allowed.to_string(),
        }
    }

    /// An order without a row, which no table has.
    pub(super) fn no_rows() -> Self {
        Self::new(LINES, Path::root(), "no row", "a row a line")
    }

    /// The same with its row.
    pub(super) fn in_row(mut self, row: u64) -> Self {
        self.row = Some(row);
        self
    }
}
