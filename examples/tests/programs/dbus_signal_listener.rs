//! The listener on a bus of its own: a real `dbus-daemon`, real signals.

use std::process::Command;
use std::thread;
use std::time::Duration;

use glib_coro_tests::bus::Bus;

use crate::support::{Program, header, on_both_loops, path, run};

const PROGRAM: &str = "dbus_signal_listener";

fn command(bus: &Bus, program: impl AsRef<std::ffi::OsStr>) -> Command {
    let mut command = Command::new(program);
    command.env("DBUS_SESSION_BUS_ADDRESS", bus.address());
    command
}

/// A listener that is listening.
fn listener(bus: &Bus, setting: &str) -> Program {
    let mut command = command(bus, path(PROGRAM));
    let program = Program::spawn(command.arg("session").env("USE_GLIB", setting));
    assert_eq!(program.line(), header(setting));
    assert_eq!(
        program.line(),
        "org.freedesktop.DBus.NameAcquired[/org/freedesktop/DBus](':1.0')"
    );
    // It is listening once it hears of somebody else who comes: these signals are for those who asked.
    let mut asked = false;
    while !asked {
        send(bus, "/", "com.example.Probe.Probe", &[]);
        asked = program.line_within(Duration::from_millis(200)).is_some();
    }
    program
}

fn send(bus: &Bus, path: &str, signal: &str, arguments: &[&str]) {
    let status = command(bus, "dbus-send")
        .args(["--session", "--type=signal", path, signal])
        .args(arguments)
        .status();
    assert!(status.expect("dbus-send runs").success());
}

/// What the listener says about the example's own interface; the bus itself tells of comers and goers.
fn next_of_ours(program: &Program) -> String {
    loop {
        let line = program.line();
        if line.starts_with("com.example.I") {
            return line;
        }
        let known = ["org.freedesktop.DBus.Name", "com.example.Probe.Probe"];
        assert!(known.iter().any(|known| line.starts_with(known)), "{line}");
    }
}

on_both_loops! {
    fn signals_are_printed_as_they_come(setting) {
        let bus = Bus::start();
        let program = listener(&bus, setting);
        send(&bus, "/com/example/Obj", "com.example.Iface.Ping", &[
            "string:hello", "int32:5", "array:string:a,b", "dict:string:int32:x,1", "boolean:true", "double:1.5",
        ]);
        send(&bus, "/com/example/Obj", "com.example.Iface.NoArgs", &[]);
        send(&bus, "/a/b", "com.example.I2.Sig", &[
            "string:it's", "array:string:", "variant:uint32:3", "byte:7", "objpath:/a", "int64:-1", "double:2",
            "string:two\nlines\u{1b}",
        ]);
        send(&bus, "/a", "com.example.I2.One", &["variant:byte:2"]);
        assert_eq!(
            next_of_ours(&program),
            "com.example.Iface.Ping[/com/example/Obj]('hello', 5, ['a', 'b'], {'x': 1}, true, 1.5)"
        );
        assert_eq!(next_of_ours(&program), "com.example.Iface.NoArgs[/com/example/Obj]()");
        assert_eq!(
            next_of_ours(&program),
            "com.example.I2.Sig[/a/b](\"it's\", [], <uint32 3>, 0x07, '/a', -1, 2.0, 'two\\nlines\\u001b')"
        );
        assert_eq!(next_of_ours(&program), "com.example.I2.One[/a](<byte 0x02>)");
    }

    fn who_calls_it_gets_an_answer(setting) {
        let bus = Bus::start();
        let _program = listener(&bus, setting);
        let call = |method: &str| {
            command(&bus, "dbus-send")
                .args(["--session", "--print-reply", "--dest=:1.0", "/nothing", method])
                .output()
                .expect("dbus-send runs")
        };
        assert!(call("org.freedesktop.DBus.Peer.Ping").status.success());
        let refused = call("com.example.Nothing.AtAll");
        let why = String::from_utf8_lossy(&refused.stderr);
        assert!(why.contains("org.freedesktop.DBus.Error.Unknown"), "{why}");
    }

    fn the_loss_of_the_bus_ends_it(setting) {
        let bus = Bus::start();
        let program = listener(&bus, setting);
        drop(bus);
        let end = program.end();
        assert_eq!(
            end.lines.last().expect("a line"),
            "org.freedesktop.DBus.Local.Disconnected[/org/freedesktop/DBus/Local]()"
        );
        end.badly(1);
    }

    fn ctrl_c_ends_it_well(setting) {
        let bus = Bus::start();
        let program = listener(&bus, setting);
        program.interrupt();
        program.end().well();
    }

    fn waiting_costs_nothing_and_no_thread(setting) {
        let bus = Bus::start();
        let program = listener(&bus, setting);
        let before = program.ticks();
        thread::sleep(Duration::from_millis(500));
        assert!(program.ticks() <= before + 2);
        let threads = std::fs::read_dir(format!("/proc/{}/task", program.id())).expect("procfs");
        // GLib's own worker, which watches for Ctrl-C, is the second.
        let allowed = if cfg!(feature = "glib") { 2 } else { 1 };
        assert!(threads.count() <= allowed);
    }

    fn without_a_bus_it_fails(setting) {
        let mut command = Command::new(path(PROGRAM));
        command.arg("SYSTEM").env("USE_GLIB", setting);
        command.env("DBUS_SYSTEM_BUS_ADDRESS", "unix:path=/no/such/bus");
        Program::spawn(&mut command).end().badly(1);
    }

    fn anything_but_one_bus_is_refused(setting) {
        for arguments in [&[][..], &["both"], &["session", "system"], &["--bus=session"]] {
            let refusal = run(PROGRAM, setting, arguments).badly(2);
            assert!(refusal.starts_with("dbus_signal_listener: "), "{refusal}");
            if arguments.len() < 2 && !arguments.concat().starts_with('-') {
                assert!(refusal.contains("session"), "{refusal}");
                assert!(refusal.contains("system"), "{refusal}");
            }
        }
    }
}
