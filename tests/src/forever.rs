//! What a test never gives back.

use std::ptr;
use std::sync::Mutex;

static KEPT: Mutex<Vec<usize>> = Mutex::new(Vec::new());

/// Leaks a value. The address is written down, so that leak checkers do not take it for lost.
pub fn forever<T>(value: T) -> &'static T {
    let value = Box::leak(Box::new(value));
    KEPT.lock().unwrap().push(ptr::from_ref(value).addr());
    value
}
