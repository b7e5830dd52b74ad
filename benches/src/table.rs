//! Tables in Markdown that can be read as they are.

use std::fmt;

/// Rows of text below a heading; every row has as many cells as the heading.
#[derive(Debug)]
pub struct Table {
    rows: Vec<Vec<String>>,
    /// So many columns hold words; the others numbers.
    words: usize,
}

impl Table {
    /// A table with these columns.
    pub fn new(words: usize, heading: impl IntoIterator<Item = String>) -> Self {
        Self {
            rows: vec![heading.into_iter().collect()],
            words,
        }
    }

    /// Adds a row.
    pub fn row(&mut self, cells: impl IntoIterator<Item = String>) {
        let cells: Vec<_> = cells.into_iter().collect();
        assert_eq!(cells.len(), self.rows[0].len(), "a row of other columns");
        self.rows.push(cells);
    }
}

impl fmt::Display for Table {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (number, row) in self.rows.iter().enumerate() {
            writeln!(f, "| {} |", row.join(" | "))?;
            if number == 0 {
                let line = |column| if column < self.words { "---|" } else { "---:|" };
                writeln!(f, "|{}", (0..row.len()).map(line).collect::<String>())?;
            }
        }
        Ok(())
    }
}
