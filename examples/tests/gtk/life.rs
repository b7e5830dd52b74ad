//! Conway's Life, from outside.

use std::fs;
use std::path::PathBuf;

use glib_coro_tests::display::{Colour, Picture};

use crate::support::Program;
use crate::{display, start, start_blind};

const BACKGROUND: Colour = Colour([0xe6, 0xe6, 0xe6]);
const LINES: Colour = Colour([0x73, 0xe6, 0xe6]);
const CURSOR: Colour = Colour([0x73, 0xa1, 0xe6]);
const ALIVE: Colour = Colour([0xb3, 0x59, 0x8f]);

const R_PENTOMINO: &str = "#Life 1.05\n#D The R-pentomino\n#R 23/3\n#P 0 0\n.**\n**\n.*\n";
/// No test waits that long.
const FOR_EVER: &str = "--step=100000";

/// The window shows 40 × 40 cells of 16 × 16 pixels, beside a border of 10.
const FIRST: usize = 10;
const SIDE: usize = 16;
const CELLS: usize = 40;

/// The colour inside of a cell, off its middle by so many pixels, counted from the left upper one that
/// can be seen.
fn inside(picture: &Picture, column: usize, row: usize, off: usize) -> Colour {
    let middle = |cell| FIRST + cell * SIDE + SIDE / 2;
    let colour = picture.at(middle(column) + off, middle(row) + off);
    colour.expect("the window is large enough")
}

/// The columns and rows of the living cells that can be seen.
fn alive(picture: &Picture) -> Vec<(usize, usize)> {
    let cells = (0..CELLS).flat_map(|row| (0..CELLS).map(move |column| (column, row)));
    cells
        .filter(|(column, row)| inside(picture, *column, *row, 0) == ALIVE)
        .collect()
}

fn file(name: &str, text: &str) -> PathBuf {
    let path = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(name);
    fs::write(&path, text).expect("room for a file");
    path
}

/// Waits for a text of the information bar.
#[track_caller]
fn expect(program: &Program, text: &str) {
    while program.error() != text {}
}

#[test]
fn refuses_bad_options_before_there_is_a_window() {
    for args in [
        &["--step=-1"][..],
        &["--step=fast"],
        &["--step=inf"],
        &["--bogus"],
        &["a", "b"],
    ] {
        start_blind("life", args).end().badly(2);
    }
}

#[test]
fn reports_bad_files_before_there_is_a_window() {
    let bad = [
        (
            "version",
            "#Life 1.06\n",
            r##"line 1: bad "#Life" version"##,
        ),
        (
            "first",
            "Life 1.05\n",
            r##"line 1: first line must begin with "#Life""##,
        ),
        ("twice", "#Life 1.05\n#N\n#N\n", "line 3: duplicate rule"),
        ("rule", "#Life 1.05\n#R 23\n", "line 2: bad rule"),
        (
            "other",
            "#Life 1.05\n#R 125/36\n",
            "line 2: nonstandard rule",
        ),
        ("none", "#Life 1.05\n#P 0 0\n", "line 2: missing rule"),
        (
            "origin",
            "#Life 1.05\n#N\n#P 0\n",
            "line 3: bad block origin",
        ),
        (
            "cells",
            "#Life 1.05\n#N\n#P 0 0\n*\nX\n",
            "line 5: bad cells",
        ),
        ("stray", "#Life 1.05\n#N\n*\n", "line 3: unrecognized line"),
    ];
    for (name, text, complaint) in bad {
        let path = file(&format!("bad-{name}.lif"), text);
        let path = path.to_str().expect("text");
        let line = start_blind("life", &[path]).end().badly(1);
        assert!(
            line.starts_with(&format!("life: {path}: {complaint}")),
            "{line}"
        );
    }
    let line = start_blind("life", &["/no/such/file"]).end().badly(1);
    assert!(line.contains("/no/such/file"), "{line}");
}

#[test]
fn good_files_are_loaded() {
    let display = display!();
    let empty = file("empty.lif", "");
    let two = file(
        "two.lif",
        "#Life 1.05\n#N\n#P -3 -3\n**\n**\n#P 2 2\n**\n**",
    );
    for (path, expected) in [(empty, "Curs (0, 0) pop 0"), (two, "Curs (0, 0) pop 8")] {
        let path = path.to_str().expect("text");
        let program = start(&display, "life", &["--verbose", path]);
        assert_eq!(program.error(), expected);
        program.interrupt();
        let end = program.end();
        assert_eq!(end.status.code(), Some(0), "{end:?}");
    }
}

#[test]
fn edits_and_steps() {
    let display = display!();
    let program = start(&display, "life", &["--verbose"]);
    let window = display.window("life");
    display.wait_for(window, "an empty board", |picture| {
        inside(picture, 20, 20, 0) == CURSOR && inside(picture, 0, 0, 0) == BACKGROUND
    });
    display.press(&["space", "Right", "space", "Right", "space"]);
    expect(&program, "Curs (2, 0) pop 3");
    let row = [(20, 20), (21, 20), (22, 20)];
    let picture = display.wait_for(window, "a blinker", |picture| alive(picture) == row);
    picture.save("life-edit");
    // The disc is drawn over the cursor, which shows in the corners.
    assert_eq!(inside(&picture, 22, 20, 7), CURSOR);
    assert_eq!(inside(&picture, 21, 20, 7), BACKGROUND);
    assert_eq!(picture.at(FIRST, FIRST + 5), Some(LINES));

    display.press(&["Tab"]);
    expect(&program, "Curs (2, 0) pop 3");
    let column = [(21, 19), (21, 20), (21, 21)];
    display.wait_for(window, "a blinker that blinked", |picture| {
        alive(picture) == column
    });

    // Home is the middle of what lives, and goes to the middle of the view. Letters and Escape do nothing.
    display.press(&["a", "Escape", "Q", "Up", "Home"]);
    expect(&program, "Curs (1, 0) pop 3");
    let column = [(20, 19), (20, 20), (20, 21)];
    display.wait_for(window, "the blinker at home", |picture| {
        alive(picture) == column
    });
    display.press(&["q"]);
    let end = program.end();
    assert_eq!(end.status.code(), Some(0), "{end:?}");
}

