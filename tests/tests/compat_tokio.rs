//! tokio's reactor beside the loop: crates written for tokio in our coroutines.

#![forbid(unsafe_code)]

#[path = "compat_tokio/theirs.rs"]
mod theirs;

use std::collections::BTreeSet;
use std::future::{Future, pending};
use std::pin::{Pin, pin};
use std::rc::Rc;
use std::task::Poll;
use std::thread;
use std::time::Duration;

use ::tokio::io::{AsyncReadExt, AsyncWriteExt};
use ::tokio::net::{TcpListener, TcpStream};
use ::tokio::runtime::Handle;
use ::tokio::sync::mpsc;
use futures_util::poll;
use glib_coro::compat::tokio::{enter, handle};
use glib_coro::{JoinHandle, block_on, sleep, spawn, yield_now};
use glib_coro_tests::{
    Counter, DropNote, Host, block_on_elsewhere, catch_panic, descriptors, on_every_host,
};
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

use theirs::{is_entered, theirs};

const MOMENT: Duration = Duration::from_millis(5);

fn all_of_tokio_works_inside_an_entered_coroutine(host: Host) {
    let rt = host.runtime();
    let not_send = Rc::new(());
    rt.block_on(enter(async {
        theirs().await;
        drop(not_send.clone());
        // Ours beside it.
        sleep(MOMENT).await;
    }));
    // As a coroutine, and many at once.
    let all: Vec<_> = (0..20).map(|_| rt.spawn(enter(theirs()))).collect();
    rt.block_on(async {
        for one in all {
            one.await.unwrap();
        }
    });
}

fn it_works_ten_awaits_deep(host: Host) {
    fn descend(levels: u32) -> Pin<Box<dyn Future<Output = u32>>> {
        Box::pin(async move {
            ::tokio::time::sleep(Duration::from_micros(10)).await;
            let below = match levels {
                0 => ::tokio::spawn(async { 0 }).await.unwrap(),
                _ => descend(levels - 1).await,
            };
            ::tokio::task::yield_now().await;
            below + 1
        })
    }
    assert_eq!(host.runtime().block_on(enter(descend(10))), 11);
}

fn tokio_is_current_in_each_poll_and_never_across_an_await(host: Host) {
    let rt = host.runtime();
    let looked = Counter::new();
    let observer: JoinHandle<()> = rt.spawn({
        let looked = looked.clone();
        async move {
            loop {
                assert!(!is_entered());
                looked.add();
                yield_now().await;
            }
        }
    });
    rt.block_on(enter(async {
        for _ in 0..20 {
            assert!(is_entered());
            let before = looked.get();
            while looked.get() == before {
                ::tokio::time::sleep(Duration::from_micros(10)).await;
            }
        }
    }));
    assert!(!is_entered());
    assert!(!observer.is_finished());
}

fn without_it_tokio_says_what_is_missing(host: Host) {
    let rt = host.runtime();
    let lost = rt.spawn(async { ::tokio::time::sleep(MOMENT).await });
    let error = rt.block_on(lost).unwrap_err();
    assert!(
        error.to_string().contains("there is no reactor running"),
        "{error}"
    );
    // What was spawned onto the handle can be awaited without.
    assert_eq!(rt.block_on(handle().spawn(async { 42 })).unwrap(), 42);
}

/// A future whose destructor needs tokio, as that of many a client does.
struct NeedsTokio(DropNote);

impl Drop for NeedsTokio {
    fn drop(&mut self) {
        let note = self.0.guard();
        drop(::tokio::spawn(async { drop(note) }));
    }
}

