//! Coroutines that end with their object and do not keep it alive.

#![forbid(unsafe_code)]
#![cfg(feature = "glib")]

use std::cell::{Cell, RefCell};
use std::future::pending;
use std::rc::Rc;
use std::sync::{Arc, Mutex};
use std::thread;

use ::glib::prelude::*;
use glib_coro::object::{Bound, spawn_for};
use glib_coro::task::{Builder, Priority};
use glib_coro::{block_on, yield_now};
use glib_coro_tests::subject::Subject;
use glib_coro_tests::{Counter, DropNote, Host, OnDrop, catch_panic, on_every_host};

fn an_object_with_a_sleeping_coroutine_is_finalised_as_soon_as_the_last_other_reference_goes(
    host: Host,
) {
    host.runtime().block_on(async {
        let subject = Subject::new();
        let ends = subject.ends();
        let drops = DropNote::new();
        let sleeper = spawn_for(&subject, {
            let guard = drops.guard();
            |subject| async move {
                let _guard = guard;
                assert_eq!(subject.get().number(), 0);
                pending::<()>().await;
            }
        });
        yield_now().await;
        assert_eq!(subject.ref_count(), 1);
        drop(subject);
        assert!(ends.is_finalised());
        // Dropped at its await point, by the next turn and not in the middle of somebody's `drop`.
        assert_eq!(drops.count(), 0);
        yield_now().await;
        assert_eq!(drops.threads(), [thread::current().id()]);
        assert!(sleeper.await.unwrap_err().is_cancelled());
    });
}

fn what_get_returns_keeps_the_object_alive_only_as_long_as_it_is_held(host: Host) {
    host.runtime().block_on(async {
        let subject = Subject::new();
        let ends = subject.ends();
        let holder = spawn_for(&subject, |subject| async move {
            let held = subject.get();
            yield_now().await;
            drop(held);
            pending::<()>().await;
        });
        yield_now().await;
        drop(subject);
        assert!(!ends.is_finalised());
        assert!(holder.await.unwrap_err().is_cancelled());
        assert!(ends.is_finalised());
    });
}

fn the_poll_that_held_the_last_reference_disposes_and_the_coroutine_ends(host: Host) {
    host.runtime().block_on(async {
        let subject = Rc::new(Cell::new(Some(Subject::new())));
        let first = subject.take().unwrap();
        let ends = first.ends();
        let polls = Counter::new();
        let body = {
            let (subject, ends, polls) = (subject.clone(), ends.clone(), polls.clone());
            |bound: Bound<Subject>| async move {
                polls.add();
                drop(subject.take());
                assert!(!ends.is_finalised());
                assert_eq!(bound.get().ref_count(), 2);
                yield_now().await;
                polls.add();
            }
        };
        let coroutine = spawn_for(&first, body);
        subject.set(Some(first));
        assert!(coroutine.await.unwrap_err().is_cancelled());
        assert!(ends.is_finalised());
        assert_eq!(polls.get(), 1);
    });
}

fn one_that_is_done_in_the_poll_in_which_the_object_goes_is_done(host: Host) {
    host.runtime().block_on(async {
        let subject = Subject::new();
        let ends = subject.ends();
        let slot = Rc::new(Cell::new(None));
        let coroutine = spawn_for(&subject, {
            let slot = slot.clone();
            |_| async move {
                drop(slot.take());
                7
            }
        });
        slot.set(Some(subject));
        assert_eq!(coroutine.await.unwrap(), 7);
        assert!(ends.is_finalised());
    });
}

fn one_whose_object_goes_before_its_first_poll_is_never_polled(host: Host) {
    host.runtime().block_on(async {
        let subject = Subject::new();
        let coroutine = spawn_for(&subject, |_| async { unreachable!("polled") });
        drop(subject);
        assert!(coroutine.await.unwrap_err().is_cancelled());
    });
}

fn a_disposal_while_there_are_references_ends_it(host: Host) {
    host.runtime().block_on(async {
        let subject = Subject::new();
        let coroutine = spawn_for(&subject, |_| pending::<()>());
        yield_now().await;
        subject.destroy();
        assert!(coroutine.await.unwrap_err().is_cancelled());
        assert!(!subject.ends().is_finalised());
    });
}

fn what_is_bound_to_an_object_that_was_disposed_of_ends_when_it_is_finalised(host: Host) {
    host.runtime().block_on(async {
        let subject = Subject::new();
        let early = spawn_for(&subject, |_| pending::<()>());
        subject.destroy();
        let late = spawn_for(&subject, |subject| async move {
            subject.get();
            pending::<()>().await;
        });
        assert!(early.await.unwrap_err().is_cancelled());
        yield_now().await;
        assert!(!late.is_finished());
        drop(subject);
        assert!(late.await.unwrap_err().is_cancelled());
    });
}

