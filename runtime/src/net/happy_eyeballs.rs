//! Connecting to the best of several addresses: [RFC 8305](https://www.rfc-editor.org/rfc/rfc8305).

use std::collections::VecDeque;
use std::io;
use std::net::{self, SocketAddr};
use std::time::Duration;

use futures_util::StreamExt;
use futures_util::stream::FuturesUnordered;

use crate::Async;
use crate::time::timeout;

/// How long an attempt is left alone before the next one starts: the "Connection Attempt Delay" of section 5.
const DELAY: Duration = Duration::from_millis(250);

/// Connects to whichever address answers first; the others' attempts are given up then.
///
/// The error, if all fail, is that of the first address, which the system prefers.
pub(super) async fn connect(addresses: Vec<SocketAddr>) -> io::Result<Async<net::TcpStream>> {
    if let [address] = *addresses {
        return Async::<net::TcpStream>::connect(address).await;
    }
    let mut waiting = interleave(addresses).into_iter().enumerate();
    let mut attempts = FuturesUnordered::new();
    let mut errors = Vec::new();
    loop {
        let next = waiting.next();
        let is_last = next.is_none();
        attempts.extend(next.map(async |(number, address)| {
            let attempt = Async::<net::TcpStream>::connect(address).await;
            attempt.map_err(|error| (number, error))
        }));
        let ended = if is_last {
            attempts.next().await
        } else {
            match timeout(DELAY, attempts.next()).await {
                Ok(ended) => ended,
                Err(_) => continue,
            }
        };
        match ended {
            Some(Ok(stream)) => return Ok(stream),
            Some(Err(error)) => errors.push(error),
            None => break,
        }
    }
    let first = errors.into_iter().min_by_key(|&(number, _)| number);
    Err(first.map_or(io::ErrorKind::InvalidInput.into(), |(_, error)| error))
}

/// The families take turns, beginning with that of the first address (section 4); within a family the order
/// stays, which is the system's (RFC 6724).
fn interleave(addresses: Vec<SocketAddr>) -> Vec<SocketAddr> {
    let Some(first) = addresses.first().copied() else {
        return addresses;
    };
    let number = addresses.len();
    let (mut ours, mut others): (VecDeque<_>, VecDeque<_>) = addresses
        .into_iter()
        .partition(|address| address.is_ipv4() == first.is_ipv4());
    let mut sorted = Vec::with_capacity(number);
    while sorted.len() < number {
        sorted.extend(ours.pop_front());
        sorted.extend(others.pop_front());
    }
    sorted
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn families_take_turns() {
        let sort = |addresses: &[&str]| -> Vec<String> {
            let addresses = addresses.iter().map(|address| address.parse().unwrap());
            let sorted = interleave(addresses.collect());
            sorted.iter().map(ToString::to_string).collect()
        };
        let (a, b, c) = ("[::1]:1", "[::2]:1", "[::3]:1");
        let (x, y) = ("127.0.0.1:1", "127.0.0.2:1");
        assert_eq!(sort(&[a, b, c, x, y]), [a, x, b, y, c]);
        assert_eq!(sort(&[x, a, b, c]), [x, a, b, c]);
        assert_eq!(sort(&[x, y]), [x, y]);
        assert_eq!(sort(&[]), [""; 0]);
    }
}
