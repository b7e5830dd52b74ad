//! The client: asks for one sequence per connection.

use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use futures_util::AsyncWriteExt;
use futures_util::io::BufReader;
use glib_coro::net::TcpStream;
use glib_coro::timeout;
use num_bigint::BigInt;

use crate::line::{invalid, read_line};
use crate::while_trying;

/// The longest value that is accepted; sequences rise far above their start.
const VALUE_LIMIT: usize = 1 << 16;
/// How long a server may take for anything.
const PATIENCE: Duration = Duration::from_secs(3600);

/// The answer to one question, as it comes in.
#[derive(Debug)]
pub struct Answer {
    stream: BufReader<TcpStream>,
}

impl Answer {
    /// Connects to a server and asks it for the sequence of a number.
    pub async fn to(number: &BigInt, server: SocketAddr) -> io::Result<Self> {
        let mut stream = timeout(PATIENCE, TcpStream::connect(server))
            .await?
            .map_err(while_trying(format_args!("cannot connect to {server}")))?;
        let request = format!("{number}\n");
        timeout(PATIENCE, stream.write_all(request.as_bytes()))
            .await?
            .map_err(while_trying(format_args!("cannot send to {server}")))?;
        Ok(Self {
            stream: BufReader::new(stream),
        })
    }

    /// The next value, in decimal digits; `None` at the end.
    pub async fn next(&mut self) -> io::Result<Option<String>> {
        let line = timeout(PATIENCE, read_line(&mut self.stream, VALUE_LIMIT)).await??;
        match line {
            // Nothing else reaches a terminal.
            Some(value) if value.is_empty() || !value.bytes().all(|byte| byte.is_ascii_digit()) => {
                Err(invalid("the server sends something that is no number"))
            }
            value => Ok(value),
        }
    }
}
