//! The HTTP server, faced with clients of every kind.

mod client;
mod hostile;
mod real_clients;

use std::fs;
use std::net::{SocketAddr, TcpListener};

use client::{Answer, Client, post};

use crate::support::{Program, header, on_both_loops, run, wait_until};

/// A server that listens.
struct Server {
    program: Program,
    address: SocketAddr,
}

impl Server {
    fn start(setting: &str, options: &[&str]) -> Self {
        let mut args = vec!["--address=127.0.0.1:0"];
        args.extend(options);
        let program = Program::start("http_server", setting, &args);
        assert_eq!(program.line(), header(setting));
        let line = program.line();
        let address = line.strip_prefix("listening on http://");
        let address = address.and_then(|rest| rest.strip_suffix('/'));
        let address = address.and_then(|address| address.parse().ok());
        let address = address.unwrap_or_else(|| panic!("{line}"));
        Self { program, address }
    }

    fn client(&self) -> Client {
        Client::connect(self.address)
    }

    /// Answers as on the first day. A client that was too slow, on a busy machine, tries again.
    #[track_caller]
    fn is_alive(&self) {
        wait_until(|| {
            let mut client = self.client();
            let answer = match client.try_send(post("alive?")) {
                Ok(()) => client.answer(),
                Err(_) => None,
            };
            answer
                .inspect(|answer| assert_text(answer, 200, "alive?"))
                .is_some()
        });
    }

    /// How many descriptors the server has open.
    fn descriptors(&self) -> usize {
        let list = fs::read_dir(format!("/proc/{}/fd", self.program.id()));
        list.expect("the server runs").count()
    }

    /// The most memory that the server has had so far, in KiB.
    fn peak_memory(&self) -> usize {
        let status = fs::read_to_string(format!("/proc/{}/status", self.program.id()));
        let status = status.expect("the server runs");
        let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
        let peak = peak.and_then(|peak| peak.trim().strip_suffix(" kB"));
        peak.expect("a size").parse().expect("a number")
    }
}

#[track_caller]
fn assert_text(answer: &Answer, status: u16, text: &str) {
    let body = String::from_utf8_lossy(&answer.body);
    assert_eq!((answer.status, &*body), (status, text), "{answer:?}");
}

