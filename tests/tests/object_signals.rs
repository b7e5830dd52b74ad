//! Awaiting signals.

#![forbid(unsafe_code)]
#![cfg(feature = "glib")]

use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::sync::{Arc, Mutex};
use std::thread;

use ::glib::prelude::*;
use futures_util::{StreamExt, select};
use glib_coro::object::{CoroObjectExt, once, once_send, spawn_for};
use glib_coro::{spawn, yield_now};
use glib_coro_tests::glib_view::{capture_log, take_log};
use glib_coro_tests::subject::Subject;
use glib_coro_tests::{Counter, Host, catch_panic, on_every_host};

fn the_next_emission_brings_its_values_and_disconnects(host: Host) {
    host.runtime().block_on(async {
        let subject = Subject::new();
        let said = subject.next_emission("said");
        assert!(subject.has_handler("said"));
        // Connected by the call: nothing is lost before the first poll. The second one is not asked for.
        subject.say(7, "seven");
        subject.say(8, "eight");
        let values = said.await.unwrap();
        assert_eq!(values.len(), 3);
        assert_eq!(values[0].get::<Subject>().unwrap(), subject);
        assert_eq!(values[1].get::<i32>().unwrap(), 7);
        assert_eq!(values[2].get::<&str>().unwrap(), "seven");
        drop(values);
        assert!(!subject.has_handler("said"));
        assert_eq!(subject.ref_count(), 1);
    });
}

fn a_thousand_emissions_arrive_in_order_and_leave_nothing_behind(host: Host) {
    let runtime = host.runtime();
    runtime.block_on(async {
        let subject = Subject::new();
        let listener = spawn({
            let mut emissions = subject.emissions("said");
            async move {
                let mut seen = Vec::new();
                while let Some(values) = emissions.next().await {
                    seen.push(values[1].get::<i32>().unwrap());
                }
                seen
            }
        });
        for n in 0..1_000 {
            subject.say(n, "hm");
            if n % 3 == 0 {
                yield_now().await;
            }
        }
        assert_eq!(subject.ref_count(), 1);
        for _ in 0..1_000 {
            let next = subject.next_emission("plain");
            subject.emit_plain();
            assert!(next.await.is_some());
        }
        assert_eq!(subject.ref_count(), 1);
        assert!(!subject.has_handler("plain"));
        let ends = subject.ends();
        drop(subject);
        assert!(ends.is_finalised());
        assert_eq!(listener.await.unwrap(), (0..1_000).collect::<Vec<_>>());
        assert_eq!(runtime.metrics().alive, 1);
    });
}

fn who_waits_does_not_keep_the_object_alive_and_learns_of_its_end(host: Host) {
    host.runtime().block_on(async {
        let subject = Subject::new();
        let ends = subject.ends();
        let next = spawn(subject.next_emission("plain"));
        let mut stream = subject.emissions("plain");
        let rest =
            spawn(async move { stream.next().await.is_none() && stream.next().await.is_none() });
        let once = spawn(once(&subject, |subject, resolve: Box<dyn Fn(())>| {
            subject.connect_local("plain", false, move |_| {
                resolve(());
                None
            })
        }));
        yield_now().await;
        assert_eq!(subject.ref_count(), 1);
        drop(subject);
        assert!(ends.is_finalised());
        assert!(next.await.unwrap().is_none());
        assert!(rest.await.unwrap());
        assert_eq!(once.await.unwrap(), None);
    });
}

fn what_was_emitted_before_the_disposal_is_given_after_it(host: Host) {
    host.runtime().block_on(async {
        let subject = Subject::new();
        let mut stream = subject.emissions("said");
        let next = subject.next_emission("said");
        subject.say(1, "");
        subject.say(2, "");
        subject.destroy();
        subject.say(3, "nobody is connected any more");
        assert_eq!(next.await.unwrap()[1].get::<i32>().unwrap(), 1);
        let ends = subject.ends();
        drop(subject);
        assert!(ends.is_finalised());
        for n in [1, 2] {
            let values = stream.next().await.unwrap();
            assert_eq!(values[0].get::<Option<Subject>>().unwrap(), None);
            assert_eq!(values[1].get::<i32>().unwrap(), n);
        }
        assert!(stream.next().await.is_none());
    });
}

