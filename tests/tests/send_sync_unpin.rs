//! Which public types are `Send`, `Sync` and `Unpin`, and which must not be.
//!
//! The table is modelled on `async_send_sync.rs` in [tokio](https://github.com/tokio-rs/tokio).

#![forbid(unsafe_code)]

use std::cell::Cell;
use std::io;
use std::marker::{PhantomData, PhantomPinned};
use std::net::SocketAddr;
use std::os::unix::net;
use std::rc::Rc;

use glib_coro::compat::hyper::{Executor, Io, Timer};
use glib_coro::compat::tokio::Enter;
use glib_coro::event_loop::{self, Driver, EventLoop, Standalone, Turn};
use glib_coro::io::{Async, Readable, Ready, ReadyOwned, Writable};
use glib_coro::net::{
    OwnedReadHalf, OwnedWriteHalf, ReuniteError, TcpListener, TcpStream, UdpSocket, UnixDatagram,
    UnixListener, UnixStream, lookup_host,
};
use glib_coro::process::{Child, ChildStderr, ChildStdin, ChildStdout, Command};
use glib_coro::runtime::{
    EnterGuard, Handle, Histogram, LongestPoll, Metrics, Runtime, TryCurrentError, Unhandled,
    Worker,
};
use glib_coro::signal::{Signal, SignalKind, ctrl_c};
use glib_coro::task::{
    AbortHandle, AbortOnDrop, AccessError, CancellationToken, Cancelled, Direction, DropGuard, Id,
    Idle, Info, JoinError, JoinHandle, JoinSet, LocalKey, Priority, Scope, State, WaitingOn,
    YieldNow,
};
use glib_coro::time::{Elapsed, Interval, MissedTickBehavior, Sleep, Timeout};
use glib_coro::{Unblock, runtime, task};

/// Tells which of the three a type is: its own methods are there only where it has the trait, and come
/// before those of [`Otherwise`].
struct Probe<T: ?Sized>(PhantomData<T>);

impl<T: ?Sized + Send> Probe<T> {
    fn send(&self) -> &'static str {
        "Send"
    }
}

impl<T: ?Sized + Sync> Probe<T> {
    fn sync(&self) -> &'static str {
        "Sync"
    }
}

impl<T: ?Sized + Unpin> Probe<T> {
    fn unpin(&self) -> &'static str {
        "Unpin"
    }
}

trait Otherwise {
    fn send(&self) -> &'static str {
        "NotSend"
    }
    fn sync(&self) -> &'static str {
        "NotSync"
    }
    fn unpin(&self) -> &'static str {
        "NotUnpin"
    }
}

impl<T: ?Sized> Otherwise for Probe<T> {}

macro_rules! table {
    ($($type:ty: $send:ident $sync:ident $unpin:ident;)*) => {
        let mut wrong = Vec::new();
        $({
            let probe = Probe::<$type>(PhantomData);
            let found = [probe.send(), probe.sync(), probe.unpin()];
            if found != [stringify!($send), stringify!($sync), stringify!($unpin)] {
                wrong.push((stringify!($type), found));
            }
        })*
        assert!(wrong.is_empty(), "{wrong:#?}");
    };
}

type Socket = net::UnixStream;
/// A descriptor that must stay on its thread, and one that may move but not be shared.
type Local = Rc<net::UnixStream>;
type Pinned = PhantomPinned;

