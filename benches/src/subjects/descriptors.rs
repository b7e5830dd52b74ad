//! Descriptors on which nothing happens, in a GLib loop that something else keeps busy.

use std::os::unix::net::UnixStream;

use glib::{ControlFlow, MainContext, Priority};
use glib_coro::Runtime;

use crate::contestants::{Contestant, FLOOR, GlibRs, OursOnGLib, Stream, unix_pair};
use crate::figures::Figures;
use crate::machine::processor_time;
use crate::track::{Plan, Run, Track, race};

const MANY: usize = 10_000;

/// Everybody who lives on GLib. One after the other: both together need too many descriptors.
pub(super) fn measure(plan: &Plan) -> Figures {
    let mut figures = Figures::default();
    let contestants = [
        (OursOnGLib::NAME, [ours::<1> as fn() -> Run, ours::<MANY>]),
        (GlibRs::NAME, [glib_rs::<1>, glib_rs::<MANY>]),
        (FLOOR, [nobody, nobody]),
    ];
    for (name, [one, many]) in contestants {
        let tracks = [
            Track::special("1 descriptor", name, 1, one),
            Track::special("10,000 descriptors", name, 1, many),
        ];
        figures.extend(race("descriptors", "ns per iteration", &tracks, plan));
    }
    figures
}

/// Iterates a context on which something is always ready, and keeps what must not be dropped.
fn iterate(context: MainContext, keeps: impl Sized + 'static) -> Run {
    let source = glib::idle_source_new(None, Priority::DEFAULT, || ControlFlow::Continue);
    source.attach(Some(&context));
    Box::new(move |batches| {
        let _keeps = &keeps;
        let start = processor_time();
        for _ in 0..batches {
            assert!(context.iteration(false));
        }
        processor_time() - start
    })
}

/// Copies of one end of a pair are descriptors of their own.
fn copies(near: &UnixStream, number: usize) -> impl Iterator<Item = UnixStream> + '_ {
    (0..number).map(|_| near.try_clone().expect("enough descriptors; see ulimit -n"))
}

fn ours<const NUMBER: usize>() -> Run {
    let context = MainContext::new();
    let runtime = Runtime::builder().main_context(&context).build();
    let runtime = runtime.expect("a runtime of our own");
    let (near, far) = unix_pair();
    runtime.block_on(async {
        for copy in copies(&near, NUMBER) {
            let mut stream = OursOnGLib::unix(copy);
            OursOnGLib::detach(async move { stream.read(&mut [0]).await });
        }
        glib_coro::yield_now().await;
    });
    iterate(context, (runtime, near, far))
}

fn glib_rs<const NUMBER: usize>() -> Run {
    let context = MainContext::new();
    let (near, far) = unix_pair();
    context.block_on(async {
        for copy in copies(&near, NUMBER) {
            let mut stream = GlibRs::unix(copy);
            GlibRs::detach(async move { stream.read(&mut [0]).await });
        }
        GlibRs::yield_now().await;
    });
    iterate(context, (near, far))
}

fn nobody() -> Run {
    iterate(MainContext::new(), ())
}
