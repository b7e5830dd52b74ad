//! The option `overlap`: which calls run, in which order, and what becomes of the others.
#![deny(warnings)]
use std::cell::RefCell;
use std::fmt::Debug;
use std::rc::Rc;

use glib_coro::event_loop::Standalone;
use glib_coro::task::{Builder, CancellationToken, Priority};
use glib_coro::{JoinHandle, Runtime, block_on, yield_now};

/// What the calls of one test do, in order, and the gate that they wait for.
#[derive(Clone, Default)]
struct Calls {
    log: Rc<RefCell<Vec<String>>>,
    gate: CancellationToken,
}

impl Calls {
    fn note(&self, what: &str, call: u32) {
        self.log.borrow_mut().push(format!("{what} {call}"));
    }

    /// What happened since the last time.
    fn seen(&self) -> String {
        std::mem::take(&mut *self.log.borrow_mut()).join(", ")
    }

    fn argument(&self, call: u32) -> Argument {
        Argument(self.clone(), call)
    }
}

/// Notes when a call's argument goes, whether or not the call ever ran.
struct Argument(Calls, u32);

impl Argument {
    async fn work(&self) -> u32 {
        self.0.note("start", self.1);
        self.0.gate.cancelled().await;
        self.0.note("end", self.1);
        self.1
    }
}

impl Drop for Argument {
    fn drop(&mut self) {
        self.0.note("drop", self.1);
    }
}

#[glib_coro::coroutine(overlap = "parallel")]
async fn parallel(call: Argument) -> u32 {
    call.work().await
}

#[glib_coro::coroutine(overlap = "drop")]
async fn dropping(call: Argument) -> u32 {
    call.work().await
}

#[glib_coro::coroutine(overlap = "restart")]
async fn restart(call: Argument) -> u32 {
    call.work().await
}

#[glib_coro::coroutine(overlap = "queue")]
async fn queue(call: Argument) -> u32 {
    call.work().await
}

#[glib_coro::coroutine(overlap = "latest")]
async fn latest(call: Argument) -> u32 {
    call.work().await
}

/// Lets everything happen that can.
async fn settle() {
    for _ in 0..20 {
        yield_now().await;
    }
}

async fn assert_cancelled<T: Debug>(handle: JoinHandle<T>) {
    let error = handle.await.unwrap_err();
    assert!(error.is_cancelled(), "{error}");
}

#[glib_coro::test]
async fn parallel_calls_run_side_by_side() {
    let calls = Calls::default();
    let handles = [1, 2].map(|n| parallel(calls.argument(n)));
    settle().await;
    assert_eq!(calls.seen(), "start 1, start 2");
    calls.gate.cancel();
    for (handle, n) in handles.into_iter().zip(1..) {
        assert_eq!(handle.await.unwrap(), n);
    }
}

#[glib_coro::test]
async fn drop_ignores_a_call_while_another_runs() {
    let calls = Calls::default();
    let first = dropping(calls.argument(1));
    let ignored = dropping(calls.argument(2));
    assert_eq!(calls.seen(), "drop 2");
    assert!(ignored.is_finished());
    assert_eq!(ignored.name(), Some("dropping"));
    assert_ne!(ignored.id(), first.id());
    ignored.abort();
    ignored.abort_handle().abort();
    assert_cancelled(ignored).await;
    settle().await;
    assert_cancelled(dropping(calls.argument(3))).await;
    assert_eq!(calls.seen(), "start 1, drop 3");
    calls.gate.cancel();
    assert_eq!(first.await.unwrap(), 1);
    assert_eq!(dropping(calls.argument(4)).await.unwrap(), 4);
    assert_eq!(calls.seen(), "end 1, drop 1, start 4, end 4, drop 4");
}

#[glib_coro::test]
async fn restart_starts_when_the_old_future_is_dropped() {
    let calls = Calls::default();
    let first = restart(calls.argument(1));
    settle().await;
    let second = restart(calls.argument(2));
    // Not inside the call.
    assert_eq!(calls.seen(), "start 1");
    settle().await;
    assert_eq!(calls.seen(), "drop 1, start 2");
    assert_cancelled(first).await;
    calls.gate.cancel();
    assert_eq!(second.await.unwrap(), 2);
    assert_eq!(calls.seen(), "end 2, drop 2");
}