fn one_that_disposes_of_its_own_object_ends_at_its_next_await(host: Host) {
    host.runtime().block_on(async {
        let subject = Subject::new();
        let coroutine = spawn_for(&subject, |subject| async move {
            subject.get().destroy();
            // Held all the same until the poll is over.
            assert_eq!(subject.get().number(), 0);
            pending::<()>().await;
        });
        assert!(coroutine.await.unwrap_err().is_cancelled());
    });
}

fn a_disposal_on_another_thread_drops_the_future_on_its_own(host: Host) {
    host.runtime().block_on(async {
        let subject = Subject::new();
        let drops = DropNote::new();
        let coroutine = spawn_for(&subject, {
            let guard = drops.guard();
            |_| async move {
                let _guard = guard;
                pending::<()>().await;
            }
        });
        yield_now().await;
        let other = thread::spawn(move || drop(subject));
        assert!(coroutine.await.unwrap_err().is_cancelled());
        other.join().unwrap();
        assert_eq!(drops.threads(), [thread::current().id()]);
    });
}

fn disposals_on_other_threads_race_with_polls_and_spawns(host: Host) {
    host.runtime().block_on(async {
        for _ in 0..100 {
            let subject = Subject::new();
            let ends = subject.ends();
            let weak = subject.downgrade();
            let other = thread::spawn(move || drop(subject));
            let mut handles = Vec::new();
            while let Some(subject) = weak.upgrade() {
                handles.push(spawn_for(&subject, |subject| async move {
                    loop {
                        subject.get();
                        yield_now().await;
                    }
                }));
                drop(subject);
                yield_now().await;
            }
            for handle in handles {
                assert!(handle.await.unwrap_err().is_cancelled());
            }
            other.join().unwrap();
            assert!(ends.is_finalised());
        }
    });
}

fn a_thousand_of_them_leave_the_count_of_references_alone(host: Host) {
    let runtime = host.runtime();
    runtime.block_on(async {
        let subject = Subject::new();
        for _ in 0..1_000 {
            drop(spawn_for(&subject, |subject| async move {
                subject.get();
                yield_now().await;
            }));
        }
        yield_now().await;
        assert_eq!(subject.ref_count(), 1);
        yield_now().await;
        assert_eq!(runtime.metrics().alive, 1);
        for _ in 0..1_000 {
            drop(spawn_for(&subject, |_| pending::<()>()));
        }
        yield_now().await;
        assert_eq!(runtime.metrics().alive, 1_001);
        assert_eq!(subject.ref_count(), 1);
        drop(subject);
        yield_now().await;
        assert_eq!(runtime.metrics().alive, 1);
    });
}

fn get_elsewhere_panics_at_the_line_of_the_caller(host: Host) {
    host.runtime().block_on(async {
        let subject = Subject::new();
        let slot = Rc::new(RefCell::new(None));
        let coroutine = spawn_for(&subject, {
            let slot = slot.clone();
            |subject: Bound<Subject>| async move {
                slot.replace(Some(subject));
                pending::<()>().await;
            }
        });
        yield_now().await;
        let bound = slot.take().unwrap();
        let line = line!() + 1;
        let caught = catch_panic(|| bound.get());
        assert_eq!((caught.file.as_str(), caught.line), (file!(), line));
        assert!(
            caught.message.contains("GlibCoroTestSubject") && caught.message.contains("upgrade"),
            "{caught:?}"
        );
        assert_eq!(bound.upgrade().as_ref(), Some(&subject));
        drop(subject);
        assert_eq!(bound.upgrade(), None);
        assert!(coroutine.await.unwrap_err().is_cancelled());
    });
}

fn a_nested_loop_inside_its_poll_keeps_the_object_and_the_others_going(host: Host) {
    let runtime = host.runtime();
    runtime.block_on(async {
        let subject = Subject::new();
        let coroutine = spawn_for(&subject, |subject| async move {
            let other = spawn_for(&subject.get(), |subject| async move {
                yield_now().await;
                subject.get().set_number(7);
            });
            block_on(other).unwrap();
            assert_eq!(subject.get().number(), 7);
        });
        coroutine.await.unwrap();
        assert_eq!(subject.ref_count(), 1);
    });
}