fn tokio_is_current_while_the_future_is_dropped(host: Host) {
    let said_goodbye = DropNote::new();
    let body = |note: &DropNote| {
        let needy = NeedsTokio(note.clone());
        enter(async move {
            let _needy = needy;
            pending::<()>().await
        })
    };
    // Aborted, never polled, dropped with the runtime, dropped beside the runtime, and ended.
    let rt = host.runtime();
    let aborted = rt.spawn(body(&said_goodbye));
    let unpolled = rt.spawn(body(&said_goodbye));
    unpolled.abort();
    rt.block_on(async {
        yield_now().await;
        aborted.abort();
        assert!(aborted.await.unwrap_err().is_cancelled());
        assert!(unpolled.await.unwrap_err().is_cancelled());
        let mut beside = Box::pin(body(&said_goodbye));
        assert!(poll!(&mut beside).is_pending());
    });
    let left = rt.spawn(body(&said_goodbye));
    rt.block_on(yield_now());
    drop(rt);
    assert!(block_on(left).unwrap_err().is_cancelled());
    let ended = NeedsTokio(said_goodbye.clone());
    block_on(enter(async { drop(ended) }));
    while said_goodbye.count() < 5 {
        thread::yield_now();
    }
    assert!(!said_goodbye.threads().contains(&thread::current().id()));
}

fn it_is_dropped_with_its_thread(_: Host) {
    let panics = Counter::new();
    std::panic::set_hook({
        let (panics, previous) = (panics.clone(), std::panic::take_hook());
        Box::new(move |info| {
            panics.add();
            previous(info);
        })
    });
    // The thread's list of runtimes goes before tokio's thread-local, and after it.
    for tokio_first in [true, false] {
        let drops = DropNote::new();
        let home = thread::spawn({
            let drops = drops.clone();
            move || {
                if tokio_first {
                    drop(handle().enter());
                }
                drop(spawn(async {}));
                let noted = drops.guard();
                drop(spawn(enter(async move {
                    let _noted = noted;
                    pending::<()>().await
                })));
                block_on(yield_now());
            }
        });
        let id = home.thread().id();
        home.join().unwrap();
        assert_eq!(drops.threads(), [id]);
    }
    assert_eq!(panics.get(), 0);
}

fn tokio_objects_outlive_the_runtime_that_made_them(host: Host) {
    let first = host.runtime();
    let (mut near, mut far) = first.block_on(enter(async {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let near = TcpStream::connect(listener.local_addr().unwrap())
            .await
            .unwrap();
        (near, listener.accept().await.unwrap().0)
    }));
    let mut interval = first.block_on(enter(async { ::tokio::time::interval(MOMENT) }));
    let working = handle().spawn(async { ::tokio::time::sleep(MOMENT).await });
    drop(first);
    // On another runtime, without one, and dropped without tokio.
    let second = host.runtime();
    second.block_on(async {
        working.await.unwrap();
        near.write_all(b"x").await.unwrap();
    });
    block_on_elsewhere(async {
        interval.tick().await;
        assert_eq!(far.read_u8().await.unwrap(), b'x');
    });
    drop((near, far, interval));
}

fn two_runtimes_on_two_threads_share_one_background_thread(host: Host) {
    let both: Vec<_> = (0..2)
        .map(|_| {
            thread::spawn(move || {
                let rt = host.runtime();
                let id = rt.block_on(enter(async { Handle::current().id() }));
                for _ in 0..10 {
                    rt.block_on(enter(theirs()));
                }
                id
            })
        })
        .collect();
    for one in both {
        assert_eq!(one.join().unwrap(), handle().id());
    }
}

fn a_nested_loop_in_an_entered_coroutine_changes_nothing(host: Host) {
    let rt = Rc::new(host.runtime());
    let background = rt.spawn(enter(async {
        for _ in 0..5 {
            theirs().await;
        }
    }));
    let dialog = rt.spawn(enter({
        let rt = rt.clone();
        async move {
            theirs().await;
            // As `dialog.run()` does, twice.
            rt.block_on(async {
                assert!(is_entered(), "that of the coroutine around this loop");
                spawn(enter(theirs())).await.unwrap();
                rt.block_on(enter(theirs()));
                background.await.unwrap();
            });
            assert!(is_entered());
            theirs().await;
        }
    }));
    rt.block_on(dialog).unwrap();
    assert!(!is_entered());
}

