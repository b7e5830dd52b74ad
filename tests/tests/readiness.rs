//! Waiting for descriptors: everybody who waits is woken, and whatever the descriptor is or becomes,
//! there is a result, never a hang and never a loop that spins.

#![forbid(unsafe_code)]

use std::fs::File;
use std::io::{self, ErrorKind, Read, Write, pipe};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::os::fd::{AsFd, AsRawFd};
use std::os::unix::net::UnixStream;
use std::pin::Pin;
use std::time::Duration;

use futures_util::future::join_all;
use futures_util::{AsyncReadExt, AsyncWriteExt};
use glib_coro::{Async, Runtime, idle, net, readable, sleep, spawn, timeout, writable, yield_now};
use glib_coro_tests::unsound::{claim, close_behind_its_back};
use glib_coro_tests::{Counter, Host, forever, on_every_host};

/// A socket that cannot be read nor, being full, written.
fn stuck_pair() -> (UnixStream, UnixStream) {
    let (ours, theirs) = UnixStream::pair().unwrap();
    ours.set_nonblocking(true).unwrap();
    while (&ours).write(&[0; 4096]).is_ok() {}
    (ours, theirs)
}

/// Starts coroutines that wait for a descriptor in all ways and both directions, and counts those that
/// were woken.
fn wait_in_all_ways(io: &'static Async<UnixStream>) -> (Counter, usize) {
    let woken = Counter::new();
    let waits: Vec<Wait> = vec![
        Box::pin(io.readable()),
        Box::pin(io.readable()),
        Box::pin(io.writable()),
        Box::pin(io.writable()),
        Box::pin(async { io.read_with(|mut io| io.read(&mut [0; 1])).await.map(drop) }),
        Box::pin(async { io.read_with(|mut io| io.read(&mut [0; 1])).await.map(drop) }),
        Box::pin(async { io.write_with(|mut io| io.write(&[0; 1])).await.map(drop) }),
        Box::pin(async { (&*io).read(&mut [0; 1]).await.map(drop) }),
        Box::pin(readable(io.get_ref())),
        Box::pin(readable(io.get_ref())),
        Box::pin(writable(io.get_ref())),
        Box::pin(writable(io.get_ref())),
    ];
    let number = waits.len();
    for wait in waits {
        let woken = woken.clone();
        drop(spawn(async move {
            // An error is an answer, too.
            let _ = wait.await;
            woken.add();
        }));
    }
    (woken, number)
}

fn leak_stuck() -> (&'static Async<UnixStream>, UnixStream) {
    let (ours, theirs) = stuck_pair();
    (forever(Async::new(ours).unwrap()), theirs)
}

fn everybody_who_waits_for_one_descriptor_is_woken(host: Host) {
    host.runtime().block_on(async {
        let (io, mut theirs) = leak_stuck();
        let (woken, number) = wait_in_all_ways(io);
        idle().await;
        assert_eq!(woken.get(), 0);
        theirs.write_all(&[1; 16]).unwrap();
        theirs.set_nonblocking(true).unwrap();
        while theirs.read(&mut [0; 65_536]).is_ok() {}
        while woken.get() < number {
            yield_now().await;
        }
    });
}

fn everybody_who_waits_hears_of_a_hang_up(host: Host) {
    host.runtime().block_on(async {
        let (io, theirs) = leak_stuck();
        let (woken, number) = wait_in_all_ways(io);
        idle().await;
        assert_eq!(woken.get(), 0);
        drop(theirs);
        while woken.get() < number {
            yield_now().await;
        }
        // And who comes later, too.
        let (woken, number) = wait_in_all_ways(io);
        while woken.get() < number {
            yield_now().await;
        }
    });
}

