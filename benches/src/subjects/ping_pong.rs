//! One byte to and fro between two tasks.

use crate::contestants::{Contestant, Stream, unix_pair};
use crate::floor::sockets;
use crate::track::{Track, everybody};
use crate::work::Work;

/// Round trips over a socket pair.
#[derive(Debug)]
pub struct PingPong;

impl Work for PingPong {
    const BATCH: u64 = 1;

    type State<C: Contestant> = ();

    async fn prepare<C: Contestant>() {}

    async fn run<C: Contestant>((): &mut (), batches: u64) -> u64 {
        let (near, far) = unix_pair();
        let (mut near, mut far) = (C::unix(near), C::unix(far));
        let echo = C::spawn(async move {
            let mut byte = [0];
            for _ in 0..batches {
                far.read(&mut byte).await;
                far.write(&byte).await;
            }
        });
        let ping = C::spawn(async move {
            let mut trips = 0;
            for trip in 0..batches {
                let (byte, mut answer) = ([trip as u8], [0]);
                near.write(&byte).await;
                near.read(&mut answer).await;
                trips += u64::from(answer == byte);
            }
            trips
        });
        echo.await;
        ping.await
    }
}

/// In what all of it is measured.
pub const UNIT: &str = "ns per round trip";

/// Everybody, and by hand.
pub fn tracks() -> Vec<Track> {
    let mut tracks = everybody::<PingPong>("1 byte");
    tracks.push(Track::floor("1 byte", 1, sockets::ping_pong));
    tracks
}
