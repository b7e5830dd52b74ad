//! The end of a window, awaited.

use std::cell::Cell;

use futures_channel::oneshot;
use gtk::glib::Propagation;
use gtk::glib::object::IsA;
use gtk::prelude::*;

/// Waits until a window has been closed.
pub async fn closed(window: &impl IsA<gtk::Window>) {
    let (sender, receiver) = oneshot::channel();
    let sender = Cell::new(Some(sender));
    let handler = window.connect_close_request(move |_| {
        if let Some(sender) = sender.take() {
            let _ = sender.send(());
        }
        Propagation::Proceed
    });
    let _ = receiver.await;
    window.disconnect(handler);
}
