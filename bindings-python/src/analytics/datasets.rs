//! The texts of two published data sets as tables.

use std::sync::Arc;

use arrow_array::Decimal128Array;
use loyalty_core::number::Money;
use pyo3::prelude::*;

use super::frame::iso_day;
use super::table::{Table, days, ints};
use crate::errors::{Failure, Family, core};

/// The fields of each line that has any, and the number of the line.
fn lines(text: &str) -> impl Iterator<Item = (usize, Vec<&str>)> {
    (1..).zip(text.lines()).filter_map(|(at, line)| {
        let parts = line.split([' ', ',', '\t', '\r']);
        let fields: Vec<&str> = parts.filter(|part| !part.is_empty()).collect();
        (!fields.is_empty()).then_some((at, fields))
    })
}

fn damaged(at: usize, allowed: &str) -> Failure {
    let path = format!("/line/{at}");
    Failure::input("input.file", path, "a line of another form", allowed)
}

/// The purchases of CDNOW: customer in the master file, in the sample, day, CDs, dollars.
#[pyfunction]
pub(crate) fn cdnow(py: Python<'_>, text: &str) -> PyResult<Table> {
    core(py, || {
        let (mut customer, mut day) = (Vec::new(), Vec::new());
        let (mut quantity, mut cents) = (Vec::new(), Vec::new());
        for (at, fields) in lines(text) {
            let wrong = || damaged(at, "five fields, as in CDNOW_sample.txt");
            let [_, id, date, cds, dollars] = fields[..] else {
                return Err(wrong());
            };
            let dollars: Money = dollars.parse().map_err(|_| wrong())?;
            let (Some(year), Some(month), Some(of_month)) =
                (date.get(..4), date.get(4..6), date.get(6..))
            else {
                return Err(wrong());
            };
            customer.push(id.parse::<i64>().map_err(|_| wrong())?);
            day.push(iso_day(&format!("{year}-{month}-{of_month}")).ok_or_else(wrong)?);
            quantity.push(cds.parse::<i64>().map_err(|_| wrong())?);
            let usd = "USD".parse()?;
            cents.push(Some(i128::from(dollars.minor_in(usd)?)));
        }
        let amount: Decimal128Array = cents.into_iter().collect();
        let amount = amount
            .with_precision_and_scale(18, 2)
            .map_err(|error| Failure::new(Family::Internal, "internal.state", error))?;
        Table::of(vec![
            ("customer", ints(customer)),
            ("date", days(day)),
            ("quantity", ints(quantity)),
            ("amount", Arc::new(amount)),
        ])
    })
}

/// The donors of the BG/BB example: frequency, recency, periods, weights.
#[pyfunction]
pub(crate) fn donations(py: Python<'_>, text: &str) -> PyResult<Table> {
    core(py, || {
        let mut columns: [Vec<i64>; 4] = Default::default();
        for (at, fields) in lines(text).skip(1) {
            let read: Result<Vec<i64>, _> = fields.iter().map(|field| field.parse()).collect();
            let row = read.ok().filter(|row| row.len() == columns.len());
            let row = row.ok_or_else(|| damaged(at, "four whole numbers, as in donations.csv"))?;
            for (column, value) in columns.iter_mut().zip(row) {
                column.push(value);
            }
        }
        let names = ["frequency", "recency", "periods", "weights"];
        let columns = names.into_iter().zip(columns.map(ints));
        Table::of(columns.collect())
    })
}
