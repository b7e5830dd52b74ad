// P40
#![deny(warnings)]
use glib::prelude::*;
use glib::subclass::prelude::*;
use glib_coro::glib;
use glib_coro::object::{Bound, BoundImp};
use std::cell::Cell;

mod imp {
    use super::*;

    #[derive(Debug, Default)]
    pub struct Clock {
        pub(super) ticks: Cell<u32>,
    }

    #[glib::object_subclass]
    impl ObjectSubclass for Clock {
        const NAME: &'static str = "P40WeakClock";
        type Type = super::Clock;
    }

    impl ObjectImpl for Clock {}

    impl Clock {
        #[glib_coro::coroutine]
        pub(super) async fn tick(#[weak] &self, step: &u32) {
            let this: &BoundImp<Self> = &self;
            loop {
                this.get().ticks.set(self.get().ticks.get() + step);
                glib_coro::yield_now().await;
            }
        }
    }
}

glib::wrapper! {
    pub struct Clock(ObjectSubclass<imp::Clock>);
}

impl Clock {
    #[glib_coro::coroutine]
    async fn wait_for(#[weak] &self, ticks: u32) -> u32 {
        let this: Bound<Self> = self.clone();
        while this.get().imp().ticks.get() < ticks {
            glib_coro::yield_now().await;
        }
        self.get().imp().ticks.get()
    }

    #[glib_coro::coroutine(detach)]
    async fn unused(#[weak] &self) {}
}

#[glib_coro::test]
async fn test() {
    let clock: Clock = glib::Object::new();
    let ticking = clock.imp().tick(&2);
    clock.unused();
    assert!(clock.wait_for(10).await.unwrap() >= 10);
    let never = clock.wait_for(u32::MAX);
    glib_coro::yield_now().await;
    let weak = clock.downgrade();
    drop(clock);
    assert!(weak.upgrade().is_none(), "nothing keeps it");
    assert!(ticking.await.unwrap_err().is_cancelled());
    assert!(never.await.unwrap_err().is_cancelled());
}
