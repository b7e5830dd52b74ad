//! What the benchmarks share: who takes part, what they do, and how it is measured.
//!
//! A [`Subject`](subjects::Subject) is written once, against the trait
//! [`Contestant`](contestants::Contestant), so that everybody does the same work. A
//! [`Track`](track::Track) is one contestant prepared for one subject.

#![forbid(unsafe_code)]

pub mod contestants;
pub mod instructions;
pub mod statistics;
pub mod subjects;
pub mod table;
pub mod track;
