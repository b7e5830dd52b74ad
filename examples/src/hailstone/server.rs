//! The server: one coroutine per connection, and bounds on all that comes from outside.

use std::convert::Infallible;
use std::io;
use std::net::SocketAddr;
use std::num::NonZeroUsize;
use std::time::Duration;

use futures_util::io::BufReader;
use futures_util::{AsyncWriteExt, FutureExt};
use glib_coro::net::{TcpListener, TcpStream};
use glib_coro::task::JoinSet;
use glib_coro::{sleep, timeout, yield_now};

use super::sequence::Hailstone;
use crate::accept::{accept, bury};
use crate::line::{invalid, read_line};
use crate::log::Log;
use crate::while_trying;

/// The longest request, its end of line included.
const REQUEST_LIMIT: usize = 4096;
/// The wait for a port that is in use.
const PORT_WAIT: Duration = Duration::from_secs(5);

/// How the server treats its connections.
#[derive(Clone, Copy, Debug)]
pub struct Manners {
    /// A connection sends a value after every 0 to 9 tenths of this.
    pub step: Duration,
    /// How long a client may take to send its request, or to make room for a value.
    pub patience: Duration,
    /// How many connections there may be at once; others wait to be accepted.
    pub connections: NonZeroUsize,
}

/// Starts to listen, as soon as nobody else does.
pub async fn bind(address: SocketAddr, log: Log) -> io::Result<TcpListener> {
    loop {
        match TcpListener::bind(address).await {
            Err(error) if error.kind() == io::ErrorKind::AddrInUse => {
                log.line("Wait for port to be freed...");
                sleep(PORT_WAIT).await;
            }
            bound => {
                let listener =
                    bound.map_err(while_trying(format_args!("cannot listen on {address}")))?;
                log.line("Address bound.");
                return Ok(listener);
            }
        }
    }
}

/// Serves until accepting fails for good. Its connections end with it.
pub async fn serve(listener: TcpListener, manners: Manners, log: Log) -> io::Result<Infallible> {
    let mut connections = JoinSet::new();
    loop {
        while let Some(Some(ended)) = connections.join_next().now_or_never() {
            bury(ended);
        }
        while connections.len() >= manners.connections.get()
            && let Some(ended) = connections.join_next().await
        {
            bury(ended);
        }
        let (stream, peer) = accept(&listener).await?;
        log.line(format_args!("connect from {peer}"));
        connections.insert(respond(stream, peer, manners, log));
    }
}

/// One connection, from its request to its end.
#[glib_coro::coroutine]
async fn respond(stream: TcpStream, peer: SocketAddr, manners: Manners, log: Log) {
    match converse(stream, manners).await {
        Err(error) if !is_hang_up(&error) => log.line(format_args!("close conn {peer}: {error}")),
        _ => log.line(format_args!("close conn {peer}")),
    }
}

/// Reads a number, sends its sequence.
async fn converse(stream: TcpStream, manners: Manners) -> io::Result<()> {
    let delay = manners.step / 10 * fastrand::u32(0..10);
    let mut stream = BufReader::new(stream);
    let sequence = timeout(manners.patience, read_request(&mut stream)).await??;
    for value in sequence {
        if delay.is_zero() {
            yield_now().await; // a client that reads fast must not keep the others waiting
        } else {
            sleep(delay).await;
        }
        let line = format!("{value}\n");
        timeout(manners.patience, stream.write_all(line.as_bytes())).await??;
    }
    stream.close().await
}

async fn read_request(stream: &mut BufReader<TcpStream>) -> io::Result<Hailstone> {
    let line = read_line(stream, REQUEST_LIMIT).await?;
    let line = line.ok_or_else(|| invalid("no request"))?;
    if !stream.buffer().trim_ascii().is_empty() {
        return Err(invalid("more than one request"));
    }
    Hailstone::parse(line.trim()).ok_or_else(|| invalid("the request is no number above 1"))
}

/// Whether the client has just gone away, which is its right.
fn is_hang_up(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::BrokenPipe | io::ErrorKind::ConnectionReset
    )
}
