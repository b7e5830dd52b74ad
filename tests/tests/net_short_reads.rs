//! TCP reads of less than was asked for: the descriptor counts as drained then, which must not hide what is behind.

#![forbid(unsafe_code)]

use std::io::{IoSlice, Read, Write};
use std::net::{self, Ipv4Addr, Shutdown};

use futures_util::{AsyncReadExt, AsyncWriteExt};
use glib_coro::net::TcpStream;
use glib_coro::{Async, idle, spawn};
use glib_coro_tests::{Host, on_every_host};
use rustix::net::{SendFlags, send};

/// A connection whose ours is still to be registered.
fn pair() -> (net::TcpStream, net::TcpStream) {
    let listener = net::TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let theirs = net::TcpStream::connect(listener.local_addr().unwrap()).unwrap();
    theirs.set_nodelay(true).unwrap();
    (listener.accept().unwrap().0, theirs)
}

/// Begins to wait for data, then has `act` do something to the other end, and reads with far more room than there is data.
async fn read_all(act: impl FnOnce(&mut net::TcpStream)) -> Vec<u8> {
    let (ours, mut theirs) = pair();
    let mut ours = TcpStream::try_from(ours).unwrap();
    let reader = spawn(async move {
        let (mut all, mut buffer) = (Vec::new(), [0; 4096]);
        loop {
            match ours.read(&mut buffer).await.unwrap() {
                0 => return all,
                length => all.extend_from_slice(&buffer[..length]),
            }
        }
    });
    idle().await; // it has tried, and waits
    act(&mut theirs);
    idle().await;
    let _ = theirs.shutdown(Shutdown::Both);
    reader.await.unwrap()
}

fn the_end_comes_in_one_event_with_the_last_data(host: Host) {
    host.runtime().block_on(async {
        let act = |theirs: &mut net::TcpStream| {
            theirs.write_all(b"hello").unwrap();
            theirs.shutdown(Shutdown::Write).unwrap();
        };
        assert_eq!(read_all(act).await, b"hello");
    });
}

fn data_and_its_end_were_there_before_the_registration(host: Host) {
    host.runtime().block_on(async {
        let (ours, mut theirs) = pair();
        theirs.write_all(b"hello").unwrap();
        drop(theirs);
        let mut ours = Async::new(ours).unwrap();
        let mut all = Vec::new();
        ours.read_to_end(&mut all).await.unwrap();
        assert_eq!(all, b"hello");
    });
}

/// A read stops before urgent data, so that a short one says nothing about what is behind.
fn there_is_more_behind_urgent_data(host: Host) {
    host.runtime().block_on(async {
        let act = |theirs: &mut net::TcpStream| {
            theirs.write_all(b"before").unwrap();
            send(&*theirs, b"!", SendFlags::OOB).unwrap();
            theirs.write_all(b"after").unwrap();
        };
        assert_eq!(read_all(act).await, b"beforeafter");
    });
}

/// A write that is cut short fills the socket, and goes on when there is room.
fn a_short_write_goes_on(host: Host) {
    const SIZE: usize = 16 << 20;
    host.runtime().block_on(async {
        let (ours, theirs) = pair();
        let (mut ours, mut theirs) = (
            TcpStream::try_from(ours).unwrap(),
            TcpStream::try_from(theirs).unwrap(),
        );
        let writer = spawn(async move { ours.write_all(&vec![7; SIZE]).await });
        idle().await;
        let (mut received, mut buffer, expected) = (0, vec![0; 1 << 20], vec![7; 1 << 20]);
        loop {
            match theirs.read(&mut buffer).await.unwrap() {
                0 => break,
                length => {
                    assert_eq!(buffer[..length], expected[..length]);
                    received += length;
                }
            }
        }
        writer.await.unwrap().unwrap();
        assert_eq!(received, SIZE);
    });
}

/// The kernel takes a limited number of slices at a time, however small they are.
fn of_very_many_slices_none_is_waited_for(host: Host) {
    const SLICES: usize = 4_000;
    host.runtime().block_on(async {
        let (ours, mut theirs) = pair();
        let mut ours = TcpStream::try_from(ours).unwrap();
        // The other end neither reads nor writes meanwhile.
        let mut written = 0;
        while written < SLICES {
            let slices = vec![IoSlice::new(b"x"); SLICES - written];
            written += ours.write_vectored(&slices).await.unwrap();
        }
        drop(ours);
        let mut received = Vec::new();
        theirs.read_to_end(&mut received).unwrap();
        assert_eq!(received, vec![b'x'; SLICES]);
    });
}

on_every_host!(
    the_end_comes_in_one_event_with_the_last_data,
    data_and_its_end_were_there_before_the_registration,
    there_is_more_behind_urgent_data,
    a_short_write_goes_on,
    of_very_many_slices_none_is_waited_for,
);
