//! hyper on our sockets, timers and coroutines: server and client on one loop.

#![forbid(unsafe_code)]

use std::cell::Cell;
use std::convert::Infallible;
use std::future::{Future, pending};
use std::net::{Shutdown, SocketAddr};
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

use bytes::Bytes;
use futures_util::io::Cursor;
use futures_util::{AsyncRead, AsyncReadExt, AsyncWriteExt, poll};
use glib_coro::compat::hyper::{Executor, Io, Timer};
use glib_coro::net::{TcpListener, TcpStream};
use glib_coro::{JoinHandle, sleep, spawn, time, yield_now};
use glib_coro_tests::{Host, Notes, on_every_host};
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper::client::conn::http1::{SendRequest, handshake};
use hyper::header::{CONNECTION, UPGRADE};
use hyper::rt::{Executor as _, ReadBuf, Sleep as RtSleep, Timer as _};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Request, Response, StatusCode};

const MOMENT: Duration = Duration::from_millis(5);

/// Serves one connection after the other, each as a coroutine; returns where.
async fn serve<F, R>(builder: http1::Builder, answer: F) -> SocketAddr
where
    F: Fn(Request<Incoming>) -> R + Clone + 'static,
    R: Future<Output = Response<Full<Bytes>>> + 'static,
{
    let listener = TcpListener::bind(([127, 0, 0, 1], 0)).await.unwrap();
    let address = listener.local_addr().unwrap();
    drop(spawn(async move {
        loop {
            let (stream, _) = listener.accept().await.unwrap();
            let answer = answer.clone();
            let service = service_fn(move |request| {
                let response = answer(request);
                async { Ok::<_, Infallible>(response.await) }
            });
            let connection = builder.serve_connection(Io::new(stream), service);
            // How a connection ends is the client's to see.
            drop(spawn(connection.with_upgrades()));
        }
    }));
    address
}

fn server() -> http1::Builder {
    let mut builder = http1::Builder::new();
    builder.timer(Timer);
    builder
}

async fn echo(request: Request<Incoming>) -> Response<Full<Bytes>> {
    let body = request.into_body().collect().await.unwrap().to_bytes();
    Response::new(Full::new(body))
}

type Client = SendRequest<Full<Bytes>>;

/// A client and the coroutine that drives its connection.
async fn client(address: SocketAddr) -> (Client, JoinHandle<hyper::Result<()>>) {
    let stream = TcpStream::connect(address).await.unwrap();
    let (sender, connection) = handshake(Io::new(stream)).await.unwrap();
    (sender, spawn(connection.with_upgrades()))
}

async fn ask(client: &mut Client, body: Bytes) -> Bytes {
    let request = Request::post("/").header("host", "test");
    let request = request.body(Full::new(body)).unwrap();
    let response = client.send_request(request).await.unwrap();
    response.into_body().collect().await.unwrap().to_bytes()
}

fn bodies_of_every_size_go_both_ways(host: Host) {
    host.runtime().block_on(async {
        let address = serve(server(), echo).await;
        let (mut sender, connection) = client(address).await;
        // Around the size of a read, of hyper's buffers, and of what a socket takes at once.
        for size in [0, 1, 8191, 8192, 8193, 65_537, 400_000, 5_000_000] {
            let body = Bytes::from_iter((0..size).map(|n| n as u8));
            assert!(ask(&mut sender, body.clone()).await == body, "{size}");
        }
        drop(sender);
        connection.await.unwrap().unwrap();
    });
}

fn a_hundred_connections_share_the_thread_with_what_is_not_send(host: Host) {
    host.runtime().block_on(async {
        let served = Rc::new(Cell::new(0));
        let address = serve(server(), {
            let served = served.clone();
            move |request| {
                let served = served.clone();
                async move {
                    sleep(MOMENT).await;
                    served.set(served.get() + 1);
                    echo(request).await
                }
            }
        })
        .await;
        let clients: Vec<_> = (0..100)
            .map(|n| {
                spawn(async move {
                    let (mut sender, _connection) = client(address).await;
                    for round in 0..5 {
                        let body = Bytes::from(format!("{n} {round}"));
                        assert_eq!(ask(&mut sender, body.clone()).await, body);
                    }
                })
            })
            .collect();
        for client in clients {
            client.await.unwrap();
        }
        assert_eq!(served.get(), 500);
    });
}

