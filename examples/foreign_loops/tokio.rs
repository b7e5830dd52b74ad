//! Coroutines on [tokio](https://docs.rs/tokio), which watches them through its `AsyncFd`.

use std::cell::OnceCell;
use std::io;
use std::sync::Arc;

use glib_coro::event_loop::{Driver, EventLoop};
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use tokio::io::unix::AsyncFd;
use tokio::runtime::{Handle, Runtime};
use tokio::task::yield_now;

/// A tokio runtime (`current_thread`, with I/O) as the host of one of ours: tasks and coroutines take
/// turns on one thread, and may await each other.
#[derive(Debug)]
pub(crate) struct Tokio {
    pub(crate) driver: OnceCell<AsyncFd<Arc<Driver>>>,
    pub(crate) runtime: Runtime,
}

impl EventLoop for Tokio {
    fn attach(&self, driver: Driver) -> io::Result<()> {
        let driver = Arc::new(driver);
        let woken = Arc::downgrade(&driver);
        // A task of tokio's woke a coroutine; nobody is asked before tokio sleeps.
        driver.on_wake(move || woken.upgrade().iter().for_each(|driver| driver.wake()));
        driver.wake();
        let _entered = self.runtime.enter();
        #[expect(
            deprecated,
            reason = "unsound for types that change their descriptor; a driver never does"
        )]
        let attached = self.driver.set(AsyncFd::new(driver)?);
        attached.map_err(|_| io::Error::other("this host has a runtime already"))
    }

    fn run_until(&self, done: &dyn Fn() -> bool) -> io::Result<()> {
        if Handle::try_current().is_ok() {
            return Err(io::Error::other("tokio cannot block inside of itself"));
        }
        let driver = self.driver.get().expect("attached");
        self.runtime.block_on(async {
            while !done() {
                // tokio waits for edges, and so has to be told when the descriptor is not readable.
                let _ = driver.readable().await?.try_io(|driver| {
                    driver.get_ref().step();
                    let mut fds = [PollFd::new(driver, PollFlags::IN)];
                    match poll(&mut fds, Some(&Timespec::default()))? {
                        0 => Err(io::ErrorKind::WouldBlock.into()),
                        _ => Ok(()),
                    }
                });
                yield_now().await;
            }
            Ok(())
        })
    }
}