#[glib_coro::test]
async fn restart_in_quick_succession_runs_the_last_only() {
    let calls = Calls::default();
    let handles = [1, 2, 3].map(|n| restart(calls.argument(n)));
    calls.gate.cancel();
    let [first, second, third] = handles;
    assert_eq!(third.await.unwrap(), 3);
    assert_cancelled(first).await;
    assert_cancelled(second).await;
    assert_eq!(calls.seen(), "drop 1, drop 2, start 3, end 3, drop 3");
}

#[glib_coro::test]
async fn queue_runs_all_one_after_the_other() {
    let calls = Calls::default();
    let handles = [1, 2, 3].map(|n| queue(calls.argument(n)));
    settle().await;
    assert_eq!(calls.seen(), "start 1");
    calls.gate.cancel();
    for (handle, n) in handles.into_iter().zip(1..) {
        assert_eq!(handle.await.unwrap(), n);
    }
    let one = |n| format!("end {n}, drop {n}");
    let expected = [one(1), "start 2".into(), one(2), "start 3".into(), one(3)].join(", ");
    assert_eq!(calls.seen(), expected);
}

#[glib_coro::test]
async fn latest_keeps_the_one_that_runs_and_the_newest() {
    let calls = Calls::default();
    let [first, second, third, fourth] = [1, 2, 3, 4].map(|n| latest(calls.argument(n)));
    settle().await;
    assert_eq!(calls.seen(), "start 1, drop 2, drop 3");
    assert_cancelled(second).await;
    assert_cancelled(third).await;
    calls.gate.cancel();
    assert_eq!(first.await.unwrap(), 1);
    assert_eq!(fourth.await.unwrap(), 4);
    assert_eq!(calls.seen(), "end 1, drop 1, start 4, end 4, drop 4");
}

#[glib_coro::test]
async fn aborting_the_running_call_lets_the_next_one_start() {
    for next in [queue, latest] {
        let calls = Calls::default();
        let (first, second) = (next(calls.argument(1)), next(calls.argument(2)));
        settle().await;
        first.abort();
        settle().await;
        assert_eq!(calls.seen(), "start 1, drop 1, start 2");
        assert_cancelled(first).await;
        calls.gate.cancel();
        assert_eq!(second.await.unwrap(), 2);
    }
    for other in [dropping, restart] {
        let calls = Calls::default();
        let first = other(calls.argument(1));
        settle().await;
        first.abort();
        settle().await;
        calls.gate.cancel();
        assert_eq!(other(calls.argument(2)).await.unwrap(), 2);
        assert_cancelled(first).await;
        assert_eq!(calls.seen(), "start 1, drop 1, start 2, end 2, drop 2");
    }
}

#[glib_coro::test]
async fn an_aborted_call_counts_until_it_is_dropped() {
    let calls = Calls::default();
    let first = dropping(calls.argument(1));
    settle().await;
    first.abort();
    assert_cancelled(dropping(calls.argument(2))).await;
    assert_cancelled(first).await;
}

#[glib_coro::test]
async fn aborting_a_waiting_call_takes_it_out_of_the_line() {
    let calls = Calls::default();
    let [first, second, third] = [1, 2, 3].map(|n| queue(calls.argument(n)));
    settle().await;
    second.abort();
    settle().await;
    assert_eq!(calls.seen(), "start 1, drop 2");
    calls.gate.cancel();
    assert_eq!(third.await.unwrap(), 3);
    assert_eq!(calls.seen(), "end 1, drop 1, start 3, end 3, drop 3");
    assert_cancelled(second).await;
    first.await.unwrap();
}

/// Panics in its first call, after a await.
macro_rules! panicking {
    ($name:ident, $overlap:literal) => {
        #[glib_coro::coroutine(overlap = $overlap)]
        async fn $name(call: Argument) -> u32 {
            call.0.note("start", call.1);
            yield_now().await;
            assert!(call.1 > 1, "the first call panics");
            call.1
        }
    };
}

panicking!(panicking_drop, "drop");
panicking!(panicking_restart, "restart");
panicking!(panicking_queue, "queue");
panicking!(panicking_latest, "latest");

