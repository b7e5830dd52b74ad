//! hyper's HTTP server on everybody's loop.

use std::convert::Infallible;
use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::net::{SocketAddr, TcpListener};
use std::process::{Child, Command, Stdio};

use bytes::Bytes;
use glib_coro::compat::hyper::Io;
use http_body_util::Full;
use hyper::body::Incoming;
use hyper::rt::{Read, Write as HyperWrite};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Request, Response};
use hyper_util::rt::TokioIo;

use crate::contestants::{
    Contestant, FLOOR, OursOnGLib, OursOnStandalone, Smol, TokioLocal, TokioLocalSet,
};
use crate::figures::{Figure, Figures};
use crate::floor::sockets;
use crate::machine::{is_installed, part_command};
use crate::track::Plan;

const CONTESTANTS: [&str; 6] = [
    OursOnGLib::NAME,
    OursOnStandalone::NAME,
    TokioLocalSet::NAME,
    TokioLocal::NAME,
    Smol::NAME,
    FLOOR,
];

/// A server of each, asked in turn.
pub(super) fn measure(plan: &Plan) -> Figures {
    let mut figures = Figures::default();
    if !is_installed("wrk") {
        figures.note(
            "http",
            "wrk is not installed, so nothing was measured; try `make deps`.",
        );
        return figures;
    }
    let mut servers: Vec<_> = CONTESTANTS.into_iter().map(start).collect();
    let mut rounds = vec![Vec::new(); servers.len()];
    for _ in 0..plan.long_rounds {
        for ((server, address), rounds) in servers.iter().zip(&mut rounds) {
            let before = processor_seconds(server.id());
            let (requests, per_second) = ask(address, plan.watch.as_secs().max(1));
            let seconds = processor_seconds(server.id()) - before;
            rounds.push((per_second, requests / seconds));
        }
    }
    for (server, _) in &mut servers {
        let _ = server.kill();
        let _ = server.wait();
    }
    for (name, rounds) in CONTESTANTS.into_iter().zip(&rounds) {
        let figure = Figure::new("http", "64 connections", "requests/s", name);
        figures
            .all
            .push(figure.with(rounds.iter().map(|(per_second, _)| *per_second)));
    }
    for (name, rounds) in CONTESTANTS.into_iter().zip(&rounds) {
        let unit = "requests/s of processor time";
        let figure = Figure::new("http", "64 connections, the server alone", unit, name);
        figures
            .all
            .push(figure.with(rounds.iter().map(|(_, per_processor)| *per_processor)));
    }
    figures
}

/// What the threads of a process have had of the processors.
fn processor_seconds(process: u32) -> f64 {
    let threads = fs::read_dir(format!("/proc/{process}/task")).expect("procfs");
    let nanoseconds = |thread: std::io::Result<fs::DirEntry>| -> f64 {
        let path = thread.expect("procfs").path().join("schedstat");
        let times = fs::read_to_string(path).expect("a kernel that counts processor time");
        times
            .split(' ')
            .next()
            .and_then(|time| time.parse().ok())
            .expect("a number")
    };
    threads.map(nanoseconds).sum::<f64>() / 1e9
}

fn start(contestant: &str) -> (Child, String) {
    let mut server = part_command(&["http", contestant])
        .stdout(Stdio::piped())
        .spawn()
        .expect("this program");
    let mut address = String::new();
    let stdout = server.stdout.take().expect("piped");
    BufReader::new(stdout)
        .read_line(&mut address)
        .expect("an address");
    (server, address.trim().to_owned())
}

/// How many requests were answered, and how many per second.
fn ask(address: &str, seconds: u64) -> (f64, f64) {
    let output = Command::new("wrk")
        .args([
            "-t1",
            "-c64",
            &format!("-d{seconds}s"),
            &format!("http://{address}/"),
        ])
        .stdin(Stdio::null())
        .output()
        .expect("wrk runs");
    let text = String::from_utf8_lossy(&output.stdout);
    assert!(
        !text.contains("Socket errors") && !text.contains("Non-2xx"),
        "wrk is not content with {address}: {text}"
    );
    let number = |before: &str, after: &str| -> f64 {
        let found = text.lines().find_map(|line| {
            let (number, _) = line
                .trim()
                .strip_prefix(before)?
                .trim()
                .rsplit_once(after)?;
            number.parse().ok()
        });
        found.unwrap_or_else(|| panic!("wrk says: {text}"))
    };
    // "  48512 requests in 1.10s, 4.12MB read" and "Requests/sec:  44123.45".
    (number("", " requests in"), number("Requests/sec:", ""))
}

/// In the server's process: says where it listens, and serves until it is killed.
pub fn in_process(contestant: &str) {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let address: SocketAddr = listener.local_addr().expect("it is bound");
    println!("{address}");
    std::io::stdout().flush().expect("somebody reads");
    listener
        .set_nonblocking(true)
        .expect("a socket can do that");
    match contestant {
        OursOnGLib::NAME => OursOnGLib::new().block_on(ours(listener)),
        OursOnStandalone::NAME => OursOnStandalone::new().block_on(ours(listener)),
        TokioLocalSet::NAME => TokioLocalSet::new().block_on(tokio(listener)),
        TokioLocal::NAME => TokioLocal::new().block_on(tokio(listener)),
        Smol::NAME => Smol::new().block_on(smol(listener)),
        _ => sockets::http(&listener),
    }
}

async fn ours(listener: TcpListener) {
    let listener = glib_coro::Async::new(listener).expect("a listener can be waited for");
    loop {
        let (stream, _) = listener.accept().await.expect("a client");
        drop(glib_coro::spawn(serve(Io::new(stream))));
    }
}

async fn tokio(listener: TcpListener) {
    let listener = tokio::net::TcpListener::from_std(listener).expect("it can be waited for");
    loop {
        let (stream, _) = listener.accept().await.expect("a client");
        drop(tokio::task::spawn_local(serve(TokioIo::new(stream))));
    }
}

/// The adapter is ours, but knows no loop.
async fn smol(listener: TcpListener) {
    let listener = async_io::Async::new(listener).expect("a listener can be waited for");
    loop {
        let (stream, _) = listener.accept().await.expect("a client");
        Smol::detach(serve(Io::new(stream)));
    }
}

async fn serve(stream: impl Read + HyperWrite + Unpin + 'static) {
    let service = service_fn(|_: Request<Incoming>| async {
        Ok::<_, Infallible>(Response::new(Full::new(Bytes::from_static(
            b"Hello, world!",
        ))))
    });
    // A client that is gone is none of our business.
    let _ = http1::Builder::new()
        .serve_connection(stream, service)
        .await;
}
