//! Coroutines that end with their widgets.

use std::cell::Cell;
use std::future::pending;
use std::rc::Rc;
use std::thread;
use std::time::Duration;

use glib_coro::object::{Bound, spawn_for};
use glib_coro::{sleep, yield_now};
use glib_coro_tests::OnDrop;
use glib_coro_tests::display::Display;
use gtk::prelude::*;

use crate::{drawn, on_display, open, runtime, wait_until};

fn closing_a_window_drops_what_is_bound_to_it(display: &Display) {
    const COROUTINES: usize = 10;
    let runtime = Rc::new(runtime());
    let inside = runtime.clone();
    runtime.block_on(async move {
        let turns = move || inside.metrics().turns;
        let home = thread::current().id();
        let window = open(&gtk::Label::new(Some("Close me")));
        let dropped_in = Rc::new(Cell::new([0; COROUTINES]));
        let handles: Vec<_> = (0..COROUTINES)
            .map(|number| {
                let (dropped_in, turns) = (dropped_in.clone(), turns.clone());
                spawn_for(&window, move |window: Bound<gtk::Window>| async move {
                    let _note = OnDrop::new(move || {
                        assert_eq!(thread::current().id(), home);
                        let mut all = dropped_in.get();
                        all[number] = turns();
                        dropped_in.set(all);
                    });
                    window.get().set_title(Some("bound"));
                    pending::<()>().await;
                })
            })
            .collect();
        drawn(&window).await;
        let destroyed_in = Rc::new(Cell::new(0));
        window.connect_destroy({
            let (destroyed_in, turns) = (destroyed_in.clone(), turns.clone());
            move |_| destroyed_in.set(turns())
        });
        let weak = window.downgrade();
        drop(window); // GTK keeps it while it is open

        display.close(display.window("gtk-test"));
        for handle in handles {
            assert!(handle.await.unwrap_err().is_cancelled());
        }
        assert!(weak.upgrade().is_none());
        let destroyed_in = destroyed_in.get();
        for dropped_in in dropped_in.get() {
            assert!(
                (destroyed_in..=destroyed_in + 1).contains(&dropped_in),
                "destroyed in turn {destroyed_in}, dropped in turn {dropped_in}"
            );
        }
    });
}

fn a_sleeping_coroutine_keeps_no_widget_alive(_: &Display) {
    runtime().block_on(async {
        let label = gtk::Label::new(Some("Short-lived"));
        let ticks = Rc::new(Cell::new(0));
        let counted = ticks.clone();
        let ticking = spawn_for(&label, |label: Bound<gtk::Label>| async move {
            loop {
                counted.set(counted.get() + 1);
                label.get().set_text(&counted.get().to_string());
                sleep(Duration::from_millis(1)).await;
            }
        });
        wait_until(|| ticks.get() >= 3).await;
        let finalised = Rc::new(Cell::new(false));
        label.add_weak_ref_notify_local({
            let finalised = finalised.clone();
            move || finalised.set(true)
        });
        drop(label);
        assert!(finalised.get(), "at once");
        assert!(ticking.await.unwrap_err().is_cancelled());
    });
}

fn a_row_that_is_removed_ends_its_coroutine(_: &Display) {
    runtime().block_on(async {
        let list = gtk::ListBox::new();
        let window = open(&list);
        let handles: Vec<_> = (0..3)
            .map(|_| {
                let row = gtk::ListBoxRow::new();
                list.append(&row);
                spawn_for(&row, |_: Bound<gtk::ListBoxRow>| pending::<()>())
            })
            .collect();
        drawn(&window).await;
        list.remove(&list.row_at_index(1).expect("a row"));
        wait_until(|| handles[1].is_finished()).await;
        for _ in 0..10 {
            yield_now().await;
        }
        let running: Vec<_> = handles.iter().map(|handle| !handle.is_finished()).collect();
        assert_eq!(running, [true, false, true]);
        // The window's end is that of everything in it.
        window.destroy();
        drop((list, window));
        for handle in handles {
            assert!(handle.await.unwrap_err().is_cancelled());
        }
    });
}

on_display![
    closing_a_window_drops_what_is_bound_to_it,
    a_sleeping_coroutine_keeps_no_widget_alive,
    a_row_that_is_removed_ends_its_coroutine,
];
