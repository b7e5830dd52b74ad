//! The part of the board that can be seen.

use super::board::{Bounds, Cell};

/// A rectangle of cells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct View {
    /// The left upper corner.
    pub origin: Cell,
    /// How many columns are seen in full, at least one.
    pub columns: i64,
    /// How many rows are seen in full, at least one.
    pub rows: i64,
}

impl View {
    /// The cells it shows.
    pub fn bounds(self) -> Bounds {
        Bounds {
            min: self.origin,
            max: self.origin.moved((self.columns - 1, self.rows - 1)),
        }
    }

    /// Puts a cell in the middle.
    pub fn centred(self, cell: Cell) -> Self {
        Self {
            origin: cell.moved((-self.columns / 2, -self.rows / 2)),
            ..self
        }
    }

    /// Moves just enough to show a cell, off the last column and the last row.
    pub fn showing(self, cell: Cell) -> Self {
        Self {
            origin: Cell {
                x: nearest(self.origin.x, cell.x, self.columns),
                y: nearest(self.origin.y, cell.y, self.rows),
            },
            ..self
        }
    }
}

/// The origin nearest to `origin` from which `place` is one of the first `length` places but the last.
fn nearest(origin: i64, place: i64, length: i64) -> i64 {
    origin.clamp(place - (length - 2).max(0), place)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn view(x: i64, y: i64) -> View {
        View {
            origin: Cell { x, y },
            columns: 40,
            rows: 20,
        }
    }

    #[test]
    fn home_is_in_the_middle() {
        assert_eq!(view(7, 7).centred(Cell { x: 0, y: 0 }), view(-20, -10));
    }

    #[test]
    fn it_moves_just_enough() {
        let showing = |x, y| view(0, 0).showing(Cell { x, y });
        for (x, y) in [(0, 0), (38, 18), (20, 10)] {
            assert_eq!(showing(x, y), view(0, 0));
        }
        assert_eq!(showing(-1, -3), view(-1, -3));
        assert_eq!(showing(39, 21), view(1, 3));
    }

    #[test]
    fn it_may_be_tiny() {
        let tiny = View {
            columns: 1,
            rows: 1,
            ..view(0, 0)
        };
        assert_eq!(
            tiny.showing(Cell { x: 5, y: -5 }).origin,
            Cell { x: 5, y: -5 }
        );
        assert_eq!(tiny.bounds().max, Cell { x: 0, y: 0 });
    }
}
