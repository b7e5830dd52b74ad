//! How urgent a coroutine is.

/// The priority of a coroutine: which coroutines, and on GLib which other sources, go first.
///
/// On the GLib host each priority in use is one source of the context.
///
/// ```
/// use glib_coro::task::Priority;
///
/// assert!(Priority::High < Priority::Idle, "sorted like GLib's: what goes first is less");
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Priority {
    /// Before the handlers of input events: GLib's `G_PRIORITY_HIGH`, -100.
    High,
    /// Beside the handlers of input events: GLib's `G_PRIORITY_DEFAULT`, 0.
    #[default]
    Default,
    /// After redraws: GLib's `G_PRIORITY_DEFAULT_IDLE`, 200.
    Idle,
}

impl Priority {
    /// Every priority, the most urgent first.
    pub const ALL: [Self; 3] = [Self::High, Self::Default, Self::Idle];
    pub(crate) const COUNT: usize = Self::ALL.len();
}
