//! Handlers that fail.

use std::cell::Cell;
use std::sync::{Arc, Mutex};

use glib_coro_tests::display::Display;
use gtk::prelude::*;

use crate::{builder, click, drawn, on_display, open, wait_until};

thread_local! {
    static CALLS: Cell<u32> = const { Cell::new(0) };
}

#[glib_coro::coroutine(detach)]
async fn on_clicked(_: &gtk::Button) -> Result<(), std::num::ParseIntError> {
    CALLS.set(CALLS.get() + 1);
    match CALLS.get() {
        1 => panic!("the first click"),
        2 => "two".parse::<u32>().map(drop),
        _ => Ok(()),
    }
}

fn the_app_goes_on_and_the_hook_is_told(display: &Display) {
    let told = Arc::new(Mutex::new(Vec::new()));
    let hook = told.clone();
    let runtime = builder()
        .on_unhandled(move |unhandled| hook.lock().unwrap().push(unhandled.to_string()))
        .build()
        .unwrap();
    runtime.block_on(async {
        let button = gtk::Button::with_label("Fails");
        button.connect_clicked(on_clicked);
        let window = open(&button);
        drawn(&window).await;
        for calls in 1..=3 {
            click(display, 1);
            wait_until(|| CALLS.get() == calls).await;
        }
        drawn(&window).await;
    });
    let told = told.lock().unwrap();
    let [panic, error] = &told[..] else {
        panic!("{told:?}");
    };
    assert!(
        panic.contains("on_clicked") && panic.contains("the first click"),
        "{panic}"
    );
    assert!(
        error.contains("on_clicked") && error.contains("invalid digit"),
        "{error}"
    );
}

on_display![the_app_goes_on_and_the_hook_is_told];
