//! The widget that shows a part of the board. It scrolls without end.

use std::cell::{Cell as StdCell, RefCell};
use std::rc::Rc;

use gtk::gdk::RGBA;
use gtk::graphene::Rect;
use gtk::gsk::RoundedRect;
use gtk::prelude::*;
use gtk::{glib, subclass::prelude::*};

use super::board::{Board, Cell};
use super::view::View;

/// The width and height of a cell, in pixels.
pub const SIDE: i32 = 16;
const RADIUS: f32 = 0.45 * SIDE as f32;

const BACKGROUND: RGBA = RGBA::new(0.9, 0.9, 0.9, 1.0);
const LINES: RGBA = RGBA::new(0.45, 0.9, 0.9, 1.0);
const CURSOR: RGBA = RGBA::new(0.45, 0.63, 0.9, 1.0);
const ALIVE: RGBA = RGBA::new(0.7, 0.35, 0.56, 1.0);

glib::wrapper! {
    /// Shows a part of the board, for a `gtk::ScrolledWindow`.
    pub struct Field(ObjectSubclass<imp::Field>)
        @extends gtk::Widget,
        @implements gtk::Buildable, gtk::ConstraintTarget, gtk::Scrollable;
}

impl Default for Field {
    fn default() -> Self {
        glib::Object::new()
    }
}

impl Field {
    /// The board.
    pub fn board(&self) -> Rc<Board> {
        self.imp().board.borrow().clone()
    }

    /// Shows another board.
    pub fn set_board(&self, board: Board) {
        self.imp().board.replace(Rc::new(board));
        self.look_at(self.view());
    }

    /// The cell that the cursor is on.
    pub fn cursor_cell(&self) -> Cell {
        self.imp().cursor.get()
    }

    /// Moves the cursor, and the view with it if need be.
    pub fn move_cursor(&self, by: (i64, i64)) {
        let cursor = self.cursor_cell().moved(by);
        self.imp().cursor.set(cursor);
        self.look_at(self.view().showing(cursor));
    }

    /// Shows the cursor, or hides it.
    pub fn show_cursor(&self, is_shown: bool) {
        self.imp().shows_cursor.set(is_shown);
        self.queue_draw();
    }

    /// Moves the view.
    pub fn scroll(&self, by: (i64, i64)) {
        let view = self.view();
        self.look_at(View {
            origin: view.origin.moved(by),
            ..view
        });
    }

    /// Moves the cursor to the middle of what lives, and that to the middle of the view.
    pub fn home(&self) {
        let middle = self.board().bounds().middle();
        self.imp().cursor.set(middle);
        self.look_at(self.view().centred(middle));
    }

    /// What can be seen.
    fn view(&self) -> View {
        let imp = self.imp();
        let cells = |pixels: i32| i64::from(pixels / SIDE).max(1);
        View {
            origin: Cell {
                x: position(&imp.hadjustment.borrow()),
                y: position(&imp.vadjustment.borrow()),
            },
            columns: cells(self.width()),
            rows: cells(self.height()),
        }
    }

    /// Changes the view, and has the scroll bars reach from there to all that lives and to the cursor.
    fn look_at(&self, view: View) {
        let imp = self.imp();
        let reach = self.board().bounds().with(self.cursor_cell());
        let reach = reach.with(view.bounds().min).with(view.bounds().max);
        let configure = |adjustment, origin, first, last, page| {
            configure(adjustment, [origin, first, last + 1], page);
        };
        let (min, max) = (reach.min, reach.max);
        let across = imp.hadjustment.borrow().clone();
        configure(across, view.origin.x, min.x, max.x, self.width());
        let down = imp.vadjustment.borrow().clone();
        configure(down, view.origin.y, min.y, max.y, self.height());
        self.queue_draw();
    }
}

/// The cell that a scroll bar has at the edge of the view.
fn position(adjustment: &Option<gtk::Adjustment>) -> i64 {
    let value = adjustment.as_ref().map_or(0.0, AdjustmentExt::value);
    (value / f64::from(SIDE)).round() as i64
}

fn configure(adjustment: Option<gtk::Adjustment>, cells: [i64; 3], page: i32) {
    let side = f64::from(SIDE);
    let [value, lower, upper] = cells.map(|cell| cell as f64 * side);
    let page = f64::from(page);
    if let Some(adjustment) = adjustment {
        // A page that is no whole number of cells would be too long for its place.
        let upper = upper.max(value + page);
        adjustment.configure(value, lower, upper, side, page - side, page);
    }
}

mod imp {
    use super::*;

