//! Coroutines on [calloop](https://docs.rs/calloop), the loop of Smithay and of many Wayland clients.

use std::cell::RefCell;
use std::io;
use std::sync::Arc;

use calloop::generic::Generic;
use calloop::{Interest, Mode, PostAction};
use glib_coro::event_loop::{Driver, EventLoop};

/// A calloop loop as the host of a runtime. What else it watches goes on beside the coroutines.
#[derive(Debug)]
pub(crate) struct Calloop(pub(crate) RefCell<calloop::EventLoop<'static, ()>>);

impl EventLoop for Calloop {
    fn attach(&self, driver: Driver) -> io::Result<()> {
        let driver = Arc::new(driver);
        let woken = Arc::downgrade(&driver);
        // Something else on this thread woke a coroutine; calloop asks nobody before it sleeps.
        driver.on_wake(move || woken.upgrade().iter().for_each(|driver| driver.wake()));
        driver.wake();
        let source = Generic::new(driver, Interest::READ, Mode::Level);
        let handle = self.0.borrow().handle();
        let inserted = handle.insert_source(source, move |_, driver, ()| {
            driver.step();
            Ok(PostAction::Continue)
        });
        inserted.map(drop).map_err(|error| error.error.into())
    }

    fn run_until(&self, done: &dyn Fn() -> bool) -> io::Result<()> {
        let nested = |_| io::Error::other("calloop cannot run inside of its own dispatch");
        let mut event_loop = self.0.try_borrow_mut().map_err(nested)?;
        while !done() {
            event_loop.dispatch(None, &mut ())?;
        }
        Ok(())
    }
}
