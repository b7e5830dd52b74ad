//! Everything that is known about a runtime, as one text.

use std::sync::Arc;
use std::time::{Duration, Instant};

use super::json::Json;
use super::{Direction, Info, State, WaitingOn};
use crate::core::Core;
use crate::core::metrics::{Histogram, LongestPoll, Metrics};
use crate::runtime;

/// Every coroutine of the thread's current runtime that has not ended, in the order in which they were spawned.
///
/// It costs nothing until it is called. [`Handle::all`](crate::Handle::all) tells of another runtime, from any thread. Where
/// the thread has no runtime the list is empty.
///
/// ```
/// use glib_coro::task::{self, Builder, State, WaitingOn};
///
/// # glib_coro::block_on(async {
/// let sleeper = Builder::new().name("sleeper").spawn(std::future::pending::<()>());
/// glib_coro::yield_now().await;
///
/// let all = task::all();
/// let info = all.iter().find(|info| info.id() == sleeper.id()).unwrap();
/// assert_eq!(info.name(), Some("sleeper"));
/// assert_eq!(info.state(), State::Waiting);
/// assert_eq!(info.waiting_on(), [WaitingOn::Other]);
/// # });
/// ```
pub fn all() -> Vec<Info> {
    runtime::find_current().map_or_else(Vec::new, |core| core.inventory())
}

/// The [coroutines](all()) and the [metrics](crate::runtime::Metrics) of the thread's current runtime as JSON, in one line.
///
/// ```text
/// {"thread":"main",
///  "metrics":{"alive":2,"peak_alive":2,"spawned":7,"ready":0,"polls":31,"turns":12,"sources":1,
///   "longest_poll":{"seconds":0.203114875,"id":4,"name":"worker","location":"src/main.rs:20:9"},
///   "poll_times":[{"from_seconds":0.000002000,"polls":30}, …],"slow_polls":1},
///  "coroutines":[{"id":1,"name":null,"location":"src/main.rs:12:5","state":"waiting",
///   "waiting_on":[{"kind":"timer","in_seconds":1.5},{"kind":"descriptor","fd":5,"direction":"read"},
///    {"kind":"join","id":7},{"kind":"other"}],
///   "polls":3,"busy_seconds":0.000012,"last_poll_seconds_ago":4.2}, …]}
/// ```
///
/// `null` stands for what is not known: without [insight](crate::runtime::Builder::insight) the longest poll and, of each
/// coroutine, the polls and the times; on another thread than the runtime's, the polls and turns in all and the sources; and
/// everything where the thread has no runtime. `poll_times` leaves out what is empty. A timer that is overdue is due `in_seconds` 0.
///
/// ```
/// # glib_coro::block_on(async {
/// eprintln!("{}", glib_coro::task::dump());
/// # });
/// ```
pub fn dump() -> String {
    runtime::find_current().map_or_else(|| "null".to_owned(), |core| render(&core))
}

pub(crate) fn render(core: &Arc<Core>) -> String {
    let Some((coroutines, metrics)) = core.picture() else {
        return render_unanswered(core);
    };
    let sources = runtime::sources_of(core);
    let ready = coroutines
        .iter()
        .filter(|info| info.state() == State::Ready);
    let ready = ready.count();
    let now = core.timers.at(Instant::now());
    let mut json = Json::default();
    json.object(|json| {
        json.key("thread").string_or_null(core.thread_name());
        json.key("metrics");
        write_metrics(json, &metrics, ready, sources);
        json.key("coroutines");
        json.list(&coroutines, |json, info| write_info(json, info, now));
    });
    json.into_text()
}

/// Without insight, on another thread, while the loop is stuck or nobody runs it.
fn render_unanswered(core: &Core) -> String {
    let mut json = Json::default();
    json.object(|json| {
        json.key("thread").string_or_null(core.thread_name());
        json.key("metrics").null();
        json.key("coroutines").null();
    });
    json.into_text()
}

/// `sources`: known on the runtime's thread, as are the polls and turns.
fn write_metrics(json: &mut Json, metrics: &Metrics, ready: usize, sources: Option<usize>) {
    let at_home = |figure| sources.map(|_| figure);
    json.object(|json| {
        json.key("alive").number(metrics.alive);
        json.key("peak_alive").number(metrics.peak_alive);
        json.key("spawned").number(metrics.spawned);
        json.key("ready").number(ready);
        json.key("polls").number_or_null(at_home(metrics.polls));
        json.key("turns").number_or_null(at_home(metrics.turns));
        json.key("sources").number_or_null(sources);
        json.key("longest_poll");
        match &metrics.longest_poll {
            Some(longest) => write_longest(json, longest),
            None => json.null(),
        }
        json.key("poll_times");
        write_histogram(json, &metrics.poll_times);
        json.key("slow_polls").number(metrics.slow_polls);
    });
}

fn write_longest(json: &mut Json, longest: &LongestPoll) {
    json.object(|json| {
        json.key("seconds").seconds(Some(longest.duration));
        json.key("id").number(longest.id);
        json.key("name").string_or_null(longest.name.as_deref());
        json.key("location").string(&longest.location.to_string());
    });
}

fn write_histogram(json: &mut Json, histogram: &Histogram) {
    let filled = histogram.buckets().filter(|(_, polls)| *polls > 0);
    json.list(filled, |json, (range, polls)| {
        json.object(|json| {
            json.key("from_seconds").seconds(Some(range.start));
            json.key("polls").number(polls);
        });
    });
}

fn write_info(json: &mut Json, info: &Info, now: Instant) {
    json.object(|json| {
        json.key("id").number(info.id());
        json.key("name").string_or_null(info.name());
        json.key("location").string(&info.location().to_string());
        json.key("state").string(match info.state() {
            State::Running => "running",
            State::Ready => "ready",
            State::Waiting => "waiting",
        });
        json.key("waiting_on");
        json.list(info.waiting_on(), |json, on| write_wait(json, *on, now));
        json.key("polls").number_or_null(info.polls());
        json.key("busy_seconds").seconds(info.busy());
        let ago = |then| Instant::now().saturating_duration_since(then);
        json.key("last_poll_seconds_ago")
            .seconds(info.last_poll().map(ago));
    });
}

fn write_wait(json: &mut Json, on: WaitingOn, now: Instant) {
    json.object(|json| match on {
        WaitingOn::Timer { deadline } => {
            let left: Duration = deadline.saturating_duration_since(now);
            json.key("kind").string("timer");
            json.key("in_seconds").seconds(Some(left));
        }
        WaitingOn::Descriptor { fd, direction } => {
            json.key("kind").string("descriptor");
            json.key("fd").number(fd);
            json.key("direction").string(match direction {
                Direction::Read => "read",
                Direction::Write => "write",
            });
        }
        WaitingOn::Join { id } => {
            json.key("kind").string("join");
            json.key("id").number(id);
        }
        WaitingOn::Other => json.key("kind").string("other"),
    });
}
