//! Crates that are written for tokio, in handlers of real clicks.

#[path = "../tests/compat_tokio/theirs.rs"]
mod theirs;

use std::io::{Read, Write};
use std::net::TcpListener;
use std::pin::Pin;
use std::thread;
use std::time::Duration;

use glib_coro::compat::tokio::{enter, handle};
use glib_coro::spawn;
use glib_coro_tests::display::Display;
use gtk::prelude::*;

use self::theirs::{is_entered, theirs};
use crate::{click, drawn, on_display, open, runtime, wait_until};

const ANSWER: &str = "hello from a thread";

/// A server that knows one answer. Returns its address.
fn serve() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = listener.local_addr().expect("it is bound");
    thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.expect("a client");
            let mut request = Vec::new();
            while !request.ends_with(b"\r\n\r\n") {
                let mut byte = [0];
                stream.read_exact(&mut byte).expect("a whole request");
                request.extend(byte);
            }
            let head = format!(
                "HTTP/1.1 200 OK\r\ncontent-length: {}\r\nconnection: close\r\n\r\n",
                ANSWER.len()
            );
            let answer = head + ANSWER;
            stream.write_all(answer.as_bytes()).expect("it listens");
        }
    });
    format!("http://{address}/")
}

/// Fetches, so many awaits deep.
fn fetch(url: String, levels: u32) -> Pin<Box<dyn Future<Output = String>>> {
    Box::pin(async move {
        tokio::time::sleep(Duration::from_micros(10)).await;
        if levels > 1 {
            return fetch(url, levels - 1).await;
        }
        theirs().await;
        let answer = reqwest::get(url).await.expect("it serves");
        let text = answer.text().await.expect("text");
        tokio::spawn(async { text }).await.expect("no panic")
    })
}

/// Clicks a button, and waits until its label is the answer.
async fn is_clicked(display: &Display, button: &gtk::Button) {
    let window = open(button);
    drawn(&window).await;
    click(display, 1);
    wait_until(|| button.label().as_deref() == Some(ANSWER)).await;
    window.destroy();
}

fn an_entered_coroutine_of_a_click(display: &Display) {
    let url = serve();
    runtime().block_on(async {
        let button = gtk::Button::with_label("Fetch");
        button.connect_clicked(move |button| {
            assert!(!is_entered());
            let (button, url) = (button.clone(), url.clone());
            drop(spawn(enter(async move {
                button.set_label(&fetch(url, 10).await);
            })));
        });
        is_clicked(display, &button).await;
    });
}

/// What the option `tokio` of the attributes does.
fn a_plain_handler_where_tokio_is_entered_around_the_loop(display: &Display) {
    let url = serve();
    let _entered = handle().enter();
    runtime().block_on(async {
        let button = gtk::Button::with_label("Fetch");
        button.connect_clicked(move |button| {
            let work = tokio::spawn(tokio::time::sleep(Duration::from_millis(1)));
            let (button, url) = (button.clone(), url.clone());
            drop(spawn(async move {
                work.await.expect("no panic");
                button.set_label(&fetch(url, 10).await);
            }));
        });
        is_clicked(display, &button).await;
    });
}

on_display![
    an_entered_coroutine_of_a_click,
    a_plain_handler_where_tokio_is_entered_around_the_loop,
];
