//! Sorting before everybody's eyes.

use std::fmt::Display;
use std::time::Duration;

use glib_coro::yield_now;

use super::algorithm::Elements;
use super::chart::Chart;
use super::order;
use crate::pace::Pace;

/// Elements that take their time to be swapped, and show it.
#[derive(Debug)]
pub struct Animation {
    values: Vec<usize>,
    chart: Chart,
    /// Between the marking of two bars and their exchange, and from there to the end of the swap.
    half_step: Duration,
    pace: Pace,
    /// Whether what happens is told on stderr.
    is_verbose: bool,
    compares: usize,
    swaps: usize,
}

impl Animation {
    /// Animates the elements that a chart shows.
    pub fn new(values: Vec<usize>, chart: Chart, step: Duration, is_verbose: bool) -> Self {
        chart.show_ordered(order::measure(&values));
        Self {
            values,
            chart,
            half_step: step / 2,
            pace: Pace::start(),
            is_verbose,
            compares: 0,
            swaps: 0,
        }
    }

    /// Waits, in time with the animation.
    pub async fn wait(&mut self, duration: Duration) {
        self.pace.wait(duration).await;
    }

    fn tell(&mut self, what: &str, a: usize, b: usize) {
        let (left, right) = (self.values[a], self.values[b]);
        self.note(format_args!("{what} {a}({left}) <=> {b}({right})"));
    }
}

impl Elements for Animation {
    fn count(&self) -> usize {
        self.values.len()
    }

    async fn in_order(&mut self, a: usize, b: usize) -> bool {
        self.tell("compare", a, b);
        self.compares += 1;
        self.chart.show_compares(self.compares);
        // A long row of compares without a swap leaves the window alive.
        yield_now().await;
        self.values[a] <= self.values[b]
    }

    async fn swap(&mut self, a: usize, b: usize) {
        self.tell("swap", a, b);
        self.swaps += 1;
        self.chart.show_swaps(self.swaps);
        self.values.swap(a, b);
        let places = [a, b];
        for place in places {
            self.chart.bar(place).select(true);
        }
        self.wait(self.half_step).await;
        for place in places {
            self.chart.resize(place, self.values[place]);
        }
        self.chart.show_ordered(order::measure(&self.values));
        self.wait(self.half_step).await;
        for place in places {
            self.chart.bar(place).select(false);
        }
    }

    fn note(&mut self, stage: impl Display) {
        if self.is_verbose {
            eprintln!("{stage}");
        }
    }
}