    #[derive(Debug, Default, glib::Properties)]
    #[properties(wrapper_type = super::Field)]
    pub struct Field {
        #[property(get, set = Self::set_hadjustment, nullable, override_interface = gtk::Scrollable)]
        pub(super) hadjustment: RefCell<Option<gtk::Adjustment>>,
        #[property(get, set = Self::set_vadjustment, nullable, override_interface = gtk::Scrollable)]
        pub(super) vadjustment: RefCell<Option<gtk::Adjustment>>,
        #[property(name = "hscroll-policy", type = gtk::ScrollablePolicy, get = Self::policy, set = Self::ignore, override_interface = gtk::Scrollable, builder(gtk::ScrollablePolicy::Minimum))]
        #[property(name = "vscroll-policy", type = gtk::ScrollablePolicy, get = Self::policy, set = Self::ignore, override_interface = gtk::Scrollable, builder(gtk::ScrollablePolicy::Minimum))]
        _policy: (),
        pub(super) board: RefCell<Rc<Board>>,
        pub(super) cursor: StdCell<Cell>,
        pub(super) shows_cursor: StdCell<bool>,
        /// Whether it has had a size, so that it is known where its middle is.
        is_placed: StdCell<bool>,
    }

    #[glib::object_subclass]
    impl ObjectSubclass for Field {
        const NAME: &'static str = "LifeField";
        type Type = super::Field;
        type ParentType = gtk::Widget;
        type Interfaces = (gtk::Scrollable,);
    }

    #[glib::derived_properties]
    impl ObjectImpl for Field {}

    impl ScrollableImpl for Field {}

    impl WidgetImpl for Field {
        fn size_allocate(&self, width: i32, height: i32, baseline: i32) {
            self.parent_size_allocate(width, height, baseline);
            let field = self.obj();
            if self.is_placed.replace(true) {
                field.look_at(field.view());
            } else {
                field.look_at(field.view().centred(self.cursor.get()));
            }
        }

        fn snapshot(&self, snapshot: &gtk::Snapshot) {
            let field = self.obj();
            let (width, height) = (field.width(), field.height());
            let whole = Rect::new(0.0, 0.0, width as f32, height as f32);
            snapshot.push_clip(&whole);
            snapshot.append_color(&BACKGROUND, &whole);
            for x in (0..width).step_by(SIDE as usize) {
                snapshot.append_color(&LINES, &Rect::new(x as f32, 0.0, 1.0, height as f32));
            }
            for y in (0..height).step_by(SIDE as usize) {
                snapshot.append_color(&LINES, &Rect::new(0.0, y as f32, width as f32, 1.0));
            }
            let origin = field.view().origin;
            let board = self.board.borrow().clone();
            let cursor = self.shows_cursor.get().then(|| self.cursor.get());
            for (top, y) in (0..height).step_by(SIDE as usize).zip(origin.y..) {
                for (left, x) in (0..width).step_by(SIDE as usize).zip(origin.x..) {
                    let cell = Cell { x, y };
                    let (left, top) = (left as f32, top as f32);
                    if cursor == Some(cell) {
                        let inside = SIDE as f32 - 1.0;
                        let square = Rect::new(left + 1.0, top + 1.0, inside, inside);
                        snapshot.append_color(&CURSOR, &square);
                    }
                    if board.is_alive(cell) {
                        let margin = SIDE as f32 / 2.0 - RADIUS;
                        let square =
                            Rect::new(left + margin, top + margin, 2.0 * RADIUS, 2.0 * RADIUS);
                        snapshot.push_rounded_clip(&RoundedRect::from_rect(square, RADIUS));
                        snapshot.append_color(&ALIVE, &square);
                        snapshot.pop();
                    }
                }
            }
            snapshot.pop();
        }
    }

    impl Field {
        /// The size that it asks for is the same under any policy.
        fn policy(&self) -> gtk::ScrollablePolicy {
            gtk::ScrollablePolicy::Minimum
        }

        fn ignore(&self, _: gtk::ScrollablePolicy) {}

        fn set_hadjustment(&self, adjustment: Option<gtk::Adjustment>) {
            self.follow(adjustment.as_ref());
            self.hadjustment.replace(adjustment);
        }

        fn set_vadjustment(&self, adjustment: Option<gtk::Adjustment>) {
            self.follow(adjustment.as_ref());
            self.vadjustment.replace(adjustment);
        }

        /// Redraws when a scroll bar is moved, by whomever.
        fn follow(&self, adjustment: Option<&gtk::Adjustment>) {
            if let Some(adjustment) = adjustment {
                let field = self.obj().downgrade();
                adjustment.connect_value_changed(move |_| {
                    if let Some(field) = field.upgrade() {
                        field.queue_draw();
                    }
                });
            }
        }
    }
}
