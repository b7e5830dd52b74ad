//! Values that belong to a coroutine.

use std::cell::{Cell, RefCell};
use std::error::Error;
use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll};
use std::thread;

use pin_project_lite::pin_project;

use super::Id;
use crate::core::current;

/// Declares values that a future and everything it awaits can see.
///
/// ```
/// glib_coro::task_local! {
///     /// Who asked.
///     static USER: String;
/// }
///
/// # glib_coro::block_on(async {
/// async fn greeting() -> String {
///     USER.with(|user| format!("hello {user}"))
/// }
/// let text = USER.scope("ada".to_owned(), greeting()).await;
/// assert_eq!(text, "hello ada");
/// # });
/// ```
///
/// A spawned coroutine does not inherit the values, not even where it is polled by a nested loop inside of the scope: give it a scope
/// of its own. The future of a nested [`block_on`](crate::block_on()) sees them.
#[macro_export]
macro_rules! task_local {
    () => {};
    ($(#[$attribute:meta])* $visibility:vis static $name:ident: $type:ty $(; $($rest:tt)*)?) => {
        $(#[$attribute])*
        $visibility static $name: $crate::task::LocalKey<$type> = {
            ::std::thread_local! {
                static SLOT: $crate::task::LocalSlot<$type> =
                    const { $crate::task::LocalSlot::__new() };
            }
            $crate::task::LocalKey::__new(&SLOT)
        };
        $($crate::task_local!($($rest)*);)?
    };
}

/// Where the values of a [`LocalKey`] lie while the futures that they belong to are polled.
#[doc(hidden)]
pub struct LocalSlot<T> {
    /// The innermost last, and behind it those that are empty. Not only the innermost is of use: in a nested loop another
    /// coroutine's may lie on top of it.
    places: RefCell<Vec<Rc<Place<T>>>>,
    /// How many are in use.
    depth: Cell<usize>,
}

/// Borrowed while a function looks at the value. Nobody takes it away meanwhile: whoever put it in is further down on the stack.
type Place<T> = RefCell<Option<Held<T>>>;

struct Held<T> {
    value: T,
    /// Who put it in. Others that are polled meanwhile, by a nested loop, do not see it.
    actor: Option<Id>,
}

impl<T> Held<T> {
    fn new(value: T) -> Self {
        Self { value, actor: None }
    }
}

impl<T> LocalSlot<T> {
    #[doc(hidden)]
    pub const fn __new() -> Self {
        Self {
            places: RefCell::new(Vec::new()),
            depth: Cell::new(0),
        }
    }

    /// Puts a value in.
    fn put(&self, value: &mut Option<Held<T>>) {
        if let Some(held) = value {
            held.actor = current::actor();
        }
        let mut places = self.places.borrow_mut();
        let depth = self.depth.get();
        if depth == places.len() {
            places.push(Rc::default());
        }
        places[depth].replace(value.take());
        self.depth.set(depth + 1);
    }

    /// Takes the innermost out again.
    fn take(&self) -> Option<Held<T>> {
        let depth = self.depth.get() - 1;
        self.depth.set(depth);
        self.places.borrow()[depth].take()
    }

    /// The innermost value of whoever runs.
    fn find(&self) -> Option<Rc<Place<T>>> {
        let actor = current::actor();
        let is_own = |place: &&Rc<Place<T>>| {
            let held = place.borrow();
            held.as_ref().is_some_and(|held| held.actor == actor)
        };
        let places = self.places.borrow();
        places[..self.depth.get()]
            .iter()
            .rev()
            .find(is_own)
            .cloned()
    }
}

impl<T> fmt::Debug for LocalSlot<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LocalSlot").finish_non_exhaustive()
    }
}

/// A value declared by [`task_local!`](crate::task_local).
pub struct LocalKey<T: 'static> {
    slot: &'static thread::LocalKey<LocalSlot<T>>,
}

