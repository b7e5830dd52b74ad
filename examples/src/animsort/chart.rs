//! The window: the algorithm's name, a bar for each element, and three counters.

use gtk::prelude::*;

use super::algorithm::Algorithm;
use super::bar::Bar;

/// The window's looks.
const STYLE: &str = ".bars { background-color: rgb(143, 177, 191); }";
/// Room for ten wide letters, so that a label does not grow with its number.
const ROOM: i32 = 16;

/// The window.
#[derive(Clone, Debug)]
pub struct Chart {
    window: gtk::Window,
    bars: Vec<Bar>,
    ordered: gtk::Label,
    compares: gtk::Label,
    swaps: gtk::Label,
}

impl Chart {
    /// Opens a window that shows these values, each at most as large as there are values.
    pub fn open(algorithm: Algorithm, values: &[usize]) -> Self {
        let rows = grid();
        rows.set_margin_top(10);
        rows.set_margin_bottom(10);
        rows.set_margin_start(10);
        rows.set_margin_end(10);
        rows.attach(&gtk::Label::new(Some(&algorithm.to_string())), 0, 0, 1, 1);

        let area = grid();
        area.add_css_class("bars");
        let count = values.len() as f64;
        let bars: Vec<Bar> = values.iter().map(|v| Bar::new(*v as f64 / count)).collect();
        for (bar, row) in bars.iter().zip(0..) {
            area.attach(bar.area(), 0, row, 1, 1);
        }
        rows.attach(&area, 0, 1, 1, 1);

        let counters = gtk::Box::new(gtk::Orientation::Horizontal, 8);
        counters.set_homogeneous(true);
        let [ordered, compares, swaps] =
            std::array::from_fn(|_| gtk::Label::builder().width_chars(ROOM).build());
        for label in [&ordered, &compares, &swaps] {
            counters.append(label);
        }
        rows.attach(&counters, 0, 2, 1, 1);

        let window = gtk::Window::builder().child(&rows).build();
        let style = gtk::CssProvider::new();
        style.load_from_data(STYLE);
        gtk::style_context_add_provider_for_display(
            &RootExt::display(&window),
            &style,
            gtk::STYLE_PROVIDER_PRIORITY_APPLICATION,
        );
        window.present();
        Self {
            window,
            bars,
            ordered,
            compares,
            swaps,
        }
    }

    /// The window itself.
    pub fn window(&self) -> &gtk::Window {
        &self.window
    }

    /// The bar of the element at this place.
    pub fn bar(&self, place: usize) -> &Bar {
        &self.bars[place]
    }

    /// Shows the element at this place at its new size.
    pub fn resize(&self, place: usize, value: usize) {
        self.bars[place].resize(value as f64 / self.bars.len() as f64);
    }

    /// Shows how ordered the elements are.
    pub fn show_ordered(&self, ordered: f64) {
        self.ordered.set_text(&format!("Ordered: {ordered:.2}"));
    }

    /// Shows how often elements were compared.
    pub fn show_compares(&self, compares: usize) {
        self.compares.set_text(&format!("Compares: {compares}"));
    }

    /// Shows how often elements were exchanged.
    pub fn show_swaps(&self, swaps: usize) {
        self.swaps.set_text(&format!("Swaps: {swaps}"));
    }
}

fn grid() -> gtk::Grid {
    gtk::Grid::builder()
        .column_homogeneous(true)
        .row_spacing(8)
        .build()
}
