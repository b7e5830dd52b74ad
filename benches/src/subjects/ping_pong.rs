//! One byte to and fro between two tasks.

use super::Subject;
use crate::contestants::Contestant;

/// Round trips over a socket pair.
#[derive(Debug)]
pub struct PingPong;

impl Subject for PingPong {
    const BATCH: u64 = 1;

    async fn run<C: Contestant>(batches: u64) -> u64 {
        let (mut near, mut far) = C::pair();
        let echo = C::spawn(async move {
            for _ in 0..batches {
                let byte = C::read(&mut far).await;
                C::write(&mut far, byte).await;
            }
        });
        let ping = C::spawn(async move {
            let mut trips = 0;
            for trip in 0..batches {
                let byte = trip as u8;
                C::write(&mut near, byte).await;
                trips += u64::from(C::read(&mut near).await == byte);
            }
            trips
        });
        echo.await;
        ping.await
    }
}
