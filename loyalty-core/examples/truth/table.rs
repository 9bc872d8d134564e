//! A comparison table that knows whether it holds.

/// How far a value may be off.
#[derive(Clone, Copy)]
pub(crate) enum Allowed {
    Relative(f64),
    Absolute(f64),
}

struct Row {
    what: String,
    published: String,
    exact: f64,
    ours: f64,
    allowed: Allowed,
}

impl Row {
    fn off(&self) -> f64 {
        let gap = (self.ours - self.exact).abs();
        match self.allowed {
            Allowed::Relative(_) if self.exact != 0.0 => gap / self.exact.abs(),
            _ => gap,
        }
    }

    fn holds(&self) -> bool {
        let (Allowed::Relative(limit) | Allowed::Absolute(limit)) = self.allowed;
        self.off() <= limit
    }

    fn cells(&self) -> [String; 6] {
        // Deviations of one unit in the last place differ by nothing that matters: print the decade.
        let off = self.off();
        let off = if off < 1e-13 {
            "< 1e-13".to_owned()
        } else {
            format!("{off:.0e}")
        };
        let limit = match self.allowed {
            Allowed::Relative(limit) => format!("{limit:.0e} rel"),
            Allowed::Absolute(limit) => format!("{limit:.0e} abs"),
        };
        [
            self.what.clone(),
            self.published.clone(),
            digits(self.exact),
            digits(self.ours),
            off,
            limit,
        ]
    }
}

fn digits(value: f64) -> String {
    if value != 0.0 && (value.abs() < 1e-4 || value.abs() >= 1e9) {
        format!("{value:.11e}")
    } else {
        format!("{value:.12}")
    }
}

#[derive(Default)]
pub(crate) struct Table {
    sections: Vec<(String, Vec<Row>)>,
}

impl Table {
    pub(crate) fn section(&mut self, title: &str) {
        self.sections.push((title.to_owned(), Vec::new()));
    }

    pub(crate) fn row(
        &mut self,
        what: &str,
        published: &str,
        exact: f64,
        ours: f64,
        allowed: Allowed,
    ) {
        let row = Row {
            what: what.to_owned(),
            published: published.to_owned(),
            exact,
            ours,
            allowed,
        };
        if let Some((_, rows)) = self.sections.last_mut() {
            rows.push(row);
        }
    }

    pub(crate) fn holds(&self) -> bool {
        self.sections
            .iter()
            .flat_map(|(_, rows)| rows)
            .all(Row::holds)
    }

    pub(crate) fn text(&self) -> String {
        let mut text = String::new();
        for (title, rows) in &self.sections {
            text += &format!("\n{title}\n");
            for row in rows {
                let [what, published, exact, ours, off, limit] = row.cells();
                let mark = if row.holds() { "ok" } else { "LOST" };
                text += &format!(
                    "  {mark:4} {what:44} {published:>12} {exact:>22} {ours:>22}  off {off:>8} (allowed {limit})\n"
                );
            }
        }
        text
    }

    pub(crate) fn markdown(&self) -> String {
        let mut text = String::new();
        for (title, rows) in &self.sections {
            text += &format!(
                "**{title}**\n\n| quantity | published | exact | ours | off | allowed |\n|---|---|---|---|---|---|\n"
            );
            for row in rows {
                text += &format!(
                    "| {} |\n",
                    row.cells().map(|cell| cell.replace('|', "\\|")).join(" | ")
                );
            }
            text.push('\n');
        }
        text.trim_end().to_owned() + "\n"
    }
}
