//! The culprit is named three times: as it happens, among the busiest, and as the longest poll.

use crate::support::{HAS_GLIB, header, on_both_loops, run};

const CULPRIT: &str = "`ticker 617`";

on_both_loops! {
    fn names_the_culprit(setting) {
        // Where the machine stops for longer than the culprit does, in another one's poll, that one is named.
        assert!((0..5).any(|_| is_named(setting)));
    }

    fn refuses_options(setting) {
        run("stutter", setting, &["--bogus"]).badly(2);
    }
}

fn is_named(setting: &str) -> bool {
    let end = run::<&str>("stutter", setting, &[]);
    assert_eq!(end.status.code(), Some(0), "{end:?}");
    assert_eq!(end.lines[0], header(setting));
    let on_glib = HAS_GLIB && setting == "1";
    let domain = if on_glib {
        "glib-coro-WARNING"
    } else {
        "glib-coro: "
    };
    let warned = end.errors.iter().any(|line| {
        line.contains(domain) && line.contains(CULPRIT) && line.contains("stutter.rs:")
    });
    assert!(warned, "{end:?}");
    let line = |start: &str| {
        let line = end.lines.iter().find(|line| line.starts_with(start));
        line.unwrap_or_else(|| panic!("{start} in {end:?}"))
    };
    assert_ne!(line("slow polls: "), "slow polls: 0");
    let polls = end
        .lines
        .iter()
        .filter_map(|line| line.split_once(" and more | "));
    let polls: u64 = polls
        .map(|(_, polls)| polls.trim().parse::<u64>().expect("a number"))
        .sum();
    // Each of them ticked at least three times, and started.
    assert!(polls > 3_000, "{end:?}");
    [line("busy for"), line("longest poll: ")]
        .iter()
        .all(|line| line.contains(CULPRIT))
}