fn it_has_a_name_a_priority_and_the_line_of_its_spawn(host: Host) {
    let seen = Arc::new(Mutex::new(Vec::new()));
    let runtime = host
        .builder()
        .on_unhandled({
            let seen = seen.clone();
            move |unhandled| {
                let location = unhandled.location();
                seen.lock().unwrap().push((
                    unhandled.name().map(str::to_owned),
                    location.file(),
                    location.line(),
                    unhandled.message().to_owned(),
                ));
            }
        })
        .build()
        .unwrap();
    runtime.block_on(async {
        let subject = Subject::new();
        let order = Rc::new(RefCell::new(Vec::new()));
        let note = |what| {
            let order = order.clone();
            move |_| async move { order.borrow_mut().push(what) }
        };
        let default = spawn_for(&subject, note("default"));
        let high = Builder::new().priority(Priority::High);
        let high = high.spawn_for(&subject, note("high"));
        default.await.unwrap();
        high.await.unwrap();
        assert_eq!(order.take(), ["high", "default"]);

        let line = line!() + 2;
        let builder = Builder::new().name("handler");
        let handle = builder.spawn_for(&subject, |_| async { panic!("on purpose") });
        assert_eq!(handle.name(), Some("handler"));
        drop(handle);
        let plain_line = line!() + 1;
        drop(spawn_for(&subject, |_| async { panic!("again") }));
        yield_now().await;
        let handler = Some("handler".to_owned());
        assert_eq!(
            *seen.lock().unwrap(),
            [
                (handler, file!(), line, "on purpose".to_owned()),
                (None, file!(), plain_line, "again".to_owned())
            ]
        );
        assert_eq!(subject.ref_count(), 1);
    });
}

fn the_runtime_may_end_before_the_object(host: Host) {
    let subject = Subject::new();
    let runtime = host.runtime();
    let drops = DropNote::new();
    let (coroutine, late) = runtime.block_on(async {
        let coroutine = spawn_for(&subject, {
            let guard = drops.guard();
            |_| async move {
                let _guard = guard;
                pending::<()>().await;
            }
        });
        yield_now().await;
        let late = spawn_for(&subject, |_| pending::<()>());
        (coroutine, late)
    });
    drop(runtime);
    assert_eq!(drops.count(), 1);
    subject.destroy();
    drop(subject);
    host.runtime().block_on(async {
        assert!(coroutine.await.unwrap_err().is_cancelled());
        assert!(late.await.unwrap_err().is_cancelled());
    });
}

fn an_aborted_one_leaves_the_object(host: Host) {
    host.runtime().block_on(async {
        let subject = Subject::new();
        let upgraded = Rc::new(Cell::new(false));
        let coroutine = spawn_for(&subject, |subject: Bound<Subject>| {
            let guard = OnDrop::new({
                let (subject, upgraded) = (subject.clone(), upgraded.clone());
                move || upgraded.set(subject.upgrade().is_some())
            });
            async move {
                let _guard = guard;
                pending::<()>().await;
            }
        });
        yield_now().await;
        coroutine.abort();
        assert!(coroutine.await.unwrap_err().is_cancelled());
        assert!(upgraded.get());
        drop(subject);
    });
}

fn a_private_struct_is_bound_through_its_object(host: Host) {
    use ::glib::subclass::prelude::*;
    use glib_coro::__private::{coroutine, weak};

    host.runtime().block_on(async {
        let subject = Subject::new();
        let imp = subject.imp();
        let by_object = spawn_for(&*imp.obj(), |subject| async move {
            subject.get().imp().obj().set_number(1);
            pending::<()>().await;
        });
        let this = weak(imp).bind();
        let body = {
            let this = this.clone();
            async move {
                this.get().obj().set_number(2);
                pending::<()>().await;
            }
        };
        let by_struct = coroutine(&"method").weak(&[&this]).spawn(body);
        yield_now().await;
        assert_eq!(subject.number(), 2);
        assert_eq!(subject.ref_count(), 1);
        assert!(catch_panic(|| this.get()).message.contains("upgrade"));
        assert!(this.upgrade().is_some());
        drop(subject);
        assert!(by_object.await.unwrap_err().is_cancelled());
        assert!(by_struct.await.unwrap_err().is_cancelled());
        assert!(this.upgrade().is_none());
    });
}

