//! The server, faced with clients of every kind.

use std::collections::BTreeSet;
use std::io::{self, BufRead, BufReader, ErrorKind, Read, Write};
use std::net::{Shutdown, TcpStream};
use std::process::Command;
use std::thread;
use std::time::Duration;

use crate::port::Port;
use crate::sequence::sequence;
use crate::support::{Program, header, on_both_loops, path, run};

/// A server that is ready, with clients to come.
fn server(setting: &str, port: &Port, options: &[&str]) -> Program {
    let mut command = Command::new(path("hailstone_server"));
    started(command.args(options), setting, port)
}

fn started(command: &mut Command, setting: &str, port: &Port) -> Program {
    let server = Program::spawn(command.arg(port.option()).env("USE_GLIB", setting));
    assert_eq!(server.line(), header(setting));
    assert_eq!(server.line(), "Address bound.");
    server
}

fn send(mut stream: &TcpStream, request: &[u8]) {
    stream.write_all(request).expect("the server listens");
}

/// All that the server says until it closes the connection, as lines.
fn answer(stream: TcpStream) -> Vec<String> {
    BufReader::new(stream)
        .lines()
        .collect::<Result<_, _>>()
        .expect("an answer")
}

fn ask(port: &Port, start: u128) -> Vec<String> {
    let stream = port.connect();
    send(&stream, format!("{start}\n").as_bytes());
    answer(stream)
}

/// Waits until the server closes the connection, and returns what it said before.
fn closing(mut stream: TcpStream) -> Vec<u8> {
    let mut said = Vec::new();
    match stream.read_to_end(&mut said) {
        Ok(_) => {}
        // This is how a connection closes on which data is still under way.
        Err(error)
            if matches!(
                error.kind(),
                ErrorKind::ConnectionReset | ErrorKind::BrokenPipe
            ) => {}
        Err(error) => panic!("the connection stays open: {error}"),
    }
    said
}

/// The client and the reason in a line about a connection that was closed for one.
fn complaint(line: &str) -> Option<(&str, &str)> {
    line.strip_prefix("close conn ")?.split_once(": ")
}

