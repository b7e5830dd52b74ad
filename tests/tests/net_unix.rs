//! Unix sockets: paths, abstract names, and full queues that no event tells of.

#![forbid(unsafe_code)]

use std::fs;
use std::io::ErrorKind;
use std::os::fd::AsFd;
use std::os::linux::net::SocketAddrExt;
use std::os::unix::net;
use std::path::PathBuf;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use futures_util::future::join_all;
use futures_util::{AsyncReadExt, AsyncWriteExt, StreamExt};
use glib_coro::net::{UnixDatagram, UnixListener, UnixStream};
use glib_coro::{Async, idle, spawn, timeout};
use glib_coro_tests::{Counter, Host, OnDrop, on_every_host, tick};

fn unique() -> String {
    static NUMBER: AtomicUsize = AtomicUsize::new(0);
    let number = NUMBER.fetch_add(1, Ordering::Relaxed);
    format!("glib-coro-{}-{number}", std::process::id())
}

/// A path that does not exist, and what removes it.
fn path() -> (PathBuf, impl Sized) {
    let path = std::env::temp_dir().join(unique());
    let remove = path.clone();
    (path, OnDrop::new(move || drop(fs::remove_file(remove))))
}

fn streams_meet_at_paths_and_abstract_names(host: Host) {
    host.runtime().block_on(async {
        let (path, _remove) = path();
        let name = PathBuf::from(format!("\0{}", unique()));
        for address in [&path, &name] {
            let error = UnixStream::connect(address).await.unwrap_err();
            let expected = [ErrorKind::NotFound, ErrorKind::ConnectionRefused];
            assert!(expected.contains(&error.kind()), "{error}");
            let listener = UnixListener::bind(address).unwrap();
            let error = UnixListener::bind(address).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::AddrInUse);
            let mut client = UnixStream::connect(address).await.unwrap();
            let (mut server, from) = listener.accept().await.unwrap();
            assert!(from.is_unnamed());
            server.write_all(b"hello").await.unwrap();
            server.close().await.unwrap();
            let mut text = String::new();
            client.read_to_string(&mut text).await.unwrap();
            assert_eq!(text, "hello");
            let _next = UnixStream::connect(address).await.unwrap();
            assert!(listener.incoming().next().await.unwrap().is_ok());
        }
        let listener = UnixListener::bind(format!("\0{}x", unique())).unwrap();
        assert!(listener.local_addr().unwrap().as_abstract_name().is_some());
        // The kernel would take a path of 108 bytes, which std binds nobody to.
        for too_long in ["x".repeat(108), format!("\0{}", "x".repeat(108))] {
            let error = UnixListener::bind(&too_long).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::InvalidInput, "{error}");
            let error = UnixStream::connect(&too_long).await.unwrap_err();
            assert_eq!(error.kind(), ErrorKind::InvalidInput, "{error}");
        }
    });
}

fn datagrams_go_to_paths_and_abstract_names(host: Host) {
    host.runtime().block_on(async {
        let (path, _remove) = path();
        let name = PathBuf::from(format!("\0{}", unique()));
        for address in [&path, &name] {
            let receiver = UnixDatagram::bind(address).unwrap();
            let sender = UnixDatagram::unbound().unwrap();
            let mut buffer = [0; 8];
            sender.send_to(b"one", address).await.unwrap();
            let (length, from) = receiver.recv_from(&mut buffer).await.unwrap();
            assert_eq!((length, from.is_unnamed()), (3, true));
            sender.connect(address).unwrap();
            assert!(!sender.peer_addr().unwrap().is_unnamed());
            sender.send(b"three").await.unwrap();
            assert_eq!(receiver.recv(&mut buffer).await.unwrap(), 5);
            drop(receiver);
            let error = sender.send(b"x").await.unwrap_err();
            assert_eq!(error.kind(), ErrorKind::ConnectionRefused);
        }
        let (ours, theirs) = UnixDatagram::pair().unwrap();
        let waiting = spawn(async move { theirs.recv(&mut [0; 1]).await });
        idle().await;
        ours.send(b"").await.unwrap();
        assert_eq!(waiting.await.unwrap().unwrap(), 0);
    });
}

