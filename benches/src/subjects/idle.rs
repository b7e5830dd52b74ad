//! What those do who have nothing to do.

use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::Duration;

use rustix::process::{Signal, set_parent_process_death_signal};

use crate::contestants::{Contestant, FAR, Stream, burden, unix_pair};
use crate::figures::{Figure, Figures};
use crate::machine::{is_installed, part_command};
use crate::track::Plan;

/// All of them at once: none disturbs another by doing nothing.
pub(super) fn measure(plan: &Plan) -> Figures {
    let mut figures = Figures::default();
    let seconds = plan.idle.as_secs();
    let names: Vec<_> = crate::everybody!(C => C::NAME);
    let strace = is_installed("strace");
    if !strace {
        figures.note(
            "idle",
            "strace is not installed, so system calls were not counted; try `make deps`.",
        );
    }
    let mut processes = Vec::new();
    for &(_, name) in &names {
        processes.push((name, "wake-ups", start(part_command(&["idle", name])), None));
        if strace {
            let file = std::env::temp_dir().join(format!(
                "glib-coro-bench-{}-{}",
                std::process::id(),
                processes.len()
            ));
            let traced = part_command(&["idle", name]);
            let mut command = Command::new("strace");
            command.args(["-f", "-q", "-o"]).arg(&file);
            command.arg(traced.get_program()).args(traced.get_args());
            processes.push((name, "system calls", start(command), Some(file)));
        }
    }
    // Until all have fallen asleep.
    thread::sleep(Duration::from_secs(2));
    let count = |(_, _, process, file): &(_, _, Child, Option<PathBuf>)| match file {
        Some(file) => fs::read_to_string(file)
            .expect("strace's file")
            .lines()
            .count() as f64,
        None => switches(process.id()),
    };
    let before: Vec<_> = processes.iter().map(count).collect();
    thread::sleep(plan.idle);
    let after: Vec<_> = processes.iter().map(count).collect();
    for (index, (name, quantity, mut process, file)) in processes.into_iter().enumerate() {
        let unit = format!("in {seconds} s");
        let figure = Figure::new("idle", quantity, &unit, name);
        figures
            .all
            .push(figure.with([after[index] - before[index]]));
        let _ = process.kill();
        let _ = process.wait();
        if let Some(file) = file {
            let _ = fs::remove_file(file);
        }
    }
    figures
        .all
        .sort_by(|one, other| one.quantity.cmp(&other.quantity));
    figures
}

fn start(mut command: Command) -> Child {
    let mut child = command
        .stdout(Stdio::piped())
        .spawn()
        .expect("this program");
    let mut line = String::new();
    let stdout = child.stdout.take().expect("piped");
    BufReader::new(stdout).read_line(&mut line).expect("a line");
    assert_eq!(line, "ready\n");
    child
}

/// How often all threads of a process were put on a processor after they had waited.
fn switches(process: u32) -> f64 {
    let threads = fs::read_dir(format!("/proc/{process}/task")).expect("procfs");
    let count = |thread: std::io::Result<fs::DirEntry>| -> f64 {
        let path = thread.expect("procfs").path().join("status");
        let status = fs::read_to_string(path).expect("procfs");
        let line = status
            .lines()
            .find_map(|line| line.strip_prefix("voluntary_ctxt_switches:"));
        line.expect("a line of Linux")
            .trim()
            .parse()
            .expect("a number")
    };
    threads.map(count).sum()
}

/// In the process: sleeps and waits until it is killed, or whoever started it is.
pub fn in_process(contestant: &str) {
    set_parent_process_death_signal(Some(Signal::KILL)).expect("Linux can do that");
    for (name, run) in crate::everybody!(C => run::<C> as fn()) {
        if name == contestant {
            run();
        }
    }
}

fn run<C: Contestant>() {
    C::new().block_on(async {
        burden::<C>();
        let (near, _far) = unix_pair();
        for _ in 0..100 {
            C::detach(C::sleep(FAR));
            let mut stream = C::unix(near.try_clone().expect("a descriptor"));
            C::detach(async move { stream.read(&mut [0]).await });
        }
        C::yield_now().await;
        println!("ready");
        std::io::stdout().flush().expect("somebody reads");
        C::sleep(FAR).await;
    });
}
