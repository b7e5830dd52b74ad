//! TCP connections, both ends of each in the same loop.

use std::net::{TcpListener, TcpStream};

use crate::contestants::{Contestant, Stream};
use crate::floor::sockets;
use crate::track::{Track, everybody};
use crate::work::Work;

/// `CONNECTIONS` clients send `BYTES` bytes each and wait for them to come back.
#[derive(Debug)]
pub struct Echo<const CONNECTIONS: u64, const BYTES: usize>;

impl<const CONNECTIONS: u64, const BYTES: usize> Work for Echo<CONNECTIONS, BYTES> {
    const BATCH: u64 = CONNECTIONS;

    /// The clients' ends.
    type State<C: Contestant> = Vec<C::Tcp>;

    async fn prepare<C: Contestant>() -> Vec<C::Tcp> {
        let pairs = connections(CONNECTIONS);
        let clients = pairs.into_iter().map(|(near, far)| {
            let mut far = C::tcp(far);
            C::detach(async move {
                let mut buffer = vec![0; BYTES];
                loop {
                    far.read(&mut buffer).await;
                    far.write(&buffer).await;
                }
            });
            C::tcp(near)
        });
        clients.collect()
    }

    async fn run<C: Contestant>(clients: &mut Vec<C::Tcp>, batches: u64) -> u64 {
        let tasks: Vec<_> = clients
            .drain(..)
            .map(|mut client| {
                C::spawn(async move {
                    let (mut message, mut answer) = (vec![0; BYTES], vec![0; BYTES]);
                    let mut echoed = 0;
                    for number in 0..batches {
                        message[BYTES - 1] = number as u8;
                        client.write(&message).await;
                        client.read(&mut answer).await;
                        echoed += u64::from(answer[BYTES - 1] == number as u8);
                    }
                    (client, echoed)
                })
            })
            .collect();
        let mut echoed = 0;
        for task in tasks {
            let (client, messages) = task.await;
            clients.push(client);
            echoed += messages;
        }
        echoed
    }
}

/// Connections over the loopback device, not blocking and without Nagle's delay.
pub fn connections(number: u64) -> Vec<(TcpStream, TcpStream)> {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let address = listener.local_addr().expect("it is bound");
    let connect = |_| {
        let near = TcpStream::connect(address).expect("it listens");
        let (far, _) = listener.accept().expect("somebody is there");
        for end in [&near, &far] {
            end.set_nonblocking(true).expect("a socket can do that");
            end.set_nodelay(true).expect("a socket can do that");
        }
        (near, far)
    };
    (0..number).map(connect).collect()
}

/// In what all of it is measured.
pub const UNIT: &str = "messages/s";

fn add<const CONNECTIONS: u64, const BYTES: usize>(
    tracks: &mut Vec<Track>,
    quantity: &'static str,
) {
    tracks.extend(everybody::<Echo<CONNECTIONS, BYTES>>(quantity));
    let floor = sockets::echo::<CONNECTIONS, BYTES>;
    tracks.push(Track::floor(quantity, CONNECTIONS, floor));
}

/// Everybody, and by hand.
pub fn tracks() -> Vec<Track> {
    let mut tracks = Vec::new();
    add::<1, 64>(&mut tracks, "1 × 64 B");
    add::<100, 64>(&mut tracks, "100 × 64 B");
    add::<1_000, 64>(&mut tracks, "1,000 × 64 B");
    add::<1, 65_536>(&mut tracks, "1 × 64 KiB");
    add::<100, 65_536>(&mut tracks, "100 × 64 KiB");
    add::<1_000, 65_536>(&mut tracks, "1,000 × 64 KiB");
    tracks
}
