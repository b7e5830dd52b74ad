//! Files with patterns, in a subset of the format Life 1.05.
//!
//! The files come from anywhere: lines, cells and coordinates are bounded.

use std::fmt::{self, Display};
use std::fs::{self, File};
use std::io::{self, BufRead, BufReader};
use std::path::Path;

use super::board::{Board, Cell};
use crate::while_trying;

/// The longest line there may be, in bytes, its end included.
const LONGEST_LINE: usize = 64 * 1024;
/// More cells than anybody would want to watch.
const MOST_CELLS: usize = 100_000;

/// What is wrong with a file, and where.
#[derive(Debug, PartialEq, Eq)]
pub struct BadPattern {
    line: usize,
    kind: Kind,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Version,
    FirstLine,
    DuplicateRule,
    Rule,
    NonstandardRule,
    MissingRule,
    Origin,
    Cells,
    Unrecognized,
    LineTooLong,
    TooManyCells,
}

impl Display for BadPattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let what = match self.kind {
            Kind::Version => r##"bad "#Life" version, expected "#Life 1.05""##,
            Kind::FirstLine => r##"first line must begin with "#Life""##,
            Kind::DuplicateRule => "duplicate rule",
            Kind::Rule => r##"bad rule, expected "#R 23/3" or "#N""##,
            Kind::NonstandardRule => "nonstandard rule, only 23/3 is known",
            Kind::MissingRule => r##"missing rule, expected "#N" before the first block"##,
            Kind::Origin => r##"bad block origin, expected "#P x y""##,
            Kind::Cells => r#"bad cells, expected "." and "*""#,
            Kind::Unrecognized => "unrecognized line",
            Kind::LineTooLong => "line too long",
            Kind::TooManyCells => "too many cells",
        };
        write!(f, "line {}: {what}", self.line)
    }
}

impl std::error::Error for BadPattern {}

/// Loads a file. The error names it.
pub fn load(path: &Path) -> io::Result<Board> {
    // A pipe might never say anything; opening it might take as long.
    let board = fs::metadata(path).and_then(|metadata| {
        if metadata.is_file() {
            read(BufReader::new(File::open(path)?))
        } else {
            Err(io::Error::other("not a regular file"))
        }
    });
    board.map_err(while_trying(path.display()))
}

fn read(mut input: impl BufRead) -> io::Result<Board> {
    let mut reader = Reader::default();
    let mut line = Vec::new();
    loop {
        line.clear();
        let limit = LONGEST_LINE as u64;
        match io::Read::take(&mut input, limit).read_until(b'\n', &mut line)? {
            0 => return Ok(reader.board),
            LONGEST_LINE if !line.ends_with(b"\n") => reader.fail(Kind::LineTooLong),
            _ => reader.line(line.trim_ascii_end()),
        }
        .map_err(|kind| {
            let line = reader.lines;
            io::Error::new(io::ErrorKind::InvalidData, BadPattern { line, kind })
        })?;
    }
}

/// What has been read so far.
#[derive(Default)]
struct Reader {
    board: Board,
    lines: usize,
    has_rule: bool,
    /// Where the next row of the block begins.
    row: Option<Cell>,
}

impl Reader {
    fn fail(&mut self, kind: Kind) -> Result<(), Kind> {
        self.lines += 1;
        Err(kind)
    }

    fn line(&mut self, line: &[u8]) -> Result<(), Kind> {
        self.lines += 1;
        if self.lines == 1 {
            return match line.strip_prefix(b"#Life ") {
                Some(b"1.05") => Ok(()),
                Some(_) => Err(Kind::Version),
                None => Err(Kind::FirstLine),
            };
        }
        match line {
            // Comments are in whatever encoding their author had.
            [b'#', b'D' | b'C', ..] => Ok(()),
            [b'#', b'R', rule @ ..] => self.rule(check_rule(rule)),
            b"#N" => self.rule(Ok(())),
            [b'#', b'P', origin @ ..] => {
                if !self.has_rule {
                    return Err(Kind::MissingRule);
                }
                self.row = Some(parse_origin(origin).ok_or(Kind::Origin)?);
                Ok(())
            }
            cells => self.cells(cells),
        }
    }

    fn rule(&mut self, checked: Result<(), Kind>) -> Result<(), Kind> {
        if self.has_rule {
            return Err(Kind::DuplicateRule);
        }
        self.has_rule = true;
        checked
    }

    fn cells(&mut self, cells: &[u8]) -> Result<(), Kind> {
        let Some(row) = &mut self.row else {
            return Err(Kind::Unrecognized);
        };
        for (cell, column) in cells.iter().zip(row.x..) {
            match cell {
                b'.' => {}
                b'*' => self.board.insert(Cell {
                    x: column,
                    y: row.y,
                }),
                _ => return Err(Kind::Cells),
            }
        }
        row.y += 1;
        if self.board.population() > MOST_CELLS {
            return Err(Kind::TooManyCells);
        }
        Ok(())
    }
}

/// A rule is the counts of neighbours with which a cell survives, a slash, and those with which one is born.
fn check_rule(rule: &[u8]) -> Result<(), Kind> {
    let rule = rule.strip_prefix(b" ").ok_or(Kind::Rule)?;
    let slash = rule.iter().position(|byte| *byte == b'/');
    let (survival, birth) = rule.split_at(slash.ok_or(Kind::Rule)?);
    if !survival.iter().chain(&birth[1..]).all(u8::is_ascii_digit) {
        return Err(Kind::Rule);
    }
    match rule {
        b"23/3" => Ok(()),
        _ => Err(Kind::NonstandardRule),
    }
}

