//! Redraws and coroutines share a thread.

use std::cell::Cell;
use std::rc::Rc;
use std::time::{Duration, Instant};

use glib_coro::glib::{ControlFlow, MainContext};
use glib_coro::{Runtime, sleep, spawn, yield_now};
use glib_coro_examples::animsort::algorithm::Algorithm;
use glib_coro_examples::animsort::animation::Animation;
use glib_coro_examples::animsort::chart::Chart;
use glib_coro_examples::animsort::order;
use glib_coro_tests::display::on_display;
use glib_coro_tests::patience;
use gtk::prelude::*;

const COROUTINES: usize = 1_000;
/// Frames that a second must have, on a machine that is busy with something else as well.
const FRAMES: u32 = 30;

#[test]
fn a_thousand_busy_coroutines_leave_animsort_its_frames() {
    on_display(
        "frames::a_thousand_busy_coroutines_leave_animsort_its_frames",
        |_| {
            gtk::init().expect("there is a display");
            let context = MainContext::default();
            let runtime = Runtime::builder().main_context(&context).build();
            runtime.expect("nobody else uses it").block_on(watch());
        },
    );
}

/// Animates a sort beside the others, until a second had enough frames.
async fn watch() {
    let yields = Rc::new(Cell::new(0_u64));
    for _ in 0..COROUTINES {
        let yields = yields.clone();
        spawn(async move {
            loop {
                yield_now().await;
                yields.set(yields.get() + 1);
            }
        });
    }

    let values = order::deal(100, -1.0, &mut fastrand::Rng::new());
    let chart = Chart::open(Algorithm::Bubblesort, &values);
    let frames = Rc::new(Cell::new(0));
    let counted = frames.clone();
    chart.window().add_tick_callback(move |_, _| {
        counted.set(counted.get() + 1);
        ControlFlow::Continue
    });
    let mut animation = Animation::new(values, chart, Duration::from_millis(10), false);
    spawn(async move { Algorithm::Bubblesort.sort(&mut animation).await });

    let begin = Instant::now();
    let mut most = 0;
    while most < FRAMES {
        assert!(
            begin.elapsed() < patience(),
            "at most {most} frames in a second"
        );
        let (second, frames_before, yields_before) = (Instant::now(), frames.get(), yields.get());
        sleep(Duration::from_secs(1)).await;
        let rate = |count: f64| count / second.elapsed().as_secs_f64();
        let rate_of_frames = rate(f64::from(frames.get() - frames_before));
        most = most.max(rate_of_frames as u32);
        println!(
            "{rate_of_frames:.1} frames and {:.0} yields per second",
            rate((yields.get() - yields_before) as f64)
        );
    }
}
