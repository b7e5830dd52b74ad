//! Coroutines in GTK 4, with real windows on an X server of their own: clicks, dialogs, panics, lifetimes, tokio.
//!
//! Each test has a process and a display to itself.
#![forbid(unsafe_code)]

mod attributes;
mod clicks;
mod dialog;
mod lifetimes;
mod panics;
mod with_tokio;

use glib_coro::Runtime;
use glib_coro::runtime::Builder;
use glib_coro_tests::display::Display;
use gtk::glib::{self, MainContext};
use gtk::prelude::*;

/// Makes a test of each function, `MODULE::on_display::NAME`.
macro_rules! on_display {
    ($($name:ident),+ $(,)?) => {
        mod on_display {
            $(#[test] fn $name() {
                let path = concat!(module_path!(), "::", stringify!($name));
                let (_package, path) = path.split_once("::").expect("a module");
                glib_coro_tests::display::on_display(path, super::$name);
            })+
        }
    };
}
use on_display;

/// A runtime where GTK is: on the default context.
fn builder() -> Builder {
    gtk::init().expect("there is a display");
    glib::set_prgname(Some("gtk-test"));
    Runtime::builder().main_context(&MainContext::default())
}

/// A runtime where GTK is.
fn runtime() -> Runtime {
    builder().build().expect("nobody else uses the context")
}

/// Opens a window that holds nothing but one widget.
fn open(child: &impl IsA<gtk::Widget>) -> gtk::Window {
    let window = gtk::Window::builder().child(child).build();
    window.set_default_size(200, 100);
    window.present();
    window
}

/// Waits, in the loop, until the window can be clicked.
async fn drawn(window: &gtk::Window) {
    let frames = std::rc::Rc::new(std::cell::Cell::new(0));
    let counted = frames.clone();
    window.add_tick_callback(move |_, _| {
        counted.set(counted.get() + 1);
        glib::ControlFlow::Continue
    });
    // The first frame is drawn after its tick.
    wait_until(|| frames.get() > 2).await;
}

/// Lets everything run until something holds. The watchdog of the test ends it if it never does.
async fn wait_until(holds: impl Fn() -> bool) {
    while !holds() {
        glib_coro::sleep(std::time::Duration::from_millis(1)).await;
    }
}

/// Clicks into the middle of the window.
fn click(display: &Display, times: u32) {
    display.click((100, 50), times);
}
