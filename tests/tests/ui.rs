//! What the attributes refuse, in which words and where, and what whole crates of theirs compile to.
//!
//! The words are rustc's own in part, and change between its versions: they are compared under the one named here only.

mod ui {
    pub(crate) mod counts;
    pub(crate) mod harness;
    pub(crate) mod rustc;
}

/// The compiler whose words the `.stderr` files hold.
const WORDED_BY: &str = "1.95.";

#[test]
fn ui() {
    let cases = trybuild::TestCases::new();
    cases.pass("ui/pass/*.rs");
    if ui::rustc::is_worded_by(WORDED_BY) {
        cases.compile_fail("ui/fail/*.rs");
        cases.compile_fail("ui/rustc/*.rs");
        // What depends on GLib: a feature that is missing, or how a type is called beside others of its name.
        if cfg!(feature = "glib") {
            cases.compile_fail("ui/rustc_glib/*.rs");
        }
    }
}

/// The mistakes in a test's body: trybuild never compiles tests.
#[test]
fn harness() {
    ui::harness::check();
}

/// A blessed `.stderr` file with an error too many would pass the comparison.
#[test]
fn counts() {
    ui::counts::check();
}