fn a_header_that_does_not_come_is_timed_out(host: Host) {
    host.runtime().block_on(async {
        let mut builder = server();
        builder.header_read_timeout(MOMENT * 10);
        let address = serve(builder, echo).await;
        for beginning in ["", "GET / HT", "GET / HTTP/1.1\r\nhost: test\r\nx-slow: "] {
            let start = Instant::now();
            let mut stream = TcpStream::connect(address).await.unwrap();
            // On a busy machine the time may be up by now.
            let _ = stream.write_all(beginning.as_bytes()).await;
            let mut answer = String::new();
            let ended = stream.read_to_string(&mut answer).await;
            assert!(start.elapsed() >= MOMENT * 10);
            assert!(
                answer.is_empty() || answer.starts_with("HTTP/1.1 408"),
                "{answer} {ended:?}"
            );
        }
        // The next request of a connection that is kept alive, too; where the first one was in time.
        loop {
            let (mut sender, connection) = client(address).await;
            let request = Request::post("/").body(Full::new(Bytes::from("x")));
            let answered = sender.send_request(request.unwrap()).await;
            let ended = connection.await.unwrap();
            assert!(sender.is_closed());
            if answered.is_ok() {
                break ended.unwrap();
            }
        }
    });
}

fn a_graceful_end_finishes_the_request_under_way(host: Host) {
    host.runtime().block_on(async {
        let (entered, leave) = (Rc::new(Cell::new(false)), Rc::new(Cell::new(false)));
        let listener = TcpListener::bind(([127, 0, 0, 1], 0)).await.unwrap();
        let address = listener.local_addr().unwrap();
        let service = service_fn(|request| {
            let (entered, leave) = (entered.clone(), leave.clone());
            async move {
                entered.set(true);
                while !leave.get() {
                    yield_now().await;
                }
                Ok::<_, Infallible>(echo(request).await)
            }
        });
        let asking = spawn(async move {
            let (mut sender, connection) = client(address).await;
            let answer = ask(&mut sender, Bytes::from("last")).await;
            (answer, connection.await.unwrap())
        });
        let (stream, _) = listener.accept().await.unwrap();
        let mut connection = Box::pin(server().serve_connection(Io::new(stream), service));
        while !entered.get() {
            assert!(poll!(connection.as_mut()).is_pending());
            yield_now().await;
        }
        connection.as_mut().graceful_shutdown();
        leave.set(true);
        connection.await.unwrap();
        let (answer, ended) = asking.await.unwrap();
        assert_eq!(answer, "last");
        ended.unwrap();
    });
}

fn an_upgraded_connection_is_a_stream_again(host: Host) {
    host.runtime().block_on(async {
        let address = serve(server(), |request| async move {
            drop(spawn(async move {
                let upgraded = hyper::upgrade::on(request).await.unwrap();
                let (reader, mut writer) = Io::new(upgraded).split();
                futures_util::io::copy(reader, &mut writer).await.unwrap();
                writer.close().await.unwrap();
            }));
            let mut response = Response::new(Full::default());
            *response.status_mut() = StatusCode::SWITCHING_PROTOCOLS;
            let headers = response.headers_mut();
            headers.insert(CONNECTION, UPGRADE.into());
            headers.insert(UPGRADE, "echo".parse().unwrap());
            response
        })
        .await;
        let (mut sender, connection) = client(address).await;
        let request = Request::get("/")
            .header(CONNECTION, "upgrade")
            .header(UPGRADE, "echo");
        let response = sender.send_request(request.body(Full::default()).unwrap());
        let upgraded = hyper::upgrade::on(response.await.unwrap()).await.unwrap();
        let mut stream = Io::new(upgraded);
        stream.write_all(b"hello").await.unwrap();
        let mut buffer = [0; 5];
        stream.read_exact(&mut buffer).await.unwrap();
        assert_eq!(&buffer, b"hello");
        stream.close().await.unwrap();
        assert_eq!(stream.read(&mut buffer).await.unwrap(), 0);
        connection.await.unwrap().unwrap();
    });
}

fn a_client_gone_in_the_middle_ends_its_connection_only(host: Host) {
    host.runtime().block_on(async {
        let address = serve(server(), |_| async {
            Response::new(Full::new(Bytes::from(vec![b'x'; 10_000_000])))
        })
        .await;
        for how in [Shutdown::Both, Shutdown::Read] {
            let mut stream = TcpStream::connect(address).await.unwrap();
            let request = b"GET / HTTP/1.1\r\nhost: test\r\n\r\n";
            stream.write_all(request).await.unwrap();
            let mut beginning = [0; 12];
            stream.read_exact(&mut beginning).await.unwrap();
            assert_eq!(&beginning, b"HTTP/1.1 200");
            stream.shutdown(how).unwrap();
        }
        let (mut sender, _connection) = client(address).await;
        assert_eq!(ask(&mut sender, Bytes::new()).await.len(), 10_000_000);
    });
}

