//! What a program has that rests: coroutines, descriptors, sources, children, memory.

use std::fs;
use std::time::{Duration, Instant};

use glib_coro::glib::MainContext;
use glib_coro::{Runtime, sleep};
use glib_coro_tests::glib_view::sources;
use glib_coro_tests::{children, descriptors, patience};

/// The growth that counts as none, in KiB. The heap keeps the room that it once needed, and each time a busy machine held the program
/// up it may need more. A leak of 16 bytes per timer makes 20 MiB in half of an hour.
const FLAT: usize = 8 * 1024;

/// A reading.
#[derive(Debug)]
pub(crate) struct Gauges {
    coroutines: usize,
    descriptors: usize,
    sources: usize,
    children: usize,
    memory: usize,
}

impl Gauges {
    fn read(runtime: &Runtime) -> Self {
        Self {
            coroutines: runtime.metrics().alive,
            descriptors: descriptors(),
            sources: sources(&MainContext::default()).len(),
            children: children().len(),
            memory: resident(),
        }
    }

    /// Reads until nothing more is there than was before. GTK has more sources at one moment than at another, and a child that was
    /// killed takes its time to die; but what leaked does not go away.
    ///
    /// Without a reading from before: the least of a second.
    pub(crate) async fn settle(runtime: &Runtime, before: Option<&Self>) -> Self {
        let begin = Instant::now();
        let mut least = Self::read(runtime);
        loop {
            sleep(Duration::from_millis(50)).await;
            let now = Self::read(runtime);
            least = Self {
                coroutines: least.coroutines.min(now.coroutines),
                descriptors: least.descriptors.min(now.descriptors),
                sources: least.sources.min(now.sources),
                children: least.children.min(now.children),
                memory: now.memory,
            };
            let is_settled = match before {
                Some(before) => least.is_no_more_than(before),
                None => begin.elapsed() > Duration::from_secs(1),
            };
            if is_settled {
                return least;
            }
            let is_late = begin.elapsed() > patience();
            assert!(!is_late, "there were {before:?}, now there are {least:?}");
        }
    }

    fn is_no_more_than(&self, other: &Self) -> bool {
        self.coroutines <= other.coroutines
            && self.descriptors <= other.descriptors
            && self.sources <= other.sources
            && self.children <= other.children
    }
}

/// What this process has in memory, in KiB.
fn resident() -> usize {
    let status = fs::read_to_string("/proc/self/status").expect("procfs");
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let words = line.and_then(|line| line.split_whitespace().next());
    words
        .and_then(|word| word.parse().ok())
        .expect("a size in kB")
}

/// The memory after each round, in KiB.
#[derive(Debug, Default)]
pub(crate) struct Memory(Vec<usize>);

impl Memory {
    pub(crate) fn note(&mut self, gauges: &Gauges) {
        self.0.push(gauges.memory);
    }

    pub(crate) fn last(&self) -> usize {
        *self.0.last().expect("a round")
    }

    /// The first quarter of the rounds is the warm-up. Of the rest, the second half must not have more than the first.
    pub(crate) fn assert_flat(&self) {
        let warm = &self.0[self.0.len() / 4..];
        let (first, second) = warm.split_at(warm.len() / 2);
        let (first, second) = (median(first), median(second));
        assert!(second <= first + FLAT, "memory grew: {:?} KiB", self.0);
    }
}

fn median(sizes: &[usize]) -> usize {
    let mut sizes = sizes.to_vec();
    sizes.sort_unstable();
    sizes[sizes.len() / 2]
}
