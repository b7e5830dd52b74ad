//! Clients that mean no good, or went out of their minds.

use std::fmt::Write as _;
use std::net::Shutdown;
use std::thread;
use std::time::Duration;

use super::client::{Client, post};
use super::{Server, assert_text};
use crate::support::{on_both_loops, wait_until};

/// What the server may need more for any of these, in KiB. It has 16 KiB and some for a connection.
const SOME_MEMORY: usize = 48 * 1024;

/// A server that has served, so that what it has in any case is there; and its memory.
fn warm(setting: &str, options: &[&str]) -> (Server, usize) {
    let server = Server::start(setting, options);
    let open = server.descriptors();
    server.is_alive();
    wait_until(|| server.descriptors() == open);
    let memory = server.peak_memory();
    (server, memory)
}

#[track_caller]
fn assert_bounded(server: &Server, before: usize) {
    let peak = server.peak_memory();
    assert!(peak - before < SOME_MEMORY, "{before} KiB, then {peak} KiB");
}

on_both_loops! {
    fn a_request_in_single_bytes_is_a_request(setting) {
        let server = Server::start(setting, &["--max-idle=1000"]);
        let mut client = server.client();
        for byte in post("hello").bytes() {
            client.send([byte]);
            thread::yield_now();
        }
        assert_text(&client.answer().expect("an answer"), 200, "hello");
        let chunked = "POST /echo HTTP/1.1\r\nhost: test\r\ntransfer-encoding: chunked\r\n\r\n\
                       3\r\nhel\r\n2\r\nlo\r\n0\r\n\r\n";
        for byte in chunked.bytes() {
            client.send([byte]);
        }
        assert_text(&client.answer().expect("an answer"), 200, "hello");
    }

    fn a_header_of_a_megabyte_is_refused(setting) {
        let (server, memory) = warm(setting, &["--max-idle=1000"]);
        let one = format!("x-large: {}\r\n", "x".repeat(1_000_000));
        let many: String = (0..50_000).map(|n| format!("x-{n}: some value\r\n")).collect();
        let path = format!("GET /{} HTTP/1.1\r\nhost: test\r\n\r\n", "x".repeat(1_000_000));
        let get = "GET / HTTP/1.1\r\nhost: test\r\n";
        for request in [format!("{get}{one}\r\n"), format!("{get}{many}\r\n"), path] {
            // All at once, and without ever coming to an end.
            for part in [request.len(), request.len() - 2] {
                let mut clients: Vec<Client> = (0..20).map(|_| server.client()).collect();
                for client in &clients {
                    // Refused half way, or swallowed by the buffers on the way.
                    let _ = client.try_send(&request[..part]);
                }
                for client in &mut clients {
                    let said = client.closing();
                    let said = String::from_utf8_lossy(&said);
                    let refused = said.starts_with("HTTP/1.1 431") || said.starts_with("HTTP/1.1 414");
                    // A reset overtakes what the server said before.
                    assert!(said.is_empty() || refused, "{said}");
                }
            }
        }
        server.is_alive();
        assert_bounded(&server, memory);
    }

    fn a_header_just_within_the_limit_is_read_and_one_beyond_it_is_not(setting) {
        let server = Server::start(setting, &["--max-header=20000"]);
        let sized = |size: usize| {
            let start = "GET /nowhere HTTP/1.1\r\nx: ";
            format!("{start}{}\r\n\r\n", "x".repeat(size - start.len() - 4))
        };
        for (size, status) in [(19_999, 404), (20_000, 404), (20_001, 431), (40_000, 431)] {
            let mut client = server.client();
            client.send(sized(size));
            assert_eq!(client.answer().map(|answer| answer.status), Some(status), "{size}");
        }
    }

    fn nonsense_is_refused(setting) {
        let server = Server::start(setting, &[]);
        let nonsense: [&[u8]; 8] = [
            b"\0\0\0\0\0\0\0\0\r\n\r\n", b"hello\r\n\r\n", b"GET\r\n\r\n", b"GET / HTTP/9.9\r\n\r\n",
            b"GET / HTTP/1.1\r\nno colon\r\n\r\n", b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n",
            b"POST /echo HTTP/1.1\r\ncontent-length: -1\r\n\r\n",
            b"POST /echo HTTP/1.1\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\n",
        ];
        for request in nonsense {
            let mut client = server.client();
            client.send(request);
            let said = client.closing();
            let said = String::from_utf8_lossy(&said);
            assert!(said.is_empty() || said.starts_with("HTTP/1.1 400"), "{request:?}: {said}");
        }
        // A chunk that is none, in the middle of a body.
        let mut client = server.client();
        client.send("POST /echo HTTP/1.1\r\nhost: test\r\ntransfer-encoding: chunked\r\n\r\n3\r\nhel\r\nxyz\r\n");
        assert_text(&client.answer().expect("an answer"), 400, "400 Bad Request\n");
        assert_eq!(client.closing(), b"");
        server.is_alive();
    }

    fn five_hundred_slow_clients_keep_nobody_out(setting) {
        let (server, memory) = warm(setting, &["--max-idle=3"]);
        let open = server.descriptors();
        let mut slow: Vec<Client> = (0..500).map(|_| server.client()).collect();
        // A byte now and then, each one too late.
        'all: for byte in "GET / HTTP/1.1\r\nx: yyyyyyyyyyyyyyyyyyyyyyyyyyyyyyy".bytes().cycle() {
            let mut all_gone = true;
            for client in &slow {
                all_gone &= client.try_send([byte]).is_err();
            }
            if all_gone {
                break 'all;
            }
            server.is_alive();
            thread::sleep(Duration::from_millis(50));
        }
        for client in &mut slow {
            client.closing();
        }
        assert_bounded(&server, memory);
        wait_until(|| server.descriptors() == open);
    }

    fn slow_clients_that_take_all_connections_lose_them(setting) {
        let server = Server::start(setting, &["--max-idle=1", "--max-connections=10"]);
        let mut slow: Vec<Client> = (0..50).map(|_| server.client()).collect();
        // Behind all of those.
        server.is_alive();
        for client in &mut slow {
            client.closing();
        }
    }

    fn more_connections_than_allowed_wait_for_their_turn(setting) {
        let server = Server::start(setting, &["--max-idle=1000", "--max-connections=2"]);
        let open = server.descriptors();
        let (mut first, mut second) = (server.client(), server.client());
        assert_text(&first.echo("first"), 200, "first");
        assert_text(&second.echo("second"), 200, "second");
        let mut third = server.client();
        third.send(post("third"));
        for _ in 0..20 {
            assert_text(&first.echo("again"), 200, "again");
            assert_eq!(server.descriptors(), open + 2);
        }
        drop(second);
        assert_text(&third.answer().expect("an answer"), 200, "third");
    }

    fn bodies_are_bounded_in_size_and_time(setting) {
        let server = Server::start(setting, &["--max-body=10", "--max-idle=1000"]);
        let chunked = |body: &str| {
            let head = "POST /echo HTTP/1.1\r\nhost: test\r\ntransfer-encoding: chunked\r\n\r\n";
            format!("{head}{:x}\r\n{body}\r\n0\r\n\r\n", body.len())
        };
        assert_text(&server.client().echo("0123456789"), 200, "0123456789");
        assert_text(&server.client().echo("0123456789a"), 413, "413 Payload Too Large\n");
        for (body, status) in [("0123456789", 200), ("0123456789a", 413)] {
            let mut client = server.client();
            client.send(chunked(body));
            assert_eq!(client.answer().expect("an answer").status, status);
        }
        // Refused before it is sent.
        let mut client = server.client();
        client.send("POST /echo HTTP/1.1\r\nhost: test\r\ncontent-length: 99999999999\r\nexpect: 100-continue\r\n\r\n");
        assert_eq!(client.answer().expect("an answer").status, 413);
        client.closing();

        let server = Server::start(setting, &["--max-idle=1"]);
        // Tried again where the machine was too busy to send the header in time.
        let answer = loop {
            let mut client = server.client();
            let _ = client.try_send("POST /echo HTTP/1.1\r\nhost: test\r\ncontent-length: 10\r\n\r\n12345");
            if let Some(answer) = client.answer() {
                client.closing();
                break answer;
            }
        };
        assert_text(&answer, 408, "408 Request Timeout\n");
        server.is_alive();
    }

    fn clients_gone_in_the_middle_of_an_answer_cost_nothing(setting) {
        let (server, memory) = warm(setting, &["--step=0", "--max-idle=1000"]);
        let open = server.descriptors();
        for leave in [Shutdown::Both, Shutdown::Read] {
            for _ in 0..50 {
                let mut client = server.client();
                client.send("GET /stream?lines=1000000000 HTTP/1.1\r\nhost: test\r\n\r\n");
                client.head().expect("an answer");
                client.chunk().expect("a line");
                client.leave(leave);
            }
        }
        wait_until(|| server.descriptors() == open);
        server.is_alive();
        assert_bounded(&server, memory);
        let before = server.program.ticks();
        thread::sleep(Duration::from_secs(1));
        let ticks = server.program.ticks() - before;
        assert!(ticks <= 2, "{ticks} clock ticks for nobody");
    }

    fn a_client_that_has_said_all_is_answered(setting) {
        let server = Server::start(setting, &["--step=0"]);
        // The end comes before, while or after the server looks at the request.
        for _ in 0..50 {
            let mut client = server.client();
            client.send(post("first") + &post("last"));
            client.end_sending();
            assert_text(&client.answer().expect("an answer"), 200, "first");
            assert_text(&client.answer().expect("an answer"), 200, "last");
            assert!(client.answer().is_none(), "the connection is closed");
        }
    }

    fn clients_that_do_not_read_are_dropped(setting) {
        let (server, memory) = warm(setting, &["--step=0", "--max-idle=1"]);
        let open = server.descriptors();
        let greedy: Vec<_> = (0..5)
            .map(|_| {
                let client = server.client();
                // More answers than any socket keeps. The server stops to read these requests, then.
                let requests = post(&"x".repeat(60_000)).repeat(500);
                thread::spawn(move || client.try_send(requests).is_err())
            })
            .collect();
        for client in greedy {
            assert!(client.join().expect("a client"), "all was read");
        }
        // Nor does it help to ask once for an answer that goes on.
        let _greedy = loop {
            let mut client = server.client();
            let _ = client.try_send("GET /stream?lines=1000000000 HTTP/1.1\r\nhost: test\r\n\r\n");
            if client.head().is_some() {
                break client; // and reads no more
            }
        };
        wait_until(|| server.descriptors() == open);
        assert_bounded(&server, memory);
    }

    fn pipelined_requests_are_answered_in_order(setting) {
        let (server, memory) = warm(setting, &["--step=0", "--max-idle=1000"]);
        let mut client = server.client();
        let mut requests = String::new();
        for n in 0..200 {
            requests += &post(&format!("request {n}"));
            let _ = write!(requests, "GET /stream?lines={} HTTP/1.1\r\nhost: test\r\n\r\n", n % 3);
        }
        client.send(&requests);
        for n in 0..200 {
            assert_text(&client.answer().expect("an answer"), 200, &format!("request {n}"));
            let lines: String = (1..=n % 3).map(|line| format!("line {line}\n")).collect();
            assert_text(&client.answer().expect("an answer"), 200, &lines);
        }
        // Without end, from a client that reads none of the answers: the server stops to read.
        let flood = server.client();
        flood.nonblocking();
        let request = "GET / HTTP/1.1\r\nhost: test\r\n\r\n".repeat(1000);
        while flood.try_send(&request).is_ok() {}
        server.is_alive();
        assert_bounded(&server, memory);
    }
}
