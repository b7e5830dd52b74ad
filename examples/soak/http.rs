//! The example server, and clients that never leave it alone. Some of them break off.

use std::net::{Ipv4Addr, SocketAddr};
use std::num::NonZeroUsize;
use std::time::Duration;

use glib_coro::net::TcpListener;
use glib_coro::task::{CancellationToken, JoinSet};
use glib_coro::{sleep, spawn};
use glib_coro_examples::http::client::Download;
use glib_coro_examples::http::server::{self, Limits};
use glib_coro_examples::log::Log;

use crate::ledger::REQUESTS;

const CLIENTS: u32 = 10;
/// Between two requests of one client.
const PAUSE: Duration = Duration::from_millis(90);
const LIMITS: Limits = Limits {
    header: 16_384,
    body: 65_536,
    idle: Duration::from_secs(30),
    connections: NonZeroUsize::new(100).expect("some"),
    grace: Duration::from_secs(30),
};

pub(crate) async fn run(stop: CancellationToken) {
    let address = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
    let listener = TcpListener::bind(address).await.expect("a free port");
    let address = listener.local_addr().expect("an address");
    let end = CancellationToken::new();
    let step = Duration::from_millis(1);
    let server = spawn(server::serve(
        listener,
        LIMITS,
        step,
        end.clone(),
        Log::Quiet,
    ));
    let mut clients = JoinSet::new();
    for number in 0..CLIENTS {
        clients.spawn(client(address, number, stop.clone()));
    }
    while let Some(ended) = clients.join_next().await {
        ended.expect("a client does not fail");
    }
    end.cancel();
    let served = server.await.expect("the server is not aborted");
    served.expect("the server does not fail");
}

async fn client(server: SocketAddr, number: u32, stop: CancellationToken) {
    while !stop.is_cancelled() {
        let begun = REQUESTS.begin();
        match number {
            0 => {
                let mut download = begin(server, "/stream?lines=1000").await;
                let first = download.next().await.expect("the server answers");
                assert!(first.is_some(), "there are lines");
                // Breaks off, as a reader does who has seen enough.
            }
            1 => assert_eq!(lines(server, "/stream?lines=20").await, 20),
            _ => assert!(lines(server, "/").await > 5),
        }
        drop(begun);
        sleep(PAUSE).await;
    }
}

async fn begin(server: SocketAddr, path: &str) -> Download {
    let begun = Download::begin(server, path).await;
    begun.unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// Downloads a text, and counts its lines.
async fn lines(server: SocketAddr, path: &str) -> usize {
    let mut download = begin(server, path).await;
    let mut lines = 0;
    while let Some(piece) = download.next().await.expect("the server goes on") {
        lines += piece.iter().filter(|byte| **byte == b'\n').count();
    }
    lines
}
