//! A window that redraws itself all the time, and what became of its frames.

use std::cell::Cell;
use std::rc::Rc;
use std::time::{Duration, Instant};

use gtk::glib::ControlFlow;
use gtk::prelude::*;
use rustix::time::{ClockId, clock_gettime};

/// What is known about the frames so far.
///
/// Of the time between two frames, *ours* is that for which the thread ran and did not paint. On a machine that is busy with something
/// else a thread also waits for a processor, and for a kernel that does: those frames are missed without our doing. The longest
/// poll, which is told at the end, has such times in it.
#[derive(Debug)]
pub(crate) struct Frames(Rc<Watch>);

#[derive(Debug)]
struct Watch {
    /// The last frame, on the wall and by the time for which this thread had run. `None` between rounds.
    last: Cell<Option<(Instant, Duration)>>,
    painting_since: Cell<Duration>,
    /// What was painted since the last frame.
    painting: Cell<Duration>,
    count: Cell<u64>,
    longest: Cell<Duration>,
    ours: Cell<Duration>,
    _window: gtk::Window,
}

impl Frames {
    /// Opens the window.
    pub(crate) fn watch() -> Self {
        let spinner = gtk::Spinner::builder().spinning(true).build();
        let window = gtk::Window::builder().child(&spinner).build();
        window.set_default_size(200, 200);
        window.present();
        let watch = Rc::new(Watch {
            last: Cell::default(),
            painting_since: Cell::default(),
            painting: Cell::default(),
            count: Cell::default(),
            longest: Cell::default(),
            ours: Cell::default(),
            _window: window.clone(),
        });
        let clock = window.frame_clock().expect("a window that is shown");
        let watching = watch.clone();
        clock.connect_before_paint(move |_| watching.frame());
        let watching = watch.clone();
        clock.connect_after_paint(move |_| watching.painted());
        spinner.add_tick_callback(|spinner, _| {
            spinner.queue_draw();
            ControlFlow::Continue
        });
        Self(watch)
    }

    /// From here on, frames count.
    pub(crate) fn begin(&self) {
        self.0.painting.take();
        self.0.last.set(Some((Instant::now(), ran())));
    }

    /// From here on, they do not.
    pub(crate) fn end(&self) {
        self.0.last.take();
    }

    pub(crate) fn count(&self) -> u64 {
        self.0.count.get()
    }

    /// The longest time between two frames.
    pub(crate) fn longest(&self) -> Duration {
        self.0.longest.get()
    }

    /// The longest part of such a time that is ours.
    pub(crate) fn ours(&self) -> Duration {
        self.0.ours.get()
    }
}

impl Watch {
    fn frame(&self) {
        let (now, ran) = (Instant::now(), ran());
        self.painting_since.set(ran);
        let painted = self.painting.take();
        let Some((then, ran_then)) = self.last.get() else {
            return;
        };
        self.last.set(Some((now, ran)));
        self.count.set(self.count.get() + 1);
        self.longest.set(self.longest.get().max(now - then));
        let ours = (ran - ran_then).saturating_sub(painted);
        self.ours.set(self.ours.get().max(ours));
    }

    fn painted(&self) {
        let painted = ran() - self.painting_since.get();
        self.painting.set(self.painting.get() + painted);
    }
}

/// For how long this thread has run.
fn ran() -> Duration {
    let time = clock_gettime(ClockId::ThreadCPUTime);
    time.try_into().expect("it does not run backwards")
}
