//! A client, for one request at a time.

use std::error::Error;
use std::net::SocketAddr;

use bytes::Bytes;
use glib_coro::compat::hyper::Io;
use glib_coro::net::TcpStream;
use glib_coro::spawn;
use http_body_util::{BodyExt, Empty};
use hyper::Request;
use hyper::body::Incoming;
use hyper::client::conn::http1;
use hyper::header::HOST;

/// The body of an answer, and the connection that it comes over. Dropping it closes that.
#[derive(Debug)]
pub struct Download {
    body: Incoming,
    _connection: glib_coro::task::AbortOnDrop<hyper::Result<()>>,
}

impl Download {
    /// Asks for a path.
    ///
    /// # Errors
    ///
    /// If the server cannot be reached, breaks off, or answers with anything but success.
    pub async fn begin(server: SocketAddr, path: &str) -> Result<Self, Box<dyn Error>> {
        let stream = TcpStream::connect(server).await?;
        let (mut sender, connection) = http1::handshake(Io::new(stream)).await?;
        let connection = spawn(connection).abort_on_drop();
        let request = Request::get(path).header(HOST, server.to_string());
        let answer = sender
            .send_request(request.body(Empty::<Bytes>::new())?)
            .await?;
        if !answer.status().is_success() {
            return Err(format!("the server says {}", answer.status()).into());
        }
        Ok(Self {
            body: answer.into_body(),
            _connection: connection,
        })
    }

    /// The next piece; `None` at the end.
    ///
    /// # Errors
    ///
    /// If the server breaks off.
    pub async fn next(&mut self) -> Result<Option<Bytes>, Box<dyn Error>> {
        while let Some(frame) = self.body.frame().await {
            if let Ok(data) = frame?.into_data() {
                return Ok(Some(data));
            }
        }
        Ok(None)
    }
}
