//! Sockets by name and address: what each kind does, and what becomes of it.

#![forbid(unsafe_code)]

use std::io::{self, ErrorKind, Read};
use std::net::{self, Ipv4Addr, Ipv6Addr, Shutdown, SocketAddr};
use std::os::fd::AsFd;
use std::time::{Duration, Instant};

use futures_util::future::{join_all, select};
use futures_util::{AsyncReadExt, AsyncWriteExt, StreamExt};
use glib_coro::net::{TcpListener, TcpStream, ToSocketAddrs, UdpSocket, lookup_host};
use glib_coro::{idle, sleep, spawn, timeout, yield_now};
use glib_coro_tests::{Counter, Host, forever, on_every_host, tick};
use rustix::net::sockopt::set_socket_linger;
use rustix::net::{AddressFamily, SocketType, bind, socket};

async fn listener() -> (TcpListener, SocketAddr) {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
    let address = listener.local_addr().unwrap();
    (listener, address)
}

async fn pair() -> (TcpStream, TcpStream) {
    let (listener, address) = listener().await;
    let ours = TcpStream::connect(address).await.unwrap();
    let (theirs, from) = listener.accept().await.unwrap();
    assert_eq!(from, ours.local_addr().unwrap());
    (ours, theirs)
}

/// An address that accepts nothing and refuses nothing: its queue is full. It stays so as long as the
/// sockets are kept.
fn unresponsive() -> (SocketAddr, impl Sized) {
    let listener = net::TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    rustix::net::listen(&listener, 0).unwrap();
    let address = listener.local_addr().unwrap();
    let mut queue = Vec::new();
    while let Ok(stream) = net::TcpStream::connect_timeout(&address, Duration::from_millis(200)) {
        queue.push(stream);
    }
    (address, (listener, queue))
}

/// An address that refuses: bound, so that nobody else gets it, but not listening.
fn refusing() -> SocketAddr {
    let socket = socket(AddressFamily::INET, SocketType::STREAM, None).unwrap();
    bind(&socket, &SocketAddr::from(([127, 0, 0, 1], 0))).unwrap();
    let socket = forever(net::TcpListener::from(socket));
    socket.local_addr().unwrap()
}

fn names_and_addresses_lead_to_the_same_place(host: Host) {
    async fn reaches(listener: &TcpListener, address: impl ToSocketAddrs) {
        let stream = TcpStream::connect(address).await.unwrap();
        let (accepted, from) = listener.accept().await.unwrap();
        assert_eq!(from, stream.local_addr().unwrap());
        assert_eq!(accepted.local_addr().unwrap(), stream.peer_addr().unwrap());
    }
    host.runtime().block_on(async {
        let (listener, address) = listener().await;
        let port = address.port();
        let SocketAddr::V4(v4) = address else {
            unreachable!()
        };
        reaches(&listener, address).await;
        reaches(&listener, v4).await;
        reaches(&listener, &address).await;
        reaches(&listener, (address.ip(), port)).await;
        reaches(&listener, ([127, 0, 0, 1], port)).await;
        reaches(&listener, address.to_string()).await;
        reaches(&listener, &*address.to_string()).await;
        reaches(&listener, ("127.0.0.1", port)).await;
        reaches(&listener, ("localhost", port)).await;
        reaches(&listener, ("localhost".to_owned(), port)).await;
        reaches(&listener, format!("localhost:{port}")).await;
        reaches(&listener, [address]).await;
        reaches(&listener, vec![address]).await;
        reaches(&listener, &[refusing(), address][..]).await;
    });
}

fn what_is_no_address_is_an_error(host: Host) {
    host.runtime().block_on(async {
        for text in [
            "localhost",
            "localhost:",
            "localhost:port",
            "",
            "1.2.3.4:99999",
        ] {
            let error = TcpStream::connect(text).await.unwrap_err();
            assert_eq!(error.kind(), ErrorKind::InvalidInput, "{text:?}: {error}");
        }
        let nothing: &[SocketAddr] = &[];
        for error in [
            TcpStream::connect(nothing).await.unwrap_err(),
            TcpListener::bind(nothing).await.unwrap_err(),
            UdpSocket::bind(nothing).await.unwrap_err(),
            lookup_host(nothing).await.map(|_| ()).unwrap_err(),
        ] {
            assert_eq!(error.kind(), ErrorKind::InvalidInput, "{error}");
        }
        // RFC 6761: never in the DNS.
        let unknown = lookup_host("nowhere.invalid:80").await.map(|_| ());
        assert!(unknown.is_err());
        let numbers = lookup_host("[::1]:80").await.unwrap();
        assert_eq!(Vec::from_iter(numbers), ["[::1]:80".parse().unwrap()]);
    });
}