on_both_loops! {
    fn sends_whole_sequences_and_closes(setting) {
        let port = Port::new();
        let server = server(setting, &port, &["--step=0.01"]);
        let starts = [2, 3, 6, 7, 12, 27, 97, (1 << 64) + 1];
        let streams = starts.map(|start| {
            let stream = port.connect();
            send(&stream, format!("{start}\n").as_bytes());
            (start, stream)
        });
        let mut expected = BTreeSet::new();
        for (start, stream) in streams {
            let address = stream.local_addr().expect("an address");
            assert_eq!(answer(stream), sequence(start));
            expected.extend(["connect from", "close conn"].map(|event| format!("{event} {address}")));
        }
        let said: BTreeSet<String> = expected.iter().map(|_| server.line()).collect();
        assert_eq!(said, expected);
    }

    fn says_who_comes_and_goes(setting) {
        let port = Port::new();
        let server = server(setting, &port, &["--step=0"]);
        let stream = port.connect();
        let address = stream.local_addr().expect("an address");
        assert_eq!(server.line(), format!("connect from {address}"));
        send(&stream, b"6\n");
        assert_eq!(answer(stream), sequence(6));
        assert_eq!(server.line(), format!("close conn {address}"));
    }

    fn takes_requests_in_pieces_with_blanks_and_returns(setting) {
        let port = Port::new();
        let _server = server(setting, &port, &["--step=0"]);
        for pieces in [&["1", "2", "\n"][..], &["  12\r\n"], &["\t", "12 ", " \r", "\n"]] {
            let stream = port.connect();
            stream.set_nodelay(true).expect("an option");
            for piece in pieces {
                send(&stream, piece.as_bytes());
            }
            assert_eq!(answer(stream), sequence(12), "{pieces:?}");
        }
    }

    fn serves_ipv6(setting) {
        let Some(port) = Port::v6() else { return };
        let _server = server(setting, &port, &["--step=0", "--ipv=6"]);
        assert_eq!(ask(&port, 7), sequence(7));
    }

    fn bad_requests_are_closed_at_once_with_one_line(setting) {
        let port = Port::new();
        let server = server(setting, &port, &["--step=0"]);
        let too_long = "7".repeat(4096) + "\n";
        let bad: [&[u8]; 12] = [
            b"1\n", b"0\n", b"-5\n", b"abc\n", b"6 7\n", b"6\n7\n", b"\n", b" \r\n", b"+6\n", b"6_0\n",
            b"\xff\xfe\n", too_long.as_bytes(),
        ];
        for request in bad {
            let stream = port.connect();
            let address = stream.local_addr().expect("an address").to_string();
            assert_eq!(server.line(), format!("connect from {address}"));
            send(&stream, request);
            assert_eq!(closing(stream), b"", "{request:?}");
            let line = server.line();
            assert_eq!(complaint(&line).map(|(peer, _)| peer), Some(&*address), "{line}");
        }
        assert_eq!(ask(&port, 6), sequence(6));
    }

    fn a_client_that_stops_mid_line_costs_nothing(setting) {
        let port = Port::new();
        let server = server(setting, &port, &["--step=0"]);
        for leave in [Shutdown::Write, Shutdown::Both] {
            let stream = port.connect();
            server.lines_until("connect from");
            send(&stream, b"12");
            stream.shutdown(leave).expect("an end");
            assert_eq!(closing(stream), b"");
            server.lines_until("close conn");
        }
        // The original went on reading for ever here.
        let before = server.ticks();
        thread::sleep(Duration::from_secs(1));
        let ticks = server.ticks() - before;
        assert!(ticks <= 2, "{ticks} clock ticks for nothing");
        assert_eq!(ask(&port, 6), sequence(6));
    }

    fn ten_megabytes_without_a_line_are_refused(setting) {
        let port = Port::new();
        let server = server(setting, &port, &["--step=0"]);
        let mut stream = port.connect();
        // Refused half way, or swallowed by the buffers on the way.
        let _ = stream.write_all(&vec![b'7'; 10_000_000]);
        assert_eq!(closing(stream), b"");
        let said = server.lines_until("close conn");
        assert!(said.last().expect("a line").ends_with("too long"), "{said:?}");
        assert_eq!(ask(&port, 6), sequence(6));
    }

    fn two_hundred_clients_at_once_without_a_pause(setting) {
        let port = Port::new();
        let _server = server(setting, &port, &["--step=0"]);
        let clients: Vec<_> = (2..202).map(|start| (start, port.connect())).collect();
        for (start, stream) in &clients {
            send(stream, format!("{start}\n").as_bytes());
        }
        for (start, stream) in clients {
            assert_eq!(answer(stream), sequence(start));
        }
    }

    fn no_client_holds_up_the_others(setting) {
        let port = Port::new();
        let _server = server(setting, &port, &["--step=0", "--max-silence=1000"]);
        let long = format!("{}\n", "9".repeat(4000)); // hundreds of megabytes
        let _silent = port.connect();
        let mute = port.connect();
        send(&mute, long.as_bytes()); // and reads nothing
        let mut eager = port.connect();
        send(&eager, long.as_bytes());
        // Reads faster than the server can calculate, until the server is gone.
        let reader = thread::spawn(move || io::copy(&mut eager, &mut io::sink()));
        for start in 2..20 {
            assert_eq!(ask(&port, start), sequence(start));
        }
        assert!(!reader.is_finished());
    }

    fn clients_that_do_not_read_or_write_are_dropped(setting) {
        let port = Port::new();
        let server = server(setting, &port, &["--step=0", "--max-silence=1"]);
        assert_eq!(closing(port.connect()), b"");
        let said = server.lines_until("close conn");
        assert!(complaint(said.last().expect("a line")).is_some(), "{said:?}");

        // Tried again where the machine was too busy to send the request in time.
        let _greedy = loop {
            let mut stream = port.connect();
            send(&stream, format!("{}\n", "9".repeat(4000)).as_bytes());
            if matches!(stream.read(&mut [0]), Ok(1)) {
                break stream; // and reads no more
            }
            server.lines_until("close conn");
        };
        let said = server.lines_until("close conn");
        assert!(complaint(said.last().expect("a line")).is_some(), "{said:?}");
    }

    fn more_connections_than_allowed_wait_for_their_turn(setting) {
        let port = Port::new();
        let options = ["--step=0", "--max-connections=2", "--max-silence=1000"];
        let server = server(setting, &port, &options);
        let first = port.connect();
        let second = port.connect();
        for _ in 0..2 {
            assert!(server.line().starts_with("connect from"));
        }
        let third = port.connect();
        send(&third, b"6\n");
        send(&first, b"6\n");
        assert_eq!(answer(first), sequence(6));
        assert_eq!(answer(third), sequence(6));
        drop(second);
        let said: Vec<String> = (0..4).map(|_| server.line()).collect();
        assert!(said[0].starts_with("close conn"), "{said:?}");
        assert!(said[1].starts_with("connect from"), "{said:?}");
    }

    fn without_descriptors_only_accepting_pauses(setting) {
        let port = Port::new();
        let mut shell = Command::new("sh");
        shell.args(["-c", "ulimit -n 24; exec \"$0\" \"$@\""]).arg(path("hailstone_server"));
        let server = started(shell.args(["--step=0", "--max-silence=1000"]), setting, &port);
        let mut clients: Vec<TcpStream> = (0..40).map(|_| port.connect()).collect();
        assert!(server.error().contains("cannot accept for now"));
        // The first was accepted long ago, and is served although nobody else gets in.
        let first = clients.remove(0);
        send(&first, b"27\n");
        assert_eq!(answer(first), sequence(27));
        for stream in &clients {
            send(stream, b"6\n");
        }
        for stream in clients {
            assert_eq!(answer(stream), sequence(6));
        }
    }

    fn waits_for_a_port_in_use_and_takes_over(setting) {
        let port = Port::new();
        let other = port.listen();
        let mut command = Command::new(path("hailstone_server"));
        let server = Program::spawn(command.args([port.option(), "--step=0".into()]).env("USE_GLIB", setting));
        assert_eq!(server.line(), header(setting));
        assert_eq!(server.line(), "Wait for port to be freed...");
        drop(other);
        server.lines_until("Address bound.");
        assert_eq!(ask(&port, 6), sequence(6));
    }

    fn a_port_of_late_connections_is_not_in_use(setting) {
        let port = Port::new();
        let first = server(setting, &port, &["--step=0"]);
        assert_eq!(ask(&port, 6), sequence(6)); // closed by the server: the port lingers in TIME_WAIT
        first.interrupt();
        first.end().well();
        let _second = server(setting, &port, &["--step=0"]);
        assert_eq!(ask(&port, 6), sequence(6));
    }

    fn ctrl_c_closes_everything_and_ends_it_well(setting) {
        let port = Port::new();
        let server = server(setting, &port, &["--step=1000"]);
        let silent = port.connect();
        let waiting = port.connect();
        send(&waiting, b"27\n");
        for _ in 0..2 {
            server.lines_until("connect from");
        }
        server.interrupt();
        assert_eq!(server.end().well().last().expect("a line"), "");
        assert_eq!(closing(silent), b"");
        closing(waiting); // it may have got an answer: one delay in ten is none
        drop(port.listen()); // nobody else does
    }

    fn ctrl_c_ends_the_wait_for_a_port(setting) {
        let port = Port::new();
        let _other = port.listen();
        let server = Program::start("hailstone_server", setting, &[port.option()]);
        server.lines_until("Wait for port");
        server.interrupt();
        server.end().well();
    }

    fn bad_options_are_refused(setting) {
        let bad = [
            "--bogus", "--ipv=5", "--ipv=", "--port", "--port=0", "--port=70000", "--port=-1", "--port=abc",
            "--step=-1", "--step=foo", "--step=inf", "--step=nan", "--step=1e300", "--step=1e19", "--step=",
            "argument", "-3", "--",
        ];
        for option in bad {
            let args = if option == "--" { vec!["--", "--step=0"] } else { vec![option] };
            run("hailstone_server", setting, &args).badly(2);
        }
    }
}