fn futures_and_streams_may_be_dropped_in_any_order_and_inside_a_handler(host: Host) {
    host.runtime().block_on(async {
        let subject = Subject::new();
        let next = subject.next_emission("plain");
        let stream = subject.emissions("plain");
        drop(next);
        assert!(subject.has_handler("plain"));
        drop(stream);
        assert!(!subject.has_handler("plain"));

        // A handler that comes first drops a stream while the signal is being emitted.
        let slot = Rc::new(RefCell::new(None));
        let handler = subject.connect_local("plain", false, {
            let slot = slot.clone();
            move |_| {
                drop(slot.take());
                None
            }
        });
        slot.replace(Some(subject.emissions("plain")));
        subject.emit_plain();
        subject.disconnect(handler);
        assert!(!subject.has_handler("plain"));

        // The object first.
        let stream = subject.emissions("plain");
        subject.emit_plain();
        let ends = subject.ends();
        drop(subject);
        assert!(ends.is_finalised());
        drop(stream);
    });
}

fn a_detail_selects(host: Host) {
    host.runtime().block_on(async {
        let subject = Subject::new();
        let mut red = subject.emissions("detailed::red");
        let mut all = subject.emissions("detailed");
        subject.emit_by_name_with_details::<()>("detailed", ::glib::Quark::from_str("blue"), &[]);
        subject.emit_by_name_with_details::<()>("detailed", ::glib::Quark::from_str("red"), &[]);
        let notified = subject.next_emission("notify::number");
        subject.set_text(Some("not the number"));
        subject.set_number(1);
        let values = notified.await.unwrap();
        let property = values[1].get::<::glib::ParamSpec>().unwrap();
        assert_eq!(property.name(), "number");
        drop(values);
        drop(subject);
        let mut count = (0, 0);
        while red.next().await.is_some() {
            count.0 += 1;
        }
        while all.next().await.is_some() {
            count.1 += 1;
        }
        assert_eq!(count, (1, 2));
    });
}

fn a_signal_that_wants_an_answer_gets_none_from_who_only_looks(host: Host) {
    host.runtime().block_on(async {
        let subject = Subject::new();
        let looked = subject.next_emission("asked");
        assert!(!subject.ask(1));
        assert_eq!(looked.await.unwrap()[1].get::<i32>().unwrap(), 1);

        let answered = once(&subject, |subject, resolve| {
            subject.connect_local("asked", false, move |values| {
                resolve(values[1].get::<i32>().unwrap());
                Some(true.to_value())
            })
        });
        assert!(subject.ask(2));
        assert!(subject.ask(3));
        assert_eq!(answered.await, Some(2));
        assert!(!subject.has_handler("asked"));
        assert!(!subject.ask(4));
    });
}

fn once_takes_what_is_not_send_and_disconnects_when_it_is_dropped(host: Host) {
    host.runtime().block_on(async {
        let subject = Subject::new();
        let connect = |subject: &Subject, resolve: Box<dyn Fn(Rc<Cell<i32>>)>| {
            let token = Rc::new(Cell::new(7));
            subject.connect_local("plain", false, move |_| {
                resolve(token.clone());
                None
            })
        };
        let dropped = once(&subject, connect);
        assert!(subject.has_handler("plain"));
        drop(dropped);
        assert!(!subject.has_handler("plain"));

        let kept = once(&subject, connect);
        subject.emit_plain();
        assert_eq!(kept.await.unwrap().get(), 7);
        assert!(!subject.has_handler("plain"));
        assert_eq!(subject.ref_count(), 1);
    });
}

fn once_ends_when_somebody_else_disconnects_the_handler(host: Host) {
    host.runtime().block_on(async {
        let subject = Subject::new();
        let resolve_never = once(&subject, |subject, resolve: Box<dyn Fn(i32)>| {
            let never = subject.connect_local("plain", false, move |_| {
                resolve(1);
                None
            });
            subject.disconnect(never);
            subject.connect_local("plain", false, |_| None)
        });
        assert_eq!(resolve_never.await, None);
        assert!(!subject.has_handler("plain"));
    });
}

