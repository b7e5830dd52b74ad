//! `#[weak]` arguments, and the option `per`.
#![deny(warnings)]
use gio::prelude::*;
use glib::subclass::prelude::*;
use glib_coro::glib;
use glib_coro::object::Bound;
use glib_coro_tests::OnDrop;
use std::cell::{Cell, RefCell};
use std::future::pending;
use std::rc::Rc;

fn action(name: &str) -> gio::SimpleAction {
    gio::SimpleAction::new(name, None)
}

type Dropped = OnDrop<Box<dyn FnOnce()>>;

#[glib_coro::coroutine(name = "both", priority = "high")]
async fn both(
    #[weak] first: &gio::SimpleAction,
    #[cfg(any())]
    #[weak]
    absent: &Missing,
    #[weak] mut second: &gio::SimpleAction,
    text: &str,
    (x, _guard): (u8, Dropped),
) -> String {
    let _: &Bound<gio::SimpleAction> = &first;
    glib_coro::yield_now().await;
    let kept = second.get();
    second = first.clone();
    let done = format!("{}{}{text}{x}", second.get().name(), kept.name());
    drop(kept);
    if text.is_empty() {
        pending::<()>().await;
    }
    done
}

fn noted(note: &Rc<Cell<bool>>) -> Dropped {
    let note = note.clone();
    OnDrop::new(Box::new(move || note.set(true)))
}

#[glib_coro::test]
async fn the_body_sees_what_is_there() {
    let dropped = Rc::new(Cell::new(false));
    let (first, second) = (action("a"), action("b"));
    let handle = both(&first, &second, "c", (1, noted(&dropped)));
    assert_eq!(handle.name(), Some("both"));
    assert_eq!(handle.await.unwrap(), "abc1");
    assert!(dropped.get());
}

/// Whichever goes.
#[glib_coro::test]
async fn the_first_object_to_go_ends_it() {
    for goes in 0..2 {
        let dropped = Rc::new(Cell::new(false));
        let mut actions = vec![action("a"), action("b")];
        let handle = both(&actions[0], &actions[1], "", (1, noted(&dropped)));
        for _ in 0..3 {
            glib_coro::yield_now().await;
        }
        assert!(!handle.is_finished() && !dropped.get());
        drop(actions.remove(goes));
        assert!(handle.await.unwrap_err().is_cancelled());
        assert!(dropped.get());
    }
}

#[glib_coro::coroutine]
async fn generic<T: IsA<glib::Object>>(#[weak] object: &T) -> String {
    object.get().type_().name().to_owned()
}

#[glib_coro::coroutine(returns = glib::Propagation::Stop, overlap = "drop", per = object)]
async fn returns(#[weak] object: &glib::Object, calls: Rc<Cell<u32>>) {
    calls.set(calls.get() + 1);
    pending::<()>().await;
    drop(object);
}

#[glib_coro::test]
async fn generic_and_with_a_value() {
    assert_eq!(generic(&action("a")).await.unwrap(), "GSimpleAction");
    let (one, other): (glib::Object, glib::Object) = (glib::Object::new(), glib::Object::new());
    let calls = Rc::new(Cell::new(0));
    for object in [&one, &one, &other, &other, &one] {
        let value = returns(object, calls.clone());
        assert_eq!(value, glib::Propagation::Stop);
    }
    for _ in 0..3 {
        glib_coro::yield_now().await;
    }
    assert_eq!(calls.get(), 2, "one for each object");
}

mod imp {
    use super::*;

    #[derive(Debug, Default)]
    pub struct Page {
        pub(super) loaded: RefCell<Vec<u32>>,
    }

    #[glib::object_subclass]
    impl ObjectSubclass for Page {
        const NAME: &'static str = "AttributesPage";
        type Type = super::Page;
    }

    impl ObjectImpl for Page {}

    impl Page {
        #[glib_coro::coroutine(overlap = "restart", per = self)]
        pub(super) async fn load(&self, url: u32) {
            glib_coro::yield_now().await;
            self.loaded.borrow_mut().push(url);
        }
    }
}

glib::wrapper! {
    pub struct Page(ObjectSubclass<imp::Page>);
}

impl Page {
    #[glib_coro::coroutine(overlap = "restart", per = self)]
    async fn reload(#[weak] &self, url: u32) {
        glib_coro::yield_now().await;
        self.get().imp().loaded.borrow_mut().push(url);
    }

    #[glib_coro::coroutine(overlap = "queue", per = page)]
    async fn queued(page: Page, log: Rc<RefCell<Vec<u32>>>, n: u32) {
        glib_coro::yield_now().await;
        log.borrow_mut().push(n);
        drop(page);
    }
}

#[glib_coro::test]
async fn per_receiver_on_both_kinds() {
    let pages: [Page; 2] = [glib::Object::new(), glib::Object::new()];
    for kind in 0..2 {
        let handles: Vec<_> = [(0, 1), (1, 2), (0, 3), (1, 4)]
            .into_iter()
            .map(|(page, url): (usize, u32)| match kind {
                0 => pages[page].reload(url),
                _ => pages[page].imp().load(url),
            })
            .collect();
        let mut cancelled = Vec::new();
        for handle in handles {
            cancelled.push(handle.await.is_err());
        }
        assert_eq!(cancelled, [true, true, false, false]);
        let loaded = pages.each_ref().map(|page| page.imp().loaded.take());
        assert_eq!(loaded, [[3], [4]]);
    }
}

#[glib_coro::test]
async fn per_owned_argument() {
    let pages: [Page; 2] = [glib::Object::new(), glib::Object::new()];
    let log = Rc::<RefCell<Vec<u32>>>::default();
    let calls = [(0, 1), (0, 2), (1, 3)];
    let handles: Vec<_> = calls
        .into_iter()
        .map(|(page, n): (usize, u32)| Page::queued(pages[page].clone(), log.clone(), n))
        .collect();
    for handle in handles {
        handle.await.unwrap();
    }
    assert_eq!(*log.borrow(), [1, 3, 2]);
}