fn binding_tries_one_address_after_the_other(host: Host) {
    host.runtime().block_on(async {
        let (_taken, address) = listener().await;
        let free = SocketAddr::from(([127, 0, 0, 1], 0));
        let error = TcpListener::bind(address).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::AddrInUse);
        let other = TcpListener::bind([address, free]).await.unwrap();
        assert_ne!(other.local_addr().unwrap(), address);
        let error = TcpListener::bind([address, address]).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::AddrInUse);
    });
}

fn an_address_that_does_not_answer_costs_a_quarter_of_a_second(host: Host) {
    host.runtime().block_on(async {
        let (silent, _queue) = unresponsive();
        let waited = timeout(Duration::from_millis(50), TcpStream::connect(silent)).await;
        assert!(waited.is_err(), "it answered: {waited:?}");
        let (_listener, address) = listener().await;
        let start = Instant::now();
        let stream = TcpStream::connect([silent, address]).await.unwrap();
        assert_eq!(stream.peer_addr().unwrap(), address);
        assert!(start.elapsed() >= Duration::from_millis(250));
        // Several silent ones, one more beginning each time.
        let stream = TcpStream::connect([silent, silent, silent, address]).await;
        assert_eq!(stream.unwrap().peer_addr().unwrap(), address);
        assert!(start.elapsed() >= Duration::from_secs(1));
    });
}

fn an_address_that_refuses_costs_nothing(host: Host) {
    host.runtime().block_on(async {
        let (silent, _queue) = unresponsive();
        let (listener, address) = listener().await;
        // The one that follows a refusal begins at once: first the refusing one, then the good one, and the
        // silent one, whose turn would come after a delay only, never.
        let stream = TcpStream::connect([refusing(), address, silent]);
        assert_eq!(stream.await.unwrap().peer_addr().unwrap(), address);
        drop(listener.accept().await.unwrap());

        // If all fail, the error is that of the first.
        let unreachable = SocketAddr::from(([255, 255, 255, 255], 1));
        let errors = [
            TcpStream::connect([refusing(), unreachable]).await,
            TcpStream::connect([refusing(), refusing()]).await,
        ];
        for error in errors {
            assert_eq!(error.unwrap_err().kind(), ErrorKind::ConnectionRefused);
        }
        let error = TcpStream::connect([unreachable, refusing()]).await;
        assert_ne!(error.unwrap_err().kind(), ErrorKind::ConnectionRefused);
    });
}

fn connecting_in_vain_without_a_pause_starves_nobody(host: Host) {
    host.runtime().block_on(async {
        let others = Counter::new();
        spawn(tick(others.clone()));
        for _ in 0..1_000 {
            // The kernel refuses without asking anybody.
            TcpStream::connect(([255; 4], 1)).await.unwrap_err();
        }
        assert!(others.get() > 0);
    });
}

fn halves_end_their_own_direction(host: Host) {
    host.runtime().block_on(async {
        let (ours, theirs) = pair().await;
        let (mut reader, mut writer) = ours.into_split();
        let (mut their_reader, mut their_writer) = theirs.into_split();
        let question = spawn(async move {
            writer.write_all(b"question").await.unwrap();
            // Its drop is the end of the text.
        });
        let mut text = String::new();
        their_reader.read_to_string(&mut text).await.unwrap();
        assert_eq!(text, "question");
        question.await.unwrap();
        // The other direction is as it was.
        their_writer.write_all(b"answer").await.unwrap();
        their_writer.close().await.unwrap();
        let mut text = String::new();
        reader.read_to_string(&mut text).await.unwrap();
        assert_eq!(text, "answer");

        let (ours, mut theirs) = pair().await;
        let (reader, writer) = ours.into_split();
        let (_, other_writer) = pair().await.0.into_split();
        let error = reader.reunite(other_writer).unwrap_err();
        let mut ours = error.0.reunite(writer).expect("the halves of one stream");
        theirs.write_all(b"x").await.unwrap();
        ours.read_exact(&mut [0; 1]).await.unwrap();
        ours.write_all(b"not ended").await.unwrap();
        let (reader, writer) = ours.into_split();
        writer.forget();
        theirs.read_exact(&mut [0; 9]).await.unwrap();
        let end = timeout(Duration::from_millis(20), theirs.read(&mut [0; 1])).await;
        assert!(end.is_err(), "the direction is open: {end:?}");
        drop(reader);
        assert_eq!(theirs.read(&mut [0; 1]).await.unwrap(), 0);
    });
}

