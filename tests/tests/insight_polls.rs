//! Insight: what polls take, without nested loops; and the warning about slow ones.

#![forbid(unsafe_code)]

use std::thread;
use std::time::{Duration, Instant};

use glib_coro::runtime::Metrics;
use glib_coro::task::{self, Builder};
use glib_coro::{Runtime, block_on, sleep, spawn, yield_now};
use glib_coro_tests::{Host, info_of, on_every_host, on_glib};

const MS: Duration = Duration::from_millis(1);

fn insight(host: Host) -> Runtime {
    let builder = host.builder().insight(true).slow_poll(Duration::MAX);
    builder.build().expect("a fresh loop")
}

fn polls_are_counted_and_measured_per_coroutine(host: Host) {
    insight(host).block_on(async {
        let start = Instant::now();
        let busy = spawn(async {
            for _ in 0..3 {
                thread::sleep(5 * MS);
                yield_now().await;
            }
            std::future::pending::<()>().await;
        });
        let fresh = || task::all().into_iter().find(|info| info.id() == busy.id());
        let before = fresh().unwrap();
        assert_eq!(
            (before.polls(), before.busy()),
            (Some(0), Some(Duration::ZERO))
        );
        assert_eq!(before.last_poll(), None);
        while fresh().unwrap().polls() < Some(4) {
            yield_now().await;
        }
        let info = fresh().unwrap();
        assert!(info.busy().unwrap() >= 15 * MS, "{info:?}");
        assert!(info.busy().unwrap() <= start.elapsed(), "{info:?}");
        assert!(info.last_poll().unwrap() >= start + 15 * MS, "{info:?}");
    });
}

fn a_slot_that_is_used_again_starts_at_nothing(host: Host) {
    insight(host).block_on(async {
        for _ in 0..3 {
            // It takes the slot of the one before.
            let task = spawn(async {
                let info = task::all().pop().unwrap();
                (info.id() == task::id(), info.polls(), info.busy())
            });
            assert_eq!(task.await.unwrap(), (true, Some(1), Some(Duration::ZERO)));
        }
    });
}

fn the_longest_poll_has_a_name_and_a_place(host: Host) {
    let rt = insight(host);
    let mut metrics = Metrics::default();
    // A machine that stops for longer than the culprit could not stop each time.
    for n in 1..=20 {
        let culprit = Builder::new().name("culprit");
        let line = line!() + 2;
        rt.block_on(async {
            let culprit = culprit.spawn(async move { thread::sleep(n * 10 * MS) });
            for _ in 0..9 {
                spawn(async {}).await.unwrap();
            }
            culprit.await.unwrap();
        });
        metrics = rt.metrics();
        let longest = metrics.longest_poll.as_ref().expect("there was a poll");
        assert!(longest.duration >= n * 10 * MS);
        if longest.name.as_deref() == Some("culprit") {
            assert_eq!(
                (longest.location.file(), longest.location.line()),
                (file!(), line)
            );
            break;
        }
    }
    let longest = metrics.longest_poll.expect("there was a poll");
    assert_eq!(longest.name.as_deref(), Some("culprit"));
    assert_eq!(metrics.poll_times.count(), metrics.polls);
    let buckets: Vec<_> = metrics.poll_times.buckets().collect();
    let last = buckets.iter().rfind(|(_, polls)| *polls > 0).unwrap();
    assert!(last.0.contains(&longest.duration), "{last:?}");
    assert_eq!(metrics.slow_polls, 0);
}

/// Whether the longest poll was shorter than what a loop inside a poll took. A defect would make it longer
/// each time; a machine that stops in the wrong moment, only once in a while.
fn without_nested_loop(host: Host, nested: Duration, nest: fn(Duration)) -> bool {
    (0..20).any(|_| {
        let rt = insight(host);
        rt.block_on(async move {
            spawn(async move { nest(nested) }).await.unwrap();
        });
        rt.metrics().longest_poll.unwrap().duration < nested
    })
}

fn a_nested_loop_does_not_count_while_it_sleeps(host: Host) {
    assert!(without_nested_loop(host, 50 * MS, |nested| {
        block_on(sleep(nested));
    }));
}

fn a_nested_loop_does_not_count_while_it_works(host: Host) {
    let rt = insight(host);
    assert!((1..=20).any(|n| {
        rt.block_on(async {
            let (outer, inner) = (Builder::new().name("outer"), Builder::new().name("inner"));
            let work = async move { thread::sleep(n * 20 * MS) };
            let nest = async { block_on(inner.spawn(work)).unwrap() };
            outer.spawn(nest).await.unwrap();
        });
        // The outer one took longer in all.
        rt.metrics().longest_poll.unwrap().name.as_deref() == Some("inner")
    }));
}

fn what_comes_before_and_after_a_nested_loop_counts(host: Host) {
    let rt = insight(host);
    rt.block_on(async {
        thread::sleep(20 * MS);
        block_on(yield_now());
        thread::sleep(20 * MS);
    });
    assert!(rt.metrics().longest_poll.unwrap().duration >= 40 * MS);
}

fn a_loop_of_somebody_else_counts(host: Host) {
    let rt = insight(host);
    rt.block_on(async {
        // Another runtime's: this one is not served meanwhile.
        Host::Standalone.runtime().block_on(sleep(20 * MS));
    });
    assert!(rt.metrics().longest_poll.unwrap().duration >= 20 * MS);
}

