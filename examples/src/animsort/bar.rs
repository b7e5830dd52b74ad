//! One element, as a bar.

use std::cell::Cell;
use std::rc::Rc;

use gtk::gdk::RGBA;
use gtk::prelude::*;

const COLOUR: RGBA = colour(0xc7, 0xd9, 0x00);
const SELECTED: RGBA = colour(0xbf, 0x60, 0x60);

/// A bar that fills its area's height, and a share of its width.
#[derive(Clone, Debug)]
pub struct Bar {
    area: gtk::DrawingArea,
    look: Rc<Cell<Look>>,
}

#[derive(Clone, Copy, Debug)]
struct Look {
    share: f64,
    is_selected: bool,
}

impl Bar {
    /// A bar of this share of the width, between 0 and 1.
    pub fn new(share: f64) -> Self {
        let look = Rc::new(Cell::new(Look {
            share,
            is_selected: false,
        }));
        let area = gtk::DrawingArea::builder()
            .content_width(100)
            .content_height(8)
            .hexpand(true)
            .vexpand(true)
            .build();
        let shown = look.clone();
        area.set_draw_func(move |_, cairo, width, height| {
            let Look { share, is_selected } = shown.get();
            let colour = if is_selected { SELECTED } else { COLOUR };
            cairo.set_source_color(&colour);
            cairo.rectangle(0.0, 0.0, (f64::from(width) * share).round(), height.into());
            // A surface that cannot be drawn on any more will not be seen either.
            let _ = cairo.fill();
        });
        Self { area, look }
    }

    /// The widget.
    pub fn area(&self) -> &gtk::DrawingArea {
        &self.area
    }

    /// Changes the share of the width.
    pub fn resize(&self, share: f64) {
        self.change(|look| Look { share, ..look });
    }

    /// Marks the bar, or takes the mark away.
    pub fn select(&self, is_selected: bool) {
        self.change(|look| Look {
            is_selected,
            ..look
        });
    }

    fn change(&self, change: impl FnOnce(Look) -> Look) {
        self.look.set(change(self.look.get()));
        self.area.queue_draw();
    }
}

const fn colour(red: u8, green: u8, blue: u8) -> RGBA {
    RGBA::new(
        red as f32 / 255.0,
        green as f32 / 255.0,
        blue as f32 / 255.0,
        1.0,
    )
}
