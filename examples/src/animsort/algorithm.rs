//! The sorting algorithms. They know nothing of windows or of time.

use std::fmt::{self, Display};
use std::future::Future;

use clap::ValueEnum;

/// What is sorted: elements known by their place, and everything that it takes to sort them.
pub trait Elements {
    /// How many there are.
    fn count(&self) -> usize;

    /// Whether the element at `a` may stand before the one at `b`.
    fn in_order(&mut self, a: usize, b: usize) -> impl Future<Output = bool>;

    /// Exchanges two elements.
    fn swap(&mut self, a: usize, b: usize) -> impl Future<Output = ()>;

    /// Is told what the algorithm is about to do.
    fn note(&mut self, stage: impl Display);
}

/// An algorithm.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
#[value(rename_all = "lower")]
pub enum Algorithm {
    /// Exchange sort, the simplest and the slowest.
    Bubblesort,
    /// Hoare's, with the first element as the pivot.
    Quicksort,
    /// Shell's, with gaps of the form 2ᵏ − 1.
    Shellsort,
}

impl Algorithm {
    /// Sorts.
    pub async fn sort(self, elements: &mut impl Elements) {
        match self {
            Self::Bubblesort => bubblesort(elements).await,
            Self::Quicksort => quicksort(elements, 0, elements.count() - 1).await,
            Self::Shellsort => shellsort(elements).await,
        }
    }
}

impl Display for Algorithm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Bubblesort => "bubblesort",
            Self::Quicksort => "quicksort",
            Self::Shellsort => "shellsort",
        })
    }
}

async fn bubblesort(elements: &mut impl Elements) {
    elements.note("start sort");
    for i in 0..elements.count() {
        for j in i + 1..elements.count() {
            if !elements.in_order(i, j).await {
                elements.swap(i, j).await;
            }
        }
    }
}

async fn shellsort(elements: &mut impl Elements) {
    let count = elements.count();
    let mut gap = (count.next_power_of_two() - 1) / 2;
    if gap == 0 && count > 1 {
        gap = 1;
    }
    while gap > 0 {
        for start in 0..count - gap {
            let mut i = start;
            while !elements.in_order(i, i + gap).await {
                elements.swap(i, i + gap).await;
                if i < gap {
                    break;
                }
                i -= gap;
            }
        }
        gap /= 2;
    }
}

/// Sorts the places `low..=high`.
async fn quicksort<E: Elements>(elements: &mut E, low: usize, high: usize) {
    elements.note(format_args!("partition [{low} .. {high}]"));
    let (mut pivot, mut l, mut h) = (low, low, high);
    while l < h {
        while l <= high && elements.in_order(l, pivot).await {
            elements.swap(l, pivot).await;
            pivot = l;
            l += 1;
        }
        while h > low && !elements.in_order(h, pivot).await {
            h -= 1;
        }
        if l < h && l <= high {
            elements.swap(l, h).await;
            if pivot == l {
                pivot = h;
            } else if pivot == h {
                pivot = l;
            }
        }
    }
    elements.note(format_args!("done partition [{low} .. {high}]"));
    // A future that holds itself needs a box.
    if pivot > low {
        Box::pin(quicksort(elements, low, pivot)).await;
    }
    if pivot + 1 < high {
        Box::pin(quicksort(elements, pivot + 1, high)).await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures_util::FutureExt;

    struct Counted {
        values: Vec<usize>,
        compares: usize,
        swaps: usize,
        notes: Vec<String>,
    }

    impl Elements for Counted {
        fn count(&self) -> usize {
            self.values.len()
        }

        async fn in_order(&mut self, a: usize, b: usize) -> bool {
            self.compares += 1;
            self.values[a] <= self.values[b]
        }

        async fn swap(&mut self, a: usize, b: usize) {
            self.swaps += 1;
            self.values.swap(a, b);
        }

        fn note(&mut self, stage: impl Display) {
            self.notes.push(stage.to_string());
        }
    }

    fn sort(algorithm: Algorithm, values: &[usize]) -> Counted {
        let mut elements = Counted {
            values: values.to_vec(),
            compares: 0,
            swaps: 0,
            notes: Vec::new(),
        };
        let sorted = algorithm.sort(&mut elements).now_or_never();
        sorted.expect("nothing here waits");
        assert!(elements.values.is_sorted(), "{algorithm} of {values:?}");
        elements
    }

    #[test]
    fn compares_and_swaps_are_those_of_the_original() {
        let up: Vec<usize> = (1..=10).collect();
        let down: Vec<usize> = (1..=10).rev().collect();
        /// Values, and compares and swaps of each algorithm.
        type Row<'a> = (&'a [usize], [(usize, usize); 3]);
        let table: [Row<'_>; 8] = [
            (&up, [(45, 0), (63, 9), (19, 0)]),
            (&down, [(45, 45), (82, 55), (25, 11)]),
            (&[3, 1, 2], [(3, 2), (11, 5), (3, 2)]),
            (&[2, 1], [(1, 1), (6, 3), (1, 1)]),
            (&[1, 2], [(1, 0), (3, 1), (1, 0)]),
            (
                &[5, 2, 8, 1, 9, 3, 7, 4, 10, 6],
                [(45, 17), (59, 24), (22, 7)],
            ),
            (&[4, 3, 2, 1, 8, 7, 6, 5], [(28, 12), (43, 20), (15, 4)]),
            (
                &[12, 11, 10, 9, 8, 7, 1, 2, 3, 4, 5, 6],
                [(66, 51), (106, 63), (34, 15)],
            ),
        ];
        for (values, expected) in table {
            for (algorithm, expected) in Algorithm::value_variants().iter().zip(expected) {
                let done = sort(*algorithm, values);
                assert_eq!(
                    (done.compares, done.swaps),
                    expected,
                    "{algorithm} of {values:?}"
                );
            }
        }
    }

    #[test]
    fn all_sort_whatever_they_get() {
        let mut random = fastrand::Rng::with_seed(6);
        for count in (1..=40).cycle().take(2_000) {
            let mut values: Vec<usize> = (1..=count).collect();
            random.shuffle(&mut values);
            for algorithm in Algorithm::value_variants() {
                sort(*algorithm, &values);
            }
        }
    }

    #[test]
    fn stages_are_told() {
        assert_eq!(sort(Algorithm::Bubblesort, &[2, 1]).notes, ["start sort"]);
        assert_eq!(sort(Algorithm::Shellsort, &[2, 1]).notes, [""; 0]);
        assert_eq!(
            sort(Algorithm::Quicksort, &[3, 1, 2]).notes[..2],
            ["partition [0 .. 2]", "done partition [0 .. 2]"]
        );
    }
}
