//! Clients that other people wrote: curl, wrk, Chromium.

use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::{fs, process, thread};

use super::Server;
use crate::support::{PATIENCE, on_both_loops, wait_until};
use crate::tools::installed;

/// Runs a tool to its end, and returns what it printed.
fn output(tool: &str, args: &[&str]) -> String {
    let output = Command::new(tool).args(args).stdin(Stdio::null()).output();
    let output = output.expect("the tool runs");
    assert!(output.status.success(), "{tool} {args:?}: {output:?}");
    String::from_utf8(output.stdout).expect("text")
}

/// Chromium without a window, driven over its DevTools protocol.
struct Chromium {
    process: Child,
    commands: ChildStdin,
    answers: Receiver<String>,
    sent: u32,
    profile: String,
}

impl Chromium {
    fn start(program: &str, profile: &str) -> Self {
        // A profile of its own, or a second one would join the first.
        let profile = format!(
            "{}/{profile}-{}",
            env!("CARGO_TARGET_TMPDIR"),
            process::id()
        );
        // The protocol's descriptors are 3 and 4. The sandbox refuses root, as whom containers run tests.
        let mut process = Command::new("sh")
            .arg("-c")
            .arg("exec \"$0\" \"$@\" 3<&0 4>&1 </dev/null >/dev/null 2>&1")
            .arg(program)
            .args([
                "--headless",
                "--no-sandbox",
                "--disable-gpu",
                "--disable-dev-shm-usage",
            ])
            .arg("--remote-debugging-pipe")
            .arg(format!("--user-data-dir={profile}"))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("a shell");
        Self {
            commands: process.stdin.take().expect("a pipe"),
            answers: messages(process.stdout.take().expect("a pipe")),
            process,
            sent: 0,
            profile,
        }
    }

