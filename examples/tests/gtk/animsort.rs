//! Animated sorting, from outside.

use std::time::{Duration, Instant};

use crate::bars::{BACKGROUND, bars, selected, values};
use crate::{display, start, start_blind};

const AT_ONCE: [&str; 3] = ["--startdelay=0", "--enddelay=0", "--verbose"];
/// No test waits that long.
const FOR_EVER: &str = "100000";

#[test]
fn refuses_bad_options_before_there_is_a_window() {
    let complaints: [(&[&str], &str); 16] = [
        (&[], "--algorithm"),
        (&["--nrelements=5"], "--algorithm"),
        (
            &["--algorithm=bogosort"],
            "bubblesort, quicksort, shellsort",
        ),
        (&["--algorithm=Quicksort"], "Quicksort"),
        (&["--algorithm=quicksort", "--nrelements=0"], "--nrelements"),
        (
            &["--algorithm=quicksort", "--nrelements=-3"],
            "--nrelements",
        ),
        (
            &["--algorithm=quicksort", "--nrelements=ten"],
            "--nrelements",
        ),
        (
            &["--algorithm=quicksort", "--nrelements=1001"],
            "from 1 to 1000",
        ),
        (&["--algorithm=quicksort", "--ordered=1.1"], "from -1 to 1"),
        (
            &["--algorithm=quicksort", "--ordered", "-1.1"],
            "from -1 to 1",
        ),
        (&["--algorithm=quicksort", "--step=-1"], "--step"),
        (&["--algorithm=quicksort", "--step=nan"], "--step"),
        (
            &["--algorithm=quicksort", "--startdelay=inf"],
            "--startdelay",
        ),
        (&["--algorithm=quicksort", "--enddelay=-0.1"], "--enddelay"),
        (&["--algorithm=quicksort", "--bogus"], "--bogus"),
        (&["--algorithm=quicksort", "argument"], "argument"),
    ];
    for (args, part) in complaints {
        let line = start_blind("animsort", args).end().badly(2);
        assert!(line.contains(part), "{args:?}: {line}");
    }
}

#[test]
fn needs_a_display() {
    let line = start_blind("animsort", &["--algo=shellsort"])
        .end()
        .badly(1);
    assert!(line.contains("DISPLAY"), "{line}");
}

#[test]
fn traces_every_compare_and_swap() {
    let display = display!();
    let counts = [
        ("bubblesort", [(45, 0), (45, 45)]),
        ("quicksort", [(63, 9), (82, 55)]),
        ("shellsort", [(19, 0), (25, 11)]),
    ];
    for (algorithm, counts) in counts {
        for (ordered, expected) in ["1", "-1"].into_iter().zip(counts) {
            let options = [
                format!("--algorithm={algorithm}"),
                format!("--ordered={ordered}"),
            ];
            let mut args: Vec<&str> = options.iter().map(String::as_str).collect();
            args.extend(AT_ONCE);
            args.push("--step=0");
            let end = start(&display, "animsort", &args).end();
            assert_eq!(end.status.code(), Some(0), "{end:?}");
            let count = |what: &str| {
                end.errors
                    .iter()
                    .filter(|line| line.starts_with(what))
                    .count()
            };
            assert_eq!((count("compare "), count("swap ")), expected, "{args:?}");
            match algorithm {
                "bubblesort" => {
                    assert_eq!(end.errors[0], "start sort");
                    let first = if ordered == "1" {
                        "0(1) <=> 1(2)"
                    } else {
                        "0(10) <=> 1(9)"
                    };
                    assert_eq!(end.errors[1], format!("compare {first}"));
                }
                "quicksort" => {
                    assert_eq!(end.errors[0], "partition [0 .. 9]");
                    assert!(count("done partition [0 .. 9]") > 0);
                }
                _ => {}
            }
        }
    }
}

