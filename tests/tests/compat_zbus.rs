//! zbus on our runtime: services and clients on one thread, on a real `dbus-daemon`.

#![forbid(unsafe_code)]
#![cfg(feature = "zbus")]

use std::fs;
use std::thread;
use std::time::Duration;

use futures_util::StreamExt;
use glib_coro::compat::zbus::Runtime;
use glib_coro::task::{CancellationToken, JoinSet};
use glib_coro::{idle, sleep, spawn, timeout};
use glib_coro_tests::bus::Bus;
use glib_coro_tests::{Host, descriptors, on_every_host};
use zbus::connection::Builder;
use zbus::object_server::SignalEmitter;
use zbus::{Connection, Proxy, fdo, interface};

fn builder(bus: &Bus) -> Builder<'static> {
    Builder::address(bus.address()).runtime(Runtime::current())
}

async fn connect(bus: &Bus) -> Connection {
    builder(bus).build().await.unwrap()
}

const NAME: &str = "com.example.Counter";
const PATH: &str = "/com/example/Counter";

struct Counter {
    count: u32,
}

#[interface(name = "com.example.Counter")]
impl Counter {
    async fn add(
        &mut self,
        number: u32,
        #[zbus(signal_emitter)] emitter: SignalEmitter<'_>,
    ) -> fdo::Result<u32> {
        // A service may sleep on our timers.
        sleep(Duration::from_micros(100)).await;
        self.count += number;
        emitter.added(self.count).await?;
        Ok(self.count)
    }

    async fn never(&self) {
        std::future::pending::<()>().await;
    }

    #[zbus(signal)]
    async fn added(emitter: &SignalEmitter<'_>, count: u32) -> zbus::Result<()>;
}

async fn serve(bus: &Bus) -> Connection {
    let builder = builder(bus).serve_at(PATH, Counter { count: 0 });
    builder.name(NAME).build().await.unwrap()
}

async fn proxy(connection: &Connection) -> Proxy<'static> {
    Proxy::new(connection, NAME, PATH, NAME).await.unwrap()
}

fn threads() -> usize {
    fs::read_dir("/proc/self/task").unwrap().count()
}

fn service_and_clients_talk_on_one_thread(host: Host) {
    // A stream that nobody reads holds up the connection after 64 signals: zbus bounds its queues.
    const CALLS: u32 = 50;
    let bus = Bus::start();
    host.runtime().block_on(async {
        idle().await;
        let before = threads();
        let service = serve(&bus).await;
        let client = proxy(&connect(&bus).await).await;
        let mut signals = client.receive_signal("Added").await.unwrap();
        let mut calls = JoinSet::new();
        for _ in 0..CALLS {
            let client = client.clone();
            calls.spawn(async move { client.call::<_, _, u32>("Add", &1_u32).await.unwrap() });
        }
        let mut answers = Vec::new();
        while let Some(answer) = calls.join_next().await {
            answers.push(answer.unwrap());
        }
        answers.sort_unstable();
        assert!(answers.into_iter().eq(1..=CALLS));
        for count in 1..=CALLS {
            let signal = signals.next().await.unwrap();
            assert_eq!(signal.body().deserialize::<u32>().unwrap(), count);
        }
        assert_eq!(threads(), before, "no thread for it");
        drop(service);
    });
}

fn a_call_that_is_never_answered_times_out(host: Host) {
    let bus = Bus::start();
    host.runtime().block_on(async {
        let _service = serve(&bus).await;
        let builder = builder(&bus).method_timeout(Duration::from_millis(20));
        let client = proxy(&builder.build().await.unwrap()).await;
        let error = client.call::<_, _, ()>("Never", &()).await.unwrap_err();
        assert!(error.to_string().contains("timed out"), "{error}");
        // And one that is given up leaves the connection in order.
        let call = client.call::<_, _, ()>("Never", &());
        assert!(timeout(Duration::from_millis(1), call).await.is_err());
    });
}

fn the_loss_of_the_bus_is_noticed(host: Host) {
    let bus = Bus::start();
    host.runtime().block_on(async {
        let connection = connect(&bus).await;
        let mut messages = zbus::MessageStream::from(&connection);
        let waiter = spawn(async move { while messages.next().await.is_some() {} });
        idle().await;
        assert!(!waiter.is_finished());
        drop(bus);
        waiter.await.unwrap();
    });
}

fn a_connection_that_is_dropped_leaves_nothing(host: Host) {
    let bus = Bus::start();
    let runtime = host.runtime();
    let mut open = 0;
    for round in 0..3 {
        runtime.block_on(async {
            let service = serve(&bus).await;
            let client = proxy(&connect(&bus).await).await;
            let count: u32 = client.call("Add", &2_u32).await.unwrap();
            assert_eq!(count, 2);
            drop((client, service));
            // The coroutines that wait for these sockets are aborted.
            while runtime.metrics().alive > 1 {
                sleep(Duration::from_millis(1)).await;
            }
        });
        if round == 0 {
            open = descriptors();
        }
        assert_eq!(descriptors(), open, "round {round}");
    }
}

fn a_connection_may_be_used_from_other_threads(host: Host) {
    let bus = Bus::start();
    host.runtime().block_on(async {
        let _service = serve(&bus).await;
        let client = proxy(&connect(&bus).await).await;
        let done = CancellationToken::new();
        let end = done.clone();
        let thread = thread::spawn(move || {
            let count = Host::Standalone
                .runtime()
                .block_on(async { client.call::<_, _, u32>("Add", &3_u32).await });
            end.cancel();
            count.unwrap()
        });
        done.cancelled().await;
        assert_eq!(thread.join().unwrap(), 3);
    });
}

fn a_refused_connection_is_an_error(host: Host) {
    host.runtime().block_on(async {
        for address in [
            "unix:path=/no/such/bus",
            "unix:abstract=no such bus",
            "tcp:host=127.0.0.1,port=1",
        ] {
            let builder = Builder::address(address).runtime(Runtime::current());
            assert!(builder.build().await.is_err(), "{address}");
        }
    });
}

on_every_host!(
    alone: service_and_clients_talk_on_one_thread,
    a_call_that_is_never_answered_times_out,
    the_loss_of_the_bus_is_noticed,
    a_connection_that_is_dropped_leaves_nothing,
    a_connection_may_be_used_from_other_threads,
    a_refused_connection_is_an_error,
);
