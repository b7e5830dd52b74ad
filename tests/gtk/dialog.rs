//! Dialogs: the nested loop of a modal one, and one that is awaited.

use std::cell::Cell;
use std::net::SocketAddr;
use std::rc::Rc;
use std::time::Duration;

use futures_util::{AsyncReadExt, AsyncWriteExt};
use glib_coro::net::{TcpListener, TcpStream};
use glib_coro::{sleep, spawn};
use glib_coro_tests::display::Display;
use gtk::glib::{ControlFlow, MainLoop};
use gtk::prelude::*;

use crate::{click, drawn, on_display, open, runtime, wait_until};

type Count = Rc<Cell<u32>>;

fn count(count: &Count) {
    count.set(count.get() + 1);
}

/// Opens a modal dialog with one button, over a window.
fn ask(window: &gtk::Window) -> gtk::Dialog {
    let dialog = gtk::Dialog::builder()
        .transient_for(window)
        .modal(true)
        .build();
    let button = gtk::Button::with_label("Yes");
    button.set_size_request(200, 100);
    dialog.add_action_widget(&button, gtk::ResponseType::Yes);
    dialog.present();
    dialog
}

/// Sends a byte to and fro for ever.
async fn chatter(rounds: Count) -> std::io::Result<()> {
    let listener = TcpListener::bind(SocketAddr::from(([127, 0, 0, 1], 0))).await?;
    let address = listener.local_addr()?;
    let _echo = spawn(async move {
        let (mut socket, _) = listener.accept().await.expect("the other side connects");
        let mut byte = [0];
        while socket.read_exact(&mut byte).await.is_ok() {
            socket.write_all(&byte).await.expect("the other side reads");
        }
    });
    let mut socket = TcpStream::connect(address).await?;
    let mut byte = [0];
    loop {
        socket.write_all(&byte).await?;
        socket.read_exact(&mut byte).await?;
        count(&rounds);
    }
}

fn a_nested_loop_leaves_everything_else_running(display: &Display) {
    runtime().block_on(async {
        let window = open(&gtk::Label::new(Some("Behind the dialog")));
        drawn(&window).await;
        let [ticks, frames, rounds] = std::array::from_fn(|_| Count::default());
        let everything = [ticks.clone(), frames.clone(), rounds.clone()];
        let ticker = spawn(async move {
            loop {
                sleep(Duration::from_millis(1)).await;
                count(&ticks);
            }
        });
        window.add_tick_callback(move |_, _| {
            count(&frames);
            ControlFlow::Continue
        });
        let chatter = spawn(chatter(rounds));

        let nested = Rc::new(Cell::new(false));
        let asking = spawn({
            let (window, nested) = (window.clone(), nested.clone());
            async move {
                let dialog = ask(&window);
                drawn(dialog.upcast_ref()).await;
                let nest = MainLoop::new(None, false);
                let answer = Rc::new(Cell::new(None));
                dialog.connect_response({
                    let (nest, answer) = (nest.clone(), answer.clone());
                    move |dialog, response| {
                        answer.set(Some(response));
                        dialog.destroy();
                        nest.quit();
                    }
                });
                nested.set(true);
                nest.run(); // what `gtk_dialog_run` was
                nested.set(false);
                answer.get()
            }
        });

        wait_until(|| nested.get()).await;
        let before = everything.each_ref().map(|count| count.get());
        // This coroutine too runs in the nested loop now.
        wait_until(|| {
            let all = everything.iter().zip(before);
            all.into_iter()
                .all(|(count, before)| count.get() >= before + 50)
        })
        .await;
        assert!(nested.get());
        click(display, 1);
        assert_eq!(asking.await.unwrap(), Some(gtk::ResponseType::Yes));
        assert!(!nested.get());
        ticker.abort();
        chatter.abort();
    });
}

fn an_awaited_dialog_answers(display: &Display) {
    runtime().block_on(async {
        let window = open(&gtk::Label::new(Some("Behind the dialog")));
        drawn(&window).await;
        let dialog = ask(&window);
        let (answer, ()) = glib_coro::join!(dialog.run_future(), async {
            drawn(dialog.upcast_ref()).await;
            display.press(&["Escape"]);
        });
        assert_eq!(answer, gtk::ResponseType::DeleteEvent);
        dialog.destroy();
    });
}

on_display![
    a_nested_loop_leaves_everything_else_running,
    an_awaited_dialog_answers,
];