fn several_objects_end_it_with_the_first_of_them(host: Host) {
    use glib_coro::__private::{coroutine, weak};

    host.runtime().block_on(async {
        for first in [true, false] {
            let subjects = [Subject::new(), Subject::new()];
            let (a, b) = (weak(&subjects[0]).bind(), weak(&subjects[1]).bind());
            let body = {
                let (a, b) = (a.clone(), b.clone());
                async move {
                    loop {
                        assert_ne!(a.get(), b.get());
                        yield_now().await;
                    }
                }
            };
            let handle = coroutine(&"pair").weak(&[&a, &b]).spawn(body);
            yield_now().await;
            assert_eq!(subjects[0].ref_count(), 1);
            let [a, b] = subjects;
            let (gone, other) = if first { (a, b) } else { (b, a) };
            let ends = gone.ends();
            drop(gone);
            assert!(ends.is_finalised());
            assert!(handle.await.unwrap_err().is_cancelled());
            assert_eq!(other.ref_count(), 1);
        }
    });
}

fn calls_overlap_per_object(host: Host) {
    use glib_coro::__private::{Overlap, Site, coroutine, per};

    static SITE: Site = Site::new();

    host.runtime().block_on(async {
        let (a, b) = (Subject::new(), Subject::new());
        let call = |subject: &Subject| {
            coroutine(&"click")
                .overlap(&SITE, Overlap::Drop)
                .per(per(subject).token())
                .spawn(async { yield_now().await })
        };
        let [first, ignored, other] = [call(&a), call(&a), call(&b)];
        assert!(ignored.await.unwrap_err().is_cancelled());
        first.await.unwrap();
        other.await.unwrap();
        call(&a).await.unwrap();
        let general = coroutine(&"click").overlap(&SITE, Overlap::Drop);
        let [per, general] = [call(&a), general.spawn(async {})];
        per.await.unwrap();
        general.await.unwrap();
    });
}

fn calls_overlap_on_an_object_that_was_disposed_of_meanwhile(host: Host) {
    use glib_coro::__private::{Overlap, Site, coroutine, per};

    static SITE: Site = Site::new();

    host.runtime().block_on(async {
        let subject = Subject::new();
        let call = || {
            coroutine(&"click")
                .overlap(&SITE, Overlap::Drop)
                .per(per(&subject).token())
                .spawn(pending::<()>())
        };
        let first = call();
        yield_now().await;
        subject.destroy();
        let ignored = call();
        assert!(ignored.is_finished());
        assert!(!first.is_finished());
        first.abort();
        assert!(first.await.unwrap_err().is_cancelled());
        let next = call();
        yield_now().await;
        assert!(!next.is_finished());
    });
}

fn an_object_of_which_calls_were_told_apart_leaves_nothing_behind(host: Host) {
    use glib_coro::__private::{Overlap, Site, coroutine, per};

    static SITE: Site = Site::new();

    host.runtime().block_on(async {
        // Some of them come to lie where others lay, whose calls have not ended.
        let calls: Vec<_> = (0..100)
            .map(|_| {
                let subject = Subject::new();
                let token = per(&subject).token();
                let ends = subject.ends();
                assert_eq!(subject.ref_count(), 1);
                drop(subject);
                assert!(ends.is_finalised());
                coroutine(&"click")
                    .overlap(&SITE, Overlap::Drop)
                    .per(token)
                    .spawn(pending::<()>())
            })
            .collect();
        yield_now().await;
        assert!(calls.iter().all(|call| !call.is_finished()));
    });
}

on_every_host!(
    an_object_with_a_sleeping_coroutine_is_finalised_as_soon_as_the_last_other_reference_goes,
    what_get_returns_keeps_the_object_alive_only_as_long_as_it_is_held,
    the_poll_that_held_the_last_reference_disposes_and_the_coroutine_ends,
    one_that_is_done_in_the_poll_in_which_the_object_goes_is_done,
    one_whose_object_goes_before_its_first_poll_is_never_polled,
    a_disposal_while_there_are_references_ends_it,
    what_is_bound_to_an_object_that_was_disposed_of_ends_when_it_is_finalised,
    one_that_disposes_of_its_own_object_ends_at_its_next_await,
    a_disposal_on_another_thread_drops_the_future_on_its_own,
    disposals_on_other_threads_race_with_polls_and_spawns,
    a_thousand_of_them_leave_the_count_of_references_alone,
    get_elsewhere_panics_at_the_line_of_the_caller,
    it_has_a_name_a_priority_and_the_line_of_its_spawn,
    the_runtime_may_end_before_the_object,
    an_aborted_one_leaves_the_object,
    a_private_struct_is_bound_through_its_object,
    several_objects_end_it_with_the_first_of_them,
    calls_overlap_per_object,
    calls_overlap_on_an_object_that_was_disposed_of_meanwhile,
    an_object_of_which_calls_were_told_apart_leaves_nothing_behind;
    // The others do not nest.
    ours: a_nested_loop_inside_its_poll_keeps_the_object_and_the_others_going,
);