#[test]
fn types() {
    table! {
        Runtime: NotSend NotSync Unpin;
        EnterGuard<'static>: NotSend NotSync Unpin;
        runtime::Builder: NotSend NotSync Unpin;
        Handle: Send Sync Unpin;
        Worker: Send Sync Unpin;
        Metrics: Send Sync Unpin;
        LongestPoll: Send Sync Unpin;
        Histogram: Send Sync Unpin;
        TryCurrentError: Send Sync Unpin;
        Unhandled: Send NotSync Unpin;

        Driver: Send Sync Unpin;
        dyn EventLoop: NotSend NotSync NotUnpin;
        Standalone: Send NotSync Unpin;
        Turn: Send Sync Unpin;
        event_loop::Level: Send Sync Unpin;

        // Shared, a handle gives no access to the output.
        JoinHandle<u8>: Send Sync Unpin;
        JoinHandle<Cell<u8>>: Send Sync Unpin;
        JoinHandle<Rc<u8>>: NotSend Sync Unpin;
        JoinHandle<Pinned>: Send Sync Unpin;
        AbortOnDrop<u8>: Send Sync Unpin;
        AbortOnDrop<Rc<u8>>: NotSend Sync Unpin;
        AbortOnDrop<Pinned>: Send Sync Unpin;
        JoinSet<u8>: Send Sync Unpin;
        JoinSet<Rc<u8>>: NotSend NotSync Unpin;
        AbortHandle: Send Sync Unpin;
        JoinError: Send Sync Unpin;
        Id: Send Sync Unpin;
        Info: Send Sync Unpin;
        State: Send Sync Unpin;
        WaitingOn: Send Sync Unpin;
        Direction: Send Sync Unpin;
        Priority: Send Sync Unpin;
        task::Builder: Send Sync Unpin;
        YieldNow: Send Sync Unpin;
        Idle: Send Sync Unpin;
        Scope<'static, u8>: NotSend NotSync Unpin;
        CancellationToken: Send Sync Unpin;
        Cancelled: Send Sync Unpin;
        DropGuard: Send Sync Unpin;
        LocalKey<u8>: Send Sync Unpin;
        AccessError: Send Sync Unpin;

        Sleep: Send Sync Unpin;
        Timeout<u8>: Send Sync Unpin;
        Timeout<Rc<u8>>: NotSend NotSync Unpin;
        Timeout<Pinned>: Send Sync NotUnpin;
        Interval: Send Sync Unpin;
        MissedTickBehavior: Send Sync Unpin;
        Elapsed: Send Sync Unpin;

        Unblock<u8>: Send Sync Unpin;
        Unblock<Cell<u8>>: Send Sync Unpin;
        Unblock<Rc<u8>>: NotSend NotSync Unpin;

        Async<Socket>: Send Sync Unpin;
        Async<Local>: NotSend NotSync Unpin;
        Ready<'static, Socket>: Send Sync Unpin;
        Ready<'static, Local>: NotSend NotSync Unpin;
        ReadyOwned<Socket>: Send Sync Unpin;
        ReadyOwned<Local>: NotSend NotSync Unpin;
        Readable<Socket>: Send Sync Unpin;
        Readable<Local>: NotSend NotSync Unpin;
        Writable<Socket>: Send Sync Unpin;
        Writable<Local>: NotSend NotSync Unpin;
        TcpListener: Send Sync Unpin;
        TcpStream: Send Sync Unpin;
        UdpSocket: Send Sync Unpin;
        UnixListener: Send Sync Unpin;
        UnixStream: Send Sync Unpin;
        UnixDatagram: Send Sync Unpin;
        OwnedReadHalf<TcpStream>: Send Sync Unpin;
        OwnedWriteHalf<TcpStream>: Send Sync Unpin;
        ReuniteError<TcpStream>: Send Sync Unpin;

        Executor: Send Sync Unpin;
        Timer: Send Sync Unpin;
        Io<Socket>: Send Sync Unpin;
        Io<Local>: NotSend NotSync Unpin;
        Io<Pinned>: Send Sync NotUnpin;
        Enter<u8>: Send Sync Unpin;
        Enter<Rc<u8>>: NotSend NotSync Unpin;
        Enter<Pinned>: Send Sync NotUnpin;

        Child: Send Sync Unpin;
        ChildStderr: Send Sync Unpin;
        ChildStdin: Send Sync Unpin;
        ChildStdout: Send Sync Unpin;
        Command: Send Sync Unpin;

        Signal: Send Sync Unpin;
        SignalKind: Send Sync Unpin;
    }
}

#[cfg(feature = "glib")]
#[test]
fn with_glib() {
    use glib_coro::application::{Launch, Launches};
    use glib_coro::object::{Bound, Emissions, NextEmission, Once, PropertyValues, WaitFor};
    use glib_coro_tests::subject::Subject;

    table! {
        event_loop::GLib: Send NotSync Unpin;

        // The subject is `Send` and `Sync`; who waits for it stays on one thread all the same.
        Subject: Send Sync Unpin;
        Bound<Subject>: NotSend NotSync Unpin;
        Emissions: NotSend NotSync Unpin;
        NextEmission: NotSend NotSync Unpin;
        Once<u8>: NotSend NotSync Unpin;
        Once<Pinned>: NotSend NotSync Unpin;
        PropertyValues<u8>: NotSend NotSync Unpin;
        WaitFor<'static, u8>: NotSend NotSync Unpin;
        Launch: NotSend NotSync Unpin;
        Launches: NotSend NotSync Unpin;
    }
}

/// The futures of `async fn`s: a `Send` coroutine may await them.
#[test]
fn futures() {
    fn is_send<A, R: Send>(_: impl Fn(A) -> R) {}
    is_send(|ticks: &'static mut Interval| ticks.tick());
    is_send(|io: &'static Async<Socket>| io.read_with(|_| io::Result::Ok(())));
    is_send(|io: &'static Async<Socket>| io.write_with(|_| io::Result::Ok(())));
    is_send(|address: SocketAddr| TcpStream::connect(address));
    is_send(|address: SocketAddr| TcpListener::bind(address));
    is_send(|listener: &'static TcpListener| listener.accept());
    is_send(|stream: &'static TcpStream| stream.readable());
    is_send(|name: &'static str| TcpStream::connect(name));
    is_send(|name: &'static str| lookup_host(name));
    is_send(|socket: &'static UdpSocket| socket.recv(&mut []));
    is_send(|socket: &'static UdpSocket| socket.send_to(&[], "localhost:9"));
    is_send(|path: &'static str| UnixStream::connect(path));
    is_send(|listener: &'static UnixListener| listener.accept());
    is_send(|socket: &'static UnixDatagram| socket.send_to(&[], ""));
    is_send(|child: &'static mut Child| child.wait());
    is_send(|child: Child| child.wait_with_output());
    is_send(|mut command: Command| command.output());
    is_send(|mut command: Command| command.status());
    is_send(|signal: &'static mut Signal| signal.recv());
    is_send(|()| ctrl_c());
}

/// A stream of connections, which has no name.
#[test]
fn streams() {
    fn probe<A, R>(_: impl FnOnce(A) -> R) -> Probe<R> {
        Probe(PhantomData)
    }
    let probe = probe(|listener: &'static TcpListener| listener.incoming());
    let found = [probe.send(), probe.sync(), probe.unpin()];
    assert_eq!(found, ["Send", "Sync", "Unpin"]);
}
