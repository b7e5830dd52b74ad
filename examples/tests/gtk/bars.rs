//! What a picture of animsort's window says.

use glib_coro_tests::display::{Colour, Picture};

/// Where the bars begin: the border of the window.
const LEFT: usize = 10;
pub(crate) const BACKGROUND: Colour = Colour([0x8f, 0xb1, 0xbf]);
const BAR: Colour = Colour([0xc7, 0xd9, 0x00]);
const SELECTED: Colour = Colour([0xbf, 0x60, 0x60]);

/// A bar as it is seen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Bar {
    pub(crate) width: usize,
    pub(crate) is_selected: bool,
}

/// The bars, from top to bottom.
pub(crate) fn bars(picture: &Picture) -> Vec<Bar> {
    let mut bars = Vec::new();
    let mut above = None;
    for y in 0..picture.height() {
        let colour = picture.at(LEFT, y);
        let is_bar = colour == Some(BAR) || colour == Some(SELECTED);
        if is_bar && colour != above {
            let pixels = (LEFT..).take_while(|x| picture.at(*x, y) == colour);
            bars.push(Bar {
                width: pixels.count(),
                is_selected: colour == Some(SELECTED),
            });
        }
        above = colour;
    }
    bars
}

/// The values that the bars stand for.
pub(crate) fn values(picture: &Picture) -> Vec<usize> {
    let bars = bars(picture);
    let room = picture.width() - 2 * LEFT;
    let value = |bar: &Bar| (bar.width * bars.len() + room / 2) / room;
    bars.iter().map(value).collect()
}

/// The places of the bars that are selected.
pub(crate) fn selected(picture: &Picture) -> Vec<usize> {
    let bars = bars(picture).into_iter().zip(0..);
    let selected = bars.filter(|(bar, _)| bar.is_selected);
    selected.map(|(_, place)| place).collect()
}