#[test]
fn two_bars_are_red_during_a_swap_and_the_window_lives() {
    let display = display!();
    let program = start(
        &display,
        "animsort",
        &[
            "--algorithm=bubblesort",
            "--nrelements=8",
            "--ordered=-1",
            "--startdelay=0",
            "--step",
            FOR_EVER,
        ],
    );
    let window = display.window("animsort");
    let picture = display.wait_for(window, "two red bars", |picture| {
        selected(picture) == [0, 1]
    });
    picture.save("animsort-swap");
    // Their new lengths come with the second half of the step.
    assert_eq!(values(&picture), [8, 7, 6, 5, 4, 3, 2, 1]);
    let room = picture.width() - 20;
    let widths: Vec<usize> = bars(&picture).iter().map(|bar| bar.width).collect();
    let shares = (1..=8)
        .rev()
        .map(|v| (room as f64 * f64::from(v) / 8.0).round() as usize);
    assert_eq!(widths, shares.collect::<Vec<_>>());
    assert!(picture.count(BACKGROUND) > 0);

    display.resize(window, (800, 500));
    let picture = display.wait_for(window, "a larger window", |picture| {
        picture.width() == 800 && bars(picture).first().is_some_and(|bar| bar.width == 780)
    });
    assert_eq!(picture.height(), 500);
    assert_eq!(selected(&picture), [0, 1]);
    assert_eq!(values(&picture), [8, 7, 6, 5, 4, 3, 2, 1]);

    display.close(window);
    program.end().well();
}

#[test]
fn the_second_half_of_a_swap_shows_the_exchange() {
    let display = display!();
    let args = [
        "--algorithm=bubblesort",
        "--nrelements=6",
        "--ordered=-1",
        "--startdelay=0",
        "--step=2",
    ];
    let program = start(&display, "animsort", &args);
    let window = display.window("animsort");
    display.wait_for(window, "an exchange", |picture| {
        let values = values(picture);
        matches!(selected(picture)[..], [upper, lower] if values[upper] < values[lower])
    });
    program.interrupt();
    program.end().well();
}

#[test]
fn one_bar_is_red_while_it_is_swapped_with_itself() {
    let display = display!();
    let args = [
        "--algorithm=quicksort",
        "--ordered=1",
        "--startdelay=0",
        "--step",
        FOR_EVER,
    ];
    let program = start(&display, "animsort", &args);
    let window = display.window("animsort");
    display.wait_for(window, "a red bar", |picture| selected(picture) == [0]);
    program.interrupt();
    program.end().well();
}

#[test]
fn without_a_step_the_result_is_painted_all_the_same() {
    let display = display!();
    let args = [
        "--algorithm=quicksort",
        "--nrel=30",
        "--startdelay=0",
        "--step=0",
        "--enddelay",
        FOR_EVER,
    ];
    let program = start(&display, "animsort", &args);
    let window = display.window("animsort");
    let picture = display.wait_for(window, "a sorted chart", |picture| {
        values(picture).into_iter().eq(1..=30)
    });
    assert_eq!(selected(&picture), [0; 0]);
    picture.save("animsort-sorted");
    display.close(window);
    program.end().well();
}

#[test]
fn is_painted_beside_coroutines_that_never_rest() {
    let display = display!();
    let args = [
        "--algorithm=shellsort",
        "--ordered=-1",
        "--startdelay=0",
        "--step=0.05",
        "--busy=1000",
        "--enddelay",
        FOR_EVER,
    ];
    let program = start(&display, "animsort", &args);
    let window = display.window("animsort");
    display.wait_for(window, "a sorted chart", |picture| {
        values(picture).into_iter().eq(1..=10)
    });
    display.close(window);
    program.end().well();
}

#[test]
fn sorts_beside_tasks_that_never_rest() {
    let display = display!();
    let args = [
        "--algorithm=shellsort",
        "--startdelay=0",
        "--enddelay=0",
        "--step=0",
        "--busy-tasks=100",
    ];
    start(&display, "animsort", &args).end().well();
}

#[test]
fn a_single_element_is_a_single_bar() {
    let display = display!();
    let args = [
        "--algorithm=shellsort",
        "--nrelements=1",
        "--startdelay=0",
        "--enddelay",
        FOR_EVER,
    ];
    let program = start(&display, "animsort", &args);
    let window = display.window("animsort");
    display.wait_for(window, "one bar", |picture| values(picture) == [1]);
    display.close(window);
    program.end().well();
}

#[test]
fn takes_the_time_that_it_says() {
    let display = display!();
    let args = [
        "--algo=shellsort",
        "--ordered=-1",
        "--startdelay=0.3",
        "--enddelay=0.2",
        "--step=0.05",
    ];
    let begin = Instant::now();
    start(&display, "animsort", &args).end().well();
    assert!(begin.elapsed() >= Duration::from_millis(300 + 11 * 50 + 200));
}
