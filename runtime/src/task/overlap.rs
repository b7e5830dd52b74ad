//! Calls of one function while an earlier call still runs: the `overlap` option of `#[glib_coro::coroutine]`.
//!
//! The calls that have not ended stand in a line, one per source function and runtime (and object, if that is asked for). The first in line runs, the others are spawned
//! and wait. A call leaves its line when its future has been dropped, wherever it stood and for whatever reason: done, aborted,
//! panicked, or ended with the runtime. What is to run no more is aborted, so that its join resolves to "cancelled".

use std::cell::{Cell, RefCell};
use std::collections::{HashMap, VecDeque};
use std::future::Future;
use std::panic::Location;
use std::pin::Pin;
use std::ptr;
use std::rc::Rc;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};

use pin_project_lite::pin_project;

use super::{AbortHandle, Builder, JoinHandle};
use crate::core::Core;
use crate::core::outcome::Report;
use crate::runtime;

/// What a call does about those in line before it. Letting all run side by side takes no line at all.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Overlap {
    /// The call is ignored.
    Drop,
    /// The others are aborted.
    Restart,
    /// The call waits for all of them.
    Queue,
    /// The call waits for the one that runs and takes the place of one that waits.
    Latest,
}

/// Stands for one source function: its address tells it from others.
#[derive(Debug)]
pub struct Site {
    /// Something without a size might share its address.
    _place: u8,
}

impl Site {
    #[expect(
        clippy::new_without_default,
        reason = "a default one would not be a `static`"
    )]
    /// Another function.
    pub const fn new() -> Self {
        Self { _place: 0 }
    }
}

/// Tells calls of the same function apart, by its address.
pub(crate) type Token = Arc<dyn Send + Sync>;

/// Which line: of this function, on this runtime, with this token. Every call in line keeps the core and the token alive, so
/// none of the addresses is used again.
type Key = (*const Site, *const Core, *const ());

thread_local! {
    /// Lines that are not empty.
    static LINES: RefCell<HashMap<Key, Rc<Line>>> = RefCell::default();
}

#[derive(Default)]
struct Line {
    /// The first runs. Wakers and abort handles are called, and dropped, outside the borrow.
    places: RefCell<VecDeque<Place>>,
    next: Cell<u64>,
}

struct Place {
    number: u64,
    /// `None` only while the call is being spawned.
    abort: Option<AbortHandle>,
    /// Whom to wake when this place becomes the first.
    waiting: Option<Waker>,
}

/// Spawns a call of the function at `site`.
#[track_caller]
pub(crate) fn spawn<F>(
    site: &'static Site,
    overlap: Overlap,
    token: Option<Token>,
    builder: Builder,
    report: Option<Report<F::Output>>,
    body: F,
) -> JoinHandle<F::Output>
where
    F: Future + 'static,
    F::Output: 'static,
{
    let core = runtime::current();
    let spec = builder.into_spec(Location::caller());
    let place = token
        .as_ref()
        .map_or(ptr::null(), |token| Arc::as_ptr(token).cast());
    let key = (site as *const Site, Arc::as_ptr(&core), place);
    let Some(ticket) = Ticket::take(key, token, overlap) else {
        return JoinHandle::cancelled(&spec);
    };
    let (line, number) = (ticket.line.clone(), ticket.number);
    let call = Call { body, ticket };
    let handle = JoinHandle::spawn_local(&core, &spec, report, call);
    // A runtime that has ended has dropped the call, and its place with it.
    let abort = handle.abort_handle();
    if let Some(place) = line
        .places
        .borrow_mut()
        .iter_mut()
        .find(|p| p.number == number)
    {
        place.abort = Some(abort);
    }
    handle
}

pin_project! {
    /// A body that waits until it is the first in line.
    struct Call<F> {
        #[pin]
        body: F,
        // Dropped after the body: the next one starts when nothing is left of this.
        ticket: Ticket,
    }
}

impl<F: Future> Future for Call<F> {
    type Output = F::Output;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<F::Output> {
        let this = self.project();
        if !this.ticket.is_first(cx) {
            return Poll::Pending;
        }
        this.body.poll(cx)
    }
}

/// A place in line, for as long as it is alive.
struct Ticket {
    key: Key,
    _token: Option<Token>,
    line: Rc<Line>,
    number: u64,
    /// Once the first, always the first.
    first: bool,
}

impl Ticket {
    /// Goes to the end of the line. `None`: this call is to be ignored.
    fn take(key: Key, token: Option<Token>, overlap: Overlap) -> Option<Self> {
        // While the thread ends there is no table any more: then it is a line of its own.
        let line = LINES
            .try_with(|lines| lines.borrow_mut().entry(key).or_default().clone())
            .unwrap_or_default();
        let earlier: Vec<AbortHandle> = {
            let places = line.places.borrow();
            let unwanted = match overlap {
                Overlap::Drop if !places.is_empty() => return None,
                Overlap::Drop | Overlap::Queue => places.len(),
                Overlap::Restart => 0,
                Overlap::Latest => 1,
            };
            let places = places.iter().skip(unwanted);
            places.filter_map(|place| place.abort.clone()).collect()
        };
        let number = line.next.replace(line.next.get() + 1);
        line.places.borrow_mut().push_back(Place {
            number,
            abort: None,
            waiting: None,
        });
        for call in earlier {
            call.abort();
        }
        Some(Self {
            key,
            _token: token,
            line,
            number,
            first: false,
        })
    }

    /// Whether this is the first in line. If not, it is woken when it becomes that.
    fn is_first(&mut self, cx: &Context<'_>) -> bool {
        if self.first {
            return true;
        }
        let mut places = self.line.places.borrow_mut();
        self.first = places
            .front()
            .is_some_and(|place| place.number == self.number);
        let place = places.iter_mut().find(|place| place.number == self.number);
        let displaced = match place {
            Some(place) if !self.first => place.waiting.replace(cx.waker().clone()),
            _ => None,
        };
        drop(places);
        drop(displaced);
        self.first
    }
}

impl Drop for Ticket {
    fn drop(&mut self) {
        let mut places = self.line.places.borrow_mut();
        let position = places.iter().position(|place| place.number == self.number);
        let place = position.and_then(|position| places.remove(position));
        let next = match places.front_mut() {
            Some(first) => first.waiting.take(),
            None => {
                // While the thread ends there is no table any more.
                let _ = LINES.try_with(|lines| lines.borrow_mut().remove(&self.key));
                None
            }
        };
        drop(places);
        drop(place);
        if let Some(next) = next {
            next.wake();
        }
    }
}