#[glib_coro::test]
async fn a_panic_ends_a_call_like_any_other_end() {
    for waits in [panicking_queue, panicking_latest] {
        let calls = Calls::default();
        let (first, second) = (waits(calls.argument(1)), waits(calls.argument(2)));
        assert!(first.await.unwrap_err().is_panic());
        assert_eq!(second.await.unwrap(), 2);
        assert_eq!(calls.seen(), "start 1, drop 1, start 2, drop 2");
    }
    for other in [panicking_drop, panicking_restart] {
        let calls = Calls::default();
        assert!(other(calls.argument(1)).await.unwrap_err().is_panic());
        assert_eq!(other(calls.argument(2)).await.unwrap(), 2);
        assert_eq!(calls.seen(), "start 1, drop 1, start 2, drop 2");
    }
}

/// Calls itself once from inside of a call, awaits something else, and goes on.
macro_rules! recursive {
    ($name:ident, $overlap:literal) => {
        #[glib_coro::coroutine(overlap = $overlap)]
        async fn $name(call: Argument, handles: Handles) {
            call.0.note("start", call.1);
            if call.1 == 1 {
                let second = $name(call.0.argument(2), handles.clone());
                handles.borrow_mut().push(second);
            }
            yield_now().await;
            call.0.note("end", call.1);
        }
    };
}

type Handles = Rc<RefCell<Vec<JoinHandle<()>>>>;

recursive!(recursive_drop, "drop");
recursive!(recursive_restart, "restart");
recursive!(recursive_queue, "queue");
recursive!(recursive_latest, "latest");

#[glib_coro::test]
async fn a_call_may_call_its_own_function() {
    type Function = fn(Argument, Handles) -> JoinHandle<()>;
    let one_by_one = "start 1, end 1, drop 1, start 2, end 2, drop 2";
    let rows: [(Function, &str, [bool; 2]); 4] = [
        (
            recursive_drop,
            "start 1, drop 2, end 1, drop 1",
            [true, false],
        ),
        (
            recursive_restart,
            "start 1, drop 1, start 2, end 2, drop 2",
            [false, true],
        ),
        (recursive_queue, one_by_one, [true, true]),
        (recursive_latest, one_by_one, [true, true]),
    ];
    for (function, expected, outcome) in rows {
        let (calls, handles) = (Calls::default(), Handles::default());
        let first = function(calls.argument(1), handles.clone());
        settle().await;
        assert_eq!(calls.seen(), expected);
        let second = handles.borrow_mut().remove(0);
        assert_eq!([first.await.is_ok(), second.await.is_ok()], outcome);
    }
}

/// Runs a nested loop in its first call, and calls itself from there.
macro_rules! nesting {
    ($name:ident, $overlap:literal) => {
        #[glib_coro::coroutine(overlap = $overlap)]
        async fn $name(call: Argument, handles: Handles) {
            call.0.note("start", call.1);
            if call.1 == 1 {
                block_on(async {
                    let second = $name(call.0.argument(2), handles.clone());
                    handles.borrow_mut().push(second);
                    settle().await;
                });
                call.0.note("unnested", 1);
            }
            yield_now().await;
            call.0.note("end", call.1);
        }
    };
}

nesting!(nesting_parallel, "parallel");
nesting!(nesting_drop, "drop");
nesting!(nesting_restart, "restart");
nesting!(nesting_queue, "queue");
nesting!(nesting_latest, "latest");

#[glib_coro::test]
async fn a_nested_loop_does_not_start_what_has_to_wait() {
    type Function = fn(Argument, Handles) -> JoinHandle<()>;
    let one_by_one = "start 1, unnested 1, end 1, drop 1, start 2, end 2, drop 2";
    let rows: [(Function, &str); 5] = [
        (
            nesting_parallel,
            "start 1, start 2, end 2, drop 2, unnested 1, end 1, drop 1",
        ),
        (nesting_drop, "start 1, drop 2, unnested 1, end 1, drop 1"),
        (
            nesting_restart,
            "start 1, unnested 1, drop 1, start 2, end 2, drop 2",
        ),
        (nesting_queue, one_by_one),
        (nesting_latest, one_by_one),
    ];
    for (function, expected) in rows {
        let (calls, handles) = (Calls::default(), Handles::default());
        let first = function(calls.argument(1), handles.clone());
        // The nested loop runs this coroutine as well.
        let _ = first.await;
        let second = handles.borrow_mut().remove(0);
        let _ = second.await;
        assert_eq!(calls.seen(), expected);
    }
}