fn once_refuses_the_handler_of_another_object(_: Host) {
    let (subject, other) = (Subject::new(), Subject::new());
    let connect = |_: &Subject, resolve: Box<dyn Fn(())>| {
        subject.connect_local("plain", false, move |_| {
            resolve(());
            None
        })
    };
    let line = line!() + 1;
    let caught = catch_panic(|| once(&other, connect));
    assert_eq!((caught.file.as_str(), caught.line), (file!(), line));
    assert!(caught.message.contains("GlibCoroTestSubject"), "{caught:?}");
}

fn an_emission_on_another_thread_reaches_the_coroutine_on_its_own(host: Host) {
    host.runtime().block_on(async {
        let subject = Subject::new();
        let mut stream = subject.emissions("said");
        let emitter = thread::spawn({
            let subject = subject.clone();
            move || {
                for n in 0..1_000 {
                    subject.say(n, "from elsewhere");
                }
                thread::current().id()
            }
        });
        let home = thread::current().id();
        for n in 0..1_000 {
            let values = stream.next().await.unwrap();
            assert_eq!(values[0].get::<Subject>().unwrap(), subject);
            assert_eq!(values[1].get::<i32>().unwrap(), n);
            assert_eq!(thread::current().id(), home);
        }
        assert_ne!(emitter.join().unwrap(), home);
        drop(stream);
        assert_eq!(subject.ref_count(), 1);

        let typed = once_send(&subject, |subject, resolve| {
            subject.connect("met", false, move |values| {
                resolve((thread::current().id(), values.len()));
                None
            })
        });
        let other = thread::spawn({
            let subject = subject.clone();
            move || {
                subject.emit_by_name::<()>("met", &[&subject.clone().upcast::<::glib::Object>()]);
                thread::current().id()
            }
        });
        assert_eq!(typed.await.unwrap(), (other.join().unwrap(), 2));
    });
}

fn emissions_on_other_threads_race_with_the_end_of_streams(host: Host) {
    host.runtime().block_on(async {
        let subject = Subject::new();
        let stop = Arc::new(Mutex::new(false));
        let emitters: Vec<_> = (0..2)
            .map(|_| {
                let (subject, stop) = (subject.clone(), stop.clone());
                thread::spawn(move || {
                    while !*stop.lock().unwrap() {
                        subject.say(1, "again");
                        subject.set_number(subject.number() ^ 1);
                    }
                })
            })
            .collect();
        for n in 0..500 {
            let mut stream = subject.emissions("said");
            let mut numbers = subject.property_values::<i32>("number");
            let next = subject.next_emission("notify::number");
            if n % 2 == 0 {
                assert!(stream.next().await.is_some());
                assert!(numbers.next().await.is_some());
                assert!(numbers.next().await.is_some());
                assert!(next.await.is_some());
            }
        }
        *stop.lock().unwrap() = true;
        for emitter in emitters {
            emitter.join().unwrap();
        }
        assert!(!subject.has_handler("said") && !subject.has_handler("notify"));
        assert_eq!(subject.ref_count(), 1);
    });
}

fn values_that_may_not_change_threads_are_refused_with_a_message(host: Host) {
    capture_log();
    host.runtime().block_on(async {
        let subject = Subject::new();
        let mut met = subject.emissions("met");
        let other = thread::spawn({
            let subject = subject.clone();
            move || subject.emit_by_name::<()>("met", &[&Subject::new()])
        });
        other.join().unwrap();
        let log = take_log();
        assert_eq!(log.len(), 1);
        let (level, message) = &log[0];
        assert_eq!(*level, ::glib::LogLevel::Critical);
        for word in ["`met`", "GlibCoroTestSubject", "once_send"] {
            assert!(message.contains(word), "{message}");
        }
        // On its own thread anything goes.
        subject.emit_by_name::<()>("met", &[&Subject::new()]);
        assert!(met.next().await.is_some());
        assert_eq!(take_log(), []);
    });
}

