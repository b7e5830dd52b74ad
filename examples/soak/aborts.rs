//! Storms of aborts: many coroutines at once, whatever they wait for.

use std::os::unix::net::UnixStream;
use std::time::Duration;

use futures_util::future::pending;
use glib_coro::task::CancellationToken;
use glib_coro::{readable, sleep, spawn, yield_now};

use crate::ledger::ABORTED;

const STORM: u32 = 500;
const PAUSE: Duration = Duration::from_millis(250);
const HOUR: Duration = Duration::from_secs(3600);

pub(crate) async fn run(stop: CancellationToken) {
    let (silent, _other) = UnixStream::pair().expect("a pair");
    while !stop.is_cancelled() {
        let mut victims = Vec::new();
        for number in 0..STORM {
            let begun = ABORTED.begin();
            let silent = silent.try_clone().expect("a descriptor");
            victims.push(spawn(async move {
                let _begun = begun;
                match number % 4 {
                    0 => sleep(HOUR).await,
                    1 => readable(&silent).await.expect("it is open"),
                    2 => pending().await,
                    _ => loop {
                        yield_now().await;
                    },
                }
            }));
            // Half of them have been polled when the storm comes.
            if number == STORM / 2 {
                yield_now().await;
            }
        }
        for victim in &victims {
            victim.abort();
        }
        for victim in victims {
            let error = victim.await.expect_err("none of them ends by itself");
            assert!(error.is_cancelled());
        }
        sleep(PAUSE).await;
    }
}
