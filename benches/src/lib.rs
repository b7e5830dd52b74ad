//! What the benchmarks share: who takes part, what they do, how it is measured, and how it is told.
//!
//! * A [`Contestant`](contestants::Contestant) is a runtime; a [`Work`](work::Work) is written once against
//!   that trait, so that everybody does the same. The [`floor`] is that work by hand, with bare system calls.
//! * A [`Subject`](subjects::Subject) is a line of the report, and runs in a process of its own. It hands back
//!   [`Figures`](figures::Figures), which are kept as a file.
//! * Everything that people read is made from that file: [`report`] with the [`limits`] and the [`chart`]s.

#![forbid(unsafe_code)]

// The programs in the comparison are tests too.
#[cfg(all(doctest, feature = "glib", feature = "peers"))]
#[doc = include_str!("../../docs/comparison.md")]
struct Comparison;

pub mod chart;
pub mod contestants;
pub mod figures;
pub mod floor;
pub mod instructions;
pub mod limits;
pub mod machine;
pub mod report;
pub mod statistics;
pub mod subjects;
pub mod table;
pub mod track;
pub mod work;
