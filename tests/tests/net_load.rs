//! Many sockets on one thread: nothing is lost, nothing spins, nobody waits for somebody else, and nothing is
//! left behind.

#![forbid(unsafe_code)]

use std::collections::BTreeSet;
use std::fs;
use std::net::Ipv4Addr;
use std::rc::Rc;
use std::time::Duration;

use futures_util::future::join_all;
use futures_util::{AsyncReadExt, AsyncWriteExt, StreamExt};
use glib_coro::net::{TcpListener, TcpStream, UdpSocket, UnixDatagram, UnixListener, UnixStream};
use glib_coro::{Async, JoinHandle, Runtime, idle, sleep, spawn, unblock, yield_now};
use glib_coro_tests::{Counter, Host, descriptors, on_every_host};
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

/// Raises the number of descriptors that this process may have, if it may, and tells what it is.
fn raise_limit() -> usize {
    let limit = getrlimit(Resource::Nofile);
    let enough = Rlimit {
        current: Some(20_000),
        maximum: limit.maximum.map(|maximum| maximum.max(20_000)),
    };
    let all = Rlimit {
        current: limit.maximum,
        ..limit
    };
    // Only root may raise the upper limit.
    setrlimit(Resource::Nofile, enough)
        .or_else(|_| setrlimit(Resource::Nofile, all))
        .unwrap();
    let current = getrlimit(Resource::Nofile).current;
    current.map_or(usize::MAX, |current| current.try_into().unwrap())
}

/// Echoes on every connection, each in a coroutine of its own.
fn serve(listener: TcpListener) -> JoinHandle<()> {
    spawn(async move {
        let mut incoming = listener.incoming();
        while let Some(stream) = incoming.next().await {
            let mut stream = stream.unwrap();
            drop(spawn(async move {
                let mut buffer = vec![0; 16 * 1024];
                while let Ok(length @ 1..) = stream.read(&mut buffer).await {
                    if stream.write_all(&buffer[..length]).await.is_err() {
                        break;
                    }
                }
            }));
        }
    })
}

async fn echo(stream: &mut TcpStream, messages: usize, seed: usize) {
    for n in 0..messages {
        let message = vec![(seed ^ n).to_le_bytes()[0]; 1 + (seed + n) % 700];
        let mut answer = vec![0; message.len()];
        stream.write_all(&message).await.unwrap();
        stream.read_exact(&mut answer).await.unwrap();
        assert_eq!(answer, message, "message {n} of connection {seed}");
    }
}

fn a_thousand_connections_echo_a_hundred_messages_each(host: Host) {
    const CONNECTIONS: usize = 1000;
    assert!(raise_limit() > 2 * CONNECTIONS + 50);
    // GLib makes the default context at some time, and keeps it.
    host.runtime().block_on(yield_now());
    let before = descriptors();
    host.runtime().block_on(async {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
        let address = listener.local_addr().unwrap();
        let server = serve(listener);
        let connected = Counter::new();
        let clients = (0..CONNECTIONS).map(|seed| {
            let connected = connected.clone();
            spawn(async move {
                let mut stream = TcpStream::connect(address).await.unwrap();
                connected.add();
                // All of them at the same time.
                while connected.get() < CONNECTIONS {
                    sleep(Duration::from_millis(1)).await;
                }
                echo(&mut stream, 100, seed).await;
                stream
            })
        });
        let mut streams = Vec::new();
        for client in join_all(clients).await {
            streams.push(client.unwrap());
        }
        assert!(descriptors() > 2 * CONNECTIONS, "all of them are open");
        drop(streams);
        server.abort();
    });
    assert_eq!(descriptors(), before);
}

/// Connections that nobody accepts: the other ends are in the listeners' queues and cost no descriptor.
async fn idle_connections(number: usize) -> (Vec<Async<std::net::TcpListener>>, Vec<TcpStream>) {
    // Less than the smallest limit that a kernel sets by itself, which is 128.
    const QUEUE: usize = 100;
    let mut listeners = Vec::new();
    let mut streams = Vec::new();
    while streams.len() < number {
        let listener = Async::<std::net::TcpListener>::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let address = listener.get_ref().local_addr().unwrap();
        for _ in 0..QUEUE.min(number - streams.len()) {
            streams.push(TcpStream::connect(address).await.unwrap());
        }
        listeners.push(listener);
    }
    (listeners, streams)
}