/// Two integers, each after a single space.
fn parse_origin(origin: &[u8]) -> Option<Cell> {
    let origin = str::from_utf8(origin.strip_prefix(b" ")?).ok()?;
    let (x, y) = origin.split_once(' ')?;
    // No board reaches so far from here that its coordinates do not fit into 64 bits.
    let integer = |text: &str| text.parse::<i32>().ok().map(i64::from);
    Some(Cell {
        x: integer(x)?,
        y: integer(y)?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cells(text: &str) -> Vec<(i64, i64)> {
        let board = read(text.as_bytes()).expect("a good file");
        let Cell { x: left, y: top } = board.bounds().min;
        let Cell {
            x: right,
            y: bottom,
        } = board.bounds().max;
        (top..=bottom)
            .flat_map(|y| (left..=right).map(move |x| Cell { x, y }))
            .filter(|cell| board.is_alive(*cell))
            .map(|cell| (cell.x, cell.y))
            .collect()
    }

    #[track_caller]
    fn refused(text: impl AsRef<[u8]>, message: &str) {
        let error = read(text.as_ref()).expect_err("a bad file").to_string();
        assert!(error.starts_with(message), "{error}");
    }

    #[test]
    fn good_files() {
        let glider = [(0, 0), (1, 1), (-1, 2), (0, 2), (1, 2)];
        for rule in ["#N", "#R 23/3"] {
            let text = format!("#Life 1.05\n#D A glider\n{rule}\n#P -1 0\n.*\n..*\n***\n");
            assert_eq!(cells(&text), glider);
            let text = text.trim_end().replace('\n', "  \r\n");
            assert_eq!(cells(&text), glider, "white space and no last end of line");
        }
    }

    #[test]
    fn two_blocks_and_an_empty_row() {
        let text = "#Life 1.05\n#C first\n#N\n#P 5 -7\n*\n\n.*\n#C second\n#P +1 2\n*.*\n";
        assert_eq!(cells(text), [(5, -7), (6, -5), (1, 2), (3, 2)]);
    }

    #[test]
    fn no_cells_at_all() {
        for text in [
            "",
            "#Life 1.05",
            "#Life 1.05\n#D nothing\n#N\n",
            "#Life 1.05\n#N\n#P 0 0\n..\n",
        ] {
            assert_eq!(
                read(text.as_bytes()).expect("a good file"),
                Board::default()
            );
        }
    }

    #[test]
    fn comments_need_not_be_utf_8() {
        assert!(read(&b"#Life 1.05\n#D caf\xe9\n#N\n"[..]).is_ok());
    }

    #[test]
    fn bad_files() {
        refused("#Life 1.06\n", r##"line 1: bad "#Life" version"##);
        refused("#Life 1.05 \u{a0}", r##"line 1: bad "#Life" version"##);
        refused("#Life", r##"line 1: first line must begin with "#Life""##);
        refused("\n#Life 1.05\n", "line 1: first line must begin");
        refused("#Life 1.05\n#N\n#R 23/3\n", "line 3: duplicate rule");
        refused("#Life 1.05\n#N\n\n", "line 3: unrecognized line");
        refused("#Life 1.05\n#N\n#P 0 0\n#N\n", "line 4: duplicate rule");
        for rule in ["", " ", " 23", " 23/3 x", " a/b", " /3/", "23/3"] {
            refused(format!("#Life 1.05\n#R{rule}\n"), "line 2: bad rule");
        }
        refused("#Life 1.05\n#R 125/36\n", "line 2: nonstandard rule");
        refused("#Life 1.05\n#P 0 0\n*\n", "line 2: missing rule");
        for origin in [
            "",
            " 1",
            " 1 2 3",
            "  1 2",
            " 1  2",
            " a b",
            " 1 9999999999",
        ] {
            refused(
                format!("#Life 1.05\n#N\n#P{origin}\n"),
                "line 3: bad block origin",
            );
        }
        refused("#Life 1.05\n#N\n#P 0 0\n**\n*o*\n", "line 5: bad cells");
        refused(b"#Life 1.05\n#N\n#P 0 0\n\xff\n", "line 4: bad cells");
        refused("#Life 1.05\n#N\n***\n", "line 3: unrecognized line");
    }

    #[test]
    fn files_without_end_are_refused() {
        let endless = b"#Life 1.05\n#D "
            .iter()
            .copied()
            .chain(std::iter::repeat_n(b'x', LONGEST_LINE));
        refused(endless.collect::<Vec<u8>>(), "line 2: line too long");
        let row = format!("{}\n", "*".repeat(1_000));
        let text = format!("#Life 1.05\n#N\n#P 0 0\n{}", row.repeat(101));
        refused(text, "line 104: too many cells");
    }

    #[test]
    fn errors_name_the_file() {
        let error = |path: &str| load(Path::new(path)).expect_err("no pattern").to_string();
        assert!(error("/no/such/file").starts_with("/no/such/file: No such file"));
        assert_eq!(error("/dev/zero"), "/dev/zero: not a regular file");
    }
}