fn sending_to_a_full_queue_waits(host: Host) {
    host.runtime().block_on(async {
        let address = format!("\0{}", unique());
        let receiver = UnixDatagram::bind(&address).unwrap();
        // The queue is full of somebody else's datagrams, so that none of ours can tell when there is room.
        let filler = UnixDatagram::unbound().unwrap();
        let mut full = 0;
        let patience = Duration::from_millis(50);
        while let Ok(sent) = timeout(patience, filler.send_to(b"f", &address)).await {
            sent.unwrap();
            full += 1;
        }
        let senders = (0..3).map(|_| {
            let address = address.clone();
            let sender = UnixDatagram::unbound().unwrap();
            spawn(async move { sender.send_to(b"s", &address).await })
        });
        let connected = UnixDatagram::unbound().unwrap();
        connected.connect(&address).unwrap();
        let connected = spawn(async move { connected.send(b"s").await });
        let senders = Vec::from_iter(senders.chain([connected]));
        idle().await;
        assert!(senders.iter().all(|sender| !sender.is_finished()));
        let mut received = Vec::new();
        for _ in 0..full + senders.len() {
            let mut byte = [0];
            receiver.recv(&mut byte).await.unwrap();
            received.push(byte[0]);
        }
        assert_eq!(received.iter().filter(|&&byte| byte == b's').count(), 4);
        for sender in senders {
            assert_eq!(sender.await.unwrap().unwrap(), 1);
        }
    });
}

fn connecting_to_a_full_queue_waits(host: Host) {
    host.runtime().block_on(async {
        let name = unique();
        let address = net::SocketAddr::from_abstract_name(&name).unwrap();
        let listener = net::UnixListener::bind_addr(&address).unwrap();
        rustix::net::listen(&listener, 0).unwrap();
        let listener = Async::new(listener).unwrap();
        let clients = (0..5).map(|_| spawn(UnixStream::connect(format!("\0{name}"))));
        let clients = Vec::from_iter(clients);
        idle().await;
        assert!(!clients.iter().all(|client| client.is_finished()));
        let mut accepted = Vec::new();
        while accepted.len() < clients.len() {
            accepted.push(listener.accept().await.unwrap());
        }
        for client in join_all(clients).await {
            client.unwrap().unwrap();
        }
    });
}

fn what_never_has_to_wait_starves_nobody(host: Host) {
    const TIMES: usize = 1_000;
    host.runtime().block_on(async {
        let others = Counter::new();
        spawn(tick(others.clone()));
        let name = format!("\0{}", unique());
        let receiver = UnixDatagram::bind(&name).unwrap();
        let receiving = net::UnixDatagram::from(receiver.as_fd().try_clone_to_owned().unwrap());
        for _ in 0..TIMES {
            receiver.send_to(b"x", &name).await.unwrap();
            receiving.recv(&mut [0; 8]).unwrap();
        }
        assert!(others.get() > 0, "sending");
        drop((receiver, receiving));

        let before = others.get();
        for _ in 0..TIMES {
            UnixStream::connect(&name).await.unwrap_err();
        }
        assert!(others.get() > before, "connecting in vain");

        let listener = UnixListener::bind(&name).unwrap();
        let accepting = net::UnixListener::from(listener.as_fd().try_clone_to_owned().unwrap());
        let before = others.get();
        for _ in 0..TIMES {
            UnixStream::connect(&name).await.unwrap();
            accepting.accept().unwrap();
        }
        assert!(others.get() > before, "connecting");
    });
}

fn sockets_come_from_std_and_go_back(host: Host) {
    host.runtime().block_on(async {
        let (ours, theirs) = net::UnixStream::pair().unwrap();
        let ours = UnixStream::from_std(ours).unwrap();
        assert!(ours.local_addr().unwrap().is_unnamed());
        assert!(ours.peer_addr().unwrap().is_unnamed());
        let ours = ours.into_std().unwrap();
        UnixStream::try_from(ours).unwrap();
        UnixStream::from_std(theirs).unwrap();
        let (ours, _theirs) = net::UnixDatagram::pair().unwrap();
        UnixDatagram::try_from(ours).unwrap().into_std().unwrap();
        let address = net::SocketAddr::from_abstract_name(unique()).unwrap();
        let listener = net::UnixListener::bind_addr(&address).unwrap();
        UnixListener::try_from(listener)
            .unwrap()
            .into_std()
            .unwrap();
    });
}

on_every_host![
    streams_meet_at_paths_and_abstract_names,
    datagrams_go_to_paths_and_abstract_names,
    sending_to_a_full_queue_waits,
    connecting_to_a_full_queue_waits,
    what_never_has_to_wait_starves_nobody,
    sockets_come_from_std_and_go_back,
];