fn without_insight_nothing_is_measured(host: Host) {
    let rt = host.builder().insight(false).build().unwrap();
    rt.block_on(async {
        yield_now().await;
        let me = info_of(task::id());
        assert_eq!((me.polls(), me.busy(), me.last_poll()), (None, None, None));
    });
    let metrics = rt.metrics();
    assert_eq!(metrics.longest_poll, None);
    assert_eq!((metrics.poll_times.count(), metrics.slow_polls), (0, 0));
}

on_every_host![
    polls_are_counted_and_measured_per_coroutine,
    a_slot_that_is_used_again_starts_at_nothing,
    the_longest_poll_has_a_name_and_a_place,
    a_loop_of_somebody_else_counts,
    without_insight_nothing_is_measured;
    ours: a_nested_loop_does_not_count_while_it_sleeps,
    a_nested_loop_does_not_count_while_it_works,
    what_comes_before_and_after_a_nested_loop_counts,
];

#[cfg(feature = "glib")]
fn a_main_loop_that_glib_ends_does_not_count(host: Host) {
    use ::glib::{MainContext, MainLoop, Priority, timeout_source_new};
    // The last thing that happens in it is another source's.
    assert!(without_nested_loop(host, 50 * MS, |nested| {
        let context = MainContext::ref_thread_default();
        let main_loop = MainLoop::new(Some(&context), false);
        let quit = main_loop.clone();
        let end = timeout_source_new(nested, None, Priority::DEFAULT, move || {
            quit.quit();
            ::glib::ControlFlow::Break
        });
        end.attach(Some(&context));
        main_loop.run();
    }));
}

on_glib![a_main_loop_that_glib_ends_does_not_count];

// What a program prints shows only outside of it: see `bin/stutterer.rs`.
mod reports {
    use std::io::{BufRead, BufReader, Read};
    use std::process::{Child, Command, Stdio};

    use glib_coro_tests::{Host, on_every_host};
    use serde_json::Value;

    fn start(host: Host, what: &str, debug: Option<&str>) -> Child {
        let mut command = Command::new(env!("CARGO_BIN_EXE_stutterer"));
        command.args([&format!("{host:?}"), what]);
        match debug {
            Some(value) => command.env("GLIB_CORO_DEBUG", value),
            None => command.env_remove("GLIB_CORO_DEBUG"),
        };
        command.stdin(Stdio::piped()).stderr(Stdio::piped());
        command.spawn().expect("the program starts")
    }

    fn stutterer(host: Host, what: &str, debug: Option<&str>) -> String {
        let output = start(host, what, debug).wait_with_output().unwrap();
        assert!(output.status.success(), "{output:?}");
        String::from_utf8(output.stderr).unwrap()
    }

    fn a_slow_poll_is_logged_with_name_place_and_duration(host: Host) {
        let log = stutterer(host, "slow", None);
        let line = log
            .lines()
            .find(|line| line.contains("`stutterer`"))
            .expect(&log);
        assert!(line.contains("stutterer.rs:"), "{line}");
        assert!(line.contains("ms in one poll"), "{line}");
        let domain = if host == Host::Standalone {
            "glib-coro: "
        } else {
            "glib-coro-WARNING"
        };
        assert!(line.contains(domain), "{line}");
    }

    fn the_environment_turns_it_on(host: Host) {
        let log = stutterer(host, "default", Some("1"));
        assert!(log.contains("`stutterer`"), "{log}");
        for off in [None, Some(""), Some("0")] {
            assert_eq!(stutterer(host, "default", off), "");
        }
        // What the program says goes before.
        assert_eq!(stutterer(host, "off", Some("1")), "");
    }

    fn sigusr2_dumps_every_runtime_while_the_loop_is_blocked(host: Host) {
        check_dump(host, "dump");
    }

    /// GLib installs its handler over whatever there is.
    fn a_later_handler_of_the_program_does_not_silence_the_dump(host: Host) {
        check_dump(host, "dump-handler-later");
    }

    fn check_dump(host: Host, what: &str) {
        let mut child = start(host, what, Some("1"));
        let mut log = BufReader::new(child.stderr.take().unwrap());
        // One for each runtime.
        let dumps = [(); 2].map(|()| {
            let mut line = String::new();
            log.read_line(&mut line).unwrap();
            serde_json::from_str::<Value>(&line).unwrap_or_else(|_| panic!("no JSON: {line}"))
        });
        // The loop has been blocked until now.
        drop(child.stdin.take());
        let mut rest = String::new();
        log.read_to_string(&mut rest).unwrap();
        assert!(child.wait().unwrap().success(), "{rest}");
        assert!(rest.contains("own handler"), "{rest}");
        let of = |thread: &str| {
            let dump = dumps.iter().find(|dump| dump["thread"] == thread);
            dump.unwrap_or_else(|| panic!("{thread} in {dumps:?}"))["coroutines"].clone()
        };
        let named = |list: Value, name: &str| {
            let list = list.as_array().unwrap();
            list.iter().find(|one| one["name"] == name).unwrap().clone()
        };
        assert_eq!(named(of("main"), "blocker")["state"], "running");
        let remote = named(of("side"), "sleeper");
        assert_eq!(remote["waiting_on"][0]["kind"], "timer");
    }

    on_every_host![;
        ours: a_slow_poll_is_logged_with_name_place_and_duration,
        the_environment_turns_it_on,
        sigusr2_dumps_every_runtime_while_the_loop_is_blocked,
        a_later_handler_of_the_program_does_not_silence_the_dump,
    ];
}
