//! Awaiting properties.

#![forbid(unsafe_code)]
#![cfg(feature = "glib")]

use std::thread;

use ::glib::prelude::*;
use futures_util::StreamExt;
use glib_coro::object::CoroObjectExt;
use glib_coro::{spawn, yield_now};
use glib_coro_tests::subject::Subject;
use glib_coro_tests::{CaughtPanic, Host, catch_panic, on_every_host};

fn the_current_value_comes_first_then_every_change(host: Host) {
    host.runtime().block_on(async {
        let subject = Subject::new();
        subject.set_number(1);
        let mut numbers = subject.property_values::<i32>("number");
        subject.set_number(2);
        subject.set_number(3);
        assert_eq!(subject.ref_count(), 1);
        for n in [1, 2, 3] {
            assert_eq!(numbers.next().await, Some(n));
        }
        let waiting = spawn(async move { (numbers.next().await, numbers.next().await) });
        yield_now().await;
        subject.set_number(4);
        drop(subject);
        assert_eq!(waiting.await.unwrap(), (Some(4), None));
    });
}

fn a_stream_does_not_keep_the_object_alive_and_disconnects(host: Host) {
    host.runtime().block_on(async {
        let subject = Subject::new();
        let ends = subject.ends();
        let mut texts = subject.property_values::<Option<String>>("text");
        assert!(subject.has_handler("notify::text"));
        drop(texts);
        assert!(!subject.has_handler("notify::text"));
        texts = subject.property_values("text");
        subject.set_text(Some("hello"));
        drop(subject);
        assert!(ends.is_finalised());
        assert_eq!(texts.next().await, Some(None));
        assert_eq!(texts.next().await, Some(Some("hello".to_owned())));
        assert_eq!(texts.next().await, None);
        assert_eq!(texts.next().await, None);
    });
}

fn a_change_on_another_thread_is_seen(host: Host) {
    host.runtime().block_on(async {
        let subject = Subject::new();
        let mut numbers = subject.property_values::<i32>("number");
        assert_eq!(numbers.next().await, Some(0));
        let other = thread::spawn({
            let subject = subject.clone();
            move || (1..=1_000).for_each(|n| subject.set_number(n))
        });
        let mut last = 0;
        // No change is lost, though one that was quickly followed by another may show that one's value.
        for _ in 1..=1_000 {
            let number = numbers.next().await.unwrap();
            assert!(number >= last);
            last = number;
        }
        assert_eq!(last, 1_000);
        other.join().unwrap();
        assert_eq!(subject.ref_count(), 1);
    });
}

fn what_was_noted_before_the_disposal_is_given_behind_what_cannot_be_read_any_more(host: Host) {
    host.runtime().block_on(async {
        let subject = Subject::new();
        let mut numbers = subject.property_values::<i32>("number");
        let two = subject.wait_for("number", |n: &i32| *n == 2);
        assert_eq!(numbers.next().await, Some(0));
        thread::scope(|scope| {
            scope.spawn(|| subject.set_number(1));
        });
        subject.set_number(2);
        subject.set_number(3);
        drop(subject);
        // Nobody knows what it was when the other thread notified.
        assert_eq!(numbers.next().await, Some(2));
        assert_eq!(numbers.next().await, Some(3));
        assert_eq!(numbers.next().await, None);
        assert_eq!(two.await, Some(2));
    });
}

fn wait_for_gives_the_first_value_that_will_do(host: Host) {
    host.runtime().block_on(async {
        let subject = Subject::new();
        subject.set_number(5);
        assert_eq!(subject.wait_for("number", |n| *n == 5).await, Some(5));
        assert!(!subject.has_handler("notify"));

        let limit = 10;
        let large = subject.wait_for::<i32>("number", |n| *n > limit);
        for n in [1, 11, 2, 12] {
            subject.set_number(n);
        }
        assert_eq!(large.await, Some(11));
        assert!(!subject.has_handler("notify"));

        let never = spawn(subject.wait_for::<i32>("number", |n| *n < 0));
        yield_now().await;
        assert_eq!(subject.ref_count(), 1);
        subject.destroy();
        assert_eq!(never.await.unwrap(), None);
    });
}

fn bad_properties_panic_at_the_line_of_the_caller(_: Host) {
    let subject = Subject::new();
    let check = |caught: CaughtPanic, line, words: &[&str]| {
        assert_eq!((caught.file.as_str(), caught.line), (file!(), line));
        for word in words {
            assert!(caught.message.contains(word), "{word}: {caught:?}");
        }
    };
    let line = line!() + 1;
    let caught = catch_panic(|| subject.property_values::<i32>("missing"));
    check(caught, line, &["GlibCoroTestSubject", "`missing`"]);
    let line = line!() + 1;
    let caught = catch_panic(|| subject.property_values::<String>("number"));
    check(caught, line, &["`number`", "String"]);
    let line = line!() + 1;
    let caught = catch_panic(|| subject.property_values::<String>("text"));
    check(caught, line, &["`text`"]);
    let line = line!() + 1;
    let caught = catch_panic(|| subject.property_values::<String>("secret"));
    check(caught, line, &["`secret`", "cannot be read"]);
    let line = line!() + 1;
    let caught = catch_panic(|| subject.wait_for::<i32>("missing", |_| true));
    check(caught, line, &["`missing`"]);
    assert!(!subject.has_handler("notify"));
    assert_eq!(subject.ref_count(), 1);
}

fn a_value_that_does_not_fit_later_on_panics_with_the_name(host: Host) {
    host.runtime().block_on(async {
        let subject = Subject::new();
        subject.set_text(Some("there"));
        let mut texts = subject.property_values::<String>("text");
        subject.set_text(None::<String>);
        let reader = spawn(async move {
            assert_eq!(texts.next().await.as_deref(), Some("there"));
            texts.next().await
        });
        let panic = reader.await.unwrap_err();
        assert!(panic.is_panic());
        assert!(panic.to_string().contains("`text`"), "{panic}");
        assert!(!subject.has_handler("notify"));
    });
}

on_every_host!(
    the_current_value_comes_first_then_every_change,
    a_stream_does_not_keep_the_object_alive_and_disconnects,
    a_change_on_another_thread_is_seen,
    what_was_noted_before_the_disposal_is_given_behind_what_cannot_be_read_any_more,
    wait_for_gives_the_first_value_that_will_do,
    bad_properties_panic_at_the_line_of_the_caller,
    a_value_that_does_not_fit_later_on_panics_with_the_name,
);
