//! Nested loops, as dialogs run them, with another one inside. All else goes on meanwhile.

use std::time::Duration;

use glib_coro::glib::MainLoop;
use glib_coro::task::CancellationToken;
use glib_coro::{block_on, sleep, spawn};

use crate::ledger::LOOPS;

const PAUSE: Duration = Duration::from_millis(50);
const OUTER: Duration = Duration::from_millis(5);
const INNER: Duration = Duration::from_millis(2);

pub(crate) async fn run(stop: CancellationToken) {
    while !stop.is_cancelled() {
        let outer = MainLoop::new(None, false);
        let inner = spawn(async {
            let _begun = LOOPS.begin();
            block_on(sleep(INNER));
        });
        let quit = spawn({
            let outer = outer.clone();
            async move {
                sleep(OUTER).await;
                outer.quit();
            }
        });
        let begun = LOOPS.begin();
        outer.run();
        drop(begun);
        quit.await.expect("it only quits");
        inner.await.expect("it only sleeps");
        sleep(PAUSE).await;
    }
}