fn shutting_down_either_direction_ends_it(host: Host) {
    host.runtime().block_on(async {
        let (mut ours, mut theirs) = pair().await;
        let waiting = spawn(async move { (theirs.read(&mut [0; 1]).await, theirs) });
        idle().await;
        ours.shutdown(Shutdown::Write).unwrap();
        let (read, mut theirs) = waiting.await.unwrap();
        assert_eq!(read.unwrap(), 0);
        let error = ours.write(b"x").await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::BrokenPipe);
        theirs.write_all(b"late").await.unwrap();
        ours.read_exact(&mut [0; 4]).await.unwrap();
        // A reader of our own hears of our own end, too.
        let waiting = spawn(async move {
            let mut stream = ours;
            let (waited, _) = futures_util::join!(stream.readable(), async {
                yield_now().await;
                stream.shutdown(Shutdown::Read)
            });
            waited.unwrap();
            stream.read(&mut [0; 1]).await
        });
        assert_eq!(waiting.await.unwrap().unwrap(), 0);
        // Closing a second time is no error.
        theirs.close().await.unwrap();
        theirs.close().await.unwrap();
    });
}

fn a_reset_or_an_end_reaches_its_own_reader_and_no_other(host: Host) {
    const CONNECTIONS: usize = 20;
    host.runtime().block_on(async {
        let woken = Counter::new();
        let mut peers = Vec::new();
        let mut readers = Vec::new();
        for _ in 0..CONNECTIONS {
            let (mut ours, theirs) = pair().await;
            let woken = woken.clone();
            readers.push(spawn(async move {
                let read = ours.read(&mut [0; 1]).await;
                woken.add();
                (read, ours)
            }));
            peers.push(Some(theirs));
        }
        idle().await;
        assert_eq!(woken.get(), 0);

        // A reset: an error, for that one.
        let peer = peers[3].take().unwrap();
        set_socket_linger(&peer, Some(Duration::ZERO)).unwrap();
        drop(peer);
        let (read, _) = readers.remove(3).await.unwrap();
        assert_eq!(read.unwrap_err().kind(), ErrorKind::ConnectionReset);
        idle().await;
        assert_eq!(woken.get(), 1);

        // A half-open close: an end, for that one, which can still write.
        let mut peer = peers[9].take().unwrap();
        peer.shutdown(Shutdown::Write).unwrap();
        let (read, mut ours) = readers.remove(8).await.unwrap();
        assert_eq!(read.unwrap(), 0);
        ours.write_all(b"still there").await.unwrap();
        peer.read_exact(&mut [0; 11]).await.unwrap();
        idle().await;
        assert_eq!(woken.get(), 2);

        // The others are as before.
        for mut peer in peers.into_iter().flatten() {
            peer.write_all(b"x").await.unwrap();
        }
        for (read, _) in join_all(readers).await.into_iter().map(Result::unwrap) {
            assert_eq!(read.unwrap(), 1);
        }
        assert_eq!(woken.get(), CONNECTIONS);
    });
}

fn nothing_is_lost_when_a_wait_is_dropped(host: Host) {
    host.runtime().block_on(async {
        let (listener, address) = listener().await;
        for n in 1..=20_u8 {
            // An accept that is dropped just as the connection comes, sooner or later.
            let client = spawn(TcpStream::connect(address));
            let accept = Box::pin(listener.accept());
            let pause = Box::pin(sleep(Duration::from_micros(20 * u64::from(n))));
            let mut theirs = match select(accept, pause).await {
                futures_util::future::Either::Left((accepted, _)) => accepted.unwrap().0,
                futures_util::future::Either::Right(_) => listener.accept().await.unwrap().0,
            };
            let mut ours = client.await.unwrap().unwrap();
            ours.write_all(&[n]).await.unwrap();
            let mut byte = [0];
            let _ = timeout(Duration::ZERO, theirs.read(&mut byte)).await;
            if byte == [0] {
                theirs.read_exact(&mut byte).await.unwrap();
            }
            assert_eq!(byte, [n]);
        }

        let (ours, theirs) = (
            UdpSocket::bind("127.0.0.1:0").await.unwrap(),
            UdpSocket::bind("127.0.0.1:0").await.unwrap(),
        );
        let address = theirs.local_addr().unwrap();
        for n in 0..20 {
            let pause = Duration::from_micros(20 * u64::from(n));
            let mut byte = [0; 2];
            let dropped = timeout(pause, theirs.recv_from(&mut byte)).await;
            assert!(dropped.is_err());
            ours.send_to(&[n], address).await.unwrap();
            assert_eq!(theirs.recv_from(&mut byte).await.unwrap().0, 1);
            assert_eq!(byte[0], n);
        }
    });
}

