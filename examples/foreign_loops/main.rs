//! The same coroutines on two loops that nobody here wrote, beside what these loops do themselves.
//!
//! `cargo run --package glib-coro-examples --example foreign_loops`
#![forbid(unsafe_code)]

mod calloop;
mod tokio;

use std::cell::{OnceCell, RefCell};
use std::io;
use std::time::Duration;

use ::calloop::timer::{TimeoutAction, Timer};
use ::tokio::time;
use glib_coro::{Runtime, sleep, spawn};

use self::calloop::Calloop;
use self::tokio::Tokio;

const SECOND: Duration = Duration::from_secs(1);

fn main() -> io::Result<()> {
    on_calloop()?;
    on_tokio()
}

/// The rockets know no loop.
async fn launch(rocket: &str, seconds: u32) {
    for second in (1..=seconds).rev() {
        println!("{rocket}: {second}");
        sleep(SECOND / 10).await;
    }
    println!("{rocket}: liftoff!");
}

fn on_calloop() -> io::Result<()> {
    let event_loop = ::calloop::EventLoop::try_new()?;
    let ticks = Timer::from_duration(SECOND / 8);
    let tick = |_, (): &mut _, (): &mut ()| {
        println!("calloop: a tick of its own");
        TimeoutAction::ToDuration(SECOND / 8)
    };
    let inserted = event_loop.handle().insert_source(ticks, tick);
    inserted.map_err(|error| error.error)?;
    let host = Calloop(RefCell::new(event_loop));
    let runtime = Runtime::builder().event_loop(host).build()?;
    runtime.block_on(async {
        let beta = spawn(launch("calloop: beta", 3));
        launch("calloop: alpha", 5).await;
        beta.await.map_err(io::Error::other)
    })
}

fn on_tokio() -> io::Result<()> {
    let tokio = ::tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    let ticks = tokio.spawn(async {
        loop {
            time::sleep(SECOND / 8).await;
            println!("tokio: a tick of its own");
        }
    });
    let host = Tokio {
        runtime: tokio,
        driver: OnceCell::new(),
    };
    let runtime = Runtime::builder().event_loop(host).build()?;
    runtime.block_on(async {
        let beta = spawn(launch("tokio: beta", 3));
        launch("tokio: alpha", 5).await;
        // Coroutines await what is tokio's, too.
        time::sleep(SECOND / 10).await;
        ticks.abort();
        assert!(ticks.await.is_err_and(|error| error.is_cancelled()));
        beta.await.map_err(io::Error::other)
    })
}
