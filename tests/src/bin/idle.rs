//! What the tests of P7 trace: says "ready" and then waits, or makes wakes and says "done".

#![forbid(unsafe_code)]

use std::future::{pending, poll_fn};
use std::io::{Write, stdout};
use std::os::unix::net::UnixStream;
use std::task::Poll;
use std::time::Duration;

use glib_coro::task::{Builder, Priority};
use glib_coro::{idle, readable, sleep, spawn, yield_now};
use glib_coro_tests::Host;

const HOUR: Duration = Duration::from_secs(3600);

fn say(word: &str) {
    let mut stdout = stdout().lock();
    writeln!(stdout, "{word}")
        .and_then(|()| stdout.flush())
        .expect("the test reads");
}

fn main() {
    let args: Vec<_> = std::env::args().skip(1).collect();
    let args: Vec<_> = args.iter().map(String::as_str).collect();
    let host = match args[0] {
        #[cfg(feature = "glib")]
        "GLib" => Host::GLib,
        #[cfg(feature = "foreign-loops")]
        "Calloop" => Host::Calloop,
        #[cfg(feature = "foreign-loops")]
        "Tokio" => Host::Tokio,
        _ => Host::Standalone,
    };
    let rt = host.builder().budget(HOUR).build().expect("a runtime");
    match args[1] {
        "one-sleeper" => rt.block_on(async {
            say("ready");
            sleep(HOUR).await;
        }),
        "many-waiters" => rt.block_on(async {
            let (silent, _peer) = UnixStream::pair().expect("two sockets");
            let silent: &UnixStream = Box::leak(Box::new(silent));
            for priority in [Priority::High, Priority::Default, Priority::Idle] {
                for n in 0..100 {
                    let sleeper = sleep(HOUR + Duration::from_micros(n));
                    drop(Builder::new().priority(priority).spawn(sleeper));
                    drop(Builder::new().priority(priority).spawn(readable(silent)));
                }
            }
            // Timers and coroutines that are gone leave nothing behind to wake up for.
            drop(spawn(sleep(Duration::from_secs(3))).abort_on_drop());
            let aborted = spawn(sleep(Duration::from_secs(3)));
            idle().await;
            aborted.abort();
            let _ = aborted.await;
            idle().await;
            say("ready");
            pending::<()>().await;
        }),
        "wakes" => rt.block_on(async {
            yield_now().await;
            say("ready");
            let ping = spawn(async {
                for _ in 0..5_000 {
                    yield_now().await;
                }
            });
            let mut rounds = 0;
            poll_fn(|cx| {
                rounds += 1;
                cx.waker().wake_by_ref();
                if rounds < 5_000 {
                    Poll::Pending
                } else {
                    Poll::Ready(())
                }
            })
            .await;
            ping.await.expect("no panic");
            say("done");
        }),
        other => panic!("unknown: {other}"),
    }
}