fn any_number_of_coroutines_read_one_socket_through_the_traits(host: Host) {
    host.runtime().block_on(async {
        let (ours, mut theirs) = UnixStream::pair().unwrap();
        let ours: &Async<_> = forever(Async::new(ours).unwrap());
        let readers = [(); 3].map(|()| spawn(async { (&*ours).read(&mut [0; 1]).await }));
        idle().await;
        theirs.write_all(b"xyz").unwrap();
        for _ in 0..50 {
            sleep(Duration::from_micros(100)).await;
        }
        let done = readers.iter().filter(|reader| reader.is_finished());
        assert_eq!(done.count(), readers.len(), "each has a byte to read");
    });
}

fn one_waiter_that_goes_leaves_the_others(host: Host) {
    host.runtime().block_on(async {
        let (ours, mut theirs) = UnixStream::pair().unwrap();
        let ours: &UnixStream = forever(ours);
        let waiters = [(); 3].map(|()| spawn(readable(ours)));
        idle().await;
        waiters[1].abort();
        idle().await;
        theirs.write_all(b"x").unwrap();
        let [first, _, third] = waiters;
        first.await.unwrap().unwrap();
        third.await.unwrap().unwrap();
        // The data is still there, and is told again to whoever asks anew.
        readable(ours).await.unwrap();
    });
}

fn what_cannot_be_waited_for_is_an_error(host: Host) {
    host.runtime().block_on(async {
        for path in ["/proc/self/exe", "/"] {
            let file = || File::open(path).unwrap();
            for error in [
                readable(file()).await.unwrap_err(),
                writable(file()).await.unwrap_err(),
                Async::new(file()).unwrap_err(),
            ] {
                assert_eq!(error.kind(), ErrorKind::Unsupported, "{path}: {error}");
            }
        }
        for error in [
            readable(claim(1_000_000)).await.unwrap_err(),
            writable(claim(1_000_000)).await.unwrap_err(),
            Async::new(claim(1_000_000)).unwrap_err(),
            Async::new_nonblocking(claim(1_000_000)).unwrap_err(),
        ] {
            // EBADF.
            assert_eq!(error.raw_os_error(), Some(9), "{error}");
        }
        let (ours, _theirs) = UnixStream::pair().unwrap();
        let ours = Async::new(ours).unwrap();
        let error = Async::new(ours.as_fd()).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::AlreadyExists);
    });
}

fn ends_of_files_and_hang_ups_are_results(host: Host) {
    host.runtime().block_on(async {
        let (reader, writer) = pipe().unwrap();
        let waiter = spawn(async move {
            readable(&reader).await.unwrap();
            (&reader).read(&mut [0; 1])
        });
        idle().await;
        drop(writer);
        assert_eq!(waiter.await.unwrap().unwrap(), 0);

        // A full pipe whose reader goes.
        let (reader, writer) = pipe().unwrap();
        let mut writer = Async::new(writer).unwrap();
        let waiter = spawn(async move { writer.write_all(&vec![0; 1 << 20]).await });
        idle().await;
        drop(reader);
        assert_eq!(
            waiter.await.unwrap().unwrap_err().kind(),
            ErrorKind::BrokenPipe
        );

        // Known before anybody asks.
        let (reader, writer) = pipe().unwrap();
        drop(reader);
        writable(&writer).await.unwrap();
        let (ours, theirs) = UnixStream::pair().unwrap();
        drop(theirs);
        let mut ours = Async::new(ours).unwrap();
        assert_eq!(ours.read(&mut [0; 1]).await.unwrap(), 0);
        ours.readable().await.unwrap();
    });
}

fn tcp_pair() -> (TcpStream, TcpStream) {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let client = TcpStream::connect(listener.local_addr().unwrap()).unwrap();
    (client, listener.accept().unwrap().0)
}

