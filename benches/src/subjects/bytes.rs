//! How much memory a task takes.

use std::fs;
use std::future::Future;

use crate::contestants::{Contestant, FAR};
use crate::figures::{Figure, Figures};
use crate::machine::part;
use crate::track::Plan;

const SPAWNED: u64 = 10_000;
const SLEEPING: u64 = 1_000_000;

/// Each contestant and each number in a process of its own.
pub(super) fn measure(plan: &Plan) -> Figures {
    let mut figures = Vec::new();
    for (quantity, number, rounds) in [
        ("10,000 spawned", SPAWNED, plan.long_rounds),
        // Always the same, but for a few pages.
        ("1,000,000 asleep", SLEEPING, 1),
    ] {
        for (name, _) in crate::everybody!(C => C::NAME) {
            let measured = |_| part(&["bytes", name, &number.to_string()]);
            let rounds = (0..rounds).map(measured);
            figures.push(Figure::new("bytes", quantity, "bytes per task", name).with(rounds));
        }
    }
    figures.into_iter().collect()
}

/// In the process: the figure of one contestant.
pub fn in_process(contestant: &str, number: &str) {
    let number: u64 = number.parse().expect("a number");
    for (name, run) in crate::everybody!(C => run::<C> as fn(u64) -> f64) {
        if name == contestant {
            println!("{}", run(number));
        }
    }
}

fn run<C: Contestant>(number: u64) -> f64 {
    let runtime = C::new();
    runtime.block_on(async {
        // What is set up once is not the tasks'.
        C::spawn(C::yield_now()).await;
        let before = resident();
        if number == SPAWNED {
            spawn::<C, _>(number, || async {});
        } else {
            spawn::<C, _>(number, || C::sleep(FAR));
            C::spawn(async {}).await;
        }
        (resident() - before) / number as f64
    })
}

fn spawn<C: Contestant, F: Future<Output = ()> + 'static>(number: u64, task: impl Fn() -> F) {
    for _ in 0..number {
        C::detach(task());
    }
}

/// Bytes of the process that are in memory and not from a file.
fn resident() -> f64 {
    let status = fs::read_to_string("/proc/self/status").expect("procfs");
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix("RssAnon:"));
    let line = line.expect("a line of Linux 4.5");
    let kilobytes: f64 = line
        .trim()
        .trim_end_matches(" kB")
        .parse()
        .expect("a number");
    kilobytes * 1024.0
}
