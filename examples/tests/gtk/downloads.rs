//! Downloads, from outside.

use std::thread;
use std::time::{Duration, Instant};

use glib_coro_tests::display::{Colour, Display, Picture, Window};

use crate::support::{PATIENCE, Program};
use crate::{display, start, start_blind};

const SEARCH: (i32, i32) = (240, 25);
const START: (i32, i32) = (240, 294);
const CANCEL_THE_FIRST: (i32, i32) = (430, 70);
/// Where the second row is, and where there is nothing below the only one.
const SECOND_ROW: (usize, usize) = (430, 107);
const EMPTY: Colour = Colour([0xff, 0xff, 0xff]);

/// Answers the question that a program asks with yes.
fn agree(display: &Display, window: Window) {
    let dialog = display.window_beside("downloads", window);
    let deadline = Instant::now() + PATIENCE;
    // A click that comes before GTK has laid out the dialog for the first time hits nothing in it, and the picture does not
    // tell: until then it shows what was there before.
    while let Some(picture) = display.picture(dialog) {
        assert!(Instant::now() < deadline, "the question stays");
        if is_drawn(&picture) {
            let (width, height) = (picture.width() as i32, picture.height() as i32);
            display.click((width * 3 / 4, height - 17), 1);
        }
        thread::sleep(Duration::from_millis(100));
    }
}

/// What is not drawn yet is black.
fn is_drawn(picture: &Picture) -> bool {
    let drawn = picture.width() * picture.height() - picture.count(Colour([0, 0, 0]));
    drawn > picture.width() * picture.height() / 2
}

/// Starts the program, and the downloads in it.
fn begin(display: &Display, step: &str) -> (Program, Window) {
    let program = start(display, "downloads", &["--step", step]);
    assert!(program.line().starts_with("listening on "));
    let window = display.window("downloads");
    display.wait_for(window, "an empty list", is_drawn);
    // Only the first of them asks.
    display.click(START, 3);
    agree(display, window);
    display.wait_for(window, "the rows", |picture| {
        picture.at(SECOND_ROW.0, SECOND_ROW.1) != Some(EMPTY)
    });
    assert_eq!(display.windows("downloads"), [window]);
    (program, window)
}

#[test]
fn refuses_bad_options_before_there_is_a_window() {
    for args in [
        &["--step=-1"][..],
        &["--address=here"],
        &["--bogus"],
        &["argument"],
    ] {
        start_blind("downloads", args).end().badly(2);
    }
}

#[test]
fn everything_arrives() {
    let display = display!();
    let (program, window) = begin(&display, "0.001");
    let mut lines: Vec<String> = (0..4).map(|_| program.line()).collect();
    lines.sort_unstable();
    let expected = ["letter", "novel", "play", "poem"].map(|name| format!("{name}.txt is here"));
    assert_eq!(lines, expected);
    display.close(window);
    program.end().well();
}

#[test]
fn a_download_ends_with_its_row() {
    let display = display!();
    let (program, window) = begin(&display, "100000");
    display.click(CANCEL_THE_FIRST, 3); // asks once
    agree(&display, window);
    assert_eq!(program.line(), "novel.txt is cancelled");
    display.picture(window).expect("a window").save("downloads");
    display.click(CANCEL_THE_FIRST, 1);
    agree(&display, window);
    assert_eq!(program.line(), "poem.txt is cancelled");
    program.interrupt();
    program.end().well();
}

#[test]
fn the_search_finds_what_was_typed() {
    let display = display!();
    let (program, window) = begin(&display, "100000");
    assert_eq!(display.window("downloads"), window); // which has the keyboard now
    display.click(SEARCH, 1);
    display.press(&["l", "e", "t", "t"]);
    display.wait_for(window, "one row", |picture| {
        picture.at(SECOND_ROW.0, SECOND_ROW.1) == Some(EMPTY)
    });
    display.click(CANCEL_THE_FIRST, 1);
    agree(&display, window);
    assert_eq!(program.line(), "letter.txt is cancelled");
    display.close(window);
    program.end().well();
}
