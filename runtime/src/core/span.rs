//! The `tracing` span of a coroutine. Without the feature `tracing` it is nothing.

use super::id::Id;
use super::task::Spec;

#[cfg(feature = "tracing")]
pub(super) use with_tracing::Span;

#[cfg(feature = "tracing")]
mod with_tracing {
    use super::{Id, Spec};

    /// A coroutine's span, entered around each of its polls. Subscribers are anybody's code: nothing of
    /// this may be called under a lock, nor dropped where a panic would abort the process.
    #[derive(Debug)]
    pub(in crate::core) struct Span(tracing::Span);

    impl Span {
        #[inline]
        pub(in crate::core) fn new(id: Id, spec: &Spec) -> Self {
            // No parent: a coroutine may outlive whoever spawned it, and chains of spawns would grow for ever.
            let span = tracing::info_span!(
                target: "glib_coro::task",
                parent: None,
                "coroutine",
                id = %id,
                name = spec.name.as_ref().map(tracing::field::display),
                location = %spec.location,
            );
            span.follows_from(tracing::Span::current());
            Self(span)
        }

        #[inline]
        pub(in crate::core) fn in_scope<T>(&self, f: impl FnOnce() -> T) -> T {
            self.0.in_scope(f)
        }

        /// Ends it.
        pub(in crate::core) fn close(&mut self) {
            drop(self.take());
        }

        /// Takes it out of its owner, which then holds none.
        pub(in crate::core) fn take(&mut self) -> Self {
            Self(std::mem::replace(&mut self.0, tracing::Span::none()))
        }
    }
}

#[cfg(not(feature = "tracing"))]
#[derive(Debug)]
pub(super) struct Span;

#[cfg(not(feature = "tracing"))]
impl Span {
    #[inline]
    pub(super) fn new(_id: Id, _spec: &Spec) -> Self {
        Self
    }

    #[inline]
    pub(super) fn in_scope<T>(&self, f: impl FnOnce() -> T) -> T {
        f()
    }

    #[inline]
    pub(super) fn close(&mut self) {}

    #[inline]
    pub(super) fn take(&mut self) -> Self {
        Self
    }
}