fn a_panic_leaves_tokio_and_reaches_the_joiner(host: Host) {
    let rt = host.runtime();
    let broken = rt.spawn(enter(async {
        ::tokio::task::yield_now().await;
        panic!("in the middle of it");
    }));
    let error = rt.block_on(broken).unwrap_err();
    assert!(
        error.to_string().ends_with("in the middle of it"),
        "{error}"
    );
    assert!(!is_entered());
    rt.block_on(enter(theirs()));
}

fn the_budget_of_a_tokio_around_it_does_not_run_out(host: Host) {
    let around = ::tokio::runtime::Builder::new_current_thread()
        .build()
        .unwrap();
    let rt = host.runtime();
    around.block_on(async {
        rt.block_on(enter(async {
            let (sender, mut receiver) = mpsc::unbounded_channel();
            // tokio lets 128 operations of one poll go by, and this one ends with the loop.
            for n in 0..1000 {
                sender.send(n).unwrap();
                assert_eq!(receiver.recv().await, Some(n));
            }
        }));
    });
}

fn what_is_entered_can_be_polled_anywhere(_: Host) {
    fn is_send<T: Send>(value: T) -> T {
        value
    }
    block_on_elsewhere(enter(theirs()));
    // On our thread first, then on tokio's own.
    let mut moving = Box::pin(is_send(enter(async {
        assert!(is_entered());
        ::tokio::task::yield_now().await;
        assert!(is_entered());
        ::tokio::time::sleep(MOMENT).await;
    })));
    block_on(async { assert!(poll!(&mut moving).is_pending()) });
    block_on_elsewhere(handle().spawn(moving)).unwrap();
    // And outside of any runtime.
    let mut cx = std::task::Context::from_waker(std::task::Waker::noop());
    let pinned = pin!(enter(async { is_entered() }));
    assert_eq!(pinned.poll(&mut cx), Poll::Ready(true));
}

fn our_futures_in_a_task_of_tokio_say_where_they_belong(host: Host) {
    let rt = host.runtime();
    let home = rt.handle();
    rt.block_on(enter(async {
        let lost = ::tokio::spawn(async { sleep(MOMENT).await });
        let panic = lost.await.unwrap_err().into_panic();
        let message = panic.downcast_ref::<String>().unwrap();
        assert!(message.contains("tokio's background thread"), "{message}");
        // On a thread of its own a loop can run, and there is always the way home.
        let blocking = ::tokio::task::spawn_blocking(|| block_on(async { sleep(MOMENT).await }));
        blocking.await.unwrap();
        let sent = ::tokio::spawn(async move { home.spawn(async { sleep(MOMENT).await }).await });
        sent.await.unwrap().unwrap();
    }));
}

fn reqwest_talks_to_a_server_on_the_same_loop(host: Host) {
    use bytes::Bytes;
    use glib_coro::compat::hyper::Io;
    use http_body_util::{BodyExt, Full};
    use hyper::{Request, Response, body::Incoming, service::service_fn};

    let rt = host.runtime();
    rt.block_on(async {
        let listener = glib_coro::net::TcpListener::bind(([127, 0, 0, 1], 0)).await;
        let listener = listener.unwrap();
        let url = format!("http://{}/", listener.local_addr().unwrap());
        let server = spawn(async move {
            loop {
                let (stream, _) = listener.accept().await.unwrap();
                let echo = service_fn(|request: Request<Incoming>| async {
                    let body = request.into_body().collect().await?.to_bytes();
                    hyper::Result::Ok(Response::new(Full::<Bytes>::new(body)))
                });
                let connection = hyper::server::conn::http1::Builder::new()
                    .serve_connection(Io::new(stream), echo);
                drop(spawn(connection));
            }
        });
        enter(async {
            let client = reqwest::Client::new();
            for n in 0..20 {
                let body = format!("{n}").repeat(10_000);
                let response = client.post(&url).body(body.clone()).send().await.unwrap();
                assert_eq!(response.text().await.unwrap(), body);
            }
        })
        .await;
        server.abort();
    });
}