    /// Sends a command and returns the answer to it.
    fn command(&mut self, method: &str, params: &str, session: &str) -> String {
        self.sent += 1;
        let id = self.sent;
        let message = format!(r#"{{"id":{id},"method":"{method}","params":{params}{session}}}"#);
        self.commands
            .write_all(message.as_bytes())
            .expect("it runs");
        self.commands.write_all(b"\0").expect("it runs");
        loop {
            let answer = self.answers.recv_timeout(PATIENCE);
            let answer = answer.expect("Chromium answers");
            // Others are about what happens meanwhile.
            if answer.starts_with(&format!(r#"{{"id":{id},"#)) {
                return answer;
            }
        }
    }

    /// Opens a page and waits until its text contains `wanted`.
    fn shows(&mut self, url: &str, wanted: &str) {
        let target = self.command("Target.createTarget", &format!(r#"{{"url":"{url}"}}"#), "");
        let target = string(&target, "targetId");
        let params = format!(r#"{{"targetId":"{target}","flatten":true}}"#);
        let session = self.command("Target.attachToTarget", &params, "");
        let session = format!(r#","sessionId":"{}""#, string(&session, "sessionId"));
        let text = r#"{"expression":"document.body ? document.body.innerText : ''"}"#;
        wait_until(|| {
            let answer = self.command("Runtime.evaluate", text, &session);
            answer.contains(wanted)
        });
    }
}

/// Reads messages, each ended by a zero, on a thread, so that waiting for one can be given up.
fn messages(source: ChildStdout) -> Receiver<String> {
    let (sender, receiver) = channel();
    thread::spawn(move || {
        for message in BufReader::new(source).split(0) {
            let message = String::from_utf8(message.expect("a pipe")).expect("text");
            let Ok(()) = sender.send(message) else { break };
        }
    });
    receiver
}

/// A string in a JSON text that holds no escapes there.
fn string<'a>(json: &'a str, name: &str) -> &'a str {
    let (_, rest) = json
        .split_once(&format!(r#""{name}":""#))
        .unwrap_or_else(|| panic!("{json}"));
    rest.split('"').next().expect("an end")
}

impl Drop for Chromium {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
        let _ = fs::remove_dir_all(Path::new(&self.profile));
    }
}

on_both_loops! {
    fn curl_gets_all_there_is(setting) {
        let Some(curl) = installed(&["curl"]) else { return };
        let server = Server::start(setting, &["--step=0.01", "--max-body=100000"]);
        let url = |path: &str| format!("http://{}{path}", server.address);
        let get = |args: &[&str], path: &str| output(curl, &[&["-sS", "--max-time", "120"], args, &[&*url(path)]].concat());
        let status = |args: &[&str], path: &str| {
            get(&[&["-o", "/dev/null", "-w", "%{http_code}"], args].concat(), path)
        };
        assert!(get(&["--fail"], "/").starts_with("hello from a coroutine\n"));
        assert_eq!(get(&["--fail"], "/stream?lines=2"), "line 1\nline 2\n");
        assert_eq!(get(&["--fail", "--data-raw", "a & b"], "/echo"), "a & b");
        assert_eq!(get(&["--fail", "--http1.0"], "/stream?lines=2"), "line 1\nline 2\n");
        let head = get(&["--fail", "--head"], "/events");
        assert!(head.contains("content-type: text/event-stream"), "{head}");
        // Large enough for curl to ask first, whether it may.
        let large = format!("{}/large-{setting}-{}", env!("CARGO_TARGET_TMPDIR"), process::id());
        fs::write(&large, vec![b'x'; 100_000]).expect("a file");
        let body = format!("@{large}");
        let ask_first = ["-H", "Expect: 100-continue", "--data-binary", &body];
        assert_eq!(get(&[&["--fail"], &ask_first[..]].concat(), "/echo").len(), 100_000);
        let in_chunks = ["-H", "Transfer-Encoding: chunked", "--data-binary", &body];
        assert_eq!(get(&[&["--fail"], &in_chunks[..]].concat(), "/echo").len(), 100_000);
        fs::write(&large, vec![b'x'; 100_001]).expect("a file");
        assert_eq!(status(&ask_first, "/echo"), "413");
        assert_eq!(status(&in_chunks, "/echo"), "413");
        fs::remove_file(&large).expect("a file");
        assert_eq!(status(&[], "/nowhere"), "404");
        // Each over one connection, and one after the other.
        let urls = [&*url("/"), &url("/stream?lines=1"), &url("/echo")];
        let all = output(curl, &[&["-sS", "-o", "/dev/null", "-o", "/dev/null", "-o", "/dev/null"],
            &["-w", "%{http_code} %{num_connects}\n"][..], &urls].concat());
        assert_eq!(all, "200 1\n200 0\n405 0\n");
    }

    fn curl_shows_events_as_they_come(setting) {
        let Some(curl) = installed(&["curl"]) else { return };
        let server = Server::start(setting, &["--step=0.05"]);
        let mut process = Command::new(curl)
            .args(["-sSN", &format!("http://{}/events", server.address)])
            .stdout(Stdio::piped())
            .spawn()
            .expect("the tool runs");
        let (sender, lines) = channel();
        let stdout = BufReader::new(process.stdout.take().expect("a pipe"));
        let reader = thread::spawn(move || {
            for line in stdout.lines() {
                let _ = sender.send(line.expect("text"));
            }
        });
        for n in 1..=3 {
            for expected in [format!("id: {n}"), format!("data: event {n}"), String::new()] {
                assert_eq!(lines.recv_timeout(PATIENCE).expect("a line"), expected);
            }
        }
        server.program.terminate();
        assert!(process.wait().expect("a status").success(), "the stream ends in order");
        reader.join().expect("a reader");
        server.program.end().well();
    }

    fn of_a_hundred_thousand_requests_of_wrk_none_fails(setting) {
        let Some(wrk) = installed(&["wrk"]) else { return };
        let server = Server::start(setting, &["--step=0"]);
        // In portions, so that it is the requests that count and not the machine's speed.
        for (path, connections, at_least) in [("/", "100", 100_000), ("/stream?lines=5", "20", 1)] {
            let url = format!("http://{}{path}", server.address);
            let mut answered = 0;
            while answered < at_least {
                let said = output(wrk, &["-t2", "-c", connections, "-d2s", "--timeout=60s", &url]);
                let requests = said.lines().find_map(|line| line.trim().split_once(" requests in "));
                let (requests, _) = requests.unwrap_or_else(|| panic!("{said}"));
                let requests = requests.parse::<u64>().expect("a number");
                assert!(requests > 0, "{said}");
                answered += requests;
                for failure in ["Non-2xx", "Socket errors"] {
                    assert!(!said.contains(failure), "{said}");
                }
            }
        }
        server.is_alive();
    }

    fn chromium_shows_server_sent_events_in_a_page(setting) {
        let names = ["chromium", "chromium-browser", "google-chrome"];
        let Some(chromium) = installed(&names) else { return };
        let server = Server::start(setting, &["--step=0.05"]);
        let mut chromium = Chromium::start(chromium, &format!("chromium-{setting}"));
        chromium.shows(&format!("http://{}/watch", server.address), r"event 1\nevent 2\nevent 3");
        drop(chromium);
        server.program.terminate();
        server.program.end().well();
    }
}