on_both_loops! {
    fn answers_what_it_is_asked(setting) {
        let server = Server::start(setting, &["--step=0"]);
        let mut client = server.client();
        let welcome = client.get("/");
        assert!(welcome.body.starts_with(b"hello from a coroutine\n"));
        assert!(welcome.headers["content-type"].starts_with("text/plain"));
        assert_text(&client.echo("äöü"), 200, "äöü");
        assert_text(&client.echo(""), 200, "");
        let stream = client.get("/stream?lines=3");
        assert_eq!(stream.headers["transfer-encoding"], "chunked");
        assert_text(&stream, 200, "line 1\nline 2\nline 3\n");
        assert_text(&client.get("/stream?lines=0"), 200, "");
        assert_eq!(client.get("/stream").body.split(|b| *b == b'\n').count(), 11);
        assert!(client.get("/watch").headers["content-type"].starts_with("text/html"));
        for bad in ["?lines=", "?lines=-1", "?lines=1e3", "?lines=18446744073709551616", "?line=1", "?"] {
            assert_text(&client.get(&format!("/stream{bad}")), 400, "400 Bad Request\n");
        }
        assert_text(&client.get("/nowhere"), 404, "404 Not Found\n");
        assert_eq!(client.get("/echo").headers["allow"], "POST");
        for path in ["/", "/stream", "/events", "/watch"] {
            client.send(format!("DELETE {path} HTTP/1.1\r\nhost: test\r\n\r\n"));
            let answer = client.answer().expect("an answer");
            assert_eq!((answer.status, &*answer.headers["allow"]), (405, "GET, HEAD"));
        }
        // All of it over one connection.
        assert_text(&client.echo("still here"), 200, "still here");
    }

    fn events_go_on_where_the_client_was_cut_off(setting) {
        let server = Server::start(setting, &["--step=0"]);
        let event = |n: u64| format!("id: {n}\ndata: event {n}\n\n");
        for (seen, first) in [("", 1), ("x", 1), ("-1", 1), ("41", 42)] {
            let mut client = server.client();
            client.send(format!("GET /events HTTP/1.1\r\nhost: test\r\nlast-event-id: {seen}\r\n\r\n"));
            let (status, headers) = client.head().expect("an answer");
            assert_eq!((status, &*headers["content-type"]), (200, "text/event-stream"));
            for n in first..first + 5 {
                assert_eq!(client.chunk().expect("an event"), event(n).as_bytes());
            }
        }
        // There are no more numbers after these.
        let mut client = server.client();
        let last = u64::MAX - 2;
        client.send(format!("GET /events HTTP/1.1\r\nhost: test\r\nlast-event-id: {last}\r\n\r\n"));
        let answer = client.answer().expect("an answer");
        assert_text(&answer, 200, &(event(u64::MAX - 1) + &event(u64::MAX)));
    }

    fn sigterm_finishes_what_is_under_way_and_nothing_else(setting) {
        let server = Server::start(setting, &["--step=0.05", "--grace=1000", "--max-idle=1000"]);
        let mut idle = server.client();
        assert_text(&idle.echo("x"), 200, "x");
        let mut watching = server.client();
        watching.send("GET /events HTTP/1.1\r\nhost: test\r\n\r\n");
        watching.head().expect("an answer");
        let mut under_way = server.client();
        under_way.send("GET /stream?lines=10 HTTP/1.1\r\nhost: test\r\n\r\n");
        under_way.head().expect("an answer");
        assert_eq!(under_way.chunk().expect("the first line"), b"line 1\n");
        server.program.terminate();
        assert_eq!(server.program.line(), "ending, 3 open");
        assert_eq!(idle.closing(), b"");
        // The events end in order, with a last chunk.
        while watching.chunk().is_some() {}
        assert_eq!(watching.closing(), b"");
        drop(TcpListener::bind(server.address).expect("nobody listens any more"));
        for n in 2..=10 {
            assert_eq!(under_way.chunk().expect("a line"), format!("line {n}\n").as_bytes());
        }
        assert_eq!(under_way.chunk(), None);
        assert_eq!(under_way.closing(), b"");
        assert_eq!(server.program.end().well(), [""; 0]);
    }

    fn what_outlasts_the_grace_is_cut(setting) {
        let server = Server::start(setting, &["--step=1000", "--grace=0.1"]);
        let mut endless = server.client();
        endless.send("GET /stream HTTP/1.1\r\nhost: test\r\n\r\n");
        endless.head().expect("an answer");
        server.program.interrupt(); // Ctrl-C does the same
        endless.closing();
        let said = server.program.end().well();
        assert_eq!(said, ["ending, 1 open", "the grace is over, 1 cut"]);
    }

    fn a_port_in_use_is_a_failure(setting) {
        let taken = TcpListener::bind(("127.0.0.1", 0)).expect("a port");
        let address = taken.local_addr().expect("an address");
        let end = run("http_server", setting, &[format!("--address={address}")]);
        assert!(end.badly(1).contains(&address.to_string()));
    }

    fn bad_options_are_refused(setting) {
        let bad = [
            "--bogus", "argument", "--address", "--address=", "--address=127.0.0.1", "--address=:80",
            "--address=127.0.0.1:70000", "--address=localhost:80", "--step=-1", "--step=nan", "--step=inf",
            "--max-header=0", "--max-header=255", "--max-header=1e6", "--max-header=2000000000",
            "--max-body=-1", "--max-body=2000000000", "--max-idle=0", "--max-idle=-1", "--max-idle=1e300",
            "--max-connections=0", "--max-connections=x", "--grace=-1", "--grace=", "--max=1",
        ];
        for option in bad {
            run("http_server", setting, &[option]).badly(2);
        }
    }
}
