//! Four threads that spawn coroutines on the loop and wake others there.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use futures_channel::{mpsc, oneshot};
use futures_util::StreamExt;
use glib_coro::Handle;
use glib_coro::task::{CancellationToken, JoinSet};
use glib_coro_tests::block_on_elsewhere;

use crate::ledger::{REMOTE, WAKES};

const THREADS: u32 = 4;
const PAUSE: Duration = Duration::from_millis(4);

pub(crate) async fn run(stop: CancellationToken) {
    let over = Arc::new(AtomicBool::new(false));
    let mut threads = Vec::new();
    let mut listeners = JoinSet::new();
    for _ in 0..THREADS {
        let (sender, receiver) = mpsc::unbounded();
        listeners.spawn(in_order(receiver));
        let (handle, over) = (Handle::current(), over.clone());
        threads.push(thread::spawn(move || wake(&handle, &sender, &over)));
    }
    stop.cancelled().await;
    over.store(true, Ordering::Relaxed);
    // A channel ends with the thread that sends.
    while let Some(ended) = listeners.join_next().await {
        ended.expect("nothing got lost on the way");
    }
    for thread in threads {
        thread.join().expect("its coroutines did what they should");
    }
}

/// What a thread sends comes in the order in which it was sent.
async fn in_order(mut receiver: mpsc::UnboundedReceiver<(u64, crate::ledger::Begun)>) {
    let mut expected = 0;
    while let Some((number, _begun)) = receiver.next().await {
        assert_eq!(number, expected);
        expected += 1;
    }
}

fn wake(
    handle: &Handle,
    listener: &mpsc::UnboundedSender<(u64, crate::ledger::Begun)>,
    over: &AtomicBool,
) {
    let mut number = 0;
    while !over.load(Ordering::Relaxed) {
        let (sender, receiver) = oneshot::channel();
        let begun = REMOTE.begin();
        let answer = handle.spawn(async move {
            let _begun = begun;
            receiver.await
        });
        thread::sleep(PAUSE);
        sender.send(number).expect("the coroutine waits for it");
        assert_eq!(block_on_elsewhere(answer).expect("it ends"), Ok(number));
        let sent = listener.unbounded_send((number, WAKES.begin()));
        sent.expect("the listener waits for it");
        number += 1;
    }
}