impl<T: 'static> LocalKey<T> {
    #[doc(hidden)]
    pub const fn __new(slot: &'static thread::LocalKey<LocalSlot<T>>) -> Self {
        Self { slot }
    }

    /// Runs a future with a value. The future's destructors see the value too, whenever the future is dropped.
    ///
    /// ```
    /// glib_coro::task_local! {
    ///     static REQUEST: u32;
    /// }
    /// async fn log_line() -> String {
    ///     format!("request {}", REQUEST.get())
    /// }
    ///
    /// # glib_coro::block_on(async {
    /// let (first, second) = glib_coro::join!(REQUEST.scope(1, log_line()), REQUEST.scope(2, log_line()));
    /// assert_eq!([first, second], ["request 1", "request 2"]);
    /// # });
    /// ```
    pub fn scope<F: Future>(&'static self, value: T, future: F) -> Scoped<T, F> {
        Scoped {
            key: self,
            value: Some(Held::new(value)),
            future: Some(future),
        }
    }

    /// Runs a function with a value.
    ///
    /// ```
    /// glib_coro::task_local! {
    ///     static LANGUAGE: &'static str;
    /// }
    /// fn greeting() -> &'static str {
    ///     if LANGUAGE.get() == "de" { "Hallo" } else { "Hello" }
    /// }
    /// assert_eq!(LANGUAGE.sync_scope("de", greeting), "Hallo");
    /// ```
    pub fn sync_scope<R>(&'static self, value: T, function: impl FnOnce() -> R) -> R {
        let mut value = Some(Held::new(value));
        let _shown = Shown::new(self, &mut value);
        function()
    }

    /// Looks at the value.
    ///
    /// ```
    /// glib_coro::task_local! {
    ///     static PATH: Vec<String>;
    /// }
    /// let path = vec!["usr".to_owned(), "bin".to_owned()];
    /// let text = PATH.sync_scope(path, || PATH.with(|path| path.join("/"))); // without a clone
    /// assert_eq!(text, "usr/bin");
    /// ```
    ///
    /// # Panics
    ///
    /// Outside [`scope`](Self::scope).
    #[track_caller]
    pub fn with<R>(&'static self, function: impl FnOnce(&T) -> R) -> R {
        match self.try_with(function) {
            Ok(result) => result,
            Err(error) => panic!("{error}; wrap the future in `.scope(value, future)`"),
        }
    }

    /// Looks at the value.
    ///
    /// ```
    /// glib_coro::task_local! {
    ///     static USER: String;
    /// }
    /// fn user() -> String {
    ///     USER.try_with(String::clone).unwrap_or_else(|_| "nobody".to_owned())
    /// }
    /// assert_eq!(user(), "nobody");
    /// assert_eq!(USER.sync_scope("ada".to_owned(), user), "ada");
    /// ```
    ///
    /// # Errors
    ///
    /// Outside [`scope`](Self::scope).
    pub fn try_with<R>(&'static self, function: impl FnOnce(&T) -> R) -> Result<R, AccessError> {
        let place = self.slot.try_with(LocalSlot::find).ok().flatten();
        let place = place.ok_or(AccessError(()))?;
        let held = place.borrow();
        let held = held.as_ref().ok_or(AccessError(()))?;
        Ok(function(&held.value))
    }

    /// A clone of the value.
    ///
    /// ```
    /// glib_coro::task_local! {
    ///     static DEPTH: u32;
    /// }
    ///
    /// # glib_coro::block_on(async {
    /// let inner = DEPTH.scope(1, async { DEPTH.scope(DEPTH.get() + 1, async { DEPTH.get() }).await });
    /// assert_eq!(inner.await, 2);
    /// # });
    /// ```
    ///
    /// # Panics
    ///
    /// Outside [`scope`](Self::scope).
    #[track_caller]
    pub fn get(&'static self) -> T
    where
        T: Clone,
    {
        self.with(T::clone)
    }
}

impl<T: 'static> fmt::Debug for LocalKey<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LocalKey").finish_non_exhaustive()
    }
}

/// Puts a value into the slot, and takes it out again when dropped. A thread that is ending may have no slot any more.
struct Shown<'a, T: 'static> {
    key: &'static LocalKey<T>,
    /// Where the value lies otherwise.
    home: &'a mut Option<Held<T>>,
}

impl<'a, T: 'static> Shown<'a, T> {
    fn new(key: &'static LocalKey<T>, home: &'a mut Option<Held<T>>) -> Self {
        let _ = key.slot.try_with(|slot| slot.put(home));
        Self { key, home }
    }
}

impl<T: 'static> Drop for Shown<'_, T> {
    fn drop(&mut self) {
        let _ = self.key.slot.try_with(|slot| *self.home = slot.take());
    }
}

pin_project! {
    /// The future of [`LocalKey::scope`].
    #[must_use = "futures do nothing unless you `.await` them"]
    pub struct Scoped<T: 'static, F> {
        key: &'static LocalKey<T>,
        value: Option<Held<T>>,
        #[pin]
        future: Option<F>,
    }

    impl<T: 'static, F> PinnedDrop for Scoped<T, F> {
        fn drop(this: Pin<&mut Self>) {
            let mut this = this.project();
            let _shown = Shown::new(this.key, this.value);
            this.future.set(None);
        }
    }
}

impl<T: 'static, F: Future> Future for Scoped<T, F> {
    type Output = F::Output;

    /// # Panics
    ///
    /// If polled again after it was ready.
    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<F::Output> {
        let mut this = self.project();
        let _shown = Shown::new(this.key, this.value);
        let Some(future) = this.future.as_mut().as_pin_mut() else {
            panic!("`LocalKey::scope` polled after it was ready");
        };
        let polled = future.poll(cx);
        if polled.is_ready() {
            // Its destructors see the value, too.
            this.future.set(None);
        }
        polled
    }
}

impl<T: 'static, F> fmt::Debug for Scoped<T, F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Scoped").finish_non_exhaustive()
    }
}

/// There is no value here: the code runs outside the scope of a task local.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AccessError(());

impl fmt::Display for AccessError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("no value of this task local is in scope")
    }
}

impl Error for AccessError {}
