//! Values that belong to a coroutine.

use std::cell::RefCell;
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

/// Where the value of a [`LocalKey`] lies while the future that it belongs to is polled.
#[doc(hidden)]
pub struct LocalSlot<T> {
    base: Place<T>,
    /// Values put in by polls inside a nested loop, while [`LocalKey::with`] looks at the one below.
    nested: RefCell<Vec<Rc<Place<T>>>>,
}

/// Borrowed while a function looks at the value, so that nobody takes it away.
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
            base: RefCell::new(None),
            nested: RefCell::new(Vec::new()),
        }
    }

    /// Does something with the innermost cell.
    fn with_innermost<R>(&self, act: impl FnOnce(&Place<T>) -> R) -> R {
        let nested = self.nested.borrow().last().cloned();
        act(nested.as_deref().unwrap_or(&self.base))
    }

    /// Puts a value in.
    fn put(&self, value: &mut Option<Held<T>>) -> Put {
        if let Some(held) = value {
            held.actor = current::actor();
        }
        let swapped = self.with_innermost(|cell| {
            let mut cell = cell.try_borrow_mut().ok()?;
            std::mem::swap(&mut *cell, value);
            Some(())
        });
        if swapped.is_some() {
            return Put::Swapped;
        }
        let cell = Rc::new(RefCell::new(value.take()));
        self.nested.borrow_mut().push(cell);
        Put::Nested
    }

    /// Takes it out again.
    fn take(&self, put: &Put, value: &mut Option<Held<T>>) {
        match put {
            // Nobody looks at it any more: whoever did is further up on the stack.
            Put::Swapped => {
                self.with_innermost(|cell| std::mem::swap(&mut *cell.borrow_mut(), value));
            }
            Put::Nowhere => {}
            Put::Nested => {
                let cell = self.nested.borrow_mut().pop();
                *value = cell.and_then(|cell| cell.take());
            }
        }
    }
}

impl<T> fmt::Debug for LocalSlot<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LocalSlot").finish_non_exhaustive()
    }
}

/// How a value was put into its slot.
enum Put {
    /// In exchange for the one that was there.
    Swapped,
    /// On top of it, as somebody looks at it.
    Nested,
    /// Not at all: the slot is gone, as it is only while the thread ends. Then nobody can look at it either.
    Nowhere,
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
        let _swapped = Swapped::new(self, &mut value);
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
        let look = |cell: &Place<T>| {
            let held = cell.borrow();
            let held = held
                .as_ref()
                .filter(|held| held.actor == current::actor())?;
            Some(function(&held.value))
        };
        self.slot
            .try_with(|slot| slot.with_innermost(look))
            .ok()
            .flatten()
            .ok_or(AccessError(()))
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

/// Puts a value into the slot, and takes it out again when dropped.
struct Swapped<'a, T: 'static> {
    key: &'static LocalKey<T>,
    /// What was in the slot, if it was exchanged.
    outer: &'a mut Option<Held<T>>,
    put: Put,
}

impl<'a, T: 'static> Swapped<'a, T> {
    fn new(key: &'static LocalKey<T>, value: &'a mut Option<Held<T>>) -> Self {
        let put = key.slot.try_with(|slot| slot.put(value));
        Self {
            key,
            outer: value,
            put: put.unwrap_or(Put::Nowhere),
        }
    }
}

impl<T: 'static> Drop for Swapped<'_, T> {
    fn drop(&mut self) {
        let Self { key, outer, put } = self;
        let _ = key.slot.try_with(|slot| slot.take(put, outer));
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
            let _swapped = Swapped::new(this.key, this.value);
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
        let _swapped = Swapped::new(this.key, this.value);
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
