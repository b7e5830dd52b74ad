//! What the programs with windows share.

use std::io;

use glib_coro::glib::{self, Propagation};
use glib_coro::object::once;
use gtk::prelude::*;

/// Gets GTK ready, on this thread, for the program of this name.
pub fn start(program: &str) -> io::Result<()> {
    glib::set_prgname(Some(program));
    gtk::init().map_err(|_| io::Error::other("no display; set DISPLAY or WAYLAND_DISPLAY"))
}

/// Waits until a window is closed.
pub async fn closed(window: &gtk::Window) {
    let closing = once(window, |window, resolve| {
        window.connect_close_request(move |_| {
            resolve(());
            Propagation::Proceed
        })
    });
    closing.await;
}
