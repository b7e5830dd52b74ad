//! The client, against the real server and against servers that misbehave.

use std::io::{BufRead, BufReader, Write};
use std::net::TcpStream;
use std::thread::{self, JoinHandle};

use crate::port::Port;
use crate::sequence::sequence;
use crate::support::{Program, header, on_both_loops, run};

fn server(setting: &str, port: &Port, step: &str) -> Program {
    let server = Program::start(
        "hailstone_server",
        setting,
        &[port.option(), format!("--step={step}")],
    );
    server.lines_until("Address bound.");
    server
}

/// A server that answers its first client with something of its own.
fn stub(port: &Port, answer: impl Into<Vec<u8>>) -> JoinHandle<()> {
    let listener = port.listen();
    let answer = answer.into();
    thread::spawn(move || {
        let (stream, _) = listener.accept().expect("a client");
        assert_eq!(read_request(&stream), "6\n");
        let _ = (&stream).write_all(&answer);
        drop(stream);
        // The others wait in vain, for as long as the client wants.
    })
}

fn read_request(stream: &TcpStream) -> String {
    let mut request = String::new();
    BufReader::new(stream)
        .read_line(&mut request)
        .expect("a request");
    request
}

/// Judges what a client said that was asked for `starts`.
#[track_caller]
fn judge(lines: &[String], setting: &str, starts: &[u128]) {
    assert_eq!(lines[0], header(setting));
    let mut expected = 1;
    for (start, index) in starts.iter().zip(1..) {
        let of_index = |line: &&String| line.split([':', '/']).next() == Some(&*format!("{index}"));
        let said: Vec<&String> = lines.iter().filter(of_index).collect();
        let mut wanted = vec![format!("{index}: start with {start}")];
        wanted.extend(
            sequence(*start)
                .iter()
                .zip(1..)
                .map(|(value, count)| format!("{index}/{count}: got {value}")),
        );
        assert!(
            said.iter().copied().eq(&wanted),
            "{said:?} instead of {wanted:?}"
        );
        expected += wanted.len();
    }
    assert_eq!(lines.len(), expected);
}

fn ask(setting: &str, port: &Port, starts: &[u128]) -> Vec<String> {
    let mut args = vec![port.option()];
    args.extend(starts.iter().map(u128::to_string));
    run("hailstone_client", setting, &args).well()
}

on_both_loops! {
    fn tells_several_sequences_at_once(setting) {
        let port = Port::new();
        let _server = server(setting, &port, "0.01");
        let starts = [7, 12, 6, (1 << 64) + 1];
        judge(&ask(setting, &port, &starts), setting, &starts);
    }

    fn may_be_on_another_loop_than_the_server(setting) {
        let port = Port::new();
        let other = if setting == "1" { "0" } else { "1" };
        let _server = server(other, &port, "0");
        let starts: Vec<u128> = (2..202).collect();
        judge(&ask(setting, &port, &starts), setting, &starts);
    }

    fn options_may_be_shortened_and_are_honoured(setting) {
        // Nobody listens on port 1, and the complaint says where nobody was found.
        let reason = run("hailstone_client", setting, &["--po=1", "6"]).badly(1);
        assert!(reason.contains(" 127.0.0.1:1: "), "{reason}");
        let reason = run("hailstone_client", setting, &["--i", "6", "--p", "1", "6"]).badly(1);
        assert!(reason.contains(" [::1]:1: "), "{reason}");
    }

    fn a_refused_connection_is_a_failure(setting) {
        let port = Port::new(); // and nobody listens
        let reason = run("hailstone_client", setting, &[port.option(), "6".into()]).badly(1);
        assert!(reason.contains("refused"), "{reason}");
    }

    fn a_server_that_ends_half_way_ends_the_sequence(setting) {
        let port = Port::new();
        let stub = stub(&port, "6\n3\n1");
        let lines = run("hailstone_client", setting, &[port.option(), "6".into()]).well();
        assert_eq!(lines[1..], ["1: start with 6", "1/1: got 6", "1/2: got 3"]);
        stub.join().expect("a stub");
    }

    fn a_server_that_sends_something_else_is_a_failure(setting) {
        let long_line = [b'1'; 100_000];
        for answer in [&b"hello\n"[..], b"\n", b"\x1b[2J\n", b"\xff\n", b"6\n-3\n", &long_line] {
            let port = Port::new();
            let stub = stub(&port, answer);
            run("hailstone_client", setting, &[port.option(), "6".into()]).badly(1);
            stub.join().expect("a stub");
        }
    }

    fn the_first_failure_ends_the_program(setting) {
        let port = Port::new();
        let listener = port.listen();
        let client = Program::start("hailstone_client", setting, &[port.option(), "6".into(), "7".into()]);
        let streams = [(); 2].map(|()| listener.accept().expect("a client").0);
        streams.iter().for_each(|stream| drop(read_request(stream)));
        (&streams[1]).write_all(b"nonsense\n").expect("the client reads");
        // The other connection stays open, and nobody waits for it.
        client.end().badly(1);
    }

    fn a_request_that_the_server_refuses_gets_no_answer(setting) {
        let port = Port::new();
        let _server = server(setting, &port, "0");
        let lines = run("hailstone_client", setting, &[&port.option(), "--", "-3"]).well();
        assert_eq!(lines[1..], ["1: start with -3"]);
    }

    fn bad_options_are_refused(setting) {
        let bad: [&[&str]; 8] = [
            &[], &["--port=2323"], &["six"], &["6", "7x"], &["6.5"], &["-3"], &["--port=0", "6"], &["--step=1", "6"],
        ];
        for args in bad {
            run("hailstone_client", setting, args).badly(2);
        }
    }
}
