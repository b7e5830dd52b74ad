//! One window beside tasks that yield for ever: how often it draws, and how long a click takes to arrive.
//!
//! `window CONTESTANT MILLISECONDS` prints frames per second, the 99th percentile of the clicks' way in
//! milliseconds (`inf` if none arrived) and million yields per second. The clicks come from the X server, as those of a
//! mouse do, by its XTEST extension.

#![forbid(unsafe_code)]

use std::cell::RefCell;
use std::env;
use std::io::{Read, Write};
use std::os::unix::net::UnixStream;
use std::rc::Rc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant};

use glib_coro_benches::contestants::{Contestant, GlibRs, OursOnGLib};
use glib_coro_benches::statistics::quantile;
use gtk::glib::{self, ControlFlow, MainContext};
use gtk::prelude::*;

/// What the window's thread and the watching one share.
#[derive(Default)]
struct Seen {
    frames: AtomicU64,
    yields: AtomicU64,
    clicked_at: Mutex<Option<Instant>>,
    /// Milliseconds.
    ways: Mutex<Vec<f64>>,
}

const BETWEEN_CLICKS: Duration = Duration::from_millis(23);

fn main() {
    let args: Vec<String> = env::args().skip(1).collect();
    let [contestant, milliseconds] = &args[..] else {
        panic!("usage: window CONTESTANT MILLISECONDS");
    };
    let time = Duration::from_millis(milliseconds.parse().expect("a number"));
    gtk::init().expect("a display");
    let seen = Arc::new(Seen::default());
    open(&seen);
    let context = MainContext::default();
    // Drawn a few times before the others come.
    while seen.frames.load(Ordering::Relaxed) < 10 {
        context.iteration(true);
    }
    let theirs = seen.clone();
    thread::spawn(move || watch(&theirs, time));
    let main_loop = glib::MainLoop::new(None, false);
    match &**contestant {
        OursOnGLib::NAME => {
            // Belongs to the default context, where GTK is.
            for _ in 0..1_000 {
                let seen = seen.clone();
                drop(glib_coro::spawn(yield_for_ever::<OursOnGLib>(seen)));
            }
        }
        GlibRs::NAME => {
            for _ in 0..1_000 {
                context.spawn_local(yield_for_ever::<GlibRs>(seen.clone()));
            }
        }
        _ => {}
    }
    main_loop.run();
}

async fn yield_for_ever<C: Contestant>(seen: Arc<Seen>) {
    loop {
        C::yield_now().await;
        seen.yields.fetch_add(1, Ordering::Relaxed);
    }
}

/// A window that draws as often as it may.
fn open(seen: &Arc<Seen>) {
    let area = gtk::DrawingArea::new();
    let turn = Rc::new(RefCell::new(0.0));
    let drawn = seen.clone();
    area.set_draw_func(move |_, picture, width, height| {
        drawn.frames.fetch_add(1, Ordering::Relaxed);
        *turn.borrow_mut() += 0.1;
        picture.set_source_rgb(0.2, 0.4, 0.8);
        let (x, y) = (f64::from(width) / 2.0, f64::from(height) / 2.0);
        picture.arc(x, y, y, *turn.borrow(), *turn.borrow() + 4.0);
        picture.fill().expect("a picture in memory");
    });
    area.add_tick_callback(|area, _| {
        area.queue_draw();
        ControlFlow::Continue
    });
    let click = gtk::GestureClick::new();
    let clicked = seen.clone();
    click.connect_pressed(move |_, _, _, _| {
        let clicked_at = clicked.clicked_at.lock().expect("nobody panics").take();
        if let Some(at) = clicked_at {
            let way = at.elapsed().as_secs_f64() * 1e3;
            clicked.ways.lock().expect("nobody panics").push(way);
        }
    });
    area.add_controller(click);
    let window = gtk::Window::builder().child(&area).build();
    window.set_default_size(400, 300);
    window.present();
}

/// Clicks for so long, then says what was seen and ends the program, which may not be able to.
fn watch(seen: &Seen, time: Duration) {
    let mut mouse = Mouse::new();
    mouse.fake(Mouse::MOTION, 0, (200, 150));
    thread::sleep(Duration::from_millis(100));
    let count = || [&seen.frames, &seen.yields].map(|n| n.load(Ordering::Relaxed));
    let (start, before) = (Instant::now(), count());
    while start.elapsed() < time {
        *seen.clicked_at.lock().expect("nobody panics") = Some(Instant::now());
        mouse.fake(Mouse::PRESS, 1, (0, 0));
        thread::sleep(BETWEEN_CLICKS / 2);
        mouse.fake(Mouse::RELEASE, 1, (0, 0));
        thread::sleep(BETWEEN_CLICKS / 2);
    }
    let (seconds, after) = (start.elapsed().as_secs_f64(), count());
    let [frames, yields] = [0, 1].map(|n| (after[n] - before[n]) as f64 / seconds);
    let mut ways = seen.ways.lock().expect("nobody panics");
    let way = if ways.is_empty() {
        f64::INFINITY
    } else {
        quantile(&mut ways, 0.99)
    };
    println!("{frames} {way} {}", yields / 1e6);
    std::process::exit(0);
}

/// A client of the X server that plays the mouse.
///
/// Sources: X Window System Protocol, version 11, appendix B; XTEST Extension Protocol, version 2.2.
struct Mouse {
    server: UnixStream,
    xtest: u8,
}

impl Mouse {
    const PRESS: u8 = 4;
    const RELEASE: u8 = 5;
    const MOTION: u8 = 6;

    fn new() -> Self {
        let display = env::var("DISPLAY").expect("a display");
        let path = format!("/tmp/.X11-unix/X{}", display.trim_start_matches(':'));
        let mut server = UnixStream::connect(path).expect("the X server listens");
        // Little endian, version 11.0, nobody to identify.
        server
            .write_all(&[b'l', 0, 11, 0, 0, 0, 0, 0, 0, 0, 0, 0])
            .expect("the X server lives");
        let mut head = [0; 8];
        server.read_exact(&mut head).expect("the X server lives");
        assert_eq!(head[0], 1, "the X server lets nobody in");
        let mut rest = vec![0; usize::from(u16::from_le_bytes([head[6], head[7]])) * 4];
        server.read_exact(&mut rest).expect("the X server lives");
        // QueryExtension: eight bytes and the name, padded to four.
        let question = [&[98, 0, 4, 0, 5, 0, 0, 0][..], b"XTEST\0\0\0"].concat();
        server.write_all(&question).expect("the X server lives");
        let mut answer = [0; 32];
        server.read_exact(&mut answer).expect("the X server lives");
        assert!(
            answer[0] == 1 && answer[8] == 1,
            "the X server has no XTEST"
        );
        Self {
            server,
            xtest: answer[9],
        }
    }

    /// Motion goes to a place of the screen; presses happen where the mouse is.
    fn fake(&mut self, kind: u8, button: u8, (x, y): (u16, u16)) {
        let mut request = [0; 36];
        // FakeInput is XTEST's second request; 9 words.
        request[..6].copy_from_slice(&[self.xtest, 2, 9, 0, kind, button]);
        request[24..26].copy_from_slice(&x.to_le_bytes());
        request[26..28].copy_from_slice(&y.to_le_bytes());
        self.server.write_all(&request).expect("the X server lives");
    }
}
