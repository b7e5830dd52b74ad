//! A client that sends what it is told to, byte by byte, and reads what a server answers.

use std::collections::BTreeMap;
use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{Shutdown, SocketAddr, TcpStream};

use crate::support::PATIENCE;

/// A connection.
pub(super) struct Client(BufReader<TcpStream>);

/// An answer, its body taken out of its chunks.
#[derive(Debug)]
pub(super) struct Answer {
    pub(super) status: u16,
    pub(super) headers: BTreeMap<String, String>,
    pub(super) body: Vec<u8>,
}

impl Client {
    pub(super) fn connect(address: SocketAddr) -> Self {
        let stream = TcpStream::connect(address).expect("somebody listens");
        let patience = Some(PATIENCE);
        stream.set_read_timeout(patience).expect("a time-out");
        stream.set_write_timeout(patience).expect("a time-out");
        stream.set_nodelay(true).expect("an option");
        Self(BufReader::new(stream))
    }

    /// Sends some bytes, unless the server has closed the connection.
    pub(super) fn try_send(&self, bytes: impl AsRef<[u8]>) -> io::Result<()> {
        self.0.get_ref().write_all(bytes.as_ref())
    }

    pub(super) fn send(&self, bytes: impl AsRef<[u8]>) {
        self.try_send(bytes).expect("the server listens");
    }

    /// Asks for a page.
    pub(super) fn get(&mut self, path: &str) -> Answer {
        self.send(format!("GET {path} HTTP/1.1\r\nhost: test\r\n\r\n"));
        self.answer().expect("an answer")
    }

    /// Sends a body and gets it back.
    pub(super) fn echo(&mut self, body: &str) -> Answer {
        self.send(post(body));
        self.answer().expect("an answer")
    }

    /// The next answer; `None` when the server has closed the connection.
    pub(super) fn answer(&mut self) -> Option<Answer> {
        let (status, headers) = self.head()?;
        let mut body = Vec::new();
        if let Some(length) = headers.get("content-length") {
            body.resize(length.parse().expect("a number"), 0);
            self.0.read_exact(&mut body).expect("a whole body");
        } else {
            while let Some(chunk) = self.chunk() {
                body.extend(chunk);
            }
        }
        Some(Answer {
            status,
            headers,
            body,
        })
    }

    /// The status and the headers of the next answer.
    pub(super) fn head(&mut self) -> Option<(u16, BTreeMap<String, String>)> {
        let first = self.line()?;
        let status = first.strip_prefix("HTTP/1.1 ").expect("an answer");
        let status = status[..3].parse().expect("a status");
        let mut headers = BTreeMap::new();
        loop {
            let line = self.line().expect("the end of the headers");
            let Some((name, value)) = line.split_once(": ") else {
                assert_eq!(line, "");
                return Some((status, headers));
            };
            headers.insert(name.to_owned(), value.to_owned());
        }
    }

    /// The next chunk of a body; `None` after the last.
    pub(super) fn chunk(&mut self) -> Option<Vec<u8>> {
        let size = self.line().expect("a chunk");
        let size = usize::from_str_radix(&size, 16).expect("a size");
        let mut chunk = vec![0; size + 2];
        self.0.read_exact(&mut chunk).expect("a whole chunk");
        assert_eq!(chunk.split_off(size), b"\r\n");
        (size > 0).then_some(chunk)
    }

    /// Waits until the server closes the connection, and returns what it said before.
    pub(super) fn closing(&mut self) -> Vec<u8> {
        let mut said = Vec::new();
        match self.0.read_to_end(&mut said) {
            Ok(_) => {}
            // This is how a connection closes on which data is still under way.
            Err(error) if is_gone(&error) => {}
            Err(error) => panic!("the connection stays open: {error}"),
        }
        said
    }

    /// Closes one direction or both, and goes.
    pub(super) fn leave(self, how: Shutdown) {
        self.0.get_ref().shutdown(how).expect("a connection");
    }

    /// Says that there will be no more to read.
    pub(super) fn end_sending(&self) {
        let ended = self.0.get_ref().shutdown(Shutdown::Write);
        ended.expect("a connection");
    }

    /// From here on, what would wait is an error.
    pub(super) fn nonblocking(&self) {
        self.0.get_ref().set_nonblocking(true).expect("an option");
    }

    fn line(&mut self) -> Option<String> {
        let mut line = String::new();
        match self.0.read_line(&mut line) {
            Ok(0) => None,
            Ok(_) => Some(line.trim_end().to_owned()),
            Err(error) if is_gone(&error) => None,
            Err(error) => panic!("no answer: {error}"),
        }
    }
}

fn is_gone(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::ConnectionReset | io::ErrorKind::BrokenPipe
    )
}

/// A request to send a body back.
pub(super) fn post(body: &str) -> String {
    let length = body.len();
    format!("POST /echo HTTP/1.1\r\nhost: test\r\ncontent-length: {length}\r\n\r\n{body}")
}