fn a_reset_connection_is_an_error(host: Host) {
    host.runtime().block_on(async {
        let (client, server) = tcp_pair();
        let mut server = Async::new(server).unwrap();
        let reader = spawn(async move { server.read(&mut [0; 1]).await });
        idle().await;
        // Closed with data that nobody read: the kernel resets.
        reset(client);
        assert_eq!(
            reader.await.unwrap().unwrap_err().kind(),
            ErrorKind::ConnectionReset
        );

        let address = {
            let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
            listener.local_addr().unwrap()
        };
        let refused = net::TcpStream::connect(address).await.unwrap_err();
        assert_eq!(refused.kind(), ErrorKind::ConnectionRefused);
    });
}

fn reset(stream: TcpStream) {
    let linger = Some(Duration::ZERO);
    rustix::net::sockopt::set_socket_linger(&stream, linger).unwrap();
}

/// The turns that go by during some sleeps.
async fn turns_while_asleep(rt: &Runtime) -> u64 {
    let before = rt.metrics().turns;
    for _ in 0..10 {
        sleep(Duration::from_millis(5)).await;
    }
    rt.metrics().turns - before
}

/// A spinning loop makes thousands; each sleep needs one or two.
const NOT_SPINNING: u64 = 60;

fn a_descriptor_closed_behind_a_wait_does_not_spin(host: Host) {
    let rt = host.runtime();
    rt.block_on(async {
        for (duplicate, data, hang_up) in [
            (false, false, true),
            (true, true, false),
            (true, true, true),
            (true, false, true),
        ] {
            let (ours, mut theirs) = UnixStream::pair().unwrap();
            let ours: &UnixStream = forever(ours);
            let live = duplicate.then(|| ours.as_fd().try_clone_to_owned().unwrap());
            let waits = [spawn(readable(ours)), spawn(readable(ours))];
            let io: &Async<_> = forever(Async::new(ours.try_clone().unwrap()).unwrap());
            let read = spawn(io.read_with(|mut io| io.read(&mut [0; 1])));
            idle().await;
            close_behind_its_back(ours);
            close_behind_its_back(io.get_ref());
            if data {
                let _ = theirs.write_all(&[1; 100]);
            }
            if hang_up {
                drop(theirs);
            }
            let turns = turns_while_asleep(&rt).await;
            assert!(
                turns < NOT_SPINNING,
                "{turns} turns, with a duplicate: {duplicate}"
            );
            for wait in waits {
                wait.abort();
            }
            read.abort();
            let turns = turns_while_asleep(&rt).await;
            assert!(
                turns < NOT_SPINNING,
                "{turns} turns after the abort: {duplicate}"
            );
            drop(live);
        }
    });
}

type Wait = Pin<Box<dyn Future<Output = io::Result<()>>>>;

/// Waits with and without a registration of its own.
fn two_waits(fd: &'static UnixStream) -> [(&'static str, Wait); 2] {
    let registered = async move { Async::new(fd)?.readable().await };
    [
        ("readable", Box::pin(readable(fd))),
        ("Async", Box::pin(registered)),
    ]
}

fn a_number_that_is_given_away_again_serves_the_new_descriptor(host: Host) {
    host.runtime().block_on(async {
        let mut disturbed = Vec::new();
        for (n, with_duplicate) in [(0, false), (1, false), (2, true), (3, true)] {
            let (old, _peer) = UnixStream::pair().unwrap();
            let old: &UnixStream = forever(old);
            let live = with_duplicate.then(|| old.as_fd().try_clone_to_owned().unwrap());
            let (old_kind, stale) = two_waits(old).into_iter().nth(n % 2).unwrap();
            let stale = spawn(stale);
            idle().await;
            close_behind_its_back(old);
            for m in 0..2 {
                let (new, mut peer) = UnixStream::pair().unwrap();
                assert_eq!(
                    new.as_raw_fd(),
                    old.as_raw_fd(),
                    "the lowest number that is free"
                );
                let new: &UnixStream = forever(new);
                let (new_kind, fresh) = two_waits(new).into_iter().nth(m).unwrap();
                let fresh = spawn(fresh);
                idle().await;
                assert!(!fresh.is_finished(), "an event of the old descriptor");
                // The old wait ends, and takes nothing away from the new one.
                stale.abort();
                idle().await;
                peer.write_all(b"x").unwrap();
                for _ in 0..50 {
                    sleep(Duration::from_micros(100)).await;
                }
                if !fresh.is_finished() {
                    disturbed.push((old_kind, new_kind, with_duplicate));
                }
                fresh.abort();
                idle().await;
                close_behind_its_back(new);
            }
            drop(live);
        }
        assert_eq!(disturbed, [], "waits that hang");
    });
}