fn several_coroutines_accept_from_one_listener(host: Host) {
    host.runtime().block_on(async {
        let (listener, address) = listener().await;
        let listener = std::rc::Rc::new(listener);
        let servers = (0..4_u8).map(|n| {
            let listener = listener.clone();
            spawn(async move {
                let (mut stream, _) = listener.accept().await.unwrap();
                stream.write_all(&[n]).await.unwrap();
            })
        });
        let servers = Vec::from_iter(servers);
        idle().await;
        let clients = (0..4).map(|_| async {
            let mut byte = [0];
            let mut stream = TcpStream::connect(address).await.unwrap();
            stream.read_exact(&mut byte).await.unwrap();
            byte[0]
        });
        let mut greetings = join_all(clients).await;
        greetings.sort_unstable();
        assert_eq!(greetings, [0, 1, 2, 3]);
        for server in servers {
            server.await.unwrap();
        }

        let mut incoming = listener.incoming();
        let client = TcpStream::connect(address).await.unwrap();
        let accepted = incoming.next().await.unwrap().unwrap();
        assert_eq!(accepted.peer_addr().unwrap(), client.local_addr().unwrap());
    });
}

fn datagrams_keep_their_bounds(host: Host) {
    host.runtime().block_on(async {
        let theirs = UdpSocket::bind(("localhost", 0)).await.unwrap();
        let family = theirs.local_addr().unwrap().ip();
        let ours = UdpSocket::bind((family, 0)).await.unwrap();
        let (here, there) = (ours.local_addr().unwrap(), theirs.local_addr().unwrap());
        assert_eq!(
            ours.peer_addr().unwrap_err().kind(),
            ErrorKind::NotConnected
        );
        let mut buffer = [0; 8];
        for message in ["one", "two", "three"] {
            let sent = ours.send_to(message.as_bytes(), ("localhost", there.port()));
            assert_eq!(sent.await.unwrap(), message.len());
        }
        for message in ["one", "two", "three"] {
            assert_eq!(theirs.peek_from(&mut buffer).await.unwrap().1, here);
            let (length, from) = theirs.recv_from(&mut buffer).await.unwrap();
            assert_eq!((&buffer[..length], from), (message.as_bytes(), here));
        }
        ours.connect(there).await.unwrap();
        theirs.connect(here).await.unwrap();
        assert_eq!(ours.peer_addr().unwrap(), there);
        ours.send(b"to you").await.unwrap();
        assert_eq!(theirs.peek(&mut buffer).await.unwrap(), 6);
        assert_eq!(theirs.recv(&mut buffer).await.unwrap(), 6);
        // Nobody there: the kernel tells whoever waits.
        drop(theirs);
        ours.send(b"anybody?").await.unwrap();
        let error = ours.recv(&mut buffer).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::ConnectionRefused);
    });
}

/// A name often has an IPv6 address first.
fn of_several_addresses_a_datagram_goes_to_one_of_the_sockets_family(host: Host) {
    host.runtime().block_on(async {
        let ours = UdpSocket::bind("127.0.0.1:0").await.unwrap();
        let here = ours.local_addr().unwrap();
        let addresses = [(Ipv6Addr::LOCALHOST, here.port()).into(), here];
        let sent = ours.send_to(b"to me", &addresses[..]).await;
        assert_eq!(sent.unwrap(), 5);
        let mut buffer = [0; 8];
        assert_eq!(ours.recv_from(&mut buffer).await.unwrap(), (5, here));
        // Where none is, the kernel says so.
        let sent = ours.send_to(b"to me", &addresses[..1]).await;
        sent.unwrap_err();
    });
}