on_every_host![
    all_of_tokio_works_inside_an_entered_coroutine,
    it_works_ten_awaits_deep,
    tokio_is_current_in_each_poll_and_never_across_an_await,
    tokio_is_current_while_the_future_is_dropped,
    tokio_objects_outlive_the_runtime_that_made_them,
    two_runtimes_on_two_threads_share_one_background_thread,
    a_panic_leaves_tokio_and_reaches_the_joiner,
    what_is_entered_can_be_polled_anywhere,
    our_futures_in_a_task_of_tokio_say_where_they_belong,
    reqwest_talks_to_a_server_on_the_same_loop;
    ours: without_it_tokio_says_what_is_missing,
    a_nested_loop_in_an_entered_coroutine_changes_nothing,
    the_budget_of_a_tokio_around_it_does_not_run_out,
];

/// Threads of this process by this name.
fn threads(name: &str) -> usize {
    let tasks = std::fs::read_dir("/proc/self/task").expect("procfs");
    tasks
        .filter_map(|task| std::fs::read_to_string(task.ok()?.path().join("comm")).ok())
        .filter(|comm| comm.trim_end() == name)
        .count()
}

fn one_thread_starts_on_first_use_and_nothing_leaks(host: Host) {
    // The parent may have left some to us.
    let inherited = numbers();
    let rt = host.runtime();
    rt.block_on(sleep(MOMENT));
    assert_eq!(threads("tokio"), 0);
    rt.block_on(enter(theirs()));
    assert_eq!(threads("tokio"), 1);
    let open = descriptors();
    for _ in 0..20 {
        rt.block_on(enter(theirs()));
        let abandoned = rt.spawn(enter(async {
            let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
            listener.accept().await.unwrap();
        }));
        rt.block_on(sleep(MOMENT));
        abandoned.abort();
        assert!(rt.block_on(abandoned).unwrap_err().is_cancelled());
    }
    assert_eq!(threads("tokio"), 1);
    assert_eq!(descriptors(), open);
    for number in numbers().difference(&inherited) {
        // It may be gone by now, as the one is that listed them.
        let path = format!("/proc/self/fdinfo/{number}");
        let Ok(info) = std::fs::read_to_string(path) else {
            continue;
        };
        let mut lines = info.lines();
        let flags = lines.find_map(|line| line.strip_prefix("flags:"));
        let flags = u32::from_str_radix(flags.unwrap().trim(), 8).unwrap();
        assert_ne!(flags & O_CLOEXEC, 0, "{number}: {info}");
    }
}

const O_CLOEXEC: u32 = 0o2_000_000;

/// The descriptors of this process.
fn numbers() -> BTreeSet<u32> {
    let entries = std::fs::read_dir("/proc/self/fd").expect("procfs");
    let names = entries.map(|entry| entry.unwrap().file_name());
    names
        .map(|name| name.to_str().unwrap().parse().unwrap())
        .collect()
}

fn without_descriptors_it_says_so_and_starts_later(host: Host) {
    let rt = host.runtime();
    let limit = getrlimit(Resource::Nofile);
    let none = Rlimit {
        current: Some(0),
        ..limit
    };
    setrlimit(Resource::Nofile, none).unwrap();
    let line = line!() + 1;
    let caught = catch_panic(|| enter(async {}));
    let again = catch_panic(handle);
    setrlimit(Resource::Nofile, limit).unwrap();
    assert_eq!((&*caught.file, caught.line), (file!(), line));
    assert!(
        caught
            .message
            .starts_with("cannot start tokio's background"),
        "{caught:?}"
    );
    assert_eq!(caught.message, again.message);
    rt.block_on(enter(theirs()));
}

on_every_host![alone:
    without_descriptors_it_says_so_and_starts_later,
    one_thread_starts_on_first_use_and_nothing_leaks,
    it_is_dropped_with_its_thread,
];
