//! Every core of the process, for what looks at more than one.

use std::sync::{Arc, Weak};

use super::Core;
use super::lock::Lock;

static CORES: Lock<Vec<Weak<Core>>> = Lock::new(Vec::new());

/// Notes a new core.
pub(super) fn add(core: &Arc<Core>) {
    let mut cores = CORES.lock();
    if cores.len() == cores.capacity() {
        cores.retain(|core| core.strong_count() > 0);
    }
    cores.push(Arc::downgrade(core));
}

/// The cores that have not ended, in the order in which they were made.
pub(crate) fn all() -> Vec<Arc<Core>> {
    let cores: Vec<_> = CORES.lock().iter().filter_map(Weak::upgrade).collect();
    cores.into_iter().filter(|core| !core.is_closed()).collect()
}
