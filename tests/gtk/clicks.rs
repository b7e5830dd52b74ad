//! Coroutines as handlers of clicks.

use std::cell::Cell;

use glib_coro::yield_now;
use glib_coro_tests::display::Display;
use gtk::glib::Propagation;
use gtk::prelude::*;

use crate::{click, drawn, on_display, open, runtime, wait_until};

thread_local! {
    static BEGUN: Cell<u32> = const { Cell::new(0) };
    static ENDED: Cell<u32> = const { Cell::new(0) };
}

#[glib_coro::coroutine(detach)]
async fn on_clicked(button: &gtk::Button) {
    BEGUN.set(BEGUN.get() + 1);
    yield_now().await;
    button.set_label(&format!("{} clicks", ENDED.get() + 1));
    ENDED.set(ENDED.get() + 1);
}

// P29
// P30
fn once_per_click(display: &Display) {
    let runtime = runtime();
    runtime.block_on(async {
        let button = gtk::Button::with_label("Click me");
        button.connect_clicked(on_clicked);
        let before = button.ref_count();
        for _ in 0..1_000 {
            button.emit_clicked();
        }
        assert_eq!(BEGUN.get(), 0, "a handler does not run inside the click");
        wait_until(|| ENDED.get() == 1_000).await;
        assert_eq!(BEGUN.get(), 1_000);
        assert_eq!(runtime.metrics().alive, 1, "this one alone");
        assert_eq!(button.ref_count(), before);

        let window = open(&button);
        drawn(&window).await;
        for clicks in 1..=5 {
            click(display, 1);
            wait_until(|| ENDED.get() >= 1_000 + clicks).await;
        }
        drawn(&window).await;
        assert_eq!((BEGUN.get(), ENDED.get()), (1_005, 1_005));
        assert_eq!(button.label().as_deref(), Some("1005 clicks"));

        // Nothing of the coroutines keeps the button alive.
        let weak = button.downgrade();
        drop(button);
        window.destroy();
        drop(window);
        wait_until(|| weak.upgrade().is_none()).await;
    });
}

thread_local! {
    static MAY_END: Cell<bool> = const { Cell::new(false) };
}

#[glib_coro::coroutine(detach, overlap = "drop")]
async fn on_start(_: &gtk::Button) {
    BEGUN.set(BEGUN.get() + 1);
    wait_until(|| MAY_END.get()).await;
    ENDED.set(ENDED.get() + 1);
}

fn a_double_click_starts_once(display: &Display) {
    runtime().block_on(async {
        let clicks = std::rc::Rc::new(Cell::new(0));
        let button = gtk::Button::with_label("Start");
        button.connect_clicked(on_start);
        let counted = clicks.clone();
        button.connect_clicked(move |_| counted.set(counted.get() + 1));
        let window = open(&button);
        drawn(&window).await;
        click(display, 3);
        wait_until(|| clicks.get() == 3).await;
        MAY_END.set(true);
        wait_until(|| ENDED.get() == 1).await;
        click(display, 1);
        wait_until(|| ENDED.get() == 2).await;
        assert_eq!(BEGUN.get(), 2);
    });
}

#[glib_coro::coroutine(returns = Propagation::Stop)]
async fn on_close_request(window: &gtk::Window) {
    BEGUN.set(BEGUN.get() + 1);
    wait_until(|| MAY_END.get()).await; // "Save the changes?"
    window.destroy();
    ENDED.set(ENDED.get() + 1);
}

fn closing_can_be_put_off(display: &Display) {
    runtime().block_on(async {
        let window = open(&gtk::Label::new(Some("Unsaved")));
        window.connect_close_request(on_close_request);
        drawn(&window).await;
        let on_screen = display.window("gtk-test");
        display.close(on_screen);
        wait_until(|| BEGUN.get() == 1).await;
        drawn(&window).await;
        assert!(window.is_visible() && display.picture(on_screen).is_some());
        MAY_END.set(true);
        wait_until(|| ENDED.get() == 1).await;
        wait_until(|| display.picture(on_screen).is_none()).await;
    });
}

on_display![
    once_per_click,
    a_double_click_starts_once,
    closing_can_be_put_off,
];
