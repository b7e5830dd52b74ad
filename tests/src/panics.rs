//! Where and with what something panics.

use std::cell::RefCell;
use std::panic::{AssertUnwindSafe, PanicHookInfo, catch_unwind, set_hook, take_hook};
use std::sync::Once;

/// A panic that [`catch_panic`] caught.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CaughtPanic {
    /// The message.
    pub message: String,
    /// The file of the panic's location.
    pub file: String,
    /// The line of the panic's location.
    pub line: u32,
}

thread_local! {
    static CATCHING: RefCell<Option<Vec<CaughtPanic>>> = const { RefCell::new(None) };
}

/// Calls `function`, which must panic on this thread, and tells about its first panic.
///
/// # Panics
///
/// If it does not.
pub fn catch_panic<R>(function: impl FnOnce() -> R) -> CaughtPanic {
    static HOOK: Once = Once::new();
    HOOK.call_once(|| {
        let previous = take_hook();
        set_hook(Box::new(move |info| {
            if !note(info) {
                previous(info);
            }
        }));
    });
    CATCHING.set(Some(Vec::new()));
    let result = catch_unwind(AssertUnwindSafe(function));
    let caught = CATCHING.take().unwrap_or_default();
    assert!(result.is_err(), "no panic came");
    caught.into_iter().next().expect("the hook was called")
}

fn note(info: &PanicHookInfo<'_>) -> bool {
    CATCHING.with_borrow_mut(|caught| {
        let Some(caught) = caught else { return false };
        let location = info.location().expect("always there");
        caught.push(CaughtPanic {
            message: info.payload_as_str().unwrap_or_default().to_owned(),
            file: location.file().to_owned(),
            line: location.line(),
        });
        true
    })
}
