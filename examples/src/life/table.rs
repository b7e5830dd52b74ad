//! The window: the board, what the keys do, and what there is to know.

use futures_channel::mpsc::{UnboundedReceiver, unbounded};
use gtk::glib::Propagation;
use gtk::prelude::*;

use super::field::{Field, SIDE};
use super::key::Key;

/// How many cells can be seen in either direction, before the window's size is changed.
const CELLS: i32 = 40;

/// The window.
#[derive(Clone, Debug)]
pub struct Table {
    window: gtk::Window,
    field: Field,
    prompt: gtk::Label,
    information: gtk::Label,
    is_verbose: bool,
}

impl Table {
    /// Opens the window. What it informs about is told on stderr too if that is wanted.
    pub fn open(is_verbose: bool) -> Self {
        let field = Field::default();
        let scrolled = gtk::ScrolledWindow::builder()
            .child(&field)
            .hscrollbar_policy(gtk::PolicyType::Always)
            .vscrollbar_policy(gtk::PolicyType::Always)
            .overlay_scrolling(false)
            .min_content_width(CELLS * SIDE)
            .min_content_height(CELLS * SIDE)
            .hexpand(true)
            .vexpand(true)
            .build();

        let [prompt, information] = std::array::from_fn(|_| {
            let label = gtk::Label::builder().xalign(0.0).single_line_mode(true);
            label.ellipsize(gtk::pango::EllipsizeMode::End).build()
        });
        prompt.set_hexpand(true);
        // A label takes no focus, a bar around it does.
        let bar = gtk::Box::builder().focusable(true).hexpand(true).build();
        bar.append(&prompt);
        bar.connect_realize(|bar| {
            bar.grab_focus();
        });

        let rows = gtk::Grid::builder()
            .margin_top(10)
            .margin_bottom(10)
            .margin_start(10)
            .margin_end(10)
            .row_spacing(4)
            .column_homogeneous(true)
            .build();
        rows.attach(&scrolled, 0, 0, 5, 1);
        rows.attach(&bar, 0, 1, 4, 1);
        rows.attach(&information, 4, 1, 1, 1);

        let window = gtk::Window::builder().title("Life").child(&rows).build();
        window.present();
        Self {
            window,
            field,
            prompt,
            information,
            is_verbose,
        }
    }

    /// The window itself.
    pub fn window(&self) -> &gtk::Window {
        &self.window
    }

    /// Where the cells are.
    pub fn field(&self) -> &Field {
        &self.field
    }

    /// Says what the keys do.
    pub fn prompt(&self, text: &str) {
        self.prompt.set_text(text);
    }

    /// Says what there is to know.
    pub fn inform(&self, text: &str) {
        self.information.set_text(text);
        if self.is_verbose {
            eprintln!("{text}");
        }
    }

    /// Every key pressed from now on, of those that the game knows. Nobody else gets any.
    pub fn keys(&self) -> UnboundedReceiver<Key> {
        let (sender, receiver) = unbounded();
        let controller = gtk::EventControllerKey::new();
        controller.set_propagation_phase(gtk::PropagationPhase::Capture);
        controller.connect_key_pressed(move |_, key, _, _| {
            if let Some(key) = Key::of(key) {
                let _ = sender.unbounded_send(key);
            }
            Propagation::Stop
        });
        self.window.add_controller(controller);
        receiver
    }
}
