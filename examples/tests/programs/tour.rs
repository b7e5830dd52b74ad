//! The main job of the demonstration.

use crate::support::{HAS_GLIB, header, on_both_loops, run};

on_both_loops! {
    fn ends_with_a_table(setting) {
        let lines = run::<&str>("tour", setting, &[]).well();
        assert_eq!(lines[0], header(setting));
        let said = |what: &str| lines.iter().filter(|line| line.contains(what)).count();
        assert_eq!(said("simulation stops"), 1);
        assert_eq!(said("orbit achieved."), 3);
        assert_eq!(said("hailstone | 100 of 100 sequences are right"), 1);
        assert_eq!(said("msg: b\"") + said("taking too long, killing"), 5);

        let row = |name: &str| {
            let line = lines.iter().rfind(|line| line.starts_with(name)).expect(name);
            line[name.len()..].trim().to_owned()
        };
        let number = |name: &str| row(name).parse::<u64>().expect(name);
        let on_glib = HAS_GLIB && setting == "1";
        assert_eq!(row("loop"), if on_glib { "GLib" } else { "built-in" });
        assert_eq!(number("GSources attached"), u64::from(on_glib));
        // Clients, connections and the server were alive at once.
        assert!(number("largest number alive") > 200);
        assert!(number("coroutines run") >= number("largest number alive"));
        assert!(number("polls") >= number("coroutines run"));
        assert!(number("turns") > 0);
    }

    fn refuses_bad_options(setting) {
        run("tour", setting, &["--bogus"]).badly(2);
    }
}