#[glib_coro::coroutine(overlap = "queue")]
async fn generic<T: 'static>(call: Argument, _value: T) -> u32 {
    call.work().await
}

#[derive(Clone)]
struct Object;

impl Object {
    #[glib_coro::coroutine(overlap = "queue")]
    async fn method(&self, call: Argument) -> u32 {
        call.work().await
    }
}

#[glib_coro::test]
async fn calls_are_counted_per_source_function() {
    let calls = Calls::default();
    queue(calls.argument(1));
    latest(calls.argument(2));
    generic(calls.argument(3), 0_u8);
    generic(calls.argument(4), "another type, the same source");
    Object.method(calls.argument(5));
    Object.method(calls.argument(6));
    settle().await;
    assert_eq!(calls.seen(), "start 1, start 2, start 3, start 5");
    calls.gate.cancel();
    settle().await;
}

#[test]
fn calls_are_counted_per_runtime() {
    let runtimes = [(); 2].map(|()| {
        let builder = Runtime::builder().event_loop(Standalone::new());
        builder.build().unwrap()
    });
    let calls = Calls::default();
    for (runtime, n) in runtimes.iter().zip([1, 3]) {
        runtime.block_on(async {
            queue(calls.argument(n));
            queue(calls.argument(n + 1));
            settle().await;
        });
    }
    assert_eq!(calls.seen(), "start 1, start 3");
    let [first, second] = runtimes;
    // Those that end with their runtime make room for nobody, and leave nothing behind.
    drop(first);
    assert_eq!(calls.seen(), "drop 1, drop 2");
    calls.gate.cancel();
    second.block_on(settle());
    assert_eq!(calls.seen(), "end 3, drop 3, start 4, end 4, drop 4");
    drop(second);
    let last = Runtime::builder().event_loop(Standalone::new()).build();
    let done = last
        .unwrap()
        .block_on(async { queue(calls.argument(5)).await });
    assert_eq!(done.unwrap(), 5);
}

#[test]
fn a_call_on_a_runtime_that_has_ended_is_cancelled() {
    let builder = Runtime::builder().event_loop(Standalone::new());
    let runtime = builder.build().unwrap();
    let calls = Calls::default();
    let late = Late(calls.clone());
    runtime.block_on(async {
        drop(glib_coro::spawn(async move {
            let _late = late;
            std::future::pending::<()>().await;
        }));
        settle().await;
    });
    drop(runtime);
    assert_eq!(calls.seen(), "drop 1, drop 2");
}

/// Calls when it is dropped, which is when its runtime has ended.
struct Late(Calls);

impl Drop for Late {
    fn drop(&mut self) {
        assert!(restart(self.0.argument(1)).is_finished());
        assert!(restart(self.0.argument(2)).is_finished());
    }
}

#[glib_coro::coroutine(overlap = "drop", detach)]
async fn detached(call: Argument) -> Result<(), String> {
    call.work().await;
    Ok(())
}

#[glib_coro::coroutine(returns = true, overlap = "latest", priority = "idle")]
async fn returning(call: Argument) {
    call.work().await;
}

/// Lets everything happen that can, whatever its priority.
async fn settle_idle() {
    let idle = Builder::new().priority(Priority::Idle);
    idle.spawn(settle()).await.unwrap();
}

#[glib_coro::test]
async fn with_the_options_that_detach() {
    let calls = Calls::default();
    for n in [1, 2] {
        detached(calls.argument(n));
    }
    for n in [3, 4, 5] {
        assert!(returning(calls.argument(n)));
    }
    settle_idle().await;
    assert_eq!(calls.seen(), "drop 2, start 1, start 3, drop 4");
    calls.gate.cancel();
    settle_idle().await;
    assert_eq!(
        calls.seen(),
        "end 1, drop 1, end 3, drop 3, start 5, end 5, drop 5"
    );
}
