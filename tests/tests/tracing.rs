//! The feature `tracing`: a span per coroutine, entered around each of its polls.

#![forbid(unsafe_code)]

use std::collections::BTreeMap;
use std::fmt::Debug;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

use glib_coro::task::{self, Builder};
use glib_coro::{block_on, spawn, yield_now};
use glib_coro_tests::{Host, OnDrop, on_every_host};
use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Metadata, Subscriber, subscriber};

/// Notes what happens, one word per call.
#[derive(Clone, Default)]
struct Notebook(Arc<Book>);

#[derive(Default)]
struct Book {
    spans: AtomicU64,
    fields: Mutex<BTreeMap<u64, Fields>>,
    lines: Mutex<Vec<String>>,
}

#[derive(Clone, Default)]
struct Fields(BTreeMap<String, String>);

impl Visit for Fields {
    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        let (name, value) = (field.name().to_owned(), format!("{value:?}"));
        self.0.insert(name, value);
    }
}

impl Notebook {
    fn note(&self, what: &str, span: &Id) {
        let fields = self.0.fields.lock().unwrap();
        let name = fields[&span.into_u64()].0.get("name");
        let name = name.map_or("-", String::as_str);
        self.line(format!("{what} {name}"));
    }

    fn line(&self, line: String) {
        self.0.lines.lock().unwrap().push(line);
    }

    fn take(&self) -> Vec<String> {
        std::mem::take(&mut self.0.lines.lock().unwrap())
    }
}

impl Subscriber for Notebook {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        metadata.target() == "glib_coro::task" || metadata.target() == module_path!()
    }

    fn new_span(&self, attributes: &Attributes<'_>) -> Id {
        assert!(attributes.is_root());
        let mut fields = Fields::default();
        attributes.record(&mut fields);
        let number = self.0.spans.fetch_add(1, Ordering::Relaxed) + 1;
        self.0.fields.lock().unwrap().insert(number, fields);
        Id::from_u64(number)
    }

    fn record(&self, _: &Id, _: &Record<'_>) {}

    fn record_follows_from(&self, _: &Id, _: &Id) {}

    fn event(&self, event: &Event<'_>) {
        let mut fields = Fields::default();
        event.record(&mut fields);
        self.line(fields.0["message"].clone());
    }

    fn enter(&self, span: &Id) {
        self.note("enter", span);
    }

    fn exit(&self, span: &Id) {
        self.note("exit", span);
    }

    fn try_close(&self, span: Id) -> bool {
        self.note("close", &span);
        true
    }
}

fn a_span_is_entered_around_each_poll_and_the_end(host: Host) {
    let notebook = Notebook::default();
    let _here = subscriber::set_default(notebook.clone());
    let rt = host.runtime();
    let named = |name: &'static str| {
        let entered = rt.enter();
        let line = line!() + 1;
        let task = Builder::new().name(name).spawn(async move {
            let _at_the_end = OnDrop::new(|| tracing::info!("dropped"));
            yield_now().await;
            tracing::info!("polled");
        });
        drop(entered);
        (task, line)
    };
    let (task, line) = named("a");
    let id = task.id();
    rt.block_on(task).unwrap();
    let lines = notebook.take();
    let of_a: Vec<_> = lines.iter().filter(|line| !line.ends_with('-')).collect();
    assert_eq!(
        of_a,
        [
            "enter a", "exit a", "enter a", "polled", "dropped", "exit a", "close a"
        ]
    );
    let fields = notebook.0.fields.lock().unwrap()[&1].clone();
    assert_eq!(fields.0["name"], "a");
    assert_eq!(fields.0["id"], id.to_string());
    let place = format!("{}:{line}:", file!());
    assert!(
        fields.0["location"].starts_with(&place),
        "{fields:?}",
        fields = fields.0
    );

    // Aborted before its first poll: its end alone.
    let (task, _) = named("b");
    task.abort();
    rt.block_on(task).unwrap_err();
    let lines = notebook.take();
    let of_b: Vec<_> = lines.iter().filter(|line| !line.ends_with('-')).collect();
    assert_eq!(of_b, ["enter b", "exit b", "close b"]);
}

fn spans_nest_as_polls_do(host: Host) {
    let notebook = Notebook::default();
    let _here = subscriber::set_default(notebook.clone());
    host.runtime().block_on(async {
        let inner = Builder::new().name("inner").spawn(async {});
        let outer = Builder::new().name("outer").spawn(async {
            block_on(async { inner.await.unwrap() });
        });
        outer.await.unwrap();
        let _ = task::id();
        spawn(async {}).await.unwrap();
    });
    let mut open = Vec::new();
    for line in notebook.take() {
        match line.split_once(' ') {
            Some(("enter", name)) => open.push(name.to_owned()),
            Some(("exit", name)) => assert_eq!(open.pop().as_deref(), Some(name)),
            _ => {}
        }
    }
    assert!(open.is_empty());
}

on_every_host![
    a_span_is_entered_around_each_poll_and_the_end;
    // The others do not nest.
    ours: spans_nest_as_polls_do,
];