fn a_socket_that_is_always_ready_starves_nobody(host: Host) {
    host.runtime().block_on(async {
        let (ours, mut theirs) = UnixStream::pair().unwrap();
        theirs.write_all(b"x").unwrap();
        let (ours, theirs): (&UnixStream, _) = (forever(ours), Async::new(theirs).unwrap());
        let busy: Vec<glib_coro::JoinHandle<()>> = vec![
            spawn(async move { while readable(ours).await.is_ok() {} }),
            spawn(async move { while writable(ours).await.is_ok() {} }),
            spawn(async move { while theirs.write_with(|_| Ok(())).await.is_ok() {} }),
            spawn(async {
                let (a, b) = UnixStream::pair().unwrap();
                let (mut a, mut b) = (Async::new(a).unwrap(), Async::new(b).unwrap());
                while a.write_all(b"x").await.is_ok() && b.read_exact(&mut [0; 1]).await.is_ok() {}
            }),
        ];
        for _ in 0..20 {
            yield_now().await;
            sleep(Duration::from_micros(100)).await;
        }
        // Nor the coroutine itself: what it waits for beside the socket.
        let (io, mut peer) = UnixStream::pair().unwrap();
        peer.write_all(b"x").unwrap();
        let both = async { while readable(&io).await.is_ok() {} };
        assert!(timeout(Duration::from_millis(5), both).await.is_err());
        for task in busy {
            assert!(!task.is_finished());
            task.abort();
        }
    });
}

fn a_hundred_sockets_echo(host: Host) {
    host.runtime().block_on(async {
        let listener = net::TcpListener::bind((Ipv4Addr::LOCALHOST, 0))
            .await
            .unwrap();
        let address = listener.local_addr().unwrap();
        let server = spawn(async move {
            loop {
                let (mut stream, _) = listener.accept().await.unwrap();
                drop(spawn(async move {
                    let mut buffer = [0; 100];
                    loop {
                        match stream.read(&mut buffer).await.unwrap() {
                            0 => return,
                            length => stream.write_all(&buffer[..length]).await.unwrap(),
                        }
                    }
                }));
            }
        });
        let clients = (0..100_u8).map(|n| {
            spawn(async move {
                let mut stream = net::TcpStream::connect(address).await.unwrap();
                for round in 0..20 {
                    let message = vec![n ^ round; 1 + 37 * usize::from(n)];
                    let mut answer = vec![0; message.len()];
                    stream.write_all(&message).await.unwrap();
                    stream.read_exact(&mut answer).await.unwrap();
                    assert_eq!(answer, message);
                }
            })
        });
        for client in join_all(clients).await {
            client.unwrap();
        }
        server.abort();
    });
}

on_every_host![
    everybody_who_waits_for_one_descriptor_is_woken,
    everybody_who_waits_hears_of_a_hang_up,
    any_number_of_coroutines_read_one_socket_through_the_traits,
    one_waiter_that_goes_leaves_the_others,
    what_cannot_be_waited_for_is_an_error,
    ends_of_files_and_hang_ups_are_results,
    a_reset_connection_is_an_error,
    a_socket_that_is_always_ready_starves_nobody,
    a_hundred_sockets_echo,
];
on_every_host![alone:
    a_descriptor_closed_behind_a_wait_does_not_spin,
    a_number_that_is_given_away_again_serves_the_new_descriptor,
];
