//! `Async` where async-io's own tests, which `tests/async-io` runs, say nothing.

#![forbid(unsafe_code)]

use std::io::{self, ErrorKind, Read, Write};
use std::net::{Ipv4Addr, TcpListener, TcpStream, UdpSocket};
use std::os::fd::{AsFd, AsRawFd, OwnedFd};
use std::os::unix::net::{UnixDatagram, UnixListener, UnixStream};
use std::sync::Arc;
use std::time::Duration;

use futures_util::future::join_all;
use futures_util::{AsyncReadExt, AsyncWriteExt};
use glib_coro::{Async, idle, spawn, timeout};
use glib_coro_tests::{Counter, Host, on_every_host};

/// As in programs for async-io, no bound says that there is a descriptor.
struct Wrapper<T> {
    io: Async<T>,
}

impl<T> Wrapper<T> {
    async fn wait(&self) -> io::Result<()> {
        self.io.readable().await?;
        self.io.read_with(|_| Ok(())).await
    }

    fn unwrap(self) -> io::Result<T> {
        self.io.into_inner()
    }
}

fn the_type_needs_no_bound(host: Host) {
    host.runtime().block_on(async {
        let (ours, mut theirs) = UnixStream::pair().unwrap();
        let wrapper = Wrapper {
            io: Async::new(ours).unwrap(),
        };
        theirs.write_all(b"x").unwrap();
        wrapper.wait().await.unwrap();
        assert_eq!(wrapper.unwrap().unwrap().read(&mut [0; 2]).unwrap(), 1);
    });
}

fn owned_waits_need_nobody_to_keep_the_descriptor(host: Host) {
    host.runtime().block_on(async {
        let (ours, mut theirs) = UnixStream::pair().unwrap();
        let ours = Arc::new(Async::new(ours).unwrap());
        ours.clone().writable_owned().await.unwrap();
        let waits = [
            spawn(ours.clone().readable_owned()),
            spawn(ours.readable_owned()),
        ];
        idle().await;
        assert!(waits.iter().all(|wait| !wait.is_finished()));
        theirs.write_all(b"x").unwrap();
        for wait in waits {
            wait.await.unwrap().unwrap();
        }
        // Each was dropped with its wait, and the last closed the descriptor.
        theirs.set_nonblocking(true).unwrap();
        let error = theirs.write_all(b"x").unwrap_err();
        assert_eq!(error.kind(), ErrorKind::BrokenPipe);
    });
}

fn what_is_taken_out_can_be_put_in_again(host: Host) {
    host.runtime().block_on(async {
        let (ours, theirs) = UnixStream::pair().unwrap();
        let number = ours.as_raw_fd();
        let ours = Async::new(ours).unwrap();
        assert_eq!(ours.as_raw_fd(), number);
        assert_eq!(ours.as_fd().as_raw_fd(), number);
        let fd: OwnedFd = ours.try_into().unwrap();
        let mut ours: Async<UnixStream> = fd.try_into().unwrap();
        let inner: &UnixStream = ours.as_ref();
        assert_eq!(inner.as_raw_fd(), number);
        // Not made non-blocking twice, nor back: a read that would block still does not.
        let mut theirs = Async::try_from(theirs).unwrap();
        theirs.write_all(b"x").await.unwrap();
        ours.read_exact(&mut [0; 1]).await.unwrap();
        let inner = ours.into_inner().unwrap();
        let error = (&inner).read(&mut [0; 1]).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::WouldBlock);
        Async::new_nonblocking(inner).unwrap();

        Async::try_from(TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap()).unwrap();
        Async::try_from(UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).unwrap()).unwrap();
        Async::try_from(UnixDatagram::unbound().unwrap()).unwrap();
    });
}

fn any_number_of_coroutines_wait_in_each_direction(host: Host) {
    const WAITERS: u8 = 50;
    host.runtime().block_on(async {
        let (ours, theirs) = Async::<UnixStream>::pair().unwrap();
        let (ours, mut theirs) = (Arc::new(ours), theirs);
        while (ours.get_ref()).write(&[0; 4096]).is_ok() {}
        let polls = Counter::new();
        let readers = Vec::from_iter((0..WAITERS).map(|_| {
            let (ours, polls) = (ours.clone(), polls.clone());
            spawn(async move {
                let mut byte = [0];
                let read = ours.read_with(|mut io| {
                    polls.add();
                    io.read(&mut byte)
                });
                read.await.unwrap();
                byte[0]
            })
        }));
        let writers = Vec::from_iter((0..WAITERS).map(|n| {
            let ours = ours.clone();
            spawn(async move { (&*ours).write(&[n; 1]).await })
        }));
        idle().await;
        // Those that go take nothing away from those that stay.
        let (gone, readers): (Vec<_>, Vec<_>) = readers
            .into_iter()
            .enumerate()
            .partition(|(n, _)| n % 2 == 0);
        drop(
            gone.into_iter()
                .map(|(_, reader)| reader.abort_on_drop())
                .collect::<Vec<_>>(),
        );
        idle().await;
        let tried = polls.get();
        for n in 0..WAITERS / 2 {
            theirs.write_all(&[n]).await.unwrap();
        }
        let read = join_all(readers.into_iter().map(|(_, reader)| reader)).await;
        let mut read = Vec::from_iter(read.into_iter().map(Result::unwrap));
        read.sort_unstable();
        assert_eq!(read, Vec::from_iter(0..WAITERS / 2), "each byte once");
        assert!(polls.get() > tried);
        assert!(writers.iter().all(|writer| !writer.is_finished()));
        // Room for one is room for all.
        let mut sink = vec![0; 1 << 20];
        while writers.iter().any(|writer| !writer.is_finished()) {
            assert!(theirs.read(&mut sink).await.unwrap() > 0);
            idle().await;
        }
        for writer in writers {
            assert_eq!(writer.await.unwrap().unwrap(), 1);
        }
    });
}

fn unix_sockets_of_a_path_connect(host: Host) {
    host.runtime().block_on(async {
        let path =
            std::env::temp_dir().join(format!("glib-coro-async-{}-{host:?}", std::process::id()));
        let listener = Async::<UnixListener>::bind(&path).unwrap();
        let stream = Async::<UnixStream>::connect(&path).await.unwrap();
        listener.accept().await.unwrap();
        drop(listener);
        std::fs::remove_file(&path).unwrap();
        let error = Async::<UnixStream>::connect(&path).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::NotFound);
        drop(stream);
    });
}

fn a_wait_in_vain_can_be_dropped_and_repeated(host: Host) {
    host.runtime().block_on(async {
        let listener = Async::<TcpListener>::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let address = listener.get_ref().local_addr().unwrap();
        for _ in 0..100 {
            let accepted = timeout(Duration::from_micros(10), listener.accept()).await;
            assert!(accepted.is_err());
        }
        let client = Async::<TcpStream>::connect(address).await.unwrap();
        let (mut server, _) = listener.accept().await.unwrap();
        for _ in 0..100 {
            let read = timeout(Duration::from_micros(10), server.read(&mut [0; 1])).await;
            assert!(read.is_err());
        }
        (&client).write_all(b"x").await.unwrap();
        assert_eq!(server.read(&mut [0; 1]).await.unwrap(), 1);
    });
}

on_every_host![
    the_type_needs_no_bound,
    owned_waits_need_nobody_to_keep_the_descriptor,
    what_is_taken_out_can_be_put_in_again,
    any_number_of_coroutines_wait_in_each_direction,
    unix_sockets_of_a_path_connect,
    a_wait_in_vain_can_be_dropped_and_repeated,
];
