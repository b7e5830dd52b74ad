//! Loops that nobody here wrote, hosted as the example shows.

#[path = "../../examples/foreign_loops/calloop.rs"]
mod calloop;
#[path = "../../examples/foreign_loops/tokio.rs"]
mod tokio;

use std::cell::{OnceCell, RefCell};

use glib_coro::event_loop::EventLoop;

pub(crate) fn calloop() -> impl EventLoop {
    let event_loop = ::calloop::EventLoop::try_new().expect("a loop");
    calloop::Calloop(RefCell::new(event_loop))
}

pub(crate) fn tokio() -> impl EventLoop {
    let runtime = ::tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .expect("a runtime");
    tokio::Tokio {
        runtime,
        driver: OnceCell::new(),
    }
}
