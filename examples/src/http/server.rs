//! The server: one coroutine per connection, limits on all that comes from outside, and a graceful end.

use std::convert::Infallible;
use std::io;
use std::net::SocketAddr;
use std::num::NonZeroUsize;
use std::pin::pin;
use std::rc::Rc;
use std::time::Duration;

use futures_util::FutureExt;
use glib_coro::compat::hyper::{Io, Timer};
use glib_coro::net::{TcpListener, TcpStream};
use glib_coro::task::{CancellationToken, JoinSet};
use glib_coro::{select, timeout};
use hyper::server::conn::http1;
use hyper::service::service_fn;

use super::answers::answer;
use super::patient::Patient;
use crate::accept::{accept, bury};
use crate::log::Log;
use crate::while_trying;

/// What a client may use up.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// The bytes of a request's header.
    pub header: usize,
    /// The bytes of a request's body.
    pub body: usize,
    /// The time for a header, for a body, between two requests, and until there is room to send more.
    pub idle: Duration,
    /// How many connections there may be at once; others wait to be accepted.
    pub connections: NonZeroUsize,
    /// The time for requests under way when the server ends.
    pub grace: Duration,
}

/// The least that hyper's buffers hold.
const LEAST_BUFFER: usize = 8192;

/// What all connections share.
#[derive(Debug)]
pub(super) struct Site {
    pub(super) limits: Limits,
    /// The pause between two lines of a stream, and between two events.
    pub(super) step: Duration,
    /// Cancelled when the server is to end.
    pub(super) stop: CancellationToken,
    http: http1::Builder,
}

/// Starts to listen.
pub async fn bind(address: SocketAddr, log: Log) -> io::Result<TcpListener> {
    let attempt = format!("cannot listen on {address}");
    let listener = TcpListener::bind(address).await;
    let listener = listener.map_err(while_trying(attempt))?;
    log.line(format_args!(
        "listening on http://{}/",
        listener.local_addr()?
    ));
    Ok(listener)
}

/// Serves until told to stop, and then until the requests under way are answered or the grace is over.
pub async fn serve(
    listener: TcpListener,
    limits: Limits,
    step: Duration,
    stop: CancellationToken,
    log: Log,
) -> io::Result<()> {
    let mut http = http1::Builder::new();
    http.timer(Timer)
        .header_read_timeout(limits.idle)
        // A client that has said all may end its direction, and is answered all the same.
        .half_close(true)
        .max_header_size(limits.header)
        // Of what a connection has read and not used, and of what it has to send.
        .max_buf_size(limits.header.max(LEAST_BUFFER));
    let site = Rc::new(Site {
        limits,
        step,
        stop,
        http,
    });
    let mut connections = JoinSet::new();
    let accepting = accept_all(&listener, &mut connections, &site);
    if let Some(failed) = site.stop.run_until_cancelled(accepting).await {
        match failed? {}
    }
    drop(listener); // whoever comes now is refused
    bury_all(&mut connections);
    log.line(format_args!("ending, {} open", connections.len()));
    let finished = async {
        while let Some(ended) = connections.join_next().await {
            bury(ended);
        }
    };
    if timeout(limits.grace, finished).await.is_err() {
        log.line(format_args!("the grace is over, {} cut", connections.len()));
        connections.shutdown().await;
    }
    Ok(())
}

/// Accepts until that fails for good, a limited number of connections at once.
async fn accept_all(
    listener: &TcpListener,
    connections: &mut JoinSet<()>,
    site: &Rc<Site>,
) -> io::Result<Infallible> {
    loop {
        bury_all(connections);
        while connections.len() >= site.limits.connections.get()
            && let Some(ended) = connections.join_next().await
        {
            bury(ended);
        }
        let (stream, _) = accept(listener).await?;
        connections.insert(converse(stream, site));
    }
}

/// Forgets the connections that have ended.
fn bury_all(connections: &mut JoinSet<()>) {
    while let Some(Some(ended)) = connections.join_next().now_or_never() {
        bury(ended);
    }
}

/// One connection, from its first request to its last.
#[glib_coro::coroutine]
async fn converse(stream: TcpStream, site: &Rc<Site>) {
    // Answers are whole when they are sent: nothing is gained by waiting for more.
    let _ = stream.set_nodelay(true);
    let stream = Patient::new(stream, site.limits.idle);
    let service = service_fn(|request| async {
        let answered = answer(request, site).await;
        Ok::<_, Infallible>(answered)
    });
    let connection = site.http.serve_connection(Io::new(stream), service);
    let mut connection = pin!(connection);
    // How a connection ends is its client's business, who may be gone or send nonsense.
    select! {
        _ = connection.as_mut().fuse() => return,
        () = site.stop.cancelled().fuse() => {}
    }
    connection.as_mut().graceful_shutdown();
    let _ = connection.await;
}