fn options_are_those_of_the_kernel(host: Host) {
    host.runtime().block_on(async {
        let (stream, _peer) = pair().await;
        for nodelay in [true, false] {
            stream.set_nodelay(nodelay).unwrap();
            assert_eq!(stream.nodelay().unwrap(), nodelay);
        }
        stream.set_ttl(17).unwrap();
        assert_eq!(stream.ttl().unwrap(), 17);
        for idle in [Some(Duration::from_secs(9)), None] {
            stream.set_keepalive(idle).unwrap();
            assert_eq!(stream.keepalive().unwrap(), idle);
        }
        let refused = stream.set_keepalive(Some(Duration::from_secs(1 << 20)));
        assert_eq!(refused.unwrap_err().kind(), ErrorKind::InvalidInput);
        assert_eq!(stream.keepalive().unwrap(), None, "as before");
        let socket = UdpSocket::bind("127.0.0.1:0").await.unwrap();
        socket.set_ttl(18).unwrap();
        assert_eq!(socket.ttl().unwrap(), 18);
        let everybody = SocketAddr::from(([127, 255, 255, 255], 9));
        let error = socket.send_to(b"x", everybody).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::PermissionDenied);
        socket.set_broadcast(true).unwrap();
        socket.send_to(b"x", everybody).await.unwrap();
    });
}

fn sockets_come_from_std_and_go_back(host: Host) {
    host.runtime().block_on(async {
        let std_listener = net::TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let address = std_listener.local_addr().unwrap();
        let listener = TcpListener::from_std(std_listener).unwrap();
        let client = net::TcpStream::connect(address).unwrap();
        let mut client = TcpStream::try_from(client).unwrap();
        let (mut server, _) = listener.accept().await.unwrap();
        client.write_all(b"hello").await.unwrap();
        server.read_exact(&mut [0; 5]).await.unwrap();
        client.write_all(b"hello").await.unwrap();

        let server = server.into_std().unwrap();
        server.set_nonblocking(false).unwrap();
        (&server).read_exact(&mut [0; 5]).unwrap();
        assert!(server.as_fd().try_clone_to_owned().is_ok());
        // The descriptor is free to be registered again.
        TcpStream::from_std(server).unwrap();
        let listener = listener.into_std().unwrap();
        let error = listener.accept().unwrap_err();
        assert_eq!(error.kind(), ErrorKind::WouldBlock, "it stays non-blocking");
        let socket = net::UdpSocket::bind("127.0.0.1:0").unwrap();
        let socket = UdpSocket::try_from(socket).unwrap().into_std().unwrap();
        drop(socket);
    });
}

fn a_peek_leaves_the_data(host: Host) {
    host.runtime().block_on(async {
        let (mut ours, theirs) = pair().await;
        let peeked = spawn(async move {
            let mut buffer = [0; 8];
            let length = theirs.peek(&mut buffer).await?;
            assert_eq!(&buffer[..length], b"twice");
            let length = (&theirs).read(&mut buffer).await?;
            assert_eq!(&buffer[..length], b"twice");
            io::Result::Ok(())
        });
        idle().await;
        ours.write_all(b"twice").await.unwrap();
        peeked.await.unwrap().unwrap();
    });
}

on_every_host![
    names_and_addresses_lead_to_the_same_place,
    what_is_no_address_is_an_error,
    binding_tries_one_address_after_the_other,
    an_address_that_does_not_answer_costs_a_quarter_of_a_second,
    an_address_that_refuses_costs_nothing,
    connecting_in_vain_without_a_pause_starves_nobody,
    halves_end_their_own_direction,
    shutting_down_either_direction_ends_it,
    a_reset_or_an_end_reaches_its_own_reader_and_no_other,
    nothing_is_lost_when_a_wait_is_dropped,
    several_coroutines_accept_from_one_listener,
    datagrams_keep_their_bounds,
    of_several_addresses_a_datagram_goes_to_one_of_the_sockets_family,
    options_are_those_of_the_kernel,
    sockets_come_from_std_and_go_back,
    a_peek_leaves_the_data,
];

#[cfg(feature = "test-util")]
mod on_a_virtual_clock {
    use super::*;

    fn the_quarter_of_a_second_is_virtual(host: Host) {
        let rt = host.builder().start_paused(true).build().unwrap();
        rt.block_on(async {
            let (silent, _queue) = unresponsive();
            let (_listener, address) = listener().await;
            let start = glib_coro::time::now();
            let addresses = vec![silent; 9].into_iter().chain([address]);
            let stream = TcpStream::connect(Vec::from_iter(addresses)).await.unwrap();
            assert_eq!(stream.peer_addr().unwrap(), address);
            let waited = glib_coro::time::now() - start;
            assert_eq!(waited, 9 * Duration::from_millis(250));
        });
    }

    on_every_host![the_quarter_of_a_second_is_virtual];
}
