//! Around where ticks become seconds, and at the ends.

use std::collections::BTreeSet;

use super::*;

/// Of the moments around where ticks become seconds, and of those that a clock can only just show.
fn moments() -> impl Iterator<Item = (Instant, Ticks)> {
    let origin = Instant::now();
    let around = |base: Duration| {
        let steps = [0, 1, 999_999_999, 1_000_000_000, 1_000_000_001].map(Duration::from_nanos);
        let before = steps
            .into_iter()
            .rev()
            .filter_map(move |step| base.checked_sub(step));
        before.chain(steps.into_iter().map(move |step| base + step))
    };
    let powers = (0..63).map(|power| Duration::from_secs(1 << power));
    let mut bases: Vec<_> = powers
        .chain([Duration::ZERO, Duration::from_secs(NEAR)])
        .collect();
    bases.sort();
    let since: BTreeSet<_> = bases.into_iter().flat_map(around).collect();
    let moments = since
        .into_iter()
        .filter_map(move |since| origin.checked_add(since));
    moments.map(move |moment| (moment, Ticks { origin }))
}

#[test]
fn ticks_never_come_early() {
    let mut last = 0;
    for (moment, ticks) in moments() {
        let number = ticks.of(moment);
        assert!(number >= last);
        last = number;
        let shown = ticks.moment(number).unwrap_or(moment);
        assert!(shown >= moment);
        let late = shown - moment;
        let near = ticks.origin + Duration::from_secs(NEAR);
        assert!(late < Duration::from_secs(1) && (late.is_zero() || moment > near));
    }
}

/// What is due at a moment is not later than the moment.
#[test]
fn nothing_is_reached_early() {
    for (moment, ticks) in moments() {
        let (number, reached) = (ticks.of(moment), ticks.reached(moment));
        let shown = ticks.moment(reached).unwrap();
        assert!(shown <= moment && moment - shown < Duration::from_secs(1));
        let is_shown = ticks.moment(number) == Some(moment);
        assert_eq!(reached == number, is_shown);
    }
}

#[test]
fn what_is_before_the_origin_counts_as_the_origin() {
    let ticks = Ticks::default();
    assert_eq!(ticks.of(ticks.origin - Duration::from_secs(1)), 0);
    assert_eq!(ticks.of(ticks.origin), 0);
    assert!(ticks.of(Instant::now()) > 0, "what is due has its order");
}
