//! A number that was measured several times.

use std::fmt;

/// The median, and the quartiles around it: half of all rounds lie between them.
#[derive(Clone, Copy, Debug)]
pub struct Spread {
    /// A quarter of the rounds is below.
    pub low: f64,
    /// Half of the rounds is below.
    pub median: f64,
    /// A quarter of the rounds is above.
    pub high: f64,
}

impl Spread {
    /// Of at least one number.
    pub fn of(numbers: impl IntoIterator<Item = f64>) -> Self {
        let mut numbers: Vec<f64> = numbers.into_iter().collect();
        numbers.sort_by(f64::total_cmp);
        let last = numbers.len() - 1;
        let at = |quarter: usize| {
            let (below, above) = (last * quarter / 4, (last * quarter).div_ceil(4));
            (numbers[below] + numbers[above]) / 2.0
        };
        Self {
            low: at(1),
            median: at(2),
            high: at(3),
        }
    }

    /// Of the ratios of two rows of numbers, round by round: what was measured at nearly the same time is
    /// compared, so that a noisy moment strikes both sides.
    pub fn of_ratios(ours: &[f64], theirs: &[f64]) -> Self {
        Self::of(ours.iter().zip(theirs).map(|(ours, theirs)| ours / theirs))
    }
}

impl fmt::Display for Spread {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { low, median, high } = self;
        write!(
            f,
            "{} ({}–{})",
            figure(*median),
            figure(*low),
            figure(*high)
        )
    }
}

/// The number below which so large a part of them lies. Sorts them.
pub fn quantile(numbers: &mut [f64], part: f64) -> f64 {
    numbers.sort_by(f64::total_cmp);
    numbers[((numbers.len() - 1) as f64 * part).round() as usize]
}

/// Three figures, whatever the size.
pub fn figure(number: f64) -> String {
    if number == 0.0 {
        return "0".to_owned();
    }
    let magnitude = number.abs().log10().floor() as i32;
    let decimals = (2 - magnitude).clamp(0, 6) as usize;
    format!("{number:.decimals$}")
}
