//! The board, which has no edges.

use std::collections::{HashMap, HashSet};

use glib_coro::yield_now;

/// A cell. `x` grows to the right, `y` downwards.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Cell {
    /// The column.
    pub x: i64,
    /// The row.
    pub y: i64,
}

impl Cell {
    /// The cell this many columns and rows further.
    pub fn moved(self, (dx, dy): (i64, i64)) -> Self {
        Self {
            x: self.x + dx,
            y: self.y + dy,
        }
    }
}

/// The smallest rectangle that holds some cells, its edges included.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Bounds {
    /// The left upper corner.
    pub min: Cell,
    /// The right lower corner.
    pub max: Cell,
}

impl Bounds {
    /// The smallest rectangle that holds this one and a cell.
    pub fn with(self, cell: Cell) -> Self {
        Self {
            min: Cell {
                x: self.min.x.min(cell.x),
                y: self.min.y.min(cell.y),
            },
            max: Cell {
                x: self.max.x.max(cell.x),
                y: self.max.y.max(cell.y),
            },
        }
    }

    /// The cell in the middle, or the one left of it and above.
    pub fn middle(self) -> Cell {
        Cell {
            x: (self.min.x + self.max.x).div_euclid(2),
            y: (self.min.y + self.max.y).div_euclid(2),
        }
    }
}

/// The cells that live.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Board(HashSet<Cell>);

impl Board {
    /// How many cells live.
    pub fn population(&self) -> usize {
        self.0.len()
    }

    /// Whether a cell lives.
    pub fn is_alive(&self, cell: Cell) -> bool {
        self.0.contains(&cell)
    }

    /// Gives a cell life.
    pub fn insert(&mut self, cell: Cell) {
        self.0.insert(cell);
    }

    /// Gives a cell life, or takes it.
    pub fn toggle(&mut self, cell: Cell) {
        if !self.0.remove(&cell) {
            self.0.insert(cell);
        }
    }

    /// Where the living cells are; of an empty board, just (0, 0).
    pub fn bounds(&self) -> Bounds {
        let mut cells = self.0.iter();
        let first = cells.next().copied().unwrap_or_default();
        let bounds = Bounds {
            min: first,
            max: first,
        };
        cells.fold(bounds, |bounds, cell| bounds.with(*cell))
    }

    /// The next generation: three neighbours give life, two keep it.
    ///
    /// Only what is near a living cell is looked at, so it does not matter how far apart they are. A large
    /// board takes its time, during which others get theirs.
    pub async fn next_generation(&self) -> Self {
        const AT_ONCE: usize = 500;
        let mut neighbours: HashMap<Cell, u8> = HashMap::new();
        for (cell, count) in self.0.iter().zip(1..) {
            for direction in AROUND {
                *neighbours.entry(cell.moved(direction)).or_default() += 1;
            }
            if count % AT_ONCE == 0 {
                yield_now().await;
            }
        }
        let mut next = Self::default();
        for ((cell, neighbours), count) in neighbours.into_iter().zip(1..) {
            if neighbours == 3 || neighbours == 2 && self.is_alive(cell) {
                next.insert(cell);
            }
            if count % (8 * AT_ONCE) == 0 {
                yield_now().await;
            }
        }
        next
    }
}

const AROUND: [(i64, i64); 8] = [
    (-1, -1),
    (0, -1),
    (1, -1),
    (-1, 0),
    (1, 0),
    (-1, 1),
    (0, 1),
    (1, 1),
];

impl FromIterator<Cell> for Board {
    fn from_iter<I: IntoIterator<Item = Cell>>(cells: I) -> Self {
        Self(cells.into_iter().collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use glib_coro::block_on;

    const GLIDER: [(i64, i64); 5] = [(0, -1), (1, 0), (-1, 1), (0, 1), (1, 1)];
    const R_PENTOMINO: [(i64, i64); 5] = [(1, 0), (2, 0), (0, 1), (1, 1), (1, 2)];

    fn board(cells: &[(i64, i64)]) -> Board {
        let cells = cells.iter().map(|&cell| Cell::default().moved(cell));
        cells.collect()
    }

    /// The board after so many generations.
    fn after(generations: usize, mut board: Board) -> Board {
        block_on(async move {
            for _ in 0..generations {
                board = board.next_generation().await;
            }
            board
        })
    }

    #[test]
    fn a_blinker_blinks() {
        let blinker = board(&[(-1, 0), (0, 0), (1, 0)]);
        assert_eq!(after(1, blinker.clone()), board(&[(0, -1), (0, 0), (0, 1)]));
        assert_eq!(after(2, blinker.clone()), blinker);
    }

    #[test]
    fn a_glider_glides() {
        let moved = board(&GLIDER.map(|(x, y)| (x + 1, y + 1)));
        assert_eq!(after(4, board(&GLIDER)), moved);
    }

    #[test]
    fn the_r_pentomino_grows_as_is_known() {
        let known = [
            5, 6, 7, 9, 8, 9, 12, 11, 18, 11, 11, 10, 13, 16, 19, 19, 23, 25, 35, 25, 32,
        ];
        for (generation, population) in known.into_iter().enumerate() {
            let board = after(generation, board(&R_PENTOMINO));
            assert_eq!(board.population(), population, "generation {generation}");
        }
        assert_eq!(after(100, board(&R_PENTOMINO)).population(), 121);
        let later = after(200, board(&R_PENTOMINO));
        let bounds = Bounds {
            min: Cell { x: -40, y: -32 },
            max: Cell { x: 34, y: 40 },
        };
        assert_eq!((later.population(), later.bounds()), (120, bounds));
    }

    #[test]
    fn distance_costs_nothing() {
        let far = 1 << 40;
        let pair = |x| [(x, 0), (x + 1, 0), (x, 1), (x + 1, 1)];
        let blocks = board(&[pair(-far), pair(far)].concat());
        assert_eq!(after(3, blocks.clone()), blocks);
    }

    #[test]
    fn an_empty_board_has_bounds() {
        assert_eq!(Board::default().bounds(), Bounds::default());
        assert_eq!(after(1, Board::default()), Board::default());
    }

    #[test]
    fn the_middle_is_rounded_down() {
        let bounds = |min, max| Bounds {
            min: Cell { x: min, y: min },
            max: Cell { x: max, y: max },
        };
        assert_eq!(bounds(0, 3).middle(), Cell { x: 1, y: 1 });
        assert_eq!(bounds(-4, 1).middle(), Cell { x: -2, y: -2 });
    }

    #[test]
    fn toggling_twice_changes_nothing() {
        let mut toggled = board(&GLIDER);
        toggled.toggle(Cell { x: 7, y: 7 });
        assert_eq!(toggled.population(), 6);
        toggled.toggle(Cell { x: 7, y: 7 });
        assert_eq!(toggled, board(&GLIDER));
    }
}