fn the_timer_sleeps_resets_and_knows_the_time(host: Host) {
    host.runtime().block_on(async {
        let start = Timer.now();
        assert!(start <= time::now());
        Timer.sleep(MOMENT).await;
        assert!(Timer.now() >= start + MOMENT);
        Timer.sleep_until(start + MOMENT * 2).await;
        assert!(Timer.now() >= start + MOMENT * 2);

        let notes = Notes::new();
        let mut sleep = Timer.sleep(Duration::from_secs(3600));
        assert!(poll!(sleep.as_mut()).is_pending());
        let same = std::ptr::from_ref(sleep.as_ref().get_ref()).cast::<u8>();
        Timer.reset(&mut sleep, Timer.now() + MOMENT);
        // In place: hyper resets one timer for every request.
        assert_eq!(same, std::ptr::from_ref(sleep.as_ref().get_ref()).cast());
        sleep.as_mut().await;
        notes.push(1);
        Timer.reset(&mut sleep, Timer.now() + MOMENT);
        sleep.await;
        assert_eq!(notes.take(), [1]);

        // One of somebody else's is replaced.
        struct Foreign;
        impl RtSleep for Foreign {}
        impl Future for Foreign {
            type Output = ();
            fn poll(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<()> {
                Poll::Pending
            }
        }
        let mut sleep: Pin<Box<dyn RtSleep>> = Box::pin(Foreign);
        Timer.reset(&mut sleep, Timer.now() + MOMENT);
        sleep.await;
    });
}

fn the_executor_spawns_on_the_current_runtime(host: Host) {
    let rt = host.runtime();
    let (before, shared) = (rt.metrics().spawned, Rc::new(Cell::new(0)));
    rt.block_on(async {
        let inner = shared.clone();
        Executor.execute(async move { inner.set(42) });
        Executor.execute(pending::<()>());
        assert_eq!(shared.get(), 0, "never inside the call");
        yield_now().await;
    });
    assert_eq!(shared.get(), 42);
    assert_eq!(rt.metrics().spawned, before + 3);
    assert_eq!(rt.metrics().alive, 1);
}

/// A stream that claims to have read more than there is room for.
struct Liar;

impl AsyncRead for Liar {
    fn poll_read(
        self: Pin<&mut Self>,
        _: &mut Context<'_>,
        buffer: &mut [u8],
    ) -> Poll<std::io::Result<usize>> {
        Poll::Ready(Ok(buffer.len() + 1))
    }
}

#[test]
fn small_buffers_are_filled_and_no_further() {
    let mut cx = Context::from_waker(std::task::Waker::noop());
    let mut io = Io::new(Cursor::new(b"abcdefgh"));
    let mut bytes = [b'.'; 5];
    let mut buffer = ReadBuf::new(&mut bytes);
    for expected in ["abcde", "abcde"] {
        let polled = hyper::rt::Read::poll_read(Pin::new(&mut io), &mut cx, buffer.unfilled());
        assert!(matches!(polled, Poll::Ready(Ok(()))));
        assert_eq!(buffer.filled(), expected.as_bytes());
    }
    assert_eq!(io.get_ref().position(), 5);
    io.get_mut().set_position(8);
    let mut buffer = ReadBuf::new(&mut bytes);
    let polled = hyper::rt::Read::poll_read(Pin::new(&mut io), &mut cx, buffer.unfilled());
    assert!(matches!(polled, Poll::Ready(Ok(()))));
    assert_eq!(buffer.filled(), b"", "the end");
    assert_eq!(io.into_inner().position(), 8);
}

#[test]
#[should_panic(expected = "must fit")]
fn a_stream_that_lies_about_what_it_read_panics() {
    let mut cx = Context::from_waker(std::task::Waker::noop());
    let mut bytes = [0; 5];
    let mut buffer = ReadBuf::new(&mut bytes);
    let _ = hyper::rt::Read::poll_read(Pin::new(&mut Io::new(Liar)), &mut cx, buffer.unfilled());
}

/// hyper-util's pooled clients box what they spawn and wait for, and ask for `Send + Sync`.
#[test]
fn the_pieces_are_what_other_crates_ask_for() {
    fn shared<T: Send + Sync + Clone + 'static>(_: T) {}
    fn executes<F>(_: impl hyper::rt::Executor<F>) {}
    shared(Executor);
    shared(Timer);
    executes::<Pin<Box<dyn Future<Output = ()> + Send>>>(Executor);
}

on_every_host![
    bodies_of_every_size_go_both_ways,
    a_hundred_connections_share_the_thread_with_what_is_not_send,
    a_header_that_does_not_come_is_timed_out,
    a_graceful_end_finishes_the_request_under_way,
    an_upgraded_connection_is_a_stream_again,
    a_client_gone_in_the_middle_ends_its_connection_only,
    the_timer_sleeps_resets_and_knows_the_time,
    the_executor_spawns_on_the_current_runtime,
];
