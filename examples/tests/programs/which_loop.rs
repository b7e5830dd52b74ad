//! `USE_GLIB` chooses the loop by its first character.

use std::process::Command;

use crate::support::{HAS_GLIB, Program, path};

fn first_line(setting: Option<&str>) -> String {
    let mut command = Command::new(path("rocket_launch"));
    command
        .env("ROCKET_SPEED", "1000000")
        .env_remove("USE_GLIB");
    if let Some(setting) = setting {
        command.env("USE_GLIB", setting);
    }
    Program::spawn(&mut command).end().well().swap_remove(0)
}

#[test]
fn the_built_in_loop_is_chosen_with_0_or_n() {
    for setting in ["0", "00", "n", "N", "no", "Nope"] {
        assert_eq!(first_line(Some(setting)), "use_glib: false", "{setting:?}");
    }
}

#[test]
fn glib_is_chosen_with_anything_else() {
    for setting in [
        None,
        Some(""),
        Some("1"),
        Some("yes"),
        Some("true"),
        Some("x0"),
    ] {
        assert_eq!(
            first_line(setting),
            format!("use_glib: {HAS_GLIB}"),
            "{setting:?}"
        );
    }
}