fn ten_thousand_idle_connections_cost_no_poll(host: Host) {
    // 100 listeners, and what the process has anyway.
    let connections = (raise_limit() - 200).min(10_000);
    if connections < 10_000 {
        eprintln!("only {connections} connections: the limit on descriptors allows no more");
        assert!(std::env::var("CI").is_err(), "CI is to allow more");
    }
    let rt = host.runtime();
    rt.block_on(async {
        let (listeners, streams) = idle_connections(connections).await;
        let woken = Counter::new();
        let readers = streams.into_iter().map(|mut stream| {
            let woken = woken.clone();
            spawn(async move {
                let read = stream.read(&mut [0; 1]).await;
                woken.add();
                read.unwrap()
            })
        });
        let readers = Vec::from_iter(readers);
        idle().await;

        // This coroutine is polled once per sleep, and nobody else is.
        let before = rt.metrics();
        for _ in 0..50 {
            sleep(Duration::from_millis(2)).await;
        }
        let after = rt.metrics();
        assert_eq!(after.polls - before.polls, 50);
        let turns = after.turns - before.turns;
        assert!(turns <= 150, "{turns} turns for 50 timers");
        assert_eq!(woken.get(), 0);

        // A connection that gets data wakes its reader alone.
        let (mut theirs, _) = listeners[0].accept().await.unwrap();
        let before = rt.metrics().polls;
        theirs.write_all(b"x").await.unwrap();
        while woken.get() == 0 {
            sleep(Duration::from_millis(1)).await;
        }
        idle().await;
        assert_eq!(woken.get(), 1);
        let polls = rt.metrics().polls - before;
        assert!(polls < 1000, "{polls} polls");
        drop(theirs);
        drop(readers);
    });
}

fn a_slow_reader_does_not_slow_the_others(host: Host) {
    /// Of 1 KiB. More than all buffers on the way hold, also where they grow to their limit.
    const BLOCKS: u32 = 64 * 1024;
    host.runtime().block_on(async {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
        let address = listener.local_addr().unwrap();
        let server = serve(listener);
        // Sends a lot and reads nothing, until the server can neither write nor read any more.
        let slow = TcpStream::connect(address).await.unwrap();
        let (mut reader, mut writer) = slow.into_split();
        let sent = Counter::new();
        let flood = spawn({
            let sent = sent.clone();
            async move {
                for n in 0..BLOCKS {
                    let block = n.to_le_bytes().repeat(256);
                    writer.write_all(&block).await.unwrap();
                    sent.add();
                }
            }
        });
        let mut stuck_at = usize::MAX;
        while stuck_at != sent.get() {
            stuck_at = sent.get();
            let mut stream = TcpStream::connect(address).await.unwrap();
            echo(&mut stream, 100, stuck_at).await;
            sleep(Duration::from_millis(20)).await;
        }
        assert!(!flood.is_finished(), "the buffers hold everything");
        let others = (0..20).map(|seed| {
            spawn(async move {
                let mut stream = TcpStream::connect(address).await.unwrap();
                echo(&mut stream, 100, seed).await;
            })
        });
        for other in join_all(others).await {
            other.unwrap();
        }
        // The slow one gets all that it sent, once it reads.
        let mut buffer = vec![0; 1024];
        for n in 0..BLOCKS {
            reader.read_exact(&mut buffer).await.unwrap();
            assert!(buffer == n.to_le_bytes().repeat(256), "block {n}");
        }
        flood.await.unwrap();
        server.abort();
    });
}