fn an_unknown_signal_panics_at_the_line_of_the_caller(_: Host) {
    let subject = Subject::new();
    for name in ["missing", "plain::no-details", "not a name"] {
        let line = line!() + 1;
        let caught = catch_panic(|| subject.next_emission(name));
        assert_eq!((caught.file.as_str(), caught.line), (file!(), line));
        assert!(caught.message.contains(&format!("`{name}`")), "{caught:?}");
        assert!(caught.message.contains("GlibCoroTestSubject"));
        let line = line!() + 1;
        let caught = catch_panic(|| subject.emissions(name));
        assert_eq!((caught.file.as_str(), caught.line), (file!(), line));
    }
}

fn a_future_that_is_done_says_so_to_select(host: Host) {
    host.runtime().block_on(async {
        let subject = Subject::new();
        let mut next = subject.next_emission("plain");
        let mut said = subject.emissions("said");
        subject.emit_plain();
        subject.say(1, "");
        subject.say(2, "");
        drop(subject);
        let (mut plain, mut spoken) = (0, 0);
        loop {
            select! {
                emission = next => plain += usize::from(emission.is_some()),
                values = said.next() => spoken += usize::from(values.is_some()),
                complete => break,
            }
        }
        assert_eq!((plain, spoken), (1, 2));
    });
}

fn a_stream_that_never_runs_dry_lets_others_run(host: Host) {
    host.runtime().block_on(async {
        let subject = Subject::new();
        let ran = Counter::new();
        let others = spawn({
            let ran = ran.clone();
            async move { ran.add() }
        });
        let mut stream = subject.emissions("plain");
        for _ in 0..10_000 {
            subject.emit_plain();
        }
        for _ in 0..10_000 {
            assert!(stream.next().await.is_some());
        }
        assert_eq!(ran.get(), 1);
        others.await.unwrap();
    });
}

fn a_panic_in_a_handlers_coroutine_reaches_the_hook_and_the_next_click_works(host: Host) {
    let seen = Arc::new(Mutex::new(Vec::new()));
    let runtime = host
        .builder()
        .on_unhandled({
            let seen = seen.clone();
            move |unhandled| seen.lock().unwrap().push(unhandled.message().to_owned())
        })
        .build()
        .unwrap();
    runtime.block_on(async {
        let subject = Subject::new();
        let handled = Rc::new(Cell::new(0));
        subject.connect_local("said", false, {
            let handled = handled.clone();
            move |values| {
                let subject = values[0].get::<Subject>().unwrap();
                let number = values[1].get::<i32>().unwrap();
                let handled = handled.clone();
                drop(spawn_for(&subject, move |_| async move {
                    assert!(number % 2 == 0, "odd: {number}");
                    yield_now().await;
                    handled.set(handled.get() + 1);
                }));
                None
            }
        });
        for n in 0..1_000 {
            subject.say(n, "click");
        }
        while handled.get() < 500 {
            yield_now().await;
        }
        assert_eq!(seen.lock().unwrap().len(), 500);
        assert_eq!(seen.lock().unwrap()[0], "odd: 1");
        assert_eq!(subject.ref_count(), 1);
    });
}

on_every_host!(
    the_next_emission_brings_its_values_and_disconnects,
    a_thousand_emissions_arrive_in_order_and_leave_nothing_behind,
    who_waits_does_not_keep_the_object_alive_and_learns_of_its_end,
    what_was_emitted_before_the_disposal_is_given_after_it,
    futures_and_streams_may_be_dropped_in_any_order_and_inside_a_handler,
    a_detail_selects,
    a_signal_that_wants_an_answer_gets_none_from_who_only_looks,
    once_takes_what_is_not_send_and_disconnects_when_it_is_dropped,
    once_ends_when_somebody_else_disconnects_the_handler,
    once_refuses_the_handler_of_another_object,
    an_emission_on_another_thread_reaches_the_coroutine_on_its_own,
    emissions_on_other_threads_race_with_the_end_of_streams,
    an_unknown_signal_panics_at_the_line_of_the_caller,
    a_future_that_is_done_says_so_to_select,
    a_stream_that_never_runs_dry_lets_others_run,
    a_panic_in_a_handlers_coroutine_reaches_the_hook_and_the_next_click_works,
);

on_every_host!(alone: values_that_may_not_change_threads_are_refused_with_a_message);