#[test]
fn no_key_of_a_burst_is_lost() {
    let display = display!();
    let program = start(&display, "life", &["--verbose"]);
    let window = display.window("life");
    expect(&program, "Curs (0, 0) pop 0");
    display.press(&["Right"; 200]);
    for x in 1..=200 {
        assert_eq!(program.error(), format!("Curs ({x}, 0) pop 0"));
    }
    // The view went with the cursor, which is off the last column.
    display.wait_for(window, "the cursor", |picture| {
        inside(picture, CELLS - 2, 20, 0) == CURSOR
    });
    display.press(&["Left", "Up", "Down", "Down"]);
    expect(&program, "Curs (199, 1) pop 0");
    display.press(&["q"]);
    assert_eq!(program.end().status.code(), Some(0));
}

#[test]
fn runs_and_comes_back() {
    let display = display!();
    let path = file("r-pentomino.lif", R_PENTOMINO);
    let args = ["--verbose", "--step=0.01", path.to_str().expect("text")];
    let program = start(&display, "life", &args);
    let window = display.window("life");
    assert_eq!(program.error(), "Curs (1, 1) pop 5");
    display.press(&["Return"]);
    for (generation, population) in (1..).zip([6, 7, 9, 8, 9, 12, 11, 18, 11, 11, 10, 13, 16]) {
        assert_eq!(
            program.error(),
            format!("Gen {generation} pop {population}")
        );
    }
    display.press(&["q", "Tab", "space", "Return"]); // mean nothing here
    expect(&program, "Gen 100 pop 121");
    expect(&program, "Gen 200 pop 120");
    let picture = display.picture(window).expect("the window is open");
    assert_eq!(picture.count(CURSOR), 0);
    assert!(picture.count(ALIVE) > 0);
    picture.save("life-run");
    display.press(&["Escape"]);
    while !program.error().starts_with("Curs (1, 1) pop ") {}
    // Generations are counted from 1 anew, and the first comes at once.
    display.press(&["Return"]);
    assert!(program.error().starts_with("Gen 1 pop "));
    display.close(window);
    assert_eq!(program.end().status.code(), Some(0));
}

#[test]
fn scrolls_while_it_runs() {
    let display = display!();
    let block = file("block.lif", "#Life 1.05\n#N\n#P 0 0\n**\n**\n");
    let program = start(&display, "life", &[FOR_EVER, block.to_str().expect("text")]);
    let window = display.window("life");
    let block = |left: usize, top: usize| {
        [
            (left, top),
            (left + 1, top),
            (left, top + 1),
            (left + 1, top + 1),
        ]
    };
    display.wait_for(window, "the block at home", |picture| {
        alive(picture) == block(20, 20)
    });
    display.press(&["Return", "Right", "Right", "Right", "Up", "Up"]);
    display.wait_for(window, "the block moved", |picture| {
        alive(picture) == block(17, 22)
    });
    // There is no edge.
    display.press(&["Right"; 60]);
    display.wait_for(window, "an empty view", |picture| alive(picture).is_empty());
    display.press(&["Home"]);
    display.wait_for(window, "the block back home", |picture| {
        alive(picture) == block(20, 20)
    });
    program.interrupt();
    program.end().well();
}

#[test]
fn without_a_step_keys_and_redraws_get_through() {
    let display = display!();
    let blinker = file("blinker.lif", "#Life 1.05\n#N\n#P 0 0\n***\n");
    let args = ["--verbose", "--step=0", blinker.to_str().expect("text")];
    let program = start(&display, "life", &args);
    let window = display.window("life");
    display.press(&["Return"]);
    expect(&program, "Gen 1000 pop 3");
    for middle in [(19, 20), (20, 19)] {
        display.wait_for(window, "both of its faces", |picture| {
            alive(picture).contains(&middle)
        });
    }
    display.press(&["Escape"]);
    while program.error() != "Curs (1, 0) pop 3" {}
    display.press(&["q"]);
    assert_eq!(program.end().status.code(), Some(0));
}

#[test]
fn scroll_bars_move_the_view() {
    let display = display!();
    let far = file("far.lif", "#Life 1.05\n#N\n#P -100 0\n*\n#P 100 0\n*\n");
    let program = start(&display, "life", &[FOR_EVER, far.to_str().expect("text")]);
    let window = display.window("life");
    display.wait_for(window, "nothing but the cursor", |picture| {
        alive(picture).is_empty() && inside(picture, 20, 20, 0) == CURSOR
    });
    // Below the last row and left of the last column is the trough of the horizontal bar, whose ends are
    // the cells that live.
    let trough = (FIRST + CELLS * SIDE - 4, FIRST + CELLS * SIDE + 7);
    display.click((trough.0 as i32, trough.1 as i32), 1);
    display.wait_for(window, "the cell at the far right", |picture| {
        !alive(picture).is_empty()
    });
    program.interrupt();
    program.end().well();
}