fn accept_goes_on_after_emfile(host: Host) {
    const EMFILE: i32 = 24;
    const CLIENTS: usize = 12;
    host.runtime().block_on(async {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
        let address = listener.local_addr().unwrap();
        // Established by the kernel; they wait in the queue.
        let clients = (0..CLIENTS).map(|_| TcpStream::connect(address));
        let clients = join_all(clients).await.into_iter().map(Result::unwrap);
        let mut clients = Vec::from_iter(clients);
        let limit = getrlimit(Resource::Nofile);
        let low = Rlimit {
            current: Some(u64::try_from(descriptors()).unwrap() + 3),
            ..limit
        };
        let (refused, accepted) = (Counter::new(), Counter::new());
        let server = spawn({
            let (refused, accepted) = (refused.clone(), accepted.clone());
            async move {
                let mut streams = Vec::new();
                while streams.len() < CLIENTS {
                    match listener.accept().await {
                        Ok((mut stream, _)) => {
                            stream.write_all(b"x").await.unwrap();
                            streams.push(stream);
                            accepted.add();
                        }
                        Err(error) => {
                            assert_eq!(error.raw_os_error(), Some(EMFILE), "{error}");
                            refused.add();
                            sleep(Duration::from_millis(1)).await;
                        }
                    }
                }
            }
        });
        setrlimit(Resource::Nofile, low).unwrap();
        while refused.get() < 5 {
            sleep(Duration::from_millis(1)).await;
        }
        assert!((1..CLIENTS).contains(&accepted.get()));
        assert!(!server.is_finished());
        // Room again: by other descriptors that go, and by the limit.
        let first = accepted.get();
        clients[0].read_exact(&mut [0; 1]).await.unwrap();
        drop(clients.remove(0));
        while accepted.get() == first {
            sleep(Duration::from_millis(1)).await;
        }
        setrlimit(Resource::Nofile, limit).unwrap();
        for mut client in clients {
            client.read_exact(&mut [0; 1]).await.unwrap();
        }
        server.await.unwrap();
        assert_eq!(accepted.get(), CLIENTS);
    });
}

/// Makes one of everything that has a descriptor, and has it wait.
async fn one_of_each() -> impl Sized {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
    let address = listener.local_addr().unwrap();
    let tcp = TcpStream::connect(address).await.unwrap();
    let (accepted, _) = listener.accept().await.unwrap();
    let halves = TcpStream::connect(("localhost", address.port()));
    let halves = halves.await.unwrap().into_split();
    let udp = Rc::new(UdpSocket::bind("localhost:0").await.unwrap());
    let name = format!("\0glib-coro-{}", std::process::id());
    let unix_listener = UnixListener::bind(&name).unwrap();
    let unix = UnixStream::connect(&name).await.unwrap();
    let (unix_accepted, _) = unix_listener.accept().await.unwrap();
    let pairs = (UnixStream::pair().unwrap(), UnixDatagram::pair().unwrap());
    let datagrams = (
        UnixDatagram::bind(format!("{name}-datagrams")).unwrap(),
        UnixDatagram::unbound().unwrap(),
    );
    let waiting = spawn({
        let udp = udp.clone();
        async move { udp.recv(&mut [0; 1]).await }
    });
    unblock(|| ()).await;
    yield_now().await;
    waiting.abort();
    let tcp = (listener, tcp, accepted, halves, udp);
    (tcp, unix_listener, unix, unix_accepted, pairs, datagrams)
}

/// The descriptors of this process that a program would inherit.
fn inheritable() -> BTreeSet<u32> {
    const O_CLOEXEC: u32 = 0o2_000_000;
    let numbers = fs::read_dir("/proc/self/fdinfo").unwrap();
    let numbers = numbers.map(|entry| entry.unwrap().path());
    let is_inheritable = |path: &std::path::PathBuf| {
        // The one that lists the directory is closed by now.
        let Ok(info) = fs::read_to_string(path) else {
            return false;
        };
        let flags = info.lines().find_map(|line| line.strip_prefix("flags:"));
        u32::from_str_radix(flags.unwrap().trim(), 8).unwrap() & O_CLOEXEC == 0
    };
    let number = |path: std::path::PathBuf| path.file_name()?.to_str()?.parse().ok();
    numbers.filter(is_inheritable).filter_map(number).collect()
}

fn every_descriptor_is_close_on_exec_and_goes(host: Host) {
    // GLib makes the default context at some time, and keeps it.
    host.runtime().block_on(yield_now());
    let before = (descriptors(), inheritable());
    let rt: Runtime = host.runtime();
    let all = rt.block_on(one_of_each());
    assert!(descriptors() > before.0 + 15);
    assert_eq!(inheritable(), before.1);
    drop(all);
    // The runtime's own are left.
    let rest = descriptors();
    assert!(rest <= before.0 + 6, "{rest} of {}", before.0);
    let all = rt.block_on(one_of_each());
    drop(rt);
    drop(all);
    assert_eq!(descriptors(), before.0);
}

on_every_host![alone:
    a_thousand_connections_echo_a_hundred_messages_each,
    ten_thousand_idle_connections_cost_no_poll,
    accept_goes_on_after_emfile;
    // Others have descriptors of their own.
    ours: every_descriptor_is_close_on_exec_and_goes,
];
on_every_host![a_slow_reader_does_not_slow_the_others];
