//! Accepting connections, come what may.

use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use glib_coro::net::{TcpListener, TcpStream};
use glib_coro::{JoinError, sleep};
use rustix::io::Errno;

use crate::while_trying;

/// The wait for descriptors, when there are none left.
const DESCRIPTOR_WAIT: Duration = Duration::from_millis(200);

/// Accepts the next connection, however long it takes for descriptors to be free.
pub async fn accept(listener: &TcpListener) -> io::Result<(TcpStream, SocketAddr)> {
    let mut waiting = false;
    loop {
        let error = match listener.accept().await {
            Ok(accepted) => return Ok(accepted),
            Err(error) => error,
        };
        match Errno::from_io_error(&error) {
            Some(Errno::MFILE | Errno::NFILE | Errno::NOBUFS | Errno::NOMEM) => {
                if !waiting {
                    eprintln!("cannot accept for now: {error}");
                    waiting = true;
                }
                sleep(DESCRIPTOR_WAIT).await;
            }
            // A client that left before it was accepted.
            Some(Errno::CONNABORTED | Errno::CONNRESET | Errno::PROTO | Errno::INTR) => {}
            _ => return Err(while_trying("cannot accept connections")(error)),
        }
    }
}

/// A connection that panicked takes nothing with it, but is no secret.
pub fn bury(ended: Result<(), JoinError>) {
    if let Err(panic) = ended {
        eprintln!("a connection ended badly: {panic}");
    }
}
