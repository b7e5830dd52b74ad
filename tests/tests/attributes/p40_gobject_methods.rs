// P40
#![deny(warnings)]
use glib::subclass::prelude::*;
use glib_coro::glib;
use std::cell::Cell;

mod imp {
    use super::*;

    #[derive(Debug, Default)]
    pub struct Counter {
        pub(super) count: Cell<u32>,
    }

    #[glib::object_subclass]
    impl ObjectSubclass for Counter {
        const NAME: &'static str = "P40Counter";
        type Type = super::Counter;
    }

    impl ObjectImpl for Counter {}

    impl Counter {
        #[glib_coro::coroutine]
        pub(super) async fn add(&self, n: u32) -> u32 {
            glib_coro::yield_now().await;
            self.count.set(self.count.get() + n);
            self.count.get()
        }

        #[glib_coro::coroutine(detach)]
        pub(super) async fn unused(&self, _n: &str) {}
    }
}

glib::wrapper! {
    pub struct Counter(ObjectSubclass<imp::Counter>);
}

impl Counter {
    #[glib_coro::coroutine]
    async fn add(&self, n: &u32) -> u32 {
        self.imp().add(*n).await.unwrap()
    }

    #[glib_coro::coroutine]
    async fn logs(&self) {
        glib::g_debug!("{self:?}", "{self:?} {}", 1);
        glib::g_log!(glib::LogLevel::Debug, "{self:?}");
        if self.imp().count.get() > 9 {
            glib::g_print!("{self:?}\n");
        }
    }
}

#[glib_coro::main]
pub(crate) async fn main() {
    use glib::prelude::*;

    let counter: Counter = glib::Object::new();
    assert_eq!(counter.add(&2).await.unwrap(), 2);
    counter.imp().unused("x");
    counter.logs().await.unwrap();
    let handle = counter.imp().add(1);
    let weak = counter.downgrade();
    drop(counter);
    // The private struct is held through its object, and for as long as the coroutine runs.
    assert!(weak.upgrade().is_some());
    assert_eq!(handle.await.unwrap(), 3);
    glib_coro::yield_now().await;
    assert!(weak.upgrade().is_none());
}
