//! A window beside tasks that never rest.

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};

use crate::contestants::{Contestant, FLOOR, GlibRs, OursOnGLib};
use crate::figures::{Figure, Figures};
use crate::machine::is_installed;
use crate::track::Plan;

/// Everybody who can be on GTK's loop, in turn, each in a process of its own.
pub(super) fn measure(plan: &Plan) -> Figures {
    let mut figures = Figures::default();
    let program = std::env::current_exe()
        .expect("this program")
        .with_file_name("window");
    if !program.exists() {
        figures.note(
            "window",
            "Built without GTK 4.8, so nothing was measured; try `make windows`.",
        );
        return figures;
    }
    if !is_installed("Xvfb") {
        figures.note(
            "window",
            "Xvfb is not installed, so nothing was measured; try `make windows`.",
        );
        return figures;
    }
    let (mut server, display) = start_server();
    let contestants = [OursOnGLib::NAME, GlibRs::NAME, FLOOR];
    let mut rounds = vec![Vec::new(); contestants.len()];
    for _ in 0..plan.long_rounds {
        for (name, rounds) in contestants.iter().zip(&mut rounds) {
            let output = Command::new(&program)
                .arg(name)
                .arg((2 * plan.watch.as_millis()).to_string())
                .env("DISPLAY", &display)
                .envs([
                    ("GDK_BACKEND", "x11"),
                    ("GSK_RENDERER", "cairo"),
                    ("GTK_A11Y", "none"),
                    ("GSETTINGS_BACKEND", "memory"),
                ])
                .stdin(Stdio::null())
                .stderr(Stdio::inherit())
                .output()
                .expect("the window's program");
            let text = String::from_utf8_lossy(&output.stdout);
            let numbers: Vec<f64> = text.split_whitespace().flat_map(str::parse).collect();
            assert_eq!(numbers.len(), 3, "the window says: {text}");
            rounds.push(numbers);
        }
    }
    let _ = server.kill();
    let _ = server.wait();
    let quantities = [
        ("frames", "frames/s"),
        ("click to handler, 99th percentile", "ms"),
        ("yields", "million/s"),
    ];
    for (index, (quantity, unit)) in quantities.into_iter().enumerate() {
        for (name, rounds) in contestants.iter().zip(&rounds) {
            let numbers = rounds.iter().map(|numbers| numbers[index]);
            if numbers.clone().all(f64::is_finite) {
                figures
                    .all
                    .push(Figure::new("window", quantity, unit, name).with(numbers));
            } else {
                figures.note(
                    "window",
                    format!("{quantity}: {name} handled not one click."),
                );
            }
        }
    }
    figures
}

/// An X server without a screen, and what it is called.
fn start_server() -> (Child, String) {
    let mut server = Command::new("Xvfb")
        .args(["-displayfd", "1", "-screen", "0", "1024x768x24"])
        .args(["-nolisten", "tcp", "-ac", "-noreset"])
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .expect("Xvfb starts");
    let mut number = String::new();
    let stdout = server.stdout.take().expect("piped");
    BufReader::new(stdout).read_line(&mut number).expect("text");
    (server, format!(":{}", number.trim()))
}
