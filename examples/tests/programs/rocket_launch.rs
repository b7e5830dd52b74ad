//! The texts, their order, and that nothing happens early.

use std::process::Command;

use crate::support::{End, Program, header, on_both_loops, path};

fn launch(setting: &str, speed: &str, args: &[&str]) -> End {
    let mut command = Command::new(path("rocket_launch"));
    Program::spawn(
        command
            .args(args)
            .env("USE_GLIB", setting)
            .env("ROCKET_SPEED", speed),
    )
    .end()
}

/// What is to be said, and when, rocket by rocket.
fn timeline() -> Vec<(f64, String)> {
    let stages = [
        (0.0, "countdown T minus 5 seconds"),
        (1.0, "countdown T minus 4 seconds"),
        (2.0, "countdown T minus 3 seconds"),
        (3.0, "countdown T minus 2 seconds"),
        (4.0, "countdown T minus 1 seconds"),
        (5.0, "liftoff!"),
        (10.0, "booster separation"),
        (15.0, "orbit achieved."),
    ];
    let mut timeline = vec![(0.0, "simulation starts".to_owned())];
    for (start, rocket) in [(0.0, "alpha"), (3.0, "beta"), (6.0, "gamma")] {
        timeline
            .extend(stages.map(|(offset, event)| (start + offset, format!("{rocket} {event}"))));
    }
    timeline.push((25.0, "simulation stops".to_owned()));
    timeline
}

fn events(setting: &str) -> Vec<(f64, String)> {
    let mut lines = launch(setting, "100", &[]).well();
    assert_eq!(lines.remove(0), header(setting));
    lines
        .iter()
        .map(|line| {
            let (time, event) = line.split_once(": ").expect("a time and an event");
            assert_eq!(time.len(), "000.0".len(), "{line:?}");
            (time.parse().expect("seconds"), event.to_owned())
        })
        .collect()
}

on_both_loops! {
    fn says_everything_once_and_nothing_early(setting) {
        let mut events = events(setting);
        assert_eq!(events.first().expect("events").1, "simulation starts");
        assert_eq!(events.last().expect("events").1, "simulation stops");
        assert!(events.is_sorted_by(|(earlier, _), (later, _)| earlier <= later));

        let mut expected = timeline();
        events.sort_by(|(_, one), (_, other)| one.cmp(other));
        expected.sort_by(|(_, one), (_, other)| one.cmp(other));
        assert_eq!(events.len(), expected.len());
        for ((seen, event), (due, expected)) in events.iter().zip(&expected) {
            assert_eq!(event, expected);
            assert!(seen >= due, "{event} at {seen} instead of {due}");
        }
    }

    fn keeps_each_rocket_in_order(setting) {
        let events = events(setting);
        for rocket in ["alpha", "beta", "gamma"] {
            let of_rocket = |events: Vec<(f64, String)>| -> Vec<String> {
                events.into_iter().map(|(_, event)| event).filter(|event| event.starts_with(rocket)).collect()
            };
            assert_eq!(of_rocket(events.clone()), of_rocket(timeline()));
        }
    }
}

#[test]
fn ignores_arguments() {
    let lines = launch("1", "1000000", &["--bogus", "argument"]).well();
    assert_eq!(lines.len(), 27);
}

#[test]
fn refuses_a_clock_that_does_not_run() {
    for speed in ["0", "-1", "0.5", "inf", "NaN", "fast", "", "1e300"] {
        launch("1", speed, &[]).badly(2);
    }
}
